/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "sessions/tail-filter.h"

#define ENDS 100000u

static McTurnHash
make_hash(guint i)
{
  return mc_turn_hash_bytes(&i, sizeof i);
}

static void
test_what_was_added_is_held(void)
{
  g_autoptr(McTailFilter) filter = mc_tail_filter_new();
  for (guint i = 0; i < ENDS; i++) {
    McTurnHash hash = make_hash(i);
    mc_tail_filter_add(filter, &hash);
  }
  for (guint i = 0; i < ENDS; i++) {
    McTurnHash hash = make_hash(i);
    g_assert_true(mc_tail_filter_may_hold(filter, &hash));
  }
}

static void
test_few_strangers_are_taken_for_known(void)
{
  g_autoptr(McTailFilter) filter = mc_tail_filter_new();
  guint wrong = 0;
  McTurnHash first = make_hash(0);

  g_assert_false(mc_tail_filter_may_hold(filter, &first));
  for (guint i = 0; i < ENDS; i++) {
    McTurnHash hash = make_hash(i);
    mc_tail_filter_add(filter, &hash);
  }
  for (guint i = ENDS; i < 2 * ENDS; i++) {
    McTurnHash hash = make_hash(i);
    wrong += mc_tail_filter_may_hold(filter, &hash) ? 1 : 0;
  }
  g_assert_cmpuint(wrong, <, ENDS / 400);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sessions/tail-filter/what-was-added-is-held",
                  test_what_was_added_is_held);
  g_test_add_func("/sessions/tail-filter/few-strangers-are-taken-for-known",
                  test_few_strangers_are_taken_for_known);
  return g_test_run();
}
