/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/exchange-relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/listen-socket.h"

/* A relay on a real front server's request, and the client's socket. */

typedef struct {
  McFrontServer *server;
  McFrontRequest *request;
  int client;
} Fixture;

static void
on_body(McFrontRequest *request, GBytes *body, gpointer user_data)
{
  ((Fixture *) user_data)->request = request;
  mc_front_request_begin(request, 200, NULL, -1);
}

static const McFrontHandlers handlers = {.body = on_body};

static void
step(void)
{
  gint64 until = g_get_monotonic_time() + 20 * 1000;
  while (g_get_monotonic_time() < until)
    g_main_context_iteration(NULL, FALSE);
}

static void
set_up(Fixture *self, gconstpointer unused)
{
  static const char request[] = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
  McFrontLimits limits = {.body_max = 1024};
  int fd = mc_listen_socket_new_tcp("127.0.0.1", 0, NULL);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(mc_listen_socket_get_port(fd)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  self->server = mc_front_server_new(fd, &limits, &handlers, self, NULL);
  self->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(connect(self->client, (struct sockaddr *) &address, sizeof address), ==,
                  0);
  g_assert_cmpint(send(self->client, request, strlen(request), 0), >, 0);
  step();
  g_assert_nonnull(self->request);
}

static void
tear_down(Fixture *self, gconstpointer unused)
{
  close(self->client);
  mc_front_server_free(self->server);
}

static char *
receive(Fixture *self)
{
  char buffer[64 * 1024];
  step();
  gssize length = recv(self->client, buffer, sizeof buffer, MSG_DONTWAIT);
  return g_strndup(buffer, length > 0 ? (gsize) length : 0);
}

static void
push(McExchangeRelay *relay, const char *text)
{
  mc_exchange_relay_push(relay, text, strlen(text));
}

#define DELTA "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n"
#define FINISH                                                                           \
  "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"

static void
test_a_keep_alive_never_splits_an_event(Fixture *self, gconstpointer unused)
{
  g_autoptr(McExchangeRelay) relay = mc_exchange_relay_new(self->request, "m", TRUE);
  push(relay, DELTA "data: {\"choi");
  mc_exchange_relay_keep_alive(relay);
  push(relay, "ces\":[]}\n\n");
  g_autofree char *received = receive(self);
  const char *keep_alive = strstr(received, "chat.completion.chunk");
  g_assert_nonnull(keep_alive);
  g_assert_true(strstr(received, "data: {\"choices\":[]}\n\n") > keep_alive);
}

static void
test_an_outgrown_event_gets_no_keep_alive_and_no_error(Fixture *self,
                                                       gconstpointer unused)
{
  g_autoptr(McExchangeRelay) relay = mc_exchange_relay_new(self->request, "m", TRUE);
  g_autofree char *filler = g_strnfill(100 * 1024, 'a');
  push(relay, "data: {\"x\":\"");
  push(relay, filler);
  mc_exchange_relay_keep_alive(relay);
  g_assert_cmpuint(mc_front_request_get_queued(self->request), >, 64 * 1024);
  mc_exchange_relay_fail(relay, "gone", "server_error", NULL);
  for (int i = 0; i < 8; i++) {
    g_autofree char *received = receive(self);
    g_assert_null(strstr(received, "chat.completion.chunk"));
    g_assert_null(strstr(received, "error"));
    g_assert_null(strstr(received, "\r\n0\r\n"));
  }
}

static void
test_it_is_complete_with_a_finish_reason(Fixture *self, gconstpointer unused)
{
  g_autoptr(McExchangeRelay) relay = mc_exchange_relay_new(self->request, "m", TRUE);
  push(relay, DELTA);
  g_assert_false(mc_exchange_relay_finish(relay));
  push(relay, FINISH);
  g_assert_true(mc_exchange_relay_finish(relay));
}

static void
test_an_upstreams_own_error_is_told_once(Fixture *self, gconstpointer unused)
{
  g_autoptr(McExchangeRelay) relay = mc_exchange_relay_new(self->request, "m", TRUE);
  push(relay, DELTA "data: {\"error\":{\"message\":\"its own\"}}\n\n");
  g_assert_false(mc_exchange_relay_finish(relay));
  mc_exchange_relay_fail(relay, "ours", "server_error", NULL);
  g_autofree char *received = receive(self);
  g_assert_nonnull(strstr(received, "its own"));
  g_assert_null(strstr(received, "ours"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                              \
  g_test_add("/proxy/exchange-relay/" name, Fixture, NULL, set_up, function, tear_down)
  ADD("a-keep-alive-never-splits-an-event", test_a_keep_alive_never_splits_an_event);
  ADD("an-outgrown-event-gets-no-keep-alive-and-no-error",
      test_an_outgrown_event_gets_no_keep_alive_and_no_error);
  ADD("it-is-complete-with-a-finish-reason", test_it_is_complete_with_a_finish_reason);
  ADD("an-upstreams-own-error-is-told-once", test_an_upstreams_own_error_is_told_once);
  return g_test_run();
}
