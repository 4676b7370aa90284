/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/log.h"
#include "net/listen-socket.h"
#include "service/service.h"

/* A home for real services inside a test's process, with three small built-in skills. */

typedef struct {
  char *folder; /* (owned) everything is below it */
  char *home;   /* (owned) */
  guint16 port; /* was free a moment ago */
  guint n_stopped;
} ServiceFixture;

static inline void
service_fixture_remove(const char *path)
{
  GDir *dir =
      g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *entry = g_build_filename(path, name, NULL);
    service_fixture_remove(entry);
  }
  g_clear_pointer(&dir, g_dir_close);
  g_remove(path);
}

static inline void
service_fixture_write(ServiceFixture *self, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename(self->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname(path);
  g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static inline void
service_fixture_set_up(ServiceFixture *self, gconstpointer data)
{
  /* Services warn about what the tests do to them; only criticals are faults. */
  g_log_set_always_fatal((GLogLevelFlags) (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK));
  self->folder = g_dir_make_tmp("mc-service-XXXXXX", NULL);
  self->home = g_build_filename(self->folder, "home", NULL);
  int fd = mc_listen_socket_new_tcp("127.0.0.1", 0, NULL);
  self->port = mc_listen_socket_get_port(fd);
  close(fd);
  g_autofree char *bank = g_build_filename(self->folder, "data", NULL);
  g_setenv("METACLAW_DATADIR", bank, TRUE);
  g_setenv("METACLAW_HOME", self->home, TRUE);
  g_setenv("XDG_RUNTIME_DIR", self->folder, TRUE);
  service_fixture_write(self, "data/skills/flaky-tests/SKILL.md",
                        "---\nname: flaky-tests\ndescription: Find out why a flaky test "
                        "fails only sometimes\n---\n\nRun the test twenty times.\n");
  service_fixture_write(
      self, "data/skills/slow-queries/SKILL.md",
      "---\nname: slow-queries\ndescription: Make a slow SQL query of a "
      "database fast\n---\n\nAsk for the plan first.\n");
  service_fixture_write(self, "data/skills/polite-mail/SKILL.md",
                        "---\nname: polite-mail\ndescription: Write a mail to a customer "
                        "that is read\n---\n\nSay what you want first.\n");
}

static inline void
service_fixture_tear_down(ServiceFixture *self, gconstpointer data)
{
  mc_log_stop();
  service_fixture_remove(self->folder);
  g_free(self->folder);
  g_free(self->home);
}

static inline void
service_fixture_note_stopped(McService *service, gpointer user_data)
{
  ServiceFixture *self = user_data;
  self->n_stopped++;
}

static inline McService *
service_fixture_new_service(ServiceFixture *self, gboolean is_replacement)
{
  const McServiceOptions options = {
      .home = self->home,
      .kind = "headless",
      .port = self->port,
      .is_replacement = is_replacement,
  };
  McService *service = mc_service_new(&options);
  g_signal_connect(service, "stopped", G_CALLBACK(service_fixture_note_stopped), self);
  return service;
}

typedef struct {
  gboolean is_done;
  gboolean is_running;
  GError *error; /* (owned) (nullable) */
} ServiceStart;

static inline void
service_fixture_on_started(GObject *source, GAsyncResult *result, gpointer user_data)
{
  ServiceStart *start = user_data;
  start->is_running = mc_service_start_finish(MC_SERVICE(source), result, &start->error);
  start->is_done = TRUE;
}

/* Runs the loop until *@flag, for at most ten seconds. */
static inline void
service_fixture_wait(const gboolean *flag)
{
  gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
  while (!*flag && g_get_monotonic_time() < deadline)
    g_main_context_iteration(NULL, FALSE);
  g_assert_true(*flag);
}

/* NULL and @error when it does not start. */
static inline McService *
service_fixture_start(ServiceFixture *self, GError **error)
{
  McService *service = service_fixture_new_service(self, FALSE);
  ServiceStart start = {0};
  mc_service_start_async(service, service_fixture_on_started, &start);
  g_assert_false(start.is_done);
  service_fixture_wait(&start.is_done);
  if (start.is_running)
    return service;
  g_propagate_error(error, start.error);
  g_object_unref(service);
  return NULL;
}

/* Stops it and takes the last reference. */
static inline void
service_fixture_stop(ServiceFixture *self, McService *service)
{
  guint before = self->n_stopped;
  gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
  mc_service_stop(service, 1000);
  while (self->n_stopped == before && g_get_monotonic_time() < deadline)
    g_main_context_iteration(NULL, FALSE);
  g_assert_cmpuint(self->n_stopped, ==, before + 1);
  g_assert_cmpint(mc_service_get_state(service), ==, MC_SERVICE_STOPPED);
  g_assert_finalize_object(service);
}
