/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "control/control-client.h"
#include "service-fixture.h"
#include "service/api.h"

static void
test_each_call_has_one_row(void)
{
  for (guint i = 0; i < mc_api_n_routes; i++) {
    g_assert_cmpint(mc_api_routes[i].path[0], ==, '/');
    g_assert_nonnull(mc_api_routes[i].handle);
    for (guint j = i + 1; j < mc_api_n_routes; j++)
      g_assert_false(g_str_equal(mc_api_routes[i].path, mc_api_routes[j].path) &&
                     g_str_equal(mc_api_routes[i].method, mc_api_routes[j].method));
  }
}

/* "why" would be a skill's name for GET; POST must not end there. */
static void
test_fixed_paths_come_before_names(void)
{
  for (guint i = 0; i < mc_api_n_routes; i++) {
    const char *brace = strchr(mc_api_routes[i].path, '{');
    gsize fixed = brace != NULL ? (gsize) (brace - mc_api_routes[i].path) : 0;
    for (guint j = i + 1; brace != NULL && j < mc_api_n_routes; j++)
      g_assert_false(g_str_equal(mc_api_routes[i].method, mc_api_routes[j].method) &&
                     strncmp(mc_api_routes[i].path, mc_api_routes[j].path, fixed) == 0);
  }
}

typedef struct {
  const char *home;
  JsonNode *status; /* (owned) */
  GError *error;    /* (owned) */
  gboolean is_done;
} Call;

static gboolean
note_done(gpointer data)
{
  Call *call = data;
  call->is_done = TRUE;
  return G_SOURCE_REMOVE;
}

static gpointer
call_service(gpointer data)
{
  Call *call = data;
  g_autoptr(McControlClient) client = mc_control_client_new(call->home);
  call->status = mc_control_client_call(client, "GET", "/status", NULL, &call->error);
  if (call->error == NULL)
    json_node_unref(
        mc_control_client_call(client, "POST", "/service/stop", NULL, &call->error));
  g_main_context_invoke(NULL, note_done, call);
  return NULL;
}

static void
test_running_service_answers_and_stops_when_told(ServiceFixture *fixture,
                                                 gconstpointer data)
{
  McService *service = service_fixture_start(fixture, NULL);
  Call call = {.home = fixture->home};
  GThread *thread = g_thread_new("client", call_service, &call);
  service_fixture_wait(&call.is_done);
  g_thread_join(thread);
  g_assert_no_error(call.error);
  g_assert_cmpstr(
      json_object_get_string_member(json_node_get_object(call.status), "state"), ==,
      "running");
  json_node_unref(call.status);
  gboolean has_stopped = FALSE;
  gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
  while (!has_stopped && g_get_monotonic_time() < deadline) {
    g_main_context_iteration(NULL, FALSE);
    has_stopped = fixture->n_stopped == 1;
  }
  g_assert_true(has_stopped);
  g_assert_finalize_object(service);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/service/api-routes/each-call-has-one-row",
                  test_each_call_has_one_row);
  g_test_add_func("/service/api-routes/fixed-paths-come-before-names",
                  test_fixed_paths_come_before_names);
  g_test_add("/service/api-routes/running-service-answers-and-stops-when-told",
             ServiceFixture, NULL, service_fixture_set_up,
             test_running_service_answers_and_stops_when_told, service_fixture_tear_down);
  return g_test_run();
}
