/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/snapshot.h"

struct _McSnapshot {
  GMutex lock;
  gpointer value; /* (owned) (nullable) */
  McSnapshotRef ref;
  GDestroyNotify unref;
};

McSnapshot *
mc_snapshot_new(McSnapshotRef ref, GDestroyNotify unref)
{
  McSnapshot *self = g_new0(McSnapshot, 1);
  g_mutex_init(&self->lock);
  self->ref = ref;
  self->unref = unref;
  return self;
}

void
mc_snapshot_free(McSnapshot *self)
{
  if (self == NULL)
    return;
  g_clear_pointer(&self->value, self->unref);
  g_mutex_clear(&self->lock);
  g_free(self);
}

void
mc_snapshot_publish(McSnapshot *self, gpointer value)
{
  g_mutex_lock(&self->lock);
  gpointer former = self->value;
  self->value = value;
  g_mutex_unlock(&self->lock);
  g_clear_pointer(&former, self->unref);
}

gpointer
mc_snapshot_dup(McSnapshot *self)
{
  g_mutex_lock(&self->lock);
  gpointer value = self->value != NULL ? self->ref(self->value) : NULL;
  g_mutex_unlock(&self->lock);
  return value;
}
