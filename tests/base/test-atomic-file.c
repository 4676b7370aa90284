/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/atomic-file.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

typedef struct {
  char *folder; /* (owned) */
  char *path;   /* (owned) FOLDER/file */
} Fixture;

static void
set_up(Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp("mc-atomic-XXXXXX", NULL);
  g_assert_nonnull(self->folder);
  self->path = g_build_filename(self->folder, "file", NULL);
}

static guint
remove_entries(const char *folder)
{
  guint count = 0;
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_remove(path);
    count++;
  }
  g_dir_close(dir);
  return count;
}

static void
tear_down(Fixture *self, gconstpointer data)
{
  remove_entries(self->folder);
  g_assert_cmpint(g_rmdir(self->folder), ==, 0);
  g_free(self->folder);
  g_free(self->path);
}

static void
assert_content(const char *path, const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = mc_atomic_file_read(path, 1000, &error);
  g_assert_no_error(error);
  gsize length;
  const char *data = g_bytes_get_data(bytes, &length);
  g_assert_cmpmem(data, length, expected, strlen(expected));
}

static guint
get_mode(const char *path)
{
  struct stat status;
  g_assert_cmpint(lstat(path, &status), ==, 0);
  return status.st_mode & 07777;
}

static guint
count_entries(const char *folder)
{
  guint count = 0;
  GDir *dir = g_dir_open(folder, 0, NULL);
  while (g_dir_read_name(dir) != NULL)
    count++;
  g_dir_close(dir);
  return count;
}

static void
write_text(const char *path, const char *text, guint mode)
{
  g_autoptr(GError) error = NULL;
  mc_atomic_file_write(path, text, -1, mode, &error);
  g_assert_no_error(error);
}

static void
test_a_new_file_gets_its_mode(Fixture *self, gconstpointer data)
{
  mode_t former = umask(0077);
  write_text(self->path, "one", 0644);
  umask(former);
  g_assert_cmpuint(get_mode(self->path), ==, 0644);
  assert_content(self->path, "one");
  g_assert_cmpuint(count_entries(self->folder), ==, 1);
}

static void
test_mode_and_owner_stay(Fixture *self, gconstpointer data)
{
  write_text(self->path, "one", 0600);
  mode_t former = umask(0022);
  write_text(self->path, "two", 0644);
  g_assert_cmpuint(get_mode(self->path), ==, 0600);
  g_assert_cmpint(chmod(self->path, 0640), ==, 0);
  gboolean is_root = chown(self->path, 1, 1) == 0;
  write_text(self->path, "three", 0600);
  umask(former);
  g_assert_cmpuint(get_mode(self->path), ==, 0640);
  if (is_root) {
    struct stat status;
    g_assert_cmpint(stat(self->path, &status), ==, 0);
    g_assert_cmpuint(status.st_uid, ==, 1);
    g_assert_cmpuint(status.st_gid, ==, 1);
  }
  assert_content(self->path, "three");
}

static void
test_links_stay_links(Fixture *self, gconstpointer data)
{
  g_autofree char *first = g_build_filename(self->folder, "first", NULL);
  g_autofree char *second = g_build_filename(self->folder, "second", NULL);
  g_assert_cmpint(symlink("second", first), ==, 0);
  g_assert_cmpint(symlink(self->path, second), ==, 0);

  write_text(first, "made through a link that leads nowhere", 0600);
  write_text(first, "changed", 0600);

  g_autofree char *relative = g_file_read_link(first, NULL);
  g_assert_cmpstr(relative, ==, "second");
  g_autofree char *absolute = g_file_read_link(second, NULL);
  g_assert_cmpstr(absolute, ==, self->path);
  assert_content(self->path, "changed");
  g_assert_cmpuint(count_entries(self->folder), ==, 3);
}

static void
test_a_circle_of_links_is_refused(Fixture *self, gconstpointer data)
{
  g_assert_cmpint(symlink("file", self->path), ==, 0);
  g_autoptr(GError) error = NULL;
  g_assert_false(mc_atomic_file_write(self->path, "x", 1, 0600, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_STORAGE);
}

static void
test_a_folder_is_refused(Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_false(mc_atomic_file_write(self->folder, "x", 1, 0600, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  g_clear_error(&error);
  g_assert_null(mc_atomic_file_read(self->folder, 10, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
}

static void
test_a_missing_folder_is_told(Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename(self->folder, "none", "file", NULL);
  g_autoptr(GError) error = NULL;
  g_assert_false(mc_atomic_file_write(path, "x", 1, 0600, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_FOUND);
  g_clear_error(&error);
  g_assert_null(mc_atomic_file_read(path, 10, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_FOUND);
}

static void
test_reading_is_limited(Fixture *self, gconstpointer data)
{
  write_text(self->path, "0123456789", 0600);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) all = mc_atomic_file_read(self->path, 10, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(g_bytes_get_size(all), ==, 10);
  g_assert_null(mc_atomic_file_read(self->path, 9, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_TOO_LARGE);
}

static void
test_a_pipe_does_not_hold_us_up(Fixture *self, gconstpointer data)
{
  g_assert_cmpint(mkfifo(self->path, 0600), ==, 0);
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_atomic_file_read(self->path, 9, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
}

/* RLIMIT_FSIZE fails a write like a full disk does, in the middle. */
static void
test_a_failed_write_changes_nothing(Fixture *self, gconstpointer data)
{
  write_text(self->path, "old", 0600);
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    char large[10000] = {0};
    GError *error = NULL;
    gboolean is_written =
        mc_atomic_file_write(self->path, large, sizeof large, 0600, &error);
    _exit(!is_written && g_error_matches(error, MC_ERROR, MC_ERROR_STORAGE) ? 0 : 1);
  }
  int status;
  g_assert_cmpint(waitpid(child, &status, 0), ==, child);
  g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  assert_content(self->path, "old");
  g_assert_cmpuint(count_entries(self->folder), ==, 1);
}

G_NORETURN static void
write_for_ever(const char *path)
{
  static char content[2][200000];
  memset(content[0], 'a', sizeof content[0]);
  memset(content[1], 'b', sizeof content[1]);
  for (int i = 0;; i ^= 1)
    if (!mc_atomic_file_write(path, content[i], sizeof content[i], 0600, NULL))
      _exit(1);
}

static void
test_a_kill_leaves_old_or_new(Fixture *self, gconstpointer data)
{
  guint leftovers = 0;
  for (guint round = 0; round < 12; round++) {
    g_autofree char *start = g_strnfill(200000, 'a');
    write_text(self->path, start, 0600);
    pid_t child = fork();
    if (child == 0)
      write_for_ever(self->path);
    g_usleep((gulong) (3000 + round * 1700));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);

    g_autoptr(GBytes) bytes = mc_atomic_file_read(self->path, 1000000, NULL);
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    g_assert_cmpuint(length, ==, 200000);
    for (gsize i = 1; i < length; i++)
      g_assert_true(text[i] == text[0]);
    leftovers += count_entries(self->folder) - 1;
  }
  /* A kill between link and rename leaves one name behind, never more. */
  g_assert_cmpuint(leftovers, <=, 12);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function)                                                              \
  g_test_add("/base/atomic-file/" path, Fixture, NULL, set_up, function, tear_down)
  ADD("a-new-file-gets-its-mode", test_a_new_file_gets_its_mode);
  ADD("mode-and-owner-stay", test_mode_and_owner_stay);
  ADD("links-stay-links", test_links_stay_links);
  ADD("a-circle-of-links-is-refused", test_a_circle_of_links_is_refused);
  ADD("a-folder-is-refused", test_a_folder_is_refused);
  ADD("a-missing-folder-is-told", test_a_missing_folder_is_told);
  ADD("reading-is-limited", test_reading_is_limited);
  ADD("a-pipe-does-not-hold-us-up", test_a_pipe_does_not_hold_us_up);
  ADD("a-failed-write-changes-nothing", test_a_failed_write_changes_nothing);
  ADD("a-kill-leaves-old-or-new", test_a_kill_leaves_old_or_new);
  return g_test_run();
}
