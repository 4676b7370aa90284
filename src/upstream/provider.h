/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* What is known about each provider: one row each, data only. Facts: clients.md 3.9. */

typedef enum {
  MC_PROVIDER_AUTH_BEARER,
  MC_PROVIDER_AUTH_X_API_KEY,
  MC_PROVIDER_AUTH_OPTIONAL, /* a local server: Bearer when there is a key */
} McProviderAuth;

typedef enum {
  MC_PROVIDER_QUIRK_NONE = 0,
  MC_PROVIDER_QUIRK_NO_STREAM_OPTIONS = 1 << 0, /* refuses stream_options */
} McProviderQuirks;

typedef struct {
  const char *id;       /* "kimi" */
  const char *title;    /* "Kimi (Moonshot AI)" */
  const char *base_url; /* NULL = must be configured */
  McProviderAuth auth;
  McProviderQuirks quirks;
  const char *key_url; /* where a key is got; NULL = none needed */
} McProvider;

/* NULL when there is none of this id; "custom" and "practice" always exist. */
const McProvider *mc_provider_find(const char *id);
const McProvider *mc_provider_get_all(guint *n_providers);
