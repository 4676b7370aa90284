/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "chat/turn-identity.h"

/* "Has a conversation ever ended here?", answered in nanoseconds on the data plane, so
 * that only requests that may be known wait for the database: a Bloom filter (Bloom 1970)
 * of 256 KiB with four probes. No is certain; with 100,000 ends one yes in 700 is wrong.
 * Nothing is ever removed; it is made anew at each start. Any thread, no lock: bits are
 * only set. */

typedef struct _McTailFilter McTailFilter;

McTailFilter *mc_tail_filter_new(void);
void mc_tail_filter_free(McTailFilter *self);

void mc_tail_filter_add(McTailFilter *self, const McTurnHash *tail);
gboolean mc_tail_filter_may_hold(const McTailFilter *self, const McTurnHash *tail);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McTailFilter, mc_tail_filter_free)
