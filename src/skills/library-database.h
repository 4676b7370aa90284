/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* library.db: what is known about skills beside their files. It outlives records.db, and
 * SKILL.md never holds state. Confined to one thread at a time: start-up, then the files
 * queue. Errors as in base/database.h. */

typedef struct _McLibraryDatabase McLibraryDatabase;

/* @set_aside (transfer full): where a damaged file was put, else NULL. */
McLibraryDatabase *mc_library_database_open(const char *path, char **set_aside,
                                            GError **error);
void mc_library_database_free(McLibraryDatabase *self);

/* What became of a skill of the built-in bank in the user's folder. */
typedef enum {
  MC_BUILTIN_INSTALLED, /* as we wrote it */
  MC_BUILTIN_EDITED,    /* changed by the user: left alone */
  MC_BUILTIN_DELETED,   /* by the user: not brought back */
  MC_BUILTIN_FOREIGN,   /* a folder of that name was there before: the user's own */
} McBuiltinState;

typedef struct {
  char *sha256; /* (owned) of the version that we installed last; "" for FOREIGN */
  McBuiltinState state;
} McBuiltinSkill;

void mc_builtin_skill_free(McBuiltinSkill *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(McBuiltinSkill, mc_builtin_skill_free)

/* The manifest of the built-in bank. dup: NULL without @error for an unknown name. */
McBuiltinSkill *mc_library_database_dup_builtin(McLibraryDatabase *self, const char *name,
                                                GError **error);
gboolean mc_library_database_set_builtin(McLibraryDatabase *self, const char *name,
                                         const char *sha256, McBuiltinState state,
                                         GError **error);
/* -1 and @error on failure. */
gint64 mc_library_database_count_builtins(McLibraryDatabase *self, GError **error);

/* Skills that the user switched off: a set of names (transfer full). */
GHashTable *mc_library_database_dup_disabled(McLibraryDatabase *self, GError **error);

/* Switches a skill on or off; a change raises the generation. */
gboolean mc_library_database_set_enabled(McLibraryDatabase *self, const char *name,
                                         gboolean is_enabled, GError **error);

/* A number that grows with every change to the set of skills; -1 and @error on failure.
 */
gint64 mc_library_database_get_generation(McLibraryDatabase *self, GError **error);
gboolean mc_library_database_raise_generation(McLibraryDatabase *self, GError **error);

/* Small facts by name; dup: NULL without @error for an unknown one. */
char *mc_library_database_dup_meta(McLibraryDatabase *self, const char *key,
                                   GError **error);
gboolean mc_library_database_set_meta(McLibraryDatabase *self, const char *key,
                                      const char *value, GError **error);

/* Several changes as one. */
gboolean mc_library_database_begin(McLibraryDatabase *self, GError **error);
gboolean mc_library_database_commit(McLibraryDatabase *self, GError **error);
void mc_library_database_rollback(McLibraryDatabase *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McLibraryDatabase, mc_library_database_free)
