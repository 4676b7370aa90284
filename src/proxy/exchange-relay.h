/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "chat/usage.h"
#include "net/front-server.h"

/* The client's side of a streamed answer. Takes the upstream's bytes as they come and
 * passes them on event by event, unchanged, save for the usage chunk that only we asked
 * for; adds keep-alive chunks between events and, when the upstream fails, an error
 * event. Events are held back until they are complete (a keep-alive must not split one)
 * unless they outgrow 64 KiB. Data plane's thread. */

typedef struct _McExchangeRelay McExchangeRelay;

/* @model names chunks of ours until the stream names one. @strip_usage: the client did
 * not ask for the usage chunk. */
McExchangeRelay *mc_exchange_relay_new(McFrontRequest *front, const char *model,
                                       gboolean strip_usage);

/* Error events of the upstream pass without @secret (nullable; must outlive the relay).
 */
void mc_exchange_relay_hide(McExchangeRelay *self, const char *secret);

void mc_exchange_relay_free(McExchangeRelay *self);

void mc_exchange_relay_push(McExchangeRelay *self, const char *data, gsize length);

/* The upstream's bytes have ended cleanly. Returns FALSE when the stream is not complete:
 * it stopped without a finish reason or [DONE], or told an error. */
gboolean mc_exchange_relay_finish(McExchangeRelay *self);

/* Tells the client of a failure, in the stream; cuts the reply when it stands inside an
 * event. Either way the reply is over. */
void mc_exchange_relay_fail(McExchangeRelay *self, const char *message, const char *type,
                            const char *code);

/* Sends a chunk that changes nothing; nothing happens inside an event. */
void mc_exchange_relay_keep_alive(McExchangeRelay *self);

/* Monotonic time of the last byte that went to the client. */
gint64 mc_exchange_relay_get_last_write_us(McExchangeRelay *self);
void mc_exchange_relay_get_usage(McExchangeRelay *self, McUsage *usage);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McExchangeRelay, mc_exchange_relay_free)
