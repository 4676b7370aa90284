/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <glib/gi18n.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/json-view.h"
#include "cli/spawn-service.h"
#include "control/control-client.h"

/* What the former one was started with, so that a restart changes nothing else. */
static void
read_former_options(JsonNode *status, McStartOptions *options)
{
  if (options->mode == NULL)
    options->mode = mc_json_view_get_text(status, "options.mode", NULL);
  if (options->port == 0)
    options->port = (guint16) mc_json_view_get_int(status, "options.port", 0);
  options->is_replacement = TRUE;
}

static int
restart_service(McCommandContext *context, McControlClient *client,
                McStartOptions *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) status =
      mc_control_client_call(client, "GET", "/status", NULL, &error);
  gboolean was_running = status != NULL;
  if (!was_running && !g_error_matches(error, MC_ERROR, MC_ERROR_NOT_RUNNING))
    return mc_command_fail(context, error);
  g_clear_error(&error);

  if (was_running) {
    read_former_options(status, options);
    g_autoptr(JsonNode) reply =
        mc_control_client_call(client, "POST", "/service/yield", NULL, &error);
    if (reply == NULL)
      return mc_command_fail(context, error);
  }
  g_autoptr(JsonNode) fresh = NULL;
  if (mc_spawn_service(context, options, &error))
    fresh = mc_control_client_call(client, "GET", "/status", NULL, &error);
  if (fresh == NULL)
    return mc_command_fail(context, error);
  fprintf(context->out,
          was_running ? _("metaclaw has restarted on %s (pid %" G_GINT64_FORMAT ")\n")
                      : _("metaclaw was not running; it serves on %s now (pid "
                          "%" G_GINT64_FORMAT ")\n"),
          mc_json_view_get_text(fresh, "proxy.url", "?"),
          mc_json_view_get_int(fresh, "pid", 0));
  return 0;
}

static int
run_restart(McCommandContext *context, int n_arguments, char **arguments)
{
  g_autofree char *mode = NULL;
  int port = 0;
  const GOptionEntry entries[] = {
      {"mode", 'm', 0, G_OPTION_ARG_STRING, &mode, N_("Run in another mode from now on"),
       "MODE"},
      {"port", 'p', 0, G_OPTION_ARG_INT, &port, N_("Listen on another port from now on"),
       "PORT"},
      G_OPTION_ENTRY_NULL,
  };
  int exit_code = 0;
  if (!mc_command_parse_only(context, &mc_command_restart, entries, n_arguments,
                             arguments, &exit_code))
    return exit_code;
  g_autoptr(GError) error = NULL;
  McStartOptions options = {.mode = mode, .report_fd = -1};
  if (!mc_command_check_start(&mode, port, &error))
    return mc_command_fail(context, error);
  options.mode = mode;
  options.port = (guint16) port;
  g_autoptr(McControlClient) client = mc_control_client_new(context->home);
  return restart_service(context, client, &options);
}

const McCommand mc_command_restart = {
    "restart",
    N_("start anew; running answers finish in the old process meanwhile"),
    "[--mode MODE] [--port PORT]",
    N_("  metaclaw restart              reads config.yaml again, keeps the options of start\n"
       "  metaclaw restart --port 30001 moves to another port\n"),
    run_restart,
};
