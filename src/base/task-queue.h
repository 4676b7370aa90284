/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

/* One worker thread with a bounded queue, for what may block (disk, database) or takes
 * long (tokenizing). Tasks run one after the other, in the order they came. The worker
 * takes all that waits, runs it, and tells the owner once, so that a database can commit
 * a whole batch: with one writer and no timer, batches grow exactly when the disk is
 * slow. Pushing never blocks; any thread. */

typedef struct _McTaskQueue McTaskQueue;

typedef void (*McTaskFunc)(gpointer data);

/* Runs on the worker; returns a result or sets @error. */
typedef gpointer (*McTaskCall)(gpointer data, GCancellable *cancellable, GError **error);

typedef struct {
  /* After each batch, on the worker; may be NULL. */
  void (*batch_done)(gpointer user_data);
  /* On the worker when nothing came for @idle_ms after a batch; returns TRUE to be called
   * again after another @idle_ms without a task. May be NULL. */
  gboolean (*idle)(gpointer user_data);
  guint idle_ms;
} McTaskQueueHooks;

/* @name (≤ 15 bytes) names the thread. More than @max_pending waiting tasks are refused.
 * @hooks (nullable) must outlive the queue. */
McTaskQueue *mc_task_queue_new(const char *name, guint max_pending,
                               const McTaskQueueHooks *hooks, gpointer hooks_data);

/* Runs what waits, then ends the thread. Not from the worker itself. */
void mc_task_queue_free(McTaskQueue *self);

/* Queues run(@data); @free_data (nullable) is called after it. FALSE when the queue is
 * full: the task is dropped, counted, and @data freed. */
gboolean mc_task_queue_push(McTaskQueue *self, McTaskFunc run, gpointer data,
                            GDestroyNotify free_data);

/* The same for a task that may wait: a worker that rests (see idle_ms) is not woken for
 * it and takes it at the end of its rest. Costs the caller no system call then. */
gboolean mc_task_queue_push_lazy(McTaskQueue *self, McTaskFunc run, gpointer data,
                                 GDestroyNotify free_data);

/* Queues @run for a result; @callback gets it in the thread-default context of the
 * caller, never before this returns to its loop. A full queue answers UNAVAILABLE, a
 * cancelled call CANCELLED. @free_result frees a result that nobody fetched. */
void mc_task_queue_call_async(McTaskQueue *self, McTaskCall run, gpointer data,
                              GDestroyNotify free_data, GDestroyNotify free_result,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data);
gpointer mc_task_queue_call_finish(GAsyncResult *result, GError **error);

/* Waits until everything pushed before has run and its batch is done. For shutting down
 * and tests; not from the worker itself. */
void mc_task_queue_flush(McTaskQueue *self);

/* Tasks refused since the beginning. */
guint64 mc_task_queue_get_dropped(McTaskQueue *self);

/* TRUE on the queue's own thread: for asserts of confinement. */
gboolean mc_task_queue_is_current(McTaskQueue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McTaskQueue, mc_task_queue_free)
