/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "proxy/data-plane.h"

/* One proxied request, from its head to its last byte:
 *
 *   reading → preparing → sending → relaying → done
 *                 │           │         │
 *                 └───────────┴─────────┴──→ failed (told to the client) → done
 *
 * sending → sending again happens once when the upstream refuses a parameter that we
 * added. The client's disconnection cancels whatever is under way. */

typedef struct _McExchange McExchange;

typedef enum {
  MC_CALL_CHAT,
  MC_CALL_EMBEDDINGS,
} McCall;

/* Bound to @front until its finished callback. */
McExchange *mc_exchange_new(McDataPlane *plane, McFrontRequest *front, McCall call);

/* The request's body; NULL = too large. */
void mc_exchange_take_body(McExchange *self, GBytes *body);

/* The client takes bytes again. */
void mc_exchange_continue(McExchange *self);

/* The client has gone. */
void mc_exchange_cancel(McExchange *self);

/* Time passes: chunks that keep alive, held headers, silent upstreams. */
void mc_exchange_tick(McExchange *self, gint64 now_us);

/* The last byte is out, or nobody wants it: reports the turn and frees. */
void mc_exchange_finish(McExchange *self);
