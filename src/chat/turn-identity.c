/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "chat/turn-identity.h"

#include <string.h>
#include <xxhash.h>

#include "base/text.h"

/* Two jobs: telling a user's words from what clients wrap around them, and hashing words
 * into a chain. The wrappers are rows of the tables below, from bytes that real clients
 * sent. Only a block that is closed is taken away: a user who merely writes about a tag
 * keeps his sentence. Everything is one pass; a search that failed once is not repeated,
 * so hostile text costs linear time. */

/* Removed with all that stands between the two. */
static const struct {
  const char *open;
  const char *close;
} blocks[] = {
    /* OpenClaw: behind everything else, in each request. */
    {"<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>", "<<<END_OPENCLAW_INTERNAL_CONTEXT>>>"},
    {"<relevant-memories>", "</relevant-memories>"},
    /* Claude Code, Qwen Code, opencode. */
    {"<system-reminder>", "</system-reminder>"},
    {"<system_reminder>", "</system_reminder>"},
    {"<local-command-caveat>", "</local-command-caveat>"},
    {"<local-command-stdout>", "</local-command-stdout>"},
    {"<local-command-stderr>", "</local-command-stderr>"},
    {"<command-name>", "</command-name>"},
    {"<command-message>", "</command-message>"},
    /* Codex. */
    {"<environment_context>", "</environment_context>"},
    {"<user_instructions>", "</user_instructions>"},
    /* Gemini CLI. */
    {"<session_context>", "</session_context>"},
    /* Cline and its relatives. */
    {"<environment_details>", "</environment_details>"},
    /* Cursor. */
    {"<additional_data>", "</additional_data>"},
    {"<user_info>", "</user_info>"},
    {"<project_layout>", "</project_layout>"},
    {"<open_and_recently_viewed_files>", "</open_and_recently_viewed_files>"},
    /* Copilot. */
    {"<environment_info>", "</environment_info>"},
    {"<workspace_info>", "</workspace_info>"},
    {"<reminderInstructions>", "</reminderInstructions>"},
};

/* Only the tags go: the user's words stand between them. */
static const struct {
  const char *open;
  const char *close;
} wrappers[] = {
    {"<command-args>", "</command-args>"}, {"<task>", "</task>"},
    {"<user_message>", "</user_message>"}, {"<user_query>", "</user_query>"},
    {"<userRequest>", "</userRequest>"},
};

/* Whole lines of OpenClaw's that start like this. */
static const struct {
  const char *start;
  const char *also; /* (nullable) must stand in the line too */
  gboolean only_after_note;
} lines[] = {
    {"Runtime: agent=", " | ", FALSE},
    {"Continue the current task", NULL, TRUE},
    {"To send an image back, prefer the message tool", NULL, TRUE},
    {"[message_id: ", "]", FALSE},
};

/* Notes in brackets at the start of a line; what follows the bracket stays. */
static const char *const notes[] = {
    "[Queued user message from a previous active turn",
    "[media attached",
};

/* Block titles of OpenClaw's channels; a ```json fence follows. */
static const char *const titles[] = {"(untrusted metadata):", "(untrusted metadata)",
                                     "(untrusted, for context):"};

#define FENCE_OPEN  "```json"
#define FENCE_CLOSE "```"

typedef struct {
  const char *at;
  const char *end;
  const char *line_end; /* of the line that @at is in, once it was looked up */
  const char *angle;    /* the next '<', once it was looked up */
  GString *out;
  gboolean at_line_start; /* nothing but space since the last line feed */
  gboolean had_note;
  gboolean no_fence_end;                           /* no FENCE_CLOSE ahead */
  gboolean no_block_end[G_N_ELEMENTS(blocks)];     /* no closing mark ahead */
  gboolean no_wrapper_end[G_N_ELEMENTS(wrappers)]; /* the same */
  guint open_wrappers[G_N_ELEMENTS(wrappers)];     /* tags dropped, not yet closed */
} Cleaner;

/* Most texts differ in their second byte already: "<d" is no "<s". */
static gboolean
starts_with(const Cleaner *self, const char *prefix)
{
  if (self->end - self->at < 2 || self->at[1] != prefix[1])
    return FALSE;
  return mc_text_starts_with(self->at, (gsize) (self->end - self->at), prefix);
}

static const char *
find_line_end(Cleaner *self)
{
  if (self->line_end == NULL || self->line_end < self->at) {
    self->line_end = memchr(self->at, '\n', (gsize) (self->end - self->at));
    if (self->line_end == NULL)
      self->line_end = self->end;
  }
  return self->line_end;
}

static void
skip_line(Cleaner *self)
{
  const char *line_end = find_line_end(self);

  self->at = line_end < self->end ? line_end + 1 : self->end;
}

static gboolean
skip_block(Cleaner *self)
{
  for (guint i = 0; i < G_N_ELEMENTS(blocks); i++) {
    const char *inside, *close;

    if (self->no_block_end[i] || !starts_with(self, blocks[i].open))
      continue;
    inside = self->at + strlen(blocks[i].open);
    close = memmem(inside, (gsize) (self->end - inside), blocks[i].close,
                   strlen(blocks[i].close));
    if (close != NULL) {
      self->at = close + strlen(blocks[i].close);
      return TRUE;
    }
    self->no_block_end[i] = TRUE;
  }
  return FALSE;
}

static gboolean
skip_wrapper_tag(Cleaner *self)
{
  for (guint i = 0; i < G_N_ELEMENTS(wrappers); i++) {
    const char *open = wrappers[i].open;
    const char *close = wrappers[i].close;

    if (self->open_wrappers[i] > 0 && starts_with(self, close)) {
      self->open_wrappers[i]--;
      self->at += strlen(close);
      return TRUE;
    }
    if (self->at_line_start && self->open_wrappers[i] == 0 && !self->no_wrapper_end[i] &&
        starts_with(self, open)) {
      const char *inside = self->at + strlen(open);

      if (memmem(inside, (gsize) (self->end - inside), close, strlen(close)) != NULL) {
        self->open_wrappers[i]++;
        self->at = inside;
        return TRUE;
      }
      self->no_wrapper_end[i] = TRUE;
    }
  }
  return FALSE;
}

/* Matches "Sun 2026-11-22 06:24". */
static gboolean
is_stamp(const char *at, const char *end)
{
  static const char pattern[] = "aaa dddd-dd-dd dd:dd";
  static const char days[] = "MonTueWedThuFriSatSun";

  if (end - at < (gssize) strlen(pattern))
    return FALSE;
  for (guint i = 0; pattern[i] != '\0'; i++) {
    if (pattern[i] == 'd' ? !g_ascii_isdigit(at[i])
                          : pattern[i] != 'a' && pattern[i] != at[i])
      return FALSE;
  }
  for (guint i = 0; days[i] != '\0'; i += 3)
    if (memcmp(at, days + i, 3) == 0)
      return TRUE;
  return FALSE;
}

/* "[Sun 2026-11-22 06:24 UTC]", or with the channel and sender in front of the day. */
static gboolean
skip_stamp(Cleaner *self)
{
  const char *close, *limit;

  if (*self->at != '[')
    return FALSE;
  limit = MIN(find_line_end(self), self->at + 200);
  close = memchr(self->at, ']', (gsize) (limit - self->at));
  if (close == NULL)
    return FALSE;
  for (const char *at = self->at + 1; at < close; at++) {
    if ((at[-1] == '[' || at[-1] == ' ') && is_stamp(at, close)) {
      self->at = close + 1;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
skip_note(Cleaner *self)
{
  for (guint i = 0; i < G_N_ELEMENTS(notes); i++) {
    const char *close;

    if (!starts_with(self, notes[i]))
      continue;
    close = memchr(self->at, ']', (gsize) (find_line_end(self) - self->at));
    self->at = close != NULL ? close + 1 : find_line_end(self);
    self->had_note = TRUE;
    return TRUE;
  }
  return FALSE;
}

static gboolean
skip_known_line(Cleaner *self)
{
  for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
    gsize length;

    if ((lines[i].only_after_note && !self->had_note) ||
        !starts_with(self, lines[i].start))
      continue;
    length = (gsize) (find_line_end(self) - self->at);
    if (lines[i].also != NULL &&
        memmem(self->at, length, lines[i].also, strlen(lines[i].also)) == NULL)
      continue;
    skip_line(self);
    return TRUE;
  }
  return FALSE;
}

static gboolean
is_title(const char *line, gsize length)
{
  if (length > 0 && line[length - 1] == '\r')
    length--;
  for (guint i = 0; i < G_N_ELEMENTS(titles); i++) {
    gsize title_length = strlen(titles[i]);

    if (length >= title_length && length <= 120 &&
        memcmp(line + length - title_length, titles[i], title_length) == 0)
      return TRUE;
  }
  return FALSE;
}

/* A title line and the fence below it. */
static gboolean
skip_untrusted(Cleaner *self)
{
  const char *line_end = find_line_end(self);
  const char *fence = line_end + 1;
  const char *close;

  if (self->no_fence_end || line_end == self->end ||
      !is_title(self->at, (gsize) (line_end - self->at)) ||
      !mc_text_starts_with(fence, (gsize) (self->end - fence), FENCE_OPEN))
    return FALSE;
  fence += strlen(FENCE_OPEN);
  close = memmem(fence, (gsize) (self->end - fence), "\n" FENCE_CLOSE,
                 strlen("\n" FENCE_CLOSE));
  if (close == NULL) {
    self->no_fence_end = TRUE;
    return FALSE;
  }
  self->at = close + strlen("\n" FENCE_CLOSE);
  return TRUE;
}

/* Takes away what may only stand at the start of a line. Nearly every line is none of
 * these, so the first and the last byte of it are asked first. */
static gboolean
skip_line_envelope(Cleaner *self)
{
  const char *line_end = find_line_end(self);
  const char *last = MAX(line_end - 1, self->at);

  if (*self->at == '[' && (skip_stamp(self) || skip_note(self)))
    return TRUE;
  if (strchr("[RCT", *self->at) != NULL && skip_known_line(self))
    return TRUE;
  if (last > self->at && *last == '\r')
    last--;
  return (*last == ':' || *last == ')') && skip_untrusted(self);
}

/* The next '<' behind @at, or the end. */
static const char *
find_angle(Cleaner *self)
{
  if (self->angle == NULL || self->angle <= self->at) {
    const char *from = self->at + 1;

    self->angle = memchr(from, '<', (gsize) (self->end - from));
    if (self->angle == NULL)
      self->angle = self->end;
  }
  return self->angle;
}

static void
copy_to(Cleaner *self, const char *stop)
{
  g_string_append_len(self->out, self->at, stop - self->at);
  self->at = stop;
}

/* Copies up to the next byte that may start something: white space at the start of a
 * line, or else to the end of the line. */
static void
copy_plain(Cleaner *self)
{
  const char *stop = self->at;

  if (self->at_line_start && g_ascii_isspace(*self->at)) {
    while (stop < self->end && g_ascii_isspace(*stop))
      stop++;
  } else {
    const char *line_end = find_line_end(self);

    stop = MIN(line_end < self->end ? line_end + 1 : self->end, find_angle(self));
    self->at_line_start = stop[-1] == '\n';
  }
  copy_to(self, stop);
}

static gboolean
is_quoted(const Cleaner *self)
{
  return self->out->len > 0 && self->out->str[self->out->len - 1] == '`';
}

char *
mc_user_words_clean(const char *text, gssize length)
{
  g_autoptr(GString) out = NULL;
  Cleaner self = {0};
  gsize size;

  g_return_val_if_fail(text != NULL, NULL);

  size = length < 0 ? strlen(text) : (gsize) length;
  out = g_string_sized_new(size + 1);
  self.at = text;
  self.end = text + size;
  self.out = out;
  self.at_line_start = TRUE;
  while (self.at < self.end) {
    if (*self.at == '<' && !is_quoted(&self) &&
        (skip_block(&self) || skip_wrapper_tag(&self)))
      continue;
    if (self.at_line_start && !g_ascii_isspace(*self.at) && skip_line_envelope(&self))
      continue;
    copy_plain(&self);
  }
  return g_strstrip(g_string_free(g_steal_pointer(&out), FALSE));
}

/* Length of the white space at @at: ASCII and the spaces that editors and input methods
 * produce (no-break, ideographic, U+2000 to U+200A, line and paragraph separator). */
static gsize
measure_space(const char *at, const char *end)
{
  const guint8 *bytes = (const guint8 *) at;
  gsize left = (gsize) (end - at);

  if (g_ascii_isspace(*at) || *at == '\v')
    return 1;
  if (left >= 2 && bytes[0] == 0xc2 && (bytes[1] == 0xa0 || bytes[1] == 0x85))
    return 2;
  if (left < 3)
    return 0;
  if (bytes[0] == 0xe3 && bytes[1] == 0x80 && bytes[2] == 0x80)
    return 3;
  if (bytes[0] == 0xe2 && bytes[1] == 0x80 &&
      (bytes[2] <= 0x8a || bytes[2] == 0xa8 || bytes[2] == 0xa9 || bytes[2] == 0xaf))
    return 3;
  return 0;
}

char *
mc_words_normalise(const char *text, gssize length)
{
  const char *end;
  char *result, *out;
  gboolean wants_blank = FALSE;

  g_return_val_if_fail(text != NULL, NULL);

  end = text + (length < 0 ? strlen(text) : (gsize) length);
  out = result = g_malloc((gsize) (end - text) + 1);
  for (const char *at = text; at < end;) {
    guint8 byte = (guint8) *at;
    gsize space = byte > ' ' && byte < 0xc2 ? 0 : measure_space(at, end);

    if (space > 0) {
      wants_blank = out > result;
      at += space;
      continue;
    }
    if (wants_blank)
      *out++ = ' ';
    wants_blank = FALSE;
    *out++ = *at++;
  }
  *out = '\0';
  return result;
}

guint
mc_turn_hash_hash(gconstpointer hash)
{
  return (guint) ((const McTurnHash *) hash)->low;
}

gboolean
mc_turn_hash_equal(gconstpointer a, gconstpointer b)
{
  const McTurnHash *left = a;
  const McTurnHash *right = b;

  return left->low == right->low && left->high == right->high;
}

char *
mc_turn_hash_format(const McTurnHash *hash)
{
  return g_strdup_printf("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x",
                         hash->high, hash->low);
}

static gboolean
parse_half(const char *text, guint64 *half)
{
  *half = 0;
  for (int i = 0; i < 16; i++) {
    int digit = g_ascii_xdigit_value(text[i]);

    if (digit < 0)
      return FALSE;
    *half = *half << 4 | (guint64) digit;
  }
  return TRUE;
}

gboolean
mc_turn_hash_parse(const char *text, McTurnHash *hash)
{
  return strlen(text) == 32 && parse_half(text, &hash->high) &&
         parse_half(text + 16, &hash->low);
}

McTurnHash
mc_turn_hash_bytes(gconstpointer data, gsize length)
{
  XXH128_hash_t hash = XXH3_128bits(data, length);

  return (McTurnHash){hash.low64, hash.high64};
}

McTurnHash
mc_turn_hash_start(const char *seed)
{
  return mc_turn_hash_bytes(seed, strlen(seed));
}

McTurnHash
mc_turn_hash_extend_part(McTurnHash state, gboolean role_changed, const char *role,
                         const McTurnHash *part)
{
  struct {
    McTurnHash state;
    McTurnHash part;
    char role[16]; /* empty while the role stays the same */
  } link;

  memset(&link, 0, sizeof link);
  link.state = state;
  link.part = *part;
  if (role_changed)
    memcpy(link.role, role, MIN(strlen(role), sizeof link.role));
  return mc_turn_hash_bytes(&link, sizeof link);
}

McTurnHash
mc_turn_hash_extend(McTurnHash state, gboolean role_changed, const char *role,
                    const char *words, gsize length)
{
  McTurnHash part = mc_turn_hash_bytes(words, length);

  return mc_turn_hash_extend_part(state, role_changed, role, &part);
}
