/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/upstream-fault.h"

#include <string.h>

#include "base/json-span.h"

#define OVERFLOW_CODE  "context_length_exceeded"
#define OVERFLOW_WORDS "maximum context length"

static void
set(McUpstreamFault *self, McFaultKind kind, int status, const char *type,
    const char *code, char *message)
{
  *self = (McUpstreamFault){
      .kind = kind,
      .status = status,
      .type = type,
      .code = g_strdup(code),
      .message = message,
  };
}

/* {"error":{"message":"…"}}: every client understands it as it is. */
static gboolean
is_openai_shaped(const char *body, gsize length)
{
  g_autoptr(McJsonIndex) index = mc_json_index_new(body, length, 2, NULL);
  if (index == NULL)
    return FALSE;
  return mc_json_index_is(
      index, mc_json_index_find_path(index, 0, "error", "message", NULL), MC_JSON_STRING);
}

static const char *
name_type(int status)
{
  switch (status) {
  case 400:
  case 404:
  case 413:
  case 422:
    return "invalid_request_error";
  case 429:
    return "rate_limit_error";
  default:
    return status < 500 ? "invalid_request_error" : "server_error";
  }
}

static gboolean
is_quota(const McUpstreamError *error)
{
  return g_strcmp0(error->code, "insufficient_quota") == 0 ||
         g_strcmp0(error->type, "insufficient_quota") == 0 ||
         g_strcmp0(error->type, "exceeded_current_quota_error") == 0;
}

/* The words by which agents know an overflow, whatever the upstream's own are. */
static char *
format_overflow(const char *message)
{
  if (strcasestr(message, OVERFLOW_WORDS) != NULL)
    return g_strdup(message);
  return g_strdup_printf("%s (the request exceeds the model's " OVERFLOW_WORDS ")",
                         message);
}

static void
judge_refusal(McUpstreamFault *self, int status, const McUpstreamError *error,
              const char *body, gsize length, const char *host)
{
  if (error->is_context_overflow) {
    gboolean is_told =
        is_openai_shaped(body, length) && g_strcmp0(error->code, OVERFLOW_CODE) == 0 &&
        strcasestr(error->message, OVERFLOW_WORDS) != NULL && status == 400;
    set(self, MC_FAULT_ANSWER, 400, "invalid_request_error", OVERFLOW_CODE,
        format_overflow(error->message));
    self->pass_body = is_told;
    return;
  }
  if (status >= 300 && status < 400) {
    set(self, MC_FAULT_ANSWER, 502, "server_error", "upstream_redirect",
        g_strdup_printf(
            "%s answered with a redirect (%d); set llm.api_base to the address "
            "it moved to",
            host, status));
    return;
  }
  set(self, MC_FAULT_ANSWER, status, name_type(status),
      error->code != NULL ? error->code : (status >= 500 ? "upstream_error" : NULL),
      g_strdup_printf("%s: %s", host, error->message));
  self->pass_body = is_openai_shaped(body, length);
}

void
mc_upstream_fault_from_answer(McUpstreamFault *self, int status, const char *content_type,
                              const char *body, gsize length, const char *host,
                              gboolean uses_client_auth)
{
  g_auto(McUpstreamError) error = {0};
  mc_openai_error_read(body, length, &error);
  if (*error.message == '\0') {
    g_free(error.message);
    error.message = g_strdup("no reason was given");
  }

  if (status < 300) {
    const char *what = content_type != NULL ? content_type : "something";
    set(self, MC_FAULT_ANSWER, 502, "server_error", "upstream_protocol",
        is_openai_shaped(body, length)
            ? g_strdup_printf("%s: %s", host, error.message)
            : g_strdup_printf(
                  "%s answered %s instead of a chat completion; check llm.api_base", host,
                  length > 0 ? what : "nothing"));
    return;
  }
  if ((status == 401 || status == 403) && !uses_client_auth) {
    set(self, MC_FAULT_KEY, 503, "server_error", "upstream_auth",
        g_strdup_printf("%s refused MetaClaw's key (%d: %s); replace llm.api_key", host,
                        status, error.message));
    return;
  }
  if ((status == 402 || is_quota(&error)) && !uses_client_auth) {
    set(self, MC_FAULT_CREDIT, 503, "server_error", "upstream_credit",
        g_strdup_printf("the account at %s has no credit left (%d: %s)", host, status,
                        error.message));
    return;
  }
  judge_refusal(self, status, &error, body, length, host);
}

void
mc_upstream_fault_from_transfer(McUpstreamFault *self, CURLcode result,
                                const char *message, const char *host)
{
  switch ((int) result) {
  case CURLE_OPERATION_TIMEDOUT:
    set(self, MC_FAULT_UNREACHABLE, 504, "server_error", "upstream_timeout",
        g_strdup_printf("%s did not answer in time (%s)", host, message));
    break;
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_CONNECT:
    set(self, MC_FAULT_UNREACHABLE, 502, "server_error", "upstream_unreachable",
        g_strdup_printf("%s cannot be reached (%s)", host, message));
    break;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
    set(self, MC_FAULT_UNREACHABLE, 502, "server_error", "upstream_tls",
        g_strdup_printf("no safe connection to %s (%s)", host, message));
    break;
  default:
    set(self, MC_FAULT_ANSWER, 502, "server_error", "upstream_broken",
        g_strdup_printf("%s broke the connection (%s)", host, message));
    break;
  }
}

gboolean
mc_upstream_fault_names_parameter(const char *body, gsize length, const char *parameter)
{
  return length > 0 && memmem(body, length, parameter, strlen(parameter)) != NULL;
}

void
mc_upstream_fault_clear(McUpstreamFault *self)
{
  g_clear_pointer(&self->code, g_free);
  g_clear_pointer(&self->message, g_free);
}
