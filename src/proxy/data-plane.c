/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/data-plane.h"

static const char *const upstream_problems[] = {
    "upstream_auth",
    "upstream_credit",
    "upstream_unreachable",
};

void
mc_data_plane_note_success(McDataPlane *self)
{
  McCounters *counters = &self->counters;

  g_mutex_lock(&counters->lock);
  gboolean recovers = counters->is_failing || !counters->is_tested;
  counters->is_tested = TRUE;
  counters->is_failing = FALSE;
  g_mutex_unlock(&counters->lock);
  for (gsize i = 0; recovers && i < G_N_ELEMENTS(upstream_problems); i++)
    mc_problem_list_clear(self->problems, upstream_problems[i], NULL);
}

void
mc_data_plane_note_failure(McDataPlane *self, const char *problem_code, const char *host,
                           const char *detail)
{
  McCounters *counters = &self->counters;

  g_mutex_lock(&counters->lock);
  g_free(counters->last_error);
  counters->last_error = g_strdup(detail);
  if (problem_code != NULL) {
    counters->is_tested = TRUE;
    counters->is_failing = TRUE;
  }
  g_mutex_unlock(&counters->lock);
  g_info("upstream: %s", detail);
  if (problem_code != NULL)
    mc_problem_list_raise(self->problems,
                          mc_problem_new(problem_code, NULL, host, detail, NULL));
}
