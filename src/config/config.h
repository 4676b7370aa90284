/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "config/config-keys.h"

/* The whole configuration at one moment: a value for every key of the table, checked.
 * Immutable and reference-counted, so any thread may keep it. A change makes a new one:
 * through a builder, or for a single value with mc_config_with(). */

typedef struct _McConfig McConfig;

/* Every key at its default. Paths are made absolute below mc_paths_dup_home(). */
McConfig *mc_config_new_defaults(void);
McConfig *mc_config_ref(McConfig *self);
void mc_config_unref(McConfig *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McConfig, mc_config_unref)

/* The value as text, borrowed and never NULL: for every type (7 → "7", TRUE → "true",
 * TIME → "23:00", PATH → absolute or "", MAP → its YAML). Never print a secret's. */
const char *mc_config_get_string(const McConfig *self, McConfigKey key);

/* Of an INT key; of a TIME key the minutes after midnight. */
gint64 mc_config_get_int(const McConfig *self, McConfigKey key);
double mc_config_get_double(const McConfig *self, McConfigKey key);
gboolean mc_config_get_boolean(const McConfig *self, McConfigKey key);

/* Of a STRING_LIST key: borrowed, NULL-terminated, never NULL. */
const char *const *mc_config_get_string_list(const McConfig *self, McConfigKey key);

/* TRUE when somebody gave the value, FALSE when it is the default. */
gboolean mc_config_is_set(const McConfig *self, McConfigKey key);

/* TRUE when both have the same values; who gave them does not matter. */
gboolean mc_config_equal(const McConfig *self, const McConfig *other);

/* A copy with @key set to @text, parsed by the key's type. INVALID_INPUT names the key,
 * what is wrong and what would be right ("proxy.port: 'abc' is not a whole number; use 1
 * to 65535"); the value of a secret is never in it. */
McConfig *mc_config_with(const McConfig *self, McConfigKey key, const char *text,
                         GError **error);

/* A copy in which environment variables overrule secrets: METACLAW_ and the key's name
 * in capitals with underscores (METACLAW_LLM_API_KEY). Empty ones are ignored; an
 * unusable one is warned about and ignored. */
McConfig *mc_config_apply_environment(const McConfig *self);

/* The rule that an open proxy is never reachable from other machines: a copy whose
 * proxy.host is 127.0.0.1 when @self asks for more than this machine without a
 * proxy.api_key, and *@asked (transfer full) is what it asked for; otherwise @self with
 * another reference, and *@asked is NULL. */
McConfig *mc_config_confine_host(McConfig *self, char **asked);

/* A configuration in the making. */
typedef struct _McConfigBuilder McConfigBuilder;

/* Starts from the values of @base. */
McConfigBuilder *mc_config_builder_new(const McConfig *base);
void mc_config_builder_free(McConfigBuilder *self);

/* As mc_config_with(), but the error does not name the key. On an error the key keeps
 * its value. An empty @text means the default, except for STRING, STRING_LIST and MAP. */
gboolean mc_config_builder_set(McConfigBuilder *self, McConfigKey key, const char *text,
                               GError **error);

/* Sets the list of a STRING_LIST key; items may hold commas. */
gboolean mc_config_builder_set_list(McConfigBuilder *self, McConfigKey key,
                                    const char *const *items, GError **error);

/* Takes over @key's value from @from. */
void mc_config_builder_copy(McConfigBuilder *self, McConfigKey key, const McConfig *from);

/* Frees the builder; returns what it built (transfer full). */
McConfig *mc_config_builder_end(McConfigBuilder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McConfigBuilder, mc_config_builder_free)
