/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <json-glib/json-glib.h>
#include <string.h>

#include "skills/skill-file.h"
#include "skills/skill-ranker.h"

/* How well the ranker does on the labelled requests beside the source tree
 * (../shared/data/retrieval): a bank with triggers, requests with the skills that each
 * needs, and requests that need none. For the test and the benchmark. */

typedef struct {
  double english;   /* recall of what is injected, requests in English */
  double others;    /* the same, six other languages */
  double in_vain;   /* share of the requests that need nothing and got something */
  double tokens;    /* mean of those that need something */
  guint max_tokens; /* of any request */
} RetrievalFigures;

/* NULL when the data is not there. Free with g_free(). */
static inline char *
retrieval_find_data(void)
{
  const char *root = g_getenv("MC_SOURCE_ROOT");
  g_autofree char *dir = g_build_filename(root != NULL ? root : ".", "..", "shared",
                                          "data", "retrieval", NULL);
  return g_file_test(dir, G_FILE_TEST_IS_DIR) ? g_steal_pointer(&dir) : NULL;
}

static inline McSkill *
retrieval_add_triggers(McSkill *plain, JsonObject *all_triggers)
{
  g_autoptr(McSkill) skill = plain;
  g_autoptr(GHashTable) metadata =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  const char *name = mc_skill_get_name(skill);
  JsonObject *triggers =
      all_triggers != NULL && json_object_has_member(all_triggers, name)
          ? json_object_get_object_member(all_triggers, name)
          : NULL;
  g_autoptr(GList) languages =
      triggers != NULL ? json_object_get_members(triggers) : NULL;
  for (GList *link = languages; link != NULL; link = link->next)
    g_hash_table_insert(metadata, g_strconcat("triggers-", link->data, NULL),
                        g_strdup(json_object_get_string_member(triggers, link->data)));
  return mc_skill_new(&(McSkillFields){.name = name,
                                       .description = mc_skill_get_description(skill),
                                       .body = mc_skill_get_body(skill),
                                       .path = mc_skill_get_path(skill),
                                       .metadata = metadata});
}

static inline McSkillIndex *
retrieval_load_bank(const char *data, gboolean with_triggers)
{
  g_autofree char *bank = g_build_filename(data, "bank", NULL);
  g_autofree char *triggers_path = g_build_filename(data, "triggers.json", NULL);
  g_autoptr(JsonParser) parser = json_parser_new();
  g_assert_true(json_parser_load_from_file(parser, triggers_path, NULL));
  JsonObject *triggers =
      with_triggers ? json_node_get_object(json_parser_get_root(parser)) : NULL;
  GPtrArray *skills = g_ptr_array_new_with_free_func((GDestroyNotify) mc_skill_unref);
  g_autoptr(GDir) dir = g_dir_open(bank, 0, NULL);
  g_assert_nonnull(dir);
  const char *folder;
  while ((folder = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(bank, folder, "SKILL.md", NULL);
    g_autofree char *text = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    McSkill *skill = mc_skill_file_parse(path, folder, text, length, NULL);
    g_assert_nonnull(skill);
    g_ptr_array_add(skills, retrieval_add_triggers(skill, triggers));
  }
  return mc_skill_index_new(skills, NULL);
}

static inline gboolean
retrieval_is_taken(const McSkillChoice *choice, const char *name)
{
  for (guint i = 0; i < choice->candidates->len; i++) {
    const McSkillCandidate *candidate =
        &g_array_index(choice->candidates, McSkillCandidate, i);
    if (candidate->is_taken && g_str_equal(mc_skill_get_name(candidate->skill), name))
      return TRUE;
  }
  return FALSE;
}

typedef struct {
  guint n_english, n_others, n_needless, n_in_vain;
  double english, others, tokens;
  guint max_tokens;
} RetrievalSums;

static inline void
retrieval_count_request(RetrievalSums *sums, const McSkillIndex *index,
                        JsonObject *request)
{
  g_autoptr(McSkillChoice) choice = mc_skill_ranker_choose(
      index, &(McSkillQuery){.text = json_object_get_string_member(request, "query"),
                             .top_k = 6,
                             .max_tokens = 700});
  sums->max_tokens = MAX(sums->max_tokens, choice->tokens);
  JsonArray *relevant = json_object_get_array_member(request, "relevant");
  guint n_relevant = json_array_get_length(relevant);
  if (n_relevant == 0) {
    sums->n_needless++;
    sums->n_in_vain += choice->n_taken > 0;
    return;
  }
  double found = 0;
  for (guint i = 0; i < n_relevant; i++)
    found += retrieval_is_taken(choice, json_array_get_string_element(relevant, i));
  sums->tokens += choice->tokens;
  if (g_str_equal(json_object_get_string_member(request, "lang"), "en")) {
    sums->n_english++;
    sums->english += found / n_relevant;
  } else {
    sums->n_others++;
    sums->others += found / n_relevant;
  }
}

/* @files: names in @data, NULL-terminated, counted together. */
static inline RetrievalFigures
retrieval_measure(const McSkillIndex *index, const char *data, const char *const *files)
{
  RetrievalSums sums = {0};
  for (; *files != NULL; files++) {
    g_autofree char *path = g_build_filename(data, *files, NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
      if (*lines[i] == '\0')
        continue;
      g_autoptr(JsonNode) node = json_from_string(lines[i], NULL);
      g_assert_nonnull(node);
      retrieval_count_request(&sums, index, json_node_get_object(node));
    }
  }
  return (RetrievalFigures){
      .english = sums.english / MAX(sums.n_english, 1),
      .others = sums.others / MAX(sums.n_others, 1),
      .in_vain = (double) sums.n_in_vain / MAX(sums.n_needless, 1),
      .tokens = sums.tokens / MAX(sums.n_english + sums.n_others, 1),
      .max_tokens = sums.max_tokens,
  };
}

static const char *const retrieval_plain_files[] = {"queries-dev.jsonl",
                                                    "no-skill-dev.jsonl", NULL};
static const char *const retrieval_real_files[] = {"queries-real-dev.jsonl", NULL};
