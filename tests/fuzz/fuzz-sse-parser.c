/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include "net/sse-parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
  GString *events;
  GString *raw;
} Record;

static void
on_event(const char *raw, gsize raw_length, const char *event_name, const char *data,
         gsize data_length, gpointer user_data)
{
  Record *record = user_data;

  g_string_append_len(record->raw, raw, (gssize) raw_length);
  g_string_append_printf(record->events, "[%s|", event_name != NULL ? event_name : "");
  if (data != NULL)
    g_string_append_len(record->events, data, (gssize) data_length);
  g_string_append(record->events, data != NULL ? "]" : "-]");
}

static void
on_partial(const char *raw, gsize raw_length, gpointer user_data)
{
  g_string_append_len(((Record *) user_data)->raw, raw, (gssize) raw_length);
}

static const McSseHandlers handlers = {on_event, on_partial};

/* Reads all of @data in pieces whose sizes follow from @seed; 0 = in one. */
static void
read_stream(Record *record, const char *data, gsize size, guint32 seed)
{
  g_autoptr(McSseParser) parser = mc_sse_parser_new(&handlers, record);

  mc_sse_parser_set_limits(parser, 16, 1 << 20);
  for (gsize at = 0; at < size;) {
    gsize step = seed == 0 ? size : 1 + (seed = seed * 1664525 + 1013904223) % 7;
    gsize length = MIN(step, size - at);

    mc_sse_parser_push(parser, data + at, length);
    at += length;
  }
  mc_sse_parser_finish(parser);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  Record whole = {g_string_new(NULL), g_string_new(NULL)};

  read_stream(&whole, (const char *) data, size, 0);
  g_assert_cmpmem(whole.raw->str, whole.raw->len, data, size);
  for (guint32 seed = 1; seed < 4; seed++) {
    Record cut = {g_string_new(NULL), g_string_new(NULL)};

    read_stream(&cut, (const char *) data, size, seed);
    g_assert_cmpmem(cut.raw->str, cut.raw->len, data, size);
    g_assert_cmpmem(cut.events->str, cut.events->len, whole.events->str,
                    whole.events->len);
    g_string_free(cut.events, TRUE);
    g_string_free(cut.raw, TRUE);
  }
  g_string_free(whole.events, TRUE);
  g_string_free(whole.raw, TRUE);
  return 0;
}
