/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */

/* `metaclaw`: the command line, and the host of the service on machines without the
 * desktop app (`metaclaw start --foreground`). */

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "base/error.h"
#include "base/paths.h"
#include "cli/command.h"
#include "cli/spawn-service.h"
#include "service/service.h"

typedef struct {
  McService *service;
  GMainLoop *loop;
  int report_fd;
  int exit_code;
  gboolean is_stopping; /* a signal has asked for it */
} Host;

/* A proxy needs two descriptors a stream; the soft limit is often 1,024. */
static void
raise_descriptor_limit(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
    g_warning("cannot raise the limit of descriptors: %s", g_strerror(errno));
}

/* A request's body of some 100 KB would be mapped from the kernel and given back each
 * time: 140 µs of page faults. Below these sizes memory is kept and used again. */
static void
keep_memory_for_bodies(void)
{
  mallopt(M_MMAP_THRESHOLD, 8 * 1024 * 1024);
  mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
}

/* Tells whoever started us, or the terminal, how the start went. */
static void
report_start(Host *host, const GError *error)
{
  if (host->report_fd < 0) {
    g_autofree char *url = mc_service_dup_url(host->service);
    if (error != NULL)
      fprintf(stderr, "metaclaw: %s\n", error->message);
    else
      printf(_("metaclaw serves on %s (Ctrl-C stops it)\n"), url);
    fflush(stdout);
    return;
  }
  g_autofree char *report = mc_spawn_service_format_report(error);
  if (write(host->report_fd, report, strlen(report)) < 0)
    g_info("nobody waits for the start any more: %s", g_strerror(errno));
  close(host->report_fd);
  host->report_fd = -1;
}

static void
on_started(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Host *host = user_data;
  g_autoptr(GError) error = NULL;
  gboolean is_running = mc_service_start_finish(host->service, result, &error);
  report_start(host, error);
  /* Reading configuration and skills has left holes that nothing will fill. */
  malloc_trim(0);
  keep_memory_for_bodies();
  if (!is_running) {
    host->exit_code = mc_error_get_info(error->code)->exit_code;
    g_main_loop_quit(host->loop);
  } else if (host->is_stopping) {
    mc_service_stop(host->service, MC_SERVICE_DRAIN_MS);
  }
}

static void
on_stopped(McService *service, gpointer user_data)
{
  Host *host = user_data;
  g_main_loop_quit(host->loop);
}

/* The first one lets open requests finish, the second one does not wait for them. */
static gboolean
on_stop_signal(gpointer user_data)
{
  Host *host = user_data;
  if (host->is_stopping) {
    g_message("told to stop a second time: open requests are cut off");
    _exit(128 + SIGINT);
  }
  host->is_stopping = TRUE;
  mc_service_stop(host->service, MC_SERVICE_DRAIN_MS);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_reload_signal(gpointer user_data)
{
  Host *host = user_data;
  mc_service_reload(host->service);
  return G_SOURCE_CONTINUE;
}

static int
run_service(const char *home, const McStartOptions *options)
{
  const McServiceOptions service_options = {
      .home = home,
      .kind = "headless",
      .mode = options->mode,
      .port = options->port,
      .is_replacement = options->is_replacement,
      .logs_to_stderr = options->report_fd < 0,
  };
  Host host = {.report_fd = options->report_fd};
  raise_descriptor_limit();
  if (host.report_fd >= 0)
    fcntl(host.report_fd, F_SETFD, FD_CLOEXEC);
  host.service = mc_service_new(&service_options);
  host.loop = g_main_loop_new(NULL, FALSE);
  g_signal_connect(host.service, "stopped", G_CALLBACK(on_stopped), &host);
  const guint sources[] = {
      g_unix_signal_add(SIGINT, on_stop_signal, &host),
      g_unix_signal_add(SIGTERM, on_stop_signal, &host),
      g_unix_signal_add(SIGHUP, on_reload_signal, &host),
  };
  mc_service_start_async(host.service, on_started, &host);
  g_main_loop_run(host.loop);
  for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
    g_source_remove(sources[i]);
  g_object_unref(host.service);
  g_main_loop_unref(host.loop);
  return host.exit_code;
}

/* Else the first files that we open would be taken for the standard streams. */
static void
open_standard_streams(void)
{
  int fd;
  do
    fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd > STDERR_FILENO)
    close(fd);
}

int
main(int argc, char **argv)
{
  open_standard_streams();
  setlocale(LC_ALL, "");
  textdomain(GETTEXT_PACKAGE);
  bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
  /* A reader that is gone is an error of the write, not the end of the program. */
  signal(SIGPIPE, SIG_IGN);

  g_autofree char *home = mc_paths_dup_home();
  g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
  /* An update has replaced the file that we run from. */
  if (program == NULL || !g_file_test(program, G_FILE_TEST_IS_EXECUTABLE)) {
    g_free(program);
    program = g_build_filename(MC_BINDIR, "metaclaw", NULL);
  }
  McCommandContext context = {
      .home = home,
      .out = stdout,
      .err = stderr,
      .program = program,
      .run_service = run_service,
  };
  return mc_command_run(&context, argc, argv);
}
