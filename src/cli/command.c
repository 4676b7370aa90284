/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli/command.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/error.h"

#define EXIT_MISUSED 2
#define LONGEST_WORD 32

static const McCommand *const commands[] = {
    &mc_command_start,  &mc_command_stop, &mc_command_restart,
    &mc_command_status, &mc_command_logs, &mc_command_skills,
};

static const McCommand *
find_command(const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
    if (g_str_equal(commands[i]->name, name))
      return commands[i];
  return NULL;
}

/* Steps from one word to the other: a letter inserted, removed, replaced, or swapped with
 * its neighbour (optimal string alignment). */
static guint
measure_distance(const char *a, const char *b)
{
  gsize rows = strlen(a), columns = strlen(b);
  guint cost[LONGEST_WORD + 1][LONGEST_WORD + 1];
  if (rows > LONGEST_WORD || columns > LONGEST_WORD)
    return G_MAXUINT;
  for (gsize i = 0; i <= rows; i++)
    for (gsize j = 0; j <= columns; j++) {
      if (i == 0 || j == 0) {
        cost[i][j] = (guint) (i + j);
        continue;
      }
      guint least = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      least = MIN(least, MIN(cost[i - 1][j], cost[i][j - 1]) + 1);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        least = MIN(least, cost[i - 2][j - 2] + 1);
      cost[i][j] = least;
    }
  return cost[rows][columns];
}

const char *
mc_command_suggest(const char *word, const char *const *names)
{
  const char *nearest = NULL;
  guint least = 3;
  for (guint i = 0; names[i] != NULL; i++) {
    guint distance = measure_distance(word, names[i]);
    if (distance < least && distance * 2 <= strlen(names[i])) {
      least = distance;
      nearest = names[i];
    }
  }
  return nearest;
}

int
mc_command_fail(McCommandContext *context, const GError *error)
{
  fprintf(context->err, "metaclaw: %s\n", error->message);
  return error->domain == MC_ERROR ? mc_error_get_info(error->code)->exit_code
                                   : EXIT_MISUSED;
}

static void
show_overview(FILE *out)
{
  fprintf(
      out, "%s\n\n",
      _("usage: metaclaw COMMAND [OPTION...]\n"
        "\n"
        "A local proxy between your agents and your model that adds the right skills\n"
        "to each conversation."));
  for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
    fprintf(out, "  %-9s %s\n", commands[i]->name, _(commands[i]->summary));
  fprintf(out, "  %-9s %s\n  %-9s %s\n\n%s\n", "help", _("explain a command"), "version",
          _("say which version this is"),
          _("`metaclaw COMMAND --help` explains a command and shows examples.\n"
            "METACLAW_HOME names another folder than ~/.metaclaw.\n"
            "Exit codes: 0 done, 2 misused, 3 not running, 4 not found, 5 somebody else\n"
            "has it, others as in sysexits.h."));
}

static void
show_command(FILE *out, const McCommand *command, GOptionContext *options)
{
  fprintf(out, _("usage: metaclaw %s %s"), command->name, command->usage);
  fprintf(out, "\n\n%s\n", _(command->summary));
  if (options != NULL) {
    /* GLib's help starts with a usage line and a blank one of its own. */
    g_autofree char *help = g_option_context_get_help(options, TRUE, NULL);
    const char *body = strstr(help, "\n\n");
    fprintf(out, "\n%s", body != NULL ? body + 2 : help);
  }
  fprintf(out, "%s\n%s", _("Examples:"), _(command->examples));
}

/* `metaclaw help skills` is `metaclaw skills --help`. */
static int
run_help(McCommandContext *context, int n_arguments, char **arguments)
{
  if (n_arguments < 2) {
    show_overview(context->out);
    return 0;
  }
  char help[] = "--help";
  char *translated[] = {arguments[0], arguments[1], help, NULL};
  if (g_str_equal(arguments[1], "help") || *arguments[1] == '-') {
    show_overview(context->out);
    return 0;
  }
  return mc_command_run(context, 3, translated);
}

static int
refuse_unknown(McCommandContext *context, const char *word)
{
  const char *names[G_N_ELEMENTS(commands) + 3] = {"help", "version"};
  for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
    names[i + 2] = commands[i]->name;
  const char *nearest = mc_command_suggest(word, names);
  if (nearest != NULL)
    fprintf(context->err, _("metaclaw: there is no command '%s'; did you mean '%s'?\n"),
            word, nearest);
  else
    fprintf(context->err, _("metaclaw: there is no command '%s'; see: metaclaw --help\n"),
            word);
  return EXIT_MISUSED;
}

int
mc_command_run(McCommandContext *context, int n_arguments, char **arguments)
{
  static const char *const help_words[] = {"help", "--help", "-h", NULL};
  static const char *const version_words[] = {"version", "--version", "-V", NULL};
  if (n_arguments < 2) {
    show_overview(context->out);
    return 0;
  }
  if (g_strv_contains(help_words, arguments[1]))
    return run_help(context, n_arguments - 1, arguments + 1);
  if (g_strv_contains(version_words, arguments[1])) {
    fprintf(context->out, "metaclaw %s\n", MC_VERSION);
    return 0;
  }
  const McCommand *command = find_command(arguments[1]);
  if (command == NULL)
    return refuse_unknown(context, arguments[1]);
  return command->run(context, n_arguments - 1, arguments + 1);
}

gboolean
mc_command_parse(McCommandContext *context, const McCommand *command,
                 const GOptionEntry *entries, int *n_arguments, char ***arguments,
                 int *exit_code)
{
  gboolean wants_help = FALSE;
  const GOptionEntry help[] = {
      {"help", 'h', 0, G_OPTION_ARG_NONE, &wants_help, N_("Explain this command"), NULL},
      G_OPTION_ENTRY_NULL,
  };
  g_autoptr(GOptionContext) options = g_option_context_new(NULL);
  g_option_context_set_help_enabled(options, FALSE);
  if (entries != NULL)
    g_option_context_add_main_entries(options, entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries(options, help, GETTEXT_PACKAGE);

  g_autoptr(GError) error = NULL;
  if (!g_option_context_parse(options, n_arguments, arguments, &error)) {
    fprintf(context->err, _("metaclaw %s: %s; see: metaclaw %s --help\n"), command->name,
            error->message, command->name);
    *exit_code = EXIT_MISUSED;
    return FALSE;
  }
  /* A "--" that ended the options is left in place. */
  if (*n_arguments > 1 && g_str_equal((*arguments)[1], "--")) {
    for (int i = 1; i + 1 < *n_arguments; i++)
      (*arguments)[i] = (*arguments)[i + 1];
    *n_arguments -= 1;
  }
  if (wants_help) {
    show_command(context->out, command, options);
    *exit_code = 0;
    return FALSE;
  }
  return TRUE;
}

gboolean
mc_command_parse_only(McCommandContext *context, const McCommand *command,
                      const GOptionEntry *entries, int n_arguments, char **arguments,
                      int *exit_code)
{
  if (!mc_command_parse(context, command, entries, &n_arguments, &arguments, exit_code))
    return FALSE;
  if (n_arguments <= 1)
    return TRUE;
  fprintf(context->err,
          _("metaclaw %s: '%s' is one word too many; see: metaclaw %s --help\n"),
          command->name, arguments[1], command->name);
  *exit_code = EXIT_MISUSED;
  return FALSE;
}
