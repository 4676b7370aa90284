/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/header-list.h"

static void
test_the_lists_are_closed(void)
{
  static const char *const never[] = {
      "Cookie",
      "X-Forwarded-For",
      "Connection",
      "Transfer-Encoding",
      "Host",
      "Content-Length",
      "x-metaclaw-key",
      "Authorization",
      "Accept-Encoding",
      "Proxy-Authorization",
      "anthropic-beta",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(never); i++)
    g_assert_false(mc_header_list_goes_up(never[i]));
  g_assert_true(mc_header_list_goes_up("TraceParent"));
  g_assert_true(mc_header_list_goes_up("X-Request-Id"));
  g_assert_true(mc_header_list_comes_back("Retry-After"));
  g_assert_true(mc_header_list_comes_back("X-RateLimit-Remaining-Requests"));
  g_assert_false(mc_header_list_comes_back("Set-Cookie"));
  g_assert_false(mc_header_list_comes_back("Content-Encoding"));
  g_assert_true(mc_header_list_is_credential("authorization"));
  g_assert_false(mc_header_list_is_credential("x-metaclaw-key"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/proxy/header-list/the-lists-are-closed", test_the_lists_are_closed);
  return g_test_run();
}
