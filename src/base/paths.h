/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Where things live. One home a service: $METACLAW_HOME, else ~/.metaclaw. The functions
 * format paths and touch no disk, except mc_paths_ensure_home(). Free with g_free(). */

/* The home's absolute path, without a trailing slash. */
char *mc_paths_dup_home(void);

/* @name below @home ("config.yaml", "logs/metaclaw.log"). */
char *mc_paths_build(const char *home, const char *name);

/* The private run-time folder of @home's sockets: $XDG_RUNTIME_DIR/metaclaw/HASH, in a
 * Flatpak $XDG_RUNTIME_DIR/app/ID/metaclaw/HASH, without a run-time folder HOME/run. A
 * socket path must stay within 107 bytes: HASH is 12 hex digits of the home's path, and a
 * home that is too deep to hold a socket falls back to /tmp/metaclaw-UID/HASH. */
char *mc_paths_dup_runtime(const char *home);

/* Creates @home with mode 0700 and tightens an existing one that others may read.
 * NOT_ALLOWED or STORAGE with the path in the message. */
gboolean mc_paths_ensure_home(const char *home, GError **error);

/* Creates the private folder @path (0700) with its parents; an existing one must belong
 * to this user. */
gboolean mc_paths_ensure_private(const char *path, GError **error);

/* The folder with the built-in skills, prices …: $METACLAW_DATADIR, else the source
 * tree's data/ when the program runs from a build folder inside it, else the installed
 * one. */
char *mc_paths_dup_data(void);
