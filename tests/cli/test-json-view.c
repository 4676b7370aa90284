/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli/json-view.h"

#include "cli-fixture.h"

static const char document[] =
    "{\"a\":{\"b\":\"text\",\"n\":7,\"d\":1.5,\"t\":true,\"z\":null},\"l\":[\"x\",\"y\"]}";

static void
test_paths_lead_to_values(void)
{
  g_autoptr(JsonNode) root = cli_fixture_parse(document);
  g_assert_cmpstr(mc_json_view_get_text(root, "a.b", "-"), ==, "text");
  g_assert_cmpint(mc_json_view_get_int(root, "a.n", 0), ==, 7);
  g_assert_cmpfloat(mc_json_view_get_double(root, "a.d", 0), ==, 1.5);
  g_assert_cmpfloat(mc_json_view_get_double(root, "a.n", 0), ==, 7);
  g_assert_true(mc_json_view_get_boolean(root, "a.t", FALSE));
  g_assert_cmpuint(mc_json_view_count(root, "l"), ==, 2);
  g_assert_cmpstr(json_node_get_string(mc_json_view_get_element(root, "l", 1)), ==, "y");
}

static void
test_what_is_not_as_expected_is_the_fall_back(void)
{
  g_autoptr(JsonNode) root = cli_fixture_parse(document);
  const char *paths[] = {"", "x", "a", "a.x", "a.z", "a.b.c", "l", "l.0", "a.t"};
  for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_assert_cmpstr(mc_json_view_get_text(root, paths[i], "-"), ==, "-");
    g_assert_cmpint(mc_json_view_get_int(root, paths[i], -1), ==, -1);
    g_assert_cmpfloat(mc_json_view_get_double(root, paths[i], -1), ==, -1);
  }
  g_assert_cmpint(mc_json_view_get_int(root, "a.b", -1), ==, -1);
  g_assert_cmpstr(mc_json_view_get_text(root, "a.n", "-"), ==, "-");
  g_assert_true(mc_json_view_get_boolean(root, "a.n", TRUE));
  g_assert_cmpuint(mc_json_view_count(root, "a"), ==, 0);
  g_autoptr(JsonNode) array = cli_fixture_parse("[1]");
  g_assert_null(mc_json_view_get_text(array, "a", NULL));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cli/json-view/paths-lead-to-values", test_paths_lead_to_values);
  g_test_add_func("/cli/json-view/what-is-not-as-expected-is-the-fall-back",
                  test_what_is_not_as_expected_is_the_fall_back);
  return g_test_run();
}
