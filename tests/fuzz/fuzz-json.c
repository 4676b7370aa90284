/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <stdint.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(JsonNode) root = mc_json_parse((const char *) data, size, 100000, NULL);

  if (root != NULL) {
    g_autofree char *text = mc_json_format(root, FALSE);

    g_assert_nonnull(text);
    mc_json_get_string(root, "a.b[1]", NULL);
    mc_json_get_int(root, "[0].a", NULL);
  }
  return 0;
}
