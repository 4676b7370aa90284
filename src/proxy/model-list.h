/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* GET /v1/models: one object that satisfies the OpenAI and the Anthropic SDK at once,
 * with the context length that agents size their compaction by. Pure. */

/* @model: the id to list; @owner: the provider's id; @context_window in tokens, 0 =
 * unknown. */
GBytes *mc_model_list_format(const char *model, const char *owner, gint64 context_window);
