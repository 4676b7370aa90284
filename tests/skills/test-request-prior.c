/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/request-prior.h"

static void
test_longer_requests_rate_higher(void)
{
  double word = mc_request_prior_rate("commit");
  double sentence = mc_request_prior_rate("squash my last six commits into one");
  g_autofree char *paragraph = g_strnfill(5000, 'a');
  g_assert_cmpfloat(word, >=, 1);
  g_assert_cmpfloat(sentence, >, word);
  g_assert_cmpfloat(mc_request_prior_rate(paragraph), ==, 2);
  g_assert_cmpfloat(mc_request_prior_rate(""), ==, 1);
}

static void
test_cjk_says_more_with_a_character(void)
{
  g_assert_cmpfloat(mc_request_prior_rate("数据库"), >, mc_request_prior_rate("abc"));
}

static void
test_questions_about_words_rate_lower(void)
{
  static const char *const pairs[][2] = {
      {"what rhymes with commit", "what breaks with commit"},
      {"Wie heißt Tabelle auf Englisch?", "Wie lädt Tabelle auf Englisch?"},
      {"“分支”的拼音是什么", "“分支”的作者是什么"},
      {"TRANSLATE secret please", "TRANSFER! secret please"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++)
    g_assert_cmpfloat(mc_request_prior_rate(pairs[i][0]), <,
                      mc_request_prior_rate(pairs[i][1]) - 0.3);
}

static void
test_broken_bytes_are_rated(void)
{
  g_assert_cmpfloat(mc_request_prior_rate("\xff\xfe\xe4\xbd"), >, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add_func("/skills/request-prior/" path, function)
  ADD("longer-requests-rate-higher", test_longer_requests_rate_higher);
  ADD("cjk-says-more-with-a-character", test_cjk_says_more_with_a_character);
  ADD("questions-about-words-rate-lower", test_questions_about_words_rate_lower);
  ADD("broken-bytes-are-rated", test_broken_bytes_are_rated);
  return g_test_run();
}
