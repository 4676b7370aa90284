/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli/json-view.h"

static JsonNode *
follow(JsonNode *root, const char *path)
{
  g_auto(GStrv) names = g_strsplit(path, ".", -1);
  JsonNode *node = root;
  for (guint i = 0; names[i] != NULL; i++) {
    if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node))
      return NULL;
    node = json_object_get_member(json_node_get_object(node), names[i]);
  }
  return node;
}

static JsonNode *
follow_to_value(JsonNode *root, const char *path)
{
  JsonNode *node = follow(root, path);
  return node != NULL && JSON_NODE_HOLDS_VALUE(node) ? node : NULL;
}

static gboolean
is_number(JsonNode *node)
{
  GType type = node != NULL ? json_node_get_value_type(node) : G_TYPE_INVALID;
  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

const char *
mc_json_view_get_text(JsonNode *root, const char *path, const char *fallback)
{
  JsonNode *node = follow_to_value(root, path);
  const char *text = node != NULL ? json_node_get_string(node) : NULL;
  return text != NULL ? text : fallback;
}

gint64
mc_json_view_get_int(JsonNode *root, const char *path, gint64 fallback)
{
  JsonNode *node = follow_to_value(root, path);
  return is_number(node) ? json_node_get_int(node) : fallback;
}

double
mc_json_view_get_double(JsonNode *root, const char *path, double fallback)
{
  JsonNode *node = follow_to_value(root, path);
  return is_number(node) ? json_node_get_double(node) : fallback;
}

gboolean
mc_json_view_get_boolean(JsonNode *root, const char *path, gboolean fallback)
{
  JsonNode *node = follow_to_value(root, path);
  return node != NULL && json_node_get_value_type(node) == G_TYPE_BOOLEAN
             ? json_node_get_boolean(node)
             : fallback;
}

guint
mc_json_view_count(JsonNode *root, const char *path)
{
  JsonNode *node = follow(root, path);
  return node != NULL && JSON_NODE_HOLDS_ARRAY(node)
             ? json_array_get_length(json_node_get_array(node))
             : 0;
}

JsonNode *
mc_json_view_get_element(JsonNode *root, const char *path, guint index)
{
  return json_array_get_element(json_node_get_array(follow(root, path)), index);
}
