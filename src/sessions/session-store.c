/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
/* Callers make an operation and queue it. The worker puts it at the end of `pending`;
 * when the queue has been drained, all of `pending` is written in one transaction. It is
 * emptied only when the commit has returned, so that after a failure the next batch tries
 * again. */
#include "sessions/session-store.h"

#include <string.h>

#include "base/database.h"
#include "base/error.h"
#include "base/task-queue.h"
#include "sessions/session-schema.h"
#include "sessions/tail-filter.h"

#define QUEUE_MAX 4096

/* What is kept while the disk is full. */
#define PENDING_MAX 1024

/* A pause of the callers this long commits what came before it; without a pause, so many
 * operations do, or so much time. A commit costs more than all it writes. */
#define LINGER_MS     20
#define BATCH_MAX     256
#define BATCH_MAX_US  (100 * G_TIME_SPAN_MILLISECOND)
#define TIDY_EVERY_US G_TIME_SPAN_SECOND
#define REOPEN_US     (5 * G_TIME_SPAN_SECOND)

/* 32 MB of log: a queue that never rests must have its checkpoint all the same. */
#define LOG_PAGES_MAX 8000

#define PRUNE_EVERY_US        G_TIME_SPAN_HOUR
#define CONVERSATIONS_KEPT_US (30 * G_TIME_SPAN_DAY)
#define REQUESTS_KEPT_US      (400 * G_TIME_SPAN_DAY)
#define TAILS_KEPT            "256"
#define TOUCHED_MAX           1024

#define HASH_BYTES 16

typedef enum {
  OPERATION_CONVERSATION,
  OPERATION_INJECTION,
  OPERATION_REQUEST,
} OperationKind;

typedef struct {
  McSessionStore *store; /* (unowned) */
  OperationKind kind;
  gint64 at_us;
  gint64 queued_us;      /* monotonic; when the worker took it */
  char *conversation_id; /* (owned) (nullable) */
  char *client;          /* (owned) (nullable) */
  gboolean has_tail;
  McTurnHash tail;
  McInjection *injection; /* (owned) (nullable) */
  McRequestRecord record; /* its texts are owned */
} Operation;

struct _McSessionStore {
  char *path;              /* (owned) */
  McProblemList *problems; /* (unowned) (nullable) */
  McTaskQueue *queue;      /* (owned) */
  McTailFilter *known;     /* (owned) every end that the database may hold */
  gint lost;               /* atomic; operations that were given up after queueing */

  /* The worker's. */
  McDatabase *database; /* (owned) (nullable) */
  GQueue pending;       /* (element-type Operation) (owned) */
  GHashTable *touched;  /* (owned) set of conversation ids whose tails have grown */
  gint64 opened_us;     /* the last attempt; monotonic */
  gint64 written_us;    /* the last attempt; monotonic */
  gint64 pruned_us;     /* monotonic; 0 = never */
  guint64 reported;     /* dropped operations that have been told */
  gboolean is_failing;
  gboolean is_closed;
};

static void
free_operation(gpointer data)
{
  Operation *operation = data;
  g_free(operation->conversation_id);
  g_free(operation->client);
  g_clear_pointer(&operation->injection, mc_injection_unref);
  g_free((char *) operation->record.provider);
  g_free((char *) operation->record.model);
  g_free((char *) operation->record.side_reason);
  g_free(operation);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Operation, free_operation)

void
mc_stored_conversation_free(McStoredConversation *self)
{
  if (self == NULL)
    return;
  g_free(self->id);
  g_free(self->client);
  g_clear_pointer(&self->injections, g_ptr_array_unref);
  g_free(self);
}

static void
pack_hash(const McTurnHash *hash, guint8 bytes[HASH_BYTES])
{
  guint64 halves[2] = {GUINT64_TO_BE(hash->high), GUINT64_TO_BE(hash->low)};
  memcpy(bytes, halves, HASH_BYTES);
}

static McTurnHash
unpack_hash(McStatement *rows, int column)
{
  McTurnHash hash = {0};
  guint64 halves[2];
  if (sqlite3_column_bytes(rows, column) != HASH_BYTES)
    return hash;
  memcpy(halves, sqlite3_column_blob(rows, column), HASH_BYTES);
  hash.high = GUINT64_FROM_BE(halves[0]);
  hash.low = GUINT64_FROM_BE(halves[1]);
  return hash;
}

/* Problems. */

static void
tell_failure(McSessionStore *self, const GError *error)
{
  if (self->is_failing)
    return;
  self->is_failing = TRUE;
  g_message("nothing is recorded: %s", error->message);
  g_autofree char *name = g_path_get_basename(self->path);
  if (self->problems != NULL)
    mc_problem_list_raise(self->problems, mc_problem_new("storage_failed", name, name,
                                                         error->message, NULL));
}

static void
tell_success(McSessionStore *self)
{
  if (!self->is_failing)
    return;
  self->is_failing = FALSE;
  g_message("requests are recorded again");
  g_autofree char *name = g_path_get_basename(self->path);
  if (self->problems != NULL)
    mc_problem_list_clear(self->problems, "storage_failed", name);
}

static void
tell_damage(McSessionStore *self, const char *set_aside)
{
  g_autofree char *name = g_path_get_basename(self->path);
  if (self->problems != NULL)
    mc_problem_list_raise(self->problems,
                          mc_problem_new("storage_damaged", name, name, set_aside, NULL));
}

static void
tell_drops(McSessionStore *self)
{
  guint64 dropped = mc_task_queue_get_dropped(self->queue);
  if (dropped == self->reported)
    return;
  self->reported = dropped;
  g_autofree char *count = g_strdup_printf("%" G_GUINT64_FORMAT, dropped);
  if (self->problems != NULL)
    mc_problem_list_raise(self->problems,
                          mc_problem_new("queue_full", NULL, count, NULL));
}

/* Writing, on the worker. */

/* Some milliseconds for 100,000 of them. */
static gboolean
learn_tails(McSessionStore *self, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(McStatement) rows =
      mc_database_query(self->database, &local, "SELECT hash FROM conversation_tail", "");
  while (rows != NULL && mc_database_step(self->database, rows, &local)) {
    McTurnHash tail = unpack_hash(rows, 0);
    mc_tail_filter_add(self->known, &tail);
  }
  if (local == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&local));
  return FALSE;
}

static gboolean
ensure_open(McSessionStore *self, GError **error)
{
  if (self->database != NULL)
    return TRUE;
  gint64 now = g_get_monotonic_time();
  if (self->opened_us != 0 && now - self->opened_us < REOPEN_US) {
    g_set_error(error, MC_ERROR, MC_ERROR_STORAGE, "'%s' is not open", self->path);
    return FALSE;
  }
  self->opened_us = now;
  g_autofree char *set_aside = NULL;
  self->database = mc_database_open(self->path, mc_session_schema, &set_aside, error);
  if (set_aside != NULL)
    tell_damage(self, set_aside);
  return self->database != NULL && learn_tails(self, error);
}

static gboolean
write_conversation(McSessionStore *self, const Operation *operation, GError **error)
{
  guint8 tail[HASH_BYTES];
  pack_hash(&operation->tail, tail);
  gsize length = operation->has_tail ? HASH_BYTES : 0;
  if (!mc_database_run(
          self->database, error,
          "INSERT INTO conversation (id, client, tail, created_at, updated_at)"
          " VALUES (?1, ?2, nullif (?3, x''), ?4, ?4) ON CONFLICT (id) DO UPDATE SET"
          " client = ifnull (excluded.client, client),"
          " tail = ifnull (excluded.tail, tail), updated_at = excluded.updated_at",
          "ssbi", operation->conversation_id, operation->client, tail, length,
          operation->at_us))
    return FALSE;
  if (!operation->has_tail)
    return TRUE;
  g_hash_table_add(self->touched, g_strdup(operation->conversation_id));
  return mc_database_run(
      self->database, error,
      "INSERT INTO conversation_tail (hash, conversation_id, at) VALUES (?, ?, ?)"
      " ON CONFLICT DO UPDATE SET at = excluded.at",
      "bsi", tail, (gsize) HASH_BYTES, operation->conversation_id, operation->at_us);
}

static gboolean
write_injection(McSessionStore *self, const Operation *operation, GError **error)
{
  const McInjection *injection = operation->injection;
  guint8 anchor[HASH_BYTES];
  pack_hash(&injection->anchor, anchor);
  g_autofree char *names =
      injection->names != NULL ? g_strjoinv("\n", injection->names) : g_strdup("");
  return write_conversation(self, operation, error) &&
         mc_database_run(
             self->database, error,
             "INSERT INTO injection (conversation_id, place, anchor, text, names, tokens,"
             " at) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM"
             " injection WHERE conversation_id = ?1 AND place = ?2 AND anchor = ?3 AND"
             " text = ?4)",
             "sibssii", operation->conversation_id, (gint64) injection->place, anchor,
             (gsize) HASH_BYTES, injection->text, names, (gint64) injection->tokens,
             operation->at_us);
}

static const char *
get_outcome_name(McRequestOutcome outcome)
{
  switch (outcome) {
  case MC_REQUEST_OK:
    return "ok";
  case MC_REQUEST_CANCELLED:
    return "cancelled";
  case MC_REQUEST_FAILED:
  default:
    return "failed";
  }
}

static gboolean
write_request(McSessionStore *self, const Operation *operation, GError **error)
{
  const McRequestRecord *record = &operation->record;
  return mc_database_run(
      self->database, error,
      "INSERT INTO request (at, conversation_id, client, provider, model, is_stream,"
      " side_reason, status, outcome, input_tokens, cached_input_tokens,"
      " cache_write_tokens, output_tokens, duration_us, first_byte_us, added_us)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      "issssisisnnnnnnn", operation->at_us, operation->conversation_id, operation->client,
      record->provider, record->model, (gint64) record->is_stream, record->side_reason,
      (gint64) record->status, get_outcome_name(record->outcome), record->input_tokens,
      record->cached_input_tokens, record->cache_write_tokens, record->output_tokens,
      record->duration_us, record->first_byte_us, record->added_us);
}

static gboolean
write_operation(McSessionStore *self, const Operation *operation, GError **error)
{
  switch (operation->kind) {
  case OPERATION_CONVERSATION:
    return write_conversation(self, operation, error);
  case OPERATION_INJECTION:
    return write_injection(self, operation, error);
  case OPERATION_REQUEST:
    return write_request(self, operation, error);
  default:
    g_return_val_if_reached(FALSE);
  }
}

/* All of `pending` in one transaction. What SQLite will never take is given up, or it
 * would hold up everything behind it. */
static gboolean
write_transaction(McSessionStore *self, GError **error)
{
  if (!ensure_open(self, error) || !mc_database_begin(self->database, error))
    return FALSE;
  for (GList *link = self->pending.head; link != NULL; link = link->next) {
    g_autoptr(GError) local = NULL;
    if (write_operation(self, link->data, &local))
      continue;
    if (!g_error_matches(local, MC_ERROR, MC_ERROR_INVALID_INPUT)) {
      g_propagate_error(error, g_steal_pointer(&local));
      return FALSE;
    }
    g_message("one record is given up: %s", local->message);
    g_atomic_int_inc(&self->lost);
  }
  return mc_database_commit(self->database, error);
}

/* A lost request costs a figure; a lost injection costs a conversation its prompt cache
 * after a restart. */
static void
shorten_pending(McSessionStore *self)
{
  while (self->pending.length > PENDING_MAX) {
    GList *victim = self->pending.head;
    while (victim != NULL && ((Operation *) victim->data)->kind != OPERATION_REQUEST)
      victim = victim->next;
    if (victim == NULL)
      victim = self->pending.head;
    free_operation(victim->data);
    g_queue_delete_link(&self->pending, victim);
    g_atomic_int_inc(&self->lost);
  }
}

static void
give_up_pending(McSessionStore *self)
{
  g_atomic_int_add(&self->lost, (gint) self->pending.length);
  g_queue_clear_full(&self->pending, free_operation);
}

static void
write_pending(McSessionStore *self)
{
  if (self->pending.length == 0)
    return;
  if (self->is_closed) {
    give_up_pending(self);
    return;
  }
  g_autoptr(GError) error = NULL;
  if (write_transaction(self, &error)) {
    g_queue_clear_full(&self->pending, free_operation);
    tell_success(self);
    return;
  }
  if (self->database != NULL)
    mc_database_rollback(self->database);
  tell_failure(self, error);
  shorten_pending(self);
}

/* Looking after the file, on the worker. */

static void
trim_tails(McSessionStore *self)
{
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, self->touched);
  while (g_hash_table_iter_next(&iter, &id, NULL))
    (void) mc_database_run(
        self->database, NULL,
        "DELETE FROM conversation_tail WHERE conversation_id = ?1 AND at <= (SELECT at"
        " FROM conversation_tail WHERE conversation_id = ?1 ORDER BY at DESC LIMIT 1"
        " OFFSET " TAILS_KEPT ")",
        "s", (const char *) id);
  g_hash_table_remove_all(self->touched);
}

static void
prune(McSessionStore *self)
{
  gint64 now = g_get_real_time();
  (void) (mc_database_run(self->database, NULL,
                          "DELETE FROM conversation WHERE updated_at < ?", "i",
                          now - CONVERSATIONS_KEPT_US) &&
          mc_database_run(self->database, NULL,
                          "DELETE FROM conversation_tail WHERE at < ?", "i",
                          now - CONVERSATIONS_KEPT_US) &&
          mc_database_run(self->database, NULL, "DELETE FROM request WHERE at < ?", "i",
                          now - REQUESTS_KEPT_US));
}

/* Failures are left for the next time: nothing is lost by them. */
static void
tidy(McSessionStore *self)
{
  gint64 now = g_get_monotonic_time();
  gboolean is_due = self->pruned_us == 0 || now - self->pruned_us > PRUNE_EVERY_US;
  if (!is_due && g_hash_table_size(self->touched) == 0)
    return;
  if (!mc_database_begin(self->database, NULL))
    return;
  trim_tails(self);
  if (is_due) {
    self->pruned_us = now;
    prune(self);
  }
  if (!mc_database_commit(self->database, NULL))
    mc_database_rollback(self->database);
}

static void
on_batch_done(gpointer data)
{
  McSessionStore *self = data;
  const Operation *oldest = g_queue_peek_head(&self->pending);
  if (oldest != NULL && self->pending.length < BATCH_MAX &&
      g_get_monotonic_time() - oldest->queued_us < BATCH_MAX_US)
    return;
  write_pending(self);
  tell_drops(self);
  if (self->database == NULL)
    return;
  if (g_hash_table_size(self->touched) > TOUCHED_MAX)
    tidy(self);
  if (mc_database_get_log_pages(self->database) > LOG_PAGES_MAX)
    mc_database_checkpoint(self->database);
}

static gboolean
on_idle(gpointer data)
{
  McSessionStore *self = data;
  gint64 now_us = g_get_monotonic_time();
  gboolean is_rested = now_us - self->written_us >= TIDY_EVERY_US;

  /* After a failure, and before tidying up, a second has to pass. */
  if (self->pending.length > 0 && (is_rested || !self->is_failing)) {
    self->written_us = now_us;
    write_pending(self);
    tell_drops(self);
    return TRUE;
  }
  if (!is_rested)
    return TRUE;
  if (self->database != NULL && !self->is_failing) {
    tidy(self);
    mc_database_checkpoint(self->database);
  }
  return self->pending.length > 0;
}

static const McTaskQueueHooks queue_hooks = {
    .batch_done = on_batch_done,
    .idle = on_idle,
    .idle_ms = LINGER_MS,
};

static void
take_operation(gpointer data)
{
  Operation *operation = data;
  operation->queued_us = g_get_monotonic_time();
  g_queue_push_tail(&operation->store->pending, operation);
}

static void
push_operation(McSessionStore *self, Operation *operation)
{
  operation->store = self;
  if (!mc_task_queue_push_lazy(self->queue, take_operation, operation, NULL))
    free_operation(operation);
}

/* Life. */

McSessionStore *
mc_session_store_new(const char *path, McProblemList *problems)
{
  McSessionStore *self = g_new0(McSessionStore, 1);
  self->path = g_strdup(path);
  self->known = mc_tail_filter_new();
  self->problems = problems;
  self->touched = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init(&self->pending);
  self->queue = mc_task_queue_new("mc-database", QUEUE_MAX, &queue_hooks, self);
  return self;
}

void
mc_session_store_free(McSessionStore *self)
{
  if (self == NULL)
    return;
  mc_task_queue_free(self->queue);
  give_up_pending(self);
  g_clear_pointer(&self->database, mc_database_free);
  g_hash_table_unref(self->touched);
  mc_tail_filter_free(self->known);
  g_free(self->path);
  g_free(self);
}

typedef struct {
  McSessionStore *store; /* (unowned) */
  GError *error;         /* (owned) (nullable) */
} Opening;

static void
open_on_worker(gpointer data)
{
  Opening *opening = data;
  opening->store->is_closed = FALSE;
  opening->store->opened_us = 0;
  if (!ensure_open(opening->store, &opening->error))
    tell_failure(opening->store, opening->error);
  else
    tell_success(opening->store);
}

gboolean
mc_session_store_open(McSessionStore *self, GError **error)
{
  Opening opening = {.store = self};
  if (!mc_task_queue_push(self->queue, open_on_worker, &opening, NULL)) {
    g_set_error(error, MC_ERROR, MC_ERROR_UNAVAILABLE, "too much is waiting");
    return FALSE;
  }
  mc_task_queue_flush(self->queue);
  if (opening.error == NULL)
    return TRUE;
  g_propagate_error(error, opening.error);
  return FALSE;
}

static void
write_on_worker(gpointer data)
{
  write_pending(data);
}

void
mc_session_store_flush(McSessionStore *self)
{
  mc_task_queue_flush(self->queue);
  if (mc_task_queue_push(self->queue, write_on_worker, self, NULL))
    mc_task_queue_flush(self->queue);
}

static void
close_on_worker(gpointer data)
{
  McSessionStore *self = data;
  write_pending(self);
  self->is_closed = TRUE;
  self->opened_us = 0;
  give_up_pending(self);
  g_clear_pointer(&self->database, mc_database_free);
}

void
mc_session_store_close(McSessionStore *self)
{
  mc_task_queue_flush(self->queue);
  if (mc_task_queue_push(self->queue, close_on_worker, self, NULL))
    mc_task_queue_flush(self->queue);
}

/* Saving. */

static Operation *
create_operation(OperationKind kind, const char *conversation_id, const McTurnHash *tail,
                 const char *client)
{
  Operation *operation = g_new0(Operation, 1);
  operation->kind = kind;
  operation->at_us = g_get_real_time();
  operation->conversation_id = g_strdup(conversation_id);
  operation->client = g_strdup(client);
  operation->has_tail = tail != NULL;
  if (tail != NULL)
    operation->tail = *tail;
  return operation;
}

void
mc_session_store_save_conversation(McSessionStore *self, const char *conversation_id,
                                   const McTurnHash *tail, const char *client)
{
  g_return_if_fail(conversation_id != NULL);
  if (tail != NULL)
    mc_tail_filter_add(self->known, tail);
  push_operation(self,
                 create_operation(OPERATION_CONVERSATION, conversation_id, tail, client));
}

void
mc_session_store_save_injection(McSessionStore *self, const char *conversation_id,
                                McInjection *injection)
{
  g_return_if_fail(conversation_id != NULL && injection != NULL);
  Operation *operation =
      create_operation(OPERATION_INJECTION, conversation_id, NULL, NULL);
  operation->injection = mc_injection_ref(injection);
  push_operation(self, operation);
}

void
mc_session_store_advance(McSessionStore *self, const char *conversation_id,
                         const McTurnHash *tail)
{
  g_return_if_fail(conversation_id != NULL && tail != NULL);
  mc_tail_filter_add(self->known, tail);
  push_operation(self,
                 create_operation(OPERATION_CONVERSATION, conversation_id, tail, NULL));
}

void
mc_session_store_record_request(McSessionStore *self, const McRequestRecord *record)
{
  g_return_if_fail(record != NULL);
  Operation *operation =
      create_operation(OPERATION_REQUEST, record->conversation_id, NULL, record->client);
  operation->at_us = record->at_us;
  operation->record = *record;
  operation->record.conversation_id = NULL;
  operation->record.client = NULL;
  operation->record.provider = g_strdup(record->provider);
  operation->record.model = g_strdup(record->model);
  operation->record.side_reason = g_strdup(record->side_reason);
  push_operation(self, operation);
}

guint64
mc_session_store_get_dropped(McSessionStore *self)
{
  return mc_task_queue_get_dropped(self->queue) + (guint64) g_atomic_int_get(&self->lost);
}

/* Recalling, on the worker. */

typedef struct {
  McSessionStore *store; /* (unowned) */
  McTurnHash *links;     /* (owned) */
  guint n_links;
} Recall;

static void
free_recall(gpointer data)
{
  Recall *recall = data;
  g_free(recall->links);
  g_free(recall);
}

/* The conversation that ended at @link last, without its injections; NULL if none. */
static McStoredConversation *
find_conversation(McDatabase *database, const McTurnHash *link, GError **error)
{
  guint8 hash[HASH_BYTES];
  pack_hash(link, hash);
  g_autoptr(McStatement) rows = mc_database_query(
      database, error,
      "SELECT conversation.id, client FROM conversation_tail JOIN conversation ON"
      " conversation.id = conversation_id WHERE hash = ? ORDER BY at DESC LIMIT 1",
      "b", hash, (gsize) HASH_BYTES);
  if (rows == NULL || !mc_database_step(database, rows, error))
    return NULL;
  McStoredConversation *found = g_new0(McStoredConversation, 1);
  found->id = g_strdup((const char *) sqlite3_column_text(rows, 0));
  found->client = g_strdup((const char *) sqlite3_column_text(rows, 1));
  found->tail = *link;
  found->injections = g_ptr_array_new_with_free_func((GDestroyNotify) mc_injection_unref);
  return found;
}

static McInjection *
read_injection(McStatement *rows)
{
  McTurnHash anchor = unpack_hash(rows, 1);
  const char *text = (const char *) sqlite3_column_text(rows, 2);
  g_auto(GStrv) names = g_strsplit((const char *) sqlite3_column_text(rows, 3), "\n", -1);
  McInjectionPlace place =
      sqlite3_column_int(rows, 0) == 0 ? MC_INJECTION_SYSTEM : MC_INJECTION_USER;
  return mc_injection_new(place, &anchor, text, (const char *const *) names,
                          (guint) sqlite3_column_int(rows, 4));
}

static gboolean
load_injections(McDatabase *database, McStoredConversation *conversation, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(McStatement) rows =
      mc_database_query(database, &local,
                        "SELECT place, anchor, text, names, tokens FROM injection WHERE"
                        " conversation_id = ? ORDER BY id",
                        "s", conversation->id);
  while (rows != NULL && mc_database_step(database, rows, &local))
    g_ptr_array_add(conversation->injections, read_injection(rows));
  if (local == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&local));
  return FALSE;
}

static McStoredConversation *
find_first(McDatabase *database, const Recall *recall, GError **error)
{
  for (guint i = 0; i < recall->n_links; i++) {
    g_autoptr(GError) local = NULL;
    g_autoptr(McStoredConversation) found =
        find_conversation(database, &recall->links[i], &local);
    if (local == NULL && found == NULL)
      continue;
    if (local == NULL && load_injections(database, found, &local))
      return g_steal_pointer(&found);
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
  }
  return NULL;
}

static gpointer
recall_on_worker(gpointer data, GCancellable *cancellable, GError **error)
{
  Recall *recall = data;
  McSessionStore *self = recall->store;
  write_pending(self);
  if (self->is_closed || !ensure_open(self, error) ||
      !mc_database_begin_read(self->database, error))
    return NULL;
  McStoredConversation *found = find_first(self->database, recall, error);
  mc_database_rollback(self->database);
  return found;
}

gboolean
mc_session_store_may_recall(McSessionStore *self, const McTurnHash *links, guint n_links)
{
  for (guint i = 0; i < n_links; i++)
    if (mc_tail_filter_may_hold(self->known, &links[i]))
      return TRUE;
  return FALSE;
}

void
mc_session_store_recall_async(McSessionStore *self, const McTurnHash *links,
                              guint n_links, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  Recall *recall = g_new0(Recall, 1);
  recall->store = self;
  recall->links = g_memdup2(links, n_links * sizeof *links);
  recall->n_links = n_links;
  mc_task_queue_call_async(self->queue, recall_on_worker, recall, free_recall,
                           (GDestroyNotify) (void *) mc_stored_conversation_free,
                           cancellable, callback, user_data);
}

McStoredConversation *
mc_session_store_recall_finish(McSessionStore *self, GAsyncResult *result, GError **error)
{
  return mc_task_queue_call_finish(result, error);
}
