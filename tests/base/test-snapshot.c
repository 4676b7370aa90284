/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/snapshot.h"

static gpointer
ref_box(gpointer value)
{
  return g_atomic_rc_box_acquire(value);
}

static guint n_dropped; /* accessed atomically */

static void
on_dropped(gpointer value)
{
  /* A reader that saw this value after it was dropped would not find its mark. */
  *(guint *) value = 0;
  g_atomic_int_inc(&n_dropped);
}

static void
unref_box(gpointer value)
{
  g_atomic_rc_box_release_full(value, on_dropped);
}

static gpointer
new_box(guint number)
{
  guint *box = g_atomic_rc_box_new(guint);
  *box = number;
  return box;
}

static void
test_empty_gives_nothing(void)
{
  g_autoptr(McSnapshot) snapshot = mc_snapshot_new(ref_box, unref_box);
  g_assert_null(mc_snapshot_dup(snapshot));
}

static void
test_newest_value_is_given(void)
{
  g_atomic_int_set(&n_dropped, 0);
  McSnapshot *snapshot = mc_snapshot_new(ref_box, unref_box);
  mc_snapshot_publish(snapshot, new_box(1));
  guint *first = mc_snapshot_dup(snapshot);
  mc_snapshot_publish(snapshot, new_box(2));

  /* The former value lives as long as somebody holds it, and no longer. */
  g_assert_cmpuint(*first, ==, 1);
  g_assert_cmpuint(g_atomic_int_get(&n_dropped), ==, 0);
  unref_box(first);
  g_assert_cmpuint(g_atomic_int_get(&n_dropped), ==, 1);

  guint *second = mc_snapshot_dup(snapshot);
  g_assert_cmpuint(*second, ==, 2);
  mc_snapshot_free(snapshot);
  g_assert_cmpuint(*second, ==, 2);
  unref_box(second);
  g_assert_cmpuint(g_atomic_int_get(&n_dropped), ==, 2);
}

static void
test_null_withdraws(void)
{
  g_atomic_int_set(&n_dropped, 0);
  g_autoptr(McSnapshot) snapshot = mc_snapshot_new(ref_box, unref_box);
  mc_snapshot_publish(snapshot, new_box(1));
  mc_snapshot_publish(snapshot, NULL);
  g_assert_null(mc_snapshot_dup(snapshot));
  g_assert_cmpuint(g_atomic_int_get(&n_dropped), ==, 1);
}

#define LAST_NUMBER 20000

static gpointer
read_until_last(gpointer data)
{
  McSnapshot *snapshot = data;
  guint newest = 0;
  while (newest != LAST_NUMBER) {
    guint *value = mc_snapshot_dup(snapshot);
    /* Never a dropped one (0), never an older one than before. */
    g_assert_cmpuint(*value, >, 0);
    g_assert_cmpuint(*value, >=, newest);
    newest = *value;
    unref_box(value);
  }
  return NULL;
}

static void
test_readers_on_other_threads_see_whole_values(void)
{
  g_atomic_int_set(&n_dropped, 0);
  McSnapshot *snapshot = mc_snapshot_new(ref_box, unref_box);
  mc_snapshot_publish(snapshot, new_box(1));
  GThread *readers[2];
  for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
    readers[i] = g_thread_new("reader", read_until_last, snapshot);
  for (guint number = 2; number <= LAST_NUMBER; number++)
    mc_snapshot_publish(snapshot, new_box(number));
  for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
    g_thread_join(readers[i]);
  mc_snapshot_free(snapshot);
  g_assert_cmpuint(g_atomic_int_get(&n_dropped), ==, LAST_NUMBER);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/snapshot/empty-gives-nothing", test_empty_gives_nothing);
  g_test_add_func("/base/snapshot/newest-value-is-given", test_newest_value_is_given);
  g_test_add_func("/base/snapshot/null-withdraws", test_null_withdraws);
  g_test_add_func("/base/snapshot/readers-on-other-threads-see-whole-values",
                  test_readers_on_other_threads_see_whole_values);
  return g_test_run();
}
