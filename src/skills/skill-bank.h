/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "skills/library-database.h"

/* Brings the built-in skills into the user's folder and keeps them up to date there,
 * without ever touching what is the user's: a skill that they edited, deleted, or had
 * before under the same name. The manifest in library.db (name → sha256 of what we
 * installed) tells these apart. Blocks; at start-up or on the files queue. */

typedef struct {
  guint installed; /* new in this run */
  guint updated;   /* an older version of ours was replaced */
  guint unchanged; /* as shipped */
  guint edited;    /* left: the user's edit */
  guint deleted;   /* left out: deleted by the user */
  guint foreign;   /* left: the user's own folder of that name */
} McSkillBankReport;

/* Installs each folder of @from that holds a SKILL.md into @into, which is made if it
 * never existed. A skill appears whole or not at all, also after a crash; a failure
 * (STORAGE: disk full, NOT_ALLOWED: read-only) leaves the skills that were done. When
 * @into is gone although skills had been installed there, that is NOT_FOUND and nothing
 * is recorded as deleted: a disk may be unmounted. In another @into than last time what
 * is missing is installed, except what the user once deleted. @report (nullable) is
 * filled in either case. */
gboolean mc_skill_bank_install(const char *from, const char *into,
                               McLibraryDatabase *library, McSkillBankReport *report,
                               GError **error);
