/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/header-list.h"

#include <string.h>

/* A trailing "*" stands for any rest. */
static const char *const going_up[] = {
    "user-agent",          "traceparent",        "tracestate",  "x-request-id",
    "x-client-request-id", "idempotency-key",    "openai-beta", "openai-organization",
    "openai-project",      "http-referer",       "x-title",     "x-openrouter-title",
    "x-session-id",        "x-session-affinity", "session_id",
};

static const char *const coming_back[] = {
    "retry-after",          "retry-after-ms", "x-should-retry",  "x-request-id",
    "request-id",           "x-ratelimit-*",  "ratelimit-*",     "anthropic-ratelimit-*",
    "openai-processing-ms", "openai-version", "x-generation-id",
};

static const char *const credentials[] = {
    "authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
};

static gboolean
is_listed(const char *const *list, gsize n_rows, const char *name)
{
  for (gsize i = 0; i < n_rows; i++) {
    gsize length = strlen(list[i]);
    if (list[i][length - 1] == '*' ? g_ascii_strncasecmp(list[i], name, length - 1) == 0
                                   : g_ascii_strcasecmp(list[i], name) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
mc_header_list_goes_up(const char *name)
{
  return is_listed(going_up, G_N_ELEMENTS(going_up), name);
}

gboolean
mc_header_list_comes_back(const char *name)
{
  return is_listed(coming_back, G_N_ELEMENTS(coming_back), name);
}

gboolean
mc_header_list_is_credential(const char *name)
{
  return is_listed(credentials, G_N_ELEMENTS(credentials), name);
}
