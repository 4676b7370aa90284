/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "control/control-server.h"

/* The resources of the control API, one file each; their handlers get the McService as
 * user data and map one to one to it. */

/* The whole table. */
extern const McControlRoute mc_api_routes[];
extern const guint mc_api_n_routes;

/* GET /status */
JsonNode *mc_api_status_get(McControlRequest *request, gpointer service, GError **error);

/* GET /skills, GET /skills/{name}, POST /skills/why {"text"} */
JsonNode *mc_api_skills_list(McControlRequest *request, gpointer service, GError **error);
JsonNode *mc_api_skills_show(McControlRequest *request, gpointer service, GError **error);
JsonNode *mc_api_skills_why(McControlRequest *request, gpointer service, GError **error);

/* POST /service/stop {"now"}, POST /service/yield: {"pid", "active"}; the service acts
 * when the reply has left. */
JsonNode *mc_api_service_stop(McControlRequest *request, gpointer service,
                              GError **error);
JsonNode *mc_api_service_yield(McControlRequest *request, gpointer service,
                               GError **error);
