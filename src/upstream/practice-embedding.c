/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "upstream/practice-embedding.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/json-span.h"
#include "upstream/practice-answer.h"

#define MOST_INPUTS 2048 /* as OpenAI's limit */

typedef struct {
  float numbers[MC_PRACTICE_DIMENSIONS];
} Vector;

typedef struct {
  const McJsonIndex *index;
  GString *out;
  gboolean is_base64;
  guint n_inputs;
  guint n_words;
} Answer;

static void
add_word(Vector *vector, const char *word, gsize length)
{
  guint32 hash = 2166136261u; /* FNV-1a */
  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guchar) g_ascii_tolower(word[i])) * 16777619u;
  vector->numbers[hash % MC_PRACTICE_DIMENSIONS] += (hash & 0x80000000u) ? -1.0f : 1.0f;
}

/* Words are parted by ASCII white space and punctuation; other bytes are letters. */
static guint
add_words(Vector *vector, const char *text, gsize length)
{
  guint n_words = 0;
  for (gsize i = 0; i < length;) {
    gsize end = i;
    while (end < length && (g_ascii_isalnum(text[end]) || (guchar) text[end] >= 0x80))
      end++;
    if (end > i) {
      add_word(vector, text + i, end - i);
      n_words++;
    }
    i = end + 1;
  }
  return n_words;
}

/* Length one, as clients take the product of two vectors for their cosine. */
static void
normalise(Vector *vector)
{
  float sum = 0;
  for (guint i = 0; i < MC_PRACTICE_DIMENSIONS; i++)
    sum += vector->numbers[i] * vector->numbers[i];
  if (sum <= 0) {
    vector->numbers[0] = 1;
    return;
  }
  for (guint i = 0; i < MC_PRACTICE_DIMENSIONS; i++)
    vector->numbers[i] /= sqrtf(sum);
}

static void
append_floats(GString *out, const Vector *vector)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append_c(out, '[');
  for (guint i = 0; i < MC_PRACTICE_DIMENSIONS; i++) {
    g_ascii_formatd(number, sizeof number, "%.6f", (double) vector->numbers[i]);
    g_string_append_printf(out, "%s%s", i > 0 ? "," : "", number);
  }
  g_string_append_c(out, ']');
}

/* Little-endian floats, as the SDKs expect. */
static void
append_base64(GString *out, const Vector *vector)
{
  guint32 words[MC_PRACTICE_DIMENSIONS];
  memcpy(words, vector->numbers, sizeof words);
  for (guint i = 0; i < MC_PRACTICE_DIMENSIONS; i++)
    words[i] = GUINT32_TO_LE(words[i]);
  g_autofree char *text = g_base64_encode((const guchar *) words, sizeof words);
  g_string_append_printf(out, "\"%s\"", text);
}

/* @node is a text, or a list of token numbers (whose spelling then is the text). */
static void
append_embedding(Answer *answer, int node)
{
  Vector vector = {0};
  g_autofree char *text = mc_json_index_dup_string(answer->index, node);
  if (text != NULL) {
    answer->n_words += add_words(&vector, text, strlen(text));
  } else {
    const McJsonNode *span = mc_json_index_get_node(answer->index, node);
    answer->n_words += add_words(
        &vector, mc_json_index_get_data(answer->index) + span->start, span->length);
  }
  normalise(&vector);
  g_string_append_printf(answer->out,
                         "%s{\"object\":\"embedding\",\"index\":%u,\"embedding\":",
                         answer->n_inputs > 0 ? "," : "", answer->n_inputs);
  if (answer->is_base64)
    append_base64(answer->out, &vector);
  else
    append_floats(answer->out, &vector);
  g_string_append_c(answer->out, '}');
  answer->n_inputs++;
}

static gboolean
append_input(Answer *answer, int input)
{
  if (mc_json_index_is(answer->index, input, MC_JSON_STRING)) {
    append_embedding(answer, input);
    return TRUE;
  }
  if (!mc_json_index_is(answer->index, input, MC_JSON_ARRAY))
    return FALSE;
  int child = mc_json_index_get_node(answer->index, input)->first_child;
  if (mc_json_index_is(answer->index, child, MC_JSON_NUMBER)) {
    append_embedding(answer, input);
    return TRUE;
  }
  for (; child >= 0; child = mc_json_index_get_node(answer->index, child)->next) {
    if ((!mc_json_index_is(answer->index, child, MC_JSON_STRING) &&
         !mc_json_index_is(answer->index, child, MC_JSON_ARRAY)) ||
        answer->n_inputs == MOST_INPUTS)
      return FALSE;
    append_embedding(answer, child);
  }
  return answer->n_inputs > 0;
}

char *
mc_practice_embedding_answer(GBytes *body, GError **error)
{
  gsize length = 0;
  const char *data = g_bytes_get_data(body, &length);
  g_autoptr(McJsonIndex) index =
      mc_json_index_new(data != NULL ? data : "", length, 3, error);
  if (index == NULL)
    return NULL;
  g_autoptr(GString) out = g_string_new("{\"object\":\"list\",\"data\":[");
  Answer answer = {
      .index = index,
      .out = out,
      .is_base64 = mc_json_index_string_equals(
          index, mc_json_index_find(index, 0, "encoding_format"), "base64"),
  };
  if (!append_input(&answer, mc_json_index_find(index, 0, "input"))) {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                "input: must be a text or a list of 1 to %d texts", MOST_INPUTS);
    return NULL;
  }
  g_string_append_printf(out,
                         "],\"model\":\"" MC_PRACTICE_MODEL "\",\"usage\":{"
                         "\"prompt_tokens\":%u,\"total_tokens\":%u}}",
                         answer.n_words, answer.n_words);
  return g_string_free(g_steal_pointer(&out), FALSE);
}
