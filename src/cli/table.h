/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* A table for a terminal: columns as wide as their widest cell, two blanks between them.
 * Cells count in columns of the screen (a CJK letter takes two). Control characters in a
 * cell become blanks, so that foreign text cannot steer the terminal. */

typedef struct _McTable McTable;

/* @n_columns; a column whose bit is set in @right_aligned (1 << i) is set to the right.
 */
McTable *mc_table_new(guint n_columns, guint right_aligned);
void mc_table_free(McTable *self);

/* As many strings as there are columns, copied; NULL is an empty cell. */
void mc_table_add(McTable *self, ...);

/* Lines with a line feed each; the last column is cut (with an ellipsis) so that a line
 * fits into @width columns; 0 = never cut. Free with g_free(). */
char *mc_table_format(McTable *self, guint width);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McTable, mc_table_free)

/* The width of the terminal at @fd, or 0 when it is none. */
guint mc_table_get_terminal_width(int fd);
