/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "base/problem.h"
#include "chat/injection.h"
#include "chat/turn-identity.h"

/* records.db and the thread that writes it. What the data plane learns is queued here and
 * committed in groups; nothing here makes a request wait. What cannot be written (disk
 * full) is kept, within bounds, and tried again; problem storage_failed is raised until
 * it works. A queue that is full drops what comes, counts it and raises queue_full. Any
 * thread, except open, flush, close and free: those wait for the disk. */

typedef struct _McSessionStore McSessionStore;

/* @problems (nullable) must outlive the store. Touches no disk. */
McSessionStore *mc_session_store_new(const char *path, McProblemList *problems);
void mc_session_store_free(McSessionStore *self);

/* Opens the database. FALSE: STORAGE or CONFLICT; storage_failed is raised and opening is
 * tried again while the service runs, so that serving can go on. A damaged file is set
 * aside and told as storage_damaged. */
gboolean mc_session_store_open(McSessionStore *self, GError **error);

/* Waits until what was saved before is committed, or could not be. */
void mc_session_store_flush(McSessionStore *self);

/* Commits, closes the file, and drops whatever comes later. */
void mc_session_store_close(McSessionStore *self);

/* A conversation begins. @tail, @client: nullable. */
void mc_session_store_save_conversation(McSessionStore *self, const char *conversation_id,
                                        const McTurnHash *tail, const char *client);

/* @injection stands in the conversation from now on; told twice it is stored once. Its
 * conversation need not have been saved before. */
void mc_session_store_save_injection(McSessionStore *self, const char *conversation_id,
                                     McInjection *injection);

/* The conversation's chain now ends at @tail; its 256 latest ends are remembered for 30
 * days. */
void mc_session_store_advance(McSessionStore *self, const char *conversation_id,
                              const McTurnHash *tail);

/* A conversation as it was stored. */
typedef struct {
  char *id;              /* (owned) */
  char *client;          /* (owned) (nullable) */
  McTurnHash tail;       /* the link that matched */
  GPtrArray *injections; /* (owned) (element-type McInjection), in the order of saving */
} McStoredConversation;

void mc_stored_conversation_free(McStoredConversation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(McStoredConversation, mc_stored_conversation_free)

/* FALSE when certainly none of @links is the end of a stored conversation: asked before
 * recalling, because it costs nanoseconds. */
gboolean mc_session_store_may_recall(McSessionStore *self, const McTurnHash *links,
                                     guint n_links);

/* Looks for the first of @links (newest first; copied) at which a conversation ends or
 * once ended; of several conversations the one that was there last. Sees everything that
 * was saved before. finish: NULL without @error when there is none. */
void mc_session_store_recall_async(McSessionStore *self, const McTurnHash *links,
                                   guint n_links, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
McStoredConversation *mc_session_store_recall_finish(McSessionStore *self,
                                                     GAsyncResult *result,
                                                     GError **error);

typedef enum {
  MC_REQUEST_OK,
  MC_REQUEST_FAILED,
  MC_REQUEST_CANCELLED,
} McRequestOutcome;

/* One finished request. Borrowed; texts are nullable; negative numbers mean unknown. */
typedef struct {
  gint64 at_us; /* when it began, since 1970 */
  const char *conversation_id;
  const char *client;
  const char *provider;
  const char *model;
  gboolean is_stream;
  const char *side_reason; /* NULL = main */
  int status;
  McRequestOutcome outcome;
  gint64 input_tokens; /* not cached */
  gint64 cached_input_tokens;
  gint64 cache_write_tokens;
  gint64 output_tokens;
  gint64 duration_us;
  gint64 first_byte_us;
  gint64 added_us;
} McRequestRecord;

void mc_session_store_record_request(McSessionStore *self, const McRequestRecord *record);

/* What was not recorded since the start: the queue was full, or the disk for too long. */
guint64 mc_session_store_get_dropped(McSessionStore *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McSessionStore, mc_session_store_free)
