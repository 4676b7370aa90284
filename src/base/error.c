/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>

G_DEFINE_QUARK(mc - error, mc_error)

static const McErrorInfo error_infos[] = {
    {MC_ERROR_INTERNAL, "internal", 500, 70},
    {MC_ERROR_INVALID_INPUT, "invalid_input", 400, 2},
    {MC_ERROR_NOT_FOUND, "not_found", 404, 4},
    {MC_ERROR_CONFLICT, "conflict", 409, 5},
    {MC_ERROR_NOT_ALLOWED, "not_allowed", 403, 77},
    {MC_ERROR_NOT_RUNNING, "not_running", 503, 3},
    {MC_ERROR_NEEDS_SETUP, "needs_setup", 409, 78},
    {MC_ERROR_UNAVAILABLE, "unavailable", 503, 69},
    {MC_ERROR_RATE_LIMITED, "rate_limited", 429, 75},
    {MC_ERROR_TIMED_OUT, "timed_out", 504, 75},
    {MC_ERROR_TOO_LARGE, "too_large", 413, 2},
    {MC_ERROR_UPSTREAM, "upstream", 502, 69},
    {MC_ERROR_STORAGE, "storage", 507, 74},
    {MC_ERROR_PROTOCOL, "protocol", 502, 76},
    {MC_ERROR_CANCELLED, "cancelled", 499, 130},
};

const McErrorInfo *
mc_error_get_info(int code)
{
  for (gsize i = 0; i < G_N_ELEMENTS(error_infos); i++)
    if ((int) error_infos[i].code == code)
      return &error_infos[i];
  return &error_infos[0];
}

const McErrorInfo *
mc_error_find_info(const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS(error_infos); i++)
    if (g_strcmp0(error_infos[i].name, name) == 0)
      return &error_infos[i];
  return NULL;
}

static McErrorCode
translate_errno(int saved_errno)
{
  switch (saved_errno) {
  case ENOENT:
    return MC_ERROR_NOT_FOUND;
  case EACCES:
  case EPERM:
    return MC_ERROR_NOT_ALLOWED;
  case EADDRINUSE:
  case EEXIST:
    return MC_ERROR_CONFLICT;
  default:
    return MC_ERROR_STORAGE;
  }
}

void
mc_error_set_from_errno(GError **error, int saved_errno, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *action = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error(error, MC_ERROR, translate_errno(saved_errno), "%s: %s", action,
              g_strerror(saved_errno));
}
