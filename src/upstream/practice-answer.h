/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "chat/chat-request.h"

/* What the practice upstream answers: the same request always gets the same bytes. A
 * user's turn with tools on offer gets one call of the first one, so that an agent's
 * loop runs; the tools' results get a quotation; everything else gets a friendly text
 * that counts the user's words and names the skills it was given. Pure. */

#define MC_PRACTICE_MODEL   "metaclaw-practice"
#define MC_PRACTICE_CREATED 1767225600 /* constant, as answers must be repeatable */

typedef struct _McPracticeAnswer McPracticeAnswer;

/* INVALID_INPUT: more than one choice asked for, or no token allowed. */
McPracticeAnswer *mc_practice_answer_new(McChatRequest *request, GError **error);
void mc_practice_answer_free(McPracticeAnswer *self);

/* The whole text; NULL when a tool is called. */
const char *mc_practice_answer_get_text(const McPracticeAnswer *self);

/* The answer of a request that does not stream: one JSON object. */
char *mc_practice_answer_format(const McPracticeAnswer *self);

/* The events of one that does (element-type utf8), each with its "data: " and blank
 * line, the last one being [DONE]. */
GPtrArray *mc_practice_answer_format_events(const McPracticeAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McPracticeAnswer, mc_practice_answer_free)
