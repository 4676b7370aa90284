/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <sqlite3.h>

/* A SQLite file of ours: private (0600), write-ahead logged, a commit that returned is on
 * the disk. Two processes may have it open at once (a restart: the old one drains); a
 * writer waits at most five seconds for the other. Confined: one thread at a time, after
 * start-up a task queue. Errors: STORAGE (disk full, cannot be written, damaged),
 * CONFLICT (made by a newer version, or the other process holds it too long),
 * INVALID_INPUT (a value breaks a constraint; the transaction goes on).
 *
 * Checkpoints stall a writer for 60 to 170 ms, so SQLite makes none by itself: the owner
 * calls mc_database_checkpoint() when nothing waits. */

typedef struct _McDatabase McDatabase;

/* One step of the schema. Steps are numbered from 1 without gaps and never change once
 * released; they only add, as the former version may still be running. A table of them
 * ends with a zero row. */
typedef struct {
  int version;
  const char *sql;
} McMigration;

/* Opens @path, makes it if it is not there, and runs the missing migrations, each in a
 * transaction. A file that is damaged or no database is set aside as PATH.damaged-TIME
 * and a new one made; @set_aside (transfer full) then names it, else it becomes NULL. */
McDatabase *mc_database_open(const char *path, const McMigration *migrations,
                             char **set_aside, GError **error);
void mc_database_free(McDatabase *self);

const char *mc_database_get_path(const McDatabase *self);

/* Transactions of this process: begin takes the write lock at once. A full disk may have
 * rolled back already; rollback then does nothing. */
gboolean mc_database_begin(McDatabase *self, GError **error);
/* Many queries of one state: spares each of them the file locks. Ended by rollback. */
gboolean mc_database_begin_read(McDatabase *self, GError **error);
gboolean mc_database_commit(McDatabase *self, GError **error);
void mc_database_rollback(McDatabase *self);
gboolean mc_database_is_in_transaction(McDatabase *self);

/* A prepared statement with its values, kept for the next use. Reset when it goes out of
 * scope: g_autoptr(McStatement). */
typedef sqlite3_stmt McStatement;

/* Borrows the statement of @sql (a literal) and binds values; one letter of @types each:
 *   s  const char * (NULL makes NULL)   i  gint64
 *   b  gconstpointer, gsize             d  double
 *   n  gint64, negative makes NULL
 * Bound memory must live until the statement is reset. NULL and @error on failure. */
McStatement *mc_database_query(McDatabase *self, GError **error, const char *sql,
                               const char *types, ...);

/* TRUE: a row. FALSE: no more rows, or @error. */
gboolean mc_database_step(McDatabase *self, McStatement *statement, GError **error);
void mc_statement_reset(McStatement *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(McStatement, mc_statement_reset)

/* The same for a statement without rows: binds, runs, resets. */
gboolean mc_database_run(McDatabase *self, GError **error, const char *sql,
                         const char *types, ...);

/* Rows changed by the last mc_database_run(). */
gint64 mc_database_get_changes(McDatabase *self);

/* Copies what the log holds into the file, as far as no reader is in the way. Returns the
 * pages that are left in the log. */
int mc_database_checkpoint(McDatabase *self);

/* Pages in the write-ahead log after the last commit. */
int mc_database_get_log_pages(McDatabase *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McDatabase, mc_database_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)
