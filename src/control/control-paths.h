/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Where a service listens for its own user's commands. The run-time folder depends on
 * the session ($XDG_RUNTIME_DIR), and cron, su and ssh have another one or none: so the
 * service writes the path it uses into its home, and the command reads it there. Any
 * thread. */

/* A unix socket's name holds no more bytes than this (sun_path without its NUL). */
#define MC_CONTROL_PATH_MAX 107

/* Where a service of @home that starts now puts its socket; free with g_free(). */
char *mc_control_paths_dup_socket(const char *home);

/* Notes in @home that the socket is at @socket_path. STORAGE or NOT_ALLOWED. */
gboolean mc_control_paths_record(const char *home, const char *socket_path,
                                 GError **error);

/* Where a command finds the service of @home: the recorded path if there is a usable one,
 * else the one that a start would choose. Free with g_free(). */
char *mc_control_paths_find(const char *home);
