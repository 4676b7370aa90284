/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

typedef struct {
  char *folder; /* (owned) */
  char *path;   /* (owned) */
  char *former; /* (owned) */
} Fixture;

static void
set_up(Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp("mc-log-XXXXXX", NULL);
  self->path = g_build_filename(self->folder, "metaclaw.log", NULL);
  self->former = g_strconcat(self->path, ".1", NULL);
}

static void
tear_down(Fixture *self, gconstpointer data)
{
  mc_log_stop();
  g_remove(self->path);
  g_remove(self->former);
  g_assert_cmpint(g_rmdir(self->folder), ==, 0);
  g_free(self->folder);
  g_free(self->path);
  g_free(self->former);
}

static char *
read_log(const char *path)
{
  char *text = NULL;
  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  return text;
}

static void
test_a_line_has_time_level_and_domain(Fixture *self, gconstpointer data)
{
  mc_log_start(self->path, FALSE, G_LOG_LEVEL_INFO);
  g_info("listening on %d", 30000);
  g_autofree char *text = read_log(self->path);
  g_assert_true(g_regex_match_simple(
      "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO test-log: listening on "
      "30000\n$",
      text, 0, 0));
  struct stat status;
  g_assert_cmpint(stat(self->path, &status), ==, 0);
  g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
}

static void
test_lesser_levels_are_left_out(Fixture *self, gconstpointer data)
{
  mc_log_start(self->path, FALSE, G_LOG_LEVEL_MESSAGE);
  g_debug("a detail");
  g_info("a fact");
  g_message("a story");
  g_assert_false(mc_log_is_enabled(G_LOG_LEVEL_DEBUG));
  g_assert_false(mc_log_is_enabled(G_LOG_LEVEL_INFO));
  g_assert_true(mc_log_is_enabled(G_LOG_LEVEL_WARNING));
  g_autofree char *text = read_log(self->path);
  g_assert_null(strstr(text, "a detail"));
  g_assert_null(strstr(text, "a fact"));
  g_assert_nonnull(strstr(text, "MESSAGE test-log: a story\n"));
}

static void
test_a_message_cannot_forge_a_line(Fixture *self, gconstpointer data)
{
  mc_log_start(self->path, FALSE, G_LOG_LEVEL_INFO);
  g_info("%s", "header a\r\n2026-11-25T01:02:03.456Z ERROR forged\x1b[31m");
  g_autofree char *text = read_log(self->path);
  g_assert_true(strchr(text, '\n') == text + strlen(text) - 1);
  g_assert_null(strchr(text, '\x1b'));
  g_assert_null(strchr(text, '\r'));
}

static void
test_secrets_do_not_reach_the_file(Fixture *self, gconstpointer data)
{
  mc_log_start(self->path, FALSE, G_LOG_LEVEL_INFO);
  g_info("Authorization: Bearer %s", "abcdefghijklmnop");
  g_autofree char *text = read_log(self->path);
  g_assert_null(strstr(text, "abcdefghijklmnop"));
  g_assert_nonnull(strstr(text, "Authorization: Bearer [redacted]\n"));
}

static void
test_a_long_file_is_rotated_once(Fixture *self, gconstpointer data)
{
  mc_log_start(self->path, FALSE, G_LOG_LEVEL_INFO);
  g_autofree char *long_text = g_strnfill(50000, 'x');
  for (int i = 0; i < 250; i++)
    g_info("%s", long_text);
  g_info("the end");
  struct stat current, former;
  g_assert_cmpint(stat(self->path, &current), ==, 0);
  g_assert_cmpint(stat(self->former, &former), ==, 0);
  g_assert_cmpint(current.st_size, <=, 5100000);
  g_assert_cmpint(former.st_size, <=, 5100000);
  g_assert_cmpint(former.st_size, >=, 5000000);
  g_assert_cmpuint(former.st_mode & 0777, ==, 0600);
  g_autofree char *text = read_log(self->path);
  g_assert_true(g_str_has_suffix(text, "the end\n"));
}

static void
test_a_deleted_file_comes_back(Fixture *self, gconstpointer data)
{
  mc_log_start(self->path, FALSE, G_LOG_LEVEL_INFO);
  g_info("one");
  g_assert_cmpint(g_remove(self->path), ==, 0);
  g_info("two");
  g_autofree char *text = read_log(self->path);
  g_assert_nonnull(strstr(text, "two"));
}

static void
test_a_full_disk_loses_lines_only(Fixture *self, gconstpointer data)
{
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {100, 100};
    setrlimit(RLIMIT_FSIZE, &limit);
    mc_log_start(self->path, FALSE, G_LOG_LEVEL_INFO);
    for (int i = 0; i < 100; i++)
      g_info("a line that needs room");
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static gpointer
write_lines(gpointer data)
{
  for (int i = 0; i < 200; i++)
    g_info("%s", (const char *) data);
  return NULL;
}

static void
test_threads_do_not_mix_lines(Fixture *self, gconstpointer data)
{
  mc_log_start(self->path, FALSE, G_LOG_LEVEL_INFO);
  g_autofree char *a = g_strnfill(3000, 'a');
  g_autofree char *b = g_strnfill(3000, 'b');
  GThread *first = g_thread_new("first", write_lines, a);
  GThread *second = g_thread_new("second", write_lines, b);
  g_thread_join(first);
  g_thread_join(second);
  g_autofree char *text = read_log(self->path);
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_assert_cmpuint(g_strv_length(lines), ==, 401);
  for (int i = 0; i < 400; i++)
    g_assert_true(g_str_has_suffix(lines[i], a) || g_str_has_suffix(lines[i], b));
}

typedef struct {
  const char *text;
  const char *redacted;
} Row;

static const Row rows[] = {
    {"nothing to hide: 12 tokens, task-queue, risk-based", NULL},
    {"https://api.example.org/v1/models?limit=3", NULL},
    {"skill 'secret-keeper' is not there", NULL},
    {"", NULL},
    {"key sk-proj-abcDEF123456 refused", "key [redacted] refused"},
    {"(sk-ant-api03-AAAA_bbbb-1234)", "([redacted])"},
    {"Authorization: Bearer abc.def-123", "Authorization: Bearer [redacted]"},
    {"authorization:bearer abcdefgh1234", "authorization:bearer [redacted]"},
    {"sent Bearer abcdefgh1234, got 401", "sent Bearer [redacted], got 401"},
    {"Proxy-Authorization: Basic dXNlcjpwYXNz", "Proxy-Authorization: Basic [redacted]"},
    {"x-api-key: 0123456789abcdef", "x-api-key: [redacted]"},
    {"{\"api_key\": \"hunter2\", \"model\": \"m\"}",
     "{\"api_key\": \"[redacted]\", \"model\": \"m\"}"},
    {"{\\\"apiKey\\\":\\\"hunter2\\\"}", "{\\\"apiKey\\\":\\\"[redacted]\\\"}"},
    {"GET /v1?api_key=hunter2&limit=3", "GET /v1?api_key=[redacted]&limit=3"},
    {"METACLAW_LLM_API_KEY=hunter2", "METACLAW_LLM_API_KEY=[redacted]"},
    {"client_secret=a refresh-token=b",
     "client_secret=[redacted] refresh-token=[redacted]"},
    {"AKIAIOSFODNN7EXAMPLE", "[redacted]"},
    {"ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[redacted]"},
    {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_DEF-123", "[redacted]"},
    {"https://user:pass@example.org/path", "https://[redacted]@example.org/path"},
    {"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
     "[redacted]-----END RSA PRIVATE KEY-----"},
    {"zh 密钥 sk-abcdefgh12345678 完", "zh 密钥 [redacted] 完"},
};

static void
test_keys_are_redacted_words_are_not(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *redacted = mc_log_redact(rows[i].text);
    g_assert_cmpstr(redacted, ==,
                    rows[i].redacted != NULL ? rows[i].redacted : rows[i].text);
  }
}

static void
test_redaction_is_linear(void)
{
  g_autofree char *dashes = g_strnfill(300000, '-');
  g_autofree char *letters = g_strnfill(300000, 'a');
  g_autofree char *keys = g_strnfill(300000, '"');
  gint64 start = g_get_monotonic_time();
  g_autofree char *one = mc_log_redact(dashes);
  g_autofree char *two = mc_log_redact(letters);
  g_autofree char *three = mc_log_redact(keys);
  g_assert_cmpint(g_get_monotonic_time() - start, <, 2 * G_TIME_SPAN_SECOND);
  g_assert_cmpstr(one, ==, dashes);
  g_assert_cmpstr(two, ==, letters);
  g_assert_cmpstr(three, ==, keys);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function)                                                              \
  g_test_add("/base/log/" path, Fixture, NULL, set_up, function, tear_down)
  ADD("a-line-has-time-level-and-domain", test_a_line_has_time_level_and_domain);
  ADD("lesser-levels-are-left-out", test_lesser_levels_are_left_out);
  ADD("a-message-cannot-forge-a-line", test_a_message_cannot_forge_a_line);
  ADD("secrets-do-not-reach-the-file", test_secrets_do_not_reach_the_file);
  ADD("a-long-file-is-rotated-once", test_a_long_file_is_rotated_once);
  ADD("a-deleted-file-comes-back", test_a_deleted_file_comes_back);
  ADD("a-full-disk-loses-lines-only", test_a_full_disk_loses_lines_only);
  ADD("threads-do-not-mix-lines", test_threads_do_not_mix_lines);
  g_test_add_func("/base/log/keys-are-redacted-words-are-not",
                  test_keys_are_redacted_words_are_not);
  g_test_add_func("/base/log/redaction-is-linear", test_redaction_is_linear);
  return g_test_run();
}
