/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/service-state.h"

typedef struct {
  const char *name;
  guint next; /* bits of the states that may follow */
} StateRow;

#define BIT(state) (1u << (state))

static const StateRow state_rows[] = {
    [MC_SERVICE_STOPPED] = {"stopped", BIT(MC_SERVICE_OPENING)},
    [MC_SERVICE_OPENING] = {"opening", BIT(MC_SERVICE_RUNNING) | BIT(MC_SERVICE_STOPPED)},
    [MC_SERVICE_RUNNING] = {"running", BIT(MC_SERVICE_DRAINING)},
    [MC_SERVICE_DRAINING] = {"draining", BIT(MC_SERVICE_STOPPED)},
};

gboolean
mc_service_state_may_become(McServiceState from, McServiceState to)
{
  return (state_rows[from].next & BIT(to)) != 0;
}

const char *
mc_service_state_get_name(McServiceState state)
{
  return state_rows[state].name;
}
