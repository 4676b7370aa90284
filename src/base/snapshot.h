/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib-object.h>

/* A place that holds the newest of a series of immutable, reference-counted values
 * (config, skill index, route). One thread publishes, any thread takes a reference; the
 * mutex inside is held for a pointer copy only. The value's type is a boxed-like pair of
 * functions. */

typedef struct _McSnapshot McSnapshot;

typedef gpointer (*McSnapshotRef)(gpointer value);

McSnapshot *mc_snapshot_new(McSnapshotRef ref, GDestroyNotify unref);
void mc_snapshot_free(McSnapshot *self);

/* Publishes @value (transfer full, nullable); the former one loses our reference. */
void mc_snapshot_publish(McSnapshot *self, gpointer value);

/* The newest value with a reference of the caller's own, or NULL when there is none yet.
 */
gpointer mc_snapshot_dup(McSnapshot *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McSnapshot, mc_snapshot_free)
