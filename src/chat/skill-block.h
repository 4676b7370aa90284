/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The text that carries skills into a prompt. It stands between two markers, so that it
 * can be found again: by the practice upstream, which says what it was given, and by
 * whoever must not learn from it. Pure; any thread. */

#define MC_SKILL_BLOCK_OPENING "<metaclaw-skills>"
#define MC_SKILL_BLOCK_CLOSING "</metaclaw-skills>"

typedef struct {
  const char *name;
  const char *body;
} McSkillSection;

/* The block with @n_sections (> 0) in the given order. The same sections always give the
 * same bytes. A marker inside a body is broken up, so that a skill cannot end the block.
 * Free with g_free(). */
char *mc_skill_block_format(const McSkillSection *sections, guint n_sections);

/* About how many tokens the block adds to its sections. */
guint mc_skill_block_estimate_frame_tokens(void);

/* @text without its blocks and without the blank line that parts each of them from the
 * rest. A marker without its partner stays. Free with g_free(). */
char *mc_skill_block_strip(const char *text);

/* TRUE when @text holds a whole block. */
gboolean mc_skill_block_is_in(const char *text);

/* The names of the skills in all blocks of @text, in their order; an empty list when
 * there are none. Free with g_strfreev(). */
char **mc_skill_block_list_names(const char *text);
