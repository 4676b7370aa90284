/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "upstream/upstream-route.h"

#include <string.h>

struct _McUpstreamRoute {
  gatomicrefcount references;
  McRouteState state;
  const McProvider *provider;
  const char *missing;  /* (nullable) a static key name */
  McEndpoint *endpoint; /* (owned) (nullable) while there is no usable address */
  char *model;          /* (owned) (nullable) */
  char *api_key;        /* (owned) (nullable) */
  char *socket;         /* (owned) (nullable) */
  gboolean uses_client_auth;
};

/* A value that somebody wrote: neither a default nor an empty string, which is what
 * configuration wizards leave behind. NULL otherwise. */
static const char *
find_written(const McConfig *config, McConfigKey key)
{
  const char *text = mc_config_get_string(config, key);
  return mc_config_is_set(config, key) && *text != '\0' ? text : NULL;
}

static gboolean
is_anything_written(const McConfig *config)
{
  return find_written(config, MC_KEY_LLM_PROVIDER) != NULL ||
         find_written(config, MC_KEY_LLM_API_BASE) != NULL ||
         find_written(config, MC_KEY_LLM_API_KEY) != NULL;
}

/* A provider that we do not know is a server like any other, if it has an address. */
static const McProvider *
choose_provider(const McConfig *config)
{
  if (!is_anything_written(config))
    return mc_provider_find("practice");
  const char *id = find_written(config, MC_KEY_LLM_PROVIDER);
  const McProvider *provider = id != NULL ? mc_provider_find(id) : NULL;
  return provider != NULL ? provider : mc_provider_find("custom");
}

static void
become_practice(McUpstreamRoute *self, const char *practice_socket)
{
  self->state = MC_ROUTE_PRACTICE;
  self->endpoint = mc_endpoint_new(self->provider->base_url, NULL);
  self->socket = g_strdup(practice_socket);
}

static void
miss(McUpstreamRoute *self, const char *key)
{
  self->state = MC_ROUTE_UNSET;
  self->missing = key;
}

static void
become_remote(McUpstreamRoute *self, const McConfig *config)
{
  const char *model = mc_config_get_string(config, MC_KEY_LLM_MODEL_ID);
  const char *key = mc_config_get_string(config, MC_KEY_LLM_API_KEY);
  const char *base = find_written(config, MC_KEY_LLM_API_BASE);

  self->model = *model != '\0' ? g_strdup(model) : NULL;
  self->uses_client_auth =
      g_str_equal(mc_config_get_string(config, MC_KEY_LLM_AUTH), "client");
  /* With the caller's credentials ours must not even be at hand. */
  self->api_key = *key != '\0' && !self->uses_client_auth ? g_strdup(key) : NULL;

  if (base == NULL)
    base = self->provider->base_url;
  self->endpoint = base != NULL ? mc_endpoint_new(base, NULL) : NULL;
  if (self->endpoint == NULL) {
    miss(self, "llm.api_base");
    return;
  }
  gboolean needs_key = self->provider->auth != MC_PROVIDER_AUTH_OPTIONAL &&
                       !mc_endpoint_is_loopback(self->endpoint) &&
                       !self->uses_client_auth;
  if (needs_key && self->api_key == NULL)
    miss(self, "llm.api_key");
}

McUpstreamRoute *
mc_upstream_route_new(const McConfig *config, const char *practice_socket)
{
  McUpstreamRoute *self = g_new0(McUpstreamRoute, 1);
  g_atomic_ref_count_init(&self->references);
  self->state = MC_ROUTE_READY;
  self->provider = choose_provider(config);
  if (g_str_equal(self->provider->id, "practice"))
    become_practice(self, practice_socket);
  else
    become_remote(self, config);
  return self;
}

McUpstreamRoute *
mc_upstream_route_ref(McUpstreamRoute *self)
{
  g_atomic_ref_count_inc(&self->references);
  return self;
}

void
mc_upstream_route_unref(McUpstreamRoute *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->references))
    return;
  mc_endpoint_free(self->endpoint);
  g_free(self->model);
  if (self->api_key != NULL)
    explicit_bzero(self->api_key, strlen(self->api_key));
  g_free(self->api_key);
  g_free(self->socket);
  g_free(self);
}

McRouteState
mc_upstream_route_get_state(const McUpstreamRoute *self)
{
  return self->state;
}

const char *
mc_upstream_route_get_missing(const McUpstreamRoute *self)
{
  return self->missing;
}

const McProvider *
mc_upstream_route_get_provider(const McUpstreamRoute *self)
{
  return self->provider;
}

const McEndpoint *
mc_upstream_route_get_endpoint(const McUpstreamRoute *self)
{
  return self->endpoint;
}

const char *
mc_upstream_route_get_model(const McUpstreamRoute *self)
{
  return self->model;
}

const char *
mc_upstream_route_get_api_key(const McUpstreamRoute *self)
{
  return self->api_key;
}

gboolean
mc_upstream_route_uses_client_auth(const McUpstreamRoute *self)
{
  return self->uses_client_auth;
}

const char *
mc_upstream_route_get_socket(const McUpstreamRoute *self)
{
  return self->socket;
}
