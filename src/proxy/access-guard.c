/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/access-guard.h"

#include <string.h>

#define DEFAULT_HTTP_PORT 80

gboolean
mc_access_guard_is_loopback_host(const char *host, guint16 port)
{
  static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};

  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    gsize length = strlen(names[i]);
    if (g_ascii_strncasecmp(host, names[i], length) != 0)
      continue;
    const char *rest = host + length;
    if (*rest == '\0')
      return port == DEFAULT_HTTP_PORT;
    g_autofree char *expected = g_strdup_printf(":%u", (guint) port);
    return g_str_equal(rest, expected);
  }
  return FALSE;
}

/* Takes as long for a wrong key as for a right one. */
static gboolean
keys_match(const char *given, const char *expected)
{
  gsize given_length = strlen(given);
  gsize expected_length = strlen(expected);
  guint difference = given_length != expected_length;

  for (gsize i = 0; i < expected_length; i++)
    difference |=
        (guint) (guchar) expected[i] ^ (guint) (guchar) given[i < given_length ? i : 0];
  return difference == 0;
}

static gboolean
shows_key(const McAccessHeaders *headers, const McAccessRules *rules)
{
  if (headers->x_metaclaw_key != NULL)
    return keys_match(headers->x_metaclaw_key, rules->api_key);
  if (rules->uses_client_auth)
    return FALSE;
  if (headers->authorization != NULL &&
      g_ascii_strncasecmp(headers->authorization, "Bearer ", 7) == 0 &&
      keys_match(headers->authorization + 7, rules->api_key))
    return TRUE;
  return headers->x_api_key != NULL && keys_match(headers->x_api_key, rules->api_key);
}

/* Web pages carry an http(s) origin, or "null" from a sandboxed frame. Desktop programs
 * made with web techniques have schemes of their own and are no danger. */
static gboolean
comes_from_page(const McAccessHeaders *headers, guint16 port)
{
  const char *origin = headers->origin;

  if (headers->fetch_site != NULL &&
      g_ascii_strcasecmp(headers->fetch_site, "cross-site") == 0)
    return TRUE;
  if (origin == NULL)
    return FALSE;
  if (g_ascii_strcasecmp(origin, "null") == 0)
    return TRUE;
  if (g_ascii_strncasecmp(origin, "http://", 7) == 0)
    return !mc_access_guard_is_loopback_host(origin + 7, port);
  return g_ascii_strncasecmp(origin, "https://", 8) == 0;
}

McAccess
mc_access_guard_judge(const McAccessHeaders *headers, const McAccessRules *rules,
                      gboolean needs_key)
{
  gboolean has_key = rules->api_key != NULL && shows_key(headers, rules);

  if (headers->host_count > 1)
    return MC_ACCESS_BAD_HOST;
  /* HTTP/1.0 has no Host; whoever shows the key is no web page. */
  if (headers->host == NULL && !has_key)
    return MC_ACCESS_BAD_HOST;
  if (headers->host != NULL && rules->is_loopback &&
      !mc_access_guard_is_loopback_host(headers->host, rules->port))
    return MC_ACCESS_BAD_HOST;
  if (needs_key && rules->api_key != NULL && !has_key)
    return MC_ACCESS_BAD_KEY;
  if (comes_from_page(headers, rules->port))
    return MC_ACCESS_BAD_ORIGIN;
  return MC_ACCESS_GRANTED;
}
