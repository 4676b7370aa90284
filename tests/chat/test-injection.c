/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "chat/injection.h"

static void
test_it_keeps_what_it_was_given(void)
{
  McTurnHash anchor = {1, 2};
  const char *names[] = {"one", "two", NULL};
  g_autoptr(McInjection) injection =
      mc_injection_new(MC_INJECTION_USER, &anchor, "text", names, 7);

  g_assert_cmpint(injection->place, ==, MC_INJECTION_USER);
  g_assert_true(mc_turn_hash_equal(&injection->anchor, &anchor));
  g_assert_cmpstr(injection->text, ==, "text");
  g_assert_cmpstrv(injection->names, names);
  g_assert_true((gpointer) injection->names != (gpointer) names);
  g_assert_cmpuint(injection->tokens, ==, 7);
}

static void
test_no_anchor_and_no_names_are_empty(void)
{
  g_autoptr(McInjection) injection =
      mc_injection_new(MC_INJECTION_SYSTEM, NULL, "t", NULL, 1);
  McTurnHash zero = {0, 0};

  g_assert_true(mc_turn_hash_equal(&injection->anchor, &zero));
  g_assert_nonnull(injection->names);
  g_assert_null(injection->names[0]);
}

static void
test_it_lives_as_long_as_a_reference(void)
{
  McInjection *first = mc_injection_new(MC_INJECTION_SYSTEM, NULL, "t", NULL, 1);
  McInjection *second = mc_injection_ref(first);

  mc_injection_unref(first);
  g_assert_cmpstr(second->text, ==, "t");
  mc_injection_unref(second);
}

int
main(int argc, char *argv[])
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/chat/injection/it-keeps-what-it-was-given",
                  test_it_keeps_what_it_was_given);
  g_test_add_func("/chat/injection/no-anchor-and-no-names-are-empty",
                  test_no_anchor_and_no_names_are_empty);
  g_test_add_func("/chat/injection/it-lives-as-long-as-a-reference",
                  test_it_lives_as_long_as_a_reference);
  return g_test_run();
}
