/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/instance-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"

struct _McInstanceLock {
  int fd;
};

/* "headless, version 0.1.0, pid 42": what the holder wrote, made fit for a message. */
static char *
read_holder(int fd)
{
  char text[128];
  ssize_t length = pread(fd, text, sizeof text, 0);
  if (length <= 0)
    return g_strdup("another process");
  g_autofree char *valid = g_utf8_make_valid(text, length);
  g_strdelimit(valid, "\r\n\t", ' ');
  return g_strdup(g_strstrip(valid));
}

McInstanceLock *
mc_instance_lock_new(const char *home, const char *kind, GError **error)
{
  g_autofree char *path = mc_paths_build(home, "metaclaw.lock");
  int fd = g_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    mc_error_set_from_errno(error, errno, "cannot open '%s'", path);
    return NULL;
  }
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    int saved_errno = errno;
    if (saved_errno == EWOULDBLOCK) {
      g_autofree char *holder = read_holder(fd);
      g_set_error(error, MC_ERROR, MC_ERROR_CONFLICT,
                  "'%s' is in use by %s; stop it first: metaclaw stop", home, holder);
    } else {
      mc_error_set_from_errno(error, saved_errno, "cannot lock '%s'", path);
    }
    close(fd);
    return NULL;
  }

  /* Holding it is what counts: on a full disk the words may be missing. */
  g_autofree char *words =
      g_strdup_printf("%s, version %s, pid %ld\n", kind, MC_VERSION, (long) getpid());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, words, strlen(words), 0) < 0)
    g_warning("cannot write to '%s': %s", path, g_strerror(errno));
  McInstanceLock *self = g_new0(McInstanceLock, 1);
  self->fd = fd;
  return self;
}

void
mc_instance_lock_free(McInstanceLock *self)
{
  if (self == NULL)
    return;
  close(self->fd);
  g_free(self);
}
