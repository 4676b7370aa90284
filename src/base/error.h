/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The one error domain. A code names what the *caller* can do about it; the message names
 * the object and the remedy ("skill 'x': no front matter; put name and description
 * between two --- lines"), in lower case, without a full stop and never with a secret in
 * it. Foreign errors (errno, GIOError, CURLcode, SQLite) are translated where they enter.
 */

typedef enum {
  MC_ERROR_INTERNAL,      /* a bug of ours: report it */
  MC_ERROR_INVALID_INPUT, /* mend what was given */
  MC_ERROR_NOT_FOUND,     /* name something that exists */
  MC_ERROR_CONFLICT,      /* somebody else has it; look again, then retry */
  MC_ERROR_NOT_ALLOWED,   /* show a key, or ask for less */
  MC_ERROR_NOT_RUNNING,   /* start the service first */
  MC_ERROR_NEEDS_SETUP,   /* configure it first */
  MC_ERROR_UNAVAILABLE,   /* cannot be reached just now; retry later */
  MC_ERROR_RATE_LIMITED,  /* wait */
  MC_ERROR_TIMED_OUT,     /* retry, or give it more time */
  MC_ERROR_TOO_LARGE,     /* send less */
  MC_ERROR_UPSTREAM,      /* the model's server failed */
  MC_ERROR_STORAGE,       /* disk or database */
  MC_ERROR_PROTOCOL,      /* the other side does not follow the protocol */
  MC_ERROR_CANCELLED,     /* nobody waits for the answer any more */
} McErrorCode;

#define MC_ERROR (mc_error_quark())
GQuark mc_error_quark(void);

/* What the faces make of a code; one row for each, so that HTTP, CLI and windows agree.
 */
typedef struct {
  McErrorCode code;
  const char *name; /* stable, for JSON: "invalid_input" */
  int http_status;
  int exit_code;
} McErrorInfo;

/* The row of @code; never NULL (unknown codes are INTERNAL). */
const McErrorInfo *mc_error_get_info(int code);

/* The row whose name is @name, or NULL. */
const McErrorInfo *mc_error_find_info(const char *name);

/* Sets @error from an errno value: "ACTION: strerror". ENOENT becomes NOT_FOUND, EACCES
 * and EPERM NOT_ALLOWED, EADDRINUSE and EEXIST CONFLICT, everything else STORAGE. */
void mc_error_set_from_errno(GError **error, int saved_errno, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
