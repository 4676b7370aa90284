/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "chat/openai-stream.h"

#include <string.h>

#include "base/json-span.h"
#include "chat/openai-error.h"

/* A stream has hundreds of chunks and only the first and the last say something new, so
 * once the first was read a chunk is merely searched for the few words that matter. A
 * word inside the model's text is a false alarm, which costs a scan and no more. */

/* choices (1) [i] (2) .delta (3) .role (4). */
#define INDEX_DEPTH 4

struct _McOpenaiStream {
  char *model; /* (owned) (nullable) */
  char *id;    /* (owned) (nullable) */
  gint64 created;
  gboolean has_model; /* the stream's own, not the request's */
  gboolean has_role;
  gboolean has_finish_reason;
  gboolean is_done;
  McUsage usage;
};

McOpenaiStream *
mc_openai_stream_new(const char *model)
{
  McOpenaiStream *self = g_new0(McOpenaiStream, 1);

  self->model = g_strdup(model);
  self->usage = MC_USAGE_UNKNOWN;
  return self;
}

void
mc_openai_stream_free(McOpenaiStream *self)
{
  if (self == NULL)
    return;
  g_free(self->model);
  g_free(self->id);
  g_free(self);
}

/* TRUE when the quoted @word stands in @data with anything but null as its value. */
static gboolean
mentions(const char *data, gsize length, const char *word)
{
  const char *end = data + length;
  gsize word_length = strlen(word);

  while ((data = memmem(data, (gsize) (end - data), word, word_length)) != NULL) {
    data += word_length;
    while (data < end && (*data == ' ' || *data == ':'))
      data++;
    if (data < end && *data != 'n')
      return TRUE;
  }
  return FALSE;
}

/* The first of these members that is a number which is not negative; else -1. */
static gint64
read_count(const McJsonIndex *index, int usage, const char *const *names)
{
  for (; *names != NULL; names++) {
    gint64 count =
        mc_json_index_get_int(index, mc_json_index_find(index, usage, *names), -1);

    if (count >= 0)
      return count;
  }
  return -1;
}

/* Providers agree that prompt_tokens is the whole prompt, and on little else. */
static void
read_usage(const McJsonIndex *index, int node, McUsage *usage)
{
  static const char *const prompt_names[] = {"prompt_tokens", NULL};
  static const char *const output_names[] = {"completion_tokens", NULL};
  static const char *const detail_hit_names[] = {"cached_tokens", NULL};
  static const char *const detail_write_names[] = {"cache_write_tokens", NULL};
  /* DeepSeek; Moonshot; gateways in front of Anthropic. */
  static const char *const hit_names[] = {"prompt_cache_hit_tokens", "cached_tokens",
                                          "cache_read_input_tokens", NULL};
  static const char *const write_names[] = {"cache_creation_input_tokens", NULL};
  int details = mc_json_index_find(index, node, "prompt_tokens_details");
  gint64 prompt = read_count(index, node, prompt_names);
  gint64 cached = read_count(index, details, detail_hit_names);
  gint64 writes = read_count(index, details, detail_write_names);

  if (cached < 0)
    cached = read_count(index, node, hit_names);
  if (writes < 0)
    writes = read_count(index, node, write_names);
  *usage = MC_USAGE_UNKNOWN;
  usage->output = read_count(index, node, output_names);
  if (prompt < 0)
    return;
  /* Some report more cached tokens than the prompt had: nothing may become negative. */
  usage->cached_input = MIN(cached, prompt);
  prompt -= MAX(usage->cached_input, 0);
  usage->cache_writes = MIN(writes, prompt);
  usage->input = prompt - MAX(usage->cache_writes, 0);
}

/* The usage object of an answer or chunk: at its usual place, or in the first choice
 * (Moonshot), or under x_groq. -1 when there is none. */
static int
find_usage(const McJsonIndex *index)
{
  int usage = mc_json_index_find(index, 0, "usage");
  int choices;

  if (mc_json_index_is(index, usage, MC_JSON_OBJECT))
    return usage;
  usage = mc_json_index_find_path(index, 0, "x_groq", "usage", NULL);
  if (mc_json_index_is(index, usage, MC_JSON_OBJECT))
    return usage;
  choices = mc_json_index_find(index, 0, "choices");
  if (!mc_json_index_is(index, choices, MC_JSON_ARRAY))
    return -1;
  usage = mc_json_index_find(index, mc_json_index_get_node(index, choices)->first_child,
                             "usage");
  return mc_json_index_is(index, usage, MC_JSON_OBJECT) ? usage : -1;
}

static void
read_identity(McOpenaiStream *self, const McJsonIndex *index)
{
  g_autofree char *id =
      mc_json_index_dup_string(index, mc_json_index_find(index, 0, "id"));
  g_autofree char *model =
      mc_json_index_dup_string(index, mc_json_index_find(index, 0, "model"));

  if (self->id == NULL && id != NULL && *id != '\0')
    self->id = g_steal_pointer(&id);
  if (!self->has_model && model != NULL && *model != '\0') {
    g_free(self->model);
    self->model = g_steal_pointer(&model);
    self->has_model = TRUE;
  }
  if (self->created == 0)
    self->created =
        mc_json_index_get_int(index, mc_json_index_find(index, 0, "created"), 0);
}

static void
read_choices(McOpenaiStream *self, const McJsonIndex *index, int choices)
{
  if (!mc_json_index_is(index, choices, MC_JSON_ARRAY))
    return;
  for (int choice = mc_json_index_get_node(index, choices)->first_child; choice >= 0;
       choice = mc_json_index_get_node(index, choice)->next) {
    if (mc_json_index_is(index,
                         mc_json_index_find_path(index, choice, "delta", "role", NULL),
                         MC_JSON_STRING))
      self->has_role = TRUE;
    if (mc_json_index_is(index, mc_json_index_find(index, choice, "finish_reason"),
                         MC_JSON_STRING))
      self->has_finish_reason = TRUE;
  }
}

static gboolean
is_error(const McJsonIndex *index)
{
  int error = mc_json_index_find(index, 0, "error");

  return mc_json_index_is(index, error, MC_JSON_OBJECT) ||
         mc_json_index_is(index, error, MC_JSON_STRING) ||
         mc_json_index_string_equals(index, mc_json_index_find(index, 0, "object"),
                                     "error") ||
         mc_json_index_string_equals(index, mc_json_index_find(index, 0, "type"),
                                     "error");
}

static McOpenaiChunk
read_chunk(McOpenaiStream *self, const char *data, gsize length)
{
  g_autoptr(McJsonIndex) index = mc_json_index_new(data, length, INDEX_DEPTH, NULL);
  int choices, usage;

  if (index == NULL || !mc_json_index_is(index, 0, MC_JSON_OBJECT))
    return MC_OPENAI_CHUNK_NORMAL;
  if (is_error(index))
    return MC_OPENAI_CHUNK_ERROR;
  read_identity(self, index);
  choices = mc_json_index_find(index, 0, "choices");
  read_choices(self, index, choices);
  usage = find_usage(index);
  if (usage < 0)
    return MC_OPENAI_CHUNK_NORMAL;
  read_usage(index, usage, &self->usage);
  return choices < 0 || mc_json_index_is(index, choices, MC_JSON_NULL) ||
                 (mc_json_index_is(index, choices, MC_JSON_ARRAY) &&
                  mc_json_index_get_node(index, choices)->n_children == 0)
             ? MC_OPENAI_CHUNK_USAGE_ONLY
             : MC_OPENAI_CHUNK_NORMAL;
}

static gboolean
is_done_mark(const char *data, gsize length)
{
  while (length > 0 && g_ascii_isspace(data[0])) {
    data++;
    length--;
  }
  while (length > 0 && g_ascii_isspace(data[length - 1]))
    length--;
  return length == strlen("[DONE]") && memcmp(data, "[DONE]", length) == 0;
}

McOpenaiChunk
mc_openai_stream_observe(McOpenaiStream *self, const char *data, gsize length)
{
  if (is_done_mark(data, length)) {
    self->is_done = TRUE;
    return MC_OPENAI_CHUNK_DONE;
  }
  if (self->has_role && self->id != NULL && self->has_model &&
      !mentions(data, length, "\"usage\"") &&
      !mentions(data, length, "\"finish_reason\"") &&
      !mentions(data, length, "\"error\""))
    return MC_OPENAI_CHUNK_NORMAL;
  return read_chunk(self, data, length);
}

gboolean
mc_openai_stream_has_role(const McOpenaiStream *self)
{
  return self->has_role;
}

gboolean
mc_openai_stream_has_finish_reason(const McOpenaiStream *self)
{
  return self->has_finish_reason;
}

gboolean
mc_openai_stream_is_done(const McOpenaiStream *self)
{
  return self->is_done;
}

const McUsage *
mc_openai_stream_get_usage(const McOpenaiStream *self)
{
  return &self->usage;
}

char *
mc_openai_stream_format_keep_alive(McOpenaiStream *self, gint64 now)
{
  GString *out = g_string_new("data: {\"id\":\"");

  if (self->id == NULL)
    self->id =
        g_strdup_printf("chatcmpl-keepalive%08x%08x", g_random_int(), g_random_int());
  if (self->created == 0)
    self->created = now;
  mc_json_escape_append(out, self->id, -1);
  g_string_append_printf(
      out,
      "\",\"object\":\"chat.completion.chunk\",\"created\":%" G_GINT64_FORMAT
      ",\"model\":\"",
      self->created);
  mc_json_escape_append(out, self->model != NULL ? self->model : "", -1);
  g_string_append(out, "\",\"choices\":[{\"index\":0,\"delta\":{");
  if (!self->has_role)
    g_string_append(out, "\"role\":\"assistant\",\"content\":\"\"");
  g_string_append(out, "},\"finish_reason\":null}]}\n\n");
  self->has_role = TRUE;
  return g_string_free(out, FALSE);
}

char *
mc_openai_stream_format_error(const char *message, const char *type, const char *code)
{
  g_autoptr(GBytes) error = mc_openai_error_format(message, type, NULL, code);

  return g_strdup_printf("data: %.*s\n\n", (int) g_bytes_get_size(error),
                         (const char *) g_bytes_get_data(error, NULL));
}

gboolean
mc_openai_usage_read(const char *json, gsize length, McUsage *usage)
{
  g_autoptr(McJsonIndex) index = mc_json_index_new(json, length, INDEX_DEPTH, NULL);
  int node = index != NULL ? find_usage(index) : -1;

  *usage = MC_USAGE_UNKNOWN;
  if (node < 0)
    return FALSE;
  read_usage(index, node, usage);
  return TRUE;
}
