/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/api.h"

const McControlRoute mc_api_routes[] = {
    {"GET", "/status", mc_api_status_get},
    {"GET", "/skills", mc_api_skills_list},
    {"POST", "/skills/why", mc_api_skills_why},
    {"GET", "/skills/{name}", mc_api_skills_show},
    {"POST", "/service/stop", mc_api_service_stop},
    {"POST", "/service/yield", mc_api_service_yield},
};

const guint mc_api_n_routes = G_N_ELEMENTS(mc_api_routes);
