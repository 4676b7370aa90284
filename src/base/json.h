/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <json-glib/json-glib.h>

/* The one door through which JSON from network or disk becomes a tree. json-glib 1.6
 * alone crashes on 100,000 nested brackets, wraps large integers, takes {"a":1}{"b":2}
 * for a document and gives NULL for an empty one; so every text is checked first. Nobody
 * else calls its parser; building trees (JsonBuilder, JsonNode) is everybody's. For bytes
 * that pass through there is base/json-span. Pure. */

/* More nesting than this is refused. */
#define MC_JSON_DEPTH_MAX 64

/* Exactly one document of at most @max_bytes in UTF-8. TOO_LARGE, or INVALID_INPUT with
 * the byte offset and what is wrong. Free with json_node_unref(). */
JsonNode *mc_json_parse(const char *data, gsize length, gsize max_bytes, GError **error);

/* Typed getters. A path is names and indices below @root: "messages[2].content", ""
 * for the root itself. NOT_FOUND when a step is missing or null, INVALID_INPUT when the
 * value is of another type; both messages start with the path as far as it goes wrong
 * ("messages[2]: missing"). Results are borrowed from @root. */
const char *mc_json_get_string(JsonNode *root, const char *path, GError **error);
JsonArray *mc_json_get_array(JsonNode *root, const char *path, GError **error);
JsonObject *mc_json_get_object(JsonNode *root, const char *path, GError **error);
/* 0 with @error set; an integer as text or with a fraction is none. */
gint64 mc_json_get_int(JsonNode *root, const char *path, GError **error);
/* FALSE with @error set. */
gboolean mc_json_get_boolean(JsonNode *root, const char *path, GError **error);

/* The text of @root; @pretty with line feeds and two blanks a level. Free with g_free().
 */
char *mc_json_format(JsonNode *root, gboolean pretty);
