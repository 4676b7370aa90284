/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/json.h"
#include "service-fixture.h"
#include "service/api.h"

static void
test_calls_reach_the_skills(ServiceFixture *fixture, gconstpointer data)
{
  McService *service = service_fixture_start(fixture, NULL);
  g_autoptr(GError) error = NULL;
  McControlRequest request = {0};
  g_autoptr(JsonNode) list = mc_api_skills_list(&request, service, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(json_array_get_length(mc_json_get_array(list, "skills", NULL)), ==, 3);

  request.parameter = "slow-queries";
  g_autoptr(JsonNode) shown = mc_api_skills_show(&request, service, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(mc_json_get_string(shown, "name", NULL), ==, "slow-queries");
  request.parameter = "nothing";
  g_assert_null(mc_api_skills_show(&request, service, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_FOUND);
  service_fixture_stop(fixture, service);
}

static void
test_why_needs_a_text(ServiceFixture *fixture, gconstpointer data)
{
  McService *service = service_fixture_start(fixture, NULL);
  static const char *const bodies[] = {"{}", "{\"text\":7}", "{\"text\":null}",
                                       "{\"text\":\" \"}"};
  for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) body = mc_json_parse(bodies[i], strlen(bodies[i]), 1024, NULL);
    McControlRequest request = {.body = json_node_get_object(body)};
    g_assert_null(mc_api_skills_why(&request, service, &error));
    g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  }
  g_autoptr(GError) error = NULL;
  McControlRequest request = {0};
  g_assert_null(mc_api_skills_why(&request, service, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  service_fixture_stop(fixture, service);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add("/service/api-skills/calls-reach-the-skills", ServiceFixture, NULL,
             service_fixture_set_up, test_calls_reach_the_skills,
             service_fixture_tear_down);
  g_test_add("/service/api-skills/why-needs-a-text", ServiceFixture, NULL,
             service_fixture_set_up, test_why_needs_a_text, service_fixture_tear_down);
  return g_test_run();
}
