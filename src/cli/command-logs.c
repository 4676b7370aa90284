/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "cli/command.h"

#define DEFAULT_LINES 50
#define LOOK_EVERY_US (200 * 1000)

/* The start of the last @n lines of @text. */
static const char *
find_last_lines(const char *text, gsize length, int n)
{
  const char *p = text + length;
  if (n <= 0)
    return p;
  if (length > 0 && p[-1] == '\n')
    p--;
  while (p > text && n > 0) {
    const char *feed = memrchr(text, '\n', (gsize) (p - text));
    if (feed == NULL)
      return text;
    p = feed;
    n--;
  }
  return n == 0 ? p + 1 : p;
}

/* The first @size bytes of the log, and before them the one that was rotated away. */
static char *
load_log(const char *path, gsize size, gsize *length)
{
  g_autofree char *former_path = g_strconcat(path, ".1", NULL);
  g_autofree char *former = NULL;
  g_autofree char *current = NULL;
  gsize former_length = 0, current_length = 0;
  g_file_get_contents(former_path, &former, &former_length, NULL);
  g_file_get_contents(path, &current, &current_length, NULL);
  GString *text = g_string_new_len(former, former != NULL ? (gssize) former_length : 0);
  if (current != NULL)
    g_string_append_len(text, current, (gssize) MIN(current_length, size));
  *length = text->len;
  return g_string_free(text, FALSE);
}

/* Copies what was added to @fd; FALSE when nobody reads us any more. */
static gboolean
copy_rest(int fd, FILE *out)
{
  char buffer[16384];
  ssize_t length;
  while ((length = read(fd, buffer, sizeof buffer)) > 0)
    if (fwrite(buffer, 1, (gsize) length, out) != (gsize) length)
      return FALSE;
  return fflush(out) == 0;
}

static gboolean
is_same_file(int fd, const char *path)
{
  struct stat open_file, named_file;
  return fstat(fd, &open_file) == 0 && stat(path, &named_file) == 0 &&
         open_file.st_dev == named_file.st_dev && open_file.st_ino == named_file.st_ino;
}

/* Until Ctrl-C. A rotation gives the name to a new file: the old one is read to its end
 * first. */
static void
follow_log(const char *path, int fd, FILE *out)
{
  while (copy_rest(fd, out)) {
    if (!is_same_file(fd, path)) {
      int next = g_open(path, O_RDONLY | O_CLOEXEC, 0);
      if (next >= 0) {
        gboolean has_reader = copy_rest(fd, out);
        close(fd);
        fd = next;
        if (!has_reader)
          break;
        continue;
      }
    }
    g_usleep(LOOK_EVERY_US);
  }
  close(fd);
}

static int
show_log(McCommandContext *context, int n_lines, gboolean follows)
{
  g_autofree char *path = mc_paths_build(context->home, "logs/metaclaw.log");
  g_autoptr(GError) error = NULL;
  int fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) {
    if (errno == ENOENT)
      g_set_error(&error, MC_ERROR, MC_ERROR_NOT_FOUND,
                  "there is no log at '%s' yet; it begins with: metaclaw start", path);
    else
      mc_error_set_from_errno(&error, errno, "cannot read '%s'", path);
    return mc_command_fail(context, error);
  }
  /* From here on the file is read from where it ends now: no line twice, none lost. */
  off_t end = MAX(lseek(fd, 0, SEEK_END), 0);
  gsize length = 0;
  g_autofree char *text = load_log(path, (gsize) end, &length);
  const char *first = find_last_lines(text, length, n_lines);
  fwrite(first, 1, length - (gsize) (first - text), context->out);
  fflush(context->out);
  if (follows)
    follow_log(path, fd, context->out);
  else
    close(fd);
  return 0;
}

static int
run_logs(McCommandContext *context, int n_arguments, char **arguments)
{
  int n_lines = DEFAULT_LINES;
  gboolean follows = FALSE;
  const GOptionEntry entries[] = {
      {"follow", 'f', 0, G_OPTION_ARG_NONE, &follows, N_("Go on with new lines"), NULL},
      {"lines", 'n', 0, G_OPTION_ARG_INT, &n_lines, N_("How many lines (default 50)"),
       "N"},
      G_OPTION_ENTRY_NULL,
  };
  int exit_code = 0;
  if (!mc_command_parse_only(context, &mc_command_logs, entries, n_arguments, arguments,
                             &exit_code))
    return exit_code;
  return show_log(context, n_lines, follows);
}

const McCommand mc_command_logs = {
    "logs",
    N_("show what the service wrote into its log"),
    "[-f] [-n N]",
    N_("  metaclaw logs         the last 50 lines, also when it is not running\n"
       "  metaclaw logs -f      and whatever comes, until Ctrl-C\n"
       "  metaclaw logs -n 500  more of them\n"),
    run_logs,
};
