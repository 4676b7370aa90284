/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "chat/usage.h"

/* Looks at the events of one chat completions stream in passing and remembers what a
 * relay needs: how the stream calls itself (for chunks of our own), whether it has said
 * what a client waits for, and the tokens used. Pure; belongs to one thread. */

typedef struct _McOpenaiStream McOpenaiStream;

typedef enum {
  MC_OPENAI_CHUNK_NORMAL,     /* also what is not understood: pass it on */
  MC_OPENAI_CHUNK_USAGE_ONLY, /* no choices, only tokens: for those who asked */
  MC_OPENAI_CHUNK_ERROR,      /* the upstream failed in mid-stream */
  MC_OPENAI_CHUNK_DONE,       /* [DONE] */
} McOpenaiChunk;

/* @model (nullable) names chunks of our own until the stream names one. */
McOpenaiStream *mc_openai_stream_new(const char *model);
void mc_openai_stream_free(McOpenaiStream *self);

/* The data of one event. */
McOpenaiChunk mc_openai_stream_observe(McOpenaiStream *self, const char *data,
                                       gsize length);

gboolean mc_openai_stream_has_role(const McOpenaiStream *self);
gboolean mc_openai_stream_has_finish_reason(const McOpenaiStream *self);
gboolean mc_openai_stream_is_done(const McOpenaiStream *self); /* saw [DONE] */
const McUsage *mc_openai_stream_get_usage(const McOpenaiStream *self);

/* The SSE text of a chunk that says nothing: first one with the role if none was sent
 * yet, then empty deltas. @now are seconds since 1970. Free with g_free(). */
char *mc_openai_stream_format_keep_alive(McOpenaiStream *self, gint64 now);

/* The SSE text of an error in mid-stream. @code is nullable. Free with g_free(). */
char *mc_openai_stream_format_error(const char *message, const char *type,
                                    const char *code);

/* The usage of a whole (not streamed) answer; FALSE, and all unknown, when it has none.
 */
gboolean mc_openai_usage_read(const char *json, gsize length, McUsage *usage);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McOpenaiStream, mc_openai_stream_free)
