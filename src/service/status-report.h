/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <json-glib/json-glib.h>

#include "base/problem.h"
#include "proxy/proxy-server.h"

/* The status as JSON, from facts. Members are only ever added. Pure.
 *
 * {"state", "kind", "mode", "pid", "version", "home", "config", "log", "started_at",
 *  "uptime_s", "options": {"mode", "port"}, "restart_needed",
 *  "proxy": {"url", "host", "port", "healthy"},
 *  "upstream": {"provider", "title", "model", "endpoint", "practice", "state",
 *               "last_error"},
 *  "skills": {"enabled", "active", "invalid", "injections", "dir"},
 *  "requests": {"total", "streams", "failed", "active"}, "conversations",
 *  "added_latency_us": {"p50", "p99"}, "unrecorded",
 *  "problems": [{"code", "subject", "message", "remedy"}]} */

/* Everything borrowed; texts are nullable. */
typedef struct {
  const char *state;
  const char *kind;
  const char *mode;
  const char *home;
  const char *config_path;
  const char *log_path;
  gint64 started_us; /* wall clock since 1970; 0 = not started */
  gint64 now_us;
  const char *option_mode; /* what the start was told */
  guint16 option_port;
  gboolean needs_restart;
  const char *url;
  const char *host;
  guint16 port;
  gboolean is_healthy;
  McUpstreamRoute *route;
  const char *upstream_state;
  const char *upstream_error;
  gboolean skills_enabled;
  guint skills_active;
  guint skills_invalid;
  guint64 injections; /* chosen since the start */
  const char *skills_dir;
  McProxyMetrics metrics;
  guint64 unrecorded;
  const GPtrArray *problems; /* (element-type McProblem) */
} McStatusFacts;

JsonNode *mc_status_report_format(const McStatusFacts *facts);
