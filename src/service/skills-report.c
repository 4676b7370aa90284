/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/skills-report.h"

#include "base/error.h"
#include "base/problem.h"

static void
add_text(JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name(builder, name);
  json_builder_add_string_value(builder, text);
}

static void
add_skill(JsonBuilder *builder, const McSkill *skill)
{
  json_builder_begin_object(builder);
  add_text(builder, "name", mc_skill_get_name(skill));
  add_text(builder, "description", mc_skill_get_description(skill));
  add_text(builder, "state", mc_skill_is_pinned(skill) ? "pinned" : "active");
  json_builder_set_member_name(builder, "tokens");
  json_builder_add_int_value(builder, mc_skill_get_tokens(skill));
  add_text(builder, "path", mc_skill_get_path(skill));
  json_builder_end_object(builder);
}

static void
add_broken(JsonBuilder *builder, const McBrokenSkill *skill)
{
  g_autoptr(McProblem) problem =
      mc_problem_new("skill_broken", skill->folder, skill->folder, skill->reason, NULL);
  g_autofree char *remedy = mc_problem_format_remedy(problem);
  json_builder_begin_object(builder);
  add_text(builder, "name", skill->folder);
  add_text(builder, "message", skill->reason);
  add_text(builder, "remedy", remedy);
  json_builder_end_object(builder);
}

JsonNode *
mc_skills_report_list(const McSkillIndex *index, const char *dir)
{
  const GPtrArray *skills = mc_skill_index_get_skills(index);
  const GPtrArray *broken = mc_skill_index_get_broken(index);
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  add_text(builder, "dir", dir);
  json_builder_set_member_name(builder, "skills");
  json_builder_begin_array(builder);
  for (guint i = 0; i < skills->len; i++)
    add_skill(builder, skills->pdata[i]);
  json_builder_end_array(builder);
  json_builder_set_member_name(builder, "invalid");
  json_builder_begin_array(builder);
  for (guint i = 0; i < broken->len; i++)
    add_broken(builder, broken->pdata[i]);
  json_builder_end_array(builder);
  json_builder_end_object(builder);
  return json_builder_get_root(builder);
}

/* Why a name is not among the skills: it may be there, but broken. */
static void
set_not_found(const McSkillIndex *index, const char *name, GError **error)
{
  const GPtrArray *broken = mc_skill_index_get_broken(index);
  for (guint i = 0; i < broken->len; i++) {
    const McBrokenSkill *skill = broken->pdata[i];
    if (g_str_equal(skill->folder, name)) {
      g_set_error(error, MC_ERROR, MC_ERROR_NOT_FOUND, "skill '%s' is broken: %s", name,
                  skill->reason);
      return;
    }
  }
  g_set_error(error, MC_ERROR, MC_ERROR_NOT_FOUND,
              "there is no skill '%s'; see: metaclaw skills list", name);
}

JsonNode *
mc_skills_report_show(const McSkillIndex *index, const char *name, GError **error)
{
  const McSkill *skill = mc_skill_index_find(index, name);
  if (skill == NULL) {
    set_not_found(index, name, error);
    return NULL;
  }
  g_autofree char *text = NULL;
  g_autoptr(GError) cause = NULL;
  if (!g_file_get_contents(mc_skill_get_path(skill), &text, NULL, &cause)) {
    g_set_error(error, MC_ERROR, MC_ERROR_STORAGE, "skill '%s': %s", name,
                cause->message);
    return NULL;
  }
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  add_text(builder, "name", name);
  add_text(builder, "path", mc_skill_get_path(skill));
  add_text(builder, "text", valid);
  json_builder_end_object(builder);
  return json_builder_get_root(builder);
}

JsonNode *
mc_skills_report_explain(const McSkillIndex *index, const McSkillLimits *limits,
                         const char *text, GError **error)
{
  g_autofree char *words = g_strstrip(g_strdup(text));
  if (*words == '\0') {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                "the text is empty; give the words of a request");
    return NULL;
  }
  const McSkillQuery query = {
      .text = words,
      .top_k = limits->top_k,
      .max_tokens = limits->max_tokens,
      .pinned_tokens = limits->pinned_tokens,
  };
  g_autoptr(McSkillChoice) choice = mc_skill_ranker_choose(index, &query);
  return mc_skill_choice_to_json(choice);
}
