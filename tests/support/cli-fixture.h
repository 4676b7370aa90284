/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cli/command.h"
#include "control-fixture.h"

/* Runs commands in this process against a service that answers with canned JSON, and
 * catches what they print. */

typedef struct {
  ControlFixture *control; /* NULL: no service runs */
  char *home;
  McCommandContext context;
  char *out;
  size_t out_size;
  char *err;
  size_t err_size;
} CliFixture;

static inline void
cli_fixture_open_streams(CliFixture *self)
{
  self->context.out = open_memstream(&self->out, &self->out_size);
  self->context.err = open_memstream(&self->err, &self->err_size);
}

/* With @n_routes 0 no service runs. */
static inline CliFixture *
cli_fixture_new(const McControlRoute *routes, guint n_routes, gpointer user_data)
{
  CliFixture *self = g_new0(CliFixture, 1);
  if (n_routes > 0)
    self->control = control_fixture_new(getuid(), routes, n_routes, user_data);
  self->home = self->control != NULL ? g_strdup(self->control->home)
                                     : g_dir_make_tmp("mc-cli-XXXXXX", NULL);
  self->context.home = self->home;
  self->context.program = "/nonexistent/metaclaw";
  cli_fixture_open_streams(self);
  return self;
}

static inline void
cli_fixture_close_streams(CliFixture *self)
{
  fclose(self->context.out);
  fclose(self->context.err);
  free(self->out);
  free(self->err);
}

static inline void
cli_fixture_free(CliFixture *self)
{
  cli_fixture_close_streams(self);
  if (self->control != NULL)
    control_fixture_free(self->control);
  else
    g_assert_cmpint(g_rmdir(self->home), ==, 0);
  g_free(self->home);
  g_free(self);
}

/* Runs `metaclaw WORDS`; self->out and self->err hold what it printed. */
static inline int
cli_fixture_run(CliFixture *self, const char *first, ...)
{
  cli_fixture_close_streams(self);
  cli_fixture_open_streams(self);
  g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(words, g_strdup("metaclaw"));
  va_list arguments;
  va_start(arguments, first);
  for (const char *word = first; word != NULL; word = va_arg(arguments, const char *))
    g_ptr_array_add(words, g_strdup(word));
  va_end(arguments);
  int n_words = (int) words->len;
  g_ptr_array_add(words, NULL);
  /* GOption moves the pointers about; the array frees the originals. */
  g_autofree gpointer *moved = g_memdup2(words->pdata, words->len * sizeof(gpointer));
  int exit_code = mc_command_run(&self->context, n_words, (char **) moved);
  fflush(self->context.out);
  fflush(self->context.err);
  return exit_code;
}

#define assert_says(text, part)                                                          \
  do {                                                                                   \
    if (strstr((text), (part)) == NULL)                                                  \
      g_error("'%s' is not in: %s", (part), (text));                                     \
  } while (0)

/* A node from JSON that the test itself spells. */
static inline JsonNode *
cli_fixture_parse(const char *text)
{
  g_autoptr(GError) error = NULL;
  JsonNode *node = json_from_string(text, &error);
  g_assert_no_error(error);
  return node;
}
