/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CANARY "canary-7f3a"

/* Whatever is logged: text stays text, and a header's key behind it does not come
 * through. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup((const char *) data, size);
  g_autofree char *redacted = mc_log_redact(text);
  g_assert_true(!g_utf8_validate(text, -1, NULL) || g_utf8_validate(redacted, -1, NULL));

  g_autofree char *with_key = g_strconcat(text, "\nx-api-key: " CANARY "\n", NULL);
  g_autofree char *hidden = mc_log_redact(with_key);
  g_assert_true(strstr(text, CANARY) != NULL || strstr(hidden, CANARY) == NULL);
  return 0;
}
