/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Small services for texts that came from outside. Pure. */

/* At most @max_bytes of @text (@length < 0: up to its NUL), cut between two characters;
 * what is not UTF-8 becomes U+FFFD (the result may then be longer by the replacements).
 * NUL bytes count as not UTF-8. Free with g_free(). */
char *mc_text_cut(const char *text, gssize length, gsize max_bytes);

/* TRUE when the @length bytes at @text start with @prefix. */
gboolean mc_text_starts_with(const char *text, gsize length, const char *prefix);
