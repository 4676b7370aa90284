/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "net/curl-loop.h"

#include <string.h>

#include "net/front-server.h"
#include "net/listen-socket.h"

/* Transfers against our own front server, on one context: /echo answers with the body,
 * /stream with "ab" in two writes, /big with 8 MiB, /hang never. */

typedef struct {
  McFrontServer *server;
  McCurlLoop *loop;
  guint16 port;
  McFrontRequest *streaming;
  guint gone;

  McCurlTransfer *transfer;
  GString *log;
  GString *data;
  int status;
  CURLcode result;
  gboolean refuses_data;
  gboolean cancels_in_data;
} Fixture;

#define BIG_BYTES (8 * 1024 * 1024)

static void
on_body(McFrontRequest *request, GBytes *body, gpointer user_data)
{
  Fixture *fixture = user_data;
  const char *path = mc_front_request_get_path(request);
  static const char *const headers[] = {"X-Told", "yes", NULL};

  if (g_str_equal(path, "/echo")) {
    mc_front_request_reply(request, 201, headers, body);
  } else if (g_str_equal(path, "/stream")) {
    mc_front_request_begin(request, 200, headers, -1);
    mc_front_request_write(request, "a", 1);
    fixture->streaming = request;
  } else if (g_str_equal(path, "/big")) {
    g_autofree char *zeros = g_malloc0(BIG_BYTES);
    g_autoptr(GBytes) bytes = g_bytes_new(zeros, BIG_BYTES);
    mc_front_request_reply(request, 200, headers, bytes);
  }
}

static void
on_gone(McFrontRequest *request, gpointer user_data)
{
  ((Fixture *) user_data)->gone++;
}

static const McFrontHandlers front_handlers = {.body = on_body, .gone = on_gone};

static void
on_head(McCurlTransfer *transfer, int status, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_string_append_c(fixture->log, 'h');
  fixture->status = status;
  g_assert_cmpstr(mc_curl_transfer_get_header(transfer, "x-told"), ==, "yes");
}

static gboolean
on_data(McCurlTransfer *transfer, const char *data, gsize length, gpointer user_data)
{
  Fixture *fixture = user_data;
  if (fixture->refuses_data)
    return FALSE;
  g_string_append_len(fixture->data, data, (gssize) length);
  if (fixture->cancels_in_data)
    mc_curl_transfer_cancel(transfer);
  return TRUE;
}

static void
on_end(McCurlTransfer *transfer, CURLcode result, const char *message, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_string_append_c(fixture->log, 'e');
  fixture->result = result;
  fixture->transfer = NULL;
}

static const McCurlHandlers handlers = {on_head, on_data, on_end};

static void
set_up(Fixture *fixture, gconstpointer unused)
{
  McFrontLimits limits = {.body_max = 64 * 1024 * 1024};
  int fd = mc_listen_socket_new_tcp("127.0.0.1", 0, NULL);
  fixture->port = mc_listen_socket_get_port(fd);
  fixture->server = mc_front_server_new(fd, &limits, &front_handlers, fixture, NULL);
  fixture->loop = mc_curl_loop_new(NULL);
  fixture->log = g_string_new(NULL);
  fixture->data = g_string_new(NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
  mc_curl_loop_free(fixture->loop);
  mc_front_server_free(fixture->server);
  g_string_free(fixture->log, TRUE);
  g_string_free(fixture->data, TRUE);
}

static void
start(Fixture *fixture, const char *path, const char *body)
{
  CURL *easy = mc_curl_loop_take_easy(fixture->loop);
  g_autofree char *url =
      g_strdup_printf("http://127.0.0.1:%u%s", (guint) fixture->port, path);
  g_autoptr(GBytes) bytes = g_bytes_new(body, strlen(body));
  curl_easy_setopt(easy, CURLOPT_URL, url);
  fixture->transfer =
      mc_curl_loop_start(fixture->loop, easy, NULL, bytes, &handlers, fixture);
}

static void
step(int milliseconds)
{
  gint64 until = g_get_monotonic_time() + milliseconds * 1000;
  while (g_get_monotonic_time() < until) {
    g_main_context_iteration(NULL, FALSE);
    g_usleep(200);
  }
}

static void
step_to_end(Fixture *fixture)
{
  gint64 until = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
  while (g_get_monotonic_time() < until && strchr(fixture->log->str, 'e') == NULL)
    g_main_context_iteration(NULL, FALSE);
}

static void
test_head_data_and_end_come_in_order(Fixture *fixture, gconstpointer unused)
{
  start(fixture, "/echo", "hello");
  step_to_end(fixture);
  g_assert_cmpstr(fixture->log->str, ==, "he");
  g_assert_cmpint(fixture->status, ==, 201);
  g_assert_cmpint(fixture->result, ==, CURLE_OK);
  g_assert_cmpstr(fixture->data->str, ==, "hello");
}

static void
test_the_head_comes_before_the_first_byte_is_late(Fixture *fixture, gconstpointer unused)
{
  start(fixture, "/stream", "");
  step(50);
  g_assert_cmpstr(fixture->log->str, ==, "h");
  g_assert_cmpstr(fixture->data->str, ==, "a");
  mc_front_request_write(fixture->streaming, "b", 1);
  mc_front_request_end(fixture->streaming);
  step_to_end(fixture);
  g_assert_cmpstr(fixture->data->str, ==, "ab");
}

static void
test_a_refused_port_ends_with_an_error(Fixture *fixture, gconstpointer unused)
{
  guint16 port = fixture->port;
  fixture->port = 1;
  start(fixture, "/echo", "x");
  step_to_end(fixture);
  fixture->port = port;
  g_assert_cmpstr(fixture->log->str, ==, "e");
  g_assert_cmpint(fixture->result, ==, CURLE_COULDNT_CONNECT);
}

static void
test_paused_bytes_are_not_lost(Fixture *fixture, gconstpointer unused)
{
  fixture->refuses_data = TRUE;
  start(fixture, "/big", "");
  step(50);
  g_assert_cmpuint(fixture->data->len, ==, 0);
  fixture->refuses_data = FALSE;
  mc_curl_transfer_resume(fixture->transfer);
  step_to_end(fixture);
  g_assert_cmpuint(fixture->data->len, ==, BIG_BYTES);
}

static void
test_cancel_closes_the_connection(Fixture *fixture, gconstpointer unused)
{
  start(fixture, "/hang", "");
  step(30);
  mc_curl_transfer_cancel(fixture->transfer);
  step(30);
  g_assert_cmpuint(fixture->gone, ==, 1);
  g_assert_cmpstr(fixture->log->str, ==, "");
}

static void
test_cancel_inside_a_handler_is_the_last_call(Fixture *fixture, gconstpointer unused)
{
  fixture->cancels_in_data = TRUE;
  start(fixture, "/big", "");
  step(100);
  g_assert_cmpuint(fixture->data->len, <=, 64 * 1024);
  g_assert_cmpstr(fixture->log->str, ==, "h");
}

#define ADD(name, function)                                                              \
  g_test_add("/net/curl-loop/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  ADD("head-data-and-end-come-in-order", test_head_data_and_end_come_in_order);
  ADD("the-head-comes-before-the-first-byte-is-late",
      test_the_head_comes_before_the_first_byte_is_late);
  ADD("a-refused-port-ends-with-an-error", test_a_refused_port_ends_with_an_error);
  ADD("paused-bytes-are-not-lost", test_paused_bytes_are_not_lost);
  ADD("cancel-closes-the-connection", test_cancel_closes_the_connection);
  ADD("cancel-inside-a-handler-is-the-last-call",
      test_cancel_inside_a_handler_is_the_last_call);
  return g_test_run();
}
