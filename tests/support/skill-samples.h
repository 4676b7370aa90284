/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "skills/skill-index.h"

/* A small bank for tests. */

static inline McSkill *
make_sample(const char *name, const char *description, const char *triggers,
            const char *body, gboolean is_pinned)
{
  g_autoptr(GHashTable) metadata = g_hash_table_new(g_str_hash, g_str_equal);
  if (triggers != NULL)
    g_hash_table_insert(metadata, (gpointer) "triggers", (gpointer) triggers);
  if (is_pinned)
    g_hash_table_insert(metadata, (gpointer) "lane", (gpointer) "pinned");
  g_autofree char *path = g_strdup_printf("/skills/%s/SKILL.md", name);
  return mc_skill_new(&(McSkillFields){.name = name,
                                       .description = description,
                                       .body = body,
                                       .path = path,
                                       .metadata = metadata});
}

static inline McSkillIndex *
make_sample_index(void)
{
  GPtrArray *skills = g_ptr_array_new_with_free_func((GDestroyNotify) mc_skill_unref);
  g_ptr_array_add(skills,
                  make_sample("house-rules", "The user's own rules", NULL,
                              "Dates are written as 2026-11-25 in every file.", TRUE));
  g_ptr_array_add(skills,
                  make_sample("flaky-tests", "Find why a test fails sometimes",
                              "flaky test, intermittent failure",
                              "Run the test twenty times, then look at the clock, "
                              "the network and the order.",
                              FALSE));
  g_ptr_array_add(skills,
                  make_sample("test-first", "Write the test before the code",
                              "unit test, coverage",
                              "One test that fails first. Then the code. Then the "
                              "edge cases of the test.",
                              FALSE));
  g_ptr_array_add(skills,
                  make_sample("sql-review", "Read SQL before it runs",
                              "slow query, postgres, index",
                              "Ask for the plan before you add an index to it.", FALSE));
  g_ptr_array_add(skills,
                  make_sample("polite-mail", "Write a mail that is read",
                              "e-mail, reply to a customer",
                              "Say what you want in the first sentence of it.", FALSE));
  return mc_skill_index_new(skills, NULL);
}
