/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/api.h"
#include "service/service.h"

JsonNode *
mc_api_status_get(McControlRequest *request, gpointer service, GError **error)
{
  return mc_service_dup_status(service);
}
