/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/skill-bank.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

typedef struct {
  char *folder;               /* (owned) */
  char *from;                 /* (owned) what we ship */
  char *into;                 /* (owned) the user's */
  char *path;                 /* (owned) */
  McLibraryDatabase *library; /* (owned) */
  McSkillBankReport report;
} Fixture;

static void
remove_tree(const char *path)
{
  GDir *dir =
      g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *inner = g_build_filename(path, name, NULL);
    remove_tree(inner);
  }
  if (dir != NULL)
    g_dir_close(dir);
  g_remove(path);
}

static void
write_skill(const char *bank, const char *name, const char *text)
{
  g_autofree char *folder = g_build_filename(bank, name, NULL);
  g_autofree char *path = g_build_filename(folder, "SKILL.md", NULL);
  g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
assert_skill(const char *bank, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename(bank, name, "SKILL.md", NULL);
  g_autofree char *content = NULL;
  g_file_get_contents(path, &content, NULL, NULL);
  g_assert_cmpstr(content, ==, text);
}

static McLibraryDatabase *
open_library(const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *set_aside = NULL;
  McLibraryDatabase *library = mc_library_database_open(path, &set_aside, &error);
  g_assert_no_error(error);
  return library;
}

static void
set_up(Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp("mc-bank-XXXXXX", NULL);
  self->from = g_build_filename(self->folder, "bank", NULL);
  self->into = g_build_filename(self->folder, "skills", NULL);
  self->path = g_build_filename(self->folder, "library.db", NULL);
  self->library = open_library(self->path);
  write_skill(self->from, "alpha", "alpha 1");
  write_skill(self->from, "beta", "beta 1");
}

static void
tear_down(Fixture *self, gconstpointer data)
{
  g_clear_pointer(&self->library, mc_library_database_free);
  remove_tree(self->folder);
  g_free(self->folder);
  g_free(self->from);
  g_free(self->into);
  g_free(self->path);
}

static void
install(Fixture *self)
{
  g_autoptr(GError) error = NULL;
  mc_skill_bank_install(self->from, self->into, self->library, &self->report, &error);
  g_assert_no_error(error);
}

static guint
count_entries(const char *folder)
{
  guint count = 0;
  GDir *dir = g_dir_open(folder, 0, NULL);
  while (dir != NULL && g_dir_read_name(dir) != NULL)
    count++;
  if (dir != NULL)
    g_dir_close(dir);
  return count;
}

static void
remove_skill(Fixture *self, const char *name)
{
  g_autofree char *path = g_build_filename(self->into, name, NULL);
  remove_tree(path);
}

static McBuiltinState
get_state(Fixture *self, const char *name)
{
  g_autoptr(McBuiltinSkill) skill =
      mc_library_database_dup_builtin(self->library, name, NULL);
  g_assert_nonnull(skill);
  return skill->state;
}

static void
test_a_first_start_installs_all(Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_build_filename(self->from, "alpha", "scripts", NULL);
  g_autofree char *script = g_build_filename(folder, "run.sh", NULL);
  g_mkdir(folder, 0755);
  g_file_set_contents(script, "#!/bin/sh\n", -1, NULL);
  g_chmod(script, 0755);
  g_autofree char *stray = g_build_filename(self->from, "README", NULL);
  g_file_set_contents(stray, "no skill", -1, NULL);

  install(self);
  g_assert_cmpuint(self->report.installed, ==, 2);
  assert_skill(self->into, "alpha", "alpha 1");
  assert_skill(self->into, "beta", "beta 1");
  g_autofree char *copy =
      g_build_filename(self->into, "alpha", "scripts", "run.sh", NULL);
  g_assert_cmpint(g_access(copy, X_OK), ==, 0);
  g_assert_cmpuint(count_entries(self->into), ==, 2);

  install(self);
  g_assert_cmpuint(self->report.installed, ==, 0);
  g_assert_cmpuint(self->report.unchanged, ==, 2);
}

static void
test_a_deleted_skill_stays_deleted(Fixture *self, gconstpointer data)
{
  install(self);
  remove_skill(self, "alpha");
  install(self);
  write_skill(self->from, "alpha", "alpha 2");
  install(self);
  g_assert_cmpuint(self->report.deleted, ==, 1);
  assert_skill(self->into, "alpha", NULL);
  g_assert_cmpint(get_state(self, "alpha"), ==, MC_BUILTIN_DELETED);
}

static void
test_an_edit_stays(Fixture *self, gconstpointer data)
{
  install(self);
  write_skill(self->into, "alpha", "mine");
  write_skill(self->from, "alpha", "alpha 2");
  install(self);
  g_assert_cmpuint(self->report.edited, ==, 1);
  assert_skill(self->into, "alpha", "mine");
  g_assert_cmpint(get_state(self, "alpha"), ==, MC_BUILTIN_EDITED);
}

static void
test_an_added_file_is_an_edit(Fixture *self, gconstpointer data)
{
  install(self);
  g_autofree char *note = g_build_filename(self->into, "alpha", "notes.md", NULL);
  g_file_set_contents(note, "mine", -1, NULL);
  write_skill(self->from, "alpha", "alpha 2");
  install(self);
  g_assert_cmpuint(self->report.edited, ==, 1);
  assert_skill(self->into, "alpha", "alpha 1");
  g_assert_true(g_file_test(note, G_FILE_TEST_EXISTS));
}

static void
test_an_old_version_is_updated(Fixture *self, gconstpointer data)
{
  install(self);
  write_skill(self->from, "alpha", "alpha 2");
  gint64 before = mc_library_database_get_generation(self->library, NULL);
  install(self);
  g_assert_cmpuint(self->report.updated, ==, 1);
  assert_skill(self->into, "alpha", "alpha 2");
  g_assert_cmpuint(count_entries(self->into), ==, 2);
  g_assert_cmpint(mc_library_database_get_generation(self->library, NULL), >, before);
  install(self);
  g_assert_cmpuint(self->report.unchanged, ==, 2);
}

static void
test_an_edit_taken_back_is_updated_again(Fixture *self, gconstpointer data)
{
  install(self);
  write_skill(self->into, "alpha", "mine");
  write_skill(self->from, "alpha", "alpha 2");
  install(self);
  write_skill(self->into, "alpha", "alpha 1");
  install(self);
  assert_skill(self->into, "alpha", "alpha 2");
}

static void
test_a_folder_from_before_is_the_users(Fixture *self, gconstpointer data)
{
  write_skill(self->into, "alpha", "mine");
  g_autofree char *link = g_build_filename(self->into, "beta", NULL);
  g_assert_cmpint(symlink("/nonexistent", link), ==, 0);
  install(self);
  write_skill(self->from, "alpha", "alpha 2");
  install(self);
  g_assert_cmpuint(self->report.foreign, ==, 2);
  assert_skill(self->into, "alpha", "mine");
  g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
  g_assert_cmpint(get_state(self, "alpha"), ==, MC_BUILTIN_FOREIGN);
}

static void
test_what_is_ours_is_known_without_a_manifest(Fixture *self, gconstpointer data)
{
  install(self);
  mc_library_database_free(self->library);
  g_remove(self->path);
  self->library = open_library(self->path);
  install(self);
  g_assert_cmpuint(self->report.unchanged, ==, 2);
  write_skill(self->from, "alpha", "alpha 2");
  install(self);
  assert_skill(self->into, "alpha", "alpha 2");
}

static void
test_a_vanished_folder_deletes_nothing(Fixture *self, gconstpointer data)
{
  install(self);
  g_autofree char *away = g_strconcat(self->into, ".away", NULL);
  g_assert_cmpint(g_rename(self->into, away), ==, 0);
  g_autoptr(GError) error = NULL;
  g_assert_false(
      mc_skill_bank_install(self->from, self->into, self->library, NULL, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_FOUND);
  g_assert_cmpint(g_rename(away, self->into), ==, 0);
  install(self);
  g_assert_cmpuint(self->report.unchanged, ==, 2);
}

static void
test_another_folder_gets_the_bank(Fixture *self, gconstpointer data)
{
  install(self);
  remove_skill(self, "beta");
  install(self);
  g_free(self->into);
  self->into = g_build_filename(self->folder, "elsewhere", "skills", NULL);
  install(self);
  g_assert_cmpuint(self->report.installed, ==, 1);
  assert_skill(self->into, "alpha", "alpha 1");
  assert_skill(self->into, "beta", NULL);
}

static void
test_a_crashed_stage_is_removed(Fixture *self, gconstpointer data)
{
  pid_t child = fork();
  if (child == 0)
    _exit(0);
  waitpid(child, NULL, 0);
  g_autofree char *stage =
      g_strdup_printf("%s/.metaclaw-install-%d-abcdef", self->into, (int) child);
  write_skill(stage, "alpha", "half");
  install(self);
  g_assert_cmpuint(count_entries(self->into), ==, 2);
  assert_skill(self->into, "alpha", "alpha 1");
}

/* Whatever the moment, a skill is there whole or not at all. */
static void
test_a_kill_leaves_no_half_skill(Fixture *self, gconstpointer data)
{
  g_autofree char *large = g_strnfill(300000, 'x');
  for (int i = 0; i < 10; i++) {
    g_autofree char *name = g_strdup_printf("skill-%d", i);
    write_skill(self->from, name, large);
  }
  g_clear_pointer(&self->library, mc_library_database_free);
  for (int round = 0; round < 8; round++) {
    pid_t child = fork();
    if (child == 0) {
      McLibraryDatabase *library = open_library(self->path);
      mc_skill_bank_install(self->from, self->into, library, NULL, NULL);
      _exit(0);
    }
    g_usleep((gulong) (1000 + round * 1500));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    for (int i = 0; i < 10; i++) {
      g_autofree char *name = g_strdup_printf("skill-%d", i);
      g_autofree char *folder = g_build_filename(self->into, name, NULL);
      if (g_file_test(folder, G_FILE_TEST_EXISTS))
        assert_skill(self->into, name, large);
    }
  }
  self->library = open_library(self->path);
  install(self);
  g_assert_cmpuint(self->report.installed + self->report.unchanged, ==, 12);
  g_assert_cmpuint(count_entries(self->into), ==, 12);
}

#define CANNOT_MOUNT 77

static int
install_on_a_full_disk(Fixture *self)
{
  int flags = CLONE_NEWNS | (getuid() == 0 ? 0 : CLONE_NEWUSER);
  g_mkdir(self->into, 0700);
  if (unshare(flags) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount("none", self->into, "tmpfs", 0, "size=400k") != 0)
    return CANNOT_MOUNT;
  McLibraryDatabase *library = open_library(self->path);
  GError *error = NULL;
  if (mc_skill_bank_install(self->from, self->into, library, &self->report, &error))
    return 1;
  if (!g_error_matches(error, MC_ERROR, MC_ERROR_STORAGE))
    return 2;
  if (self->report.installed != 2 || count_entries(self->into) != 2)
    return 3;
  g_clear_error(&error);
  /* What was done is recorded: deleting it now is the user's deletion. */
  remove_skill(self, "alpha");
  if (mount("none", self->into, NULL, MS_REMOUNT, "size=4m") != 0)
    return 4;
  if (!mc_skill_bank_install(self->from, self->into, library, &self->report, &error))
    return 5;
  return self->report.installed == 1 && self->report.unchanged == 1 ? 0 : 6;
}

static void
test_a_full_disk_leaves_no_half_skill(Fixture *self, gconstpointer data)
{
  g_autofree char *large = g_strnfill(600000, 'x');
  write_skill(self->from, "zeta", large);
  g_clear_pointer(&self->library, mc_library_database_free);
  pid_t child = fork();
  if (child == 0)
    _exit(install_on_a_full_disk(self));
  int status;
  waitpid(child, &status, 0);
  g_assert_true(WIFEXITED(status));
  if (WEXITSTATUS(status) == CANNOT_MOUNT)
    g_test_skip("may not mount a small file system");
  else
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

static void
test_a_missing_bank_is_told(Fixture *self, gconstpointer data)
{
  remove_tree(self->from);
  g_autoptr(GError) error = NULL;
  g_assert_false(
      mc_skill_bank_install(self->from, self->into, self->library, NULL, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_FOUND);
}

static void
test_the_real_bank_installs(Fixture *self, gconstpointer data)
{
  const char *root = g_getenv("MC_SOURCE_ROOT");
  if (root == NULL) {
    g_test_skip("MC_SOURCE_ROOT is not set");
    return;
  }
  g_free(self->from);
  self->from = g_build_filename(root, "data", "skills", NULL);
  gint64 start = g_get_monotonic_time();
  install(self);
  gint64 first = g_get_monotonic_time();
  g_assert_cmpuint(self->report.installed, >=, 24);
  install(self);
  g_test_message("first start %" G_GINT64_FORMAT " us, later %" G_GINT64_FORMAT " us",
                 first - start, g_get_monotonic_time() - first);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function)                                                              \
  g_test_add("/skills/skill-bank/" path, Fixture, NULL, set_up, function, tear_down)
  ADD("a-first-start-installs-all", test_a_first_start_installs_all);
  ADD("a-deleted-skill-stays-deleted", test_a_deleted_skill_stays_deleted);
  ADD("an-edit-stays", test_an_edit_stays);
  ADD("an-added-file-is-an-edit", test_an_added_file_is_an_edit);
  ADD("an-old-version-is-updated", test_an_old_version_is_updated);
  ADD("an-edit-taken-back-is-updated-again", test_an_edit_taken_back_is_updated_again);
  ADD("a-folder-from-before-is-the-users", test_a_folder_from_before_is_the_users);
  ADD("what-is-ours-is-known-without-a-manifest",
      test_what_is_ours_is_known_without_a_manifest);
  ADD("a-vanished-folder-deletes-nothing", test_a_vanished_folder_deletes_nothing);
  ADD("another-folder-gets-the-bank", test_another_folder_gets_the_bank);
  ADD("a-crashed-stage-is-removed", test_a_crashed_stage_is_removed);
  ADD("a-kill-leaves-no-half-skill", test_a_kill_leaves_no_half_skill);
  ADD("a-full-disk-leaves-no-half-skill", test_a_full_disk_leaves_no_half_skill);
  ADD("a-missing-bank-is-told", test_a_missing_bank_is_told);
  ADD("the-real-bank-installs", test_the_real_bank_installs);
  return g_test_run();
}
