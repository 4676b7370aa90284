/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli/spawn-service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"

#define WAIT_MS      10000
#define REPORT_MAX   4096
#define CHILD_REPORT 3 /* the descriptor that the child gets the pipe as */

/* Between fork and exec: only calls that are safe there. Away from the terminal, so that
 * closing it, or Ctrl-C in it, does not reach the service. */
static void
leave_terminal(gpointer user_data)
{
  setsid();
}

static GPtrArray *
build_arguments(McCommandContext *context, const McStartOptions *options)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(arguments, g_strdup(context->program));
  g_ptr_array_add(arguments, g_strdup("start"));
  g_ptr_array_add(arguments, g_strdup("--foreground"));
  g_ptr_array_add(arguments, g_strdup_printf("--report-fd=%d", CHILD_REPORT));
  if (options->is_headless)
    g_ptr_array_add(arguments, g_strdup("--headless"));
  if (options->is_replacement)
    g_ptr_array_add(arguments, g_strdup("--replace"));
  if (options->mode != NULL)
    g_ptr_array_add(arguments, g_strdup_printf("--mode=%s", options->mode));
  if (options->port != 0)
    g_ptr_array_add(arguments, g_strdup_printf("--port=%u", options->port));
  g_ptr_array_add(arguments, NULL);
  return arguments;
}

/* Runs the child; *@report_fd is the pipe's end to read from. */
static gboolean
run_child(McCommandContext *context, const McStartOptions *options, int *report_fd,
          GError **error)
{
  int ends[2];
  g_autoptr(GError) cause = NULL;
  if (!g_unix_open_pipe(ends, FD_CLOEXEC, &cause)) {
    g_set_error(error, MC_ERROR, MC_ERROR_INTERNAL, "%s", cause->message);
    return FALSE;
  }
  g_autoptr(GPtrArray) arguments = build_arguments(context, options);
  /* A relative METACLAW_HOME would name another folder after the change of folder. */
  g_auto(GStrv) environment =
      g_environ_setenv(g_get_environ(), "METACLAW_HOME", context->home, TRUE);
  const int child_fds[] = {CHILD_REPORT};
  gboolean is_running = g_spawn_async_with_pipes_and_fds(
      "/", (const char *const *) arguments->pdata, (const char *const *) environment,
      G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, leave_terminal, NULL, -1,
      -1, -1, &ends[1], child_fds, 1, NULL, NULL, NULL, NULL, &cause);
  close(ends[1]);
  if (is_running) {
    *report_fd = ends[0];
    return TRUE;
  }
  close(ends[0]);
  g_set_error(error, MC_ERROR, MC_ERROR_INTERNAL, "cannot run '%s': %s", context->program,
              cause->message);
  return FALSE;
}

/* Reads until the child closes its end; FALSE when time ran out first. */
static gboolean
read_report(int fd, GString *report)
{
  gint64 deadline = g_get_monotonic_time() + WAIT_MS * G_TIME_SPAN_MILLISECOND;
  while (report->len < REPORT_MAX) {
    gint64 left_ms = (deadline - g_get_monotonic_time()) / G_TIME_SPAN_MILLISECOND;
    struct pollfd descriptor = {.fd = fd, .events = POLLIN};
    if (left_ms <= 0)
      return FALSE;
    if (poll(&descriptor, 1, (int) left_ms) <= 0)
      continue;
    char buffer[1024];
    ssize_t length = read(fd, buffer, sizeof buffer);
    if (length == 0 || (length < 0 && errno != EINTR))
      break;
    if (length > 0)
      g_string_append_len(report, buffer, length);
  }
  return TRUE;
}

gboolean
mc_spawn_service(McCommandContext *context, const McStartOptions *options, GError **error)
{
  int fd = -1;
  if (!run_child(context, options, &fd, error))
    return FALSE;
  g_autoptr(GString) report = g_string_new(NULL);
  gboolean has_reported = read_report(fd, report);
  close(fd);
  if (has_reported)
    return mc_spawn_service_read_report(report->str, error);
  g_set_error(error, MC_ERROR, MC_ERROR_TIMED_OUT,
              "the service is not ready after %d s; it goes on starting, see: metaclaw "
              "status, metaclaw logs",
              WAIT_MS / 1000);
  return FALSE;
}

gboolean
mc_spawn_service_read_report(const char *report, GError **error)
{
  if (g_str_equal(report, "ok\n"))
    return TRUE;
  g_auto(GStrv) parts = g_strsplit(report, "\n", 2);
  const McErrorInfo *info = parts[0] != NULL ? mc_error_find_info(parts[0]) : NULL;
  if (info != NULL && parts[1] != NULL && *g_strchomp(parts[1]) != '\0')
    g_set_error(error, MC_ERROR, (int) info->code, "%s", parts[1]);
  else
    g_set_error(error, MC_ERROR, MC_ERROR_INTERNAL,
                "the service ended while it was starting; see: metaclaw logs");
  return FALSE;
}

char *
mc_spawn_service_format_report(const GError *error)
{
  if (error == NULL)
    return g_strdup("ok\n");
  int code = error->domain == MC_ERROR ? error->code : (int) MC_ERROR_INTERNAL;
  return g_strdup_printf("%s\n%s\n", mc_error_get_info(code)->name, error->message);
}
