/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Tokens as an upstream reported them; -1 = not reported. The three kinds of input do not
 * overlap: their sum is the prompt. */
typedef struct {
  gint64 input;        /* not cached */
  gint64 cached_input; /* read from the provider's cache */
  gint64 cache_writes;
  gint64 output;
} McUsage;

#define MC_USAGE_UNKNOWN ((McUsage){-1, -1, -1, -1})
