/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/skill-index.h"

#include <string.h>

struct _McSkillIndex {
  gatomicrefcount references;
  GPtrArray *skills;       /* (owned) (element-type McSkill) */
  GPtrArray *pinned;       /* (owned) (element-type McSkill) (unowned elements) */
  GPtrArray *broken;       /* (owned) (element-type McBrokenSkill) */
  McLexicalIndex *lexical; /* (owned) */
};

McBrokenSkill *
mc_broken_skill_new(const char *folder, const char *reason)
{
  McBrokenSkill *self = g_new0(McBrokenSkill, 1);
  self->folder = g_strdup(folder);
  self->reason = g_strdup(reason);
  return self;
}

void
mc_broken_skill_free(McBrokenSkill *self)
{
  if (self == NULL)
    return;
  g_free(self->folder);
  g_free(self->reason);
  g_free(self);
}

static int
compare_skills(gconstpointer a, gconstpointer b)
{
  const McSkill *left = *(McSkill *const *) a;
  const McSkill *right = *(McSkill *const *) b;
  int order = g_strcmp0(mc_skill_get_name(left), mc_skill_get_name(right));
  return order != 0 ? order
                    : g_strcmp0(mc_skill_get_path(left), mc_skill_get_path(right));
}

static int
compare_broken(gconstpointer a, gconstpointer b)
{
  const McBrokenSkill *left = *(McBrokenSkill *const *) a;
  const McBrokenSkill *right = *(McBrokenSkill *const *) b;
  return g_strcmp0(left->folder, right->folder);
}

static McBrokenSkill *
describe_duplicate(const McSkill *skill, const McSkill *first)
{
  g_autofree char *parent = g_path_get_dirname(mc_skill_get_path(skill));
  g_autofree char *folder = g_path_get_basename(parent);
  g_autofree char *reason = g_strdup_printf(
      "%s:1: the name '%s' is taken by %s; give it another 'name:'",
      mc_skill_get_path(skill), mc_skill_get_name(skill), mc_skill_get_path(first));
  return mc_broken_skill_new(folder, reason);
}

static void
drop_duplicates(GPtrArray *skills, GPtrArray *broken)
{
  for (guint i = 1; i < skills->len;) {
    const McSkill *first = skills->pdata[i - 1];
    const McSkill *skill = skills->pdata[i];
    if (g_str_equal(mc_skill_get_name(first), mc_skill_get_name(skill))) {
      g_ptr_array_add(broken, describe_duplicate(skill, first));
      g_ptr_array_remove_index(skills, i);
    } else {
      i++;
    }
  }
}

static McLexicalIndex *
build_lexical(const GPtrArray *skills)
{
  g_autofree McLexicalDocument *documents =
      g_new0(McLexicalDocument, MAX(skills->len, 1));
  for (guint i = 0; i < skills->len; i++) {
    const McSkill *skill = skills->pdata[i];
    if (mc_skill_is_pinned(skill))
      continue;
    documents[i] = (McLexicalDocument){
        .name = mc_skill_get_name(skill),
        .triggers = mc_skill_get_triggers(skill),
        .description = mc_skill_get_description(skill),
        .body = mc_skill_get_body(skill),
    };
  }
  return mc_lexical_index_new(documents, skills->len);
}

McSkillIndex *
mc_skill_index_new(GPtrArray *skills, GPtrArray *broken)
{
  McSkillIndex *self = g_new0(McSkillIndex, 1);
  g_atomic_ref_count_init(&self->references);
  self->skills = skills;
  self->broken =
      broken != NULL
          ? broken
          : g_ptr_array_new_with_free_func((GDestroyNotify) mc_broken_skill_free);
  g_ptr_array_sort(self->skills, compare_skills);
  drop_duplicates(self->skills, self->broken);
  g_ptr_array_sort(self->broken, compare_broken);
  self->pinned = g_ptr_array_new();
  for (guint i = 0; i < self->skills->len; i++)
    if (mc_skill_is_pinned(self->skills->pdata[i]))
      g_ptr_array_add(self->pinned, self->skills->pdata[i]);
  self->lexical = build_lexical(self->skills);
  return self;
}

McSkillIndex *
mc_skill_index_ref(McSkillIndex *self)
{
  g_atomic_ref_count_inc(&self->references);
  return self;
}

void
mc_skill_index_unref(McSkillIndex *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->references))
    return;
  g_ptr_array_unref(self->pinned);
  g_ptr_array_unref(self->skills);
  g_ptr_array_unref(self->broken);
  mc_lexical_index_free(self->lexical);
  g_free(self);
}

const GPtrArray *
mc_skill_index_get_skills(const McSkillIndex *self)
{
  return self->skills;
}

const GPtrArray *
mc_skill_index_get_pinned(const McSkillIndex *self)
{
  return self->pinned;
}

McSkill *
mc_skill_index_find(const McSkillIndex *self, const char *name)
{
  guint low = 0, high = self->skills->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    McSkill *skill = self->skills->pdata[middle];
    int order = g_strcmp0(name, mc_skill_get_name(skill));
    if (order == 0)
      return skill;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

const GPtrArray *
mc_skill_index_get_broken(const McSkillIndex *self)
{
  return self->broken;
}

const McLexicalIndex *
mc_skill_index_get_lexical(const McSkillIndex *self)
{
  return self->lexical;
}
