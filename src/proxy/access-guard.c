/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/access-guard.h"

#include <string.h>

#define DEFAULT_HTTP_PORT 80

/* What follows @name in @host, or NULL when @host does not begin with it. */
static const char *
skip_name(const char *host, const char *name)
{
  gsize length = strlen(name);
  return g_ascii_strncasecmp(host, name, length) == 0 ? host + length : NULL;
}

static gboolean
is_name_with_port(const char *host, const char *name, guint16 port)
{
  const char *rest = skip_name(host, name);
  if (rest == NULL)
    return FALSE;
  if (*rest == '\0')
    return port == DEFAULT_HTTP_PORT;
  g_autofree char *expected = g_strdup_printf(":%u", (guint) port);
  return g_str_equal(rest, expected);
}

gboolean
mc_access_guard_is_loopback_host(const char *host, guint16 port)
{
  static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};

  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    if (is_name_with_port(host, names[i], port))
      return TRUE;
  return FALSE;
}

/* With any port: whoever forwards to us listens on one of its own. */
static gboolean
is_allowed_host(const char *host, const char *const *allowed)
{
  for (; allowed != NULL && *allowed != NULL; allowed++) {
    const char *rest = **allowed != '\0' ? skip_name(host, *allowed) : NULL;
    if (rest == NULL || (*rest != '\0' && *rest != ':'))
      continue;
    if (*rest == '\0' || rest[1 + strspn(rest + 1, "0123456789")] == '\0')
      return TRUE;
  }
  return FALSE;
}

static gboolean
names_us(const char *host, const McAccessRules *rules)
{
  return mc_access_guard_is_loopback_host(host, rules->port) ||
         (rules->host != NULL && is_name_with_port(host, rules->host, rules->port)) ||
         is_allowed_host(host, rules->allowed_hosts);
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
  if (headers->host != NULL && rules->is_loopback && !names_us(headers->host, rules))
    return MC_ACCESS_BAD_HOST;
  if (needs_key && rules->api_key != NULL && !has_key)
    return MC_ACCESS_BAD_KEY;
  if (comes_from_page(headers, rules->port))
    return MC_ACCESS_BAD_ORIGIN;
  return MC_ACCESS_GRANTED;
}
