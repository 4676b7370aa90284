/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <json-glib/json-glib.h>

/* Calls the control API of a running service and waits for the answer: for the command
 * line's process, which has nothing else to do. Never for a main loop. One thread. */

typedef struct _McControlClient McControlClient;

/* For the service of @home, running or not. */
McControlClient *mc_control_client_new(const char *home);
void mc_control_client_free(McControlClient *self);

/* @path without the prefix ("/status"); @body (nullable, borrowed). Returns the reply
 * (transfer full). NOT_RUNNING when nobody listens; TIMED_OUT after 15 s; PROTOCOL when
 * what listens is no service of ours; else the service's own error, code and words. */
JsonNode *mc_control_client_call(McControlClient *self, const char *method,
                                 const char *path, JsonNode *body, GError **error);

/* The version of the service that answered last, when it differs from this program's;
 * otherwise NULL. Borrowed. */
const char *mc_control_client_get_other_version(McControlClient *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McControlClient, mc_control_client_free)
