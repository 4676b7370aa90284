/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "upstream/practice-answer.h"

#include <string.h>

#include "base/error.h"
#include "chat/skill-block.h"
#include "chat/turn-identity.h"
#include "upstream/schema-sample.h"

#define LONGEST_QUOTE     160         /* characters of a tool's result */
#define LONGEST_ARGUMENTS (16 * 1024) /* bytes; a schema may show huge values */
#define PIECE_OF_JSON     12          /* characters in a tool call's delta */
#define INDEX_DEPTH       64

struct _McPracticeAnswer {
  char *hash;        /* (owned) of the request: what makes ids unique and repeatable */
  char *tool_name;   /* (owned) (nullable) the answer is a call */
  GPtrArray *pieces; /* (owned) (element-type utf8) of the text or of the arguments; each
                        counts as a token */
  char *text;        /* (owned) the pieces together */
  gboolean is_cut;   /* max_tokens ended it */
  gboolean wants_usage;
  guint prompt_tokens;
};

/* --- reading the request */

static int
find_last_message(McChatRequest *request)
{
  const McJsonIndex *index = mc_chat_request_get_index(request);
  int messages = mc_json_index_find(index, 0, "messages");
  int last = -1;
  for (int node = mc_json_index_get_node(index, messages)->first_child; node >= 0;
       node = mc_json_index_get_node(index, node)->next)
    last = node;
  return last;
}

/* The text of a message: a string, or the text parts of a list. */
static char *
dup_content(const McJsonIndex *whole, int message)
{
  int content = mc_json_index_find(whole, message, "content");
  if (mc_json_index_is(whole, content, MC_JSON_STRING))
    return mc_json_index_dup_string(whole, content);
  GString *text = g_string_new(NULL);
  if (mc_json_index_is(whole, content, MC_JSON_ARRAY)) {
    const McJsonNode *span = mc_json_index_get_node(whole, content);
    g_autoptr(McJsonIndex) parts = mc_json_index_new(
        mc_json_index_get_data(whole) + span->start, span->length, 2, NULL);
    int part = parts != NULL ? mc_json_index_get_node(parts, 0)->first_child : -1;
    for (; part >= 0; part = mc_json_index_get_node(parts, part)->next) {
      g_autofree char *piece =
          mc_json_index_dup_string(parts, mc_json_index_find(parts, part, "text"));
      g_string_append(text, piece != NULL ? piece : "");
    }
  }
  return g_string_free(text, FALSE);
}

static gboolean
has_role(const McJsonIndex *index, int message, const char *role)
{
  return mc_json_index_string_equals(index, mc_json_index_find(index, message, "role"),
                                     role);
}

/* Skills stand at the end of the system prompt and in front of users' messages. */
static char *
list_skills(McChatRequest *request)
{
  const McJsonIndex *index = mc_chat_request_get_index(request);
  int messages = mc_json_index_find(index, 0, "messages");
  g_autoptr(GHashTable) seen =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  GString *list = g_string_new(NULL);
  for (int node = mc_json_index_get_node(index, messages)->first_child; node >= 0;
       node = mc_json_index_get_node(index, node)->next) {
    if (has_role(index, node, "assistant") || has_role(index, node, "tool"))
      continue;
    g_autofree char *text = dup_content(index, node);
    g_auto(GStrv) names = mc_skill_block_list_names(text);
    for (guint i = 0; names[i] != NULL; i++)
      if (g_hash_table_add(seen, g_strdup(names[i])))
        g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", names[i]);
  }
  if (list->len == 0)
    g_string_append(list, "none");
  return g_string_free(list, FALSE);
}

/* The text of the newest tool result after the user's last words; NULL when there is
 * none. */
static char *
dup_tool_result(McChatRequest *request)
{
  const McJsonIndex *index = mc_chat_request_get_index(request);
  int messages = mc_json_index_find(index, 0, "messages");
  int newest = -1;
  int i = 0;
  for (int node = mc_json_index_get_node(index, messages)->first_child; node >= 0;
       node = mc_json_index_get_node(index, node)->next, i++)
    if (i > mc_chat_request_get_user_message(request) && has_role(index, node, "tool"))
      newest = node;
  return newest >= 0 ? dup_content(index, newest) : NULL;
}

/* A slice of the body as an index of its own, deep enough for schemas; NULL when the
 * member is not there. */
static McJsonIndex *
index_member(McChatRequest *request, const char *name)
{
  const McJsonIndex *index = mc_chat_request_get_index(request);
  int node = mc_json_index_find(index, 0, name);
  if (node < 0)
    return NULL;
  const McJsonNode *span = mc_json_index_get_node(index, node);
  return mc_json_index_new(mc_json_index_get_data(index) + span->start, span->length,
                           INDEX_DEPTH, NULL);
}

/* The function that tool_choice names, else the first one; -1 when none may be called. */
static int
find_function(McChatRequest *request, const McJsonIndex *tools)
{
  g_autoptr(McJsonIndex) choice = index_member(request, "tool_choice");
  g_autofree char *named = NULL;
  if (choice != NULL) {
    if (mc_json_index_string_equals(choice, 0, "none"))
      return -1;
    named = mc_json_index_dup_string(
        choice, mc_json_index_find_path(choice, 0, "function", "name", NULL));
  }
  if (!mc_json_index_is(tools, 0, MC_JSON_ARRAY))
    return -1;
  for (int tool = mc_json_index_get_node(tools, 0)->first_child; tool >= 0;
       tool = mc_json_index_get_node(tools, tool)->next) {
    int function = mc_json_index_find(tools, tool, "function");
    int name = mc_json_index_find(tools, function, "name");
    if (mc_json_index_is(tools, name, MC_JSON_STRING) &&
        (named == NULL || mc_json_index_string_equals(tools, name, named)))
      return function;
  }
  return -1;
}

/* --- deciding */

/* Han, Kana: languages that put no blanks between words. */
static gboolean
is_word_by_itself(gunichar character)
{
  GUnicodeScript script = g_unichar_get_script(character);
  return script == G_UNICODE_SCRIPT_HAN || script == G_UNICODE_SCRIPT_HIRAGANA ||
         script == G_UNICODE_SCRIPT_KATAKANA;
}

static guint
count_words(const char *text)
{
  guint n_words = 0;
  gboolean is_inside = FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar character = g_utf8_get_char(p);
    if (is_word_by_itself(character)) {
      n_words++;
      is_inside = FALSE;
    } else if (g_unichar_isspace(character)) {
      is_inside = FALSE;
    } else if (!is_inside && g_unichar_isalnum(character)) {
      n_words++;
      is_inside = TRUE;
    }
  }
  return n_words;
}

/* @text on one line, cut after LONGEST_QUOTE characters. */
static char *
quote(const char *text)
{
  g_autofree char *line = mc_words_normalise(text, -1);
  if (g_utf8_strlen(line, -1) <= LONGEST_QUOTE)
    return g_steal_pointer(&line);
  g_autofree char *head = g_utf8_substring(line, 0, LONGEST_QUOTE);
  return g_strconcat(head, "…", NULL);
}

static char *
write_text(McChatRequest *request)
{
  g_autofree char *skills = list_skills(request);
  g_autofree char *result = dup_tool_result(request);
  if (result != NULL && !mc_chat_request_is_user_turn(request)) {
    g_autofree char *quoted = quote(result);
    return g_strdup_printf(
        "The tool answered: \"%s\". This is MetaClaw's practice model, "
        "so that is all I make of it.\nSkills in this conversation: %s",
        quoted, skills);
  }
  guint n_words = count_words(mc_chat_request_get_user_words(request));
  return g_strdup_printf(
      "Hello! This is MetaClaw's practice model: it is built in, works offline and does "
      "not think. You wrote %u %s.\nSkills in this conversation: %s\nTo talk to a real "
      "model, set llm.provider and llm.api_key (or llm.api_base) in config.yaml, then "
      "run: metaclaw restart",
      n_words, n_words == 1 ? "word" : "words", skills);
}

/* With response_format, a client parses what comes; NULL when it takes any text. */
static char *
write_formatted(McChatRequest *request)
{
  g_autoptr(McJsonIndex) format = index_member(request, "response_format");
  if (format == NULL)
    return NULL;
  int type = mc_json_index_find(format, 0, "type");
  if (mc_json_index_string_equals(format, type, "json_object"))
    return g_strdup("{\"practice\":true}");
  if (!mc_json_index_string_equals(format, type, "json_schema"))
    return NULL;
  GString *json = g_string_new(NULL);
  mc_schema_sample_append(
      json, format, mc_json_index_find_path(format, 0, "json_schema", "schema", NULL));
  return g_string_free(json, FALSE);
}

static void
cut_json(McPracticeAnswer *self, const char *json)
{
  for (const char *p = json; *p != '\0';) {
    const char *end = p;
    for (guint i = 0; i < PIECE_OF_JSON && *end != '\0'; i++)
      end = g_utf8_next_char(end);
    g_ptr_array_add(self->pieces, g_strndup(p, (gsize) (end - p)));
    p = end;
  }
}

/* Each word with the blank in front of it, as tokens mostly are. */
static void
cut_words(McPracticeAnswer *self, const char *text)
{
  for (const char *p = text; *p != '\0';) {
    gsize blank = strspn(p, " \n");
    gsize length = blank + strcspn(p + blank, " \n");
    g_ptr_array_add(self->pieces, g_strndup(p, length));
    p += length;
  }
}

static gboolean
call_tool(McPracticeAnswer *self, McChatRequest *request)
{
  g_autoptr(McJsonIndex) tools = index_member(request, "tools");
  if (tools == NULL || !mc_chat_request_is_user_turn(request))
    return FALSE;
  int function = find_function(request, tools);
  if (function < 0)
    return FALSE;
  g_autoptr(GString) arguments = g_string_new(NULL);
  int parameters = mc_json_index_find(tools, function, "parameters");
  if (mc_json_index_is(tools, parameters, MC_JSON_OBJECT))
    mc_schema_sample_append(arguments, tools, parameters);
  if (arguments->len > LONGEST_ARGUMENTS || arguments->str[0] != '{')
    g_string_assign(arguments, "{}");
  self->tool_name =
      mc_json_index_dup_string(tools, mc_json_index_find(tools, function, "name"));
  cut_json(self, arguments->str);
  return TRUE;
}

static void
decide(McPracticeAnswer *self, McChatRequest *request)
{
  if (call_tool(self, request))
    return;
  g_autofree char *formatted = write_formatted(request);
  if (formatted != NULL) {
    cut_json(self, formatted);
    return;
  }
  g_autofree char *text = write_text(request);
  cut_words(self, text);
}

static void
join_pieces(McPracticeAnswer *self)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < self->pieces->len; i++)
    g_string_append(text, self->pieces->pdata[i]);
  self->text = g_string_free(text, FALSE);
}

static char *
hash_body(GBytes *body)
{
  gsize length = 0;
  const char *bytes = g_bytes_get_data(body, &length);
  McTurnHash hash =
      mc_turn_hash_extend(mc_turn_hash_start("practice"), FALSE, "body", bytes, length);
  return mc_turn_hash_format(&hash);
}

static gboolean
check(McChatRequest *request, GError **error)
{
  const McJsonIndex *index = mc_chat_request_get_index(request);
  if (mc_json_index_get_int(index, mc_json_index_find(index, 0, "n"), 1) != 1) {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                "n: the practice model gives one choice only");
    return FALSE;
  }
  gint64 most = mc_chat_request_get_max_tokens(request);
  if (most == 0 || most < -1 || find_last_message(request) < 0) {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT, "%s",
                most == 0 || most < -1 ? "max_tokens: must be at least 1"
                                       : "messages: must not be empty");
    return FALSE;
  }
  return TRUE;
}

McPracticeAnswer *
mc_practice_answer_new(McChatRequest *request, GError **error)
{
  if (!check(request, error))
    return NULL;
  GBytes *body = mc_chat_request_get_body(request);
  gint64 most = mc_chat_request_get_max_tokens(request);

  McPracticeAnswer *self = g_new0(McPracticeAnswer, 1);
  self->hash = hash_body(body);
  self->pieces = g_ptr_array_new_with_free_func(g_free);
  self->wants_usage = mc_chat_request_wants_usage(request);
  /* Four bytes a token: the usual estimate for English. */
  self->prompt_tokens = (guint) (g_bytes_get_size(body) / 4 + 1);
  decide(self, request);
  if (most > 0 && (gint64) self->pieces->len > most) {
    g_ptr_array_set_size(self->pieces, (int) most);
    self->is_cut = TRUE;
  }
  join_pieces(self);
  return self;
}

void
mc_practice_answer_free(McPracticeAnswer *self)
{
  if (self == NULL)
    return;
  g_free(self->hash);
  g_free(self->tool_name);
  g_ptr_array_unref(self->pieces);
  g_free(self->text);
  g_free(self);
}

const char *
mc_practice_answer_get_text(const McPracticeAnswer *self)
{
  return self->tool_name == NULL ? self->text : NULL;
}

/* --- writing it down */

static void
append_string(GString *out, const char *text)
{
  g_string_append_c(out, '"');
  mc_json_escape_append(out, text, -1);
  g_string_append_c(out, '"');
}

static const char *
get_finish_reason(const McPracticeAnswer *self)
{
  if (self->is_cut)
    return "length";
  return self->tool_name != NULL ? "tool_calls" : "stop";
}

static void
append_head(GString *out, const McPracticeAnswer *self, const char *object)
{
  g_string_append_printf(out,
                         "{\"id\":\"chatcmpl-practice-%.16s\",\"object\":\"%s\","
                         "\"created\":%d,\"model\":\"" MC_PRACTICE_MODEL "\",",
                         self->hash, object, MC_PRACTICE_CREATED);
}

static void
append_usage(GString *out, const McPracticeAnswer *self)
{
  g_string_append_printf(
      out,
      "\"usage\":{\"prompt_tokens\":%u,\"completion_tokens\":%u,\"total_tokens\":%u}",
      self->prompt_tokens, self->pieces->len, self->prompt_tokens + self->pieces->len);
}

/* "index" belongs to a delta's call, not to a message's. */
static void
append_call(GString *out, const McPracticeAnswer *self, const char *arguments,
            gboolean is_delta)
{
  g_string_append_printf(out,
                         "\"tool_calls\":[{%s\"id\":\"call_%.24s\","
                         "\"type\":\"function\",\"function\":{\"name\":",
                         is_delta ? "\"index\":0," : "", self->hash);
  append_string(out, self->tool_name);
  g_string_append(out, ",\"arguments\":");
  append_string(out, arguments);
  g_string_append(out, "}}]");
}

char *
mc_practice_answer_format(const McPracticeAnswer *self)
{
  GString *out = g_string_new(NULL);
  append_head(out, self, "chat.completion");
  g_string_append(out, "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                       "\"content\":");
  if (self->tool_name != NULL) {
    g_string_append(out, "null,");
    append_call(out, self, self->text, FALSE);
  } else {
    append_string(out, self->text);
  }
  g_string_append_printf(out, "},\"logprobs\":null,\"finish_reason\":\"%s\"}],",
                         get_finish_reason(self));
  append_usage(out, self);
  g_string_append_c(out, '}');
  return g_string_free(out, FALSE);
}

/* One chunk whose delta holds @members. */
static void
add_chunk(GPtrArray *events, const McPracticeAnswer *self, const char *members,
          const char *finish_reason)
{
  GString *event = g_string_new("data: ");
  append_head(event, self, "chat.completion.chunk");
  g_string_append_printf(event, "\"choices\":[{\"index\":0,\"delta\":{%s},", members);
  if (finish_reason != NULL)
    g_string_append_printf(event, "\"finish_reason\":\"%s\"}]}\n\n", finish_reason);
  else
    g_string_append(event, "\"finish_reason\":null}]}\n\n");
  g_ptr_array_add(events, g_string_free(event, FALSE));
}

static void
add_content(GPtrArray *events, const McPracticeAnswer *self)
{
  for (guint i = 0; i < self->pieces->len; i++) {
    g_autoptr(GString) members = g_string_new("\"content\":");
    append_string(members, self->pieces->pdata[i]);
    add_chunk(events, self, members->str, NULL);
  }
}

static void
add_call(GPtrArray *events, const McPracticeAnswer *self)
{
  g_autoptr(GString) opening = g_string_new(NULL);
  append_call(opening, self, "", TRUE);
  add_chunk(events, self, opening->str, NULL);
  for (guint i = 0; i < self->pieces->len; i++) {
    g_autoptr(GString) members =
        g_string_new("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":");
    append_string(members, self->pieces->pdata[i]);
    g_string_append(members, "}}]");
    add_chunk(events, self, members->str, NULL);
  }
}

GPtrArray *
mc_practice_answer_format_events(const McPracticeAnswer *self)
{
  GPtrArray *events = g_ptr_array_new_with_free_func(g_free);
  add_chunk(events, self, "\"role\":\"assistant\",\"content\":\"\"", NULL);
  if (self->tool_name != NULL)
    add_call(events, self);
  else
    add_content(events, self);
  add_chunk(events, self, "", get_finish_reason(self));
  if (self->wants_usage) {
    GString *event = g_string_new("data: ");
    append_head(event, self, "chat.completion.chunk");
    g_string_append(event, "\"choices\":[],");
    append_usage(event, self);
    g_string_append(event, "}\n\n");
    g_ptr_array_add(events, g_string_free(event, FALSE));
  }
  g_ptr_array_add(events, g_strdup("data: [DONE]\n\n"));
  return events;
}
