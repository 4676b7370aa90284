/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "chat/openai-stream.h"

#include <string.h>

#include "base/json-span.h"

#define HEAD  "{\"id\":\"c1\",\"created\":5,\"model\":\"m1\",\"choices\":["
#define FIRST HEAD "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}"
#define CONTENT                                                                          \
  HEAD "{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":null}]}"

static McOpenaiChunk
observe(McOpenaiStream *stream, const char *data)
{
  return mc_openai_stream_observe(stream, data, strlen(data));
}

static void
test_chunks_are_told_apart(void)
{
  static const struct {
    const char *data;
    McOpenaiChunk kind;
  } cases[] = {
      {CONTENT, MC_OPENAI_CHUNK_NORMAL},
      {"[DONE]", MC_OPENAI_CHUNK_DONE},
      {" [DONE]\n", MC_OPENAI_CHUNK_DONE},
      {HEAD "],\"usage\":{\"prompt_tokens\":1}}", MC_OPENAI_CHUNK_USAGE_ONLY},
      {HEAD "],\"usage\": null}", MC_OPENAI_CHUNK_NORMAL},
      {HEAD "],\"prompt_filter_results\":[]}", MC_OPENAI_CHUNK_NORMAL},
      {HEAD "{\"delta\":{}}],\"usage\":{\"prompt_tokens\":1}}", MC_OPENAI_CHUNK_NORMAL},
      {"{\"error\":{\"message\":\"no\"}}", MC_OPENAI_CHUNK_ERROR},
      {"{\"error\":\"no\"}", MC_OPENAI_CHUNK_ERROR},
      {"{\"object\":\"error\",\"message\":\"no\"}", MC_OPENAI_CHUNK_ERROR},
      {HEAD "],\"error\":null}", MC_OPENAI_CHUNK_NORMAL},
      {HEAD "{\"delta\":{\"content\":\"\\\"error\\\": {} \\\"usage\\\":{}\"}}]}",
       MC_OPENAI_CHUNK_NORMAL},
      {"not json", MC_OPENAI_CHUNK_NORMAL},
      {"", MC_OPENAI_CHUNK_NORMAL},
      {"[1]", MC_OPENAI_CHUNK_NORMAL},
  };

  /* Once by the full reading and once by the quick look. */
  for (int is_known = 0; is_known < 2; is_known++) {
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
      g_autoptr(McOpenaiStream) stream = mc_openai_stream_new(NULL);

      if (is_known)
        observe(stream, FIRST);
      g_assert_cmpint(observe(stream, cases[i].data), ==, cases[i].kind);
      g_assert_cmpint(mc_openai_stream_is_done(stream), ==,
                      cases[i].kind == MC_OPENAI_CHUNK_DONE);
    }
  }
}

static void
test_role_and_finish_are_noticed(void)
{
  g_autoptr(McOpenaiStream) stream = mc_openai_stream_new(NULL);

  observe(stream, CONTENT);
  g_assert_false(mc_openai_stream_has_role(stream));
  observe(stream, FIRST);
  g_assert_true(mc_openai_stream_has_role(stream));
  observe(stream, HEAD "{\"delta\":{\"content\":\"\\\"finish_reason\\\":\\\"stop\\\"\"},"
                       "\"finish_reason\": null}]}");
  g_assert_false(mc_openai_stream_has_finish_reason(stream));
  observe(stream, HEAD "{\"delta\":{},\"finish_reason\": \"stop\"}]}");
  g_assert_true(mc_openai_stream_has_finish_reason(stream));
}

static void
assert_usage(const McUsage *usage, gint64 input, gint64 cached, gint64 writes,
             gint64 output)
{
  g_assert_cmpint(usage->input, ==, input);
  g_assert_cmpint(usage->cached_input, ==, cached);
  g_assert_cmpint(usage->cache_writes, ==, writes);
  g_assert_cmpint(usage->output, ==, output);
}

static void
test_usage_is_read_in_all_spellings(void)
{
  static const struct {
    const char *json;
    McUsage usage;
  } cases[] = {
      {"{\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":7}}", {100, -1, -1, 7}},
      {"{\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":7,\"prompt_tokens_details\":"
       "{\"cached_tokens\":75,\"cache_write_tokens\":10}}}",
       {15, 75, 10, 7}},
      {"{\"usage\":{\"prompt_tokens\":100,\"prompt_tokens_details\":{\"cached_tokens\":120,"
       "\"cache_write_tokens\":5}}}",
       {0, 100, 0, -1}},
      {"{\"usage\":{\"prompt_tokens\":100,\"prompt_cache_hit_tokens\":64}}",
       {36, 64, -1, -1}},
      {"{\"usage\":{\"prompt_tokens\":100,\"cached_tokens\":1,\"prompt_tokens_details\":"
       "null}}",
       {99, 1, -1, -1}},
      {"{\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":\"x\"}}",
       {-1, -1, -1, -1}},
      {"{\"choices\":[{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}]}",
       {3, -1, -1, 4}},
      {"{\"x_groq\":{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}}",
       {3, -1, -1, 4}},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    McUsage usage;

    g_assert_true(mc_openai_usage_read(cases[i].json, strlen(cases[i].json), &usage));
    assert_usage(&usage, cases[i].usage.input, cases[i].usage.cached_input,
                 cases[i].usage.cache_writes, cases[i].usage.output);
  }
}

static void
test_no_usage_is_unknown(void)
{
  static const char *const texts[] = {"", "{}", "<html>", "{\"usage\":null}", "[]"};

  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    McUsage usage;

    g_assert_false(mc_openai_usage_read(texts[i], strlen(texts[i]), &usage));
    assert_usage(&usage, -1, -1, -1, -1);
  }
}

static void
test_the_last_usage_of_a_stream_counts(void)
{
  g_autoptr(McOpenaiStream) stream = mc_openai_stream_new(NULL);

  assert_usage(mc_openai_stream_get_usage(stream), -1, -1, -1, -1);
  observe(stream, FIRST);
  observe(stream, HEAD "{\"delta\":{}}],\"usage\":{\"prompt_tokens\":9,"
                       "\"completion_tokens\":1}}");
  observe(stream, HEAD "],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}");
  assert_usage(mc_openai_stream_get_usage(stream), 9, -1, -1, 2);
}

/* The string member @name of the chunk in @sse, which must be one whole event. */
static char *
read_member(const char *sse, const char *name)
{
  g_autoptr(McJsonIndex) index = NULL;

  g_assert_true(g_str_has_prefix(sse, "data: "));
  g_assert_true(g_str_has_suffix(sse, "\n\n"));
  index = mc_json_index_new(sse + 6, strlen(sse) - 8, 4, NULL);
  g_assert_nonnull(index);
  return mc_json_index_dup_string(index, mc_json_index_find(index, 0, name));
}

static void
test_keep_alives_speak_as_the_stream_does(void)
{
  g_autoptr(McOpenaiStream) stream = mc_openai_stream_new("asked");
  g_autofree char *first = mc_openai_stream_format_keep_alive(stream, 1700000000);
  g_autofree char *second = mc_openai_stream_format_keep_alive(stream, 1700000001);
  g_autofree char *id = read_member(first, "id");
  g_autofree char *same_id = read_member(second, "id");
  g_autofree char *model = read_member(first, "model");

  g_assert_true(g_str_has_prefix(id, "chatcmpl-keepalive"));
  g_assert_cmpstr(id, ==, same_id);
  g_assert_cmpstr(model, ==, "asked");
  g_assert_nonnull(strstr(first, "\"delta\":{\"role\":\"assistant\",\"content\":\"\"}"));
  g_assert_nonnull(strstr(first, "\"created\":1700000000,"));
  g_assert_nonnull(strstr(second, "\"delta\":{}"));
  g_assert_nonnull(strstr(second, "\"finish_reason\":null"));
}

static void
test_keep_alives_take_over_the_streams_names(void)
{
  g_autoptr(McOpenaiStream) stream = mc_openai_stream_new("asked");
  g_autofree char *sse = NULL;
  g_autofree char *id = NULL;
  g_autofree char *model = NULL;

  observe(stream, FIRST);
  sse = mc_openai_stream_format_keep_alive(stream, 1700000000);
  id = read_member(sse, "id");
  model = read_member(sse, "model");
  g_assert_cmpstr(id, ==, "c1");
  g_assert_cmpstr(model, ==, "m1");
  g_assert_nonnull(strstr(sse, "\"created\":5,"));
  g_assert_nonnull(strstr(sse, "\"delta\":{}"));
}

static void
test_errors_are_one_event(void)
{
  g_autofree char *sse =
      mc_openai_stream_format_error("it \"broke\"\n", "upstream_error", NULL);

  g_assert_cmpstr(sse, ==,
                  "data: {\"error\":{\"message\":\"it \\\"broke\\\"\\n\",\"type\":"
                  "\"upstream_error\",\"param\":null,\"code\":null}}\n\n");
}

int
main(int argc, char *argv[])
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/chat/openai-stream/chunks-are-told-apart",
                  test_chunks_are_told_apart);
  g_test_add_func("/chat/openai-stream/role-and-finish-are-noticed",
                  test_role_and_finish_are_noticed);
  g_test_add_func("/chat/openai-stream/usage-is-read-in-all-spellings",
                  test_usage_is_read_in_all_spellings);
  g_test_add_func("/chat/openai-stream/no-usage-is-unknown", test_no_usage_is_unknown);
  g_test_add_func("/chat/openai-stream/the-last-usage-of-a-stream-counts",
                  test_the_last_usage_of_a_stream_counts);
  g_test_add_func("/chat/openai-stream/keep-alives-speak-as-the-stream-does",
                  test_keep_alives_speak_as_the_stream_does);
  g_test_add_func("/chat/openai-stream/keep-alives-take-over-the-streams-names",
                  test_keep_alives_take_over_the_streams_names);
  g_test_add_func("/chat/openai-stream/errors-are-one-event", test_errors_are_one_event);
  return g_test_run();
}
