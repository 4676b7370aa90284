/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "service/api.h"
#include "service/service.h"

JsonNode *
mc_api_skills_list(McControlRequest *request, gpointer service, GError **error)
{
  return mc_service_list_skills(service, error);
}

JsonNode *
mc_api_skills_show(McControlRequest *request, gpointer service, GError **error)
{
  return mc_service_show_skill(service, request->parameter, error);
}

JsonNode *
mc_api_skills_why(McControlRequest *request, gpointer service, GError **error)
{
  const char *text =
      request->body != NULL
          ? json_object_get_string_member_with_default(request->body, "text", NULL)
          : NULL;
  if (text == NULL) {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                "'text' is missing; send {\"text\": \"the words of a request\"}");
    return NULL;
  }
  return mc_service_explain_skills(service, text, error);
}
