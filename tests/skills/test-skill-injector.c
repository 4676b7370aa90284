/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/skill-injector.h"

#include <string.h>

#include "chat/skill-block.h"
#include "skill-samples.h"

static const McSkillLimits limits = MC_SKILL_LIMITS_DEFAULT;
static const McTurnHash anchor = {1, 2};

static McInjection *
choose(McSkillIndex *index, gboolean is_first, const char *words,
       const GPtrArray *injections)
{
  return mc_skill_injector_choose(index, &limits,
                                  &(McSkillMoment){.is_first = is_first,
                                                   .user_words = words,
                                                   .anchor = anchor,
                                                   .injections = injections},
                                  NULL);
}

static void
test_first_turn_goes_into_the_system_prompt(void)
{
  g_autoptr(McSkillIndex) index = make_sample_index();
  g_autoptr(McInjection) injection = choose(index, TRUE, "my test is flaky", NULL);
  g_assert_nonnull(injection);
  g_assert_cmpint(injection->place, ==, MC_INJECTION_SYSTEM);
  g_assert_true(g_str_has_prefix(injection->text, MC_SKILL_BLOCK_OPENING));
  g_assert_true(g_strv_contains((const char *const *) injection->names, "flaky-tests"));
  g_assert_true(g_strv_contains((const char *const *) injection->names, "house-rules"));
  g_assert_nonnull(strstr(injection->text, "## flaky-tests\n\nRun the test twenty"));
  g_assert_cmpuint(injection->tokens, >, 0);
  g_auto(GStrv) named = mc_skill_block_list_names(injection->text);
  g_assert_cmpuint(g_strv_length(named), ==, g_strv_length(injection->names));
}

static void
test_same_moment_gives_the_same_bytes(void)
{
  g_autoptr(McSkillIndex) index = make_sample_index();
  g_autoptr(McInjection) first = choose(index, TRUE, "a flaky test in postgres", NULL);
  g_autoptr(McInjection) second = choose(index, TRUE, "a flaky test in postgres", NULL);
  g_assert_cmpstr(first->text, ==, second->text);
}

static void
test_later_turn_adds_only_what_is_new(void)
{
  g_autoptr(McSkillIndex) index = make_sample_index();
  g_autoptr(GPtrArray) injections =
      g_ptr_array_new_with_free_func((GDestroyNotify) mc_injection_unref);
  g_ptr_array_add(injections, choose(index, TRUE, "my flaky test fails", NULL));
  g_autoptr(McInjection) again =
      choose(index, FALSE, "flaky test, intermittent failure", injections);
  if (again != NULL)
    g_assert_false(g_strv_contains((const char *const *) again->names, "flaky-tests"));
  g_autoptr(McInjection) other =
      choose(index, FALSE, "slow query in postgres, which index", injections);
  g_assert_nonnull(other);
  g_assert_cmpint(other->place, ==, MC_INJECTION_USER);
  g_assert_true(mc_turn_hash_equal(&other->anchor, &anchor));
  g_assert_cmpstr(other->names[0], ==, "sql-review");
  g_assert_null(other->names[1]);
  g_assert_true(g_str_has_suffix(other->text, MC_SKILL_BLOCK_CLOSING));
}

static void
test_nothing_relevant_adds_nothing(void)
{
  g_autoptr(McSkillIndex) index = make_sample_index();
  g_autoptr(McInjection) later =
      choose(index, FALSE, "what is the capital of Peru", NULL);
  g_assert_null(later);
  g_autoptr(McSkillChoice) choice = NULL;
  McSkillLimits no_pins = limits;
  no_pins.pinned_tokens = 0;
  g_autoptr(McInjection) first = mc_skill_injector_choose(
      index, &no_pins, &(McSkillMoment){.is_first = TRUE, .user_words = "hello"},
      &choice);
  g_assert_null(first);
  g_assert_nonnull(choice);
  g_assert_cmpuint(choice->n_taken, ==, 0);
}

static void
test_conversation_has_a_budget(void)
{
  g_autoptr(McSkillIndex) index = make_sample_index();
  g_autoptr(GPtrArray) injections =
      g_ptr_array_new_with_free_func((GDestroyNotify) mc_injection_unref);
  const char *const names[] = {"other", NULL};
  g_ptr_array_add(injections,
                  mc_injection_new(MC_INJECTION_SYSTEM, &anchor, "x", names, 2990));
  g_autoptr(McInjection) injection =
      choose(index, FALSE, "slow query in postgres, which index", injections);
  g_assert_null(injection);
}

static void
test_what_the_client_loads_is_not_taken(void)
{
  g_autoptr(McSkillIndex) index = make_sample_index();
  g_autofree char *prompt =
      g_strconcat("You are helpful.\n",
                  mc_skill_get_body(mc_skill_index_find(index, "sql-review")), NULL);
  g_autoptr(McInjection) injection = mc_skill_injector_choose(
      index, &limits,
      &(McSkillMoment){.user_words = "slow query in postgres", .system_text = prompt},
      NULL);
  if (injection != NULL)
    g_assert_false(g_strv_contains((const char *const *) injection->names, "sql-review"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add_func("/skills/skill-injector/" path, function)
  ADD("first-turn-goes-into-the-system-prompt",
      test_first_turn_goes_into_the_system_prompt);
  ADD("same-moment-gives-the-same-bytes", test_same_moment_gives_the_same_bytes);
  ADD("later-turn-adds-only-what-is-new", test_later_turn_adds_only_what_is_new);
  ADD("nothing-relevant-adds-nothing", test_nothing_relevant_adds_nothing);
  ADD("conversation-has-a-budget", test_conversation_has_a_budget);
  ADD("what-the-client-loads-is-not-taken", test_what_the_client_loads_is_not_taken);
  return g_test_run();
}
