/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
/* libfyaml gives a tree with positions; everything that makes YAML 1.1 of it happens
 * here. The tree is never "resolved": that copies what aliases stand for, and a few lines
 * of aliases to aliases would fill the memory. Aliases and merge keys are followed where
 * a known key is looked up, which no file can make expensive.
 */
#include "config/config-file.h"

#include <errno.h>
#include <fcntl.h>
#include <libfyaml.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define MOST_ISSUES 100
/* Merges of merges deeper than this are loops. */
#define DEEPEST_MERGE 8
/* A section may gather this many keys through merges. */
#define MOST_MERGED_KEYS 1000
/* libfyaml 0.7 needs quadratic time for anchors and 350 bytes for each open bracket. */
#define MOST_ANCHORS  1000
#define MOST_BRACKETS 20000

typedef struct fy_parser Parser;
typedef struct fy_diag Diagnosis;
typedef struct fy_node Node;
typedef struct fy_node_pair Pair;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Parser, fy_parser_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Diagnosis, fy_diag_destroy)

void
mc_config_issue_free(McConfigIssue *self)
{
  if (self == NULL)
    return;
  g_free(self->key);
  g_free(self->place);
  g_free(self->detail);
  g_free(self->message);
  g_free(self);
}

McProblem *
mc_config_issue_to_problem(const McConfigIssue *self)
{
  return mc_problem_new(self->code, self->key, self->place, self->detail, NULL);
}

/* One key of a section, with the value that counts. */
typedef struct {
  char *name; /* (owned) */
  Node *value;
  guint line;
  gboolean is_merged; /* came through <<, and gives way to the section's own */
} Entry;

static void
free_entry(gpointer data)
{
  Entry *entry = data;
  g_free(entry->name);
  g_free(entry);
}

/* The keys of one section in the file's order. */
typedef struct {
  GPtrArray *entries;  /* (owned) (element-type Entry) */
  GHashTable *by_name; /* (owned) name → Entry, both unowned */
  guint n_merged;
} Section;

static void
clear_section(Section *section)
{
  g_clear_pointer(&section->by_name, g_hash_table_unref);
  g_clear_pointer(&section->entries, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Section, clear_section)

typedef struct {
  const char *file;         /* (unowned) its name in messages */
  GPtrArray *issues;        /* (owned) (element-type McConfigIssue) */
  McConfigBuilder *builder; /* (owned) */
  guint lines[MC_N_KEYS];   /* where each key was given; 0 for nowhere */
  gboolean is_open;         /* others than the user may read the file */
} Reader;

static void
clear_reader(Reader *reader)
{
  g_clear_pointer(&reader->builder, mc_config_builder_free);
  g_clear_pointer(&reader->issues, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, clear_reader)

/* Names in the file may be anything; in a message they are short and printable. */
static char *
tidy_name(const char *name)
{
  g_autofree char *valid = g_utf8_make_valid(name, -1);
  GString *tidy = g_string_new(NULL);
  for (const char *p = valid; *p != '\0' && tidy->len < 80; p = g_utf8_next_char(p)) {
    gunichar character = g_utf8_get_char(p);
    g_string_append_unichar(tidy, g_unichar_isprint(character) ? character : '?');
  }
  return g_string_free(tidy, FALSE);
}

static McConfigIssue *
add_issue_text(Reader *reader, McConfigIssueSeverity severity, guint line,
               const char *key, const char *detail)
{
  McConfigIssue *issue = g_new0(McConfigIssue, 1);
  issue->severity = severity;
  issue->code = "config_invalid";
  issue->line = line;
  issue->key = tidy_name(key);
  issue->detail = g_strdup(detail);
  g_autofree char *where =
      line > 0 ? g_strdup_printf("%s:%u", reader->file, line) : g_strdup(reader->file);
  const char *blank = *key != '\0' ? " " : "", *colon = *key != '\0' ? ": " : "";
  issue->place = g_strconcat(where, blank, issue->key, NULL);
  issue->message = g_strconcat(where, ": ", issue->key, colon, detail, NULL);
  g_ptr_array_add(reader->issues, issue);
  return issue;
}

static void G_GNUC_PRINTF(5, 6)
    add_issue(Reader *reader, McConfigIssueSeverity severity, guint line, const char *key,
              const char *format, ...)
{
  /* Faults are as few as the known keys, and each one decides about a value. */
  if (severity != MC_CONFIG_ISSUE_FAULT && reader->issues->len >= MOST_ISSUES)
    return;
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *detail = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  add_issue_text(reader, severity, line, key, detail);
}

/* @asked is the address that is not listened on. */
static void
add_wide_bind(Reader *reader, guint line, const char *asked)
{
  g_autofree char *words = g_strconcat(
      asked, " needs a proxy.api_key; until then MetaClaw listens on 127.0.0.1", NULL);
  McConfigIssue *issue =
      add_issue_text(reader, MC_CONFIG_ISSUE_WARNING, line, "proxy.host", words);
  issue->code = "config_wide_bind";
  g_free(issue->detail);
  issue->detail = g_strdup(asked);
}

/* The node that counts: an alias stands for what its anchor is on; NULL for an alias to
 * nothing. */
static Node *
follow(Node *node)
{
  return node != NULL && fy_node_is_alias(node) ? fy_node_resolve_alias(node) : node;
}

/* The text of a scalar, or NULL when it is none or holds a NUL. */
static char *
dup_scalar(Node *node)
{
  size_t length = 0;
  if (node == NULL || !fy_node_is_scalar(node) || fy_node_is_alias(node))
    return NULL;
  const char *text = fy_node_get_scalar(node, &length);
  if (text == NULL)
    return g_strdup("");
  return memchr(text, '\0', length) != NULL ? NULL : g_strndup(text, length);
}

/* "nothing here": no value at all, or an unquoted ~ or null. */
static gboolean
is_null(Node *node)
{
  static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};
  if (node == NULL)
    return TRUE;
  if (!fy_node_is_scalar(node) || fy_node_is_alias(node) ||
      fy_node_get_style(node) != FYNS_PLAIN)
    return FALSE;
  g_autofree char *text = dup_scalar(node);
  return text != NULL && g_strv_contains(words, text);
}

static guint
get_line(Node *node, guint otherwise)
{
  struct fy_token *token =
      node != NULL && fy_node_is_scalar(node) ? fy_node_get_scalar_token(node) : NULL;
  const struct fy_mark *mark = token != NULL ? fy_token_start_mark(token) : NULL;
  return mark != NULL && mark->line >= 0 ? (guint) mark->line + 1 : otherwise;
}

static char *
join_name(const char *section, const char *name)
{
  return *section != '\0' ? g_strconcat(section, ".", name, NULL) : g_strdup(name);
}

/* Puts a key into @section. A key that is there already: the section's own overrule
 * merged ones, an earlier merge overrules a later one, and of two of the section's own
 * the last one counts, as in PyYAML. */
static void
add_entry(Reader *reader, Section *section, const char *section_name, const char *name,
          Node *value, guint line, gboolean is_merged)
{
  Entry *entry = g_hash_table_lookup(section->by_name, name);
  if (entry != NULL && is_merged)
    return;
  if (entry == NULL) {
    entry = g_new0(Entry, 1);
    entry->name = g_strdup(name);
    g_ptr_array_add(section->entries, entry);
    g_hash_table_insert(section->by_name, entry->name, entry);
  } else if (!entry->is_merged) {
    g_autofree char *full = join_name(section_name, name);
    add_issue(reader, MC_CONFIG_ISSUE_WARNING, line, full,
              "is given twice, in lines %u and %u; the last one counts, remove the other",
              entry->line, line);
  }
  entry->value = value;
  entry->line = line;
  entry->is_merged = is_merged;
}

/* Adds the keys of what stands behind <<: a mapping, or a list of mappings. */
static void
merge_into(Reader *reader, Section *section, const char *section_name, Node *source,
           guint line, guint depth)
{
  Node *node = follow(source);
  if (node != NULL && fy_node_is_sequence(node) && depth < DEEPEST_MERGE) {
    void *cursor = NULL;
    for (Node *item = fy_node_sequence_iterate(node, &cursor);
         item != NULL && section->n_merged < MOST_MERGED_KEYS;
         item = fy_node_sequence_iterate(node, &cursor))
      merge_into(reader, section, section_name, item, line, depth + 1);
    return;
  }
  if (node == NULL || !fy_node_is_mapping(node) || depth >= DEEPEST_MERGE) {
    add_issue(reader, MC_CONFIG_ISSUE_WARNING, line, section_name,
              "<< leads to no section; name one that is marked with &");
    return;
  }

  Node *nested = NULL;
  void *cursor = NULL;
  for (Pair *pair = fy_node_mapping_iterate(node, &cursor); pair != NULL;
       pair = fy_node_mapping_iterate(node, &cursor)) {
    if (section->n_merged++ >= MOST_MERGED_KEYS)
      return;
    g_autofree char *name = dup_scalar(follow(fy_node_pair_key(pair)));
    if (name == NULL)
      continue;
    if (g_str_equal(name, "<<"))
      nested = fy_node_pair_value(pair);
    else
      add_entry(reader, section, section_name, name, fy_node_pair_value(pair), line,
                TRUE);
  }
  if (nested != NULL)
    merge_into(reader, section, section_name, nested, line, depth + 1);
}

static void
collect_section(Reader *reader, Section *section, const char *section_name, Node *mapping,
                guint section_line)
{
  section->entries = g_ptr_array_new_with_free_func(free_entry);
  section->by_name = g_hash_table_new(g_str_hash, g_str_equal);
  void *cursor = NULL;
  for (Pair *pair = fy_node_mapping_iterate(mapping, &cursor); pair != NULL;
       pair = fy_node_mapping_iterate(mapping, &cursor)) {
    Node *key = fy_node_pair_key(pair);
    guint line = get_line(key, section_line);
    g_autofree char *name = dup_scalar(follow(key));
    if (name == NULL)
      add_issue(reader, MC_CONFIG_ISSUE_NOTE, line, section_name,
                "a key that is no word is ignored");
    else if (g_str_equal(name, "<<"))
      merge_into(reader, section, section_name, fy_node_pair_value(pair), line, 0);
    else
      add_entry(reader, section, section_name, name, fy_node_pair_value(pair), line,
                FALSE);
  }
}

static gboolean
set_list(Reader *reader, McConfigKey key, Node *sequence, GError **error)
{
  g_autoptr(GStrvBuilder) items = g_strv_builder_new();
  void *cursor = NULL;
  for (Node *item = fy_node_sequence_iterate(sequence, &cursor); item != NULL;
       item = fy_node_sequence_iterate(sequence, &cursor)) {
    g_autofree char *text = dup_scalar(follow(item));
    if (text == NULL) {
      g_set_error_literal(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                          "holds something that is not text; list words only");
      return FALSE;
    }
    g_strv_builder_add(items, text);
  }
  g_auto(GStrv) list = g_strv_builder_end(items);
  return mc_config_builder_set_list(reader->builder, key, (const char *const *) list,
                                    error);
}

/* MAP: the section's text in one line, aliases as they stand. */
static gboolean
set_map(Reader *reader, McConfigKey key, Node *node, GError **error)
{
  char *text = fy_emit_node_to_string(node, FYECF_MODE_FLOW_ONELINE | FYECF_WIDTH_INF |
                                                FYECF_STRIP_LABELS);
  gboolean is_set =
      text != NULL && mc_config_builder_set(reader->builder, key, text, error);
  if (text == NULL)
    g_set_error_literal(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                        "cannot be kept; simplify it");
  free(text);
  return is_set;
}

static gboolean
set_scalar(Reader *reader, McConfigKey key, Node *node, GError **error)
{
  if (!fy_node_is_scalar(node)) {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                "is %s; give one value behind the colon",
                fy_node_is_mapping(node) ? "a section" : "a list");
    return FALSE;
  }
  g_autofree char *text = dup_scalar(node);
  if (text != NULL)
    return mc_config_builder_set(reader->builder, key, text, error);
  g_set_error_literal(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                      "the value holds a NUL character; remove it");
  return FALSE;
}

static void
read_value(Reader *reader, McConfigKey key, const Entry *entry)
{
  const McConfigKeyInfo *info = mc_config_key_get_info(key);
  g_autoptr(GError) error = NULL;
  Node *node = follow(entry->value);
  gboolean is_set;
  reader->lines[key] = entry->line;

  if (node == NULL && entry->value != NULL) {
    add_issue(reader, MC_CONFIG_ISSUE_FAULT, entry->line, info->name,
              "the value begins with * but nothing has that name; put it between quotes");
    return;
  }
  if (is_null(node)) {
    if (node != NULL && fy_node_get_tag_token(node) != NULL)
      add_issue(reader, MC_CONFIG_ISSUE_FAULT, entry->line, info->name,
                "the value begins with !, which YAML reads as a type; put it between "
                "quotes");
    return;
  }
  if (info->type == MC_CONFIG_MAP)
    is_set = set_map(reader, key, node, &error);
  else if (info->type == MC_CONFIG_STRING_LIST && fy_node_is_sequence(node))
    is_set = set_list(reader, key, node, &error);
  else
    is_set = set_scalar(reader, key, node, &error);
  if (!is_set)
    add_issue(reader, MC_CONFIG_ISSUE_FAULT, entry->line, info->name, "%s",
              error->message);
}

static void
note_unknown(Reader *reader, const char *name, const Entry *entry)
{
  /* Guessing costs more than the rest of the reading. */
  if (reader->issues->len >= MOST_ISSUES)
    return;
  McConfigKey known;
  const char *guess = mc_config_key_guess(name);
  if (mc_config_key_find(entry->name, &known))
    add_issue(reader, MC_CONFIG_ISSUE_NOTE, entry->line, name,
              "is no key here; in a file the words of %s are nested, one line each",
              entry->name);
  else if (guess != NULL)
    add_issue(reader, MC_CONFIG_ISSUE_NOTE, entry->line, name,
              "is no known key and is ignored; did you mean %s?", guess);
  else
    add_issue(reader, MC_CONFIG_ISSUE_NOTE, entry->line, name,
              "is no known key and is ignored");
}

/* The table's names have at most three words, so this never goes deep. */
static void
read_section(Reader *reader, const char *section_name, Node *mapping, guint line)
{
  g_auto(Section) section = {0};
  collect_section(reader, &section, section_name, mapping, line);
  for (guint i = 0; i < section.entries->len; i++) {
    const Entry *entry = section.entries->pdata[i];
    g_autofree char *name = join_name(section_name, entry->name);
    gboolean is_nested = strchr(entry->name, '.') != NULL;
    McConfigKey key;
    if (!is_nested && mc_config_key_find(name, &key)) {
      read_value(reader, key, entry);
    } else if (!is_nested && mc_config_key_is_section(name)) {
      Node *node = follow(entry->value);
      if (node != NULL && fy_node_is_mapping(node))
        read_section(reader, name, node, entry->line);
      else if (!is_null(node) || (node == NULL && entry->value != NULL))
        add_issue(reader, MC_CONFIG_ISSUE_FAULT, entry->line, name,
                  "is a section; write its keys in the lines below, indented");
    } else {
      note_unknown(reader, name, entry);
    }
  }
}

static gboolean G_GNUC_PRINTF(5, 6) refuse(GError **error, const char *file, int line,
                                           int column, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *reason = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT, "%s:%d:%d: %s", file, line, column,
              reason);
  return FALSE;
}

/* Line and column (in bytes, from 1) of @offset. */
static void
locate(const char *text, gsize offset, int *line, int *column)
{
  *line = 1;
  *column = 1;
  for (gsize i = 0; i < offset; i++) {
    *column = text[i] == '\n' ? 1 : *column + 1;
    *line += text[i] == '\n';
  }
}

/* Everything that YAML forbids in any place, and what libfyaml is slow at. @text is
 * NUL-terminated at @length. */
static gboolean
check_bytes(const char *text, gsize length, const char *file, GError **error)
{
  int line, column;
  const char *end = NULL;
  if (!g_utf8_validate(text, (gssize) length, &end)) {
    locate(text, (gsize) (end - text), &line, &column);
    return refuse(error, file, line, column, "not UTF-8 text; save the file as UTF-8");
  }

  guint n_anchors = 0, n_brackets = 0;
  for (gsize i = 0; i < length; i++) {
    gboolean is_line_start = i == 0 || text[i - 1] == '\n';
    n_anchors += text[i] == '&';
    n_brackets += text[i] == '[' || text[i] == '{';
    gboolean is_directive = is_line_start && text[i] == '%' &&
                            !g_str_has_prefix(text + i, "%YAML ") &&
                            !g_str_has_prefix(text + i, "%TAG ");
    gboolean is_control = g_ascii_iscntrl(text[i]) && strchr("\t\n\r", text[i]) == NULL;
    if (!is_directive && !is_control && n_anchors <= MOST_ANCHORS &&
        n_brackets <= MOST_BRACKETS)
      continue;
    locate(text, i, &line, &column);
    if (is_directive)
      return refuse(error, file, line, column,
                    "a line must not begin with %%; put the text between quotes");
    if (is_control)
      return refuse(error, file, line, column,
                    "a control character (0x%02x); remove it, if this is a text file",
                    (guint) (guchar) text[i]);
    return refuse(error, file, line, column,
                  "too many brackets or anchors (&); this is no configuration");
  }
  return TRUE;
}

/* libfyaml's words, and ours that say what to do. The first row that fits counts. */
static const struct {
  const char *theirs;
  const char *ours;
} explanations[] = {
    {"tab", "a tab indents this line; use spaces"},
    {"cannot start with",
     "a value must not begin with this character; put it between quotes"},
    {"nested block mapping on the same line",
     "a second ': ' in one line; put the value between quotes"},
    {"multiline plain key",
     "a key without a colon, or a line that is indented unlike its neighbours; write "
     "'key: value', and the keys of one section below each other"},
    {"undefined tag", "a value must not begin with !; put it between quotes"},
    {"indent", "indented unlike its neighbours; put the keys of one section below each "
               "other, with spaces"},
    {"without closing quote", "a quote is opened and never closed; close it"},
    {"without a closing bracket", "a bracket is opened and never closed; close it"},
    {"closing bracket", "a bracket is closed and was never opened; remove it"},
    {"trailing content", "something follows the closing quote; put all of the value "
                         "between the quotes"},
    {"Max depth", "nested too deeply; this is no configuration"},
};

/* TRUE when a tab is among the blanks that @line (from 1) begins with. */
static gboolean
is_indented_by_tab(const char *text, int line)
{
  const char *p = text;
  for (int i = 1; i < line && p != NULL; i++) {
    p = strchr(p, '\n');
    p = p != NULL ? p + 1 : NULL;
  }
  return p != NULL && p[strspn(p, " ")] == '\t';
}

static gboolean
explain_failure(Diagnosis *diagnosis, const char *text, const char *file, GError **error)
{
  void *cursor = NULL;
  const struct fy_diag_error *first = fy_diag_errors_iterate(diagnosis, &cursor);
  if (first == NULL)
    return refuse(error, file, 1, 1, "not YAML; correct the file");
  int line = MAX(first->line, 1), column = MAX(first->column, 1);
  const char *words = is_indented_by_tab(text, line) ? explanations[0].ours : NULL;
  for (guint i = 0; words == NULL && i < G_N_ELEMENTS(explanations); i++)
    if (first->msg != NULL && strstr(first->msg, explanations[i].theirs) != NULL)
      words = explanations[i].ours;
  if (words != NULL)
    return refuse(error, file, line, column, "%s", words);
  g_autofree char *theirs = tidy_name(first->msg != NULL ? first->msg : "not YAML");
  return refuse(error, file, line, column, "%s; correct this line", theirs);
}

static Diagnosis *
create_diagnosis(void)
{
  struct fy_diag_cfg settings;
  fy_diag_cfg_default(&settings);
  settings.fp = NULL;
  settings.level = FYET_ERROR;
  Diagnosis *diagnosis = fy_diag_create(&settings);
  fy_diag_set_collect_errors(diagnosis, true);
  return diagnosis;
}

/* Reads what stands in the first document. */
static gboolean
read_root(Reader *reader, Node *root, GError **error)
{
  if (is_null(root))
    return TRUE;
  if (fy_node_is_mapping(root)) {
    read_section(reader, "", root, 1);
    return TRUE;
  }
  return refuse(error, reader->file, 1, 1,
                "the file holds %s; write keys with values, for example mode: madmax",
                fy_node_is_sequence(root) ? "a list" : "a single value");
}

static gboolean
read_text(Reader *reader, const char *text, gsize length, GError **error)
{
  g_autoptr(Diagnosis) diagnosis = create_diagnosis();
  struct fy_parse_cfg settings = {
      .flags = FYPCF_ALLOW_DUPLICATE_KEYS | FYPCF_DISABLE_ACCELERATORS |
               FYPCF_DISABLE_RECYCLING | FYPCF_JSON_NONE | FYPCF_DEFAULT_VERSION_1_1,
      .diag = diagnosis,
  };
  g_autoptr(Parser) parser = fy_parser_create(&settings);
  if (parser == NULL || fy_parser_set_string(parser, text, length) != 0)
    return refuse(error, reader->file, 1, 1, "the YAML reader cannot start; try again");

  struct fy_document *document = fy_parse_load_document(parser);
  if (document == NULL && !fy_parser_get_stream_error(parser))
    return TRUE;
  if (document == NULL)
    return explain_failure(diagnosis, text, reader->file, error);
  gboolean is_read = read_root(reader, fy_document_root(document), error);

  struct fy_document *second = is_read ? fy_parse_load_document(parser) : NULL;
  if (second != NULL && fy_document_root(second) != NULL)
    add_issue(reader, MC_CONFIG_ISSUE_WARNING, 0, "",
              "more than one document; only the lines before the second --- count");
  if (is_read && second == NULL && fy_parser_get_stream_error(parser))
    is_read = explain_failure(diagnosis, text, reader->file, error);
  fy_parse_document_destroy(parser, second);
  fy_parse_document_destroy(parser, document);
  return is_read;
}

static gboolean
has_secret(const McConfig *config)
{
  for (guint i = 0; i < MC_N_KEYS; i++) {
    const McConfigKeyInfo *info = mc_config_key_get_info((McConfigKey) i);
    if (info->is_secret && info->type == MC_CONFIG_STRING &&
        *mc_config_get_string(config, (McConfigKey) i) != '\0')
      return TRUE;
  }
  return FALSE;
}

/* The rules that look at several keys. */
static McConfig *
complete(Reader *reader)
{
  g_autoptr(McConfig) read = mc_config_builder_end(g_steal_pointer(&reader->builder));
  if (reader->is_open && has_secret(read))
    add_issue(reader, MC_CONFIG_ISSUE_NOTE, 0, "",
              "other users can read this file, and it holds a key; run chmod 600 on it");
  g_autoptr(McConfig) config = mc_config_apply_environment(read);
  g_autofree char *asked = NULL;
  McConfig *confined = mc_config_confine_host(config, &asked);
  if (asked != NULL)
    add_wide_bind(reader, reader->lines[MC_KEY_PROXY_HOST], asked);
  return confined;
}

/* Reads @text into @reader, which must be cleared in either case. */
static gboolean
start_reading(Reader *reader, const char *text, gsize length, const char *file,
              GError **error)
{
  g_autoptr(McConfig) defaults = mc_config_new_defaults();
  reader->file = file;
  reader->issues = g_ptr_array_new_with_free_func((GDestroyNotify) mc_config_issue_free);
  reader->builder = mc_config_builder_new(defaults);
  if (length > MC_CONFIG_FILE_LARGEST) {
    g_set_error(error, MC_ERROR, MC_ERROR_TOO_LARGE,
                "%s: larger than %d KiB; this is no configuration", file,
                MC_CONFIG_FILE_LARGEST / 1024);
    return FALSE;
  }
  if (length >= 2 &&
      (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
    return refuse(error, file, 1, 1, "the file is UTF-16; save it as UTF-8");
  g_autofree char *terminated = g_strndup(text, length);
  if (memchr(text, '\0', length) != NULL)
    return refuse(error, file, 1, 1, "not a text file (it holds NUL bytes)");
  return check_bytes(terminated, length, file, error) &&
         read_text(reader, terminated, length, error);
}

McConfig *
mc_config_file_parse(const char *text, gsize length, const char *name, GPtrArray **issues,
                     GError **error)
{
  g_auto(Reader) reader = {0};
  if (!start_reading(&reader, text, length, name, error))
    return NULL;
  McConfig *config = complete(&reader);
  *issues = g_steal_pointer(&reader.issues);
  return config;
}

/* Reads at most one byte more than is allowed from @path, which must be a plain file (or
 * lead to one): opening a pipe would wait for ever. */
static GByteArray *
read_file(const char *path, struct stat *status, GError **error)
{
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    mc_error_set_from_errno(error, errno, "reading %s", path);
    return NULL;
  }
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  guint8 block[16384];
  gssize n_read = 0;
  int failure = fstat(descriptor, status) == 0 ? 0 : errno;
  if (failure == 0 && !S_ISREG(status->st_mode)) {
    close(descriptor);
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT,
                "%s is not a plain file; move it away", path);
    return NULL;
  }
  while (failure == 0 && bytes->len <= MC_CONFIG_FILE_LARGEST) {
    n_read = read(descriptor, block, sizeof block);
    if (n_read == 0)
      break;
    if (n_read > 0)
      g_byte_array_append(bytes, block, (guint) n_read);
    else if (errno != EINTR)
      failure = errno;
  }
  close(descriptor);
  if (failure != 0) {
    mc_error_set_from_errno(error, failure, "reading %s", path);
    return NULL;
  }
  return g_steal_pointer(&bytes);
}

McConfig *
mc_config_file_load_existing(const char *path, GPtrArray **issues, GError **error)
{
  struct stat status;
  g_autoptr(GByteArray) bytes = read_file(path, &status, error);
  if (bytes == NULL)
    return NULL;
  g_autofree char *name = g_path_get_basename(path);
  const char *text = bytes->len > 0 ? (const char *) bytes->data : "";
  g_auto(Reader) reader = {0};
  if (!start_reading(&reader, text, bytes->len, name, error))
    return NULL;
  reader.is_open = (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
  McConfig *config = complete(&reader);
  *issues = g_steal_pointer(&reader.issues);
  return config;
}

McConfig *
mc_config_file_load(const char *path, GPtrArray **issues, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  McConfig *config = mc_config_file_load_existing(path, issues, &local_error);
  if (config != NULL)
    return config;
  if (!g_error_matches(local_error, MC_ERROR, MC_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&local_error));
    return NULL;
  }
  g_autofree char *name = g_path_get_basename(path);
  return mc_config_file_parse("", 0, name, issues, error);
}
