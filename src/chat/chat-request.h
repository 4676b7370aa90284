/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "base/json-span.h"
#include "chat/turn-identity.h"

/* One chat completion request as its client sent it: read once, never rebuilt. It keeps
 * the bytes and the spans in them that the proxy needs. Belongs to one thread at a time.
 */

typedef struct _McChatRequest McChatRequest;

/* Reads an OpenAI chat completions body (borrowed bytes are referenced). INVALID_INPUT
 * with the path in the message ("messages[2].content: …") for what no upstream could
 * serve: not JSON, not an object, no messages, messages not an array, an element that is
 * no object. */
McChatRequest *mc_chat_request_new_openai(GBytes *body, GError **error);
void mc_chat_request_free(McChatRequest *self);

GBytes *mc_chat_request_get_body(McChatRequest *self);
/* Nodes down to the members of a message; deeper ones are not recorded. */
const McJsonIndex *mc_chat_request_get_index(McChatRequest *self);

/* The node of a message in that index, and whether its role is system or developer. */
int mc_chat_request_get_message_node(McChatRequest *self, guint message);
gboolean mc_chat_request_is_system_message(McChatRequest *self, guint message);

const char *mc_chat_request_get_model(McChatRequest *self); /* "" when there is none */
gboolean mc_chat_request_is_stream(McChatRequest *self);
gboolean
mc_chat_request_wants_usage(McChatRequest *self); /* stream_options.include_usage */
gboolean mc_chat_request_has_tools(McChatRequest *self);
guint mc_chat_request_get_n_messages(McChatRequest *self);
gint64 mc_chat_request_get_max_tokens(McChatRequest *self); /* -1 when there is none */

/* The text of all system and developer messages, decoded, joined by a line feed, cut at
 * 64 KiB; computed at the first call. */
const char *mc_chat_request_get_system_text(McChatRequest *self);

/* Its beginning, some 512 bytes of the first of them, for those who need no more: the
 * whole text may be 50 KB, and decoding it takes time. Free with g_free(). */
char *mc_chat_request_dup_system_start(McChatRequest *self);

/* A session id that the body carries: prompt_cache_key, session_id, metadata.user_id's
 * .session_id, or "sessionId=UUID" in the prompt's text (OpenClaw). NULL when there is
 * none. */
const char *mc_chat_request_get_session_id(McChatRequest *self);

/* The user's own words in the last message that has any (cleaned of envelopes; cut at 32
 * KiB), and that message's index; "" and -1 when there is none. */
const char *mc_chat_request_get_user_words(McChatRequest *self);
int mc_chat_request_get_user_message(McChatRequest *self);

/* TRUE when that message is the last one with words, i.e. the user has just spoken; FALSE
 * inside a tool loop. */
gboolean mc_chat_request_is_user_turn(McChatRequest *self);

/* The chain of the request's history (element-type McChainLink), seeded with
 * @session_key; computed at the first call (which must always use the same key). */
const GArray *mc_chat_request_get_chain(McChatRequest *self, const char *session_key);

/* Why this is a side request (title, heartbeat, compaction, probe …) by its body alone: a
 * static word, or NULL for a main request. Rules: clients.md 2.3. */
const char *mc_chat_request_get_side_reason(McChatRequest *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McChatRequest, mc_chat_request_free)
