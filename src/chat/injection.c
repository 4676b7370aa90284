/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "chat/injection.h"

McInjection *
mc_injection_new(McInjectionPlace place, const McTurnHash *anchor, const char *text,
                 const char *const *names, guint tokens)
{
  McInjection *self;

  g_return_val_if_fail(text != NULL, NULL);

  self = g_new0(McInjection, 1);
  g_atomic_ref_count_init(&self->references);
  self->place = place;
  if (anchor != NULL)
    self->anchor = *anchor;
  self->text = g_strdup(text);
  self->names = names != NULL ? g_strdupv((char **) names) : g_new0(char *, 1);
  self->tokens = tokens;
  return self;
}

McInjection *
mc_injection_ref(McInjection *self)
{
  g_atomic_ref_count_inc(&self->references);
  return self;
}

void
mc_injection_unref(McInjection *self)
{
  if (!g_atomic_ref_count_dec(&self->references))
    return;
  g_free(self->text);
  g_strfreev(self->names);
  g_free(self);
}
