/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "base/problem.h"
#include "config/config.h"

/* Reads config.yaml. What is wrong with one key costs that key only and is told with
 * file, line and key; what is wrong with the whole file is an error. Files of the
 * original are YAML 1.1 and are read with the meaning that PyYAML gives them: yes and on,
 * unquoted times, merge keys (<<), the last of two equal keys. A lone leading zero (017)
 * is refused, being 15 to some readers and 17 to others. Blocking; any thread. */

typedef enum {
  MC_CONFIG_ISSUE_NOTE,    /* worth a log line: an unknown key */
  MC_CONFIG_ISSUE_WARNING, /* the value counts, but maybe not as it was meant */
  MC_CONFIG_ISSUE_FAULT,   /* the value does not count; the key has its default */
} McConfigIssueSeverity;

/* Immutable. */
typedef struct {
  McConfigIssueSeverity severity;
  const char *code; /* the problem's: "config_invalid", "config_wide_bind" */
  guint line;       /* from 1; 0 when the whole file is meant */
  char *key;        /* as in the file: "proxy.port"; "" when the whole file is meant */
  char *place;      /* "config.yaml:7 proxy.port" */
  char *detail;     /* "'abc' is not a whole number; use 1 to 65535"; of
                     * config_wide_bind the address that was asked for */
  char *message;    /* "config.yaml:7: proxy.port: " and the detail */
} McConfigIssue;

void mc_config_issue_free(McConfigIssue *self);

/* The problem to raise (transfer full), its subject the key. Not for notes. */
McProblem *mc_config_issue_to_problem(const McConfigIssue *self);

/* Larger files are refused (TOO_LARGE); a long config.yaml has 10 KiB. */
#define MC_CONFIG_FILE_LARGEST (256 * 1024)

/* Reads the file at @path, lets the environment overrule its secrets, and confines the
 * listener to this machine when there is no proxy.api_key. A missing file gives the
 * defaults. *@issues (transfer full) (element-type McConfigIssue) is set on success, in
 * the order of the file: all faults, and a hundred others at most. INVALID_INPUT
 * ("config.yaml:12:3: what is wrong; what to do"), TOO_LARGE, NOT_ALLOWED, STORAGE. */
McConfig *mc_config_file_load(const char *path, GPtrArray **issues, GError **error);

/* The same, but a missing file is NOT_FOUND. */
McConfig *mc_config_file_load_existing(const char *path, GPtrArray **issues,
                                       GError **error);

/* The same for @length bytes at @text, called @name in messages. */
McConfig *mc_config_file_parse(const char *text, gsize length, const char *name,
                               GPtrArray **issues, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McConfigIssue, mc_config_issue_free)
