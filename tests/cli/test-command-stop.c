/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/wait.h>

#include "cli-fixture.h"

/* A process that stands for the service: it ends after being told to, and a while. */
typedef struct {
  pid_t pid;
  int active;
  guint drain_ms;
  gboolean was_now;
} FakeProcess;

static pid_t
start_process(void)
{
  pid_t pid = fork();
  if (pid == 0)
    for (;;)
      pause();
  return pid;
}

static JsonNode *
handle_status(McControlRequest *request, gpointer user_data, GError **error)
{
  FakeProcess *process = user_data;
  g_autofree char *text = g_strdup_printf("{\"pid\":%d}", process->pid);
  return cli_fixture_parse(text);
}

static gboolean
end_process(gpointer user_data)
{
  FakeProcess *process = user_data;
  kill(process->pid, SIGKILL);
  return G_SOURCE_REMOVE;
}

static JsonNode *
handle_stop(McControlRequest *request, gpointer user_data, GError **error)
{
  FakeProcess *process = user_data;
  process->was_now = json_object_get_boolean_member(request->body, "now");
  GSource *source = g_timeout_source_new(process->drain_ms);
  g_source_set_callback(source, end_process, process, NULL);
  g_source_attach(source, g_main_context_get_thread_default());
  g_source_unref(source);
  g_autofree char *text = g_strdup_printf("{\"active\":%d}", process->active);
  return cli_fixture_parse(text);
}

static const McControlRoute routes[] = {
    {"GET", "/status", handle_status},
    {"POST", "/service/stop", handle_stop},
};

static void
test_returns_when_the_process_has_ended(void)
{
  FakeProcess process = {.pid = start_process(), .drain_ms = 20};
  CliFixture *fixture = cli_fixture_new(routes, G_N_ELEMENTS(routes), &process);
  g_assert_cmpint(cli_fixture_run(fixture, "stop", NULL), ==, 0);
  g_assert_cmpint(waitpid(process.pid, NULL, WNOHANG), ==, process.pid);
  g_assert_cmpstr(fixture->out, ==, "metaclaw has stopped\n");
  g_assert_cmpstr(fixture->err, ==, "");
  g_assert_false(process.was_now);
  cli_fixture_free(fixture);
}

static void
test_open_requests_are_told(void)
{
  FakeProcess process = {.pid = start_process(), .active = 2, .drain_ms = 600};
  CliFixture *fixture = cli_fixture_new(routes, G_N_ELEMENTS(routes), &process);
  g_assert_cmpint(cli_fixture_run(fixture, "stop", "--now", NULL), ==, 0);
  assert_says(fixture->err, "waiting for 2 open requests");
  g_assert_true(process.was_now);
  g_assert_cmpint(waitpid(process.pid, NULL, 0), ==, process.pid);
  cli_fixture_free(fixture);
}

static void
test_without_a_service_it_exits_with_3(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  g_assert_cmpint(cli_fixture_run(fixture, "stop", NULL), ==, 3);
  assert_says(fixture->err, "not running");
  cli_fixture_free(fixture);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cli/command-stop/returns-when-the-process-has-ended",
                  test_returns_when_the_process_has_ended);
  g_test_add_func("/cli/command-stop/open-requests-are-told",
                  test_open_requests_are_told);
  g_test_add_func("/cli/command-stop/without-a-service-it-exits-with-3",
                  test_without_a_service_it_exits_with_3);
  return g_test_run();
}
