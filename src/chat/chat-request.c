/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "chat/chat-request.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

/* An agent sends its whole history with each request and only the end of it is new. So
 * the body is scanned once down to the members of a message (2 to 20 GB/s); what lies
 * deeper is read message by message, and what was learned of a message is remembered
 * under the hash of its raw bytes. A repeated history costs its hash, about 20 GB/s. */

/* messages (1) [i] (2) .role (3). */
#define INDEX_DEPTH 3
/* From a message: content (1) [j] (2) .image_url (3) .url (4). */
#define MESSAGE_DEPTH 4

#define SYSTEM_TEXT_MAX (64 * 1024)
#define USER_WORDS_MAX  (32 * 1024)
#define MEMO_MESSAGES   4096
/* An output of so few tokens is a question whether the model is there. */
#define PROBE_TOKENS 16

typedef enum {
  ROLE_OTHER, /* unknown: makes no link */
  ROLE_SYSTEM,
  ROLE_USER,
  ROLE_ASSISTANT,
  ROLE_TOOL,
} Role;

static const struct {
  const char *name;
  Role role;
} role_names[] = {
    {"system", ROLE_SYSTEM},       {"developer", ROLE_SYSTEM}, {"user", ROLE_USER},
    {"assistant", ROLE_ASSISTANT}, {"model", ROLE_ASSISTANT},  {"tool", ROLE_TOOL},
    {"function", ROLE_TOOL},
};

/* What goes into a link when the role changes. */
static const char *const role_marks[] = {
    [ROLE_OTHER] = "other",         [ROLE_SYSTEM] = "system", [ROLE_USER] = "user",
    [ROLE_ASSISTANT] = "assistant", [ROLE_TOOL] = "tool",
};

/* What is known of a message; the same for the same bytes. */
typedef struct {
  McTurnHash raw; /* of the message's bytes: the key */
  Role role;
  gboolean has_words; /* a user's own text, not only an image */
  guint n_parts;
  McTurnHash parts[]; /* of each part that makes a link */
} Digest;

/* Two generations: when the young one is full it becomes the old one, and what is asked
 * for again moves up. So the memory is bounded and no list has to be kept in order. */
typedef struct {
  GHashTable *young; /* (owned) (element-type McTurnHash Digest) keys stand in values */
  GHashTable *old;
} Memo;

struct _McChatRequest {
  GBytes *body;       /* (owned) */
  const char *data;   /* (unowned) its bytes */
  McJsonIndex *index; /* (owned) */
  int *messages;      /* (owned) their nodes */
  guint8 *roles;      /* (owned) of type Role, one each */
  guint n_messages;

  char *model;       /* (owned) */
  char *system_text; /* (owned) (nullable) before the first call */
  char *session_id;  /* (owned) (nullable) */
  gboolean knows_session_id;
  char *user_words; /* (owned) (nullable) before the first call */
  int user_message;
  gboolean is_user_turn;
  GArray *chain; /* (owned) (nullable) before the first call */
};

static GHashTable *
new_generation(void)
{
  return g_hash_table_new_full(mc_turn_hash_hash, mc_turn_hash_equal, NULL, g_free);
}

static void
free_memo(gpointer data)
{
  Memo *memo = data;

  g_hash_table_unref(memo->young);
  g_hash_table_unref(memo->old);
  g_free(memo);
}

static Memo *
get_memo(void)
{
  static GPrivate key = G_PRIVATE_INIT(free_memo);
  Memo *memo = g_private_get(&key);

  if (memo == NULL) {
    memo = g_new0(Memo, 1);
    memo->young = new_generation();
    memo->old = new_generation();
    g_private_set(&key, memo);
  }
  return memo;
}

/* Takes @digest. */
static void
remember(Memo *memo, Digest *digest)
{
  if (g_hash_table_size(memo->young) >= MEMO_MESSAGES) {
    g_hash_table_unref(memo->old);
    memo->old = memo->young;
    memo->young = new_generation();
  }
  g_hash_table_replace(memo->young, &digest->raw, digest);
}

static const Digest *
recall(Memo *memo, const McTurnHash *raw)
{
  Digest *digest = g_hash_table_lookup(memo->young, raw);
  gpointer value;

  if (digest != NULL)
    return digest;
  if (!g_hash_table_steal_extended(memo->old, raw, NULL, &value))
    return NULL;
  remember(memo, value);
  return value;
}

/* Scans the bytes of one message deeper than the request's own index goes. They were
 * checked with the whole body, so this cannot fail. */
static McJsonIndex *
open_message(const McChatRequest *self, guint message)
{
  const McJsonNode *node = mc_json_index_get_node(self->index, self->messages[message]);
  McJsonIndex *index =
      mc_json_index_new(self->data + node->start, node->length, MESSAGE_DEPTH, NULL);

  g_assert(index != NULL);
  return index;
}

static Role
read_role(const McJsonIndex *index, int message)
{
  int node = mc_json_index_find(index, message, "role");

  for (guint i = 0; i < G_N_ELEMENTS(role_names); i++)
    if (mc_json_index_string_equals(index, node, role_names[i].name))
      return role_names[i].role;
  return ROLE_OTHER;
}

/* The text of a content part, decoded; NULL when it is a part of another kind. */
static char *
dup_part_text(const McJsonIndex *index, int part)
{
  static const char *const names[] = {"text", "refusal"};

  if (mc_json_index_is(index, part, MC_JSON_STRING))
    return mc_json_index_dup_string(index, part);
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    int text = mc_json_index_find(index, part, names[i]);

    if (mc_json_index_is(index, text, MC_JSON_STRING))
      return mc_json_index_dup_string(index, text);
  }
  return NULL;
}

typedef void (*PartFunc)(const McJsonIndex *index, int part, gpointer user_data);

/* Calls @func with each part of the content; a plain string is its own only part. */
static void
for_each_part(const McJsonIndex *index, int message, PartFunc func, gpointer user_data)
{
  int content = mc_json_index_find(index, message, "content");

  if (mc_json_index_is(index, content, MC_JSON_STRING)) {
    func(index, content, user_data);
  } else if (mc_json_index_is(index, content, MC_JSON_ARRAY)) {
    for (int part = mc_json_index_get_node(index, content)->first_child; part >= 0;
         part = mc_json_index_get_node(index, part)->next)
      func(index, part, user_data);
  }
}

/* The longest string in a part, which is its payload: a URL, data, an id. */
static void
find_payload(const McJsonIndex *index, int node, int *longest)
{
  const McJsonNode *value = mc_json_index_get_node(index, node);

  if (value->kind == MC_JSON_STRING &&
      (*longest < 0 || value->length > mc_json_index_get_node(index, *longest)->length))
    *longest = node;
  for (int child = value->first_child; child >= 0;
       child = mc_json_index_get_node(index, child)->next)
    find_payload(index, child, longest);
}

/* Pictures are megabytes and never edited: length, beginning and end tell them apart. */
static McTurnHash
fingerprint_payload(const McJsonIndex *index, int part)
{
  enum { SAMPLE = 512 };
  struct {
    guint64 length;
    McTurnHash head;
    McTurnHash tail;
  } print = {0};
  int longest = -1;

  find_payload(index, part, &longest);
  if (longest >= 0) {
    const McJsonNode *value = mc_json_index_get_node(index, longest);
    const char *start = mc_json_index_get_data(index) + value->start;
    gsize sample = MIN(value->length, SAMPLE);

    print.length = value->length;
    print.head = mc_turn_hash_bytes(start, sample);
    print.tail = mc_turn_hash_bytes(start + value->length - sample, sample);
  }
  return mc_turn_hash_bytes(&print, sizeof print);
}

typedef struct {
  Role role;
  gboolean has_words;
  GArray *parts; /* (element-type McTurnHash) */
} DigestBuilder;

static void
add_words(DigestBuilder *self, const char *text)
{
  g_autofree char *clean = self->role == ROLE_USER ? mc_user_words_clean(text, -1) : NULL;
  g_autofree char *words = mc_words_normalise(clean != NULL ? clean : text, -1);
  McTurnHash hash;

  if (*words == '\0')
    return;
  hash = mc_turn_hash_bytes(words, strlen(words));
  g_array_append_val(self->parts, hash);
  self->has_words = TRUE;
}

static void
add_part(const McJsonIndex *index, int part, gpointer user_data)
{
  DigestBuilder *self = user_data;
  g_autofree char *text = dup_part_text(index, part);
  McTurnHash hash;

  if (text != NULL) {
    add_words(self, text);
  } else if (mc_json_index_is(index, part, MC_JSON_OBJECT)) {
    hash = fingerprint_payload(index, part);
    g_array_append_val(self->parts, hash);
  }
}

/* Name and arguments of a call. Clients print the arguments anew, so white space does not
 * count; ids are rewritten on the way, so they do not count either. */
static void
add_call(DigestBuilder *self, const McJsonIndex *index, int function)
{
  g_autofree char *name =
      mc_json_index_dup_string(index, mc_json_index_find(index, function, "name"));
  g_autofree char *arguments =
      mc_json_index_dup_string(index, mc_json_index_find(index, function, "arguments"));
  GString *words;
  McTurnHash hash;

  if (name == NULL)
    return;
  words = g_string_new(name);
  g_string_append_c(words, '(');
  for (const char *at = arguments != NULL ? arguments : ""; *at != '\0'; at++)
    if (!g_ascii_isspace(*at))
      g_string_append_c(words, *at);
  hash = mc_turn_hash_bytes(words->str, words->len);
  g_array_append_val(self->parts, hash);
  g_string_free(words, TRUE);
}

static void
add_calls(DigestBuilder *self, const McJsonIndex *index)
{
  int calls = mc_json_index_find(index, 0, "tool_calls");

  if (mc_json_index_is(index, calls, MC_JSON_ARRAY)) {
    for (int call = mc_json_index_get_node(index, calls)->first_child; call >= 0;
         call = mc_json_index_get_node(index, call)->next)
      add_call(self, index, mc_json_index_find(index, call, "function"));
  }
  add_call(self, index, mc_json_index_find(index, 0, "function_call"));
}

static gboolean
part_starts_with(const McJsonIndex *index, int part, const char *mark)
{
  g_autofree char *text = dup_part_text(index, part);

  return text != NULL && g_str_has_prefix(g_strchug(text), mark);
}

static gboolean
part_ends_with(const McJsonIndex *index, int part, const char *mark)
{
  g_autofree char *text = dup_part_text(index, part);

  return text != NULL && g_str_has_suffix(g_strchomp(text), mark);
}

/* OpenClaw's internal context may be spread over several parts of its own message. */
static gboolean
is_internal_context(const McJsonIndex *index)
{
  int content = mc_json_index_find(index, 0, "content");
  int first, last;

  if (!mc_json_index_is(index, content, MC_JSON_ARRAY))
    return FALSE;
  first = last = mc_json_index_get_node(index, content)->first_child;
  if (first < 0)
    return FALSE;
  while (mc_json_index_get_node(index, last)->next >= 0)
    last = mc_json_index_get_node(index, last)->next;
  return part_starts_with(index, first, "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>") &&
         part_ends_with(index, last, "<<<END_OPENCLAW_INTERNAL_CONTEXT>>>");
}

static Digest *
read_digest(const McChatRequest *self, guint message, const McTurnHash *raw)
{
  g_autoptr(McJsonIndex) index = open_message(self, message);
  g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(McTurnHash));
  DigestBuilder builder = {.role = read_role(index, 0), .parts = parts};
  gsize parts_size;
  Digest *digest;

  if (builder.role != ROLE_SYSTEM && builder.role != ROLE_OTHER &&
      !(builder.role == ROLE_USER && is_internal_context(index))) {
    for_each_part(index, 0, add_part, &builder);
    if (builder.role == ROLE_ASSISTANT)
      add_calls(&builder, index);
  }
  parts_size = parts->len * sizeof(McTurnHash);
  digest = g_malloc(sizeof(Digest) + parts_size);
  *digest = (Digest){
      .raw = *raw,
      .role = builder.role,
      .has_words = builder.has_words,
      .n_parts = parts->len,
  };
  if (parts_size > 0)
    memcpy(digest->parts, parts->data, parts_size);
  return digest;
}

/* Valid until the next call. */
static const Digest *
get_digest(const McChatRequest *self, guint message)
{
  const McJsonNode *node = mc_json_index_get_node(self->index, self->messages[message]);
  McTurnHash raw = mc_turn_hash_bytes(self->data + node->start, node->length);
  Memo *memo = get_memo();
  const Digest *known = recall(memo, &raw);
  Digest *digest;

  if (known != NULL)
    return known;
  digest = read_digest(self, message, &raw);
  remember(memo, digest);
  return digest;
}

static void
append_part_text(const McJsonIndex *index, int part, gpointer user_data)
{
  GString *out = user_data;
  g_autofree char *text = dup_part_text(index, part);

  if (text == NULL || *text == '\0')
    return;
  if (out->len > 0)
    g_string_append_c(out, '\n');
  g_string_append(out, text);
}

static void
append_user_words(const McJsonIndex *index, int part, gpointer user_data)
{
  GString *out = user_data;
  g_autofree char *text = dup_part_text(index, part);
  g_autofree char *words = text != NULL ? mc_user_words_clean(text, -1) : NULL;

  if (words == NULL || *words == '\0')
    return;
  if (out->len > 0)
    g_string_append_c(out, '\n');
  g_string_append(out, words);
}

static gboolean
check_messages(McChatRequest *self, GError **error)
{
  int messages = mc_json_index_find(self->index, 0, "messages");
  const McJsonNode *list;
  guint i = 0;

  if (messages < 0) {
    g_set_error_literal(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                        "messages: missing; a chat request needs at least one");
    return FALSE;
  }
  if (!mc_json_index_is(self->index, messages, MC_JSON_ARRAY)) {
    g_set_error_literal(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                        "messages: must be an array of messages");
    return FALSE;
  }
  list = mc_json_index_get_node(self->index, messages);
  if (list->n_children == 0) {
    g_set_error_literal(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                        "messages: empty; a chat request needs at least one");
    return FALSE;
  }
  self->n_messages = list->n_children;
  self->messages = g_new(int, self->n_messages);
  self->roles = g_new(guint8, self->n_messages);
  for (int node = list->first_child; node >= 0;
       node = mc_json_index_get_node(self->index, node)->next) {
    if (!mc_json_index_is(self->index, node, MC_JSON_OBJECT)) {
      g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                  "messages[%u]: must be an object with role and content", i);
      return FALSE;
    }
    self->roles[i] = (guint8) read_role(self->index, node);
    self->messages[i++] = node;
  }
  return TRUE;
}

McChatRequest *
mc_chat_request_new_openai(GBytes *body, GError **error)
{
  g_autoptr(McChatRequest) self = NULL;
  gsize length;

  g_return_val_if_fail(body != NULL, NULL);

  self = g_new0(McChatRequest, 1);
  self->body = g_bytes_ref(body);
  self->data = g_bytes_get_data(body, &length);
  self->index = mc_json_index_new(self->data, length, INDEX_DEPTH, error);
  if (self->index == NULL) {
    g_prefix_error(error, "the body is not JSON: ");
    return NULL;
  }
  if (!mc_json_index_is(self->index, 0, MC_JSON_OBJECT)) {
    g_set_error_literal(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                        "the body must be a JSON object");
    return NULL;
  }
  if (!check_messages(self, error))
    return NULL;
  self->model =
      mc_json_index_dup_string(self->index, mc_json_index_find(self->index, 0, "model"));
  if (self->model == NULL)
    self->model = g_strdup("");
  return g_steal_pointer(&self);
}

void
mc_chat_request_free(McChatRequest *self)
{
  if (self == NULL)
    return;
  g_clear_pointer(&self->body, g_bytes_unref);
  g_clear_pointer(&self->index, mc_json_index_free);
  g_clear_pointer(&self->chain, g_array_unref);
  g_free(self->messages);
  g_free(self->roles);
  g_free(self->model);
  g_free(self->system_text);
  g_free(self->session_id);
  g_free(self->user_words);
  g_free(self);
}

GBytes *
mc_chat_request_get_body(McChatRequest *self)
{
  return self->body;
}

const McJsonIndex *
mc_chat_request_get_index(McChatRequest *self)
{
  return self->index;
}

int
mc_chat_request_get_message_node(McChatRequest *self, guint message)
{
  g_return_val_if_fail(message < self->n_messages, -1);

  return self->messages[message];
}

gboolean
mc_chat_request_is_system_message(McChatRequest *self, guint message)
{
  g_return_val_if_fail(message < self->n_messages, FALSE);

  return self->roles[message] == ROLE_SYSTEM;
}

const char *
mc_chat_request_get_model(McChatRequest *self)
{
  return self->model;
}

gboolean
mc_chat_request_is_stream(McChatRequest *self)
{
  return mc_json_index_is(self->index, mc_json_index_find(self->index, 0, "stream"),
                          MC_JSON_TRUE);
}

gboolean
mc_chat_request_wants_usage(McChatRequest *self)
{
  return mc_json_index_is(
      self->index,
      mc_json_index_find_path(self->index, 0, "stream_options", "include_usage", NULL),
      MC_JSON_TRUE);
}

static gboolean
has_elements(McChatRequest *self, const char *name)
{
  int node = mc_json_index_find(self->index, 0, name);

  return mc_json_index_is(self->index, node, MC_JSON_ARRAY) &&
         mc_json_index_get_node(self->index, node)->n_children > 0;
}

gboolean
mc_chat_request_has_tools(McChatRequest *self)
{
  return has_elements(self, "tools") || has_elements(self, "functions");
}

guint
mc_chat_request_get_n_messages(McChatRequest *self)
{
  return self->n_messages;
}

gint64
mc_chat_request_get_max_tokens(McChatRequest *self)
{
  static const char *const names[] = {"max_completion_tokens", "max_tokens"};

  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    gint64 value = mc_json_index_get_int(
        self->index, mc_json_index_find(self->index, 0, names[i]), -1);

    if (value >= 0)
      return value;
  }
  return -1;
}

const char *
mc_chat_request_get_system_text(McChatRequest *self)
{
  g_autoptr(GString) text = NULL;

  if (self->system_text != NULL)
    return self->system_text;
  text = g_string_new(NULL);
  for (guint i = 0; i < self->n_messages && text->len < SYSTEM_TEXT_MAX; i++) {
    if (mc_chat_request_is_system_message(self, i)) {
      g_autoptr(McJsonIndex) index = open_message(self, i);

      for_each_part(index, 0, append_part_text, text);
    }
  }
  self->system_text = mc_text_cut(text->str, (gssize) text->len, SYSTEM_TEXT_MAX);
  return self->system_text;
}

/* "sessionId=UUID" as OpenClaw writes it into its first user message or at the end of the
 * system text; hexadecimal digits and dashes need no JSON escape. */
static char *
find_written_session_id(const char *data, gsize length)
{
  static const char mark[] = "sessionId=";
  const char *end = data + length;
  const char *start = memmem(data, length, mark, strlen(mark));
  const char *at;

  if (start == NULL)
    return NULL;
  start += strlen(mark);
  for (at = start; at < end && (g_ascii_isxdigit(*at) || *at == '-'); at++)
    ;
  return at - start == 36 ? g_strndup(start, 36) : NULL;
}

static char *
search_prompt(const McChatRequest *self)
{
  enum { MESSAGES = 4, TAIL = 4 * 1024 };

  for (guint i = 0; i < MIN(self->n_messages, MESSAGES); i++) {
    const McJsonNode *node = mc_json_index_get_node(self->index, self->messages[i]);
    gsize length = MIN(node->length, TAIL);
    char *id =
        find_written_session_id(self->data + node->start + node->length - length, length);

    if (id != NULL)
      return id;
  }
  return NULL;
}

/* Claude Code's metadata.user_id is a JSON document in a string. */
static char *
read_metadata_session(const McChatRequest *self)
{
  int node = mc_json_index_find_path(self->index, 0, "metadata", "user_id", NULL);
  g_autofree char *text = mc_json_index_dup_string(self->index, node);
  g_autoptr(McJsonIndex) inner =
      text != NULL ? mc_json_index_new(text, strlen(text), 1, NULL) : NULL;

  return inner != NULL
             ? mc_json_index_dup_string(inner, mc_json_index_find(inner, 0, "session_id"))
             : NULL;
}

const char *
mc_chat_request_get_session_id(McChatRequest *self)
{
  static const char *const names[] = {"prompt_cache_key", "session_id"};

  if (self->knows_session_id)
    return self->session_id;
  self->knows_session_id = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *id = mc_json_index_dup_string(
        self->index, mc_json_index_find(self->index, 0, names[i]));

    if (id != NULL && *id != '\0') {
      self->session_id = g_steal_pointer(&id);
      return self->session_id;
    }
  }
  self->session_id = read_metadata_session(self);
  if (self->session_id != NULL && *self->session_id == '\0')
    g_clear_pointer(&self->session_id, g_free);
  if (self->session_id == NULL)
    self->session_id = search_prompt(self);
  return self->session_id;
}

/* Walks back to the last message in which the user says something. */
static void
find_user_words(McChatRequest *self)
{
  self->user_message = -1;
  self->is_user_turn = TRUE;
  for (guint i = self->n_messages; i-- > 0;) {
    const Digest *digest = get_digest(self, i);

    if (digest->role == ROLE_USER && digest->has_words) {
      g_autoptr(McJsonIndex) index = open_message(self, i);
      g_autoptr(GString) words = g_string_new(NULL);

      for_each_part(index, 0, append_user_words, words);
      self->user_words = mc_text_cut(words->str, (gssize) words->len, USER_WORDS_MAX);
      self->user_message = (int) i;
      return;
    }
    if (digest->role == ROLE_ASSISTANT || digest->role == ROLE_TOOL)
      self->is_user_turn = FALSE;
  }
  self->user_words = g_strdup("");
  self->is_user_turn = FALSE;
}

const char *
mc_chat_request_get_user_words(McChatRequest *self)
{
  if (self->user_words == NULL)
    find_user_words(self);
  return self->user_words;
}

int
mc_chat_request_get_user_message(McChatRequest *self)
{
  mc_chat_request_get_user_words(self);
  return self->user_message;
}

gboolean
mc_chat_request_is_user_turn(McChatRequest *self)
{
  mc_chat_request_get_user_words(self);
  return self->is_user_turn;
}

const GArray *
mc_chat_request_get_chain(McChatRequest *self, const char *session_key)
{
  McTurnHash state;
  Role role = ROLE_OTHER;

  if (self->chain != NULL)
    return self->chain;
  self->chain = g_array_sized_new(FALSE, FALSE, sizeof(McChainLink), self->n_messages);
  state = mc_turn_hash_start(session_key);
  for (guint i = 0; i < self->n_messages; i++) {
    const Digest *digest = get_digest(self, i);

    for (guint j = 0; j < digest->n_parts; j++) {
      McChainLink link;

      state = mc_turn_hash_extend_part(state, digest->role != role,
                                       role_marks[digest->role], &digest->parts[j]);
      role = digest->role;
      link = (McChainLink){.hash = state, .message_index = i};
      g_array_append_val(self->chain, link);
    }
  }
  return self->chain;
}

typedef enum {
  IN_SYSTEM,
  IN_USER_WORDS,
  IN_BOTH,
} Place;

/* How the side requests of real clients begin (clients.md 1.5 and 2.3). */
static const struct {
  Place place;
  const char *start;
  const char *reason;
} side_rules[] = {
    {IN_SYSTEM, "You are a title generator", "title"},
    {IN_SYSTEM, "You are a context summarization assistant", "compaction"},
    {IN_SYSTEM, "You are the component that summarizes internal chat history",
     "compaction"},
    {IN_BOTH, "You are performing a CONTEXT CHECKPOINT COMPACTION", "compaction"},
    {IN_BOTH, "Your task is to create a detailed summary of the conversation so far",
     "compaction"},
    {IN_BOTH, "Generate a concise session title", "title"},
    {IN_BOTH, "Generate a title for this conversation:", "title"},
    {IN_BOTH, "### Task:\nGenerate a concise, 3-5 word title", "title"},
    {IN_BOTH, "### Task:\nGenerate 1-3 broad tags", "tags"},
    {IN_BOTH, "### Task:\nSuggest 3-5 relevant follow-up", "follow-up"},
    {IN_BOTH, "### Task:\nAnalyze the chat history to determine the necessity",
     "search-query"},
    {IN_BOTH, "### Task:\nYou are an autocompletion system", "autocompletion"},
    {IN_USER_WORDS, "Follow the heartbeat monitor scratch context when provided.",
     "heartbeat"},
    {IN_USER_WORDS, "Read HEARTBEAT.md if it exists", "heartbeat"},
    {IN_USER_WORDS, "Pre-compaction memory flush.", "memory-flush"},
};

/* Messages that consist of one word of the protocol. */
static const char *const silent_words[] = {"NO_REPLY", "HEARTBEAT_OK"};

char *
mc_chat_request_dup_system_start(McChatRequest *self)
{
  enum { START = 512 };

  for (guint i = 0; i < self->n_messages; i++) {
    if (mc_chat_request_is_system_message(self, i)) {
      int content = mc_json_index_find(self->index, self->messages[i], "content");

      if (mc_json_index_is(self->index, content, MC_JSON_STRING)) {
        const McJsonNode *node = mc_json_index_get_node(self->index, content);

        return mc_json_span_decode(self->data + node->start + 1,
                                   MIN(node->length - 2, START));
      }
      return g_strdup(mc_chat_request_get_system_text(self));
    }
  }
  return g_strdup("");
}

const char *
mc_chat_request_get_side_reason(McChatRequest *self)
{
  gint64 max_tokens = mc_chat_request_get_max_tokens(self);
  g_autofree char *system_text = NULL;
  const char *words;

  if (max_tokens >= 0 && max_tokens <= PROBE_TOKENS)
    return "probe";
  words = mc_chat_request_get_user_words(self);
  system_text = g_strchug(mc_chat_request_dup_system_start(self));
  for (guint i = 0; i < G_N_ELEMENTS(side_rules); i++) {
    if ((side_rules[i].place != IN_USER_WORDS &&
         g_str_has_prefix(system_text, side_rules[i].start)) ||
        (side_rules[i].place != IN_SYSTEM &&
         g_str_has_prefix(words, side_rules[i].start)))
      return side_rules[i].reason;
  }
  for (guint i = 0; i < G_N_ELEMENTS(silent_words); i++)
    if (g_strcmp0(words, silent_words[i]) == 0)
      return "heartbeat";
  return NULL;
}
