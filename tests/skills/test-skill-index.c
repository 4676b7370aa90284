/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/skill-index.h"

#include <string.h>

#include "skill-samples.h"

static void
test_skills_are_sorted_and_found(void)
{
  g_autoptr(McSkillIndex) index = make_sample_index();
  const GPtrArray *skills = mc_skill_index_get_skills(index);
  g_assert_cmpuint(skills->len, ==, 5);
  for (guint i = 1; i < skills->len; i++)
    g_assert_cmpstr(mc_skill_get_name(skills->pdata[i - 1]), <,
                    mc_skill_get_name(skills->pdata[i]));
  for (guint i = 0; i < skills->len; i++)
    g_assert_true(mc_skill_index_find(index, mc_skill_get_name(skills->pdata[i])) ==
                  skills->pdata[i]);
  g_assert_null(mc_skill_index_find(index, "missing"));
  g_assert_null(mc_skill_index_find(index, "zzz"));
}

static void
test_second_skill_of_a_name_is_broken(void)
{
  GPtrArray *skills = g_ptr_array_new_with_free_func((GDestroyNotify) mc_skill_unref);
  const char *const folders[] = {"b", "a", "c"};
  for (guint i = 0; i < 3; i++) {
    g_autofree char *path = g_strdup_printf("/s/%s/SKILL.md", folders[i]);
    g_ptr_array_add(skills, mc_skill_new(&(McSkillFields){
                                .name = "same", .description = "d", .path = path}));
  }
  g_autoptr(McSkillIndex) index = mc_skill_index_new(skills, NULL);
  g_assert_cmpuint(mc_skill_index_get_skills(index)->len, ==, 1);
  g_assert_cmpstr(mc_skill_get_path(mc_skill_index_find(index, "same")), ==,
                  "/s/a/SKILL.md");
  const GPtrArray *broken = mc_skill_index_get_broken(index);
  g_assert_cmpuint(broken->len, ==, 2);
  const McBrokenSkill *first = broken->pdata[0];
  g_assert_cmpstr(first->folder, ==, "b");
  g_assert_nonnull(strstr(first->reason, "/s/b/SKILL.md:1: the name 'same' is taken by "
                                         "/s/a/SKILL.md"));
}

static void
test_pinned_skills_are_not_found_by_topic(void)
{
  g_autoptr(McSkillIndex) index = make_sample_index();
  const GPtrArray *pinned = mc_skill_index_get_pinned(index);
  g_assert_cmpuint(pinned->len, ==, 1);
  g_assert_cmpstr(mc_skill_get_name(pinned->pdata[0]), ==, "house-rules");
  McLexicalHit hits[8];
  guint n = mc_lexical_index_search(mc_skill_index_get_lexical(index),
                                    "dates written rules", hits, 8);
  for (guint i = 0; i < n; i++)
    g_assert_false(
        mc_skill_is_pinned(mc_skill_index_get_skills(index)->pdata[hits[i].document]));
}

static void
test_empty_bank_is_an_index(void)
{
  g_autoptr(McSkillIndex) index = mc_skill_index_new(
      g_ptr_array_new_with_free_func((GDestroyNotify) mc_skill_unref), NULL);
  g_autoptr(McSkillIndex) other = mc_skill_index_ref(index);
  g_assert_cmpuint(mc_skill_index_get_skills(other)->len, ==, 0);
  g_assert_null(mc_skill_index_find(other, "x"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add_func("/skills/skill-index/" path, function)
  ADD("skills-are-sorted-and-found", test_skills_are_sorted_and_found);
  ADD("second-skill-of-a-name-is-broken", test_second_skill_of_a_name_is_broken);
  ADD("pinned-skills-are-not-found-by-topic", test_pinned_skills_are_not_found_by_topic);
  ADD("empty-bank-is-an-index", test_empty_bank_is_an_index);
  return g_test_run();
}
