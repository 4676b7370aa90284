/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include "upstream/practice-answer.h"
#include "upstream/practice-embedding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
assert_json(const char *json, gsize length)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(McJsonIndex) index = mc_json_index_new(json, length, 1, &error);
  g_assert_no_error(error);
  g_assert_nonnull(index);
}

/* Whatever is asked, the answer is JSON, and so is every event of the stream and what the
 * tool's arguments come to. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(GBytes) body = g_bytes_new(data, size);
  g_autofree char *embedding = mc_practice_embedding_answer(body, NULL);
  if (embedding != NULL)
    assert_json(embedding, strlen(embedding));

  g_autoptr(McChatRequest) request = mc_chat_request_new_openai(body, NULL);
  g_autoptr(McPracticeAnswer) answer =
      request != NULL ? mc_practice_answer_new(request, NULL) : NULL;
  if (answer == NULL)
    return 0;
  g_autofree char *json = mc_practice_answer_format(answer);
  assert_json(json, strlen(json));
  g_autoptr(GPtrArray) events = mc_practice_answer_format_events(answer);
  for (guint i = 0; i + 1 < events->len; i++) {
    const char *event = events->pdata[i];
    assert_json(event + strlen("data: "), strlen(event) - strlen("data: "));
  }
  return 0;
}
