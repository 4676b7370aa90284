/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "chat/chat-edit.h"

#include <string.h>

/* Changes are collected as wishes and become splices in one go, so that two of them at
 * the same place (a text before and a text behind an empty content, a member set and
 * removed) still make one valid JSON text. */

/* Texts for one message's content. */
typedef struct {
  guint message;
  GPtrArray *before; /* (owned) (element-type utf8) */
  GPtrArray *after;  /* (owned) (element-type utf8) */
} ContentEdit;

struct _McChatEdit {
  McChatRequest *request; /* (unowned) outlives the edit */
  char *model;            /* (owned) (nullable) stays as it is */
  gboolean requests_usage;
  GPtrArray *removed;  /* (owned) (element-type utf8) */
  GPtrArray *system;   /* (owned) (element-type utf8) */
  GPtrArray *contents; /* (owned) (element-type ContentEdit) */
};

static void
free_content_edit(gpointer data)
{
  ContentEdit *edit = data;

  g_ptr_array_unref(edit->before);
  g_ptr_array_unref(edit->after);
  g_free(edit);
}

static ContentEdit *
get_content_edit(McChatEdit *self, guint message)
{
  ContentEdit *edit;

  for (guint i = 0; i < self->contents->len; i++) {
    edit = self->contents->pdata[i];
    if (edit->message == message)
      return edit;
  }
  edit = g_new0(ContentEdit, 1);
  edit->message = message;
  edit->before = g_ptr_array_new_with_free_func(g_free);
  edit->after = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(self->contents, edit);
  return edit;
}

McChatEdit *
mc_chat_edit_new(McChatRequest *request)
{
  McChatEdit *self = g_new0(McChatEdit, 1);

  self->request = request;
  self->removed = g_ptr_array_new_with_free_func(g_free);
  self->system = g_ptr_array_new_with_free_func(g_free);
  self->contents = g_ptr_array_new_with_free_func(free_content_edit);
  return self;
}

void
mc_chat_edit_free(McChatEdit *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->removed);
  g_ptr_array_unref(self->system);
  g_ptr_array_unref(self->contents);
  g_free(self->model);
  g_free(self);
}

void
mc_chat_edit_set_model(McChatEdit *self, const char *model)
{
  g_return_if_fail(model != NULL);

  g_free(self->model);
  self->model = g_strdup(model);
}

void
mc_chat_edit_request_usage(McChatEdit *self)
{
  self->requests_usage = TRUE;
}

void
mc_chat_edit_remove(McChatEdit *self, const char *name)
{
  g_return_if_fail(g_strcmp0(name, "messages") != 0);

  g_ptr_array_add(self->removed, g_strdup(name));
}

void
mc_chat_edit_append_system(McChatEdit *self, const char *text)
{
  if (*text != '\0')
    g_ptr_array_add(self->system, g_strdup(text));
}

void
mc_chat_edit_prepend_message(McChatEdit *self, guint message_index, const char *text)
{
  g_return_if_fail(message_index < mc_chat_request_get_n_messages(self->request));

  if (*text != '\0')
    g_ptr_array_add(get_content_edit(self, message_index)->before, g_strdup(text));
}

static void
insert_text(McJsonSplice *splice, gsize offset, gsize removed, GString *text)
{
  if (removed > 0 || text->len > 0)
    mc_json_splice_add(splice, offset, removed, text->str, (gssize) text->len);
  g_string_free(text, TRUE);
}

/* Appends @texts escaped, with an empty line between two of them. */
static void
append_texts(GString *out, const GPtrArray *texts)
{
  for (guint i = 0; i < texts->len; i++) {
    if (i > 0)
      g_string_append(out, "\\n\\n");
    mc_json_escape_append(out, texts->pdata[i], -1);
  }
}

static void
edit_string(McJsonSplice *splice, const McJsonNode *content, const ContentEdit *edit)
{
  gboolean is_empty = content->length == 2;
  GString *before = g_string_new(NULL);
  GString *after = g_string_new(NULL);

  append_texts(before, edit->before);
  if (before->len > 0 && (!is_empty || edit->after->len > 0))
    g_string_append(before, "\\n\\n");
  if (edit->after->len > 0 && !is_empty)
    g_string_append(after, "\\n\\n");
  append_texts(after, edit->after);
  insert_text(splice, content->start + 1, 0, before);
  insert_text(splice, content->start + content->length - 1, 0, after);
}

static void
append_part(GString *out, const GPtrArray *texts)
{
  g_string_append(out, "{\"type\":\"text\",\"text\":\"");
  append_texts(out, texts);
  g_string_append(out, "\"}");
}

static void
edit_parts(McJsonSplice *splice, const McJsonNode *content, const ContentEdit *edit)
{
  gboolean is_empty = content->n_children == 0;
  GString *before = g_string_new(NULL);
  GString *after = g_string_new(NULL);

  if (edit->before->len > 0) {
    append_part(before, edit->before);
    if (!is_empty || edit->after->len > 0)
      g_string_append_c(before, ',');
  }
  if (edit->after->len > 0) {
    if (!is_empty)
      g_string_append_c(after, ',');
    append_part(after, edit->after);
  }
  insert_text(splice, content->start + 1, 0, before);
  insert_text(splice, content->start + content->length - 1, 0, after);
}

/* Both lists as one quoted JSON string. */
static void
append_quoted(GString *out, const ContentEdit *edit)
{
  g_string_append_c(out, '"');
  append_texts(out, edit->before);
  if (edit->before->len > 0 && edit->after->len > 0)
    g_string_append(out, "\\n\\n");
  append_texts(out, edit->after);
  g_string_append_c(out, '"');
}

static void
edit_content(McChatEdit *self, McJsonSplice *splice, const ContentEdit *edit)
{
  const McJsonIndex *index = mc_chat_request_get_index(self->request);
  int message = mc_chat_request_get_message_node(self->request, edit->message);
  int content = mc_json_index_find(index, message, "content");
  GString *text;

  if (content < 0) {
    const McJsonNode *object = mc_json_index_get_node(index, message);

    text = g_string_new("\"content\":");
    append_quoted(text, edit);
    if (object->n_children > 0)
      g_string_append_c(text, ',');
    insert_text(splice, object->start + 1, 0, text);
  } else if (mc_json_index_is(index, content, MC_JSON_STRING)) {
    edit_string(splice, mc_json_index_get_node(index, content), edit);
  } else if (mc_json_index_is(index, content, MC_JSON_ARRAY)) {
    edit_parts(splice, mc_json_index_get_node(index, content), edit);
  } else if (mc_json_index_is(index, content, MC_JSON_NULL)) {
    const McJsonNode *node = mc_json_index_get_node(index, content);

    text = g_string_new(NULL);
    append_quoted(text, edit);
    insert_text(splice, node->start, node->length, text);
  }
  /* A number or the like is no content at all: the upstream says so best. */
}

/* Puts the collected system texts behind the leading system messages. */
static void
place_system(McChatEdit *self, McJsonSplice *splice)
{
  const McJsonIndex *index = mc_chat_request_get_index(self->request);
  guint n_messages = mc_chat_request_get_n_messages(self->request);
  guint run = 0;

  while (run < n_messages && mc_chat_request_is_system_message(self->request, run))
    run++;
  if (run > 0) {
    ContentEdit *edit = get_content_edit(self, run - 1);

    g_ptr_array_set_size(edit->after, 0);
    for (guint i = 0; i < self->system->len; i++)
      g_ptr_array_add(edit->after, g_strdup(self->system->pdata[i]));
  } else {
    int first = mc_chat_request_get_message_node(self->request, 0);
    GString *text = g_string_new("{\"role\":\"system\",\"content\":\"");

    append_texts(text, self->system);
    g_string_append(text, "\"},");
    insert_text(splice, mc_json_index_get_node(index, first)->start, 0, text);
  }
}

static gboolean
is_removed(const McChatEdit *self, const McJsonIndex *index, int member)
{
  const McJsonNode *node = mc_json_index_get_node(index, member);
  g_autofree char *name = mc_json_span_decode(
      mc_json_index_get_data(index) + node->key_start + 1, node->key_length - 2);

  return g_ptr_array_find_with_equal_func(self->removed, name, g_str_equal, NULL);
}

/* Removes runs of members together with the commas that then are too many: those in
 * front, or the one behind when the run is the first. "messages" always stays. */
static void
remove_members(McChatEdit *self, McJsonSplice *splice)
{
  const McJsonIndex *index = mc_chat_request_get_index(self->request);
  const McJsonNode *kept = NULL; /* the member before the run */
  const McJsonNode *run = NULL;  /* the first member of the run */
  gsize run_end = 0;

  for (int i = mc_json_index_get_node(index, 0)->first_child; i >= 0;
       i = mc_json_index_get_node(index, i)->next) {
    const McJsonNode *member = mc_json_index_get_node(index, i);

    if (is_removed(self, index, i)) {
      if (run == NULL)
        run = member;
      run_end = member->start + member->length;
      continue;
    }
    if (run != NULL && kept == NULL)
      mc_json_splice_add(splice, run->key_start, member->key_start - run->key_start, NULL,
                         0);
    else if (run != NULL)
      mc_json_splice_add(splice, kept->start + kept->length,
                         run_end - kept->start - kept->length, NULL, 0);
    run = NULL;
    kept = member;
  }
  if (run != NULL && kept != NULL)
    mc_json_splice_add(splice, kept->start + kept->length,
                       run_end - kept->start - kept->length, NULL, 0);
}

/* The last top-level member @name that stays; -1 when there is none. */
static int
find_member(const McChatEdit *self, const char *name)
{
  if (g_ptr_array_find_with_equal_func(self->removed, name, g_str_equal, NULL))
    return -1;
  return mc_json_index_find(mc_chat_request_get_index(self->request), 0, name);
}

/* Sets a top-level member to @value, which is JSON. A new one goes in front. */
static void
set_member(McChatEdit *self, McJsonSplice *splice, const char *name, const char *value)
{
  const McJsonIndex *index = mc_chat_request_get_index(self->request);
  int member = find_member(self, name);

  if (member >= 0) {
    const McJsonNode *node = mc_json_index_get_node(index, member);

    mc_json_splice_add(splice, node->start, node->length, value, -1);
  } else {
    g_autofree char *text = g_strdup_printf("\"%s\":%s,", name, value);

    mc_json_splice_add(splice, mc_json_index_get_node(index, 0)->start + 1, 0, text, -1);
  }
}

static void
place_model(McChatEdit *self, McJsonSplice *splice)
{
  const McJsonIndex *index = mc_chat_request_get_index(self->request);
  g_autoptr(GString) value = NULL;

  if (mc_json_index_string_equals(index, find_member(self, "model"), self->model))
    return;
  value = g_string_new("\"");
  mc_json_escape_append(value, self->model, -1);
  g_string_append_c(value, '"');
  set_member(self, splice, "model", value->str);
}

static void
place_usage(McChatEdit *self, McJsonSplice *splice)
{
  const McJsonIndex *index = mc_chat_request_get_index(self->request);
  int options = find_member(self, "stream_options");
  int usage;

  if (!mc_json_index_is(index, options, MC_JSON_OBJECT)) {
    set_member(self, splice, "stream_options", "{\"include_usage\":true}");
    return;
  }
  usage = mc_json_index_find(index, options, "include_usage");
  if (usage < 0) {
    const McJsonNode *object = mc_json_index_get_node(index, options);

    mc_json_splice_add(splice, object->start + 1, 0,
                       object->n_children > 0 ? "\"include_usage\":true,"
                                              : "\"include_usage\":true",
                       -1);
  } else if (!mc_json_index_is(index, usage, MC_JSON_TRUE)) {
    const McJsonNode *node = mc_json_index_get_node(index, usage);

    mc_json_splice_add(splice, node->start, node->length, "true", -1);
  }
}

GBytes *
mc_chat_edit_apply(McChatEdit *self)
{
  g_autoptr(McJsonSplice) splice = mc_json_splice_new();
  GBytes *body = mc_chat_request_get_body(self->request);
  gconstpointer data;
  gsize length;

  if (self->model != NULL)
    place_model(self, splice);
  if (self->requests_usage)
    place_usage(self, splice);
  if (self->removed->len > 0)
    remove_members(self, splice);
  if (self->system->len > 0)
    place_system(self, splice);
  for (guint i = 0; i < self->contents->len; i++)
    edit_content(self, splice, self->contents->pdata[i]);
  if (mc_json_splice_get_count(splice) == 0)
    return g_bytes_ref(body);
  data = g_bytes_get_data(body, &length);
  return mc_json_splice_apply(splice, data, length);
}
