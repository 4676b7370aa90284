/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>

static void
test_every_code_has_a_row_of_its_own(void)
{
  g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
  for (int code = MC_ERROR_INTERNAL; code <= MC_ERROR_CANCELLED; code++) {
    const McErrorInfo *info = mc_error_get_info(code);
    g_assert_cmpint(info->code, ==, code);
    g_assert_true(g_hash_table_add(names, (gpointer) info->name));
    g_assert_true(mc_error_find_info(info->name) == info);
    g_assert_cmpint(info->http_status, >=, 400);
    g_assert_cmpint(info->http_status, <, 600);
    g_assert_cmpint(info->exit_code, >, 1);
    g_assert_cmpint(info->exit_code, <, 256);
  }
}

static void
test_scripts_can_rely_on_not_running(void)
{
  g_assert_cmpint(mc_error_get_info(MC_ERROR_NOT_RUNNING)->exit_code, ==, 3);
  for (int code = MC_ERROR_INTERNAL; code <= MC_ERROR_CANCELLED; code++)
    if (code != MC_ERROR_NOT_RUNNING)
      g_assert_cmpint(mc_error_get_info(code)->exit_code, !=, 3);
}

static void
test_unknown_code_is_internal(void)
{
  g_assert_cmpint(mc_error_get_info(-1)->code, ==, MC_ERROR_INTERNAL);
  g_assert_cmpint(mc_error_get_info(1000)->code, ==, MC_ERROR_INTERNAL);
  g_assert_null(mc_error_find_info("no_such_name"));
  g_assert_null(mc_error_find_info(NULL));
}

static void
assert_translated(int saved_errno, McErrorCode code)
{
  g_autoptr(GError) error = NULL;
  mc_error_set_from_errno(&error, saved_errno, "cannot open '%s'", "100%.txt");
  g_assert_error(error, MC_ERROR, (int) code);
  g_autofree char *message =
      g_strdup_printf("cannot open '100%%.txt': %s", g_strerror(saved_errno));
  g_assert_cmpstr(error->message, ==, message);
}

static void
test_errno_becomes_what_the_caller_can_do(void)
{
  assert_translated(ENOENT, MC_ERROR_NOT_FOUND);
  assert_translated(EACCES, MC_ERROR_NOT_ALLOWED);
  assert_translated(EPERM, MC_ERROR_NOT_ALLOWED);
  assert_translated(EADDRINUSE, MC_ERROR_CONFLICT);
  assert_translated(EEXIST, MC_ERROR_CONFLICT);
  assert_translated(ENOSPC, MC_ERROR_STORAGE);
  assert_translated(EIO, MC_ERROR_STORAGE);
  mc_error_set_from_errno(NULL, ENOENT, "nobody asks");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/error/every-code-has-a-row-of-its-own",
                  test_every_code_has_a_row_of_its_own);
  g_test_add_func("/base/error/scripts-can-rely-on-not-running",
                  test_scripts_can_rely_on_not_running);
  g_test_add_func("/base/error/unknown-code-is-internal", test_unknown_code_is_internal);
  g_test_add_func("/base/error/errno-becomes-what-the-caller-can-do",
                  test_errno_becomes_what_the_caller_can_do);
  return g_test_run();
}
