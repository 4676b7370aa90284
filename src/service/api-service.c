/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "base/error.h"
#include "service/api.h"
#include "service/service.h"

static void
stop_draining(gpointer service)
{
  mc_service_stop(service, MC_SERVICE_DRAIN_MS);
}

static void
stop_now(gpointer service)
{
  mc_service_stop(service, 0);
}

static void
yield(gpointer service)
{
  mc_service_yield(service);
}

static JsonNode *
format_farewell(McService *service)
{
  JsonNode *node = json_node_new(JSON_NODE_OBJECT);
  JsonObject *object = json_object_new();
  json_object_set_int_member(object, "pid", getpid());
  json_object_set_int_member(object, "active", mc_service_count_active(service));
  json_node_take_object(node, object);
  return node;
}

JsonNode *
mc_api_service_stop(McControlRequest *request, gpointer service, GError **error)
{
  gboolean at_once = request->body != NULL && json_object_get_boolean_member_with_default(
                                                  request->body, "now", FALSE);
  /* Told twice it goes on draining, and the second one may wait for its end, too. */
  request->after_reply = at_once ? stop_now : stop_draining;
  return format_farewell(service);
}

JsonNode *
mc_api_service_yield(McControlRequest *request, gpointer service, GError **error)
{
  if (mc_service_get_state(service) != MC_SERVICE_RUNNING) {
    g_set_error(error, MC_ERROR, MC_ERROR_CONFLICT, "metaclaw is %s already",
                mc_service_state_get_name(mc_service_get_state(service)));
    return NULL;
  }
  request->after_reply = yield;
  return format_farewell(service);
}
