/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/service.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/log.h"
#include "base/paths.h"
#include "config/config-store.h"
#include "control/control-paths.h"
#include "control/control-server.h"
#include "net/socket-handover.h"
#include "proxy/proxy-server.h"
#include "service/api.h"
#include "service/instance-lock.h"
#include "service/port-holder.h"
#include "service/service-wiring.h"
#include "service/skills-report.h"
#include "service/status-report.h"
#include "sessions/session-store.h"
#include "skills/library-database.h"
#include "skills/skill-bank.h"
#include "skills/skill-library.h"
#include "upstream/practice.h"

/* How long a replacement waits for what the former service lets go of. */
#define SUCCESSION_US   (5 * G_USEC_PER_SEC)
#define TRY_AGAIN_MS    5
#define HANDOVER_SOCKET "handover.sock"
#define PRACTICE_START  "practice-"
#define PRACTICE_END    ".sock"

struct _McService {
  GObject parent_instance;

  char *home;   /* (owned) */
  char *kind;   /* (owned) */
  char *mode;   /* (owned) (nullable) of the options */
  guint16 port; /* of the options; 0 = as configured */
  gboolean is_replacement;
  gboolean logs_to_stderr;
  McServiceState state;
  guint step; /* of opening */
  gint64 succession_until_us;
  GTask *opening;    /* (owned) (nullable) */
  guint open_source; /* next try of a step */
  gint64 started_us;
  gboolean needs_restart;

  char *runtime;               /* (owned) folder of the sockets */
  char *log_path;              /* (owned) */
  char *config_path;           /* (owned) */
  McProblemList *problems;     /* (owned) */
  McInstanceLock *lock;        /* (owned) */
  McConfigStore *config_store; /* (owned) */
  McConfig *first_config;      /* (owned) what cannot change while we run */
  McSnapshot *config;          /* (owned) of McConfig */
  McSessionStore *store;       /* (owned) */
  McSkillLibrary *library;     /* (owned) */
  McServiceWiring *wiring;     /* (owned) */
  McUpstreamRoute *route;      /* (owned) */
  char *practice_socket;       /* (owned) */
  McPractice *practice;        /* (owned) */
  McProxyServer *proxy;        /* (owned) */
  McControlServer *control;    /* (owned) */
};

enum {
  SIGNAL_STOPPED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(McService, mc_service, G_TYPE_OBJECT)

static void
enter_state(McService *self, McServiceState state)
{
  g_return_if_fail(mc_service_state_may_become(self->state, state));
  g_info("service: %s -> %s", mc_service_state_get_name(self->state),
         mc_service_state_get_name(state));
  self->state = state;
}

/* Steps of opening, in this order. Each may be tried again after a CONFLICT, so it leaves
 * nothing behind when it fails. */

static gboolean
open_home(McService *self, GError **error)
{
  g_autofree char *logs = mc_paths_build(self->home, "logs");
  if (!mc_paths_ensure_home(self->home, error) || !mc_paths_ensure_private(logs, error) ||
      !mc_paths_ensure_private(self->runtime, error))
    return FALSE;
  mc_log_start(self->log_path, self->logs_to_stderr, G_LOG_LEVEL_INFO);
  return TRUE;
}

static gboolean
open_lock(McService *self, GError **error)
{
  self->lock = mc_instance_lock_new(self->home, self->kind, error);
  return self->lock != NULL;
}

static void
tell_training(McService *self, const McConfig *config)
{
  const char *mode = mc_config_get_string(config, MC_KEY_MODE);
  if (g_str_equal(mode, "rl") || mc_config_get_boolean(config, MC_KEY_RL_ENABLED))
    mc_problem_list_raise(self->problems,
                          mc_problem_new("rl_unavailable", NULL, mode, NULL));
  else
    mc_problem_list_clear(self->problems, "rl_unavailable", NULL);
}

static void
tell_route(McService *self, const McUpstreamRoute *route)
{
  if (mc_upstream_route_get_state(route) == MC_ROUTE_UNSET)
    mc_problem_list_raise(self->problems,
                          mc_problem_new("upstream_unset", NULL,
                                         mc_upstream_route_get_provider(route)->id,
                                         mc_upstream_route_get_missing(route), NULL));
  else
    mc_problem_list_clear(self->problems, "upstream_unset", NULL);
}

/* What the proxy and the skill library are made with; everything else counts at once. */
static const McConfigKey start_keys[] = {
    MC_KEY_PROXY_HOST,          MC_KEY_PROXY_PORT,     MC_KEY_PROXY_API_KEY,
    MC_KEY_PROXY_ALLOWED_HOSTS, MC_KEY_CONTEXT_WINDOW, MC_KEY_SKILLS_DIR,
};

static gboolean
differs_for_good(const McConfig *first, const McConfig *now)
{
  for (gsize i = 0; i < G_N_ELEMENTS(start_keys); i++)
    if (!g_str_equal(mc_config_get_string(first, start_keys[i]),
                     mc_config_get_string(now, start_keys[i])))
      return TRUE;
  return FALSE;
}

static void
on_config_changed(McConfigStore *store, gpointer user_data)
{
  McService *self = user_data;
  g_autoptr(McConfig) config = mc_config_store_dup(store);
  mc_snapshot_publish(self->config, mc_config_ref(config));
  g_autoptr(McUpstreamRoute) route = mc_upstream_route_new(config, self->practice_socket);
  tell_training(self, config);
  tell_route(self, route);
  self->needs_restart = differs_for_good(self->first_config, config);
  g_message("the configuration has changed%s",
            self->needs_restart ? "; some of it counts after a restart only" : "");
  if (self->state != MC_SERVICE_RUNNING)
    return;
  mc_proxy_server_set_route(self->proxy, route);
  mc_upstream_route_unref(self->route);
  self->route = g_steal_pointer(&route);
}

static gboolean
open_config(McService *self, GError **error)
{
  self->config_store = mc_config_store_new(self->config_path, self->problems);
  g_autofree char *port = g_strdup_printf("%u", self->port);
  if ((self->mode != NULL && !mc_config_store_set_override(
                                 self->config_store, MC_KEY_MODE, self->mode, error)) ||
      (self->port != 0 &&
       !mc_config_store_set_override(self->config_store, MC_KEY_PROXY_PORT, port, error)))
    return FALSE;
  mc_config_store_load(self->config_store);
  self->first_config = mc_config_store_dup(self->config_store);
  mc_snapshot_publish(self->config, mc_config_ref(self->first_config));
  tell_training(self, self->first_config);
  g_signal_connect(self->config_store, "changed", G_CALLBACK(on_config_changed), self);
  return TRUE;
}

/* What is wrong with records is the store's to tell, and to try again. */
static gboolean
open_records(McService *self, GError **error)
{
  g_autofree char *path = mc_paths_build(self->home, "records.db");
  g_autoptr(GError) cause = NULL;
  self->store = mc_session_store_new(path, self->problems);
  if (!mc_session_store_open(self->store, &cause))
    g_warning("records: %s", cause->message);
  return TRUE;
}

static void
tell_storage(McService *self, const char *subject, const GError *cause)
{
  g_warning("%s: %s", subject, cause->message);
  mc_problem_list_raise(self->problems, mc_problem_new("storage_failed", subject, subject,
                                                       cause->message, NULL));
}

/* Installs the built-in skills; serving does not depend on it. Returns the names that the
 * user has switched off (nullable). */
static GHashTable *
install_bank(McService *self, const char *skills_dir)
{
  g_autofree char *path = mc_paths_build(self->home, "library.db");
  g_autofree char *set_aside = NULL;
  g_autoptr(GError) cause = NULL;
  g_autoptr(McLibraryDatabase) library =
      mc_library_database_open(path, &set_aside, &cause);
  if (set_aside != NULL)
    mc_problem_list_raise(self->problems, mc_problem_new("storage_damaged", "library.db",
                                                         path, set_aside, NULL));
  if (library == NULL) {
    tell_storage(self, "library.db", cause);
    return NULL;
  }
  g_autofree char *data = mc_paths_dup_data();
  g_autofree char *bank = g_build_filename(data, "skills", NULL);
  McSkillBankReport report = {0};
  if (!mc_skill_bank_install(bank, skills_dir, library, &report, &cause)) {
    /* A folder that is gone is the library's to tell. */
    if (g_error_matches(cause, MC_ERROR, MC_ERROR_NOT_FOUND))
      g_warning("built-in skills: %s", cause->message);
    else
      tell_storage(self, skills_dir, cause);
  }
  if (report.installed + report.updated > 0)
    g_message("built-in skills: %u installed, %u updated", report.installed,
              report.updated);
  return mc_library_database_dup_disabled(library, NULL);
}

static gboolean
open_skills(McService *self, GError **error)
{
  const char *dir = mc_config_get_string(self->first_config, MC_KEY_SKILLS_DIR);
  g_autoptr(GHashTable) disabled = install_bank(self, dir);
  self->library = mc_skill_library_new(dir, self->problems);
  if (disabled != NULL && g_hash_table_size(disabled) > 0) {
    g_autofree char **names = (char **) g_hash_table_get_keys_as_array(disabled, NULL);
    mc_skill_library_set_disabled(self->library, (const char *const *) names);
  }
  mc_skill_library_load(self->library);
  self->wiring = mc_service_wiring_new(
      self->config, mc_skill_library_get_snapshot(self->library), self->store);
  return TRUE;
}

/* Sockets of practice upstreams whose process has crashed. */
static void
sweep_practice_sockets(const char *runtime)
{
  g_autoptr(GDir) dir = g_dir_open(runtime, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    if (!g_str_has_prefix(name, PRACTICE_START) || !g_str_has_suffix(name, PRACTICE_END))
      continue;
    gint64 pid = g_ascii_strtoll(name + strlen(PRACTICE_START), NULL, 10);
    if (pid > 0 && pid <= G_MAXINT32 && kill((pid_t) pid, 0) == 0)
      continue;
    g_autofree char *path = g_build_filename(runtime, name, NULL);
    g_unlink(path);
  }
}

/* Its socket has a name of its own: in a restart the former service still answers open
 * requests through another one. */
static void
start_practice(McService *self)
{
  g_autoptr(GError) cause = NULL;
  sweep_practice_sockets(self->runtime);
  GMainContext *context = mc_proxy_server_get_context(self->proxy);
  g_main_context_push_thread_default(context);
  self->practice = mc_practice_new(self->practice_socket, &cause);
  g_main_context_pop_thread_default(context);
  if (self->practice == NULL)
    g_warning("the practice upstream does not start: %s", cause->message);
}

static void
close_proxy(McService *self)
{
  g_clear_pointer(&self->practice, mc_practice_free);
  g_clear_pointer(&self->proxy, mc_proxy_server_free);
}

/* Says who has the port, and which one is free. */
static void
explain_conflict(const char *host, guint16 port, GError **error)
{
  g_autofree char *holder = mc_port_holder_describe(port);
  guint16 free_port = mc_port_holder_find_free(host, port);
  g_clear_error(error);
  if (free_port != 0)
    g_set_error(error, MC_ERROR, MC_ERROR_CONFLICT,
                "port %u is taken by %s; port %u is free: metaclaw start --port %u", port,
                holder, free_port, free_port);
  else
    g_set_error(error, MC_ERROR, MC_ERROR_CONFLICT,
                "port %u is taken by %s; free it or set proxy.port", port, holder);
}

static gboolean
has_time_to_wait(McService *self)
{
  return self->is_replacement && g_get_monotonic_time() < self->succession_until_us;
}

static gboolean
open_proxy(McService *self, GError **error)
{
  const McConfig *config = self->first_config;
  const char *api_key = mc_config_get_string(config, MC_KEY_PROXY_API_KEY);
  g_autofree char *host = g_strdup(mc_config_get_string(config, MC_KEY_PROXY_HOST));
  g_autofree char *key = *api_key != '\0' ? g_strdup(api_key) : NULL;
  const McProxySettings settings = {
      .host = host,
      .port = (guint16) mc_config_get_int(config, MC_KEY_PROXY_PORT),
      .api_key = key,
      .allowed_hosts =
          (char **) mc_config_get_string_list(config, MC_KEY_PROXY_ALLOWED_HOSTS),
      .context_window = mc_config_get_int(config, MC_KEY_CONTEXT_WINDOW),
  };
  g_clear_pointer(&self->route, mc_upstream_route_unref);
  self->route = mc_upstream_route_new(config, self->practice_socket);
  tell_route(self, self->route);
  self->proxy = mc_proxy_server_new(
      &settings, self->route, mc_service_wiring_get_hooks(self->wiring), self->problems);
  start_practice(self);
  /* Also when it was not told so: a successor may have failed before us. */
  g_autofree char *offer = g_build_filename(self->runtime, HANDOVER_SOCKET, NULL);
  int fd = mc_socket_handover_take(offer);
  if (fd >= 0)
    mc_proxy_server_adopt_socket(self->proxy, fd);
  g_autoptr(GError) cause = NULL;
  if (mc_proxy_server_start(self->proxy, &cause))
    return TRUE;
  close_proxy(self);
  if (g_error_matches(cause, MC_ERROR, MC_ERROR_CONFLICT) && !has_time_to_wait(self))
    explain_conflict(host, settings.port, &cause);
  g_propagate_error(error, g_steal_pointer(&cause));
  return FALSE;
}

static gboolean
open_control(McService *self, GError **error)
{
  g_autofree char *path = mc_control_paths_dup_socket(self->home);
  g_autoptr(GError) cause = NULL;
  self->control =
      mc_control_server_new(path, getuid(), mc_api_routes, mc_api_n_routes, self, error);
  if (self->control == NULL)
    return FALSE;
  if (!mc_control_paths_record(self->home, path, &cause))
    tell_storage(self, "control.path", cause);
  return TRUE;
}

typedef gboolean (*OpenStep)(McService *self, GError **error);

static const OpenStep open_steps[] = {
    open_home,   open_lock,  open_config,  open_records,
    open_skills, open_proxy, open_control,
};

/* Lets go of everything; the proxy's thread has ended or was never started. */
static void
close_everything(McService *self)
{
  g_clear_handle_id(&self->open_source, g_source_remove);
  g_clear_pointer(&self->control, mc_control_server_free);
  close_proxy(self);
  g_clear_pointer(&self->route, mc_upstream_route_unref);
  if (self->store != NULL)
    mc_session_store_close(self->store);
  g_clear_pointer(&self->wiring, mc_service_wiring_free);
  g_clear_object(&self->library);
  g_clear_pointer(&self->store, mc_session_store_free);
  if (self->config_store != NULL)
    g_signal_handlers_disconnect_by_data(self->config_store, self);
  g_clear_object(&self->config_store);
  g_clear_pointer(&self->first_config, mc_config_unref);
  g_clear_pointer(&self->lock, mc_instance_lock_free);
}

static void
finish_opening(McService *self, GError *error)
{
  g_autoptr(GTask) task = g_steal_pointer(&self->opening);
  if (error != NULL) {
    g_warning("cannot start: %s", error->message);
    close_everything(self);
    enter_state(self, MC_SERVICE_STOPPED);
    g_task_return_error(task, error);
    return;
  }
  self->started_us = g_get_real_time();
  enter_state(self, MC_SERVICE_RUNNING);
  g_autofree char *url = mc_service_dup_url(self);
  g_message("version %s serves on %s in mode %s", MC_VERSION, url,
            mc_config_get_string(self->first_config, MC_KEY_MODE));
  g_task_return_boolean(task, TRUE);
}

static gboolean
on_open(gpointer user_data)
{
  McService *self = user_data;
  self->open_source = 0;
  while (self->step < G_N_ELEMENTS(open_steps)) {
    g_autoptr(GError) error = NULL;
    if (open_steps[self->step](self, &error)) {
      self->step++;
    } else if (g_error_matches(error, MC_ERROR, MC_ERROR_CONFLICT) &&
               has_time_to_wait(self)) {
      self->open_source = g_timeout_add(TRY_AGAIN_MS, on_open, self);
      return G_SOURCE_REMOVE;
    } else {
      finish_opening(self, g_steal_pointer(&error));
      return G_SOURCE_REMOVE;
    }
  }
  finish_opening(self, NULL);
  return G_SOURCE_REMOVE;
}

static void
on_proxy_stopped(GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr(McService) self = user_data;
  mc_proxy_server_stop_finish(self->proxy, result);
  g_message("stopped");
  close_everything(self);
  enter_state(self, MC_SERVICE_STOPPED);
  g_signal_emit(self, signals[SIGNAL_STOPPED], 0);
}

static void
mc_service_dispose(GObject *object)
{
  McService *self = MC_SERVICE(object);
  /* A running service holds a reference to itself while it drains; one that was never
   * stopped is a fault of its owner. */
  g_warn_if_fail(self->state == MC_SERVICE_STOPPED);
  close_everything(self);
  G_OBJECT_CLASS(mc_service_parent_class)->dispose(object);
}

static void
mc_service_finalize(GObject *object)
{
  McService *self = MC_SERVICE(object);
  g_clear_pointer(&self->config, mc_snapshot_free);
  g_clear_pointer(&self->problems, mc_problem_list_free);
  g_free(self->home);
  g_free(self->kind);
  g_free(self->mode);
  g_free(self->runtime);
  g_free(self->log_path);
  g_free(self->config_path);
  g_free(self->practice_socket);
  G_OBJECT_CLASS(mc_service_parent_class)->finalize(object);
}

static void
mc_service_class_init(McServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->dispose = mc_service_dispose;
  object_class->finalize = mc_service_finalize;
  signals[SIGNAL_STOPPED] = g_signal_new("stopped", MC_TYPE_SERVICE, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mc_service_init(McService *self)
{
  self->problems = mc_problem_list_new();
  self->config =
      mc_snapshot_new((McSnapshotRef) mc_config_ref, (GDestroyNotify) mc_config_unref);
}

McService *
mc_service_new(const McServiceOptions *options)
{
  McService *self = g_object_new(MC_TYPE_SERVICE, NULL);
  self->home = g_strdup(options->home);
  self->kind = g_strdup(options->kind);
  self->mode = g_strdup(options->mode);
  self->port = options->port;
  self->is_replacement = options->is_replacement;
  self->logs_to_stderr = options->logs_to_stderr;
  self->runtime = mc_paths_dup_runtime(self->home);
  self->log_path = mc_paths_build(self->home, "logs/metaclaw.log");
  self->config_path = mc_paths_build(self->home, "config.yaml");
  static guint n_services = 0;
  self->practice_socket = g_strdup_printf("%s/" PRACTICE_START "%ld-%u" PRACTICE_END,
                                          self->runtime, (long) getpid(), ++n_services);
  return self;
}

void
mc_service_start_async(McService *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail(self->state == MC_SERVICE_STOPPED);
  self->opening = g_task_new(self, NULL, callback, user_data);
  g_task_set_source_tag(self->opening, mc_service_start_async);
  self->step = 0;
  self->succession_until_us = g_get_monotonic_time() + SUCCESSION_US;
  enter_state(self, MC_SERVICE_OPENING);
  self->open_source = g_idle_add_full(G_PRIORITY_DEFAULT, on_open, self, NULL);
}

gboolean
mc_service_start_finish(McService *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean(G_TASK(result), error);
}

void
mc_service_stop(McService *self, guint drain_ms)
{
  if (self->state == MC_SERVICE_DRAINING)
    mc_proxy_server_withdraw_offer(self->proxy);
  if (self->state != MC_SERVICE_RUNNING)
    return;
  enter_state(self, MC_SERVICE_DRAINING);
  mc_proxy_server_stop_async(self->proxy, drain_ms, on_proxy_stopped, g_object_ref(self));
}

void
mc_service_yield(McService *self)
{
  if (self->state != MC_SERVICE_RUNNING)
    return;
  enter_state(self, MC_SERVICE_DRAINING);
  g_autofree char *offer = g_build_filename(self->runtime, HANDOVER_SOCKET, NULL);
  mc_proxy_server_hand_over_async(self->proxy, offer, MC_SERVICE_DRAIN_MS,
                                  on_proxy_stopped, g_object_ref(self));
  g_clear_pointer(&self->control, mc_control_server_free);
  g_clear_pointer(&self->lock, mc_instance_lock_free);
}

McServiceState
mc_service_get_state(McService *self)
{
  return self->state;
}

guint
mc_service_count_active(McService *self)
{
  McProxyMetrics metrics = {0};
  if (self->proxy != NULL)
    mc_proxy_server_get_metrics(self->proxy, &metrics);
  return metrics.requests_active;
}

/* The host that a client on this machine connects to. */
static const char *
choose_client_host(const char *host)
{
  if (g_str_equal(host, "0.0.0.0"))
    return "127.0.0.1";
  return g_str_equal(host, "::") ? "::1" : host;
}

char *
mc_service_dup_url(McService *self)
{
  if (self->proxy == NULL)
    return NULL;
  const char *host =
      choose_client_host(mc_config_get_string(self->first_config, MC_KEY_PROXY_HOST));
  gboolean is_v6 = strchr(host, ':') != NULL;
  return g_strdup_printf("http://%s%s%s:%u", is_v6 ? "[" : "", host, is_v6 ? "]" : "",
                         mc_proxy_server_get_port(self->proxy));
}

/* Config and skills part of the facts; *@index keeps the skills alive. */
static void
collect_skill_facts(McService *self, McStatusFacts *facts)
{
  g_autoptr(McSkillIndex) index =
      mc_snapshot_dup(mc_skill_library_get_snapshot(self->library));
  facts->skills_dir = mc_skill_library_get_dir(self->library);
  facts->injections = mc_service_wiring_count_injections(self->wiring);
  if (index == NULL)
    return;
  facts->skills_active = mc_skill_index_get_skills(index)->len;
  facts->skills_invalid = mc_skill_index_get_broken(index)->len;
}

JsonNode *
mc_service_dup_status(McService *self)
{
  g_autoptr(McConfig) config = mc_snapshot_dup(self->config);
  g_autoptr(GPtrArray) problems = mc_problem_list_dup(self->problems);
  g_autofree char *url = mc_service_dup_url(self);
  g_autofree char *last_error = NULL;
  McStatusFacts facts = {
      .state = mc_service_state_get_name(self->state),
      .kind = self->kind,
      .home = self->home,
      .config_path = self->config_path,
      .log_path = self->log_path,
      .started_us = self->started_us,
      .now_us = g_get_real_time(),
      .option_mode = self->mode,
      .option_port = self->port,
      .needs_restart = self->needs_restart,
      .url = url,
      .is_healthy = self->state == MC_SERVICE_RUNNING,
      .route = self->route,
      .problems = problems,
  };
  if (config != NULL) {
    facts.mode = mc_config_get_string(config, MC_KEY_MODE);
    facts.skills_enabled = mc_config_get_boolean(config, MC_KEY_SKILLS_ENABLED);
  }
  if (self->first_config != NULL)
    facts.host = mc_config_get_string(self->first_config, MC_KEY_PROXY_HOST);
  if (self->library != NULL)
    collect_skill_facts(self, &facts);
  if (self->store != NULL)
    facts.unrecorded = mc_session_store_get_dropped(self->store);
  if (self->proxy != NULL) {
    facts.port = mc_proxy_server_get_port(self->proxy);
    facts.upstream_state = mc_proxy_server_get_upstream_state(self->proxy, &last_error);
    facts.upstream_error = last_error;
    mc_proxy_server_get_metrics(self->proxy, &facts.metrics);
  }
  return mc_status_report_format(&facts);
}

/* The skills of now (transfer full), or NULL and NOT_RUNNING. */
static McSkillIndex *
dup_index(McService *self, GError **error)
{
  McSkillIndex *index = NULL;
  if (self->library != NULL)
    index = mc_snapshot_dup(mc_skill_library_get_snapshot(self->library));
  if (index == NULL)
    g_set_error(error, MC_ERROR, MC_ERROR_NOT_RUNNING, "the skills are not loaded yet");
  return index;
}

JsonNode *
mc_service_list_skills(McService *self, GError **error)
{
  g_autoptr(McSkillIndex) index = dup_index(self, error);
  if (index == NULL)
    return NULL;
  return mc_skills_report_list(index, mc_skill_library_get_dir(self->library));
}

JsonNode *
mc_service_show_skill(McService *self, const char *name, GError **error)
{
  g_autoptr(McSkillIndex) index = dup_index(self, error);
  if (index == NULL)
    return NULL;
  return mc_skills_report_show(index, name, error);
}

JsonNode *
mc_service_explain_skills(McService *self, const char *text, GError **error)
{
  g_autoptr(McSkillIndex) index = dup_index(self, error);
  if (index == NULL)
    return NULL;
  g_autoptr(McConfig) config = mc_snapshot_dup(self->config);
  McSkillLimits limits = mc_service_wiring_read_limits(config);
  return mc_skills_report_explain(index, &limits, text, error);
}

void
mc_service_reload(McService *self)
{
  if (self->state == MC_SERVICE_RUNNING)
    mc_skill_library_reload(self->library);
}
