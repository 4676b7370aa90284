/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/json-span.h"

#include <string.h>

#include "base/error.h"

static McJsonIndex *
scan(const char *text, guint depth)
{
  g_autoptr(GError) error = NULL;
  McJsonIndex *index = mc_json_index_new(text, strlen(text), depth, &error);

  g_assert_no_error(error);
  return index;
}

static void
test_valid_documents_are_taken(void)
{
  static const char *const texts[] = {
      "{}",
      "[]",
      "0",
      "-0",
      "-12.5e+3",
      "1E9",
      "true",
      "false",
      "null",
      "\"\"",
      " [ 1 , 2 ] \r\n\t",
      "{\"a\":{\"b\":[{},[],\"\"]}}",
      "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\\ud800\"",
      "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xed\x9f\xbf\xf4\x8f\xbf\xbf\"",
  };

  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(McJsonIndex) index = scan(texts[i], 9);

    g_assert_nonnull(index);
  }
}

static void
test_invalid_documents_are_refused_with_their_offset(void)
{
  static const struct {
    const char *text;
    int offset;
  } cases[] = {
      {"", 0},
      {"  ", 2},
      {"{", 1},
      {"[1", 2},
      {"[1,", 3},
      {"[1,]", 3},
      {"[,1]", 1},
      {"[1 2]", 3},
      {"[1}", 2},
      {"{\"a\"}", 4},
      {"{\"a\":}", 5},
      {"{\"a\":1,}", 7},
      {"{a:1}", 1},
      {"{\"a\":1 \"b\":2}", 7},
      {"{}{}", 2},
      {"]", 0},
      {"01", 1},
      {"-", 1},
      {"1.", 2},
      {"1e", 2},
      {"+1", 0},
      {".5", 0},
      {"NaN", 0},
      {"tru", 0},
      {"nullx", 4},
      {"\"a", 2},
      {"\"\\", 2},
      {"\"\\x\"", 1},
      {"\"\\u12g4\"", 1},
      {"\"a\nb\"", 2},
      {"\"0123456789abcdef\x01\"", 17},
      {"\"\xc0\xaf\"", 1},
      {"\"\xe0\x9f\xbf\"", 1},
      {"\"\xed\xa0\x80\"", 1},
      {"\"\xf4\x90\x80\x80\"", 1},
      {"\"\xf5\x80\x80\x80\"", 1},
      {"\"\x80\"", 1},
      {"\"\xe2\x82", 1},
      {"\xef\xbb\xbf{}", 0},
      {"/* c */ 1", 0},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *expected = g_strdup_printf("byte %d: ", cases[i].offset);
    g_autofree char *copy = g_memdup2(cases[i].text, strlen(cases[i].text));

    /* A copy without a NUL, so that a sanitizer sees a read behind the end. */
    g_assert_null(mc_json_index_new(copy, strlen(cases[i].text), 9, &error));
    g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
    g_test_message("%s: %s", cases[i].text, error->message);
    g_assert_true(g_str_has_prefix(error->message, expected));
  }
}

static void
test_brackets_by_the_hundred_thousand_are_refused(void)
{
  static const char brackets[] = "[{";

  for (int i = 0; i < 2; i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strnfill(100000, brackets[i]);

    g_assert_null(mc_json_index_new(text, 100000, 3, &error));
    g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  }
}

static void
test_nesting_is_allowed_up_to_the_limit(void)
{
  for (int depth = MC_JSON_SPAN_DEPTH_MAX; depth <= MC_JSON_SPAN_DEPTH_MAX + 1; depth++) {
    g_autofree char *open = g_strnfill((gsize) depth, '[');
    g_autofree char *close = g_strnfill((gsize) depth, ']');
    g_autofree char *text = g_strconcat(open, close, NULL);
    g_autoptr(McJsonIndex) index = mc_json_index_new(text, strlen(text), 400, NULL);

    g_assert_cmpint(index != NULL, ==, depth <= MC_JSON_SPAN_DEPTH_MAX);
  }
}

static void
test_too_many_values_are_refused(void)
{
  g_autoptr(GString) text = g_string_new("[0");
  g_autoptr(McJsonIndex) shallow = NULL;

  for (guint i = 0; i < MC_JSON_SPAN_NODES_MAX; i++)
    g_string_append(text, ",0");
  g_string_append_c(text, ']');
  g_assert_null(mc_json_index_new(text->str, text->len, 1, NULL));
  shallow = mc_json_index_new(text->str, text->len, 0, NULL);
  g_assert_nonnull(shallow);
  g_assert_cmpuint(mc_json_index_get_node(shallow, 0)->n_children, ==,
                   MC_JSON_SPAN_NODES_MAX + 1);
}

static void
test_spans_and_links_are_right(void)
{
  const char *text = " {\"a\": [1, {\"b\": [2, 3]}, \"x\"], \"c\": -1.5} ";
  g_autoptr(McJsonIndex) index = scan(text, 3);
  const McJsonNode *root = mc_json_index_get_node(index, 0);
  int a = mc_json_index_find(index, 0, "a");
  int c = mc_json_index_find(index, 0, "c");
  const McJsonNode *list = mc_json_index_get_node(index, a);
  const McJsonNode *b;

  g_assert_cmpuint(root->start, ==, 1);
  g_assert_cmpuint(root->length, ==, strlen(text) - 2);
  g_assert_cmpuint(root->n_children, ==, 2);
  g_assert_cmpint(root->parent, ==, -1);
  g_assert_cmpint(root->next, ==, -1);
  g_assert_cmpuint(list->n_children, ==, 3);
  g_assert_cmpuint(list->depth, ==, 1);
  g_assert_cmpint(list->next, ==, c);
  g_assert_cmpint(list->parent, ==, 0);
  g_assert_cmpmem(text + list->key_start, list->key_length, "\"a\"", 3);
  g_assert_cmpmem(text + list->start, list->length, "[1, {\"b\": [2, 3]}, \"x\"]", 23);
  g_assert_cmpuint(mc_json_index_get_node(index, list->first_child)->key_length, ==, 0);
  g_assert_cmpmem(text + mc_json_index_get_node(index, c)->start, 4, "-1.5", 4);
  b = mc_json_index_get_node(
      index, mc_json_index_find(
                 index, mc_json_index_get_node(index, list->first_child)->next, "b"));
  /* Its elements are deeper than the index, yet counted. */
  g_assert_cmpint(b->first_child, ==, -1);
  g_assert_cmpuint(b->n_children, ==, 2);
}

static void
test_the_last_duplicate_counts(void)
{
  g_autoptr(McJsonIndex) index = scan("{\"a\":1,\"b\":2,\"a\":3}", 2);

  g_assert_cmpint(mc_json_index_get_int(index, mc_json_index_find(index, 0, "a"), 0), ==,
                  3);
}

static void
test_keys_with_escapes_are_found(void)
{
  g_autoptr(McJsonIndex) index =
      scan("{\"mod\\u0065l\":\"m\",\"x\":{\"a\\/b\":true},\"model\\u0000\":1}", 3);

  g_assert_cmpint(mc_json_index_find(index, 0, "model"), >, 0);
  g_assert_true(mc_json_index_is(
      index, mc_json_index_find_path(index, 0, "x", "a/b", NULL), MC_JSON_TRUE));
  g_assert_cmpint(mc_json_index_find(index, 0, "mod"), ==, -1);
  g_assert_cmpint(mc_json_index_find_path(index, 0, "x", "y", "z", NULL), ==, -1);
  g_assert_cmpint(mc_json_index_find(index, -1, "x"), ==, -1);
  g_assert_cmpint(mc_json_index_find(index, 0, ""), ==, -1);
}

static void
test_empty_keys_are_found(void)
{
  g_autoptr(McJsonIndex) index = scan("{\"\":1,\"\\n\":2}", 1);

  g_assert_cmpint(mc_json_index_find(index, 0, ""), ==, 1);
  g_assert_cmpint(mc_json_index_find(index, 0, "\n"), ==, 2);
  g_assert_cmpint(mc_json_index_find(index, 0, "n"), ==, -1);
}

static void
test_strings_are_decoded(void)
{
  g_autoptr(McJsonIndex) index = scan(
      "[\"a\\n\\\"\\\\\\/\\u20ac\\ud83d\\ude00|\\ud83d|\\ude00\\ud83dx|\\u0000\"]", 1);
  g_autofree char *text = mc_json_index_dup_string(index, 1);

  g_assert_cmpstr(text, ==,
                  "a\n\"\\/€😀|\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbdx|\xef\xbf\xbd");
  g_assert_null(mc_json_index_dup_string(index, 0));
  g_assert_null(mc_json_index_dup_string(index, -1));
  g_assert_true(mc_json_index_string_equals(index, 1, text));
  g_assert_false(mc_json_index_string_equals(index, 1, "a"));
}

static void
test_integers_are_read_when_they_fit(void)
{
  static const struct {
    const char *text;
    gint64 value;
  } cases[] = {
      {"0", 0},
      {"-7", -7},
      {"9223372036854775807", G_MAXINT64},
      {"9223372036854775808", -1},
      {"16.0", 16},
      {"1e3", 1000},
      {"1.5", -1},
      {"1e400", -1},
      {"\"5\"", -1},
      {"null", -1},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(McJsonIndex) index = scan(cases[i].text, 0);

    g_assert_cmpint(mc_json_index_get_int(index, 0, -1), ==, cases[i].value);
  }
}

static void
test_escaped_text_decodes_to_itself(void)
{
  g_autoptr(GString) out = g_string_new("\"");
  g_autoptr(McJsonIndex) index = NULL;
  g_autofree char *text = NULL;

  mc_json_escape_append(out, "a\"\\/\b\f\n\r\t\x01\x7f é€😀 and quite some more text", -1);
  g_string_append_c(out, '"');
  index = scan(out->str, 0);
  text = mc_json_index_dup_string(index, 0);
  g_assert_cmpstr(text, ==, "a\"\\/\b\f\n\r\t\x01\x7f é€😀 and quite some more text");
  g_assert_nonnull(strstr(out->str, "\\u0001"));
}

static void
test_escaping_mends_bad_utf8_and_zero_bytes(void)
{
  g_autoptr(GString) out = g_string_new(NULL);

  mc_json_escape_append(out, "a\xff\xe2\x82z\0b", 7);
  g_assert_cmpstr(out->str, ==, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\\u0000b");
}

static void
test_splices_apply_in_order(void)
{
  g_autoptr(McJsonSplice) splice = mc_json_splice_new();
  g_autoptr(GBytes) result = NULL;

  mc_json_splice_add(splice, 5, 0, "C", -1);
  mc_json_splice_add(splice, 0, 0, "A", 1);
  mc_json_splice_add(splice, 0, 2, "B", 1);
  mc_json_splice_add(splice, 0, 0, "a", 1);
  mc_json_splice_add(splice, 2, 1, NULL, 0);
  g_assert_cmpuint(mc_json_splice_get_count(splice), ==, 5);
  result = mc_json_splice_apply(splice, "01234", 5);
  g_assert_cmpmem(g_bytes_get_data(result, NULL), g_bytes_get_size(result), "ABa34C", 6);
}

/* Every kind of special byte at every offset of a 16-byte step, against a plain count. */
static void
test_special_bytes_are_seen_at_every_offset(void)
{
  static const char *const specials[] = {"\"", "\\n", "\x1f", "\xc3\xa9", "\xc3"};
  static const gboolean ends_well[] = {FALSE, TRUE, FALSE, TRUE, FALSE};

  for (guint i = 0; i < G_N_ELEMENTS(specials); i++) {
    for (gsize before = 0; before < 40; before++) {
      g_autofree char *left = g_strnfill(before, 'a');
      g_autofree char *text = g_strconcat("\"", left, specials[i], "bbbbb\"", NULL);
      g_autofree char *copy = g_memdup2(text, strlen(text));
      g_autoptr(McJsonIndex) index = mc_json_index_new(copy, strlen(text), 0, NULL);

      g_assert_cmpint(index != NULL, ==, ends_well[i]);
    }
  }
}

int
main(int argc, char *argv[])
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/json-span/valid-documents-are-taken",
                  test_valid_documents_are_taken);
  g_test_add_func("/base/json-span/invalid-documents-are-refused-with-their-offset",
                  test_invalid_documents_are_refused_with_their_offset);
  g_test_add_func("/base/json-span/brackets-by-the-hundred-thousand-are-refused",
                  test_brackets_by_the_hundred_thousand_are_refused);
  g_test_add_func("/base/json-span/nesting-is-allowed-up-to-the-limit",
                  test_nesting_is_allowed_up_to_the_limit);
  g_test_add_func("/base/json-span/too-many-values-are-refused",
                  test_too_many_values_are_refused);
  g_test_add_func("/base/json-span/spans-and-links-are-right",
                  test_spans_and_links_are_right);
  g_test_add_func("/base/json-span/the-last-duplicate-counts",
                  test_the_last_duplicate_counts);
  g_test_add_func("/base/json-span/keys-with-escapes-are-found",
                  test_keys_with_escapes_are_found);
  g_test_add_func("/base/json-span/empty-keys-are-found", test_empty_keys_are_found);
  g_test_add_func("/base/json-span/strings-are-decoded", test_strings_are_decoded);
  g_test_add_func("/base/json-span/integers-are-read-when-they-fit",
                  test_integers_are_read_when_they_fit);
  g_test_add_func("/base/json-span/escaped-text-decodes-to-itself",
                  test_escaped_text_decodes_to_itself);
  g_test_add_func("/base/json-span/escaping-mends-bad-utf8-and-zero-bytes",
                  test_escaping_mends_bad_utf8_and_zero_bytes);
  g_test_add_func("/base/json-span/splices-apply-in-order", test_splices_apply_in_order);
  g_test_add_func("/base/json-span/special-bytes-are-seen-at-every-offset",
                  test_special_bytes_are_seen_at_every_offset);
  return g_test_run();
}
