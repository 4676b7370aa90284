/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <string.h>

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
