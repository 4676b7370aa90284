/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "chat/openai-error.h"

#include <string.h>

#include "base/json-span.h"
#include "base/text.h"

#define MESSAGE_MAX 2000
/* Of a page or text that is no JSON, only so much is looked at. */
#define TEXT_MAX (64 * 1024)
/* detail (1) [0] (2) .msg (3); error (1) .metadata (2) .raw (3). */
#define INDEX_DEPTH 4

static const char *const overflow_codes[] = {
    "context_length_exceeded",
    "exceed_context_size_error", /* llama.cpp */
    "context_window_exceeded",
};

/* In lower case. */
static const char *const overflow_words[] = {
    "maximum context length",
    "context length exceeded",
    "context window",
    "prompt is too long",
    "too many tokens",
    "exceeds the available context size",
    "context size has been exceeded",
};

/* A limit of tokens by time is no limit of the conversation (Bedrock, OpenAI). */
static const char *const rate_words[] = {"per minute", "per day", "please wait"};

static void
append_member(GString *out, const char *name, const char *value)
{
  g_string_append_printf(out, "\"%s\":", name);
  if (value == NULL) {
    g_string_append(out, "null");
    return;
  }
  g_string_append_c(out, '"');
  mc_json_escape_append(out, value, -1);
  g_string_append_c(out, '"');
}

GBytes *
mc_openai_error_format(const char *message, const char *type, const char *param,
                       const char *code)
{
  GString *out = g_string_new("{\"error\":{");

  append_member(out, "message", message);
  g_string_append_c(out, ',');
  append_member(out, "type", type);
  g_string_append_c(out, ',');
  append_member(out, "param", param);
  g_string_append_c(out, ',');
  append_member(out, "code", code);
  g_string_append(out, "}}");
  return g_string_free_to_bytes(out);
}

/* Cut, on one line, without control characters. */
static char *
tidy(const char *text, gsize length)
{
  g_autofree char *cut = mc_text_cut(text, (gssize) length, MESSAGE_MAX);
  g_autofree char *valid = mc_text_cut(cut, -1, MESSAGE_MAX);
  char *out = valid;
  gboolean wants_blank = FALSE;

  for (const char *at = valid; *at != '\0'; at++) {
    if (g_ascii_isspace(*at) || g_ascii_iscntrl(*at)) {
      wants_blank = out > valid;
      continue;
    }
    if (wants_blank)
      *out++ = ' ';
    wants_blank = FALSE;
    *out++ = *at;
  }
  *out = '\0';
  return g_steal_pointer(&valid);
}

/* A string or number member as text; NULL for anything else. */
static char *
dup_scalar(const McJsonIndex *index, int object, const char *name)
{
  int node = mc_json_index_find(index, object, name);

  if (mc_json_index_is(index, node, MC_JSON_NUMBER)) {
    const McJsonNode *number = mc_json_index_get_node(index, node);

    return g_strndup(mc_json_index_get_data(index) + number->start, number->length);
  }
  return mc_json_index_dup_string(index, node);
}

static int
first_element(const McJsonIndex *index, int array)
{
  return mc_json_index_is(index, array, MC_JSON_ARRAY)
             ? mc_json_index_get_node(index, array)->first_child
             : -1;
}

/* The message of an object that is an error. */
static char *
dup_message(const McJsonIndex *index, int object)
{
  static const char *const names[] = {"message",           "msg",   "detail",
                                      "error_description", "error", "title"};
  int raw = mc_json_index_find_path(index, object, "metadata", "raw", NULL);

  /* OpenRouter says "Provider returned error" and keeps the reason here. */
  if (mc_json_index_is(index, raw, MC_JSON_STRING))
    return mc_json_index_dup_string(index, raw);
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    int node = mc_json_index_find(index, object, names[i]);

    if (mc_json_index_is(index, node, MC_JSON_STRING))
      return mc_json_index_dup_string(index, node);
  }
  return NULL;
}

/* The object in a document that describes the error: itself or what stands in it. */
static int
find_error_object(const McJsonIndex *index)
{
  static const char *const lists[] = {"detail", "errors"};
  int root = mc_json_index_is(index, 0, MC_JSON_ARRAY) ? first_element(index, 0) : 0;
  int error = mc_json_index_find(index, root, "error");

  if (mc_json_index_is(index, error, MC_JSON_OBJECT))
    return error;
  error = mc_json_index_find(index, root, "detail");
  if (mc_json_index_is(index, error, MC_JSON_OBJECT))
    return error;
  for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
    int element = first_element(index, mc_json_index_find(index, root, lists[i]));

    if (mc_json_index_is(index, element, MC_JSON_OBJECT))
      return element;
  }
  return root;
}

static gboolean
read_json(const char *data, gsize length, McUpstreamError *error)
{
  g_autoptr(McJsonIndex) index = mc_json_index_new(data, length, INDEX_DEPTH, NULL);
  g_autofree char *message = NULL;
  int object;

  if (index == NULL)
    return FALSE;
  if (mc_json_index_is(index, 0, MC_JSON_STRING)) {
    message = mc_json_index_dup_string(index, 0);
  } else {
    object = find_error_object(index);
    message = dup_message(index, object);
    error->type = dup_scalar(index, object, "type");
    if (error->type == NULL)
      error->type = dup_scalar(index, object, "status"); /* Gemini */
    error->code = dup_scalar(index, object, "code");
  }
  error->message = message != NULL ? tidy(message, strlen(message)) : tidy(data, length);
  return TRUE;
}

static const char *
find_ignoring_case(const char *text, gsize length, const char *word)
{
  gsize word_length = strlen(word);

  for (gsize i = 0; i + word_length <= length; i++)
    if (g_ascii_strncasecmp(text + i, word, word_length) == 0)
      return text + i;
  return NULL;
}

/* What a reader sees of a page: its title, else its text without tags. */
static char *
read_page(const char *data, gsize length)
{
  g_autoptr(GString) text = NULL;
  const char *end = data + length;
  const char *title = find_ignoring_case(data, length, "<title");
  const char *title_end;

  if (title != NULL)
    title = memchr(title, '>', (gsize) (end - title));
  if (title != NULL) {
    title++;
    title_end = memchr(title, '<', (gsize) (end - title));
    if (title_end != NULL && title_end > title)
      return tidy(title, (gsize) (title_end - title));
  }
  text = g_string_new(NULL);
  for (const char *at = data; at < end;) {
    const char *tag = memchr(at, '<', (gsize) (end - at));
    const char *tag_end = tag != NULL ? memchr(tag, '>', (gsize) (end - tag)) : NULL;

    g_string_append_len(text, at, (tag != NULL ? tag : end) - at);
    g_string_append_c(text, ' ');
    at = tag_end != NULL ? tag_end + 1 : end;
  }
  return tidy(text->str, text->len);
}

static gboolean
is_overflow(const McUpstreamError *error)
{
  g_autofree char *words = g_ascii_strdown(error->message, -1);

  for (guint i = 0; i < G_N_ELEMENTS(overflow_codes); i++)
    if (g_strcmp0(error->code, overflow_codes[i]) == 0 ||
        g_strcmp0(error->type, overflow_codes[i]) == 0)
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS(rate_words); i++)
    if (strstr(words, rate_words[i]) != NULL)
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS(overflow_words); i++)
    if (strstr(words, overflow_words[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* White space, a byte order mark and "data:" (an error sent as an event) in front. */
static void
skip_front(const char **data, gsize *length)
{
  static const char *const fronts[] = {" ", "\n", "\r", "\t", "\xef\xbb\xbf", "data:"};
  gboolean has_skipped = TRUE;

  while (has_skipped) {
    has_skipped = FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(fronts); i++) {
      if (mc_text_starts_with(*data, *length, fronts[i])) {
        *data += strlen(fronts[i]);
        *length -= strlen(fronts[i]);
        has_skipped = TRUE;
      }
    }
  }
}

void
mc_openai_error_read(const char *data, gsize length, McUpstreamError *error)
{
  *error = (McUpstreamError){0};
  if (data == NULL)
    data = "";
  skip_front(&data, &length);
  if (!read_json(data, length, error)) {
    length = MIN(length, TEXT_MAX);
    error->message =
        length > 0 && *data == '<' ? read_page(data, length) : tidy(data, length);
  }
  error->is_context_overflow = is_overflow(error);
}

void
mc_upstream_error_clear(McUpstreamError *error)
{
  g_clear_pointer(&error->message, g_free);
  g_clear_pointer(&error->type, g_free);
  g_clear_pointer(&error->code, g_free);
}
