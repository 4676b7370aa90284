/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "upstream/endpoint.h"

typedef struct {
  const char *typed;
  const char *base;
} Spelling;

static void
assert_spellings(const Spelling *spellings, gsize n_spellings)
{
  for (gsize i = 0; i < n_spellings; i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(McEndpoint) endpoint = mc_endpoint_new(spellings[i].typed, &error);
    g_assert_no_error(error);
    if (g_strcmp0(mc_endpoint_get_base(endpoint), spellings[i].base) != 0)
      g_test_fail_printf("'%s' became '%s', not '%s'", spellings[i].typed,
                         mc_endpoint_get_base(endpoint), spellings[i].base);
  }
}

static void
test_spellings_of_one_base_agree(void)
{
  /* MetaClaw issue 43: all of these were typed by somebody. */
  static const Spelling spellings[] = {
      {"https://api.example.org", "https://api.example.org/v1"},
      {"https://api.example.org/", "https://api.example.org/v1"},
      {"https://api.example.org//", "https://api.example.org/v1"},
      {"https://api.example.org/v1", "https://api.example.org/v1"},
      {"https://api.example.org/v1/", "https://api.example.org/v1"},
      {"https://api.example.org/v1/chat/completions", "https://api.example.org/v1"},
      {"https://api.example.org/v1/chat/completions/", "https://api.example.org/v1"},
      {"https://api.example.org/v1//chat/completions", "https://api.example.org/v1"},
      {"https://api.example.org/v1/completions", "https://api.example.org/v1"},
      {"https://api.example.org/v1/models", "https://api.example.org/v1"},
      {"https://api.example.org/v1/embeddings", "https://api.example.org/v1"},
      {"https://api.example.org/v1/responses", "https://api.example.org/v1"},
      {"https://api.example.org/v1/messages", "https://api.example.org/v1"},
      {"  https://api.example.org/v1\n", "https://api.example.org/v1"},
      {"HTTPS://API.Example.ORG/v1", "https://api.example.org/v1"},
      {"https://api.example.org:443/v1", "https://api.example.org/v1"},
      {"api.example.org", "https://api.example.org/v1"},
      {"api.example.org/v1", "https://api.example.org/v1"},
      {"//api.example.org/v1", "https://api.example.org/v1"},
      {"api.example.org:443", "https://api.example.org/v1"},
      {"api.example.org:", "https://api.example.org/v1"},
  };
  assert_spellings(spellings, G_N_ELEMENTS(spellings));
}

static void
test_other_paths_stay_as_typed(void)
{
  static const Spelling spellings[] = {
      {"https://dashscope.aliyuncs.com/compatible-mode/v1",
       "https://dashscope.aliyuncs.com/compatible-mode/v1"},
      {"https://api.novita.ai/openai/v1/", "https://api.novita.ai/openai/v1"},
      {"https://generativelanguage.googleapis.com/v1beta/openai/",
       "https://generativelanguage.googleapis.com/v1beta/openai"},
      {"https://ark.cn-beijing.volces.com/api/v3/chat/completions",
       "https://ark.cn-beijing.volces.com/api/v3"},
      {"https://Example.org/My-Path/V2", "https://example.org/My-Path/V2"},
      {"https://example.org/a%20b", "https://example.org/a%20b"},
      {"https://example.org/mod\xc3\xa8le", "https://example.org/mod%C3%A8le"},
      {"https://example.org/remodels", "https://example.org/remodels"},
  };
  assert_spellings(spellings, G_N_ELEMENTS(spellings));
}

static void
test_whole_call_without_version_is_believed(void)
{
  g_autoptr(McEndpoint) endpoint =
      mc_endpoint_new("https://api.example.org/chat/completions", NULL);
  g_autofree char *url = mc_endpoint_build_url(endpoint, "chat/completions");
  g_assert_cmpstr(url, ==, "https://api.example.org/chat/completions");
}

static void
test_missing_scheme_follows_the_place(void)
{
  static const Spelling spellings[] = {
      {"localhost:8000", "http://localhost:8000/v1"},
      {"LOCALHOST:8000/v1", "http://localhost:8000/v1"},
      {"127.0.0.1:11434", "http://127.0.0.1:11434/v1"},
      {"127.0.0.1:80", "http://127.0.0.1/v1"},
      {"0.0.0.0:8000", "http://0.0.0.0:8000/v1"},
      {"10.1.2.3", "http://10.1.2.3/v1"},
      {"172.16.0.1:8080", "http://172.16.0.1:8080/v1"},
      {"172.31.255.1", "http://172.31.255.1/v1"},
      {"172.32.0.1", "https://172.32.0.1/v1"},
      {"192.168.1.20:1234/v1", "http://192.168.1.20:1234/v1"},
      {"192.169.1.20", "https://192.169.1.20/v1"},
      {"100.100.1.1:8000", "http://100.100.1.1:8000/v1"},
      {"100.128.1.1:8000", "https://100.128.1.1:8000/v1"},
      {"8.8.8.8:8000", "https://8.8.8.8:8000/v1"},
      {"[::1]:8000", "http://[::1]:8000/v1"},
      {"::1", "http://[::1]/v1"},
      {"[fd00::5]", "http://[fd00::5]/v1"},
      {"[2001:DB8::5]:9000/v1", "https://[2001:db8::5]:9000/v1"},
      {"nas:8000", "http://nas:8000/v1"},
      {"studio.local:1234", "http://studio.local:1234/v1"},
      {"api.example.org:8443", "https://api.example.org:8443/v1"},
      {"http://api.example.org", "http://api.example.org/v1"},
      {"https://localhost:8443", "https://localhost:8443/v1"},
      {"http://localhost:443", "http://localhost:443/v1"},
  };
  assert_spellings(spellings, G_N_ELEMENTS(spellings));
}

static void
test_nonsense_is_refused_without_repeating_it(void)
{
  static const char *const nonsense[] = {
      "",
      "   ",
      "https://",
      "https:///v1",
      "http:/example.org",
      "https:example.org",
      "ftp://example.org",
      "file:///etc/passwd",
      "unix:///run/socket",
      "https://user:hunter2@example.org/v1",
      "https://hunter2@example.org/v1",
      "https://example.org/v1?key=hunter2",
      "https://example.org/v1#hunter2",
      "https://example.org:0",
      "https://example.org:99999",
      "https://example.org:port",
      "exa mple.org",
      "https://example.org/a\tb",
      "https://example.org\r\nHost: other.org",
      "https://a%2fb/",
      "https://a%00b/",
      "https://-option/",
      "https://[::1",
      "https://[nonsense]",
      "\xff\xfe",
      "C:\\models",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(nonsense); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(McEndpoint) endpoint = mc_endpoint_new(nonsense[i], &error);
    if (endpoint != NULL)
      g_test_fail_printf("'%s' became '%s'", nonsense[i], mc_endpoint_get_base(endpoint));
    g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
    g_assert_null(g_strstr_len(error->message, -1, "hunter2"));
  }
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_endpoint_new(NULL, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
}

static void
test_host_is_for_people(void)
{
  static const Spelling hosts[] = {
      {"https://api.example.org/v1", "api.example.org"},
      {"https://api.example.org:8080/v1", "api.example.org:8080"},
      {"http://[::1]:8000", "[::1]:8000"},
      {"http://[fe80::1%25eth0]:8000", "[fe80::1%25eth0]:8000"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++) {
    g_autoptr(McEndpoint) endpoint = mc_endpoint_new(hosts[i].typed, NULL);
    g_assert_cmpstr(mc_endpoint_get_host(endpoint), ==, hosts[i].base);
  }
}

static void
test_loopback_is_known(void)
{
  static const char *const loopback[] = {
      "localhost",    "http://LocalHost:1", "127.8.9.1",          "[::1]",
      "0.0.0.0:8000", "[::]:8000",          "[::ffff:127.0.0.1]", "model.localhost:80"};
  for (gsize i = 0; i < G_N_ELEMENTS(loopback); i++) {
    g_autoptr(McEndpoint) endpoint = mc_endpoint_new(loopback[i], NULL);
    g_assert_nonnull(endpoint);
    g_assert_true(mc_endpoint_is_loopback(endpoint));
  }
  static const char *const elsewhere[] = {"192.168.0.1",  "localhost.example.org",
                                          "128.0.0.1",    "[fe80::1]",
                                          "notlocalhost", "127.0.0.1.example.org"};
  for (gsize i = 0; i < G_N_ELEMENTS(elsewhere); i++) {
    g_autoptr(McEndpoint) endpoint = mc_endpoint_new(elsewhere[i], NULL);
    g_assert_nonnull(endpoint);
    g_assert_false(mc_endpoint_is_loopback(endpoint));
  }
}

static void
test_copy_is_independent(void)
{
  McEndpoint *original = mc_endpoint_new("localhost:8000", NULL);
  g_autoptr(McEndpoint) copy = mc_endpoint_copy(original);
  mc_endpoint_free(original);
  g_assert_cmpstr(mc_endpoint_get_base(copy), ==, "http://localhost:8000/v1");
  g_assert_cmpstr(mc_endpoint_get_host(copy), ==, "localhost:8000");
  g_assert_true(mc_endpoint_is_loopback(copy));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/upstream/endpoint/spellings-of-one-base-agree",
                  test_spellings_of_one_base_agree);
  g_test_add_func("/upstream/endpoint/other-paths-stay-as-typed",
                  test_other_paths_stay_as_typed);
  g_test_add_func("/upstream/endpoint/whole-call-without-version-is-believed",
                  test_whole_call_without_version_is_believed);
  g_test_add_func("/upstream/endpoint/missing-scheme-follows-the-place",
                  test_missing_scheme_follows_the_place);
  g_test_add_func("/upstream/endpoint/nonsense-is-refused-without-repeating-it",
                  test_nonsense_is_refused_without_repeating_it);
  g_test_add_func("/upstream/endpoint/host-is-for-people", test_host_is_for_people);
  g_test_add_func("/upstream/endpoint/loopback-is-known", test_loopback_is_known);
  g_test_add_func("/upstream/endpoint/copy-is-independent", test_copy_is_independent);
  return g_test_run();
}
