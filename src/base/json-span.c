/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/json-span.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/error.h"

/* How it stays fast: nearly all bytes of a chat body stand inside long strings, where
 * only four kinds of bytes matter: the quote, the backslash, control characters (not
 * allowed) and bytes above 0x7f (to be checked as UTF-8). Sixteen bytes are tested at a
 * time for any of them. How it stays safe: nesting lives in an array of fixed size, never
 * on the C stack, so that a body of brackets costs an error message and nothing else. */

struct _McJsonIndex {
  const char *data;  /* (unowned) the caller's text */
  McJsonNode *nodes; /* (owned) */
  gsize n_nodes;
  gsize n_allocated;
};

/* An open array or object. */
typedef struct {
  gboolean is_object;
  int node;       /* -1 when it is deeper than the index goes */
  int last_child; /* -1 for none yet */
  guint n_children;
} Frame;

typedef struct {
  McJsonIndex *index;
  const guint8 *data;
  const guint8 *end;
  guint index_depth;
  guint depth; /* open containers */
  gsize key_start;
  gsize key_length; /* of the member whose value comes next; 0 in arrays */
  const char *problem;
  const guint8 *problem_at;
  Frame frames[MC_JSON_SPAN_DEPTH_MAX];
} Scanner;

static const guint8 *
fail(Scanner *self, const guint8 *at, const char *problem)
{
  self->problem = problem;
  self->problem_at = at;
  return NULL;
}

/* Length of the well-formed UTF-8 sequence at @at, 0 when it is none: overlong forms,
 * surrogates and what lies above U+10FFFF are refused (Unicode 15, table 3-7). */
static inline gsize
measure_sequence(const guint8 *at, const guint8 *end)
{
  guint8 first = at[0];
  gsize left = (gsize) (end - at);

  if (first < 0x80)
    return 1;
  if (first < 0xe0)
    return first >= 0xc2 && left >= 2 && (at[1] & 0xc0) == 0x80 ? 2 : 0;
  if (first < 0xf0) {
    guint8 low = first == 0xe0 ? 0xa0 : 0x80;
    guint8 high = first == 0xed ? 0x9f : 0xbf;

    return left >= 3 && at[1] >= low && at[1] <= high && (at[2] & 0xc0) == 0x80 ? 3 : 0;
  }
  if (first < 0xf5) {
    guint8 low = first == 0xf0 ? 0x90 : 0x80;
    guint8 high = first == 0xf4 ? 0x8f : 0xbf;

    return left >= 4 && at[1] >= low && at[1] <= high && (at[2] & 0xc0) == 0x80 &&
                   (at[3] & 0xc0) == 0x80
               ? 4
               : 0;
  }
  return 0;
}

static inline gboolean
is_special(guint8 byte)
{
  return byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\';
}

#ifdef __SSE2__
/* One bit for each of 16 bytes that needs a closer look. */
static inline guint
mark_specials_of_16(const guint8 *at)
{
  __m128i bytes = _mm_loadu_si128((const __m128i *) (gconstpointer) at);
  /* The comparison is signed: bytes above 0x7f are negative and thus "below" 0x20. */
  __m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                            _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))),
                               _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)));

  return (guint) _mm_movemask_epi8(found);
}
#endif

/* The next byte inside a string that needs a closer look; @end when there is none. */
static inline const guint8 *
find_special(const guint8 *at, const guint8 *end)
{
#ifdef __SSE2__
  while (end - at >= 16) {
    guint marks = mark_specials_of_16(at);

    if (marks != 0)
      return at + __builtin_ctz(marks);
    at += 16;
  }
#else
  /* Eight bytes in one word; "Bit Twiddling Hacks", determine if a word has a byte less
   * than n. A false alarm is possible, so the word is then looked at byte by byte. */
  const guint64 ones = G_GUINT64_CONSTANT(0x0101010101010101);
  const guint64 tops = G_GUINT64_CONSTANT(0x8080808080808080);

  while (end - at >= 8) {
    guint64 word, quotes, backslashes;

    memcpy(&word, at, sizeof word);
    quotes = word ^ (ones * '"');
    backslashes = word ^ (ones * '\\');
    if (((word | (word - ones * 0x20) | ((quotes - ones) & ~quotes) |
          ((backslashes - ones) & ~backslashes)) &
         tops) != 0) {
      for (guint i = 0; i < 8; i++)
        if (is_special(at[i]))
          return at + i;
    }
    at += 8;
  }
#endif
  while (at < end && !is_special(*at))
    at++;
  return at;
}

/* What may follow a backslash is 1, hexadecimal digits are 2. */
static const guint8 character_classes[256] = {
    ['"'] = 1, ['\\'] = 1, ['/'] = 1, ['n'] = 1, ['r'] = 1, ['t'] = 1, ['b'] = 3,
    ['f'] = 3, ['0'] = 2,  ['1'] = 2, ['2'] = 2, ['3'] = 2, ['4'] = 2, ['5'] = 2,
    ['6'] = 2, ['7'] = 2,  ['8'] = 2, ['9'] = 2, ['a'] = 2, ['c'] = 2, ['d'] = 2,
    ['e'] = 2, ['A'] = 2,  ['B'] = 2, ['C'] = 2, ['D'] = 2, ['E'] = 2, ['F'] = 2,
};

static inline const guint8 *
skip_escape(Scanner *self, const guint8 *at)
{
  const guint8 *classes = character_classes;

  if (self->end - at < 2)
    return fail(self, self->end, "the text ends inside a string");
  if (G_LIKELY((classes[at[1]] & 1) != 0))
    return at + 2;
  if (at[1] != 'u')
    return fail(self, at, "unknown escape in a string");
  if (self->end - at < 6 ||
      (classes[at[2]] & classes[at[3]] & classes[at[4]] & classes[at[5]] & 2) == 0)
    return fail(self, at, "\\u needs four hexadecimal digits");
  return at + 6;
}

/* Behind the escape, the run of other than ASCII characters, or the fault at @at. */
static inline const guint8 *
skip_special(Scanner *self, const guint8 *at)
{
  const guint8 *end = self->end;

  if (*at == '\\')
    return skip_escape(self, at);
  if (*at < 0x20)
    return fail(self, at, "control character in a string; write it as \\u00XX");
  while (at < end && *at >= 0x80) {
    gsize length = measure_sequence(at, end);

    if (length == 0)
      return fail(self, at, "not valid UTF-8");
    at += length;
  }
  return at;
}

#ifdef __SSE2__
#define BLOCK 64

static inline guint64
mark_specials(const guint8 *at)
{
  guint64 marks = 0;

  for (guint i = 0; i < BLOCK / 16; i++)
    marks |= (guint64) mark_specials_of_16(at + 16 * i) << (16 * i);
  return marks;
}

/* Walks the marks of whole blocks; loading anew behind each escape would cost twice as
 * much on text with many. Returns the closing quote, or a place in the last block, or
 * NULL after a fault. */
static inline const guint8 *
skip_blocks(Scanner *self, const guint8 *at)
{
  while (self->end - at >= BLOCK) {
    const guint8 *next = at + BLOCK;
    guint64 marks = mark_specials(at);

    while (marks != 0) {
      const guint8 *special = at + __builtin_ctzll(marks);
      const guint8 *after;

      if (*special == '"')
        return special;
      after = skip_special(self, special);
      if (after == NULL)
        return NULL;
      if (after >= at + BLOCK) {
        next = after;
        break;
      }
      marks &= ~G_GUINT64_CONSTANT(0) << (after - at);
    }
    at = next;
  }
  return at;
}
#endif

/* @at stands behind the opening quote; returns the byte behind the closing one. */
static inline const guint8 *
skip_string(Scanner *self, const guint8 *at)
{
  const guint8 *end = self->end;

#ifdef __SSE2__
  /* Most strings are short names: a block each would be too much. */
  if (end - at >= BLOCK) {
    guint near = mark_specials_of_16(at);
    if (near != 0 && at[__builtin_ctz(near)] == '"')
      return at + __builtin_ctz(near) + 1;
  }
  at = skip_blocks(self, at);
  if (at == NULL)
    return NULL;
#endif
  for (;;) {
    at = find_special(at, end);
    if (at == end)
      return fail(self, at, "the text ends inside a string");
    if (*at == '"')
      return at + 1;
    at = skip_special(self, at);
    if (at == NULL)
      return NULL;
  }
}

static const guint8 *
skip_digits(Scanner *self, const guint8 *at)
{
  const guint8 *start = at;

  while (at < self->end && g_ascii_isdigit(*at))
    at++;
  return at > start ? at : fail(self, at, "a number lacks a digit");
}

static const guint8 *
skip_number(Scanner *self, const guint8 *at)
{
  if (*at == '-')
    at++;
  if (at < self->end && *at == '0') {
    at++;
    if (at < self->end && g_ascii_isdigit(*at))
      return fail(self, at, "a number starts with 0");
  } else {
    at = skip_digits(self, at);
  }
  if (at != NULL && at < self->end && *at == '.')
    at = skip_digits(self, at + 1);
  if (at != NULL && at < self->end && (*at == 'e' || *at == 'E')) {
    at++;
    if (at < self->end && (*at == '+' || *at == '-'))
      at++;
    at = skip_digits(self, at);
  }
  return at;
}

static const guint8 *
skip_word(Scanner *self, const guint8 *at, const char *word)
{
  gsize length = strlen(word);

  if ((gsize) (self->end - at) < length || memcmp(at, word, length) != 0)
    return fail(self, at, "not a JSON value");
  return at + length;
}

static inline const guint8 *
skip_space(const guint8 *at, const guint8 *end)
{
  while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
    at++;
  return at;
}

/* Counts a value that starts at @at and, if the index goes that deep, records it. */
static inline int
add_node(Scanner *self, McJsonKind kind, const guint8 *at)
{
  McJsonIndex *index = self->index;
  Frame *frame = self->depth > 0 ? &self->frames[self->depth - 1] : NULL;
  McJsonNode *node;
  int number;

  if (frame != NULL)
    frame->n_children++;
  if (self->depth > self->index_depth)
    return -1;
  if (index->n_nodes == index->n_allocated) {
    index->n_allocated = index->n_allocated == 0 ? 64 : 2 * index->n_allocated;
    index->nodes = g_renew(McJsonNode, index->nodes, index->n_allocated);
  }
  number = (int) index->n_nodes++;
  node = &index->nodes[number];
  *node = (McJsonNode){
      .kind = kind,
      .depth = self->depth,
      .key_start = self->key_start,
      .key_length = self->key_length,
      .start = (gsize) (at - self->data),
      .parent = frame != NULL ? frame->node : -1,
      .next = -1,
      .first_child = -1,
  };
  if (frame != NULL) {
    if (frame->last_child >= 0)
      index->nodes[frame->last_child].next = number;
    else
      index->nodes[frame->node].first_child = number;
    frame->last_child = number;
  }
  return number;
}

static inline void
end_node(Scanner *self, int number, const guint8 *at)
{
  if (number >= 0) {
    McJsonNode *node = &self->index->nodes[number];

    node->length = (gsize) (at - self->data) - node->start;
  }
}

/* A value that is no container; returns the byte behind it. */
static inline const guint8 *
scan_scalar(Scanner *self, const guint8 *at)
{
  McJsonKind kind;
  const guint8 *after;
  int number;

  switch (*at) {
  case '"':
    kind = MC_JSON_STRING;
    after = skip_string(self, at + 1);
    break;
  case 't':
    kind = MC_JSON_TRUE;
    after = skip_word(self, at, "true");
    break;
  case 'f':
    kind = MC_JSON_FALSE;
    after = skip_word(self, at, "false");
    break;
  case 'n':
    kind = MC_JSON_NULL;
    after = skip_word(self, at, "null");
    break;
  default:
    if (*at != '-' && !g_ascii_isdigit(*at))
      return fail(self, at, "not a JSON value");
    kind = MC_JSON_NUMBER;
    after = skip_number(self, at);
    break;
  }
  if (after == NULL)
    return NULL;
  number = add_node(self, kind, at);
  end_node(self, number, after);
  return after;
}

static const guint8 *
open_container(Scanner *self, const guint8 *at)
{
  gboolean is_object = *at == '{';
  int number;

  if (self->depth == MC_JSON_SPAN_DEPTH_MAX)
    return fail(self, at, "nested too deeply");
  number = add_node(self, is_object ? MC_JSON_OBJECT : MC_JSON_ARRAY, at);
  self->frames[self->depth++] = (Frame){
      .is_object = is_object,
      .node = number,
      .last_child = -1,
  };
  return at + 1;
}

static void
close_container(Scanner *self, const guint8 *after)
{
  const Frame *frame = &self->frames[--self->depth];

  end_node(self, frame->node, after);
  if (frame->node >= 0)
    self->index->nodes[frame->node].n_children = frame->n_children;
}

/* A key and its colon; returns where the value starts. */
static inline const guint8 *
scan_key(Scanner *self, const guint8 *at)
{
  const guint8 *start = at;

  if (*at != '"')
    return fail(self, at, "a member's name in quotes should stand here");
  at = skip_string(self, at + 1);
  if (at == NULL)
    return NULL;
  self->key_start = (gsize) (start - self->data);
  self->key_length = (gsize) (at - start);
  at = skip_space(at, self->end);
  if (at == self->end || *at != ':')
    return fail(self, at, "a colon should stand here");
  at = skip_space(at + 1, self->end);
  return at < self->end ? at : fail(self, at, "the text ends too early");
}

/* Behind an opening bracket or a comma: the next value of the innermost container. */
static inline const guint8 *
scan_next(Scanner *self, const guint8 *at)
{
  if (self->depth > 0 && self->frames[self->depth - 1].is_object) {
    at = scan_key(self, at);
    if (at == NULL)
      return NULL;
  } else {
    self->key_length = 0;
    self->key_start = 0;
  }
  return *at == '{' || *at == '[' ? open_container(self, at) : scan_scalar(self, at);
}

static gboolean
scan_document(Scanner *self)
{
  const guint8 *at = skip_space(self->data, self->end);
  gboolean may_close = FALSE; /* a bracket was just opened: it may be empty */
  gboolean wants_value = TRUE;

  while (wants_value || self->depth > 0) {
    guint depth = self->depth;
    const Frame *frame = depth > 0 ? &self->frames[depth - 1] : NULL;

    if (at == self->end)
      return fail(self, at, depth > 0 ? "the text ends too early" : "empty") != NULL;
    if (frame != NULL && (may_close || !wants_value) &&
        *at == (frame->is_object ? '}' : ']')) {
      close_container(self, ++at);
      may_close = FALSE;
      wants_value = FALSE;
    } else if (wants_value) {
      at = scan_next(self, at);
      if (at == NULL)
        return FALSE;
      if (self->index->n_nodes > MC_JSON_SPAN_NODES_MAX)
        return fail(self, at, "too many values") != NULL;
      may_close = self->depth > depth;
      wants_value = may_close;
    } else if (*at == ',') {
      at++;
      wants_value = TRUE;
    } else {
      return fail(self, at, "a comma or a closing bracket should stand here") != NULL;
    }
    at = skip_space(at, self->end);
  }
  return at == self->end || fail(self, at, "something follows the document") != NULL;
}

static gboolean
starts_with_byte_order_mark(const char *data, gsize length)
{
  return length >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0;
}

McJsonIndex *
mc_json_index_new(const char *data, gsize length, guint index_depth, GError **error)
{
  g_autoptr(McJsonIndex) self = NULL;
  Scanner scanner; /* not cleared: a frame is written before it is read */

  g_return_val_if_fail(data != NULL || length == 0, NULL);

  if (starts_with_byte_order_mark(data, length)) {
    g_set_error_literal(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                        "byte 0: a byte order mark; JSON is sent without one");
    return NULL;
  }
  if (data == NULL)
    data = "";
  self = g_new0(McJsonIndex, 1);
  self->data = data;
  scanner.index = self;
  scanner.data = (const guint8 *) data;
  scanner.end = scanner.data + length;
  scanner.index_depth = index_depth;
  scanner.depth = 0;
  scanner.key_start = 0;
  scanner.key_length = 0;
  scanner.problem = NULL;
  scanner.problem_at = NULL;
  if (!scan_document(&scanner)) {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT, "byte %" G_GSIZE_FORMAT ": %s",
                (gsize) (scanner.problem_at - scanner.data), scanner.problem);
    return NULL;
  }
  return g_steal_pointer(&self);
}

void
mc_json_index_free(McJsonIndex *self)
{
  if (self == NULL)
    return;
  g_free(self->nodes);
  g_free(self);
}

const McJsonNode *
mc_json_index_get_node(const McJsonIndex *self, int node)
{
  g_return_val_if_fail(node >= 0 && (gsize) node < self->n_nodes, NULL);

  return &self->nodes[node];
}

const char *
mc_json_index_get_data(const McJsonIndex *self)
{
  return self->data;
}

/* @raw stands between its quotes. Only a text with a backslash has two spellings. */
static gboolean
raw_equals(const char *raw, gsize raw_length, const char *text, gsize text_length)
{
  g_autofree char *decoded = NULL;

  if (raw_length < text_length)
    return FALSE;
  /* The first byte tells most names apart. */
  if (raw_length > 0 && raw[0] != text[0] && raw[0] != '\\')
    return FALSE;
  if (memchr(raw, '\\', raw_length) == NULL)
    return raw_length == text_length && memcmp(raw, text, text_length) == 0;
  decoded = mc_json_span_decode(raw, raw_length);
  return g_strcmp0(decoded, text) == 0;
}

int
mc_json_index_find(const McJsonIndex *self, int node, const char *name)
{
  gsize name_length = strlen(name);
  int found = -1;

  if (!mc_json_index_is(self, node, MC_JSON_OBJECT))
    return -1;
  for (int i = self->nodes[node].first_child; i >= 0; i = self->nodes[i].next) {
    const McJsonNode *member = &self->nodes[i];

    if (raw_equals(self->data + member->key_start + 1, member->key_length - 2, name,
                   name_length))
      found = i;
  }
  return found;
}

int
mc_json_index_find_path(const McJsonIndex *self, int node, ...)
{
  va_list names;
  const char *name;

  va_start(names, node);
  while (node >= 0 && (name = va_arg(names, const char *)) != NULL)
    node = mc_json_index_find(self, node, name);
  va_end(names);
  return node;
}

gboolean
mc_json_index_is(const McJsonIndex *self, int node, McJsonKind kind)
{
  g_return_val_if_fail(node < 0 || (gsize) node < self->n_nodes, FALSE);

  return node >= 0 && self->nodes[node].kind == kind;
}

gboolean
mc_json_index_string_equals(const McJsonIndex *self, int node, const char *text)
{
  const McJsonNode *string;

  if (!mc_json_index_is(self, node, MC_JSON_STRING))
    return FALSE;
  string = &self->nodes[node];
  return raw_equals(self->data + string->start + 1, string->length - 2, text,
                    strlen(text));
}

char *
mc_json_index_dup_string(const McJsonIndex *self, int node)
{
  const McJsonNode *string;

  if (!mc_json_index_is(self, node, MC_JSON_STRING))
    return NULL;
  string = &self->nodes[node];
  return mc_json_span_decode(self->data + string->start + 1, string->length - 2);
}

/* Four hexadecimal digits, or -1. */
static int
read_hex(const char *at, const char *end)
{
  int value = 0;

  if (end - at < 4)
    return -1;
  for (int i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value(at[i]);

    if (digit < 0)
      return -1;
    value = value << 4 | digit;
  }
  return value;
}

/* @at stands on the digits behind "\u"; appends the character, which may take a second
 * escape (a surrogate pair), and returns the byte behind it. */
static const char *
decode_unicode(GString *out, const char *at, const char *end)
{
  int unit = read_hex(at, end);

  if (unit < 0)
    return at;
  at += 4;
  if (unit >= 0xd800 && unit < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
    int low = read_hex(at + 2, end);

    if (low >= 0xdc00 && low < 0xe000) {
      g_string_append_unichar(
          out, (gunichar) (0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)));
      return at + 6;
    }
  }
  if (unit == 0 || (unit >= 0xd800 && unit < 0xe000))
    unit = 0xfffd;
  g_string_append_unichar(out, (gunichar) unit);
  return at;
}

char *
mc_json_span_decode(const char *data, gsize length)
{
  GString *out = g_string_sized_new(length + 1);
  const char *at = data;
  const char *end = data + length;

  while (at < end) {
    const char *backslash = memchr(at, '\\', (gsize) (end - at));

    if (backslash == NULL || end - backslash < 2) {
      g_string_append_len(out, at, end - at);
      break;
    }
    g_string_append_len(out, at, backslash - at);
    at = backslash + 2;
    switch (backslash[1]) {
    case 'b':
      g_string_append_c(out, '\b');
      break;
    case 'f':
      g_string_append_c(out, '\f');
      break;
    case 'n':
      g_string_append_c(out, '\n');
      break;
    case 'r':
      g_string_append_c(out, '\r');
      break;
    case 't':
      g_string_append_c(out, '\t');
      break;
    case 'u':
      at = decode_unicode(out, at, end);
      break;
    default:
      g_string_append_c(out, backslash[1]);
      break;
    }
  }
  return g_string_free(out, FALSE);
}

gint64
mc_json_index_get_int(const McJsonIndex *self, int node, gint64 fallback)
{
  g_autofree char *text = NULL;
  const McJsonNode *number;
  gint64 value;
  double real;

  if (!mc_json_index_is(self, node, MC_JSON_NUMBER))
    return fallback;
  number = &self->nodes[node];
  if (number->length > 64)
    return fallback;
  text = g_strndup(self->data + number->start, number->length);
  if (strpbrk(text, ".eE") == NULL)
    return g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &value, NULL)
               ? value
               : fallback;
  /* 16.0 and 1e3 are whole numbers too, as long as a double holds them exactly. */
  real = g_ascii_strtod(text, NULL);
  if (!(real >= -9007199254740992.0 && real <= 9007199254740992.0))
    return fallback;
  value = (gint64) real;
  return (double) value - real == 0.0 ? value : fallback;
}

static void
append_escaped_byte(GString *out, guint8 byte)
{
  static const char *const names[] = {
      ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r"};

  if (byte == '"' || byte == '\\') {
    g_string_append_c(out, '\\');
    g_string_append_c(out, (char) byte);
  } else if (byte < G_N_ELEMENTS(names) && names[byte] != NULL) {
    g_string_append(out, names[byte]);
  } else {
    g_string_append_printf(out, "\\u%04x", byte);
  }
}

void
mc_json_escape_append(GString *out, const char *text, gssize length)
{
  const guint8 *at = (const guint8 *) text;
  const guint8 *end = at + (length < 0 ? strlen(text) : (gsize) length);

  while (at < end) {
    const guint8 *special = find_special(at, end);

    g_string_append_len(out, (const char *) at, special - at);
    at = special;
    while (at < end && *at >= 0x80) {
      gsize sequence = measure_sequence(at, end);

      if (sequence > 0)
        g_string_append_len(out, (const char *) at, (gssize) sequence);
      else
        g_string_append(out, "\xef\xbf\xbd");
      at += MAX(sequence, 1);
    }
    if (at < end && is_special(*at))
      append_escaped_byte(out, *at++);
  }
}

typedef struct {
  gsize offset;
  gsize remove;
  GBytes *insert; /* (owned) */
  guint order;
} Splice;

struct _McJsonSplice {
  GArray *splices; /* (element-type Splice) */
};

static void
clear_splice(gpointer data)
{
  g_bytes_unref(((Splice *) data)->insert);
}

static int
compare_splices(gconstpointer a, gconstpointer b)
{
  const Splice *left = a;
  const Splice *right = b;

  if (left->offset != right->offset)
    return left->offset < right->offset ? -1 : 1;
  return left->order < right->order ? -1 : left->order > right->order;
}

McJsonSplice *
mc_json_splice_new(void)
{
  McJsonSplice *self = g_new0(McJsonSplice, 1);

  self->splices = g_array_new(FALSE, FALSE, sizeof(Splice));
  g_array_set_clear_func(self->splices, clear_splice);
  return self;
}

void
mc_json_splice_free(McJsonSplice *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->splices);
  g_free(self);
}

void
mc_json_splice_add(McJsonSplice *self, gsize offset, gsize remove, const char *insert,
                   gssize insert_length)
{
  gsize length = insert == NULL      ? 0
                 : insert_length < 0 ? strlen(insert)
                                     : (gsize) insert_length;
  Splice splice = {offset, remove, g_bytes_new(insert, length), self->splices->len};

  g_array_append_val(self->splices, splice);
}

guint
mc_json_splice_get_count(const McJsonSplice *self)
{
  return self->splices->len;
}

/* The length of the result, or FALSE when splices overlap or leave the text. */
static gboolean
measure_result(const McJsonSplice *self, gsize length, gsize *result)
{
  gsize copied = 0;
  gsize last = 0;

  *result = length;
  for (guint i = 0; i < self->splices->len; i++) {
    const Splice *splice = &g_array_index(self->splices, Splice, i);

    if (splice->offset > length || splice->remove > length - splice->offset)
      return FALSE;
    if (splice->offset < copied && (splice->offset != last || splice->remove > 0))
      return FALSE;
    copied = MAX(copied, splice->offset + splice->remove);
    last = splice->offset;
    *result += g_bytes_get_size(splice->insert) - splice->remove;
  }
  return TRUE;
}

GBytes *
mc_json_splice_apply(McJsonSplice *self, const char *data, gsize length)
{
  gsize result_length, copied = 0;
  char *result, *out;

  g_array_sort(self->splices, compare_splices);
  g_return_val_if_fail(measure_result(self, length, &result_length), NULL);

  out = result = g_malloc(MAX(result_length, 1));
  for (guint i = 0; i < self->splices->len; i++) {
    const Splice *splice = &g_array_index(self->splices, Splice, i);
    gsize insert_length;
    const char *insert = g_bytes_get_data(splice->insert, &insert_length);

    if (splice->offset > copied) {
      memcpy(out, data + copied, splice->offset - copied);
      out += splice->offset - copied;
      copied = splice->offset;
    }
    if (insert_length > 0)
      memcpy(out, insert, insert_length);
    out += insert_length;
    copied = MAX(copied, splice->offset + splice->remove);
  }
  if (length > copied)
    memcpy(out, data + copied, length - copied);
  return g_bytes_new_take(result, result_length);
}
