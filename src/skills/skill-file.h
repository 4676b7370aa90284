/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "skills/skill.h"

/* SKILL.md, read and written: YAML front matter between two lines of three dashes, then
 * Markdown (the Agent Skills specification, agentskills.io). Liberal in reading, strict
 * in writing. Pure; any thread. */

/* A larger file is refused. */
#define MC_SKILL_FILE_SIZE_MAX (256 * 1024)

/* Reads @length bytes of the file at @path, which lies in the folder @folder_name
 * (nullable; a remedy names it). Accepted beyond the specification: a byte order mark,
 * CRLF, a name that differs from the folder's or breaks its rules (it is made valid), a
 * description of any length, top-level "category", "group", "lane" and "triggers", and
 * one-line values that strict YAML rejects ("description: Set up: hooks").
 * INVALID_INPUT or TOO_LARGE, message "PATH:LINE: reason; what to do". */
McSkill *mc_skill_file_parse(const char *path, const char *folder_name, const char *data,
                             gsize length, GError **error);

/* A file that the specification's checker and YAML 1.1 and 1.2 parsers read back to the
 * same fields; a description over 1,024 characters is cut at a word. */
char *mc_skill_file_format(const McSkill *skill);

/* A valid name for any title: "Use sudo: never" becomes "use-sudo-never"; a title with
 * letters that have no ASCII form gets a short hash of itself, so that two of them stay
 * apart. The same title always gives the same name. */
char *mc_skill_name_from_title(const char *title);
