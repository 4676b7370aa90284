/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include "chat/chat-edit.h"
#include "chat/chat-request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The longest common head and tail of both must make up the whole of the original: what
 * one insertion leaves. */
static void
check_one_insertion(GBytes *before, GBytes *after)
{
  gsize before_length, after_length;
  gsize head = 0;
  gsize tail = 0;
  const char *old = g_bytes_get_data(before, &before_length);
  const char *new = g_bytes_get_data(after, &after_length);

  g_assert_cmpuint(after_length, >=, before_length);
  while (head < before_length && old[head] == new[head])
    head++;
  while (tail < before_length &&
         old[before_length - 1 - tail] == new[after_length - 1 - tail])
    tail++;
  g_assert_cmpuint(head + tail, >=, before_length);
}

static gboolean
has_null_content(McChatRequest *request, guint message)
{
  const McJsonIndex *index = mc_chat_request_get_index(request);

  return mc_json_index_is(
      index,
      mc_json_index_find(index, mc_chat_request_get_message_node(request, message),
                         "content"),
      MC_JSON_NULL);
}

static void
check_single_edits(McChatRequest *request)
{
  guint n_messages = mc_chat_request_get_n_messages(request);
  guint target = 0;

  for (guint i = 0; i < 2; i++) {
    g_autoptr(McChatEdit) edit = mc_chat_edit_new(request);
    g_autoptr(McChatRequest) again = NULL;
    g_autoptr(GBytes) result = NULL;

    if (i == 0) {
      mc_chat_edit_prepend_message(edit, n_messages - 1, "in\nfront");
      target = n_messages - 1;
    } else {
      mc_chat_edit_append_system(edit, "be\"hind");
      for (target = 0; target < n_messages; target++)
        if (!mc_chat_request_is_system_message(request, target))
          break;
      target = target > 0 ? target - 1 : 0;
    }
    result = mc_chat_edit_apply(edit);
    again = mc_chat_request_new_openai(result, NULL);
    g_assert_nonnull(again);
    if (!has_null_content(request, target))
      check_one_insertion(mc_chat_request_get_body(request), result);
  }
}

static void
check_all_edits(McChatRequest *request)
{
  g_autoptr(McChatEdit) edit = mc_chat_edit_new(request);
  g_autoptr(McChatRequest) again = NULL;
  g_autoptr(GBytes) result = NULL;

  mc_chat_edit_set_model(edit, "m\"");
  mc_chat_edit_request_usage(edit);
  mc_chat_edit_remove(edit, "x");
  mc_chat_edit_append_system(edit, "system");
  mc_chat_edit_prepend_message(edit, 0, "first");
  mc_chat_edit_prepend_message(edit, mc_chat_request_get_n_messages(request) - 1, "last");
  result = mc_chat_edit_apply(edit);
  again = mc_chat_request_new_openai(result, NULL);
  g_assert_nonnull(again);
  g_assert_cmpstr(mc_chat_request_get_model(again), ==, "m\"");
  g_assert_true(mc_chat_request_wants_usage(again));
}

static void
check_chain(McChatRequest *request, GBytes *body)
{
  /* The second reading comes from memory and must agree. */
  g_autoptr(McChatRequest) twin = mc_chat_request_new_openai(body, NULL);
  const GArray *one = mc_chat_request_get_chain(request, "s");
  const GArray *two = mc_chat_request_get_chain(twin, "s");

  g_assert_cmpuint(one->len, ==, two->len);
  for (guint i = 0; i < one->len; i++) {
    /* Field by field: between them lies padding, which nobody sets. */
    const McChainLink *link = &g_array_index(one, McChainLink, i);
    const McChainLink *other = &g_array_index(two, McChainLink, i);
    g_assert_true(mc_turn_hash_equal(&link->hash, &other->hash));
    g_assert_cmpuint(link->message_index, ==, other->message_index);
    g_assert_cmpuint(link->message_index, <, mc_chat_request_get_n_messages(request));
  }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(GBytes) body = g_bytes_new(data, size);
  g_autoptr(McChatRequest) request = mc_chat_request_new_openai(body, NULL);
  g_autofree char *words = mc_user_words_clean((const char *) data, (gssize) size);
  g_autofree char *folded = mc_words_normalise(words, -1);

  g_assert_cmpuint(strlen(words), <=, size);
  g_assert_cmpuint(strlen(folded), <=, strlen(words));
  if (request == NULL)
    return 0;
  mc_chat_request_get_max_tokens(request);
  mc_chat_request_has_tools(request);
  mc_chat_request_get_session_id(request);
  mc_chat_request_get_side_reason(request);
  g_assert_true(g_utf8_validate(mc_chat_request_get_system_text(request), -1, NULL));
  g_assert_true(g_utf8_validate(mc_chat_request_get_user_words(request), -1, NULL));
  g_assert_cmpint(*mc_chat_request_get_user_words(request) != '\0', ==,
                  mc_chat_request_get_user_message(request) >= 0);
  check_chain(request, body);
  check_single_edits(request);
  check_all_edits(request);
  return 0;
}
