/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli/spawn-service.h"

#include "cli-fixture.h"

static void
test_report_round_trips(void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *fine = mc_spawn_service_format_report(NULL);
  g_assert_true(mc_spawn_service_read_report(fine, &error));
  g_assert_no_error(error);

  g_autoptr(GError) reason =
      g_error_new(MC_ERROR, MC_ERROR_CONFLICT, "port 30000 is taken by x (pid 1)");
  g_autofree char *report = mc_spawn_service_format_report(reason);
  g_assert_false(mc_spawn_service_read_report(report, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_CONFLICT);
  g_assert_cmpstr(error->message, ==, "port 30000 is taken by x (pid 1)");
}

static void
test_no_report_is_a_failure(void)
{
  const char *reports[] = {"", "ok", "nonsense\nwords\n", "conflict", "conflict\n\n"};
  for (gsize i = 0; i < G_N_ELEMENTS(reports); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_false(mc_spawn_service_read_report(reports[i], &error));
    g_assert_error(error, MC_ERROR, MC_ERROR_INTERNAL);
    assert_says(error->message, "metaclaw logs");
  }
}

/* Runs @script in place of the program. */
static gboolean
spawn(CliFixture *fixture, const McStartOptions *options, const char *script,
      GError **error)
{
  g_autofree char *program = g_build_filename(fixture->home, "program", NULL);
  g_assert_true(g_file_set_contents_full(program, script, -1, G_FILE_SET_CONTENTS_NONE,
                                         0700, NULL));
  fixture->context.program = program;
  gboolean has_started = mc_spawn_service(&fixture->context, options, error);
  g_unlink(program);
  return has_started;
}

static void
test_program_is_started_as_asked(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  McStartOptions options = {"rl", 30007, TRUE, TRUE, -1};
  g_autoptr(GError) error = NULL;
  g_assert_true(spawn(fixture, &options,
                      "#!/bin/sh\n"
                      "echo \"$@\" > \"$METACLAW_HOME/seen\"\n"
                      "cut -d ' ' -f 6 < /proc/$$/stat >> \"$METACLAW_HOME/seen\"\n"
                      "echo $$ >> \"$METACLAW_HOME/seen\"\n"
                      "echo ok >&3\n",
                      &error));
  g_assert_no_error(error);
  g_autofree char *path = g_build_filename(fixture->home, "seen", NULL);
  g_autofree char *seen = NULL;
  g_assert_true(g_file_get_contents(path, &seen, NULL, NULL));
  g_auto(GStrv) lines = g_strsplit(seen, "\n", -1);
  g_assert_cmpstr(lines[0], ==,
                  "start --foreground --report-fd=3 --headless --replace --mode=rl "
                  "--port=30007");
  /* The leader of a session of its own: closing the terminal does not reach it. */
  g_assert_cmpstr(lines[1], ==, lines[2]);
  g_unlink(path);
  cli_fixture_free(fixture);
}

static void
test_reason_of_a_failed_start_is_told(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  McStartOptions options = {.report_fd = -1};
  g_autoptr(GError) error = NULL;
  g_assert_false(spawn(fixture, &options,
                       "#!/bin/sh\nprintf 'conflict\\nport 1 is taken\\n' >&3\nexit 5\n",
                       &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_CONFLICT);
  g_assert_cmpstr(error->message, ==, "port 1 is taken");
  g_clear_error(&error);
  g_assert_false(spawn(fixture, &options, "#!/bin/sh\nexit 1\n", &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_INTERNAL);
  g_clear_error(&error);
  fixture->context.program = "/nonexistent/metaclaw";
  g_assert_false(mc_spawn_service(&fixture->context, &options, &error));
  assert_says(error->message, "/nonexistent/metaclaw");
  cli_fixture_free(fixture);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cli/spawn-service/report-round-trips", test_report_round_trips);
  g_test_add_func("/cli/spawn-service/no-report-is-a-failure",
                  test_no_report_is_a_failure);
  g_test_add_func("/cli/spawn-service/program-is-started-as-asked",
                  test_program_is_started_as_asked);
  g_test_add_func("/cli/spawn-service/reason-of-a-failed-start-is-told",
                  test_reason_of_a_failed_start_is_told);
  return g_test_run();
}
