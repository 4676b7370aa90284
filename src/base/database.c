/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define BUSY_TIMEOUT_MS 5000

/* Looking through a file costs 4 ms a megabyte, and the service has 300 to be there:
 * larger ones are checked only when they were not closed, the largest not at all. */
#define ALWAYS_CHECKED_BYTES (8 * 1024 * 1024)
#define EVER_CHECKED_BYTES   (32 * 1024 * 1024)

struct _McDatabase {
  sqlite3 *handle;        /* (owned) */
  char *path;             /* (owned) */
  GHashTable *statements; /* (owned) SQL text → McStatement (owned) */
  int log_pages;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3, sqlite3_close_v2)

static void
set_error(GError **error, sqlite3 *handle, const char *path, int result)
{
  int system_errno = handle != NULL ? sqlite3_system_errno(handle) : 0;
  McErrorCode code = MC_ERROR_STORAGE;
  if ((result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_LOCKED)
    code = MC_ERROR_CONFLICT;
  else if ((result & 0xff) == SQLITE_MISUSE)
    code = MC_ERROR_INTERNAL;
  else if ((result & 0xff) == SQLITE_CONSTRAINT || (result & 0xff) == SQLITE_TOOBIG)
    code = MC_ERROR_INVALID_INPUT;
  const char *reason = handle != NULL ? sqlite3_errmsg(handle) : sqlite3_errstr(result);
  g_autofree char *name = g_path_get_basename(path);
  if ((result & 0xff) == SQLITE_CANTOPEN && system_errno != 0)
    reason = g_strerror(system_errno);
  g_set_error(error, MC_ERROR, code, "database '%s': %s", name, reason);
}

static gboolean
is_damage(int result)
{
  return (result & 0xff) == SQLITE_NOTADB || (result & 0xff) == SQLITE_CORRUPT;
}

static int
execute(sqlite3 *handle, const char *sql)
{
  return sqlite3_exec(handle, sql, NULL, NULL, NULL);
}

/* The first value of the first row of @sql; SQLITE_ROW when there is one. */
static int
query_one(sqlite3 *handle, const char *sql, gint64 *number, char **text)
{
  g_autoptr(sqlite3_stmt) statement = NULL;
  int result = sqlite3_prepare_v2(handle, sql, -1, &statement, NULL);
  if (result != SQLITE_OK)
    return result;
  result = sqlite3_step(statement);
  if (result == SQLITE_ROW && number != NULL)
    *number = sqlite3_column_int64(statement, 0);
  if (result == SQLITE_ROW && text != NULL)
    *text = g_strdup((const char *) sqlite3_column_text(statement, 0));
  return result;
}

/* Makes the file private before SQLite writes into it; its -wal and -shm take over the
 * mode. An existing file is never opened here: closing it would drop the locks that this
 * process may hold on it (POSIX). */
static void
make_private(const char *path)
{
  struct stat status;
  int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd >= 0)
    close(fd);
  else if (stat(path, &status) == 0 && (status.st_mode & 077) != 0)
    (void) chmod(path, status.st_mode & 0700);
}

static gboolean
needs_check(const char *path)
{
  struct stat status;
  if (stat(path, &status) != 0 || status.st_size > EVER_CHECKED_BYTES)
    return FALSE;
  if (status.st_size <= ALWAYS_CHECKED_BYTES)
    return TRUE;
  g_autofree char *log = g_strconcat(path, "-wal", NULL);
  return stat(log, &status) == 0 && status.st_size > 0;
}

static int
check(sqlite3 *handle)
{
  g_autofree char *verdict = NULL;
  int result = query_one(handle, "PRAGMA quick_check(1)", NULL, &verdict);
  if (result != SQLITE_ROW)
    return result;
  return g_strcmp0(verdict, "ok") == 0 ? SQLITE_OK : SQLITE_CORRUPT;
}

/* What holds for the connection, not the file. Nothing is read yet but the header. */
static int
configure(sqlite3 *handle)
{
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, BUSY_TIMEOUT_MS);
  /* Schemas of a foreign making must not run functions of ours. */
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  return execute(handle, "PRAGMA journal_mode=WAL;"
                         "PRAGMA synchronous=FULL;"
                         "PRAGMA foreign_keys=ON;"
                         "PRAGMA journal_size_limit=4194304;"
                         "PRAGMA wal_autocheckpoint=0;");
}

/* Opens and checks; a result code of SQLite. */
static int
open_checked(const char *path, sqlite3 **handle)
{
  make_private(path);
  gboolean is_checked = needs_check(path);
  int result = sqlite3_open_v2(path, handle,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                                   SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                               NULL);
  if (result == SQLITE_OK)
    result = configure(*handle);
  if (result == SQLITE_OK && is_checked)
    result = check(*handle);
  return result;
}

/* PATH, PATH-wal and PATH-shm get out of the way together. */
static char *
set_file_aside(const char *path, GError **error)
{
  static const char *const endings[] = {"-wal", "-shm"};
  g_autoptr(GDateTime) now = g_date_time_new_now_utc();
  g_autofree char *stamp = g_date_time_format(now, "%Y%m%d-%H%M%S");
  g_autofree char *aside = g_strdup_printf("%s.damaged-%s", path, stamp);
  for (int i = 1; access(aside, F_OK) == 0; i++) {
    g_free(aside);
    aside = g_strdup_printf("%s.damaged-%s-%d", path, stamp, i);
  }
  if (rename(path, aside) != 0) {
    mc_error_set_from_errno(error, errno, "cannot set the damaged file '%s' aside", path);
    return NULL;
  }
  for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
    g_autofree char *from = g_strconcat(path, endings[i], NULL);
    g_autofree char *to = g_strconcat(aside, endings[i], NULL);
    (void) rename(from, to);
  }
  return g_steal_pointer(&aside);
}

static int
get_version(sqlite3 *handle, gint64 *version)
{
  int result = query_one(handle, "PRAGMA user_version", version, NULL);
  return result == SQLITE_ROW ? SQLITE_OK : result;
}

/* Looks at the version again under the lock: the other process may have been first. */
static int
migrate_one(sqlite3 *handle, const McMigration *migration)
{
  gint64 version;
  int result = execute(handle, "BEGIN IMMEDIATE");
  if (result != SQLITE_OK)
    return result;
  result = get_version(handle, &version);
  if (result == SQLITE_OK && version < migration->version) {
    g_autofree char *mark = g_strdup_printf("PRAGMA user_version=%d", migration->version);
    result = execute(handle, migration->sql);
    if (result == SQLITE_OK)
      result = execute(handle, mark);
  }
  if (result == SQLITE_OK)
    result = execute(handle, "COMMIT");
  if (result != SQLITE_OK && !sqlite3_get_autocommit(handle))
    execute(handle, "ROLLBACK");
  return result;
}

static gboolean
migrate(sqlite3 *handle, const char *path, const McMigration *migrations, GError **error)
{
  gint64 version = 0;
  int result = get_version(handle, &version);
  int newest = 0;
  for (const McMigration *row = migrations; row->version != 0 && result == SQLITE_OK;
       row++) {
    newest = row->version;
    if (version < row->version)
      result = migrate_one(handle, row);
  }
  if (result != SQLITE_OK) {
    set_error(error, handle, path, result);
    return FALSE;
  }
  if (version > newest) {
    g_set_error(error, MC_ERROR, MC_ERROR_CONFLICT,
                "database '%s' was made by a newer version of MetaClaw (schema %d, this "
                "one knows %d); start the newer one, or move the file away",
                path, (int) version, newest);
    return FALSE;
  }
  return TRUE;
}

static int
on_committed(gpointer data, sqlite3 *handle, const char *name, int pages)
{
  McDatabase *self = data;
  self->log_pages = pages;
  return SQLITE_OK;
}

McDatabase *
mc_database_open(const char *path, const McMigration *migrations, char **set_aside,
                 GError **error)
{
  g_return_val_if_fail(set_aside != NULL, NULL);
  g_autoptr(sqlite3) handle = NULL;
  *set_aside = NULL;
  int result = open_checked(path, &handle);
  if (is_damage(result)) {
    g_clear_pointer(&handle, sqlite3_close_v2);
    *set_aside = set_file_aside(path, error);
    if (*set_aside == NULL)
      return NULL;
    g_message("the database '%s' is damaged; it is now '%s'", path, *set_aside);
    result = open_checked(path, &handle);
  }
  if (result != SQLITE_OK) {
    set_error(error, handle, path, result);
    return NULL;
  }
  if (!migrate(handle, path, migrations, error))
    return NULL;

  McDatabase *self = g_new0(McDatabase, 1);
  self->handle = g_steal_pointer(&handle);
  self->path = g_strdup(path);
  self->statements = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify) (void *) sqlite3_finalize);
  sqlite3_wal_hook(self->handle, on_committed, self);
  return self;
}

void
mc_database_free(McDatabase *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref(self->statements);
  sqlite3_close_v2(self->handle);
  g_free(self->path);
  g_free(self);
}

const char *
mc_database_get_path(const McDatabase *self)
{
  return self->path;
}

gboolean
mc_database_begin(McDatabase *self, GError **error)
{
  return mc_database_run(self, error, "BEGIN IMMEDIATE", "");
}

gboolean
mc_database_begin_read(McDatabase *self, GError **error)
{
  return mc_database_run(self, error, "BEGIN", "");
}

gboolean
mc_database_commit(McDatabase *self, GError **error)
{
  return mc_database_run(self, error, "COMMIT", "");
}

void
mc_database_rollback(McDatabase *self)
{
  if (mc_database_is_in_transaction(self))
    (void) mc_database_run(self, NULL, "ROLLBACK", "");
}

gboolean
mc_database_is_in_transaction(McDatabase *self)
{
  return !sqlite3_get_autocommit(self->handle);
}

static McStatement *
prepare(McDatabase *self, const char *sql, GError **error)
{
  McStatement *statement = g_hash_table_lookup(self->statements, sql);
  if (statement != NULL)
    return statement;
  int result = sqlite3_prepare_v3(self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                  &statement, NULL);
  if (result != SQLITE_OK) {
    set_error(error, self->handle, self->path, result);
    return NULL;
  }
  g_hash_table_insert(self->statements, g_strdup(sql), statement);
  return statement;
}

static int
bind_number_or_null(McStatement *statement, int index, gint64 number)
{
  return number < 0 ? sqlite3_bind_null(statement, index)
                    : sqlite3_bind_int64(statement, index, number);
}

static int
bind_values(McStatement *statement, const char *types, va_list values)
{
  int result = SQLITE_OK;
  for (int i = 1; types[i - 1] != '\0' && result == SQLITE_OK; i++) {
    switch (types[i - 1]) {
    case 's':
      result = sqlite3_bind_text(statement, i, va_arg(values, const char *), -1,
                                 SQLITE_STATIC);
      break;
    case 'i':
      result = sqlite3_bind_int64(statement, i, va_arg(values, gint64));
      break;
    case 'n':
      result = bind_number_or_null(statement, i, va_arg(values, gint64));
      break;
    case 'd':
      result = sqlite3_bind_double(statement, i, va_arg(values, double));
      break;
    case 'b': {
      gconstpointer data = va_arg(values, gconstpointer);
      result =
          sqlite3_bind_blob64(statement, i, data, va_arg(values, gsize), SQLITE_STATIC);
      break;
    }
    default:
      g_return_val_if_reached(SQLITE_MISUSE);
    }
  }
  return result;
}

static McStatement *
query_va(McDatabase *self, GError **error, const char *sql, const char *types,
         va_list values)
{
  McStatement *statement = prepare(self, sql, error);
  if (statement == NULL)
    return NULL;
  int result = bind_values(statement, types, values);
  if (result != SQLITE_OK) {
    set_error(error, self->handle, self->path, result);
    mc_statement_reset(statement);
    return NULL;
  }
  return statement;
}

McStatement *
mc_database_query(McDatabase *self, GError **error, const char *sql, const char *types,
                  ...)
{
  va_list values;
  va_start(values, types);
  McStatement *statement = query_va(self, error, sql, types, values);
  va_end(values);
  return statement;
}

gboolean
mc_database_step(McDatabase *self, McStatement *statement, GError **error)
{
  int result = sqlite3_step(statement);
  if (result == SQLITE_ROW)
    return TRUE;
  if (result != SQLITE_DONE)
    set_error(error, self->handle, self->path, result);
  return FALSE;
}

void
mc_statement_reset(McStatement *statement)
{
  if (statement == NULL)
    return;
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

gboolean
mc_database_run(McDatabase *self, GError **error, const char *sql, const char *types, ...)
{
  va_list values;
  va_start(values, types);
  g_autoptr(McStatement) statement = query_va(self, error, sql, types, values);
  va_end(values);
  if (statement == NULL)
    return FALSE;
  int result;
  do
    result = sqlite3_step(statement);
  while (result == SQLITE_ROW);
  if (result != SQLITE_DONE)
    set_error(error, self->handle, self->path, result);
  return result == SQLITE_DONE;
}

gint64
mc_database_get_changes(McDatabase *self)
{
  return sqlite3_changes64(self->handle);
}

int
mc_database_checkpoint(McDatabase *self)
{
  int in_log = 0;
  int copied = 0;
  int result = sqlite3_wal_checkpoint_v2(self->handle, NULL, SQLITE_CHECKPOINT_PASSIVE,
                                         &in_log, &copied);
  if (result == SQLITE_OK)
    self->log_pages = in_log - copied;
  return self->log_pages;
}

int
mc_database_get_log_pages(McDatabase *self)
{
  return self->log_pages;
}
