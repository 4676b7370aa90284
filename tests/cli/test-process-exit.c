/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli/process-exit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_end_of_a_process_is_noticed(void)
{
  pid_t pid = fork();
  if (pid == 0)
    for (;;)
      pause();
  int process = mc_process_exit_watch(pid);
  g_assert_cmpint(process, >=, 0);
  g_assert_false(mc_process_exit_wait(process, 20));
  kill(pid, SIGKILL);
  /* Also before its parent has taken note of it. */
  g_assert_true(mc_process_exit_wait(process, 10000));
  g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
  close(process);
}

static void
test_nobody_cannot_be_watched(void)
{
  g_assert_cmpint(mc_process_exit_watch(0), ==, -1);
  g_assert_cmpint(mc_process_exit_watch(-1), ==, -1);
  g_assert_cmpint(mc_process_exit_watch(G_MAXINT32), ==, -1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cli/process-exit/end-of-a-process-is-noticed",
                  test_end_of_a_process_is_noticed);
  g_test_add_func("/cli/process-exit/nobody-cannot-be-watched",
                  test_nobody_cannot_be_watched);
  return g_test_run();
}
