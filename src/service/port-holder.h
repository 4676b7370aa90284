/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Who has a TCP port, and which one is free instead: for the message that a taken port
 * deserves. Reads /proc; for start-up only. */

/* "nginx (pid 42)", or "another process" when its owner does not let us look. Free with
 * g_free(). */
char *mc_port_holder_describe(guint16 port);

/* The first port after @port that @host (a literal address) can listen on just now, or
 * 0 when the next hundred are taken. */
guint16 mc_port_holder_find_free(const char *host, guint16 port);

/* The inode of the socket that listens on @port in @table, the text of /proc/net/tcp or
 * tcp6 (proc(5)); 0 when none does. Pure. */
guint64 mc_port_holder_find_inode(const char *table, guint16 port);
