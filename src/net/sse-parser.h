/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Splits an event stream (WHATWG HTML, "Server-sent events") into events as its bytes
 * arrive, for a relay that passes the raw bytes on and looks at the data in passing. All
 * line ends (LF, CR, CRLF, mixed), a byte order mark, comments, fields without a colon
 * and data over several lines are understood; events are the same however the bytes are
 * cut. The raw bytes handed out are, put together, the bytes pushed. Pure; one thread. */

typedef struct _McSseParser McSseParser;

/* Called from push and finish, in the order of the stream; must not free the parser or
 * push into it. All memory is borrowed for the call. */
typedef struct {
  /* One complete event: @raw are its bytes (comments and the empty line included) that
   * were not handed out by partial() before. @event_name is NULL when it has none. @data
   * (not NUL-terminated) is its data lines joined by line feeds; NULL when it has none,
   * as in a block of comments, and when mc_sse_parser_is_too_large(). */
  void (*event)(const char *raw, gsize raw_length, const char *event_name,
                const char *data, gsize data_length, gpointer user_data);
  /* Bytes of an unfinished event that has outgrown MC_SSE_PARTIAL_MAX, as they come; and
   * what is left at finish. */
  void (*partial)(const char *raw, gsize raw_length, gpointer user_data);
} McSseHandlers;

/* Bytes of an unfinished event that are held back; beyond, it is handed out in parts. */
#define MC_SSE_PARTIAL_MAX (64 * 1024)
/* Bytes of an event that are kept to be observed; beyond, its data is NULL. */
#define MC_SSE_OBSERVE_MAX (8 * 1024 * 1024)

/* @handlers must outlive the parser. */
McSseParser *mc_sse_parser_new(const McSseHandlers *handlers, gpointer user_data);
void mc_sse_parser_free(McSseParser *self);

/* Other limits than the two above, before the first push. */
void mc_sse_parser_set_limits(McSseParser *self, gsize partial_max, gsize observe_max);

void mc_sse_parser_push(McSseParser *self, const char *data, gsize length);

/* The stream has ended: hands out the unfinished rest, if any, through partial(). By the
 * standard such a rest is no event; what is to follow it needs two line feeds first (see
 * mc_sse_parser_at_boundary()). Nothing may be pushed any more. */
void mc_sse_parser_finish(McSseParser *self);

/* TRUE when what was handed out so far ends between two events, so that an event of
 * another origin may follow it. */
gboolean mc_sse_parser_at_boundary(const McSseParser *self);

/* Inside event(): TRUE when the event was larger than what is observed. */
gboolean mc_sse_parser_is_too_large(const McSseParser *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McSseParser, mc_sse_parser_free)
