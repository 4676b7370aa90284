/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/byte-queue.h"

#include <string.h>

static void
test_bytes_come_out_in_order(void)
{
  g_autoptr(McByteQueue) queue = mc_byte_queue_new();
  g_autoptr(GByteArray) expected = g_byte_array_new();
  g_autoptr(GByteArray) seen = g_byte_array_new();
  g_autoptr(GRand) random = g_rand_new_with_seed(7);
  guint8 counter = 0;

  for (int round = 0; round < 3000; round++) {
    gsize length = (gsize) g_rand_int_range(random, 0, round % 10 == 0 ? 40000 : 300);
    g_autofree guint8 *data = g_malloc(length + 1);
    for (gsize i = 0; i < length; i++)
      data[i] = counter++;
    g_byte_array_append(expected, data, (guint) length);
    if (g_rand_boolean(random)) {
      g_autoptr(GBytes) bytes = g_bytes_new(data, length);
      mc_byte_queue_append_bytes(queue, bytes);
    } else {
      mc_byte_queue_append(queue, data, (gssize) length);
    }
    g_assert_cmpuint(mc_byte_queue_get_length(queue), ==, expected->len - seen->len);

    if (g_rand_boolean(random)) {
      guint8 part[5000];
      gsize got = mc_byte_queue_read(queue, part, sizeof part);
      g_byte_array_append(seen, part, (guint) got);
    } else {
      gsize run;
      const guint8 *peeked = mc_byte_queue_peek(queue, &run);
      gsize taken = run / 2;
      if (taken > 0)
        g_byte_array_append(seen, peeked, (guint) taken);
      mc_byte_queue_consume(queue, taken);
    }
  }
  while (mc_byte_queue_get_length(queue) > 0) {
    gsize run;
    const guint8 *peeked = mc_byte_queue_peek(queue, &run);
    g_byte_array_append(seen, peeked, (guint) run);
    mc_byte_queue_consume(queue, run);
  }
  g_assert_cmpmem(seen->data, seen->len, expected->data, expected->len);
}

static void
test_an_empty_queue_has_nothing(void)
{
  g_autoptr(McByteQueue) queue = mc_byte_queue_new();
  gsize length = 1;
  g_assert_null(mc_byte_queue_peek(queue, &length));
  g_assert_cmpuint(length, ==, 0);
  mc_byte_queue_append(queue, "", 0);
  g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
  mc_byte_queue_append_bytes(queue, nothing);
  g_assert_null(mc_byte_queue_peek(queue, &length));
  char byte;
  g_assert_cmpuint(mc_byte_queue_read(queue, &byte, 1), ==, 0);
}

static void
test_long_bytes_are_not_copied(void)
{
  g_autoptr(McByteQueue) queue = mc_byte_queue_new();
  g_autofree char *text = g_strnfill(100000, 'x');
  g_autoptr(GBytes) bytes = g_bytes_new(text, 100000);
  mc_byte_queue_append(queue, "data: ", -1);
  mc_byte_queue_append_bytes(queue, bytes);
  mc_byte_queue_append(queue, "\n\n", -1);
  mc_byte_queue_consume(queue, 6);
  gsize length;
  g_assert_true(mc_byte_queue_peek(queue, &length) == g_bytes_get_data(bytes, NULL));
  g_assert_cmpuint(length, ==, 100000);
}

static void
test_small_appends_share_a_run(void)
{
  g_autoptr(McByteQueue) queue = mc_byte_queue_new();
  for (int i = 0; i < 100; i++)
    mc_byte_queue_append(queue, "abc", -1);
  gsize length;
  mc_byte_queue_peek(queue, &length);
  g_assert_cmpuint(length, ==, 300);
}

static void
test_clear_drops_everything(void)
{
  g_autoptr(McByteQueue) queue = mc_byte_queue_new();
  g_autofree char *text = g_strnfill(50000, 'x');
  mc_byte_queue_append(queue, text, 50000);
  mc_byte_queue_clear(queue);
  g_assert_cmpuint(mc_byte_queue_get_length(queue), ==, 0);
  mc_byte_queue_append(queue, "y", 1);
  gsize length;
  const char *run = mc_byte_queue_peek(queue, &length);
  g_assert_cmpmem(run, length, "y", 1);
}

static double
time_backlog(guint events)
{
  g_autoptr(McByteQueue) queue = mc_byte_queue_new();
  gint64 start = g_get_monotonic_time();
  for (guint i = 0; i < events; i++)
    mc_byte_queue_append(queue, "data: {\"delta\":\"some words\"}\n\n", -1);
  while (mc_byte_queue_get_length(queue) > 0)
    mc_byte_queue_consume(queue, 1);
  return (double) (g_get_monotonic_time() - start) / events;
}

static void
test_a_backlog_costs_in_proportion(void)
{
  time_backlog(10000);
  double small = time_backlog(20000);
  double large = time_backlog(200000);
  /* Quadratic behaviour would show as a factor of ten. */
  g_assert_cmpfloat(large, <, small * 5 + 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/byte-queue/bytes-come-out-in-order",
                  test_bytes_come_out_in_order);
  g_test_add_func("/base/byte-queue/an-empty-queue-has-nothing",
                  test_an_empty_queue_has_nothing);
  g_test_add_func("/base/byte-queue/long-bytes-are-not-copied",
                  test_long_bytes_are_not_copied);
  g_test_add_func("/base/byte-queue/small-appends-share-a-run",
                  test_small_appends_share_a_run);
  g_test_add_func("/base/byte-queue/clear-drops-everything", test_clear_drops_everything);
  g_test_add_func("/base/byte-queue/a-backlog-costs-in-proportion",
                  test_a_backlog_costs_in_proportion);
  return g_test_run();
}
