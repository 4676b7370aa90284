/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "upstream/upstream-route.h"

#define SOCKET "/run/practice.sock"

/* A route of the defaults with these keys set; (key, text) pairs end with -1. */
static McUpstreamRoute *
build_route(int first_key, ...)
{
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  McConfigBuilder *builder = mc_config_builder_new(defaults);
  va_list pairs;
  va_start(pairs, first_key);
  for (int key = first_key; key >= 0; key = va_arg(pairs, int)) {
    g_autoptr(GError) error = NULL;
    mc_config_builder_set(builder, (McConfigKey) key, va_arg(pairs, const char *),
                          &error);
    g_assert_no_error(error);
  }
  va_end(pairs);
  g_autoptr(McConfig) config = mc_config_builder_end(builder);
  return mc_upstream_route_new(config, SOCKET);
}

static const char *
get_base(const McUpstreamRoute *route)
{
  return mc_endpoint_get_base(mc_upstream_route_get_endpoint(route));
}

static void
assert_state(const McUpstreamRoute *route, McRouteState state, const char *provider,
             const char *missing)
{
  g_assert_cmpint(mc_upstream_route_get_state(route), ==, state);
  g_assert_cmpstr(mc_upstream_route_get_provider(route)->id, ==, provider);
  g_assert_cmpstr(mc_upstream_route_get_missing(route), ==, missing);
}

static void
test_nothing_configured_is_practice(void)
{
  g_autoptr(McUpstreamRoute) route = build_route(-1);
  assert_state(route, MC_ROUTE_PRACTICE, "practice", NULL);
  g_assert_cmpstr(mc_upstream_route_get_socket(route), ==, SOCKET);
  g_assert_true(mc_endpoint_is_loopback(mc_upstream_route_get_endpoint(route)));
  g_assert_null(mc_upstream_route_get_api_key(route));
  g_assert_null(mc_upstream_route_get_model(route));

  /* What a wizard leaves behind that was cancelled. */
  g_autoptr(McUpstreamRoute) empty =
      build_route(MC_KEY_LLM_PROVIDER, "", MC_KEY_LLM_API_BASE, "", MC_KEY_LLM_API_KEY,
                  "", MC_KEY_LLM_MODEL_ID, "some-model", -1);
  assert_state(empty, MC_ROUTE_PRACTICE, "practice", NULL);
  /* The model of another provider would be a riddle in practice answers. */
  g_assert_null(mc_upstream_route_get_model(empty));
}

static void
test_practice_by_name(void)
{
  g_autoptr(McUpstreamRoute) route =
      build_route(MC_KEY_LLM_PROVIDER, "practice", MC_KEY_LLM_API_KEY, "secret", -1);
  assert_state(route, MC_ROUTE_PRACTICE, "practice", NULL);
  g_assert_null(mc_upstream_route_get_api_key(route));
}

static void
test_preset_needs_only_a_key(void)
{
  g_autoptr(McUpstreamRoute) route =
      build_route(MC_KEY_LLM_PROVIDER, "kimi", MC_KEY_LLM_API_KEY, "secret",
                  MC_KEY_LLM_MODEL_ID, "kimi-k2.6", -1);
  assert_state(route, MC_ROUTE_READY, "kimi", NULL);
  g_assert_cmpstr(get_base(route), ==, "https://api.moonshot.ai/v1");
  g_assert_cmpstr(mc_upstream_route_get_api_key(route), ==, "secret");
  g_assert_cmpstr(mc_upstream_route_get_model(route), ==, "kimi-k2.6");
  g_assert_null(mc_upstream_route_get_socket(route));

  g_autoptr(McUpstreamRoute) without = build_route(MC_KEY_LLM_PROVIDER, "kimi", -1);
  assert_state(without, MC_ROUTE_UNSET, "kimi", "llm.api_key");
}

static void
test_configured_base_goes_first(void)
{
  g_autoptr(McUpstreamRoute) route =
      build_route(MC_KEY_LLM_PROVIDER, "kimi", MC_KEY_LLM_API_KEY, "secret",
                  MC_KEY_LLM_API_BASE, "https://api.moonshot.cn/v1/chat/completions", -1);
  assert_state(route, MC_ROUTE_READY, "kimi", NULL);
  g_assert_cmpstr(get_base(route), ==, "https://api.moonshot.cn/v1");
}

static void
test_local_servers_need_no_key(void)
{
  g_autoptr(McUpstreamRoute) ollama = build_route(MC_KEY_LLM_PROVIDER, "ollama", -1);
  assert_state(ollama, MC_ROUTE_READY, "ollama", NULL);
  g_assert_null(mc_upstream_route_get_api_key(ollama));

  g_autoptr(McUpstreamRoute) keyed =
      build_route(MC_KEY_LLM_PROVIDER, "vllm", MC_KEY_LLM_API_KEY, "secret", -1);
  g_assert_cmpstr(mc_upstream_route_get_api_key(keyed), ==, "secret");

  g_autoptr(McUpstreamRoute) gateway = build_route(
      MC_KEY_LLM_PROVIDER, "openai", MC_KEY_LLM_API_BASE, "127.0.0.1:4000", -1);
  assert_state(gateway, MC_ROUTE_READY, "openai", NULL);
}

static void
test_custom_needs_an_address(void)
{
  g_autoptr(McUpstreamRoute) bare = build_route(MC_KEY_LLM_PROVIDER, "custom", -1);
  assert_state(bare, MC_ROUTE_UNSET, "custom", "llm.api_base");
  g_assert_null(mc_upstream_route_get_endpoint(bare));

  g_autoptr(McUpstreamRoute) only_key = build_route(MC_KEY_LLM_API_KEY, "secret", -1);
  assert_state(only_key, MC_ROUTE_UNSET, "custom", "llm.api_base");

  g_autoptr(McUpstreamRoute) broken =
      build_route(MC_KEY_LLM_API_BASE, "ftp://example.org", -1);
  assert_state(broken, MC_ROUTE_UNSET, "custom", "llm.api_base");

  g_autoptr(McUpstreamRoute) good =
      build_route(MC_KEY_LLM_API_BASE, "https://api.example.org", -1);
  assert_state(good, MC_ROUTE_READY, "custom", NULL);
  g_assert_cmpstr(get_base(good), ==, "https://api.example.org/v1");
}

static void
test_unknown_provider_is_custom(void)
{
  g_autoptr(McUpstreamRoute) route = build_route(
      MC_KEY_LLM_PROVIDER, "somebody", MC_KEY_LLM_API_BASE, "api.example.org", -1);
  assert_state(route, MC_ROUTE_READY, "custom", NULL);
  g_autoptr(McUpstreamRoute) without = build_route(MC_KEY_LLM_PROVIDER, "somebody", -1);
  assert_state(without, MC_ROUTE_UNSET, "custom", "llm.api_base");
}

static void
test_client_auth_hides_our_key(void)
{
  g_autoptr(McUpstreamRoute) route =
      build_route(MC_KEY_LLM_PROVIDER, "openai", MC_KEY_LLM_AUTH, "client", -1);
  assert_state(route, MC_ROUTE_READY, "openai", NULL);
  g_assert_true(mc_upstream_route_uses_client_auth(route));

  g_autoptr(McUpstreamRoute) keyed =
      build_route(MC_KEY_LLM_PROVIDER, "openai", MC_KEY_LLM_AUTH, "client",
                  MC_KEY_LLM_API_KEY, "secret", -1);
  g_assert_null(mc_upstream_route_get_api_key(keyed));
}

static void
test_route_outlives_its_config(void)
{
  McUpstreamRoute *route =
      build_route(MC_KEY_LLM_API_BASE, "nas:8000", MC_KEY_LLM_MODEL_ID, "small", -1);
  McUpstreamRoute *second = mc_upstream_route_ref(route);
  mc_upstream_route_unref(route);
  g_assert_cmpstr(get_base(second), ==, "http://nas:8000/v1");
  g_assert_cmpstr(mc_upstream_route_get_model(second), ==, "small");
  mc_upstream_route_unref(second);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/upstream/upstream-route/nothing-configured-is-practice",
                  test_nothing_configured_is_practice);
  g_test_add_func("/upstream/upstream-route/practice-by-name", test_practice_by_name);
  g_test_add_func("/upstream/upstream-route/preset-needs-only-a-key",
                  test_preset_needs_only_a_key);
  g_test_add_func("/upstream/upstream-route/configured-base-goes-first",
                  test_configured_base_goes_first);
  g_test_add_func("/upstream/upstream-route/local-servers-need-no-key",
                  test_local_servers_need_no_key);
  g_test_add_func("/upstream/upstream-route/custom-needs-an-address",
                  test_custom_needs_an_address);
  g_test_add_func("/upstream/upstream-route/unknown-provider-is-custom",
                  test_unknown_provider_is_custom);
  g_test_add_func("/upstream/upstream-route/client-auth-hides-our-key",
                  test_client_auth_hides_our_key);
  g_test_add_func("/upstream/upstream-route/route-outlives-its-config",
                  test_route_outlives_its_config);
  return g_test_run();
}
