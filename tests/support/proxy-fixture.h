/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/curl-loop.h"
#include "net/front-server.h"
#include "net/listen-socket.h"
#include "proxy/proxy-server.h"

/* The whole data plane between a raw client socket and an upstream of ours (a front
 * server on this thread). What the upstream does is told by the model's name in the
 * request. */

typedef struct {
  McFrontServer *upstream;
  guint16 upstream_port;
  McFrontRequest *open; /* the request that is being streamed */
  char *seen;           /* the last body that arrived upstream */
  guint n_seen;
  guint n_gone;

  McProxyHooks hooks;
  McProblemList *problems;
  McProxyServer *proxy;
  int client;

  gint n_prepared; /* counted on the data plane's thread */
  gint n_advanced;
  gint n_done;
  McTurnDone last_turn;
} Fixture;

#define CHUNK(text)                                                                      \
  "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":" text "}]}\n\n"
#define USAGE_CHUNK                                                                            \
  "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4," \
  "\"prompt_tokens_details\":{\"cached_tokens\":5}}}\n\n"
#define FINISH_CHUNK                                                                     \
  "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define DONE "data: [DONE]\n\n"

G_GNUC_UNUSED static void
write_text(McFrontRequest *request, const char *text)
{
  mc_front_request_write(request, text, strlen(text));
}

static void
reply_text(McFrontRequest *request, int status, const char *type, const char *text)
{
  const char *headers[] = {"Content-Type", type,  "Retry-After", "7",
                           "Set-Cookie",   "a=b", NULL};
  g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
  mc_front_request_reply(request, status, headers, body);
}

static void
on_upstream_body(McFrontRequest *request, GBytes *body, gpointer user_data)
{
  static const char *const stream_headers[] = {"Content-Type", "text/event-stream", NULL};
  Fixture *self = user_data;

  g_free(self->seen);
  self->seen = g_strndup(g_bytes_get_data(body, NULL), g_bytes_get_size(body));
  self->n_seen++;
  if (strstr(self->seen, "\"whole\"") != NULL) {
    reply_text(
        request, 200, "application/json",
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}");
  } else if (strstr(self->seen, "\"refuse\"") != NULL) {
    reply_text(request, 401, "application/json", "{\"error\":{\"message\":\"bad key\"}}");
  } else if (strstr(self->seen, "\"busy\"") != NULL) {
    reply_text(request, 429, "application/json", "{\"error\":{\"message\":\"slow\"}}");
  } else if (strstr(self->seen, "\"strict\"") != NULL &&
             strstr(self->seen, "stream_options") != NULL) {
    reply_text(request, 400, "application/json",
               "{\"error\":{\"message\":\"unknown parameter stream_options\"}}");
  } else if (strstr(self->seen, "\"hang\"") == NULL) {
    mc_front_request_begin(request, 200, stream_headers, -1);
    self->open = request;
    write_text(request, CHUNK("{\"content\":\"one\"}"));
  }
}

static void
on_upstream_gone(McFrontRequest *request, gpointer user_data)
{
  Fixture *self = user_data;
  self->n_gone++;
  self->open = NULL;
}

static const McFrontHandlers upstream_handlers = {.body = on_upstream_body,
                                                  .gone = on_upstream_gone};

static void
prepare(const McPrepareRequest *request, McPrepareDone done, gpointer done_data,
        gpointer user_data)
{
  Fixture *self = user_data;
  const char *const names[] = {"tidy", NULL};
  McInjection *injection = mc_injection_new(
      request->is_first ? MC_INJECTION_SYSTEM : MC_INJECTION_USER, &request->anchor,
      request->is_first ? "SKILL-ONE" : "SKILL-TWO", names, 3);

  g_atomic_int_inc(&self->n_prepared);
  done(injection, done_data);
}

static void
advanced(const char *conversation_id, const McTurnHash *tail, gpointer user_data)
{
  g_atomic_int_inc(&((Fixture *) user_data)->n_advanced);
}

static void
turn_done(const McTurnDone *turn, gpointer user_data)
{
  Fixture *self = user_data;
  self->last_turn = *turn;
  g_atomic_int_inc(&self->n_done);
}

static void
start_proxy(Fixture *self, const char *api_key)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *base =
      g_strdup_printf("http://127.0.0.1:%u/v1", (guint) self->upstream_port);
  McProxySettings settings = {.host = (char *) "127.0.0.1", .api_key = (char *) api_key};
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  g_autoptr(McConfig) named =
      mc_config_with(defaults, MC_KEY_LLM_PROVIDER, "custom", &error);
  g_autoptr(McConfig) config = mc_config_with(named, MC_KEY_LLM_API_BASE, base, &error);
  g_assert_no_error(error);
  g_autoptr(McUpstreamRoute) route = mc_upstream_route_new(config, "/nowhere.sock");

  g_assert_cmpint(mc_upstream_route_get_state(route), ==, MC_ROUTE_READY);
  self->proxy = mc_proxy_server_new(&settings, route, &self->hooks, self->problems);
  mc_proxy_server_start(self->proxy, &error);
  g_assert_no_error(error);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(mc_proxy_server_get_port(self->proxy)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  self->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(connect(self->client, (struct sockaddr *) &address, sizeof address), ==,
                  0);
}

static void
set_up(Fixture *self, gconstpointer api_key)
{
  McFrontLimits limits = {.body_max = 64 * 1024 * 1024};
  int fd = mc_listen_socket_new_tcp("127.0.0.1", 0, NULL);

  self->upstream_port = mc_listen_socket_get_port(fd);
  self->upstream = mc_front_server_new(fd, &limits, &upstream_handlers, self, NULL);
  self->problems = mc_problem_list_new();
  self->hooks = (McProxyHooks){.user_data = self,
                               .prepare = prepare,
                               .advanced = advanced,
                               .turn_done = turn_done};
  start_proxy(self, api_key);
}

G_GNUC_UNUSED static void
on_stopped(GObject *source, GAsyncResult *result, gpointer user_data)
{
  mc_proxy_server_stop_finish(NULL, result);
  *(gboolean *) user_data = TRUE;
}

G_GNUC_UNUSED static void
stop_proxy(Fixture *self, guint drain_ms)
{
  gboolean is_stopped = FALSE;
  mc_proxy_server_stop_async(self->proxy, drain_ms, on_stopped, &is_stopped);
  while (!is_stopped)
    g_main_context_iteration(NULL, TRUE);
  g_clear_pointer(&self->proxy, mc_proxy_server_free);
}

static void
tear_down(Fixture *self, gconstpointer unused)
{
  close(self->client);
  if (self->proxy != NULL)
    stop_proxy(self, 0);
  mc_front_server_free(self->upstream);
  mc_problem_list_free(self->problems);
  g_free(self->seen);
}

G_GNUC_UNUSED static void
post(Fixture *self, const char *extra_headers, const char *body)
{
  g_autofree char *request = g_strdup_printf(
      "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Length: "
      "%" G_GSIZE_FORMAT "\r\n%s\r\n%s",
      (guint) mc_proxy_server_get_port(self->proxy), strlen(body), extra_headers, body);
  g_assert_cmpint(send(self->client, request, strlen(request), MSG_NOSIGNAL), ==,
                  (gssize) strlen(request));
}

G_GNUC_UNUSED static char *
receive_until(Fixture *self, const char *text)
{
  GString *received = g_string_new(NULL);
  gint64 until = g_get_monotonic_time() + 3 * G_USEC_PER_SEC;

  while (g_get_monotonic_time() < until && strstr(received->str, text) == NULL) {
    char buffer[4096];
    g_main_context_iteration(NULL, FALSE);
    gssize length = recv(self->client, buffer, sizeof buffer, MSG_DONTWAIT);
    if (length > 0)
      g_string_append_len(received, buffer, length);
    else
      g_usleep(200);
  }
  return g_string_free(received, FALSE);
}

G_GNUC_UNUSED static void
step_until(gint *counter, gint at_least)
{
  gint64 until = g_get_monotonic_time() + 3 * G_USEC_PER_SEC;
  while (g_get_monotonic_time() < until && g_atomic_int_get(counter) < at_least) {
    g_main_context_iteration(NULL, FALSE);
    g_usleep(200);
  }
}

#define STREAM_REQUEST                                                                                \
  "{\"model\": \"m\", \"x\":1.50, \"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi " \
  "there\"}]}"
