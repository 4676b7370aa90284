/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <curl/curl.h>
#include <glib.h>

#include "chat/openai-error.h"

/* What went wrong upstream, and what the client is told: the error map of clients.md 3.4.
 * A bad upstream key is never 401 (OpenClaw would switch the provider off), a context
 * overflow keeps its code and words (agents compact on them). Pure. */

typedef enum {
  MC_FAULT_NONE,
  MC_FAULT_KEY,         /* the upstream refuses our key */
  MC_FAULT_CREDIT,      /* the account is empty */
  MC_FAULT_UNREACHABLE, /* no connection */
  MC_FAULT_ANSWER,      /* an answer that is no use: told, but no problem of the set-up */
} McFaultKind;

typedef struct {
  McFaultKind kind;
  int status;       /* for the client */
  const char *type; /* static, OpenAI's error.type */
  char *code;       /* (owned) error.code */
  char *message;    /* (owned) */
  gboolean
      pass_body; /* the upstream's own body is in OpenAI's shape: send it as it came */
} McUpstreamFault;

/* From an answer of @status with @body. @uses_client_auth: the caller's 401 is its own.
 */
void mc_upstream_fault_from_answer(McUpstreamFault *self, int status,
                                   const char *content_type, const char *body,
                                   gsize length, const char *host,
                                   gboolean uses_client_auth);

/* From a transfer that failed before or during the answer. */
void mc_upstream_fault_from_transfer(McUpstreamFault *self, CURLcode result,
                                     const char *message, const char *host);

/* TRUE when a 400 complains of @parameter. */
gboolean mc_upstream_fault_names_parameter(const char *body, gsize length,
                                           const char *parameter);

void mc_upstream_fault_clear(McUpstreamFault *self);
