/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/access-guard.h"

/* Field case FC-077, on the proxy's port. */

static const McAccessRules open_rules = {.port = 30000, .is_loopback = TRUE};
static const McAccessRules key_rules = {
    .port = 30000, .is_loopback = TRUE, .api_key = "k-1"};

static void
test_only_loopback_names_with_our_port_are_hosts(void)
{
  static const struct {
    const char *host;
    McAccess expected;
  } rows[] = {
      {"localhost:30000", MC_ACCESS_GRANTED},
      {"127.0.0.1:30000", MC_ACCESS_GRANTED},
      {"[::1]:30000", MC_ACCESS_GRANTED},
      {"LOCALHOST:30000", MC_ACCESS_GRANTED},
      {"127.0.0.1.evil.example:30000", MC_ACCESS_BAD_HOST},
      {"user@127.0.0.1:30000", MC_ACCESS_BAD_HOST},
      {"evil.example:30000", MC_ACCESS_BAD_HOST},
      {"127.0.0.1:30001", MC_ACCESS_BAD_HOST},
      {"127.0.0.1", MC_ACCESS_BAD_HOST},
      {"127.0.0.1:30000 ", MC_ACCESS_BAD_HOST},
      {"", MC_ACCESS_BAD_HOST},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    McAccessHeaders headers = {.host = rows[i].host, .host_count = 1};
    g_test_message("%s", rows[i].host);
    g_assert_cmpint(mc_access_guard_judge(&headers, &open_rules, TRUE), ==,
                    rows[i].expected);
  }
  McAccessHeaders doubled = {.host = "127.0.0.1:30000", .host_count = 2};
  g_assert_cmpint(mc_access_guard_judge(&doubled, &open_rules, TRUE), ==,
                  MC_ACCESS_BAD_HOST);
}

static void
test_allowed_names_and_the_own_address_are_hosts(void)
{
  static const char *const allowed[] = {"host.docker.internal", "", NULL};
  McAccessRules rules = {
      .port = 30000, .is_loopback = TRUE, .host = "127.0.0.2", .allowed_hosts = allowed};
  static const struct {
    const char *host;
    McAccess expected;
  } rows[] = {
      {"host.docker.internal:30000", MC_ACCESS_GRANTED},
      {"Host.Docker.Internal:8080", MC_ACCESS_GRANTED},
      {"host.docker.internal", MC_ACCESS_GRANTED},
      {"127.0.0.2:30000", MC_ACCESS_GRANTED},
      {"127.0.0.1:30000", MC_ACCESS_GRANTED},
      {"127.0.0.2:30001", MC_ACCESS_BAD_HOST},
      {"host.docker.internal.evil.example:30000", MC_ACCESS_BAD_HOST},
      {"host.docker.internal:30000.evil.example", MC_ACCESS_BAD_HOST},
      {"evil.example:30000", MC_ACCESS_BAD_HOST},
      {":30000", MC_ACCESS_BAD_HOST},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    McAccessHeaders headers = {.host = rows[i].host, .host_count = 1};
    g_test_message("%s", rows[i].host);
    g_assert_cmpint(mc_access_guard_judge(&headers, &rules, TRUE), ==, rows[i].expected);
  }
}

static void
test_no_host_needs_the_key(void)
{
  McAccessHeaders headers = {0};
  g_assert_cmpint(mc_access_guard_judge(&headers, &open_rules, TRUE), ==,
                  MC_ACCESS_BAD_HOST);
  headers.x_metaclaw_key = "k-1";
  g_assert_cmpint(mc_access_guard_judge(&headers, &key_rules, TRUE), ==,
                  MC_ACCESS_GRANTED);
}

static void
test_a_wide_listener_takes_any_host_with_the_key(void)
{
  McAccessRules wide = {.port = 30000, .is_loopback = FALSE, .api_key = "k-1"};
  McAccessHeaders headers = {.host = "box.lan:30000", .host_count = 1};
  g_assert_cmpint(mc_access_guard_judge(&headers, &wide, TRUE), ==, MC_ACCESS_BAD_KEY);
  headers.authorization = "bearer k-1";
  g_assert_cmpint(mc_access_guard_judge(&headers, &wide, TRUE), ==, MC_ACCESS_GRANTED);
}

static void
test_the_key_comes_in_three_headers(void)
{
  McAccessHeaders bearer = {
      .host = "127.0.0.1:30000", .host_count = 1, .authorization = "Bearer k-1"};
  McAccessHeaders anthropic = {
      .host = "127.0.0.1:30000", .host_count = 1, .x_api_key = "k-1"};
  McAccessHeaders own = {
      .host = "127.0.0.1:30000", .host_count = 1, .x_metaclaw_key = "k-1"};
  McAccessHeaders wrong = {
      .host = "127.0.0.1:30000", .host_count = 1, .authorization = "Bearer k-2"};
  McAccessHeaders longer = {
      .host = "127.0.0.1:30000", .host_count = 1, .authorization = "Bearer k-11"};
  g_assert_cmpint(mc_access_guard_judge(&bearer, &key_rules, TRUE), ==,
                  MC_ACCESS_GRANTED);
  g_assert_cmpint(mc_access_guard_judge(&anthropic, &key_rules, TRUE), ==,
                  MC_ACCESS_GRANTED);
  g_assert_cmpint(mc_access_guard_judge(&own, &key_rules, TRUE), ==, MC_ACCESS_GRANTED);
  g_assert_cmpint(mc_access_guard_judge(&wrong, &key_rules, TRUE), ==, MC_ACCESS_BAD_KEY);
  g_assert_cmpint(mc_access_guard_judge(&longer, &key_rules, TRUE), ==,
                  MC_ACCESS_BAD_KEY);
  g_assert_cmpint(mc_access_guard_judge(&wrong, &key_rules, FALSE), ==,
                  MC_ACCESS_GRANTED);

  McAccessRules client_auth = key_rules;
  client_auth.uses_client_auth = TRUE;
  g_assert_cmpint(mc_access_guard_judge(&bearer, &client_auth, TRUE), ==,
                  MC_ACCESS_BAD_KEY);
  g_assert_cmpint(mc_access_guard_judge(&own, &client_auth, TRUE), ==, MC_ACCESS_GRANTED);
}

static void
test_web_pages_are_refused(void)
{
  McAccessHeaders page = {
      .host = "127.0.0.1:30000", .host_count = 1, .origin = "https://evil.example"};
  McAccessHeaders frame = {.host = "127.0.0.1:30000", .host_count = 1, .origin = "null"};
  McAccessHeaders fetch = {
      .host = "127.0.0.1:30000", .host_count = 1, .fetch_site = "cross-site"};
  McAccessHeaders other_port = {
      .host = "127.0.0.1:30000", .host_count = 1, .origin = "http://127.0.0.1:8080"};
  McAccessHeaders desktop = {
      .host = "127.0.0.1:30000", .host_count = 1, .origin = "vscode-webview://abc"};
  g_assert_cmpint(mc_access_guard_judge(&page, &open_rules, TRUE), ==,
                  MC_ACCESS_BAD_ORIGIN);
  g_assert_cmpint(mc_access_guard_judge(&frame, &open_rules, TRUE), ==,
                  MC_ACCESS_BAD_ORIGIN);
  g_assert_cmpint(mc_access_guard_judge(&fetch, &open_rules, TRUE), ==,
                  MC_ACCESS_BAD_ORIGIN);
  g_assert_cmpint(mc_access_guard_judge(&other_port, &open_rules, TRUE), ==,
                  MC_ACCESS_BAD_ORIGIN);
  g_assert_cmpint(mc_access_guard_judge(&desktop, &open_rules, TRUE), ==,
                  MC_ACCESS_GRANTED);
  /* Without the key nobody learns more than that. */
  g_assert_cmpint(mc_access_guard_judge(&page, &key_rules, TRUE), ==, MC_ACCESS_BAD_KEY);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/proxy/access-guard/only-loopback-names-with-our-port-are-hosts",
                  test_only_loopback_names_with_our_port_are_hosts);
  g_test_add_func("/proxy/access-guard/allowed-names-and-the-own-address-are-hosts",
                  test_allowed_names_and_the_own_address_are_hosts);
  g_test_add_func("/proxy/access-guard/no-host-needs-the-key",
                  test_no_host_needs_the_key);
  g_test_add_func("/proxy/access-guard/a-wide-listener-takes-any-host-with-the-key",
                  test_a_wide_listener_takes_any_host_with_the_key);
  g_test_add_func("/proxy/access-guard/the-key-comes-in-three-headers",
                  test_the_key_comes_in_three_headers);
  g_test_add_func("/proxy/access-guard/web-pages-are-refused",
                  test_web_pages_are_refused);
  return g_test_run();
}
