/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The practice upstream: an offline stand-in for a model, so that proxy, skills and
 * windows can be seen to work before a key is owned. It is a real HTTP server on a
 * private unix socket, reached through the same relay path as any provider, and
 * deterministic: the same request gets the same answer. It says that it is practice in
 * every answer and in its model name ("metaclaw-practice"). Lives on the context it was
 * created in. */

typedef struct _McPractice McPractice;

McPractice *mc_practice_new(const char *socket_path, GError **error);
void mc_practice_free(McPractice *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McPractice, mc_practice_free)
