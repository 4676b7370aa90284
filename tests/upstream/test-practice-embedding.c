/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/json-span.h"
#include "upstream/practice-embedding.h"

typedef struct {
  guint n_vectors;
  double vectors[4][MC_PRACTICE_DIMENSIONS];
} Embeddings;

static char *
answer_to(const char *json)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) body = g_bytes_new(json, strlen(json));
  char *answer = mc_practice_embedding_answer(body, &error);
  g_assert_no_error(error);
  return answer;
}

static void
read_vector(const McJsonIndex *index, int embedding, double *vector)
{
  g_assert_cmpuint(mc_json_index_get_node(index, embedding)->n_children, ==,
                   MC_PRACTICE_DIMENSIONS);
  int number = mc_json_index_get_node(index, embedding)->first_child;
  for (guint i = 0; number >= 0; i++) {
    const McJsonNode *node = mc_json_index_get_node(index, number);
    vector[i] = g_ascii_strtod(mc_json_index_get_data(index) + node->start, NULL);
    number = node->next;
  }
}

static void
embed(Embeddings *embeddings, const char *json)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *answer = answer_to(json);
  g_autoptr(McJsonIndex) index = mc_json_index_new(answer, strlen(answer), 6, &error);
  g_assert_no_error(error);
  embeddings->n_vectors = 0;
  int item =
      mc_json_index_get_node(index, mc_json_index_find(index, 0, "data"))->first_child;
  for (; item >= 0; item = mc_json_index_get_node(index, item)->next) {
    g_assert_cmpint(
        mc_json_index_get_int(index, mc_json_index_find(index, item, "index"), -1), ==,
        embeddings->n_vectors);
    read_vector(index, mc_json_index_find(index, item, "embedding"),
                embeddings->vectors[embeddings->n_vectors++]);
  }
}

static double
multiply(const double *a, const double *b)
{
  double sum = 0;
  for (guint i = 0; i < MC_PRACTICE_DIMENSIONS; i++)
    sum += a[i] * b[i];
  return sum;
}

static void
test_shared_words_are_near(void)
{
  Embeddings embeddings;
  embed(&embeddings, "{\"input\":[\"mend the flaky test\",\"The flaky TEST!\","
                     "\"bake bread tomorrow\"]}");
  g_assert_cmpuint(embeddings.n_vectors, ==, 3);
  const double *mend = embeddings.vectors[0];
  const double *flaky = embeddings.vectors[1];
  const double *bread = embeddings.vectors[2];
  g_assert_true(fabs(multiply(mend, mend) - 1.0) < 1e-4);
  g_assert_true(multiply(mend, flaky) > 0.7);
  g_assert_true(fabs(multiply(mend, bread)) < 0.6);
}

static void
test_single_text_and_tokens_are_one_input(void)
{
  static const char *const inputs[] = {"{\"input\":\"hello\"}", "{\"input\":\"\"}",
                                       "{\"input\":[1,2,3]}", "{\"input\":[[1,2,3]]}"};
  for (gsize i = 0; i < G_N_ELEMENTS(inputs); i++) {
    Embeddings embeddings;
    embed(&embeddings, inputs[i]);
    g_assert_cmpuint(embeddings.n_vectors, ==, 1);
    g_assert_true(fabs(multiply(embeddings.vectors[0], embeddings.vectors[0]) - 1.0) <
                  1e-4);
  }
}

static void
test_base64_holds_the_same_floats(void)
{
  Embeddings plain;
  embed(&plain, "{\"input\":\"mend the flaky test\"}");
  g_autofree char *answer =
      answer_to("{\"input\":\"mend the flaky test\",\"encoding_format\":\"base64\"}");
  g_autoptr(McJsonIndex) index = mc_json_index_new(answer, strlen(answer), 6, NULL);
  int item =
      mc_json_index_get_node(index, mc_json_index_find(index, 0, "data"))->first_child;
  g_autofree char *text =
      mc_json_index_dup_string(index, mc_json_index_find(index, item, "embedding"));
  gsize length = 0;
  g_autofree guchar *bytes = g_base64_decode(text, &length);
  g_assert_cmpuint(length, ==, 4 * MC_PRACTICE_DIMENSIONS);
  for (guint i = 0; i < MC_PRACTICE_DIMENSIONS; i++) {
    guint32 word;
    float number;
    memcpy(&word, bytes + 4 * i, sizeof word);
    word = GUINT32_FROM_LE(word);
    memcpy(&number, &word, sizeof number);
    g_assert_true(fabs((double) number - plain.vectors[0][i]) < 1e-5);
  }
}

static void
test_other_inputs_are_refused(void)
{
  static const char *const inputs[] = {"",
                                       "not json",
                                       "[]",
                                       "{}",
                                       "{\"input\":null}",
                                       "{\"input\":7}",
                                       "{\"input\":[]}",
                                       "{\"input\":[\"a\",null]}",
                                       "{\"input\":{}}"};
  for (gsize i = 0; i < G_N_ELEMENTS(inputs); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body = g_bytes_new(inputs[i], strlen(inputs[i]));
    g_assert_null(mc_practice_embedding_answer(body, &error));
    g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/upstream/practice-embedding/shared-words-are-near",
                  test_shared_words_are_near);
  g_test_add_func("/upstream/practice-embedding/single-text-and-tokens-are-one-input",
                  test_single_text_and_tokens_are_one_input);
  g_test_add_func("/upstream/practice-embedding/base64-holds-the-same-floats",
                  test_base64_holds_the_same_floats);
  g_test_add_func("/upstream/practice-embedding/other-inputs-are-refused",
                  test_other_inputs_are_refused);
  return g_test_run();
}
