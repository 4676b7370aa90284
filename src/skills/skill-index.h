/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "skills/lexical-index.h"
#include "skills/skill.h"

/* The skills as they were at one moment, with what is needed to find them and what was
 * wrong with the others. Immutable, reference-counted; any thread. */

typedef struct _McSkillIndex McSkillIndex;

/* A skill that could not be read. */
typedef struct {
  char *folder; /* (owned) the name of its folder */
  char *reason; /* (owned) "PATH:LINE: reason; what to do" */
} McBrokenSkill;

McBrokenSkill *mc_broken_skill_new(const char *folder, const char *reason);
void mc_broken_skill_free(McBrokenSkill *self);

/* @skills (transfer full) (element-type McSkill) in any order; of two with one name the
 * second is broken. @broken (transfer full) (nullable) (element-type McBrokenSkill). */
McSkillIndex *mc_skill_index_new(GPtrArray *skills, GPtrArray *broken);
McSkillIndex *mc_skill_index_ref(McSkillIndex *self);
void mc_skill_index_unref(McSkillIndex *self);

/* (element-type McSkill): all skills, sorted by name. */
const GPtrArray *mc_skill_index_get_skills(const McSkillIndex *self);

/* (element-type McSkill): the pinned ones of them, sorted by name. */
const GPtrArray *mc_skill_index_get_pinned(const McSkillIndex *self);

/* The skill of that name, or NULL. */
McSkill *mc_skill_index_find(const McSkillIndex *self, const char *name);

/* (element-type McBrokenSkill), sorted by folder. */
const GPtrArray *mc_skill_index_get_broken(const McSkillIndex *self);

/* The documents have the numbers of the skills; pinned skills are empty documents,
 * because they are never found by topic. */
const McLexicalIndex *mc_skill_index_get_lexical(const McSkillIndex *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McBrokenSkill, mc_broken_skill_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(McSkillIndex, mc_skill_index_unref)
