/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* How a listening socket passes from one process to its successor (unix(7), SCM_RIGHTS):
 * the socket itself never closes, so that a client which connects meanwhile waits in its
 * backlog instead of being refused. Any thread. */

/* Accepts whoever connected to @offer_fd (mc_listen_socket_new_unix()) and gives it a
 * copy of @fd. FALSE when nobody was there, or another user's process. */
gboolean mc_socket_handover_give(int offer_fd, int fd);

/* The socket that somebody offers at @path, or -1. Waits for at most two seconds, and not
 * at all when nobody listens there. Close it. */
int mc_socket_handover_take(const char *path);
