/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/service-wiring.h"

struct _McServiceWiring {
  McProxyHooks hooks;
  McSnapshot *config;    /* (unowned) of McConfig */
  McSnapshot *skills;    /* (unowned) of McSkillIndex */
  McSessionStore *store; /* (unowned) */
  GHashTable *recalls;   /* (owned) (element-type Recall): not answered yet */
  gint n_injections;     /* atomic */
};

typedef struct {
  McServiceWiring *wiring; /* (unowned) */
  McRecallDone done;
  gpointer done_data;
} Recall;

McSkillLimits
mc_service_wiring_read_limits(const McConfig *config)
{
  McSkillLimits limits = MC_SKILL_LIMITS_DEFAULT;
  limits.top_k = (guint) mc_config_get_int(config, MC_KEY_SKILLS_TOP_K);
  limits.max_tokens = (guint) mc_config_get_int(config, MC_KEY_SKILLS_MAX_TOKENS);
  return limits;
}

/* NULL when nothing fits, or skills are off. */
static McInjection *
choose_injection(McServiceWiring *self, const McPrepareRequest *request)
{
  g_autoptr(McConfig) config = mc_snapshot_dup(self->config);
  g_autoptr(McSkillIndex) index = mc_snapshot_dup(self->skills);
  if (config == NULL || index == NULL ||
      !mc_config_get_boolean(config, MC_KEY_SKILLS_ENABLED))
    return NULL;
  McSkillLimits limits = mc_service_wiring_read_limits(config);
  McSkillMoment moment = {
      .is_first = request->is_first,
      .user_words = request->user_words,
      .anchor = request->anchor,
      .system_text = request->system_text,
      .injections = request->injections,
  };
  return mc_skill_injector_choose(index, &limits, &moment, NULL);
}

static void
opened(const char *conversation_id, const char *client, const GPtrArray *injections,
       gpointer user_data)
{
  McServiceWiring *self = user_data;
  mc_session_store_save_conversation(self->store, conversation_id, NULL, client);
  for (guint i = 0; i < injections->len; i++)
    mc_session_store_save_injection(self->store, conversation_id, injections->pdata[i]);
}

static void
prepare(const McPrepareRequest *request, McPrepareDone done, gpointer done_data,
        gpointer user_data)
{
  McServiceWiring *self = user_data;
  McInjection *injection = choose_injection(self, request);
  if (injection != NULL) {
    mc_session_store_save_injection(self->store, request->conversation_id, injection);
    g_atomic_int_inc(&self->n_injections);
  }
  done(injection, done_data);
}

static void
on_recalled(GObject *source, GAsyncResult *result, gpointer user_data)
{
  Recall *recall = user_data;
  McServiceWiring *self = recall->wiring;
  McRecallDone done = recall->done;
  gpointer done_data = recall->done_data;
  g_hash_table_remove(self->recalls, recall);

  g_autoptr(GError) error = NULL;
  g_autoptr(McStoredConversation) stored =
      mc_session_store_recall_finish(self->store, result, &error);
  /* A conversation that cannot be recalled goes on as a new one: a request never waits
   * for the disk to be mended. */
  if (error != NULL)
    g_warning("cannot recall a conversation: %s", error->message);
  McRecalled *recalled = NULL;
  if (stored != NULL) {
    recalled = g_new0(McRecalled, 1);
    recalled->conversation_id = g_steal_pointer(&stored->id);
    recalled->tail = stored->tail;
    recalled->injections = g_ptr_array_ref(stored->injections);
  }
  done(recalled, done_data);
}

static void
recall(const McTurnHash *links, guint n_links, McRecallDone done, gpointer done_data,
       gpointer user_data)
{
  McServiceWiring *self = user_data;
  if (!mc_session_store_may_recall(self->store, links, n_links)) {
    done(NULL, done_data);
    return;
  }
  Recall *waiting = g_new0(Recall, 1);
  waiting->wiring = self;
  waiting->done = done;
  waiting->done_data = done_data;
  g_hash_table_add(self->recalls, waiting);
  mc_session_store_recall_async(self->store, links, n_links, NULL, on_recalled, waiting);
}

static void
advanced(const char *conversation_id, const McTurnHash *tail, gpointer user_data)
{
  McServiceWiring *self = user_data;
  mc_session_store_advance(self->store, conversation_id, tail);
}

static McRequestOutcome
translate_outcome(McOutcome outcome)
{
  switch (outcome) {
  case MC_OUTCOME_OK:
    return MC_REQUEST_OK;
  case MC_OUTCOME_CANCELLED:
    return MC_REQUEST_CANCELLED;
  case MC_OUTCOME_FAILED:
  default:
    return MC_REQUEST_FAILED;
  }
}

static void
turn_done(const McTurnDone *turn, gpointer user_data)
{
  McServiceWiring *self = user_data;
  const McRequestRecord record = {
      .at_us = turn->started_us,
      .conversation_id = turn->conversation_id,
      .client = turn->client,
      .provider = turn->provider,
      .model = turn->model,
      .is_stream = turn->is_stream,
      .side_reason = turn->side_reason,
      .status = turn->status,
      .outcome = translate_outcome(turn->outcome),
      .input_tokens = turn->usage.input,
      .cached_input_tokens = turn->usage.cached_input,
      .cache_write_tokens = turn->usage.cache_writes,
      .output_tokens = turn->usage.output,
      .duration_us = turn->duration_us,
      .first_byte_us = turn->first_byte_us,
      .added_us = turn->added_us,
  };
  mc_session_store_record_request(self->store, &record);
}

McServiceWiring *
mc_service_wiring_new(McSnapshot *config, McSnapshot *skills, McSessionStore *store)
{
  McServiceWiring *self = g_new0(McServiceWiring, 1);
  self->config = config;
  self->skills = skills;
  self->store = store;
  self->recalls = g_hash_table_new_full(NULL, NULL, g_free, NULL);
  self->hooks = (McProxyHooks){
      .user_data = self,
      .opened = opened,
      .prepare = prepare,
      .recall = recall,
      .advanced = advanced,
      .turn_done = turn_done,
  };
  return self;
}

void
mc_service_wiring_free(McServiceWiring *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref(self->recalls);
  g_free(self);
}

const McProxyHooks *
mc_service_wiring_get_hooks(McServiceWiring *self)
{
  return &self->hooks;
}

guint64
mc_service_wiring_count_injections(McServiceWiring *self)
{
  return (guint64) (guint) g_atomic_int_get(&self->n_injections);
}
