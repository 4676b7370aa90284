/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Errors in OpenAI's shape, and what can be read from the error bodies that upstreams
 * really send. Pure. */

/* {"error":{"message":…,"type":…,"param":…,"code":…}}; @param and @code are nullable. */
GBytes *mc_openai_error_format(const char *message, const char *type, const char *param,
                               const char *code);

typedef struct {
  char *message; /* (owned) valid UTF-8 of at most 2,000 bytes; "" when there is none */
  char *type;    /* (owned) (nullable) */
  char *code;    /* (owned) (nullable) numbers too */
  gboolean is_context_overflow; /* the conversation no longer fits the model */
} McUpstreamError;

/* Fills @error from any body: OpenAI's and vLLM's shapes, FastAPI's detail, Gemini's
 * list, an HTML page, plain text, nothing (@data may be NULL then). Clear it afterwards.
 */
void mc_openai_error_read(const char *data, gsize length, McUpstreamError *error);
void mc_upstream_error_clear(McUpstreamError *error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(McUpstreamError, mc_upstream_error_clear)
