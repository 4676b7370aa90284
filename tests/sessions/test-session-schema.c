/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "sessions/session-schema.h"

#include <glib/gstdio.h>

static McDatabase *
open_database(const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *set_aside = NULL;
  McDatabase *database = mc_database_open(path, mc_session_schema, &set_aside, &error);
  g_assert_no_error(error);
  g_assert_null(set_aside);
  return database;
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
test_versions_have_no_gaps(void)
{
  for (int i = 0; mc_session_schema[i].version != 0; i++)
    g_assert_cmpint(mc_session_schema[i].version, ==, i + 1);
}

static void
test_a_conversation_takes_its_rows_along(void)
{
  g_autofree char *folder = g_dir_make_tmp("mc-schema-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "records.db", NULL);
  McDatabase *database = open_database(path);
  static const char *const statements[] = {
      "INSERT INTO conversation (id, created_at, updated_at) VALUES ('a', 1, 1)",
      "INSERT INTO conversation_tail (hash, conversation_id, at) VALUES (x'00', 'a', 1)",
      "INSERT INTO injection VALUES (1, 'a', 0, x'00', 'text', 'names', 1, 1)",
      "DELETE FROM conversation WHERE id = 'a'",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(statements); i++) {
    g_autoptr(GError) error = NULL;
    mc_database_run(database, &error, statements[i], "");
    g_assert_no_error(error);
  }
  g_assert_cmpint(query_number(database, "SELECT count(*) FROM conversation_tail"), ==,
                  0);
  g_assert_cmpint(query_number(database, "SELECT count(*) FROM injection"), ==, 0);
  mc_database_free(database);
  g_remove(path);
  g_rmdir(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sessions/session-schema/versions-have-no-gaps",
                  test_versions_have_no_gaps);
  g_test_add_func("/sessions/session-schema/a-conversation-takes-its-rows-along",
                  test_a_conversation_takes_its_rows_along);
  return g_test_run();
}
