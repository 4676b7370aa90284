/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Small questions about text that several features ask. Pure; any thread. */

/* TRUE for what is written without blanks between words, or whose blanks do not part
 * what a search should match: Han, Kana, Bopomofo and Hangul. */
gboolean mc_text_is_cjk(gunichar character);

/* About how many tokens a language model makes of @text (UTF-8; @length -1 =
 * NUL-terminated): four Latin letters a token, two of other alphabets, one CJK character,
 * half an emoji. The one estimator of the house, so that budgets agree. */
guint mc_text_estimate_tokens(const char *text, gssize length);

/* The first @max_characters characters of @text; a longer text is cut at the last white
 * space in the second half of them, else between two characters, never inside one. Free
 * with g_free(). */
char *mc_text_cut_at_word(const char *text, gsize max_characters);

/* At most @max_bytes of @text (@length < 0: up to its NUL), cut between two characters;
 * what is not UTF-8 becomes U+FFFD (the result may then be longer by the replacements).
 * NUL bytes count as not UTF-8. Free with g_free(). */
char *mc_text_cut(const char *text, gssize length, gsize max_bytes);

/* TRUE when the @length bytes at @text start with @prefix. */
gboolean mc_text_starts_with(const char *text, gsize length, const char *prefix);
