/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/status-report.h"

#include <unistd.h>

#include "upstream/practice-answer.h"

static void
add_text(JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name(builder, name);
  if (text != NULL)
    json_builder_add_string_value(builder, text);
  else
    json_builder_add_null_value(builder);
}

static void
add_number(JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_int_value(builder, number);
}

static void
add_boolean(JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_boolean_value(builder, value);
}

static void
begin_object(JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name(builder, name);
  json_builder_begin_object(builder);
}

static void
add_service(JsonBuilder *builder, const McStatusFacts *facts)
{
  add_text(builder, "state", facts->state);
  add_text(builder, "kind", facts->kind);
  add_text(builder, "mode", facts->mode);
  add_number(builder, "pid", getpid());
  add_text(builder, "version", MC_VERSION);
  add_text(builder, "home", facts->home);
  add_text(builder, "config", facts->config_path);
  add_text(builder, "log", facts->log_path);
  g_autofree char *started = NULL;
  gint64 uptime_s = 0;
  if (facts->started_us > 0) {
    g_autoptr(GDateTime) time =
        g_date_time_new_from_unix_utc(facts->started_us / G_USEC_PER_SEC);
    started = g_date_time_format_iso8601(time);
    uptime_s = MAX(facts->now_us - facts->started_us, 0) / G_USEC_PER_SEC;
  }
  add_text(builder, "started_at", started);
  add_number(builder, "uptime_s", uptime_s);
  begin_object(builder, "options");
  add_text(builder, "mode", facts->option_mode);
  add_number(builder, "port", facts->option_port);
  json_builder_end_object(builder);
  add_boolean(builder, "restart_needed", facts->needs_restart);
}

static void
add_proxy(JsonBuilder *builder, const McStatusFacts *facts)
{
  begin_object(builder, "proxy");
  add_text(builder, "url", facts->url);
  add_text(builder, "host", facts->host);
  add_number(builder, "port", facts->port);
  add_boolean(builder, "healthy", facts->is_healthy);
  json_builder_end_object(builder);
}

/* The model that answers; NULL when it is the client's to choose. */
static const char *
choose_model(const McUpstreamRoute *route)
{
  if (route == NULL)
    return NULL;
  if (mc_upstream_route_get_state(route) == MC_ROUTE_PRACTICE)
    return MC_PRACTICE_MODEL;
  return mc_upstream_route_get_model(route);
}

static void
add_upstream(JsonBuilder *builder, const McStatusFacts *facts)
{
  const McUpstreamRoute *route = facts->route;
  const McProvider *provider =
      route != NULL ? mc_upstream_route_get_provider(route) : NULL;
  const McEndpoint *endpoint =
      route != NULL ? mc_upstream_route_get_endpoint(route) : NULL;
  begin_object(builder, "upstream");
  add_text(builder, "provider", provider != NULL ? provider->id : NULL);
  add_text(builder, "title", provider != NULL ? provider->title : NULL);
  add_text(builder, "model", choose_model(route));
  add_text(builder, "endpoint", endpoint != NULL ? mc_endpoint_get_host(endpoint) : NULL);
  add_boolean(builder, "practice",
              route != NULL && mc_upstream_route_get_state(route) == MC_ROUTE_PRACTICE);
  add_text(builder, "state",
           route != NULL && mc_upstream_route_get_state(route) == MC_ROUTE_UNSET
               ? "unset"
               : facts->upstream_state);
  add_text(builder, "last_error", facts->upstream_error);
  json_builder_end_object(builder);
}

static void
add_skills(JsonBuilder *builder, const McStatusFacts *facts)
{
  begin_object(builder, "skills");
  add_boolean(builder, "enabled", facts->skills_enabled);
  add_number(builder, "active", facts->skills_active);
  add_number(builder, "invalid", facts->skills_invalid);
  add_number(builder, "injections", (gint64) facts->injections);
  add_text(builder, "dir", facts->skills_dir);
  json_builder_end_object(builder);
}

static void
add_requests(JsonBuilder *builder, const McStatusFacts *facts)
{
  const McProxyMetrics *metrics = &facts->metrics;
  begin_object(builder, "requests");
  add_number(builder, "total", (gint64) metrics->requests_total);
  add_number(builder, "streams", (gint64) metrics->requests_streams);
  add_number(builder, "failed", (gint64) metrics->requests_failed);
  add_number(builder, "active", metrics->requests_active);
  json_builder_end_object(builder);
  add_number(builder, "conversations", metrics->conversations);
  begin_object(builder, "added_latency_us");
  json_builder_set_member_name(builder, "p50");
  json_builder_add_double_value(builder, metrics->added_p50_us);
  json_builder_set_member_name(builder, "p99");
  json_builder_add_double_value(builder, metrics->added_p99_us);
  json_builder_end_object(builder);
  add_number(builder, "unrecorded", (gint64) facts->unrecorded);
}

static void
add_problems(JsonBuilder *builder, const GPtrArray *problems)
{
  json_builder_set_member_name(builder, "problems");
  json_builder_begin_array(builder);
  for (guint i = 0; problems != NULL && i < problems->len; i++) {
    const McProblem *problem = problems->pdata[i];
    g_autofree char *message = mc_problem_format_message(problem);
    g_autofree char *remedy = mc_problem_format_remedy(problem);
    json_builder_begin_object(builder);
    add_text(builder, "code", mc_problem_get_code(problem));
    add_text(builder, "subject", mc_problem_get_subject(problem));
    add_text(builder, "message", message);
    add_text(builder, "remedy", remedy);
    json_builder_end_object(builder);
  }
  json_builder_end_array(builder);
}

JsonNode *
mc_status_report_format(const McStatusFacts *facts)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  add_service(builder, facts);
  add_proxy(builder, facts);
  add_upstream(builder, facts);
  add_skills(builder, facts);
  add_requests(builder, facts);
  add_problems(builder, facts->problems);
  json_builder_end_object(builder);
  return json_builder_get_root(builder);
}
