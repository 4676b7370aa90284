/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/skill-ranker.h"

#include <math.h>
#include <string.h>

#include "skills/request-prior.h"

/* The score that the best skill needs. Measured on the labelled requests of
 * tests/bench/bench-retrieval.c: an eighth of those that need no skill pass it. */
#define DEFAULT_GATE 0.7

/* In the middle of a conversation a skill must be clearly needed. */
#define STRICT_FACTOR 1.2

/* Once the best one has passed, others need less: a request that needs one skill often
 * needs a second. A tenth of it would find six points more of what is needed outside
 * English, but brings strangers along, and a small model (Qwen 1.5B) then overlooks the
 * one that counts. */
#define FOLLOWER_RATIO 0.3

/* More than are ever taken, so that "why" can explain the runners-up. */
#define MOST_CANDIDATES 24

static void
clear_candidate(gpointer data)
{
  McSkillCandidate *candidate = data;
  mc_skill_unref(candidate->skill);
}

static McSkillChoice *
new_choice(double gate)
{
  McSkillChoice *self = g_new0(McSkillChoice, 1);
  self->candidates = g_array_new(FALSE, FALSE, sizeof(McSkillCandidate));
  g_array_set_clear_func(self->candidates, clear_candidate);
  self->gate = gate;
  return self;
}

static void
add_candidate(McSkillChoice *self, McSkill *skill, double score, const char *refusal,
              const char *acceptance)
{
  McSkillCandidate candidate = {
      .skill = mc_skill_ref(skill),
      .score = score,
      .tokens = mc_skill_get_tokens(skill),
      .is_taken = refusal == NULL,
      .reason = refusal != NULL ? refusal : acceptance,
  };
  g_array_append_val(self->candidates, candidate);
  if (candidate.is_taken) {
    self->n_taken++;
    self->tokens += candidate.tokens;
  }
}

/* A client that has the skill in its own prompt does not need it twice. Short texts prove
 * nothing: they occur by chance. */
static gboolean
is_in_prompt(const McSkill *skill, const char *prompt)
{
  if (prompt == NULL || *prompt == '\0')
    return FALSE;
  const char *body = mc_skill_get_body(skill);
  if (strlen(body) >= 40 && strstr(prompt, body) != NULL)
    return TRUE;
  const char *description = mc_skill_get_description(skill);
  return strlen(description) >= 20 && strstr(prompt, description) != NULL &&
         strstr(prompt, mc_skill_get_name(skill)) != NULL;
}

/* Why @skill cannot be taken whatever its score, or NULL. */
static const char *
find_redundancy(const McSkill *skill, const McSkillQuery *query)
{
  if (query->present != NULL && g_strv_contains(query->present, mc_skill_get_name(skill)))
    return "already in the conversation";
  if (is_in_prompt(skill, query->system_text))
    return "loaded by the client";
  return NULL;
}

static void
add_pinned(McSkillChoice *self, const McSkillIndex *index, const McSkillQuery *query)
{
  const GPtrArray *pinned = mc_skill_index_get_pinned(index);
  for (guint i = 0; i < pinned->len; i++) {
    McSkill *skill = pinned->pdata[i];
    const char *refusal = find_redundancy(skill, query);
    if (refusal == NULL &&
        self->tokens + mc_skill_get_tokens(skill) > query->pinned_tokens)
      refusal = "over the pinned budget";
    add_candidate(self, skill, 0, refusal, "pinned");
  }
}

static void
add_found(McSkillChoice *self, const McSkillIndex *index, const McSkillQuery *query)
{
  const GPtrArray *skills = mc_skill_index_get_skills(index);
  McLexicalHit hits[MOST_CANDIDATES];
  guint n_hits = mc_lexical_index_search(mc_skill_index_get_lexical(index), query->text,
                                         hits, G_N_ELEMENTS(hits));
  double prior = mc_request_prior_rate(query->text);
  double best = n_hits > 0 ? prior * (double) hits[0].score : 0;
  double threshold = best >= self->gate ? FOLLOWER_RATIO * best : self->gate;
  guint n_taken = 0;
  guint tokens = 0;
  for (guint i = 0; i < n_hits; i++) {
    McSkill *skill = skills->pdata[hits[i].document];
    double score = prior * (double) hits[i].score;
    const char *refusal = NULL;
    if (score < threshold)
      refusal = "below the gate";
    else if (n_taken >= query->top_k)
      refusal = "over top_k";
    else
      refusal = find_redundancy(skill, query);
    if (refusal == NULL && tokens + mc_skill_get_tokens(skill) > query->max_tokens)
      refusal = "over the token budget";
    add_candidate(self, skill, score, refusal, "taken");
    if (refusal == NULL) {
      n_taken++;
      tokens += mc_skill_get_tokens(skill);
    }
  }
}

McSkillChoice *
mc_skill_ranker_choose(const McSkillIndex *index, const McSkillQuery *query)
{
  double gate = query->gate > 0 ? query->gate : DEFAULT_GATE;
  McSkillChoice *self = new_choice(query->is_strict ? STRICT_FACTOR * gate : gate);
  add_pinned(self, index, query);
  add_found(self, index, query);
  return self;
}

void
mc_skill_choice_free(McSkillChoice *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->candidates);
  g_free(self);
}

static void
add_candidate_json(JsonBuilder *builder, const McSkillCandidate *candidate)
{
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "name");
  json_builder_add_string_value(builder, mc_skill_get_name(candidate->skill));
  json_builder_set_member_name(builder, "score");
  json_builder_add_double_value(builder, round(candidate->score * 1000) / 1000);
  json_builder_set_member_name(builder, "tokens");
  json_builder_add_int_value(builder, candidate->tokens);
  json_builder_set_member_name(builder, "taken");
  json_builder_add_boolean_value(builder, candidate->is_taken);
  json_builder_set_member_name(builder, "reason");
  json_builder_add_string_value(builder, candidate->reason);
  json_builder_end_object(builder);
}

JsonNode *
mc_skill_choice_to_json(const McSkillChoice *self)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "selected");
  json_builder_begin_array(builder);
  for (guint i = 0; i < self->candidates->len; i++) {
    const McSkillCandidate *candidate =
        &g_array_index(self->candidates, McSkillCandidate, i);
    if (candidate->is_taken)
      add_candidate_json(builder, candidate);
  }
  json_builder_end_array(builder);
  json_builder_set_member_name(builder, "tokens");
  json_builder_add_int_value(builder, self->tokens);
  json_builder_set_member_name(builder, "gate");
  json_builder_add_double_value(builder, self->gate);
  json_builder_set_member_name(builder, "candidates");
  json_builder_begin_array(builder);
  for (guint i = 0; i < self->candidates->len; i++)
    add_candidate_json(builder, &g_array_index(self->candidates, McSkillCandidate, i));
  json_builder_end_array(builder);
  json_builder_end_object(builder);
  return json_builder_get_root(builder);
}
