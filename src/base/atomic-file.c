/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
/* Write beside the target, sync, rename over it, sync the folder. The new content has no
 * name while it is written (O_TMPFILE), so that a crash leaves nothing behind; file
 * systems that cannot do this get a named temporary file. */
#include "base/atomic-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

/* As many links in a row as the kernel follows. */
#define MOST_LINKS 40

typedef struct {
  char *target;    /* (owned) the path that is replaced; not a link */
  char *folder;    /* (owned) */
  char *temporary; /* (owned) (nullable) the new content's name, when it has one */
  int fd;
} Replacement;

static void
clear_replacement(Replacement *replacement)
{
  if (replacement->fd >= 0)
    close(replacement->fd);
  if (replacement->temporary != NULL)
    unlink(replacement->temporary);
  g_free(replacement->target);
  g_free(replacement->folder);
  g_free(replacement->temporary);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Replacement, clear_replacement)

/* The end of the links that start at @path; it need not exist. */
static char *
resolve_links(const char *path, GError **error)
{
  g_autofree char *current = g_strdup(path);
  for (int i = 0; i < MOST_LINKS; i++) {
    char link[PATH_MAX + 1];
    ssize_t length = readlink(current, link, PATH_MAX);
    if (length < 0 && (errno == EINVAL || errno == ENOENT))
      return g_steal_pointer(&current);
    if (length < 0) {
      mc_error_set_from_errno(error, errno, "cannot look at '%s'", current);
      return NULL;
    }
    link[length] = '\0';
    /* Never canonicalised: in a/link/../b the kernel goes where the link leads. */
    g_autofree char *folder = g_path_get_dirname(current);
    char *next = *link == '/' ? g_strdup(link) : g_build_filename(folder, link, NULL);
    g_free(current);
    current = next;
  }
  mc_error_set_from_errno(error, ELOOP, "cannot follow the link '%s'", path);
  return NULL;
}

static char *
format_temporary_name(const Replacement *replacement)
{
  static gint counter;
  g_autofree char *base = g_path_get_basename(replacement->target);
  /* A name may have 255 bytes. */
  return g_strdup_printf("%s/.%.200s.%d-%d-%08x.tmp", replacement->folder, base, getpid(),
                         g_atomic_int_add(&counter, 1), g_random_int());
}

static gboolean
open_temporary(Replacement *replacement)
{
  replacement->fd = open(replacement->folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  if (replacement->fd >= 0)
    return TRUE;
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
    return FALSE;
  g_autofree char *name = format_temporary_name(replacement);
  replacement->fd = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (replacement->fd < 0)
    return FALSE;
  replacement->temporary = g_steal_pointer(&name);
  return TRUE;
}

/* The new file may be read by whom the old one could be read by, no more. */
static gboolean
copy_owner_and_mode(int fd, const struct stat *old, guint mode)
{
  if (old == NULL)
    return fchmod(fd, mode) == 0;
  struct stat new;
  if (fstat(fd, &new) != 0)
    return FALSE;
  guint kept = old->st_mode & 07777;
  if (new.st_uid != old->st_uid && fchown(fd, old->st_uid, (gid_t) -1) != 0)
    return FALSE;
  /* A group that we are not in: its members lose their access, nobody gains any. */
  if (new.st_gid != old->st_gid && fchown(fd, (uid_t) -1, old->st_gid) != 0)
    kept &= ~02070u;
  return fchmod(fd, kept) == 0;
}

static gboolean
write_all(int fd, const char *data, gsize length)
{
  while (length > 0) {
    ssize_t written = write(fd, data, length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return FALSE;
    data += written;
    length -= (gsize) written;
  }
  return TRUE;
}

/* Gives a nameless file a name beside the target; link() cannot replace, rename() can. */
static gboolean
name_temporary(Replacement *replacement)
{
  if (replacement->temporary != NULL)
    return TRUE;
  g_autofree char *nameless = g_strdup_printf("/proc/self/fd/%d", replacement->fd);
  g_autofree char *name = format_temporary_name(replacement);
  if (linkat(AT_FDCWD, nameless, AT_FDCWD, name, AT_SYMLINK_FOLLOW) != 0)
    return FALSE;
  replacement->temporary = g_steal_pointer(&name);
  return TRUE;
}

void
mc_atomic_file_sync_folder(const char *folder)
{
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  (void) fsync(fd);
  close(fd);
}

static gboolean
replace(Replacement *replacement, const struct stat *old, const char *data, gsize length,
        guint mode)
{
  if (!open_temporary(replacement) || !write_all(replacement->fd, data, length) ||
      !copy_owner_and_mode(replacement->fd, old, mode) || fsync(replacement->fd) != 0 ||
      !name_temporary(replacement) ||
      rename(replacement->temporary, replacement->target) != 0)
    return FALSE;
  g_clear_pointer(&replacement->temporary, g_free);
  mc_atomic_file_sync_folder(replacement->folder);
  return TRUE;
}

gboolean
mc_atomic_file_write(const char *path, gconstpointer data, gssize length, guint mode,
                     GError **error)
{
  g_return_val_if_fail(path != NULL && *path != '\0', FALSE);
  g_auto(Replacement) replacement = {.fd = -1};
  replacement.target = resolve_links(path, error);
  if (replacement.target == NULL)
    return FALSE;
  replacement.folder = g_path_get_dirname(replacement.target);

  struct stat status;
  gboolean is_there = lstat(replacement.target, &status) == 0;
  if (is_there && !S_ISREG(status.st_mode)) {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT, "'%s' is not a regular file",
                path);
    return FALSE;
  }
  gsize size = length < 0 ? strlen(data) : (gsize) length;
  if (!replace(&replacement, is_there ? &status : NULL, data, size, mode)) {
    mc_error_set_from_errno(error, errno, "cannot write '%s'", path);
    return FALSE;
  }
  return TRUE;
}

/* Reads until the end, whatever the file's size claims (/proc, a file that grows). */
static gboolean
read_all(int fd, GByteArray *content, gsize max_bytes, gsize expected)
{
  gsize room = MIN(expected, max_bytes) + 1;
  for (;;) {
    gsize done = content->len;
    if (done > max_bytes)
      return TRUE;
    g_byte_array_set_size(content, (guint) (done + room));
    ssize_t got = read(fd, content->data + done, room);
    g_byte_array_set_size(content, (guint) (done + (got > 0 ? (gsize) got : 0)));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got == 0;
    room = MIN(max_bytes + 1 - MIN(content->len, max_bytes), 65536);
  }
}

static GBytes *
read_opened(int fd, const char *path, gsize max_bytes, GError **error)
{
  struct stat status;
  if (fstat(fd, &status) != 0) {
    mc_error_set_from_errno(error, errno, "cannot read '%s'", path);
    return NULL;
  }
  if (!S_ISREG(status.st_mode)) {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT, "'%s' is not a regular file",
                path);
    return NULL;
  }
  g_autoptr(GByteArray) content = g_byte_array_new();
  if (!read_all(fd, content, max_bytes, (gsize) status.st_size)) {
    mc_error_set_from_errno(error, errno, "cannot read '%s'", path);
    return NULL;
  }
  if (content->len > max_bytes) {
    g_set_error(error, MC_ERROR, MC_ERROR_TOO_LARGE,
                "'%s' is larger than %" G_GSIZE_FORMAT " bytes", path, max_bytes);
    return NULL;
  }
  return g_byte_array_free_to_bytes(g_steal_pointer(&content));
}

GBytes *
mc_atomic_file_read(const char *path, gsize max_bytes, GError **error)
{
  g_return_val_if_fail(max_bytes < G_MAXUINT / 2, NULL);
  /* Not blocking: a pipe of that name must not hold us up. */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    mc_error_set_from_errno(error, errno, "cannot read '%s'", path);
    return NULL;
  }
  GBytes *bytes = read_opened(fd, path, max_bytes, error);
  close(fd);
  return bytes;
}
