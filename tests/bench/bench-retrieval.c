/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "retrieval-figures.h"

/* How well and how fast skills are found. One row a line for run-bench.py: what, goal,
 * result and "met" or "missed", parted by tabs. */

#define N_WORDS   20000
#define N_QUERIES 64

static void
print_row(const char *what, const char *goal, const char *result, gboolean is_met)
{
  printf("%s\t%s\t%s\t%s\n", what, goal, result, is_met ? "met" : "missed");
}

static void
print_recall(const char *what, double goal, double recall)
{
  g_autofree char *goal_text = g_strdup_printf("> %.2f", goal);
  g_autofree char *result = g_strdup_printf("%.3f", recall);
  print_row(what, goal_text, result, recall > goal);
}

static void
print_set(const char *name, RetrievalFigures figures, double english, double others)
{
  g_autofree char *english_row = g_strdup_printf("%s: recall, English", name);
  g_autofree char *others_row = g_strdup_printf("%s: recall, six others", name);
  g_autofree char *vain_row = g_strdup_printf("%s: injected in vain", name);
  g_autofree char *token_row = g_strdup_printf("%s: tokens, most and mean", name);
  print_recall(english_row, english, figures.english);
  print_recall(others_row, others, figures.others);
  g_autofree char *vain = g_strdup_printf("%.1f %%", 100 * figures.in_vain);
  print_row(vain_row, "≤ 20 %", vain, figures.in_vain <= 0.2);
  g_autofree char *tokens =
      g_strdup_printf("%u, %.0f", figures.max_tokens, figures.tokens);
  print_row(token_row, "≤ 700", tokens, figures.max_tokens <= 700);
}

static void
measure_recall(const char *data)
{
  g_autoptr(McSkillIndex) index = retrieval_load_bank(data, TRUE);
  print_set("queries-dev", retrieval_measure(index, data, retrieval_plain_files), 0.59,
            0.77);
  print_set("queries-real-dev", retrieval_measure(index, data, retrieval_real_files),
            0.37, 0.44);
  g_autoptr(McSkillIndex) bare = retrieval_load_bank(data, FALSE);
  RetrievalFigures plain = retrieval_measure(bare, data, retrieval_plain_files);
  RetrievalFigures real = retrieval_measure(bare, data, retrieval_real_files);
  printf("without triggers: queries-dev %.3f English, %.3f others; queries-real-dev "
         "%.3f, %.3f\n",
         plain.english, plain.others, real.english, real.others);
}

/* Words that look like words: the k-th is always the same, and rank k occurs about 1/k as
 * often as the first (Zipf). */
static void
append_words(GString *text, GRand *random, guint n_words)
{
  static const char *const syllables[] = {"ba",   "ke",  "li",  "mo", "nu",  "ra",
                                          "se",   "ti",  "vo",  "du", "gre", "pla",
                                          "ster", "ing", "con", "ver"};
  for (guint i = 0; i < n_words; i++) {
    guint rank = (guint) pow(N_WORDS, g_rand_double(random));
    if (text->len > 0)
      g_string_append_c(text, ' ');
    for (guint k = rank + 37; k > 0; k /= G_N_ELEMENTS(syllables))
      g_string_append(text, syllables[k % G_N_ELEMENTS(syllables)]);
  }
}

static char *
make_words(GRand *random, guint n_words)
{
  GString *text = g_string_new(NULL);
  append_words(text, random, n_words);
  return g_string_free(text, FALSE);
}

static McSkillIndex *
make_bank(guint n_skills)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(n_skills);
  GPtrArray *skills = g_ptr_array_new_with_free_func((GDestroyNotify) mc_skill_unref);
  for (guint i = 0; i < n_skills; i++) {
    g_autofree char *name = g_strdup_printf("skill-%u", i);
    /* The large bank is built in seconds, not minutes, with shorter skills. */
    gboolean is_large = n_skills > 10000;
    g_autofree char *description = make_words(random, is_large ? 8 : 16);
    g_autofree char *body = make_words(random, is_large ? 30 : 150);
    g_autofree char *triggers = make_words(random, is_large ? 4 : 8);
    g_autoptr(GHashTable) metadata = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(metadata, (gpointer) "triggers", triggers);
    g_ptr_array_add(skills, mc_skill_new(&(McSkillFields){.name = name,
                                                          .description = description,
                                                          .body = body,
                                                          .metadata = metadata}));
  }
  return mc_skill_index_new(skills, NULL);
}

static int
compare_doubles(const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;
  return left < right ? -1 : left > right;
}

/* CPU time, because the machine may be busy with something else. */
static double
get_cpu_us(void)
{
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

static void
measure_time(guint n_skills, double goal_us)
{
  g_autoptr(McSkillIndex) index = make_bank(n_skills);
  g_autoptr(GRand) random = g_rand_new_with_seed(1);
  char *queries[N_QUERIES];
  for (guint i = 0; i < N_QUERIES; i++)
    queries[i] = make_words(random, 12);
  guint rounds = n_skills > 10000 ? 4 : 32;
  g_autofree double *times = g_new(double, rounds *N_QUERIES);
  for (guint i = 0; i < rounds * N_QUERIES; i++) {
    double start = get_cpu_us();
    g_autoptr(McSkillChoice) choice G_GNUC_UNUSED = mc_skill_ranker_choose(
        index,
        &(McSkillQuery){.text = queries[i % N_QUERIES], .top_k = 6, .max_tokens = 700});
    times[i] = get_cpu_us() - start;
  }
  qsort(times, rounds * N_QUERIES, sizeof(double), compare_doubles);
  double median = times[rounds * N_QUERIES / 2];
  g_autofree char *what = g_strdup_printf("%u skills ranked", n_skills);
  g_autofree char *goal = g_strdup_printf("≤ %.0f µs", goal_us);
  g_autofree char *result = g_strdup_printf("%.1f µs (p99 %.1f µs)", median,
                                            times[rounds * N_QUERIES * 99 / 100]);
  print_row(what, goal, result, median <= goal_us);
  for (guint i = 0; i < N_QUERIES; i++)
    g_free(queries[i]);
}

int
main(void)
{
  g_autofree char *data = retrieval_find_data();
  if (data != NULL)
    measure_recall(data);
  else
    printf("../shared/data/retrieval is not there: recall is not measured\n");
  measure_time(36, 50);
  measure_time(1000, 50);
  measure_time(100000, 1000);
  return 0;
}
