/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <sys/types.h>

#include <json-glib/json-glib.h>

/* The control API: HTTP with JSON bodies below /api/v1 on a private unix socket, for the
 * command line (and, later, the dashboard). It knows no resource: the service hands in a
 * table of routes. Only processes of one user are answered, and every response closes its
 * connection (libsoup 3.2 leaks kept ones; see the architecture notes in src/README.md).
 * Everything happens on the thread-default context that it was created in. */

typedef struct _McControlServer McControlServer;

/* The prefix of every path; the route table and the client leave it out. */
#define MC_CONTROL_PREFIX "/api/v1"

/* Every response carries the service's version in this header. */
#define MC_CONTROL_VERSION_HEADER "X-MetaClaw-Version"

/* A request body may be this long. */
#define MC_CONTROL_BODY_MAX (1024 * 1024)

/* One request; borrowed for the handler's call. */
typedef struct {
  const char *parameter; /* what stood for {name} in the route's path; else NULL */
  JsonObject *body;      /* NULL when there was none */
  /* A handler may set it: called with the routes' user data once the reply has left (or
   * its client is gone). For what would cut the reply off, such as stopping. */
  void (*after_reply)(gpointer user_data);
} McControlRequest;

/* Returns the reply (transfer full), or NULL and @error, which becomes
 * {"error": {"code", "message"}} with the status of McErrorInfo. */
typedef JsonNode *(*McControlHandler)(McControlRequest *request, gpointer user_data,
                                      GError **error);

typedef struct {
  const char *method; /* "GET" */
  const char *path;   /* "/skills/{name}": the last part may stand for anything */
  McControlHandler handle;
} McControlRoute;

/* Listens at @socket_path (its folder must exist), replacing a dead socket file. Only
 * peers with user id @owner are answered. @routes must outlive the server. CONFLICT when
 * somebody listens there already. */
McControlServer *mc_control_server_new(const char *socket_path, uid_t owner,
                                       const McControlRoute *routes, guint n_routes,
                                       gpointer user_data, GError **error);

/* Stops listening and removes the socket file, unless another server has bound the path
 * meanwhile. Requests that are being answered are cut off. */
void mc_control_server_free(McControlServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McControlServer, mc_control_server_free)
