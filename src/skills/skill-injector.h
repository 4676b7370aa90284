/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "chat/injection.h"
#include "skills/skill-ranker.h"

/* Decides what text a turn adds to its conversation. The set for the end of the system
 * prompt is chosen at the first main turn and stays; what a later turn needs goes in
 * front of that turn's user message. Both are re-inserted byte for byte from then on, so
 * that the provider's prompt cache holds. Pure; any thread. */

typedef struct {
  guint top_k;               /* skills a choice */
  guint max_tokens;          /* of them, a choice */
  guint conversation_tokens; /* of all injections of a conversation, pinned ones too */
  guint pinned_tokens;       /* of pinned skills */
} McSkillLimits;

#define MC_SKILL_LIMITS_DEFAULT                                                          \
  {                                                                                      \
    6, 700, 3000, 400                                                                    \
  }

typedef struct {
  gboolean is_first;           /* the first main turn of the conversation */
  const char *user_words;      /* cleaned */
  McTurnHash anchor;           /* the link of the user's message */
  const char *system_text;     /* (nullable) the client's own prompt */
  const GPtrArray *injections; /* (nullable) (element-type McInjection) there already */
} McSkillMoment;

/* New text for the conversation, or NULL. @choice_out (out) (nullable) (transfer full):
 * how it came about. */
McInjection *mc_skill_injector_choose(const McSkillIndex *index,
                                      const McSkillLimits *limits,
                                      const McSkillMoment *moment,
                                      McSkillChoice **choice_out);
