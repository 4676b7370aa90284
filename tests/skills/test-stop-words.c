/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/stop-words.h"

#include <string.h>

static guint
find(const char *word)
{
  return mc_stop_words_find(word, strlen(word));
}

static void
test_word_knows_its_languages(void)
{
  g_assert_cmpuint(find("the"), ==, 1u << MC_LANGUAGE_ENGLISH);
  g_assert_cmpuint(find("nicht"), ==, 1u << MC_LANGUAGE_GERMAN);
  g_assert_cmpuint(find("où"), ==, 1u << MC_LANGUAGE_FRENCH);
  g_assert_cmpuint(find("des"), ==, 1u << MC_LANGUAGE_FRENCH | 1u << MC_LANGUAGE_GERMAN);
  g_assert_true(find("también") & 1u << MC_LANGUAGE_SPANISH);
}

static void
test_other_words_are_none(void)
{
  g_assert_cmpuint(find("database"), ==, 0);
  g_assert_cmpuint(find(""), ==, 0);
  g_assert_cmpuint(find("averyveryverylongwordindeed"), ==, 0);
  g_assert_cmpuint(mc_stop_words_find("therapy", 3), ==, 1u << MC_LANGUAGE_ENGLISH);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/skills/stop-words/word-knows-its-languages",
                  test_word_knows_its_languages);
  g_test_add_func("/skills/stop-words/other-words-are-none", test_other_words_are_none);
  return g_test_run();
}
