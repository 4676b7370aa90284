/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/model-list.h"

#include "base/json-span.h"

/* Real dates are unknown; a fixed one keeps the answer the same each time. */
#define CREATED    "1767225600"
#define CREATED_AT "2026-01-01T00:00:00Z"

GBytes *
mc_model_list_format(const char *model, const char *owner, gint64 context_window)
{
  g_autoptr(GString) id = g_string_new(NULL);
  g_autoptr(GString) owned_by = g_string_new(NULL);
  GString *list = g_string_new(NULL);

  mc_json_escape_append(id, model, -1);
  mc_json_escape_append(owned_by, owner, -1);
  g_string_append_printf(
      list,
      "{\"object\":\"list\",\"data\":[{\"id\":\"%s\",\"object\":\"model\","
      "\"type\":\"model\",\"display_name\":\"%s\",\"created\":" CREATED
      ",\"created_at\":\"" CREATED_AT "\",\"owned_by\":\"%s\"",
      id->str, id->str, owned_by->str);
  if (context_window > 0)
    g_string_append_printf(list,
                           ",\"context_length\":%" G_GINT64_FORMAT
                           ",\"max_input_tokens\":%" G_GINT64_FORMAT
                           ",\"max_model_len\":%" G_GINT64_FORMAT,
                           context_window, context_window, context_window);
  g_string_append_printf(list,
                         "}],\"has_more\":false,\"first_id\":\"%s\",\"last_id\":\"%s\"}",
                         id->str, id->str);
  return g_string_free_to_bytes(list);
}
