/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/paths.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

typedef struct {
  char *folder; /* (owned) a temporary folder */
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  fixture->folder = g_dir_make_tmp("mc-paths-XXXXXX", &error);
  g_assert_no_error(error);
  g_unsetenv("METACLAW_HOME");
  g_unsetenv("METACLAW_DATADIR");
  g_unsetenv("FLATPAK_ID");
  g_setenv("XDG_RUNTIME_DIR", fixture->folder, TRUE);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  g_rmdir(fixture->folder);
  g_free(fixture->folder);
}

static void
assert_mode(const char *path, guint mode)
{
  struct stat status;
  g_assert_cmpint(stat(path, &status), ==, 0);
  g_assert_cmpuint(status.st_mode & 0777, ==, mode);
}

static void
test_home_is_named_by_the_environment(Fixture *fixture, gconstpointer data)
{
  g_setenv("METACLAW_HOME", "/some/where//else/", TRUE);
  g_autofree char *named = mc_paths_dup_home();
  g_assert_cmpstr(named, ==, "/some/where/else");

  g_setenv("METACLAW_HOME", "relative", TRUE);
  g_autofree char *current = g_get_current_dir();
  g_autofree char *expected = g_build_filename(current, "relative", NULL);
  g_autofree char *relative = mc_paths_dup_home();
  g_assert_cmpstr(relative, ==, expected);

  g_setenv("METACLAW_HOME", "", TRUE);
  g_autofree char *own = mc_paths_dup_home();
  g_autofree char *own_expected = g_build_filename(g_get_home_dir(), ".metaclaw", NULL);
  g_assert_cmpstr(own, ==, own_expected);
}

static void
test_build_joins(Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = mc_paths_build("/home/x/.metaclaw", "logs/metaclaw.log");
  g_assert_cmpstr(path, ==, "/home/x/.metaclaw/logs/metaclaw.log");
}

static void
test_runtime_differs_by_home(Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = mc_paths_dup_runtime("/home/x/.metaclaw");
  g_autofree char *same = mc_paths_dup_runtime("/home/x/.metaclaw");
  g_autofree char *other = mc_paths_dup_runtime("/home/y/.metaclaw");
  g_autofree char *prefix = g_strconcat(fixture->folder, "/metaclaw/", NULL);
  g_assert_true(g_str_has_prefix(one, prefix));
  g_assert_cmpuint(strlen(one), ==, strlen(prefix) + 12);
  g_assert_cmpstr(one, ==, same);
  g_assert_cmpstr(one, !=, other);
}

static void
test_runtime_in_a_flatpak_is_the_shared_folder(Fixture *fixture, gconstpointer data)
{
  g_setenv("FLATPAK_ID", "io.github.metaclaw.MetaClaw", TRUE);
  g_autofree char *path = mc_paths_dup_runtime("/home/x/.metaclaw");
  g_autofree char *prefix =
      g_strconcat(fixture->folder, "/app/io.github.metaclaw.MetaClaw/metaclaw/", NULL);
  g_assert_true(g_str_has_prefix(path, prefix));
}

static void
test_runtime_without_a_runtime_folder_is_in_the_home(Fixture *fixture, gconstpointer data)
{
  static const char *const useless[] = {"", "not/absolute", "/no/such/folder"};
  for (gsize i = 0; i < G_N_ELEMENTS(useless); i++) {
    g_setenv("XDG_RUNTIME_DIR", useless[i], TRUE);
    g_autofree char *path = mc_paths_dup_runtime("/home/x/.metaclaw");
    g_assert_cmpstr(path, ==, "/home/x/.metaclaw/run");
  }
  g_unsetenv("XDG_RUNTIME_DIR");
  g_autofree char *path = mc_paths_dup_runtime("/home/x/.metaclaw");
  g_assert_cmpstr(path, ==, "/home/x/.metaclaw/run");
}

static void
test_runtime_of_a_deep_home_still_holds_a_socket(Fixture *fixture, gconstpointer data)
{
  g_unsetenv("XDG_RUNTIME_DIR");
  g_autofree char *deep = g_strnfill(200, 'd');
  g_autofree char *home = g_strconcat("/home/", deep, NULL);
  g_autofree char *path = mc_paths_dup_runtime(home);
  g_autofree char *prefix =
      g_strdup_printf("/tmp/metaclaw-%lu/", (unsigned long) getuid());
  g_assert_true(g_str_has_prefix(path, prefix));
  g_assert_cmpuint(strlen(path), <=, 90);
}

static void
test_home_is_created_private(Fixture *fixture, gconstpointer data)
{
  g_autofree char *parent = g_build_filename(fixture->folder, "parent", NULL);
  g_autofree char *home = g_build_filename(parent, "home", NULL);
  g_autoptr(GError) error = NULL;
  g_assert_true(mc_paths_ensure_home(home, &error));
  g_assert_no_error(error);
  assert_mode(home, 0700);
  assert_mode(parent, 0700);
  g_rmdir(home);
  g_rmdir(parent);
}

static void
test_open_home_is_tightened(Fixture *fixture, gconstpointer data)
{
  g_autofree char *home = g_build_filename(fixture->folder, "home", NULL);
  g_assert_cmpint(g_mkdir(home, 0755), ==, 0);
  g_assert_cmpint(chmod(home, 0755), ==, 0); /* whatever the umask */
  g_autoptr(GError) error = NULL;
  g_assert_true(mc_paths_ensure_home(home, &error));
  g_assert_no_error(error);
  assert_mode(home, 0700);
  g_rmdir(home);
}

static void
test_file_in_the_way_is_named(Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename(fixture->folder, "file", NULL);
  g_assert_true(g_file_set_contents(file, "x", 1, NULL));
  g_autofree char *below = g_build_filename(file, "home", NULL);
  const char *const paths[] = {file, below};
  for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_false(mc_paths_ensure_private(paths[i], &error));
    g_assert_nonnull(error);
    g_assert_true(error->domain == MC_ERROR);
    g_assert_nonnull(strstr(error->message, file));
  }
  g_remove(file);
}

static void
test_folder_of_another_user_is_refused(Fixture *fixture, gconstpointer data)
{
  struct stat status;
  const char *foreign = getuid() == 0 ? fixture->folder : "/";
  if (getuid() == 0 && chown(foreign, 65534, 65534) != 0) {
    g_test_skip("cannot give a folder away here");
    return;
  }
  g_assert_cmpint(stat(foreign, &status), ==, 0);
  if (status.st_uid == getuid()) {
    g_test_skip("no folder of another user here");
    return;
  }
  g_autoptr(GError) error = NULL;
  g_assert_false(mc_paths_ensure_private(foreign, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_ALLOWED);
}

static void
test_data_folder_can_be_named(Fixture *fixture, gconstpointer data)
{
  g_setenv("METACLAW_DATADIR", "/opt/metaclaw", TRUE);
  g_autofree char *named = mc_paths_dup_data();
  g_assert_cmpstr(named, ==, "/opt/metaclaw");

  /* This program runs from a build folder; with or without a tree around it there is an
   * answer. */
  g_unsetenv("METACLAW_DATADIR");
  g_autofree char *found = mc_paths_dup_data();
  g_assert_true(g_path_is_absolute(found));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                              \
  g_test_add("/base/paths/" name, Fixture, NULL, set_up, function, tear_down)
  ADD("home-is-named-by-the-environment", test_home_is_named_by_the_environment);
  ADD("build-joins", test_build_joins);
  ADD("runtime-differs-by-home", test_runtime_differs_by_home);
  ADD("runtime-in-a-flatpak-is-the-shared-folder",
      test_runtime_in_a_flatpak_is_the_shared_folder);
  ADD("runtime-without-a-runtime-folder-is-in-the-home",
      test_runtime_without_a_runtime_folder_is_in_the_home);
  ADD("runtime-of-a-deep-home-still-holds-a-socket",
      test_runtime_of_a_deep_home_still_holds_a_socket);
  ADD("home-is-created-private", test_home_is_created_private);
  ADD("open-home-is-tightened", test_open_home_is_tightened);
  ADD("file-in-the-way-is-named", test_file_in_the_way_is_named);
  ADD("folder-of-another-user-is-refused", test_folder_of_another_user_is_refused);
  ADD("data-folder-can-be-named", test_data_folder_can_be_named);
  return g_test_run();
}
