/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/library-database.h"

#include <glib/gstdio.h>

#include "base/error.h"

typedef struct {
  char *folder;               /* (owned) */
  char *path;                 /* (owned) */
  McLibraryDatabase *library; /* (owned) */
} Fixture;

static McLibraryDatabase *
open_library(const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *set_aside = NULL;
  McLibraryDatabase *library = mc_library_database_open(path, &set_aside, &error);
  g_assert_no_error(error);
  g_assert_null(set_aside);
  return library;
}

static void
set_up(Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp("mc-library-XXXXXX", NULL);
  self->path = g_build_filename(self->folder, "library.db", NULL);
  self->library = open_library(self->path);
}

static void
tear_down(Fixture *self, gconstpointer data)
{
  mc_library_database_free(self->library);
  g_remove(self->path);
  /* A clean end leaves one file. */
  g_assert_cmpint(g_rmdir(self->folder), ==, 0);
  g_free(self->folder);
  g_free(self->path);
}

static void
reopen(Fixture *self)
{
  mc_library_database_free(self->library);
  self->library = open_library(self->path);
}

static void
test_the_manifest_is_kept(Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_library_database_dup_builtin(self->library, "a", &error));
  g_assert_no_error(error);
  g_assert_true(mc_library_database_set_builtin(self->library, "a", "one",
                                                MC_BUILTIN_INSTALLED, NULL));
  g_assert_true(mc_library_database_set_builtin(self->library, "a", "two",
                                                MC_BUILTIN_DELETED, NULL));
  reopen(self);
  g_autoptr(McBuiltinSkill) skill =
      mc_library_database_dup_builtin(self->library, "a", NULL);
  g_assert_cmpstr(skill->sha256, ==, "two");
  g_assert_cmpint(skill->state, ==, MC_BUILTIN_DELETED);
  g_assert_cmpint(mc_library_database_count_builtins(self->library, NULL), ==, 1);
}

static void
test_switching_off_is_kept_and_counted(Fixture *self, gconstpointer data)
{
  gint64 start = mc_library_database_get_generation(self->library, NULL);
  g_assert_cmpint(start, ==, 1);
  g_assert_true(mc_library_database_set_enabled(self->library, "a", TRUE, NULL));
  g_assert_cmpint(mc_library_database_get_generation(self->library, NULL), ==, start);
  g_assert_true(mc_library_database_set_enabled(self->library, "a", FALSE, NULL));
  g_assert_true(mc_library_database_set_enabled(self->library, "a", FALSE, NULL));
  g_assert_true(mc_library_database_set_enabled(self->library, "b", FALSE, NULL));
  g_assert_true(mc_library_database_set_enabled(self->library, "b", TRUE, NULL));
  g_assert_cmpint(mc_library_database_get_generation(self->library, NULL), ==, start + 3);
  reopen(self);
  g_autoptr(GHashTable) disabled = mc_library_database_dup_disabled(self->library, NULL);
  g_assert_cmpuint(g_hash_table_size(disabled), ==, 1);
  g_assert_true(g_hash_table_contains(disabled, "a"));
}

static void
test_meta_is_kept(Fixture *self, gconstpointer data)
{
  g_assert_null(mc_library_database_dup_meta(self->library, "key", NULL));
  g_assert_true(mc_library_database_set_meta(self->library, "key", "a", NULL));
  g_assert_true(mc_library_database_set_meta(self->library, "key", "b", NULL));
  reopen(self);
  g_autofree char *value = mc_library_database_dup_meta(self->library, "key", NULL);
  g_assert_cmpstr(value, ==, "b");
}

static void
test_a_rollback_takes_all_back(Fixture *self, gconstpointer data)
{
  g_assert_true(mc_library_database_begin(self->library, NULL));
  g_assert_true(mc_library_database_set_enabled(self->library, "a", FALSE, NULL));
  mc_library_database_rollback(self->library);
  g_autoptr(GHashTable) disabled = mc_library_database_dup_disabled(self->library, NULL);
  g_assert_cmpuint(g_hash_table_size(disabled), ==, 0);
  g_assert_cmpint(mc_library_database_get_generation(self->library, NULL), ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function)                                                              \
  g_test_add("/skills/library-database/" path, Fixture, NULL, set_up, function, tear_down)
  ADD("the-manifest-is-kept", test_the_manifest_is_kept);
  ADD("switching-off-is-kept-and-counted", test_switching_off_is_kept_and_counted);
  ADD("meta-is-kept", test_meta_is_kept);
  ADD("a-rollback-takes-all-back", test_a_rollback_takes_all_back);
  return g_test_run();
}
