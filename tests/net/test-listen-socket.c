/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "net/listen-socket.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static void
test_a_taken_port_is_a_conflict(void)
{
  g_autoptr(GError) error = NULL;
  int first = mc_listen_socket_new_tcp("127.0.0.1", 0, &error);
  g_assert_no_error(error);
  guint16 port = mc_listen_socket_get_port(first);
  g_assert_cmpuint(port, !=, 0);
  g_assert_cmpint(mc_listen_socket_new_tcp("127.0.0.1", port, &error), ==, -1);
  g_assert_error(error, MC_ERROR, MC_ERROR_CONFLICT);
  close(first);
}

static void
test_a_name_is_no_address(void)
{
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(mc_listen_socket_new_tcp("localhost", 0, &error), ==, -1);
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
}

static void
test_a_dead_unix_socket_is_replaced(void)
{
  g_autofree char *folder = g_dir_make_tmp("metaclaw-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "test.sock", NULL);
  g_autoptr(GError) error = NULL;
  struct stat status;

  int first = mc_listen_socket_new_unix(path, &error);
  g_assert_no_error(error);
  g_assert_cmpint(stat(path, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0777, ==, 0600);
  g_assert_cmpint(mc_listen_socket_new_unix(path, &error), ==, -1);
  g_assert_error(error, MC_ERROR, MC_ERROR_CONFLICT);
  g_clear_error(&error);
  close(first); /* the file stays behind, as after a crash */
  int second = mc_listen_socket_new_unix(path, &error);
  g_assert_no_error(error);
  close(second);
  g_unlink(path);
  g_rmdir(folder);
}

static void
test_a_long_unix_path_is_told(void)
{
  g_autofree char *path = g_strnfill(120, 'a');
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(mc_listen_socket_new_unix(path, &error), ==, -1);
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
}

static void
test_an_address_is_recognised(void)
{
  int fd = mc_listen_socket_new_tcp("127.0.0.1", 0, NULL);
  guint16 port = mc_listen_socket_get_port(fd);
  g_assert_true(mc_listen_socket_is_bound_to(fd, "127.0.0.1", port));
  g_assert_true(mc_listen_socket_is_bound_to(fd, "127.0.0.1", 0));
  g_assert_false(mc_listen_socket_is_bound_to(fd, "127.0.0.1", port ^ 1));
  g_assert_false(mc_listen_socket_is_bound_to(fd, "0.0.0.0", port));
  g_assert_false(mc_listen_socket_is_bound_to(fd, "::1", port));
  g_assert_false(mc_listen_socket_is_bound_to(fd, "nowhere", port));
  close(fd);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/net/listen-socket/a-taken-port-is-a-conflict",
                  test_a_taken_port_is_a_conflict);
  g_test_add_func("/net/listen-socket/a-name-is-no-address", test_a_name_is_no_address);
  g_test_add_func("/net/listen-socket/a-dead-unix-socket-is-replaced",
                  test_a_dead_unix_socket_is_replaced);
  g_test_add_func("/net/listen-socket/a-long-unix-path-is-told",
                  test_a_long_unix_path_is_told);
  g_test_add_func("/net/listen-socket/an-address-is-recognised",
                  test_an_address_is_recognised);
  return g_test_run();
}
