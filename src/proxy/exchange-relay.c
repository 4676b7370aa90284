/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/exchange-relay.h"

#include <string.h>

#include "chat/openai-stream.h"
#include "net/sse-parser.h"

struct _McExchangeRelay {
  McFrontRequest *front;  /* (unowned) */
  McSseParser *parser;    /* (owned) */
  McOpenaiStream *stream; /* (owned) */
  const char *secret;     /* (unowned) (nullable) */
  gboolean strips_usage;
  gboolean has_told_error; /* the upstream sent an error event of its own */
  gint64 last_write_us;
};

static void
pass_on(McExchangeRelay *self, const char *data, gsize length)
{
  mc_front_request_write(self->front, data, length);
  self->last_write_us = g_get_monotonic_time();
}

/* An upstream's error event that quotes the secret goes on without it. */
static void
pass_on_redacted(McExchangeRelay *self, const char *raw, gsize length)
{
  g_autofree char *text = g_strndup(raw, length);
  g_auto(GStrv) parts = g_strsplit(text, self->secret, -1);
  g_autofree char *redacted = g_strjoinv("[redacted]", parts);
  pass_on(self, redacted, strlen(redacted));
}

static void
on_event(const char *raw, gsize raw_length, const char *event_name, const char *data,
         gsize data_length, gpointer user_data)
{
  McExchangeRelay *self = user_data;
  McOpenaiChunk kind = data != NULL
                           ? mc_openai_stream_observe(self->stream, data, data_length)
                           : MC_OPENAI_CHUNK_NORMAL;

  if (kind == MC_OPENAI_CHUNK_ERROR)
    self->has_told_error = TRUE;
  if (kind == MC_OPENAI_CHUNK_USAGE_ONLY && self->strips_usage)
    return;
  if (kind == MC_OPENAI_CHUNK_ERROR && self->secret != NULL &&
      memmem(raw, raw_length, self->secret, strlen(self->secret)) != NULL)
    pass_on_redacted(self, raw, raw_length);
  else
    pass_on(self, raw, raw_length);
}

static void
on_partial(const char *raw, gsize length, gpointer user_data)
{
  McExchangeRelay *self = user_data;
  pass_on(self, raw, length);
}

static const McSseHandlers sse_handlers = {
    .event = on_event,
    .partial = on_partial,
};

McExchangeRelay *
mc_exchange_relay_new(McFrontRequest *front, const char *model, gboolean strip_usage)
{
  McExchangeRelay *self = g_new0(McExchangeRelay, 1);
  self->front = front;
  self->strips_usage = strip_usage;
  self->parser = mc_sse_parser_new(&sse_handlers, self);
  self->stream = mc_openai_stream_new(model);
  self->last_write_us = g_get_monotonic_time();
  return self;
}

void
mc_exchange_relay_hide(McExchangeRelay *self, const char *secret)
{
  self->secret = secret != NULL && *secret != '\0' ? secret : NULL;
}

void
mc_exchange_relay_free(McExchangeRelay *self)
{
  if (self == NULL)
    return;
  mc_sse_parser_free(self->parser);
  mc_openai_stream_free(self->stream);
  g_free(self);
}

void
mc_exchange_relay_push(McExchangeRelay *self, const char *data, gsize length)
{
  mc_sse_parser_push(self->parser, data, length);
}

gboolean
mc_exchange_relay_finish(McExchangeRelay *self)
{
  gboolean is_complete =
      !self->has_told_error && (mc_openai_stream_is_done(self->stream) ||
                                mc_openai_stream_has_finish_reason(self->stream));
  /* What is left over is no event: harmless after the end, a torn one before it. */
  if (is_complete)
    mc_sse_parser_finish(self->parser);
  return is_complete;
}

void
mc_exchange_relay_fail(McExchangeRelay *self, const char *message, const char *type,
                       const char *code)
{
  if (!mc_sse_parser_at_boundary(self->parser)) {
    mc_front_request_abort(self->front);
    return;
  }
  if (!self->has_told_error) {
    g_autofree char *event = mc_openai_stream_format_error(message, type, code);
    pass_on(self, event, strlen(event));
  }
  mc_front_request_end(self->front);
}

void
mc_exchange_relay_keep_alive(McExchangeRelay *self)
{
  if (!mc_sse_parser_at_boundary(self->parser))
    return;
  g_autofree char *chunk = mc_openai_stream_format_keep_alive(
      self->stream, g_get_real_time() / G_USEC_PER_SEC);
  pass_on(self, chunk, strlen(chunk));
}

gint64
mc_exchange_relay_get_last_write_us(McExchangeRelay *self)
{
  return self->last_write_us;
}

void
mc_exchange_relay_get_usage(McExchangeRelay *self, McUsage *usage)
{
  *usage = *mc_openai_stream_get_usage(self->stream);
}
