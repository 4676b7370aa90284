/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "net/sse-parser.h"

#include <string.h>

/* Two steps. The splitter looks for the empty line that ends an event and knows nothing
 * but line ends; so an event that lies inside one push is never copied. Only when its end
 * is there, the lines of an event are read.
 *
 * A CR may be the first half of a CRLF whose LF has not arrived. Waiting for it could
 * delay the last event for ever, so the CR ends the line at once, and an LF that comes
 * first in the next push belongs to the raw bytes of the next event. */

struct _McSseParser {
  const McSseHandlers *handlers; /* (unowned) */
  gpointer user_data;
  gsize partial_max;
  gsize observe_max;

  GByteArray *kept;  /* (owned) bytes of the unfinished event from earlier pushes */
  gsize handed_out;  /* of these, by partial() */
  gboolean is_split; /* partial() was called for the unfinished event */
  gboolean is_too_large;
  gsize length; /* of the unfinished event so far, bytes that were dropped included */

  gboolean line_is_empty; /* no byte in the current line yet */
  gboolean after_cr;
  gboolean is_first; /* no event yet: a byte order mark may stand in front */

  GString *name;   /* (owned) */
  GString *joined; /* (owned) data of more than one line */
};

typedef struct {
  gboolean has_name;
  const char *data; /* NULL for none */
  gsize data_length;
} Fields;

McSseParser *
mc_sse_parser_new(const McSseHandlers *handlers, gpointer user_data)
{
  McSseParser *self;

  g_return_val_if_fail(handlers != NULL, NULL);

  self = g_new0(McSseParser, 1);
  self->handlers = handlers;
  self->user_data = user_data;
  self->partial_max = MC_SSE_PARTIAL_MAX;
  self->observe_max = MC_SSE_OBSERVE_MAX;
  self->kept = g_byte_array_new();
  self->line_is_empty = TRUE;
  self->is_first = TRUE;
  self->name = g_string_new(NULL);
  self->joined = g_string_new(NULL);
  return self;
}

void
mc_sse_parser_free(McSseParser *self)
{
  if (self == NULL)
    return;
  g_byte_array_unref(self->kept);
  g_string_free(self->name, TRUE);
  g_string_free(self->joined, TRUE);
  g_free(self);
}

void
mc_sse_parser_set_limits(McSseParser *self, gsize partial_max, gsize observe_max)
{
  self->partial_max = partial_max;
  self->observe_max = observe_max;
}

/* One data line; the second one makes a copy necessary. */
static void
add_data(McSseParser *self, Fields *fields, const char *value, gsize length)
{
  if (fields->data == NULL) {
    fields->data = value;
    fields->data_length = length;
    return;
  }
  if (fields->data != self->joined->str) {
    g_string_truncate(self->joined, 0);
    g_string_append_len(self->joined, fields->data, (gssize) fields->data_length);
  }
  g_string_append_c(self->joined, '\n');
  g_string_append_len(self->joined, value, (gssize) length);
  fields->data = self->joined->str;
  fields->data_length = self->joined->len;
}

static gboolean
is_field(const char *line, gsize length, const char *name)
{
  return length == strlen(name) && memcmp(line, name, length) == 0;
}

static void
read_line(McSseParser *self, Fields *fields, const char *line, gsize length)
{
  const char *colon = memchr(line, ':', length);
  gsize name_length = colon != NULL ? (gsize) (colon - line) : length;
  const char *value = colon != NULL ? colon + 1 : line + length;
  gsize value_length = (gsize) (line + length - value);

  if (value_length > 0 && *value == ' ') {
    value++;
    value_length--;
  }
  if (is_field(line, name_length, "data")) {
    add_data(self, fields, value, value_length);
  } else if (is_field(line, name_length, "event")) {
    g_string_truncate(self->name, 0);
    g_string_append_len(self->name, value, (gssize) value_length);
    fields->has_name = TRUE;
  }
  /* id and retry serve a reconnecting browser; comments have an empty name. */
}

static gsize
measure_line(const char *at, const char *end)
{
  gsize length = (gsize) (end - at);
  const char *lf = memchr(at, '\n', length);
  const char *cr;

  if (lf != NULL)
    length = (gsize) (lf - at);
  cr = memchr(at, '\r', length);
  return cr != NULL ? (gsize) (cr - at) : length;
}

static void
read_fields(McSseParser *self, Fields *fields, const char *raw, gsize length)
{
  const char *at = raw;
  const char *end = raw + length;

  *fields = (Fields){0};
  if (self->is_first && length >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
    at += 3;
  while (at < end) {
    gsize line_length = measure_line(at, end);

    if (line_length > 0)
      read_line(self, fields, at, line_length);
    at += line_length;
    if (at < end)
      at++;
  }
}

/* Ready for the next event; a buffer that had to grow is given back. */
static void
forget_event(McSseParser *self)
{
  enum { KEEP = 256 * 1024 };

  if (self->length > KEEP) {
    g_byte_array_unref(self->kept);
    self->kept = g_byte_array_new();
    g_string_free(self->joined, TRUE);
    self->joined = g_string_new(NULL);
  } else {
    g_byte_array_set_size(self->kept, 0);
  }
  self->handed_out = 0;
  self->length = 0;
  self->is_split = FALSE;
  self->is_too_large = FALSE;
  self->is_first = FALSE;
}

/* @tail are the last bytes of the event, those before are kept. */
static void
end_event(McSseParser *self, const char *tail, gsize tail_length)
{
  const char *raw = tail;
  gsize raw_length = tail_length;
  Fields fields = {0};

  self->length += tail_length;
  if (self->length > self->observe_max)
    self->is_too_large = TRUE;
  if (self->kept->len > 0) {
    g_byte_array_append(self->kept, (const guint8 *) tail, (guint) tail_length);
    raw = (const char *) self->kept->data;
    raw_length = self->kept->len;
  }
  if (!self->is_too_large)
    read_fields(self, &fields, raw, raw_length);
  self->handlers->event(raw + self->handed_out, raw_length - self->handed_out,
                        fields.has_name ? self->name->str : NULL, fields.data,
                        fields.data_length, self->user_data);
  forget_event(self);
}

/* The push is used up and the event has no end yet. */
static void
keep_rest(McSseParser *self, const char *rest, gsize length)
{
  self->length += length;
  if (!self->is_too_large) {
    g_byte_array_append(self->kept, (const guint8 *) rest, (guint) length);
    rest = (const char *) self->kept->data + self->handed_out;
    length = self->kept->len - self->handed_out;
  }
  if (self->length <= self->partial_max)
    return;
  self->is_split = TRUE;
  if (length > 0)
    self->handlers->partial(rest, length, self->user_data);
  self->handed_out = self->kept->len;
  if (!self->is_too_large && self->length > self->observe_max) {
    self->is_too_large = TRUE;
    self->handed_out = 0;
    g_byte_array_unref(self->kept);
    self->kept = g_byte_array_new();
  }
}

/* The next line end at or behind @at, or @end. @cr is the next CR, looked up once and
 * again only when it was passed: most streams have none. */
static const char *
find_line_end(const char *at, const char *end, const char **cr)
{
  const char *lf = memchr(at, '\n', (gsize) (end - at));

  if (*cr < at) {
    *cr = memchr(at, '\r', (gsize) (end - at));
    if (*cr == NULL)
      *cr = end;
  }
  if (lf == NULL)
    lf = end;
  return MIN(lf, *cr);
}

static void
push_bytes(McSseParser *self, const char *data, gsize length)
{
  const char *start = data; /* of the unfinished event's bytes in this push */
  const char *at = data;
  const char *end = data + length;
  const char *cr = memchr(data, '\r', length);

  if (cr == NULL)
    cr = end;
  if (self->after_cr && *at == '\n')
    at++;
  self->after_cr = FALSE;
  while (at < end) {
    const char *line_end = find_line_end(at, end, &cr);

    if (line_end > at)
      self->line_is_empty = FALSE;
    if (line_end == end)
      break;
    at = line_end + 1;
    if (*line_end == '\r' && at < end && *at == '\n')
      at++;
    else if (*line_end == '\r' && at == end)
      self->after_cr = TRUE;
    if (self->line_is_empty) {
      end_event(self, start, (gsize) (at - start));
      start = at;
    }
    self->line_is_empty = TRUE;
  }
  if (start < end)
    keep_rest(self, start, (gsize) (end - start));
}

void
mc_sse_parser_push(McSseParser *self, const char *data, gsize length)
{
  if (length > 0)
    push_bytes(self, data, length);
}

/* TRUE when nothing but line ends is left, such as the LF behind a last CR. */
static gboolean
is_blank(const GByteArray *bytes)
{
  for (guint i = 0; i < bytes->len; i++)
    if (bytes->data[i] != '\n' && bytes->data[i] != '\r')
      return FALSE;
  return TRUE;
}

void
mc_sse_parser_finish(McSseParser *self)
{
  gboolean is_open = self->is_split || !is_blank(self->kept);

  if (self->kept->len > self->handed_out)
    self->handlers->partial((const char *) self->kept->data + self->handed_out,
                            self->kept->len - self->handed_out, self->user_data);
  forget_event(self);
  self->is_split = is_open;
  self->line_is_empty = TRUE;
  self->after_cr = FALSE;
}

gboolean
mc_sse_parser_at_boundary(const McSseParser *self)
{
  return !self->is_split;
}

gboolean
mc_sse_parser_is_too_large(const McSseParser *self)
{
  return self->is_too_large;
}
