/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "net/front-server.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/byte-queue.h"
#include "base/error.h"

/* The life of a request:
 *
 *   READING  → head → (upload) → body → WAITING → REPLYING → finished
 *
 * While it waits for a reply, or for bytes of one, libmicrohttpd's connection is
 * suspended: it is out of its epoll set and costs nothing. A write resumes it.
 * libmicrohttpd wants a response to be queued from inside its access handler, so a late
 * reply is kept in the request and queued when the resumed connection calls the handler
 * again.
 *
 * A suspended connection would not notice that its client hangs up. A second epoll set
 * watches every connection for EPOLLRDHUP, edge-triggered, for its whole life. */

#define CONNECTION_POOL (32 * 1024) /* zeroed for each request: small is fast */
#define CONNECTIONS_MAX 4096
#define HANGUPS_AT_ONCE 64
#define RUNS_AT_ONCE    16
#define STREAM_BLOCK    (16 * 1024)
#define STOP_ROUNDS_MAX 64
#define FIRST_UPLOAD_MAX                                                                 \
  (1024 * 1024) /* reserved at once on the word of Content-Length */
#define SWALLOWED_MAX (256 * 1024 * 1024) /* of a body that is refused unread */

struct _McFrontServer {
  struct MHD_Daemon *daemon; /* (owned) */
  GSource *source;           /* (owned) */
  gpointer mhd_tag;          /* the source's fd tags */
  gpointer hangup_tag;
  int hangup_epoll; /* (owned) */
  int fd;           /* the listening socket, libmicrohttpd's; -1 once quiesced */
  McFrontLimits limits;
  const McFrontHandlers *handlers; /* (unowned) */
  gpointer user_data;
  GHashTable
      *requests; /* (element-type McFrontRequest), those between head and finished */
  gboolean needs_run;
  gboolean is_running; /* inside MHD_run() */
  gboolean is_quiesced;
};

/* One client socket. */
typedef struct {
  int fd;
  gboolean is_hung_up;
  McFrontRequest *request; /* (unowned) (nullable) the one being served */
} Connection;

struct _McFrontRequest {
  McFrontServer *server;             /* (unowned) */
  struct MHD_Connection *connection; /* (unowned) */
  Connection *client;                /* (unowned) */
  gpointer data;
  char *method; /* (owned) */
  char *path;   /* (owned) */
  char *query;  /* (owned) */
  gint64 accepted_us;

  GByteArray *upload; /* (owned) (nullable) */
  gboolean is_too_large;

  struct MHD_Response *response; /* (owned) (nullable) until it is queued */
  int status;
  McByteQueue *queue; /* (owned) (nullable) bytes of a streamed reply */

  gboolean has_head;      /* head was called */
  gboolean has_body;      /* body was called */
  gboolean has_begun;     /* a reply was given */
  gboolean has_ended;     /* and is complete */
  gboolean is_aborted;    /* cut after what is queued */
  gboolean is_suspended;  /* out of libmicrohttpd's hands */
  gboolean is_gone;       /* gone was called */
  gboolean is_over_water; /* drained is owed */
};

typedef struct {
  GSource parent;
  McFrontServer *server; /* (unowned) */
} FrontSource;

/* The source. */

static gboolean
prepare_source(GSource *source, int *timeout_ms)
{
  McFrontServer *self = ((FrontSource *) source)->server;
  MHD_UNSIGNED_LONG_LONG milliseconds;

  *timeout_ms = -1;
  if (self->needs_run) {
    *timeout_ms = 0;
    return TRUE;
  }
  if (MHD_get_timeout(self->daemon, &milliseconds) == MHD_YES) {
    *timeout_ms = (int) MIN(milliseconds, (MHD_UNSIGNED_LONG_LONG) G_MAXINT);
    return milliseconds == 0;
  }
  return FALSE;
}

static gboolean
check_source(GSource *source)
{
  McFrontServer *self = ((FrontSource *) source)->server;
  MHD_UNSIGNED_LONG_LONG milliseconds;

  return self->needs_run || g_source_query_unix_fd(source, self->mhd_tag) != 0 ||
         g_source_query_unix_fd(source, self->hangup_tag) != 0 ||
         (MHD_get_timeout(self->daemon, &milliseconds) == MHD_YES && milliseconds == 0);
}

static void
run_daemon(McFrontServer *self)
{
  if (self->is_running)
    return;
  self->is_running = TRUE;
  /* Each run reads or writes once a connection; going on at once while more is ready
   * saves the turns of the loop in between (a body of 100 KB takes seven). */
  for (int round = 0; round < RUNS_AT_ONCE; round++) {
    MHD_UNSIGNED_LONG_LONG milliseconds;
    self->needs_run = FALSE;
    MHD_run(self->daemon);
    if (!self->needs_run &&
        (MHD_get_timeout(self->daemon, &milliseconds) != MHD_YES || milliseconds != 0))
      break;
  }
  self->is_running = FALSE;
}

static void
report_gone(McFrontRequest *request)
{
  if (request->is_gone || !request->has_head || request->has_ended)
    return;
  request->is_gone = TRUE;
  if (request->server->handlers->gone != NULL)
    request->server->handlers->gone(request, request->server->user_data);
}

static void
resume(McFrontRequest *request)
{
  if (!request->is_suspended)
    return;
  request->is_suspended = FALSE;
  MHD_resume_connection(request->connection);
  request->server->needs_run = TRUE;
}

/* Of what arrives together with the end, libmicrohttpd reads the bytes, takes a short
 * read for the end of all there is, and waits for an edge that was the last one: a client
 * that leaves in the middle of its request would stay until the idle timeout. A socket
 * that is shut down both ways reports EPOLLHUP, which it heeds. */
static gboolean
must_be_cut(const McFrontRequest *request)
{
  return request == NULL ||
         (!request->is_suspended && (!request->has_ended || request->response != NULL));
}

static void
notice_hangups(McFrontServer *self)
{
  struct epoll_event events[HANGUPS_AT_ONCE];
  int n_events = epoll_wait(self->hangup_epoll, events, HANGUPS_AT_ONCE, 0);

  for (int i = 0; i < n_events; i++) {
    Connection *client = events[i].data.ptr;
    if (client->is_hung_up)
      continue;
    client->is_hung_up = TRUE;
    if (must_be_cut(client->request)) {
      shutdown(client->fd, SHUT_RDWR);
      self->needs_run = TRUE;
    }
    if (client->request != NULL) {
      report_gone(client->request);
      resume(client->request);
    }
  }
}

static gboolean
dispatch_source(GSource *source, GSourceFunc callback, gpointer user_data)
{
  McFrontServer *self = ((FrontSource *) source)->server;

  if (g_source_query_unix_fd(source, self->hangup_tag) != 0)
    notice_hangups(self);
  run_daemon(self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs front_source_funcs = {
    .prepare = prepare_source,
    .check = check_source,
    .dispatch = dispatch_source,
};

/* Libmicrohttpd's callbacks. */

static void
free_request(McFrontRequest *request)
{
  if (request->client != NULL && request->client->request == request)
    request->client->request = NULL;
  g_clear_pointer(&request->response, MHD_destroy_response);
  g_clear_pointer(&request->queue, mc_byte_queue_free);
  g_clear_pointer(&request->upload, g_byte_array_unref);
  g_free(request->method);
  g_free(request->path);
  g_free(request->query);
  g_free(request);
}

/* The request line is there: the one place where the query is still raw. What is returned
 * becomes the request's context. */
static void *
on_request_line(void *user_data, const char *target, struct MHD_Connection *connection)
{
  McFrontServer *self = user_data;
  McFrontRequest *request = g_new0(McFrontRequest, 1);
  const char *query = strchr(target, '?');

  request->server = self;
  request->connection = connection;
  request->query = g_strdup(query != NULL ? query + 1 : "");
  request->accepted_us = g_get_monotonic_time();
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  request->client = info->socket_context;
  request->client->request = request;
  return request;
}

static enum MHD_Result
queue_response(McFrontRequest *request)
{
  enum MHD_Result result = MHD_queue_response(
      request->connection, (unsigned int) request->status, request->response);
  g_clear_pointer(&request->response, MHD_destroy_response);
  return result;
}

static void
append_upload(McFrontRequest *request, const char *data, gsize length)
{
  if (request->is_too_large || request->has_begun)
    return;
  if (request->upload == NULL) {
    const char *announced = mc_front_request_get_header(request, "content-length");
    guint64 reserve = announced != NULL ? g_ascii_strtoull(announced, NULL, 10) : 0;
    request->upload = g_byte_array_sized_new(
        (guint) CLAMP(reserve, length, MAX(length, (guint64) FIRST_UPLOAD_MAX)));
  }
  if (request->upload->len + length > request->server->limits.body_max) {
    request->is_too_large = TRUE;
    g_clear_pointer(&request->upload, g_byte_array_unref);
    return;
  }
  g_byte_array_append(request->upload, (const guint8 *) data, (guint) length);
}

static void
hand_over_body(McFrontRequest *request)
{
  McFrontServer *self = request->server;
  g_autoptr(GBytes) body = NULL;

  request->has_body = TRUE;
  if (!request->is_too_large)
    body = request->upload != NULL
               ? g_byte_array_free_to_bytes(g_steal_pointer(&request->upload))
               : g_bytes_new_static("", 0);
  self->handlers->body(request, body, self->user_data);
}

static gboolean
announces_too_much(McFrontRequest *request)
{
  const char *announced = mc_front_request_get_header(request, "content-length");
  return announced != NULL &&
         g_ascii_strtoull(announced, NULL, 10) > request->server->limits.body_max;
}

/* A refusal that is sent while its request still comes in is often not read: the client
 * is busy writing, and when we close, all it sees is a broken pipe. So such a body is
 * read and thrown away first, unless the client waits for our word, or would keep us busy
 * for long. (Replying to what has no body at once would end the connection as well.) */
static gboolean
must_refuse_at_once(McFrontRequest *request)
{
  const char *announced = mc_front_request_get_header(request, "content-length");
  return mc_front_request_get_header(request, "expect") != NULL ||
         (announced != NULL && g_ascii_strtoull(announced, NULL, 10) > SWALLOWED_MAX);
}

/* Called when the headers are there, for each piece of the upload, at its end, and again
 * whenever a suspended connection is resumed without a response. */
static enum MHD_Result
on_access(void *user_data, struct MHD_Connection *connection, const char *url,
          const char *method, const char *version, const char *upload_data,
          size_t *upload_length, void **context)
{
  McFrontServer *self = user_data;
  McFrontRequest *request = *context;

  if (!request->has_head) {
    request->has_head = TRUE;
    request->method = g_strdup(method);
    request->path = g_strdup(url);
    g_hash_table_add(self->requests, request);
    if (self->handlers->head != NULL)
      self->handlers->head(request, self->user_data);
    if (!request->has_begun && announces_too_much(request)) {
      request->is_too_large = TRUE;
      hand_over_body(request);
    }
    return request->response != NULL && must_refuse_at_once(request)
               ? queue_response(request)
               : MHD_YES;
  }
  if (*upload_length > 0) {
    append_upload(request, upload_data, *upload_length);
    *upload_length = 0;
    return MHD_YES;
  }
  if (request->client->is_hung_up)
    report_gone(request);
  if (request->is_gone)
    return MHD_NO;
  if (!request->has_body && !request->has_begun)
    hand_over_body(request);
  if (request->response != NULL)
    return queue_response(request);
  if (request->is_aborted)
    return MHD_NO;
  request->is_suspended = TRUE;
  MHD_suspend_connection(connection);
  return MHD_YES;
}

static void
tell_drained(McFrontRequest *request)
{
  if (!request->is_over_water ||
      mc_byte_queue_get_length(request->queue) >= MC_FRONT_LOW_WATER)
    return;
  request->is_over_water = FALSE;
  if (request->server->handlers->drained != NULL && !request->is_gone)
    request->server->handlers->drained(request, request->server->user_data);
}

/* libmicrohttpd asks for at most @capacity bytes of a streamed reply. */
static ssize_t
on_read(void *user_data, uint64_t position, char *buffer, size_t capacity)
{
  McFrontRequest *request = user_data;

  if (request->is_gone)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  gsize copied = mc_byte_queue_read(request->queue, buffer, capacity);
  if (copied > 0) {
    tell_drained(request);
    return (ssize_t) copied;
  }
  if (request->is_aborted)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  if (request->has_ended)
    return MHD_CONTENT_READER_END_OF_STREAM;
  request->is_suspended = TRUE;
  MHD_suspend_connection(request->connection);
  return 0;
}

static void
on_completed(void *user_data, struct MHD_Connection *connection, void **context,
             enum MHD_RequestTerminationCode reason)
{
  McFrontServer *self = user_data;
  McFrontRequest *request = *context;

  if (request == NULL)
    return;
  *context = NULL;
  if (request->has_head) {
    if (reason != MHD_REQUEST_TERMINATED_COMPLETED_OK && !request->is_aborted) {
      request->has_ended = FALSE;
      report_gone(request);
    }
    g_hash_table_remove(self->requests, request);
    if (self->handlers->finished != NULL)
      self->handlers->finished(request, self->user_data);
  }
  free_request(request);
}

static void
on_connection(void *user_data, struct MHD_Connection *connection, void **context,
              enum MHD_ConnectionNotificationCode what)
{
  McFrontServer *self = user_data;

  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    Connection *client = g_new0(Connection, 1);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    client->fd = info->connect_fd;
    struct epoll_event event = {.events = EPOLLRDHUP | EPOLLET, .data.ptr = client};
    if (epoll_ctl(self->hangup_epoll, EPOLL_CTL_ADD, client->fd, &event) != 0)
      g_warning("cannot watch a client for hanging up: %s", g_strerror(errno));
    *context = client;
  } else {
    Connection *client = *context;
    *context = NULL;
    /* After EMFILE libmicrohttpd listens again only in the run that follows a close. */
    self->needs_run = TRUE;
    epoll_ctl(self->hangup_epoll, EPOLL_CTL_DEL, client->fd, NULL);
    g_free(client);
  }
}

G_GNUC_PRINTF(2, 0)
static void
on_log(void *user_data, const char *format, va_list arguments)
{
  g_autofree char *line = g_strdup_vprintf(format, arguments);
  g_debug("libmicrohttpd: %s", g_strchomp(line));
}

/* The server. */

McFrontServer *
mc_front_server_new(int fd, const McFrontLimits *limits, const McFrontHandlers *handlers,
                    gpointer user_data, GError **error)
{
  g_autoptr(McFrontServer) self = g_new0(McFrontServer, 1);

  self->fd = fd;
  self->limits = *limits;
  self->handlers = handlers;
  self->user_data = user_data;
  self->requests = g_hash_table_new(NULL, NULL);
  self->hangup_epoll = epoll_create1(EPOLL_CLOEXEC);
  self->daemon = MHD_start_daemon(
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
      on_access, self, MHD_OPTION_EXTERNAL_LOGGER, on_log, self, MHD_OPTION_LISTEN_SOCKET,
      fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) CONNECTION_POOL,
      MHD_OPTION_CONNECTION_LIMIT,
      limits->connections_max != 0 ? limits->connections_max : CONNECTIONS_MAX,
      MHD_OPTION_CONNECTION_TIMEOUT, limits->idle_timeout_s, MHD_OPTION_URI_LOG_CALLBACK,
      on_request_line, self, MHD_OPTION_NOTIFY_COMPLETED, on_completed, self,
      MHD_OPTION_NOTIFY_CONNECTION, on_connection, self, MHD_OPTION_END);
  if (self->daemon == NULL) {
    close(fd);
    g_set_error(error, MC_ERROR, MC_ERROR_INTERNAL, "libmicrohttpd does not start: %s",
                g_strerror(errno));
    return NULL;
  }
  const union MHD_DaemonInfo *info =
      MHD_get_daemon_info(self->daemon, MHD_DAEMON_INFO_EPOLL_FD);

  self->source = g_source_new(&front_source_funcs, sizeof(FrontSource));
  ((FrontSource *) self->source)->server = self;
  self->mhd_tag = g_source_add_unix_fd(self->source, info->epoll_fd, G_IO_IN);
  self->hangup_tag = g_source_add_unix_fd(self->source, self->hangup_epoll, G_IO_IN);
  /* Else GLib removes the descriptors around each dispatch and wakes itself up twice. */
  g_source_set_can_recurse(self->source, TRUE);
  g_source_set_static_name(self->source, "front-server");
  g_source_attach(self->source, g_main_context_get_thread_default());
  return g_steal_pointer(&self);
}

void
mc_front_server_quiesce(McFrontServer *self)
{
  if (self->is_quiesced)
    return;
  self->is_quiesced = TRUE;
  self->fd = -1;
  int fd = MHD_quiesce_daemon(self->daemon);
  if (fd != MHD_INVALID_SOCKET)
    close(fd);
}

int
mc_front_server_get_socket(McFrontServer *self)
{
  return self->fd;
}

guint
mc_front_server_get_active(McFrontServer *self)
{
  return g_hash_table_size(self->requests);
}

void
mc_front_server_flush(McFrontServer *self)
{
  if (self->needs_run)
    run_daemon(self);
}

/* MHD_stop_daemon() aborts the process while a connection is suspended: wake them all
 * first, marked as gone, so that they close by themselves. */
static void
abort_requests(McFrontServer *self)
{
  for (int round = 0; round < STOP_ROUNDS_MAX && g_hash_table_size(self->requests) > 0;
       round++) {
    GHashTableIter iter;
    gpointer key;
    g_autoptr(GPtrArray) open = g_ptr_array_new();
    g_hash_table_iter_init(&iter, self->requests);
    while (g_hash_table_iter_next(&iter, &key, NULL))
      g_ptr_array_add(open, key);
    for (guint i = 0; i < open->len; i++) {
      report_gone(open->pdata[i]);
      resume(open->pdata[i]);
    }
    run_daemon(self);
  }
}

void
mc_front_server_free(McFrontServer *self)
{
  if (self == NULL)
    return;
  if (self->daemon != NULL) {
    mc_front_server_quiesce(self);
    abort_requests(self);
    MHD_stop_daemon(self->daemon);
  }
  if (self->source != NULL) {
    g_source_destroy(self->source);
    g_source_unref(self->source);
  }
  if (self->hangup_epoll >= 0)
    close(self->hangup_epoll);
  g_hash_table_unref(self->requests);
  g_free(self);
}

/* One request. */

void
mc_front_request_set_data(McFrontRequest *self, gpointer data)
{
  self->data = data;
}

gpointer
mc_front_request_get_data(McFrontRequest *self)
{
  return self->data;
}

const char *
mc_front_request_get_method(McFrontRequest *self)
{
  return self->method;
}

const char *
mc_front_request_get_path(McFrontRequest *self)
{
  return self->path;
}

const char *
mc_front_request_get_query(McFrontRequest *self)
{
  return self->query;
}

gint64
mc_front_request_get_accepted_us(McFrontRequest *self)
{
  return self->accepted_us;
}

const char *
mc_front_request_get_header(McFrontRequest *self, const char *name)
{
  return MHD_lookup_connection_value(self->connection, MHD_HEADER_KIND, name);
}

typedef struct {
  const char *name;
  guint count;
  McFrontHeaderVisitor visit;
  gpointer user_data;
} HeaderWalk;

static enum MHD_Result
on_header_counted(void *user_data, enum MHD_ValueKind kind, const char *name,
                  const char *value)
{
  HeaderWalk *walk = user_data;
  if (g_ascii_strcasecmp(name, walk->name) == 0)
    walk->count++;
  return MHD_YES;
}

static enum MHD_Result
on_header_visited(void *user_data, enum MHD_ValueKind kind, const char *name,
                  const char *value)
{
  HeaderWalk *walk = user_data;
  walk->visit(name, value != NULL ? value : "", walk->user_data);
  return MHD_YES;
}

guint
mc_front_request_count_header(McFrontRequest *self, const char *name)
{
  HeaderWalk walk = {.name = name};
  MHD_get_connection_values(self->connection, MHD_HEADER_KIND, on_header_counted, &walk);
  return walk.count;
}

void
mc_front_request_each_header(McFrontRequest *self, McFrontHeaderVisitor visit,
                             gpointer user_data)
{
  HeaderWalk walk = {.visit = visit, .user_data = user_data};
  MHD_get_connection_values(self->connection, MHD_HEADER_KIND, on_header_visited, &walk);
}

static void
take_response(McFrontRequest *self, struct MHD_Response *response, int status,
              const char *const *headers)
{
  for (gsize i = 0; headers != NULL && headers[i] != NULL; i += 2)
    if (MHD_add_response_header(response, headers[i], headers[i + 1]) != MHD_YES)
      g_warning("a reply header was refused: %s", headers[i]);
  if (self->server->is_quiesced)
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
  self->has_begun = TRUE;
  self->response = response;
  self->status = status;
  resume(self);
}

static void
on_bytes_freed(void *bytes)
{
  g_bytes_unref(bytes);
}

void
mc_front_request_reply(McFrontRequest *self, int status, const char *const *headers,
                       GBytes *body)
{
  if (self->is_gone || self->has_begun)
    return;
  gsize length;
  const char *data = g_bytes_get_data(body, &length);
  struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
      length, (void *) (length > 0 ? data : ""), on_bytes_freed, g_bytes_ref(body));
  self->has_ended = TRUE;
  take_response(self, response, status, headers);
}

void
mc_front_request_begin(McFrontRequest *self, int status, const char *const *headers,
                       gint64 length)
{
  if (self->is_gone || self->has_begun)
    return;
  self->queue = mc_byte_queue_new();
  struct MHD_Response *response = MHD_create_response_from_callback(
      length >= 0 ? (uint64_t) length : MHD_SIZE_UNKNOWN, STREAM_BLOCK, on_read, self,
      NULL);
  take_response(self, response, status, headers);
}

gboolean
mc_front_request_has_begun(McFrontRequest *self)
{
  return self->has_begun;
}

void
mc_front_request_write(McFrontRequest *self, const char *data, gsize length)
{
  if (self->queue == NULL || self->is_gone || self->has_ended || self->is_aborted ||
      length == 0)
    return;
  mc_byte_queue_append(self->queue, data, (gssize) length);
  if (mc_byte_queue_get_length(self->queue) >= MC_FRONT_HIGH_WATER)
    self->is_over_water = TRUE;
  resume(self);
}

gsize
mc_front_request_get_queued(McFrontRequest *self)
{
  return self->queue != NULL ? mc_byte_queue_get_length(self->queue) : 0;
}

void
mc_front_request_end(McFrontRequest *self)
{
  self->has_ended = TRUE;
  resume(self);
}

void
mc_front_request_abort(McFrontRequest *self)
{
  self->is_aborted = TRUE;
  resume(self);
}
