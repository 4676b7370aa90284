/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "chat/injection.h"
#include "chat/turn-identity.h"
#include "chat/usage.h"

/* What the proxy asks of the rest of the house. It knows nothing of skills, databases or
 * training; src/service plugs these in. All are called on the data plane's thread and
 * must return at once; those with a @done callback may call it before they return or
 * later, on the same thread, exactly once. Any hook may be NULL. */

/* A main turn for which skills may be chosen. Borrowed, valid until done was called. */
typedef struct {
  const char *conversation_id;
  const char *client;      /* "openclaw", "opencode", … or "unknown" */
  gboolean is_first;       /* the first main turn that we see of this conversation */
  const char *user_words;  /* cleaned; not empty */
  McTurnHash anchor;       /* the link of the user's message */
  const char *system_text; /* decoded, for "the client already loads this skill" */
  const GPtrArray
      *injections; /* (element-type McInjection) already in the conversation */
} McPrepareRequest;

/* @injection (transfer full, nullable): new text for this conversation; the proxy keeps
 * it and re-inserts it from now on. */
typedef void (*McPrepareDone)(McInjection *injection, gpointer done_data);

/* A conversation as it was before a restart. */
typedef struct {
  char *conversation_id; /* (owned) */
  McTurnHash tail;       /* the link that matched */
  GPtrArray *injections; /* (owned) (element-type McInjection) */
} McRecalled;

static inline void
mc_recalled_free(McRecalled *self)
{
  if (self == NULL)
    return;
  g_free(self->conversation_id);
  g_ptr_array_unref(self->injections);
  g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McRecalled, mc_recalled_free)

/* @recalled (transfer full): NULL when nothing is known. */
typedef void (*McRecallDone)(McRecalled *recalled, gpointer done_data);

typedef enum {
  MC_OUTCOME_OK,        /* ended as its dialect says */
  MC_OUTCOME_FAILED,    /* refused, or broke in the middle */
  MC_OUTCOME_CANCELLED, /* the client went away */
} McOutcome;

/* One finished request. Borrowed. */
typedef struct {
  const char *conversation_id; /* (nullable) for side requests */
  const char *client;
  const char *model;    /* as asked upstream */
  const char *provider; /* id */
  gboolean is_stream;
  const char *side_reason; /* NULL = main */
  int status;              /* what the client got */
  McOutcome outcome;
  McUsage usage;
  gint64 started_us;    /* wall clock, microseconds since 1970 */
  gint64 duration_us;   /* accept to last byte */
  gint64 first_byte_us; /* accept to the first byte of the answer; -1 = none */
  gint64 added_us;      /* of it, spent in the proxy itself */
} McTurnDone;

typedef struct {
  gpointer user_data;

  /* A new conversation; @injections (element-type McInjection) are what a fork inherits.
   */
  void (*opened)(const char *conversation_id, const char *client,
                 const GPtrArray *injections, gpointer user_data);

  /* Choose skills. Its text must be queued for commit before done is called. */
  void (*prepare)(const McPrepareRequest *request, McPrepareDone done, gpointer done_data,
                  gpointer user_data);

  /* The chain's newest links first; asked only when memory knows none of them and the
   * history has more than one turn. */
  void (*recall)(const McTurnHash *links, guint n_links, McRecallDone done,
                 gpointer done_data, gpointer user_data);

  /* The conversation's chain now ends at @tail (persist it); before the upstream sees it.
   */
  void (*advanced)(const char *conversation_id, const McTurnHash *tail,
                   gpointer user_data);

  void (*turn_done)(const McTurnDone *turn, gpointer user_data);
} McProxyHooks;
