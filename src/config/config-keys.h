/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* THE table of configuration keys: one row each, from which defaults, validation, help
 * and settings windows follow. A new key is one enumerator here and one row in
 * config-keys.c; nothing else in the program knows a key's type, range or default.
 * Names, and defaults where we do not say otherwise, are those of MetaClaw 0.4.1. Pure.
 */

typedef enum {
  MC_KEY_MODE,
  MC_KEY_LLM_PROVIDER,
  MC_KEY_LLM_MODEL_ID,
  MC_KEY_LLM_API_BASE,
  MC_KEY_LLM_API_KEY,
  MC_KEY_LLM_DIALECT,
  MC_KEY_LLM_AUTH,
  MC_KEY_LLM_AUTH_METHOD,
  MC_KEY_PROXY_HOST,
  MC_KEY_PROXY_PORT,
  MC_KEY_PROXY_API_KEY,
  MC_KEY_PROXY_ALLOWED_HOSTS,
  MC_KEY_SKILLS_ENABLED,
  MC_KEY_SKILLS_DIR,
  MC_KEY_SKILLS_RETRIEVAL_MODE,
  MC_KEY_SKILLS_TOP_K,
  MC_KEY_SKILLS_TASK_SPECIFIC_TOP_K,
  MC_KEY_SKILLS_MAX_TOKENS,
  MC_KEY_SKILLS_AUTO_EVOLVE,
  MC_KEY_SKILLS_EVOLUTION_EVERY_N_TURNS,
  MC_KEY_RL_ENABLED,
  MC_KEY_RL_BACKEND,
  MC_KEY_RL_MODEL,
  MC_KEY_RL_API_KEY,
  MC_KEY_RL_BASE_URL,
  MC_KEY_RL_TINKER_API_KEY,
  MC_KEY_RL_TINKER_BASE_URL,
  MC_KEY_RL_PRM_PROVIDER,
  MC_KEY_RL_PRM_URL,
  MC_KEY_RL_PRM_MODEL,
  MC_KEY_RL_PRM_API_KEY,
  MC_KEY_RL_LORA_RANK,
  MC_KEY_RL_BATCH_SIZE,
  MC_KEY_RL_RESUME_FROM_CKPT,
  MC_KEY_RL_MANUAL_TRAIN_TRIGGER,
  MC_KEY_RL_EVOLVER_PROVIDER,
  MC_KEY_RL_EVOLVER_API_BASE,
  MC_KEY_RL_EVOLVER_API_KEY,
  MC_KEY_RL_EVOLVER_MODEL,
  MC_KEY_OPD_ENABLED,
  MC_KEY_OPD_TEACHER_URL,
  MC_KEY_OPD_TEACHER_MODEL,
  MC_KEY_OPD_TEACHER_API_KEY,
  MC_KEY_OPD_KL_PENALTY_COEF,
  MC_KEY_MAX_CONTEXT_TOKENS,
  MC_KEY_CONTEXT_WINDOW,
  MC_KEY_SCHEDULER_ENABLED,
  MC_KEY_SCHEDULER_SLEEP_START,
  MC_KEY_SCHEDULER_SLEEP_END,
  MC_KEY_SCHEDULER_IDLE_THRESHOLD_MINUTES,
  MC_KEY_SCHEDULER_MIN_WINDOW_MINUTES,
  MC_KEY_SCHEDULER_CALENDAR_ENABLED,
  MC_KEY_SCHEDULER_CALENDAR_CREDENTIALS_PATH,
  MC_KEY_SCHEDULER_CALENDAR_TOKEN_PATH,
  MC_KEY_CLAW_TYPE,
  MC_KEY_CONFIGURE_OPENCLAW,
  MC_KEY_OPENCLAW_ENV_DATA_DIR,
  MC_KEY_MEMORY,
  MC_KEY_WECHAT,
  MC_KEY_PROVIDERS,
} McConfigKey;

#define MC_N_KEYS (MC_KEY_PROVIDERS + 1)

typedef enum {
  MC_CONFIG_STRING,
  MC_CONFIG_INT,
  MC_CONFIG_DOUBLE,
  MC_CONFIG_BOOLEAN,
  MC_CONFIG_TIME, /* of day: "HH:MM" */
  MC_CONFIG_ENUM, /* one of the row's choices */
  MC_CONFIG_PATH, /* made absolute: ~ is the user's, the rest relative to our home */
  MC_CONFIG_HOST, /* a literal address to listen on */
  MC_CONFIG_STRING_LIST, /* as text: separated by commas */
  MC_CONFIG_MAP,         /* anything; kept as YAML text, not looked into */
} McConfigType;

/* Where a settings window shows the key. */
typedef enum {
  MC_CONFIG_PAGE_GENERAL,
  MC_CONFIG_PAGE_MODEL,
  MC_CONFIG_PAGE_PROXY,
  MC_CONFIG_PAGE_SKILLS,
  MC_CONFIG_PAGE_TRAINING,
  MC_CONFIG_PAGE_SCHEDULE,
  MC_CONFIG_PAGE_AGENTS,
  MC_CONFIG_PAGE_ADVANCED,
} McConfigPage;

typedef struct {
  const char *name; /* "proxy.port" */
  McConfigType type;
  McConfigPage page;
  const char *default_text;   /* parses by the row's own type */
  double min, max;            /* of INT and DOUBLE, both inclusive */
  const char *const *choices; /* of ENUM, NULL-terminated */
  const char *const *aliases; /* (nullable) more spellings: word, choice, …, NULL */
  gboolean is_secret;         /* never in a message, a log line or a status */
  gboolean needs_restart;     /* a change counts after the next start only */
  const char *text;           /* one or two English sentences, marked for translation */
} McConfigKeyInfo;

/* The row of @key; never NULL. */
const McConfigKeyInfo *mc_config_key_get_info(McConfigKey key);

/* The key that is called @name ("proxy.port"): TRUE and *@key. */
gboolean mc_config_key_find(const char *name, McConfigKey *key);

/* TRUE when @name is the first part of longer names ("scheduler", "scheduler.calendar").
 */
gboolean mc_config_key_is_section(const char *name);

/* The name that a mistyped @name most probably meant, or NULL (borrowed). */
const char *mc_config_key_guess(const char *name);
