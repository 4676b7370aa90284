/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <sys/types.h>

#include <glib.h>

/* Waits for the end of a process that is no child of ours. */

/* A descriptor for the process (pidfd_open(2)), taken while it surely lives, so that a
 * later process with the same number is not mistaken for it; -1 when there is none such
 * process. Close it. */
int mc_process_exit_watch(pid_t pid);

/* TRUE when the process has ended within @timeout_ms. */
gboolean mc_process_exit_wait(int descriptor, guint timeout_ms);
