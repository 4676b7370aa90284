/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/proxy-hooks.h"

void
mc_recalled_free(McRecalled *self)
{
  if (self == NULL)
    return;
  g_free(self->conversation_id);
  g_clear_pointer(&self->injections, g_ptr_array_unref);
  g_free(self);
}
