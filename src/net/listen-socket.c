/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "net/listen-socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"

#define BACKLOG 1024

static gboolean
fill_address(const char *host, guint16 port, struct sockaddr_storage *address,
             socklen_t *length)
{
  struct sockaddr_in *v4 = (struct sockaddr_in *) (void *) address;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) (void *) address;

  memset(address, 0, sizeof *address);
  if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    *length = sizeof *v4;
    return TRUE;
  }
  if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    *length = sizeof *v6;
    return TRUE;
  }
  return FALSE;
}

/* Closes @fd, keeping errno. */
static int
give_up(int fd)
{
  int saved_errno = errno;
  close(fd);
  errno = saved_errno;
  return -1;
}

static int
bind_and_listen(int family, const struct sockaddr *address, socklen_t length)
{
  int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int yes = 1;

  if (fd < 0)
    return -1;
  /* A port whose old connections are still closing may be bound again. */
  if (family != AF_UNIX &&
      (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
       setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) != 0))
    return give_up(fd);
  if (bind(fd, address, length) != 0 || listen(fd, BACKLOG) != 0)
    return give_up(fd);
  return fd;
}

int
mc_listen_socket_new_tcp(const char *host, guint16 port, GError **error)
{
  struct sockaddr_storage address;
  socklen_t length;

  if (!fill_address(host, port, &address, &length)) {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                "'%s' is not an address to listen on; use 127.0.0.1", host);
    return -1;
  }
  int fd = bind_and_listen(address.ss_family, (struct sockaddr *) &address, length);
  if (fd < 0)
    mc_error_set_from_errno(error, errno, "cannot listen on %s port %u", host,
                            (guint) port);
  return fd;
}

static gboolean
is_answered(const struct sockaddr_un *address)
{
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return FALSE;
  gboolean answered =
      connect(fd, (const struct sockaddr *) address, sizeof *address) == 0;
  close(fd);
  return answered;
}

int
mc_listen_socket_new_unix(const char *path, GError **error)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};

  if (strlen(path) >= sizeof address.sun_path) {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                "the socket path '%s' is longer than %u bytes", path,
                (guint) sizeof address.sun_path - 1);
    return -1;
  }
  g_strlcpy(address.sun_path, path, sizeof address.sun_path);
  if (is_answered(&address)) {
    g_set_error(error, MC_ERROR, MC_ERROR_CONFLICT, "somebody listens on '%s' already",
                path);
    return -1;
  }
  unlink(path);
  mode_t former = umask(0177);
  int fd = bind_and_listen(AF_UNIX, (struct sockaddr *) &address, sizeof address);
  int saved_errno = errno;
  umask(former);
  if (fd < 0)
    mc_error_set_from_errno(error, saved_errno, "cannot listen on '%s'", path);
  return fd;
}

gboolean
mc_listen_socket_is_bound_to(int fd, const char *host, guint16 port)
{
  struct sockaddr_storage wanted, bound;
  socklen_t wanted_length, bound_length = sizeof bound;

  if (!fill_address(host, port, &wanted, &wanted_length) ||
      getsockname(fd, (struct sockaddr *) &bound, &bound_length) != 0 ||
      bound.ss_family != wanted.ss_family ||
      (port != 0 && mc_listen_socket_get_port(fd) != port))
    return FALSE;
  if (bound.ss_family == AF_INET)
    return ((struct sockaddr_in *) (void *) &bound)->sin_addr.s_addr ==
           ((struct sockaddr_in *) (void *) &wanted)->sin_addr.s_addr;
  return IN6_ARE_ADDR_EQUAL(&((struct sockaddr_in6 *) (void *) &bound)->sin6_addr,
                            &((struct sockaddr_in6 *) (void *) &wanted)->sin6_addr);
}

guint16
mc_listen_socket_get_port(int fd)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;

  if (getsockname(fd, (struct sockaddr *) &address, &length) != 0)
    return 0;
  if (address.ss_family == AF_INET)
    return ntohs(((struct sockaddr_in *) (void *) &address)->sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(((struct sockaddr_in6 *) (void *) &address)->sin6_port);
  return 0;
}
