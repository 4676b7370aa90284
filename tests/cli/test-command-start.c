/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli-fixture.h"

static JsonNode *
handle_status(McControlRequest *request, gpointer user_data, GError **error)
{
  return cli_fixture_parse("{\"mode\":\"madmax\",\"pid\":4242,\"proxy\":{\"port\":30000,"
                           "\"url\":\"http://127.0.0.1:30000\"}}");
}

static const McControlRoute routes[] = {{"GET", "/status", handle_status}};

static char *seen_home;
static McStartOptions seen_options;

static int
note_run(const char *home, const McStartOptions *options)
{
  seen_home = g_strdup(home);
  seen_options = *options;
  seen_options.mode = g_strdup(options->mode);
  return 42;
}

static void
test_second_start_says_that_it_runs(void)
{
  CliFixture *fixture = cli_fixture_new(routes, G_N_ELEMENTS(routes), NULL);
  g_assert_cmpint(cli_fixture_run(fixture, "start", NULL), ==, 0);
  g_assert_cmpstr(fixture->out, ==,
                  "metaclaw already runs (pid 4242, http://127.0.0.1:30000)\n");
  g_assert_cmpint(
      cli_fixture_run(fixture, "start", "--mode", "auto", "--port=30000", NULL), ==, 0);
  cli_fixture_free(fixture);
}

static void
test_second_start_of_another_kind_is_a_conflict(void)
{
  CliFixture *fixture = cli_fixture_new(routes, G_N_ELEMENTS(routes), NULL);
  g_assert_cmpint(cli_fixture_run(fixture, "start", "--port", "30001", NULL), ==, 5);
  assert_says(fixture->err, "pid 4242");
  assert_says(fixture->err, "metaclaw restart");
  g_assert_cmpint(cli_fixture_run(fixture, "start", "--mode", "rl", NULL), ==, 5);
  g_assert_cmpint(cli_fixture_run(fixture, "start", "--foreground", NULL), ==, 5);
  assert_says(fixture->err, "metaclaw stop");
  cli_fixture_free(fixture);
}

static void
test_wrong_values_are_refused(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  g_assert_cmpint(cli_fixture_run(fixture, "start", "--port", "65536", NULL), ==, 2);
  g_assert_cmpint(cli_fixture_run(fixture, "start", "--port", "-1", NULL), ==, 2);
  g_assert_cmpint(cli_fixture_run(fixture, "start", "--mode", "skill_only", NULL), ==, 2);
  assert_says(fixture->err, "did you mean 'skills_only'?");
  cli_fixture_free(fixture);
}

static void
test_foreground_runs_here(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  fixture->context.run_service = note_run;
  g_assert_cmpint(cli_fixture_run(fixture, "start", "--foreground", "--headless",
                                  "--port=30009", "--mode=rl", NULL),
                  ==, 42);
  g_assert_cmpstr(seen_home, ==, fixture->home);
  g_assert_cmpstr(seen_options.mode, ==, "rl");
  g_assert_cmpuint(seen_options.port, ==, 30009);
  g_assert_true(seen_options.is_headless);
  g_assert_false(seen_options.is_replacement);
  g_assert_cmpint(seen_options.report_fd, ==, -1);
  g_clear_pointer(&seen_home, g_free);
  g_free((char *) seen_options.mode);
  cli_fixture_free(fixture);
}

static void
test_program_that_cannot_run_is_told(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  g_assert_cmpint(cli_fixture_run(fixture, "start", NULL), ==, 70);
  assert_says(fixture->err, "/nonexistent/metaclaw");
  cli_fixture_free(fixture);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cli/command-start/second-start-says-that-it-runs",
                  test_second_start_says_that_it_runs);
  g_test_add_func("/cli/command-start/second-start-of-another-kind-is-a-conflict",
                  test_second_start_of_another_kind_is_a_conflict);
  g_test_add_func("/cli/command-start/wrong-values-are-refused",
                  test_wrong_values_are_refused);
  g_test_add_func("/cli/command-start/foreground-runs-here", test_foreground_runs_here);
  g_test_add_func("/cli/command-start/program-that-cannot-run-is-told",
                  test_program_that_cannot_run_is_told);
  return g_test_run();
}
