/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include "base/json-span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every node lies inside its parent and is a valid document of its own. */
static void
check_node(const McJsonIndex *index, const char *text, int number)
{
  const McJsonNode *node = mc_json_index_get_node(index, number);
  g_autofree char *string = mc_json_index_dup_string(index, number);
  guint n_children = 0;

  if (node->parent >= 0) {
    const McJsonNode *parent = mc_json_index_get_node(index, node->parent);

    g_assert_cmpuint(node->start, >, parent->start);
    g_assert_cmpuint(node->start + node->length, <, parent->start + parent->length);
  }
  if (string != NULL) {
    g_autoptr(GString) escaped = g_string_new(NULL);
    g_autofree char *again = NULL;

    g_assert_true(g_utf8_validate(string, -1, NULL));
    g_assert_true(mc_json_index_string_equals(index, number, string));
    mc_json_escape_append(escaped, string, -1);
    again = mc_json_span_decode(escaped->str, escaped->len);
    g_assert_cmpstr(again, ==, string);
  } else {
    g_autoptr(McJsonIndex) own =
        mc_json_index_new(text + node->start, node->length, 1, NULL);

    g_assert_nonnull(own);
    g_assert_cmpuint(mc_json_index_get_node(own, 0)->n_children, ==, node->n_children);
  }
  mc_json_index_get_int(index, number, 0);
  for (int child = node->first_child; child >= 0;
       child = mc_json_index_get_node(index, child)->next) {
    check_node(index, text, child);
    n_children++;
  }
  g_assert_true(node->first_child < 0 || n_children == node->n_children);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  g_autoptr(GString) escaped = g_string_new("\"");
  g_autoptr(McJsonIndex) index = mc_json_index_new(text, size, 3, NULL);
  g_autoptr(McJsonIndex) shallow = mc_json_index_new(text, size, 0, NULL);
  g_autoptr(McJsonIndex) quoted = NULL;

  g_assert_cmpint(index != NULL, ==, shallow != NULL);
  if (index != NULL)
    check_node(index, text, 0);
  /* Whatever the bytes are, escaped they are a string. */
  mc_json_escape_append(escaped, text, (gssize) size);
  g_string_append_c(escaped, '"');
  quoted = mc_json_index_new(escaped->str, escaped->len, 0, NULL);
  g_assert_nonnull(quoted);
  return 0;
}
