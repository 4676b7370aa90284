/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include "upstream/endpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever was typed: either an error, or a base that is safe in a request line and that
 * means the same when it is read again. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autofree char *typed = g_strndup((const char *) data, size);
  g_autoptr(GError) error = NULL;
  g_autoptr(McEndpoint) endpoint = mc_endpoint_new(typed, &error);
  g_assert_true((endpoint == NULL) == (error != NULL));
  if (endpoint == NULL)
    return 0;

  const char *base = mc_endpoint_get_base(endpoint);
  g_assert_true(g_str_has_prefix(base, "http://") || g_str_has_prefix(base, "https://"));
  g_assert_false(g_str_has_suffix(base, "/"));
  for (const char *p = base; *p != '\0'; p++)
    g_assert_true(*p > ' ' && *p < '\x7f');

  g_autoptr(McEndpoint) again = mc_endpoint_new(base, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(mc_endpoint_get_host(again), ==, mc_endpoint_get_host(endpoint));
  g_assert_true(mc_endpoint_is_loopback(again) == mc_endpoint_is_loopback(endpoint));
  /* The base of a call that was typed whole and has no path in front is a bare host. */
  g_autofree char *with_version = g_strconcat(base, "/v1", NULL);
  g_assert_true(g_str_equal(mc_endpoint_get_base(again), base) ||
                (strchr(strstr(base, "://") + 3, '/') == NULL &&
                 g_str_equal(mc_endpoint_get_base(again), with_version)));
  return 0;
}
