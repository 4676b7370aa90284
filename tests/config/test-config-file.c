/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "config/config-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"

static McConfig *
parse(const char *text, GPtrArray **issues)
{
  g_autoptr(GError) error = NULL;
  McConfig *config =
      mc_config_file_parse(text, strlen(text), "config.yaml", issues, &error);
  g_assert_no_error(error);
  g_assert_nonnull(config);
  return config;
}

/* Reads @text, which must have nothing to complain about. */
static McConfig *
parse_clean(const char *text)
{
  g_autoptr(GPtrArray) issues = NULL;
  McConfig *config = parse(text, &issues);
  for (guint i = 0; i < issues->len; i++)
    g_test_message("%s", ((McConfigIssue *) issues->pdata[i])->message);
  g_assert_cmpuint(issues->len, ==, 0);
  return config;
}

/* Reads @text, which must have exactly one issue, with this message. */
static McConfig *
parse_with_issue(const char *text, McConfigIssueSeverity severity, const char *message)
{
  g_autoptr(GPtrArray) issues = NULL;
  McConfig *config = parse(text, &issues);
  g_assert_cmpuint(issues->len, ==, 1);
  const McConfigIssue *issue = issues->pdata[0];
  g_assert_cmpstr(issue->message, ==, message);
  g_assert_cmpuint(issue->severity, ==, severity);
  return config;
}

static void
assert_issue(const char *text, McConfigIssueSeverity severity, const char *message)
{
  mc_config_unref(parse_with_issue(text, severity, message));
}

static void
assert_refused(const char *text, gssize length, McErrorCode code, const char *start)
{
  g_autoptr(GPtrArray) issues = NULL;
  g_autoptr(GError) error = NULL;
  gsize size = length < 0 ? strlen(text) : (gsize) length;
  g_assert_null(mc_config_file_parse(text, size, "config.yaml", &issues, &error));
  g_test_message("%s", error->message);
  g_assert_error(error, MC_ERROR, (int) code);
  g_assert_true(g_str_has_prefix(error->message, start));
  g_assert_null(issues);
}

static McConfig *
load_data(const char *name, GPtrArray **issues)
{
  g_autofree char *path = g_build_filename(g_getenv("MC_SOURCE_ROOT"), "tests", "data",
                                           "field-cases", name, NULL);
  g_autoptr(GError) error = NULL;
  McConfig *config = mc_config_file_load(path, issues, &error);
  g_assert_no_error(error);
  return config;
}

static void
test_fc_039_unquoted_times_are_times(void)
{
  g_autoptr(GPtrArray) issues = NULL;
  g_autoptr(McConfig) config = load_data("FC-039.yaml", &issues);
  g_assert_cmpuint(issues->len, ==, 0);
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_SCHEDULER_SLEEP_START), ==,
                  "23:00");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_SCHEDULER_SLEEP_END), ==, "07:00");
  g_assert_true(mc_config_get_boolean(config, MC_KEY_SCHEDULER_ENABLED));
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_SCHEDULER_IDLE_THRESHOLD_MINUTES), ==,
                  30);

  g_autoptr(McConfig) rewritten =
      parse_clean("scheduler: {sleep_start: 1380, sleep_end: '07:00'}\n");
  g_assert_cmpint(mc_config_get_int(rewritten, MC_KEY_SCHEDULER_SLEEP_START), ==,
                  23 * 60);
}

static void
test_fc_041_odd_spacing_reads_as_meant(void)
{
  g_autoptr(GPtrArray) issues = NULL;
  g_autoptr(McConfig) config = load_data("FC-041.yaml", &issues);
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_MODE), ==, "skills_only");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_LLM_PROVIDER), ==, "openai");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_LLM_API_BASE), ==,
                  "http://127.0.0.1:8080/v1");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_LLM_MODEL_ID), ==, "qwen-ü");
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_SKILLS_TOP_K), ==, 6);
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_SKILLS_DIR), ==,
                  "/home/of/metaclaw/skills");
  g_assert_false(mc_config_get_boolean(config, MC_KEY_RL_ENABLED));
  g_assert_cmpuint(issues->len, ==, 2);
  const McConfigIssue *first = issues->pdata[0], *second = issues->pdata[1];
  g_assert_cmpstr(first->message, ==,
                  "FC-041.yaml:10: fallbacks: is no known key and is ignored");
  g_assert_cmpuint(first->severity, ==, MC_CONFIG_ISSUE_NOTE);
  g_assert_cmpuint(second->line, ==, 14);
}

static void
test_a_file_of_the_original_is_understood(void)
{
  g_autoptr(GPtrArray) issues = NULL;
  g_autoptr(McConfig) config = parse("claw_type: openclaw\n"
                                     "configure_openclaw: yes\n"
                                     "llm:\n"
                                     "  api_base: https://api.example.org/v1\n"
                                     "  api_key: 123456\n"
                                     "  model_id: null\n"
                                     "memory:\n"
                                     "  dir: /x\n"
                                     "  anything: {at: [all, 1]}\n"
                                     "mode: auto\n"
                                     "opd:\n"
                                     "  enabled: off\n"
                                     "proxy:\n"
                                     "  host: 0.0.0.0\n"
                                     "  port: '30001'\n"
                                     "rl:\n"
                                     "  backend: ''\n"
                                     "  enabled: No\n"
                                     "  prm_url: ''\n"
                                     "scheduler:\n"
                                     "  calendar:\n"
                                     "    enabled: ON\n"
                                     "  sleep_start: 22:30\n"
                                     "skills:\n"
                                     "wechat: true\n",
                                     &issues);
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_MODE), ==, "madmax");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_LLM_API_KEY), ==, "123456");
  g_assert_false(mc_config_is_set(config, MC_KEY_LLM_MODEL_ID));
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_MEMORY), ==,
                  "{dir: /x, anything: {at: [all, 1]}}");
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_PROXY_PORT), ==, 30001);
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_RL_BACKEND), ==, "auto");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_RL_PRM_URL), ==, "");
  g_assert_true(mc_config_get_boolean(config, MC_KEY_SCHEDULER_CALENDAR_ENABLED));
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_SCHEDULER_SLEEP_START), ==,
                  "22:30");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_WECHAT), ==, "true");

  g_assert_cmpuint(issues->len, ==, 1);
  g_assert_cmpstr(((McConfigIssue *) issues->pdata[0])->code, ==, "config_wide_bind");
}

static void
test_a_wide_bind_needs_a_key(void)
{
  g_autoptr(GPtrArray) issues = NULL;
  g_autoptr(McConfig) config = parse("proxy:\n  host: 192.168.0.9\n", &issues);
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_PROXY_HOST), ==, "127.0.0.1");
  g_assert_cmpuint(issues->len, ==, 1);
  const McConfigIssue *issue = issues->pdata[0];
  g_assert_cmpstr(issue->message, ==,
                  "config.yaml:2: proxy.host: 192.168.0.9 needs a proxy.api_key; until "
                  "then MetaClaw listens on 127.0.0.1");
  g_autoptr(McProblem) problem = mc_config_issue_to_problem(issue);
  g_assert_cmpstr(mc_problem_get_code(problem), ==, "config_wide_bind");
  g_assert_cmpstr(mc_problem_get_subject(problem), ==, "proxy.host");
  g_autofree char *message = mc_problem_format_message(problem);
  g_assert_true(
      g_str_has_prefix(message, "config.yaml:2 proxy.host asks for 192.168.0.9 "));

  g_autoptr(McConfig) keyed = parse_clean("proxy: {host: '::', api_key: k}\n");
  g_assert_cmpstr(mc_config_get_string(keyed, MC_KEY_PROXY_HOST), ==, "::");

  g_setenv("METACLAW_PROXY_API_KEY", "k", TRUE);
  g_autoptr(McConfig) from_environment = parse_clean("proxy: {host: 0.0.0.0}\n");
  g_unsetenv("METACLAW_PROXY_API_KEY");
  g_assert_cmpstr(mc_config_get_string(from_environment, MC_KEY_PROXY_HOST), ==,
                  "0.0.0.0");
}

static void
test_the_environment_overrules_the_file(void)
{
  g_setenv("METACLAW_LLM_API_KEY", "environment", TRUE);
  g_autoptr(McConfig) config = parse_clean("llm:\n  api_key: file\n");
  g_unsetenv("METACLAW_LLM_API_KEY");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_LLM_API_KEY), ==, "environment");
}

static void
test_a_wrong_value_costs_its_key_only(void)
{
  g_autoptr(McConfig) config =
      parse_with_issue("mode: rl\n"
                       "proxy:\n"
                       "  # the port\n"
                       "  port: abc\n"
                       "skills: {top_k: 8}\n",
                       MC_CONFIG_ISSUE_FAULT,
                       "config.yaml:4: proxy.port: 'abc' is not a whole number; use 1 "
                       "to 65535");
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_PROXY_PORT), ==, 30000);
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_SKILLS_TOP_K), ==, 8);

  assert_issue("mode: fast\n", MC_CONFIG_ISSUE_FAULT,
               "config.yaml:1: mode: 'fast' is not one of the choices; use madmax, rl, "
               "skills_only");
  assert_issue("mode: [rl]\n", MC_CONFIG_ISSUE_FAULT,
               "config.yaml:1: mode: is a list; give one value behind the colon");
  assert_issue("\nmode:\n  rl: true\n", MC_CONFIG_ISSUE_FAULT,
               "config.yaml:2: mode: is a section; give one value behind the colon");
  assert_issue(
      "proxy: 8080\n", MC_CONFIG_ISSUE_FAULT,
      "config.yaml:1: proxy: is a section; write its keys in the lines below, indented");
  assert_issue("llm: {model_id: \"a\\0b\"}\n", MC_CONFIG_ISSUE_FAULT,
               "config.yaml:1: llm.model_id: the value holds a NUL character; remove it");
}

static void
test_the_last_of_two_equal_keys_counts(void)
{
  g_autoptr(McConfig) config = parse_with_issue(
      "proxy:\n  port: 1\n\n  port: 2\n", MC_CONFIG_ISSUE_WARNING,
      "config.yaml:4: proxy.port: is given twice, in lines 2 and 4; the last one counts, "
      "remove the other");
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_PROXY_PORT), ==, 2);

  g_autoptr(McConfig) sections = parse_with_issue(
      "proxy:\n  port: 1\nproxy:\n  host: ::1\n", MC_CONFIG_ISSUE_WARNING,
      "config.yaml:3: proxy: is given twice, in lines 1 and 3; the last one counts, "
      "remove the other");
  g_assert_cmpint(mc_config_get_int(sections, MC_KEY_PROXY_PORT), ==, 30000);
  g_assert_cmpstr(mc_config_get_string(sections, MC_KEY_PROXY_HOST), ==, "::1");
}

static void
test_unknown_keys_are_notes(void)
{
  assert_issue("proxy:\n  prot: 1\n", MC_CONFIG_ISSUE_NOTE,
               "config.yaml:2: proxy.prot: is no known key and is ignored; did you mean "
               "proxy.port?");
  g_autoptr(McConfig) dotted = parse_with_issue(
      "proxy.port: 1\n", MC_CONFIG_ISSUE_NOTE,
      "config.yaml:1: proxy.port: is no key here; in a file the words of proxy.port are "
      "nested, one line each");
  g_assert_cmpint(mc_config_get_int(dotted, MC_KEY_PROXY_PORT), ==, 30000);
  g_autoptr(McConfig) complex =
      parse_with_issue("? [a, b]\n: c\nmode: rl\n", MC_CONFIG_ISSUE_NOTE,
                       "config.yaml:1: a key that is no word is ignored");
  g_assert_cmpstr(mc_config_get_string(complex, MC_KEY_MODE), ==, "rl");
}

static void
test_faults_are_told_behind_many_notes(void)
{
  GString *text = g_string_new(NULL);
  for (int i = 0; i < 1000; i++)
    g_string_append_printf(text, "nobody_%d: 1\n", i);
  g_string_append(text, "proxy: {port: x}\n");
  g_autoptr(GPtrArray) issues = NULL;
  mc_config_unref(parse(text->str, &issues));
  g_string_free(text, TRUE);
  g_assert_cmpuint(issues->len, ==, 101);
  g_assert_cmpstr(((McConfigIssue *) issues->pdata[100])->key, ==, "proxy.port");
}

static void
test_kept_sections_have_no_unknown_keys(void)
{
  g_autoptr(McConfig) config = parse_clean("memory:\n  x: {y: 1}\n"
                                           "wechat: {enabled: no}\n"
                                           "providers:\n  a: {api_key: k}\n");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_PROVIDERS), ==,
                  "{a: {api_key: k}}");
}

static void
test_anchors_and_merges_follow_pyyaml(void)
{
  g_autoptr(McConfig) config =
      parse_clean("memory: &base {port: 1, host: 127.0.0.5}\n"
                  "wechat: &more {port: 2, allowed_hosts: &list [a, 'b, c']}\n"
                  "proxy:\n"
                  "  <<: [*base, *more]\n"
                  "  port: 3\n"
                  "llm:\n"
                  "  model_id: &name some-model\n"
                  "rl:\n"
                  "  model: *name\n"
                  "skills: &s\n"
                  "  top_k: 4\n");
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_PROXY_PORT), ==, 3);
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_PROXY_HOST), ==, "127.0.0.5");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_RL_MODEL), ==, "some-model");
  const char *const *hosts =
      mc_config_get_string_list(config, MC_KEY_PROXY_ALLOWED_HOSTS);
  g_assert_cmpstr(hosts[0], ==, "a");
  g_assert_cmpstr(hosts[1], ==, "b, c");

  /* Of two merged sections the first one counts. */
  g_autoptr(McConfig) merged = parse_clean("memory: &a {port: 1}\n"
                                           "wechat: &b {port: 2}\n"
                                           "proxy: {<<: [*a, *b]}\n");
  g_assert_cmpint(mc_config_get_int(merged, MC_KEY_PROXY_PORT), ==, 1);
}

static void
test_aliases_cannot_loop_or_explode(void)
{
  g_autoptr(GPtrArray) issues = NULL;
  g_autoptr(McConfig) loop = parse("proxy: &a {<<: *a, port: 5}\n", &issues);
  g_assert_cmpint(mc_config_get_int(loop, MC_KEY_PROXY_PORT), ==, 5);

  GString *bomb = g_string_new("memory:\n  a0: &a0 [x, x]\n");
  for (int i = 1; i < 30; i++)
    g_string_append_printf(bomb, "  a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
  g_string_append(bomb, "proxy: {allowed_hosts: *a29}\n");
  g_clear_pointer(&issues, g_ptr_array_unref);
  mc_config_unref(parse(bomb->str, &issues));
  g_string_free(bomb, TRUE);
  g_assert_cmpuint(issues->len, ==, 1);

  GString *merges = g_string_new("memory: &m0 {a: 1}\nwechat:\n");
  for (int i = 1; i < 900; i++)
    g_string_append_printf(merges, "  a%d: &m%d {<<: [*m%d, *m%d]}\n", i, i, i - 1,
                           i - 1);
  g_string_append(merges, "proxy: {<<: *m899, port: 7}\n");
  g_clear_pointer(&issues, g_ptr_array_unref);
  g_autoptr(McConfig) merged = parse(merges->str, &issues);
  g_string_free(merges, TRUE);
  g_assert_cmpint(mc_config_get_int(merged, MC_KEY_PROXY_PORT), ==, 7);
}

static void
test_stars_and_exclamations_are_explained(void)
{
  assert_issue(
      "llm:\n  api_key: *sk-hush\n", MC_CONFIG_ISSUE_FAULT,
      "config.yaml:2: llm.api_key: the value begins with * but nothing has that name; "
      "put it between quotes");
  assert_issue(
      "llm:\n  api_key: !sk-hush\n", MC_CONFIG_ISSUE_FAULT,
      "config.yaml:2: llm.api_key: the value begins with !, which YAML reads as a type; "
      "put it between quotes");
}

static void
test_syntax_errors_say_where_and_what_to_do(void)
{
  static const char *const cases[][2] = {
      {"llm:\n\tprovider: x\n", "config.yaml:2:1: a tab indents this line; use spaces"},
      {"llm:\n  provider: x\n\tmodel_id: y\n",
       "config.yaml:3:2: a tab indents this line; use spaces"},
      {"\tmode: rl\n", "config.yaml:1:1: a tab indents this line; use spaces"},
      {"llm:\n  api_key: @hush\n",
       "config.yaml:2:12: a value must not begin with this character; put it between "
       "quotes"},
      {"llm:\n  model_id: a: b\n",
       "config.yaml:2:14: a second ': ' in one line; put the value between quotes"},
      {"mode rl\nllm:\n  a: b\n", "config.yaml:1:1: a key without a colon"},
      {"llm:\n  a: b\n c: d\n", "config.yaml:3:2: indented unlike its neighbours"},
      {"mode: \"rl\n", "config.yaml:1:8: a quote is opened and never closed"},
      {"mode: [rl\n", "config.yaml:2:1: a bracket is opened and never closed"},
      {"mode: rl]\nx: ]\n", "config.yaml:2:4: a bracket is closed"},
      {"mode: 'a' b\n", "config.yaml:1:11: something follows the closing quote"},
      {"%FOO\nmode: rl\n", "config.yaml:1:1: a line must not begin with %"},
      {"mode: rl\n---\nllm: ]\n", "config.yaml:3:"},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
    assert_refused(cases[i][0], -1, MC_ERROR_INVALID_INPUT, cases[i][1]);
}

static void
test_files_that_are_no_configuration_are_refused(void)
{
  assert_refused("- a\n- b\n", -1, MC_ERROR_INVALID_INPUT,
                 "config.yaml:1:1: the file holds a list; write keys with values");
  assert_refused("hello\n", -1, MC_ERROR_INVALID_INPUT,
                 "config.yaml:1:1: the file holds a single value;");
  assert_refused("mode: rl\nx: \xff\n", -1, MC_ERROR_INVALID_INPUT,
                 "config.yaml:2:4: not UTF-8 text; save the file as UTF-8");
  assert_refused("\xff\xfem\0o\0", 6, MC_ERROR_INVALID_INPUT,
                 "config.yaml:1:1: the file is UTF-16; save it as UTF-8");
  assert_refused("\x7f"
                 "ELF\0\0",
                 6, MC_ERROR_INVALID_INPUT, "config.yaml:1:1: ");
  assert_refused("mode: rl\nx: \x01\n", -1, MC_ERROR_INVALID_INPUT,
                 "config.yaml:2:4: a control character (0x01)");
}

static void
test_huge_files_are_refused_quickly(void)
{
  static const char *const units[] = {
      "[",         "{",  "&a ", "%",       "- ", "? ", ": ", "a: 1\n", "#\n",
      "k: &a x\n", "[{", "\t",  "x: *a\n", "'",  "\"", "!",  "|",      "---\n"};
  for (guint i = 0; i < G_N_ELEMENTS(units); i++) {
    GString *text = g_string_new(NULL);
    while (text->len + strlen(units[i]) <= MC_CONFIG_FILE_LARGEST)
      g_string_append(text, units[i]);
    g_autoptr(GPtrArray) issues = NULL;
    g_autoptr(GError) error = NULL;
    gint64 start = g_get_monotonic_time();
    mc_config_unref(
        mc_config_file_parse(text->str, text->len, "config.yaml", &issues, &error));
    gint64 took_ms = (g_get_monotonic_time() - start) / 1000;
    g_test_message("%s: %" G_GINT64_FORMAT " ms", units[i], took_ms);
    g_assert_cmpint(took_ms, <, 20000);
    g_assert_true(issues == NULL || issues->len <= 100);
    g_clear_pointer(&issues, g_ptr_array_unref);
    g_string_append(text, "           ");
    g_clear_error(&error);
    g_assert_null(
        mc_config_file_parse(text->str, text->len, "config.yaml", &issues, &error));
    g_assert_error(error, MC_ERROR, MC_ERROR_TOO_LARGE);
    g_string_free(text, TRUE);
  }
}

static void
test_empty_files_give_the_defaults(void)
{
  static const char *const texts[] = {
      "",    "\n\n",         "# nothing yet\n", "---\n",
      "~\n", "\xef\xbb\xbf", "---\n...\n",      "llm:\n  # later\n"};
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(McConfig) config = parse_clean(texts[i]);
    g_assert_true(mc_config_equal(config, defaults));
  }
}

static void
test_other_spellings_of_a_text_file_are_read(void)
{
  static const char *const texts[] = {
      "llm:\r\n  model_id: m\r\nmode: rl\r\n",
      "\xef\xbb\xbfllm:\n  model_id: m\nmode: rl\n",
      "%YAML 1.1\n---\nllm: {model_id: m}\nmode: rl",
      "{\"llm\": {\"model_id\": \"m\"}, \"mode\": \"rl\"}",
      "mode:\trl\nllm:\n  model_id: m\t# tab before a comment\n",
      "llm:\n  model_id: |\n    m\nmode: >-\n  rl\n",
  };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(McConfig) config = parse_clean(texts[i]);
    g_assert_cmpstr(mc_config_get_string(config, MC_KEY_LLM_MODEL_ID), ==, "m");
    g_assert_cmpstr(mc_config_get_string(config, MC_KEY_MODE), ==, "rl");
  }
}

static void
test_a_second_document_is_told(void)
{
  g_autoptr(McConfig) config = parse_with_issue(
      "---\nmode: rl\n---\nmode: madmax\n", MC_CONFIG_ISSUE_WARNING,
      "config.yaml: more than one document; only the lines before the second --- count");
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_MODE), ==, "rl");
}

static void
test_secrets_stay_out_of_issues(void)
{
  static const char *const values[] = {"[hush]", "{hush: hush}", "\"hu\\nsh hush\"",
                                       "*hush",  "!hush",        "\"hush\\0\""};
  for (guint key = 0; key < MC_N_KEYS; key++) {
    const McConfigKeyInfo *info = mc_config_key_get_info((McConfigKey) key);
    if (!info->is_secret || info->type != MC_CONFIG_STRING)
      continue;
    g_auto(GStrv) words = g_strsplit(info->name, ".", 2);
    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
      g_autofree char *text =
          g_strdup_printf("%s: {%s: %s}\n", words[0], words[1], values[i]);
      g_autoptr(GPtrArray) issues = NULL;
      mc_config_unref(parse(text, &issues));
      g_assert_cmpuint(issues->len, ==, 1);
      g_assert_null(strstr(((McConfigIssue *) issues->pdata[0])->message, "hush"));
    }
  }
}

static void
test_files_are_read_from_disk(void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp("metaclaw-config-XXXXXX", &error);
  g_assert_no_error(error);
  g_autofree char *path = g_build_filename(folder, "config.yaml", NULL);
  g_autoptr(GPtrArray) issues = NULL;

  mc_config_unref(mc_config_file_load(path, &issues, &error));
  g_assert_no_error(error);
  g_assert_cmpuint(issues->len, ==, 0);
  g_assert_null(mc_config_file_load_existing(path, &issues, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_FOUND);
  g_clear_error(&error);

  const char *text = "llm:\n  api_key: hush\n";
  g_assert_true(
      g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, &error));
  g_clear_pointer(&issues, g_ptr_array_unref);
  mc_config_unref(mc_config_file_load(path, &issues, &error));
  g_assert_no_error(error);
  g_assert_cmpuint(issues->len, ==, 1);
  const McConfigIssue *note = issues->pdata[0];
  g_assert_cmpuint(note->severity, ==, MC_CONFIG_ISSUE_NOTE);
  g_assert_cmpstr(note->message, ==,
                  "config.yaml: other users can read this file, and it holds a key; run "
                  "chmod 600 on it");

  g_assert_cmpint(g_chmod(path, 0600), ==, 0);
  g_clear_pointer(&issues, g_ptr_array_unref);
  mc_config_unref(mc_config_file_load(path, &issues, &error));
  g_assert_no_error(error);
  g_assert_cmpuint(issues->len, ==, 0);

  g_assert_null(mc_config_file_load(folder, &issues, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  g_clear_error(&error);

  g_autofree char *pipe = g_build_filename(folder, "pipe", NULL);
  g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
  g_assert_null(mc_config_file_load(pipe, &issues, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  g_clear_error(&error);

  g_autofree char *huge = g_strnfill(5 * 1024 * 1024, '#');
  g_assert_true(g_file_set_contents(path, huge, -1, &error));
  g_clear_pointer(&issues, g_ptr_array_unref);
  g_assert_null(mc_config_file_load(path, &issues, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_TOO_LARGE);

  g_unlink(pipe);
  g_unlink(path);
  g_rmdir(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_setenv("METACLAW_HOME", "/home/of/metaclaw", TRUE);
#define ADD(statement, function)                                                         \
  g_test_add_func("/config/config-file/" statement, function)
  ADD("fc-039-unquoted-times-are-times", test_fc_039_unquoted_times_are_times);
  ADD("fc-041-odd-spacing-reads-as-meant", test_fc_041_odd_spacing_reads_as_meant);
  ADD("a-file-of-the-original-is-understood", test_a_file_of_the_original_is_understood);
  ADD("a-wide-bind-needs-a-key", test_a_wide_bind_needs_a_key);
  ADD("the-environment-overrules-the-file", test_the_environment_overrules_the_file);
  ADD("a-wrong-value-costs-its-key-only", test_a_wrong_value_costs_its_key_only);
  ADD("the-last-of-two-equal-keys-counts", test_the_last_of_two_equal_keys_counts);
  ADD("unknown-keys-are-notes", test_unknown_keys_are_notes);
  ADD("faults-are-told-behind-many-notes", test_faults_are_told_behind_many_notes);
  ADD("kept-sections-have-no-unknown-keys", test_kept_sections_have_no_unknown_keys);
  ADD("anchors-and-merges-follow-pyyaml", test_anchors_and_merges_follow_pyyaml);
  ADD("aliases-cannot-loop-or-explode", test_aliases_cannot_loop_or_explode);
  ADD("stars-and-exclamations-are-explained", test_stars_and_exclamations_are_explained);
  ADD("syntax-errors-say-where-and-what-to-do",
      test_syntax_errors_say_where_and_what_to_do);
  ADD("files-that-are-no-configuration-are-refused",
      test_files_that_are_no_configuration_are_refused);
  ADD("huge-files-are-refused-quickly", test_huge_files_are_refused_quickly);
  ADD("empty-files-give-the-defaults", test_empty_files_give_the_defaults);
  ADD("other-spellings-of-a-text-file-are-read",
      test_other_spellings_of_a_text_file_are_read);
  ADD("a-second-document-is-told", test_a_second_document_is_told);
  ADD("secrets-stay-out-of-issues", test_secrets_stay_out_of_issues);
  ADD("files-are-read-from-disk", test_files_are_read_from_disk);
#undef ADD
  return g_test_run();
}
