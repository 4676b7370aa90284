/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/skill.h"

static GHashTable *
make_metadata(const char *const *pairs)
{
  GHashTable *metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  for (; pairs[0] != NULL; pairs += 2)
    g_hash_table_insert(metadata, g_strdup(pairs[0]), g_strdup(pairs[1]));
  return metadata;
}

static void
test_triggers_of_all_languages_are_merged(void)
{
  const char *const pairs[] = {"triggers-zh", "缺失值",        "triggers", "csv",
                               "lane",        "pinned",        "group",    "data",
                               "category",    "data_analysis", NULL};
  g_autoptr(GHashTable) metadata = make_metadata(pairs);
  g_autoptr(McSkill) skill = mc_skill_new(&(McSkillFields){
      .name = "look-first", .description = "d", .body = "b", .metadata = metadata});
  g_assert_cmpstr(mc_skill_get_triggers(skill), ==, "csv, 缺失值");
  g_assert_true(mc_skill_is_pinned(skill));
  g_assert_cmpstr(mc_skill_get_group(skill), ==, "data");
  g_assert_cmpstr(mc_skill_get_category(skill), ==, "data_analysis");
  g_assert_cmpstr(mc_skill_get_path(skill), ==, "");
  g_assert_null(mc_skill_get_metadata(skill, "version"));
}

static void
test_description_serves_for_an_empty_body(void)
{
  g_autoptr(McSkill) skill = mc_skill_new(
      &(McSkillFields){.name = "x", .description = "Sort before you count.", .body = ""});
  g_assert_cmpstr(mc_skill_get_body(skill), ==, "Sort before you count.");
  g_assert_false(mc_skill_is_pinned(skill));
}

static void
test_tokens_count_name_and_body(void)
{
  g_autoptr(McSkill) skill = mc_skill_new(&(McSkillFields){
      .name = "abcd", .description = "d", .body = "abcdefgh", .path = "/p"});
  g_assert_cmpuint(mc_skill_get_tokens(skill), ==, 1 + 2 + 2);
}

static void
test_name_rule_is_the_specification_s(void)
{
  static const char *const good[] = {"a", "a-b", "7", "pdf-processing",
                                     ("0123456789012345678901234567890123456789"
                                      "012345678901234567890123")};
  static const char *const bad[] = {"",
                                    "-a",
                                    "a-",
                                    "a--b",
                                    "A",
                                    "a_b",
                                    "a b",
                                    "é",
                                    ("0123456789012345678901234567890123456789"
                                     "0123456789012345678901234")};
  for (gsize i = 0; i < G_N_ELEMENTS(good); i++)
    g_assert_true(mc_skill_name_is_valid(good[i]));
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
    g_assert_false(mc_skill_name_is_valid(bad[i]));
  g_assert_false(mc_skill_name_is_valid(NULL));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/skills/skill/triggers-of-all-languages-are-merged",
                  test_triggers_of_all_languages_are_merged);
  g_test_add_func("/skills/skill/description-serves-for-an-empty-body",
                  test_description_serves_for_an_empty_body);
  g_test_add_func("/skills/skill/tokens-count-name-and-body",
                  test_tokens_count_name_and_body);
  g_test_add_func("/skills/skill/name-rule-is-the-specification-s",
                  test_name_rule_is_the_specification_s);
  return g_test_run();
}
