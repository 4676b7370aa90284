/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "control/control-paths.h"

#include <string.h>

#include <gio/gio.h>

#include "base/error.h"
#include "base/paths.h"

char *
mc_control_paths_dup_socket(const char *home)
{
  g_autofree char *folder = mc_paths_dup_runtime(home);
  return g_build_filename(folder, "control.sock", NULL);
}

gboolean
mc_control_paths_record(const char *home, const char *socket_path, GError **error)
{
  g_autofree char *record = mc_paths_build(home, "control.path");
  g_autofree char *line = g_strconcat(socket_path, "\n", NULL);
  g_autoptr(GError) cause = NULL;
  if (g_file_set_contents_full(record, line, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                               &cause))
    return TRUE;
  g_set_error(error, MC_ERROR, MC_ERROR_STORAGE, "%s", cause->message);
  return FALSE;
}

char *
mc_control_paths_find(const char *home)
{
  g_autofree char *record = mc_paths_build(home, "control.path");
  g_autofree char *path = NULL;
  if (g_file_get_contents(record, &path, NULL, NULL)) {
    g_strchomp(path);
    if (g_path_is_absolute(path) && strlen(path) <= MC_CONTROL_PATH_MAX &&
        g_file_test(path, G_FILE_TEST_EXISTS))
      return g_steal_pointer(&path);
  }
  return mc_control_paths_dup_socket(home);
}
