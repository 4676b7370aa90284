/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "cli/command.h"

/* Starts the service as a process of its own, in a session of its own, and waits until it
 * is healthy or has said why not. */

/* Runs context->program as `start --foreground` with @options. TRUE when it serves; its
 * own error otherwise, word for word; TIMED_OUT after 10 s (it goes on starting then),
 * INTERNAL when it ended without a word. */
gboolean mc_spawn_service(McCommandContext *context, const McStartOptions *options,
                          GError **error);

/* Sets @error from what a service reports ("CODE\nMESSAGE\n"); TRUE for "ok\n". Pure. */
gboolean mc_spawn_service_read_report(const char *report, GError **error);

/* What the service writes: "ok\n" without an @error. Free with g_free(). Pure. */
char *mc_spawn_service_format_report(const GError *error);
