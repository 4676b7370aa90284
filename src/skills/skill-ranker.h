/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

#include "skills/skill-index.h"

/* Decides which skills a request gets: the best ones by words, but none at all when the
 * best is not good enough (the gate). Pure; any thread. */

typedef struct {
  const char *text;        /* the user's own words */
  guint top_k;             /* at most so many skills */
  guint max_tokens;        /* and so many tokens of them */
  guint pinned_tokens;     /* so many tokens of pinned ones, apart; 0 = none is taken */
  double gate;             /* (0 = the measured default) the score the best one needs */
  gboolean is_strict;      /* a higher gate, for later turns */
  const char *system_text; /* (nullable) the client's own prompt */
  const char *const *present; /* (nullable) names already in the conversation */
} McSkillQuery;

typedef struct {
  McSkill *skill; /* (owned) */
  double score;   /* 0 for pinned ones */
  guint tokens;
  gboolean is_taken;
  /* static: "taken", "pinned", "below the gate", "over top_k", "over the token budget",
   * "over the pinned budget", "already in the conversation", "loaded by the client" */
  const char *reason;
} McSkillCandidate;

/* Pinned skills by name, then what was found, best first. Belongs to its caller. */
typedef struct {
  GArray *candidates; /* (owned) (element-type McSkillCandidate) */
  guint n_taken;      /* pinned ones included */
  guint tokens;       /* of those taken, pinned ones included */
  double gate;        /* that was compared with */
} McSkillChoice;

McSkillChoice *mc_skill_ranker_choose(const McSkillIndex *index,
                                      const McSkillQuery *query);
void mc_skill_choice_free(McSkillChoice *self);

/* {"selected": [candidate …], "tokens": n, "gate": x,
 *  "candidates": [{"name", "score", "tokens", "taken", "reason"} …]} */
JsonNode *mc_skill_choice_to_json(const McSkillChoice *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McSkillChoice, mc_skill_choice_free)
