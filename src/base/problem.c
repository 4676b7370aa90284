/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/problem.h"

#define MOST_ARGUMENTS 3

struct _McProblem {
  gatomicrefcount references;
  const McProblemInfo *info;
  char *subject; /* (owned) (nullable) */
  char *arguments[MOST_ARGUMENTS];
};

struct _McProblemList {
  GMutex lock;
  GPtrArray *problems; /* (owned) (element-type McProblem) */
};

static const McProblemInfo problem_infos[] = {
    {"config_invalid", "{0}: {1}",
     "Correct it in {0}; the file is read again at once. Until then a value in error does "
     "not count."},
    {"config_wide_bind",
     "{0} asks for {1} without proxy.api_key; MetaClaw listens on 127.0.0.1 only.",
     "Set proxy.api_key in config.yaml to listen wider, or proxy.host: 127.0.0.1 to agree."},
    {"upstream_auth", "{0} refused the key ({1}). Requests fail until it is replaced.",
     "Put a valid llm.api_key into config.yaml or METACLAW_LLM_API_KEY, then: metaclaw restart"},
    {"upstream_credit", "{0} says that the account has no credit left ({1}).",
     "Top up the account, or choose another provider in config.yaml."},
    {"upstream_unreachable", "{0} cannot be reached: {1}",
     "Check the network and llm.api_base in config.yaml."},
    {"upstream_unset",
     "Provider '{0}' is configured but {1} is missing or cannot be used.",
     "Set {1} in config.yaml; the file is read again at once."},
    {"skill_broken", "Skill '{0}' is skipped: {1}",
     "Mend {1}; it is read again at once."},
    {"skills_missing", "The skills folder '{0}' is not there; no skill can be used.",
     "Create it, or set skills.dir; it is noticed at once."},
    {"storage_failed",
     "{0} cannot be written: {1}. Serving goes on; nothing is recorded.",
     "Free some space or mend the folder's permissions."},
    {"storage_damaged", "{0} was damaged and has been set aside as {1}.",
     "Nothing to do; delete the file that was set aside when you do not need it."},
    {"queue_full", "{0} turns were not recorded because the disk could not keep up.",
     "Nothing to do if this was an exception; otherwise move the home to a faster disk."},
    {"rl_unavailable", "Mode '{0}' trains, but training is not part of this version.",
     "Skills go on. To silence this: mode: skills_only"},
};

static const McProblemInfo *
find_info(const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS(problem_infos); i++)
    if (g_str_equal(problem_infos[i].code, code))
      return &problem_infos[i];
  g_return_val_if_reached(&problem_infos[0]);
}

McProblem *
mc_problem_new(const char *code, const char *subject, ...)
{
  McProblem *self = g_new0(McProblem, 1);
  g_atomic_ref_count_init(&self->references);
  self->info = find_info(code);
  self->subject = g_strdup(subject);
  va_list arguments;
  va_start(arguments, subject);
  for (int i = 0; i < MOST_ARGUMENTS; i++) {
    const char *argument = va_arg(arguments, const char *);
    if (argument == NULL)
      break;
    self->arguments[i] = g_utf8_make_valid(argument, -1);
  }
  va_end(arguments);
  return self;
}

McProblem *
mc_problem_ref(McProblem *self)
{
  g_atomic_ref_count_inc(&self->references);
  return self;
}

void
mc_problem_unref(McProblem *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->references))
    return;
  for (int i = 0; i < MOST_ARGUMENTS; i++)
    g_free(self->arguments[i]);
  g_free(self->subject);
  g_free(self);
}

const char *
mc_problem_get_code(const McProblem *self)
{
  return self->info->code;
}

const char *
mc_problem_get_subject(const McProblem *self)
{
  return self->subject;
}

/* Replaces {0} … {2}; an argument that was not given becomes nothing. */
static char *
fill_in(const McProblem *self, const char *sentence)
{
  GString *filled = g_string_new(NULL);
  for (const char *p = sentence; *p != '\0'; p++) {
    if (p[0] == '{' && p[1] >= '0' && p[1] < '0' + MOST_ARGUMENTS && p[2] == '}') {
      const char *argument = self->arguments[p[1] - '0'];
      g_string_append(filled, argument != NULL ? argument : "");
      p += 2;
    } else {
      g_string_append_c(filled, *p);
    }
  }
  return g_string_free(filled, FALSE);
}

char *
mc_problem_format_message(const McProblem *self)
{
  return fill_in(self, self->info->message);
}

char *
mc_problem_format_remedy(const McProblem *self)
{
  return fill_in(self, self->info->remedy);
}

McProblemList *
mc_problem_list_new(void)
{
  McProblemList *self = g_new0(McProblemList, 1);
  g_mutex_init(&self->lock);
  self->problems = g_ptr_array_new_with_free_func((GDestroyNotify) mc_problem_unref);
  return self;
}

void
mc_problem_list_free(McProblemList *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->problems);
  g_mutex_clear(&self->lock);
  g_free(self);
}

static void
remove_matching(McProblemList *self, const char *code, const char *subject)
{
  for (guint i = self->problems->len; i > 0; i--) {
    McProblem *problem = self->problems->pdata[i - 1];
    if (g_str_equal(problem->info->code, code) &&
        (subject == NULL || g_strcmp0(problem->subject, subject) == 0))
      g_ptr_array_remove_index(self->problems, i - 1);
  }
}

void
mc_problem_list_raise(McProblemList *self, McProblem *problem)
{
  g_mutex_lock(&self->lock);
  remove_matching(self, problem->info->code, problem->subject);
  g_ptr_array_add(self->problems, problem);
  g_mutex_unlock(&self->lock);
}

void
mc_problem_list_clear(McProblemList *self, const char *code, const char *subject)
{
  g_mutex_lock(&self->lock);
  remove_matching(self, code, subject);
  g_mutex_unlock(&self->lock);
}

GPtrArray *
mc_problem_list_dup(McProblemList *self)
{
  g_mutex_lock(&self->lock);
  GPtrArray *copy =
      g_ptr_array_copy(self->problems, (GCopyFunc) (void *) mc_problem_ref, NULL);
  g_mutex_unlock(&self->lock);
  g_ptr_array_set_free_func(copy, (GDestroyNotify) mc_problem_unref);
  return copy;
}
