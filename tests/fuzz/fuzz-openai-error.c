/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include "base/json-span.h"
#include "chat/openai-error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_auto(McUpstreamError) error = {0};
  g_autoptr(GBytes) body = NULL;
  g_autoptr(McJsonIndex) index = NULL;

  mc_openai_error_read((const char *) data, size, &error);
  g_assert_nonnull(error.message);
  g_assert_cmpuint(strlen(error.message), <=, 2000);
  g_assert_true(g_utf8_validate(error.message, -1, NULL));
  body = mc_openai_error_format(error.message, error.type, NULL, error.code);
  index =
      mc_json_index_new(g_bytes_get_data(body, NULL), g_bytes_get_size(body), 2, NULL);
  g_assert_nonnull(index);
  g_assert_true(mc_json_index_string_equals(
      index, mc_json_index_find_path(index, 0, "error", "message", NULL), error.message));
  return 0;
}
