/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "chat/injection.h"
#include "chat/turn-identity.h"
#include "proxy/proxy-hooks.h"

/* Which conversation a request belongs to, and what of ours stands in it. One session
 * (one agent, one id) can hold several conversations: sub-agents share ids and stay apart
 * by their chains. Lives in memory, bounded, least recently used goes first; what is
 * forgotten comes back through the recall hook. Data plane's thread. */

typedef struct _McConversationTracker McConversationTracker;
typedef struct _McConversation McConversation;

McConversationTracker *mc_conversation_tracker_new(guint conversations_max);
void mc_conversation_tracker_free(McConversationTracker *self);
guint mc_conversation_tracker_get_count(McConversationTracker *self);

typedef enum {
  MC_MATCH_NONE,   /* nothing of this history is known */
  MC_MATCH_LATEST, /* it extends (or repeats) the conversation's last request */
  MC_MATCH_FORK,   /* it leaves the conversation at an earlier point */
} McMatch;

/* Looks for the newest of @links (element-type McChainLink) that ended a request.
 * Borrowed until the next call that adds. */
McConversation *mc_conversation_tracker_find(McConversationTracker *self,
                                             const GArray *links, McMatch *match);

/* A new conversation, with a random id. @origin (nullable) is the one it forks from: what
 * stands in their common history is inherited. */
McConversation *mc_conversation_tracker_open(McConversationTracker *self,
                                             const GArray *links, McConversation *origin);

/* Puts back one from before a restart. @recalled (transfer full). */
McConversation *mc_conversation_tracker_restore(McConversationTracker *self,
                                                McRecalled *recalled);

/* The conversation's last request now ends with @tail. Returns FALSE when it did already.
 */
gboolean mc_conversation_tracker_advance(McConversationTracker *self,
                                         McConversation *conversation,
                                         const McTurnHash *tail);

/* Whether this session has ever sent tools (a request of it without any is a side
 * request). */
gboolean mc_conversation_tracker_has_tools(McConversationTracker *self,
                                           const char *session_key);
void mc_conversation_tracker_note_tools(McConversationTracker *self,
                                        const char *session_key);

McConversation *mc_conversation_ref(McConversation *self);
void mc_conversation_unref(McConversation *self);
const char *mc_conversation_get_id(McConversation *self);
/* (element-type McInjection) in the order they were added. */
const GPtrArray *mc_conversation_get_injections(McConversation *self);
void mc_conversation_add_injection(McConversation *self, McInjection *injection);

/* Marks the user's message at @anchor as one for which skills were chosen. Returns FALSE
 * when that was done before: a retry, or a tool loop. */
gboolean mc_conversation_begin_choice(McConversation *self, const McTurnHash *anchor);
/* TRUE until the first choice. */
gboolean mc_conversation_is_unchosen(McConversation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McConversationTracker, mc_conversation_tracker_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(McConversation, mc_conversation_unref)
