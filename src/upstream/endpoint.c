/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "upstream/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/error.h"

struct _McEndpoint {
  char *base; /* (owned) "https://api.example.org/v1" */
  char *host; /* (owned) "api.example.org:8080" */
  gboolean is_loopback;
};

/* The calls that people copy together with the base; the longer one of two first. */
static const char *const known_calls[] = {
    "/chat/completions", "/completions", "/embeddings",
    "/responses",        "/messages",    "/models",
};

typedef enum {
  PLACE_PUBLIC,
  PLACE_PRIVATE,
  PLACE_LOOPBACK,
} Place;

static Place
place_ipv4(const guint8 *address)
{
  /* A server that says "listening on 0.0.0.0" is typed in as that, and Linux connects it
   * to itself. */
  if (address[0] == 127 || address[0] == 0)
    return PLACE_LOOPBACK;
  if (address[0] == 10 || (address[0] == 172 && (address[1] & 0xf0) == 16) ||
      (address[0] == 192 && address[1] == 168) ||
      (address[0] == 169 && address[1] == 254) ||
      (address[0] == 100 && (address[1] & 0xc0) == 64)) /* RFC 6598, overlay networks */
    return PLACE_PRIVATE;
  return PLACE_PUBLIC;
}

static Place
place_ipv6(const struct in6_addr *address)
{
  if (IN6_IS_ADDR_V4MAPPED(address))
    return place_ipv4(address->s6_addr + 12);
  if (IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_UNSPECIFIED(address))
    return PLACE_LOOPBACK;
  if (IN6_IS_ADDR_LINKLOCAL(address) || (address->s6_addr[0] & 0xfe) == 0xfc)
    return PLACE_PRIVATE;
  return PLACE_PUBLIC;
}

/* Where @host (lower case, without brackets) is, as far as its spelling tells. */
static Place
find_place(const char *host)
{
  guint8 ipv4[4];
  if (inet_pton(AF_INET, host, ipv4) == 1)
    return place_ipv4(ipv4);
  g_autofree char *without_zone = g_strdup(host);
  char *zone = strchr(without_zone, '%');
  if (zone != NULL)
    *zone = '\0';
  struct in6_addr ipv6;
  if (inet_pton(AF_INET6, without_zone, &ipv6) == 1)
    return place_ipv6(&ipv6);
  if (g_str_equal(host, "localhost") || g_str_has_suffix(host, ".localhost"))
    return PLACE_LOOPBACK;
  /* A name without a dot only means something inside a network (containers, a NAS). */
  if (strchr(host, '.') == NULL || g_str_has_suffix(host, ".local"))
    return PLACE_PRIVATE;
  return PLACE_PUBLIC;
}

/* @base with a scheme in front, so that GUri does not take "host" of "host:8080" for one.
 * NULL when what stands there is another scheme. */
static char *
complete_scheme(const char *base, gboolean *is_typed)
{
  const char *rest = strstr(base, "://");
  *is_typed = rest != NULL;
  if (rest != NULL) {
    g_autofree char *scheme = g_ascii_strdown(base, rest - base);
    if (!g_str_equal(scheme, "http") && !g_str_equal(scheme, "https"))
      return NULL;
    return g_strconcat(scheme, rest, NULL);
  }
  /* "https:/host" would be a host called https. */
  if (g_ascii_strncasecmp(base, "http:", 5) == 0 ||
      g_ascii_strncasecmp(base, "https:", 6) == 0)
    return NULL;
  if (strchr(base, ':') != strrchr(base, ':') && g_hostname_is_ip_address(base))
    return g_strdup_printf("http://[%s]", base);
  return g_strconcat("http://", g_str_has_prefix(base, "//") ? base + 2 : base, NULL);
}

static gboolean
is_printable(const char *text)
{
  if (!g_utf8_validate(text, -1, NULL))
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if ((guchar) *p <= ' ' || *p == '\x7f' || *p == '\\')
      return FALSE;
  return TRUE;
}

static gboolean
is_host(const char *host)
{
  if (host == NULL || !g_ascii_isalnum(*host))
    return host != NULL && strchr(host, ':') != NULL && g_hostname_is_ip_address(host);
  for (const char *p = host; *p != '\0'; p++)
    if (!g_ascii_isalnum(*p) && strchr("-._:%", *p) == NULL)
      return FALSE;
  return strchr(host, ':') != NULL || strchr(host, '%') == NULL;
}

static void
cut_trailing_slashes(char *path)
{
  for (gsize length = strlen(path); length > 0 && path[length - 1] == '/'; length--)
    path[length - 1] = '\0';
}

static gboolean
cut_call(char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS(known_calls); i++) {
    if (g_str_has_suffix(path, known_calls[i])) {
      path[strlen(path) - strlen(known_calls[i])] = '\0';
      return TRUE;
    }
  }
  return FALSE;
}

/* The path below which the calls are. Whoever types the whole path of a call is believed
 * (some servers have no /v1); whoever types only a host means /v1. */
static char *
find_root_path(const char *typed)
{
  g_autofree char *path =
      g_uri_escape_string(typed, "!$&'()*+,;=:@/%", FALSE /* allow_utf8 */);
  cut_trailing_slashes(path);
  if (*path == '\0')
    return g_strdup("/v1");
  while (cut_call(path))
    cut_trailing_slashes(path);
  return g_steal_pointer(&path);
}

static gboolean
refuse(const char *why, GError **error)
{
  /* The address itself is not repeated: it may hold a password. */
  g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT, "address of the model: %s", why);
  return FALSE;
}

static gboolean
check(GUri *uri, GError **error)
{
  if (g_uri_get_userinfo(uri) != NULL)
    return refuse("no user or password may stand in it; use llm.api_key", error);
  if (!is_host(g_uri_get_host(uri)))
    return refuse("it has no valid host name", error);
  if (g_uri_get_port(uri) == 0)
    return refuse("port 0 cannot be connected to", error);
  if (g_uri_get_query(uri) != NULL || g_uri_get_fragment(uri) != NULL)
    return refuse("it must end before '?' and '#'", error);
  return TRUE;
}

static GUri *
parse(const char *base, gboolean *is_scheme_typed, GError **error)
{
  g_autofree char *trimmed = g_strstrip(g_strdup(base != NULL ? base : ""));
  if (*trimmed == '\0') {
    refuse("it is empty", error);
    return NULL;
  }
  if (!is_printable(trimmed)) {
    refuse("it has blanks, control characters or backslashes in it", error);
    return NULL;
  }
  g_autofree char *whole = complete_scheme(trimmed, is_scheme_typed);
  if (whole == NULL) {
    refuse("it must begin with http:// or https://", error);
    return NULL;
  }
  g_autoptr(GUri) uri = g_uri_parse(whole, G_URI_FLAGS_ENCODED_PATH, NULL);
  if (uri == NULL) {
    refuse("it is not an URL like https://api.example.org/v1", error);
    return NULL;
  }
  return check(uri, error) ? g_steal_pointer(&uri) : NULL;
}

static gboolean
is_plain(const char *url)
{
  for (const char *p = url; *p != '\0'; p++)
    if (*p <= ' ' || *p >= '\x7f')
      return FALSE;
  return TRUE;
}

static char *
format_host(const char *host, int port)
{
  GString *text = g_string_new(NULL);
  if (strchr(host, ':') != NULL) {
    g_string_append_printf(text, "[%s]", host);
    g_string_replace(text, "%", "%25", 0); /* RFC 6874: the zone of a local address */
  } else {
    g_string_append(text, host);
  }
  if (port > 0)
    g_string_append_printf(text, ":%d", port);
  return g_string_free(text, FALSE);
}

McEndpoint *
mc_endpoint_new(const char *base, GError **error)
{
  gboolean is_scheme_typed = FALSE;
  g_autoptr(GUri) uri = parse(base, &is_scheme_typed, error);
  if (uri == NULL)
    return NULL;

  g_autofree char *host = g_ascii_strdown(g_uri_get_host(uri), -1);
  Place place = find_place(host);
  const char *scheme = is_scheme_typed         ? g_uri_get_scheme(uri)
                       : place == PLACE_PUBLIC ? "https"
                                               : "http";
  int port = g_uri_get_port(uri);
  if (port == (g_str_equal(scheme, "https") ? 443 : 80))
    port = -1;
  g_autofree char *path = find_root_path(g_uri_get_path(uri));

  g_autoptr(McEndpoint) self = g_new0(McEndpoint, 1);
  self->host = format_host(host, port);
  self->base = g_strconcat(scheme, "://", self->host, path, NULL);
  self->is_loopback = place == PLACE_LOOPBACK;
  /* The parser lets an escaped control character in a host come out as itself. */
  if (!is_plain(self->base)) {
    refuse("it has characters that may not stand in an URL", error);
    return NULL;
  }
  return g_steal_pointer(&self);
}

McEndpoint *
mc_endpoint_copy(const McEndpoint *self)
{
  McEndpoint *copy = g_new0(McEndpoint, 1);
  copy->base = g_strdup(self->base);
  copy->host = g_strdup(self->host);
  copy->is_loopback = self->is_loopback;
  return copy;
}

void
mc_endpoint_free(McEndpoint *self)
{
  if (self == NULL)
    return;
  g_free(self->base);
  g_free(self->host);
  g_free(self);
}

const char *
mc_endpoint_get_base(const McEndpoint *self)
{
  return self->base;
}

const char *
mc_endpoint_get_host(const McEndpoint *self)
{
  return self->host;
}

gboolean
mc_endpoint_is_loopback(const McEndpoint *self)
{
  return self->is_loopback;
}

char *
mc_endpoint_build_url(const McEndpoint *self, const char *call)
{
  return g_strconcat(self->base, "/", call, NULL);
}
