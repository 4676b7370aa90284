/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli-fixture.h"

static JsonNode *
handle_status(McControlRequest *request, gpointer user_data, GError **error)
{
  return cli_fixture_parse(
      "{\"mode\":\"rl\",\"pid\":4242,\"options\":{\"mode\":\"rl\",\"port\":30005},"
      "\"proxy\":{\"port\":30005,\"url\":\"http://127.0.0.1:30005\"}}");
}

static JsonNode *
handle_yield(McControlRequest *request, gpointer user_data, GError **error)
{
  g_atomic_int_inc((gint *) user_data);
  return cli_fixture_parse("{}");
}

static const McControlRoute routes[] = {
    {"GET", "/status", handle_status},
    {"POST", "/service/yield", handle_yield},
};

static char *
write_program(CliFixture *fixture)
{
  char *program = g_build_filename(fixture->home, "program", NULL);
  g_assert_true(g_file_set_contents_full(
      program, "#!/bin/sh\necho \"$@\" > \"$METACLAW_HOME/seen\"\necho ok >&3\n", -1,
      G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  fixture->context.program = program;
  return program;
}

static char *
take_seen(CliFixture *fixture)
{
  g_autofree char *path = g_build_filename(fixture->home, "seen", NULL);
  char *seen = NULL;
  g_assert_true(g_file_get_contents(path, &seen, NULL, NULL));
  g_unlink(path);
  return seen;
}

static void
test_new_one_gets_the_options_of_the_old(void)
{
  gint yields = 0;
  CliFixture *fixture = cli_fixture_new(routes, G_N_ELEMENTS(routes), &yields);
  g_autofree char *program = write_program(fixture);
  g_assert_cmpint(cli_fixture_run(fixture, "restart", NULL), ==, 0);
  g_assert_cmpint(g_atomic_int_get(&yields), ==, 1);
  g_autofree char *seen = take_seen(fixture);
  g_assert_cmpstr(seen, ==,
                  "start --foreground --report-fd=3 --replace --mode=rl --port=30005\n");
  g_assert_cmpint(
      cli_fixture_run(fixture, "restart", "--port=30006", "--mode=madmax", NULL), ==, 0);
  g_autofree char *changed = take_seen(fixture);
  assert_says(changed, "--mode=madmax --port=30006");
  g_unlink(program);
  cli_fixture_free(fixture);
}

static void
test_what_does_not_run_is_started(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  g_autofree char *program = write_program(fixture);
  /* The stand-in says "ok" but answers no call. */
  g_assert_cmpint(cli_fixture_run(fixture, "restart", NULL), ==, 3);
  g_autofree char *seen = take_seen(fixture);
  g_assert_cmpstr(seen, ==, "start --foreground --report-fd=3\n");
  g_unlink(program);
  cli_fixture_free(fixture);
}

static void
test_wrong_values_touch_nothing(void)
{
  gint yields = 0;
  CliFixture *fixture = cli_fixture_new(routes, G_N_ELEMENTS(routes), &yields);
  g_assert_cmpint(cli_fixture_run(fixture, "restart", "--mode=x", NULL), ==, 2);
  g_assert_cmpint(cli_fixture_run(fixture, "restart", "--port=99999", NULL), ==, 2);
  g_assert_cmpint(g_atomic_int_get(&yields), ==, 0);
  cli_fixture_free(fixture);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cli/command-restart/new-one-gets-the-options-of-the-old",
                  test_new_one_gets_the_options_of_the_old);
  g_test_add_func("/cli/command-restart/what-does-not-run-is-started",
                  test_what_does_not_run_is_started);
  g_test_add_func("/cli/command-restart/wrong-values-touch-nothing",
                  test_wrong_values_touch_nothing);
  return g_test_run();
}
