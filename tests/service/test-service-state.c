/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/service-state.h"

/* Rows: from; columns: to; in the order of the enumeration. */
static void
test_only_declared_edges_are_allowed(void)
{
  static const gboolean allowed[4][4] = {
      {FALSE, TRUE, FALSE, FALSE}, /* stopped → opening */
      {TRUE, FALSE, TRUE, FALSE},  /* opening → running, or stopped when it fails */
      {FALSE, FALSE, FALSE, TRUE}, /* running → draining */
      {TRUE, FALSE, FALSE, FALSE}, /* draining → stopped */
  };
  for (guint from = 0; from < 4; from++)
    for (guint to = 0; to < 4; to++)
      g_assert_cmpint(
          mc_service_state_may_become((McServiceState) from, (McServiceState) to), ==,
          allowed[from][to]);
}

static void
test_names_are_stable(void)
{
  g_assert_cmpstr(mc_service_state_get_name(MC_SERVICE_STOPPED), ==, "stopped");
  g_assert_cmpstr(mc_service_state_get_name(MC_SERVICE_OPENING), ==, "opening");
  g_assert_cmpstr(mc_service_state_get_name(MC_SERVICE_RUNNING), ==, "running");
  g_assert_cmpstr(mc_service_state_get_name(MC_SERVICE_DRAINING), ==, "draining");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/service/service-state/only-declared-edges-are-allowed",
                  test_only_declared_edges_are_allowed);
  g_test_add_func("/service/service-state/names-are-stable", test_names_are_stable);
  return g_test_run();
}
