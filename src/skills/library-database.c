/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/library-database.h"

#include "base/database.h"

struct _McLibraryDatabase {
  McDatabase *database; /* (owned) */
};

static const McMigration library_schema[] = {
    {1, "CREATE TABLE builtin_skill ("
        "  name TEXT PRIMARY KEY,"
        "  sha256 TEXT NOT NULL,"
        "  installed_at INTEGER NOT NULL,"
        "  state TEXT NOT NULL"
        ") WITHOUT ROWID;"
        "CREATE TABLE skill_state ("
        "  name TEXT PRIMARY KEY,"
        "  enabled INTEGER NOT NULL,"
        "  updated_at INTEGER NOT NULL"
        ") WITHOUT ROWID;"
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
        "INSERT INTO meta (key, value) VALUES ('skill_generation', '1');"},
    {0, NULL},
};

static const char *const state_names[] = {
    [MC_BUILTIN_INSTALLED] = "installed",
    [MC_BUILTIN_EDITED] = "edited",
    [MC_BUILTIN_DELETED] = "deleted",
    [MC_BUILTIN_FOREIGN] = "foreign",
};

/* A state that a later version may add is none of ours to overwrite: FOREIGN. */
static McBuiltinState
parse_state(const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS(state_names); i++)
    if (g_strcmp0(state_names[i], name) == 0)
      return (McBuiltinState) i;
  return MC_BUILTIN_FOREIGN;
}

void
mc_builtin_skill_free(McBuiltinSkill *self)
{
  if (self == NULL)
    return;
  g_free(self->sha256);
  g_free(self);
}

McLibraryDatabase *
mc_library_database_open(const char *path, char **set_aside, GError **error)
{
  McDatabase *database = mc_database_open(path, library_schema, set_aside, error);
  if (database == NULL)
    return NULL;
  McLibraryDatabase *self = g_new0(McLibraryDatabase, 1);
  self->database = database;
  return self;
}

void
mc_library_database_free(McLibraryDatabase *self)
{
  if (self == NULL)
    return;
  /* Changes are few: the end is the time to copy the log into the file. */
  mc_database_checkpoint(self->database);
  mc_database_free(self->database);
  g_free(self);
}

McBuiltinSkill *
mc_library_database_dup_builtin(McLibraryDatabase *self, const char *name, GError **error)
{
  g_autoptr(McStatement) rows = mc_database_query(
      self->database, error, "SELECT sha256, state FROM builtin_skill WHERE name = ?",
      "s", name);
  if (rows == NULL || !mc_database_step(self->database, rows, error))
    return NULL;
  McBuiltinSkill *skill = g_new0(McBuiltinSkill, 1);
  skill->sha256 = g_strdup((const char *) sqlite3_column_text(rows, 0));
  skill->state = parse_state((const char *) sqlite3_column_text(rows, 1));
  return skill;
}

gboolean
mc_library_database_set_builtin(McLibraryDatabase *self, const char *name,
                                const char *sha256, McBuiltinState state, GError **error)
{
  return mc_database_run(
      self->database, error,
      "INSERT INTO builtin_skill (name, sha256, installed_at, state)"
      " VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
      " installed_at = CASE WHEN sha256 = excluded.sha256 THEN installed_at ELSE"
      " excluded.installed_at END, sha256 = excluded.sha256, state = excluded.state",
      "ssis", name, sha256, g_get_real_time(), state_names[state]);
}

static gint64
query_number(McLibraryDatabase *self, const char *sql, GError **error)
{
  g_autoptr(McStatement) rows = mc_database_query(self->database, error, sql, "");
  if (rows == NULL || !mc_database_step(self->database, rows, error))
    return -1;
  return sqlite3_column_int64(rows, 0);
}

gint64
mc_library_database_count_builtins(McLibraryDatabase *self, GError **error)
{
  return query_number(self, "SELECT count(*) FROM builtin_skill", error);
}

GHashTable *
mc_library_database_dup_disabled(McLibraryDatabase *self, GError **error)
{
  g_autoptr(GHashTable) names =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GError) local = NULL;
  g_autoptr(McStatement) rows = mc_database_query(
      self->database, &local, "SELECT name FROM skill_state WHERE enabled = 0", "");
  while (rows != NULL && mc_database_step(self->database, rows, &local))
    g_hash_table_add(names, g_strdup((const char *) sqlite3_column_text(rows, 0)));
  if (local == NULL)
    return g_steal_pointer(&names);
  g_propagate_error(error, g_steal_pointer(&local));
  return NULL;
}

static gboolean
write_enabled(McLibraryDatabase *self, const char *name, gboolean is_enabled,
              GError **error)
{
  /* A skill without a row is on; what changes nothing changes no row. */
  if (!mc_database_run(self->database, error,
                       "INSERT INTO skill_state (name, enabled, updated_at)"
                       " SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM skill_state"
                       " WHERE name = ?1 AND enabled = ?2) AND NOT (?2 = 1 AND NOT EXISTS"
                       " (SELECT 1 FROM skill_state WHERE name = ?1))"
                       " ON CONFLICT (name) DO UPDATE SET enabled = excluded.enabled,"
                       " updated_at = excluded.updated_at",
                       "sii", name, (gint64) (is_enabled ? 1 : 0), g_get_real_time()))
    return FALSE;
  return mc_database_get_changes(self->database) == 0 ||
         mc_library_database_raise_generation(self, error);
}

gboolean
mc_library_database_set_enabled(McLibraryDatabase *self, const char *name,
                                gboolean is_enabled, GError **error)
{
  if (mc_database_is_in_transaction(self->database))
    return write_enabled(self, name, is_enabled, error);
  if (!mc_database_begin(self->database, error))
    return FALSE;
  gboolean is_done = write_enabled(self, name, is_enabled, error) &&
                     mc_database_commit(self->database, error);
  mc_database_rollback(self->database);
  return is_done;
}

gint64
mc_library_database_get_generation(McLibraryDatabase *self, GError **error)
{
  return query_number(
      self, "SELECT CAST (value AS INTEGER) FROM meta WHERE key = 'skill_generation'",
      error);
}

gboolean
mc_library_database_raise_generation(McLibraryDatabase *self, GError **error)
{
  return mc_database_run(self->database, error,
                         "UPDATE meta SET value = CAST (value AS INTEGER) + 1"
                         " WHERE key = 'skill_generation'",
                         "");
}

char *
mc_library_database_dup_meta(McLibraryDatabase *self, const char *key, GError **error)
{
  g_autoptr(McStatement) rows = mc_database_query(
      self->database, error, "SELECT value FROM meta WHERE key = ?", "s", key);
  if (rows == NULL || !mc_database_step(self->database, rows, error))
    return NULL;
  return g_strdup((const char *) sqlite3_column_text(rows, 0));
}

gboolean
mc_library_database_set_meta(McLibraryDatabase *self, const char *key, const char *value,
                             GError **error)
{
  return mc_database_run(self->database, error,
                         "INSERT INTO meta (key, value) VALUES (?, ?)"
                         " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                         "ss", key, value);
}

gboolean
mc_library_database_begin(McLibraryDatabase *self, GError **error)
{
  return mc_database_begin(self->database, error);
}

gboolean
mc_library_database_commit(McLibraryDatabase *self, GError **error)
{
  return mc_database_commit(self->database, error);
}

void
mc_library_database_rollback(McLibraryDatabase *self)
{
  mc_database_rollback(self->database);
}
