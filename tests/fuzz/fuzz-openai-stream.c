/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include "base/json-span.h"
#include "chat/openai-stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is a stream of events, one a line. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(McOpenaiStream) stream = mc_openai_stream_new(NULL);
  const char *at = (const char *) data;
  const char *end = at + size;
  const McUsage *usage;
  McUsage whole;

  while (at < end) {
    const char *line_end = memchr(at, '\n', (gsize) (end - at));
    g_autoptr(McJsonIndex) index = NULL;
    g_autofree char *sse = NULL;

    if (line_end == NULL)
      line_end = end;
    mc_openai_stream_observe(stream, at, (gsize) (line_end - at));
    mc_openai_usage_read(at, (gsize) (line_end - at), &whole);
    g_assert_cmpint(whole.input, >=, -1);
    sse = mc_openai_stream_format_keep_alive(stream, 1);
    g_assert_null(strchr(strchr(sse, '\n') + 2, '\n'));
    index = mc_json_index_new(sse + strlen("data: "), strlen(sse) - strlen("data: \n\n"),
                              1, NULL);
    g_assert_nonnull(index);
    at = line_end < end ? line_end + 1 : end;
  }
  usage = mc_openai_stream_get_usage(stream);
  g_assert_true(usage->input >= -1 && usage->cached_input >= -1 &&
                usage->cache_writes >= -1 && usage->output >= -1);
  return 0;
}
