/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/model-list.h"

#include "base/json-span.h"

static void
test_one_object_serves_both_sdks(void)
{
  g_autoptr(GBytes) list = mc_model_list_format("a\"b", "kimi", 200000);
  gsize length;
  const char *data = g_bytes_get_data(list, &length);
  g_autoptr(GError) error = NULL;
  g_autoptr(McJsonIndex) index = mc_json_index_new(data, length, 4, &error);
  g_assert_no_error(error);
  int models = mc_json_index_find(index, 0, "data");
  int model = mc_json_index_get_node(index, models)->first_child;
  g_assert_true(
      mc_json_index_string_equals(index, mc_json_index_find(index, model, "id"), "a\"b"));
  g_assert_true(mc_json_index_string_equals(
      index, mc_json_index_find(index, model, "object"), "model"));
  g_assert_true(mc_json_index_string_equals(
      index, mc_json_index_find(index, model, "type"), "model"));
  g_assert_cmpint(
      mc_json_index_get_int(index, mc_json_index_find(index, model, "context_length"), 0),
      ==, 200000);
  g_assert_true(mc_json_index_string_equals(
      index, mc_json_index_find(index, 0, "first_id"), "a\"b"));
}

static void
test_an_unknown_window_is_left_out(void)
{
  g_autoptr(GBytes) list = mc_model_list_format("m", "x", 0);
  gsize length;
  const char *data = g_bytes_get_data(list, &length);
  g_assert_null(g_strstr_len(data, (gssize) length, "context_length"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/proxy/model-list/one-object-serves-both-sdks",
                  test_one_object_serves_both_sdks);
  g_test_add_func("/proxy/model-list/an-unknown-window-is-left-out",
                  test_an_unknown_window_is_left_out);
  return g_test_run();
}
