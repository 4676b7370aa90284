/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/client-identity.h"

#include <string.h>

/* Sub-strings of User-Agent, most telling first. */
static const struct {
  const char *part;
  const char *client;
} known_agents[] = {
    {"openclaw", "openclaw"},
    {"opencode", "opencode"},
    {"claude-cli", "claude-code"},
    {"codex", "codex"},
    {"cline", "cline"},
    {"QwenCode", "qwen-code"},
    {"continue", "continue"},
    {"hermes", "hermes"},
    {"zed/", "zed"},
    {"OpenAI/", "openai-sdk"},
    {"AsyncOpenAI/", "openai-sdk"},
    {"Anthropic/", "anthropic-sdk"},
    {"ai-sdk", "ai-sdk"},
    {"curl/", "curl"},
};

/* Headers that name a session, first one wins. */
static const char *const session_headers[] = {
    "session_id", "x-session-affinity", "x-session-id",        "x-claude-code-session-id",
    "session-id", "thread-id",          "x-openwebui-chat-id",
};

#define CLIENT_NAME_MAX    64
#define SESSION_ID_MAX     200
#define PROBE_SESSION_HEAD "internal-session-effects-"

static char *
name_client(McHeaderLookup lookup, gpointer user_data)
{
  const char *told = lookup("x-metaclaw-client", user_data);
  const char *agent = lookup("user-agent", user_data);

  if (told != NULL && *told != '\0' && g_utf8_validate(told, -1, NULL)) {
    g_autofree char *name = g_ascii_strdown(told, CLIENT_NAME_MAX);
    return g_utf8_make_valid(name, -1);
  }
  for (gsize i = 0; agent != NULL && i < G_N_ELEMENTS(known_agents); i++)
    if (strcasestr(agent, known_agents[i].part) != NULL)
      return g_strdup(known_agents[i].client);
  return g_strdup("unknown");
}

/* OpenClaw sends "<uuid>:<n>"; n counts resets and compactions. A new generation is a new
 * history, so it is part of the key: the chains must not meet. */
static const char *
find_session_id(McChatRequest *chat, McHeaderLookup lookup, gpointer user_data)
{
  for (gsize i = 0; i < G_N_ELEMENTS(session_headers); i++) {
    const char *id = lookup(session_headers[i], user_data);
    if (id != NULL && *id != '\0')
      return id;
  }
  return chat != NULL ? mc_chat_request_get_session_id(chat) : NULL;
}

static const char *
find_side_reason(McChatRequest *chat, const char *session_id, McHeaderLookup lookup,
                 gpointer user_data)
{
  const char *turn_type = lookup("x-turn-type", user_data);

  if (turn_type != NULL && g_ascii_strcasecmp(turn_type, "side") == 0)
    return "marked";
  if (session_id != NULL && g_str_has_prefix(session_id, PROBE_SESSION_HEAD))
    return "probe";
  return chat != NULL ? mc_chat_request_get_side_reason(chat) : NULL;
}

/* Without an id: the same client with the same system prompt. What was really said keeps
 * conversations apart. */
static char *
make_session_key(const char *client, McChatRequest *chat)
{
  g_autofree char *start =
      chat != NULL ? mc_chat_request_dup_system_start(chat) : g_strdup("");
  g_autofree char *words = mc_words_normalise(start, -1);
  return g_strdup_printf("%s\n%s", client, words);
}

void
mc_client_identity_read(McClientIdentity *self, McChatRequest *chat,
                        McHeaderLookup lookup, gpointer user_data)
{
  const char *session_id = find_session_id(chat, lookup, user_data);

  self->client = name_client(lookup, user_data);
  self->has_session_id = session_id != NULL;
  self->session_key = session_id != NULL ? g_strndup(session_id, SESSION_ID_MAX)
                                         : make_session_key(self->client, chat);
  self->side_reason = find_side_reason(chat, session_id, lookup, user_data);
}

void
mc_client_identity_clear(McClientIdentity *self)
{
  g_clear_pointer(&self->client, g_free);
  g_clear_pointer(&self->session_key, g_free);
}
