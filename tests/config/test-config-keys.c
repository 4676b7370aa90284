/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "config/config-keys.h"

#include <string.h>

#include "config/config.h"

static void
test_rows_are_whole(void)
{
  for (guint i = 0; i < MC_N_KEYS; i++) {
    const McConfigKeyInfo *info = mc_config_key_get_info((McConfigKey) i);
    g_assert_nonnull(info->name);
    g_test_message("%s", info->name);
    g_assert_nonnull(info->default_text);
    g_assert_nonnull(info->text);
    g_assert_true(g_str_has_suffix(info->text, "."));
    g_assert_cmpint(info->type == MC_CONFIG_ENUM, ==, info->choices != NULL);
    if (info->type == MC_CONFIG_INT || info->type == MC_CONFIG_DOUBLE)
      g_assert_cmpfloat(info->min, <, info->max);
    for (const char *p = info->name; *p != '\0'; p++)
      g_assert_true(g_ascii_islower(*p) || *p == '_' || *p == '.');
  }
}

static void
test_names_are_unique_and_found(void)
{
  for (guint i = 0; i < MC_N_KEYS; i++) {
    McConfigKey found;
    g_assert_true(
        mc_config_key_find(mc_config_key_get_info((McConfigKey) i)->name, &found));
    g_assert_cmpuint(found, ==, i);
    /* A name is a value or a section, never both. */
    g_assert_false(
        mc_config_key_is_section(mc_config_key_get_info((McConfigKey) i)->name));
  }
  McConfigKey none;
  g_assert_false(mc_config_key_find("proxy", &none));
  g_assert_false(mc_config_key_find("", &none));
}

static void
test_aliases_lead_to_choices(void)
{
  for (guint i = 0; i < MC_N_KEYS; i++) {
    const McConfigKeyInfo *info = mc_config_key_get_info((McConfigKey) i);
    for (guint j = 0; info->aliases != NULL && info->aliases[j] != NULL; j += 2)
      g_assert_true(g_strv_contains(info->choices, info->aliases[j + 1]));
  }
}

static void
test_every_key_named_like_one_is_secret(void)
{
  for (guint i = 0; i < MC_N_KEYS; i++) {
    const McConfigKeyInfo *info = mc_config_key_get_info((McConfigKey) i);
    if (g_str_has_suffix(info->name, "api_key"))
      g_assert_true(info->is_secret);
  }
}

static void
test_sections_are_known(void)
{
  g_assert_true(mc_config_key_is_section("scheduler"));
  g_assert_true(mc_config_key_is_section("scheduler.calendar"));
  g_assert_false(mc_config_key_is_section("sched"));
  g_assert_false(mc_config_key_is_section("mode"));
  g_assert_false(mc_config_key_is_section("scheduler.enabled"));
}

static void
test_slips_are_guessed(void)
{
  g_assert_cmpstr(mc_config_key_guess("proxy.prot"), ==, "proxy.port");
  g_assert_cmpstr(mc_config_key_guess("mdoe"), ==, "mode");
  g_assert_cmpstr(mc_config_key_guess("llm.apikey"), ==, "llm.api_key");
  g_assert_cmpstr(mc_config_key_guess("port"), ==, "proxy.port");
  g_assert_cmpstr(mc_config_key_guess("skills.lora_rank"), ==, "rl.lora_rank");
  g_assert_null(mc_config_key_guess("enabled"));
  g_assert_null(mc_config_key_guess("fallbacks"));
  g_assert_null(mc_config_key_guess(""));
  g_autofree char *long_name = g_strnfill(100000, 'x');
  g_assert_null(mc_config_key_guess(long_name));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/config/config-keys/rows-are-whole", test_rows_are_whole);
  g_test_add_func("/config/config-keys/names-are-unique-and-found",
                  test_names_are_unique_and_found);
  g_test_add_func("/config/config-keys/aliases-lead-to-choices",
                  test_aliases_lead_to_choices);
  g_test_add_func("/config/config-keys/every-key-named-like-one-is-secret",
                  test_every_key_named_like_one_is_secret);
  g_test_add_func("/config/config-keys/sections-are-known", test_sections_are_known);
  g_test_add_func("/config/config-keys/slips-are-guessed", test_slips_are_guessed);
  return g_test_run();
}
