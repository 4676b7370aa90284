/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "config/config-store.h"

#include <gio/gio.h>
#include <string.h>

#include "base/error.h"
#include "config/config-file.h"

/* Editors write in several steps; half of a file is often valid YAML with half of the
 * keys. So we wait until nothing has happened for a moment, but not for ever. */
#define SETTLE_MS         150
#define SETTLE_AT_MOST_MS 1000

/* Links to links to links: a loop. */
#define MOST_LINKS 8

struct _McConfigStore {
  GObject parent_instance;

  char *path;                 /* (owned) absolute */
  McProblemList *problems;    /* (unowned) */
  McConfig *loaded;           /* (owned) the file's, without overrides */
  McConfig *current;          /* (owned) */
  char *overrides[MC_N_KEYS]; /* (owned) (nullable) each */
  gboolean had_file;          /* the file was there at the last reading */

  GPtrArray *monitors; /* (owned) (element-type GFileMonitor) one a folder */
  char **links;        /* (owned) (nullable) the paths that lead to the file */
  guint settle_source; /* 0 for none */
  gint64 first_event_time;
  gboolean is_reading;
  gboolean is_stale; /* something happened while we read */
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE(McConfigStore, mc_config_store, G_TYPE_OBJECT)

static guint changed_signal;

/* What a reading brings home from the worker: a configuration with issues, or an error.
 */
typedef struct {
  McConfig *config;
  GPtrArray *issues;
  GError *error;
  char **links;
} Reading;

static void
free_reading(gpointer data)
{
  Reading *reading = data;
  if (reading == NULL)
    return;
  g_clear_pointer(&reading->config, mc_config_unref);
  g_clear_pointer(&reading->issues, g_ptr_array_unref);
  g_clear_error(&reading->error);
  g_strfreev(reading->links);
  g_free(reading);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reading, free_reading)

/* @path, and where it leads if it is a symbolic link: a change anywhere on the way is a
 * change of the file. */
static char **
find_links(const char *path)
{
  g_autoptr(GStrvBuilder) links = g_strv_builder_new();
  g_autofree char *here = g_strdup(path);
  for (int i = 0; i < MOST_LINKS; i++) {
    g_strv_builder_add(links, here);
    g_autofree char *target = g_file_read_link(here, NULL);
    if (target == NULL)
      break;
    g_autofree char *folder = g_path_get_dirname(here);
    g_free(here);
    here = g_canonicalize_filename(target, folder);
  }
  return g_strv_builder_end(links);
}

static Reading *
read_file(const char *path)
{
  Reading *reading = g_new0(Reading, 1);
  reading->links = find_links(path);
  reading->config = mc_config_file_load_existing(path, &reading->issues, &reading->error);
  return reading;
}

static void
read_in_thread(GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
  g_task_return_pointer(task, read_file(path), free_reading);
}

/* Puts file and overrides together; tells when that made a difference. */
static void
apply(McConfigStore *self)
{
  McConfigBuilder *builder = mc_config_builder_new(self->loaded);
  for (guint i = 0; i < MC_N_KEYS; i++)
    if (self->overrides[i] != NULL)
      mc_config_builder_set(builder, (McConfigKey) i, self->overrides[i], NULL);
  g_autoptr(McConfig) wished = mc_config_builder_end(builder);
  g_autofree char *asked = NULL;
  g_autoptr(McConfig) former = g_steal_pointer(&self->current);
  self->current = mc_config_confine_host(wished, &asked);
  if (asked != NULL)
    mc_problem_list_raise(self->problems, mc_problem_new("config_wide_bind", "proxy.host",
                                                         "proxy.host", asked, NULL));
  if (!mc_config_equal(former, self->current))
    g_signal_emit(self, changed_signal, 0);
}

static char *
dup_file_name(McConfigStore *self)
{
  return g_path_get_basename(self->path);
}

/* The file as a whole is unusable. Its messages begin with its place. */
static void
raise_file_problem(McConfigStore *self, const char *message)
{
  g_autofree char *name = dup_file_name(self);
  const char *colon = strstr(message, ": ");
  gboolean has_place = g_str_has_prefix(message, name) && colon != NULL;
  g_autofree char *place =
      has_place ? g_strndup(message, (gsize) (colon - message)) : g_strdup(name);
  mc_problem_list_clear(self->problems, "config_invalid", NULL);
  mc_problem_list_raise(self->problems,
                        mc_problem_new("config_invalid", name, place,
                                       has_place ? colon + 2 : message, NULL));
  g_message("%s: %s", place, has_place ? colon + 2 : message);
}

static void
raise_issues(McConfigStore *self, GPtrArray *issues)
{
  mc_problem_list_clear(self->problems, "config_invalid", NULL);
  mc_problem_list_clear(self->problems, "config_wide_bind", NULL);
  for (guint i = 0; i < issues->len; i++) {
    const McConfigIssue *issue = issues->pdata[i];
    g_message("%s", issue->message);
    if (issue->severity != MC_CONFIG_ISSUE_NOTE)
      mc_problem_list_raise(self->problems, mc_config_issue_to_problem(issue));
  }
}

/* TRUE when @name is @key or a key of the section @key. */
static gboolean
is_within(const char *name, const char *key)
{
  gsize length = strlen(key);
  return g_str_has_prefix(name, key) && (name[length] == '\0' || name[length] == '.');
}

/* @fresh with the former values where the file has a wrong one. */
static McConfig *
keep_former_values(McConfigStore *self, McConfig *fresh, GPtrArray *issues)
{
  McConfigBuilder *builder = mc_config_builder_new(fresh);
  for (guint i = 0; i < issues->len; i++) {
    const McConfigIssue *issue = issues->pdata[i];
    if (issue->severity != MC_CONFIG_ISSUE_FAULT)
      continue;
    for (guint key = 0; key < MC_N_KEYS; key++)
      if (is_within(mc_config_key_get_info((McConfigKey) key)->name, issue->key))
        mc_config_builder_copy(builder, (McConfigKey) key, self->loaded);
  }
  return mc_config_builder_end(builder);
}

static void
take_reading(McConfigStore *self, Reading *reading)
{
  if (reading->config != NULL) {
    McConfig *kept = keep_former_values(self, reading->config, reading->issues);
    g_clear_pointer(&self->loaded, mc_config_unref);
    self->loaded = kept;
    self->had_file = TRUE;
    raise_issues(self, reading->issues);
    apply(self);
  } else if (!g_error_matches(reading->error, MC_ERROR, MC_ERROR_NOT_FOUND)) {
    self->had_file = TRUE;
    raise_file_problem(self, reading->error->message);
  } else if (self->had_file) {
    raise_file_problem(self, "the file is gone; its values count until the next start");
  }
}

/* Watching, settling and reading lead to each other in a circle; this opens it. */
static void settle_later(McConfigStore *self);

static gboolean
is_on_the_way(McConfigStore *self, GFile *file)
{
  const char *path = file != NULL ? g_file_peek_path(file) : NULL;
  return path != NULL && g_strv_contains((const char *const *) self->links, path);
}

static void
on_file_event(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
              McConfigStore *self)
{
  if (is_on_the_way(self, file) || is_on_the_way(self, other))
    settle_later(self);
}

static void
free_monitor(gpointer data)
{
  GFileMonitor *monitor = data;
  g_file_monitor_cancel(monitor);
  g_object_unref(monitor);
}

static void
watch_folder(McConfigStore *self, const char *path)
{
  g_autoptr(GFile) folder = g_file_new_for_path(path);
  g_autoptr(GError) error = NULL;
  GFileMonitor *monitor =
      g_file_monitor_directory(folder, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
  if (monitor == NULL) {
    g_message("%s is not watched, restart after changes: %s", path, error->message);
    return;
  }
  g_file_monitor_set_rate_limit(monitor, SETTLE_MS / 2);
  g_signal_connect(monitor, "changed", G_CALLBACK(on_file_event), self);
  g_ptr_array_add(self->monitors, monitor);
}

/* Watches the folders of @links (transfer full); FALSE when they are watched already. A
 * folder, not the file: a file that is replaced takes its watch with it. */
static gboolean
watch_links(McConfigStore *self, char **links)
{
  if (self->links != NULL &&
      g_strv_equal((const char *const *) links, (const char *const *) self->links)) {
    g_strfreev(links);
    return FALSE;
  }
  g_ptr_array_set_size(self->monitors, 0);
  g_strfreev(self->links);
  self->links = links;
  g_autoptr(GHashTable) folders =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; links[i] != NULL; i++) {
    char *folder = g_path_get_dirname(links[i]);
    if (g_hash_table_contains(folders, folder)) {
      g_free(folder);
      continue;
    }
    watch_folder(self, folder);
    g_hash_table_add(folders, folder);
  }
  return TRUE;
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
  McConfigStore *self = MC_CONFIG_STORE(source);
  g_autoptr(Reading) reading = g_task_propagate_pointer(G_TASK(result), NULL);
  self->is_reading = FALSE;
  if (reading == NULL) /* disposed in the meantime */
    return;
  take_reading(self, reading);
  /* What happened between the reading and a new watch went unseen: look again. */
  if (watch_links(self, g_steal_pointer(&reading->links)) || self->is_stale)
    settle_later(self);
}

static gboolean
on_settled(gpointer user_data)
{
  McConfigStore *self = user_data;
  self->settle_source = 0;
  self->first_event_time = 0;
  self->is_stale = FALSE;
  self->is_reading = TRUE;
  g_autoptr(GTask) task = g_task_new(self, self->cancellable, on_read, NULL);
  g_task_set_source_tag(task, on_settled);
  g_task_set_task_data(task, g_strdup(self->path), g_free);
  g_task_run_in_thread(task, read_in_thread);
  return G_SOURCE_REMOVE;
}

static void
settle_later(McConfigStore *self)
{
  if (self->is_reading) {
    self->is_stale = TRUE;
    return;
  }
  gint64 now = g_get_monotonic_time() / 1000;
  if (self->settle_source == 0)
    self->first_event_time = now;
  gint64 left_ms = self->first_event_time + SETTLE_AT_MOST_MS - now;
  g_clear_handle_id(&self->settle_source, g_source_remove);
  self->settle_source =
      g_timeout_add((guint) CLAMP(left_ms, 0, SETTLE_MS), on_settled, self);
}

static void
mc_config_store_dispose(GObject *object)
{
  McConfigStore *self = MC_CONFIG_STORE(object);
  g_cancellable_cancel(self->cancellable);
  g_clear_handle_id(&self->settle_source, g_source_remove);
  for (guint i = 0; self->monitors != NULL && i < self->monitors->len; i++)
    g_signal_handlers_disconnect_by_data(self->monitors->pdata[i], self);
  g_clear_pointer(&self->monitors, g_ptr_array_unref);
  G_OBJECT_CLASS(mc_config_store_parent_class)->dispose(object);
}

static void
mc_config_store_finalize(GObject *object)
{
  McConfigStore *self = MC_CONFIG_STORE(object);
  g_free(self->path);
  g_clear_pointer(&self->loaded, mc_config_unref);
  g_clear_pointer(&self->current, mc_config_unref);
  for (guint i = 0; i < MC_N_KEYS; i++)
    g_free(self->overrides[i]);
  g_strfreev(self->links);
  g_object_unref(self->cancellable);
  G_OBJECT_CLASS(mc_config_store_parent_class)->finalize(object);
}

static void
mc_config_store_class_init(McConfigStoreClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS(class);
  object_class->dispose = mc_config_store_dispose;
  object_class->finalize = mc_config_store_finalize;
  changed_signal = g_signal_new("changed", MC_TYPE_CONFIG_STORE, G_SIGNAL_RUN_LAST, 0,
                                NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mc_config_store_init(McConfigStore *self)
{
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  self->loaded = mc_config_apply_environment(defaults);
  self->current = mc_config_ref(self->loaded);
  self->monitors = g_ptr_array_new_with_free_func(free_monitor);
  self->cancellable = g_cancellable_new();
}

McConfigStore *
mc_config_store_new(const char *path, McProblemList *problems)
{
  McConfigStore *self = g_object_new(MC_TYPE_CONFIG_STORE, NULL);
  self->path = g_canonicalize_filename(path, NULL);
  self->problems = problems;
  return self;
}

void
mc_config_store_load(McConfigStore *self)
{
  g_return_if_fail(self->links == NULL);
  watch_links(self, find_links(self->path));
  g_autoptr(Reading) reading = read_file(self->path);
  take_reading(self, reading);
}

McConfig *
mc_config_store_dup(McConfigStore *self)
{
  return mc_config_ref(self->current);
}

gboolean
mc_config_store_set_override(McConfigStore *self, McConfigKey key, const char *text,
                             GError **error)
{
  if (text != NULL) {
    g_autoptr(McConfig) tried = mc_config_with(self->loaded, key, text, error);
    if (tried == NULL)
      return FALSE;
  }
  g_free(self->overrides[key]);
  self->overrides[key] = g_strdup(text);
  apply(self);
  return TRUE;
}
