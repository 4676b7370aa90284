/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "control/control-paths.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

static char *
make_home(void)
{
  char *home = g_dir_make_tmp("mc-paths-XXXXXX", NULL);
  g_assert_nonnull(home);
  return home;
}

static void
remove_home(const char *home)
{
  g_autofree char *record = g_build_filename(home, "control.path", NULL);
  g_unlink(record);
  g_assert_cmpint(g_rmdir(home), ==, 0);
}

static void
test_recorded_path_is_found_from_another_session(void)
{
  g_autofree char *home = make_home();
  g_autofree char *elsewhere = g_build_filename(home, "elsewhere.sock", NULL);
  g_assert_true(g_file_set_contents(elsewhere, "", 0, NULL));
  g_assert_true(mc_control_paths_record(home, elsewhere, NULL));
  g_autofree char *found = mc_control_paths_find(home);
  g_assert_cmpstr(found, ==, elsewhere);
  GStatBuf status;
  g_autofree char *record = g_build_filename(home, "control.path", NULL);
  g_assert_cmpint(g_stat(record, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0777, ==, 0600);
  g_unlink(elsewhere);
  remove_home(home);
}

static void
test_unusable_records_fall_back(void)
{
  g_autofree char *home = make_home();
  g_autofree char *usual = mc_control_paths_dup_socket(home);
  g_autofree char *record = g_build_filename(home, "control.path", NULL);
  g_autofree char *long_path = g_strnfill(MC_CONTROL_PATH_MAX + 1, 'x');
  long_path[0] = '/';
  const char *records[] = {"", "relative/path\n", "/nowhere/at/all.sock\n", long_path};
  for (gsize i = 0; i < G_N_ELEMENTS(records); i++) {
    g_assert_true(g_file_set_contents(record, records[i], -1, NULL));
    g_autofree char *found = mc_control_paths_find(home);
    g_assert_cmpstr(found, ==, usual);
  }
  remove_home(home);
}

static void
test_socket_path_fits_for_a_deep_home(void)
{
  g_autofree char *deep = g_strnfill(300, 'd');
  deep[0] = '/';
  g_autofree char *path = mc_control_paths_dup_socket(deep);
  g_assert_cmpuint(strlen(path), <=, MC_CONTROL_PATH_MAX);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/control/control-paths/recorded-path-is-found-from-another-session",
                  test_recorded_path_is_found_from_another_session);
  g_test_add_func("/control/control-paths/unusable-records-fall-back",
                  test_unusable_records_fall_back);
  g_test_add_func("/control/control-paths/socket-path-fits-for-a-deep-home",
                  test_socket_path_fits_for_a_deep_home);
  return g_test_run();
}
