/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/exchange.h"

#include "proxy-fixture.h"

static void
test_a_stream_is_relayed_event_by_event(Fixture *self, gconstpointer unused)
{
  post(self, "", STREAM_REQUEST);
  g_autofree char *first = receive_until(self, "one");
  g_assert_true(g_str_has_prefix(first, "HTTP/1.1 200"));
  g_assert_nonnull(strstr(first, "text/event-stream"));
  write_text(self->open, CHUNK("{\"content\":\"two\"}"));
  mc_front_server_flush(self->upstream);
  g_autofree char *second = receive_until(self, "two");
  g_assert_nonnull(strstr(second, CHUNK("{\"content\":\"two\"}")));
  write_text(self->open, FINISH_CHUNK USAGE_CHUNK DONE);
  mc_front_request_end(self->open);
  g_autofree char *rest = receive_until(self, "0\r\n\r\n");
  g_assert_nonnull(strstr(rest, "[DONE]"));
  g_assert_null(strstr(rest, "usage"));
  step_until(&self->n_done, 1);
  g_assert_cmpint(self->last_turn.outcome, ==, MC_OUTCOME_OK);
  g_assert_cmpint(self->last_turn.usage.input, ==, 4);
  g_assert_cmpint(self->last_turn.usage.cached_input, ==, 5);
  g_assert_cmpint(self->last_turn.usage.output, ==, 4);
}

static void
test_the_usage_chunk_passes_to_who_asked(Fixture *self, gconstpointer unused)
{
  post(self, "",
       "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
       "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
  g_autofree char *first = receive_until(self, "one");
  write_text(self->open, FINISH_CHUNK USAGE_CHUNK DONE);
  mc_front_request_end(self->open);
  g_autofree char *rest = receive_until(self, "0\r\n\r\n");
  g_assert_nonnull(strstr(first, "one"));
  g_assert_nonnull(strstr(rest, USAGE_CHUNK));
}

static void
test_only_the_named_bytes_change(Fixture *self, gconstpointer unused)
{
  post(self, "", STREAM_REQUEST);
  g_autofree char *first = receive_until(self, "one");
  g_assert_nonnull(strstr(first, "one"));
  g_assert_nonnull(strstr(self->seen, "\"model\": \"m\", \"x\":1.50, \"stream\":true,"));
  g_assert_nonnull(strstr(self->seen, "include_usage"));
  g_assert_nonnull(strstr(self->seen, "SKILL-ONE"));
}

/* The same bytes at the same place at each later request; new ones at their own message.
 */
static void
test_injected_bytes_stay(Fixture *self, gconstpointer unused)
{
  const char *second =
      "{\"model\":\"whole\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},"
      "{\"role\":\"assistant\",\"content\":\"a\"},"
      "{\"role\":\"user\",\"content\":\"more\"}]}";
  const char *third =
      "{\"model\":\"whole\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},"
      "{\"role\":\"assistant\",\"content\":\"a\"},"
      "{\"role\":\"user\",\"content\":\"more\"},"
      "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\","
      "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
      "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"r\"}]}";
  post(self, "",
       "{\"model\":\"whole\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
  g_autofree char *first_reply = receive_until(self, "usage");
  g_autofree char *first_seen = g_strdup(self->seen);
  post(self, "", second);
  g_autofree char *second_reply = receive_until(self, "usage");
  g_autofree char *second_seen = g_strdup(self->seen);
  post(self, "", third);
  g_autofree char *third_reply = receive_until(self, "usage");

  g_assert_nonnull(strstr(first_reply, "usage"));
  g_assert_nonnull(strstr(second_reply, "usage"));
  g_assert_nonnull(strstr(third_reply, "usage"));
  g_assert_cmpint(g_atomic_int_get(&self->n_prepared), ==, 2); /* none in the tool loop */
  g_assert_cmpint(g_atomic_int_get(&self->n_advanced), ==, 3);
  /* Each request's messages start with the former one's, byte for byte. */
  gsize common = strlen(first_seen) - strlen("]}");
  g_assert_cmpint(strncmp(first_seen, second_seen, common), ==, 0);
  common = strlen(second_seen) - strlen("]}");
  g_assert_cmpint(strncmp(second_seen, self->seen, common), ==, 0);
  g_assert_nonnull(strstr(second_seen, "SKILL-TWO\\n\\nmore"));
}

static void
test_a_bad_key_upstream_is_not_the_clients(Fixture *self, gconstpointer unused)
{
  post(self, "",
       "{\"model\":\"refuse\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
  g_autofree char *reply = receive_until(self, "upstream_auth");
  g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 503"));
  g_autoptr(GPtrArray) problems = mc_problem_list_dup(self->problems);
  g_assert_cmpuint(problems->len, ==, 1);
  g_assert_cmpstr(mc_problem_get_code(problems->pdata[0]), ==, "upstream_auth");
}

static void
test_a_rate_limit_passes_with_its_header(Fixture *self, gconstpointer unused)
{
  post(self, "",
       "{\"model\":\"busy\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
  g_autofree char *reply = receive_until(self, "slow");
  g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 429"));
  g_assert_nonnull(strstr(reply, "Retry-After: 7"));
  g_assert_null(strstr(reply, "Set-Cookie"));
}

static void
test_a_parameter_of_ours_is_taken_back(Fixture *self, gconstpointer unused)
{
  post(
      self, "",
      "{\"model\":\"strict\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
  g_autofree char *reply = receive_until(self, "one");
  g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 200"));
  g_assert_cmpuint(self->n_seen, ==, 2);
  g_assert_null(strstr(self->seen, "stream_options"));
}

static void
test_a_client_that_leaves_cancels_upstream(Fixture *self, gconstpointer unused)
{
  post(self, "",
       "{\"model\":\"hang\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
  step_until((gint *) &self->n_seen, 1);
  shutdown(self->client, SHUT_RDWR);
  step_until((gint *) &self->n_gone, 1);
  g_assert_cmpuint(self->n_gone, ==, 1);
  step_until(&self->n_done, 1);
  g_assert_cmpint(self->last_turn.outcome, ==, MC_OUTCOME_CANCELLED);
}

static void
test_a_stream_that_breaks_tells_so(Fixture *self, gconstpointer unused)
{
  post(self, "", STREAM_REQUEST);
  g_autofree char *first = receive_until(self, "one");
  write_text(self->open, "data: {\"id\":\"c\",\"choi");
  mc_front_request_abort(self->open);
  g_autofree char *rest = receive_until(self, "error");
  g_assert_nonnull(strstr(first, "one"));
  g_assert_null(strstr(rest, "choi"));
  g_assert_nonnull(strstr(rest, "data: {\"error\""));
}

static void
test_bad_requests_are_told(Fixture *self, gconstpointer unused)
{
  post(self, "", "{\"model\":\"m\",\"messages\":7}");
  g_autofree char *reply = receive_until(self, "messages");
  g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 400"));
  g_assert_cmpuint(self->n_seen, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  curl_global_init(CURL_GLOBAL_DEFAULT);
#define ADD_WITH(name, function, key)                                                    \
  g_test_add("/proxy/exchange/" name, Fixture, key, set_up, function, tear_down)
  ADD_WITH("a-stream-is-relayed-event-by-event", test_a_stream_is_relayed_event_by_event,
           NULL);
  ADD_WITH("the-usage-chunk-passes-to-who-asked",
           test_the_usage_chunk_passes_to_who_asked, NULL);
  ADD_WITH("only-the-named-bytes-change", test_only_the_named_bytes_change, NULL);
  ADD_WITH("injected-bytes-stay", test_injected_bytes_stay, NULL);
  ADD_WITH("a-bad-key-upstream-is-not-the-clients",
           test_a_bad_key_upstream_is_not_the_clients, NULL);
  ADD_WITH("a-rate-limit-passes-with-its-header",
           test_a_rate_limit_passes_with_its_header, NULL);
  ADD_WITH("a-parameter-of-ours-is-taken-back", test_a_parameter_of_ours_is_taken_back,
           NULL);
  ADD_WITH("a-client-that-leaves-cancels-upstream",
           test_a_client_that_leaves_cancels_upstream, NULL);
  ADD_WITH("a-stream-that-breaks-tells-so", test_a_stream_that_breaks_tells_so, NULL);
  ADD_WITH("bad-requests-are-told", test_bad_requests_are_told, NULL);
  return g_test_run();
}
