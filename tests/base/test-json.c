/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <string.h>

#include "base/error.h"

static JsonNode *
parse(const char *text)
{
  g_autoptr(GError) error = NULL;
  JsonNode *root = mc_json_parse(text, strlen(text), 1000000, &error);

  g_assert_no_error(error);
  g_assert_nonnull(root);
  return root;
}

static void
test_scalars_are_documents_too(void)
{
  static const char *const texts[] = {"null", "1", "\"x\"", "true", "[]", "{}"};

  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(JsonNode) root = parse(texts[i]);
    g_autofree char *text = mc_json_format(root, FALSE);

    g_assert_cmpstr(text, ==, texts[i]);
  }
}

static void
test_surrogate_pairs_are_read(void)
{
  g_autoptr(JsonNode) root = parse("[\"\\ud83d\\ude00\\u0041\\uD83D\\uDE00\"]");
  g_assert_cmpstr(mc_json_get_string(root, "[0]", NULL), ==,
                  "\360\237\230\200A\360\237\230\200");
}

static void
test_what_json_glib_would_take_is_refused(void)
{
  static const char *const texts[] = {
      "",
      " ",
      "{\"a\":1}{\"b\":2}",
      "{'a':1}",
      "[1,]",
      "/* c */ 1",
      "{\"a\":18446744073709551617}",
      "[-9223372036854775809]",
      "\"\xff\"",
      "var x = {}",
      "[\"\\ud800\\u0041\"]",
      "[\"\\udc00\\ud800\\u0041\"]",
  };

  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;

    g_assert_null(mc_json_parse(texts[i], strlen(texts[i]), 1000, &error));
    g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  }
}

static void
test_deep_texts_are_refused(void)
{
  static const gsize depths[] = {64, 65, 100000};

  for (guint i = 0; i < G_N_ELEMENTS(depths); i++) {
    g_autofree char *open = g_strnfill(depths[i], '[');
    g_autofree char *close = g_strnfill(depths[i], ']');
    g_autofree char *text = g_strconcat(open, close, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) root = mc_json_parse(text, strlen(text), 1000000, &error);

    g_assert_cmpint(root != NULL, ==, depths[i] <= 64);
    if (root == NULL)
      g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  }
}

static void
test_brackets_in_strings_are_no_depth(void)
{
  g_autofree char *brackets = g_strnfill(1000, '[');
  g_autofree char *text = g_strdup_printf("\"\\\"%s\\\\\"", brackets);
  g_autoptr(JsonNode) root = parse(text);

  g_assert_cmpuint(strlen(json_node_get_string(root)), ==, 1002);
}

static void
test_large_texts_are_refused(void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null(mc_json_parse("[1,2,3]", 7, 6, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_TOO_LARGE);
}

static void
test_values_are_found_by_path(void)
{
  g_autoptr(JsonNode) root = parse("{\"a\":{\"b\":[1,{\"c\":\"x\"},[true]]},\"n\":-5}");
  g_autoptr(GError) error = NULL;

  g_assert_cmpstr(mc_json_get_string(root, "a.b[1].c", &error), ==, "x");
  g_assert_cmpint(mc_json_get_int(root, "a.b[0]", &error), ==, 1);
  g_assert_cmpint(mc_json_get_int(root, "n", &error), ==, -5);
  g_assert_true(mc_json_get_boolean(root, "a.b[2][0]", &error));
  g_assert_cmpuint(json_array_get_length(mc_json_get_array(root, "a.b", &error)), ==, 3);
  g_assert_nonnull(mc_json_get_object(root, "", &error));
  g_assert_no_error(error);
}

static void
test_errors_carry_the_path(void)
{
  static const struct {
    const char *path;
    int code;
    const char *message;
  } cases[] = {
      {"x", MC_ERROR_NOT_FOUND, "x: missing"},
      {"a.x.y", MC_ERROR_NOT_FOUND, "a.x: missing"},
      {"a.b[9].c", MC_ERROR_NOT_FOUND, "a.b[9]: missing"},
      {"a[0]", MC_ERROR_NOT_FOUND, "a[0]: missing"},
      {"z", MC_ERROR_NOT_FOUND, "z: missing"},
      {"a.b", MC_ERROR_INVALID_INPUT, "a.b: must be a string"},
      {"a.b[0]", MC_ERROR_INVALID_INPUT, "a.b[0]: must be a string"},
      {"", MC_ERROR_INVALID_INPUT, "the document: must be a string"},
      {"a.b[", MC_ERROR_INVALID_INPUT, "a.b[: must be a string"},
  };
  g_autoptr(JsonNode) root = parse("{\"a\":{\"b\":[1]},\"z\":null}");

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;

    g_assert_null(mc_json_get_string(root, cases[i].path, &error));
    g_assert_error(error, MC_ERROR, cases[i].code);
    g_assert_cmpstr(error->message, ==, cases[i].message);
  }
}

static void
test_types_are_not_bent(void)
{
  g_autoptr(JsonNode) root = parse("{\"s\":\"1\",\"d\":1.5,\"i\":1,\"o\":{}}");

  for (guint i = 0; i < 3; i++) {
    g_autoptr(GError) error = NULL;

    switch (i) {
    case 0:
      g_assert_cmpint(mc_json_get_int(root, "s", &error), ==, 0);
      break;
    case 1:
      g_assert_cmpint(mc_json_get_int(root, "d", &error), ==, 0);
      break;
    default:
      g_assert_false(mc_json_get_boolean(root, "i", &error));
      break;
    }
    g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  }
  g_assert_null(mc_json_get_array(root, "o", NULL));
  g_assert_null(mc_json_get_object(root, "i", NULL));
}

static void
test_lone_surrogates_do_no_harm(void)
{
  g_autoptr(JsonNode) root = mc_json_parse("[\"\\ud800\",\"\\udc00x\"]", 19, 100, NULL);

  if (root != NULL) {
    g_autofree char *text = mc_json_format(root, FALSE);

    g_assert_nonnull(text);
  }
}

static void
test_pretty_text_is_indented(void)
{
  g_autoptr(JsonNode) root = parse("{\"a\":[1]}");
  g_autofree char *text = mc_json_format(root, TRUE);

  g_assert_cmpstr(text, ==, "{\n  \"a\" : [\n    1\n  ]\n}");
}

int
main(int argc, char *argv[])
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/json/scalars-are-documents-too", test_scalars_are_documents_too);
  g_test_add_func("/base/json/surrogate-pairs-are-read", test_surrogate_pairs_are_read);
  g_test_add_func("/base/json/what-json-glib-would-take-is-refused",
                  test_what_json_glib_would_take_is_refused);
  g_test_add_func("/base/json/deep-texts-are-refused", test_deep_texts_are_refused);
  g_test_add_func("/base/json/brackets-in-strings-are-no-depth",
                  test_brackets_in_strings_are_no_depth);
  g_test_add_func("/base/json/large-texts-are-refused", test_large_texts_are_refused);
  g_test_add_func("/base/json/values-are-found-by-path", test_values_are_found_by_path);
  g_test_add_func("/base/json/errors-carry-the-path", test_errors_carry_the_path);
  g_test_add_func("/base/json/types-are-not-bent", test_types_are_not_bent);
  g_test_add_func("/base/json/lone-surrogates-do-no-harm",
                  test_lone_surrogates_do_no_harm);
  g_test_add_func("/base/json/pretty-text-is-indented", test_pretty_text_is_indented);
  return g_test_run();
}
