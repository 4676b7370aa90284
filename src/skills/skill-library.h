/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib-object.h>

#include "base/problem.h"
#include "base/snapshot.h"
#include "skills/skill-index.h"

/* The folder of skills on disk, as it is at any moment: every folder in it with a
 * SKILL.md is a skill. Changes are noticed, read on a worker thread and published as a
 * new McSkillIndex. Broken files and a vanished folder become problems that clear
 * themselves. Belongs to the main thread; the snapshot may be read by any. */

#define MC_TYPE_SKILL_LIBRARY (mc_skill_library_get_type())
G_DECLARE_FINAL_TYPE(McSkillLibrary, mc_skill_library, MC, SKILL_LIBRARY, GObject)

/* More folders than this are not read. */
#define MC_SKILL_LIBRARY_SKILLS_MAX 10000

/* @problems (unowned) must outlive the library. Touches no disk yet. */
McSkillLibrary *mc_skill_library_new(const char *dir, McProblemList *problems);

/* Reads the folder at once (for the start of the service) and watches it from then on.
 * Without the folder there are no skills until it appears. */
void mc_skill_library_load(McSkillLibrary *self);

/* Reads it again soon, on the worker thread; for changes that no file system tells. */
void mc_skill_library_reload(McSkillLibrary *self);

/* Skills of these names (nullable, NULL-terminated) are left out of the index from the
 * next reading on, which starts at once if the library was loaded. */
void mc_skill_library_set_disabled(McSkillLibrary *self, const char *const *names);

const char *mc_skill_library_get_dir(McSkillLibrary *self);

/* (transfer none): holds an McSkillIndex from the first load on. Signal "changed" (no
 * arguments, main thread) follows each publication. */
McSnapshot *mc_skill_library_get_snapshot(McSkillLibrary *self);
