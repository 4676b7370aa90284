/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "chat/chat-request.h"

/* Who is asking, and in which session: read from headers and body. No client sends an id
 * that all others send too; the order of sources is clients.md 1.7. Pure. */

typedef struct {
  char *client; /* (owned) "openclaw", "opencode", "openai-sdk" … or "unknown" */
  char *
      session_key; /* (owned) never NULL: without an id, made of client and system text */
  gboolean has_session_id; /* the client named its session */
  const char
      *side_reason; /* (nullable) static: the headers or the body say "side request" */
} McClientIdentity;

/* A header's value by name (any case), or NULL. */
typedef const char *(*McHeaderLookup)(const char *name, gpointer user_data);

/* @chat is nullable (calls that are no chat). Clear with mc_client_identity_clear(). */
void mc_client_identity_read(McClientIdentity *self, McChatRequest *chat,
                             McHeaderLookup lookup, gpointer user_data);
void mc_client_identity_clear(McClientIdentity *self);
