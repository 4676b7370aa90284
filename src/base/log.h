/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Where log lines go, and what never gets into them. Lines are written as
 *
 *   2026-11-25T01:02:03.456Z WARNING mc-proxy: message
 *
 * to a private file (0600) that is rotated at 5 MB to NAME.1, and to standard error or,
 * when that is the journal, to the journal with its fields. Keys and tokens are redacted
 * before anything is written; a message never spans lines. Nothing here fails: a line
 * that cannot be written (disk full) is lost. Any thread. */

/* Becomes GLib's log writer. @path: the file, or NULL for none; may not exist yet.
 * @least: the least severe level that is written, e.g. G_LOG_LEVEL_INFO. May be called
 * again to change them. */
void mc_log_start(const char *path, gboolean to_stderr, GLogLevelFlags least);

/* Closes the file; later lines go to standard error only. */
void mc_log_stop(void);

/* FALSE when a line of @level would be thrown away: for hot paths that would have to
 * format something first. */
gboolean mc_log_is_enabled(GLogLevelFlags level);

/* @text with every key, token and password replaced by "[redacted]": values of
 * Authorization and x-api-key headers, of api_key, token, password … in URLs, headers and
 * JSON, words that look like a provider's key (sk-…, ghp_…, AKIA…), JSON web tokens,
 * user:password@ in URLs and private keys. Free with g_free(). */
char *mc_log_redact(const char *text);
