/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
/* The upstream of the benchmarks: one thread, epoll, no allocation per request, so that
 * what is measured is the proxy. What a request gets is chosen by a word in the first
 * bytes of its body ("user":"…"):
 *   (none)  a JSON answer of 1.45 KB
 *   full    1,000 events of about 200 bytes, one send() each, as fast as they are taken
 *   paced   150 events, one every 20 ms; all streams tick together, as real bursts do
 *   flood   13,000 events of 16 KB, a little over 200 MiB in all
 * Every event carries the time of its writing (CLOCK_MONOTONIC, nanoseconds, 16 hex
 * digits after "T="), from which the load generator computes one-way latencies.
 * Usage: stub-upstream PORT */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 8192
#define HEAD_MAX        16384
#define WORDS_SEEN      1024 /* of a body, in which its kind is looked for */
#define EVENTS_AT_ONCE  256
#define TICK_NS         (20 * 1000 * 1000)
#define FULL_EVENTS     1000
#define PACED_EVENTS    150
#define FLOOD_EVENTS    13000
#define FLOOD_BYTES     16384
#define TURN_EVENTS     64 /* of one stream before the others have their turn */

typedef enum { KIND_JSON, KIND_FULL, KIND_PACED, KIND_FLOOD } Kind;
typedef enum { READING_HEAD, READING_BODY, STREAMING } State;

typedef struct {
  int fd; /* 0 = free */
  State state;
  Kind kind;
  size_t head_length;
  size_t body_left;
  size_t words_length;
  int events_left;
  size_t pending_at; /* of the bytes that the socket did not take yet */
  size_t pending_length;
  char *pending; /* (owned) */
  char head[HEAD_MAX];
  char words[WORDS_SEEN + 1];
} Connection;

static Connection *connections[CONNECTIONS_MAX];
static int epoll_fd;
static int timer_fd;
static char json_answer[4096];
static size_t json_answer_length;
static char padding[FLOOD_BYTES];

static const char stream_head[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n";
static const char stream_tail[] =
    "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,"
    "\"model\":\"stub\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}"
    "\n\ndata: [DONE]\n\n";

static uint64_t
read_clock(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

static void
close_connection(Connection *self)
{
  close(self->fd);
  connections[self->fd] = NULL;
  free(self->pending);
  free(self);
}

static void
watch(Connection *self, bool wants_to_write)
{
  struct epoll_event event = {
      .events = EPOLLIN | EPOLLRDHUP | (wants_to_write ? EPOLLOUT : 0),
      .data.fd = self->fd,
  };
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, self->fd, &event);
}

/* FALSE when the socket is full (the rest is kept) or broken. */
static bool
send_bytes(Connection *self, const char *data, size_t length)
{
  ssize_t sent = send(self->fd, data, length, MSG_NOSIGNAL);
  if (sent == (ssize_t) length)
    return true;
  if (sent < 0)
    sent = 0;
  self->pending_length = length - (size_t) sent;
  self->pending_at = 0;
  self->pending = realloc(self->pending, self->pending_length);
  memcpy(self->pending, data + sent, self->pending_length);
  watch(self, true);
  return false;
}

static bool
send_pending(Connection *self)
{
  ssize_t sent = send(self->fd, self->pending + self->pending_at, self->pending_length,
                      MSG_NOSIGNAL);
  if (sent < 0)
    return false;
  self->pending_at += (size_t) sent;
  self->pending_length -= (size_t) sent;
  return self->pending_length == 0;
}

static bool
send_event(Connection *self)
{
  static char event[FLOOD_BYTES + 1024];
  int padding_length = self->kind == KIND_FLOOD ? FLOOD_BYTES - 200 : 40;
  char text[FLOOD_BYTES + 512];
  int length =
      snprintf(text, sizeof text,
               "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,"
               "\"model\":\"stub\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
               "\"T=%016" PRIx64 " %.*s\"},\"finish_reason\":null}]}\n\n",
               read_clock(), padding_length, padding);
  int framed = snprintf(event, sizeof event, "%x\r\n%.*s\r\n", (unsigned int) length,
                        length, text);
  return send_bytes(self, event, (size_t) framed);
}

static void
finish_stream(Connection *self)
{
  char end[512];
  int length = snprintf(end, sizeof end, "%zx\r\n%s\r\n0\r\n\r\n", sizeof stream_tail - 1,
                        stream_tail);
  self->state = READING_HEAD;
  send_bytes(self, end, (size_t) length);
}

/* Writes until the socket is full, the stream has ended or others want a turn. */
static void
stream_on(Connection *self)
{
  for (int i = 0; i < TURN_EVENTS; i++) {
    if (self->events_left == 0) {
      finish_stream(self);
      return;
    }
    self->events_left--;
    if (!send_event(self))
      return;
  }
  watch(self, true);
}

static void
answer(Connection *self)
{
  self->words[self->words_length] = '\0';
  self->kind = strstr(self->words, "\"full\"") != NULL    ? KIND_FULL
               : strstr(self->words, "\"paced\"") != NULL ? KIND_PACED
               : strstr(self->words, "\"flood\"") != NULL ? KIND_FLOOD
                                                          : KIND_JSON;
  self->words_length = 0;
  if (self->kind == KIND_JSON) {
    self->state = READING_HEAD;
    send_bytes(self, json_answer, json_answer_length);
    return;
  }
  self->state = STREAMING;
  self->events_left = self->kind == KIND_FULL    ? FULL_EVENTS
                      : self->kind == KIND_PACED ? PACED_EVENTS
                                                 : FLOOD_EVENTS;
  if (!send_bytes(self, stream_head, sizeof stream_head - 1))
    return;
  if (self->kind != KIND_PACED)
    stream_on(self);
}

static size_t
find_length(const char *head)
{
  const char *header = strcasestr(head, "\r\ncontent-length:");
  return header != NULL ? strtoul(header + 17, NULL, 10) : 0;
}

static void
take_body(Connection *self, const char *data, size_t length)
{
  size_t room = WORDS_SEEN - self->words_length;
  size_t kept = length < room ? length : room;
  memcpy(self->words + self->words_length, data, kept);
  self->words_length += kept;
  self->body_left -= length < self->body_left ? length : self->body_left;
  if (self->body_left == 0)
    answer(self);
}

static void
take_head(Connection *self, const char *data, size_t length)
{
  if (self->head_length + length >= HEAD_MAX)
    length = HEAD_MAX - 1 - self->head_length;
  memcpy(self->head + self->head_length, data, length);
  self->head_length += length;
  self->head[self->head_length] = '\0';
  char *end = strstr(self->head, "\r\n\r\n");
  if (end == NULL)
    return;
  size_t behind = self->head_length - (size_t) (end + 4 - self->head);
  self->body_left = find_length(self->head);
  self->head_length = 0;
  self->state = READING_BODY;
  take_body(self, end + 4, behind);
}

/* FALSE when the connection was closed. */
static bool
read_more(Connection *self)
{
  static char buffer[256 * 1024];
  for (;;) {
    size_t most = self->state == READING_HEAD ? HEAD_MAX / 2 : sizeof buffer;
    ssize_t length = recv(self->fd, buffer, most, 0);
    if (length == 0 || (length < 0 && errno != EAGAIN)) {
      close_connection(self);
      return false;
    }
    if (length < 0)
      return true;
    if (self->state == READING_HEAD)
      take_head(self, buffer, (size_t) length);
    else if (self->state == READING_BODY)
      take_body(self, buffer, (size_t) length);
  }
}

static void
accept_all(int listener)
{
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
      return;
    if (fd >= CONNECTIONS_MAX) {
      close(fd);
      continue;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Connection *self = calloc(1, sizeof *self);
    self->fd = fd;
    connections[fd] = self;
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = fd};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
  }
}

static void
tick(void)
{
  uint64_t expired;
  if (read(timer_fd, &expired, sizeof expired) != (ssize_t) sizeof expired)
    return;
  for (int fd = 0; fd < CONNECTIONS_MAX; fd++) {
    Connection *self = connections[fd];
    if (self == NULL || self->state != STREAMING || self->kind != KIND_PACED ||
        self->pending_length > 0)
      continue;
    if (self->events_left == 0) {
      finish_stream(self);
      continue;
    }
    self->events_left--;
    send_event(self);
  }
}

static void
on_ready(Connection *self, uint32_t events)
{
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 && !read_more(self))
    return;
  if ((events & EPOLLOUT) == 0)
    return;
  if (self->pending_length > 0 && !send_pending(self))
    return;
  if (self->state == STREAMING && self->kind != KIND_PACED) {
    watch(self, false);
    stream_on(self);
    return;
  }
  watch(self, false);
}

static void
prepare_answer(void)
{
  char body[2048];
  memset(padding, 'x', sizeof padding);
  int length = snprintf(
      body, sizeof body,
      "{\"id\":\"chatcmpl-stub\",\"object\":\"chat.completion\",\"created\":1,"
      "\"model\":\"stub\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
      "\"content\":\"%.1220s\"},\"finish_reason\":\"stop\"}],\"usage\":{"
      "\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2}}",
      padding);
  int answer_length = snprintf(json_answer, sizeof json_answer,
                               "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                               "Content-Length: %d\r\n\r\n%s",
                               length, body);
  json_answer_length = (size_t) answer_length;
}

static int
listen_on(unsigned short port)
{
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int on = 1;
  struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons(port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *) &address, sizeof address) != 0 ||
      listen(fd, 4096) != 0) {
    perror("stub-upstream");
    exit(1);
  }
  return fd;
}

int
main(int argc, char **argv)
{
  if (argc != 2) {
    fprintf(stderr, "usage: stub-upstream PORT\n");
    return 2;
  }
  struct rlimit limit = {CONNECTIONS_MAX, CONNECTIONS_MAX};
  setrlimit(RLIMIT_NOFILE, &limit);
  signal(SIGPIPE, SIG_IGN);
  prepare_answer();

  int listener = listen_on((unsigned short) strtoul(argv[1], NULL, 10));
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct itimerspec every = {{0, TICK_NS}, {0, TICK_NS}};
  timerfd_settime(timer_fd, 0, &every, NULL);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
  event.data.fd = timer_fd;
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &event);

  struct epoll_event ready[EVENTS_AT_ONCE];
  for (;;) {
    int n = epoll_wait(epoll_fd, ready, EVENTS_AT_ONCE, -1);
    for (int i = 0; i < n; i++) {
      int fd = ready[i].data.fd;
      if (fd == listener)
        accept_all(listener);
      else if (fd == timer_fd)
        tick();
      else if (connections[fd] != NULL)
        on_ready(connections[fd], ready[i].events);
    }
  }
}
