/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/exchange.h"

#include <string.h>

#include "base/log.h"
#include "chat/chat-edit.h"
#include "chat/chat-request.h"
#include "chat/openai-error.h"
#include "chat/openai-stream.h"
#include "proxy/client-identity.h"
#include "proxy/exchange-relay.h"
#include "proxy/header-list.h"
#include "proxy/upstream-fault.h"

#define ERROR_BODY_MAX   (256 * 1024)  /* of an upstream's refusal; more is cut */
#define WHOLE_ANSWER_MAX (1024 * 1024) /* collected, so that a failure is a clean 502 */
#define OBSERVED_MAX     (8 * 1024 * 1024) /* beyond it usage is not looked for */
#define HEADERS_BACK_MAX 24
#define CREATED_BY_US    "application/json"
#define EVENT_STREAM     "text/event-stream"

typedef enum {
  STATE_READING,
  STATE_PREPARING, /* a hook owes an answer */
  STATE_SENDING,   /* until the upstream's status is known */
  STATE_RELAYING,
  STATE_DONE, /* the reply is complete, or its end is queued */
} State;

static const char *const state_names[] = {"reading", "preparing", "sending", "relaying",
                                          "done"};

/* Which states may follow each; anything else is a bug. */
static const guint allowed_edges[] = {
    [STATE_READING] = 1 << STATE_PREPARING | 1 << STATE_DONE,
    [STATE_PREPARING] = 1 << STATE_SENDING | 1 << STATE_DONE,
    [STATE_SENDING] = 1 << STATE_SENDING | 1 << STATE_RELAYING | 1 << STATE_DONE,
    [STATE_RELAYING] = 1 << STATE_SENDING | 1 << STATE_DONE,
    [STATE_DONE] = 0,
};

/* How the upstream's body is treated, known from its head. */
typedef enum {
  BODY_STREAM, /* events for the client's stream */
  BODY_WHOLE,  /* one JSON answer */
  BODY_FAULT,  /* a refusal, or something that is no use: read, then told */
} BodyKind;

struct _McExchange {
  McDataPlane *plane;    /* (unowned) */
  McFrontRequest *front; /* (unowned) (nullable) after finish */
  grefcount references;  /* hooks that owe an answer hold one */
  GList *place;          /* in the plane's list */
  McCall call;
  State state;

  McUpstreamRoute *route; /* (owned) */
  McChatRequest *chat;    /* (owned) (nullable) */
  McClientIdentity identity;
  McConversation
      *conversation; /* (owned) (nullable) for side requests of no conversation */
  GBytes *body;      /* (owned) (nullable) what the client sent */
  gboolean has_body; /* the request came whole */
  gboolean is_stream;
  gboolean wants_usage; /* the client asked for the usage chunk */
  char *asked_model;    /* (owned) (nullable) by the client */
  gboolean added_stream_options;

  McCurlTransfer *transfer; /* (unowned) (nullable) */
  BodyKind body_kind;
  int upstream_status;
  char *content_type;      /* (owned) (nullable) of the upstream's answer */
  GPtrArray *back_headers; /* (owned) (nullable) name, value … */
  GByteArray *answer;      /* (owned) (nullable) WHOLE and FAULT */
  gsize answer_total;      /* all bytes of it that came */
  McExchangeRelay *relay;  /* (owned) (nullable) once the client's stream has begun */

  int status; /* told to the client; 0 = none */
  McOutcome outcome;
  McUsage usage;
  gint64 wall_started_us;
  gint64 body_us;       /* the request was complete */
  gint64 sent_us;       /* the upstream had it */
  gint64 upstream_us;   /* the upstream's last byte */
  gint64 first_byte_us; /* the first byte of the answer came */
  gint64 relayed_us;    /* how long its first event took to pass on */
};

static void send_upstream(McExchange *self);

static void
enter(McExchange *self, State state)
{
  if ((allowed_edges[self->state] & 1u << state) == 0)
    g_critical("exchange: %s may not become %s", state_names[self->state],
               state_names[state]);
  if (mc_log_is_enabled(G_LOG_LEVEL_DEBUG)) /* else the text is made for nothing */
    g_debug("exchange %p: %s → %s", (void *) self, state_names[self->state],
            state_names[state]);
  self->state = state;
}

static void
unref_exchange(McExchange *self)
{
  if (!g_ref_count_dec(&self->references))
    return;
  g_clear_pointer(&self->route, mc_upstream_route_unref);
  g_clear_pointer(&self->chat, mc_chat_request_free);
  mc_client_identity_clear(&self->identity);
  g_clear_pointer(&self->conversation, mc_conversation_unref);
  g_clear_pointer(&self->body, g_bytes_unref);
  g_free(self->asked_model);
  g_clear_pointer(&self->content_type, g_free);
  g_clear_pointer(&self->back_headers, g_ptr_array_unref);
  g_clear_pointer(&self->answer, g_byte_array_unref);
  g_clear_pointer(&self->relay, mc_exchange_relay_free);
  g_free(self);
}

static const char *
get_host(McExchange *self)
{
  return mc_endpoint_get_host(mc_upstream_route_get_endpoint(self->route));
}

/* The client's bytes are not needed any more, save to ask again without what we added.
 * Memory that is given back early is still in the cache when the next request takes it.
 */
static void
release_request(McExchange *self)
{
  if (self->added_stream_options)
    return;
  g_clear_pointer(&self->chat, mc_chat_request_free);
  g_clear_pointer(&self->body, g_bytes_unref);
}

/* As it is asked for upstream. */
static const char *
get_model(McExchange *self)
{
  const char *model = mc_upstream_route_get_model(self->route);
  if (model != NULL)
    return model;
  return self->asked_model != NULL ? self->asked_model : "";
}

static const char *
lookup_header(const char *name, gpointer user_data)
{
  return mc_front_request_get_header(user_data, name);
}

/* Telling the client. */

static void
add_back_header(McExchange *self, const char *name, const char *value)
{
  if (self->back_headers == NULL)
    self->back_headers = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(self->back_headers, g_strdup(name));
  g_ptr_array_add(self->back_headers, g_strdup(value));
}

/* The collected headers with their content type, as a NULL-terminated list. */
static const char *const *
close_back_headers(McExchange *self, const char *content_type)
{
  add_back_header(self, "Content-Type", content_type);
  g_ptr_array_add(self->back_headers, NULL);
  return (const char *const *) self->back_headers->pdata;
}

static void
stop_upstream(McExchange *self)
{
  if (self->transfer != NULL)
    mc_curl_transfer_cancel(g_steal_pointer(&self->transfer));
}

/* A refusal, in the stream when that has begun, else as a reply of its own. */
static void
tell_failure(McExchange *self, int status, const char *type, const char *code,
             const char *message)
{
  stop_upstream(self);
  self->outcome = MC_OUTCOME_FAILED;
  if (self->front == NULL)
    return;
  if (self->relay != NULL) {
    mc_exchange_relay_fail(self->relay, message, type, code);
  } else if (mc_front_request_has_begun(self->front)) {
    mc_front_request_abort(self->front); /* a whole answer that broke off */
  } else {
    g_autoptr(GBytes) body = mc_openai_error_format(message, type, NULL, code);
    self->status = status;
    mc_front_request_reply(self->front, status, close_back_headers(self, CREATED_BY_US),
                           body);
  }
  enter(self, STATE_DONE);
}

static void
hide_secret(char **message, const char *secret)
{
  if (*secret == '\0' || strstr(*message, secret) == NULL)
    return;
  g_auto(GStrv) parts = g_strsplit(*message, secret, -1);
  g_free(*message);
  *message = g_strjoinv("[redacted]", parts);
}

/* Authorization's value begins with the name of a scheme. */
static void
hide_credential(const char *name, const char *value, gpointer user_data)
{
  if (!mc_header_list_is_credential(name))
    return;
  const char *blank = strrchr(value, ' ');
  hide_secret(user_data, blank != NULL ? blank + 1 : value);
}

/* Some upstreams quote the key that they refuse: ours, or the caller's. */
static char *
hide_keys(McExchange *self, const char *message)
{
  char *redacted = mc_log_redact(message);
  const char *key = mc_upstream_route_get_api_key(self->route);

  if (key != NULL)
    hide_secret(&redacted, key);
  if (mc_upstream_route_uses_client_auth(self->route) && self->front != NULL)
    mc_front_request_each_header(self->front, hide_credential, &redacted);
  return redacted;
}

static void
tell_fault(McExchange *self, McUpstreamFault *fault)
{
  g_autofree char *message = hide_keys(self, fault->message);

  switch (fault->kind) {
  case MC_FAULT_KEY:
    mc_data_plane_note_failure(self->plane, "upstream_auth", get_host(self), message);
    break;
  case MC_FAULT_CREDIT:
    mc_data_plane_note_failure(self->plane, "upstream_credit", get_host(self), message);
    break;
  case MC_FAULT_UNREACHABLE:
    mc_data_plane_note_failure(self->plane, "upstream_unreachable", get_host(self),
                               message);
    break;
  case MC_FAULT_NONE:
  case MC_FAULT_ANSWER:
    mc_data_plane_note_failure(self->plane, NULL, get_host(self), message);
    break;
  }
  tell_failure(self, fault->status, fault->type, fault->code, message);
}

/* The upstream's own words, as they came. */
static void
pass_refusal(McExchange *self)
{
  g_autoptr(GBytes) body = g_bytes_new(self->answer->data, self->answer->len);

  self->outcome = MC_OUTCOME_FAILED;
  self->status = self->upstream_status;
  mc_front_request_reply(self->front, self->status,
                         close_back_headers(self, CREATED_BY_US), body);
  enter(self, STATE_DONE);
}

static void
begin_stream(McExchange *self)
{
  add_back_header(self, "Cache-Control", "no-cache");
  self->status = 200;
  self->relay = mc_exchange_relay_new(self->front, get_model(self), !self->wants_usage);
  mc_exchange_relay_hide(self->relay, mc_upstream_route_get_api_key(self->route));
  mc_front_request_begin(self->front, self->status,
                         close_back_headers(self, self->content_type != NULL
                                                      ? self->content_type
                                                      : EVENT_STREAM),
                         -1);
}

/* The upstream answers. */

static gboolean
is_type(const char *content_type, const char *type)
{
  return content_type != NULL &&
         g_ascii_strncasecmp(content_type, type, strlen(type)) == 0;
}

static void
keep_back_header(const char *name, const char *value, gpointer user_data)
{
  McExchange *self = user_data;
  if (mc_header_list_comes_back(name) &&
      (self->back_headers == NULL || self->back_headers->len < 2 * HEADERS_BACK_MAX))
    add_back_header(self, name, value);
}

static BodyKind
judge_head(McExchange *self)
{
  if (self->upstream_status >= 300)
    return BODY_FAULT;
  if (self->is_stream)
    return is_type(self->content_type, EVENT_STREAM) || self->content_type == NULL
               ? BODY_STREAM
               : BODY_FAULT;
  return is_type(self->content_type, "text/html") ? BODY_FAULT : BODY_WHOLE;
}

static void
on_upstream_head(McCurlTransfer *transfer, int status, gpointer user_data)
{
  McExchange *self = user_data;

  self->first_byte_us = g_get_monotonic_time();
  self->upstream_us = self->first_byte_us;
  self->upstream_status = status;
  g_free(self->content_type);
  self->content_type = g_strdup(mc_curl_transfer_get_header(transfer, "content-type"));
  if (self->relay == NULL)
    mc_curl_transfer_each_header(transfer, keep_back_header, self);
  self->body_kind = judge_head(self);
  if (self->body_kind == BODY_STREAM) {
    self->added_stream_options = FALSE; /* they were accepted */
    release_request(self);
  }
  enter(self, STATE_RELAYING);
  if (self->body_kind != BODY_STREAM)
    self->answer = g_byte_array_new();
  else if (self->relay == NULL)
    begin_stream(self);
}

static void
begin_whole(McExchange *self)
{
  const char *encoding = mc_curl_transfer_get_header(self->transfer, "content-encoding");
  const char *announced = mc_curl_transfer_get_header(self->transfer, "content-length");
  gint64 length =
      encoding == NULL && announced != NULL ? g_ascii_strtoll(announced, NULL, 10) : -1;

  self->status = self->upstream_status;
  mc_front_request_begin(self->front, self->status,
                         close_back_headers(self, self->content_type != NULL
                                                      ? self->content_type
                                                      : CREATED_BY_US),
                         length);
  mc_front_request_write(self->front, (const char *) self->answer->data,
                         self->answer->len);
}

static void
take_whole(McExchange *self, const char *data, gsize length)
{
  gboolean has_begun = mc_front_request_has_begun(self->front);

  if (self->answer_total <= OBSERVED_MAX)
    g_byte_array_append(self->answer, (const guint8 *) data, (guint) length);
  if (has_begun)
    mc_front_request_write(self->front, data, length);
  else if (self->answer->len > WHOLE_ANSWER_MAX)
    begin_whole(self);
}

static gboolean
on_upstream_data(McCurlTransfer *transfer, const char *data, gsize length,
                 gpointer user_data)
{
  McExchange *self = user_data;

  self->upstream_us = g_get_monotonic_time();
  if (self->body_kind != BODY_FAULT &&
      mc_front_request_get_queued(self->front) >= MC_FRONT_HIGH_WATER)
    return FALSE;
  self->answer_total += length;
  switch (self->body_kind) {
  case BODY_STREAM:
    mc_exchange_relay_push(self->relay, data, length);
    if (self->relayed_us == 0)
      self->relayed_us = g_get_monotonic_time() - self->upstream_us;
    break;
  case BODY_WHOLE:
    take_whole(self, data, length);
    break;
  case BODY_FAULT:
    if (self->answer->len < ERROR_BODY_MAX)
      g_byte_array_append(self->answer, (const guint8 *) data,
                          (guint) MIN(length, ERROR_BODY_MAX - self->answer->len));
    break;
  }
  return TRUE;
}

static void
finish_stream(McExchange *self)
{
  gboolean is_complete = mc_exchange_relay_finish(self->relay);

  mc_exchange_relay_get_usage(self->relay, &self->usage);
  if (!is_complete) {
    g_autofree char *message = g_strdup_printf(
        "%s ended the stream before the answer was complete", get_host(self));
    mc_data_plane_note_failure(self->plane, NULL, get_host(self), message);
    tell_failure(self, 502, "server_error", "upstream_incomplete", message);
    return;
  }
  mc_data_plane_note_success(self->plane);
  mc_front_request_end(self->front);
  enter(self, STATE_DONE);
}

/* A success without a word is no chat completion, and no client could say why. */
static void
tell_empty_answer(McExchange *self)
{
  McUpstreamFault fault;
  mc_upstream_fault_from_answer(&fault, 200, self->content_type, NULL, 0, get_host(self),
                                mc_upstream_route_uses_client_auth(self->route));
  tell_fault(self, &fault);
  mc_upstream_fault_clear(&fault);
}

static void
finish_whole(McExchange *self)
{
  const char *answer = (const char *) self->answer->data;

  if (self->answer_total == 0 && self->call == MC_CALL_CHAT) {
    tell_empty_answer(self);
    return;
  }
  if (self->answer_total <= OBSERVED_MAX && self->call == MC_CALL_CHAT)
    mc_openai_usage_read(answer, self->answer->len, &self->usage);
  mc_data_plane_note_success(self->plane);
  if (!mc_front_request_has_begun(self->front)) {
    g_autoptr(GBytes) body = g_byte_array_free_to_bytes(g_steal_pointer(&self->answer));
    self->status = self->upstream_status;
    mc_front_request_reply(self->front, self->status,
                           close_back_headers(self, self->content_type != NULL
                                                        ? self->content_type
                                                        : CREATED_BY_US),
                           body);
  } else {
    mc_front_request_end(self->front);
  }
  enter(self, STATE_DONE);
}

/* Asks again without what we added, when that is what the upstream complains of. */
static gboolean
retries_without_options(McExchange *self, const char *body, gsize length)
{
  if (!self->added_stream_options || self->upstream_status < 400 ||
      self->upstream_status > 422 || self->relay != NULL ||
      !mc_upstream_fault_names_parameter(body, length, "stream_options"))
    return FALSE;
  g_info("%s refuses stream_options; asking without from now on", get_host(self));
  g_hash_table_add(self->plane->no_stream_options, g_strdup(get_host(self)));
  g_clear_pointer(&self->answer, g_byte_array_unref);
  g_clear_pointer(&self->back_headers, g_ptr_array_unref);
  self->answer_total = 0;
  send_upstream(self);
  return TRUE;
}

static gboolean
quotes_key(McExchange *self, const char *body, gsize length)
{
  const char *key = mc_upstream_route_get_api_key(self->route);
  return key != NULL && length > 0 && memmem(body, length, key, strlen(key)) != NULL;
}

static void
finish_fault(McExchange *self)
{
  const char *body = (const char *) self->answer->data;
  gsize length = self->answer->len;
  McUpstreamFault fault;

  if (retries_without_options(self, body, length))
    return;
  mc_upstream_fault_from_answer(&fault, self->upstream_status, self->content_type, body,
                                length, get_host(self),
                                mc_upstream_route_uses_client_auth(self->route));
  if (fault.pass_body && self->relay == NULL && !quotes_key(self, body, length)) {
    g_autofree char *message = hide_keys(self, fault.message);
    mc_data_plane_note_failure(self->plane, NULL, get_host(self), message);
    pass_refusal(self);
  } else {
    tell_fault(self, &fault);
  }
  mc_upstream_fault_clear(&fault);
}

static void
on_upstream_end(McCurlTransfer *transfer, CURLcode result, const char *message,
                gpointer user_data)
{
  McExchange *self = user_data;

  self->transfer = NULL;
  if (self->state == STATE_DONE)
    return;
  if (result != CURLE_OK) {
    McUpstreamFault fault;
    mc_upstream_fault_from_transfer(&fault, result, message, get_host(self));
    if (self->relay != NULL)
      mc_exchange_relay_get_usage(self->relay, &self->usage);
    tell_fault(self, &fault);
    mc_upstream_fault_clear(&fault);
    return;
  }
  switch (self->body_kind) {
  case BODY_STREAM:
    finish_stream(self);
    break;
  case BODY_WHOLE:
    finish_whole(self);
    break;
  case BODY_FAULT:
    finish_fault(self);
    break;
  }
}

static const McCurlHandlers upstream_handlers = {
    .head = on_upstream_head,
    .data = on_upstream_data,
    .end = on_upstream_end,
};

/* Sending. */

static const McTurnHash *
find_link(const GArray *links, guint message_index)
{
  const McTurnHash *found = NULL;
  for (guint i = 0; i < links->len; i++) {
    const McChainLink *link = &g_array_index(links, McChainLink, i);
    if (link->message_index == message_index)
      found = &link->hash;
  }
  return found;
}

static int
find_message(const GArray *links, const McTurnHash *anchor)
{
  for (guint i = links->len; i > 0; i--) {
    const McChainLink *link = &g_array_index(links, McChainLink, i - 1);
    if (mc_turn_hash_equal(&link->hash, anchor))
      return (int) link->message_index;
  }
  return -1;
}

static void
insert_injections(McExchange *self, McChatEdit *edit)
{
  const GPtrArray *injections = mc_conversation_get_injections(self->conversation);
  const GArray *links = mc_chat_request_get_chain(self->chat, self->identity.session_key);

  for (guint i = 0; i < injections->len; i++) {
    const McInjection *injection = injections->pdata[i];
    if (injection->place == MC_INJECTION_SYSTEM) {
      mc_chat_edit_append_system(edit, injection->text);
      continue;
    }
    int message = find_message(links, &injection->anchor);
    if (message >= 0)
      mc_chat_edit_prepend_message(edit, (guint) message, injection->text);
  }
}

static gboolean
wants_stream_options(McExchange *self)
{
  return self->is_stream &&
         (mc_upstream_route_get_provider(self->route)->quirks &
          MC_PROVIDER_QUIRK_NO_STREAM_OPTIONS) == 0 &&
         !g_hash_table_contains(self->plane->no_stream_options, get_host(self));
}

static GBytes *
make_outgoing(McExchange *self)
{
  const char *model = mc_upstream_route_get_model(self->route);
  g_autoptr(McChatEdit) edit = NULL;

  if (self->chat == NULL)
    return g_bytes_ref(self->body);
  edit = mc_chat_edit_new(self->chat);
  if (model != NULL)
    mc_chat_edit_set_model(edit, model);
  self->added_stream_options = wants_stream_options(self) && !self->wants_usage;
  if (self->added_stream_options)
    mc_chat_edit_request_usage(edit);
  if (self->conversation != NULL)
    insert_injections(self, edit);
  return mc_chat_edit_apply(edit);
}

typedef struct {
  McExchange *exchange;
  struct curl_slist *list;
} HeaderCollection;

static void
append_header(HeaderCollection *headers, const char *name, const char *value)
{
  g_autofree char *line = g_strdup_printf("%s: %s", name, value);
  headers->list = curl_slist_append(headers->list, line);
}

static void
keep_up_header(const char *name, const char *value, gpointer user_data)
{
  HeaderCollection *headers = user_data;
  gboolean is_credential = mc_header_list_is_credential(name) &&
                           mc_upstream_route_uses_client_auth(headers->exchange->route);
  if (*value != '\0' && (is_credential || mc_header_list_goes_up(name)))
    append_header(headers, name, value);
}

static struct curl_slist *
make_headers(McExchange *self)
{
  const char *key = mc_upstream_route_get_api_key(self->route);
  const McProvider *provider = mc_upstream_route_get_provider(self->route);
  HeaderCollection headers = {self, NULL};

  append_header(&headers, "Content-Type", CREATED_BY_US);
  append_header(&headers, "Accept", self->is_stream ? EVENT_STREAM : CREATED_BY_US);
  /* Else curl waits up to a second for "100 Continue" with bodies over 1 MB. */
  headers.list = curl_slist_append(headers.list, "Expect:");
  mc_front_request_each_header(self->front, keep_up_header, &headers);
  if (key != NULL && !mc_upstream_route_uses_client_auth(self->route)) {
    if (provider->auth == MC_PROVIDER_AUTH_X_API_KEY) {
      append_header(&headers, "x-api-key", key);
    } else {
      g_autofree char *bearer = g_strdup_printf("Bearer %s", key);
      append_header(&headers, "Authorization", bearer);
    }
  }
  return headers.list;
}

static void
send_upstream(McExchange *self)
{
  const McEndpoint *endpoint = mc_upstream_route_get_endpoint(self->route);
  const char *socket = mc_upstream_route_get_socket(self->route);
  g_autofree char *url = mc_endpoint_build_url(
      endpoint, self->call == MC_CALL_CHAT ? "chat/completions" : "embeddings");
  g_autoptr(GBytes) outgoing = make_outgoing(self);
  release_request(self);
  CURL *easy = mc_curl_loop_take_easy(self->plane->curl);

  enter(self, STATE_SENDING);
  curl_easy_setopt(easy, CURLOPT_URL, url);
  if (socket != NULL)
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, socket);
  self->transfer = mc_curl_loop_start(self->plane->curl, easy, make_headers(self),
                                      outgoing, &upstream_handlers, self);
  self->sent_us = g_get_monotonic_time();
  self->upstream_us = self->sent_us;
}

/* Preparing. */

static gboolean
is_abandoned(McExchange *self)
{
  return self->front == NULL || self->state == STATE_DONE;
}

/* The conversation's chain goes on to this request's last link. */
static void
advance(McExchange *self)
{
  const GArray *links = mc_chat_request_get_chain(self->chat, self->identity.session_key);
  const McProxyHooks *hooks = self->plane->hooks;

  if (self->identity.side_reason != NULL || links->len == 0)
    return;
  const McTurnHash *tail = &g_array_index(links, McChainLink, links->len - 1).hash;
  if (mc_conversation_tracker_advance(self->plane->tracker, self->conversation, tail) &&
      hooks->advanced != NULL)
    hooks->advanced(mc_conversation_get_id(self->conversation), tail, hooks->user_data);
}

static void
on_prepared(McInjection *injection, gpointer user_data)
{
  McExchange *self = user_data;

  if (injection != NULL) {
    mc_conversation_add_injection(self->conversation, injection);
    mc_injection_unref(injection);
  }
  if (!is_abandoned(self)) {
    advance(self);
    send_upstream(self);
  }
  unref_exchange(self);
}

static void
choose_skills(McExchange *self)
{
  const McProxyHooks *hooks = self->plane->hooks;
  const GArray *links = mc_chat_request_get_chain(self->chat, self->identity.session_key);
  int user_message = mc_chat_request_get_user_message(self->chat);
  const McTurnHash *anchor =
      user_message >= 0 ? find_link(links, (guint) user_message) : NULL;
  gboolean is_first = mc_conversation_is_unchosen(self->conversation);

  g_ref_count_inc(&self->references);
  if (self->identity.side_reason != NULL || hooks->prepare == NULL || anchor == NULL ||
      (!is_first && !mc_chat_request_is_user_turn(self->chat)) ||
      !mc_conversation_begin_choice(self->conversation, anchor)) {
    on_prepared(NULL, self);
    return;
  }
  McPrepareRequest request = {
      .conversation_id = mc_conversation_get_id(self->conversation),
      .client = self->identity.client,
      .is_first = is_first,
      .user_words = mc_chat_request_get_user_words(self->chat),
      .anchor = *anchor,
      .system_text = mc_chat_request_get_system_text(self->chat),
      .injections = mc_conversation_get_injections(self->conversation),
  };
  hooks->prepare(&request, on_prepared, self, hooks->user_data);
}

static void
open_conversation(McExchange *self, const GArray *links, McConversation *origin)
{
  const McProxyHooks *hooks = self->plane->hooks;

  self->conversation = mc_conversation_ref(
      mc_conversation_tracker_open(self->plane->tracker, links, origin));
  if (hooks->opened != NULL)
    hooks->opened(mc_conversation_get_id(self->conversation), self->identity.client,
                  mc_conversation_get_injections(self->conversation), hooks->user_data);
}

/* A side request outside any conversation passes untouched. */
static void
take_conversation(McExchange *self, McConversation *found, McMatch match)
{
  const GArray *links = mc_chat_request_get_chain(self->chat, self->identity.session_key);
  gboolean lacks_tools =
      !mc_chat_request_has_tools(self->chat) && self->identity.has_session_id &&
      mc_conversation_tracker_has_tools(self->plane->tracker, self->identity.session_key);

  if (match == MC_MATCH_NONE && lacks_tools && self->identity.side_reason == NULL)
    self->identity.side_reason = "no tools";
  if (match == MC_MATCH_LATEST || (found != NULL && self->identity.side_reason != NULL))
    self->conversation = mc_conversation_ref(found);
  else if (self->identity.side_reason == NULL && links->len > 0)
    open_conversation(self, links, found);
  if (self->identity.side_reason == NULL && mc_chat_request_has_tools(self->chat))
    mc_conversation_tracker_note_tools(self->plane->tracker, self->identity.session_key);
  if (self->conversation != NULL)
    choose_skills(self);
  else
    send_upstream(self);
}

static void
on_recalled(McRecalled *recalled, gpointer user_data)
{
  McExchange *self = user_data;
  McConversation *found = NULL;
  McMatch match = MC_MATCH_NONE;

  if (recalled != NULL)
    mc_conversation_tracker_restore(self->plane->tracker, recalled);
  if (!is_abandoned(self)) {
    found = mc_conversation_tracker_find(
        self->plane->tracker,
        mc_chat_request_get_chain(self->chat, self->identity.session_key), &match);
    take_conversation(self, found, match);
  }
  unref_exchange(self);
}

static void
recall(McExchange *self, const GArray *links)
{
  const McProxyHooks *hooks = self->plane->hooks;
  g_autofree McTurnHash *newest_first = g_new(McTurnHash, links->len);

  for (guint i = 0; i < links->len; i++)
    newest_first[i] = g_array_index(links, McChainLink, links->len - 1 - i).hash;
  g_ref_count_inc(&self->references);
  hooks->recall(newest_first, links->len, on_recalled, self, hooks->user_data);
}

static void
find_conversation(McExchange *self)
{
  const GArray *links = mc_chat_request_get_chain(self->chat, self->identity.session_key);
  McMatch match;
  McConversation *found =
      mc_conversation_tracker_find(self->plane->tracker, links, &match);

  if (found == NULL && links->len > 1 && self->plane->hooks->recall != NULL)
    recall(self, links);
  else
    take_conversation(self, found, match);
}

static gboolean
route_is_usable(McExchange *self)
{
  if (mc_upstream_route_get_state(self->route) != MC_ROUTE_UNSET)
    return TRUE;
  g_autofree char *message = g_strdup_printf(
      "MetaClaw is not set up: provider '%s' needs a usable %s in config.yaml",
      mc_upstream_route_get_provider(self->route)->id,
      mc_upstream_route_get_missing(self->route));
  tell_failure(self, 503, "server_error", "needs_setup", message);
  return FALSE;
}

static void
count_start(McExchange *self)
{
  McCounters *counters = &self->plane->counters;

  g_mutex_lock(&counters->lock);
  counters->total++;
  if (self->is_stream)
    counters->streams++;
  counters->active = self->plane->exchanges.length;
  g_mutex_unlock(&counters->lock);
}

void
mc_exchange_take_body(McExchange *self, GBytes *body)
{
  g_autoptr(GError) error = NULL;

  self->body_us = g_get_monotonic_time();
  if (body == NULL) {
    count_start(self);
    tell_failure(self, 413, "invalid_request_error", "request_too_large",
                 "the request's body is larger than 64 MiB");
    return;
  }
  self->body = g_bytes_ref(body);
  self->has_body = TRUE;
  if (self->call == MC_CALL_CHAT) {
    self->chat = mc_chat_request_new_openai(body, &error);
    if (self->chat != NULL) {
      self->is_stream = mc_chat_request_is_stream(self->chat);
      self->wants_usage = mc_chat_request_wants_usage(self->chat);
      self->asked_model = g_strdup(mc_chat_request_get_model(self->chat));
    }
  }
  count_start(self);
  if (error != NULL) {
    tell_failure(self, 400, "invalid_request_error", "invalid_request", error->message);
    return;
  }
  if (!route_is_usable(self))
    return;
  mc_client_identity_read(&self->identity, self->chat, lookup_header, self->front);
  enter(self, STATE_PREPARING);
  if (self->chat != NULL)
    find_conversation(self);
  else
    send_upstream(self);
}

/* Life. */

McExchange *
mc_exchange_new(McDataPlane *plane, McFrontRequest *front, McCall call)
{
  McExchange *self = g_new0(McExchange, 1);

  g_ref_count_init(&self->references);
  self->plane = plane;
  self->front = front;
  self->call = call;
  self->route = mc_upstream_route_ref(plane->route);
  self->usage = MC_USAGE_UNKNOWN;
  self->wall_started_us = g_get_real_time();
  g_queue_push_tail(&plane->exchanges, self);
  self->place = plane->exchanges.tail;
  return self;
}

void
mc_exchange_continue(McExchange *self)
{
  if (self->transfer != NULL)
    mc_curl_transfer_resume(self->transfer);
}

void
mc_exchange_cancel(McExchange *self)
{
  stop_upstream(self);
  if (self->state != STATE_DONE) {
    self->outcome = MC_OUTCOME_CANCELLED;
    enter(self, STATE_DONE);
  }
}

void
mc_exchange_tick(McExchange *self, gint64 now_us)
{
  const McTimings *timings = &self->plane->timings;

  if (self->transfer == NULL)
    return;
  if (now_us - self->upstream_us > timings->idle_ms * 1000 &&
      mc_front_request_get_queued(self->front) == 0) {
    McUpstreamFault fault;
    mc_upstream_fault_from_transfer(&fault, CURLE_OPERATION_TIMEDOUT, "it went silent",
                                    get_host(self));
    tell_fault(self, &fault);
    mc_upstream_fault_clear(&fault);
    return;
  }
  if (self->is_stream && self->relay == NULL && self->state == STATE_SENDING &&
      now_us - self->sent_us > timings->hold_ms * 1000)
    begin_stream(self);
  if (self->relay != NULL && mc_front_request_get_queued(self->front) == 0 &&
      now_us - mc_exchange_relay_get_last_write_us(self->relay) >
          timings->keep_alive_ms * 1000)
    mc_exchange_relay_keep_alive(self->relay);
}

/* What the proxy itself took: from the whole request to its sending, and for the first
 * event of a stream to pass on. */
static gint64
measure_added(McExchange *self)
{
  return self->sent_us > 0 ? self->sent_us - self->body_us + self->relayed_us : 0;
}

static void
count_end(McExchange *self, gint64 added_us)
{
  McCounters *counters = &self->plane->counters;

  g_mutex_lock(&counters->lock);
  counters->active = self->plane->exchanges.length - 1;
  counters->conversations = mc_conversation_tracker_get_count(self->plane->tracker);
  if (self->outcome == MC_OUTCOME_FAILED)
    counters->failed++;
  if (self->sent_us > 0)
    counters->added_us[counters->n_added++ % MC_LATENCIES_KEPT] = (float) added_us;
  g_mutex_unlock(&counters->lock);
}

void
mc_exchange_finish(McExchange *self)
{
  const McProxyHooks *hooks = self->plane->hooks;
  gint64 accepted_us = mc_front_request_get_accepted_us(self->front);
  gint64 added_us = measure_added(self);

  mc_exchange_cancel(self);
  count_end(self, added_us);
  if (hooks->turn_done != NULL && self->has_body) {
    McTurnDone turn = {
        .conversation_id = self->conversation != NULL
                               ? mc_conversation_get_id(self->conversation)
                               : NULL,
        .client = self->identity.client != NULL ? self->identity.client : "unknown",
        .model = get_model(self),
        .provider = mc_upstream_route_get_provider(self->route)->id,
        .is_stream = self->is_stream,
        .side_reason = self->identity.side_reason,
        .status = self->status,
        .outcome = self->outcome,
        .usage = self->usage,
        .started_us = self->wall_started_us,
        .duration_us = g_get_monotonic_time() - accepted_us,
        .first_byte_us = self->first_byte_us > 0 ? self->first_byte_us - accepted_us : -1,
        .added_us = added_us,
    };
    hooks->turn_done(&turn, hooks->user_data);
  }
  g_queue_delete_link(&self->plane->exchanges, self->place);
  self->front = NULL;
  unref_exchange(self);
}
