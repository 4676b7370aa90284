/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "upstream/schema-sample.h"

#include <string.h>

#define MOST_VALUES 256 /* a schema can refer to itself */
#define MOST_DEPTH  16
#define MOST_ITEMS  16

typedef struct {
  const McJsonIndex *index;
  int root; /* where "#/…" starts */
  guint values_left;
  GString *out;
} Sampler;

/* What a property's name tells about its text, the first hit counts. */
static const struct {
  const char *part;
  const char *text;
} named_texts[] = {
    {"path", "metaclaw-practice.txt"}, {"file", "metaclaw-practice.txt"},
    {"command", "echo practice"},      {"cmd", "echo practice"},
    {"url", "https://example.org/"},   {"uri", "https://example.org/"},
    {"email", "practice@example.org"},
};

/* JSON schema's "format" (section 7.3 of its validation paper). */
static const struct {
  const char *format;
  const char *text;
} format_texts[] = {
    {"date", "2026-01-01"},
    {"date-time", "2026-01-01T12:00:00Z"},
    {"time", "12:00:00Z"},
    {"duration", "PT1H"},
    {"email", "practice@example.org"},
    {"hostname", "example.org"},
    {"ipv4", "127.0.0.1"},
    {"ipv6", "::1"},
    {"uri", "https://example.org/"},
    {"url", "https://example.org/"},
    {"uuid", "00000000-0000-4000-8000-000000000000"},
};

static int
find(const Sampler *sampler, int node, const char *name)
{
  return mc_json_index_find(sampler->index, node, name);
}

static gboolean
is_kind(const Sampler *sampler, int node, McJsonKind kind)
{
  return mc_json_index_is(sampler->index, node, kind);
}

static int
get_first(const Sampler *sampler, int node)
{
  return mc_json_index_get_node(sampler->index, node)->first_child;
}

static int
get_next(const Sampler *sampler, int node)
{
  return mc_json_index_get_node(sampler->index, node)->next;
}

static void
append_raw(const Sampler *sampler, int node)
{
  const McJsonNode *value = mc_json_index_get_node(sampler->index, node);
  g_string_append_len(sampler->out, mc_json_index_get_data(sampler->index) + value->start,
                      (gssize) value->length);
}

static void
append_string(const Sampler *sampler, const char *text)
{
  g_string_append_c(sampler->out, '"');
  mc_json_escape_append(sampler->out, text, -1);
  g_string_append_c(sampler->out, '"');
}

/* "#/$defs/Thing" from the root of the schema (RFC 6901); -1 when it leads nowhere. */
static int
resolve_reference(const Sampler *sampler, int reference)
{
  g_autofree char *pointer = mc_json_index_dup_string(sampler->index, reference);
  if (pointer == NULL || pointer[0] != '#')
    return -1;
  int node = sampler->root;
  g_auto(GStrv) steps = g_strsplit(pointer + 1, "/", MOST_DEPTH);
  for (guint i = 1; node >= 0 && i < g_strv_length(steps); i++) {
    g_autoptr(GString) step = g_string_new(steps[i]);
    g_string_replace(step, "~1", "/", 0);
    g_string_replace(step, "~0", "~", 0);
    node = find(sampler, node, step->str);
  }
  return node;
}

/* The first schema of a list that allows more than null. */
static int
find_alternative(const Sampler *sampler, int list)
{
  if (!is_kind(sampler, list, MC_JSON_ARRAY))
    return -1;
  for (int child = get_first(sampler, list); child >= 0; child = get_next(sampler, child))
    if (!mc_json_index_string_equals(sampler->index, find(sampler, child, "type"),
                                     "null"))
      return child;
  return -1;
}

/* A value that the schema itself shows; -1 when it shows none. */
static int
find_shown_value(const Sampler *sampler, int schema)
{
  int value = find(sampler, schema, "const");
  if (value < 0 && is_kind(sampler, find(sampler, schema, "enum"), MC_JSON_ARRAY))
    value = get_first(sampler, find(sampler, schema, "enum"));
  if (value < 0)
    value = find(sampler, schema, "default");
  return value;
}

static char *
dup_type(const Sampler *sampler, int schema)
{
  int type = find(sampler, schema, "type");
  if (is_kind(sampler, type, MC_JSON_ARRAY)) {
    int child = get_first(sampler, type);
    while (child >= 0 && mc_json_index_string_equals(sampler->index, child, "null"))
      child = get_next(sampler, child);
    type = child;
  }
  if (is_kind(sampler, type, MC_JSON_STRING))
    return mc_json_index_dup_string(sampler->index, type);
  if (find(sampler, schema, "properties") >= 0)
    return g_strdup("object");
  return g_strdup(find(sampler, schema, "items") >= 0 ? "array" : "string");
}

static const char *
find_text(const Sampler *sampler, int schema, const char *name)
{
  g_autofree char *format =
      mc_json_index_dup_string(sampler->index, find(sampler, schema, "format"));
  for (gsize i = 0; format != NULL && i < G_N_ELEMENTS(format_texts); i++)
    if (g_str_equal(format, format_texts[i].format))
      return format_texts[i].text;
  g_autofree char *lower = g_ascii_strdown(name, -1);
  for (gsize i = 0; i < G_N_ELEMENTS(named_texts); i++)
    if (strstr(lower, named_texts[i].part) != NULL)
      return named_texts[i].text;
  return "practice";
}

static void
append_text(const Sampler *sampler, int schema, const char *name)
{
  g_autoptr(GString) text = g_string_new(find_text(sampler, schema, name));
  gint64 shortest =
      mc_json_index_get_int(sampler->index, find(sampler, schema, "minLength"), 0);
  gint64 longest =
      mc_json_index_get_int(sampler->index, find(sampler, schema, "maxLength"), -1);
  while ((gint64) text->len < MIN(shortest, 1024))
    g_string_append_c(text, '.');
  if (longest >= 0 && (gint64) text->len > longest)
    g_string_truncate(text, (gsize) longest);
  append_string(sampler, text->str);
}

static void
append_number(const Sampler *sampler, int schema)
{
  int minimum = find(sampler, schema, "minimum");
  int maximum = find(sampler, schema, "maximum");
  int above = find(sampler, schema, "exclusiveMinimum");
  if (is_kind(sampler, minimum, MC_JSON_NUMBER))
    append_raw(sampler, minimum);
  else if (is_kind(sampler, above, MC_JSON_NUMBER))
    g_string_append_printf(
        sampler->out, "%" G_GINT64_FORMAT,
        MIN(mc_json_index_get_int(sampler->index, above, 0), G_MAXINT64 - 1) + 1);
  else if (is_kind(sampler, maximum, MC_JSON_NUMBER) &&
           mc_json_index_get_int(sampler->index, maximum, 0) < 1)
    append_raw(sampler, maximum);
  else
    g_string_append_c(sampler->out, '1');
}

static void append_value(Sampler *sampler, int schema, const char *name, guint depth);

static void
append_array(Sampler *sampler, int schema, const char *name, guint depth)
{
  gint64 fewest =
      mc_json_index_get_int(sampler->index, find(sampler, schema, "minItems"), 1);
  gint64 most = mc_json_index_get_int(sampler->index, find(sampler, schema, "maxItems"),
                                      MOST_ITEMS);
  gint64 n_items = CLAMP(fewest, 1, CLAMP(most, 0, MOST_ITEMS));
  if (most <= 0)
    n_items = 0;
  g_string_append_c(sampler->out, '[');
  for (gint64 i = 0; i < n_items && sampler->values_left > 0; i++) {
    if (i > 0)
      g_string_append_c(sampler->out, ',');
    append_value(sampler, find(sampler, schema, "items"), name, depth + 1);
  }
  g_string_append_c(sampler->out, ']');
}

/* Only what is required: what is optional is best left to the tool. */
static void
append_object(Sampler *sampler, int schema, guint depth)
{
  int properties = find(sampler, schema, "properties");
  int required = find(sampler, schema, "required");
  gboolean is_first = TRUE;
  g_string_append_c(sampler->out, '{');
  int child =
      is_kind(sampler, required, MC_JSON_ARRAY) ? get_first(sampler, required) : -1;
  for (; child >= 0 && sampler->values_left > 0; child = get_next(sampler, child)) {
    g_autofree char *name = mc_json_index_dup_string(sampler->index, child);
    if (name == NULL)
      continue;
    if (!is_first)
      g_string_append_c(sampler->out, ',');
    is_first = FALSE;
    append_string(sampler, name);
    g_string_append_c(sampler->out, ':');
    append_value(sampler, find(sampler, properties, name), name, depth + 1);
  }
  g_string_append_c(sampler->out, '}');
}

static void
append_typed(Sampler *sampler, int schema, const char *name, guint depth)
{
  g_autofree char *type = dup_type(sampler, schema);
  if (g_str_equal(type, "object"))
    append_object(sampler, schema, depth);
  else if (g_str_equal(type, "array"))
    append_array(sampler, schema, name, depth);
  else if (g_str_equal(type, "integer") || g_str_equal(type, "number"))
    append_number(sampler, schema);
  else if (g_str_equal(type, "boolean"))
    g_string_append(sampler->out, "false");
  else if (g_str_equal(type, "null"))
    g_string_append(sampler->out, "null");
  else
    append_text(sampler, schema, name);
}

static void
append_value(Sampler *sampler, int schema, const char *name, guint depth)
{
  sampler->values_left -= MIN(sampler->values_left, 1);
  if (sampler->values_left == 0 || depth > MOST_DEPTH) {
    g_string_append(sampler->out, "null");
    return;
  }
  int shown = find_shown_value(sampler, schema);
  if (shown >= 0) {
    append_raw(sampler, shown);
    return;
  }
  static const char *const combinations[] = {"anyOf", "oneOf", "allOf"};
  int other = resolve_reference(sampler, find(sampler, schema, "$ref"));
  for (gsize i = 0; other < 0 && i < G_N_ELEMENTS(combinations); i++)
    other = find_alternative(sampler, find(sampler, schema, combinations[i]));
  if (other >= 0)
    append_value(sampler, other, name, depth + 1);
  else
    append_typed(sampler, schema, name, depth);
}

void
mc_schema_sample_append(GString *out, const McJsonIndex *index, int node)
{
  Sampler sampler = {
      .index = index, .root = node, .values_left = MOST_VALUES, .out = out};
  append_value(&sampler, node, "", 0);
}
