/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "chat/chat-edit.h"

#include <string.h>

typedef enum {
  SET_MODEL,
  REQUEST_USAGE,
  REMOVE,
  APPEND_SYSTEM,
  PREPEND_FIRST,
  PREPEND_SECOND,
} Change;

typedef struct {
  const char *before;
  const char *after;
  Change change;
  const char *text;
} Case;

static McChatRequest *
read_request(const char *text)
{
  g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
  g_autoptr(GError) error = NULL;
  McChatRequest *request = mc_chat_request_new_openai(body, &error);

  g_assert_no_error(error);
  return request;
}

static void
change(McChatEdit *edit, Change kind, const char *text)
{
  switch (kind) {
  case SET_MODEL:
    mc_chat_edit_set_model(edit, text);
    break;
  case REQUEST_USAGE:
    mc_chat_edit_request_usage(edit);
    break;
  case REMOVE:
    mc_chat_edit_remove(edit, text);
    break;
  case APPEND_SYSTEM:
    mc_chat_edit_append_system(edit, text);
    break;
  case PREPEND_FIRST:
    mc_chat_edit_prepend_message(edit, 0, text);
    break;
  case PREPEND_SECOND:
    mc_chat_edit_prepend_message(edit, 1, text);
    break;
  default:
    g_assert_not_reached();
  }
}

static void
check(const Case *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++) {
    g_autoptr(McChatRequest) request = read_request(cases[i].before);
    g_autoptr(McChatEdit) edit = mc_chat_edit_new(request);
    g_autoptr(GBytes) result = NULL;
    g_autofree char *text = NULL;

    change(edit, cases[i].change, cases[i].text);
    result = mc_chat_edit_apply(edit);
    text = g_strndup(g_bytes_get_data(result, NULL), g_bytes_get_size(result));
    g_assert_cmpstr(text, ==, cases[i].after);
  }
}

static void
test_model_is_replaced_or_added(void)
{
  static const Case cases[] = {
      {"{\"messages\":[{}], \"model\" : \"a\" }",
       "{\"messages\":[{}], \"model\" : \"b\" }", SET_MODEL, "b"},
      {"{\"messages\":[{}]}", "{\"model\":\"b\\\"\",\"messages\":[{}]}", SET_MODEL,
       "b\""},
      {"{\"mod\\u0065l\":\"a\",\"messages\":[{}]}",
       "{\"mod\\u0065l\":\"b\",\"messages\":[{}]}", SET_MODEL, "b"},
      {"{\"model\":\"a\",\"messages\":[{}],\"model\":null}",
       "{\"model\":\"a\",\"messages\":[{}],\"model\":\"b\"}", SET_MODEL, "b"},
  };

  check(cases, G_N_ELEMENTS(cases));
}

static void
test_usage_is_requested_whatever_stood_there(void)
{
  static const Case cases[] = {
      {"{\"messages\":[{}]}",
       "{\"stream_options\":{\"include_usage\":true},\"messages\":[{}]}", REQUEST_USAGE,
       NULL},
      {"{\"messages\":[{}],\"stream_options\":null}",
       "{\"messages\":[{}],\"stream_options\":{\"include_usage\":true}}", REQUEST_USAGE,
       NULL},
      {"{\"messages\":[{}],\"stream_options\":{}}",
       "{\"messages\":[{}],\"stream_options\":{\"include_usage\":true}}", REQUEST_USAGE,
       NULL},
      {"{\"messages\":[{}],\"stream_options\":{ \"x\":1}}",
       "{\"messages\":[{}],\"stream_options\":{\"include_usage\":true, \"x\":1}}",
       REQUEST_USAGE, NULL},
      {"{\"messages\":[{}],\"stream_options\":{\"include_usage\":false,\"x\":1}}",
       "{\"messages\":[{}],\"stream_options\":{\"include_usage\":true,\"x\":1}}",
       REQUEST_USAGE, NULL},
      {"{\"stream_options\":1,\"messages\":[{}],\"stream_options\":{\"include_usage\":0}}",
       "{\"stream_options\":1,\"messages\":[{}],\"stream_options\":{\"include_usage\":"
       "true}}",
       REQUEST_USAGE, NULL},
  };

  check(cases, G_N_ELEMENTS(cases));
}

static void
test_members_are_removed_with_their_comma(void)
{
  static const Case cases[] = {
      {"{\"x\":1,\"messages\":[{}]}", "{\"messages\":[{}]}", REMOVE, "x"},
      {"{\"messages\":[{}] , \"x\":1 }", "{\"messages\":[{}] }", REMOVE, "x"},
      {"{\"a\":1,\"x\":{\"x\":1},\"messages\":[{}]}", "{\"a\":1,\"messages\":[{}]}",
       REMOVE, "x"},
      {"{\"x\":1,\"x\":2,\"messages\":[{}],\"\\u0078\":3}", "{\"messages\":[{}]}", REMOVE,
       "x"},
  };

  check(cases, G_N_ELEMENTS(cases));
}

static void
test_system_text_is_appended(void)
{
  static const Case cases[] = {
      {"{\"messages\":[{\"role\":\"system\",\"content\":\"a\"},{\"role\":\"user\"}]}",
       "{\"messages\":[{\"role\":\"system\",\"content\":\"a\\n\\nT\\n\"},{\"role\":"
       "\"user\"}]}",
       APPEND_SYSTEM, "T\n"},
      {"{\"messages\":[{\"role\":\"system\",\"content\":\"\"}]}",
       "{\"messages\":[{\"role\":\"system\",\"content\":\"T\"}]}", APPEND_SYSTEM, "T"},
      {"{\"messages\":[{\"role\":\"system\",\"content\":null}]}",
       "{\"messages\":[{\"role\":\"system\",\"content\":\"T\"}]}", APPEND_SYSTEM, "T"},
      {"{\"messages\":[{\"role\":\"system\"}]}",
       "{\"messages\":[{\"content\":\"T\",\"role\":\"system\"}]}", APPEND_SYSTEM, "T"},
      {"{\"messages\":[{\"role\":\"system\",\"content\":[{\"type\":\"text\",\"text\":"
       "\"a\"} ]}]}",
       "{\"messages\":[{\"role\":\"system\",\"content\":[{\"type\":\"text\",\"text\":"
       "\"a\"} ,{\"type\":\"text\",\"text\":\"T\"}]}]}",
       APPEND_SYSTEM, "T"},
      {"{\"messages\":[{\"role\":\"system\",\"content\":[ ]}]}",
       "{\"messages\":[{\"role\":\"system\",\"content\":[ "
       "{\"type\":\"text\",\"text\":\"T\"}]}]}",
       APPEND_SYSTEM, "T"},
      /* The last of the leading run, and no later one. */
      {"{\"messages\":[{\"role\":\"system\",\"content\":\"a\"},{\"role\":\"developer\","
       "\"content\":\"b\"},{\"role\":\"user\",\"content\":\"u\"},{\"role\":\"system\","
       "\"content\":\"c\"}]}",
       "{\"messages\":[{\"role\":\"system\",\"content\":\"a\"},{\"role\":\"developer\","
       "\"content\":\"b\\n\\nT\"},{\"role\":\"user\",\"content\":\"u\"},{\"role\":"
       "\"system\",\"content\":\"c\"}]}",
       APPEND_SYSTEM, "T"},
      /* None in front: a new message. */
      {"{\"messages\":[ {\"role\":\"user\",\"content\":\"u\"},{\"role\":\"system\","
       "\"content\":\"c\"}]}",
       "{\"messages\":[ {\"role\":\"system\",\"content\":\"T\"},{\"role\":\"user\","
       "\"content\":\"u\"},{\"role\":\"system\",\"content\":\"c\"}]}",
       APPEND_SYSTEM, "T"},
      {"{\"messages\":[{\"role\":\"system\",\"content\":7}]}",
       "{\"messages\":[{\"role\":\"system\",\"content\":7}]}", APPEND_SYSTEM, "T"},
  };

  check(cases, G_N_ELEMENTS(cases));
}

static void
test_text_is_put_in_front_of_a_message(void)
{
  static const Case cases[] = {
      {"{\"messages\":[{},{\"role\":\"user\",\"content\":\"hi\"}]}",
       "{\"messages\":[{},{\"role\":\"user\",\"content\":\"T\\n\\nhi\"}]}",
       PREPEND_SECOND, "T"},
      {"{\"messages\":[{\"content\":\"\",\"role\":\"user\"}]}",
       "{\"messages\":[{\"content\":\"T\",\"role\":\"user\"}]}", PREPEND_FIRST, "T"},
      {"{\"messages\":[{\"content\":[{\"type\":\"image_url\"}]}]}",
       "{\"messages\":[{\"content\":[{\"type\":\"text\",\"text\":\"T\"},{\"type\":\"image_"
       "url\"}]}]}",
       PREPEND_FIRST, "T"},
      {"{\"messages\":[{\"content\":[]}]}",
       "{\"messages\":[{\"content\":[{\"type\":\"text\",\"text\":\"T\"}]}]}",
       PREPEND_FIRST, "T"},
      {"{\"messages\":[{}]}", "{\"messages\":[{\"content\":\"T\"}]}", PREPEND_FIRST, "T"},
  };

  check(cases, G_N_ELEMENTS(cases));
}

static void
test_nothing_to_change_is_the_same_body(void)
{
  g_autoptr(McChatRequest) request = read_request("{\"model\":\"m\",\"messages\":[{}]}");
  g_autoptr(McChatEdit) edit = mc_chat_edit_new(request);
  g_autoptr(GBytes) result = NULL;

  mc_chat_edit_set_model(edit, "m");
  mc_chat_edit_remove(edit, "x");
  mc_chat_edit_append_system(edit, "");
  result = mc_chat_edit_apply(edit);
  g_assert_true(result == mc_chat_request_get_body(request));
}

static void
test_applying_twice_gives_the_same_bytes(void)
{
  g_autoptr(McChatRequest) request =
      read_request("{\"messages\":[{\"role\":\"system\",\"content\":\"a\"}]}");
  g_autoptr(McChatEdit) edit = mc_chat_edit_new(request);
  g_autoptr(GBytes) first = NULL;
  g_autoptr(GBytes) second = NULL;

  mc_chat_edit_append_system(edit, "T");
  mc_chat_edit_append_system(edit, "U");
  first = mc_chat_edit_apply(edit);
  second = mc_chat_edit_apply(edit);
  g_assert_true(g_bytes_equal(first, second));
  g_assert_nonnull(g_strstr_len(g_bytes_get_data(first, NULL),
                                (gssize) g_bytes_get_size(first), "a\\n\\nT\\n\\nU\""));
}

/* All changes at once on every shape of content: the result is valid and the members that
 * were not touched are as they were. */
static void
test_changes_together_are_valid_json(void)
{
  static const char *const contents[] = {
      "",
      "\"content\":\"\",",
      "\"content\":\"x\",",
      "\"content\":null,",
      "\"content\":[],",
      "\"content\":[ {\"type\":\"text\",\"text\":\"x\"} ],",
      "\"content\":5,",
      "\"content\":{},",
  };

  for (guint i = 0; i < G_N_ELEMENTS(contents); i++) {
    for (guint mask = 0; mask < 256; mask++) {
      g_autofree char *text = g_strdup_printf(
          "{\"model\":\"a\",\"stream_options\":{},\"messages\":[{%s\"role\":\"%s\"}],"
          "\"keep\":[1.50, 1E3]}",
          contents[i], mask & 1 ? "system" : "user");
      g_autoptr(McChatRequest) request = read_request(text);
      g_autoptr(McChatEdit) edit = mc_chat_edit_new(request);
      g_autoptr(McChatRequest) again = NULL;
      g_autoptr(GBytes) result = NULL;

      if (mask & 2)
        mc_chat_edit_set_model(edit, "b");
      if (mask & 4)
        mc_chat_edit_request_usage(edit);
      if (mask & 8)
        mc_chat_edit_remove(edit, "model");
      if (mask & 16)
        mc_chat_edit_remove(edit, "stream_options");
      if (mask & 32)
        mc_chat_edit_append_system(edit, "sys\ntem");
      if (mask & 64)
        mc_chat_edit_prepend_message(edit, 0, "first");
      if (mask & 128)
        mc_chat_edit_prepend_message(edit, 0, "second");
      result = mc_chat_edit_apply(edit);
      again = mc_chat_request_new_openai(result, NULL);
      g_assert_nonnull(again);
      g_assert_cmpstr(mc_chat_request_get_model(again), ==,
                      mask & 2 ? "b" : (mask & 8 ? "" : "a"));
      g_assert_cmpint(mc_chat_request_wants_usage(again), ==, (mask & 4) != 0);
      g_assert_nonnull(g_strstr_len(g_bytes_get_data(result, NULL),
                                    (gssize) g_bytes_get_size(result),
                                    "\"keep\":[1.50, 1E3]}"));
    }
  }
}

int
main(int argc, char *argv[])
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/chat/chat-edit/model-is-replaced-or-added",
                  test_model_is_replaced_or_added);
  g_test_add_func("/chat/chat-edit/usage-is-requested-whatever-stood-there",
                  test_usage_is_requested_whatever_stood_there);
  g_test_add_func("/chat/chat-edit/members-are-removed-with-their-comma",
                  test_members_are_removed_with_their_comma);
  g_test_add_func("/chat/chat-edit/system-text-is-appended",
                  test_system_text_is_appended);
  g_test_add_func("/chat/chat-edit/text-is-put-in-front-of-a-message",
                  test_text_is_put_in_front_of_a_message);
  g_test_add_func("/chat/chat-edit/nothing-to-change-is-the-same-body",
                  test_nothing_to_change_is_the_same_body);
  g_test_add_func("/chat/chat-edit/applying-twice-gives-the-same-bytes",
                  test_applying_twice_gives_the_same_bytes);
  g_test_add_func("/chat/chat-edit/changes-together-are-valid-json",
                  test_changes_together_are_valid_json);
  return g_test_run();
}
