/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "service/service-state.h"

/* Everything that serves one home, behind one door: the faces (control API, desktop) call
 * nothing else. It owns lock, log, configuration, databases, skills, proxy and control
 * socket, and wires them. Main thread only.
 *
 * Signal "stopped": void (McService *self, gpointer user_data), when it has ended,
 * whoever asked for it. */

#define MC_TYPE_SERVICE (mc_service_get_type())
G_DECLARE_FINAL_TYPE(McService, mc_service, MC, SERVICE, GObject)

/* How long open requests may take to finish when a service stops. */
#define MC_SERVICE_DRAIN_MS 30000

/* Copied. */
typedef struct {
  const char *home;
  const char *kind;        /* "headless", "desktop" */
  const char *mode;        /* (nullable) instead of the configured one */
  guint16 port;            /* instead of the configured one; 0 = as configured */
  gboolean is_replacement; /* another one is letting go: wait 5 s for lock and port */
  gboolean logs_to_stderr; /* besides the file */
} McServiceOptions;

McService *mc_service_new(const McServiceOptions *options);

/* From stopped through opening to running. CONFLICT: another process has the home, or
 * the port (the message names it and a free port); NOT_ALLOWED, STORAGE: the home cannot
 * be used. A broken configuration, damaged databases and missing skills are problems, not
 * errors. */
void mc_service_start_async(McService *self, GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean mc_service_start_finish(McService *self, GAsyncResult *result, GError **error);

/* Listens no more, lets open requests finish for at most @drain_ms, then lets go of
 * everything; "stopped" follows. Does nothing unless it runs, or waits for a successor.
 */
void mc_service_stop(McService *self, guint drain_ms);

/* As stop, but lets go of lock and control socket at once, and listens until a successor
 * has taken over the listening socket, so that no client finds the port closed; the open
 * requests finish here. */
void mc_service_yield(McService *self);

McServiceState mc_service_get_state(McService *self);

/* Requests that are being answered. */
guint mc_service_count_active(McService *self);

/* Where agents connect: "http://127.0.0.1:30000"; NULL before it runs. Free with
 * g_free(). */
char *mc_service_dup_url(McService *self);

/* What `metaclaw status --json` prints; see service/status-report.h. */
JsonNode *mc_service_dup_status(McService *self);

/* See service/skills-report.h. NOT_RUNNING before it runs. */
JsonNode *mc_service_list_skills(McService *self, GError **error);
JsonNode *mc_service_show_skill(McService *self, const char *name, GError **error);
JsonNode *mc_service_explain_skills(McService *self, const char *text, GError **error);

/* Looks at the skills folder again, for file systems that tell no changes. */
void mc_service_reload(McService *self);
