/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
/* Skills are copied into a hidden staging folder inside the user's, so that a rename
 * brings each into place at once. Records are committed after the files are on the disk:
 * after a crash in between, a folder equal to what we ship is recognised as ours. */
#include "skills/skill-bank.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/atomic-file.h"
#include "base/error.h"

#define STAGE_PREFIX ".metaclaw-install-"

/* A skill of ours is far smaller; what is beyond has been changed by the user and need
 * not be read. */
#define FILES_MAX 256
#define BYTES_MAX (4 * 1024 * 1024)
#define DEPTH_MAX 8

typedef enum {
  ACTION_INSTALL,
  ACTION_UPDATE,
  ACTION_LEAVE_INSTALLED,
  ACTION_LEAVE_EDITED,
  ACTION_LEAVE_DELETED,
  ACTION_LEAVE_FOREIGN,
} Action;

typedef struct {
  const char *from;
  const char *into;
  McLibraryDatabase *library;
  McSkillBankReport *report;
  char *stage;             /* (owned) (nullable) made when first needed */
  gboolean is_first_place; /* nothing was ever installed */
  gboolean is_new_place;
} Installation;

/* Hashing. */

typedef struct {
  GChecksum *checksum; /* (owned) */
  guint files;
  gsize bytes;
} Hashing;

static int
compare_names(gconstpointer a, gconstpointer b)
{
  return g_strcmp0(*(const char *const *) a, *(const char *const *) b);
}

/* The names in @folder, sorted; NULL when it cannot be read. */
static char **
list_names(const char *folder)
{
  GDir *dir = g_dir_open(folder, 0, NULL);
  if (dir == NULL)
    return NULL;
  GPtrArray *names = g_ptr_array_new();
  const char *name;
  while ((name = g_dir_read_name(dir)) != NULL)
    g_ptr_array_add(names, g_strdup(name));
  g_dir_close(dir);
  g_ptr_array_sort(names, compare_names);
  g_ptr_array_add(names, NULL);
  return (char **) g_ptr_array_free(names, FALSE);
}

static gboolean
hash_file(Hashing *hashing, const char *path, const char *relative)
{
  g_autoptr(GBytes) bytes = mc_atomic_file_read(path, BYTES_MAX, NULL);
  if (bytes == NULL)
    return FALSE;
  gsize length;
  const guchar *data = g_bytes_get_data(bytes, &length);
  hashing->bytes += length;
  if (++hashing->files > FILES_MAX || hashing->bytes > BYTES_MAX)
    return FALSE;
  /* Name and length in front, so that no two trees give the same run of bytes. */
  g_autofree char *head =
      g_strdup_printf("%s%c%" G_GSIZE_FORMAT "%c", relative, '\n', length, '\n');
  g_checksum_update(hashing->checksum, (const guchar *) head, (gssize) strlen(head));
  g_checksum_update(hashing->checksum, data, (gssize) length);
  return TRUE;
}

/* FALSE for a tree that cannot be one of ours: links, special files, too much. */
static gboolean
hash_tree(Hashing *hashing, const char *folder, const char *relative, guint depth)
{
  g_auto(GStrv) names = depth < DEPTH_MAX ? list_names(folder) : NULL;
  if (names == NULL)
    return FALSE;
  for (char **name = names; *name != NULL; name++) {
    g_autofree char *path = g_build_filename(folder, *name, NULL);
    g_autofree char *inner =
        *relative != '\0' ? g_build_filename(relative, *name, NULL) : g_strdup(*name);
    struct stat status;
    if (lstat(path, &status) != 0)
      return FALSE;
    gboolean is_done = S_ISDIR(status.st_mode)
                           ? hash_tree(hashing, path, inner, depth + 1)
                           : S_ISREG(status.st_mode) && hash_file(hashing, path, inner);
    if (!is_done)
      return FALSE;
  }
  return TRUE;
}

/* Names and contents of all files below @folder as one SHA-256; NULL when it cannot be a
 * skill of ours. */
static char *
hash_folder(const char *folder)
{
  struct stat status;
  if (lstat(folder, &status) != 0 || !S_ISDIR(status.st_mode))
    return NULL;
  Hashing hashing = {.checksum = g_checksum_new(G_CHECKSUM_SHA256)};
  char *digest = hash_tree(&hashing, folder, "", 0)
                     ? g_strdup(g_checksum_get_string(hashing.checksum))
                     : NULL;
  g_checksum_free(hashing.checksum);
  return digest;
}

/* Copying and removing. */

static void
remove_tree(const char *path)
{
  struct stat status;
  if (lstat(path, &status) != 0)
    return;
  if (!S_ISDIR(status.st_mode)) {
    unlink(path);
    return;
  }
  g_auto(GStrv) names = list_names(path);
  for (char **name = names; name != NULL && *name != NULL; name++) {
    g_autofree char *inner = g_build_filename(path, *name, NULL);
    remove_tree(inner);
  }
  rmdir(path);
}

static gboolean
copy_file(const char *from, const char *to, guint mode, GError **error)
{
  g_autoptr(GBytes) bytes = mc_atomic_file_read(from, BYTES_MAX, error);
  if (bytes == NULL)
    return FALSE;
  gsize length;
  gconstpointer data = g_bytes_get_data(bytes, &length);
  guint executable = mode & 0100 ? 0111 : 0;
  return mc_atomic_file_write(to, data, (gssize) length, 0644 | executable, error);
}

static gboolean
copy_tree(const char *from, const char *to, guint depth, GError **error)
{
  if (g_mkdir(to, 0755) != 0) {
    mc_error_set_from_errno(error, errno, "cannot create the folder '%s'", to);
    return FALSE;
  }
  g_auto(GStrv) names = depth < DEPTH_MAX ? list_names(from) : NULL;
  if (names == NULL) {
    g_set_error(error, MC_ERROR, MC_ERROR_STORAGE, "cannot read the folder '%s'", from);
    return FALSE;
  }
  for (char **name = names; *name != NULL; name++) {
    g_autofree char *source = g_build_filename(from, *name, NULL);
    g_autofree char *target = g_build_filename(to, *name, NULL);
    struct stat status;
    if (stat(source, &status) != 0) {
      mc_error_set_from_errno(error, errno, "cannot read '%s'", source);
      return FALSE;
    }
    gboolean is_done = S_ISDIR(status.st_mode)
                           ? copy_tree(source, target, depth + 1, error)
                           : copy_file(source, target, status.st_mode, error);
    if (!is_done)
      return FALSE;
  }
  return TRUE;
}

/* Staging. */

/* What a crash has left behind; the stage of a process that still runs stays. */
static void
remove_stale_stages(const char *into)
{
  g_auto(GStrv) names = list_names(into);
  for (char **name = names; name != NULL && *name != NULL; name++) {
    if (!g_str_has_prefix(*name, STAGE_PREFIX))
      continue;
    pid_t pid = (pid_t) g_ascii_strtoll(*name + strlen(STAGE_PREFIX), NULL, 10);
    if (pid > 0 && pid != getpid() && (kill(pid, 0) == 0 || errno != ESRCH))
      continue;
    g_autofree char *path = g_build_filename(into, *name, NULL);
    remove_tree(path);
  }
}

static gboolean
ensure_stage(Installation *installation, GError **error)
{
  if (installation->stage != NULL)
    return TRUE;
  g_autofree char *path =
      g_strdup_printf("%s/" STAGE_PREFIX "%d-XXXXXX", installation->into, (int) getpid());
  if (g_mkdtemp(path) == NULL) {
    mc_error_set_from_errno(error, errno, "cannot write into the folder '%s'",
                            installation->into);
    return FALSE;
  }
  installation->stage = g_steal_pointer(&path);
  return TRUE;
}

static gboolean
exchange(Installation *installation, const char *new, const char *old)
{
  if (renameat2(AT_FDCWD, new, AT_FDCWD, old, RENAME_EXCHANGE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;
  /* File systems that cannot exchange. */
  g_autofree char *away = g_strconcat(installation->stage, "/.old", NULL);
  remove_tree(away);
  if (rename(old, away) != 0)
    return FALSE;
  if (rename(new, old) == 0)
    return TRUE;
  int saved_errno = errno;
  (void) rename(away, old);
  errno = saved_errno;
  return FALSE;
}

/* Copies skill @name into the stage, then puts it in its place. */
static gboolean
bring(Installation *installation, const char *name, gboolean is_update, GError **error)
{
  if (!ensure_stage(installation, error))
    return FALSE;
  g_autofree char *source = g_build_filename(installation->from, name, NULL);
  g_autofree char *staged = g_build_filename(installation->stage, name, NULL);
  g_autofree char *target = g_build_filename(installation->into, name, NULL);
  if (!copy_tree(source, staged, 0, error))
    return FALSE;
  gboolean is_done =
      is_update ? exchange(installation, staged, target) : rename(staged, target) == 0;
  if (!is_done)
    mc_error_set_from_errno(error, errno, "cannot install the skill '%s'", name);
  return is_done;
}

/* Deciding. */

static Action
decide_about_present(const McBuiltinSkill *known, const char *theirs, const char *ours)
{
  if (known != NULL && known->state == MC_BUILTIN_FOREIGN)
    return ACTION_LEAVE_FOREIGN;
  if (g_strcmp0(theirs, ours) == 0)
    return ACTION_LEAVE_INSTALLED;
  if (known == NULL)
    return ACTION_LEAVE_FOREIGN;
  return g_strcmp0(theirs, known->sha256) == 0 ? ACTION_UPDATE : ACTION_LEAVE_EDITED;
}

static Action
decide_about_absent(const McBuiltinSkill *known, gboolean is_new_place)
{
  if (known == NULL || known->state == MC_BUILTIN_FOREIGN)
    return ACTION_INSTALL;
  if (known->state == MC_BUILTIN_DELETED)
    return ACTION_LEAVE_DELETED;
  return is_new_place ? ACTION_INSTALL : ACTION_LEAVE_DELETED;
}

static void
count(McSkillBankReport *report, Action action)
{
  switch (action) {
  case ACTION_INSTALL:
    report->installed++;
    break;
  case ACTION_UPDATE:
    report->updated++;
    break;
  case ACTION_LEAVE_INSTALLED:
    report->unchanged++;
    break;
  case ACTION_LEAVE_EDITED:
    report->edited++;
    break;
  case ACTION_LEAVE_DELETED:
    report->deleted++;
    break;
  case ACTION_LEAVE_FOREIGN:
  default:
    report->foreign++;
    break;
  }
}

/* The row after @action. An edited or deleted skill keeps the sha256 of the version that
 * we installed: should the user restore it, it is ours again. */
static gboolean
record(Installation *installation, const char *name, const McBuiltinSkill *known,
       Action action, const char *ours, GError **error)
{
  const char *sha256 = ours;
  McBuiltinState state = MC_BUILTIN_INSTALLED;
  if (action == ACTION_LEAVE_EDITED || action == ACTION_LEAVE_DELETED) {
    sha256 = known->sha256;
    state = action == ACTION_LEAVE_EDITED ? MC_BUILTIN_EDITED : MC_BUILTIN_DELETED;
  } else if (action == ACTION_LEAVE_FOREIGN) {
    sha256 = "";
    state = MC_BUILTIN_FOREIGN;
  }
  if (known != NULL && known->state == state && g_strcmp0(known->sha256, sha256) == 0)
    return TRUE;
  return mc_library_database_set_builtin(installation->library, name, sha256, state,
                                         error);
}

static gboolean
install_one(Installation *installation, const char *name, GError **error)
{
  g_autofree char *source = g_build_filename(installation->from, name, NULL);
  g_autofree char *target = g_build_filename(installation->into, name, NULL);
  g_autofree char *main_file = g_build_filename(source, "SKILL.md", NULL);
  if (!g_file_test(main_file, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_autofree char *ours = hash_folder(source);
  if (ours == NULL) {
    g_set_error(error, MC_ERROR, MC_ERROR_STORAGE, "cannot read the skill '%s'", source);
    return FALSE;
  }

  g_autoptr(GError) local = NULL;
  g_autoptr(McBuiltinSkill) known =
      mc_library_database_dup_builtin(installation->library, name, &local);
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  struct stat status;
  gboolean is_present = lstat(target, &status) == 0;
  g_autofree char *theirs = is_present ? hash_folder(target) : NULL;
  Action action = is_present ? decide_about_present(known, theirs, ours)
                             : decide_about_absent(known, installation->is_new_place);

  if ((action == ACTION_INSTALL || action == ACTION_UPDATE) &&
      !bring(installation, name, action == ACTION_UPDATE, error))
    return FALSE;
  count(installation->report, action);
  return record(installation, name, known, action, ours, error);
}

static gboolean
install_all(Installation *installation, GError **error)
{
  g_auto(GStrv) names = list_names(installation->from);
  if (names == NULL) {
    g_set_error(error, MC_ERROR, MC_ERROR_NOT_FOUND,
                "the built-in skills are not in '%s'", installation->from);
    return FALSE;
  }
  for (char **name = names; *name != NULL; name++)
    if (**name != '.' && !install_one(installation, *name, error))
      return FALSE;
  return TRUE;
}

/* The user's folder: made at first; noticed when it has gone or is another one. */
static gboolean
prepare_place(Installation *installation, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autofree char *former =
      mc_library_database_dup_meta(installation->library, "bank_folder", &local);
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  installation->is_first_place = former == NULL;
  installation->is_new_place = g_strcmp0(former, installation->into) != 0;
  if (!g_file_test(installation->into, G_FILE_TEST_IS_DIR)) {
    if (!installation->is_new_place) {
      g_set_error(error, MC_ERROR, MC_ERROR_NOT_FOUND,
                  "the skills folder '%s' is gone; create it or set skills.dir",
                  installation->into);
      return FALSE;
    }
    if (g_mkdir_with_parents(installation->into, 0700) != 0) {
      mc_error_set_from_errno(error, errno, "cannot create the folder '%s'",
                              installation->into);
      return FALSE;
    }
  }
  remove_stale_stages(installation->into);
  return TRUE;
}

/* What was done before a failure counts. After half a move to another folder, though,
 * what is missing there has not been deleted: it is a new place still. */
static gboolean
record_run(Installation *installation, gboolean is_done, GError **error)
{
  const McSkillBankReport *report = installation->report;
  gboolean is_settled =
      installation->is_first_place || (installation->is_new_place && is_done);
  return (!is_settled ||
          mc_library_database_set_meta(installation->library, "bank_folder",
                                       installation->into, error)) &&
         ((report->installed == 0 && report->updated == 0) ||
          mc_library_database_raise_generation(installation->library, error));
}

gboolean
mc_skill_bank_install(const char *from, const char *into, McLibraryDatabase *library,
                      McSkillBankReport *report, GError **error)
{
  McSkillBankReport unread = {0};
  g_autofree char *place = g_canonicalize_filename(into, NULL);
  Installation installation = {.from = from, .into = place, .library = library};
  installation.report = report != NULL ? report : &unread;
  *installation.report = unread;

  if (!prepare_place(&installation, error) || !mc_library_database_begin(library, error))
    return FALSE;
  gboolean is_done = install_all(&installation, error);
  if (installation.stage != NULL) {
    mc_atomic_file_sync_folder(place);
    remove_tree(installation.stage);
    g_free(installation.stage);
  }
  GError **commit_error = is_done ? error : NULL;
  gboolean is_recorded = record_run(&installation, is_done, commit_error) &&
                         mc_library_database_commit(library, commit_error);
  mc_library_database_rollback(library);
  return is_done && is_recorded;
}
