/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli/command.h"

#include "cli-fixture.h"

static void
test_help_lists_every_command(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  const char *forms[] = {"help", "--help", "-h"};
  for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
    g_assert_cmpint(cli_fixture_run(fixture, forms[i], NULL), ==, 0);
    const char *names[] = {"start", "stop",   "restart", "status",
                           "logs",  "skills", "help",    "version"};
    for (gsize j = 0; j < G_N_ELEMENTS(names); j++)
      assert_says(fixture->out, names[j]);
    g_assert_cmpstr(fixture->err, ==, "");
  }
  g_assert_cmpint(cli_fixture_run(fixture, NULL), ==, 0);
  assert_says(fixture->out, "usage: metaclaw COMMAND");
  cli_fixture_free(fixture);
}

static void
test_every_command_explains_itself_with_examples(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  const char *names[] = {"start", "stop", "restart", "status", "logs", "skills"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    g_assert_cmpint(cli_fixture_run(fixture, names[i], "--help", NULL), ==, 0);
    g_autofree char *usage = g_strdup_printf("usage: metaclaw %s", names[i]);
    assert_says(fixture->out, usage);
    assert_says(fixture->out, "Examples:\n  metaclaw");
    g_autofree char *direct = g_strdup(fixture->out);
    g_assert_cmpint(cli_fixture_run(fixture, "help", names[i], NULL), ==, 0);
    g_assert_cmpstr(fixture->out, ==, direct);
    assert_says(fixture->out, "--help");
    g_assert_null(strstr(fixture->out, "report-fd"));
  }
  cli_fixture_free(fixture);
}

static void
test_version_is_one_line(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  const char *forms[] = {"version", "--version", "-V"};
  for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
    g_assert_cmpint(cli_fixture_run(fixture, forms[i], NULL), ==, 0);
    g_assert_cmpstr(fixture->out, ==, "metaclaw " MC_VERSION "\n");
  }
  cli_fixture_free(fixture);
}

static void
test_mistyped_command_gets_a_suggestion(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  g_assert_cmpint(cli_fixture_run(fixture, "stauts", NULL), ==, 2);
  assert_says(fixture->err, "'stauts'");
  assert_says(fixture->err, "did you mean 'status'?");
  g_assert_cmpint(cli_fixture_run(fixture, "gibberish", NULL), ==, 2);
  g_assert_null(strstr(fixture->err, "did you mean"));
  assert_says(fixture->err, "metaclaw --help");
  g_assert_cmpint(cli_fixture_run(fixture, "help", "nothing", NULL), ==, 2);
  cli_fixture_free(fixture);
}

static void
test_wrong_options_and_words_are_refused(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  g_assert_cmpint(cli_fixture_run(fixture, "status", "--jsno", NULL), ==, 2);
  assert_says(fixture->err, "--jsno");
  assert_says(fixture->err, "metaclaw status --help");
  g_assert_cmpint(cli_fixture_run(fixture, "status", "now", NULL), ==, 2);
  assert_says(fixture->err, "'now'");
  g_assert_cmpint(cli_fixture_run(fixture, "logs", "-n", "many", NULL), ==, 2);
  cli_fixture_free(fixture);
}

static void
test_nearest_word_is_suggested(void)
{
  static const char *const names[] = {"start", "stop", "restart", "status", NULL};
  g_assert_cmpstr(mc_command_suggest("sttart", names), ==, "start");
  g_assert_cmpstr(mc_command_suggest("sotp", names), ==, "stop");
  g_assert_cmpstr(mc_command_suggest("statu", names), ==, "status");
  g_assert_cmpstr(mc_command_suggest("restarr", names), ==, "restart");
  g_assert_null(mc_command_suggest("x", names));
  g_assert_null(mc_command_suggest("", names));
  g_autofree char *endless = g_strnfill(100000, 's');
  g_assert_null(mc_command_suggest(endless, names));
}

static void
test_errors_become_their_exit_codes(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  g_autoptr(GError) error =
      g_error_new(MC_ERROR, MC_ERROR_NOT_RUNNING, "it does not run");
  g_assert_cmpint(mc_command_fail(&fixture->context, error), ==, 3);
  fflush(fixture->context.err);
  g_assert_cmpstr(fixture->err, ==, "metaclaw: it does not run\n");
  error->code = MC_ERROR_CONFLICT;
  g_assert_cmpint(mc_command_fail(&fixture->context, error), ==, 5);
  cli_fixture_free(fixture);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cli/command/help-lists-every-command", test_help_lists_every_command);
  g_test_add_func("/cli/command/every-command-explains-itself-with-examples",
                  test_every_command_explains_itself_with_examples);
  g_test_add_func("/cli/command/version-is-one-line", test_version_is_one_line);
  g_test_add_func("/cli/command/mistyped-command-gets-a-suggestion",
                  test_mistyped_command_gets_a_suggestion);
  g_test_add_func("/cli/command/wrong-options-and-words-are-refused",
                  test_wrong_options_and_words_are_refused);
  g_test_add_func("/cli/command/nearest-word-is-suggested",
                  test_nearest_word_is_suggested);
  g_test_add_func("/cli/command/errors-become-their-exit-codes",
                  test_errors_become_their_exit_codes);
  return g_test_run();
}
