/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define GAP            2
#define NARROWEST_LAST 20 /* the last column is never cut below this */

struct _McTable {
  guint n_columns;
  guint right_aligned;
  GPtrArray *cells; /* (owned) (element-type utf8) row by row */
};

static char *
clean_cell(const char *text)
{
  GString *clean = g_string_new(NULL);
  g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar letter = g_utf8_get_char(p);
    g_string_append_unichar(clean, g_unichar_iscntrl(letter) ? ' ' : letter);
  }
  return g_string_free(clean, FALSE);
}

static guint
measure_letter(gunichar letter)
{
  if (g_unichar_iszerowidth(letter))
    return 0;
  return g_unichar_iswide(letter) ? 2 : 1;
}

static guint
measure_text(const char *text)
{
  guint width = 0;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
    width += measure_letter(g_utf8_get_char(p));
  return width;
}

/* Appends as much of @text as fits into @width columns, with an ellipsis if not all. */
static void
append_cut(GString *out, const char *text, guint width)
{
  if (measure_text(text) <= width) {
    g_string_append(out, text);
    return;
  }
  guint used = 0;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar letter = g_utf8_get_char(p);
    used += measure_letter(letter);
    if (used > width - 1)
      break;
    g_string_append_unichar(out, letter);
  }
  g_string_append(out, "…");
}

static void
append_blanks(GString *out, guint n)
{
  for (guint i = 0; i < n; i++)
    g_string_append_c(out, ' ');
}

static void
append_row(McTable *self, GString *out, char **cells, const guint *widths,
           guint last_width)
{
  for (guint column = 0; column < self->n_columns; column++) {
    gboolean is_last = column + 1 == self->n_columns;
    guint padding = widths[column] - measure_text(cells[column]);
    if (self->right_aligned & (1u << column))
      append_blanks(out, padding);
    append_cut(out, cells[column], is_last ? last_width : G_MAXUINT);
    if (!is_last)
      append_blanks(out, (self->right_aligned & (1u << column) ? 0 : padding) + GAP);
  }
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate(out, out->len - 1);
  g_string_append_c(out, '\n');
}

McTable *
mc_table_new(guint n_columns, guint right_aligned)
{
  McTable *self = g_new0(McTable, 1);
  self->n_columns = n_columns;
  self->right_aligned = right_aligned;
  self->cells = g_ptr_array_new_with_free_func(g_free);
  return self;
}

void
mc_table_free(McTable *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->cells);
  g_free(self);
}

void
mc_table_add(McTable *self, ...)
{
  va_list cells;
  va_start(cells, self);
  for (guint i = 0; i < self->n_columns; i++)
    g_ptr_array_add(self->cells, clean_cell(va_arg(cells, const char *)));
  va_end(cells);
}

char *
mc_table_format(McTable *self, guint width)
{
  g_autofree guint *widths = g_new0(guint, self->n_columns);
  for (guint i = 0; i < self->cells->len; i++) {
    guint *widest = &widths[i % self->n_columns];
    *widest = MAX(*widest, measure_text(self->cells->pdata[i]));
  }
  guint before_last = 0;
  for (guint column = 0; column + 1 < self->n_columns; column++)
    before_last += widths[column] + GAP;
  guint last_width = G_MAXUINT;
  if (width > 0)
    last_width = MAX(width > before_last ? width - before_last : 0, NARROWEST_LAST);

  GString *out = g_string_new(NULL);
  for (guint i = 0; i < self->cells->len; i += self->n_columns)
    append_row(self, out, (char **) self->cells->pdata + i, widths, last_width);
  return g_string_free(out, FALSE);
}

guint
mc_table_get_terminal_width(int fd)
{
  struct winsize size;
  if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0)
    return 0;
  return size.ws_col;
}
