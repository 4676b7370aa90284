/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The life of a service as a table. Pure. */

typedef enum {
  MC_SERVICE_STOPPED,
  MC_SERVICE_OPENING,  /* home, log, lock, databases, skills, listeners */
  MC_SERVICE_RUNNING,  /* serving */
  MC_SERVICE_DRAINING, /* no new requests; the open ones may finish */
} McServiceState;

/* Whether @from may be followed by @to. */
gboolean mc_service_state_may_become(McServiceState from, McServiceState to);

/* "running": for the log and status --json. */
const char *mc_service_state_get_name(McServiceState state);
