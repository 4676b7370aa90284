/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "base/problem.h"
#include "net/curl-loop.h"
#include "net/front-server.h"
#include "proxy/conversation-tracker.h"
#include "proxy/proxy-hooks.h"
#include "proxy/proxy-server.h"
#include "upstream/upstream-route.h"

/* What all exchanges of one proxy share. Only the data plane's thread touches it, save
 * for the counters behind the lock. */

/* Milliseconds; environment variables (METACLAW_KEEP_ALIVE_MS …) shorten them for tests.
 */
typedef struct {
  gint64 hold_ms;       /* a stream's headers wait this long for the upstream's status */
  gint64 keep_alive_ms; /* a stream never stays silent for longer */
  gint64 idle_ms;       /* an upstream that sends nothing for this long has failed */
} McTimings;

#define MC_LATENCIES_KEPT 1024

typedef struct {
  GMutex lock;
  guint64 total;
  guint64 streams;
  guint64 failed;
  guint active;
  guint conversations;
  float added_us[MC_LATENCIES_KEPT]; /* a ring */
  guint n_added;
  gboolean is_tested; /* a request has reached the upstream */
  gboolean is_failing;
  char *last_error; /* (owned) (nullable) */
} McCounters;

typedef struct {
  McFrontServer *front;            /* (owned) */
  McCurlLoop *curl;                /* (owned) */
  McConversationTracker *tracker;  /* (owned) */
  McUpstreamRoute *route;          /* (owned) */
  const McProxySettings *settings; /* (unowned) */
  const McProxyHooks *hooks;       /* (unowned) */
  McProblemList *problems;         /* (unowned) */
  GHashTable
      *no_stream_options; /* (element-type utf8) hosts that refuse stream_options */
  McTimings timings;
  guint16 port;
  gboolean is_loopback;
  GQueue exchanges; /* (element-type McExchange) the open ones, for the ticker */
  McCounters counters;
} McDataPlane;

/* The upstream did its work, or did not: state, problems and last error follow. */
void mc_data_plane_note_success(McDataPlane *self);
/* @problem_code is NULL for an answer that is no use but no fault of the set-up. */
void mc_data_plane_note_failure(McDataPlane *self, const char *problem_code,
                                const char *host, const char *detail);
