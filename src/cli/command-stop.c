/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include <glib/gi18n.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/json-view.h"
#include "cli/process-exit.h"
#include "control/control-client.h"

/* The service itself ends a drain after 30 s. */
#define WAIT_MS       40000
#define QUICK_STOP_MS 300

static JsonNode *
build_request(gboolean at_once)
{
  JsonNode *node = json_node_new(JSON_NODE_OBJECT);
  JsonObject *object = json_object_new();
  json_object_set_boolean_member(object, "now", at_once);
  json_node_take_object(node, object);
  return node;
}

static gboolean
wait_for_end(McCommandContext *context, int process, gint64 n_open)
{
  if (mc_process_exit_wait(process, QUICK_STOP_MS))
    return TRUE;
  if (n_open > 0) {
    fprintf(context->err,
            ngettext("waiting for %" G_GINT64_FORMAT
                     " open request (Ctrl-C leaves it draining)\n",
                     "waiting for %" G_GINT64_FORMAT
                     " open requests (Ctrl-C leaves it draining)\n",
                     (gulong) n_open),
            n_open);
    fflush(context->err);
  }
  return mc_process_exit_wait(process, WAIT_MS);
}

static int
stop_service(McCommandContext *context, McControlClient *client, gboolean at_once)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) status =
      mc_control_client_call(client, "GET", "/status", NULL, &error);
  if (status == NULL)
    return mc_command_fail(context, error);
  int process = mc_process_exit_watch((pid_t) mc_json_view_get_int(status, "pid", 0));
  g_autoptr(JsonNode) request = build_request(at_once);
  g_autoptr(JsonNode) reply =
      mc_control_client_call(client, "POST", "/service/stop", request, &error);
  gboolean has_ended = FALSE;
  if (reply != NULL && process >= 0)
    has_ended = wait_for_end(context, process, mc_json_view_get_int(reply, "active", 0));
  if (process >= 0)
    close(process);
  if (reply == NULL)
    return mc_command_fail(context, error);
  if (!has_ended) {
    g_set_error(&error, MC_ERROR, MC_ERROR_TIMED_OUT,
                "metaclaw was told to stop but has not ended yet");
    return mc_command_fail(context, error);
  }
  fprintf(context->out, "%s\n", _("metaclaw has stopped"));
  return 0;
}

static int
run_stop(McCommandContext *context, int n_arguments, char **arguments)
{
  gboolean at_once = FALSE;
  const GOptionEntry entries[] = {
      {"now", 0, 0, G_OPTION_ARG_NONE, &at_once,
       N_("Cut off what is running instead of letting it finish"), NULL},
      G_OPTION_ENTRY_NULL,
  };
  int exit_code = 0;
  if (!mc_command_parse_only(context, &mc_command_stop, entries, n_arguments, arguments,
                             &exit_code))
    return exit_code;
  g_autoptr(McControlClient) client = mc_control_client_new(context->home);
  return stop_service(context, client, at_once);
}

const McCommand mc_command_stop = {
    "stop",
    N_("stop serving; running answers may finish first (at most 30 s)"),
    "[--now]",
    N_("  metaclaw stop        returns when it has stopped; exits with 3 if it did not run\n"
       "  metaclaw stop --now  does not wait for running answers\n"),
    run_stop,
};
