/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/service.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/json.h"
#include "control/control-paths.h"
#include "service-fixture.h"

static gboolean
has_problem(McService *service, const char *code)
{
  g_autoptr(JsonNode) status = mc_service_dup_status(service);
  JsonArray *problems = mc_json_get_array(status, "problems", NULL);
  for (guint i = 0; i < json_array_get_length(problems); i++)
    if (g_strcmp0(mc_json_get_string(json_array_get_element(problems, i), "code", NULL),
                  code) == 0)
      return TRUE;
  return FALSE;
}

static void
test_first_start_serves_practice_with_the_bank(ServiceFixture *fixture,
                                               gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  McService *service = service_fixture_start(fixture, &error);
  g_assert_no_error(error);
  g_assert_cmpint(mc_service_get_state(service), ==, MC_SERVICE_RUNNING);
  g_autofree char *url = mc_service_dup_url(service);
  g_autofree char *expected = g_strdup_printf("http://127.0.0.1:%u", fixture->port);
  g_assert_cmpstr(url, ==, expected);

  g_autoptr(JsonNode) status = mc_service_dup_status(service);
  g_assert_cmpstr(mc_json_get_string(status, "state", NULL), ==, "running");
  g_assert_cmpstr(mc_json_get_string(status, "mode", NULL), ==, "madmax");
  g_assert_cmpstr(mc_json_get_string(status, "proxy.url", NULL), ==, expected);
  g_assert_true(mc_json_get_boolean(status, "proxy.healthy", NULL));
  g_assert_true(mc_json_get_boolean(status, "upstream.practice", NULL));
  g_assert_cmpstr(mc_json_get_string(status, "upstream.model", NULL), ==,
                  "metaclaw-practice");
  g_assert_cmpint(mc_json_get_int(status, "skills.active", NULL), ==, 3);
  g_assert_cmpuint(json_array_get_length(mc_json_get_array(status, "problems", NULL)), ==,
                   0);
  const char *files[] = {"records.db",        "library.db",
                         "metaclaw.lock",     "control.path",
                         "logs/metaclaw.log", "skills/flaky-tests/SKILL.md"};
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autofree char *path = g_build_filename(fixture->home, files[i], NULL);
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
  }
  GStatBuf home;
  g_assert_cmpint(g_stat(fixture->home, &home), ==, 0);
  g_assert_cmpint(home.st_mode & 0777, ==, 0700);
  service_fixture_stop(fixture, service);
}

static void
test_skills_are_listed_and_explained(ServiceFixture *fixture, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  McService *service = service_fixture_start(fixture, NULL);
  g_autoptr(JsonNode) list = mc_service_list_skills(service, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(mc_json_get_string(list, "skills[0].name", NULL), ==, "flaky-tests");
  g_autoptr(JsonNode) why =
      mc_service_explain_skills(service, "my flaky test fails sometimes", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(mc_json_get_string(why, "selected[0].name", NULL), ==, "flaky-tests");
  g_autoptr(JsonNode) file = mc_service_show_skill(service, "polite-mail", &error);
  g_assert_no_error(error);
  g_assert_nonnull(strstr(mc_json_get_string(file, "text", NULL), "Say what you want"));
  service_fixture_stop(fixture, service);
}

static void
test_home_has_one_owner(ServiceFixture *fixture, gconstpointer data)
{
  McService *first = service_fixture_start(fixture, NULL);
  g_autoptr(GError) error = NULL;
  g_assert_null(service_fixture_start(fixture, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_CONFLICT);
  g_assert_nonnull(strstr(error->message, fixture->home));
  g_assert_cmpint(mc_service_get_state(first), ==, MC_SERVICE_RUNNING);
  service_fixture_stop(fixture, first);
  /* What could not start has left nothing that is in the way. */
  McService *again = service_fixture_start(fixture, NULL);
  g_assert_nonnull(again);
  service_fixture_stop(fixture, again);
}

static void
test_taken_port_is_named_with_a_free_one(ServiceFixture *fixture, gconstpointer data)
{
  int fd = mc_listen_socket_new_tcp("127.0.0.1", fixture->port, NULL);
  g_assert_cmpint(fd, >=, 0);
  g_autoptr(GError) error = NULL;
  g_assert_null(service_fixture_start(fixture, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_CONFLICT);
  g_autofree char *taken = g_strdup_printf("port %u is taken by test-service (pid %d)",
                                           fixture->port, getpid());
  g_assert_nonnull(strstr(error->message, taken));
  g_assert_nonnull(strstr(error->message, "metaclaw start --port "));
  close(fd);
  McService *service = service_fixture_start(fixture, NULL);
  g_assert_nonnull(service);
  service_fixture_stop(fixture, service);
}

static void
test_broken_config_is_a_problem_not_an_end(ServiceFixture *fixture, gconstpointer data)
{
  service_fixture_write(fixture, "home/config.yaml",
                        "mode: rl\nskills:\n  top_k: many\nllm:\n  provider: openai\n");
  McService *service = service_fixture_start(fixture, NULL);
  g_assert_nonnull(service);
  g_assert_true(has_problem(service, "config_invalid"));
  g_assert_true(has_problem(service, "rl_unavailable"));
  g_assert_true(has_problem(service, "upstream_unset"));
  service_fixture_stop(fixture, service);
}

/* The status after the file changed has been noticed; gives up after ten seconds. */
static JsonNode *
wait_for_provider(McService *service, const char *provider)
{
  gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
  for (;;) {
    JsonNode *status = mc_service_dup_status(service);
    if (g_strcmp0(mc_json_get_string(status, "upstream.provider", NULL), provider) == 0)
      return status;
    json_node_unref(status);
    g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    g_main_context_iteration(NULL, FALSE);
    g_usleep(1000);
  }
}

static void
test_config_changes_count_at_once(ServiceFixture *fixture, gconstpointer data)
{
  McService *service = service_fixture_start(fixture, NULL);
  service_fixture_write(fixture, "home/config.yaml",
                        "llm:\n  provider: custom\n  model_id: m\n  api_key: k\n"
                        "  api_base: http://127.0.0.1:9/v1\n");
  g_autoptr(JsonNode) status = wait_for_provider(service, "custom");
  g_assert_cmpstr(mc_json_get_string(status, "upstream.model", NULL), ==, "m");
  g_assert_false(mc_json_get_boolean(status, "restart_needed", NULL));
  service_fixture_write(fixture, "home/config.yaml",
                        "llm:\n  provider: openai\nproxy:\n  api_key: secret\n");
  g_autoptr(JsonNode) later = wait_for_provider(service, "openai");
  g_assert_true(mc_json_get_boolean(later, "restart_needed", NULL));
  g_assert_true(has_problem(service, "upstream_unset"));
  service_fixture_stop(fixture, service);
}

static void
test_successor_takes_over(ServiceFixture *fixture, gconstpointer data)
{
  McService *former = service_fixture_start(fixture, NULL);
  McService *successor = service_fixture_new_service(fixture, TRUE);
  ServiceStart start = {0};
  mc_service_start_async(successor, service_fixture_on_started, &start);
  /* It waits while the former one has everything. */
  gint64 until = g_get_monotonic_time() + 50 * 1000;
  while (g_get_monotonic_time() < until)
    g_main_context_iteration(NULL, FALSE);
  g_assert_false(start.is_done);
  mc_service_yield(former);
  service_fixture_wait(&start.is_done);
  g_assert_no_error(start.error);
  gboolean has_stopped = FALSE;
  while (!has_stopped) {
    g_main_context_iteration(NULL, FALSE);
    has_stopped = mc_service_get_state(former) == MC_SERVICE_STOPPED;
  }
  g_assert_finalize_object(former);
  /* The former one has not taken the successor's socket with it. */
  g_autofree char *path = mc_control_paths_dup_socket(fixture->home);
  g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
  service_fixture_stop(fixture, successor);
  g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void
test_stopped_service_answers_without_facts(ServiceFixture *fixture, gconstpointer data)
{
  McService *service = service_fixture_new_service(fixture, FALSE);
  g_autoptr(JsonNode) status = mc_service_dup_status(service);
  g_assert_cmpstr(mc_json_get_string(status, "state", NULL), ==, "stopped");
  g_assert_false(mc_json_get_boolean(status, "proxy.healthy", NULL));
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_service_list_skills(service, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_RUNNING);
  mc_service_stop(service, 0);
  mc_service_yield(service);
  mc_service_reload(service);
  g_assert_cmpint(mc_service_get_state(service), ==, MC_SERVICE_STOPPED);
  g_assert_finalize_object(service);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, test)                                                                  \
  g_test_add("/service/service/" path, ServiceFixture, NULL, service_fixture_set_up,     \
             test, service_fixture_tear_down)
  ADD("first-start-serves-practice-with-the-bank",
      test_first_start_serves_practice_with_the_bank);
  ADD("skills-are-listed-and-explained", test_skills_are_listed_and_explained);
  ADD("home-has-one-owner", test_home_has_one_owner);
  ADD("taken-port-is-named-with-a-free-one", test_taken_port_is_named_with_a_free_one);
  ADD("broken-config-is-a-problem-not-an-end",
      test_broken_config_is_a_problem_not_an_end);
  ADD("config-changes-count-at-once", test_config_changes_count_at_once);
  ADD("successor-takes-over", test_successor_takes_over);
  ADD("stopped-service-answers-without-facts",
      test_stopped_service_answers_without_facts);
  return g_test_run();
}
