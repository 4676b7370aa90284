/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/task-queue.h"

#include "base/error.h"

/* Holds the worker until the test lets go. */
typedef struct {
  GMutex lock;
  GCond changed;
  gboolean is_open;
  gboolean is_reached;
} Gate;

static void
pass_gate(gpointer data)
{
  Gate *gate = data;
  g_mutex_lock(&gate->lock);
  gate->is_reached = TRUE;
  g_cond_broadcast(&gate->changed);
  while (!gate->is_open)
    g_cond_wait(&gate->changed, &gate->lock);
  g_mutex_unlock(&gate->lock);
}

static void
hold(McTaskQueue *queue, Gate *gate)
{
  g_mutex_init(&gate->lock);
  g_cond_init(&gate->changed);
  gate->is_open = gate->is_reached = FALSE;
  g_assert_true(mc_task_queue_push(queue, pass_gate, gate, NULL));
  g_mutex_lock(&gate->lock);
  while (!gate->is_reached)
    g_cond_wait(&gate->changed, &gate->lock);
  g_mutex_unlock(&gate->lock);
}

static void
let_go(Gate *gate)
{
  g_mutex_lock(&gate->lock);
  gate->is_open = TRUE;
  g_cond_broadcast(&gate->changed);
  g_mutex_unlock(&gate->lock);
}

static void
clear_gate(Gate *gate)
{
  g_mutex_clear(&gate->lock);
  g_cond_clear(&gate->changed);
}

static GString *order;

static void
note(gpointer data)
{
  g_string_append(order, data);
}

static void
note_batch(gpointer data)
{
  g_string_append_c(order, '|');
}

static void
test_tasks_run_in_order_in_batches(void)
{
  static const McTaskQueueHooks hooks = {.batch_done = note_batch};
  Gate gate;
  order = g_string_new(NULL);
  g_autoptr(McTaskQueue) queue = mc_task_queue_new("test", 100, &hooks, NULL);
  hold(queue, &gate);
  const char *const words[] = {"a", "b", "c"};
  for (int i = 0; i < 3; i++)
    mc_task_queue_push(queue, note, (gpointer) words[i], NULL);
  let_go(&gate);
  mc_task_queue_flush(queue);
  g_assert_cmpstr(order->str, ==, "|abc|");
  g_string_free(order, TRUE);
  clear_gate(&gate);
}

static gint freed;

static void
count_freed(gpointer data)
{
  g_atomic_int_inc(&freed);
}

static void
do_nothing(gpointer data)
{
}

static void
test_a_full_queue_drops_and_counts(void)
{
  Gate gate;
  freed = 0;
  McTaskQueue *queue = mc_task_queue_new("test", 4, NULL, NULL);
  hold(queue, &gate);
  for (int i = 0; i < 10; i++)
    g_assert_cmpint(mc_task_queue_push(queue, do_nothing, &freed, count_freed), ==,
                    i < 4);
  g_assert_cmpuint(mc_task_queue_get_dropped(queue), ==, 6);
  g_assert_cmpint(g_atomic_int_get(&freed), ==, 6);
  let_go(&gate);
  mc_task_queue_flush(queue);
  g_assert_cmpint(g_atomic_int_get(&freed), ==, 10);
  g_assert_true(mc_task_queue_push(queue, do_nothing, NULL, NULL));
  mc_task_queue_free(queue);
  clear_gate(&gate);
}

static void
test_free_drains(void)
{
  freed = 0;
  McTaskQueue *queue = mc_task_queue_new("test", 1000, NULL, NULL);
  for (int i = 0; i < 1000; i++)
    mc_task_queue_push(queue, do_nothing, &freed, count_freed);
  mc_task_queue_free(queue);
  g_assert_cmpint(freed, ==, 1000);
}

typedef struct {
  GMainLoop *loop;
  GThread *thread;
  gpointer value;
  GError *error;
  gboolean is_called;
} Answer;

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;
  answer->is_called = TRUE;
  answer->thread = g_thread_self();
  answer->value = mc_task_queue_call_finish(result, &answer->error);
  g_main_loop_quit(answer->loop);
}

static gpointer
double_number(gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER(GPOINTER_TO_INT(data) * 2);
}

static gpointer
fail_to_find(gpointer data, GCancellable *cancellable, GError **error)
{
  g_set_error(error, MC_ERROR, MC_ERROR_NOT_FOUND, "nothing there");
  return NULL;
}

static gpointer
call_in_thread(gpointer data)
{
  McTaskQueue *queue = data;
  g_autoptr(GMainContext) context = g_main_context_new();
  g_main_context_push_thread_default(context);
  Answer answer = {.loop = g_main_loop_new(context, FALSE)};
  mc_task_queue_call_async(queue, double_number, GINT_TO_POINTER(21), NULL, NULL, NULL,
                           on_answer, &answer);
  g_assert_false(answer.is_called);
  g_main_loop_run(answer.loop);
  g_assert_true(answer.thread == g_thread_self());
  g_assert_cmpint(GPOINTER_TO_INT(answer.value), ==, 42);
  g_main_loop_unref(answer.loop);
  g_main_context_pop_thread_default(context);
  return NULL;
}

static void
test_an_answer_comes_to_its_asker(void)
{
  g_autoptr(McTaskQueue) queue = mc_task_queue_new("test", 10, NULL, NULL);
  g_thread_join(g_thread_new("asker", call_in_thread, queue));
}

static void
test_an_error_comes_to_its_asker(void)
{
  g_autoptr(McTaskQueue) queue = mc_task_queue_new("test", 10, NULL, NULL);
  Answer answer = {.loop = g_main_loop_new(NULL, FALSE)};
  mc_task_queue_call_async(queue, fail_to_find, NULL, NULL, NULL, NULL, on_answer,
                           &answer);
  g_main_loop_run(answer.loop);
  g_assert_error(answer.error, MC_ERROR, MC_ERROR_NOT_FOUND);
  g_error_free(answer.error);
  g_main_loop_unref(answer.loop);
}

static void
test_a_cancelled_call_is_not_run(void)
{
  Gate gate;
  freed = 0;
  g_autoptr(McTaskQueue) queue = mc_task_queue_new("test", 10, NULL, NULL);
  hold(queue, &gate);
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  Answer answer = {.loop = g_main_loop_new(NULL, FALSE)};
  mc_task_queue_call_async(queue, fail_to_find, &freed, count_freed, NULL, cancellable,
                           on_answer, &answer);
  g_cancellable_cancel(cancellable);
  let_go(&gate);
  g_main_loop_run(answer.loop);
  g_assert_error(answer.error, MC_ERROR, MC_ERROR_CANCELLED);
  mc_task_queue_flush(queue);
  g_assert_cmpint(g_atomic_int_get(&freed), ==, 1);
  g_error_free(answer.error);
  g_main_loop_unref(answer.loop);
  clear_gate(&gate);
}

static void
test_a_full_queue_refuses_a_call(void)
{
  Gate gate;
  g_autoptr(McTaskQueue) queue = mc_task_queue_new("test", 1, NULL, NULL);
  hold(queue, &gate);
  mc_task_queue_push(queue, do_nothing, NULL, NULL);
  Answer answer = {.loop = g_main_loop_new(NULL, FALSE)};
  mc_task_queue_call_async(queue, double_number, NULL, NULL, NULL, NULL, on_answer,
                           &answer);
  g_assert_false(answer.is_called);
  g_main_loop_run(answer.loop);
  g_assert_error(answer.error, MC_ERROR, MC_ERROR_UNAVAILABLE);
  let_go(&gate);
  g_error_free(answer.error);
  g_main_loop_unref(answer.loop);
  mc_task_queue_flush(queue);
  clear_gate(&gate);
}

static gint idles;

static gboolean
count_idle(gpointer data)
{
  return g_atomic_int_add(&idles, 1) < 1;
}

static void
test_idle_comes_after_quiet(void)
{
  static const McTaskQueueHooks hooks = {.idle = count_idle, .idle_ms = 10};
  idles = 0;
  McTaskQueue *queue = mc_task_queue_new("test", 10, &hooks, NULL);
  g_usleep(50000);
  g_assert_cmpint(g_atomic_int_get(&idles), ==, 0);
  mc_task_queue_push(queue, do_nothing, NULL, NULL);
  gint64 deadline = g_get_monotonic_time() + 5 * G_TIME_SPAN_SECOND;
  while (g_atomic_int_get(&idles) < 2 && g_get_monotonic_time() < deadline)
    g_usleep(1000);
  g_usleep(50000);
  g_assert_cmpint(g_atomic_int_get(&idles), ==, 2);
  mc_task_queue_free(queue);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/task-queue/tasks-run-in-order-in-batches",
                  test_tasks_run_in_order_in_batches);
  g_test_add_func("/base/task-queue/a-full-queue-drops-and-counts",
                  test_a_full_queue_drops_and_counts);
  g_test_add_func("/base/task-queue/free-drains", test_free_drains);
  g_test_add_func("/base/task-queue/an-answer-comes-to-its-asker",
                  test_an_answer_comes_to_its_asker);
  g_test_add_func("/base/task-queue/an-error-comes-to-its-asker",
                  test_an_error_comes_to_its_asker);
  g_test_add_func("/base/task-queue/a-cancelled-call-is-not-run",
                  test_a_cancelled_call_is_not_run);
  g_test_add_func("/base/task-queue/a-full-queue-refuses-a-call",
                  test_a_full_queue_refuses_a_call);
  g_test_add_func("/base/task-queue/idle-comes-after-quiet", test_idle_comes_after_quiet);
  return g_test_run();
}
