/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "upstream/practice.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "net/front-server.h"
#include "net/listen-socket.h"
#include "upstream/practice-answer.h"
#include "upstream/practice-embedding.h"

/* A stream is spread over time so that it looks alive, but never over more than that
 * (METACLAW_PRACTICE_DELAY_MS overrules the first, 0 sends everything at once). */
#define DELAY_MS          15
#define MOST_DELAY_MS     1000
#define LONGEST_STREAM_MS 1300

/* The proxy takes 64 MiB and may add skills. */
#define BODY_MAX (72 * 1024 * 1024)

struct _McPractice {
  McFrontServer *server; /* (owned) */
  char *path;            /* (owned) of the socket file */
  dev_t device;          /* with inode: which file we bound */
  ino_t inode;
  guint delay_ms;
};

/* An answer on its way. */
typedef struct {
  McPractice *practice;    /* (unowned) the server frees its requests first */
  McFrontRequest *request; /* (unowned) */
  GPtrArray *events;       /* (owned) (element-type utf8) */
  guint next;
  guint events_a_turn;
  GSource *timer; /* (owned) (nullable) */
} Stream;

static void
stop_timer(Stream *stream)
{
  if (stream->timer == NULL)
    return;
  g_source_destroy(stream->timer);
  g_clear_pointer(&stream->timer, g_source_unref);
}

static void
free_stream(Stream *stream)
{
  stop_timer(stream);
  g_ptr_array_unref(stream->events);
  g_free(stream);
}

static void
reply_json(McFrontRequest *request, int status, char *json)
{
  static const char *const headers[] = {"Content-Type", "application/json", NULL};
  g_autoptr(GBytes) body = g_bytes_new_take(json, strlen(json));
  mc_front_request_reply(request, status, headers, body);
}

static void
reply_error(McFrontRequest *request, const GError *error)
{
  const McErrorInfo *info = mc_error_get_info(error->code);
  GString *json = g_string_new("{\"error\":{\"message\":\"");
  mc_json_escape_append(json, error->message, -1);
  g_string_append_printf(
      json, "\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"%s\"}}",
      info->name);
  reply_json(request, info->http_status, g_string_free(json, FALSE));
}

static void
write_turn(Stream *stream)
{
  guint end = MIN(stream->next + stream->events_a_turn, stream->events->len);
  for (; stream->next < end; stream->next++) {
    const char *event = stream->events->pdata[stream->next];
    mc_front_request_write(stream->request, event, strlen(event));
  }
  if (end == stream->events->len)
    mc_front_request_end(stream->request);
}

static gboolean
on_turn(gpointer data)
{
  Stream *stream = data;
  /* The request, and with it the stream, may end inside the flush. */
  McFrontServer *server = stream->practice->server;
  gboolean is_last = stream->next + stream->events_a_turn >= stream->events->len;
  write_turn(stream);
  if (is_last)
    stop_timer(stream);
  mc_front_server_flush(server);
  return is_last ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
start_timer(Stream *stream, guint delay_ms)
{
  guint most_turns = MAX(LONGEST_STREAM_MS / delay_ms, 1);
  stream->events_a_turn = (stream->events->len + most_turns - 1) / most_turns;
  stream->timer = g_timeout_source_new(delay_ms);
  g_source_set_callback(stream->timer, on_turn, stream, NULL);
  g_source_attach(stream->timer, g_main_context_get_thread_default());
}

static void
start_stream(McPractice *self, McFrontRequest *request, const McPracticeAnswer *answer)
{
  static const char *const headers[] = {"Content-Type", "text/event-stream",
                                        "Cache-Control", "no-cache", NULL};
  Stream *stream = g_new0(Stream, 1);
  stream->practice = self;
  stream->request = request;
  stream->events = mc_practice_answer_format_events(answer);
  stream->events_a_turn = stream->events->len;
  mc_front_request_set_data(request, stream);
  mc_front_request_begin(request, 200, headers, -1);
  if (self->delay_ms > 0)
    start_timer(stream, self->delay_ms);
  else
    write_turn(stream);
}

static void
answer_chat(McPractice *self, McFrontRequest *request, GBytes *body)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(McChatRequest) chat = mc_chat_request_new_openai(body, &error);
  g_autoptr(McPracticeAnswer) answer =
      chat != NULL ? mc_practice_answer_new(chat, &error) : NULL;
  if (answer == NULL)
    reply_error(request, error);
  else if (mc_chat_request_is_stream(chat))
    start_stream(self, request, answer);
  else
    reply_json(request, 200, mc_practice_answer_format(answer));
}

static void
answer_models(McPractice *self, McFrontRequest *request, GBytes *body)
{
  reply_json(request, 200,
             g_strdup_printf("{\"object\":\"list\",\"data\":[{\"id\":\"" MC_PRACTICE_MODEL
                             "\",\"object\":\"model\",\"created\":%d,\"owned_by\":"
                             "\"metaclaw\",\"context_length\":131072}]}",
                             MC_PRACTICE_CREATED));
}

static void
answer_embeddings(McPractice *self, McFrontRequest *request, GBytes *body)
{
  g_autoptr(GError) error = NULL;
  char *json = mc_practice_embedding_answer(body, &error);
  if (json != NULL)
    reply_json(request, 200, json);
  else
    reply_error(request, error);
}

static const struct {
  const char *method;
  const char *path;
  void (*answer)(McPractice *self, McFrontRequest *request, GBytes *body);
} calls[] = {
    {"POST", "/v1/chat/completions", answer_chat},
    {"GET", "/v1/models", answer_models},
    {"POST", "/v1/embeddings", answer_embeddings},
};

static void
on_body(McFrontRequest *request, GBytes *body, gpointer user_data)
{
  McPractice *self = user_data;
  g_autoptr(GError) error = NULL;
  if (body == NULL) {
    g_set_error(&error, MC_ERROR, MC_ERROR_TOO_LARGE, "the body is longer than %d MiB",
                BODY_MAX / 1024 / 1024);
    reply_error(request, error);
    return;
  }
  const char *method = mc_front_request_get_method(request);
  const char *path = mc_front_request_get_path(request);
  for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
    if (g_str_equal(calls[i].method, method) && g_str_equal(calls[i].path, path)) {
      calls[i].answer(self, request, body);
      return;
    }
  }
  g_set_error(&error, MC_ERROR, MC_ERROR_NOT_FOUND,
              "%s %s: the practice model has no such call", method, path);
  reply_error(request, error);
}

static void
on_gone(McFrontRequest *request, gpointer user_data)
{
  Stream *stream = mc_front_request_get_data(request);
  if (stream != NULL)
    stop_timer(stream);
}

static void
on_finished(McFrontRequest *request, gpointer user_data)
{
  Stream *stream = mc_front_request_get_data(request);
  if (stream == NULL)
    return;
  mc_front_request_set_data(request, NULL);
  free_stream(stream);
}

static const McFrontHandlers handlers = {
    .body = on_body,
    .gone = on_gone,
    .finished = on_finished,
};

static guint
read_delay(void)
{
  const char *text = g_getenv("METACLAW_PRACTICE_DELAY_MS");
  guint64 delay_ms = DELAY_MS;
  if (text != NULL &&
      !g_ascii_string_to_unsigned(text, 10, 0, MOST_DELAY_MS, &delay_ms, NULL))
    delay_ms = DELAY_MS;
  return (guint) delay_ms;
}

McPractice *
mc_practice_new(const char *socket_path, GError **error)
{
  int fd = mc_listen_socket_new_unix(socket_path, error);
  if (fd < 0)
    return NULL;
  g_autoptr(McPractice) self = g_new0(McPractice, 1);
  struct stat status;
  if (stat(socket_path, &status) == 0) {
    self->path = g_strdup(socket_path);
    self->device = status.st_dev;
    self->inode = status.st_ino;
  }
  self->delay_ms = read_delay();
  static const McFrontLimits limits = {.body_max = BODY_MAX};
  self->server = mc_front_server_new(fd, &limits, &handlers, self, error);
  if (self->server == NULL)
    return NULL;
  return g_steal_pointer(&self);
}

/* A host that takes over binds the same path anew: that file is not ours to remove. */
static void
remove_socket(McPractice *self)
{
  struct stat status;
  if (self->path != NULL && stat(self->path, &status) == 0 &&
      status.st_dev == self->device && status.st_ino == self->inode)
    unlink(self->path);
}

void
mc_practice_free(McPractice *self)
{
  if (self == NULL)
    return;
  remove_socket(self);
  mc_front_server_free(self->server);
  g_free(self->path);
  g_free(self);
}
