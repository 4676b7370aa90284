/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The headers that pass, each way: a written list, never "all but". Cookies,
 * x-forwarded-*, hop-by-hop headers and our own key never do. Pure. */

/* TRUE when a client's header @name goes to an upstream that speaks the chat dialect. */
gboolean mc_header_list_goes_up(const char *name);

/* TRUE when an upstream's header @name goes back to the client. */
gboolean mc_header_list_comes_back(const char *name);

/* TRUE when @name carries the caller's own credentials (llm.auth: client). */
gboolean mc_header_list_is_credential(const char *name);
