/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Words that say nothing about a request's topic, in the languages that we stem. Their
 * second use: whose small words a text is made of is its language. Pure; any thread. */

typedef enum {
  MC_LANGUAGE_ENGLISH,
  MC_LANGUAGE_FRENCH,
  MC_LANGUAGE_GERMAN,
  MC_LANGUAGE_SPANISH,
  MC_N_LANGUAGES,
} McLanguage;

/* A bit for each language in which the case-folded @word of @length bytes is a stop word;
 * 0 when it is none. */
guint mc_stop_words_find(const char *word, gsize length);
