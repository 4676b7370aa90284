/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <unistd.h>

#include <glib/gstdio.h>

#include "control/control-paths.h"
#include "control/control-server.h"

/* A control server with a test's own routes in a temporary home, on a thread of its own,
 * so that the blocking client can be tested from the test's thread. */

typedef struct {
  char *home;   /* (owned) */
  char *socket; /* (owned) */
  uid_t owner;
  const McControlRoute *routes; /* (unowned) */
  guint n_routes;
  gpointer user_data;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  gint ready; /* atomic */
} ControlFixture;

static gpointer
control_fixture_serve(gpointer data)
{
  ControlFixture *self = data;
  g_main_context_push_thread_default(self->context);
  g_autoptr(GError) error = NULL;
  McControlServer *server = mc_control_server_new(
      self->socket, self->owner, self->routes, self->n_routes, self->user_data, &error);
  g_assert_no_error(error);
  g_atomic_int_set(&self->ready, 1);
  g_main_loop_run(self->loop);
  mc_control_server_free(server);
  /* libsoup closes what is left of its connections from idle sources. */
  for (int i = 0; i < 100 && g_main_context_iteration(self->context, FALSE); i++)
    ;
  g_main_context_pop_thread_default(self->context);
  return NULL;
}

static inline ControlFixture *
control_fixture_new(uid_t owner, const McControlRoute *routes, guint n_routes,
                    gpointer user_data)
{
  ControlFixture *self = g_new0(ControlFixture, 1);
  self->home = g_dir_make_tmp("mc-control-XXXXXX", NULL);
  self->socket = g_build_filename(self->home, "c.sock", NULL);
  self->owner = owner;
  self->routes = routes;
  self->n_routes = n_routes;
  self->user_data = user_data;
  g_assert_true(mc_control_paths_record(self->home, self->socket, NULL));
  self->context = g_main_context_new();
  self->loop = g_main_loop_new(self->context, FALSE);
  self->thread = g_thread_new("control", control_fixture_serve, self);
  while (!g_atomic_int_get(&self->ready))
    g_usleep(1000);
  return self;
}

static inline void
control_fixture_free(ControlFixture *self)
{
  g_main_loop_quit(self->loop);
  g_thread_join(self->thread);
  g_main_loop_unref(self->loop);
  g_main_context_unref(self->context);
  g_assert_false(g_file_test(self->socket, G_FILE_TEST_EXISTS));
  g_autofree char *record = g_build_filename(self->home, "control.path", NULL);
  g_unlink(record);
  g_assert_cmpint(g_rmdir(self->home), ==, 0);
  g_free(self->home);
  g_free(self->socket);
  g_free(self);
}
