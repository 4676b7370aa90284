/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* A base URL as people type it, made regular: "host", "host/v1" and the full path of one
 * of its calls all name the same endpoint (MetaClaw issue 43). Immutable. Pure. */

typedef struct _McEndpoint McEndpoint;

/* A missing scheme becomes http for loopback and private addresses (also names without a
 * dot, and .local), https otherwise; a path of nothing becomes /v1; the path of a known
 * call (chat/completions, completions, models, embeddings, responses, messages) is cut
 * off, and then what is left stays, even nothing. INVALID_INPUT: not http(s), no host,
 * user info, query. */
McEndpoint *mc_endpoint_new(const char *base, GError **error);
McEndpoint *mc_endpoint_copy(const McEndpoint *self);
void mc_endpoint_free(McEndpoint *self);

const char *mc_endpoint_get_base(const McEndpoint *self); /* no trailing slash */
const char *
mc_endpoint_get_host(const McEndpoint *self); /* "api.example.org:8080" for people */
gboolean mc_endpoint_is_loopback(const McEndpoint *self);
/* "chat/completions" → the full URL; free with g_free(). */
char *mc_endpoint_build_url(const McEndpoint *self, const char *call);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McEndpoint, mc_endpoint_free)
