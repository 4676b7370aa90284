/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Finds documents by words: BM25 (Robertson and Zaragoza, "The Probabilistic Relevance
 * Framework", 2009) over four weighted fields, and beside it the cosine of pieces of
 * words in name, triggers and description. All weights are computed when the index is
 * built; a search adds up postings, the rarest terms first and no more than a bounded
 * number of them. Immutable after it was built; any thread, several at once. */

typedef struct {
  const char *name;
  const char *triggers;
  const char *description;
  const char *body;
} McLexicalDocument;

typedef struct {
  guint document; /* its number */
  float score;    /* 0 = nothing in common; what a gate compares */
  float words;    /* of it, by words */
  float pieces;   /* of it, by pieces of words */
} McLexicalHit;

typedef struct _McLexicalIndex McLexicalIndex;

McLexicalIndex *mc_lexical_index_new(const McLexicalDocument *documents,
                                     guint n_documents);
void mc_lexical_index_free(McLexicalIndex *self);

guint mc_lexical_index_get_n_documents(const McLexicalIndex *self);

/* Writes the at most @max_hits best documents with a score above 0 to @hits, best first;
 * equal scores in the order of the documents. Returns their number. */
guint mc_lexical_index_search(const McLexicalIndex *self, const char *text,
                              McLexicalHit *hits, guint max_hits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McLexicalIndex, mc_lexical_index_free)
