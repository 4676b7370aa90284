/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <string.h>

#include "base/error.h"
#include "base/json-span.h"

static gboolean
is_number_byte(char byte)
{
  return g_ascii_isdigit(byte) || byte == '.' || byte == 'e' || byte == 'E' ||
         byte == '+' || byte == '-';
}

/* The number at @at fits into what json-glib keeps it in. */
static gboolean
fits(const char *at, gsize length)
{
  g_autofree char *text = NULL;

  if (length <= 18)
    return TRUE;
  text = g_strndup(at, length);
  return strpbrk(text, ".eE") != NULL ||
         g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, NULL, NULL);
}

/* How long is the escape at @at, both halves of a pair counted; 0 = two escapes of which
 * one is a surrogate and that make no pair: json-glib 1.6 refuses them, too, but forgets
 * to free what it had read. @at stands in a string that is known to be well formed. */
static gsize
measure_escape(const char *at)
{
  if (at[1] != 'u' || g_ascii_tolower(at[2]) != 'd' || at[3] < '8' || at[6] != '\\' ||
      at[7] != 'u')
    return 2;
  gboolean is_high = strchr("89aAbB", at[3]) != NULL;
  gboolean is_low_next =
      g_ascii_tolower(at[8]) == 'd' && strchr("cCdDeEfF", at[9]) != NULL;
  return is_high && is_low_next ? 12 : 0;
}

/* Of a text that is known to be valid: is it flat enough, are its integers small enough?
 */
static gboolean
check_limits(const char *data, gsize length, GError **error)
{
  guint depth = 0;

  for (gsize i = 0; i < length; i++) {
    gsize start = i;

    switch (data[i]) {
    case '"':
      for (i++; data[i] != '"';) {
        gsize step = data[i] == '\\' ? measure_escape(data + i) : 1;
        if (step == 0) {
          g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                      "byte %" G_GSIZE_FORMAT ": half a surrogate pair", i);
          return FALSE;
        }
        i += step;
      }
      break;
    case '[':
    case '{':
      if (++depth > MC_JSON_DEPTH_MAX) {
        g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                    "byte %" G_GSIZE_FORMAT ": nested too deeply", i);
        return FALSE;
      }
      break;
    case ']':
    case '}':
      depth--;
      break;
    default:
      if (data[i] != '-' && !g_ascii_isdigit(data[i]))
        break;
      while (i + 1 < length && is_number_byte(data[i + 1]))
        i++;
      if (!fits(data + start, i - start + 1)) {
        g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                    "byte %" G_GSIZE_FORMAT ": integer of more than 64 bits", start);
        return FALSE;
      }
      break;
    }
  }
  return TRUE;
}

JsonNode *
mc_json_parse(const char *data, gsize length, gsize max_bytes, GError **error)
{
  g_autoptr(McJsonIndex) index = NULL;
  g_autoptr(JsonParser) parser = NULL;
  g_autoptr(GError) parser_error = NULL;
  JsonNode *root;

  if (length > max_bytes) {
    g_set_error(error, MC_ERROR, MC_ERROR_TOO_LARGE,
                "a JSON text of %" G_GSIZE_FORMAT " bytes; %" G_GSIZE_FORMAT
                " are allowed",
                length, max_bytes);
    return NULL;
  }
  index = mc_json_index_new(data, length, 0, error);
  if (index == NULL || !check_limits(data, length, error))
    return NULL;
  parser = json_parser_new_immutable();
  if (!json_parser_load_from_data(parser, data, (gssize) length, &parser_error)) {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT, "not JSON: %s",
                parser_error->message);
    return NULL;
  }
  root = json_parser_steal_root(parser);
  if (root == NULL)
    g_set_error_literal(error, MC_ERROR, MC_ERROR_INVALID_INPUT, "not JSON: empty");
  return root;
}

static JsonNode *
get_member(JsonNode *node, const char *name)
{
  return JSON_NODE_HOLDS_OBJECT(node)
             ? json_object_get_member(json_node_get_object(node), name)
             : NULL;
}

static JsonNode *
get_element(JsonNode *node, guint64 i)
{
  return JSON_NODE_HOLDS_ARRAY(node) &&
                 i < json_array_get_length(json_node_get_array(node))
             ? json_array_get_element(json_node_get_array(node), (guint) i)
             : NULL;
}

/* Follows @path; NULL with NOT_FOUND and as much of the path as was followed. */
static JsonNode *
walk(JsonNode *node, const char *path, GError **error)
{
  const char *at = path;

  while (*at != '\0') {
    if (*at == '[') {
      char *end;
      guint64 i = g_ascii_strtoull(at + 1, &end, 10);

      node = get_element(node, i);
      at = *end == ']' ? end + 1 : end;
    } else {
      gsize length;
      g_autofree char *name = NULL;

      if (*at == '.')
        at++;
      length = strcspn(at, ".[");
      name = g_strndup(at, length);
      node = get_member(node, name);
      at += length;
    }
    if (node == NULL || JSON_NODE_HOLDS_NULL(node)) {
      g_set_error(error, MC_ERROR, MC_ERROR_NOT_FOUND, "%.*s: missing", (int) (at - path),
                  path);
      return NULL;
    }
  }
  return node;
}

static void
set_type_error(GError **error, const char *path, const char *type)
{
  g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT, "%s: must be %s",
              *path != '\0' ? path : "the document", type);
}

/* The value at @path when it is a scalar of @type. */
static JsonNode *
walk_to(JsonNode *root, const char *path, GType type, const char *type_name,
        GError **error)
{
  JsonNode *node = walk(root, path, error);

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != type) {
    set_type_error(error, path, type_name);
    return NULL;
  }
  return node;
}

const char *
mc_json_get_string(JsonNode *root, const char *path, GError **error)
{
  JsonNode *node = walk_to(root, path, G_TYPE_STRING, "a string", error);

  return node != NULL ? json_node_get_string(node) : NULL;
}

JsonArray *
mc_json_get_array(JsonNode *root, const char *path, GError **error)
{
  JsonNode *node = walk(root, path, error);

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_ARRAY(node)) {
    set_type_error(error, path, "an array");
    return NULL;
  }
  return json_node_get_array(node);
}

JsonObject *
mc_json_get_object(JsonNode *root, const char *path, GError **error)
{
  JsonNode *node = walk(root, path, error);

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT(node)) {
    set_type_error(error, path, "an object");
    return NULL;
  }
  return json_node_get_object(node);
}

gint64
mc_json_get_int(JsonNode *root, const char *path, GError **error)
{
  JsonNode *node = walk_to(root, path, G_TYPE_INT64, "an integer", error);

  return node != NULL ? json_node_get_int(node) : 0;
}

gboolean
mc_json_get_boolean(JsonNode *root, const char *path, GError **error)
{
  JsonNode *node = walk_to(root, path, G_TYPE_BOOLEAN, "true or false", error);

  return node != NULL && json_node_get_boolean(node);
}

char *
mc_json_format(JsonNode *root, gboolean pretty)
{
  g_autoptr(JsonGenerator) generator = json_generator_new();

  json_generator_set_root(generator, root);
  json_generator_set_pretty(generator, pretty);
  json_generator_set_indent(generator, 2);
  return json_generator_to_data(generator, NULL);
}
