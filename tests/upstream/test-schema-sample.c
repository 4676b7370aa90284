/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "upstream/schema-sample.h"

static char *
sample(const char *schema)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(McJsonIndex) index = mc_json_index_new(schema, strlen(schema), 64, &error);
  g_assert_no_error(error);
  GString *out = g_string_new(NULL);
  mc_schema_sample_append(out, index, 0);
  g_autoptr(McJsonIndex) valid = mc_json_index_new(out->str, out->len, 64, &error);
  g_assert_no_error(error);
  g_assert_nonnull(valid);
  return g_string_free(out, FALSE);
}

static void
assert_sample(const char *schema, const char *expected)
{
  g_autofree char *json = sample(schema);
  g_assert_cmpstr(json, ==, expected);
}

static void
test_types_get_a_value_of_theirs(void)
{
  assert_sample("{\"type\":\"string\"}", "\"practice\"");
  assert_sample("{\"type\":\"integer\"}", "1");
  assert_sample("{\"type\":\"number\"}", "1");
  assert_sample("{\"type\":\"boolean\"}", "false");
  assert_sample("{\"type\":\"null\"}", "null");
  assert_sample("{\"type\":[\"null\",\"integer\"]}", "1");
  assert_sample("{\"type\":\"object\"}", "{}");
  assert_sample("{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "[1]");
  assert_sample("true", "\"practice\"");
}

static void
test_only_required_properties_are_given(void)
{
  assert_sample("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},"
                "\"b\":{\"type\":\"integer\"},\"c\":{\"type\":\"boolean\"}},"
                "\"required\":[\"c\",\"a\"]}",
                "{\"c\":false,\"a\":\"practice\"}");
  assert_sample("{\"properties\":{\"a\":{}},\"required\":[\"un\\\"known\"]}",
                "{\"un\\\"known\":\"practice\"}");
}

static void
test_nested_objects_are_filled(void)
{
  assert_sample("{\"type\":\"object\",\"required\":[\"o\"],\"properties\":{\"o\":{"
                "\"type\":\"object\",\"required\":[\"l\"],\"properties\":{\"l\":{"
                "\"type\":\"array\",\"minItems\":2,\"items\":{\"type\":\"integer\"}}}}}}",
                "{\"o\":{\"l\":[1,1]}}");
}

static void
test_shown_values_are_taken(void)
{
  assert_sample("{\"enum\":[\"celsius\",\"kelvin\"]}", "\"celsius\"");
  assert_sample("{\"const\":{\"a\": 0.70}}", "{\"a\": 0.70}");
  assert_sample("{\"type\":\"integer\",\"default\":7}", "7");
  assert_sample("{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"integer\"}]}", "1");
}

static void
test_bounds_are_kept(void)
{
  assert_sample("{\"type\":\"integer\",\"minimum\":5}", "5");
  assert_sample("{\"type\":\"integer\",\"exclusiveMinimum\":5}", "6");
  assert_sample("{\"type\":\"integer\",\"maximum\":-3}", "-3");
  assert_sample("{\"type\":\"string\",\"maxLength\":3}", "\"pra\"");
  assert_sample("{\"type\":\"string\",\"minLength\":10}", "\"practice..\"");
  assert_sample("{\"type\":\"array\",\"maxItems\":0}", "[]");
  assert_sample("{\"type\":\"string\",\"format\":\"date\"}", "\"2026-01-01\"");
}

static void
test_values_do_no_harm_when_run(void)
{
  assert_sample(
      "{\"properties\":{\"filePath\":{\"type\":\"string\"},\"command\":{\"type\":"
      "\"string\"},\"force\":{\"type\":\"boolean\"}},\"required\":[\"filePath\","
      "\"command\",\"force\"]}",
      "{\"filePath\":\"metaclaw-practice.txt\",\"command\":\"echo practice\","
      "\"force\":false}");
}

static void
test_references_are_followed(void)
{
  assert_sample("{\"$defs\":{\"a/b\":{\"type\":\"integer\"}},\"properties\":{\"n\":{"
                "\"$ref\":\"#/$defs/a~1b\"}},\"required\":[\"n\"]}",
                "{\"n\":1}");
  assert_sample("{\"$ref\":\"#/nowhere\"}", "\"practice\"");
  assert_sample("{\"$ref\":\"https://example.org/schema\"}", "\"practice\"");
}

static void
test_endless_schemas_end(void)
{
  g_autofree char *circle = sample("{\"$ref\":\"#\"}");
  g_assert_cmpstr(circle, ==, "null");
  g_autofree char *tree =
      sample("{\"type\":\"array\",\"minItems\":1000000,\"items\":{\"$ref\":\"#\"}}");
  g_assert_cmpuint(strlen(tree), <, 4096);
}

static void
test_no_schema_is_a_text(void)
{
  g_autoptr(McJsonIndex) index = mc_json_index_new("{}", 2, 4, NULL);
  g_autoptr(GString) out = g_string_new(NULL);
  mc_schema_sample_append(out, index, -1);
  g_assert_cmpstr(out->str, ==, "\"practice\"");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/upstream/schema-sample/" name, function)
  ADD("types-get-a-value-of-theirs", test_types_get_a_value_of_theirs);
  ADD("only-required-properties-are-given", test_only_required_properties_are_given);
  ADD("nested-objects-are-filled", test_nested_objects_are_filled);
  ADD("shown-values-are-taken", test_shown_values_are_taken);
  ADD("bounds-are-kept", test_bounds_are_kept);
  ADD("values-do-no-harm-when-run", test_values_do_no_harm_when_run);
  ADD("references-are-followed", test_references_are_followed);
  ADD("endless-schemas-end", test_endless_schemas_end);
  ADD("no-schema-is-a-text", test_no_schema_is_a_text);
  return g_test_run();
}
