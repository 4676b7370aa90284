/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
/* The client of the benchmarks: a closed loop of N keep-alive connections on one thread.
 * Prints one line of JSON: requests, requests per second, their latency, and for streams
 * the events and their one-way latency (the stub upstream writes the time of sending into
 * each event).
 * Usage: load-generator PORT CONNECTIONS SECONDS BODY-FILE
 *        load-generator PORT connects N       opens and closes N connections, 64 at a
 * time A run of ten '@' in the body is replaced by a rising number in every request, so
 * that no two requests are the same. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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
#include <time.h>
#include <unistd.h>

#define SAMPLES_MAX    8000000
#define EVENTS_AT_ONCE 256
#define HEAD_MAX       8192
#define COUNTER        "@@@@@@@@@@"
#define COUNTER_LENGTH 10
#define STAMP_LENGTH   16
#define GRACE_SECONDS  20 /* for streams that are still open when the time is up */

typedef enum {
  READING_HEAD,
  READING_LENGTH,
  READING_CHUNK_SIZE,
  READING_CHUNK,
  READING_CHUNK_END,
} State;

typedef struct {
  int fd;
  State state;
  bool is_busy;
  bool is_last_chunk;
  size_t sent;
  uint64_t started_ns;
  size_t head_length;
  size_t left; /* bytes of the body or chunk */
  int matched; /* of "T=" and its digits */
  uint64_t stamp;
  char head[HEAD_MAX];
  char *request; /* (owned) its own copy: the counter differs */
} Connection;

static struct {
  uint32_t *values;
  size_t length;
} requests, events;

static char *request_text;
static size_t request_length;
static size_t counter_at;
static uint64_t counter;
static uint64_t deadline_ns;
static uint64_t finished;
static uint64_t failed;
static uint64_t n_events;
static int epoll_fd;
static unsigned short port;
static int open_requests;

static uint64_t
read_clock(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
  uint32_t left = *(const uint32_t *) a, right = *(const uint32_t *) b;
  return left < right ? -1 : left > right;
}

static double
find_percentile(uint32_t *values, size_t length, double share)
{
  if (length == 0)
    return 0;
  size_t at = (size_t) ((double) length * share);
  return (double) values[at < length ? at : length - 1] / 1000.0;
}

static int
connect_socket(void)
{
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons(port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, (struct sockaddr *) &address, sizeof address) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

static void
watch(Connection *self, int operation, bool wants_to_write)
{
  struct epoll_event event = {
      .events = EPOLLIN | (wants_to_write ? EPOLLOUT : 0),
      .data.ptr = self,
  };
  epoll_ctl(epoll_fd, operation, self->fd, &event);
}

static void
send_more(Connection *self)
{
  while (self->sent < request_length) {
    ssize_t sent = send(self->fd, self->request + self->sent, request_length - self->sent,
                        MSG_NOSIGNAL);
    if (sent < 0) {
      watch(self, EPOLL_CTL_MOD, true);
      return;
    }
    self->sent += (size_t) sent;
  }
}

static void
start_request(Connection *self)
{
  if (read_clock() >= deadline_ns) {
    self->is_busy = false;
    return;
  }
  if (counter_at != 0) {
    char digits[COUNTER_LENGTH + 1];
    snprintf(digits, sizeof digits, "%0*" PRIu64, COUNTER_LENGTH, ++counter);
    memcpy(self->request + counter_at, digits, COUNTER_LENGTH);
  }
  self->is_busy = true;
  open_requests++;
  self->state = READING_HEAD;
  self->sent = 0;
  self->head_length = 0;
  self->matched = 0;
  self->is_last_chunk = false;
  self->started_ns = read_clock();
  send_more(self);
}

static void
reopen(Connection *self)
{
  if (self->fd >= 0)
    close(self->fd);
  self->fd = connect_socket();
  if (self->fd < 0) {
    self->is_busy = false;
    return;
  }
  int flags = fcntl(self->fd, F_GETFL);
  fcntl(self->fd, F_SETFL, flags | O_NONBLOCK);
  watch(self, EPOLL_CTL_ADD, false);
}

static void
end_request(Connection *self, bool is_good)
{
  open_requests--;
  if (is_good) {
    finished++;
    if (requests.length < SAMPLES_MAX)
      requests.values[requests.length++] = (uint32_t) (read_clock() - self->started_ns);
  } else {
    failed++;
    reopen(self);
    if (self->fd < 0)
      return;
  }
  start_request(self);
}

static int
read_digit(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Finds the stamps in a body that comes in pieces of any size. */
static void
scan_payload(Connection *self, const char *data, size_t length, uint64_t now_ns)
{
  const char *end = data + length;
  while (data < end) {
    if (self->matched == 0) {
      data = memchr(data, 'T', (size_t) (end - data));
      if (data == NULL)
        return;
      self->matched = 1;
      data++;
    } else if (self->matched == 1) {
      self->matched = *data == '=' ? 2 : 0;
      self->stamp = 0;
      data++;
    } else {
      int digit = read_digit(*data++);
      if (digit < 0) {
        self->matched = 0;
        continue;
      }
      self->stamp = self->stamp << 4 | (unsigned int) digit;
      if (++self->matched < 2 + STAMP_LENGTH)
        continue;
      self->matched = 0;
      n_events++;
      if (events.length < SAMPLES_MAX && now_ns > self->stamp)
        events.values[events.length++] = (uint32_t) (now_ns - self->stamp);
    }
  }
}

/* Returns how many bytes it took, or -1 for an answer that is not 200. */
static ssize_t
take_head(Connection *self, const char *data, size_t length)
{
  size_t before = self->head_length;
  size_t room = HEAD_MAX - 1 - before;
  size_t taken = length < room ? length : room;
  memcpy(self->head + before, data, taken);
  self->head_length += taken;
  self->head[self->head_length] = '\0';
  char *end = strstr(self->head, "\r\n\r\n");
  if (end == NULL)
    return self->head_length < HEAD_MAX - 1 ? (ssize_t) taken : -1;
  size_t used = (size_t) (end + 4 - self->head) - before;
  if (strncmp(self->head, "HTTP/1.1 200", 12) != 0)
    return -1;
  end[2] = '\0';
  const char *header = strcasestr(self->head, "\r\ncontent-length:");
  self->state = header != NULL ? READING_LENGTH : READING_CHUNK_SIZE;
  self->left = header != NULL ? strtoul(header + 17, NULL, 10) : 0;
  return (ssize_t) used;
}

/* Takes one part of the answer; TRUE when the answer has ended. */
static bool
take_part(Connection *self, const char **data, const char *end, uint64_t now_ns)
{
  size_t have = (size_t) (end - *data);
  switch (self->state) {
  case READING_LENGTH:
  case READING_CHUNK: {
    size_t taken = have < self->left ? have : self->left;
    scan_payload(self, *data, taken, now_ns);
    *data += taken;
    self->left -= taken;
    if (self->left > 0)
      return false;
    if (self->state == READING_LENGTH)
      return true;
    self->state = READING_CHUNK_END;
    return false;
  }
  case READING_CHUNK_END:
    if (*(*data)++ != '\n')
      return false;
    if (self->is_last_chunk)
      return true;
    self->state = READING_CHUNK_SIZE;
    self->left = 0;
    return false;
  case READING_CHUNK_SIZE: {
    char c = *(*data)++;
    int digit = read_digit(c);
    if (digit >= 0) {
      self->left = self->left << 4 | (unsigned int) digit;
    } else if (c == '\n') {
      self->is_last_chunk = self->left == 0;
      self->state = self->is_last_chunk ? READING_CHUNK_END : READING_CHUNK;
    }
    return false;
  }
  case READING_HEAD:
  default:
    return false;
  }
}

static void
on_readable(Connection *self)
{
  static char buffer[256 * 1024];
  ssize_t length = recv(self->fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (length < 0 && errno == EAGAIN)
    return;
  if (length <= 0) {
    if (self->is_busy)
      end_request(self, false);
    else
      epoll_ctl(epoll_fd, EPOLL_CTL_DEL, self->fd, NULL);
    return;
  }
  uint64_t now_ns = read_clock();
  const char *data = buffer;
  const char *end = buffer + length;
  while (data < end) {
    if (self->state == READING_HEAD) {
      ssize_t taken = take_head(self, data, (size_t) (end - data));
      if (taken < 0) {
        if (failed == 0)
          fprintf(stderr, "load-generator: %.300s\n", self->head);
        end_request(self, false);
        return;
      }
      data += taken;
      continue;
    }
    if (take_part(self, &data, end, now_ns)) {
      end_request(self, true);
      return;
    }
  }
}

static void
read_request(const char *path)
{
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  size_t length = (size_t) ftell(file);
  rewind(file);
  request_text = malloc(length + 1024);
  int head =
      snprintf(request_text, 1024,
               "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
               "Content-Type: application/json\r\nAuthorization: Bearer sk-bench\r\n"
               "Content-Length: %zu\r\n\r\n",
               (unsigned int) port, length);
  if (fread(request_text + head, 1, length, file) != length)
    exit(1);
  fclose(file);
  request_length = (size_t) head + length;
  char *mark = memmem(request_text, request_length, COUNTER, COUNTER_LENGTH);
  counter_at = mark != NULL ? (size_t) (mark - request_text) : 0;
  counter = read_clock() % 1000000000u;
}

static int
run_connects(size_t count)
{
  size_t refused = 0;
  uint64_t start = read_clock();
  for (size_t done = 0; done < count;) {
    int fds[64];
    size_t batch = count - done < 64 ? count - done : 64;
    for (size_t i = 0; i < batch; i++) {
      fds[i] = connect_socket();
      refused += fds[i] < 0;
    }
    for (size_t i = 0; i < batch; i++) {
      if (fds[i] < 0)
        continue;
      /* A reset leaves no TIME_WAIT behind: a machine has but 28,000 ports. */
      struct linger linger = {1, 0};
      setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
      close(fds[i]);
    }
    done += batch;
  }
  double seconds = (double) (read_clock() - start) / 1e9;
  printf("{\"connects\":%zu,\"refused\":%zu,\"per_second\":%.0f}\n", count, refused,
         (double) count / seconds);
  return 0;
}

static void
run_loop(size_t n_connections, double seconds)
{
  Connection *all = calloc(n_connections, sizeof *all);
  for (size_t i = 0; i < n_connections; i++) {
    all[i].request = malloc(request_length);
    memcpy(all[i].request, request_text, request_length);
    all[i].fd = -1;
    reopen(&all[i]);
    if (all[i].fd < 0) {
      perror("connect");
      exit(1);
    }
  }
  uint64_t start = read_clock();
  deadline_ns = start + (uint64_t) (seconds * 1e9);
  for (size_t i = 0; i < n_connections; i++)
    start_request(&all[i]);

  struct epoll_event ready[EVENTS_AT_ONCE];
  uint64_t last = deadline_ns + GRACE_SECONDS * 1000000000ull;
  while (open_requests > 0 && read_clock() < last) {
    int n = epoll_wait(epoll_fd, ready, EVENTS_AT_ONCE, 100);
    for (int i = 0; i < n; i++) {
      Connection *self = ready[i].data.ptr;
      if ((ready[i].events & EPOLLOUT) != 0) {
        watch(self, EPOLL_CTL_MOD, false);
        send_more(self);
      }
      if ((ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
        on_readable(self);
    }
  }
  double took = (double) (read_clock() - start) / 1e9;
  qsort(requests.values, requests.length, sizeof(uint32_t), compare);
  qsort(events.values, events.length, sizeof(uint32_t), compare);
  printf("{\"requests\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"unfinished\":%d,"
         "\"seconds\":%.3f,\"per_second\":%.1f,\"p50\":%.1f,\"p99\":%.1f,"
         "\"events\":%" PRIu64 ",\"events_per_second\":%.0f,"
         "\"event_p50\":%.1f,\"event_p99\":%.1f}\n",
         finished, failed, open_requests, took, (double) finished / took,
         find_percentile(requests.values, requests.length, 0.5),
         find_percentile(requests.values, requests.length, 0.99), n_events,
         (double) n_events / took, find_percentile(events.values, events.length, 0.5),
         find_percentile(events.values, events.length, 0.99));
}

int
main(int argc, char **argv)
{
  if (argc < 4) {
    fprintf(stderr, "usage: load-generator PORT CONNECTIONS SECONDS BODY-FILE\n"
                    "       load-generator PORT connects N\n");
    return 2;
  }
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  signal(SIGPIPE, SIG_IGN);
  port = (unsigned short) strtoul(argv[1], NULL, 10);
  if (strcmp(argv[2], "connects") == 0)
    return run_connects(strtoul(argv[3], NULL, 10));
  if (argc != 5)
    return 2;
  requests.values = malloc(SAMPLES_MAX * sizeof(uint32_t));
  events.values = malloc(SAMPLES_MAX * sizeof(uint32_t));
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  read_request(argv[4]);
  run_loop(strtoul(argv[2], NULL, 10), strtod(argv[3], NULL));
  return failed > 0 || open_requests > 0 ? 1 : 0;
}
