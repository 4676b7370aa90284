/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/skill-injector.h"

#include "chat/skill-block.h"

/* The names in @injections, NULL-terminated (unowned strings, owned array). */
static const char **
list_present(const GPtrArray *injections, guint *tokens_out)
{
  GPtrArray *names = g_ptr_array_new();
  *tokens_out = 0;
  for (guint i = 0; injections != NULL && i < injections->len; i++) {
    const McInjection *injection = injections->pdata[i];
    *tokens_out += injection->tokens;
    for (guint n = 0; injection->names != NULL && injection->names[n] != NULL; n++)
      g_ptr_array_add(names, injection->names[n]);
  }
  g_ptr_array_add(names, NULL);
  return (const char **) g_ptr_array_free(names, FALSE);
}

static McInjection *
build_injection(const McSkillChoice *choice, McInjectionPlace place,
                const McTurnHash *anchor)
{
  g_autofree McSkillSection *sections = g_new0(McSkillSection, choice->n_taken);
  g_autofree const char **names = g_new0(const char *, choice->n_taken + 1);
  guint n_sections = 0;
  for (guint i = 0; i < choice->candidates->len; i++) {
    const McSkillCandidate *candidate =
        &g_array_index(choice->candidates, McSkillCandidate, i);
    if (!candidate->is_taken)
      continue;
    names[n_sections] = mc_skill_get_name(candidate->skill);
    sections[n_sections++] = (McSkillSection){mc_skill_get_name(candidate->skill),
                                              mc_skill_get_body(candidate->skill)};
  }
  g_autofree char *block = mc_skill_block_format(sections, n_sections);
  return mc_injection_new(place, anchor, block, names,
                          choice->tokens + mc_skill_block_estimate_frame_tokens());
}

McInjection *
mc_skill_injector_choose(const McSkillIndex *index, const McSkillLimits *limits,
                         const McSkillMoment *moment, McSkillChoice **choice_out)
{
  guint spent = 0;
  g_autofree const char **present = list_present(moment->injections, &spent);
  guint frame = mc_skill_block_estimate_frame_tokens();
  guint left = limits->conversation_tokens > spent + frame
                   ? limits->conversation_tokens - spent - frame
                   : 0;
  guint pinned = moment->is_first ? MIN(limits->pinned_tokens, left) : 0;
  g_autoptr(McSkillChoice) choice = mc_skill_ranker_choose(
      index, &(McSkillQuery){
                 .text = moment->user_words,
                 .top_k = limits->top_k,
                 .max_tokens = MIN(limits->max_tokens, left - pinned),
                 .pinned_tokens = pinned,
                 .is_strict = !moment->is_first,
                 .system_text = moment->system_text,
                 .present = present,
             });
  McInjection *injection = NULL;
  if (choice->n_taken > 0) {
    McTurnHash none = {0};
    injection = moment->is_first
                    ? build_injection(choice, MC_INJECTION_SYSTEM, &none)
                    : build_injection(choice, MC_INJECTION_USER, &moment->anchor);
  }
  if (choice_out != NULL)
    *choice_out = g_steal_pointer(&choice);
  return injection;
}
