/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX (5 * 1000 * 1000)

#define REDACTED "[redacted]"

/* Redaction: one pass over the text; at the start of each word the tables below are
 * asked. */

typedef struct {
  const char *prefix;
  guint shortest; /* letters behind the prefix that make it a key, not a word */
} KeyShape;

/* Shapes of keys as the providers and forges document them. */
static const KeyShape key_shapes[] = {
    {"sk-", 8},      /* OpenAI, Anthropic, OpenRouter, DeepSeek … */
    {"sk_", 16},     /* Stripe, ElevenLabs */
    {"rk_", 16},     /* Stripe */
    {"pk-", 16},     /* Langfuse */
    {"tml-", 8},     /* Tinker */
    {"gsk_", 16},    /* Groq */
    {"xai-", 16},    /* xAI */
    {"nvapi-", 16},  /* NVIDIA */
    {"hf_", 16},     /* Hugging Face */
    {"r8_", 16},     /* Replicate */
    {"fw_", 16},     /* Fireworks */
    {"pplx-", 16},   /* Perplexity */
    {"csk-", 16},    /* Cerebras */
    {"AIza", 20},    /* Google */
    {"ya29.", 16},   /* Google OAuth */
    {"1//", 24},     /* Google refresh token */
    {"GOCSPX-", 16}, /* Google client secret */
    {"AKIA", 16},    /* AWS */
    {"ASIA", 16},    /* AWS, temporary */
    {"ghp_", 16},    /* GitHub … */
    {"gho_", 16},    {"ghu_", 16},        {"ghs_", 16},
    {"ghr_", 16},    {"github_pat_", 16}, {"glpat-", 16}, /* GitLab */
    {"npm_", 16},    {"xoxb-", 8},                        /* Slack */
    {"xoxp-", 8},    {"xapp-", 8},
};

/* Names whose value is a secret. Compared without case, "-" and "_" alike; a name may
 * stand at the end of a longer one ("LLM_API_KEY", "x-api-key"). */
static const char *const secret_names[] = {
    "api_key",      "apikey",        "access_token",  "refresh_token", "id_token",
    "auth_token",   "client_secret", "secret_key",    "access_key",    "private_key",
    "password",     "passwd",        "authorization", "bearer_token",  "session_token",
    "metaclaw_key", "secret",        "token",         "goog_api_key",
};

static const char *const auth_schemes[] = {"bearer", "basic", "token"};

static gboolean
is_key_letter(char c)
{
  return g_ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == '/' || c == '+' ||
         c == '=' || c == '~';
}

static gboolean
is_name_letter(char c)
{
  return g_ascii_isalnum(c) || c == '_' || c == '-';
}

static gsize
measure_key(const char *text)
{
  gsize length = 0;
  while (is_key_letter(text[length]))
    length++;
  return length;
}

/* The length of the provider's key at @text, or 0. */
static gsize
match_key_shape(const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS(key_shapes); i++) {
    const KeyShape *shape = &key_shapes[i];
    if (shape->prefix[0] != text[0])
      continue;
    gsize prefix = strlen(shape->prefix);
    if (strncmp(text, shape->prefix, prefix) != 0)
      continue;
    gsize rest = measure_key(text + prefix);
    if (rest >= shape->shortest)
      return prefix + rest;
  }
  return 0;
}

/* RFC 7519: three base64url parts; the first is a JSON object, so it starts with eyJ. */
static gsize
match_web_token(const char *text)
{
  if (strncmp(text, "eyJ", 3) != 0)
    return 0;
  gsize length = 0;
  gboolean has_dot = FALSE;
  for (; is_name_letter(text[length]) || text[length] == '.'; length++)
    has_dot = has_dot || text[length] == '.';
  return length >= 20 && has_dot ? length : 0;
}

static gboolean
name_ends_with(const char *name, gsize length, const char *secret)
{
  gsize wanted = strlen(secret);
  if (length < wanted)
    return FALSE;
  const char *tail = name + length - wanted;
  for (gsize i = 0; i < wanted; i++) {
    char c = tail[i] == '-' ? '_' : g_ascii_tolower(tail[i]);
    if (c != secret[i])
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_secret_name(const char *name, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS(secret_names); i++)
    if (name_ends_with(name, length, secret_names[i]))
      return TRUE;
  return FALSE;
}

/* The length of an authentication scheme and the blanks behind it, or 0. */
static gsize
match_auth_scheme(const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS(auth_schemes); i++) {
    if (auth_schemes[i][0] != (text[0] | 0x20))
      continue;
    gsize length = strlen(auth_schemes[i]);
    if (g_ascii_strncasecmp(text, auth_schemes[i], length) != 0 || text[length] != ' ')
      continue;
    return length + strspn(text + length, " ");
  }
  return 0;
}

/* What stands between a name and its value: quotes (escaped ones too), one ":" or "=". */
static gsize
match_assignment(const char *text)
{
  gsize i = strspn(text, "\"'\\ ");
  if (text[i] != ':' && text[i] != '=')
    return 0;
  i++;
  return i + strspn(text + i, "\"'\\ ");
}

static gsize
measure_value(const char *text)
{
  return strcspn(text, " \t\r\n\"'\\,;&<>(){}[]");
}

/* user:password@ behind "://": the length up to the "@", or 0. */
static gsize
match_url_password(const char *text)
{
  gsize length = strcspn(text, "/?#@ \t\r\n\"'<>");
  return text[length] == '@' && memchr(text, ':', length) != NULL ? length : 0;
}

static gsize
match_private_key(const char *text)
{
  if (strncmp(text, "-----BEGIN ", 11) != 0)
    return 0;
  const char *kind = g_strstr_len(text, 60, "PRIVATE KEY-----");
  if (kind == NULL)
    return 0;
  const char *end = strstr(kind, "-----END ");
  return end != NULL ? (gsize) (end - text) : strlen(text);
}

/* Takes the word at @text: appends what may be read, returns how much of @text is done.
 */
static gsize
redact_word(GString *out, const char *text)
{
  gsize length = match_key_shape(text);
  if (length == 0)
    length = match_web_token(text);
  if (length > 0) {
    g_string_append(out, REDACTED);
    return length;
  }

  gsize scheme = match_auth_scheme(text);
  if (scheme > 0 && measure_key(text + scheme) >= 8) {
    g_string_append_len(out, text, (gssize) scheme);
    g_string_append(out, REDACTED);
    return scheme + measure_key(text + scheme);
  }

  gsize name = 0;
  while (is_name_letter(text[name]))
    name++;
  gsize assignment = match_assignment(text + name);
  if (assignment == 0 || !is_secret_name(text, name)) {
    g_string_append_len(out, text, (gssize) name);
    return name;
  }
  gsize done = name + assignment;
  done += match_auth_scheme(text + done);
  g_string_append_len(out, text, (gssize) done);
  gsize value = measure_value(text + done);
  if (value > 0)
    g_string_append(out, REDACTED);
  return done + value;
}

char *
mc_log_redact(const char *text)
{
  g_autoptr(GString) out = g_string_sized_new(strlen(text) + 16);
  const char *p = text;
  while (*p != '\0') {
    gsize hidden = 0;
    if (is_name_letter(*p) && *p != '-') {
      p += redact_word(out, p);
      continue;
    }
    if (*p == '-')
      hidden = match_private_key(p);
    if (hidden > 0) {
      g_string_append(out, REDACTED);
      p += hidden;
      continue;
    }
    g_string_append_c(out, *p);
    p++;
    if (p - text >= 3 && p[-1] == '/' && p[-2] == '/' && p[-3] == ':') {
      hidden = match_url_password(p);
      if (hidden > 0)
        g_string_append(out, REDACTED);
      p += hidden;
    }
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}

/* Writing. */

typedef struct {
  GMutex lock; /* held for one write() */
  char *path;  /* (owned) (nullable) */
  int fd;      /* -1 when there is no file */
  gboolean to_stderr;
  gboolean to_journal;
} Log;

static Log the_log = {.fd = -1};
static gint enabled_levels =
    G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE;
static gint fatal_levels = G_LOG_LEVEL_ERROR;

static const char *
get_level_name(GLogLevelFlags level)
{
  if ((level & G_LOG_LEVEL_ERROR) != 0)
    return "ERROR";
  if ((level & G_LOG_LEVEL_CRITICAL) != 0)
    return "CRITICAL";
  if ((level & G_LOG_LEVEL_WARNING) != 0)
    return "WARNING";
  if ((level & G_LOG_LEVEL_MESSAGE) != 0)
    return "MESSAGE";
  if ((level & G_LOG_LEVEL_INFO) != 0)
    return "INFO";
  return "DEBUG";
}

static const char *
find_field(const GLogField *fields, gsize n_fields, const char *key, gssize *length)
{
  for (gsize i = 0; i < n_fields; i++) {
    if (!g_str_equal(fields[i].key, key))
      continue;
    *length = fields[i].length;
    return fields[i].value;
  }
  *length = 0;
  return "";
}

/* Foreign text must neither forge a line nor steer a terminal. */
static void
append_on_one_line(GString *line, const char *message)
{
  for (const char *p = message; *p != '\0'; p++) {
    if (*p == '\n')
      g_string_append(line, "\\n");
    else if (*p == '\t')
      g_string_append_c(line, ' ');
    else if (g_ascii_iscntrl(*p))
      g_string_append_printf(line, "\\x%02x", (guint) (guchar) *p);
    else
      g_string_append_c(line, *p);
  }
}

static void
append_time(GString *line)
{
  gint64 now = g_get_real_time();
  time_t seconds = (time_t) (now / G_USEC_PER_SEC);
  struct tm parts;
  gmtime_r(&seconds, &parts);
  char text[32];
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  g_string_append_printf(line, "%s.%03dZ", text, (int) (now % G_USEC_PER_SEC / 1000));
}

static GString *
format_line(GLogLevelFlags level, const char *domain, const char *message)
{
  GString *line = g_string_sized_new(160);
  append_time(line);
  g_string_append_printf(line, " %s %s: ", get_level_name(level),
                         *domain != '\0' ? domain : "-");
  append_on_one_line(line, message);
  g_string_append_c(line, '\n');
  return line;
}

static void
close_file(void)
{
  if (the_log.fd >= 0)
    close(the_log.fd);
  the_log.fd = -1;
}

static void
open_file(void)
{
  /* Not blocking, should somebody have put a pipe there. */
  the_log.fd =
      open(the_log.path,
           O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
  if (the_log.fd >= 0)
    (void) fchmod(the_log.fd, 0600);
}

/* Opens the file anew when it has been deleted or has grown too long. While a restart
 * drains, two processes write here: whoever comes first renames, the other finds that
 * its file is not the one of that name any more and follows. */
static void
look_after_file(void)
{
  struct stat ours;
  if (the_log.fd < 0 || fstat(the_log.fd, &ours) != 0) {
    close_file();
    open_file();
    return;
  }
  if (ours.st_nlink > 0 && ours.st_size < FILE_BYTES_MAX)
    return;
  struct stat named;
  if (stat(the_log.path, &named) == 0 && named.st_ino == ours.st_ino &&
      named.st_dev == ours.st_dev) {
    g_autofree char *former = g_strconcat(the_log.path, ".1", NULL);
    if (rename(the_log.path, former) != 0)
      return;
  }
  close_file();
  open_file();
}

/* A full disk costs lines, nothing else. */
static void
write_or_lose(int fd, const GString *line)
{
  ssize_t written;
  do
    written = write(fd, line->str, line->len);
  while (written < 0 && errno == EINTR);
}

static void
write_line(const GString *line)
{
  int saved_errno = errno;
  g_mutex_lock(&the_log.lock);
  if (the_log.path != NULL) {
    look_after_file();
    /* One write a line: O_APPEND keeps the lines of two processes apart. */
    if (the_log.fd >= 0)
      write_or_lose(the_log.fd, line);
  }
  if (the_log.to_stderr && !the_log.to_journal)
    write_or_lose(STDERR_FILENO, line);
  g_mutex_unlock(&the_log.lock);
  errno = saved_errno;
}

static void
write_to_journal(GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                 const char *message)
{
  g_autofree GLogField *copy = g_memdup2(fields, n_fields * sizeof *fields);
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal(copy[i].key, "MESSAGE")) {
      copy[i].value = message;
      copy[i].length = -1;
    }
  g_log_writer_journald(level, copy, n_fields, NULL);
}

static GLogWriterOutput
write_log(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if (!mc_log_is_enabled(level))
    return G_LOG_WRITER_HANDLED;
  gssize length;
  const char *raw = find_field(fields, n_fields, "MESSAGE", &length);
  g_autofree char *message = length < 0 ? g_strdup(raw) : g_strndup(raw, (gsize) length);
  g_autofree char *redacted = mc_log_redact(message);
  const char *domain = find_field(fields, n_fields, "GLIB_DOMAIN", &length);

  GString *line = format_line(level, length < 0 ? domain : "", redacted);
  write_line(line);
  g_string_free(line, TRUE);
  if (the_log.to_journal)
    write_to_journal(level, fields, n_fields, redacted);

  /* G_DEBUG=fatal-criticals is left to the writer. */
  if ((level & (GLogLevelFlags) g_atomic_int_get(&fatal_levels)) != 0)
    abort();
  return G_LOG_WRITER_HANDLED;
}

/* @least and everything more severe: smaller bits are more severe. */
static gint
get_levels_from(GLogLevelFlags least)
{
  return (gint) ((((guint) least << 1) - 1) & (guint) G_LOG_LEVEL_MASK);
}

void
mc_log_start(const char *path, gboolean to_stderr, GLogLevelFlags least)
{
  static gsize is_writer = 0;
  g_mutex_lock(&the_log.lock);
  close_file();
  g_free(the_log.path);
  the_log.path = g_strdup(path);
  the_log.to_stderr = to_stderr;
  the_log.to_journal =
      g_getenv("JOURNAL_STREAM") != NULL && g_log_writer_is_journald(STDERR_FILENO);
  if (path != NULL)
    open_file();
  g_mutex_unlock(&the_log.lock);

  g_atomic_int_set(&enabled_levels, get_levels_from(least));
  if (g_once_init_enter(&is_writer)) {
    GLogLevelFlags fatal = g_log_set_always_fatal(G_LOG_FATAL_MASK);
    g_log_set_always_fatal(fatal);
    g_atomic_int_set(&fatal_levels, (gint) fatal);
    g_log_set_writer_func(write_log, NULL, NULL);
    g_once_init_leave(&is_writer, 1);
  }
}

void
mc_log_stop(void)
{
  g_mutex_lock(&the_log.lock);
  close_file();
  g_clear_pointer(&the_log.path, g_free);
  the_log.to_stderr = TRUE;
  g_mutex_unlock(&the_log.lock);
}

gboolean
mc_log_is_enabled(GLogLevelFlags level)
{
  return (g_atomic_int_get(&enabled_levels) & (gint) level & (gint) G_LOG_LEVEL_MASK) !=
         0;
}
