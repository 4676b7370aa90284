/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "upstream/provider.h"

/* The base that a provider's newest documentation names; a configured llm.api_base goes
 * first, so accounts of another region (api.moonshot.cn, dashscope-intl,
 * api.minimaxi.com) only change that. The list ends with what is no company. */
static const McProvider providers[] = {
    {"kimi", "Kimi (Moonshot AI)", "https://api.moonshot.ai/v1", MC_PROVIDER_AUTH_BEARER,
     MC_PROVIDER_QUIRK_NONE, "https://platform.moonshot.ai/console/api-keys"},
    {"qwen", "Qwen (Alibaba DashScope)",
     "https://dashscope.aliyuncs.com/compatible-mode/v1", MC_PROVIDER_AUTH_BEARER,
     MC_PROVIDER_QUIRK_NONE, "https://bailian.console.aliyun.com/?tab=model#/api-key"},
    {"openai", "OpenAI", "https://api.openai.com/v1", MC_PROVIDER_AUTH_BEARER,
     MC_PROVIDER_QUIRK_NONE, "https://platform.openai.com/api-keys"},
    /* Its OpenAI layer, which takes the key as Bearer; x-api-key is its own dialect's. */
    {"anthropic", "Anthropic", "https://api.anthropic.com/v1", MC_PROVIDER_AUTH_BEARER,
     MC_PROVIDER_QUIRK_NONE, "https://console.anthropic.com/settings/keys"},
    {"minimax", "MiniMax", "https://api.minimax.io/v1", MC_PROVIDER_AUTH_BEARER,
     MC_PROVIDER_QUIRK_NONE,
     "https://platform.minimax.io/user-center/basic-information/interface-key"},
    {"gemini", "Google Gemini", "https://generativelanguage.googleapis.com/v1beta/openai",
     MC_PROVIDER_AUTH_BEARER, MC_PROVIDER_QUIRK_NONE,
     "https://aistudio.google.com/apikey"},
    {"openrouter", "OpenRouter", "https://openrouter.ai/api/v1", MC_PROVIDER_AUTH_BEARER,
     MC_PROVIDER_QUIRK_NONE, "https://openrouter.ai/settings/keys"},
    {"novita", "Novita AI", "https://api.novita.ai/openai/v1", MC_PROVIDER_AUTH_BEARER,
     MC_PROVIDER_QUIRK_NONE, "https://novita.ai/settings/key-management"},
    {"volcengine", "Volcengine Ark (Doubao)", "https://ark.cn-beijing.volces.com/api/v3",
     MC_PROVIDER_AUTH_BEARER, MC_PROVIDER_QUIRK_NONE,
     "https://console.volcengine.com/ark/region:ark+cn-beijing/apiKey"},
    {"deepseek", "DeepSeek", "https://api.deepseek.com/v1", MC_PROVIDER_AUTH_BEARER,
     MC_PROVIDER_QUIRK_NONE, "https://platform.deepseek.com/api_keys"},
    {"ollama", "Ollama", "http://127.0.0.1:11434/v1", MC_PROVIDER_AUTH_OPTIONAL,
     MC_PROVIDER_QUIRK_NONE, NULL},
    {"lmstudio", "LM Studio", "http://127.0.0.1:1234/v1", MC_PROVIDER_AUTH_OPTIONAL,
     MC_PROVIDER_QUIRK_NONE, NULL},
    {"llamacpp", "llama.cpp server", "http://127.0.0.1:8080/v1",
     MC_PROVIDER_AUTH_OPTIONAL, MC_PROVIDER_QUIRK_NONE, NULL},
    {"vllm", "vLLM", "http://127.0.0.1:8000/v1", MC_PROVIDER_AUTH_OPTIONAL,
     MC_PROVIDER_QUIRK_NONE, NULL},
    {"custom", "OpenAI-compatible server", NULL, MC_PROVIDER_AUTH_OPTIONAL,
     MC_PROVIDER_QUIRK_NONE, NULL},
    /* Reached through a unix socket: the host is never looked up. */
    {"practice", "Practice (offline)", "http://localhost/v1", MC_PROVIDER_AUTH_OPTIONAL,
     MC_PROVIDER_QUIRK_NONE, NULL},
};

const McProvider *
mc_provider_find(const char *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS(providers); i++)
    if (g_strcmp0(providers[i].id, id) == 0)
      return &providers[i];
  return NULL;
}

const McProvider *
mc_provider_get_all(guint *n_providers)
{
  *n_providers = G_N_ELEMENTS(providers);
  return providers;
}
