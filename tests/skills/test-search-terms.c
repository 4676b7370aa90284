/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/search-terms.h"

typedef struct {
  McTermReader *reader;
  GArray *words;
  GArray *pieces;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fixture->reader = mc_term_reader_new();
  fixture->words = g_array_new(FALSE, FALSE, sizeof(McSearchTerm));
  fixture->pieces = g_array_new(FALSE, FALSE, sizeof(McSearchTerm));
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  mc_term_reader_free(fixture->reader);
  g_array_unref(fixture->words);
  g_array_unref(fixture->pieces);
}

static const McSearchTerm *
find_term(const GArray *terms, guint64 hash)
{
  for (guint i = 0; i < terms->len; i++)
    if (g_array_index(terms, McSearchTerm, i).hash == hash)
      return &g_array_index(terms, McSearchTerm, i);
  return NULL;
}

/* How many of the words of the request @query a document @text has. */
static guint
count_common(Fixture *fixture, const char *query, const char *text)
{
  g_array_set_size(fixture->words, 0);
  mc_term_reader_read_document(fixture->reader, text, fixture->words, NULL);
  g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(McSearchTerm));
  g_array_set_size(fixture->pieces, 0);
  mc_term_reader_read_query(fixture->reader, query, words, fixture->pieces);
  guint common = 0;
  for (guint i = 0; i < words->len; i++)
    common +=
        find_term(fixture->words, g_array_index(words, McSearchTerm, i).hash) != NULL;
  return common;
}

static void
test_inflections_meet(Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint(count_common(fixture, "my tests are failing", "test fails"), ==, 2);
  g_assert_cmpuint(count_common(fixture, "wir haben alle Tabellen gelöscht",
                                "Tabelle, gelöschte Daten"),
                   ==, 2);
  g_assert_cmpuint(
      count_common(fixture, "je veux que les requêtes soient rapides", "requête rapide"),
      ==, 2);
  g_assert_cmpuint(count_common(fixture, "CAFÉ", "cafe"), ==, 1);
}

static void
test_cjk_meets_by_pairs(Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint(count_common(fixture, "数据库", "数据库迁移"), ==, 2);
  g_assert_cmpuint(count_common(fixture, "테스트를", "테스트 실패"), ==, 2);
  g_assert_cmpuint(count_common(fixture, "ＡＰＩキー", "apiキー"), ==, 2);
}

static void
test_small_words_and_numbers_are_left_out(Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint(mc_term_reader_read_query(fixture->reader, "what is the 42 of it",
                                             fixture->words, fixture->pieces),
                   ==, 0);
  g_assert_cmpuint(fixture->words->len, ==, 0);
  g_assert_cmpuint(fixture->pieces->len, ==, 0);
}

static void
test_query_terms_come_once(Fixture *fixture, gconstpointer data)
{
  mc_term_reader_read_query(fixture->reader, "crash crash crashes", fixture->words,
                            fixture->pieces);
  g_assert_cmpuint(fixture->words->len, ==, 1);
}

static void
test_code_counts_less_than_sentences(Fixture *fixture, gconstpointer data)
{
  mc_term_reader_read_query(fixture->reader, "speed up\n```\nselect orders;\n```\nplease",
                            fixture->words, fixture->pieces);
  g_assert_cmpuint(fixture->words->len, ==, 3);
  const McSearchTerm *terms = (const McSearchTerm *) (void *) fixture->words->data;
  g_assert_cmpfloat((double) terms[1].weight, <, (double) terms[0].weight);
  g_assert_cmpfloat((double) terms[1].weight, ==, (double) terms[2].weight);
}

static void
test_endless_requests_are_bounded(Fixture *fixture, gconstpointer data)
{
  g_autoptr(GString) text = g_string_new("rotate backups\n");
  for (int i = 0; i < 20000; i++)
    g_string_append_printf(text, "word%c%c%d ", 'a' + i % 26, 'a' + i / 26 % 26, i);
  g_string_append(text, "\n\xff\xfe last");
  mc_term_reader_read_query(fixture->reader, text->str, fixture->words, fixture->pieces);
  g_assert_cmpuint(fixture->words->len, <=, 128);
  g_assert_cmpuint(fixture->pieces->len, <, 1024);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function)                                                              \
  g_test_add("/skills/search-terms/" path, Fixture, NULL, set_up, function, tear_down)
  ADD("inflections-meet", test_inflections_meet);
  ADD("cjk-meets-by-pairs", test_cjk_meets_by_pairs);
  ADD("small-words-and-numbers-are-left-out", test_small_words_and_numbers_are_left_out);
  ADD("query-terms-come-once", test_query_terms_come_once);
  ADD("code-counts-less-than-sentences", test_code_counts_less_than_sentences);
  ADD("endless-requests-are-bounded", test_endless_requests_are_bounded);
  return g_test_run();
}
