/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The HTTP/1.1 server that agents talk to: libmicrohttpd with external epoll as one
 * GSource of the thread-default context it was created in; every call and every callback
 * happens on that context's thread. (Why not libsoup here: performance.md 3.3 and 3.5.)
 */

typedef struct _McFrontServer McFrontServer;
typedef struct _McFrontRequest McFrontRequest;

/* Called in this order: head, then (unless head replied) body, then any number of
 * drained, at most one gone, and last finished, exactly once. */
typedef struct {
  /* Method, target and headers are there. May refuse by replying; then the body is thrown
   * away and body is not called. */
  void (*head)(McFrontRequest *request, gpointer user_data);
  /* The whole body; NULL when it is longer than body_max. Reply now or later. */
  void (*body)(McFrontRequest *request, GBytes *body, gpointer user_data);
  /* A streamed reply's queue has fallen below MC_FRONT_LOW_WATER again. */
  void (*drained)(McFrontRequest *request, gpointer user_data);
  /* The client hung up (or half-closed, which counts the same) before the reply had
   * ended. */
  void (*gone)(McFrontRequest *request, gpointer user_data);
  /* @request is freed after this. */
  void (*finished)(McFrontRequest *request, gpointer user_data);
} McFrontHandlers;

#define MC_FRONT_HIGH_WATER (256 * 1024) /* bytes queued in a stream: stop writing */
#define MC_FRONT_LOW_WATER  (64 * 1024)

typedef struct {
  gsize body_max;        /* bytes; what is longer is not kept */
  guint connections_max; /* 0 = 4096 */
  guint idle_timeout_s;  /* a connection without traffic is closed; 0 = never */
} McFrontLimits;

/* Takes over the listening socket @fd (TCP or unix), which must be non-blocking and have
 * a backlog. @handlers must outlive the server. INTERNAL when libmicrohttpd does not
 * start. */
McFrontServer *mc_front_server_new(int fd, const McFrontLimits *limits,
                                   const McFrontHandlers *handlers, gpointer user_data,
                                   GError **error);

/* Stops accepting and closes the listening socket; open requests go on, and every reply
 * from now on says Connection: close. */
void mc_front_server_quiesce(McFrontServer *self);

/* The listening socket (borrowed), -1 once quiesced. */
int mc_front_server_get_socket(McFrontServer *self);

/* Requests between head and finished. */
guint mc_front_server_get_active(McFrontServer *self);

/* Lets libmicrohttpd act at once on what was written since; call it at the end of a
 * foreign callback that wrote (so that bytes leave in the turn of the loop they came in).
 */
void mc_front_server_flush(McFrontServer *self);

/* Aborts what is still open (finished is called for each). */
void mc_front_server_free(McFrontServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McFrontServer, mc_front_server_free)

/* One request. */

void mc_front_request_set_data(McFrontRequest *self, gpointer data);
gpointer mc_front_request_get_data(McFrontRequest *self);

const char *mc_front_request_get_method(McFrontRequest *self);
const char *
mc_front_request_get_path(McFrontRequest *self); /* decoded, without the query */
const char *mc_front_request_get_query(McFrontRequest *self); /* raw, without '?'; "" */
gint64
mc_front_request_get_accepted_us(McFrontRequest *self); /* g_get_monotonic_time() */

/* The first header @name (any case), or NULL. */
const char *mc_front_request_get_header(McFrontRequest *self, const char *name);
guint mc_front_request_count_header(McFrontRequest *self, const char *name);
typedef void (*McFrontHeaderVisitor)(const char *name, const char *value,
                                     gpointer user_data);
void mc_front_request_each_header(McFrontRequest *self, McFrontHeaderVisitor visit,
                                  gpointer user_data);

/* Replies at once. @headers is a NULL-terminated list name, value, name, value …
 * (nullable). At most one reply a request; a reply to a client that is gone is ignored.
 */
void mc_front_request_reply(McFrontRequest *self, int status, const char *const *headers,
                            GBytes *body);

/* Starts a reply whose body is written later; @length is -1 when unknown (chunked). */
void mc_front_request_begin(McFrontRequest *self, int status, const char *const *headers,
                            gint64 length);
gboolean mc_front_request_has_begun(McFrontRequest *self);
/* Queues a copy. Nothing is refused: whoever writes looks at the queue. */
void mc_front_request_write(McFrontRequest *self, const char *data, gsize length);
gsize mc_front_request_get_queued(McFrontRequest *self);
/* The body is complete. */
void mc_front_request_end(McFrontRequest *self);
/* What is queued is still sent, then the connection is cut without the final chunk, so
 * that the client sees that something is missing. */
void mc_front_request_abort(McFrontRequest *self);
