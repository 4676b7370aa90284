/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* A validating scanner that finds things in a JSON text without building a tree, for
 * bytes that pass through and must stay as they are. One pass checks the whole document
 * (RFC 8259 grammar, UTF-8, depth) and records the values of the upper levels as nodes;
 * what lies deeper is checked and skipped. About 3 GB/s on chat bodies (SSE2 in strings).
 * Pure. */

typedef enum {
  MC_JSON_NULL,
  MC_JSON_FALSE,
  MC_JSON_TRUE,
  MC_JSON_NUMBER,
  MC_JSON_STRING,
  MC_JSON_ARRAY,
  MC_JSON_OBJECT,
} McJsonKind;

typedef struct {
  McJsonKind kind;
  guint depth;     /* 0 = the document itself */
  gsize key_start; /* of the quoted key, quotes included; key_length 0 in arrays */
  gsize key_length;
  gsize start; /* of the value, quotes or brackets included */
  gsize length;
  int parent;       /* node numbers; -1 for none */
  int next;         /* next sibling */
  int first_child;  /* -1 when empty, or deeper than the index goes */
  guint n_children; /* also counted when they are not recorded */
} McJsonNode;

typedef struct _McJsonIndex McJsonIndex;

/* More nesting than this is refused (INVALID_INPUT). */
#define MC_JSON_SPAN_DEPTH_MAX 256

/* More nodes than this are refused too: a body of commas must not cost gigabytes. */
#define MC_JSON_SPAN_NODES_MAX 1000000

/* Scans @length bytes at @data, which must outlive the index. Values down to @index_depth
 * become nodes. INVALID_INPUT with the byte offset and what is wrong. */
McJsonIndex *mc_json_index_new(const char *data, gsize length, guint index_depth,
                               GError **error);
void mc_json_index_free(McJsonIndex *self);

/* Node 0 is the document. */
const McJsonNode *mc_json_index_get_node(const McJsonIndex *self, int node);
const char *mc_json_index_get_data(const McJsonIndex *self);

/* The member @name of object @node; with duplicates the last one, as parsers do; keys
 * written with escapes are compared decoded. -1 when there is none or @node is no object.
 */
int mc_json_index_find(const McJsonIndex *self, int node, const char *name);

/* Follows several names: mc_json_index_find_path (i, 0, "stream_options",
 * "include_usage", NULL). -1 when a step is missing. */
int mc_json_index_find_path(const McJsonIndex *self, int node,
                            ...) G_GNUC_NULL_TERMINATED;

/* TRUE when @node >= 0 and is of @kind. */
gboolean mc_json_index_is(const McJsonIndex *self, int node, McJsonKind kind);

/* TRUE when @node is a string equal to @text. */
gboolean mc_json_index_string_equals(const McJsonIndex *self, int node, const char *text);

/* The decoded string of a STRING node (escapes resolved, lone surrogates become U+FFFD,
 * U+0000 becomes U+FFFD), free with g_free(); NULL for any other node. */
char *mc_json_index_dup_string(const McJsonIndex *self, int node);

/* The same for raw bytes between the quotes. */
char *mc_json_span_decode(const char *data, gsize length);

/* The integer of a NUMBER node, or @fallback when it is none or does not fit. */
gint64 mc_json_index_get_int(const McJsonIndex *self, int node, gint64 fallback);

/* Appends @text to @out as it would stand between JSON quotes. */
void mc_json_escape_append(GString *out, const char *text, gssize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McJsonIndex, mc_json_index_free)

/* A set of splices against one text. */
typedef struct _McJsonSplice McJsonSplice;

McJsonSplice *mc_json_splice_new(void);
void mc_json_splice_free(McJsonSplice *self);
/* At @offset: remove @remove bytes, insert @insert. Splices must not overlap; several
 * insertions at one offset come out in the order they were added. */
void mc_json_splice_add(McJsonSplice *self, gsize offset, gsize remove,
                        const char *insert, gssize insert_length);
guint mc_json_splice_get_count(const McJsonSplice *self);
GBytes *mc_json_splice_apply(McJsonSplice *self, const char *data, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McJsonSplice, mc_json_splice_free)
