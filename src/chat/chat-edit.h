/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "chat/chat-request.h"

/* Changes a chat request by splicing bytes into it; everything else stays as it came.
 * Collect the changes, then apply once. Not for use from two threads. */

typedef struct _McChatEdit McChatEdit;

/* @request must outlive the edit. */
McChatEdit *mc_chat_edit_new(McChatRequest *request);
void mc_chat_edit_free(McChatEdit *self);

/* Replaces (or adds) the top-level member "model". */
void mc_chat_edit_set_model(McChatEdit *self, const char *model);

/* Makes a stream carry usage: stream_options.include_usage = true, whatever stood there.
 */
void mc_chat_edit_request_usage(McChatEdit *self);

/* Removes the top-level member @name, if there. */
void mc_chat_edit_remove(McChatEdit *self, const char *name);

/* Appends @text at the end of the system prompt: of the last message of the leading run
 * of system/developer messages (string: before its closing quote, parts: a new last text
 * part, null: becomes the string); without one a system message is put in front. */
void mc_chat_edit_append_system(McChatEdit *self, const char *text);

/* Puts @text in front of the content of message @message_index. */
void mc_chat_edit_prepend_message(McChatEdit *self, guint message_index,
                                  const char *text);

/* The new body. Without changes: a reference to the old one. */
GBytes *mc_chat_edit_apply(McChatEdit *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McChatEdit, mc_chat_edit_free)
