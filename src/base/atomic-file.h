/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Whole files, read with a limit and replaced so that whoever looks, at whatever moment
 * and after whatever crash, finds the old content or the new one. Blocks: for start-up
 * and task queues. */

/* Replaces the content of @path. A symbolic link stays one: its target is replaced (made,
 * when it does not exist yet). An existing file keeps its mode and owner; a new one gets
 * @mode, whatever the umask. No temporary file stays behind. The bytes are on the disk
 * when it returns TRUE. NOT_FOUND (the folder), NOT_ALLOWED, INVALID_INPUT (not a regular
 * file) or STORAGE; the file is as it was then. */
gboolean mc_atomic_file_write(const char *path, gconstpointer data, gssize length,
                              guint mode, GError **error);

/* The content of the regular file @path (or what it links to); TOO_LARGE beyond
 * @max_bytes, NOT_FOUND, NOT_ALLOWED, INVALID_INPUT (not a regular file), STORAGE. */
GBytes *mc_atomic_file_read(const char *path, gsize max_bytes, GError **error);

/* Brings the names in @folder to the disk: after a rename or a removal there. Best
 * effort; file systems that cannot do it order such things themselves. */
void mc_atomic_file_sync_folder(const char *folder);
