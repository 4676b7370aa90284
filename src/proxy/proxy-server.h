/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "base/problem.h"
#include "proxy/proxy-hooks.h"
#include "upstream/upstream-route.h"

/* The data plane: one thread that owns every proxied request from accept to last byte.
 * The functions here are called from the main thread; hooks are called on the data
 * plane's. */

typedef struct _McProxyServer McProxyServer;

/* Immutable once given. */
typedef struct {
  char *host;            /* (owned) literal address */
  guint16 port;          /* 0 = any free one */
  char *api_key;         /* (owned) (nullable) what clients must show */
  char **allowed_hosts;  /* (owned) (nullable) more names in Host that mean us */
  gint64 context_window; /* shown in /v1/models; 0 = unknown */
} McProxySettings;

typedef struct {
  guint64 requests_total;
  guint64 requests_streams;
  guint64 requests_failed;
  guint requests_active;
  double added_p50_us; /* over the last 1,024 requests; 0 = none yet */
  double added_p99_us;
  guint conversations;
} McProxyMetrics;

/* @hooks must outlive the server; its user_data is used on the data plane's thread.
 * @problems (unowned) outlives it as well. */
McProxyServer *mc_proxy_server_new(const McProxySettings *settings,
                                   McUpstreamRoute *route, const McProxyHooks *hooks,
                                   McProblemList *problems);

/* Before start: @fd (taken over) is a listening socket inherited from a predecessor; it
 * is used if it is bound as the settings say, else closed. */
void mc_proxy_server_adopt_socket(McProxyServer *self, int fd);

/* Binds and starts the thread. CONFLICT when the port is taken. */
gboolean mc_proxy_server_start(McProxyServer *self, GError **error);

guint16 mc_proxy_server_get_port(McProxyServer *self);

/* The thread's context, for things that must live beside the requests (practice
 * upstream). */
GMainContext *mc_proxy_server_get_context(McProxyServer *self);

/* Requests from now on use @route (referenced). */
void mc_proxy_server_set_route(McProxyServer *self, McUpstreamRoute *route);

/* The route's state as requests saw it: "untested", "ok", "failing"; and the last error
 * (free with g_free(); NULL when there was none). */
const char *mc_proxy_server_get_upstream_state(McProxyServer *self, char **last_error);

void mc_proxy_server_get_metrics(McProxyServer *self, McProxyMetrics *metrics);

/* Stops listening at once, lets open requests finish for at most @drain_ms, then ends the
 * thread. Called back on the main context. */
void mc_proxy_server_stop_async(McProxyServer *self, guint drain_ms,
                                GAsyncReadyCallback callback, gpointer user_data);
void mc_proxy_server_stop_finish(McProxyServer *self, GAsyncResult *result);

/* As stop, but goes on listening until a successor has taken the listening socket, which
 * is offered at the unix socket @offer_path from the return of this call on (see
 * net/socket-handover.h), or has not come for ten seconds. */
void mc_proxy_server_hand_over_async(McProxyServer *self, const char *offer_path,
                                     guint drain_ms, GAsyncReadyCallback callback,
                                     gpointer user_data);

/* Waits for a successor no longer. */
void mc_proxy_server_withdraw_offer(McProxyServer *self);

/* After stop (or without start). */
void mc_proxy_server_free(McProxyServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McProxyServer, mc_proxy_server_free)
