/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/upstream-fault.h"

#include <string.h>

/* The error map of clients.md 3.4, row by row. */

static void
test_the_map(void)
{
  static const struct {
    int status;
    const char *body;
    gboolean client_auth;
    McFaultKind kind;
    int expected;
    const char *code;
    const char *words;
  } rows[] = {
      {401, "{\"error\":{\"message\":\"bad key\"}}", FALSE, MC_FAULT_KEY, 503,
       "upstream_auth", "bad key"},
      {403, "no", FALSE, MC_FAULT_KEY, 503, "upstream_auth", "h.example"},
      {401, "{\"error\":{\"message\":\"bad key\"}}", TRUE, MC_FAULT_ANSWER, 401, NULL,
       "bad key"},
      {402, "{\"error\":{\"message\":\"empty\"}}", FALSE, MC_FAULT_CREDIT, 503,
       "upstream_credit", "empty"},
      {429, "{\"error\":{\"message\":\"quota\",\"code\":\"insufficient_quota\"}}", FALSE,
       MC_FAULT_CREDIT, 503, "upstream_credit", "quota"},
      {429, "{\"error\":{\"message\":\"slow down\"}}", FALSE, MC_FAULT_ANSWER, 429, NULL,
       "slow down"},
      {400,
       "{\"error\":{\"message\":\"This model's maximum context length is 8192 tokens\","
       "\"code\":\"context_length_exceeded\"}}",
       FALSE, MC_FAULT_ANSWER, 400, "context_length_exceeded", "maximum context length"},
      {400,
       "{\"error\":{\"message\":\"the request exceeds the available context size\","
       "\"type\":\"exceed_context_size_error\"}}",
       FALSE, MC_FAULT_ANSWER, 400, "context_length_exceeded", "maximum context length"},
      {500, "<html><title>Bad gateway</title></html>", FALSE, MC_FAULT_ANSWER, 500,
       "upstream_error", "Bad gateway"},
      {529, "{\"detail\":\"overloaded\"}", FALSE, MC_FAULT_ANSWER, 529, "upstream_error",
       "overloaded"},
      {302, "", FALSE, MC_FAULT_ANSWER, 502, "upstream_redirect", "llm.api_base"},
      {404, "{\"error\":{\"message\":\"no such model\",\"code\":\"model_not_found\"}}",
       FALSE, MC_FAULT_ANSWER, 404, "model_not_found", "no such model"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    McUpstreamFault fault;
    g_test_message("%d %s", rows[i].status, rows[i].body);
    mc_upstream_fault_from_answer(&fault, rows[i].status, "application/json",
                                  rows[i].body, strlen(rows[i].body), "h.example",
                                  rows[i].client_auth);
    g_assert_cmpint(fault.kind, ==, rows[i].kind);
    g_assert_cmpint(fault.status, ==, rows[i].expected);
    if (rows[i].code != NULL)
      g_assert_cmpstr(fault.code, ==, rows[i].code);
    g_assert_nonnull(strstr(fault.message, rows[i].words));
    mc_upstream_fault_clear(&fault);
  }
}

static void
test_openai_shaped_bodies_pass_as_they_came(void)
{
  static const char shaped[] =
      "{\"error\":{\"message\":\"bad tool\",\"param\":\"tools\"}}";
  static const char bare[] = "{\"detail\":\"bad tool\"}";
  McUpstreamFault fault;

  mc_upstream_fault_from_answer(&fault, 400, NULL, shaped, strlen(shaped), "h", FALSE);
  g_assert_true(fault.pass_body);
  mc_upstream_fault_clear(&fault);
  mc_upstream_fault_from_answer(&fault, 400, NULL, bare, strlen(bare), "h", FALSE);
  g_assert_false(fault.pass_body);
  mc_upstream_fault_clear(&fault);
  /* Never the key's refusal: its status changes. */
  mc_upstream_fault_from_answer(&fault, 401, NULL, shaped, strlen(shaped), "h", FALSE);
  g_assert_false(fault.pass_body);
  mc_upstream_fault_clear(&fault);
}

static void
test_a_page_instead_of_an_answer_names_the_setting(void)
{
  McUpstreamFault fault;
  mc_upstream_fault_from_answer(&fault, 200, "text/html", "<html>", 6, "h.example",
                                FALSE);
  g_assert_cmpint(fault.status, ==, 502);
  g_assert_nonnull(strstr(fault.message, "llm.api_base"));
  mc_upstream_fault_clear(&fault);
}

static void
test_a_success_that_is_none_says_why(void)
{
  static const struct {
    const char *body;
    const char *message;
  } rows[] = {
      {NULL, "h answered nothing instead of a chat completion; check llm.api_base"},
      {"{}", "h answered application/json instead of a chat completion; check "
             "llm.api_base"},
      {"{\"error\":{\"message\":\"too busy\"}}", "h: too busy"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    McUpstreamFault fault;
    gsize length = rows[i].body != NULL ? strlen(rows[i].body) : 0;
    mc_upstream_fault_from_answer(&fault, 200, "application/json", rows[i].body, length,
                                  "h", FALSE);
    g_assert_cmpint(fault.status, ==, 502);
    g_assert_cmpstr(fault.message, ==, rows[i].message);
    mc_upstream_fault_clear(&fault);
  }
}

static void
test_transfers_fail_with_the_host(void)
{
  static const struct {
    CURLcode result;
    int status;
    McFaultKind kind;
  } rows[] = {
      {CURLE_COULDNT_CONNECT, 502, MC_FAULT_UNREACHABLE},
      {CURLE_COULDNT_RESOLVE_HOST, 502, MC_FAULT_UNREACHABLE},
      {CURLE_OPERATION_TIMEDOUT, 504, MC_FAULT_UNREACHABLE},
      {CURLE_PEER_FAILED_VERIFICATION, 502, MC_FAULT_UNREACHABLE},
      {CURLE_RECV_ERROR, 502, MC_FAULT_ANSWER},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    McUpstreamFault fault;
    mc_upstream_fault_from_transfer(&fault, rows[i].result, "why", "h.example:8080");
    g_assert_cmpint(fault.status, ==, rows[i].status);
    g_assert_cmpint(fault.kind, ==, rows[i].kind);
    g_assert_nonnull(strstr(fault.message, "h.example:8080"));
    mc_upstream_fault_clear(&fault);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/proxy/upstream-fault/the-map", test_the_map);
  g_test_add_func("/proxy/upstream-fault/openai-shaped-bodies-pass-as-they-came",
                  test_openai_shaped_bodies_pass_as_they_came);
  g_test_add_func("/proxy/upstream-fault/a-page-instead-of-an-answer-names-the-setting",
                  test_a_page_instead_of_an_answer_names_the_setting);
  g_test_add_func("/proxy/upstream-fault/a-success-that-is-none-says-why",
                  test_a_success_that_is_none_says_why);
  g_test_add_func("/proxy/upstream-fault/transfers-fail-with-the-host",
                  test_transfers_fail_with_the_host);
  return g_test_run();
}
