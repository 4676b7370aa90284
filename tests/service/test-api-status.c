/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/json.h"
#include "service-fixture.h"
#include "service/api.h"

static void
test_get_gives_the_status_of_the_service(ServiceFixture *fixture, gconstpointer data)
{
  McService *service = service_fixture_start(fixture, NULL);
  McControlRequest request = {0};
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) status = mc_api_status_get(&request, service, &error);
  g_assert_no_error(error);
  g_assert_cmpint(mc_json_get_int(status, "proxy.port", NULL), ==, fixture->port);
  g_assert_null(request.after_reply);
  service_fixture_stop(fixture, service);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add("/service/api-status/get-gives-the-status-of-the-service", ServiceFixture,
             NULL, service_fixture_set_up, test_get_gives_the_status_of_the_service,
             service_fixture_tear_down);
  return g_test_run();
}
