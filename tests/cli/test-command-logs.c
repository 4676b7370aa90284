/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <sys/wait.h>

#include "cli-fixture.h"

typedef struct {
  CliFixture *cli;
  char *folder;
  char *log;
  char *former;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fixture->cli = cli_fixture_new(NULL, 0, NULL);
  fixture->folder = g_build_filename(fixture->cli->home, "logs", NULL);
  fixture->log = g_build_filename(fixture->folder, "metaclaw.log", NULL);
  fixture->former = g_strconcat(fixture->log, ".1", NULL);
  g_assert_cmpint(g_mkdir(fixture->folder, 0700), ==, 0);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  g_unlink(fixture->log);
  g_unlink(fixture->former);
  g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
  cli_fixture_free(fixture->cli);
  g_free(fixture->folder);
  g_free(fixture->log);
  g_free(fixture->former);
}

static void
test_last_lines_reach_into_the_former_file(Fixture *fixture, gconstpointer data)
{
  g_assert_true(g_file_set_contents(fixture->former, "one\ntwo\n", -1, NULL));
  g_assert_true(g_file_set_contents(fixture->log, "three\nfour\n", -1, NULL));
  static const struct {
    const char *n;
    const char *shown;
  } cases[] = {
      {"0", ""},
      {"1", "four\n"},
      {"2", "three\nfour\n"},
      {"3", "two\nthree\nfour\n"},
      {"4", "one\ntwo\nthree\nfour\n"},
      {"9", "one\ntwo\nthree\nfour\n"},
      {"-5", ""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_assert_cmpint(cli_fixture_run(fixture->cli, "logs", "-n", cases[i].n, NULL), ==, 0);
    g_assert_cmpstr(fixture->cli->out, ==, cases[i].shown);
  }
}

static void
test_unfinished_line_and_empty_file(Fixture *fixture, gconstpointer data)
{
  g_assert_true(g_file_set_contents(fixture->log, "one\ntw", -1, NULL));
  g_assert_cmpint(cli_fixture_run(fixture->cli, "logs", "-n", "1", NULL), ==, 0);
  g_assert_cmpstr(fixture->cli->out, ==, "tw");
  g_assert_true(g_file_set_contents(fixture->log, "", 0, NULL));
  g_assert_cmpint(cli_fixture_run(fixture->cli, "logs", NULL), ==, 0);
  g_assert_cmpstr(fixture->cli->out, ==, "");
}

static void
test_missing_log_is_told(Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint(cli_fixture_run(fixture->cli, "logs", NULL), ==, 4);
  assert_says(fixture->cli->err, fixture->log);
}

static void
append_line(const char *path, const char *line)
{
  FILE *file = fopen(path, "a");
  g_assert_nonnull(file);
  fputs(line, file);
  fclose(file);
}

static void
expect(FILE *pipe, const char *line)
{
  char buffer[256];
  g_assert_nonnull(fgets(buffer, sizeof buffer, pipe));
  g_assert_cmpstr(buffer, ==, line);
}

static void
test_following_survives_a_rotation(Fixture *fixture, gconstpointer data)
{
  g_assert_true(g_file_set_contents(fixture->log, "one\n", -1, NULL));
  int ends[2];
  g_assert_cmpint(pipe(ends), ==, 0);
  pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    alarm(30);
    McCommandContext context = fixture->cli->context;
    context.out = fdopen(ends[1], "w");
    char program[] = "metaclaw", command[] = "logs", option[] = "-f";
    char *arguments[] = {program, command, option, NULL};
    _exit(mc_command_run(&context, 3, arguments));
  }
  close(ends[1]);
  FILE *shown = fdopen(ends[0], "r");
  expect(shown, "one\n");
  append_line(fixture->log, "two\n");
  expect(shown, "two\n");
  append_line(fixture->log, "three\n");
  g_assert_cmpint(g_rename(fixture->log, fixture->former), ==, 0);
  append_line(fixture->log, "four\n");
  expect(shown, "three\n");
  expect(shown, "four\n");
  /* Nobody reads any more: it ends with the next line, by SIGPIPE or by the failed write.
   */
  fclose(shown);
  append_line(fixture->log, "five\n");
  g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, test)                                                                  \
  g_test_add("/cli/command-logs/" path, Fixture, NULL, set_up, test, tear_down)
  ADD("last-lines-reach-into-the-former-file",
      test_last_lines_reach_into_the_former_file);
  ADD("unfinished-line-and-empty-file", test_unfinished_line_and_empty_file);
  ADD("missing-log-is-told", test_missing_log_is_told);
  ADD("following-survives-a-rotation", test_following_survives_a_rotation);
  return g_test_run();
}
