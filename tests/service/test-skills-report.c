/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/skills-report.h"

#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/json.h"
#include "skill-samples.h"

static const McSkillLimits limits = MC_SKILL_LIMITS_DEFAULT;

static McSkillIndex *
make_index_with_broken(const char *skill_path)
{
  GPtrArray *skills = g_ptr_array_new_with_free_func((GDestroyNotify) mc_skill_unref);
  GPtrArray *broken =
      g_ptr_array_new_with_free_func((GDestroyNotify) mc_broken_skill_free);
  g_ptr_array_add(skills,
                  mc_skill_new(&(McSkillFields){
                      .name = "good", .description = "Is fine", .path = skill_path}));
  g_ptr_array_add(broken, mc_broken_skill_new("bad", "/s/bad/SKILL.md:3: a tab; use "
                                                     "blanks"));
  return mc_skill_index_new(skills, broken);
}

static void
test_list_has_good_and_broken_ones(void)
{
  g_autoptr(McSkillIndex) index = make_index_with_broken("/s/good/SKILL.md");
  g_autoptr(JsonNode) list = mc_skills_report_list(index, "/s");
  g_assert_cmpstr(mc_json_get_string(list, "dir", NULL), ==, "/s");
  g_assert_cmpstr(mc_json_get_string(list, "skills[0].name", NULL), ==, "good");
  g_assert_cmpstr(mc_json_get_string(list, "skills[0].state", NULL), ==, "active");
  g_assert_cmpstr(mc_json_get_string(list, "invalid[0].name", NULL), ==, "bad");
  g_assert_nonnull(
      strstr(mc_json_get_string(list, "invalid[0].message", NULL), "SKILL.md:3"));
  g_assert_cmpuint(strlen(mc_json_get_string(list, "invalid[0].remedy", NULL)), >, 0);
  g_autoptr(McSkillIndex) samples = make_sample_index();
  g_autoptr(JsonNode) sampled = mc_skills_report_list(samples, "/s");
  g_assert_cmpstr(mc_json_get_string(sampled, "skills[1].name", NULL), ==, "house-rules");
  g_assert_cmpstr(mc_json_get_string(sampled, "skills[1].state", NULL), ==, "pinned");
}

static void
test_show_gives_the_file_as_it_is(void)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp("mc-skill-XXXXXX", &path, NULL);
  g_assert_cmpint(fd, >=, 0);
  g_close(fd, NULL);
  g_assert_true(
      g_file_set_contents(path, "---\nname: good\n---\r\nBody\xff\n", -1, NULL));
  g_autoptr(McSkillIndex) index = make_index_with_broken(path);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) shown = mc_skills_report_show(index, "good", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(mc_json_get_string(shown, "text", NULL), ==,
                  "---\nname: good\n---\r\nBody\xef\xbf\xbd\n");
  g_unlink(path);
  g_assert_null(mc_skills_report_show(index, "good", &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_STORAGE);
}

static void
test_missing_skill_is_told_why(void)
{
  g_autoptr(McSkillIndex) index = make_index_with_broken("/s/good/SKILL.md");
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_skills_report_show(index, "nothing", &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_FOUND);
  g_clear_error(&error);
  g_assert_null(mc_skills_report_show(index, "bad", &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_FOUND);
  g_assert_nonnull(strstr(error->message, "/s/bad/SKILL.md:3"));
}

static void
test_explanation_names_each_candidate(void)
{
  g_autoptr(McSkillIndex) index = make_sample_index();
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) why =
      mc_skills_report_explain(index, &limits, " my test is flaky\n", &error);
  g_assert_no_error(error);
  JsonArray *candidates = mc_json_get_array(why, "candidates", NULL);
  JsonArray *selected = mc_json_get_array(why, "selected", NULL);
  guint n_taken = 0;
  for (guint i = 0; i < json_array_get_length(candidates); i++) {
    JsonNode *candidate = json_array_get_element(candidates, i);
    g_assert_nonnull(mc_json_get_string(candidate, "name", NULL));
    g_assert_nonnull(mc_json_get_string(candidate, "reason", NULL));
    g_assert_true(json_object_has_member(json_node_get_object(candidate), "score"));
    g_assert_cmpint(mc_json_get_int(candidate, "tokens", NULL), >, 0);
    if (!mc_json_get_boolean(candidate, "taken", NULL))
      continue;
    g_assert_cmpstr(
        mc_json_get_string(json_array_get_element(selected, n_taken), "name", NULL), ==,
        mc_json_get_string(candidate, "name", NULL));
    n_taken++;
  }
  g_assert_cmpuint(n_taken, >, 1);
  g_assert_cmpuint(json_array_get_length(selected), ==, n_taken);
}

static void
test_empty_text_is_refused(void)
{
  g_autoptr(McSkillIndex) index = make_sample_index();
  const char *texts[] = {"", "   \n\t"};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(mc_skills_report_explain(index, &limits, texts[i], &error));
    g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/service/skills-report/list-has-good-and-broken-ones",
                  test_list_has_good_and_broken_ones);
  g_test_add_func("/service/skills-report/show-gives-the-file-as-it-is",
                  test_show_gives_the_file_as_it_is);
  g_test_add_func("/service/skills-report/missing-skill-is-told-why",
                  test_missing_skill_is_told_why);
  g_test_add_func("/service/skills-report/explanation-names-each-candidate",
                  test_explanation_names_each_candidate);
  g_test_add_func("/service/skills-report/empty-text-is-refused",
                  test_empty_text_is_refused);
  return g_test_run();
}
