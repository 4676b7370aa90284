/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "config/config-keys.h"

#include <string.h>

/* Marks a sentence for translation without translating it, as <glib/gi18n.h> does. */
#define N_(text) (text)

static const char *const modes[] = {"madmax", "rl", "skills_only", NULL};
static const char *const mode_aliases[] = {"auto", "madmax", NULL};
static const char *const dialects[] = {"auto", "chat", "messages", "responses", NULL};
static const char *const auths[] = {"own", "client", NULL};
static const char *const auth_methods[] = {"api_key", "oauth_token", NULL};
static const char *const retrieval_modes[] = {"template", "embedding", NULL};
static const char *const backends[] = {"auto", "tinker", "mint", NULL};
static const char *const judge_providers[] = {"openai", "bedrock", NULL};

static const McConfigKeyInfo key_infos[] = {
    [MC_KEY_MODE] = {.name = "mode",
                     .type = MC_CONFIG_ENUM,
                     .page = MC_CONFIG_PAGE_GENERAL,
                     .default_text = "madmax",
                     .choices = modes,
                     .aliases = mode_aliases,
                     .text =
                         N_("What may be learned: skills only, skills and training in "
                            "quiet hours (madmax), or training as soon as a batch is "
                            "full (rl).")},
    [MC_KEY_LLM_PROVIDER] = {.name = "llm.provider",
                             .type = MC_CONFIG_STRING,
                             .page = MC_CONFIG_PAGE_MODEL,
                             .default_text = "custom",
                             .text = N_("Who serves the model. 'custom' takes any "
                                        "OpenAI-compatible address in llm.api_base.")},
    [MC_KEY_LLM_MODEL_ID] = {.name = "llm.model_id",
                             .type = MC_CONFIG_STRING,
                             .page = MC_CONFIG_PAGE_MODEL,
                             .default_text = "",
                             .text = N_("The model that requests are sent to. Empty: the "
                                        "one that the agent asks for.")},
    [MC_KEY_LLM_API_BASE] = {.name = "llm.api_base",
                             .type = MC_CONFIG_STRING,
                             .page = MC_CONFIG_PAGE_MODEL,
                             .default_text = "",
                             .text = N_("The address of the model's server, for example "
                                        "https://api.example.org/v1. Empty: the "
                                        "provider's own.")},
    [MC_KEY_LLM_API_KEY] = {.name = "llm.api_key",
                            .type = MC_CONFIG_STRING,
                            .page = MC_CONFIG_PAGE_MODEL,
                            .default_text = "",
                            .is_secret = TRUE,
                            .text = N_("The key that the model's server asks for.")},
    [MC_KEY_LLM_DIALECT] = {.name = "llm.dialect",
                            .type = MC_CONFIG_ENUM,
                            .page = MC_CONFIG_PAGE_MODEL,
                            .default_text = "auto",
                            .choices = dialects,
                            .text = N_("The dialect that the model's server speaks.")},
    [MC_KEY_LLM_AUTH] = {.name = "llm.auth",
                         .type = MC_CONFIG_ENUM,
                         .page = MC_CONFIG_PAGE_MODEL,
                         .default_text = "own",
                         .choices = auths,
                         .text = N_("Whose credentials go to the model's server: the key "
                                    "configured here (own), or the calling agent's "
                                    "(client).")},
    [MC_KEY_LLM_AUTH_METHOD] = {.name = "llm.auth_method",
                                .type = MC_CONFIG_ENUM,
                                .page = MC_CONFIG_PAGE_MODEL,
                                .default_text = "api_key",
                                .choices = auth_methods,
                                .text = N_("What kind of credential llm.api_key is.")},
    [MC_KEY_PROXY_HOST] = {.name = "proxy.host",
                           .type = MC_CONFIG_HOST,
                           .page = MC_CONFIG_PAGE_PROXY,
                           .default_text = "127.0.0.1",
                           .needs_restart = TRUE,
                           .text =
                               N_("The address to listen on. Other machines can reach "
                                  "the proxy only if proxy.api_key is set as well.")},
    [MC_KEY_PROXY_PORT] = {.name = "proxy.port",
                           .type = MC_CONFIG_INT,
                           .page = MC_CONFIG_PAGE_PROXY,
                           .default_text = "30000",
                           .min = 1,
                           .max = 65535,
                           .needs_restart = TRUE,
                           .text = N_("The port to listen on.")},
    [MC_KEY_PROXY_API_KEY] = {.name = "proxy.api_key",
                              .type = MC_CONFIG_STRING,
                              .page = MC_CONFIG_PAGE_PROXY,
                              .default_text = "",
                              .is_secret = TRUE,
                              .text = N_("The key that agents must show to the proxy. "
                                         "Empty: none is asked for.")},
    [MC_KEY_PROXY_ALLOWED_HOSTS] = {.name = "proxy.allowed_hosts",
                                    .type = MC_CONFIG_STRING_LIST,
                                    .page = MC_CONFIG_PAGE_PROXY,
                                    .default_text = "",
                                    .needs_restart = TRUE,
                                    .text = N_("More host names under which agents may "
                                               "reach the proxy, beside its addresses "
                                               "and localhost.")},
    [MC_KEY_SKILLS_ENABLED] = {.name = "skills.enabled",
                               .type = MC_CONFIG_BOOLEAN,
                               .page = MC_CONFIG_PAGE_SKILLS,
                               .default_text = "true",
                               .text = N_("Whether matching skills are added to "
                                          "conversations.")},
    [MC_KEY_SKILLS_DIR] = {.name = "skills.dir",
                           .type = MC_CONFIG_PATH,
                           .page = MC_CONFIG_PAGE_SKILLS,
                           .default_text = "skills",
                           .text = N_("The folder that holds the skills.")},
    [MC_KEY_SKILLS_RETRIEVAL_MODE] = {.name = "skills.retrieval_mode",
                                      .type = MC_CONFIG_ENUM,
                                      .page = MC_CONFIG_PAGE_SKILLS,
                                      .default_text = "template",
                                      .choices = retrieval_modes,
                                      .text = N_("How skills are found: by their words "
                                                 "(template), or by meaning "
                                                 "(embedding).")},
    [MC_KEY_SKILLS_TOP_K] = {.name = "skills.top_k",
                             .type = MC_CONFIG_INT,
                             .page = MC_CONFIG_PAGE_SKILLS,
                             .default_text = "6",
                             .min = 0,
                             .max = 100,
                             .text = N_("The most skills that are added at once.")},
    [MC_KEY_SKILLS_TASK_SPECIFIC_TOP_K] = {.name = "skills.task_specific_top_k",
                                           .type = MC_CONFIG_INT,
                                           .page = MC_CONFIG_PAGE_ADVANCED,
                                           .default_text = "10",
                                           .min = 0,
                                           .max = 1000,
                                           .text = N_("Accepted for older files; it has "
                                                      "no effect.")},
    [MC_KEY_SKILLS_MAX_TOKENS] = {.name = "skills.max_tokens",
                                  .type = MC_CONFIG_INT,
                                  .page = MC_CONFIG_PAGE_SKILLS,
                                  .default_text = "700",
                                  .min = 0,
                                  .max = 100000,
                                  .text =
                                      N_("The most tokens of skills that are added at "
                                         "once; pinned skills are counted apart.")},
    [MC_KEY_SKILLS_AUTO_EVOLVE] = {.name = "skills.auto_evolve",
                                   .type = MC_CONFIG_BOOLEAN,
                                   .page = MC_CONFIG_PAGE_SKILLS,
                                   .default_text = "true",
                                   .text = N_("Whether new skills are written from what "
                                              "happened in conversations.")},
    [MC_KEY_SKILLS_EVOLUTION_EVERY_N_TURNS] =
        {.name = "skills.evolution_every_n_turns",
         .type = MC_CONFIG_INT,
         .page = MC_CONFIG_PAGE_SKILLS,
         .default_text = "10",
         .min = 1,
         .max = 100000,
         .text = N_("After how many turns new skills are looked for.")},
    [MC_KEY_RL_ENABLED] = {.name = "rl.enabled",
                           .type = MC_CONFIG_BOOLEAN,
                           .page = MC_CONFIG_PAGE_TRAINING,
                           .default_text = "false",
                           .text =
                               N_("Whether the model's weights may be trained from "
                                  "your conversations, which are sent to the training "
                                  "service for it.")},
    [MC_KEY_RL_BACKEND] = {.name = "rl.backend",
                           .type = MC_CONFIG_ENUM,
                           .page = MC_CONFIG_PAGE_TRAINING,
                           .default_text = "auto",
                           .choices = backends,
                           .text = N_("Which training service is used.")},
    [MC_KEY_RL_MODEL] = {.name = "rl.model",
                         .type = MC_CONFIG_STRING,
                         .page = MC_CONFIG_PAGE_TRAINING,
                         .default_text = "",
                         .text = N_("The model that is trained. Empty: llm.model_id.")},
    [MC_KEY_RL_API_KEY] = {.name = "rl.api_key",
                           .type = MC_CONFIG_STRING,
                           .page = MC_CONFIG_PAGE_TRAINING,
                           .default_text = "",
                           .is_secret = TRUE,
                           .text = N_("The key of the training service.")},
    [MC_KEY_RL_BASE_URL] = {.name = "rl.base_url",
                            .type = MC_CONFIG_STRING,
                            .page = MC_CONFIG_PAGE_TRAINING,
                            .default_text = "",
                            .text = N_("The address of the training service. Empty: the "
                                       "service's own.")},
    [MC_KEY_RL_TINKER_API_KEY] = {.name = "rl.tinker_api_key",
                                  .type = MC_CONFIG_STRING,
                                  .page = MC_CONFIG_PAGE_ADVANCED,
                                  .default_text = "",
                                  .is_secret = TRUE,
                                  .text = N_("The older name of rl.api_key; used when "
                                             "that one is empty.")},
    [MC_KEY_RL_TINKER_BASE_URL] = {.name = "rl.tinker_base_url",
                                   .type = MC_CONFIG_STRING,
                                   .page = MC_CONFIG_PAGE_ADVANCED,
                                   .default_text = "",
                                   .text = N_("The older name of rl.base_url; used when "
                                              "that one is empty.")},
    [MC_KEY_RL_PRM_PROVIDER] = {.name = "rl.prm_provider",
                                .type = MC_CONFIG_ENUM,
                                .page = MC_CONFIG_PAGE_ADVANCED,
                                .default_text = "openai",
                                .choices = judge_providers,
                                .text = N_("What the judge's server speaks.")},
    [MC_KEY_RL_PRM_URL] = {.name = "rl.prm_url",
                           .type = MC_CONFIG_STRING,
                           .page = MC_CONFIG_PAGE_TRAINING,
                           .default_text = "https://api.openai.com/v1",
                           .text = N_("The address of the judge, the model that rates "
                                      "answers. Empty: answers are not rated.")},
    [MC_KEY_RL_PRM_MODEL] = {.name = "rl.prm_model",
                             .type = MC_CONFIG_STRING,
                             .page = MC_CONFIG_PAGE_TRAINING,
                             .default_text = "gpt-5.2",
                             .text = N_("The model that rates answers.")},
    [MC_KEY_RL_PRM_API_KEY] = {.name = "rl.prm_api_key",
                               .type = MC_CONFIG_STRING,
                               .page = MC_CONFIG_PAGE_TRAINING,
                               .default_text = "",
                               .is_secret = TRUE,
                               .text = N_("The key of the judge's server.")},
    [MC_KEY_RL_LORA_RANK] = {.name = "rl.lora_rank",
                             .type = MC_CONFIG_INT,
                             .page = MC_CONFIG_PAGE_TRAINING,
                             .default_text = "32",
                             .min = 1,
                             .max = 1024,
                             .text = N_("The rank of the LoRA adapter that is trained.")},
    [MC_KEY_RL_BATCH_SIZE] = {.name = "rl.batch_size",
                              .type = MC_CONFIG_INT,
                              .page = MC_CONFIG_PAGE_TRAINING,
                              .default_text = "4",
                              .min = 1,
                              .max = 4096,
                              .text = N_("How many samples make one training step.")},
    [MC_KEY_RL_RESUME_FROM_CKPT] = {.name = "rl.resume_from_ckpt",
                                    .type = MC_CONFIG_STRING,
                                    .page = MC_CONFIG_PAGE_TRAINING,
                                    .default_text = "",
                                    .text =
                                        N_("The checkpoint to go on from, for example "
                                           "tinker://.../weights/step_0003.")},
    [MC_KEY_RL_MANUAL_TRAIN_TRIGGER] = {.name = "rl.manual_train_trigger",
                                        .type = MC_CONFIG_BOOLEAN,
                                        .page = MC_CONFIG_PAGE_TRAINING,
                                        .default_text = "false",
                                        .text = N_("Whether training waits for a command "
                                                   "instead of starting by itself.")},
    [MC_KEY_RL_EVOLVER_PROVIDER] = {.name = "rl.evolver_provider",
                                    .type = MC_CONFIG_ENUM,
                                    .page = MC_CONFIG_PAGE_ADVANCED,
                                    .default_text = "openai",
                                    .choices = judge_providers,
                                    .text = N_("What the server that writes skills "
                                               "speaks.")},
    [MC_KEY_RL_EVOLVER_API_BASE] = {.name = "rl.evolver_api_base",
                                    .type = MC_CONFIG_STRING,
                                    .page = MC_CONFIG_PAGE_SKILLS,
                                    .default_text = "",
                                    .text = N_("The address of the model that writes "
                                               "skills. Empty: llm.api_base.")},
    [MC_KEY_RL_EVOLVER_API_KEY] = {.name = "rl.evolver_api_key",
                                   .type = MC_CONFIG_STRING,
                                   .page = MC_CONFIG_PAGE_SKILLS,
                                   .default_text = "",
                                   .is_secret = TRUE,
                                   .text = N_("The key of the server that writes skills. "
                                              "Empty: llm.api_key.")},
    [MC_KEY_RL_EVOLVER_MODEL] = {.name = "rl.evolver_model",
                                 .type = MC_CONFIG_STRING,
                                 .page = MC_CONFIG_PAGE_SKILLS,
                                 .default_text = "",
                                 .text = N_("The model that writes skills. Empty: "
                                            "llm.model_id.")},
    [MC_KEY_OPD_ENABLED] = {.name = "opd.enabled",
                            .type = MC_CONFIG_BOOLEAN,
                            .page = MC_CONFIG_PAGE_TRAINING,
                            .default_text = "false",
                            .text = N_("Whether a teacher model's probabilities guide "
                                       "the training.")},
    [MC_KEY_OPD_TEACHER_URL] = {.name = "opd.teacher_url",
                                .type = MC_CONFIG_STRING,
                                .page = MC_CONFIG_PAGE_TRAINING,
                                .default_text = "",
                                .text = N_("The address of the teacher model.")},
    [MC_KEY_OPD_TEACHER_MODEL] = {.name = "opd.teacher_model",
                                  .type = MC_CONFIG_STRING,
                                  .page = MC_CONFIG_PAGE_TRAINING,
                                  .default_text = "",
                                  .text = N_("The teacher model.")},
    [MC_KEY_OPD_TEACHER_API_KEY] = {.name = "opd.teacher_api_key",
                                    .type = MC_CONFIG_STRING,
                                    .page = MC_CONFIG_PAGE_TRAINING,
                                    .default_text = "",
                                    .is_secret = TRUE,
                                    .text = N_("The key of the teacher's server.")},
    [MC_KEY_OPD_KL_PENALTY_COEF] = {.name = "opd.kl_penalty_coef",
                                    .type = MC_CONFIG_DOUBLE,
                                    .page = MC_CONFIG_PAGE_TRAINING,
                                    .default_text = "1.0",
                                    .min = 0,
                                    .max = 1000,
                                    .text = N_("How strongly the distance to the teacher "
                                               "counts.")},
    [MC_KEY_MAX_CONTEXT_TOKENS] = {.name = "max_context_tokens",
                                   .type = MC_CONFIG_INT,
                                   .page = MC_CONFIG_PAGE_TRAINING,
                                   .default_text = "20000",
                                   .min = 1,
                                   .max = 100000000,
                                   .text = N_("The longest prompt that is trained, in "
                                              "tokens. It never limits what is served.")},
    [MC_KEY_CONTEXT_WINDOW] = {.name = "context_window",
                               .type = MC_CONFIG_INT,
                               .page = MC_CONFIG_PAGE_MODEL,
                               .default_text = "0",
                               .min = 0,
                               .max = 100000000,
                               .text = N_("The model's context window that agents are "
                                          "told, in tokens. 0: chosen automatically.")},
    [MC_KEY_SCHEDULER_ENABLED] = {.name = "scheduler.enabled",
                                  .type = MC_CONFIG_BOOLEAN,
                                  .page = MC_CONFIG_PAGE_SCHEDULE,
                                  .default_text = "false",
                                  .text =
                                      N_("Whether training waits for quiet hours, idle "
                                         "time or calendar events in every mode; "
                                         "madmax always does.")},
    [MC_KEY_SCHEDULER_SLEEP_START] = {.name = "scheduler.sleep_start",
                                      .type = MC_CONFIG_TIME,
                                      .page = MC_CONFIG_PAGE_SCHEDULE,
                                      .default_text = "23:00",
                                      .text = N_("When your quiet hours begin.")},
    [MC_KEY_SCHEDULER_SLEEP_END] = {.name = "scheduler.sleep_end",
                                    .type = MC_CONFIG_TIME,
                                    .page = MC_CONFIG_PAGE_SCHEDULE,
                                    .default_text = "07:00",
                                    .text = N_("When your quiet hours end.")},
    [MC_KEY_SCHEDULER_IDLE_THRESHOLD_MINUTES] =
        {.name = "scheduler.idle_threshold_minutes",
         .type = MC_CONFIG_INT,
         .page = MC_CONFIG_PAGE_SCHEDULE,
         .default_text = "30",
         .min = 1,
         .max = 10080,
         .text = N_("After how many minutes without input you count as away.")},
    [MC_KEY_SCHEDULER_MIN_WINDOW_MINUTES] =
        {.name = "scheduler.min_window_minutes",
         .type = MC_CONFIG_INT,
         .page = MC_CONFIG_PAGE_SCHEDULE,
         .default_text = "15",
         .min = 0,
         .max = 1440,
         .text = N_("Training starts only when at least this many quiet minutes are "
                    "expected.")},
    [MC_KEY_SCHEDULER_CALENDAR_ENABLED] = {.name = "scheduler.calendar.enabled",
                                           .type = MC_CONFIG_BOOLEAN,
                                           .page = MC_CONFIG_PAGE_SCHEDULE,
                                           .default_text = "false",
                                           .text = N_("Whether busy times in your "
                                                      "calendar count as quiet time.")},
    [MC_KEY_SCHEDULER_CALENDAR_CREDENTIALS_PATH] =
        {.name = "scheduler.calendar.credentials_path",
         .type = MC_CONFIG_PATH,
         .page = MC_CONFIG_PAGE_SCHEDULE,
         .default_text = "",
         .text = N_("The file with the calendar's OAuth client.")},
    [MC_KEY_SCHEDULER_CALENDAR_TOKEN_PATH] = {.name = "scheduler.calendar.token_path",
                                              .type = MC_CONFIG_PATH,
                                              .page = MC_CONFIG_PAGE_ADVANCED,
                                              .default_text = "calendar_token.json",
                                              .text = N_(
                                                  "The file with the calendar's token.")},
    [MC_KEY_CLAW_TYPE] = {.name = "claw_type",
                          .type = MC_CONFIG_STRING,
                          .page = MC_CONFIG_PAGE_AGENTS,
                          .default_text = "openclaw",
                          .text = N_("The agent that is set up to use the proxy; 'none' "
                                     "leaves all agents alone.")},
    [MC_KEY_CONFIGURE_OPENCLAW] = {.name = "configure_openclaw",
                                   .type = MC_CONFIG_BOOLEAN,
                                   .page = MC_CONFIG_PAGE_ADVANCED,
                                   .default_text = "true",
                                   .text = N_("The older way to say claw_type: none, by "
                                              "false.")},
    [MC_KEY_OPENCLAW_ENV_DATA_DIR] = {.name = "openclaw_env_data_dir",
                                      .type = MC_CONFIG_PATH,
                                      .page = MC_CONFIG_PAGE_ADVANCED,
                                      .default_text = "",
                                      .text = N_("The folder with task files for "
                                                 "programmatic training. Empty: none.")},
    [MC_KEY_MEMORY] = {.name = "memory",
                       .type = MC_CONFIG_MAP,
                       .page = MC_CONFIG_PAGE_ADVANCED,
                       .default_text = "",
                       .text = N_("The original's long-term memory; kept, not used.")},
    [MC_KEY_WECHAT] = {.name = "wechat",
                       .type = MC_CONFIG_MAP,
                       .page = MC_CONFIG_PAGE_ADVANCED,
                       .default_text = "",
                       .text = N_("The original's WeChat bridge; kept, not used.")},
    [MC_KEY_PROVIDERS] = {.name = "providers",
                          .type = MC_CONFIG_MAP,
                          .page = MC_CONFIG_PAGE_MODEL,
                          .default_text = "",
                          .is_secret = TRUE,
                          .text = N_("The model providers that you can switch between.")},
};
G_STATIC_ASSERT(G_N_ELEMENTS(key_infos) == MC_N_KEYS);

const McConfigKeyInfo *
mc_config_key_get_info(McConfigKey key)
{
  g_return_val_if_fail((guint) key < MC_N_KEYS, &key_infos[0]);
  return &key_infos[key];
}

gboolean
mc_config_key_find(const char *name, McConfigKey *key)
{
  for (guint i = 0; i < MC_N_KEYS; i++) {
    if (g_str_equal(key_infos[i].name, name)) {
      *key = (McConfigKey) i;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
mc_config_key_is_section(const char *name)
{
  gsize length = strlen(name);
  for (guint i = 0; i < MC_N_KEYS; i++)
    if (g_str_has_prefix(key_infos[i].name, name) && key_infos[i].name[length] == '.')
      return TRUE;
  return FALSE;
}

/* Longer than any name that could be a slip of the pen for one of ours. */
#define LONGEST_NAME 64

/* How many letters must be added, dropped, replaced or swapped with their neighbour to
 * get from @a to @b (optimal string alignment). */
static guint
count_slips(const char *a, const char *b)
{
  guint rows[3][LONGEST_NAME + 1];
  gsize a_length = strlen(a), b_length = strlen(b);
  if (a_length > LONGEST_NAME || b_length > LONGEST_NAME)
    return G_MAXUINT;

  for (gsize j = 0; j <= b_length; j++)
    rows[0][j] = (guint) j;
  for (gsize i = 1; i <= a_length; i++) {
    guint *row = rows[i % 3], *above = rows[(i + 2) % 3], *above_that = rows[(i + 1) % 3];
    row[0] = (guint) i;
    for (gsize j = 1; j <= b_length; j++) {
      guint replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
      row[j] = MIN(replaced, MIN(above[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = MIN(row[j], above_that[j - 2] + 1);
    }
  }
  return rows[a_length % 3][b_length];
}

static const char *
get_leaf(const char *name)
{
  const char *dot = strrchr(name, '.');
  return dot != NULL ? dot + 1 : name;
}

const char *
mc_config_key_guess(const char *name)
{
  const char *best = NULL;
  guint least = G_MAXUINT;
  for (guint i = 0; i < MC_N_KEYS; i++) {
    guint slips = count_slips(name, key_infos[i].name);
    if (slips < least) {
      least = slips;
      best = key_infos[i].name;
    }
  }
  if (least <= MAX(1, strlen(name) / 4))
    return best;

  /* The right word in the wrong section, if only one section has it. */
  const char *moved = NULL;
  for (guint i = 0; i < MC_N_KEYS; i++) {
    if (!g_str_equal(get_leaf(key_infos[i].name), get_leaf(name)))
      continue;
    if (moved != NULL)
      return NULL;
    moved = key_infos[i].name;
  }
  return moved;
}
