/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/database.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

static const McMigration first_schema[] = {
    {1, "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT, data BLOB)"},
    {0, NULL},
};

static const McMigration second_schema[] = {
    {1, "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT, data BLOB)"},
    {2, "ALTER TABLE note ADD COLUMN stars INTEGER DEFAULT 3;"
        "CREATE INDEX note_text ON note (text);"},
    {0, NULL},
};

static const McMigration broken_schema[] = {
    {1, "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT, data BLOB)"},
    {2, "CREATE TABLE extra (id INTEGER); CREATE TABLE note (id INTEGER)"},
    {0, NULL},
};

typedef struct {
  char *folder; /* (owned) */
  char *path;   /* (owned) */
} Fixture;

static void
set_up(Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp("mc-database-XXXXXX", NULL);
  self->path = g_build_filename(self->folder, "test.db", NULL);
}

static void
tear_down(Fixture *self, gconstpointer data)
{
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

static McDatabase *
open_database(const char *path, const McMigration *migrations)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *set_aside = NULL;
  McDatabase *database = mc_database_open(path, migrations, &set_aside, &error);
  g_assert_no_error(error);
  g_assert_nonnull(database);
  g_assert_null(set_aside);
  return database;
}

static void
add_note(McDatabase *database, const char *text)
{
  g_autoptr(GError) error = NULL;
  mc_database_run(database, &error, "INSERT INTO note (text) VALUES (?)", "s", text);
  g_assert_no_error(error);
}

static gint64
query_number(McDatabase *database, const char *sql)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(McStatement) rows = mc_database_query(database, &error, sql, "");
  g_assert_no_error(error);
  g_assert_true(mc_database_step(database, rows, &error));
  return sqlite3_column_int64(rows, 0);
}

static void
test_files_are_private_and_durable(Fixture *self, gconstpointer data)
{
  g_autoptr(McDatabase) database = open_database(self->path, first_schema);
  add_note(database, "a");
  const char *const endings[] = {"", "-wal", "-shm"};
  for (int i = 0; i < 3; i++) {
    g_autofree char *path = g_strconcat(self->path, endings[i], NULL);
    struct stat status;
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
  }
  g_assert_cmpint(query_number(database, "PRAGMA synchronous"), ==, 2);
  g_assert_cmpint(query_number(database, "PRAGMA foreign_keys"), ==, 1);
  g_assert_cmpint(query_number(database, "PRAGMA wal_autocheckpoint"), ==, 0);
}

static void
test_values_come_back(Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(McDatabase) database = open_database(self->path, second_schema);
  mc_database_run(database, &error,
                  "INSERT INTO note (id, text, data, stars) VALUES (?, ?, ?, ?)", "isbn",
                  G_GINT64_CONSTANT(1) << 40, NULL, "a\0b", (gsize) 3,
                  (gint64) G_GINT64_CONSTANT(-1));
  g_assert_no_error(error);
  g_autoptr(McStatement) rows = mc_database_query(
      database, &error, "SELECT id, text, data, stars FROM note WHERE id = ?", "i",
      G_GINT64_CONSTANT(1) << 40);
  g_assert_true(mc_database_step(database, rows, &error));
  g_assert_cmpint(sqlite3_column_int64(rows, 0), ==, G_GINT64_CONSTANT(1) << 40);
  g_assert_cmpint(sqlite3_column_type(rows, 1), ==, SQLITE_NULL);
  g_assert_cmpmem(sqlite3_column_blob(rows, 2), (gsize) sqlite3_column_bytes(rows, 2),
                  "a\0b", 3);
  g_assert_cmpint(sqlite3_column_type(rows, 3), ==, SQLITE_NULL);
  g_assert_false(mc_database_step(database, rows, &error));
  g_assert_no_error(error);
}

static void
test_migrations_run_once_and_keep_data(Fixture *self, gconstpointer data)
{
  McDatabase *old = open_database(self->path, first_schema);
  add_note(old, "a");
  mc_database_free(old);
  for (int i = 0; i < 2; i++) {
    g_autoptr(McDatabase) database = open_database(self->path, second_schema);
    g_assert_cmpint(query_number(database, "SELECT stars FROM note"), ==, 3);
    g_assert_cmpint(query_number(database, "PRAGMA user_version"), ==, 2);
  }
}

static void
test_a_newer_file_is_refused(Fixture *self, gconstpointer data)
{
  mc_database_free(open_database(self->path, second_schema));
  g_autoptr(GError) error = NULL;
  g_autofree char *set_aside = NULL;
  g_assert_null(mc_database_open(self->path, first_schema, &set_aside, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_CONFLICT);
  g_assert_nonnull(strstr(error->message, "newer version"));
  g_assert_null(set_aside);
  mc_database_free(open_database(self->path, second_schema));
}

static void
test_a_failed_migration_leaves_the_former_version(Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *set_aside = NULL;
  g_assert_null(mc_database_open(self->path, broken_schema, &set_aside, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_STORAGE);
  g_autoptr(McDatabase) database = open_database(self->path, first_schema);
  g_assert_cmpint(
      query_number(database, "SELECT count(*) FROM sqlite_master WHERE name = 'extra'"),
      ==, 0);
}

static void
assert_is_set_aside(Fixture *self)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *set_aside = NULL;
  g_autoptr(McDatabase) database =
      mc_database_open(self->path, first_schema, &set_aside, &error);
  g_assert_no_error(error);
  g_assert_nonnull(set_aside);
  g_assert_true(g_file_test(set_aside, G_FILE_TEST_IS_REGULAR));
  g_assert_true(g_str_has_prefix(set_aside, self->path));
  add_note(database, "works again");
}

static void
test_a_foreign_file_is_set_aside(Fixture *self, gconstpointer data)
{
  g_autofree char *text = g_strnfill(5000, 'x');
  g_assert_true(g_file_set_contents(self->path, text, -1, NULL));
  assert_is_set_aside(self);
}

static void
test_a_damaged_page_is_noticed(Fixture *self, gconstpointer data)
{
  McDatabase *database = open_database(self->path, first_schema);
  g_autofree char *text = g_strnfill(3000, 'x');
  for (int i = 0; i < 40; i++)
    add_note(database, text);
  mc_database_free(database);
  g_autofree char *content = NULL;
  gsize length;
  g_assert_true(g_file_get_contents(self->path, &content, &length, NULL));
  g_assert_cmpuint(length, >, 60000);
  memset(content + 4096, 0x5a, 8192);
  g_assert_true(g_file_set_contents(self->path, content, (gssize) length, NULL));
  assert_is_set_aside(self);
}

static void
test_a_cut_file_is_set_aside(Fixture *self, gconstpointer data)
{
  McDatabase *database = open_database(self->path, first_schema);
  g_autofree char *text = g_strnfill(3000, 'x');
  for (int i = 0; i < 40; i++)
    add_note(database, text);
  mc_database_free(database);
  g_assert_cmpint(truncate(self->path, 6000), ==, 0);
  assert_is_set_aside(self);
}

static void
test_an_empty_file_is_a_new_database(Fixture *self, gconstpointer data)
{
  g_assert_true(g_file_set_contents(self->path, "", 0, NULL));
  g_assert_cmpint(chmod(self->path, 0644), ==, 0);
  g_autoptr(McDatabase) database = open_database(self->path, first_schema);
  add_note(database, "a");
  struct stat status;
  g_assert_cmpint(stat(self->path, &status), ==, 0);
  g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
}

static void
test_a_missing_folder_is_told(Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename(self->folder, "none", "test.db", NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *set_aside = NULL;
  g_assert_null(mc_database_open(path, first_schema, &set_aside, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_STORAGE);
  g_assert_nonnull(strstr(error->message, "No such file"));
}

/* A committed row survives, a row of an open transaction does not. */
static void
test_a_kill_keeps_what_was_committed(Fixture *self, gconstpointer data)
{
  pid_t child = fork();
  if (child == 0) {
    McDatabase *database = open_database(self->path, first_schema);
    mc_database_begin(database, NULL);
    add_note(database, "kept");
    if (!mc_database_commit(database, NULL))
      _exit(1);
    mc_database_begin(database, NULL);
    add_note(database, "lost");
    kill(getpid(), SIGKILL);
  }
  int status;
  waitpid(child, &status, 0);
  g_assert_true(WIFSIGNALED(status));
  g_autoptr(McDatabase) database = open_database(self->path, first_schema);
  g_assert_cmpint(query_number(database, "SELECT count(*) FROM note"), ==, 1);
}

static void
add_many(const char *path, int count)
{
  g_autoptr(McDatabase) database = open_database(path, first_schema);
  for (int i = 0; i < count; i++) {
    mc_database_begin(database, NULL);
    add_note(database, "a");
    if (!mc_database_commit(database, NULL))
      _exit(1);
    if (i % 20 == 19)
      mc_database_checkpoint(database);
  }
}

/* Both even make the file and its schema at the same time. */
static void
test_two_processes_write(Fixture *self, gconstpointer data)
{
  pid_t children[2];
  for (int i = 0; i < 2; i++) {
    children[i] = fork();
    if (children[i] == 0) {
      add_many(self->path, 100);
      _exit(0);
    }
  }
  for (int i = 0; i < 2; i++) {
    int status;
    waitpid(children[i], &status, 0);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  g_autoptr(McDatabase) database = open_database(self->path, first_schema);
  g_assert_cmpint(query_number(database, "SELECT count(*) FROM note"), ==, 200);
}

static gboolean
fill(McDatabase *database, GError **error)
{
  g_autofree char *text = g_strnfill(20000, 'x');
  if (!mc_database_begin(database, error))
    return FALSE;
  gboolean is_done = TRUE;
  for (int i = 0; i < 50 && is_done; i++)
    is_done =
        mc_database_run(database, error, "INSERT INTO note (text) VALUES (?)", "s", text);
  is_done = is_done && mc_database_commit(database, error);
  mc_database_rollback(database);
  return is_done;
}

/* A limit on the file size fails a write like a full disk does. */
static void
test_a_full_disk_is_an_error(Fixture *self, gconstpointer data)
{
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    g_autoptr(McDatabase) database = open_database(self->path, first_schema);
    add_note(database, "before");
    struct rlimit limit, full = {200000, RLIM_INFINITY};
    getrlimit(RLIMIT_FSIZE, &limit);
    full.rlim_max = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &full);
    GError *error = NULL;
    if (fill(database, &error) || !g_error_matches(error, MC_ERROR, MC_ERROR_STORAGE))
      _exit(1);
    if (mc_database_is_in_transaction(database))
      _exit(2);
    setrlimit(RLIMIT_FSIZE, &limit);
    g_clear_error(&error);
    _exit(fill(database, &error) ? 0 : 3);
  }
  int status;
  waitpid(child, &status, 0);
  g_assert_true(WIFEXITED(status));
  g_assert_cmpint(WEXITSTATUS(status), ==, 0);
  g_autoptr(McDatabase) database = open_database(self->path, first_schema);
  g_assert_cmpint(query_number(database, "SELECT count(*) FROM note"), ==, 51);
}

static void
test_a_checkpoint_empties_the_log(Fixture *self, gconstpointer data)
{
  g_autoptr(McDatabase) database = open_database(self->path, first_schema);
  for (int i = 0; i < 100; i++)
    add_note(database, "a");
  g_assert_cmpint(mc_database_get_log_pages(database), >=, 100);
  g_assert_cmpint(mc_database_checkpoint(database), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function)                                                              \
  g_test_add("/base/database/" path, Fixture, NULL, set_up, function, tear_down)
  ADD("files-are-private-and-durable", test_files_are_private_and_durable);
  ADD("values-come-back", test_values_come_back);
  ADD("migrations-run-once-and-keep-data", test_migrations_run_once_and_keep_data);
  ADD("a-newer-file-is-refused", test_a_newer_file_is_refused);
  ADD("a-failed-migration-leaves-the-former-version",
      test_a_failed_migration_leaves_the_former_version);
  ADD("a-foreign-file-is-set-aside", test_a_foreign_file_is_set_aside);
  ADD("a-damaged-page-is-noticed", test_a_damaged_page_is_noticed);
  ADD("a-cut-file-is-set-aside", test_a_cut_file_is_set_aside);
  ADD("an-empty-file-is-a-new-database", test_an_empty_file_is_a_new_database);
  ADD("a-missing-folder-is-told", test_a_missing_folder_is_told);
  ADD("a-kill-keeps-what-was-committed", test_a_kill_keeps_what_was_committed);
  ADD("two-processes-write", test_two_processes_write);
  ADD("a-full-disk-is-an-error", test_a_full_disk_is_an_error);
  ADD("a-checkpoint-empties-the-log", test_a_checkpoint_empties_the_log);
  return g_test_run();
}
