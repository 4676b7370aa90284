/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "config/config.h"
#include "upstream/endpoint.h"
#include "upstream/provider.h"

/* Where requests go and as whom: an immutable snapshot, reference-counted, made from the
 * configuration. */

typedef struct _McUpstreamRoute McUpstreamRoute;

typedef enum {
  MC_ROUTE_READY,
  MC_ROUTE_PRACTICE, /* nothing is configured: the offline upstream */
  MC_ROUTE_UNSET,    /* half configured; see mc_upstream_route_get_missing() */
} McRouteState;

/* @practice_socket: path of the practice upstream's unix socket. */
McUpstreamRoute *mc_upstream_route_new(const McConfig *config,
                                       const char *practice_socket);
McUpstreamRoute *mc_upstream_route_ref(McUpstreamRoute *self);
void mc_upstream_route_unref(McUpstreamRoute *self);

McRouteState mc_upstream_route_get_state(const McUpstreamRoute *self);
const char *
mc_upstream_route_get_missing(const McUpstreamRoute *self); /* "llm.api_key", NULL */
const McProvider *mc_upstream_route_get_provider(const McUpstreamRoute *self);
/* NULL when llm.api_base is missing or unusable (UNSET). */
const McEndpoint *mc_upstream_route_get_endpoint(const McUpstreamRoute *self);
/* The model that requests are sent to; NULL = the client's own word passes. */
const char *mc_upstream_route_get_model(const McUpstreamRoute *self);
/* Never print it. NULL = none, always so when the client's credentials are used. */
const char *mc_upstream_route_get_api_key(const McUpstreamRoute *self);
/* llm.auth: client — the caller's own credentials go upstream. */
gboolean mc_upstream_route_uses_client_auth(const McUpstreamRoute *self);
/* The unix socket to connect to instead of the endpoint's host; NULL = TCP. */
const char *mc_upstream_route_get_socket(const McUpstreamRoute *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McUpstreamRoute, mc_upstream_route_unref)
