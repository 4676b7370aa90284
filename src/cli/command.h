/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdio.h>

#include <glib.h>

/* The commands of `metaclaw` as a table: a command is one file with one row. Exit codes
 * are those of McErrorInfo (0 = done, 2 = misused, 3 = not running). */

/* How a service is to be started; zero means "as configured". */
typedef struct {
  const char *mode;        /* (nullable) instead of the configured one */
  guint16 port;            /* instead of the configured one */
  gboolean is_headless;    /* without the desktop app */
  gboolean is_replacement; /* a former service is letting go: wait for lock and port */
  int report_fd; /* where to write "ok\n" or "CODE\nMESSAGE\n" once known; -1 = nowhere */
} McStartOptions;

/* What a command works with; the program fills it in, tests replace parts. */
typedef struct {
  const char *home;
  FILE *out;
  FILE *err;
  const char *program; /* the executable that a start runs */
  /* Runs the service in this process until it ends; returns the exit code. */
  int (*run_service)(const char *home, const McStartOptions *options);
} McCommandContext;

typedef struct {
  const char *name;
  const char *summary;  /* half a line for the list */
  const char *usage;    /* "[--json]": what follows the name */
  const char *examples; /* with what they do; lines, indented */
  /* @arguments starts with the command's name. */
  int (*run)(McCommandContext *context, int n_arguments, char **arguments);
} McCommand;

extern const McCommand mc_command_start;
extern const McCommand mc_command_stop;
extern const McCommand mc_command_restart;
extern const McCommand mc_command_status;
extern const McCommand mc_command_logs;
extern const McCommand mc_command_skills;

/* Finds the command of @arguments (those of main()), runs it, returns the exit code. */
int mc_command_run(McCommandContext *context, int n_arguments, char **arguments);

/* Prints "metaclaw: MESSAGE" and returns the code's exit code. */
int mc_command_fail(McCommandContext *context, const GError *error);

/* Reads options anywhere in @arguments; what is left are the command's own words (from
 * index 1). Adds --help. Returns FALSE when the command is to end with *@exit_code: help
 * was shown (0) or the options are wrong (2). */
gboolean mc_command_parse(McCommandContext *context, const McCommand *command,
                          const GOptionEntry *entries, int *n_arguments,
                          char ***arguments, int *exit_code);

/* As mc_command_parse(), for commands that take no words. */
gboolean mc_command_parse_only(McCommandContext *context, const McCommand *command,
                               const GOptionEntry *entries, int n_arguments,
                               char **arguments, int *exit_code);

/* Checks what --mode (nullable; "auto" becomes "madmax") and --port (0 = not given) say.
 * INVALID_INPUT. */
gboolean mc_command_check_start(char **mode, int port, GError **error);

/* The entry of @names (NULL-terminated) that @word most probably meant, or NULL: at most
 * two letters wrong, missing, extra or swapped, and less than half of it. Pure. */
const char *mc_command_suggest(const char *word, const char *const *names);
