/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>

#include "config/config-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the bytes are, the outcome is a configuration that can be asked for every key
 * and listens on this machine unless it has a key, or an error; never both, never
 * neither. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(GPtrArray) issues = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(McConfig) config =
      mc_config_file_parse((const char *) data, size, "config.yaml", &issues, &error);
  g_assert((config == NULL) == (error != NULL));
  g_assert((config == NULL) == (issues == NULL));
  if (config == NULL)
    return 0;

  for (guint i = 0; i < MC_N_KEYS; i++)
    g_assert(g_utf8_validate(mc_config_get_string(config, (McConfigKey) i), -1, NULL));
  for (guint i = 0; i < issues->len; i++)
    g_assert(g_utf8_validate(((McConfigIssue *) issues->pdata[i])->message, -1, NULL));
  g_autofree char *asked = NULL;
  mc_config_unref(mc_config_confine_host(config, &asked));
  g_assert(asked == NULL);
  return 0;
}
