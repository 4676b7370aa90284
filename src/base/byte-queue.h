/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* A first-in first-out queue of bytes between a fast writer and a slow reader. Bytes lie
 * in blocks of 16 KiB that are recycled within their thread, so that a stream neither
 * moves bytes about nor allocates for each of its events. Everything is O(1) amortised.
 * Owned by one stream, used by one thread at a time. Unbounded: who fills it looks at its
 * length and stops (back-pressure). */

typedef struct _McByteQueue McByteQueue;

McByteQueue *mc_byte_queue_new(void);
void mc_byte_queue_free(McByteQueue *self);

/* Bytes waiting. */
gsize mc_byte_queue_get_length(const McByteQueue *self);

/* Copies @length bytes to the end; a negative @length takes a string's. */
void mc_byte_queue_append(McByteQueue *self, gconstpointer data, gssize length);

/* Puts @bytes at the end. Long ones are kept by reference, short ones copied. */
void mc_byte_queue_append_bytes(McByteQueue *self, GBytes *bytes);

/* The longest contiguous run at the front, valid until the queue is changed; NULL and 0
 * when it is empty. */
gconstpointer mc_byte_queue_peek(const McByteQueue *self, gsize *length);

/* Drops @length bytes from the front; at most what is there. */
void mc_byte_queue_consume(McByteQueue *self, gsize length);

/* Moves up to @max bytes into @buffer and returns how many. */
gsize mc_byte_queue_read(McByteQueue *self, gpointer buffer, gsize max);

/* Drops everything. */
void mc_byte_queue_clear(McByteQueue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McByteQueue, mc_byte_queue_free)
