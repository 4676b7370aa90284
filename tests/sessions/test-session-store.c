/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "sessions/session-store.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/database.h"
#include "base/error.h"
#include "sessions/session-schema.h"

/* What skills hold: several lines, quotes, other scripts, blanks at the end. */
#define AWKWARD_TEXT                                                                     \
  "<skills>\n\"quotes\" \\n 'x' 技能 \xf0\x9f\xa6\x80\t\r\n  \n</skills> "

typedef struct {
  char *folder;            /* (owned) */
  char *path;              /* (owned) */
  McProblemList *problems; /* (owned) */
  McSessionStore *store;   /* (owned) */
} Fixture;

static McSessionStore *
open_store(const char *path, McProblemList *problems)
{
  g_autoptr(GError) error = NULL;
  McSessionStore *store = mc_session_store_new(path, problems);
  mc_session_store_open(store, &error);
  g_assert_no_error(error);
  return store;
}

static void
set_up(Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp("mc-store-XXXXXX", NULL);
  self->path = g_build_filename(self->folder, "records.db", NULL);
  self->problems = mc_problem_list_new();
  self->store = open_store(self->path, self->problems);
}

static void
tear_down(Fixture *self, gconstpointer data)
{
  g_clear_pointer(&self->store, mc_session_store_free);
  mc_problem_list_free(self->problems);
  GDir *dir = g_dir_open(self->folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(self->folder, name, NULL);
    g_remove(path);
  }
  g_dir_close(dir);
  g_rmdir(self->folder);
  g_free(self->folder);
  g_free(self->path);
}

static void
restart(Fixture *self)
{
  mc_session_store_close(self->store);
  mc_session_store_free(self->store);
  self->store = open_store(self->path, self->problems);
}

static McTurnHash
make_hash(guint64 number)
{
  return (McTurnHash){.low = number, .high = ~number};
}

static void
advance(McSessionStore *store, const char *id, guint64 number)
{
  McTurnHash hash = make_hash(number);
  mc_session_store_advance(store, id, &hash);
}

static void
save_injection(McSessionStore *store, const char *id, guint64 anchor, const char *text)
{
  const char *const names[] = {"flaky-tests", "git-bisect", NULL};
  McTurnHash hash = make_hash(anchor);
  McTurnHash zero = {0};
  g_autoptr(McInjection) injection =
      mc_injection_new(anchor == 0 ? MC_INJECTION_SYSTEM : MC_INJECTION_USER,
                       anchor == 0 ? &zero : &hash, text, names, 321);
  mc_session_store_save_injection(store, id, injection);
}

static void
on_result(GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **slot = data;
  *slot = g_object_ref(result);
}

static McStoredConversation *
recall(McSessionStore *store, const guint64 *numbers, guint n_numbers)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree McTurnHash *links = g_new(McTurnHash, n_numbers);
  for (guint i = 0; i < n_numbers; i++)
    links[i] = make_hash(numbers[i]);
  mc_session_store_recall_async(store, links, n_numbers, NULL, on_result, &result);
  while (result == NULL)
    g_main_context_iteration(NULL, TRUE);
  McStoredConversation *found = mc_session_store_recall_finish(store, result, &error);
  g_assert_no_error(error);
  return found;
}

static McStoredConversation *
recall_one(McSessionStore *store, guint64 number)
{
  return recall(store, &number, 1);
}

static gint64
query_number(const char *path, const char *sql)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *set_aside = NULL;
  g_autoptr(McDatabase) database =
      mc_database_open(path, mc_session_schema, &set_aside, &error);
  g_assert_no_error(error);
  g_autoptr(McStatement) rows = mc_database_query(database, &error, sql, "");
  g_assert_no_error(error);
  g_assert_true(mc_database_step(database, rows, &error));
  return sqlite3_column_int64(rows, 0);
}

static gboolean
has_problem(McProblemList *problems, const char *code)
{
  g_autoptr(GPtrArray) open = mc_problem_list_dup(problems);
  for (guint i = 0; i < open->len; i++)
    if (g_str_equal(mc_problem_get_code(open->pdata[i]), code))
      return TRUE;
  return FALSE;
}

static void
test_a_restart_gives_back_the_same_bytes(Fixture *self, gconstpointer data)
{
  McTurnHash tail = make_hash(1);
  save_injection(self->store, "c1", 0, AWKWARD_TEXT);
  mc_session_store_save_conversation(self->store, "c1", &tail, "opencode");
  save_injection(self->store, "c1", 7, "second");
  advance(self->store, "c1", 2);
  restart(self);

  const guint64 links[] = {99, 2, 1};
  g_autoptr(McStoredConversation) found = recall(self->store, links, 3);
  g_assert_nonnull(found);
  g_assert_cmpstr(found->id, ==, "c1");
  g_assert_cmpstr(found->client, ==, "opencode");
  McTurnHash expected = make_hash(2);
  g_assert_cmpmem(&found->tail, sizeof found->tail, &expected, sizeof expected);
  g_assert_cmpuint(found->injections->len, ==, 2);
  const McInjection *first = found->injections->pdata[0];
  g_assert_cmpstr(first->text, ==, AWKWARD_TEXT);
  g_assert_cmpint(first->place, ==, MC_INJECTION_SYSTEM);
  g_assert_cmpuint(first->anchor.low, ==, 0);
  g_assert_cmpuint(first->tokens, ==, 321);
  g_assert_cmpstr(first->names[1], ==, "git-bisect");
  g_assert_null(first->names[2]);
  const McInjection *second = found->injections->pdata[1];
  McTurnHash anchor = make_hash(7);
  g_assert_cmpint(second->place, ==, MC_INJECTION_USER);
  g_assert_cmpmem(&second->anchor, sizeof anchor, &anchor, sizeof anchor);
}

static void
test_what_is_queued_can_be_recalled(Fixture *self, gconstpointer data)
{
  advance(self->store, "c1", 1);
  g_autoptr(McStoredConversation) found = recall_one(self->store, 1);
  g_assert_nonnull(found);
  g_autoptr(McStoredConversation) none = recall_one(self->store, 2);
  g_assert_null(none);
}

static void
test_a_former_end_is_found(Fixture *self, gconstpointer data)
{
  for (guint64 i = 1; i <= 5; i++)
    advance(self->store, "c1", i);
  restart(self);
  g_autoptr(McStoredConversation) retried = recall_one(self->store, 3);
  g_assert_cmpstr(retried->id, ==, "c1");
  g_assert_cmpuint(retried->tail.low, ==, 3);
}

static void
test_the_latest_of_two_forks_is_found(Fixture *self, gconstpointer data)
{
  advance(self->store, "c1", 1);
  mc_session_store_flush(self->store);
  g_usleep(1000);
  advance(self->store, "c2", 1);
  g_autoptr(McStoredConversation) found = recall_one(self->store, 1);
  g_assert_cmpstr(found->id, ==, "c2");
}

static void
test_an_injection_is_stored_once(Fixture *self, gconstpointer data)
{
  for (int i = 0; i < 3; i++)
    save_injection(self->store, "c1", 7, "same");
  save_injection(self->store, "c1", 7, "another");
  advance(self->store, "c1", 1);
  g_autoptr(McStoredConversation) found = recall_one(self->store, 1);
  g_assert_cmpuint(found->injections->len, ==, 2);
}

static void
test_only_the_latest_ends_are_kept(Fixture *self, gconstpointer data)
{
  for (guint64 i = 1; i <= 400; i++)
    advance(self->store, "c1", i);
  mc_session_store_flush(self->store);
  gint64 deadline = g_get_monotonic_time() + 10 * G_TIME_SPAN_SECOND;
  gint64 left;
  do {
    g_usleep(100000);
    left = query_number(self->path, "SELECT count(*) FROM conversation_tail");
  } while (left > 260 && g_get_monotonic_time() < deadline);
  g_assert_cmpint(left, <=, 256);
  g_assert_cmpint(left, >=, 200);
  g_autoptr(McStoredConversation) newest = recall_one(self->store, 400);
  g_assert_nonnull(newest);
  g_autoptr(McStoredConversation) oldest = recall_one(self->store, 1);
  g_assert_null(oldest);
}

static void
test_old_conversations_go(Fixture *self, gconstpointer data)
{
  advance(self->store, "old", 1);
  advance(self->store, "new", 2);
  mc_session_store_close(self->store);
  g_autofree char *set_aside = NULL;
  McDatabase *database =
      mc_database_open(self->path, mc_session_schema, &set_aside, NULL);
  gint64 long_ago = g_get_real_time() - 31 * G_TIME_SPAN_DAY;
  mc_database_run(database, NULL,
                  "UPDATE conversation SET updated_at = ? WHERE id = 'old'", "i",
                  long_ago);
  mc_database_free(database);

  restart(self);
  advance(self->store, "new", 3);
  gint64 deadline = g_get_monotonic_time() + 10 * G_TIME_SPAN_SECOND;
  gint64 left;
  do {
    g_usleep(100000);
    left = query_number(self->path, "SELECT count(*) FROM conversation");
  } while (left > 1 && g_get_monotonic_time() < deadline);
  g_assert_cmpint(left, ==, 1);
  g_autoptr(McStoredConversation) found = recall_one(self->store, 1);
  g_assert_null(found);
}

static void
test_requests_are_recorded(Fixture *self, gconstpointer data)
{
  McRequestRecord record = {
      .at_us = g_get_real_time(),
      .client = "openclaw",
      .provider = "practice",
      .model = "m",
      .is_stream = TRUE,
      .status = 200,
      .outcome = MC_REQUEST_CANCELLED,
      .input_tokens = 10,
      .cached_input_tokens = -1,
      .cache_write_tokens = -1,
      .output_tokens = 0,
      .duration_us = 1000,
      .first_byte_us = -1,
      .added_us = 50,
  };
  mc_session_store_record_request(self->store, &record);
  record.side_reason = "title";
  mc_session_store_record_request(self->store, &record);
  mc_session_store_flush(self->store);
  g_assert_cmpint(
      query_number(self->path,
                   "SELECT count(*) FROM request WHERE client = 'openclaw' AND"
                   " outcome = 'cancelled' AND cached_input_tokens IS NULL AND"
                   " output_tokens = 0 AND input_tokens = 10 AND first_byte_us IS NULL"
                   " AND added_us = 50 AND status = 200 AND is_stream = 1"),
      ==, 2);
  g_assert_cmpint(
      query_number(self->path,
                   "SELECT count(*) FROM request WHERE side_reason = 'title'"),
      ==, 1);
}

static void
test_a_kill_keeps_what_was_acknowledged(Fixture *self, gconstpointer data)
{
  g_clear_pointer(&self->store, mc_session_store_free);
  pid_t child = fork();
  if (child == 0) {
    McSessionStore *store = open_store(self->path, NULL);
    save_injection(store, "c1", 0, AWKWARD_TEXT);
    advance(store, "c1", 1);
    mc_session_store_flush(store);
    for (guint64 i = 2; i < 2000; i++)
      advance(store, "c1", i);
    kill(getpid(), SIGKILL);
  }
  int status;
  waitpid(child, &status, 0);
  g_assert_true(WIFSIGNALED(status));
  self->store = open_store(self->path, self->problems);
  g_autoptr(McStoredConversation) found = recall_one(self->store, 1);
  g_assert_nonnull(found);
  const McInjection *injection = found->injections->pdata[0];
  g_assert_cmpstr(injection->text, ==, AWKWARD_TEXT);
  g_assert_false(has_problem(self->problems, "storage_damaged"));
}

/* A restart: the new process serves while the old one drains. */
static void
test_two_processes_share_the_file(Fixture *self, gconstpointer data)
{
  g_clear_pointer(&self->store, mc_session_store_free);
  pid_t child = fork();
  if (child == 0) {
    McSessionStore *store = open_store(self->path, NULL);
    for (guint64 i = 0; i < 300; i++) {
      advance(store, "old", 1000 + i);
      if (i % 3 == 0)
        mc_session_store_flush(store);
    }
    mc_session_store_close(store);
    _exit(mc_session_store_get_dropped(store) == 0 ? 0 : 1);
  }
  self->store = open_store(self->path, self->problems);
  for (guint64 i = 0; i < 300; i++) {
    advance(self->store, "new", 5000 + i);
    if (i % 3 == 0)
      mc_session_store_flush(self->store);
  }
  mc_session_store_flush(self->store);
  int status;
  waitpid(child, &status, 0);
  g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  g_autoptr(McStoredConversation) old = recall_one(self->store, 1299);
  g_assert_cmpstr(old->id, ==, "old");
  g_autoptr(McStoredConversation) new = recall_one(self->store, 5299);
  g_assert_cmpstr(new->id, ==, "new");
  g_assert_false(has_problem(self->problems, "storage_failed"));
}

static void
test_a_full_queue_drops_and_tells(Fixture *self, gconstpointer data)
{
  g_autofree char *set_aside = NULL;
  McDatabase *other = mc_database_open(self->path, mc_session_schema, &set_aside, NULL);
  g_assert_true(mc_database_begin(other, NULL));
  advance(self->store, "c1", 1);
  g_usleep(500000); /* until the worker waits for the other's lock */
  gint64 start = g_get_monotonic_time();
  for (guint64 i = 0; i < 5000; i++)
    advance(self->store, "c1", 2 + i);
  g_assert_cmpint(g_get_monotonic_time() - start, <, G_TIME_SPAN_SECOND);
  g_assert_cmpuint(mc_session_store_get_dropped(self->store), ==, 5000 - 4096);
  g_assert_true(mc_database_commit(other, NULL));
  mc_database_free(other);
  mc_session_store_flush(self->store);
  g_assert_true(has_problem(self->problems, "queue_full"));
  g_autoptr(McStoredConversation) found = recall_one(self->store, 4097);
  g_assert_nonnull(found);
}

static void
test_a_damaged_file_is_set_aside_and_told(Fixture *self, gconstpointer data)
{
  g_clear_pointer(&self->store, mc_session_store_free);
  g_autofree char *text = g_strnfill(9000, 'x');
  g_assert_true(g_file_set_contents(self->path, text, -1, NULL));
  self->store = open_store(self->path, self->problems);
  g_assert_true(has_problem(self->problems, "storage_damaged"));
  advance(self->store, "c1", 1);
  g_autoptr(McStoredConversation) found = recall_one(self->store, 1);
  g_assert_nonnull(found);
}

static void
test_a_missing_folder_fails_and_serving_goes_on(Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename(self->folder, "none", "records.db", NULL);
  McSessionStore *store = mc_session_store_new(path, self->problems);
  g_autoptr(GError) error = NULL;
  g_assert_false(mc_session_store_open(store, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_STORAGE);
  g_assert_true(has_problem(self->problems, "storage_failed"));
  for (guint64 i = 0; i < 2000; i++)
    advance(store, "c1", i);
  mc_session_store_flush(store);
  g_assert_cmpuint(mc_session_store_get_dropped(store), ==, 2000 - 1024);
  mc_session_store_close(store);
  advance(store, "c1", 1);
  mc_session_store_free(store);
}

/* A file system of one megabyte; FALSE where we may not mount. */
static gboolean
mount_small(const char *folder)
{
  int flags = CLONE_NEWNS | (getuid() == 0 ? 0 : CLONE_NEWUSER);
  return unshare(flags) == 0 &&
         mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
         mount("none", folder, "tmpfs", 0, "size=1m") == 0;
}

#define CANNOT_MOUNT 77

static int
fill_the_disk(Fixture *self)
{
  if (!mount_small(self->folder))
    return CANNOT_MOUNT;
  g_autofree char *ballast = g_build_filename(self->folder, "ballast", NULL);
  g_autofree char *text = g_strnfill(700000, 'x');
  if (!g_file_set_contents(ballast, text, -1, NULL))
    return 1;
  McProblemList *problems = mc_problem_list_new();
  McSessionStore *store = open_store(self->path, problems);
  text[10000] = '\0';
  guint saved = 0;
  while (saved < 60 && !has_problem(problems, "storage_failed")) {
    save_injection(store, "c1", ++saved, text);
    mc_session_store_flush(store);
  }
  if (!has_problem(problems, "storage_failed"))
    return 2;
  advance(store, "c1", 1);
  mc_session_store_flush(store);
  if (g_remove(ballast) != 0)
    return 3;
  /* Nothing is saved now: the retry comes by itself. */
  gint64 deadline = g_get_monotonic_time() + 20 * G_TIME_SPAN_SECOND;
  while (has_problem(problems, "storage_failed") && g_get_monotonic_time() < deadline)
    g_usleep(50000);
  if (has_problem(problems, "storage_failed"))
    return 4;
  g_autoptr(McStoredConversation) found = recall_one(store, 1);
  if (found == NULL || found->injections->len != saved)
    return 5;
  if (mc_session_store_get_dropped(store) != 0)
    return 6;
  mc_session_store_free(store);
  return 0;
}

static void
test_a_full_disk_loses_no_injection(Fixture *self, gconstpointer data)
{
  g_clear_pointer(&self->store, mc_session_store_free);
  pid_t child = fork();
  if (child == 0)
    _exit(fill_the_disk(self));
  int status;
  waitpid(child, &status, 0);
  g_assert_true(WIFEXITED(status));
  if (WEXITSTATUS(status) == CANNOT_MOUNT) {
    g_test_skip("may not mount a small file system");
    return;
  }
  g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function)                                                              \
  g_test_add("/sessions/session-store/" path, Fixture, NULL, set_up, function, tear_down)
  ADD("a-restart-gives-back-the-same-bytes", test_a_restart_gives_back_the_same_bytes);
  ADD("what-is-queued-can-be-recalled", test_what_is_queued_can_be_recalled);
  ADD("a-former-end-is-found", test_a_former_end_is_found);
  ADD("the-latest-of-two-forks-is-found", test_the_latest_of_two_forks_is_found);
  ADD("an-injection-is-stored-once", test_an_injection_is_stored_once);
  ADD("only-the-latest-ends-are-kept", test_only_the_latest_ends_are_kept);
  ADD("old-conversations-go", test_old_conversations_go);
  ADD("requests-are-recorded", test_requests_are_recorded);
  ADD("a-kill-keeps-what-was-acknowledged", test_a_kill_keeps_what_was_acknowledged);
  ADD("two-processes-share-the-file", test_two_processes_share_the_file);
  ADD("a-full-queue-drops-and-tells", test_a_full_queue_drops_and_tells);
  ADD("a-damaged-file-is-set-aside-and-told", test_a_damaged_file_is_set_aside_and_told);
  ADD("a-missing-folder-fails-and-serving-goes-on",
      test_a_missing_folder_fails_and_serving_goes_on);
  ADD("a-full-disk-loses-no-injection", test_a_full_disk_loses_no_injection);
  return g_test_run();
}
