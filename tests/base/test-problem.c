/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/problem.h"

static void
test_arguments_fill_the_sentence(void)
{
  g_autoptr(McProblem) problem =
      mc_problem_new("upstream_auth", NULL, "api.example.org", "401", NULL);
  g_autofree char *message = mc_problem_format_message(problem);
  g_assert_cmpstr(
      message, ==,
      "api.example.org refused the key (401). Requests fail until it is replaced.");
}

static void
test_same_code_and_subject_replaces(void)
{
  g_autoptr(McProblemList) list = mc_problem_list_new();
  mc_problem_list_raise(list, mc_problem_new("skill_broken", "a", "a", "line 1", NULL));
  mc_problem_list_raise(list, mc_problem_new("skill_broken", "b", "b", "line 2", NULL));
  mc_problem_list_raise(list, mc_problem_new("skill_broken", "a", "a", "line 3", NULL));
  g_autoptr(GPtrArray) problems = mc_problem_list_dup(list);
  g_assert_cmpuint(problems->len, ==, 2);
  g_autofree char *message = mc_problem_format_message(problems->pdata[1]);
  g_assert_cmpstr(message, ==, "Skill 'a' is skipped: line 3");

  mc_problem_list_clear(list, "skill_broken", "b");
  g_autoptr(GPtrArray) left = mc_problem_list_dup(list);
  g_assert_cmpuint(left->len, ==, 1);
  mc_problem_list_clear(list, "skill_broken", NULL);
  g_autoptr(GPtrArray) none = mc_problem_list_dup(list);
  g_assert_cmpuint(none->len, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/problem/arguments-fill-the-sentence",
                  test_arguments_fill_the_sentence);
  g_test_add_func("/base/problem/same-code-and-subject-replaces",
                  test_same_code_and_subject_replaces);
  return g_test_run();
}
