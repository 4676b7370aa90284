/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/lexical-index.h"

static const McLexicalDocument documents[] = {
    {"flaky-tests", "flaky, intermittent, 不稳定", "Find why a test fails sometimes",
     "Run it twenty times. Look at the clock and the network."},
    {"sql-review", "slow query, Abfrage langsam", "Read SQL before it runs",
     "Ask for the plan. Test indexes."},
    {"release-notes", "changelog", "Write what changed for readers", "Group by reader."},
    {NULL, NULL, NULL, NULL},
};

static guint
search(const char *text, McLexicalHit *hits)
{
  g_autoptr(McLexicalIndex) index =
      mc_lexical_index_new(documents, G_N_ELEMENTS(documents));
  return mc_lexical_index_search(index, text, hits, 4);
}

static void
test_best_match_comes_first(void)
{
  McLexicalHit hits[4];
  g_assert_cmpuint(search("why is this test flaky", hits), >=, 1);
  g_assert_cmpuint(hits[0].document, ==, 0);
  g_assert_cmpuint(search("the query is slow", hits), >=, 1);
  g_assert_cmpuint(hits[0].document, ==, 1);
  g_assert_cmpuint(search("测试不稳定", hits), >=, 1);
  g_assert_cmpuint(hits[0].document, ==, 0);
}

static void
test_pieces_find_compounds_and_slips(void)
{
  McLexicalHit hits[4];
  g_assert_cmpuint(search("Datenbankabfragen", hits), >=, 1);
  g_assert_cmpuint(hits[0].document, ==, 1);
  g_assert_cmpfloat((double) hits[0].pieces, >, 0);
  g_assert_cmpfloat((double) hits[0].words, ==, 0);
  g_assert_cmpuint(search("chanhelog", hits), >=, 1);
  g_assert_cmpuint(hits[0].document, ==, 2);
}

static void
test_triggers_weigh_more_than_the_body(void)
{
  McLexicalHit hits[4];
  g_assert_cmpuint(search("network", hits), ==, 1);
  double in_body = (double) hits[0].score;
  g_assert_cmpuint(search("intermittent", hits), >=, 1);
  g_assert_cmpfloat((double) hits[0].score, >, in_body);
}

static void
test_nothing_in_common_finds_nothing(void)
{
  McLexicalHit hits[4];
  g_assert_cmpuint(search("kiwi", hits), ==, 0);
  g_assert_cmpuint(search("", hits), ==, 0);
  g_assert_cmpuint(search("the of and", hits), ==, 0);
}

static void
test_empty_index_finds_nothing(void)
{
  g_autoptr(McLexicalIndex) index = mc_lexical_index_new(NULL, 0);
  McLexicalHit hits[1];
  g_assert_cmpuint(mc_lexical_index_search(index, "anything", hits, 1), ==, 0);
}

static void
test_hits_are_sorted_and_bounded(void)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GArray) many = g_array_new(FALSE, TRUE, sizeof(McLexicalDocument));
  for (guint i = 0; i < 2000; i++) {
    char *text = g_strdup_printf("shared word%u%s", i % 100, i % 7 == 0 ? " extra" : "");
    g_ptr_array_add(texts, text);
    McLexicalDocument document = {.name = text};
    g_array_append_val(many, document);
  }
  g_autoptr(McLexicalIndex) index =
      mc_lexical_index_new((const McLexicalDocument *) (void *) many->data, many->len);
  McLexicalHit hits[8];
  g_assert_cmpuint(mc_lexical_index_search(index, "shared word42 extra", hits, 8), ==, 8);
  for (guint i = 1; i < 8; i++)
    g_assert_true(hits[i - 1].score > hits[i].score ||
                  (!(hits[i - 1].score < hits[i].score) &&
                   hits[i - 1].document < hits[i].document));
  g_assert_cmpuint(hits[0].document % 700, ==, 42);
}

static gpointer
search_in_thread(gpointer index)
{
  McLexicalHit hits[4];
  guint found = 0;
  for (int i = 0; i < 200; i++)
    found += mc_lexical_index_search(index, "slow query", hits, 4);
  return GUINT_TO_POINTER(found);
}

static void
test_threads_search_at_once(void)
{
  g_autoptr(McLexicalIndex) index =
      mc_lexical_index_new(documents, G_N_ELEMENTS(documents));
  GThread *threads[4];
  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new("search", search_in_thread, index);
  guint expected = GPOINTER_TO_UINT(search_in_thread(index));
  g_assert_cmpuint(expected, >=, 200);
  for (int i = 0; i < 4; i++)
    g_assert_cmpuint(GPOINTER_TO_UINT(g_thread_join(threads[i])), ==, expected);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add_func("/skills/lexical-index/" path, function)
  ADD("best-match-comes-first", test_best_match_comes_first);
  ADD("pieces-find-compounds-and-slips", test_pieces_find_compounds_and_slips);
  ADD("triggers-weigh-more-than-the-body", test_triggers_weigh_more_than_the_body);
  ADD("nothing-in-common-finds-nothing", test_nothing_in_common_finds_nothing);
  ADD("empty-index-finds-nothing", test_empty_index_finds_nothing);
  ADD("hits-are-sorted-and-bounded", test_hits_are_sorted_and_bounded);
  ADD("threads-search-at-once", test_threads_search_at_once);
  return g_test_run();
}
