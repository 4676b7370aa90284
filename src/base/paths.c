/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

/* sun_path holds 108 bytes with its NUL; the longest socket name of ours takes 16. */
#define LONGEST_SOCKET_FOLDER 90

char *
mc_paths_dup_home(void)
{
  const char *named = g_getenv("METACLAW_HOME");
  g_autofree char *home = named != NULL && *named != '\0'
                              ? g_canonicalize_filename(named, NULL)
                              : g_build_filename(g_get_home_dir(), ".metaclaw", NULL);
  return g_steal_pointer(&home);
}

char *
mc_paths_build(const char *home, const char *name)
{
  return g_build_filename(home, name, NULL);
}

char *
mc_paths_dup_runtime(const char *home)
{
  g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, home, -1);
  digest[12] = '\0';
  const char *runtime = g_getenv("XDG_RUNTIME_DIR");
  const char *flatpak_id = g_getenv("FLATPAK_ID");
  g_autofree char *path = NULL;

  if (runtime != NULL && *runtime == '/' && flatpak_id != NULL && *flatpak_id != '\0')
    path = g_build_filename(runtime, "app", flatpak_id, "metaclaw", digest, NULL);
  else if (runtime != NULL && *runtime == '/' && g_access(runtime, W_OK) == 0)
    path = g_build_filename(runtime, "metaclaw", digest, NULL);
  else
    path = g_build_filename(home, "run", NULL);

  if (strlen(path) > LONGEST_SOCKET_FOLDER) {
    g_free(path);
    path = g_strdup_printf("/tmp/metaclaw-%lu/%s", (unsigned long) getuid(), digest);
  }
  return g_steal_pointer(&path);
}

gboolean
mc_paths_ensure_private(const char *path, GError **error)
{
  if (g_mkdir_with_parents(path, 0700) != 0) {
    mc_error_set_from_errno(error, errno, "cannot create the folder '%s'", path);
    return FALSE;
  }
  struct stat status;
  if (stat(path, &status) != 0) {
    mc_error_set_from_errno(error, errno, "cannot look at the folder '%s'", path);
    return FALSE;
  }
  if (!S_ISDIR(status.st_mode)) {
    g_set_error(error, MC_ERROR, MC_ERROR_STORAGE, "'%s' is not a folder", path);
    return FALSE;
  }
  if (status.st_uid != getuid()) {
    g_set_error(error, MC_ERROR, MC_ERROR_NOT_ALLOWED,
                "the folder '%s' belongs to another user", path);
    return FALSE;
  }
  if ((status.st_mode & 077) != 0 && chmod(path, 0700) != 0) {
    mc_error_set_from_errno(error, errno, "cannot make the folder '%s' private", path);
    return FALSE;
  }
  return TRUE;
}

gboolean
mc_paths_ensure_home(const char *home, GError **error)
{
  return mc_paths_ensure_private(home, error);
}

/* build/src/metaclaw → the source tree two levels up, if its data folder is there. */
static char *
find_source_data(void)
{
  g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
  if (self == NULL)
    return NULL;
  g_autofree char *folder = g_path_get_dirname(self);
  for (int level = 0; level < 3; level++) {
    g_autofree char *mark = g_build_filename(folder, "src", "metaclaw.c", NULL);
    if (g_file_test(mark, G_FILE_TEST_EXISTS))
      return g_build_filename(folder, "data", NULL);
    g_autofree char *parent = g_path_get_dirname(folder);
    g_free(folder);
    folder = g_steal_pointer(&parent);
  }
  return NULL;
}

char *
mc_paths_dup_data(void)
{
  const char *named = g_getenv("METACLAW_DATADIR");
  if (named != NULL && *named != '\0')
    return g_strdup(named);
  char *source = find_source_data();
  return source != NULL ? source : g_strdup(MC_DATADIR);
}
