/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <json-glib/json-glib.h>

#include "skills/skill-index.h"
#include "skills/skill-injector.h"

/* Skills as JSON for the faces. Pure, except that show reads the skill's file. */

/* {"dir", "skills": [{"name", "description", "state", "tokens", "path"}],
 *  "invalid": [{"name", "message", "remedy"}]}; state: "active" or "pinned". */
JsonNode *mc_skills_report_list(const McSkillIndex *index, const char *dir);

/* {"name", "path", "text"}: the file as it is on disk. NOT_FOUND with what the name may
 * have meant; STORAGE. */
JsonNode *mc_skills_report_show(const McSkillIndex *index, const char *name,
                                GError **error);

/* What a conversation that begins with @text would get, and why: {"selected": […],
 * "candidates": […], "tokens", "gate"}; elements: {"name", "score", "tokens", "taken",
 * "reason"}. INVALID_INPUT when @text is empty. */
JsonNode *mc_skills_report_explain(const McSkillIndex *index, const McSkillLimits *limits,
                                   const char *text, GError **error);
