/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "chat/openai-error.h"

#include <string.h>

static void
test_errors_have_all_four_members(void)
{
  g_autoptr(GBytes) error =
      mc_openai_error_format("no \"x\"", "invalid_request_error", "model", NULL);

  g_assert_cmpmem(g_bytes_get_data(error, NULL), g_bytes_get_size(error),
                  "{\"error\":{\"message\":\"no \\\"x\\\"\",\"type\":\"invalid_request_"
                  "error\",\"param\":\"model\",\"code\":null}}",
                  91);
}

static void
test_all_shapes_are_read(void)
{
  static const struct {
    const char *body;
    const char *message;
    const char *type;
    const char *code;
  } cases[] = {
      {"{\"error\":{\"message\":\"m\",\"type\":\"t\",\"param\":null,\"code\":\"c\"}}",
       "m", "t", "c"},
      {"{\"error\":\"m\"}", "m", NULL, NULL},
      {"{\"message\":\"m\"}", "m", NULL, NULL},
      {"{\"detail\":\"m\"}", "m", NULL, NULL},
      {"{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"m\",\"type\":\"t\"}]}", "m", "t",
       NULL},
      {"{\"object\":\"error\",\"message\":\"m\",\"type\":\"t\",\"code\":404}", "m", "t",
       "404"},
      {"[{\"error\":{\"code\":400,\"message\":\"m\",\"status\":\"INVALID_ARGUMENT\"}}]",
       "m", "INVALID_ARGUMENT", "400"},
      {"{\"error\":{\"message\":\"Provider returned error\",\"code\":429,\"metadata\":"
       "{\"raw\":\"m\"}}}",
       "m", NULL, "429"},
      {"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}",
       "m", "overloaded_error", NULL},
      {"data: {\"error\":{\"message\":\"m\"}}\n\n", "m", NULL, NULL},
      {"\xef\xbb\xbf {\"error\":{\"message\":\" m\\n\\u0007n \"}}", "m n", NULL, NULL},
      {"\"m\"", "m", NULL, NULL},
      {"{\"a\":1}", "{\"a\":1}", NULL, NULL},
      {"[]", "[]", NULL, NULL},
      {"null", "null", NULL, NULL},
      {"<html><head><title>502 Bad\nGateway</title></head></html>", "502 Bad Gateway",
       NULL, NULL},
      {"<!doctype html><body><h1>Not  Found</h1><hr/>x", "Not Found x", NULL, NULL},
      {"<title>open", "open", NULL, NULL},
      {"plain\n words", "plain words", NULL, NULL},
      {"{broken", "{broken", NULL, NULL},
      {"\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd", NULL, NULL},
      {"", "", NULL, NULL},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(McUpstreamError) error = {0};

    mc_openai_error_read(cases[i].body, strlen(cases[i].body), &error);
    g_assert_cmpstr(error.message, ==, cases[i].message);
    g_assert_cmpstr(error.type, ==, cases[i].type);
    g_assert_cmpstr(error.code, ==, cases[i].code);
    g_assert_false(error.is_context_overflow);
  }
}

static void
test_an_overflow_is_known_by_code_or_words(void)
{
  static const struct {
    const char *body;
    gboolean is_overflow;
  } cases[] = {
      {"{\"error\":{\"message\":\"m\",\"code\":\"context_length_exceeded\"}}", TRUE},
      {"{\"error\":{\"code\":400,\"message\":\"the request exceeds the available context "
       "size (8192 tokens)\",\"type\":\"exceed_context_size_error\"}}",
       TRUE},
      {"{\"object\":\"error\",\"message\":\"This model's Maximum context length is 4096 "
       "tokens\"}",
       TRUE},
      {"{\"error\":{\"message\":\"prompt is too long: 210000 tokens > 200000\"}}", TRUE},
      {"input exceeds the context window of this model", TRUE},
      {"{\"message\":\"Too many tokens, please wait before trying again.\"}", FALSE},
      {"{\"message\":\"Too many tokens\"}", TRUE},
      {"{\"message\":\"model not found\"}", FALSE},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(McUpstreamError) error = {0};

    mc_openai_error_read(cases[i].body, strlen(cases[i].body), &error);
    g_assert_cmpint(error.is_context_overflow, ==, cases[i].is_overflow);
  }
}

static void
test_a_long_message_is_cut(void)
{
  g_autoptr(GString) body = g_string_new("{\"error\":{\"message\":\"");
  g_auto(McUpstreamError) error = {0};

  for (int i = 0; i < 2000; i++)
    g_string_append(body, "€");
  g_string_append(body, "\"}}");
  mc_openai_error_read(body->str, body->len, &error);
  g_assert_cmpuint(strlen(error.message), <=, 2000);
  g_assert_cmpuint(strlen(error.message), >, 1990);
  g_assert_true(g_utf8_validate(error.message, -1, NULL));
  mc_upstream_error_clear(&error);

  /* Replacement characters are longer than what they replace. */
  g_string_truncate(body, 0);
  for (int i = 0; i < 3000; i++)
    g_string_append_c(body, '\xff');
  mc_openai_error_read(body->str, body->len, &error);
  g_assert_cmpuint(strlen(error.message), <=, 2000);
}

/* A GByteArray that nothing was appended to has no data at all. */
static void
test_an_empty_body_has_an_empty_message(void)
{
  g_auto(McUpstreamError) error = {0};

  mc_openai_error_read(NULL, 0, &error);
  g_assert_cmpstr(error.message, ==, "");
  g_assert_false(error.is_context_overflow);
}

int
main(int argc, char *argv[])
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/chat/openai-error/errors-have-all-four-members",
                  test_errors_have_all_four_members);
  g_test_add_func("/chat/openai-error/all-shapes-are-read", test_all_shapes_are_read);
  g_test_add_func("/chat/openai-error/an-overflow-is-known-by-code-or-words",
                  test_an_overflow_is_known_by_code_or_words);
  g_test_add_func("/chat/openai-error/a-long-message-is-cut", test_a_long_message_is_cut);
  g_test_add_func("/chat/openai-error/an-empty-body-has-an-empty-message",
                  test_an_empty_body_has_an_empty_message);
  return g_test_run();
}
