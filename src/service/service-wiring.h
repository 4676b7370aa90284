/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/snapshot.h"
#include "config/config.h"
#include "proxy/proxy-hooks.h"
#include "sessions/session-store.h"
#include "skills/skill-injector.h"

/* Plugs skills and records into the proxy's hooks. The hooks run on the data plane's
 * thread and read snapshots only; what they learn is queued. Free it when that thread has
 * ended. */

typedef struct _McServiceWiring McServiceWiring;

/* @config: snapshot of McConfig; @skills: snapshot of McSkillIndex; all three (unowned)
 * must outlive the wiring. */
McServiceWiring *mc_service_wiring_new(McSnapshot *config, McSnapshot *skills,
                                       McSessionStore *store);
void mc_service_wiring_free(McServiceWiring *self);

/* Borrowed; for mc_proxy_server_new(). */
const McProxyHooks *mc_service_wiring_get_hooks(McServiceWiring *self);

/* Injections chosen so far. Any thread. */
guint64 mc_service_wiring_count_injections(McServiceWiring *self);

/* What the configuration says about a choice. */
McSkillLimits mc_service_wiring_read_limits(const McConfig *config);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McServiceWiring, mc_service_wiring_free)
