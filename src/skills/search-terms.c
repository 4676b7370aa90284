/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/search-terms.h"

#include <libstemmer.h>
#include <string.h>

#include "base/text.h"
#include "skills/stop-words.h"

/* A request that goes on for pages says what it wants at its beginning or its end. */
#define QUERY_HEAD_BYTES 2048
#define QUERY_TAIL_BYTES 1024

#define MOST_QUERY_WORDS  128
#define MOST_QUERY_PIECES 640
#define LONGEST_WORD      48

/* What a line of a log or of code counts, next to a sentence. */
#define CODE_WEIGHT 0.4f

/* What a word counts that is only mentioned ("what rhymes with 'commit'?"), and how long
 * such a quotation may be, in bytes. */
#define MENTION_WEIGHT    0.4f
#define LONGEST_QUOTATION 40

/* The set that tells which terms a query has already; a power of two, twice as large as
 * what goes in. */
#define SEEN_SLOTS 2048

static const char *const stemmer_names[MC_N_LANGUAGES] = {
    [MC_LANGUAGE_ENGLISH] = "english",
    [MC_LANGUAGE_FRENCH] = "french",
    [MC_LANGUAGE_GERMAN] = "german",
    [MC_LANGUAGE_SPANISH] = "spanish",
};

/* A run of letters in the folded text. */
typedef struct {
  const char *start;
  guint length;
  guint stop_bits;
  gboolean is_cjk;
  float weight;
} Word;

struct _McTermReader {
  struct sb_stemmer *stemmers[MC_N_LANGUAGES]; /* (owned) */
  GString *folded;                             /* (owned) the text in hand */
  GString *bare;                               /* (owned) a word without accents */
  GArray *words;                               /* (owned) (element-type Word) */
  guint64 seen[SEEN_SLOTS];
  guint16 seen_at[SEEN_SLOTS];
};

McTermReader *
mc_term_reader_new(void)
{
  McTermReader *self = g_new0(McTermReader, 1);
  for (guint i = 0; i < MC_N_LANGUAGES; i++)
    self->stemmers[i] = sb_stemmer_new(stemmer_names[i], NULL);
  self->folded = g_string_new(NULL);
  self->bare = g_string_new(NULL);
  self->words = g_array_new(FALSE, FALSE, sizeof(Word));
  return self;
}

void
mc_term_reader_free(McTermReader *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < MC_N_LANGUAGES; i++)
    sb_stemmer_delete(self->stemmers[i]);
  g_string_free(self->folded, TRUE);
  g_string_free(self->bare, TRUE);
  g_array_unref(self->words);
  g_free(self);
}

/* FNV-1a, with a last mix because tables use the low bits. */
static guint64
hash_bytes(const char *bytes, gsize length)
{
  guint64 hash = 0xcbf29ce484222325u;
  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guchar) bytes[i]) * 0x100000001b3u;
  return hash ^ hash >> 29;
}

static gboolean
is_ascii(const char *text, gsize length)
{
  guchar all = 0;
  for (gsize i = 0; i < length; i++)
    all |= (guchar) text[i];
  return all < 0x80;
}

/* Case, width and compatibility forms are folded; the Unicode way only where needed. */
static void
fold_text(McTermReader *self, const char *text, gsize length)
{
  if (is_ascii(text, length)) {
    g_string_set_size(self->folded, length);
    for (gsize i = 0; i < length; i++)
      self->folded->str[i] = g_ascii_tolower(text[i]);
    return;
  }
  g_autofree char *valid = g_utf8_make_valid(text, (gssize) length);
  g_autofree char *cased = g_utf8_casefold(valid, -1);
  g_autofree char *normal = g_utf8_normalize(cased, -1, G_NORMALIZE_ALL_COMPOSE);
  g_string_assign(self->folded, normal);
}

static void
add_word(McTermReader *self, const char *start, const char *end, gboolean is_cjk,
         float weight)
{
  guint length = (guint) (end - start);
  if (length == 0 || (!is_cjk && length > LONGEST_WORD))
    return;
  Word word = {.start = start, .length = length, .is_cjk = is_cjk, .weight = weight};
  if (!is_cjk) {
    if (strspn(start, "0123456789") >= length)
      return;
    word.stop_bits = mc_stop_words_find(start, length);
  }
  g_array_append_val(self->words, word);
}

/* Cuts @start … @end into words: runs of letters and digits, CJK runs apart. */
static void
split_words(McTermReader *self, const char *start, const char *end, float weight)
{
  const char *word = start;
  gboolean word_is_cjk = FALSE;
  const char *c = start;
  while (c < end) {
    gunichar character = (guchar) *c < 0x80 ? (guchar) *c : g_utf8_get_char(c);
    const char *next = g_utf8_next_char(c);
    gboolean is_cjk = mc_text_is_cjk(character);
    gboolean is_letter = is_cjk || (character < 0x80 ? g_ascii_isalnum((char) character)
                                                     : g_unichar_isalnum(character));
    if (!is_letter || is_cjk != word_is_cjk) {
      add_word(self, word, c, word_is_cjk, weight);
      word = is_letter ? c : next;
      word_is_cjk = is_cjk;
    }
    c = next;
  }
  add_word(self, word, end, word_is_cjk, weight);
}

/* "é" and "ü" become "e" and "u": people leave accents out. */
static void
strip_accents(McTermReader *self, const char *word, gsize length)
{
  g_string_truncate(self->bare, 0);
  if (is_ascii(word, length)) {
    g_string_append_len(self->bare, word, (gssize) length);
    return;
  }
  g_autofree char *split = g_utf8_normalize(word, (gssize) length, G_NORMALIZE_NFD);
  for (const char *c = split != NULL ? split : ""; *c != '\0'; c = g_utf8_next_char(c))
    if (!g_unichar_ismark(g_utf8_get_char(c)))
      g_string_append_unichar(self->bare, g_utf8_get_char(c));
}

static guint64
hash_stem(McTermReader *self, const Word *word, McLanguage language)
{
  struct sb_stemmer *stemmer = self->stemmers[language];
  const sb_symbol *stem =
      sb_stemmer_stem(stemmer, (const sb_symbol *) word->start, (int) word->length);
  strip_accents(self, (const char *) stem, (gsize) sb_stemmer_length(stemmer));
  return hash_bytes(self->bare->str, self->bare->len);
}

static gboolean
is_hiragana(const char *c)
{
  gunichar character = g_utf8_get_char(c);
  return character >= 0x3040 && character <= 0x309F;
}

typedef void (*TermFunction)(McTermReader *self, guint64 hash, float weight,
                             gpointer data);

/* Every pair of neighbours; a lone character stands for itself. Pairs of Hiragana are
 * mostly endings and particles. */
static void
for_each_pair(McTermReader *self, const Word *word, TermFunction function, gpointer data)
{
  const char *end = word->start + word->length;
  const char *c = word->start;
  const char *next = g_utf8_next_char(c);
  if (next >= end)
    function(self, hash_bytes(c, next - c), word->weight * 0.5f, data);
  for (; next < end; c = next, next = g_utf8_next_char(next)) {
    float weight = is_hiragana(c) && is_hiragana(next) ? 0.4f : 0.8f;
    function(self, hash_bytes(c, g_utf8_next_char(next) - c), word->weight * weight,
             data);
  }
}

/* All pieces of three to five letters of "_word_"; of CJK runs two and three. */
static void
for_each_piece(McTermReader *self, const Word *word, TermFunction function, gpointer data)
{
  guint shortest = word->is_cjk ? 2 : 3;
  guint longest = word->is_cjk ? 3 : 5;
  if (word->is_cjk) {
    g_string_truncate(self->bare, 0);
    g_string_append_len(self->bare, word->start, word->length);
  } else {
    strip_accents(self, word->start, word->length);
    g_string_prepend_c(self->bare, '_');
    g_string_append_c(self->bare, '_');
  }
  const char *end = self->bare->str + self->bare->len;
  for (const char *c = self->bare->str; c < end; c = g_utf8_next_char(c)) {
    const char *piece_end = c;
    for (guint n = 1; n <= longest && piece_end < end; n++) {
      piece_end = g_utf8_next_char(piece_end);
      if (n >= shortest)
        function(self, hash_bytes(c, piece_end - c), word->weight, data);
    }
  }
}

static void
append_term(McTermReader *self, guint64 hash, float weight, gpointer terms)
{
  McSearchTerm term = {.hash = hash, .weight = weight};
  g_array_append_val((GArray *) terms, term);
}

static void
append_all_stems(McTermReader *self, const Word *word, GArray *terms)
{
  guint64 stems[MC_N_LANGUAGES];
  for (guint language = 0; language < MC_N_LANGUAGES; language++) {
    stems[language] = hash_stem(self, word, language);
    gboolean is_new = TRUE;
    for (guint i = 0; i < language; i++)
      is_new = is_new && stems[i] != stems[language];
    if (is_new)
      append_term(self, stems[language], word->weight, terms);
  }
}

guint
mc_term_reader_read_document(McTermReader *self, const char *text, GArray *words,
                             GArray *pieces)
{
  fold_text(self, text, strlen(text));
  g_array_set_size(self->words, 0);
  split_words(self, self->folded->str, self->folded->str + self->folded->len, 1);
  guint n_words = 0;
  for (guint i = 0; i < self->words->len; i++) {
    const Word *word = &g_array_index(self->words, Word, i);
    if (word->stop_bits & 1u << MC_LANGUAGE_ENGLISH)
      continue;
    n_words++;
    if (word->is_cjk)
      for_each_pair(self, word, append_term, words);
    else
      append_all_stems(self, word, words);
    if (pieces != NULL)
      for_each_piece(self, word, append_term, pieces);
  }
  return n_words;
}

/* Adds a term once; a second time only its greater weight counts. */
static void
append_once(McTermReader *self, guint64 hash, float weight, gpointer data)
{
  GArray *terms = data;
  guint slot = hash & (SEEN_SLOTS - 1);
  while (self->seen[slot] != 0) {
    if (self->seen[slot] == hash) {
      McSearchTerm *term = &g_array_index(terms, McSearchTerm, self->seen_at[slot]);
      term->weight = MAX(term->weight, weight);
      return;
    }
    slot = (slot + 1) & (SEEN_SLOTS - 1);
  }
  self->seen[slot] = hash;
  self->seen_at[slot] = (guint16) terms->len;
  append_term(self, hash, weight, terms);
}

/* A line of a log, a trace or code: little of it is letters and blanks, or it is indented
 * or quoted. */
static gboolean
looks_like_code(const char *line, gsize length)
{
  gsize signs = 0, ascii = 0;
  for (gsize i = 0; i < length; i++) {
    if ((guchar) line[i] >= 0x80)
      continue;
    ascii++;
    if (strchr("{}[]()<>=;|&$%*/\\_#\"`:0123456789", line[i]) != NULL)
      signs++;
  }
  return ascii > 16 && signs * 5 > length;
}

static void
split_query_lines(McTermReader *self, const char *text, gsize length)
{
  gboolean is_fenced = FALSE;
  const char *end = text + length;
  for (const char *line = text; line < end;) {
    const char *line_end = memchr(line, '\n', end - line);
    if (line_end == NULL)
      line_end = end;
    gsize line_length = line_end - line;
    gboolean is_fence = line_length >= 3 && strncmp(line, "```", 3) == 0;
    is_fenced = is_fenced != is_fence;
    gboolean is_code = is_fenced || looks_like_code(line, line_length);
    if (!is_fence)
      split_words(self, line, line_end, is_code ? CODE_WEIGHT : 1);
    line = line_end + 1;
  }
}

static gboolean
is_quotation_mark(gunichar character)
{
  switch (character) {
  case '\'':
  case '"':
  case 0x00AB: /* « */
  case 0x00BB: /* » */
  case 0x2018: /* ‘ */
  case 0x2019: /* ’ */
  case 0x201A: /* ‚ */
  case 0x201C: /* “ */
  case 0x201D: /* ” */
  case 0x201E: /* „ */
  case 0x300C: /* 「 */
  case 0x300D: /* 」 */
  case 0x300E: /* 『 */
  case 0x300F: /* 』 */
    return TRUE;
  default:
    return FALSE;
  }
}

/* A quotation mark right before @start that is no apostrophe. */
static gboolean
opens_quotation(const char *text, const char *start)
{
  const char *mark = g_utf8_find_prev_char(text, start);
  if (mark == NULL || !is_quotation_mark(g_utf8_get_char(mark)))
    return FALSE;
  return *mark != '\'' || mark == text || !g_ascii_isalnum(mark[-1]);
}

/* Short quotations are about words, not made of them. */
static void
weaken_mentions(McTermReader *self)
{
  Word *words = (Word *) (void *) self->words->data;
  for (guint i = 0; i < self->words->len; i++) {
    if (!opens_quotation(self->folded->str, words[i].start))
      continue;
    for (guint last = i; last < self->words->len; last++) {
      const char *end = words[last].start + words[last].length;
      if (end - words[i].start > LONGEST_QUOTATION)
        break;
      if (!is_quotation_mark(g_utf8_get_char(end)) || g_ascii_isalnum(end[1]))
        continue;
      for (; i <= last; i++)
        words[i].weight *= MENTION_WEIGHT;
      i = last;
      break;
    }
  }
}

/* The language with most small words; English when nothing speaks for another. */
static McLanguage
guess_language(const McTermReader *self)
{
  guint counts[MC_N_LANGUAGES] = {0};
  for (guint i = 0; i < self->words->len; i++) {
    guint bits = g_array_index(self->words, Word, i).stop_bits;
    for (guint language = 0; language < MC_N_LANGUAGES; language++)
      counts[language] += bits >> language & 1;
  }
  McLanguage best = MC_LANGUAGE_ENGLISH;
  for (guint language = 1; language < MC_N_LANGUAGES; language++)
    if (counts[language] > counts[best])
      best = language;
  return best;
}

/* The part of @text that is read at all. */
static char *
dup_ends(const char *text, gsize length)
{
  if (length <= QUERY_HEAD_BYTES + QUERY_TAIL_BYTES)
    return g_strndup(text, length);
  g_autofree char *head = g_strndup(text, QUERY_HEAD_BYTES);
  return g_strconcat(head, "\n", text + length - QUERY_TAIL_BYTES, NULL);
}

guint
mc_term_reader_read_query(McTermReader *self, const char *text, GArray *words,
                          GArray *pieces)
{
  g_autofree char *ends = dup_ends(text, strlen(text));
  fold_text(self, ends, strlen(ends));
  g_array_set_size(self->words, 0);
  split_query_lines(self, self->folded->str, self->folded->len);
  weaken_mentions(self);
  McLanguage language = guess_language(self);
  guint stop_bit = 1u << language;
  guint n_words = 0;

  memset(self->seen, 0, sizeof self->seen);
  for (guint i = 0; i < self->words->len && words->len < MOST_QUERY_WORDS; i++) {
    const Word *word = &g_array_index(self->words, Word, i);
    if (word->stop_bits & stop_bit)
      continue;
    n_words++;
    if (word->is_cjk)
      for_each_pair(self, word, append_once, words);
    else
      append_once(self, hash_stem(self, word, language), word->weight, words);
  }
  memset(self->seen, 0, sizeof self->seen);
  for (guint i = 0; i < self->words->len && pieces->len < MOST_QUERY_PIECES; i++) {
    const Word *word = &g_array_index(self->words, Word, i);
    if (!(word->stop_bits & stop_bit))
      for_each_piece(self, word, append_once, pieces);
  }
  return n_words;
}
