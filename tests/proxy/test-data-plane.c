/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/data-plane.h"

static void
test_failures_raise_and_success_clears(void)
{
  g_autoptr(McProblemList) problems = mc_problem_list_new();
  g_autoptr(McConfig) config = mc_config_new_defaults();
  g_autoptr(McUpstreamRoute) route = mc_upstream_route_new(config, "/nowhere.sock");
  McDataPlane plane = {.problems = problems, .route = route};
  g_mutex_init(&plane.counters.lock);

  mc_data_plane_note_failure(&plane, "upstream_auth", "h.example", "401");
  g_autoptr(GPtrArray) raised = mc_problem_list_dup(problems);
  g_assert_cmpuint(raised->len, ==, 1);
  g_assert_true(plane.counters.is_failing);
  g_assert_cmpstr(plane.counters.last_error, ==, "401");

  mc_data_plane_note_success(&plane);
  g_autoptr(GPtrArray) cleared = mc_problem_list_dup(problems);
  g_assert_cmpuint(cleared->len, ==, 0);
  g_assert_false(plane.counters.is_failing);

  /* An answer that is no use is told, but nothing is wrong with the set-up. */
  mc_data_plane_note_failure(&plane, NULL, "h.example", "400");
  g_assert_false(plane.counters.is_failing);
  g_assert_cmpstr(plane.counters.last_error, ==, "400");
  g_free(plane.counters.last_error);
  g_mutex_clear(&plane.counters.lock);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/proxy/data-plane/failures-raise-and-success-clears",
                  test_failures_raise_and_success_clears);
  return g_test_run();
}
