/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "chat/chat-request.h"

#include <string.h>

#include "base/error.h"

static McChatRequest *
read_request(const char *text)
{
  g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
  g_autoptr(GError) error = NULL;
  McChatRequest *request = mc_chat_request_new_openai(body, &error);

  g_assert_no_error(error);
  return request;
}

/* A request with these messages. */
static McChatRequest *
read_messages(const char *messages)
{
  g_autofree char *text =
      g_strdup_printf("{\"model\":\"m\",\"messages\":[%s]}", messages);

  return read_request(text);
}

#define SYSTEM     "{\"role\":\"system\",\"content\":\"be good\"}"
#define USER(text) "{\"role\":\"user\",\"content\":\"" text "\"}"
#define ASSISTANT  "{\"role\":\"assistant\",\"content\":\"answer\"}"
#define INTERNAL                                                                         \
  "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"<<<BEGIN_OPENCLAW_"     \
  "INTERNAL_CONTEXT>>>\\nx\\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>\"}]}"
#define CALL(id, arguments)                                                              \
  "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"" id               \
  "\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"" arguments     \
  "\"}}]}"
#define RESULT(id, text)                                                                 \
  "{\"role\":\"tool\",\"tool_call_id\":\"" id "\",\"content\":\"" text "\"}"

static void
test_what_no_upstream_could_serve_is_refused(void)
{
  static const struct {
    const char *text;
    const char *words;
  } cases[] = {
      {"", "not JSON"},
      {"hello", "not JSON"},
      {"[]", "must be a JSON object"},
      {"{}", "messages: missing"},
      {"{\"messages\":null}", "messages: must be an array"},
      {"{\"messages\":7}", "messages: must be an array"},
      {"{\"messages\":[]}", "messages: empty"},
      {"{\"messages\":[{},1]}", "messages[1]: must be an object"},
      {"{\"messages\":[{}],\"messages\":1}", "messages: must be an array"},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GBytes) body = g_bytes_new(cases[i].text, strlen(cases[i].text));
    g_autoptr(GError) error = NULL;

    g_assert_null(mc_chat_request_new_openai(body, &error));
    g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
    g_assert_nonnull(strstr(error->message, cases[i].words));
  }
}

static void
test_members_are_read(void)
{
  g_autoptr(McChatRequest) request = read_request(
      "{\"model\":\"gpt \\u0034\",\"stream\":true,\"stream_options\":{\"include_usage\":"
      "true},\"tools\":[{}],\"max_completion_tokens\":77,\"messages\":[" SYSTEM
      "," USER("hi") "]}");
  g_autoptr(McChatRequest) bare = read_request(
      "{\"stream\":\"true\",\"stream_options\":null,\"tools\":[],\"max_tokens\":null,"
      "\"messages\":[{}]}");

  g_assert_cmpstr(mc_chat_request_get_model(request), ==, "gpt 4");
  g_assert_true(mc_chat_request_is_stream(request));
  g_assert_true(mc_chat_request_wants_usage(request));
  g_assert_true(mc_chat_request_has_tools(request));
  g_assert_cmpint(mc_chat_request_get_max_tokens(request), ==, 77);
  g_assert_cmpuint(mc_chat_request_get_n_messages(request), ==, 2);
  g_assert_true(mc_chat_request_is_system_message(request, 0));
  g_assert_false(mc_chat_request_is_system_message(request, 1));

  g_assert_cmpstr(mc_chat_request_get_model(bare), ==, "");
  g_assert_false(mc_chat_request_is_stream(bare));
  g_assert_false(mc_chat_request_wants_usage(bare));
  g_assert_false(mc_chat_request_has_tools(bare));
  g_assert_cmpint(mc_chat_request_get_max_tokens(bare), ==, -1);
}

static void
test_system_text_joins_all_system_messages(void)
{
  g_autoptr(McChatRequest) request = read_messages(
      SYSTEM "," USER("hi") ",{\"role\":\"developer\",\"content\":[{\"type\":\"text\","
                            "\"text\":\"a\"},\"b\",{\"type\":\"x\"}]}");

  g_assert_cmpstr(mc_chat_request_get_system_text(request), ==, "be good\na\nb");
}

static void
test_user_words_skip_what_clients_append(void)
{
  g_autoptr(McChatRequest) request = read_messages(SYSTEM "," USER(
      "first") "," ASSISTANT "," USER("[Sun 2026-11-22 06:24 UTC] second") "," INTERNAL);

  g_assert_cmpstr(mc_chat_request_get_user_words(request), ==, "second");
  g_assert_cmpint(mc_chat_request_get_user_message(request), ==, 3);
  g_assert_true(mc_chat_request_is_user_turn(request));
}

static void
test_a_tool_loop_is_no_user_turn(void)
{
  g_autoptr(McChatRequest) request = read_messages(
      USER("do it") "," CALL("c1", "{}") "," RESULT("c1", "done") "," INTERNAL);

  g_assert_cmpstr(mc_chat_request_get_user_words(request), ==, "do it");
  g_assert_false(mc_chat_request_is_user_turn(request));
}

static void
test_without_a_user_there_are_no_words(void)
{
  g_autoptr(McChatRequest) request = read_messages(SYSTEM "," INTERNAL);

  g_assert_cmpstr(mc_chat_request_get_user_words(request), ==, "");
  g_assert_cmpint(mc_chat_request_get_user_message(request), ==, -1);
  g_assert_false(mc_chat_request_is_user_turn(request));
  g_assert_cmpuint(mc_chat_request_get_chain(request, "s")->len, ==, 0);
}

static void
assert_same_chain(const char *a, const char *b, gboolean is_same)
{
  g_autoptr(McChatRequest) left = read_messages(a);
  g_autoptr(McChatRequest) right = read_messages(b);
  const GArray *one = mc_chat_request_get_chain(left, "s");
  const GArray *two = mc_chat_request_get_chain(right, "s");
  const McChainLink *last = &g_array_index(one, McChainLink, one->len - 1);
  const McChainLink *other = &g_array_index(two, McChainLink, two->len - 1);

  g_assert_cmpint(mc_turn_hash_equal(&last->hash, &other->hash), ==, is_same);
}

static void
test_rewritten_history_keeps_its_chain(void)
{
  /* Tool ids stripped, arguments printed anew. */
  assert_same_chain(
      USER("x") "," CALL("call_1", "{\\\"a\\\": 1}") "," RESULT("call_1", "ok"),
      USER("x") "," CALL("call1", "{\\\"a\\\":1}") "," RESULT("call1", "ok"), TRUE);
  /* Neighbours merged into parts, cache marks moved, a reminder added. */
  assert_same_chain(
      USER("a") "," USER("b"),
      "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"<system-reminder>r</"
      "system-reminder>\"},{\"type\":\"text\",\"text\":\"a\"},{\"text\":\"b\","
      "\"cache_control\":{\"type\":\"ephemeral\"},\"type\":\"text\"}]}",
      TRUE);
  /* System text, white space and OpenClaw's retry do not count. */
  assert_same_chain(SYSTEM "," USER("fix  it"),
                    USER("[Queued user message from a previous active turn]\\nfix it\\n"
                         "Continue the current task."),
                    TRUE);
  assert_same_chain(USER("a") "," ASSISTANT "," INTERNAL, USER("a") "," ASSISTANT, TRUE);
}

static void
test_another_history_has_another_chain(void)
{
  assert_same_chain(USER("a"), USER("b"), FALSE);
  assert_same_chain(USER("a") "," ASSISTANT, USER("a") "," USER("answer"), FALSE);
  assert_same_chain(USER("a") "," CALL("c", "1"), USER("a") "," CALL("c", "2"), FALSE);
  assert_same_chain(
      "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
      "\"data:image/png;base64,AAAA\"}}]}",
      "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
      "\"data:image/png;base64,AAAB\"}}]}",
      FALSE);
}

static void
test_a_longer_history_contains_the_shorter_chain(void)
{
  g_autoptr(McChatRequest) first = read_messages(SYSTEM "," USER("a") "," INTERNAL);
  g_autoptr(McChatRequest) second =
      read_messages(SYSTEM "," USER("a") "," ASSISTANT "," USER("b") "," INTERNAL);
  const GArray *one = mc_chat_request_get_chain(first, "s");
  const GArray *two = mc_chat_request_get_chain(second, "s");
  static const guint indices[] = {1, 2, 3};

  g_assert_cmpuint(one->len, ==, 1);
  g_assert_cmpuint(two->len, ==, 3);
  g_assert_true(mc_turn_hash_equal(&g_array_index(one, McChainLink, 0).hash,
                                   &g_array_index(two, McChainLink, 0).hash));
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint(g_array_index(two, McChainLink, i).message_index, ==, indices[i]);
}

static void
test_session_keys_part_chains(void)
{
  g_autoptr(McChatRequest) left = read_messages(USER("a"));
  g_autoptr(McChatRequest) right = read_messages(USER("a"));
  const GArray *one = mc_chat_request_get_chain(left, "s");
  const GArray *two = mc_chat_request_get_chain(right, "t");

  g_assert_false(mc_turn_hash_equal(&g_array_index(one, McChainLink, 0).hash,
                                    &g_array_index(two, McChainLink, 0).hash));
}

/* More messages than the memory of a thread holds must change nothing. */
static void
test_a_history_beyond_the_memory_gives_the_same_chain(void)
{
  g_autoptr(GString) messages = g_string_new(USER("start"));
  McTurnHash last[2];

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf(messages, "," USER("%u"), i);
  for (guint i = 0; i < 2; i++) {
    g_autoptr(McChatRequest) request = read_messages(messages->str);
    const GArray *chain = mc_chat_request_get_chain(request, "s");

    g_assert_cmpuint(chain->len, ==, 10001);
    last[i] = g_array_index(chain, McChainLink, 10000).hash;
  }
  g_assert_true(mc_turn_hash_equal(&last[0], &last[1]));
}

static void
test_odd_content_does_no_harm(void)
{
  static const char *const messages[] = {
      "{}",
      "{\"role\":null,\"content\":5}",
      "{\"role\":\"user\"}",
      "{\"role\":\"user\",\"content\":{\"text\":\"x\"}}",
      "{\"role\":\"user\",\"content\":[]}",
      "{\"role\":\"user\",\"content\":[1,null,[],{\"type\":\"text\",\"text\":null}]}",
      "{\"role\":\"assistant\",\"content\":\"x\",\"tool_calls\":{}}",
      "{\"role\":\"assistant\",\"tool_calls\":[1,{\"function\":7}]}",
      "{\"tool_calls\":[{\"function\":{\"name\":\"n\",\"arguments\":{}}}]}",
      "{\"role\":\"tool\",\"content\":null}",
  };

  for (guint i = 0; i < G_N_ELEMENTS(messages); i++) {
    g_autoptr(McChatRequest) request = read_messages(messages[i]);

    mc_chat_request_get_chain(request, "s");
    mc_chat_request_get_side_reason(request);
    mc_chat_request_get_session_id(request);
    g_assert_cmpstr(mc_chat_request_get_user_words(request), ==, "");
  }
}

static void
test_session_ids_are_found(void)
{
#define UUID "01234567-89ab-cdef-0123-456789abcdef"
  static const struct {
    const char *text;
    const char *id;
  } cases[] = {
      {"{\"prompt_cache_key\":\"k\",\"session_id\":\"s\",\"messages\":[{}]}", "k"},
      {"{\"session_id\":\"s\",\"prompt_cache_key\":\"\",\"messages\":[{}]}", "s"},
      {"{\"metadata\":{\"user_id\":\"{\\\"session_id\\\":\\\"u\\\"}\"},\"messages\":[{}]}",
       "u"},
      {"{\"metadata\":{\"user_id\":\"someone\"},\"messages\":[{}]}", NULL},
      {"{\"messages\":[" SYSTEM
       "," USER("hi\\n\\nRuntime: agent=main | sessionId=" UUID " | host=h") "]}",
       UUID},
      {"{\"messages\":[" USER("sessionId=0123 is short") "]}", NULL},
      {"{\"messages\":[" USER("hi") "]}", NULL},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(McChatRequest) request = read_request(cases[i].text);

    g_assert_cmpstr(mc_chat_request_get_session_id(request), ==, cases[i].id);
    g_assert_cmpstr(mc_chat_request_get_session_id(request), ==, cases[i].id);
  }
}

static void
test_side_requests_are_told_apart(void)
{
  static const struct {
    const char *text;
    const char *reason;
  } cases[] = {
      {"{\"messages\":[" SYSTEM "," USER("hello") "]}", NULL},
      {"{\"max_tokens\":16,\"messages\":[" USER("hello") "]}", "probe"},
      {"{\"max_tokens\":17,\"messages\":[" USER("hello") "]}", NULL},
      {"{\"messages\":[{\"role\":\"system\",\"content\":\"You are a title generator. You "
       "output ONLY a title\"}," USER("hello") "]}",
       "title"},
      {"{\"messages\":[{\"role\":\"system\",\"content\":\"You are a context summarization "
       "assistant.\"}," USER("<conversation>") "]}",
       "compaction"},
      {"{\"messages\":[" USER("Generate a concise session title (3-6 words)") "]}",
       "title"},
      {"{\"messages\":[" SYSTEM "," USER(
           "[Sun 2026-11-22 06:24 UTC] Follow the heartbeat monitor scratch context when "
           "provided. Then rest.") "," INTERNAL "]}",
       "heartbeat"},
      {"{\"messages\":[" USER("NO_REPLY") "]}", "heartbeat"},
      {"{\"messages\":[" USER("what does NO_REPLY mean?") "]}", NULL},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(McChatRequest) request = read_request(cases[i].text);

    g_assert_cmpstr(mc_chat_request_get_side_reason(request), ==, cases[i].reason);
  }
}

int
main(int argc, char *argv[])
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/chat/chat-request/what-no-upstream-could-serve-is-refused",
                  test_what_no_upstream_could_serve_is_refused);
  g_test_add_func("/chat/chat-request/members-are-read", test_members_are_read);
  g_test_add_func("/chat/chat-request/system-text-joins-all-system-messages",
                  test_system_text_joins_all_system_messages);
  g_test_add_func("/chat/chat-request/user-words-skip-what-clients-append",
                  test_user_words_skip_what_clients_append);
  g_test_add_func("/chat/chat-request/a-tool-loop-is-no-user-turn",
                  test_a_tool_loop_is_no_user_turn);
  g_test_add_func("/chat/chat-request/without-a-user-there-are-no-words",
                  test_without_a_user_there_are_no_words);
  g_test_add_func("/chat/chat-request/rewritten-history-keeps-its-chain",
                  test_rewritten_history_keeps_its_chain);
  g_test_add_func("/chat/chat-request/another-history-has-another-chain",
                  test_another_history_has_another_chain);
  g_test_add_func("/chat/chat-request/a-longer-history-contains-the-shorter-chain",
                  test_a_longer_history_contains_the_shorter_chain);
  g_test_add_func("/chat/chat-request/session-keys-part-chains",
                  test_session_keys_part_chains);
  g_test_add_func("/chat/chat-request/a-history-beyond-the-memory-gives-the-same-chain",
                  test_a_history_beyond_the_memory_gives_the_same_chain);
  g_test_add_func("/chat/chat-request/odd-content-does-no-harm",
                  test_odd_content_does_no_harm);
  g_test_add_func("/chat/chat-request/session-ids-are-found", test_session_ids_are_found);
  g_test_add_func("/chat/chat-request/side-requests-are-told-apart",
                  test_side_requests_are_told_apart);
  return g_test_run();
}
