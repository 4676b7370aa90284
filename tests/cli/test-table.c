/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include <fcntl.h>
#include <unistd.h>

static void
test_columns_are_as_wide_as_their_widest_cell(void)
{
  g_autoptr(McTable) table = mc_table_new(3, 1u << 1);
  mc_table_add(table, "NAME", "N", "TEXT");
  mc_table_add(table, "a", "100", "x");
  mc_table_add(table, "漢字", NULL, "y");
  g_autofree char *text = mc_table_format(table, 0);
  g_assert_cmpstr(text, ==,
                  "NAME    N  TEXT\n"
                  "a     100  x\n"
                  "漢字       y\n");
}

static void
test_last_column_is_cut_to_the_terminal(void)
{
  g_autoptr(McTable) table = mc_table_new(2, 0);
  mc_table_add(table, "name", "abcdefghijklmnopqrstuvwxyz");
  g_autofree char *cut = mc_table_format(table, 27);
  g_assert_cmpstr(cut, ==, "name  abcdefghijklmnopqrst…\n");
  g_autofree char *narrow = mc_table_format(table, 5);
  g_assert_cmpstr(narrow, ==, "name  abcdefghijklmnopqrs…\n");
  g_autofree char *whole = mc_table_format(table, 0);
  g_assert_cmpstr(whole, ==, "name  abcdefghijklmnopqrstuvwxyz\n");
}

static void
test_foreign_text_cannot_steer_the_terminal(void)
{
  g_autoptr(McTable) table = mc_table_new(1, 0);
  mc_table_add(table, "a\033[2Jb\nc\xff");
  g_autofree char *text = mc_table_format(table, 0);
  g_assert_cmpstr(text, ==, "a [2Jb c\xef\xbf\xbd\n");
}

static void
test_what_is_no_terminal_has_no_width(void)
{
  int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  g_assert_cmpuint(mc_table_get_terminal_width(fd), ==, 0);
  close(fd);
  g_assert_cmpuint(mc_table_get_terminal_width(-1), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cli/table/columns-are-as-wide-as-their-widest-cell",
                  test_columns_are_as_wide_as_their_widest_cell);
  g_test_add_func("/cli/table/last-column-is-cut-to-the-terminal",
                  test_last_column_is_cut_to_the_terminal);
  g_test_add_func("/cli/table/foreign-text-cannot-steer-the-terminal",
                  test_foreign_text_cannot_steer_the_terminal);
  g_test_add_func("/cli/table/what-is-no-terminal-has-no-width",
                  test_what_is_no_terminal_has_no_width);
  return g_test_run();
}
