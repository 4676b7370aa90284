/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/paths.h"

#define LOOPBACK "127.0.0.1"

/* Each value is kept as text in one canonical spelling, which makes copying, comparing
 * and showing the same for all types, and beside it as what the typed getters give. */
typedef struct {
  char *text;     /* (owned) */
  char **list;    /* (owned) (nullable) of a STRING_LIST */
  gint64 integer; /* of an INT, a BOOLEAN; minutes after midnight of a TIME */
  double number;  /* of a DOUBLE */
  gboolean is_set;
} Value;

struct _McConfig {
  gatomicrefcount references;
  Value values[MC_N_KEYS];
};

struct _McConfigBuilder {
  McConfig *config; /* (owned) not shared before the end */
};

static void
clear_value(Value *value)
{
  g_clear_pointer(&value->text, g_free);
  g_clear_pointer(&value->list, g_strfreev);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Value, clear_value)

static void
copy_value(Value *to, const Value *from)
{
  clear_value(to);
  *to = *from;
  to->text = g_strdup(from->text);
  to->list = g_strdupv(from->list);
}

/* The most bytes of a wrong value that a message repeats. */
#define LONGEST_QUOTE 60

/* @text between quotes, short and printable; of a secret nothing. */
static char *
quote(const McConfigKeyInfo *info, const char *text)
{
  if (info->is_secret)
    return g_strdup("the value (not shown)");
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  GString *quoted = g_string_new("'");
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
    if (quoted->len > LONGEST_QUOTE) {
      g_string_append(quoted, "…");
      break;
    }
    gunichar character = g_utf8_get_char(p);
    g_string_append_unichar(quoted, g_unichar_isprint(character) ? character : ' ');
  }
  g_string_append_c(quoted, '\'');
  return g_string_free(quoted, FALSE);
}

static gboolean G_GNUC_PRINTF(4, 5) refuse(const McConfigKeyInfo *info, const char *text,
                                           GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *reason = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *quoted = quote(info, text);
  g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT, "%s %s", quoted, reason);
  return FALSE;
}

/* Digits of @base with single underscores between them, as YAML 1.1 allows. */
static gboolean
read_digits(const char *digits, guint base, gint64 *number)
{
  gint64 sum = 0;
  gboolean after_digit = FALSE;
  for (const char *p = digits; *p != '\0'; p++) {
    if (*p == '_' && after_digit) {
      after_digit = FALSE;
      continue;
    }
    int digit = g_ascii_xdigit_value(*p);
    if (digit < 0 || (guint) digit >= base || sum > (G_MAXINT64 - digit) / (gint64) base)
      return FALSE;
    sum = sum * (gint64) base + digit;
    after_digit = TRUE;
  }
  *number = sum;
  return after_digit;
}

/* The base that the letter after a leading zero announces; 0 for none, which no digit
 * fits. */
static guint
find_base(char letter)
{
  switch (g_ascii_tolower(letter)) {
  case 'x':
    return 16;
  case 'o':
    return 8;
  case 'b':
    return 2;
  default:
    return 0;
  }
}

/* A whole number in the spellings of YAML 1.1 and 1.2: 42, +42, 1_000, 0x1f, 0o17,
 * 0b101, and 4.0, which Python's int() takes as well. Not 017: that is 15 to a 1.1 reader
 * and 17 to a 1.2 reader, so whoever wrote it may have meant either. */
static gboolean
read_integer(const char *text, gint64 *number)
{
  gboolean is_negative = *text == '-';
  const char *digits = text + (*text == '-' || *text == '+');
  guint base = 10;
  if (digits[0] == '0' && digits[1] != '\0' && digits[1] != '.') {
    base = find_base(digits[1]);
    digits += 2;
  }
  if (!read_digits(digits, base, number)) {
    char *end = NULL;
    double decimal = g_ascii_strtod(digits, &end);
    if (!g_ascii_isdigit(*digits) || base != 10 || *end != '\0' || decimal > 1e15 ||
        decimal != floor(decimal))
      return FALSE;
    *number = (gint64) decimal;
  }
  if (is_negative)
    *number = -*number;
  return TRUE;
}

static gboolean
parse_int(const McConfigKeyInfo *info, const char *text, Value *value, GError **error)
{
  if (!read_integer(text, &value->integer))
    return refuse(info, text, error, "is not a whole number; use %.0f to %.0f", info->min,
                  info->max);
  if ((double) value->integer < info->min || (double) value->integer > info->max)
    return refuse(info, text, error, "is out of range; use %.0f to %.0f", info->min,
                  info->max);
  value->text = g_strdup_printf("%" G_GINT64_FORMAT, value->integer);
  return TRUE;
}

static gboolean
parse_double(const McConfigKeyInfo *info, const char *text, Value *value, GError **error)
{
  gint64 whole;
  char *end = NULL;
  value->number = g_ascii_strtod(text, &end);
  if (read_integer(text, &whole))
    value->number = (double) whole;
  else if (end == text || *end != '\0' || !isfinite(value->number))
    return refuse(info, text, error, "is not a number; use %g to %g", info->min,
                  info->max);
  if (value->number < info->min || value->number > info->max)
    return refuse(info, text, error, "is out of range; use %g to %g", info->min,
                  info->max);
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  value->text = g_strdup(g_ascii_dtostr(digits, sizeof digits, value->number));
  return TRUE;
}

/* The words of YAML 1.1, which the original's files are written in. */
static gboolean
parse_boolean(const McConfigKeyInfo *info, const char *text, Value *value, GError **error)
{
  static const char *const words[] = {"false", "true", "no", "yes",
                                      "off",   "on",   "0",  "1"};
  for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
    if (g_ascii_strcasecmp(text, words[i]) != 0)
      continue;
    value->integer = i % 2;
    value->text = g_strdup(words[i % 2]);
    return TRUE;
  }
  return refuse(info, text, error, "is neither true nor false; use true or false");
}

/* A time of day. YAML 1.1 reads an unquoted 23:00 as a number in base 60, so a file that
 * such a program wrote back says 1380. It cannot have written less than 60: 0:30 begins
 * with a zero, which its rule for numbers excludes. A lone 23 is somebody's hour, then,
 * or a slip, and is not guessed at. */
static gboolean
parse_time(const McConfigKeyInfo *info, const char *text, Value *value, GError **error)
{
  g_auto(GStrv) parts = g_strsplit(text, ":", 4);
  guint n_parts = g_strv_length(parts);
  gint64 numbers[3] = {0, 0, 0};
  gboolean is_time = n_parts >= 1 && n_parts <= 3;
  for (guint i = 0; is_time && i < n_parts; i++)
    is_time = strlen(parts[i]) == 2 || n_parts == 1 || (i == 0 && strlen(parts[i]) == 1);
  for (guint i = 0; is_time && i < n_parts; i++)
    is_time = strchr(parts[i], '_') == NULL && read_digits(parts[i], 10, &numbers[i]);

  if (is_time && n_parts == 1)
    is_time = numbers[0] >= 60 && numbers[0] < 24 * 60;
  else
    is_time = is_time && numbers[0] < 24 && numbers[1] < 60 && numbers[2] < 60;
  if (!is_time)
    return refuse(info, text, error,
                  "is not a time of day; use \"00:00\" to \"23:59\", in quotes");

  value->integer = n_parts == 1 ? numbers[0] : numbers[0] * 60 + numbers[1];
  value->text = g_strdup_printf("%02d:%02d", (int) (value->integer / 60),
                                (int) (value->integer % 60));
  return TRUE;
}

/* Compares without regard to case and to the choice of - or _. */
static gboolean
is_same_word(const char *a, const char *b)
{
  for (; *a != '\0' && *b != '\0'; a++, b++) {
    char x = *a == '-' ? '_' : g_ascii_tolower(*a);
    char y = *b == '-' ? '_' : g_ascii_tolower(*b);
    if (x != y)
      return FALSE;
  }
  return *a == *b;
}

static gboolean
parse_choice(const McConfigKeyInfo *info, const char *text, Value *value, GError **error)
{
  for (guint i = 0; info->aliases != NULL && info->aliases[i] != NULL; i += 2)
    if (is_same_word(text, info->aliases[i]))
      value->text = g_strdup(info->aliases[i + 1]);
  for (guint i = 0; value->text == NULL && info->choices[i] != NULL; i++)
    if (is_same_word(text, info->choices[i]))
      value->text = g_strdup(info->choices[i]);
  if (value->text != NULL)
    return TRUE;
  g_autofree char *choices = g_strjoinv(", ", (char **) info->choices);
  return refuse(info, text, error, "is not one of the choices; use %s", choices);
}

/* Control characters end up in headers, file names and terminals; no value needs them. */
static gboolean
parse_string(const McConfigKeyInfo *info, const char *text, Value *value, GError **error)
{
  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_iscntrl(*p))
      return refuse(
          info, text, error,
          "holds a line break or another control character; put it on one line");
  if (!g_utf8_validate(text, -1, NULL))
    return refuse(info, text, error, "is not UTF-8 text; write it as UTF-8");
  value->text = g_strdup(text);
  return TRUE;
}

static gboolean
parse_path(const McConfigKeyInfo *info, const char *text, Value *value, GError **error)
{
  if (!parse_string(info, text, value, error) || *text == '\0')
    return value->text != NULL;
  if (*text == '~' && text[1] != '\0' && text[1] != '/') {
    g_clear_pointer(&value->text, g_free);
    return refuse(info, text, error, "names another user's home; write the whole path");
  }
  g_autofree char *home = *text == '~' ? g_strdup(g_get_home_dir()) : mc_paths_dup_home();
  const char *rest = *text == '~' ? text + 1 + (text[1] == '/') : text;
  g_free(value->text);
  value->text = g_canonicalize_filename(*rest != '\0' ? rest : ".", home);
  return TRUE;
}

static gboolean
parse_host(const McConfigKeyInfo *info, const char *text, Value *value, GError **error)
{
  gsize length = strlen(text);
  g_autofree char *bare = text[0] == '[' && text[length - 1] == ']'
                              ? g_strndup(text + 1, length - 2)
                              : g_strdup(text);
  if (g_ascii_strcasecmp(bare, "localhost") == 0) {
    value->text = g_strdup(LOOPBACK);
    return TRUE;
  }
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(bare);
  if (address == NULL)
    return refuse(info, text, error,
                  "is not an address; use 127.0.0.1, or an IP address of this machine");
  value->text = g_inet_address_to_string(address);
  return TRUE;
}

/* Takes @items (trimmed, without empty ones) as the list. */
static gboolean
take_list(const McConfigKeyInfo *info, const char *const *items, Value *value,
          GError **error)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  for (guint i = 0; items[i] != NULL; i++) {
    g_autofree char *item = g_strstrip(g_strdup(items[i]));
    g_auto(Value) checked = {0};
    if (!parse_string(info, item, &checked, error))
      return FALSE;
    if (*item != '\0')
      g_strv_builder_add(builder, item);
  }
  value->list = g_strv_builder_end(builder);
  value->text = g_strjoinv(", ", value->list);
  return TRUE;
}

static gboolean
parse_list(const McConfigKeyInfo *info, const char *text, Value *value, GError **error)
{
  g_auto(GStrv) items = g_strsplit(text, ",", -1);
  return take_list(info, (const char *const *) items, value, error);
}

static gboolean
parse_map(const McConfigKeyInfo *info, const char *text, Value *value, GError **error)
{
  value->text = g_strdup(text);
  return TRUE;
}

typedef gboolean (*Parse)(const McConfigKeyInfo *info, const char *text, Value *value,
                          GError **error);

typedef struct {
  Parse parse;
  gboolean empty_is_default; /* where an empty text cannot be a value of its own */
} TypeRules;

static const TypeRules type_rules[] = {
    [MC_CONFIG_STRING] = {parse_string, FALSE},
    [MC_CONFIG_INT] = {parse_int, TRUE},
    [MC_CONFIG_DOUBLE] = {parse_double, TRUE},
    [MC_CONFIG_BOOLEAN] = {parse_boolean, TRUE},
    [MC_CONFIG_TIME] = {parse_time, TRUE},
    [MC_CONFIG_ENUM] = {parse_choice, TRUE},
    [MC_CONFIG_PATH] = {parse_path, TRUE},
    [MC_CONFIG_HOST] = {parse_host, TRUE},
    [MC_CONFIG_STRING_LIST] = {parse_list, FALSE},
    [MC_CONFIG_MAP] = {parse_map, FALSE},
};

static gboolean
parse_value(McConfigKey key, const char *text, Value *value, GError **error)
{
  const McConfigKeyInfo *info = mc_config_key_get_info(key);
  const TypeRules *rules = &type_rules[info->type];
  g_autofree char *trimmed = g_strstrip(g_strdup(text));
  if (*trimmed == '\0' && rules->empty_is_default)
    return rules->parse(info, info->default_text, value, error);
  if (!rules->parse(info, trimmed, value, error))
    return FALSE;
  value->is_set = TRUE;
  return TRUE;
}

static McConfig *
copy_config(const McConfig *self)
{
  McConfig *copy = g_new0(McConfig, 1);
  g_atomic_ref_count_init(&copy->references);
  for (guint i = 0; i < MC_N_KEYS; i++)
    copy_value(&copy->values[i], &self->values[i]);
  return copy;
}

McConfig *
mc_config_new_defaults(void)
{
  McConfig *self = g_new0(McConfig, 1);
  g_atomic_ref_count_init(&self->references);
  for (guint i = 0; i < MC_N_KEYS; i++) {
    const McConfigKeyInfo *info = mc_config_key_get_info((McConfigKey) i);
    gboolean is_valid =
        type_rules[info->type].parse(info, info->default_text, &self->values[i], NULL);
    g_assert(is_valid);
  }
  return self;
}

McConfig *
mc_config_ref(McConfig *self)
{
  g_atomic_ref_count_inc(&self->references);
  return self;
}

void
mc_config_unref(McConfig *self)
{
  if (self == NULL || !g_atomic_ref_count_dec(&self->references))
    return;
  for (guint i = 0; i < MC_N_KEYS; i++)
    clear_value(&self->values[i]);
  g_free(self);
}

static const Value *
get_value(const McConfig *self, McConfigKey key)
{
  g_assert((guint) key < MC_N_KEYS);
  return &self->values[key];
}

const char *
mc_config_get_string(const McConfig *self, McConfigKey key)
{
  return get_value(self, key)->text;
}

gint64
mc_config_get_int(const McConfig *self, McConfigKey key)
{
  McConfigType type = mc_config_key_get_info(key)->type;
  g_return_val_if_fail(type == MC_CONFIG_INT || type == MC_CONFIG_TIME, 0);
  return get_value(self, key)->integer;
}

double
mc_config_get_double(const McConfig *self, McConfigKey key)
{
  g_return_val_if_fail(mc_config_key_get_info(key)->type == MC_CONFIG_DOUBLE, 0);
  return get_value(self, key)->number;
}

gboolean
mc_config_get_boolean(const McConfig *self, McConfigKey key)
{
  g_return_val_if_fail(mc_config_key_get_info(key)->type == MC_CONFIG_BOOLEAN, FALSE);
  return get_value(self, key)->integer != 0;
}

const char *const *
mc_config_get_string_list(const McConfig *self, McConfigKey key)
{
  static const char *const nothing[] = {NULL};
  g_return_val_if_fail(mc_config_key_get_info(key)->type == MC_CONFIG_STRING_LIST,
                       nothing);
  return (const char *const *) get_value(self, key)->list;
}

gboolean
mc_config_is_set(const McConfig *self, McConfigKey key)
{
  return get_value(self, key)->is_set;
}

gboolean
mc_config_equal(const McConfig *self, const McConfig *other)
{
  for (guint i = 0; i < MC_N_KEYS; i++) {
    const Value *a = &self->values[i], *b = &other->values[i];
    if (!g_str_equal(a->text, b->text))
      return FALSE;
    if (a->list != NULL &&
        !g_strv_equal((const char *const *) a->list, (const char *const *) b->list))
      return FALSE;
  }
  return TRUE;
}

McConfig *
mc_config_with(const McConfig *self, McConfigKey key, const char *text, GError **error)
{
  g_autoptr(McConfigBuilder) builder = mc_config_builder_new(self);
  if (!mc_config_builder_set(builder, key, text, error)) {
    g_prefix_error(error, "%s: ", mc_config_key_get_info(key)->name);
    return NULL;
  }
  return mc_config_builder_end(g_steal_pointer(&builder));
}

static char *
format_variable(const char *name)
{
  g_autofree char *upper = g_ascii_strup(name, -1);
  return g_strconcat("METACLAW_", g_strdelimit(upper, ".", '_'), NULL);
}

McConfig *
mc_config_apply_environment(const McConfig *self)
{
  McConfigBuilder *builder = mc_config_builder_new(self);
  for (guint i = 0; i < MC_N_KEYS; i++) {
    const McConfigKeyInfo *info = mc_config_key_get_info((McConfigKey) i);
    if (!info->is_secret || info->type != MC_CONFIG_STRING)
      continue;
    g_autofree char *variable = format_variable(info->name);
    const char *text = g_getenv(variable);
    g_autoptr(GError) error = NULL;
    if (text == NULL || *text == '\0')
      continue;
    if (!mc_config_builder_set(builder, (McConfigKey) i, text, &error))
      g_warning("%s is ignored: %s", variable, error->message);
  }
  return mc_config_builder_end(builder);
}

static gboolean
is_loopback(const char *host)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
  return address != NULL && g_inet_address_get_is_loopback(address);
}

McConfig *
mc_config_confine_host(McConfig *self, char **asked)
{
  const char *host = mc_config_get_string(self, MC_KEY_PROXY_HOST);
  *asked = NULL;
  if (is_loopback(host) || *mc_config_get_string(self, MC_KEY_PROXY_API_KEY) != '\0')
    return mc_config_ref(self);
  *asked = g_strdup(host);
  return mc_config_with(self, MC_KEY_PROXY_HOST, LOOPBACK, NULL);
}

McConfigBuilder *
mc_config_builder_new(const McConfig *base)
{
  McConfigBuilder *self = g_new0(McConfigBuilder, 1);
  self->config = copy_config(base);
  return self;
}

void
mc_config_builder_free(McConfigBuilder *self)
{
  if (self == NULL)
    return;
  mc_config_unref(self->config);
  g_free(self);
}

/* Puts @fresh in the place of @key's value and leaves nothing in @fresh. */
static void
move_value(McConfigBuilder *self, McConfigKey key, Value *fresh)
{
  Value *value = &self->config->values[key];
  clear_value(value);
  *value = *fresh;
  *fresh = (Value){0};
}

gboolean
mc_config_builder_set(McConfigBuilder *self, McConfigKey key, const char *text,
                      GError **error)
{
  g_auto(Value) fresh = {0};
  if (!parse_value(key, text, &fresh, error))
    return FALSE;
  move_value(self, key, &fresh);
  return TRUE;
}

gboolean
mc_config_builder_set_list(McConfigBuilder *self, McConfigKey key,
                           const char *const *items, GError **error)
{
  const McConfigKeyInfo *info = mc_config_key_get_info(key);
  g_return_val_if_fail(info->type == MC_CONFIG_STRING_LIST, FALSE);
  g_auto(Value) fresh = {0};
  if (!take_list(info, items, &fresh, error))
    return FALSE;
  fresh.is_set = TRUE;
  move_value(self, key, &fresh);
  return TRUE;
}

void
mc_config_builder_copy(McConfigBuilder *self, McConfigKey key, const McConfig *from)
{
  copy_value(&self->config->values[key], get_value(from, key));
}

McConfig *
mc_config_builder_end(McConfigBuilder *self)
{
  McConfig *config = g_steal_pointer(&self->config);
  mc_config_builder_free(self);
  return config;
}
