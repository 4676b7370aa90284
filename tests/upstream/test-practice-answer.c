/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/error.h"
#include "chat/skill-block.h"
#include "upstream/practice-answer.h"

#define TOOLS                                                                            \
  "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\","            \
  "\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"},"  \
  "\"unit\":{\"enum\":[\"celsius\",\"kelvin\"]}},\"required\":[\"city\",\"unit\"]}}},"   \
  "{\"type\":\"function\",\"function\":{\"name\":\"get_time\"}}]"
#define HELLO "\"messages\":[{\"role\":\"user\",\"content\":\"Hello there, model\"}]"
#define RESULT                                                                           \
  "\"messages\":[{\"role\":\"user\",\"content\":\"Weather?\"},{\"role\":\"assistant\","  \
  "\"content\":null,\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\","           \
  "\"function\":{\"name\":\"get_weather\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\","  \
  "\"tool_call_id\":\"call_1\",\"content\":\"12 degrees,\\n rain\"}]"

static McPracticeAnswer *
answer_to(const char *json)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) body = g_bytes_new(json, strlen(json));
  g_autoptr(McChatRequest) request = mc_chat_request_new_openai(body, &error);
  g_assert_no_error(error);
  McPracticeAnswer *answer = mc_practice_answer_new(request, &error);
  g_assert_no_error(error);
  return answer;
}

/* The JSON of an answer, read again. */
typedef struct {
  char *json;         /* (owned) */
  McJsonIndex *index; /* (owned) */
  int choice;
} Completion;

static void
complete(Completion *completion, const char *request)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(McPracticeAnswer) answer = answer_to(request);
  completion->json = mc_practice_answer_format(answer);
  completion->index =
      mc_json_index_new(completion->json, strlen(completion->json), 10, &error);
  g_assert_no_error(error);
  int choices = mc_json_index_find(completion->index, 0, "choices");
  completion->choice = mc_json_index_get_node(completion->index, choices)->first_child;
}

static void
clear_completion(Completion *completion)
{
  mc_json_index_free(completion->index);
  g_free(completion->json);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Completion, clear_completion)

static void
assert_member(const Completion *completion, const char *name, const char *expected)
{
  g_assert_true(mc_json_index_string_equals(
      completion->index, mc_json_index_find(completion->index, completion->choice, name),
      expected));
}

/* The function that is called, or -1. */
static int
find_call(const Completion *completion)
{
  int calls = mc_json_index_find_path(completion->index, completion->choice, "message",
                                      "tool_calls", NULL);
  if (calls < 0)
    return -1;
  return mc_json_index_find(completion->index,
                            mc_json_index_get_node(completion->index, calls)->first_child,
                            "function");
}

static void
assert_calls(const char *request, const char *name, const char *arguments)
{
  g_auto(Completion) completion = {0};
  complete(&completion, request);
  int function = find_call(&completion);
  g_assert_cmpint(function, >=, 0);
  assert_member(&completion, "finish_reason", "tool_calls");
  g_assert_true(mc_json_index_string_equals(
      completion.index, mc_json_index_find(completion.index, function, "name"), name));
  g_assert_true(mc_json_index_string_equals(
      completion.index, mc_json_index_find(completion.index, function, "arguments"),
      arguments));
}

static void
assert_text_has(const char *request, const char *part)
{
  g_autoptr(McPracticeAnswer) answer = answer_to(request);
  g_assert_nonnull(mc_practice_answer_get_text(answer));
  if (strstr(mc_practice_answer_get_text(answer), part) == NULL)
    g_test_fail_printf("'%s' is not in '%s'", part, mc_practice_answer_get_text(answer));
}

static void
test_text_says_what_it_is(void)
{
  assert_text_has("{" HELLO "}", "practice model");
  assert_text_has("{" HELLO "}", "You wrote 3 words.");
  assert_text_has("{" HELLO "}", "Skills in this conversation: none\n");
  assert_text_has("{" HELLO "}", "llm.provider");
  assert_text_has("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
                  "You wrote 1 word.");
  /* Four Han characters and one Latin word. */
  assert_text_has(
      "{\"messages\":[{\"role\":\"user\",\"content\":"
      "\"\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xb8\x96\xe7\x95\x8c\xef\xbc\x8cGit\"}]}",
      "You wrote 5 words.");
}

static void
test_skills_are_named_wherever_they_stand(void)
{
  McSkillSection system = {"flaky-tests", "Run it twice."};
  McSkillSection user = {"git-bisect", "Halve it."};
  g_autofree char *in_system = mc_skill_block_format(&system, 1);
  g_autofree char *in_user = mc_skill_block_format(&user, 1);
  GString *json = g_string_new("{\"messages\":[{\"role\":\"system\",\"content\":\"");
  mc_json_escape_append(json, in_system, -1);
  g_string_append(json,
                  "\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"");
  mc_json_escape_append(json, in_user, -1);
  g_string_append(json, "\\n\\nhello\"}]}]}");
  g_autofree char *request = g_string_free(json, FALSE);
  assert_text_has(request, "Skills in this conversation: flaky-tests, git-bisect\n");
}

static void
test_first_tool_is_called_with_valid_arguments(void)
{
  assert_calls("{" HELLO "," TOOLS "}", "get_weather",
               "{\"city\":\"practice\",\"unit\":\"celsius\"}");
}

static void
test_tool_choice_is_obeyed(void)
{
  assert_calls("{" HELLO "," TOOLS ",\"tool_choice\":{\"type\":\"function\","
               "\"function\":{\"name\":\"get_time\"}}}",
               "get_time", "{}");
  assert_text_has("{" HELLO "," TOOLS ",\"tool_choice\":\"none\"}", "practice model");
  assert_text_has("{" HELLO ",\"tools\":[]}", "practice model");
}

static void
test_tool_result_is_quoted_and_ends_the_loop(void)
{
  assert_text_has("{" RESULT "," TOOLS "}", "\"12 degrees, rain\"");

  /* OpenClaw appends a note of its own after the results: that is no new turn. */
  const char *appended =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"Weather?\"},{\"role\":"
      "\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":"
      "\"function\",\"function\":{\"name\":\"get_weather\",\"arguments\":\"{}\"}}]},"
      "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"rain\"},{\"role\":\"user\","
      "\"content\":\"<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\\nx\\n"
      "<<<END_OPENCLAW_INTERNAL_CONTEXT>>>\"}]," TOOLS "}";
  assert_text_has(appended, "\"rain\"");
}

static void
test_long_result_is_cut_between_characters(void)
{
  GString *json = g_string_new(
      "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\","
      "\"content\":\"\"},{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"");
  for (guint i = 0; i < 1000; i++)
    g_string_append(json, "\xc3\xa4");
  g_string_append(json, "\"}]}");
  g_autofree char *request = g_string_free(json, FALSE);
  g_autoptr(McPracticeAnswer) answer = answer_to(request);
  const char *text = mc_practice_answer_get_text(answer);
  g_assert_true(g_utf8_validate(text, -1, NULL));
  g_assert_cmpuint(strlen(text), <, 800);
  g_assert_nonnull(strstr(text, "\xc3\xa4\xe2\x80\xa6\""));
}

static void
test_response_format_is_obeyed(void)
{
  g_autoptr(McPracticeAnswer) answer = answer_to(
      "{" HELLO ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
      "{\"name\":\"x\",\"schema\":{\"type\":\"object\",\"properties\":{\"n\":{"
      "\"type\":\"integer\"}},\"required\":[\"n\"]}}}}");
  g_assert_cmpstr(mc_practice_answer_get_text(answer), ==, "{\"n\":1}");
  assert_text_has("{" HELLO ",\"response_format\":{\"type\":\"text\"}}",
                  "practice model");
}

static void
test_same_request_gets_the_same_bytes(void)
{
  g_auto(Completion) one = {0};
  g_auto(Completion) same = {0};
  g_auto(Completion) other = {0};
  complete(&one, "{" HELLO "}");
  complete(&same, "{" HELLO "}");
  complete(&other, "{" HELLO " }");
  g_assert_cmpstr(one.json, ==, same.json);
  g_assert_cmpstr(one.json, !=, other.json); /* its id */
  g_assert_true(mc_json_index_string_equals(
      one.index, mc_json_index_find(one.index, 0, "model"), MC_PRACTICE_MODEL));
}

static void
test_max_tokens_cuts(void)
{
  g_auto(Completion) completion = {0};
  complete(&completion, "{" HELLO ",\"max_tokens\":4}");
  assert_member(&completion, "finish_reason", "length");
  g_assert_true(mc_json_index_string_equals(
      completion.index,
      mc_json_index_find_path(completion.index, completion.choice, "message", "content",
                              NULL),
      "Hello! This is MetaClaw's"));
  g_assert_cmpint(
      mc_json_index_get_int(completion.index,
                            mc_json_index_find_path(completion.index, 0, "usage",
                                                    "completion_tokens", NULL),
                            -1),
      ==, 4);
}

static void
assert_refused(const char *json, const char *named)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) body = g_bytes_new(json, strlen(json));
  g_autoptr(McChatRequest) request = mc_chat_request_new_openai(body, &error);
  g_autoptr(McPracticeAnswer) answer =
      request != NULL ? mc_practice_answer_new(request, &error) : NULL;
  g_assert_null(answer);
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  g_assert_true(g_str_has_prefix(error->message, named));
}

static void
test_impossible_wishes_are_refused(void)
{
  assert_refused("{" HELLO ",\"n\":2}", "n:");
  assert_refused("{" HELLO ",\"max_tokens\":0}", "max_tokens:");
  assert_refused("{\"messages\":[]}", "messages:");
}

/* The payload of event @i as JSON. */
static McJsonIndex *
read_event(GPtrArray *events, guint i)
{
  const char *event = events->pdata[i];
  g_assert_true(g_str_has_prefix(event, "data: {"));
  g_assert_true(g_str_has_suffix(event, "}\n\n"));
  g_autoptr(GError) error = NULL;
  McJsonIndex *index = mc_json_index_new(event + 6, strlen(event) - 8, 12, &error);
  g_assert_no_error(error);
  return index;
}

static int
find_in_choice(const McJsonIndex *index, const char *name)
{
  int choices = mc_json_index_find(index, 0, "choices");
  return mc_json_index_find(index, mc_json_index_get_node(index, choices)->first_child,
                            name);
}

static void
test_stream_has_the_events_in_order(void)
{
  g_autoptr(McPracticeAnswer) answer = answer_to("{" HELLO ",\"stream\":true}");
  g_autoptr(GPtrArray) events = mc_practice_answer_format_events(answer);
  g_assert_cmpuint(events->len, >, 20);
  g_assert_cmpstr(events->pdata[events->len - 1], ==, "data: [DONE]\n\n");

  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i + 2 < events->len; i++) {
    g_autoptr(McJsonIndex) index = read_event(events, i);
    int delta = find_in_choice(index, "delta");
    g_assert_true(
        mc_json_index_is(index, find_in_choice(index, "finish_reason"), MC_JSON_NULL));
    g_assert_true((mc_json_index_find(index, delta, "role") >= 0) == (i == 0));
    g_autofree char *piece =
        mc_json_index_dup_string(index, mc_json_index_find(index, delta, "content"));
    g_string_append(text, piece);
  }
  g_assert_cmpstr(text->str, ==, mc_practice_answer_get_text(answer));
  g_autoptr(McJsonIndex) last = read_event(events, events->len - 2);
  g_assert_true(
      mc_json_index_string_equals(last, find_in_choice(last, "finish_reason"), "stop"));
}

static void
test_stream_of_a_call_joins_to_its_arguments(void)
{
  g_autoptr(McPracticeAnswer) answer = answer_to("{" HELLO "," TOOLS ",\"stream\":true}");
  g_assert_null(mc_practice_answer_get_text(answer));
  g_autoptr(GPtrArray) events = mc_practice_answer_format_events(answer);
  g_autoptr(GString) arguments = g_string_new(NULL);
  for (guint i = 1; i + 2 < events->len; i++) {
    g_autoptr(McJsonIndex) index = read_event(events, i);
    int calls = mc_json_index_find(index, find_in_choice(index, "delta"), "tool_calls");
    int call = mc_json_index_get_node(index, calls)->first_child;
    /* The SDK's stream helper throws without an index. */
    g_assert_cmpint(
        mc_json_index_get_int(index, mc_json_index_find(index, call, "index"), -1), ==,
        0);
    g_assert_true((mc_json_index_find(index, call, "id") >= 0) == (i == 1));
    g_autofree char *piece = mc_json_index_dup_string(
        index, mc_json_index_find_path(index, call, "function", "arguments", NULL));
    g_string_append(arguments, piece);
  }
  g_assert_cmpstr(arguments->str, ==, "{\"city\":\"practice\",\"unit\":\"celsius\"}");
  g_autoptr(McJsonIndex) last = read_event(events, events->len - 2);
  g_assert_true(mc_json_index_string_equals(last, find_in_choice(last, "finish_reason"),
                                            "tool_calls"));
}

static void
test_usage_comes_only_when_asked_for(void)
{
  g_autoptr(McPracticeAnswer) quiet = answer_to("{" HELLO ",\"stream\":true}");
  g_autoptr(GPtrArray) without = mc_practice_answer_format_events(quiet);
  for (guint i = 0; i < without->len; i++)
    g_assert_null(strstr(without->pdata[i], "usage"));

  g_autoptr(McPracticeAnswer) counting = answer_to(
      "{" HELLO ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
  g_autoptr(GPtrArray) with = mc_practice_answer_format_events(counting);
  g_assert_cmpuint(with->len, ==, without->len + 1);
  g_autoptr(McJsonIndex) usage = read_event(with, with->len - 2);
  g_assert_cmpuint(
      mc_json_index_get_node(usage, mc_json_index_find(usage, 0, "choices"))->n_children,
      ==, 0);
  g_assert_cmpint(
      mc_json_index_get_int(
          usage, mc_json_index_find_path(usage, 0, "usage", "completion_tokens", NULL),
          -1),
      ==, (gint64) without->len - 3);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/upstream/practice-answer/" name, function)
  ADD("text-says-what-it-is", test_text_says_what_it_is);
  ADD("skills-are-named-wherever-they-stand", test_skills_are_named_wherever_they_stand);
  ADD("first-tool-is-called-with-valid-arguments",
      test_first_tool_is_called_with_valid_arguments);
  ADD("tool-choice-is-obeyed", test_tool_choice_is_obeyed);
  ADD("tool-result-is-quoted-and-ends-the-loop",
      test_tool_result_is_quoted_and_ends_the_loop);
  ADD("long-result-is-cut-between-characters",
      test_long_result_is_cut_between_characters);
  ADD("response-format-is-obeyed", test_response_format_is_obeyed);
  ADD("same-request-gets-the-same-bytes", test_same_request_gets_the_same_bytes);
  ADD("max-tokens-cuts", test_max_tokens_cuts);
  ADD("impossible-wishes-are-refused", test_impossible_wishes_are_refused);
  ADD("stream-has-the-events-in-order", test_stream_has_the_events_in_order);
  ADD("stream-of-a-call-joins-to-its-arguments",
      test_stream_of_a_call_joins_to_its_arguments);
  ADD("usage-comes-only-when-asked-for", test_usage_comes_only_when_asked_for);
  return g_test_run();
}
