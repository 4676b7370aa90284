/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/port-holder.h"

#include <unistd.h>

#include "net/listen-socket.h"

static const char table[] =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
    "timeout inode\n"
    "   0: 0100007F:7530 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000   "
    "     0 111 1 0000000000000000 100 0 0 10 0\n"
    "   1: 0100007F:7530 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000   "
    "     0 222 1 0000000000000000 100 0 0 10 0\n"
    "   2: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 "
    "0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0 100 0 0 10 0\n";

static void
test_only_the_listener_is_found(void)
{
  g_assert_cmpuint(mc_port_holder_find_inode(table, 30000), ==, 222);
  g_assert_cmpuint(mc_port_holder_find_inode(table, 80), ==, 333);
  g_assert_cmpuint(mc_port_holder_find_inode(table, 40000), ==, 0);
}

static void
test_broken_tables_are_survived(void)
{
  const char *tables[] = {"", "\n\n", "   0: 0100007F:7530", "a b c d e f g h i j k"};
  for (gsize i = 0; i < G_N_ELEMENTS(tables); i++)
    g_assert_cmpuint(mc_port_holder_find_inode(tables[i], 30000), ==, 0);
}

static void
test_own_listener_is_named(void)
{
  int fd = mc_listen_socket_new_tcp("127.0.0.1", 0, NULL);
  g_assert_cmpint(fd, >=, 0);
  guint16 port = mc_listen_socket_get_port(fd);
  g_autofree char *holder = mc_port_holder_describe(port);
  /* The kernel cuts a process's name after 15 bytes. */
  g_autofree char *expected = g_strdup_printf("test-port-holde (pid %d)", getpid());
  g_assert_cmpstr(holder, ==, expected);

  guint16 free_port = mc_port_holder_find_free("127.0.0.1", (guint16) (port - 1));
  g_assert_cmpuint(free_port, >, port);
  close(fd);
}

static void
test_nobody_is_another_process(void)
{
  g_autofree char *holder = mc_port_holder_describe(0);
  g_assert_cmpstr(holder, ==, "another process");
  g_assert_cmpuint(mc_port_holder_find_free("127.0.0.1", 65535), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/service/port-holder/only-the-listener-is-found",
                  test_only_the_listener_is_found);
  g_test_add_func("/service/port-holder/broken-tables-are-survived",
                  test_broken_tables_are_survived);
  g_test_add_func("/service/port-holder/own-listener-is-named",
                  test_own_listener_is_named);
  g_test_add_func("/service/port-holder/nobody-is-another-process",
                  test_nobody_is_another_process);
  return g_test_run();
}
