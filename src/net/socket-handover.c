/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "net/socket-handover.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TAKE_SECONDS 2

/* Room for one descriptor, aligned as control messages must be. */
typedef union {
  struct cmsghdr alignment;
  char bytes[CMSG_SPACE(sizeof(int))];
} Rights;

static gboolean
is_our_user(int connection)
{
  struct ucred peer;
  socklen_t length = sizeof peer;
  return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
         peer.uid == getuid();
}

static gboolean
send_descriptor(int connection, int fd)
{
  Rights rights = {0};
  char byte = 0; /* rights do not travel alone */
  struct iovec data = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {.msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = rights.bytes,
                           .msg_controllen = sizeof rights.bytes};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  return sendmsg(connection, &message, MSG_NOSIGNAL) == 1;
}

gboolean
mc_socket_handover_give(int offer_fd, int fd)
{
  int connection = accept4(offer_fd, NULL, NULL, SOCK_CLOEXEC);
  if (connection < 0)
    return FALSE;
  gboolean is_given = is_our_user(connection) && send_descriptor(connection, fd);
  close(connection);
  return is_given;
}

static int
receive_descriptor(int connection)
{
  Rights rights = {0};
  char byte;
  struct iovec data = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {.msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = rights.bytes,
                           .msg_controllen = sizeof rights.bytes};
  ssize_t received;
  do
    received = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
  while (received < 0 && errno == EINTR);
  const struct cmsghdr *header = received == 1 ? CMSG_FIRSTHDR(&message) : NULL;
  int fd = -1;
  if (header != NULL && header->cmsg_level == SOL_SOCKET &&
      header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof fd))
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return fd;
}

int
mc_socket_handover_take(const char *path)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const struct timeval patience = {.tv_sec = TAKE_SECONDS};

  if (strlen(path) >= sizeof address.sun_path)
    return -1;
  g_strlcpy(address.sun_path, path, sizeof address.sun_path);
  int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0)
    return -1;
  int fd = -1;
  if (connect(connection, (const struct sockaddr *) &address, sizeof address) == 0 &&
      setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
      is_our_user(connection))
    fd = receive_descriptor(connection);
  close(connection);
  return fd;
}
