/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/proxy-server.h"

#include <string.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "chat/openai-error.h"
#include "net/listen-socket.h"
#include "net/socket-handover.h"
#include "proxy/access-guard.h"
#include "proxy/data-plane.h"
#include "proxy/exchange.h"
#include "proxy/model-list.h"

#define BODY_MAX          ((gsize) 64 * 1024 * 1024)
#define IDLE_TIMEOUT_S    180
#define CONNECTIONS_MAX   8192
#define CONVERSATIONS_MAX 1024
#define TICK_MS           100
#define DRAIN_POLL_MS     20
#define OFFER_MS          10000
#define NO_MODEL          "metaclaw"

struct _McProxyServer {
  McProxySettings settings;
  McProblemList *problems;   /* (unowned) */
  const McProxyHooks *hooks; /* (unowned) */
  McDataPlane plane;
  GMainContext *context; /* (owned) */
  GMainLoop *loop;       /* (owned) */
  GThread *thread;       /* (nullable) */
  GSource *ticker;       /* (owned) (nullable) while there are exchanges */
  int fd;                /* between bind or adoption and the thread's start */
  int offer_fd;          /* while the listening socket is offered, else -1 */
  char *offer_path;      /* (owned) (nullable) */
  GSource *offer_source; /* (owned) (nullable) */
  GSource *offer_timer;  /* (owned) (nullable) */
  GTask *stopping;       /* (owned) (nullable) */
  gint64 drain_until_us;
};

/* Routing. */

typedef void (*ReplyDirectly)(McProxyServer *self, McFrontRequest *request);

/* A call is either relayed by an exchange or answered here. */
typedef struct {
  const char *path; /* without /v1 */
  const char *method;
  ReplyDirectly reply;
  McCall call;
  gboolean is_open; /* needs no key */
} Route;

static void
reply_json(McFrontRequest *request, int status, GBytes *body)
{
  static const char *const headers[] = {"Content-Type", "application/json", NULL};
  mc_front_request_reply(request, status, headers, body);
}

static void
reply_error(McFrontRequest *request, int status, const char *code, const char *message)
{
  g_autoptr(GBytes) body = mc_openai_error_format(
      message, status < 500 ? "invalid_request_error" : "server_error", NULL, code);
  reply_json(request, status, body);
}

static void
reply_health(McProxyServer *self, McFrontRequest *request)
{
  static const char health[] = "{\"status\":\"ok\",\"version\":\"" MC_VERSION "\"}";
  g_autoptr(GBytes) body = g_bytes_new_static(health, sizeof health - 1);
  reply_json(request, 200, body);
}

static void
reply_models(McProxyServer *self, McFrontRequest *request)
{
  const char *model = mc_upstream_route_get_model(self->plane.route);
  g_autoptr(GBytes) body =
      mc_model_list_format(model != NULL ? model : NO_MODEL,
                           mc_upstream_route_get_provider(self->plane.route)->id,
                           self->settings.context_window);
  reply_json(request, 200, body);
}

static const Route routes[] = {
    {"/chat/completions", "POST", NULL, MC_CALL_CHAT, FALSE},
    {"/embeddings", "POST", NULL, MC_CALL_EMBEDDINGS, FALSE},
    {"/models", "GET", reply_models, MC_CALL_CHAT, FALSE},
    {"/healthz", "GET", reply_health, MC_CALL_CHAT, TRUE},
};

static const Route *
find_route(const char *path)
{
  const char *call = g_str_has_prefix(path, "/v1/") ? path + strlen("/v1") : path;
  for (gsize i = 0; i < G_N_ELEMENTS(routes); i++)
    if (g_str_equal(routes[i].path, call))
      return &routes[i];
  return NULL;
}

static gboolean
method_fits(const Route *route, const char *method)
{
  return g_str_equal(route->method, method) ||
         (g_str_equal(route->method, "GET") && g_str_equal(method, "HEAD"));
}

/* Access. */

static McAccess
judge_access(McProxyServer *self, McFrontRequest *request, gboolean needs_key)
{
  McAccessHeaders headers = {
      .host = mc_front_request_get_header(request, "host"),
      .host_count = mc_front_request_count_header(request, "host"),
      .origin = mc_front_request_get_header(request, "origin"),
      .fetch_site = mc_front_request_get_header(request, "sec-fetch-site"),
      .authorization = mc_front_request_get_header(request, "authorization"),
      .x_api_key = mc_front_request_get_header(request, "x-api-key"),
      .x_metaclaw_key = mc_front_request_get_header(request, "x-metaclaw-key"),
  };
  McAccessRules rules = {
      .port = self->plane.port,
      .is_loopback = self->plane.is_loopback,
      .host = self->settings.host,
      .allowed_hosts = (const char *const *) self->settings.allowed_hosts,
      .api_key = self->settings.api_key,
      .uses_client_auth = mc_upstream_route_uses_client_auth(self->plane.route),
  };
  return mc_access_guard_judge(&headers, &rules, needs_key);
}

static gboolean
is_refused(McProxyServer *self, McFrontRequest *request, const Route *route)
{
  switch (judge_access(self, request, route == NULL || !route->is_open)) {
  case MC_ACCESS_BAD_HOST:
    reply_error(request, 403, "bad_host",
                "this Host is not served; use http://127.0.0.1 with MetaClaw's port, or "
                "add the name to proxy.allowed_hosts");
    return TRUE;
  case MC_ACCESS_BAD_KEY:
    reply_error(
        request, 401, "invalid_api_key",
        "MetaClaw asks for its own key (proxy.api_key), as Bearer or as x-metaclaw-key");
    return TRUE;
  case MC_ACCESS_BAD_ORIGIN:
    reply_error(request, 403, "bad_origin", "web pages may not use this port");
    return TRUE;
  case MC_ACCESS_GRANTED:
  default:
    return FALSE;
  }
}

/* Time. */

static gboolean
on_tick(gpointer user_data)
{
  McProxyServer *self = user_data;
  gint64 now_us = g_get_monotonic_time();
  GList *link = self->plane.exchanges.head;

  while (link != NULL) {
    GList *next = link->next;
    mc_exchange_tick(link->data, now_us);
    link = next;
  }
  mc_front_server_flush(self->plane.front);
  if (self->plane.exchanges.length > 0)
    return G_SOURCE_CONTINUE;
  g_clear_pointer(&self->ticker, g_source_unref);
  return G_SOURCE_REMOVE;
}

/* Ticks while there are exchanges; an idle proxy sleeps. */
static void
start_ticker(McProxyServer *self)
{
  if (self->ticker != NULL)
    return;
  self->ticker = g_timeout_source_new(TICK_MS);
  g_source_set_static_name(self->ticker, "exchange-ticker");
  g_source_set_callback(self->ticker, on_tick, self, NULL);
  g_source_attach(self->ticker, self->context);
}

static void
stop_ticker(McProxyServer *self)
{
  if (self->ticker == NULL)
    return;
  g_source_destroy(self->ticker);
  g_clear_pointer(&self->ticker, g_source_unref);
}

/* The front server's callbacks. */

static void
on_head(McFrontRequest *request, gpointer user_data)
{
  McProxyServer *self = user_data;
  const Route *route = find_route(mc_front_request_get_path(request));

  if (is_refused(self, request, route))
    return;
  if (route == NULL) {
    g_autofree char *message =
        g_strdup_printf("there is no %s here; MetaClaw serves /v1/chat/completions, "
                        "/v1/embeddings and /v1/models",
                        mc_front_request_get_path(request));
    reply_error(request, 404, "not_found", message);
  } else if (!method_fits(route, mc_front_request_get_method(request))) {
    g_autofree char *message =
        g_strdup_printf("use %s for %s", route->method, route->path);
    reply_error(request, 405, "method_not_allowed", message);
  } else if (route->reply != NULL) {
    route->reply(self, request);
  } else {
    start_ticker(self);
    mc_front_request_set_data(request,
                              mc_exchange_new(&self->plane, request, route->call));
  }
}

static void
on_body(McFrontRequest *request, GBytes *body, gpointer user_data)
{
  McExchange *exchange = mc_front_request_get_data(request);

  if (exchange != NULL)
    mc_exchange_take_body(exchange, body);
  else
    reply_error(request, 413, "request_too_large", "the request's body is too large");
}

static void
on_drained(McFrontRequest *request, gpointer user_data)
{
  McExchange *exchange = mc_front_request_get_data(request);
  if (exchange != NULL)
    mc_exchange_continue(exchange);
}

static void
on_gone(McFrontRequest *request, gpointer user_data)
{
  McExchange *exchange = mc_front_request_get_data(request);
  if (exchange != NULL)
    mc_exchange_cancel(exchange);
}

static void
on_finished(McFrontRequest *request, gpointer user_data)
{
  McExchange *exchange = mc_front_request_get_data(request);
  if (exchange != NULL)
    mc_exchange_finish(exchange);
}

static const McFrontHandlers front_handlers = {
    .head = on_head,
    .body = on_body,
    .drained = on_drained,
    .gone = on_gone,
    .finished = on_finished,
};

/* The thread. */

/* What arrived from upstream leaves in the same turn of the loop. */
static void
on_curl_turn_ended(gpointer user_data)
{
  McProxyServer *self = user_data;
  mc_front_server_flush(self->plane.front);
}

static gint64
read_timing(const char *variable, gint64 fallback_ms)
{
  const char *text = g_getenv(variable);
  gint64 milliseconds = text != NULL ? g_ascii_strtoll(text, NULL, 10) : 0;
  return milliseconds > 0 ? milliseconds : fallback_ms;
}

static gboolean
open_plane(McProxyServer *self, GError **error)
{
  McFrontLimits limits = {
      .body_max = BODY_MAX,
      .connections_max = CONNECTIONS_MAX,
      .idle_timeout_s = IDLE_TIMEOUT_S,
  };

  self->plane.timings = (McTimings){
      .hold_ms = read_timing("METACLAW_HOLD_MS", 5 * 1000),
      .keep_alive_ms = read_timing("METACLAW_KEEP_ALIVE_MS", 10 * 1000),
      .idle_ms = read_timing("METACLAW_UPSTREAM_IDLE_MS", 600 * 1000),
  };
  self->plane.tracker = mc_conversation_tracker_new(CONVERSATIONS_MAX);
  self->plane.no_stream_options =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  self->plane.curl = mc_curl_loop_new(self->context);
  mc_curl_loop_set_after(self->plane.curl, on_curl_turn_ended, self);
  g_main_context_push_thread_default(self->context);
  self->plane.front =
      mc_front_server_new(self->fd, &limits, &front_handlers, self, error);
  g_main_context_pop_thread_default(self->context);
  self->fd = -1;
  if (self->plane.front == NULL)
    return FALSE;
  return TRUE;
}

static gpointer
run_thread(gpointer user_data)
{
  McProxyServer *self = user_data;

  g_main_context_push_thread_default(self->context);
  g_main_loop_run(self->loop);
  g_main_context_pop_thread_default(self->context);
  return NULL;
}

/* Public. */

McProxyServer *
mc_proxy_server_new(const McProxySettings *settings, McUpstreamRoute *route,
                    const McProxyHooks *hooks, McProblemList *problems)
{
  McProxyServer *self = g_new0(McProxyServer, 1);

  self->settings = *settings;
  self->settings.host = g_strdup(settings->host);
  self->settings.api_key = g_strdup(settings->api_key);
  self->settings.allowed_hosts = g_strdupv(settings->allowed_hosts);
  self->fd = -1;
  self->offer_fd = -1;
  self->context = g_main_context_new();
  self->loop = g_main_loop_new(self->context, FALSE);
  g_mutex_init(&self->plane.counters.lock);
  self->plane.route = mc_upstream_route_ref(route);
  self->plane.settings = &self->settings;
  self->plane.hooks = hooks;
  self->plane.problems = problems;
  g_queue_init(&self->plane.exchanges);
  return self;
}

void
mc_proxy_server_adopt_socket(McProxyServer *self, int fd)
{
  g_return_if_fail(self->thread == NULL && self->fd < 0);
  if (mc_listen_socket_is_bound_to(fd, self->settings.host, self->settings.port))
    self->fd = fd;
  else
    close(fd);
}

gboolean
mc_proxy_server_start(McProxyServer *self, GError **error)
{
  if (self->fd < 0)
    self->fd = mc_listen_socket_new_tcp(self->settings.host, self->settings.port, error);
  if (self->fd < 0)
    return FALSE;
  self->plane.port = mc_listen_socket_get_port(self->fd);
  self->plane.is_loopback = g_str_has_prefix(self->settings.host, "127.") ||
                            g_str_equal(self->settings.host, "::1");
  if (!open_plane(self, error))
    return FALSE;
  self->thread = g_thread_new("data-plane", run_thread, self);
  return TRUE;
}

guint16
mc_proxy_server_get_port(McProxyServer *self)
{
  return self->plane.port;
}

GMainContext *
mc_proxy_server_get_context(McProxyServer *self)
{
  return self->context;
}

/* Runs @function with @data on the data plane's thread, soon. */
static void
invoke(McProxyServer *self, GSourceFunc function, gpointer data, GDestroyNotify free_data)
{
  g_main_context_invoke_full(self->context, G_PRIORITY_DEFAULT, function, data,
                             free_data);
}

typedef struct {
  McProxyServer *server;
  McUpstreamRoute *route; /* (owned) */
} RouteChange;

static void
free_route_change(gpointer data)
{
  RouteChange *change = data;
  mc_upstream_route_unref(change->route);
  g_free(change);
}

static gboolean
on_route_changed(gpointer data)
{
  RouteChange *change = data;
  McDataPlane *plane = &change->server->plane;

  mc_upstream_route_unref(plane->route);
  plane->route = mc_upstream_route_ref(change->route);
  g_mutex_lock(&plane->counters.lock);
  plane->counters.is_tested = FALSE;
  plane->counters.is_failing = FALSE;
  g_clear_pointer(&plane->counters.last_error, g_free);
  g_mutex_unlock(&plane->counters.lock);
  return G_SOURCE_REMOVE;
}

void
mc_proxy_server_set_route(McProxyServer *self, McUpstreamRoute *route)
{
  RouteChange *change = g_new0(RouteChange, 1);
  change->server = self;
  change->route = mc_upstream_route_ref(route);
  invoke(self, on_route_changed, change, free_route_change);
}

const char *
mc_proxy_server_get_upstream_state(McProxyServer *self, char **last_error)
{
  McCounters *counters = &self->plane.counters;

  g_mutex_lock(&counters->lock);
  const char *state =
      !counters->is_tested ? "untested" : (counters->is_failing ? "failing" : "ok");
  *last_error = g_strdup(counters->last_error);
  g_mutex_unlock(&counters->lock);
  return state;
}

static int
compare_floats(gconstpointer a, gconstpointer b)
{
  float left = *(const float *) a, right = *(const float *) b;
  return (left > right) - (left < right);
}

void
mc_proxy_server_get_metrics(McProxyServer *self, McProxyMetrics *metrics)
{
  McCounters *counters = &self->plane.counters;
  g_autofree float *added = g_new(float, MC_LATENCIES_KEPT);

  g_mutex_lock(&counters->lock);
  guint n_added = MIN(counters->n_added, MC_LATENCIES_KEPT);
  memcpy(added, counters->added_us, n_added * sizeof(float));
  *metrics = (McProxyMetrics){
      .requests_total = counters->total,
      .requests_streams = counters->streams,
      .requests_failed = counters->failed,
      .requests_active = counters->active,
      .conversations = counters->conversations,
  };
  g_mutex_unlock(&counters->lock);
  if (n_added == 0)
    return;
  qsort(added, n_added, sizeof(float), compare_floats);
  metrics->added_p50_us = (double) added[n_added / 2];
  metrics->added_p99_us = (double) added[n_added * 99 / 100];
}

/* Stopping. */

static gboolean
on_thread_ended(gpointer user_data)
{
  McProxyServer *self = user_data;
  g_autoptr(GTask) task = g_steal_pointer(&self->stopping);

  g_thread_join(g_steal_pointer(&self->thread));
  g_task_return_boolean(task, TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
on_drain_polled(gpointer user_data)
{
  McProxyServer *self = user_data;

  if (mc_front_server_get_active(self->plane.front) > 0 &&
      g_get_monotonic_time() < self->drain_until_us)
    return G_SOURCE_CONTINUE;
  g_clear_pointer(&self->plane.front, mc_front_server_free);
  stop_ticker(self);
  g_clear_pointer(&self->plane.curl, mc_curl_loop_free);
  g_main_loop_quit(self->loop);
  g_main_context_invoke(NULL, on_thread_ended, self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_drain_begun(gpointer user_data)
{
  McProxyServer *self = user_data;
  g_autoptr(GSource) poll = g_timeout_source_new(DRAIN_POLL_MS);

  mc_front_server_quiesce(self->plane.front);
  if (on_drain_polled(self) == G_SOURCE_REMOVE)
    return G_SOURCE_REMOVE;
  g_source_set_callback(poll, on_drain_polled, self, NULL);
  g_source_attach(poll, self->context);
  return G_SOURCE_REMOVE;
}

static void
clear_source(GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy(*source);
  g_clear_pointer(source, g_source_unref);
}

/* The socket is in the successor's hands, or nobody wants it. */
static void
end_offer(McProxyServer *self)
{
  clear_source(&self->offer_source);
  clear_source(&self->offer_timer);
  close(self->offer_fd);
  self->offer_fd = -1;
  g_unlink(self->offer_path);
  g_clear_pointer(&self->offer_path, g_free);
  on_drain_begun(self);
}

static gboolean
on_successor_came(int offer_fd, GIOCondition condition, gpointer user_data)
{
  McProxyServer *self = user_data;

  if (!mc_socket_handover_give(offer_fd, mc_front_server_get_socket(self->plane.front)))
    return G_SOURCE_CONTINUE;
  end_offer(self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_offer_expired(gpointer user_data)
{
  end_offer(user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_offer_begun(gpointer user_data)
{
  McProxyServer *self = user_data;

  self->offer_source = g_unix_fd_source_new(self->offer_fd, G_IO_IN);
  g_source_set_callback(self->offer_source, G_SOURCE_FUNC(on_successor_came), self, NULL);
  g_source_attach(self->offer_source, self->context);
  self->offer_timer = g_timeout_source_new(OFFER_MS);
  g_source_set_callback(self->offer_timer, on_offer_expired, self, NULL);
  g_source_attach(self->offer_timer, self->context);
  return G_SOURCE_REMOVE;
}

/* Runs @begin on the data plane's thread, unless there is nothing to stop any more. */
static void
begin_stopping(McProxyServer *self, guint drain_ms, GSourceFunc begin, GTask *task)
{
  if (self->thread == NULL) {
    g_task_return_boolean(task, TRUE);
    return;
  }
  if (self->stopping != NULL) {
    g_task_return_new_error(task, MC_ERROR, MC_ERROR_CONFLICT, "the proxy stops already");
    return;
  }
  self->stopping = g_object_ref(task);
  self->drain_until_us = g_get_monotonic_time() + (gint64) drain_ms * 1000;
  invoke(self, begin, self, NULL);
}

void
mc_proxy_server_stop_async(McProxyServer *self, guint drain_ms,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);
  g_task_set_source_tag(task, mc_proxy_server_stop_async);
  begin_stopping(self, drain_ms, on_drain_begun, task);
}

void
mc_proxy_server_hand_over_async(McProxyServer *self, const char *offer_path,
                                guint drain_ms, GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);
  g_autoptr(GError) error = NULL;
  gboolean may_offer = self->thread != NULL && self->stopping == NULL;

  g_task_set_source_tag(task, mc_proxy_server_hand_over_async);
  if (may_offer)
    self->offer_fd = mc_listen_socket_new_unix(offer_path, &error);
  if (error != NULL)
    g_warning("the port cannot be handed over: %s", error->message);
  if (self->offer_fd >= 0)
    self->offer_path = g_strdup(offer_path);
  begin_stopping(self, drain_ms,
                 may_offer && error == NULL ? on_offer_begun : on_drain_begun, task);
}

static gboolean
on_offer_withdrawn(gpointer user_data)
{
  McProxyServer *self = user_data;
  if (self->offer_source != NULL)
    end_offer(self);
  return G_SOURCE_REMOVE;
}

void
mc_proxy_server_withdraw_offer(McProxyServer *self)
{
  if (self->thread != NULL)
    invoke(self, on_offer_withdrawn, self, NULL);
}

void
mc_proxy_server_stop_finish(McProxyServer *self, GAsyncResult *result)
{
  g_task_propagate_boolean(G_TASK(result), NULL);
}

void
mc_proxy_server_free(McProxyServer *self)
{
  if (self == NULL)
    return;
  g_return_if_fail(self->thread == NULL);
  g_clear_pointer(&self->plane.front, mc_front_server_free);
  g_clear_pointer(&self->plane.curl, mc_curl_loop_free);
  stop_ticker(self);
  if (self->fd >= 0)
    close(self->fd);
  g_clear_pointer(&self->plane.tracker, mc_conversation_tracker_free);
  g_clear_pointer(&self->plane.no_stream_options, g_hash_table_unref);
  mc_upstream_route_unref(self->plane.route);
  g_mutex_clear(&self->plane.counters.lock);
  g_free(self->plane.counters.last_error);
  g_main_loop_unref(self->loop);
  g_main_context_unref(self->context);
  g_free(self->settings.host);
  g_free(self->settings.api_key);
  g_strfreev(self->settings.allowed_hosts);
  g_free(self);
}
