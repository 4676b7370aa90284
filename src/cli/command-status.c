/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include <glib/gi18n.h>

#include "base/json.h"
#include "cli/command.h"
#include "cli/json-view.h"
#include "cli/table.h"
#include "control/control-client.h"

static void
append_state_line(GString *out, JsonNode *status)
{
  const char *url = mc_json_view_get_text(status, "proxy.url", "?");
  const char *model = mc_json_view_get_text(status, "upstream.model", NULL);
  const char *title = mc_json_view_get_text(status, "upstream.title", "?");
  if (g_str_equal(mc_json_view_get_text(status, "state", ""), "draining"))
    g_string_append_printf(out, _("Stopping: open requests finish on %s\n"), url);
  else if (!mc_json_view_get_boolean(status, "proxy.healthy", FALSE))
    g_string_append_printf(out, _("Not serving on %s\n"), url);
  else if (mc_json_view_get_boolean(status, "upstream.practice", FALSE))
    g_string_append_printf(
        out, _("Serving practice answers (no model is configured) on %s\n"), url);
  else if (model != NULL)
    g_string_append_printf(out, _("Serving %s from %s on %s\n"), model, title, url);
  else
    g_string_append_printf(out, _("Serving %s on %s\n"), title, url);
}

static char *
format_uptime(gint64 seconds)
{
  if (seconds < 120)
    return g_strdup_printf(_("%" G_GINT64_FORMAT " s"), seconds);
  if (seconds < 7200)
    return g_strdup_printf(_("%" G_GINT64_FORMAT " min"), seconds / 60);
  if (seconds < 172800)
    return g_strdup_printf(_("%" G_GINT64_FORMAT " h"), seconds / 3600);
  return g_strdup_printf(_("%" G_GINT64_FORMAT " days"), seconds / 86400);
}

static char *
describe_upstream(JsonNode *status)
{
  const char *state = mc_json_view_get_text(status, "upstream.state", "?");
  const char *last_error = mc_json_view_get_text(status, "upstream.last_error", NULL);
  if (mc_json_view_get_boolean(status, "upstream.practice", FALSE))
    return g_strdup(_("practice: made up offline, no model answers"));
  if (g_str_equal(state, "failing") && last_error != NULL)
    return g_strdup_printf(_("failing: %s"), last_error);
  if (g_str_equal(state, "untested"))
    return g_strdup(_("not asked yet"));
  return g_strdup(state);
}

static char *
describe_latency(JsonNode *status)
{
  double p50 = mc_json_view_get_double(status, "added_latency_us.p50", 0);
  double p99 = mc_json_view_get_double(status, "added_latency_us.p99", 0);
  if (p50 <= 0)
    return g_strdup(_("nothing measured yet"));
  return g_strdup_printf(_("%.2f ms (half of the requests), %.2f ms (99 of 100)"),
                         p50 / 1000, p99 / 1000);
}

static void
append_rows(GString *out, JsonNode *status)
{
  g_autoptr(McTable) table = mc_table_new(2, 0);
  g_autofree char *uptime = format_uptime(mc_json_view_get_int(status, "uptime_s", 0));
  g_autofree char *process =
      g_strdup_printf(_("pid %" G_GINT64_FORMAT ", version %s, up %s"),
                      mc_json_view_get_int(status, "pid", 0),
                      mc_json_view_get_text(status, "version", "?"), uptime);
  g_autofree char *upstream = describe_upstream(status);
  g_autofree char *skills =
      mc_json_view_get_boolean(status, "skills.enabled", TRUE)
          ? g_strdup_printf(_("%" G_GINT64_FORMAT " in %s"),
                            mc_json_view_get_int(status, "skills.active", 0),
                            mc_json_view_get_text(status, "skills.dir", "?"))
          : g_strdup(_("switched off (skills.enabled)"));
  g_autofree char *requests = g_strdup_printf(
      _("%" G_GINT64_FORMAT " (%" G_GINT64_FORMAT " streams, %" G_GINT64_FORMAT
        " failed, %" G_GINT64_FORMAT " open)"),
      mc_json_view_get_int(status, "requests.total", 0),
      mc_json_view_get_int(status, "requests.streams", 0),
      mc_json_view_get_int(status, "requests.failed", 0),
      mc_json_view_get_int(status, "requests.active", 0));
  g_autofree char *latency = describe_latency(status);
  mc_table_add(table, _("  Mode"), mc_json_view_get_text(status, "mode", "?"));
  mc_table_add(table, _("  Model"), upstream);
  mc_table_add(table, _("  Skills"), skills);
  mc_table_add(table, _("  Requests"), requests);
  mc_table_add(table, _("  Added"), latency);
  mc_table_add(table, _("  Process"), process);
  mc_table_add(table, _("  Home"), mc_json_view_get_text(status, "home", "?"));
  g_autofree char *text = mc_table_format(table, 0);
  g_string_append(out, text);
}

static void
append_problems(GString *out, JsonNode *status)
{
  guint n = mc_json_view_count(status, "problems");
  if (mc_json_view_get_boolean(status, "restart_needed", FALSE))
    g_string_append_printf(
        out, "\n%s\n",
        _("Some changes in config.yaml count after a restart only: metaclaw restart"));
  if (n == 0)
    return;
  g_string_append_printf(out, "\n%s\n", ngettext("Problem", "Problems", n));
  for (guint i = 0; i < n; i++) {
    JsonNode *problem = mc_json_view_get_element(status, "problems", i);
    g_string_append_printf(out, "  ! %s\n    %s\n",
                           mc_json_view_get_text(problem, "message", "?"),
                           mc_json_view_get_text(problem, "remedy", ""));
  }
}

static void
print_status(McCommandContext *context, McControlClient *client, JsonNode *status)
{
  g_autoptr(GString) out = g_string_new(NULL);
  append_state_line(out, status);
  append_rows(out, status);
  append_problems(out, status);
  fputs(out->str, context->out);
  const char *other = mc_control_client_get_other_version(client);
  if (other != NULL)
    fprintf(context->err,
            _("note: version %s is running and this is %s; use: metaclaw restart\n"),
            other, MC_VERSION);
}

static int
run_status(McCommandContext *context, int n_arguments, char **arguments)
{
  gboolean wants_json = FALSE;
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &wants_json, N_("As JSON, for programs"), NULL},
      G_OPTION_ENTRY_NULL,
  };
  int exit_code = 0;
  if (!mc_command_parse_only(context, &mc_command_status, entries, n_arguments, arguments,
                             &exit_code))
    return exit_code;
  g_autoptr(McControlClient) client = mc_control_client_new(context->home);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) status =
      mc_control_client_call(client, "GET", "/status", NULL, &error);
  if (status == NULL)
    return mc_command_fail(context, error);
  if (wants_json) {
    g_autofree char *text = mc_json_format(status, TRUE);
    fprintf(context->out, "%s\n", text);
  } else {
    print_status(context, client, status);
  }
  return 0;
}

const McCommand mc_command_status = {
    "status",
    N_("say how it is: model, skills, requests, problems"),
    "[--json]",
    N_("  metaclaw status         for people; exits with 3 when it is not running\n"
       "  metaclaw status --json  for programs: mode, pid, proxy, upstream, problems …\n"),
    run_status,
};
