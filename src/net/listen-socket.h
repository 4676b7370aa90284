/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Listening sockets: non-blocking, CLOEXEC, with a backlog of 1024. Whoever gets one
 * closes it. -1 and an error on failure. */

/* @host is a literal address ("127.0.0.1", "::1"; "::" listens on both families).
 * CONFLICT when the port is taken; port 0 takes any free one. */
int mc_listen_socket_new_tcp(const char *host, guint16 port, GError **error);

/* Replaces the file of a socket that nobody listens on any more; mode 0600. CONFLICT when
 * somebody does, INVALID_INPUT when @path is longer than a socket's name may be. */
int mc_listen_socket_new_unix(const char *path, GError **error);

/* TRUE when the TCP socket @fd is bound to this address (port 0: any port). */
gboolean mc_listen_socket_is_bound_to(int fd, const char *host, guint16 port);

/* The port that a TCP socket is bound to; 0 for others. */
guint16 mc_listen_socket_get_port(int fd);
