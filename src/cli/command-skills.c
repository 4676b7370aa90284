/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "base/error.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/json-view.h"
#include "cli/table.h"
#include "control/control-client.h"

static void
print_json(McCommandContext *context, JsonNode *reply)
{
  g_autofree char *text = mc_json_format(reply, TRUE);
  fprintf(context->out, "%s\n", text);
}

static char *
format_count(gint64 n)
{
  return g_strdup_printf("%" G_GINT64_FORMAT, n);
}

static void
print_table(McCommandContext *context, McTable *table)
{
  g_autofree char *text =
      mc_table_format(table, mc_table_get_terminal_width(fileno(context->out)));
  fputs(text, context->out);
}

static void
print_list(McCommandContext *context, JsonNode *reply)
{
  guint n_skills = mc_json_view_count(reply, "skills");
  guint n_invalid = mc_json_view_count(reply, "invalid");
  g_autoptr(McTable) table = mc_table_new(4, 1u << 2);
  if (n_skills + n_invalid > 0)
    mc_table_add(table, _("NAME"), _("STATE"), _("TOKENS"), _("DESCRIPTION"));
  for (guint i = 0; i < n_skills; i++) {
    JsonNode *skill = mc_json_view_get_element(reply, "skills", i);
    g_autofree char *tokens = format_count(mc_json_view_get_int(skill, "tokens", 0));
    mc_table_add(table, mc_json_view_get_text(skill, "name", "?"),
                 mc_json_view_get_text(skill, "state", "?"), tokens,
                 mc_json_view_get_text(skill, "description", ""));
  }
  for (guint i = 0; i < n_invalid; i++) {
    JsonNode *skill = mc_json_view_get_element(reply, "invalid", i);
    mc_table_add(table, mc_json_view_get_text(skill, "name", "?"), _("invalid"), "-",
                 mc_json_view_get_text(skill, "message", ""));
  }
  print_table(context, table);
  if (n_skills + n_invalid == 0)
    fprintf(context->out, _("There is no skill in %s\n"),
            mc_json_view_get_text(reply, "dir", "?"));
  for (guint i = 0; i < n_invalid; i++) {
    JsonNode *skill = mc_json_view_get_element(reply, "invalid", i);
    fprintf(context->err, "%s\n  %s\n", mc_json_view_get_text(skill, "message", ""),
            mc_json_view_get_text(skill, "remedy", ""));
  }
}

static void
print_why(McCommandContext *context, JsonNode *reply)
{
  guint n_selected = mc_json_view_count(reply, "selected");
  guint n_candidates = mc_json_view_count(reply, "candidates");
  g_autoptr(McTable) table = mc_table_new(5, 1u << 1 | 1u << 2);
  if (n_candidates > 0)
    mc_table_add(table, _("NAME"), _("SCORE"), _("TOKENS"), _("ADDED"), _("WHY"));
  for (guint i = 0; i < n_candidates; i++) {
    JsonNode *skill = mc_json_view_get_element(reply, "candidates", i);
    g_autofree char *score =
        g_strdup_printf("%.2f", mc_json_view_get_double(skill, "score", 0));
    g_autofree char *tokens = format_count(mc_json_view_get_int(skill, "tokens", 0));
    gboolean is_taken = mc_json_view_get_boolean(skill, "taken", FALSE);
    mc_table_add(table, mc_json_view_get_text(skill, "name", "?"), score, tokens,
                 is_taken ? _("yes") : _("no"),
                 mc_json_view_get_text(skill, "reason", ""));
  }
  print_table(context, table);
  if (n_candidates > 0)
    fputc('\n', context->out);
  if (n_selected == 0)
    fprintf(context->out, "%s\n",
            _("No skill would be added: none fits well enough to be worth its tokens."));
  else
    fprintf(context->out,
            ngettext("%u skill would be added to a conversation that begins so.\n",
                     "%u skills would be added to a conversation that begins so.\n",
                     n_selected),
            n_selected);
}

static int
run_list(McCommandContext *context, McControlClient *client, gboolean wants_json,
         const char *word)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) reply =
      mc_control_client_call(client, "GET", "/skills", NULL, &error);
  if (reply == NULL)
    return mc_command_fail(context, error);
  if (wants_json)
    print_json(context, reply);
  else
    print_list(context, reply);
  return 0;
}

static int
run_show(McCommandContext *context, McControlClient *client, gboolean wants_json,
         const char *word)
{
  g_autoptr(GError) error = NULL;
  if (word == NULL || *word == '\0' || !g_utf8_validate(word, -1, NULL)) {
    g_set_error(&error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                "name the skill: metaclaw skills show NAME");
    return mc_command_fail(context, error);
  }
  if (strchr(word, '/') != NULL) {
    g_set_error(&error, MC_ERROR, MC_ERROR_NOT_FOUND, "there is no skill '%s'", word);
    return mc_command_fail(context, error);
  }
  g_autofree char *name = g_uri_escape_string(word, NULL, FALSE);
  g_autofree char *path = g_strconcat("/skills/", name, NULL);
  g_autoptr(JsonNode) reply = mc_control_client_call(client, "GET", path, NULL, &error);
  if (reply == NULL)
    return mc_command_fail(context, error);
  if (wants_json)
    print_json(context, reply);
  else
    fputs(mc_json_view_get_text(reply, "text", ""), context->out);
  return 0;
}

static int
run_why(McCommandContext *context, McControlClient *client, gboolean wants_json,
        const char *word)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = g_strdup(word != NULL ? word : "");
  if (*g_strstrip(text) == '\0' || !g_utf8_validate(text, -1, NULL)) {
    g_set_error(&error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                "say what a user would say: metaclaw skills why \"my test is flaky\"");
    return mc_command_fail(context, error);
  }
  g_autoptr(JsonNode) body = json_node_new(JSON_NODE_OBJECT);
  JsonObject *object = json_object_new();
  json_object_set_string_member(object, "text", text);
  json_node_take_object(body, object);
  g_autoptr(JsonNode) reply =
      mc_control_client_call(client, "POST", "/skills/why", body, &error);
  if (reply == NULL)
    return mc_command_fail(context, error);
  if (wants_json)
    print_json(context, reply);
  else
    print_why(context, reply);
  return 0;
}

typedef struct {
  const char *name;
  gboolean takes_word;
  int (*run)(McCommandContext *context, McControlClient *client, gboolean wants_json,
             const char *word);
} SkillsAction;

static const SkillsAction actions[] = {
    {"list", FALSE, run_list},
    {"show", TRUE, run_show},
    {"why", TRUE, run_why},
};

static int
run_action(McCommandContext *context, const char *name, const char *word,
           gboolean wants_json)
{
  const char *names[G_N_ELEMENTS(actions) + 1] = {NULL};
  for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
    names[i] = actions[i].name;
    if (!g_str_equal(actions[i].name, name) || (word != NULL && !actions[i].takes_word))
      continue;
    g_autoptr(McControlClient) client = mc_control_client_new(context->home);
    return actions[i].run(context, client, wants_json, word);
  }
  const char *nearest = mc_command_suggest(name, names);
  g_autoptr(GError) error =
      g_error_new(MC_ERROR, MC_ERROR_INVALID_INPUT,
                  "skills has no action '%s'; use: metaclaw skills %s", name,
                  nearest != NULL ? nearest : "list|show|why");
  return mc_command_fail(context, error);
}

static int
run_skills(McCommandContext *context, int n_arguments, char **arguments)
{
  gboolean wants_json = FALSE;
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &wants_json, N_("As JSON, for programs"), NULL},
      G_OPTION_ENTRY_NULL,
  };
  int exit_code = 0;
  if (!mc_command_parse(context, &mc_command_skills, entries, &n_arguments, &arguments,
                        &exit_code))
    return exit_code;
  const char *action = n_arguments > 1 ? arguments[1] : "list";
  /* Unquoted words are one text: metaclaw skills why my test is flaky */
  g_autofree char *words = n_arguments > 2 ? g_strjoinv(" ", arguments + 2) : NULL;
  return run_action(context, action, words, wants_json);
}

const McCommand mc_command_skills = {
    "skills",
    N_("list and read skills, and see why one is chosen"),
    "[list | show NAME | why \"TEXT\"] [--json]",
    N_("  metaclaw skills list                     all of them, broken ones with the remedy\n"
       "  metaclaw skills show debug-systematically  its SKILL.md\n"
       "  metaclaw skills why \"my test is flaky\"   what would be added for these words\n"),
    run_skills,
};
