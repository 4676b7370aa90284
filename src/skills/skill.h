/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* One skill as its SKILL.md says it: working notes with a name, a description that says
 * when they help, and a body that goes into the prompt. Immutable, reference-counted; any
 * thread. */

typedef struct _McSkill McSkill;

/* What a skill is made of; everything is copied. */
typedef struct {
  const char *name;          /* 1-64 of a-z 0-9 and single hyphens */
  const char *description;   /* not empty */
  const char *body;          /* (nullable) Markdown; without one the description serves */
  const char *path;          /* (nullable) of its SKILL.md */
  const char *license;       /* (nullable) */
  const char *compatibility; /* (nullable) */
  const char *allowed_tools; /* (nullable) */
  GHashTable *metadata;      /* (nullable) string → string */
} McSkillFields;

McSkill *mc_skill_new(const McSkillFields *fields);
McSkill *mc_skill_ref(McSkill *self);
void mc_skill_unref(McSkill *self);

const char *mc_skill_get_name(const McSkill *self);
const char *mc_skill_get_description(const McSkill *self);
const char *mc_skill_get_body(const McSkill *self);
const char *mc_skill_get_path(const McSkill *self);          /* "" when unknown */
const char *mc_skill_get_license(const McSkill *self);       /* "" when there is none */
const char *mc_skill_get_compatibility(const McSkill *self); /* "" */
const char *mc_skill_get_allowed_tools(const McSkill *self); /* "" */

/* A value of its metadata, or NULL. */
const char *mc_skill_get_metadata(const McSkill *self, const char *key);

/* (transfer container): the keys of its metadata, sorted. */
GList *mc_skill_list_metadata(const McSkill *self);

/* "triggers" and all "triggers-xx" in the order of their keys, joined by ", "; "". */
const char *mc_skill_get_triggers(const McSkill *self);

/* "lane: pinned": always in the prompt, not found by topic. */
gboolean mc_skill_is_pinned(const McSkill *self);

const char *mc_skill_get_group(const McSkill *self);    /* metadata "group", or "" */
const char *mc_skill_get_category(const McSkill *self); /* the original's word, or "" */

/* Estimated tokens of its section in the injected block. */
guint mc_skill_get_tokens(const McSkill *self);

/* TRUE when @name follows the Agent Skills rule for names. */
gboolean mc_skill_name_is_valid(const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McSkill, mc_skill_unref)
