/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/skill-file.h"

#include <libfyaml.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define LONGEST_NAME        64
#define LONGEST_DESCRIPTION 1024

/* The first line of the YAML in its file: the fence is line 1. */
#define FIRST_YAML_LINE 2

typedef struct fy_document Document;
typedef struct fy_diag Diagnostics;
typedef struct fy_node Node;
typedef struct fy_node_pair NodePair;

typedef struct {
  const char *yaml;
  gsize yaml_length;
  const char *body; /* NUL-terminated */
} Parts;

/* A skill in the making. */
typedef struct {
  const char *path;
  char *name;           /* (owned) (nullable) */
  char *description;    /* (owned) (nullable) */
  char *license;        /* (owned) (nullable) */
  char *compatibility;  /* (owned) (nullable) */
  char *allowed_tools;  /* (owned) (nullable) */
  GHashTable *metadata; /* (owned) */
  guint name_line;
  guint description_line;
} Draft;

static void
clear_draft(Draft *draft)
{
  g_free(draft->name);
  g_free(draft->description);
  g_free(draft->license);
  g_free(draft->compatibility);
  g_free(draft->allowed_tools);
  g_clear_pointer(&draft->metadata, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Draft, clear_draft)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Document, fy_document_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Diagnostics, fy_diag_destroy)

static void G_GNUC_PRINTF(4, 5)
    set_error_at(GError **error, const char *path, guint line, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *reason = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT, "%s:%u: %s", path, line, reason);
}

static guint
count_lines(const char *text, const char *end)
{
  guint lines = 0;
  for (const char *c = text; c < end; c++)
    if (*c == '\n')
      lines++;
  return lines;
}

/* UTF-8 without a byte order mark and with bare line feeds, as the rest expects. */
static char *
decode_text(const char *path, const char *data, gsize length, GError **error)
{
  const char *end = data + length;
  const char *invalid = NULL;
  if (!g_utf8_validate_len(data, length, &invalid)) {
    set_error_at(error, path, count_lines(data, invalid) + 1,
                 "not UTF-8 text; save the file as UTF-8");
    return NULL;
  }
  if (length >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
    data += 3;
  GString *text = g_string_sized_new(length + 1);
  for (const char *c = data; c < end; c++)
    if (c[0] != '\r' || c + 1 == end || c[1] != '\n')
      g_string_append_c(text, *c);
  return g_string_free(text, FALSE);
}

static gboolean
is_fence(const char *line, gsize length)
{
  if (length < 3 || strncmp(line, "---", 3) != 0)
    return FALSE;
  for (gsize i = 3; i < length; i++)
    if (line[i] != ' ' && line[i] != '\t')
      return FALSE;
  return TRUE;
}

static const char *
skip_blank_lines(const char *text)
{
  for (;;) {
    const char *c = text + strspn(text, " \t");
    if (*c != '\n')
      return text;
    text = c + 1;
  }
}

/* Only the file's first line opens the front matter and only a line of its own closes it:
 * dashes inside a value, rules in the body and front matter shown in a code block are
 * text. */
static gboolean
split_parts(const char *path, char *text, Parts *parts, GError **error)
{
  gsize first_length = strcspn(text, "\n");
  if (!is_fence(text, first_length)) {
    set_error_at(error, path, 1,
                 "no front matter; put name and description between two lines of three "
                 "dashes, the first of them on line 1");
    return FALSE;
  }
  const char *line = text + first_length;
  if (*line == '\n')
    line++;
  parts->yaml = line;
  while (*line != '\0') {
    gsize length = strcspn(line, "\n");
    if (is_fence(line, length)) {
      parts->yaml_length = line - parts->yaml;
      parts->body = line[length] == '\0' ? "" : skip_blank_lines(line + length + 1);
      return TRUE;
    }
    line += length;
    if (*line == '\n')
      line++;
  }
  set_error_at(error, path, 1,
               "the front matter is not closed; put a line of three dashes after it");
  return FALSE;
}

/* libfyaml prints to stderr unless its messages are collected. */
static Document *
build_document(const char *yaml, gsize length, char **reason_out, guint *line_out)
{
  struct fy_diag_cfg diag_config;
  fy_diag_cfg_default(&diag_config);
  diag_config.fp = NULL;
  diag_config.colorize = FALSE;
  g_autoptr(Diagnostics) diag = fy_diag_create(&diag_config);
  g_assert(diag != NULL);
  fy_diag_set_collect_errors(diag, TRUE);
  struct fy_parse_cfg config = {
      .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2,
      .diag = diag,
  };
  Document *document = fy_document_build_from_string(&config, yaml, length);
  if (document != NULL && !fy_diag_got_error(diag))
    return document;
  fy_document_destroy(document);
  if (reason_out == NULL)
    return NULL;
  void *cursor = NULL;
  const struct fy_diag_error *first = fy_diag_errors_iterate(diag, &cursor);
  *reason_out =
      g_strdup(first != NULL && first->msg != NULL ? first->msg : "it is empty");
  *line_out = FIRST_YAML_LINE + (first != NULL && first->line > 0 ? first->line - 1 : 0);
  return NULL;
}

/* "key: value" at the start of a line; NULL when it is not of this form. */
static const char *
find_value(const char *line)
{
  const char *c = line;
  while (g_ascii_isalnum(*c) || *c == '-' || *c == '_' || *c == '.')
    c++;
  if (c == line || *c != ':' || (c[1] != ' ' && c[1] != '\t'))
    return NULL;
  c += 1 + strspn(c + 1, " \t");
  return *c != '\0' ? c : NULL;
}

static gboolean
opens_block_scalar(const char *value)
{
  return (*value == '|' || *value == '>') &&
         value[1 + strspn(value + 1, "+-0123456789 \t")] == '\0';
}

static gboolean
is_quoted(const char *value)
{
  gsize length = strlen(value);
  if (length < 2 || (*value != '"' && *value != '\'') || value[length - 1] != *value)
    return FALSE;
  g_autofree char *inside = g_strndup(value + 1, length - 2);
  return strchr(inside, *value) == NULL && strchr(inside, '\\') == NULL;
}

static guint
count_indent(const char *line)
{
  return (guint) strspn(line, " ");
}

static gboolean
is_blank(const char *line)
{
  return line[strspn(line, " ")] == '\0';
}

/* What continues a plain value on the next lines: deeper lines, folded as YAML does. */
static char *
gather_value(char **lines, guint *i, const char *value, guint indent)
{
  GString *gathered = g_string_new(value);
  while (lines[*i + 1] != NULL && !is_blank(lines[*i + 1]) &&
         count_indent(lines[*i + 1]) > indent) {
    ++*i;
    g_string_append_c(gathered, ' ');
    g_string_append(gathered, lines[*i] + count_indent(lines[*i]));
  }
  return g_strchomp(g_string_free(gathered, FALSE));
}

static void
append_single_quoted(GString *out, const char *value)
{
  g_string_append_c(out, '\'');
  for (const char *c = value; *c != '\0'; c++) {
    if (*c == '\'')
      g_string_append_c(out, '\'');
    g_string_append_c(out, *c);
  }
  g_string_append_c(out, '\'');
}

/* What people write and strict YAML rejects: colons, brackets, quotes and percent signs
 * in one-line values, tabs in front. Every such value is put between quotes, so that the
 * library can read the rest as it stands. */
static char *
quote_values(const char *yaml, gsize length)
{
  g_autofree char *text = g_strndup(yaml, length);
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  GString *out = g_string_sized_new(length + 64);
  int block_indent = -1;
  for (guint i = 0; lines[i] != NULL; i++) {
    gsize tabs = strspn(lines[i], "\t");
    if (tabs > 0) {
      g_autofree char *untabbed =
          g_strdup_printf("%*s%s", (int) MIN(2 * tabs, 64), "", lines[i] + tabs);
      g_free(lines[i]);
      lines[i] = g_steal_pointer(&untabbed);
    }
    const char *line = lines[i];
    guint indent = count_indent(line);
    if (block_indent >= 0 && !is_blank(line) && (int) indent <= block_indent)
      block_indent = -1;
    const char *value = block_indent < 0 ? find_value(line + indent) : NULL;
    if (value != NULL && opens_block_scalar(value))
      block_indent = (int) indent;
    if (value == NULL || opens_block_scalar(value) || is_quoted(value)) {
      g_string_append(out, line);
    } else {
      g_string_append_len(out, line, value - line);
      g_autofree char *gathered = gather_value(lines, &i, value, indent);
      append_single_quoted(out, gathered);
    }
    g_string_append_c(out, '\n');
  }
  return g_string_free(out, FALSE);
}

static guint
get_line(Node *node)
{
  struct fy_token *token =
      fy_node_get_type(node) == FYNT_SCALAR ? fy_node_get_scalar_token(node) : NULL;
  const struct fy_mark *mark = token != NULL ? fy_token_start_mark(token) : NULL;
  return FIRST_YAML_LINE + (mark != NULL && mark->line > 0 ? (guint) mark->line : 0);
}

static char *
dup_scalar(Node *node)
{
  if (node == NULL || fy_node_get_type(node) != FYNT_SCALAR || fy_node_is_alias(node))
    return NULL;
  gsize length = 0;
  const char *text = fy_node_get_scalar(node, &length);
  if (text == NULL)
    return g_strdup("");
  g_autofree char *copy = g_strndup(text, length);
  return g_strstrip(g_utf8_make_valid(copy, -1));
}

/* A scalar, or the scalars of a list joined by @separator. */
static char *
dup_words(Node *node, const char *separator)
{
  if (node == NULL || fy_node_get_type(node) != FYNT_SEQUENCE)
    return dup_scalar(node);
  g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
  void *cursor = NULL;
  for (Node *item = fy_node_sequence_iterate(node, &cursor); item != NULL;
       item = fy_node_sequence_iterate(node, &cursor)) {
    char *word = dup_scalar(item);
    if (word != NULL)
      g_ptr_array_add(words, word);
  }
  g_ptr_array_add(words, NULL);
  return g_strjoinv(separator, (char **) words->pdata);
}

static void
read_metadata(Draft *draft, Node *map)
{
  if (map == NULL || fy_node_get_type(map) != FYNT_MAPPING)
    return;
  void *cursor = NULL;
  for (NodePair *pair = fy_node_mapping_iterate(map, &cursor); pair != NULL;
       pair = fy_node_mapping_iterate(map, &cursor)) {
    g_autofree char *key = dup_scalar(fy_node_pair_key(pair));
    g_autofree char *value = dup_words(fy_node_pair_value(pair), ", ");
    if (key != NULL && *key != '\0' && value != NULL)
      g_hash_table_insert(draft->metadata, g_steal_pointer(&key),
                          g_steal_pointer(&value));
  }
}

static void
replace_text(char **place, char *text)
{
  g_free(*place);
  *place = text;
}

/* Metadata that other programs write at the top; what stands under "metadata" wins. */
static gboolean
is_stray_metadata(const char *key)
{
  return g_str_equal(key, "category") || g_str_equal(key, "group") ||
         g_str_equal(key, "lane") || g_str_equal(key, "triggers") ||
         g_str_has_prefix(key, "triggers-");
}

static void
read_member(Draft *draft, const char *key, guint line, Node *value)
{
  if (g_str_equal(key, "name")) {
    replace_text(&draft->name, dup_scalar(value));
    draft->name_line = line;
  } else if (g_str_equal(key, "description")) {
    replace_text(&draft->description, dup_scalar(value));
    draft->description_line = line;
  } else if (g_str_equal(key, "license")) {
    replace_text(&draft->license, dup_scalar(value));
  } else if (g_str_equal(key, "compatibility")) {
    replace_text(&draft->compatibility, dup_scalar(value));
  } else if (g_str_equal(key, "allowed-tools")) {
    replace_text(&draft->allowed_tools, dup_words(value, " "));
  } else if (g_str_equal(key, "metadata")) {
    read_metadata(draft, value);
  } else if (is_stray_metadata(key) && !g_hash_table_contains(draft->metadata, key)) {
    char *words = dup_words(value, ", ");
    if (words != NULL)
      g_hash_table_insert(draft->metadata, g_strdup(key), words);
  }
}

static gboolean
read_front_matter(Draft *draft, const Parts *parts, GError **error)
{
  g_autofree char *reason = NULL;
  guint line = FIRST_YAML_LINE;
  g_autofree char *quoted = NULL; /* outlives the document, which points into it */
  g_autoptr(Document) document =
      build_document(parts->yaml, parts->yaml_length, &reason, &line);
  if (document == NULL) {
    quoted = quote_values(parts->yaml, parts->yaml_length);
    document = build_document(quoted, strlen(quoted), NULL, NULL);
  }
  if (document == NULL) {
    set_error_at(error, draft->path, line,
                 "the front matter is not valid YAML (%s); put the value in quotes, or "
                 "mend the line",
                 reason);
    return FALSE;
  }
  Node *root = fy_document_root(document);
  if (root == NULL || fy_node_get_type(root) != FYNT_MAPPING) {
    set_error_at(error, draft->path, FIRST_YAML_LINE,
                 "the front matter has no keys; it needs 'name:' and 'description:'");
    return FALSE;
  }
  void *cursor = NULL;
  for (NodePair *pair = fy_node_mapping_iterate(root, &cursor); pair != NULL;
       pair = fy_node_mapping_iterate(root, &cursor)) {
    g_autofree char *key = dup_scalar(fy_node_pair_key(pair));
    if (key != NULL && fy_node_pair_value(pair) != NULL)
      read_member(draft, key, get_line(fy_node_pair_key(pair)), fy_node_pair_value(pair));
  }
  return TRUE;
}

static gboolean
check_draft(const Draft *draft, const char *folder_name, GError **error)
{
  if (draft->name == NULL || *draft->name == '\0') {
    set_error_at(error, draft->path, MAX(draft->name_line, 1), "no name; add 'name: %s'",
                 folder_name != NULL ? folder_name : "the-folder");
    return FALSE;
  }
  if (draft->description == NULL || *draft->description == '\0') {
    set_error_at(error, draft->path, MAX(draft->description_line, 1),
                 "no description; add 'description:' with what the skill does and when");
    return FALSE;
  }
  return TRUE;
}

McSkill *
mc_skill_file_parse(const char *path, const char *folder_name, const char *data,
                    gsize length, GError **error)
{
  if (length > MC_SKILL_FILE_SIZE_MAX) {
    g_set_error(error, MC_ERROR, MC_ERROR_TOO_LARGE,
                "%s:1: larger than %d KiB; move what is not needed in every prompt into "
                "files of its own",
                path, MC_SKILL_FILE_SIZE_MAX / 1024);
    return NULL;
  }
  g_autofree char *text = decode_text(path, data, length, error);
  Parts parts = {0};
  if (text == NULL || !split_parts(path, text, &parts, error))
    return NULL;
  g_auto(Draft) draft = {
      .path = path,
      .metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
  };
  if (!read_front_matter(&draft, &parts, error) ||
      !check_draft(&draft, folder_name, error))
    return NULL;
  g_autofree char *name = mc_skill_name_is_valid(draft.name)
                              ? g_strdup(draft.name)
                              : mc_skill_name_from_title(draft.name);
  g_autofree char *body = g_strchomp(g_strdup(parts.body));
  return mc_skill_new(&(McSkillFields){
      .name = name,
      .description = draft.description,
      .body = body,
      .path = path,
      .license = draft.license,
      .compatibility = draft.compatibility,
      .allowed_tools = draft.allowed_tools,
      .metadata = draft.metadata,
  });
}

/* Words that YAML 1.1 or 1.2 read as something other than text. Numbers, dates and times
 * begin with a digit or a sign, and only a letter may begin a plain value here. */
static gboolean
is_reserved_word(const char *text)
{
  static const char *const words[] = {"true", "false", "yes",  "no",  "on",  "off",
                                      "y",    "n",     "null", "inf", "nan", NULL};
  g_autofree char *lower = g_ascii_strdown(text, -1);
  return g_strv_contains(words, lower);
}

static gboolean
is_plain(const char *text)
{
  if (!g_ascii_isalpha(*text) || is_reserved_word(text))
    return FALSE;
  const char *c = text;
  for (; *c != '\0'; c++)
    if (!g_ascii_isalnum(*c) && strchr(" ,.()/-_", *c) == NULL)
      return FALSE;
  return c[-1] != ' ';
}

/* Not printable in YAML's sense, or a line break to a 1.1 parser. */
static gboolean
needs_escape(gunichar character)
{
  return character < 0x20 || (character >= 0x7F && character <= 0x9F) ||
         character == 0x2028 || character == 0x2029 || character == 0xFEFF ||
         (character & 0xFFFE) == 0xFFFE;
}

static void
append_value(GString *out, const char *text)
{
  if (is_plain(text)) {
    g_string_append(out, text);
    return;
  }
  g_string_append_c(out, '"');
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
    gunichar character = g_utf8_get_char(c);
    if (character == '"' || character == '\\')
      g_string_append_printf(out, "\\%c", (char) character);
    else if (character == '\n')
      g_string_append(out, "\\n");
    else if (character == '\t')
      g_string_append(out, "\\t");
    else if (!needs_escape(character))
      g_string_append_unichar(out, character);
    else if (character > 0xFFFF)
      g_string_append_printf(out, "\\U%08X", character);
    else
      g_string_append_printf(out, "\\u%04X", character);
  }
  g_string_append_c(out, '"');
}

static void
append_member(GString *out, const char *indent, const char *key, const char *value)
{
  g_string_append(out, indent);
  append_value(out, key);
  g_string_append(out, ": ");
  append_value(out, value);
  g_string_append_c(out, '\n');
}

static void
append_optional_member(GString *out, const char *key, const char *value)
{
  if (*value != '\0')
    append_member(out, "", key, value);
}

char *
mc_skill_file_format(const McSkill *skill)
{
  GString *out = g_string_new("---\n");
  g_autofree char *description =
      mc_text_cut_at_word(mc_skill_get_description(skill), LONGEST_DESCRIPTION);
  append_member(out, "", "name", mc_skill_get_name(skill));
  append_member(out, "", "description", description);
  append_optional_member(out, "license", mc_skill_get_license(skill));
  append_optional_member(out, "compatibility", mc_skill_get_compatibility(skill));
  append_optional_member(out, "allowed-tools", mc_skill_get_allowed_tools(skill));
  g_autoptr(GList) keys = mc_skill_list_metadata(skill);
  if (keys != NULL)
    g_string_append(out, "metadata:\n");
  for (GList *link = keys; link != NULL; link = link->next)
    append_member(out, "  ", link->data, mc_skill_get_metadata(skill, link->data));
  g_string_append_printf(out, "---\n\n%s\n", mc_skill_get_body(skill));
  return g_string_free(out, FALSE);
}

static void
append_hyphen(GString *name)
{
  if (name->len > 0 && name->str[name->len - 1] != '-')
    g_string_append_c(name, '-');
}

static void
cut_name(GString *name, gsize longest)
{
  if (name->len > longest)
    g_string_truncate(name, longest);
  while (name->len > 0 && name->str[name->len - 1] == '-')
    g_string_truncate(name, name->len - 1);
}

char *
mc_skill_name_from_title(const char *title)
{
  g_autofree char *valid = g_utf8_make_valid(title, -1);
  g_autofree char *folded = g_utf8_casefold(valid, -1);
  g_autofree char *split = g_utf8_normalize(folded, -1, G_NORMALIZE_NFKD);
  GString *name = g_string_new(NULL);
  gboolean lost_letters = FALSE;
  for (const char *c = split; *c != '\0'; c = g_utf8_next_char(c)) {
    gunichar character = g_utf8_get_char(c);
    if (character < 0x80 && g_ascii_isalnum((char) character)) {
      g_string_append_c(name, g_ascii_tolower((char) character));
    } else if (!g_unichar_ismark(character) && character != '\'') {
      lost_letters = lost_letters || g_unichar_isalnum(character);
      append_hyphen(name);
    }
  }
  cut_name(name, LONGEST_NAME);
  if (!lost_letters && name->len > 0)
    return g_string_free(name, FALSE);

  g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, valid, -1);
  hash[6] = '\0';
  cut_name(name, LONGEST_NAME - 7);
  if (name->len == 0)
    g_string_append(name, "skill");
  g_string_append_printf(name, "-%s", hash);
  return g_string_free(name, FALSE);
}
