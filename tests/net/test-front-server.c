/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "net/front-server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/listen-socket.h"

/* A server on a real socket of this thread's context, and a blocking client that is
 * stepped beside it. What the server does is told by the request's path. */

typedef struct {
  McFrontServer *server;
  guint16 port;
  GString *log; /* one letter a callback */
  McFrontRequest *request;
  gsize body_length;
} Fixture;

static void
on_head(McFrontRequest *request, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_string_append_c(fixture->log, 'h');
  fixture->request = request;
  if (g_str_equal(mc_front_request_get_path(request), "/refuse")) {
    g_autoptr(GBytes) body = g_bytes_new_static("no", 2);
    mc_front_request_reply(request, 403, NULL, body);
  }
}

static void
on_body(McFrontRequest *request, GBytes *body, gpointer user_data)
{
  Fixture *fixture = user_data;
  const char *path = mc_front_request_get_path(request);
  static const char *const headers[] = {"X-Test", "yes", NULL};

  g_string_append_c(fixture->log, body != NULL ? 'b' : 'B');
  fixture->body_length = body != NULL ? g_bytes_get_size(body) : 0;
  if (g_str_equal(path, "/echo")) {
    mc_front_request_reply(request, 200, headers, body);
  } else if (g_str_equal(path, "/stream")) {
    mc_front_request_begin(request, 200, headers, -1);
    mc_front_request_write(request, "one", 3);
  } else if (body == NULL) {
    g_autoptr(GBytes) text = g_bytes_new_static("large", 5);
    mc_front_request_reply(request, 413, NULL, text);
  }
}

static void
on_drained(McFrontRequest *request, gpointer user_data)
{
  g_string_append_c(((Fixture *) user_data)->log, 'd');
}

static void
on_gone(McFrontRequest *request, gpointer user_data)
{
  g_string_append_c(((Fixture *) user_data)->log, 'g');
}

static void
on_finished(McFrontRequest *request, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_string_append_c(fixture->log, 'f');
  fixture->request = NULL;
}

static const McFrontHandlers handlers = {on_head, on_body, on_drained, on_gone,
                                         on_finished};

static void
set_up(Fixture *fixture, gconstpointer unused)
{
  McFrontLimits limits = {.body_max = 1024 * 1024};
  g_autoptr(GError) error = NULL;
  int fd = mc_listen_socket_new_tcp("127.0.0.1", 0, &error);
  g_assert_no_error(error);
  fixture->port = mc_listen_socket_get_port(fd);
  fixture->log = g_string_new(NULL);
  fixture->server = mc_front_server_new(fd, &limits, &handlers, fixture, &error);
  g_assert_no_error(error);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
  g_clear_pointer(&fixture->server, mc_front_server_free);
  g_string_free(fixture->log, TRUE);
}

static int
connect_client(Fixture *fixture)
{
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(fixture->port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(connect(fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static void
send_text(int fd, const char *text)
{
  g_assert_cmpint(send(fd, text, strlen(text), MSG_NOSIGNAL), ==, (gssize) strlen(text));
}

static void
step(int milliseconds)
{
  gint64 until = g_get_monotonic_time() + milliseconds * 1000;
  while (g_get_monotonic_time() < until) {
    g_main_context_iteration(NULL, FALSE);
    g_usleep(500);
  }
}

/* Steps the loop until @text has arrived at @fd (or two seconds have passed). */
static char *
receive_until(int fd, const char *text)
{
  GString *received = g_string_new(NULL);
  gint64 until = g_get_monotonic_time() + 2 * G_USEC_PER_SEC;

  while (g_get_monotonic_time() < until && strstr(received->str, text) == NULL) {
    char buffer[4096];
    g_main_context_iteration(NULL, FALSE);
    gssize length = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (length > 0)
      g_string_append_len(received, buffer, length);
    else
      g_usleep(500);
  }
  return g_string_free(received, FALSE);
}

static void
test_a_reply_goes_out_whole(Fixture *fixture, gconstpointer unused)
{
  int fd = connect_client(fixture);
  send_text(fd,
            "POST /echo?a=%20b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  g_autofree char *reply = receive_until(fd, "hello");
  g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 200"));
  g_assert_nonnull(strstr(reply, "X-Test: yes"));
  g_assert_nonnull(strstr(reply, "Content-Length: 5"));
  step(10);
  g_assert_cmpstr(fixture->log->str, ==, "hbf");
  /* The connection is kept. */
  send_text(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nyo");
  g_autofree char *second = receive_until(fd, "yo");
  g_assert_nonnull(strstr(second, "\r\n\r\nyo"));
  close(fd);
}

/* While a client writes it does not read, so the refusal waits for it. */
static void
test_a_refusal_at_the_head_skips_the_body(Fixture *fixture, gconstpointer unused)
{
  int fd = connect_client(fixture);
  send_text(fd, "POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nfour");
  step(20);
  char buffer[64];
  g_assert_cmpint(recv(fd, buffer, sizeof buffer, MSG_DONTWAIT), ==, -1);
  send_text(fd, "more");
  g_autofree char *reply = receive_until(fd, "no");
  g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 403"));
  step(20);
  g_assert_cmpstr(fixture->log->str, ==, "hf");
  /* The connection is kept. */
  send_text(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nyo");
  g_autofree char *second = receive_until(fd, "yo");
  g_assert_nonnull(strstr(second, "\r\n\r\nyo"));
  close(fd);
}

static void
test_a_refusal_comes_before_a_body_that_waits_for_it(Fixture *fixture,
                                                     gconstpointer unused)
{
  int fd = connect_client(fixture);
  send_text(fd, "POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n"
                "Expect: 100-continue\r\n\r\n");
  g_autofree char *reply = receive_until(fd, "no");
  g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 403"));
  close(fd);
  step(20);
  g_assert_cmpstr(fixture->log->str, ==, "hf");
}

static void
test_an_announced_large_body_is_not_kept(Fixture *fixture, gconstpointer unused)
{
  static const gsize sizes[] = {2000000, 1u << 30};
  for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
    int fd = connect_client(fixture);
    g_autofree char *block = g_malloc0(1000);
    g_autofree char *head = g_strdup_printf("POST /x HTTP/1.1\r\nHost: x\r\n"
                                            "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                                            sizes[i]);
    g_string_truncate(fixture->log, 0);
    send_text(fd, head);
    /* The second would keep us busy for long: it is refused at once. */
    for (int n = 0; i == 0 && n < 2000; n++) {
      g_assert_cmpint(send(fd, block, 1000, MSG_NOSIGNAL), ==, 1000);
      g_main_context_iteration(NULL, FALSE);
    }
    g_autofree char *reply = receive_until(fd, "large");
    g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 413"));
    close(fd);
    step(20);
    g_assert_cmpstr(fixture->log->str, ==, "hBf");
  }
}

static void
test_a_reply_at_the_head_keeps_the_connection(Fixture *fixture, gconstpointer unused)
{
  int fd = connect_client(fixture);
  send_text(fd, "GET /refuse HTTP/1.1\r\nHost: x\r\n\r\n"
                "GET /refuse HTTP/1.1\r\nHost: x\r\n\r\n");
  g_autofree char *first = receive_until(fd, "no");
  g_autofree char *both = strstr(strstr(first, "\r\n\r\nno"), "403") == NULL
                              ? receive_until(fd, "no")
                              : g_strdup("403");
  g_assert_nonnull(strstr(both, "403"));
  close(fd);
}

static void
test_a_stream_flows_as_it_is_written(Fixture *fixture, gconstpointer unused)
{
  int fd = connect_client(fixture);
  send_text(fd, "POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  g_autofree char *first = receive_until(fd, "one");
  g_assert_nonnull(strstr(first, "one"));
  mc_front_request_write(fixture->request, "two", 3);
  mc_front_server_flush(fixture->server);
  /* No turn of the loop in between: flush has sent it. */
  char buffer[64] = {0};
  g_assert_cmpint(recv(fd, buffer, sizeof buffer - 1, 0), >, 0);
  g_assert_nonnull(strstr(buffer, "two"));
  mc_front_request_end(fixture->request);
  g_autofree char *last = receive_until(fd, "0\r\n\r\n");
  g_assert_nonnull(strstr(last, "0\r\n\r\n"));
  close(fd);
}

static void
test_an_aborted_stream_lacks_its_final_chunk(Fixture *fixture, gconstpointer unused)
{
  int fd = connect_client(fixture);
  char buffer[4096];
  send_text(fd, "POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  g_free(receive_until(fd, "one"));
  mc_front_request_write(fixture->request, "cut", 3);
  mc_front_request_abort(fixture->request);
  g_autofree char *rest = receive_until(fd, "cut");
  step(20);
  g_assert_null(strstr(rest, "0\r\n\r\n"));
  g_assert_cmpint(recv(fd, buffer, sizeof buffer, MSG_DONTWAIT), ==, 0);
  close(fd);
}

static void
test_a_hang_up_is_noticed_while_waiting(Fixture *fixture, gconstpointer unused)
{
  int fd = connect_client(fixture);
  send_text(fd, "POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  step(20);
  g_assert_cmpstr(fixture->log->str, ==, "hb");
  close(fd);
  step(30);
  g_assert_cmpstr(fixture->log->str, ==, "hbgf");
}

static void
test_a_hang_up_in_the_middle_of_a_request_frees_it(Fixture *fixture, gconstpointer unused)
{
  static const char *const halves[] = {
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nonly this",
      "POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nonly this",
      "POST /echo HTTP/1.1\r\nHost: ",
      "",
  };
  for (gsize i = 0; i < 2 * G_N_ELEMENTS(halves); i++) {
    gboolean comes_together = i % 2 == 0; /* bytes and end, before the server looks */
    int fd = connect_client(fixture);
    char buffer[64];
    step(5);
    g_string_truncate(fixture->log, 0);
    send_text(fd, halves[i / 2]);
    step(comes_together ? 0 : 10);
    shutdown(fd, SHUT_WR);
    step(30);
    g_assert_cmpint(recv(fd, buffer, sizeof buffer, MSG_DONTWAIT), ==, 0);
    g_assert_cmpstr(fixture->log->str, ==, i == 1 || i == 3 ? "hgf" : "");
    g_assert_cmpuint(mc_front_server_get_active(fixture->server), ==, 0);
    close(fd);
  }
}

static void
test_a_slow_reader_is_told_apart(Fixture *fixture, gconstpointer unused)
{
  int fd = connect_client(fixture);
  g_autofree char *block = g_malloc0(64 * 1024);
  send_text(fd, "POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  g_free(receive_until(fd, "one"));
  for (int i = 0; i < 256; i++)
    mc_front_request_write(fixture->request, block, 64 * 1024);
  step(20);
  g_assert_cmpuint(mc_front_request_get_queued(fixture->request), >, MC_FRONT_HIGH_WATER);
  g_assert_null(strchr(fixture->log->str, 'd'));
  for (gint64 until = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
       g_get_monotonic_time() < until && strchr(fixture->log->str, 'd') == NULL;) {
    g_main_context_iteration(NULL, FALSE);
    while (recv(fd, block, 64 * 1024, MSG_DONTWAIT) > 0)
      ;
  }
  g_assert_nonnull(strchr(fixture->log->str, 'd'));
  close(fd);
  step(20);
}

static void
test_open_requests_are_aborted_with_the_server(Fixture *fixture, gconstpointer unused)
{
  int waiting = connect_client(fixture), streaming = connect_client(fixture);
  send_text(waiting, "POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  send_text(streaming, "POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  step(30);
  g_assert_cmpuint(mc_front_server_get_active(fixture->server), ==, 2);
  g_clear_pointer(&fixture->server, mc_front_server_free);
  g_assert_cmpstr(fixture->log->str + 4, ==, "ggff");
  close(waiting);
  close(streaming);
}

static void
test_quiesced_it_refuses_newcomers(Fixture *fixture, gconstpointer unused)
{
  int open = connect_client(fixture);
  send_text(open, "POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  g_free(receive_until(open, "one"));
  mc_front_server_quiesce(fixture->server);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(fixture->port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(connect(late, (struct sockaddr *) &address, sizeof address), ==, -1);
  mc_front_request_write(fixture->request, "still", 5);
  mc_front_request_end(fixture->request);
  g_autofree char *rest = receive_until(open, "0\r\n\r\n");
  g_assert_nonnull(strstr(rest, "still"));
  close(late);
  close(open);
}

#define ADD(name, function)                                                              \
  g_test_add("/net/front-server/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("a-reply-goes-out-whole", test_a_reply_goes_out_whole);
  ADD("a-refusal-at-the-head-skips-the-body", test_a_refusal_at_the_head_skips_the_body);
  ADD("a-refusal-comes-before-a-body-that-waits-for-it",
      test_a_refusal_comes_before_a_body_that_waits_for_it);
  ADD("an-announced-large-body-is-not-kept", test_an_announced_large_body_is_not_kept);
  ADD("a-reply-at-the-head-keeps-the-connection",
      test_a_reply_at_the_head_keeps_the_connection);
  ADD("a-stream-flows-as-it-is-written", test_a_stream_flows_as_it_is_written);
  ADD("an-aborted-stream-lacks-its-final-chunk",
      test_an_aborted_stream_lacks_its_final_chunk);
  ADD("a-hang-up-is-noticed-while-waiting", test_a_hang_up_is_noticed_while_waiting);
  ADD("a-hang-up-in-the-middle-of-a-request-frees-it",
      test_a_hang_up_in_the_middle_of_a_request_frees_it);
  ADD("a-slow-reader-is-told-apart", test_a_slow_reader_is_told_apart);
  ADD("open-requests-are-aborted-with-the-server",
      test_open_requests_are_aborted_with_the_server);
  ADD("quiesced-it-refuses-newcomers", test_quiesced_it_refuses_newcomers);
  return g_test_run();
}
