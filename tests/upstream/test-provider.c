/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "upstream/endpoint.h"
#include "upstream/provider.h"

static void
test_rows_are_whole_and_unique(void)
{
  guint n_providers = 0;
  const McProvider *all = mc_provider_get_all(&n_providers);
  g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < n_providers; i++) {
    g_assert_nonnull(all[i].title);
    g_assert_true(g_hash_table_add(ids, (gpointer) all[i].id));
    g_assert_true(mc_provider_find(all[i].id) == &all[i]);
    /* Who needs a key must be able to learn where to get one. */
    g_assert_true((all[i].auth == MC_PROVIDER_AUTH_OPTIONAL) == (all[i].key_url == NULL));
  }
}

static void
test_bases_are_already_regular(void)
{
  guint n_providers = 0;
  const McProvider *all = mc_provider_get_all(&n_providers);
  for (guint i = 0; i < n_providers; i++) {
    if (all[i].base_url == NULL)
      continue;
    g_autoptr(GError) error = NULL;
    g_autoptr(McEndpoint) endpoint = mc_endpoint_new(all[i].base_url, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(mc_endpoint_get_base(endpoint), ==, all[i].base_url);
    /* A key never travels in the clear: only servers of this machine are http. */
    g_assert_true(g_str_has_prefix(all[i].base_url, "https://") ||
                  mc_endpoint_is_loopback(endpoint));
  }
}

static void
test_expected_providers_exist(void)
{
  static const char *const expected[] = {
      "kimi",       "qwen",   "openai",     "anthropic", "minimax", "gemini",
      "openrouter", "novita", "volcengine", "deepseek",  "ollama",  "lmstudio",
      "llamacpp",   "vllm",   "custom",     "practice"};
  for (gsize i = 0; i < G_N_ELEMENTS(expected); i++)
    g_assert_nonnull(mc_provider_find(expected[i]));
  g_assert_null(mc_provider_find("custom")->base_url);
  g_assert_null(mc_provider_find("nobody"));
  g_assert_null(mc_provider_find(""));
  g_assert_null(mc_provider_find(NULL));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/upstream/provider/rows-are-whole-and-unique",
                  test_rows_are_whole_and_unique);
  g_test_add_func("/upstream/provider/bases-are-already-regular",
                  test_bases_are_already_regular);
  g_test_add_func("/upstream/provider/expected-providers-exist",
                  test_expected_providers_exist);
  return g_test_run();
}
