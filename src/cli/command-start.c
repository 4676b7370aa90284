/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include <glib/gi18n.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/json-view.h"
#include "cli/spawn-service.h"
#include "control/control-client.h"

#define OTHER_START_MS 1000
#define LOOK_EVERY_MS  50

static gboolean
check_port(int port, GError **error)
{
  if (port >= 0 && port <= G_MAXUINT16)
    return TRUE;
  g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
              "--port %d is no port; use 1 to 65535", port);
  return FALSE;
}

/* auto is the original's word for madmax. */
static gboolean
check_mode(char **mode, GError **error)
{
  static const char *const modes[] = {"madmax", "rl", "skills_only", "auto", NULL};
  if (*mode == NULL || g_strv_contains(modes, *mode)) {
    if (g_strcmp0(*mode, "auto") == 0) {
      g_free(*mode);
      *mode = g_strdup("madmax");
    }
    return TRUE;
  }
  const char *nearest = mc_command_suggest(*mode, modes);
  g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
              "there is no mode '%s'; %s%s%suse madmax, rl or skills_only", *mode,
              nearest != NULL ? "did you mean '" : "", nearest != NULL ? nearest : "",
              nearest != NULL ? "'? " : "");
  return FALSE;
}

gboolean
mc_command_check_start(char **mode, int port, GError **error)
{
  return check_port(port, error) && check_mode(mode, error);
}

/* Whether the running service is what was asked for. */
static gboolean
is_as_asked(JsonNode *status, const McStartOptions *options)
{
  if (options->port != 0 &&
      mc_json_view_get_int(status, "proxy.port", 0) != options->port)
    return FALSE;
  return options->mode == NULL ||
         g_str_equal(mc_json_view_get_text(status, "mode", ""), options->mode);
}

static int
say_already_running(McCommandContext *context, JsonNode *status,
                    const McStartOptions *options, gboolean is_foreground)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *words =
      g_strdup_printf(_("metaclaw already runs (pid %" G_GINT64_FORMAT ", %s)"),
                      mc_json_view_get_int(status, "pid", 0),
                      mc_json_view_get_text(status, "proxy.url", "?"));
  if (!is_foreground && is_as_asked(status, options)) {
    fprintf(context->out, "%s\n", words);
    return 0;
  }
  g_set_error(&error, MC_ERROR, MC_ERROR_CONFLICT, "%s; %s", words,
              is_foreground ? _("stop it first: metaclaw stop")
                            : _("to change its mode or port, use: metaclaw restart"));
  return mc_command_fail(context, error);
}

/* Two starts at once: the other one has the home already, but may not answer yet. NULL
 * when it is something else that is in our way. */
static JsonNode *
wait_for_other(McControlClient *client)
{
  for (int i = 0; i < OTHER_START_MS / LOOK_EVERY_MS; i++) {
    JsonNode *status = mc_control_client_call(client, "GET", "/status", NULL, NULL);
    if (status != NULL)
      return status;
    g_usleep(LOOK_EVERY_MS * 1000);
  }
  return NULL;
}

static int
start_in_background(McCommandContext *context, McControlClient *client,
                    const McStartOptions *options)
{
  g_autoptr(GError) error = NULL;
  if (!mc_spawn_service(context, options, &error)) {
    g_autoptr(JsonNode) other = g_error_matches(error, MC_ERROR, MC_ERROR_CONFLICT)
                                    ? wait_for_other(client)
                                    : NULL;
    return other != NULL ? say_already_running(context, other, options, FALSE)
                         : mc_command_fail(context, error);
  }
  g_autoptr(JsonNode) status =
      mc_control_client_call(client, "GET", "/status", NULL, &error);
  if (status == NULL)
    return mc_command_fail(context, error);
  fprintf(context->out, _("metaclaw serves on %s (pid %" G_GINT64_FORMAT ")\n"),
          mc_json_view_get_text(status, "proxy.url", "?"),
          mc_json_view_get_int(status, "pid", 0));
  if (mc_json_view_get_boolean(status, "upstream.practice", FALSE))
    fprintf(context->out,
            _("No model is configured: answers are practice. Set llm.provider in %s\n"),
            mc_json_view_get_text(status, "config", "config.yaml"));
  guint n_problems = mc_json_view_count(status, "problems");
  if (n_problems > 0)
    fprintf(context->out,
            ngettext("%u problem needs you; see: metaclaw status\n",
                     "%u problems need you; see: metaclaw status\n", n_problems),
            n_problems);
  return 0;
}

static int
run_start(McCommandContext *context, int n_arguments, char **arguments)
{
  g_autofree char *mode = NULL;
  gboolean is_headless = FALSE, is_foreground = FALSE, is_replacement = FALSE;
  int port = 0, report_fd = -1;
  const GOptionEntry entries[] = {
      {"mode", 'm', 0, G_OPTION_ARG_STRING, &mode,
       N_("Instead of the configured one: madmax, rl or skills_only"), "MODE"},
      {"port", 'p', 0, G_OPTION_ARG_INT, &port, N_("Instead of the configured one"),
       "PORT"},
      {"headless", 0, 0, G_OPTION_ARG_NONE, &is_headless,
       N_("Without the desktop app, also where there is a display"), NULL},
      {"foreground", 'f', 0, G_OPTION_ARG_NONE, &is_foreground,
       N_("Stay in this terminal; Ctrl-C stops it"), NULL},
      {"replace", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &is_replacement, NULL,
       NULL},
      {"report-fd", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_INT, &report_fd, NULL, NULL},
      G_OPTION_ENTRY_NULL,
  };
  int exit_code = 0;
  if (!mc_command_parse_only(context, &mc_command_start, entries, n_arguments, arguments,
                             &exit_code))
    return exit_code;
  g_autoptr(GError) error = NULL;
  if (!mc_command_check_start(&mode, port, &error))
    return mc_command_fail(context, error);

  McStartOptions options = {mode, (guint16) port, is_headless, is_replacement, report_fd};
  /* A child of `metaclaw start` or `restart`: those have looked already. */
  if (report_fd >= 0)
    return context->run_service(context->home, &options);

  g_autoptr(McControlClient) client = mc_control_client_new(context->home);
  g_autoptr(JsonNode) status =
      mc_control_client_call(client, "GET", "/status", NULL, NULL);
  if (status != NULL)
    return say_already_running(context, status, &options, is_foreground);
  if (is_foreground)
    return context->run_service(context->home, &options);
  return start_in_background(context, client, &options);
}

const McCommand mc_command_start = {
    "start",
    N_("start serving; returns when it is ready"),
    "[--mode MODE] [--port PORT] [--headless] [--foreground]",
    N_("  metaclaw start                     as configured in ~/.metaclaw/config.yaml\n"
       "  metaclaw start --port 30001        when another program has port 30000\n"
       "  metaclaw start --mode skills_only  skills, but never training\n"
       "  metaclaw start --foreground        for systemd, containers and debugging\n"
       "\n"
       "When it runs already in the same mode and on the same port, it says so and exits\n"
       "with 0; with another mode or port it changes nothing and exits with 5.\n"),
    run_start,
};
