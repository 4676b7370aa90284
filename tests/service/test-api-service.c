/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/json.h"
#include "service-fixture.h"
#include "service/api.h"

static void
test_stop_acts_when_the_reply_has_left(ServiceFixture *fixture, gconstpointer data)
{
  McService *service = service_fixture_start(fixture, NULL);
  g_autoptr(GError) error = NULL;
  McControlRequest request = {0};
  g_autoptr(JsonNode) reply = mc_api_service_stop(&request, service, &error);
  g_assert_no_error(error);
  g_assert_cmpint(mc_json_get_int(reply, "pid", NULL), ==, getpid());
  g_assert_cmpint(mc_json_get_int(reply, "active", &error), ==, 0);
  g_assert_no_error(error);
  g_assert_cmpint(mc_service_get_state(service), ==, MC_SERVICE_RUNNING);
  request.after_reply(service);
  g_assert_cmpint(mc_service_get_state(service), ==, MC_SERVICE_DRAINING);
  service_fixture_stop(fixture, service);
}

static void
test_only_a_running_service_yields(ServiceFixture *fixture, gconstpointer data)
{
  McService *service = service_fixture_start(fixture, NULL);
  g_autoptr(GError) error = NULL;
  McControlRequest request = {0};
  g_autoptr(JsonNode) reply = mc_api_service_yield(&request, service, &error);
  g_assert_no_error(error);
  g_assert_nonnull(reply);
  request.after_reply(service);
  g_assert_cmpint(mc_service_get_state(service), ==, MC_SERVICE_DRAINING);
  McControlRequest again = {0};
  g_assert_null(mc_api_service_yield(&again, service, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_CONFLICT);
  g_assert_null(again.after_reply);
  service_fixture_stop(fixture, service);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add("/service/api-service/stop-acts-when-the-reply-has-left", ServiceFixture,
             NULL, service_fixture_set_up, test_stop_acts_when_the_reply_has_left,
             service_fixture_tear_down);
  g_test_add("/service/api-service/only-a-running-service-yields", ServiceFixture, NULL,
             service_fixture_set_up, test_only_a_running_service_yields,
             service_fixture_tear_down);
  return g_test_run();
}
