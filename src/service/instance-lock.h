/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Exactly one host owns a home: whoever holds the flock on HOME/metaclaw.lock. The kernel
 * lets go of it when the process ends, however it ends; the file stays (removing it would
 * let two processes lock two files of one name). Who holds it is written inside, for
 * people. */

typedef struct _McInstanceLock McInstanceLock;

/* Takes the lock of @home, which must exist, as @kind ("headless", "desktop"). CONFLICT
 * when another process has it, with its kind and process id. */
McInstanceLock *mc_instance_lock_new(const char *home, const char *kind, GError **error);

/* Lets go. */
void mc_instance_lock_free(McInstanceLock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McInstanceLock, mc_instance_lock_free)
