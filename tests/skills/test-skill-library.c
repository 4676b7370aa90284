/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/skill-library.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_SECONDS 15

typedef struct {
  char *root;
  char *dir;
  McProblemList *problems;
  McSkillLibrary *library;
} Fixture;

static void
remove_tree(const char *path)
{
  if (g_file_test(path, G_FILE_TEST_IS_DIR) &&
      !g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
      g_autofree char *child = g_build_filename(path, name, NULL);
      remove_tree(child);
    }
  }
  g_remove(path);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp("mc-library-XXXXXX", NULL);
  fixture->dir = g_build_filename(fixture->root, "skills", NULL);
  g_mkdir(fixture->dir, 0700);
  fixture->problems = mc_problem_list_new();
  fixture->library = mc_skill_library_new(fixture->dir, fixture->problems);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  g_clear_object(&fixture->library);
  while (g_main_context_iteration(NULL, FALSE))
    continue;
  mc_problem_list_free(fixture->problems);
  remove_tree(fixture->root);
  g_free(fixture->root);
  g_free(fixture->dir);
}

static void
write_skill(Fixture *fixture, const char *folder, const char *text)
{
  g_autofree char *path = g_build_filename(fixture->dir, folder, NULL);
  g_mkdir(path, 0700);
  g_autofree char *file = g_build_filename(path, "SKILL.md", NULL);
  g_assert_true(g_file_set_contents(file, text, -1, NULL));
}

static void
write_good(Fixture *fixture, const char *folder)
{
  g_autofree char *text = g_strdup_printf(
      "---\nname: %s\ndescription: About %s\n---\nBody.\n", folder, folder);
  write_skill(fixture, folder, text);
}

static gboolean
has_skill(Fixture *fixture, const char *name)
{
  g_autoptr(McSkillIndex) index =
      mc_snapshot_dup(mc_skill_library_get_snapshot(fixture->library));
  return index != NULL && mc_skill_index_find(index, name) != NULL;
}

static char *
find_problem(Fixture *fixture, const char *code)
{
  g_autoptr(GPtrArray) problems = mc_problem_list_dup(fixture->problems);
  for (guint i = 0; i < problems->len; i++)
    if (g_str_equal(mc_problem_get_code(problems->pdata[i]), code))
      return mc_problem_format_message(problems->pdata[i]);
  return NULL;
}

static gboolean
on_tick(gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the loop until @name is there (or not); FALSE when patience ends. */
static gboolean
wait_for_skill(Fixture *fixture, const char *name, gboolean is_there)
{
  gint64 deadline = g_get_monotonic_time() + PATIENCE_SECONDS * G_USEC_PER_SEC;
  guint tick = g_timeout_add(20, on_tick, NULL);
  while (has_skill(fixture, name) != is_there && g_get_monotonic_time() < deadline)
    g_main_context_iteration(NULL, TRUE);
  g_source_remove(tick);
  return has_skill(fixture, name) == is_there;
}

static void
test_good_skills_are_loaded_and_broken_named(Fixture *fixture, gconstpointer data)
{
  write_good(fixture, "good");
  write_skill(fixture, "bad", "---\ndescription: no name\n---\nBody\n");
  g_autofree char *empty = g_build_filename(fixture->dir, "empty", NULL);
  g_mkdir(empty, 0700);
  mc_skill_library_load(fixture->library);
  g_assert_true(has_skill(fixture, "good"));
  g_autofree char *message = find_problem(fixture, "skill_broken");
  g_assert_nonnull(message);
  g_assert_nonnull(strstr(message, "'bad'"));
  g_assert_nonnull(strstr(message, "bad/SKILL.md:1: no name; add 'name: bad'"));
}

static void
test_changes_are_noticed(Fixture *fixture, gconstpointer data)
{
  write_good(fixture, "first");
  mc_skill_library_load(fixture->library);
  write_good(fixture, "second");
  g_assert_true(wait_for_skill(fixture, "second", TRUE));
  g_assert_true(has_skill(fixture, "first"));
  /* An edit in place, as a shell does it. */
  g_autofree char *file = g_build_filename(fixture->dir, "second", "SKILL.md", NULL);
  FILE *stream = fopen(file, "w");
  fputs("---\nname: renamed\ndescription: d\n---\nBody\n", stream);
  fclose(stream);
  g_assert_true(wait_for_skill(fixture, "renamed", TRUE));
  g_assert_false(has_skill(fixture, "second"));
  g_autofree char *folder = g_build_filename(fixture->dir, "first", NULL);
  remove_tree(folder);
  g_assert_true(wait_for_skill(fixture, "first", FALSE));
}

static void
test_mended_file_clears_its_problem(Fixture *fixture, gconstpointer data)
{
  write_skill(fixture, "bad", "no front matter");
  mc_skill_library_load(fixture->library);
  g_autofree char *message = find_problem(fixture, "skill_broken");
  g_assert_nonnull(message);
  write_good(fixture, "bad");
  g_assert_true(wait_for_skill(fixture, "bad", TRUE));
  g_autofree char *gone = find_problem(fixture, "skill_broken");
  g_assert_null(gone);
}

static void
test_folder_may_vanish_and_come_back(Fixture *fixture, gconstpointer data)
{
  write_good(fixture, "kept");
  mc_skill_library_load(fixture->library);
  g_autofree char *aside = g_build_filename(fixture->root, "aside", NULL);
  g_assert_cmpint(g_rename(fixture->dir, aside), ==, 0);
  g_assert_true(wait_for_skill(fixture, "kept", FALSE));
  g_autofree char *message = find_problem(fixture, "skills_missing");
  g_assert_nonnull(message);
  g_assert_cmpint(g_rename(aside, fixture->dir), ==, 0);
  g_assert_true(wait_for_skill(fixture, "kept", TRUE));
  g_autofree char *gone = find_problem(fixture, "skills_missing");
  g_assert_null(gone);
  write_good(fixture, "later");
  g_assert_true(wait_for_skill(fixture, "later", TRUE));
}

static void
test_missing_folder_is_a_problem_from_the_start(Fixture *fixture, gconstpointer data)
{
  g_rmdir(fixture->dir);
  mc_skill_library_load(fixture->library);
  g_autofree char *message = find_problem(fixture, "skills_missing");
  g_assert_nonnull(message);
  g_autoptr(McSkillIndex) index =
      mc_snapshot_dup(mc_skill_library_get_snapshot(fixture->library));
  g_assert_cmpuint(mc_skill_index_get_skills(index)->len, ==, 0);
}

static void
test_linked_folder_is_a_skill(Fixture *fixture, gconstpointer data)
{
  g_autofree char *target = g_build_filename(fixture->root, "elsewhere", NULL);
  g_autofree char *file = g_build_filename(target, "SKILL.md", NULL);
  g_autofree char *link_path = g_build_filename(fixture->dir, "linked", NULL);
  g_mkdir(target, 0700);
  g_assert_true(
      g_file_set_contents(file, "---\nname: linked\ndescription: d\n---\nb", -1, NULL));
  g_assert_cmpint(symlink(target, link_path), ==, 0);
  mc_skill_library_load(fixture->library);
  g_assert_true(has_skill(fixture, "linked"));
  g_assert_true(
      g_file_set_contents(file, "---\nname: changed\ndescription: d\n---\nb", -1, NULL));
  g_assert_true(wait_for_skill(fixture, "changed", TRUE));
}

static void
test_pipe_and_huge_file_are_broken(Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename(fixture->dir, "pipe", NULL);
  g_autofree char *pipe_path = g_build_filename(folder, "SKILL.md", NULL);
  g_mkdir(folder, 0700);
  g_assert_cmpint(mkfifo(pipe_path, 0600), ==, 0);
  g_autofree char *huge = g_strnfill(300 * 1024, 'x');
  write_skill(fixture, "huge", huge);
  write_good(fixture, "good");
  mc_skill_library_load(fixture->library);
  g_autoptr(McSkillIndex) index =
      mc_snapshot_dup(mc_skill_library_get_snapshot(fixture->library));
  g_assert_cmpuint(mc_skill_index_get_broken(index)->len, ==, 2);
  g_assert_cmpuint(mc_skill_index_get_skills(index)->len, ==, 1);
}

static void
test_disabled_skills_are_left_out(Fixture *fixture, gconstpointer data)
{
  write_good(fixture, "one");
  write_good(fixture, "two");
  const char *const names[] = {"two", NULL};
  mc_skill_library_set_disabled(fixture->library, names);
  mc_skill_library_load(fixture->library);
  g_assert_true(has_skill(fixture, "one"));
  g_assert_false(has_skill(fixture, "two"));
  mc_skill_library_set_disabled(fixture->library, NULL);
  g_assert_true(wait_for_skill(fixture, "two", TRUE));
}

static void
test_library_may_go_while_it_reads(Fixture *fixture, gconstpointer data)
{
  write_good(fixture, "one");
  mc_skill_library_load(fixture->library);
  mc_skill_library_reload(fixture->library);
  gint64 end = g_get_monotonic_time() + 201 * 1000;
  while (g_get_monotonic_time() < end)
    g_main_context_iteration(NULL, FALSE);
  g_clear_object(&fixture->library);
  end = g_get_monotonic_time() + 100 * 1000;
  while (g_get_monotonic_time() < end)
    g_main_context_iteration(NULL, FALSE);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function)                                                              \
  g_test_add("/skills/skill-library/" path, Fixture, NULL, set_up, function, tear_down)
  ADD("good-skills-are-loaded-and-broken-named",
      test_good_skills_are_loaded_and_broken_named);
  ADD("changes-are-noticed", test_changes_are_noticed);
  ADD("mended-file-clears-its-problem", test_mended_file_clears_its_problem);
  ADD("folder-may-vanish-and-come-back", test_folder_may_vanish_and_come_back);
  ADD("missing-folder-is-a-problem-from-the-start",
      test_missing_folder_is_a_problem_from_the_start);
  ADD("linked-folder-is-a-skill", test_linked_folder_is_a_skill);
  ADD("pipe-and-huge-file-are-broken", test_pipe_and_huge_file_are_broken);
  ADD("disabled-skills-are-left-out", test_disabled_skills_are_left_out);
  ADD("library-may-go-while-it-reads", test_library_may_go_while_it_reads);
  return g_test_run();
}
