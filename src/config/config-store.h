/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib-object.h>

#include "base/problem.h"
#include "config/config.h"

/* The configuration in force: config.yaml as it was last readable, with the command
 * line's words on top. Watches the file (made later, replaced, a symbolic link: all the
 * same) and reads it again off the main loop. Main thread only; what
 * mc_config_store_dup() returns may go anywhere.
 *
 * What is wrong becomes a problem (config_invalid, config_wide_bind; subject: the key, or
 * the file's name when all of it is unusable) and ceases to be one when it is mended. At
 * the start a wrong value means the key's default; later it means the value before. A
 * file that vanishes while we run changes nothing until the next start.
 *
 * Signal "changed": void (McConfigStore *self, gpointer user_data), after a value has
 * changed; mc_config_store_dup() gives the new ones. */

#define MC_TYPE_CONFIG_STORE (mc_config_store_get_type())
G_DECLARE_FINAL_TYPE(McConfigStore, mc_config_store, MC, CONFIG_STORE, GObject)

/* @path: of the file, which need not exist. @problems (unowned) must outlive the store.
 */
McConfigStore *mc_config_store_new(const char *path, McProblemList *problems);

/* Reads the file (blocking: for the start, before the loop runs) and begins to watch it.
 * Never fails: what cannot be read is a problem and a default. Once. */
void mc_config_store_load(McConfigStore *self);

/* The configuration in force (transfer full); the defaults before the load. */
McConfig *mc_config_store_dup(McConfigStore *self);

/* Lets @text overrule the file's @key from now on, through every reload; NULL ends that.
 * INVALID_INPUT as mc_config_with(), and nothing is changed. */
gboolean mc_config_store_set_override(McConfigStore *self, McConfigKey key,
                                      const char *text, GError **error);
