/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Something is wrong that the user can mend. A problem is a stable code with its
 * arguments, never a sentence: the table in problem.c gives message and remedy, and the
 * faces translate them. Raised and cleared by the feature that knows. Immutable,
 * reference-counted. */

typedef struct _McProblem McProblem;

/* One row for each code: a stable name, the sentence ("{0}" … "{2}" are the arguments)
 * and what to do. */
typedef struct {
  const char *code;    /* "config_invalid" */
  const char *message; /* what happened, to which thing, what it means */
  const char *remedy;  /* what to do, doable by CLI */
} McProblemInfo;

/* @code must be in the table. @subject tells several problems of one code apart (a
 * skill's name, a config key; nullable). Arguments are copied, at most three,
 * NULL-terminated. */
McProblem *mc_problem_new(const char *code, const char *subject,
                          ...) G_GNUC_NULL_TERMINATED;
McProblem *mc_problem_ref(McProblem *self);
void mc_problem_unref(McProblem *self);

const char *mc_problem_get_code(const McProblem *self);
const char *mc_problem_get_subject(const McProblem *self);
char *mc_problem_format_message(const McProblem *self);
char *mc_problem_format_remedy(const McProblem *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McProblem, mc_problem_unref)

/* The open problems of one service, safe to use from any thread. */
typedef struct _McProblemList McProblemList;

McProblemList *mc_problem_list_new(void);
void mc_problem_list_free(McProblemList *self);

/* Adds @problem (transfer full); one with the same code and subject is replaced. */
void mc_problem_list_raise(McProblemList *self, McProblem *problem);

/* Removes the problem of @code and @subject; a NULL @subject removes all of @code. */
void mc_problem_list_clear(McProblemList *self, const char *code, const char *subject);

/* (transfer full) (element-type McProblem): in the order they were raised. */
GPtrArray *mc_problem_list_dup(McProblemList *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McProblemList, mc_problem_list_free)
