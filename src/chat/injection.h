/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "chat/turn-identity.h"

/* Text of ours that stands in a conversation, and where. Once the upstream has seen it,
 * it is re-inserted byte for byte in every later request, so that the prefix stays the
 * same and the provider's prompt cache holds. Immutable, reference-counted. */

typedef enum {
  MC_INJECTION_SYSTEM, /* at the end of the system prompt */
  MC_INJECTION_USER,   /* in front of the user message at @anchor */
} McInjectionPlace;

typedef struct {
  gatomicrefcount references;
  McInjectionPlace place;
  McTurnHash anchor; /* the chain link of the user message; zero for SYSTEM */
  char *text;        /* (owned) raw, not JSON-escaped */
  char **names;      /* (owned) the skills in it, NULL-terminated */
  guint tokens;      /* estimated */
} McInjection;

McInjection *mc_injection_new(McInjectionPlace place, const McTurnHash *anchor,
                              const char *text, const char *const *names, guint tokens);
McInjection *mc_injection_ref(McInjection *self);
void mc_injection_unref(McInjection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McInjection, mc_injection_unref)
