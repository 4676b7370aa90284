/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* What a text is searched by: stems of its words (Snowball: English, French, German,
 * Spanish), pairs of neighbouring CJK characters, and pieces of words of three to five
 * letters, which survive inflection, compounds and typing errors. Terms are known by a 64
 * bit hash only. A reader keeps the stemmers and its buffers; one thread at a time. */

typedef struct {
  guint64 hash;
  float weight; /* how often it occurs in a document; how much it matters in a query */
} McSearchTerm;

typedef struct _McTermReader McTermReader;

McTermReader *mc_term_reader_new(void);
void mc_term_reader_free(McTermReader *self);

/* Adds what @text holds to @words and @pieces (element-type McSearchTerm; pieces are
 * nullable), in order and with repetitions. A document is stemmed as each of the
 * languages at once, because short triggers of several languages stand side by side.
 * Returns the number of words. */
guint mc_term_reader_read_document(McTermReader *self, const char *text, GArray *words,
                                   GArray *pieces);

/* The same for a request: stemmed as the one language its small words speak for, every
 * term once. What looks like a log or code counts less than the sentences around it. */
guint mc_term_reader_read_query(McTermReader *self, const char *text, GArray *words,
                                GArray *pieces);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McTermReader, mc_term_reader_free)
