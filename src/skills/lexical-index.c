/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/lexical-index.h"

#include <math.h>
#include <string.h>

#include "skills/search-terms.h"

enum { FIELD_NAME, FIELD_TRIGGERS, FIELD_DESCRIPTION, FIELD_BODY, N_FIELDS };

/* Weights: how much an occurrence counts; triggers are written to be found. Length
 * normalisation: 0 = a long field counts as much as a short one, 1 = half as much when
 * twice as long. The triggers of seven languages are long for a reason. The values are
 * rounded from a random search over the labelled requests of bench-retrieval.c, checked
 * on random halves. */
typedef struct {
  float field_weights[N_FIELDS];
  float field_lengths[N_FIELDS];
  float saturation;   /* BM25's k1 */
  float half_score;   /* the sum of weights that makes half of the most by words */
  float piece_weight; /* of the cosine against the words */
} Tuning;

static const Tuning tuning = {
    .field_weights = {2.5f, 5, 0.5f, 0.7f},
    .field_lengths = {0.2f, 0, 0, 0.6f},
    .saturation = 1.8f,
    .half_score = 0.7f,
    .piece_weight = 1.2f,
};

/* A search reads at most this many postings, and some more in a large bank: what is left
 * out are the commonest terms, which tell least. */
#define MOST_POSTINGS 6000

typedef struct {
  guint32 document;
  float weight;
} Posting;

typedef struct {
  guint64 hash; /* 0 = an empty slot */
  guint32 start;
  guint32 count;
  float rarity;
} Slot;

/* One dictionary with its postings. */
typedef struct {
  Slot *slots; /* (owned) */
  guint mask;
  Posting *postings; /* (owned) */
} Postings;

struct _McLexicalIndex {
  guint n_documents;
  Postings words;
  Postings pieces;
};

/* A term of a document while the index is built. */
typedef struct {
  guint64 hash;
  guint32 document;
  float weight;
} Entry;

/* What a thread keeps between searches, so that a search allocates nothing. */
typedef struct {
  McTermReader *reader; /* (owned) */
  GArray *words;        /* (owned) */
  GArray *pieces;       /* (owned) */
  float *sums;          /* (owned) two for each document */
  guint n_sums;
} Scratch;

static void
free_scratch(gpointer data)
{
  Scratch *scratch = data;
  mc_term_reader_free(scratch->reader);
  g_array_unref(scratch->words);
  g_array_unref(scratch->pieces);
  g_free(scratch->sums);
  g_free(scratch);
}

static GPrivate scratch_key = G_PRIVATE_INIT(free_scratch);

static Scratch *
get_scratch(guint n_documents)
{
  Scratch *scratch = g_private_get(&scratch_key);
  if (scratch == NULL) {
    scratch = g_new0(Scratch, 1);
    scratch->reader = mc_term_reader_new();
    scratch->words = g_array_new(FALSE, FALSE, sizeof(McSearchTerm));
    scratch->pieces = g_array_new(FALSE, FALSE, sizeof(McSearchTerm));
    g_private_set(&scratch_key, scratch);
  }
  if (scratch->n_sums < n_documents) {
    scratch->sums = g_renew(float, scratch->sums, 2 * (gsize) n_documents);
    scratch->n_sums = n_documents;
  }
  g_array_set_size(scratch->words, 0);
  g_array_set_size(scratch->pieces, 0);
  return scratch;
}

static int
compare_terms(gconstpointer a, gconstpointer b)
{
  const McSearchTerm *left = a, *right = b;
  return left->hash < right->hash ? -1 : left->hash > right->hash;
}

/* Sorts @terms and adds equal ones up. */
static void
merge_terms(GArray *terms)
{
  g_array_sort(terms, compare_terms);
  guint kept = 0;
  McSearchTerm *all = (McSearchTerm *) (void *) terms->data;
  for (guint i = 0; i < terms->len; i++) {
    if (kept > 0 && all[kept - 1].hash == all[i].hash)
      all[kept - 1].weight += all[i].weight;
    else
      all[kept++] = all[i];
  }
  g_array_set_size(terms, kept);
}

static void
append_entries(GArray *entries, GArray *terms, guint document)
{
  merge_terms(terms);
  for (guint i = 0; i < terms->len; i++) {
    const McSearchTerm *term = &g_array_index(terms, McSearchTerm, i);
    Entry entry = {.hash = term->hash, .document = document, .weight = term->weight};
    g_array_append_val(entries, entry);
  }
}

static int
compare_entries(gconstpointer a, gconstpointer b)
{
  const Entry *left = a, *right = b;
  if (left->hash != right->hash)
    return left->hash < right->hash ? -1 : 1;
  return left->document < right->document ? -1 : left->document > right->document;
}

static Slot *
find_slot(const Postings *self, guint64 hash)
{
  guint slot = hash & self->mask;
  while (self->slots[slot].hash != 0 && self->slots[slot].hash != hash)
    slot = (slot + 1) & self->mask;
  return &self->slots[slot];
}

/* How little of the bank has a term, from 0 (all) to 1 (one document): BM25's inverse
 * document frequency, scaled so that scores of small and large banks compare. */
static float
rate_rarity(guint n_documents, guint count)
{
  double n = n_documents;
  return (float) (log1p((n - count + 0.5) / (count + 0.5)) / log1p((n - 0.5) / 1.5));
}

static guint
count_distinct(const GArray *entries)
{
  guint count = 0;
  for (guint i = 0; i < entries->len; i++)
    if (i == 0 || g_array_index(entries, Entry, i).hash !=
                      g_array_index(entries, Entry, i - 1).hash)
      count++;
  return count;
}

/* Sorts @entries and lays them out as postings. */
static void
build_postings(Postings *self, GArray *entries, guint n_documents)
{
  g_array_sort(entries, compare_entries);
  guint n_slots = 16;
  while (n_slots < 2 * count_distinct(entries))
    n_slots *= 2;
  self->mask = n_slots - 1;
  self->slots = g_new0(Slot, n_slots);
  self->postings = g_new(Posting, MAX(entries->len, 1));
  for (guint i = 0; i < entries->len;) {
    guint64 hash = g_array_index(entries, Entry, i).hash;
    Slot *slot = find_slot(self, hash);
    slot->hash = hash;
    slot->start = i;
    for (; i < entries->len && g_array_index(entries, Entry, i).hash == hash; i++) {
      const Entry *entry = &g_array_index(entries, Entry, i);
      self->postings[i] = (Posting){entry->document, entry->weight};
    }
    slot->count = i - slot->start;
    slot->rarity = rate_rarity(n_documents, slot->count);
  }
}

static void
weigh_words(Postings *self)
{
  for (guint s = 0; s <= self->mask; s++) {
    const Slot *slot = &self->slots[s];
    for (guint i = 0; i < slot->count; i++) {
      Posting *posting = &self->postings[slot->start + i];
      posting->weight =
          slot->rarity * posting->weight / (tuning.saturation + posting->weight);
    }
  }
}

/* Dampened counts times rarity, each document's vector of length 1. */
static void
weigh_pieces(Postings *self, guint n_documents)
{
  g_autofree float *squares = g_new0(float, MAX(n_documents, 1));
  for (guint s = 0; s <= self->mask; s++) {
    const Slot *slot = &self->slots[s];
    for (guint i = 0; i < slot->count; i++) {
      Posting *posting = &self->postings[slot->start + i];
      posting->weight = slot->rarity * (1 + logf(posting->weight));
      squares[posting->document] += posting->weight * posting->weight;
    }
  }
  for (guint s = 0; s <= self->mask; s++) {
    const Slot *slot = &self->slots[s];
    for (guint i = 0; i < slot->count; i++) {
      Posting *posting = &self->postings[slot->start + i];
      posting->weight *= slot->rarity / sqrtf(squares[posting->document] + 1e-9f);
    }
  }
}

static const char *
get_field(const McLexicalDocument *document, guint field)
{
  const char *const texts[N_FIELDS] = {document->name, document->triggers,
                                       document->description, document->body};
  return texts[field] != NULL ? texts[field] : "";
}

/* Field lengths decide the weight of an occurrence, so they are counted first. */
static void
count_words(McTermReader *reader, const McLexicalDocument *documents, guint n_documents,
            guint *lengths, double *averages)
{
  g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(McSearchTerm));
  for (guint d = 0; d < n_documents; d++)
    for (guint f = 0; f < N_FIELDS; f++) {
      g_array_set_size(words, 0);
      mc_term_reader_read_document(reader, get_field(&documents[d], f), words, NULL);
      lengths[d * N_FIELDS + f] = words->len;
      averages[f] += (double) words->len / n_documents;
    }
}

McLexicalIndex *
mc_lexical_index_new(const McLexicalDocument *documents, guint n_documents)
{
  McLexicalIndex *self = g_new0(McLexicalIndex, 1);
  self->n_documents = n_documents;
  g_autoptr(McTermReader) reader = mc_term_reader_new();
  g_autofree guint *lengths = g_new0(guint, MAX(n_documents, 1) * N_FIELDS);
  double averages[N_FIELDS] = {0};
  count_words(reader, documents, n_documents, lengths, averages);

  g_autoptr(GArray) word_entries = g_array_new(FALSE, FALSE, sizeof(Entry));
  g_autoptr(GArray) piece_entries = g_array_new(FALSE, FALSE, sizeof(Entry));
  g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(McSearchTerm));
  g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(McSearchTerm));
  for (guint d = 0; d < n_documents; d++) {
    g_array_set_size(words, 0);
    g_array_set_size(pieces, 0);
    for (guint f = 0; f < N_FIELDS; f++) {
      guint first = words->len;
      mc_term_reader_read_document(reader, get_field(&documents[d], f), words,
                                   f != FIELD_BODY ? pieces : NULL);
      float b = tuning.field_lengths[f];
      float length = (float) (lengths[d * N_FIELDS + f] / MAX(averages[f], 1e-9));
      for (guint i = first; i < words->len; i++)
        g_array_index(words, McSearchTerm, i).weight =
            tuning.field_weights[f] / (1 - b + b * length);
    }
    append_entries(word_entries, words, d);
    append_entries(piece_entries, pieces, d);
  }
  build_postings(&self->words, word_entries, n_documents);
  weigh_words(&self->words);
  build_postings(&self->pieces, piece_entries, n_documents);
  weigh_pieces(&self->pieces, n_documents);
  return self;
}

void
mc_lexical_index_free(McLexicalIndex *self)
{
  if (self == NULL)
    return;
  g_free(self->words.slots);
  g_free(self->words.postings);
  g_free(self->pieces.slots);
  g_free(self->pieces.postings);
  g_free(self);
}

guint
mc_lexical_index_get_n_documents(const McLexicalIndex *self)
{
  return self->n_documents;
}

/* Adds up the postings of @terms in @sums. Terms are looked up, then read by rising
 * number of postings until @budget is spent. Returns the length of the query's vector. */
static float
add_postings(const Postings *self, const GArray *terms, guint budget, float *sums)
{
  const Slot *found[1024];
  float weights[1024];
  guint n_found = 0;
  float square = 0;
  guint64 total = 0;
  for (guint i = 0; i < terms->len && n_found < G_N_ELEMENTS(found); i++) {
    const McSearchTerm *term = &g_array_index(terms, McSearchTerm, i);
    const Slot *slot = find_slot(self, term->hash);
    float rarity = slot->hash != 0 ? slot->rarity : 1;
    square += term->weight * term->weight * rarity * rarity;
    if (slot->hash == 0)
      continue;
    found[n_found] = slot;
    weights[n_found++] = term->weight;
    total += slot->count;
  }
  /* Halve the longest list that is read until all fit. */
  guint longest = G_MAXUINT;
  while (total > budget) {
    longest = longest == G_MAXUINT ? budget : longest / 2;
    total = 0;
    for (guint i = 0; i < n_found; i++)
      total += found[i]->count <= longest ? found[i]->count : 0;
  }
  for (guint i = 0; i < n_found; i++) {
    if (found[i]->count > longest)
      continue;
    const Posting *postings = self->postings + found[i]->start;
    for (guint p = 0; p < found[i]->count; p++)
      sums[postings[p].document] += weights[i] * postings[p].weight;
  }
  return sqrtf(square);
}

static void
insert_hit(McLexicalHit *hits, guint *n_hits, guint max_hits, McLexicalHit hit)
{
  guint at = *n_hits;
  if (at == max_hits) {
    if (hit.score <= hits[at - 1].score)
      return;
    at--;
  } else {
    ++*n_hits;
  }
  for (; at > 0 && hits[at - 1].score < hit.score; at--)
    hits[at] = hits[at - 1];
  hits[at] = hit;
}

guint
mc_lexical_index_search(const McLexicalIndex *self, const char *text, McLexicalHit *hits,
                        guint max_hits)
{
  if (self->n_documents == 0 || max_hits == 0)
    return 0;
  Scratch *scratch = get_scratch(self->n_documents);
  mc_term_reader_read_query(scratch->reader, text, scratch->words, scratch->pieces);
  float *words = scratch->sums;
  float *pieces = scratch->sums + self->n_documents;
  memset(scratch->sums, 0, 2 * sizeof(float) * self->n_documents);
  guint budget = MAX(MOST_POSTINGS, self->n_documents / 2);
  add_postings(&self->words, scratch->words, budget, words);
  float length = add_postings(&self->pieces, scratch->pieces, budget, pieces);
  float scale = length > 0 ? tuning.piece_weight / length : 0;

  guint n_hits = 0;
  float worst = 0;
  const float steepest = 1 / tuning.half_score;
  for (guint d = 0; d < self->n_documents; d++) {
    /* An upper bound first, because nearly all documents fall short of it. */
    if (words[d] * steepest + pieces[d] * scale <= worst)
      continue;
    McLexicalHit hit = {.document = d,
                        .words = words[d] / (words[d] + tuning.half_score),
                        .pieces = pieces[d] * scale};
    hit.score = hit.words + hit.pieces;
    insert_hit(hits, &n_hits, max_hits, hit);
    if (n_hits == max_hits)
      worst = hits[n_hits - 1].score;
  }
  return n_hits;
}
