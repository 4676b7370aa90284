/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Who may talk to the port. Listening on loopback keeps the network out, not the user's
 * browser: a page can post to 127.0.0.1, and after DNS rebinding even read the answer
 * (field case FC-077). So the Host header must name loopback (or what the user allowed,
 * such as host.docker.internal), a web page's Origin is refused, and a key is asked for
 * when one is set. Pure. */

typedef struct {
  const char *host;           /* Host header (nullable) */
  guint host_count;           /* how many there were */
  const char *origin;         /* (nullable) */
  const char *fetch_site;     /* Sec-Fetch-Site (nullable) */
  const char *authorization;  /* (nullable) */
  const char *x_api_key;      /* (nullable) */
  const char *x_metaclaw_key; /* (nullable) */
} McAccessHeaders;

typedef struct {
  guint16 port;                     /* the one we listen on */
  gboolean is_loopback;             /* listening on loopback only: Host is checked */
  const char *host;                 /* (nullable) the address we listen on */
  const char *const *allowed_hosts; /* (nullable) more names for us, with any port */
  const char *api_key;              /* (nullable) the key to ask for */
  gboolean uses_client_auth; /* the caller's credentials go upstream: only x-metaclaw-key
                                counts */
} McAccessRules;

typedef enum {
  MC_ACCESS_GRANTED,
  MC_ACCESS_BAD_HOST,   /* 403 */
  MC_ACCESS_BAD_KEY,    /* 401 */
  MC_ACCESS_BAD_ORIGIN, /* 403 */
} McAccess;

/* @needs_key: FALSE for the health check. */
McAccess mc_access_guard_judge(const McAccessHeaders *headers, const McAccessRules *rules,
                               gboolean needs_key);

/* "127.0.0.1:30000", "localhost:30000", "[::1]:30000", any case, with exactly this port.
 */
gboolean mc_access_guard_is_loopback_host(const char *host, guint16 port);
