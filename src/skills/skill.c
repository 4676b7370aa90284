/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/skill.h"

#include <string.h>

#include "base/text.h"

#define LONGEST_NAME 64

/* "## " before the name, line feeds around the body: in tokens. */
#define SECTION_TOKENS 2

struct _McSkill {
  gatomicrefcount references;
  char *name;           /* (owned) */
  char *description;    /* (owned) */
  char *body;           /* (owned) */
  char *path;           /* (owned) */
  char *license;        /* (owned) */
  char *compatibility;  /* (owned) */
  char *allowed_tools;  /* (owned) */
  char *triggers;       /* (owned) */
  GHashTable *metadata; /* (owned) (element-type utf8 utf8) */
  guint tokens;
};

static char *
copy_text(const char *text)
{
  return g_strdup(text != NULL ? text : "");
}

static GHashTable *
copy_metadata(GHashTable *metadata)
{
  GHashTable *copy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  if (metadata == NULL)
    return copy;
  GHashTableIter iterator;
  gpointer key, value;
  g_hash_table_iter_init(&iterator, metadata);
  while (g_hash_table_iter_next(&iterator, &key, &value))
    g_hash_table_insert(copy, g_strdup(key), g_strdup(value));
  return copy;
}

static GList *
list_keys(GHashTable *metadata)
{
  return g_list_sort(g_hash_table_get_keys(metadata), (GCompareFunc) strcmp);
}

static char *
merge_triggers(GHashTable *metadata)
{
  GString *merged = g_string_new(NULL);
  g_autoptr(GList) keys = list_keys(metadata);
  for (GList *link = keys; link != NULL; link = link->next) {
    const char *key = link->data;
    if (!g_str_equal(key, "triggers") && !g_str_has_prefix(key, "triggers-"))
      continue;
    if (merged->len > 0)
      g_string_append(merged, ", ");
    g_string_append(merged, g_hash_table_lookup(metadata, key));
  }
  return g_string_free(merged, FALSE);
}

McSkill *
mc_skill_new(const McSkillFields *fields)
{
  g_return_val_if_fail(mc_skill_name_is_valid(fields->name), NULL);
  g_return_val_if_fail(fields->description != NULL, NULL);

  const char *body = fields->body;
  if (body == NULL || *body == '\0')
    body = fields->description;
  McSkill *self = g_new0(McSkill, 1);
  g_atomic_ref_count_init(&self->references);
  self->name = g_strdup(fields->name);
  self->description = g_strdup(fields->description);
  self->body = g_strdup(body);
  self->path = copy_text(fields->path);
  self->license = copy_text(fields->license);
  self->compatibility = copy_text(fields->compatibility);
  self->allowed_tools = copy_text(fields->allowed_tools);
  self->metadata = copy_metadata(fields->metadata);
  self->triggers = merge_triggers(self->metadata);
  self->tokens = SECTION_TOKENS + mc_text_estimate_tokens(self->name, -1) +
                 mc_text_estimate_tokens(self->body, -1);
  return self;
}

McSkill *
mc_skill_ref(McSkill *self)
{
  g_atomic_ref_count_inc(&self->references);
  return self;
}

void
mc_skill_unref(McSkill *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->references))
    return;
  g_free(self->name);
  g_free(self->description);
  g_free(self->body);
  g_free(self->path);
  g_free(self->license);
  g_free(self->compatibility);
  g_free(self->allowed_tools);
  g_free(self->triggers);
  g_hash_table_unref(self->metadata);
  g_free(self);
}

const char *
mc_skill_get_name(const McSkill *self)
{
  return self->name;
}

const char *
mc_skill_get_description(const McSkill *self)
{
  return self->description;
}

const char *
mc_skill_get_body(const McSkill *self)
{
  return self->body;
}

const char *
mc_skill_get_path(const McSkill *self)
{
  return self->path;
}

const char *
mc_skill_get_license(const McSkill *self)
{
  return self->license;
}

const char *
mc_skill_get_compatibility(const McSkill *self)
{
  return self->compatibility;
}

const char *
mc_skill_get_allowed_tools(const McSkill *self)
{
  return self->allowed_tools;
}

const char *
mc_skill_get_metadata(const McSkill *self, const char *key)
{
  return g_hash_table_lookup(self->metadata, key);
}

GList *
mc_skill_list_metadata(const McSkill *self)
{
  return list_keys(self->metadata);
}

const char *
mc_skill_get_triggers(const McSkill *self)
{
  return self->triggers;
}

gboolean
mc_skill_is_pinned(const McSkill *self)
{
  return g_strcmp0(mc_skill_get_metadata(self, "lane"), "pinned") == 0;
}

static const char *
get_metadata_or_empty(const McSkill *self, const char *key)
{
  const char *value = mc_skill_get_metadata(self, key);
  return value != NULL ? value : "";
}

const char *
mc_skill_get_group(const McSkill *self)
{
  return get_metadata_or_empty(self, "group");
}

const char *
mc_skill_get_category(const McSkill *self)
{
  return get_metadata_or_empty(self, "category");
}

guint
mc_skill_get_tokens(const McSkill *self)
{
  return self->tokens;
}

gboolean
mc_skill_name_is_valid(const char *name)
{
  if (name == NULL || *name == '\0')
    return FALSE;
  gsize length = strlen(name);
  if (length > LONGEST_NAME || name[0] == '-' || name[length - 1] == '-')
    return FALSE;
  for (const char *c = name; *c != '\0'; c++) {
    if (!g_ascii_islower(*c) && !g_ascii_isdigit(*c) && *c != '-')
      return FALSE;
    if (c[0] == '-' && c[1] == '-')
      return FALSE;
  }
  return TRUE;
}
