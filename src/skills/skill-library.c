/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/skill-library.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "skills/skill-file.h"

/* Editors write in several steps; one reading is enough for all of them. */
#define SETTLE_MS 200

/* How often a folder that is not there is looked for. */
#define MISSING_SECONDS 2

struct _McSkillLibrary {
  GObject parent_instance;
  char *dir;                 /* (owned) */
  McProblemList *problems;   /* (unowned) */
  McSnapshot *snapshot;      /* (owned) */
  GStrv disabled;            /* (owned) (nullable) */
  GHashTable *monitors;      /* (owned) path → GFileMonitor */
  GHashTable *broken;        /* (owned) set of folder names with an open problem */
  GCancellable *cancellable; /* (owned) */
  guint settle_source;
  guint missing_source;
  gboolean is_loaded;
  gboolean is_reading;
  gboolean is_stale; /* something changed while it was being read */
};

G_DEFINE_FINAL_TYPE(McSkillLibrary, mc_skill_library, G_TYPE_OBJECT)

static guint changed_signal;

/* What a reading needs and what it finds. */
typedef struct {
  char *dir;           /* (owned) */
  GStrv disabled;      /* (owned) (nullable) */
  McSkillIndex *index; /* (owned) */
  GPtrArray *folders;  /* (owned) (element-type utf8): paths to watch */
  gboolean is_missing;
} Reading;

static void
free_reading(Reading *reading)
{
  g_free(reading->dir);
  g_strfreev(reading->disabled);
  mc_skill_index_unref(reading->index);
  g_clear_pointer(&reading->folders, g_ptr_array_unref);
  g_free(reading);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reading, free_reading)

static GPtrArray *
list_folders(Reading *reading)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GDir) dir = g_dir_open(reading->dir, 0, NULL);
  reading->is_missing = dir == NULL;
  const char *name;
  while (dir != NULL && names->len < MC_SKILL_LIBRARY_SKILLS_MAX &&
         (name = g_dir_read_name(dir)) != NULL)
    if (*name != '.')
      g_ptr_array_add(names, g_strdup(name));
  return g_steal_pointer(&names);
}

/* The bytes of the regular file at @path, never waiting for a pipe; one byte more than is
 * allowed is enough to see that it is too large. */
static char *
read_bytes(const char *path, gsize *length, GError **error)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    mc_error_set_from_errno(error, errno, "%s:1", path);
    return NULL;
  }
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(fd);
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                "%s:1: not a file; put a SKILL.md there", path);
    return NULL;
  }
  g_autofree char *bytes = g_malloc(MC_SKILL_FILE_SIZE_MAX + 1);
  gsize filled = 0;
  for (;;) {
    gssize n = read(fd, bytes + filled, MC_SKILL_FILE_SIZE_MAX + 1 - filled);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    filled += (gsize) n;
  }
  close(fd);
  *length = filled;
  return g_realloc(g_steal_pointer(&bytes), MAX(filled, 1));
}

static void
read_folder(Reading *reading, const char *name, GPtrArray *skills, GPtrArray *broken)
{
  g_autofree char *folder = g_build_filename(reading->dir, name, NULL);
  if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
    return;
  /* Watch what a link points to: the link itself never changes. */
  char *resolved = realpath(folder, NULL);
  g_ptr_array_add(reading->folders, g_strdup(resolved != NULL ? resolved : folder));
  free(resolved);
  g_autofree char *path = g_build_filename(folder, "SKILL.md", NULL);
  if (!g_file_test(path, G_FILE_TEST_EXISTS))
    return;
  g_autoptr(GError) error = NULL;
  gsize length = 0;
  g_autofree char *bytes = read_bytes(path, &length, &error);
  g_autoptr(McSkill) skill =
      bytes != NULL ? mc_skill_file_parse(path, name, bytes, length, &error) : NULL;
  if (skill == NULL) {
    g_ptr_array_add(broken, mc_broken_skill_new(name, error->message));
    return;
  }
  const char *const *disabled = (const char *const *) reading->disabled;
  if (disabled == NULL || !g_strv_contains(disabled, mc_skill_get_name(skill)))
    g_ptr_array_add(skills, g_steal_pointer(&skill));
}

/* Pure but for the disk; any thread. */
static void
perform_reading(Reading *reading)
{
  g_autoptr(GPtrArray) skills =
      g_ptr_array_new_with_free_func((GDestroyNotify) mc_skill_unref);
  g_autoptr(GPtrArray) broken =
      g_ptr_array_new_with_free_func((GDestroyNotify) mc_broken_skill_free);
  g_autoptr(GPtrArray) names = list_folders(reading);
  reading->folders = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < names->len; i++)
    read_folder(reading, names->pdata[i], skills, broken);
  reading->index = mc_skill_index_new(g_steal_pointer(&skills), g_steal_pointer(&broken));
}

static Reading *
begin_reading(McSkillLibrary *self)
{
  Reading *reading = g_new0(Reading, 1);
  reading->dir = g_strdup(self->dir);
  reading->disabled = g_strdupv(self->disabled);
  return reading;
}

/* The circle: what was read says what to watch, and a change there is read again. */
static void schedule_reading(McSkillLibrary *self);

static void
on_file_changed(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                gpointer user_data)
{
  schedule_reading(user_data);
}

/* TRUE when @path was not watched yet. */
static gboolean
watch_folder(McSkillLibrary *self, const char *path)
{
  if (g_hash_table_contains(self->monitors, path))
    return FALSE;
  g_autoptr(GFile) file = g_file_new_for_path(path);
  g_autoptr(GError) error = NULL;
  GFileMonitor *monitor =
      g_file_monitor_directory(file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
  if (monitor == NULL) {
    g_warning("%s cannot be watched (%s): changes are seen after a restart", path,
              error->message);
    return FALSE;
  }
  g_file_monitor_set_rate_limit(monitor, SETTLE_MS);
  g_signal_connect_object(monitor, "changed", G_CALLBACK(on_file_changed), self, 0);
  g_hash_table_insert(self->monitors, g_strdup(path), monitor);
  return TRUE;
}

/* Watches the folders of @reading and no others. TRUE when one of them is new: what
 * happened in it before it was watched is not known. */
static gboolean
watch_folders(McSkillLibrary *self, const Reading *reading)
{
  g_autoptr(GHashTable) wanted = g_hash_table_new(g_str_hash, g_str_equal);
  g_hash_table_add(wanted, self->dir);
  for (guint i = 0; i < reading->folders->len; i++)
    g_hash_table_add(wanted, reading->folders->pdata[i]);
  /* A monitor of a folder that vanished may stay silent when the folder comes back. */
  if (reading->is_missing)
    g_hash_table_remove_all(wanted);
  GHashTableIter iterator;
  gpointer path;
  g_hash_table_iter_init(&iterator, self->monitors);
  while (g_hash_table_iter_next(&iterator, &path, NULL))
    if (!g_hash_table_contains(wanted, path))
      g_hash_table_iter_remove(&iterator);
  gboolean is_any_new = FALSE;
  g_hash_table_iter_init(&iterator, wanted);
  while (g_hash_table_iter_next(&iterator, &path, NULL))
    is_any_new = watch_folder(self, path) || is_any_new;
  return is_any_new;
}

static void
report_broken(McSkillLibrary *self, const McSkillIndex *index)
{
  g_autoptr(GHashTable) former = g_steal_pointer(&self->broken);
  self->broken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  const GPtrArray *broken = mc_skill_index_get_broken(index);
  for (guint i = 0; i < broken->len; i++) {
    const McBrokenSkill *skill = broken->pdata[i];
    mc_problem_list_raise(self->problems,
                          mc_problem_new("skill_broken", skill->folder, skill->folder,
                                         skill->reason, NULL));
    if (!g_hash_table_contains(former, skill->folder))
      g_message("skill '%s' is skipped: %s", skill->folder, skill->reason);
    g_hash_table_add(self->broken, g_strdup(skill->folder));
  }
  GHashTableIter iterator;
  gpointer folder;
  g_hash_table_iter_init(&iterator, former);
  while (g_hash_table_iter_next(&iterator, &folder, NULL))
    if (!g_hash_table_contains(self->broken, folder))
      mc_problem_list_clear(self->problems, "skill_broken", folder);
}

static gboolean
on_missing_timeout(gpointer user_data)
{
  McSkillLibrary *self = user_data;
  self->missing_source = 0;
  schedule_reading(self);
  return G_SOURCE_REMOVE;
}

static void
report_missing(McSkillLibrary *self, gboolean is_missing)
{
  if (!is_missing) {
    mc_problem_list_clear(self->problems, "skills_missing", NULL);
    return;
  }
  mc_problem_list_raise(self->problems,
                        mc_problem_new("skills_missing", NULL, self->dir, NULL));
  if (self->missing_source == 0)
    self->missing_source =
        g_timeout_add_seconds(MISSING_SECONDS, on_missing_timeout, self);
}

static void
publish_reading(McSkillLibrary *self, Reading *reading)
{
  gboolean is_any_new = watch_folders(self, reading);
  report_broken(self, reading->index);
  report_missing(self, reading->is_missing);
  g_debug("%u skills in %s", mc_skill_index_get_skills(reading->index)->len, self->dir);
  mc_snapshot_publish(self->snapshot, g_steal_pointer(&reading->index));
  if (is_any_new)
    schedule_reading(self);
  g_signal_emit(self, changed_signal, 0);
}

static void
run_reading(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  perform_reading(data);
  g_task_return_boolean(task, TRUE);
}

/* A library that is gone has cancelled: then @user_data must not be touched. */
static void
on_reading_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
  if (!g_task_propagate_boolean(G_TASK(result), NULL))
    return;
  McSkillLibrary *self = user_data;
  self->is_reading = FALSE;
  g_object_ref(self); /* a listener of "changed" may drop the last reference */
  publish_reading(self, g_task_get_task_data(G_TASK(result)));
  if (self->is_stale) {
    self->is_stale = FALSE;
    schedule_reading(self);
  }
  g_object_unref(self);
}

static gboolean
on_settled(gpointer user_data)
{
  McSkillLibrary *self = user_data;
  self->settle_source = 0;
  if (self->is_reading) {
    self->is_stale = TRUE;
    return G_SOURCE_REMOVE;
  }
  self->is_reading = TRUE;
  g_autoptr(GTask) task = g_task_new(NULL, self->cancellable, on_reading_done, self);
  g_task_set_source_tag(task, on_settled);
  g_task_set_task_data(task, begin_reading(self), (GDestroyNotify) free_reading);
  g_task_run_in_thread(task, run_reading);
  return G_SOURCE_REMOVE;
}

static void
schedule_reading(McSkillLibrary *self)
{
  if (self->settle_source == 0 && !g_cancellable_is_cancelled(self->cancellable))
    self->settle_source = g_timeout_add(SETTLE_MS, on_settled, self);
}

static void
mc_skill_library_dispose(GObject *object)
{
  McSkillLibrary *self = MC_SKILL_LIBRARY(object);
  g_cancellable_cancel(self->cancellable);
  g_clear_handle_id(&self->settle_source, g_source_remove);
  g_clear_handle_id(&self->missing_source, g_source_remove);
  g_hash_table_remove_all(self->monitors);
  G_OBJECT_CLASS(mc_skill_library_parent_class)->dispose(object);
}

static void
mc_skill_library_finalize(GObject *object)
{
  McSkillLibrary *self = MC_SKILL_LIBRARY(object);
  g_free(self->dir);
  g_strfreev(self->disabled);
  g_hash_table_unref(self->monitors);
  g_hash_table_unref(self->broken);
  g_object_unref(self->cancellable);
  mc_snapshot_free(self->snapshot);
  G_OBJECT_CLASS(mc_skill_library_parent_class)->finalize(object);
}

static void
mc_skill_library_class_init(McSkillLibraryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->dispose = mc_skill_library_dispose;
  object_class->finalize = mc_skill_library_finalize;
  changed_signal = g_signal_new("changed", MC_TYPE_SKILL_LIBRARY, G_SIGNAL_RUN_LAST, 0,
                                NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
unref_monitor(gpointer monitor)
{
  g_file_monitor_cancel(monitor);
  g_object_unref(monitor);
}

static void
mc_skill_library_init(McSkillLibrary *self)
{
  self->cancellable = g_cancellable_new();
  self->monitors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_monitor);
  self->broken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  self->snapshot = mc_snapshot_new((McSnapshotRef) mc_skill_index_ref,
                                   (GDestroyNotify) mc_skill_index_unref);
}

McSkillLibrary *
mc_skill_library_new(const char *dir, McProblemList *problems)
{
  McSkillLibrary *self = g_object_new(MC_TYPE_SKILL_LIBRARY, NULL);
  self->dir = g_strdup(dir);
  self->problems = problems;
  return self;
}

void
mc_skill_library_load(McSkillLibrary *self)
{
  g_autoptr(Reading) reading = begin_reading(self);
  perform_reading(reading);
  self->is_loaded = TRUE;
  publish_reading(self, reading);
}

void
mc_skill_library_reload(McSkillLibrary *self)
{
  schedule_reading(self);
}

void
mc_skill_library_set_disabled(McSkillLibrary *self, const char *const *names)
{
  g_strfreev(self->disabled);
  self->disabled = g_strdupv((char **) names);
  if (self->is_loaded)
    schedule_reading(self);
}

const char *
mc_skill_library_get_dir(McSkillLibrary *self)
{
  return self->dir;
}

McSnapshot *
mc_skill_library_get_snapshot(McSkillLibrary *self)
{
  return self->snapshot;
}
