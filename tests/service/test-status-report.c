/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/status-report.h"

#include <unistd.h>

#include "base/json.h"

static gboolean
has_member(JsonNode *root, const char *path)
{
  g_auto(GStrv) names = g_strsplit(path, ".", -1);
  JsonNode *node = root;
  for (guint i = 0; node != NULL && names[i] != NULL; i++)
    node = JSON_NODE_HOLDS_OBJECT(node)
               ? json_object_get_member(json_node_get_object(node), names[i])
               : NULL;
  return node != NULL;
}

static void
test_promised_members_are_always_there(void)
{
  static const char *const paths[] = {
      "mode",
      "pid",
      "version",
      "proxy.url",
      "proxy.healthy",
      "upstream.provider",
      "upstream.model",
      "upstream.state",
      "upstream.last_error",
      "skills.active",
      "skills.dir",
      "requests.total",
      "requests.streams",
      "requests.failed",
      "added_latency_us.p50",
      "added_latency_us.p99",
      "problems",
  };
  const McStatusFacts facts = {0};
  g_autoptr(JsonNode) status = mc_status_report_format(&facts);
  for (gsize i = 0; i < G_N_ELEMENTS(paths); i++)
    g_assert_true(has_member(status, paths[i]));
}

static void
test_facts_arrive(void)
{
  g_autoptr(GPtrArray) problems =
      g_ptr_array_new_with_free_func((GDestroyNotify) mc_problem_unref);
  g_ptr_array_add(problems, mc_problem_new("skill_broken", "x", "x", "line 3", NULL));
  const McStatusFacts facts = {
      .state = "running",
      .mode = "madmax",
      .started_us = G_GINT64_CONSTANT(1000000) * G_USEC_PER_SEC,
      .now_us = G_GINT64_CONSTANT(1000042) * G_USEC_PER_SEC,
      .option_port = 30001,
      .url = "http://127.0.0.1:30001",
      .is_healthy = TRUE,
      .upstream_state = "failing",
      .upstream_error = "401",
      .skills_active = 24,
      .metrics = {.requests_total = 7, .requests_failed = 2, .added_p50_us = 90.5},
      .problems = problems,
  };
  g_autoptr(JsonNode) status = mc_status_report_format(&facts);
  g_assert_cmpint(mc_json_get_int(status, "pid", NULL), ==, getpid());
  g_assert_cmpstr(mc_json_get_string(status, "version", NULL), ==, MC_VERSION);
  g_assert_cmpint(mc_json_get_int(status, "uptime_s", NULL), ==, 42);
  g_assert_cmpstr(mc_json_get_string(status, "started_at", NULL), ==,
                  "1970-01-12T13:46:40Z");
  g_assert_cmpint(mc_json_get_int(status, "options.port", NULL), ==, 30001);
  g_assert_cmpstr(mc_json_get_string(status, "upstream.last_error", NULL), ==, "401");
  g_assert_cmpint(mc_json_get_int(status, "requests.total", NULL), ==, 7);
  g_assert_cmpint(mc_json_get_int(status, "requests.failed", NULL), ==, 2);
  g_assert_cmpstr(mc_json_get_string(status, "problems[0].code", NULL), ==,
                  "skill_broken");
  g_assert_nonnull(mc_json_get_string(status, "problems[0].message", NULL));
  g_assert_nonnull(mc_json_get_string(status, "problems[0].remedy", NULL));
}

static void
test_practice_is_labelled(void)
{
  g_autoptr(McConfig) config = mc_config_new_defaults();
  g_autoptr(McUpstreamRoute) route = mc_upstream_route_new(config, "/nowhere.sock");
  const McStatusFacts facts = {.route = route, .upstream_state = "untested"};
  g_autoptr(JsonNode) status = mc_status_report_format(&facts);
  g_assert_true(mc_json_get_boolean(status, "upstream.practice", NULL));
  g_assert_cmpstr(mc_json_get_string(status, "upstream.provider", NULL), ==, "practice");
  g_assert_cmpstr(mc_json_get_string(status, "upstream.model", NULL), ==,
                  "metaclaw-practice");
  g_assert_cmpstr(mc_json_get_string(status, "upstream.state", NULL), ==, "untested");
}

static void
test_half_configured_upstream_is_unset(void)
{
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  g_autoptr(McConfig) config =
      mc_config_with(defaults, MC_KEY_LLM_PROVIDER, "openai", NULL);
  g_assert_nonnull(config);
  g_autoptr(McUpstreamRoute) route = mc_upstream_route_new(config, "/nowhere.sock");
  const McStatusFacts facts = {.route = route, .upstream_state = "untested"};
  g_autoptr(JsonNode) status = mc_status_report_format(&facts);
  g_assert_cmpstr(mc_json_get_string(status, "upstream.state", NULL), ==, "unset");
  g_assert_false(mc_json_get_boolean(status, "upstream.practice", NULL));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/service/status-report/promised-members-are-always-there",
                  test_promised_members_are_always_there);
  g_test_add_func("/service/status-report/facts-arrive", test_facts_arrive);
  g_test_add_func("/service/status-report/practice-is-labelled",
                  test_practice_is_labelled);
  g_test_add_func("/service/status-report/half-configured-upstream-is-unset",
                  test_half_configured_upstream_is_unset);
  return g_test_run();
}
