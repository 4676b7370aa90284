/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli/process-exit.h"

#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

int
mc_process_exit_watch(pid_t pid)
{
  /* glibc has a wrapper from 2.36 on only; the kernel has it since 5.3. */
  return pid > 0 ? (int) syscall(SYS_pidfd_open, pid, 0) : -1;
}

gboolean
mc_process_exit_wait(int descriptor, guint timeout_ms)
{
  gint64 deadline = g_get_monotonic_time() + timeout_ms * G_TIME_SPAN_MILLISECOND;
  for (;;) {
    gint64 left_us = MAX(deadline - g_get_monotonic_time(), 0);
    struct pollfd watched = {.fd = descriptor, .events = POLLIN};
    int n_ready = poll(&watched, 1, (int) (left_us / G_TIME_SPAN_MILLISECOND));
    if (n_ready > 0)
      return TRUE;
    if (left_us == 0 || (n_ready < 0 && errno != EINTR))
      return FALSE;
  }
}
