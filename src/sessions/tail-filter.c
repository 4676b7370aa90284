/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "sessions/tail-filter.h"

#define BITS   (1u << 21)
#define PROBES 4

struct _McTailFilter {
  guint words[BITS / 32]; /* atomic */
};

/* The hash is uniform already: its four quarters are the four probes. */
static guint
find_bit(const McTurnHash *tail, guint probe)
{
  guint64 half = probe < 2 ? tail->low : tail->high;
  return (guint) (half >> (probe % 2 == 0 ? 0 : 32)) & (BITS - 1);
}

McTailFilter *
mc_tail_filter_new(void)
{
  return g_new0(McTailFilter, 1);
}

void
mc_tail_filter_free(McTailFilter *self)
{
  g_free(self);
}

void
mc_tail_filter_add(McTailFilter *self, const McTurnHash *tail)
{
  for (guint probe = 0; probe < PROBES; probe++) {
    guint bit = find_bit(tail, probe);
    g_atomic_int_or(&self->words[bit / 32], 1u << (bit % 32));
  }
}

gboolean
mc_tail_filter_may_hold(const McTailFilter *self, const McTurnHash *tail)
{
  for (guint probe = 0; probe < PROBES; probe++) {
    guint bit = find_bit(tail, probe);
    if (((guint) g_atomic_int_get((const gint *) &self->words[bit / 32]) &
         1u << (bit % 32)) == 0)
      return FALSE;
  }
  return TRUE;
}
