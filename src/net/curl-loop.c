/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "net/curl-loop.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define SOCKETS_AT_ONCE      64
#define EASY_POOL_MAX        64
#define IDLE_CONNECTIONS_MAX 256L
#define CONNECT_TIMEOUT_MS   10000L
#define UPLOAD_BUFFER_BYTES                                                              \
  (128L * 1024) /* 512 KiB saves 16 µs, but is kept for each handle */
#define RECEIVE_BUFFER_BYTES  (16L * 1024) /* more gained nothing */
#define TCP_KEEPALIVE_SECONDS 30L

struct _McCurlLoop {
  CURLM *multi;    /* (owned) */
  GSource *source; /* (owned) */
  gpointer tag;
  int epoll;             /* (owned) */
  gint64 deadline_us;    /* curl's own timer; -1 = none */
  GPtrArray *pool;       /* (element-type CURL) idle easy handles */
  GPtrArray *resuming;   /* (element-type McCurlTransfer) (unowned) */
  GHashTable *transfers; /* (element-type McCurlTransfer) (unowned) the open ones */
  GSourceOnceFunc after;
  gpointer after_data;
  GPtrArray
      *doomed; /* (element-type McCurlTransfer) (unowned) cancelled inside a callback */
  guint callback_depth;
};

struct _McCurlTransfer {
  McCurlLoop *loop;               /* (unowned) */
  CURL *easy;                     /* (owned) */
  struct curl_slist *header_list; /* (owned) (nullable) */
  GBytes *body;                   /* (owned) (nullable) */
  const McCurlHandlers *handlers; /* (unowned) */
  gpointer user_data;
  gboolean has_head;
  gboolean is_cancelled; /* inside a callback; freed at the end of the turn */
  char message[CURL_ERROR_SIZE];
};

typedef struct {
  GSource parent;
  McCurlLoop *loop; /* (unowned) */
} CurlSource;

/* Transfers. */

static void
release_easy(McCurlLoop *self, CURL *easy)
{
  if (self->pool->len < EASY_POOL_MAX) {
    curl_easy_reset(easy);
    g_ptr_array_add(self->pool, easy);
  } else {
    curl_easy_cleanup(easy);
  }
}

static void
free_transfer(McCurlTransfer *transfer)
{
  McCurlLoop *self = transfer->loop;

  g_hash_table_remove(self->transfers, transfer);
  g_ptr_array_remove_fast(self->resuming, transfer);
  g_ptr_array_remove_fast(self->doomed, transfer);
  curl_multi_remove_handle(self->multi, transfer->easy);
  release_easy(self, transfer->easy);
  curl_slist_free_all(transfer->header_list);
  g_clear_pointer(&transfer->body, g_bytes_unref);
  g_free(transfer);
}

static size_t
on_header(char *line, size_t size, size_t count, void *user_data)
{
  McCurlTransfer *transfer = user_data;
  gsize length = size * count;
  gboolean is_blank =
      (length == 2 && line[0] == '\r') || (length == 1 && line[0] == '\n');
  long status = 0;

  if (transfer->is_cancelled)
    return 0;
  if (!is_blank || transfer->has_head)
    return length;
  curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200)
    return length;
  transfer->has_head = TRUE;
  transfer->loop->callback_depth++;
  transfer->handlers->head(transfer, (int) status, transfer->user_data);
  transfer->loop->callback_depth--;
  return transfer->is_cancelled ? 0 : length;
}

static size_t
on_data(char *data, size_t size, size_t count, void *user_data)
{
  McCurlTransfer *transfer = user_data;
  gsize length = size * count;

  if (transfer->is_cancelled || !transfer->has_head)
    return 0;
  transfer->loop->callback_depth++;
  gboolean taken = transfer->handlers->data(transfer, data, length, transfer->user_data);
  transfer->loop->callback_depth--;
  if (transfer->is_cancelled)
    return 0;
  return taken ? length : CURL_WRITEFUNC_PAUSE;
}

/* Curl's sockets and timer. */

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *user_data, void *socket_data)
{
  McCurlLoop *self = user_data;
  struct epoll_event event = {.data.fd = fd};

  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(self->epoll, EPOLL_CTL_DEL, fd, NULL);
    curl_multi_assign(self->multi, fd, NULL);
    return 0;
  }
  if ((what & CURL_POLL_IN) != 0)
    event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0)
    event.events |= EPOLLOUT;
  if (epoll_ctl(self->epoll, socket_data != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd,
                &event) != 0)
    g_warning("cannot watch an upstream's socket: %s", g_strerror(errno));
  curl_multi_assign(self->multi, fd, self); /* watched: comes back as socket_data */
  return 0;
}

static int
on_timer(CURLM *multi, long timeout_ms, void *user_data)
{
  McCurlLoop *self = user_data;
  self->deadline_us = timeout_ms < 0 ? -1 : g_get_monotonic_time() + timeout_ms * 1000;
  return 0;
}

/* The source. */

static gboolean
is_due(McCurlLoop *self)
{
  return self->resuming->len > 0 ||
         (self->deadline_us >= 0 && g_get_monotonic_time() >= self->deadline_us);
}

static gboolean
prepare_source(GSource *source, int *timeout_ms)
{
  McCurlLoop *self = ((CurlSource *) source)->loop;

  *timeout_ms = -1;
  if (is_due(self)) {
    *timeout_ms = 0;
    return TRUE;
  }
  if (self->deadline_us >= 0)
    *timeout_ms = (int) ((self->deadline_us - g_get_monotonic_time()) / 1000) + 1;
  return FALSE;
}

static gboolean
check_source(GSource *source)
{
  McCurlLoop *self = ((CurlSource *) source)->loop;
  return g_source_query_unix_fd(source, self->tag) != 0 || is_due(self);
}

static void
serve_sockets(McCurlLoop *self)
{
  struct epoll_event events[SOCKETS_AT_ONCE];
  int running;
  int n_events = epoll_wait(self->epoll, events, SOCKETS_AT_ONCE, 0);

  for (int i = 0; i < n_events; i++) {
    int mask = 0;
    if ((events[i].events & EPOLLIN) != 0)
      mask |= CURL_CSELECT_IN;
    if ((events[i].events & EPOLLOUT) != 0)
      mask |= CURL_CSELECT_OUT;
    if ((events[i].events & (EPOLLERR | EPOLLHUP)) != 0)
      mask |= CURL_CSELECT_ERR | CURL_CSELECT_IN;
    curl_multi_socket_action(self->multi, events[i].data.fd, mask, &running);
  }
}

/* Returns how many transfers are still running. */
static guint
serve_timer(McCurlLoop *self)
{
  int running = (int) g_hash_table_size(self->transfers);

  if (self->deadline_us < 0 || g_get_monotonic_time() < self->deadline_us)
    return (guint) running;
  self->deadline_us = -1;
  curl_multi_socket_action(self->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  return (guint) running;
}

static void
serve_resumed(McCurlLoop *self)
{
  while (self->resuming->len > 0) {
    McCurlTransfer *transfer =
        g_ptr_array_steal_index(self->resuming, self->resuming->len - 1);
    if (!transfer->is_cancelled)
      curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
  }
}

static void
serve_ended(McCurlLoop *self)
{
  CURLMsg *message;
  int left;

  while ((message = curl_multi_info_read(self->multi, &left)) != NULL) {
    McCurlTransfer *transfer = NULL;
    CURLcode result = message->data.result;
    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **) &transfer);
    if (!transfer->is_cancelled) {
      const char *text =
          transfer->message[0] != '\0' ? transfer->message : curl_easy_strerror(result);
      /* For curl a server that closes in the middle of its head is done, and so is one
       * that answers 101. */
      if (result == CURLE_OK && !transfer->has_head) {
        result = CURLE_GOT_NOTHING;
        text = "it ended before its answer had begun";
      }
      transfer->loop->callback_depth++;
      transfer->handlers->end(transfer, result, text, transfer->user_data);
      transfer->loop->callback_depth--;
    }
    free_transfer(transfer);
  }
}

static void
run_turn(McCurlLoop *self)
{
  serve_sockets(self);
  serve_timer(self);
  serve_resumed(self);
  serve_ended(self);
  while (self->doomed->len > 0)
    free_transfer(self->doomed->pdata[0]);
  if (self->after != NULL)
    self->after(self->after_data);
}

static gboolean
dispatch_source(GSource *source, GSourceFunc callback, gpointer user_data)
{
  run_turn(((CurlSource *) source)->loop);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs curl_source_funcs = {
    .prepare = prepare_source,
    .check = check_source,
    .dispatch = dispatch_source,
};

/* Sends in this turn of the loop instead of the next. */
static void
begin_now(McCurlLoop *self)
{
  if (serve_timer(self) < g_hash_table_size(self->transfers))
    self->deadline_us =
        g_get_monotonic_time(); /* one has ended already: report it soon */
}

/* Public. */

McCurlLoop *
mc_curl_loop_new(GMainContext *context)
{
  McCurlLoop *self = g_new0(McCurlLoop, 1);

  self->multi = curl_multi_init();
  self->epoll = epoll_create1(EPOLL_CLOEXEC);
  self->deadline_us = -1;
  self->pool = g_ptr_array_new_with_free_func((GDestroyNotify) curl_easy_cleanup);
  self->resuming = g_ptr_array_new();
  self->doomed = g_ptr_array_new();
  self->transfers = g_hash_table_new(NULL, NULL);
  curl_multi_setopt(self->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(self->multi, CURLMOPT_SOCKETDATA, self);
  curl_multi_setopt(self->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(self->multi, CURLMOPT_TIMERDATA, self);
  /* Unset, idle connections are trimmed after each burst. */
  curl_multi_setopt(self->multi, CURLMOPT_MAXCONNECTS, IDLE_CONNECTIONS_MAX);

  self->source = g_source_new(&curl_source_funcs, sizeof(CurlSource));
  ((CurlSource *) self->source)->loop = self;
  self->tag = g_source_add_unix_fd(self->source, self->epoll, G_IO_IN);
  g_source_set_can_recurse(self->source, TRUE);
  g_source_set_static_name(self->source, "curl-loop");
  g_source_attach(self->source, context);
  return self;
}

void
mc_curl_loop_set_after(McCurlLoop *self, GSourceOnceFunc after, gpointer user_data)
{
  self->after = after;
  self->after_data = user_data;
}

void
mc_curl_loop_free(McCurlLoop *self)
{
  if (self == NULL)
    return;
  g_autoptr(GList) open = g_hash_table_get_keys(self->transfers);
  for (GList *link = open; link != NULL; link = link->next)
    free_transfer(link->data);
  g_ptr_array_unref(self->pool);
  curl_multi_cleanup(self->multi);
  g_source_destroy(self->source);
  g_source_unref(self->source);
  close(self->epoll);
  g_ptr_array_unref(self->resuming);
  g_ptr_array_unref(self->doomed);
  g_hash_table_unref(self->transfers);
  g_free(self);
}

CURL *
mc_curl_loop_take_easy(McCurlLoop *self)
{
  CURL *easy = self->pool->len > 0
                   ? g_ptr_array_steal_index(self->pool, self->pool->len - 1)
                   : curl_easy_init();

  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "localhost,127.0.0.0/8,127.0.0.1,::1,[::1]");
  /* curl 7.88 buffers paused h2 streams without a bound: HTTP/1.1 until told otherwise.
   */
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, TCP_KEEPALIVE_SECONDS);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, TCP_KEEPALIVE_SECONDS);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, UPLOAD_BUFFER_BYTES);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER_BYTES);
  /* Ask for plain bytes, but decode an answer that comes compressed all the same. */
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "identity");
  return easy;
}

McCurlTransfer *
mc_curl_loop_start(McCurlLoop *self, CURL *easy, struct curl_slist *header_list,
                   GBytes *body, const McCurlHandlers *handlers, gpointer user_data)
{
  McCurlTransfer *transfer = g_new0(McCurlTransfer, 1);

  transfer->loop = self;
  transfer->easy = easy;
  transfer->header_list = header_list;
  transfer->handlers = handlers;
  transfer->user_data = user_data;
  if (body != NULL) {
    gsize length;
    const char *data = g_bytes_get_data(body, &length);
    transfer->body = g_bytes_ref(body);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, data != NULL ? data : "");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) length);
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, header_list);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->message);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  g_hash_table_add(self->transfers, transfer);
  curl_multi_add_handle(self->multi, easy);
  if (self->callback_depth == 0)
    begin_now(self);
  return transfer;
}

void
mc_curl_transfer_cancel(McCurlTransfer *self)
{
  if (self->loop->callback_depth == 0) {
    free_transfer(self);
  } else if (!self->is_cancelled) {
    self->is_cancelled = TRUE;
    g_ptr_array_add(self->loop->doomed, self);
  }
}

void
mc_curl_transfer_resume(McCurlTransfer *self)
{
  if (!g_ptr_array_find(self->loop->resuming, self, NULL))
    g_ptr_array_add(self->loop->resuming, self);
}

const char *
mc_curl_transfer_get_header(McCurlTransfer *self, const char *name)
{
  struct curl_header *header;
  return curl_easy_header(self->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK
             ? header->value
             : NULL;
}

void
mc_curl_transfer_each_header(McCurlTransfer *self, McCurlHeaderVisitor visit,
                             gpointer user_data)
{
  struct curl_header *header = NULL;
  while ((header = curl_easy_nextheader(self->easy, CURLH_HEADER, -1, header)) != NULL)
    visit(header->name, header->value, user_data);
}
