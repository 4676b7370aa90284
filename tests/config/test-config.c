/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <string.h>

#include "base/error.h"

/* @text given to @key comes out as @expected; NULL means that it is refused. */
typedef struct {
  McConfigKey key;
  const char *text;
  const char *expected;
} Case;

static void
check_cases(const Case *cases, guint n_cases)
{
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  for (guint i = 0; i < n_cases; i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(McConfig) config =
        mc_config_with(defaults, cases[i].key, cases[i].text, &error);
    const char *name = mc_config_key_get_info(cases[i].key)->name;
    g_test_message("%s: '%s' %s", name, cases[i].text,
                   error != NULL ? error->message : "");
    if (cases[i].expected == NULL) {
      g_assert_null(config);
      g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
      g_assert_true(g_str_has_prefix(error->message, name));
    } else {
      g_assert_no_error(error);
      g_assert_cmpstr(mc_config_get_string(config, cases[i].key), ==, cases[i].expected);
    }
  }
}

static void
test_defaults_are_those_of_the_original(void)
{
  g_autoptr(McConfig) config = mc_config_new_defaults();
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_MODE), ==, "madmax");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_PROXY_HOST), ==, "127.0.0.1");
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_PROXY_PORT), ==, 30000);
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_SKILLS_TOP_K), ==, 6);
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_SKILLS_MAX_TOKENS), ==, 700);
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_MAX_CONTEXT_TOKENS), ==, 20000);
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_SCHEDULER_SLEEP_START), ==, 23 * 60);
  g_assert_cmpfloat(mc_config_get_double(config, MC_KEY_OPD_KL_PENALTY_COEF), ==, 1.0);
  g_assert_false(mc_config_get_boolean(config, MC_KEY_RL_ENABLED));
  g_assert_true(mc_config_get_boolean(config, MC_KEY_SKILLS_ENABLED));
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_SKILLS_DIR), ==,
                  "/home/of/metaclaw/skills");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_OPENCLAW_ENV_DATA_DIR), ==, "");
  g_assert_null(mc_config_get_string_list(config, MC_KEY_PROXY_ALLOWED_HOSTS)[0]);
}

/* A value of each type that is nobody's default. */
static const char *const other_values[] = {
    [MC_CONFIG_STRING] = "word",      [MC_CONFIG_INT] = "9",
    [MC_CONFIG_DOUBLE] = "2.5",       [MC_CONFIG_BOOLEAN] = NULL,
    [MC_CONFIG_TIME] = "12:34",       [MC_CONFIG_ENUM] = NULL,
    [MC_CONFIG_PATH] = "/a/path",     [MC_CONFIG_HOST] = "10.0.0.7",
    [MC_CONFIG_STRING_LIST] = "a, b", [MC_CONFIG_MAP] = "{a: 1}",
};

static void
test_every_key_can_be_set(void)
{
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  for (guint i = 0; i < MC_N_KEYS; i++) {
    McConfigKey key = (McConfigKey) i;
    const McConfigKeyInfo *info = mc_config_key_get_info(key);
    const char *text = other_values[info->type];
    if (info->type == MC_CONFIG_BOOLEAN)
      text = mc_config_get_boolean(defaults, key) ? "false" : "true";
    if (info->type == MC_CONFIG_ENUM)
      text = info->choices[1];
    g_autoptr(GError) error = NULL;
    g_autoptr(McConfig) config = mc_config_with(defaults, key, text, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(mc_config_get_string(config, key), ==, text);
    g_assert_true(mc_config_is_set(config, key));
    g_assert_false(mc_config_is_set(defaults, key));
    g_assert_false(mc_config_equal(config, defaults));

    /* What a value is shown as is read as the same value. */
    g_autoptr(McConfig) again =
        mc_config_with(defaults, key, mc_config_get_string(config, key), &error);
    g_assert_no_error(error);
    g_assert_true(mc_config_equal(config, again));
  }
}

static void
test_whole_numbers_have_many_spellings(void)
{
  static const Case cases[] = {
      {MC_KEY_PROXY_PORT, " 8080 ", "8080"},
      {MC_KEY_PROXY_PORT, "0x1F90", "8080"},
      {MC_KEY_PROXY_PORT, "0o17", "15"},
      {MC_KEY_PROXY_PORT, "0b101", "5"},
      {MC_KEY_PROXY_PORT, "1_000", "1000"},
      {MC_KEY_PROXY_PORT, "+80", "80"},
      {MC_KEY_PROXY_PORT, "4.0", "4"},
      {MC_KEY_PROXY_PORT, "", "30000"},
      {MC_KEY_SKILLS_TOP_K, "0", "0"},
      {MC_KEY_SKILLS_TOP_K, "-0", "0"},
      {MC_KEY_PROXY_PORT, "abc", NULL},
      {MC_KEY_PROXY_PORT, "0", NULL},
      {MC_KEY_PROXY_PORT, "65536", NULL},
      {MC_KEY_PROXY_PORT, "-1", NULL},
      {MC_KEY_PROXY_PORT, "017", NULL},
      {MC_KEY_PROXY_PORT, "1__0", NULL},
      {MC_KEY_PROXY_PORT, "_1", NULL},
      {MC_KEY_PROXY_PORT, "1_", NULL},
      {MC_KEY_PROXY_PORT, "80.5", NULL},
      {MC_KEY_PROXY_PORT, "80 90", NULL},
      {MC_KEY_PROXY_PORT, "0x", NULL},
      {MC_KEY_PROXY_PORT, "0z1", NULL},
      {MC_KEY_PROXY_PORT, "--1", NULL},
      {MC_KEY_PROXY_PORT, "nan", NULL},
      {MC_KEY_PROXY_PORT, "inf", NULL},
      {MC_KEY_PROXY_PORT, "1e400", NULL},
      {MC_KEY_PROXY_PORT, "18446744073709551617", NULL},
  };
  check_cases(cases, G_N_ELEMENTS(cases));
}

static void
test_numbers_are_checked(void)
{
  static const Case cases[] = {
      {MC_KEY_OPD_KL_PENALTY_COEF, "2", "2"},
      {MC_KEY_OPD_KL_PENALTY_COEF, "1_0", "10"},
      {MC_KEY_OPD_KL_PENALTY_COEF, "5e-1", "0.5"},
      {MC_KEY_OPD_KL_PENALTY_COEF, ".5", "0.5"},
      {MC_KEY_OPD_KL_PENALTY_COEF, "", "1"},
      {MC_KEY_OPD_KL_PENALTY_COEF, "-0.1", NULL},
      {MC_KEY_OPD_KL_PENALTY_COEF, "nan", NULL},
      {MC_KEY_OPD_KL_PENALTY_COEF, ".inf", NULL},
      {MC_KEY_OPD_KL_PENALTY_COEF, "1,5", NULL},
  };
  check_cases(cases, G_N_ELEMENTS(cases));
}

static void
test_booleans_follow_yaml_1_1(void)
{
  static const Case cases[] = {
      {MC_KEY_RL_ENABLED, "yes", "true"},     {MC_KEY_RL_ENABLED, "On", "true"},
      {MC_KEY_RL_ENABLED, "TRUE", "true"},    {MC_KEY_RL_ENABLED, "1", "true"},
      {MC_KEY_SKILLS_ENABLED, "no", "false"}, {MC_KEY_SKILLS_ENABLED, "OFF", "false"},
      {MC_KEY_SKILLS_ENABLED, "0", "false"},  {MC_KEY_SKILLS_ENABLED, "", "true"},
      {MC_KEY_RL_ENABLED, "maybe", NULL},     {MC_KEY_RL_ENABLED, "2", NULL},
  };
  check_cases(cases, G_N_ELEMENTS(cases));
}

static void
test_times_of_day_are_read(void)
{
  static const Case cases[] = {
      {MC_KEY_SCHEDULER_SLEEP_END, "22:30", "22:30"},
      {MC_KEY_SCHEDULER_SLEEP_END, "7:05", "07:05"},
      {MC_KEY_SCHEDULER_SLEEP_END, "00:00", "00:00"},
      {MC_KEY_SCHEDULER_SLEEP_END, "23:59:59", "23:59"},
      {MC_KEY_SCHEDULER_SLEEP_END, "1380", "23:00"},
      {MC_KEY_SCHEDULER_SLEEP_END, "60", "01:00"},
      {MC_KEY_SCHEDULER_SLEEP_END, "1439", "23:59"},
      {MC_KEY_SCHEDULER_SLEEP_END, "", "07:00"},
      {MC_KEY_SCHEDULER_SLEEP_END, "1440", NULL},
      {MC_KEY_SCHEDULER_SLEEP_END, "23", NULL},
      {MC_KEY_SCHEDULER_SLEEP_END, "24:00", NULL},
      {MC_KEY_SCHEDULER_SLEEP_END, "12:60", NULL},
      {MC_KEY_SCHEDULER_SLEEP_END, "12:5", NULL},
      {MC_KEY_SCHEDULER_SLEEP_END, "012:05", NULL},
      {MC_KEY_SCHEDULER_SLEEP_END, ":30", NULL},
      {MC_KEY_SCHEDULER_SLEEP_END, "12:", NULL},
      {MC_KEY_SCHEDULER_SLEEP_END, "1:2:3:4", NULL},
      {MC_KEY_SCHEDULER_SLEEP_END, "-1:30", NULL},
      {MC_KEY_SCHEDULER_SLEEP_END, "11 pm", NULL},
  };
  check_cases(cases, G_N_ELEMENTS(cases));
}

static void
test_choices_are_listed(void)
{
  static const Case cases[] = {
      {MC_KEY_MODE, "auto", "madmax"}, {MC_KEY_MODE, "Skills-Only", "skills_only"},
      {MC_KEY_MODE, "rl", "rl"},       {MC_KEY_MODE, "", "madmax"},
      {MC_KEY_MODE, "r", NULL},        {MC_KEY_MODE, "rll", NULL},
  };
  check_cases(cases, G_N_ELEMENTS(cases));

  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_config_with(defaults, MC_KEY_MODE, "fast", &error));
  g_assert_cmpstr(error->message, ==,
                  "mode: 'fast' is not one of the choices; use madmax, rl, skills_only");
}

static void
test_paths_become_absolute(void)
{
  static const Case cases[] = {
      {MC_KEY_SKILLS_DIR, "./mine", "/home/of/metaclaw/mine"},
      {MC_KEY_SKILLS_DIR, "../mine//x/", "/home/of/mine/x"},
      {MC_KEY_SKILLS_DIR, "/abs", "/abs"},
      {MC_KEY_SKILLS_DIR, "", "/home/of/metaclaw/skills"},
      {MC_KEY_OPENCLAW_ENV_DATA_DIR, "", ""},
      {MC_KEY_SKILLS_DIR, "~other/x", NULL},
      {MC_KEY_SKILLS_DIR, "a\nb", NULL},
  };
  check_cases(cases, G_N_ELEMENTS(cases));

  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  g_autoptr(McConfig) config = mc_config_with(defaults, MC_KEY_SKILLS_DIR, "~/s", NULL);
  g_autofree char *expected = g_build_filename(g_get_home_dir(), "s", NULL);
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_SKILLS_DIR), ==, expected);
}

static void
test_hosts_are_addresses(void)
{
  static const Case cases[] = {
      {MC_KEY_PROXY_HOST, "localhost", "127.0.0.1"},
      {MC_KEY_PROXY_HOST, "LocalHost", "127.0.0.1"},
      {MC_KEY_PROXY_HOST, "[::1]", "::1"},
      {MC_KEY_PROXY_HOST, "127.0.0.2", "127.0.0.2"},
      {MC_KEY_PROXY_HOST, "", "127.0.0.1"},
      {MC_KEY_PROXY_HOST, "*", NULL},
      {MC_KEY_PROXY_HOST, "my-machine", NULL},
      {MC_KEY_PROXY_HOST, "127.0.0.1:80", NULL},
      {MC_KEY_PROXY_HOST, "[", NULL},
  };
  check_cases(cases, G_N_ELEMENTS(cases));
}

static void
test_lists_are_split_and_kept(void)
{
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  g_autoptr(McConfig) config =
      mc_config_with(defaults, MC_KEY_PROXY_ALLOWED_HOSTS, " a ,, b", NULL);
  const char *const *list = mc_config_get_string_list(config, MC_KEY_PROXY_ALLOWED_HOSTS);
  g_assert_cmpstr(list[0], ==, "a");
  g_assert_cmpstr(list[1], ==, "b");
  g_assert_null(list[2]);

  const char *const items[] = {"x, y", "z", NULL};
  McConfigBuilder *builder = mc_config_builder_new(defaults);
  g_assert_true(
      mc_config_builder_set_list(builder, MC_KEY_PROXY_ALLOWED_HOSTS, items, NULL));
  g_autoptr(McConfig) taken = mc_config_builder_end(builder);
  list = mc_config_get_string_list(taken, MC_KEY_PROXY_ALLOWED_HOSTS);
  g_assert_cmpstr(list[0], ==, "x, y");
  g_assert_true(mc_config_is_set(taken, MC_KEY_PROXY_ALLOWED_HOSTS));

  const char *const bad[] = {"x", "y\n", "z\x01", NULL};
  g_autoptr(McConfigBuilder) other = mc_config_builder_new(taken);
  g_autoptr(GError) error = NULL;
  g_assert_false(
      mc_config_builder_set_list(other, MC_KEY_PROXY_ALLOWED_HOSTS, bad, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
}

static void
test_secrets_stay_out_of_messages(void)
{
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  for (guint i = 0; i < MC_N_KEYS; i++) {
    const McConfigKeyInfo *info = mc_config_key_get_info((McConfigKey) i);
    if (!info->is_secret || info->type != MC_CONFIG_STRING)
      continue;
    g_autoptr(GError) error = NULL;
    g_assert_null(mc_config_with(defaults, (McConfigKey) i, "sk-hush\nhush", &error));
    g_assert_null(strstr(error->message, "hush"));
  }
}

static void
test_long_wrong_values_are_cut(void)
{
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  g_autofree char *text = g_strnfill(100000, 'x');
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_config_with(defaults, MC_KEY_PROXY_PORT, text, &error));
  g_assert_cmpuint(strlen(error->message), <, 200);
}

static void
test_an_error_changes_nothing(void)
{
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  McConfigBuilder *builder = mc_config_builder_new(defaults);
  g_autoptr(GError) error = NULL;
  g_assert_false(mc_config_builder_set(builder, MC_KEY_PROXY_PORT, "abc", &error));
  g_assert_cmpstr(error->message, ==, "'abc' is not a whole number; use 1 to 65535");
  g_autoptr(McConfig) config = mc_config_builder_end(builder);
  g_assert_true(mc_config_equal(config, defaults));
}

static void
test_environment_overrules_secrets_only(void)
{
  g_setenv("METACLAW_LLM_API_KEY", "from-environment", TRUE);
  g_setenv("METACLAW_PROXY_PORT", "1234", TRUE);
  g_setenv("METACLAW_RL_API_KEY", "", TRUE);
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  g_autoptr(McConfig) given = mc_config_with(defaults, MC_KEY_RL_API_KEY, "kept", NULL);
  g_autoptr(McConfig) config = mc_config_apply_environment(given);
  g_unsetenv("METACLAW_LLM_API_KEY");
  g_unsetenv("METACLAW_PROXY_PORT");
  g_unsetenv("METACLAW_RL_API_KEY");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_LLM_API_KEY), ==,
                  "from-environment");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_RL_API_KEY), ==, "kept");
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_PROXY_PORT), ==, 30000);
}

static void
test_an_open_proxy_stays_on_this_machine(void)
{
  static const char *const wide[] = {"0.0.0.0", "::", "192.168.1.7", "::ffff:127.0.0.1"};
  static const char *const narrow[] = {"127.0.0.1", "127.8.9.1", "::1"};
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  for (guint i = 0; i < G_N_ELEMENTS(wide); i++) {
    g_autofree char *asked = NULL;
    g_autoptr(McConfig) config =
        mc_config_with(defaults, MC_KEY_PROXY_HOST, wide[i], NULL);
    g_autoptr(McConfig) confined = mc_config_confine_host(config, &asked);
    g_assert_cmpstr(mc_config_get_string(confined, MC_KEY_PROXY_HOST), ==, "127.0.0.1");
    g_assert_cmpstr(asked, ==, wide[i]);

    g_autoptr(McConfig) keyed = mc_config_with(config, MC_KEY_PROXY_API_KEY, "k", NULL);
    g_autofree char *none = NULL;
    g_autoptr(McConfig) same = mc_config_confine_host(keyed, &none);
    g_assert_true(same == keyed);
    g_assert_null(none);
  }
  for (guint i = 0; i < G_N_ELEMENTS(narrow); i++) {
    g_autofree char *asked = NULL;
    g_autoptr(McConfig) config =
        mc_config_with(defaults, MC_KEY_PROXY_HOST, narrow[i], NULL);
    g_autoptr(McConfig) confined = mc_config_confine_host(config, &asked);
    g_assert_true(confined == config);
    g_assert_null(asked);
  }
}

static void
test_builder_takes_over_values(void)
{
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  g_autoptr(McConfig) other = mc_config_with(defaults, MC_KEY_PROXY_PORT, "99", NULL);
  McConfigBuilder *builder = mc_config_builder_new(defaults);
  mc_config_builder_copy(builder, MC_KEY_PROXY_PORT, other);
  g_autoptr(McConfig) config = mc_config_builder_end(builder);
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_PROXY_PORT), ==, 99);
  g_assert_true(mc_config_is_set(config, MC_KEY_PROXY_PORT));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_setenv("METACLAW_HOME", "/home/of/metaclaw", TRUE);
  g_test_add_func("/config/config/defaults-are-those-of-the-original",
                  test_defaults_are_those_of_the_original);
  g_test_add_func("/config/config/every-key-can-be-set", test_every_key_can_be_set);
  g_test_add_func("/config/config/whole-numbers-have-many-spellings",
                  test_whole_numbers_have_many_spellings);
  g_test_add_func("/config/config/numbers-are-checked", test_numbers_are_checked);
  g_test_add_func("/config/config/booleans-follow-yaml-1-1",
                  test_booleans_follow_yaml_1_1);
  g_test_add_func("/config/config/times-of-day-are-read", test_times_of_day_are_read);
  g_test_add_func("/config/config/choices-are-listed", test_choices_are_listed);
  g_test_add_func("/config/config/paths-become-absolute", test_paths_become_absolute);
  g_test_add_func("/config/config/hosts-are-addresses", test_hosts_are_addresses);
  g_test_add_func("/config/config/lists-are-split-and-kept",
                  test_lists_are_split_and_kept);
  g_test_add_func("/config/config/secrets-stay-out-of-messages",
                  test_secrets_stay_out_of_messages);
  g_test_add_func("/config/config/long-wrong-values-are-cut",
                  test_long_wrong_values_are_cut);
  g_test_add_func("/config/config/an-error-changes-nothing",
                  test_an_error_changes_nothing);
  g_test_add_func("/config/config/environment-overrules-secrets-only",
                  test_environment_overrules_secrets_only);
  g_test_add_func("/config/config/an-open-proxy-stays-on-this-machine",
                  test_an_open_proxy_stays_on_this_machine);
  g_test_add_func("/config/config/builder-takes-over-values",
                  test_builder_takes_over_values);
  return g_test_run();
}
