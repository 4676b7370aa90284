/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <string.h>

/* The blocks by code point: cheaper than asking GLib for the script of every character,
 * and this runs on every request. */
gboolean
mc_text_is_cjk(gunichar character)
{
  if (character < 0x1100)
    return FALSE;
  return character <= 0x11FF                             /* Hangul Jamo */
         || (character >= 0x3040 && character <= 0x30FF) /* Hiragana, Katakana */
         || (character >= 0x3100 && character <= 0x318F) /* Bopomofo, Hangul Jamo */
         ||
         (character >= 0x31A0 && character <= 0x31FF) /* Bopomofo, Katakana, extended */
         || (character >= 0x3400 && character <= 0x9FFF)   /* Han */
         || (character >= 0xA960 && character <= 0xA97F)   /* Hangul Jamo, extended */
         || (character >= 0xAC00 && character <= 0xD7FF)   /* Hangul syllables */
         || (character >= 0xF900 && character <= 0xFAFF)   /* Han, compatibility */
         || (character >= 0xFF66 && character <= 0xFF9F)   /* Katakana, half width */
         || (character >= 0x20000 && character <= 0x3FFFF) /* Han, supplementary */
         || character == 0x3005 || character == 0x3007;    /* 々 and 〇 */
}

/* In quarters of a token. */
static guint
weigh_character(gunichar character)
{
  if (character < 0x370) /* Latin with its accents */
    return 1;
  if (mc_text_is_cjk(character))
    return 4;
  return character >= 0x1F000 ? 8 : 2;
}

guint
mc_text_estimate_tokens(const char *text, gssize length)
{
  const char *end = text + (length < 0 ? strlen(text) : (gsize) length);
  gsize quarters = 0;
  while (text < end) {
    if ((guchar) *text < 0x80) {
      quarters++;
      text++;
      continue;
    }
    gunichar character = g_utf8_get_char_validated(text, end - text);
    if (character == (gunichar) -1 || character == (gunichar) -2) {
      quarters += 4; /* a stray byte costs a token of its own */
      text++;
      continue;
    }
    quarters += weigh_character(character);
    text = g_utf8_next_char(text);
  }
  return (guint) MIN((quarters + 3) / 4, G_MAXUINT);
}

char *
mc_text_cut_at_word(const char *text, gsize max_characters)
{
  const char *cursor = text;
  const char *last_blank = NULL;
  for (gsize i = 0; i < max_characters; i++) {
    if (*cursor == '\0')
      return g_strdup(text);
    if (i >= max_characters / 2 && g_unichar_isspace(g_utf8_get_char(cursor)))
      last_blank = cursor;
    cursor = g_utf8_next_char(cursor);
  }
  if (*cursor == '\0')
    return g_strdup(text);
  if (last_blank != NULL && !g_unichar_isspace(g_utf8_get_char(cursor)))
    cursor = last_blank;
  return g_strchomp(g_strndup(text, cursor - text));
}

char *
mc_text_cut(const char *text, gssize length, gsize max_bytes)
{
  gsize size = length < 0 ? strlen(text) : (gsize) length;

  if (size > max_bytes) {
    size = max_bytes;
    /* Step back over continuation bytes (10xxxxxx), three at most. */
    for (int i = 0; i < 3 && size > 0 && ((guint8) text[size] & 0xc0) == 0x80; i++)
      size--;
  }
  return g_utf8_make_valid(text, (gssize) size);
}

gboolean
mc_text_starts_with(const char *text, gsize length, const char *prefix)
{
  gsize prefix_length = strlen(prefix);

  return length >= prefix_length && memcmp(text, prefix, prefix_length) == 0;
}
