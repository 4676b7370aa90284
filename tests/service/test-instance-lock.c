/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/instance-lock.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

typedef struct {
  char *home;
  char *path;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fixture->home = g_dir_make_tmp("mc-lock-XXXXXX", NULL);
  fixture->path = g_build_filename(fixture->home, "metaclaw.lock", NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  g_unlink(fixture->path);
  g_assert_cmpint(g_rmdir(fixture->home), ==, 0);
  g_free(fixture->path);
  g_free(fixture->home);
}

/* Starts a process that takes the lock; returns when it has it. */
static pid_t
lock_in_another_process(const char *home)
{
  int ends[2];
  g_assert_cmpint(pipe(ends), ==, 0);
  pid_t pid = fork();
  g_assert_cmpint(pid, >=, 0);
  if (pid == 0) {
    McInstanceLock *lock = mc_instance_lock_new(home, "headless", NULL);
    char answer = lock != NULL ? 'y' : 'n';
    if (write(ends[1], &answer, 1) == 1)
      for (int seconds = 0; seconds < 60; seconds++)
        sleep(1);
    _exit(0);
  }
  char answer = 0;
  g_assert_cmpint(read(ends[0], &answer, 1), ==, 1);
  g_assert_cmpint(answer, ==, 'y');
  close(ends[0]);
  close(ends[1]);
  return pid;
}

static void
test_second_process_is_told_who_has_it(Fixture *fixture, gconstpointer data)
{
  pid_t pid = lock_in_another_process(fixture->home);
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_instance_lock_new(fixture->home, "desktop", &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_CONFLICT);
  g_autofree char *words =
      g_strdup_printf("headless, version %s, pid %d", MC_VERSION, pid);
  g_assert_nonnull(strstr(error->message, words));
  g_assert_nonnull(strstr(error->message, fixture->home));

  /* A process that is killed lets go, and its words do not outlive it. */
  kill(pid, SIGKILL);
  g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
  g_autoptr(McInstanceLock) lock = mc_instance_lock_new(fixture->home, "desktop", NULL);
  g_assert_nonnull(lock);
  g_autofree char *text = NULL;
  g_assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
  g_autofree char *ours =
      g_strdup_printf("desktop, version %s, pid %d\n", MC_VERSION, getpid());
  g_assert_cmpstr(text, ==, ours);
}

static void
test_letting_go_keeps_the_file(Fixture *fixture, gconstpointer data)
{
  McInstanceLock *lock = mc_instance_lock_new(fixture->home, "headless", NULL);
  g_assert_nonnull(lock);
  GStatBuf before, after;
  g_assert_cmpint(g_stat(fixture->path, &before), ==, 0);
  g_assert_cmpint(before.st_mode & 0777, ==, 0600);
  mc_instance_lock_free(lock);
  g_assert_cmpint(g_stat(fixture->path, &after), ==, 0);
  g_assert_true(before.st_ino == after.st_ino);
  pid_t pid = lock_in_another_process(fixture->home);
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

/* A child that was started while the lock was held must not keep it. */
static void
test_children_do_not_inherit_it(Fixture *fixture, gconstpointer data)
{
  McInstanceLock *lock = mc_instance_lock_new(fixture->home, "headless", NULL);
  const char *arguments[] = {"sleep", "30", NULL};
  GPid child = 0;
  g_assert_true(g_spawn_async(NULL, (char **) arguments, NULL,
                              G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                  G_SPAWN_LEAVE_DESCRIPTORS_OPEN,
                              NULL, NULL, &child, NULL));
  mc_instance_lock_free(lock);
  g_autoptr(McInstanceLock) again = mc_instance_lock_new(fixture->home, "headless", NULL);
  g_assert_nonnull(again);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

static void
test_missing_home_is_told(Fixture *fixture, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename(fixture->home, "nowhere", NULL);
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_instance_lock_new(nowhere, "headless", &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_FOUND);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, test)                                                                  \
  g_test_add("/service/instance-lock/" path, Fixture, NULL, set_up, test, tear_down)
  ADD("second-process-is-told-who-has-it", test_second_process_is_told_who_has_it);
  ADD("letting-go-keeps-the-file", test_letting_go_keeps_the_file);
  ADD("children-do-not-inherit-it", test_children_do_not_inherit_it);
  ADD("missing-home-is-told", test_missing_home_is_told);
  return g_test_run();
}
