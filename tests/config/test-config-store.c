/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "config/config-store.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

typedef struct {
  char *folder; /* (owned) */
  char *path;   /* (owned) */
  McProblemList *problems;
  McConfigStore *store;
  guint n_changes;
} Fixture;

static void
on_changed(McConfigStore *store, Fixture *fixture)
{
  fixture->n_changes++;
}

static void
set_up(Fixture *fixture, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  fixture->folder = g_dir_make_tmp("metaclaw-store-XXXXXX", &error);
  g_assert_no_error(error);
  fixture->path = g_build_filename(fixture->folder, "config.yaml", NULL);
  fixture->problems = mc_problem_list_new();
  fixture->store = mc_config_store_new(fixture->path, fixture->problems);
  g_signal_connect(fixture->store, "changed", G_CALLBACK(on_changed), fixture);
}

static void
remove_folder(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  for (const char *name = g_dir_read_name(dir); name != NULL;
       name = g_dir_read_name(dir)) {
    g_autofree char *child = g_build_filename(path, name, NULL);
    if (g_file_test(child, G_FILE_TEST_IS_DIR) &&
        !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
      remove_folder(child);
    else
      g_unlink(child);
  }
  g_rmdir(path);
}

static gboolean
on_deadline(gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Runs the loop for @ms. */
static void
spin(guint ms)
{
  gboolean is_over = FALSE;
  g_timeout_add(ms, on_deadline, &is_over);
  while (!is_over)
    g_main_context_iteration(NULL, TRUE);
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
  gpointer watched = fixture->store;
  g_object_add_weak_pointer(G_OBJECT(fixture->store), &watched);
  g_object_unref(fixture->store);
  for (int i = 0; watched != NULL && i < 100; i++)
    spin(20);
  g_assert_null(watched);
  mc_problem_list_free(fixture->problems);
  remove_folder(fixture->folder);
  g_free(fixture->folder);
  g_free(fixture->path);
}

static void
write_file(const char *path, const char *text)
{
  g_autoptr(GError) error = NULL;
  g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error(error);
}

static gint64
get_port(Fixture *fixture)
{
  g_autoptr(McConfig) config = mc_config_store_dup(fixture->store);
  return mc_config_get_int(config, MC_KEY_PROXY_PORT);
}

/* Runs the loop until the port is @port, at most ten seconds. */
static void
wait_for_port(Fixture *fixture, gint64 port)
{
  for (int i = 0; get_port(fixture) != port && i < 500; i++)
    spin(20);
  g_assert_cmpint(get_port(fixture), ==, port);
}

/* Runs the loop until there are @n problems, at most ten seconds; returns the first. */
static char *
wait_for_problems(Fixture *fixture, guint n)
{
  g_autoptr(GPtrArray) problems = mc_problem_list_dup(fixture->problems);
  for (int i = 0; problems->len != n && i < 500; i++) {
    spin(20);
    g_ptr_array_unref(problems);
    problems = mc_problem_list_dup(fixture->problems);
  }
  g_assert_cmpuint(problems->len, ==, n);
  if (n == 0)
    return NULL;
  g_autofree char *message = mc_problem_format_message(problems->pdata[0]);
  return g_strdup_printf("%s|%s|%s", mc_problem_get_code(problems->pdata[0]),
                         mc_problem_get_subject(problems->pdata[0]), message);
}

static void
assert_problem(Fixture *fixture, const char *expected)
{
  g_autofree char *problem = wait_for_problems(fixture, 1);
  g_assert_cmpstr(problem, ==, expected);
}

static void
test_no_file_means_the_defaults(Fixture *fixture, gconstpointer unused)
{
  mc_config_store_load(fixture->store);
  g_assert_cmpint(get_port(fixture), ==, 30000);
  g_free(wait_for_problems(fixture, 0));
  g_assert_cmpuint(fixture->n_changes, ==, 0);
}

static void
test_a_file_made_later_is_read(Fixture *fixture, gconstpointer unused)
{
  mc_config_store_load(fixture->store);
  write_file(fixture->path, "proxy: {port: 1111}\n");
  wait_for_port(fixture, 1111);
  g_assert_cmpuint(fixture->n_changes, ==, 1);
}

static void
test_every_way_to_save_is_seen(Fixture *fixture, gconstpointer unused)
{
  write_file(fixture->path, "proxy: {port: 1}\n");
  mc_config_store_load(fixture->store);
  g_assert_cmpint(get_port(fixture), ==, 1);

  /* Replaced by renaming. */
  write_file(fixture->path, "proxy: {port: 2}\n");
  wait_for_port(fixture, 2);

  /* Written in place. */
  FILE *file = fopen(fixture->path, "w");
  fputs("proxy: {port: 3}\n", file);
  fclose(file);
  wait_for_port(fixture, 3);

  /* Moved away, then a new one. */
  g_autofree char *backup = g_strconcat(fixture->path, "~", NULL);
  g_assert_cmpint(g_rename(fixture->path, backup), ==, 0);
  write_file(fixture->path, "proxy: {port: 4}\n");
  wait_for_port(fixture, 4);
  g_free(wait_for_problems(fixture, 0));
}

static void
test_a_write_in_pieces_is_read_once(Fixture *fixture, gconstpointer unused)
{
  write_file(fixture->path, "mode: rl\nproxy: {port: 1}\n");
  mc_config_store_load(fixture->store);
  guint n_changes = fixture->n_changes;
  FILE *file = fopen(fixture->path, "w");
  for (int i = 0; i < 4; i++) {
    fputs("# more\n", file);
    fflush(file);
    spin(50);
  }
  fputs("mode: rl\nproxy: {port: 2}\n", file);
  fclose(file);
  wait_for_port(fixture, 2);
  spin(400);
  g_assert_cmpuint(fixture->n_changes, ==, n_changes + 1);
}

static void
test_links_are_followed_and_watched(Fixture *fixture, gconstpointer unused)
{
  g_autofree char *elsewhere = g_build_filename(fixture->folder, "dotfiles", NULL);
  g_autofree char *target = g_build_filename(elsewhere, "metaclaw.yaml", NULL);
  g_assert_cmpint(g_mkdir(elsewhere, 0700), ==, 0);
  write_file(target, "proxy: {port: 1}\n");
  g_assert_cmpint(symlink("dotfiles/metaclaw.yaml", fixture->path), ==, 0);
  mc_config_store_load(fixture->store);
  g_assert_cmpint(get_port(fixture), ==, 1);
  write_file(target, "proxy: {port: 2}\n");
  wait_for_port(fixture, 2);

  /* Another target, which must be watched from now on. */
  g_autofree char *other = g_build_filename(elsewhere, "other.yaml", NULL);
  write_file(other, "proxy: {port: 3}\n");
  g_assert_cmpint(g_unlink(fixture->path), ==, 0);
  g_assert_cmpint(symlink("dotfiles/other.yaml", fixture->path), ==, 0);
  wait_for_port(fixture, 3);
  spin(400);
  write_file(other, "proxy: {port: 4}\n");
  wait_for_port(fixture, 4);
}

static void
test_a_link_to_itself_is_a_problem(Fixture *fixture, gconstpointer unused)
{
  g_assert_cmpint(symlink("config.yaml", fixture->path), ==, 0);
  mc_config_store_load(fixture->store);
  g_free(wait_for_problems(fixture, 1));
  g_assert_cmpint(get_port(fixture), ==, 30000);
}

static void
test_a_syntax_error_keeps_the_old_values(Fixture *fixture, gconstpointer unused)
{
  write_file(fixture->path, "proxy: {port: 1111}\n");
  mc_config_store_load(fixture->store);
  write_file(fixture->path, "proxy:\n\tport: 2222\n");
  assert_problem(fixture,
                 "config_invalid|config.yaml|config.yaml:2:1: a tab indents this "
                 "line; use spaces");
  g_assert_cmpint(get_port(fixture), ==, 1111);

  write_file(fixture->path, "proxy:\n  port: 2222\n");
  wait_for_port(fixture, 2222);
  g_free(wait_for_problems(fixture, 0));
}

static void
test_a_syntax_error_at_the_start_means_the_defaults(Fixture *fixture,
                                                    gconstpointer unused)
{
  g_setenv("METACLAW_LLM_API_KEY", "k", TRUE);
  g_autoptr(McConfigStore) store = mc_config_store_new(fixture->path, fixture->problems);
  g_unsetenv("METACLAW_LLM_API_KEY");
  write_file(fixture->path, "- a\n");
  mc_config_store_load(store);
  g_autofree char *problem = wait_for_problems(fixture, 1);
  g_assert_true(
      g_str_has_prefix(problem, "config_invalid|config.yaml|config.yaml:1:1: "));
  g_autoptr(McConfig) config = mc_config_store_dup(store);
  g_assert_cmpint(mc_config_get_int(config, MC_KEY_PROXY_PORT), ==, 30000);
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_LLM_API_KEY), ==, "k");
}

static void
test_a_wrong_value_keeps_the_old_one(Fixture *fixture, gconstpointer unused)
{
  write_file(fixture->path, "proxy: {port: 1111}\nskills: {top_k: many}\n");
  mc_config_store_load(fixture->store);
  assert_problem(fixture,
                 "config_invalid|skills.top_k|config.yaml:2 skills.top_k: 'many' "
                 "is not a whole number; use 0 to 100");
  write_file(fixture->path, "proxy: {port: x}\nmode: rl\nskills: {top_k: 7}\n");
  for (int i = 0; i < 500; i++) {
    g_autoptr(McConfig) config = mc_config_store_dup(fixture->store);
    if (mc_config_get_int(config, MC_KEY_SKILLS_TOP_K) == 7)
      break;
    spin(20);
  }
  assert_problem(fixture,
                 "config_invalid|proxy.port|config.yaml:1 proxy.port: 'x' is not "
                 "a whole number; use 1 to 65535");
  g_assert_cmpint(get_port(fixture), ==, 1111);

  write_file(fixture->path, "proxy: 9\n");
  g_autoptr(McConfig) before = mc_config_store_dup(fixture->store);
  for (int i = 0; i < 500; i++) {
    g_autoptr(McConfig) config = mc_config_store_dup(fixture->store);
    if (config != before)
      break;
    spin(20);
  }
  assert_problem(fixture, "config_invalid|proxy|config.yaml:1 proxy: is a section; write "
                          "its keys in the lines below, indented");
  g_assert_cmpint(get_port(fixture), ==, 1111);
}

static void
test_a_vanished_file_changes_nothing(Fixture *fixture, gconstpointer unused)
{
  write_file(fixture->path, "proxy: {port: 1111}\n");
  mc_config_store_load(fixture->store);
  g_unlink(fixture->path);
  assert_problem(fixture, "config_invalid|config.yaml|config.yaml: the file is gone; its "
                          "values count until the next start");
  g_assert_cmpint(get_port(fixture), ==, 1111);
  write_file(fixture->path, "proxy: {port: 2222}\n");
  wait_for_port(fixture, 2222);
  g_free(wait_for_problems(fixture, 0));
}

static void
test_a_wide_bind_is_a_problem_until_there_is_a_key(Fixture *fixture, gconstpointer unused)
{
  write_file(fixture->path, "proxy:\n  host: 0.0.0.0\n");
  mc_config_store_load(fixture->store);
  assert_problem(fixture, "config_wide_bind|proxy.host|config.yaml:2 proxy.host asks for "
                          "0.0.0.0 without proxy.api_key; MetaClaw listens on 127.0.0.1 "
                          "only.");
  write_file(fixture->path, "proxy:\n  host: 0.0.0.0\n  api_key: k\n");
  g_free(wait_for_problems(fixture, 0));
  g_autoptr(McConfig) config = mc_config_store_dup(fixture->store);
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_PROXY_HOST), ==, "0.0.0.0");
}

static void
test_a_kept_address_is_never_wide_without_a_key(Fixture *fixture, gconstpointer unused)
{
  write_file(fixture->path, "proxy: {host: 0.0.0.0, api_key: k}\n");
  mc_config_store_load(fixture->store);
  g_free(wait_for_problems(fixture, 0));
  write_file(fixture->path, "proxy: {host: nonsense}\n");
  g_free(wait_for_problems(fixture, 2));
  g_autoptr(McConfig) config = mc_config_store_dup(fixture->store);
  g_assert_cmpstr(mc_config_get_string(config, MC_KEY_PROXY_HOST), ==, "127.0.0.1");
}

static void
test_overrides_survive_a_reload(Fixture *fixture, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  write_file(fixture->path, "mode: rl\nproxy: {port: 1111}\n");
  g_assert_true(
      mc_config_store_set_override(fixture->store, MC_KEY_PROXY_PORT, "2222", &error));
  mc_config_store_load(fixture->store);
  g_assert_cmpint(get_port(fixture), ==, 2222);

  write_file(fixture->path, "mode: skills_only\nproxy: {port: 3333}\n");
  for (int i = 0; i < 500; i++) {
    g_autoptr(McConfig) config = mc_config_store_dup(fixture->store);
    if (g_str_equal(mc_config_get_string(config, MC_KEY_MODE), "skills_only"))
      break;
    spin(20);
  }
  g_assert_cmpint(get_port(fixture), ==, 2222);

  g_assert_false(
      mc_config_store_set_override(fixture->store, MC_KEY_PROXY_PORT, "abc", &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  g_assert_cmpint(get_port(fixture), ==, 2222);

  g_assert_true(
      mc_config_store_set_override(fixture->store, MC_KEY_PROXY_PORT, NULL, NULL));
  g_assert_cmpint(get_port(fixture), ==, 3333);
}

static void
test_a_save_without_a_change_is_quiet(Fixture *fixture, gconstpointer unused)
{
  write_file(fixture->path, "proxy: {port: 1111}\n");
  mc_config_store_load(fixture->store);
  guint n_changes = fixture->n_changes;
  write_file(fixture->path, "# a word\nproxy: {port: 1111}\n");
  spin(500);
  g_assert_cmpuint(fixture->n_changes, ==, n_changes);
}

static void
test_a_store_may_go_while_it_reads(Fixture *fixture, gconstpointer unused)
{
  McConfigStore *store = mc_config_store_new(fixture->path, fixture->problems);
  mc_config_store_load(store);
  write_file(fixture->path, "proxy: {port: 1111}\n");
  spin(155);
  g_object_unref(store);
  spin(300);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(statement, function)                                                         \
  g_test_add("/config/config-store/" statement, Fixture, NULL, set_up, function,         \
             tear_down)
  ADD("no-file-means-the-defaults", test_no_file_means_the_defaults);
  ADD("a-file-made-later-is-read", test_a_file_made_later_is_read);
  ADD("every-way-to-save-is-seen", test_every_way_to_save_is_seen);
  ADD("a-write-in-pieces-is-read-once", test_a_write_in_pieces_is_read_once);
  ADD("links-are-followed-and-watched", test_links_are_followed_and_watched);
  ADD("a-link-to-itself-is-a-problem", test_a_link_to_itself_is_a_problem);
  ADD("a-syntax-error-keeps-the-old-values", test_a_syntax_error_keeps_the_old_values);
  ADD("a-syntax-error-at-the-start-means-the-defaults",
      test_a_syntax_error_at_the_start_means_the_defaults);
  ADD("a-wrong-value-keeps-the-old-one", test_a_wrong_value_keeps_the_old_one);
  ADD("a-vanished-file-changes-nothing", test_a_vanished_file_changes_nothing);
  ADD("a-wide-bind-is-a-problem-until-there-is-a-key",
      test_a_wide_bind_is_a_problem_until_there_is_a_key);
  ADD("a-kept-address-is-never-wide-without-a-key",
      test_a_kept_address_is_never_wide_without_a_key);
  ADD("overrides-survive-a-reload", test_overrides_survive_a_reload);
  ADD("a-save-without-a-change-is-quiet", test_a_save_without_a_change_is_quiet);
  ADD("a-store-may-go-while-it-reads", test_a_store_may_go_while_it_reads);
#undef ADD
  return g_test_run();
}
