/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "chat/turn-identity.h"

#include <string.h>

static void
test_envelopes_are_removed(void)
{
  static const struct {
    const char *text;
    const char *words;
  } cases[] = {
      {"fix the bug", "fix the bug"},
      {"  fix \n", "fix"},
      {"<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\nx\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>",
       ""},
      {"<system-reminder>\nbe brief\n</system-reminder>\nfix it", "fix it"},
      {"fix it\n\n<system-reminder>a</system-reminder><system-reminder>b</system-reminder>",
       "fix it"},
      {"<environment_context>\n<cwd>/</cwd>\n</environment_context>", ""},
      {"<session_context>x</session_context>go", "go"},
      {"<environment_details>x</environment_details>", ""},
      {"<user_info>\nOS\n</user_info>\n<user_query>\nwhy?\n</user_query>", "why?"},
      {"[Sun 2026-11-22 06:24 UTC] hello", "hello"},
      {"[Telegram Bob id:7 +2m Sun 2026-11-22 06:24 GMT+1] hello", "hello"},
      {"[Sun 2026-11-22 06:24 UTC] hi\n\nRuntime: agent=main | session=agent:main:main | "
       "sessionId=0 | host=h | model=m",
       "hi"},
      {"[Queued user message from a previous active turn; it was not answered]\nfix it\n"
       "Continue the current task and answer it.",
       "fix it"},
      {"[media attached: /tmp/a.png (image/png)]\nwhat is this?", "what is this?"},
      {"[media attached 1/2: /tmp/a.png] [media attached 2/2: b] what?", "what?"},
      {"Conversation info (untrusted metadata):\n```json\n{\"a\":\"```x\"}\n```\n\nhello",
       "hello"},
      {"Conversation info (untrusted metadata):\n```json\n{}\n```\n\nSender (untrusted "
       "metadata):\n```json\n{}\n```\n\n[Sun 2026-11-22 06:24 UTC] hello",
       "hello"},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *words = mc_user_words_clean(cases[i].text, -1);

    g_assert_cmpstr(words, ==, cases[i].words);
  }
}

static void
test_what_a_user_writes_about_envelopes_stays(void)
{
  static const char *const texts[] = {
      "what does <system-reminder> do?",
      "why `<system-reminder>x</system-reminder>`?",
      "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>> appears in my log",
      "explain [Sun 2026-11-22 06:24 UTC] in this line",
      "[2026-11-22 06:24:01] ERROR cannot open",
      "[x] done",
      "Continue the current task",
      "Runtime: 12 minutes",
      "the block (untrusted metadata):\n```json\n{}",
      "a < b && c > d",
      "<task> is an XML tag",
      "<div>\n<p>hello</p>\n</div>",
  };

  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autofree char *words = mc_user_words_clean(texts[i], -1);

    g_assert_cmpstr(words, ==, texts[i]);
  }
}

/* Hostile repetitions: half a megabyte of each must not take quadratic time. */
static void
test_cleaning_takes_linear_time(void)
{
  static const char *const pieces[] = {
      "<system-reminder>",
      "<system-reminder></system-reminder>",
      "<user_query>",
      "<user_query></user_query>",
      "[media attached",
      "[media attached]",
      "[[[[",
      "[Sun 2026-11-22 06:24]",
      "x (untrusted metadata):\n```json\n",
      "Runtime: agent=",
      "Runtime: agent=\n",
      "<system-reminder></system-reminder>Runtime: agent=",
      "<<<<",
      "\n \n",
  };

  for (guint i = 0; i < G_N_ELEMENTS(pieces); i++) {
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *words = NULL;
    gint64 start;

    while (text->len < 512 * 1024)
      g_string_append(text, pieces[i]);
    start = g_get_monotonic_time();
    words = mc_user_words_clean(text->str, (gssize) text->len);
    g_assert_nonnull(words);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 5 * G_USEC_PER_SEC);
  }
}

static void
test_white_space_is_folded(void)
{
  g_autofree char *words = mc_words_normalise(" a\r\n\tb\xc2\xa0\xe3\x80\x80 c  ", -1);
  g_autofree char *part = mc_words_normalise("ab cd", 3);
  g_autofree char *empty = mc_words_normalise(" \n", -1);

  g_assert_cmpstr(words, ==, "a b c");
  g_assert_cmpstr(part, ==, "ab");
  g_assert_cmpstr(empty, ==, "");
}

static void
test_a_hash_survives_its_text(void)
{
  McTurnHash hash = {0x0123456789abcdef, 0xfedcba9876543210};
  McTurnHash read;
  g_autofree char *text = mc_turn_hash_format(&hash);

  g_assert_cmpstr(text, ==, "fedcba98765432100123456789abcdef");
  g_assert_true(mc_turn_hash_parse(text, &read));
  g_assert_true(mc_turn_hash_equal(&hash, &read));
  g_assert_cmpuint(mc_turn_hash_hash(&hash), ==, mc_turn_hash_hash(&read));
  g_assert_false(mc_turn_hash_parse("", &read));
  g_assert_false(mc_turn_hash_parse("fedcba98765432100123456789abcdeg", &read));
  g_assert_false(mc_turn_hash_parse("fedcba98765432100123456789abcdef0", &read));
}

static void
test_seed_role_and_words_all_count(void)
{
  McTurnHash start = mc_turn_hash_start("session");
  McTurnHash other = mc_turn_hash_start("other");
  McTurnHash links[] = {
      mc_turn_hash_extend(start, TRUE, "user", "hello", 5),
      mc_turn_hash_extend(other, TRUE, "user", "hello", 5),
      mc_turn_hash_extend(start, TRUE, "assistant", "hello", 5),
      mc_turn_hash_extend(start, FALSE, "user", "hello", 5),
      mc_turn_hash_extend(start, TRUE, "user", "hello!", 6),
      mc_turn_hash_extend(mc_turn_hash_extend(start, TRUE, "user", "he", 2), FALSE,
                          "user", "llo", 3),
  };
  McTurnHash part = mc_turn_hash_bytes("hello", 5);
  McTurnHash again = mc_turn_hash_extend_part(start, TRUE, "user", &part);

  for (guint i = 0; i < G_N_ELEMENTS(links); i++)
    for (guint j = i + 1; j < G_N_ELEMENTS(links); j++)
      g_assert_false(mc_turn_hash_equal(&links[i], &links[j]));
  g_assert_true(mc_turn_hash_equal(&links[0], &again));
}

/* Chains are stored: another version of this program must find them again. */
static void
test_hashes_never_change(void)
{
  McTurnHash hash =
      mc_turn_hash_extend(mc_turn_hash_start("session"), TRUE, "user", "hello", 5);
  g_autofree char *text = mc_turn_hash_format(&hash);

  g_assert_cmpstr(text, ==, "a39125646fc570ccb10930ac6233802d");
}

int
main(int argc, char *argv[])
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/chat/turn-identity/envelopes-are-removed",
                  test_envelopes_are_removed);
  g_test_add_func("/chat/turn-identity/what-a-user-writes-about-envelopes-stays",
                  test_what_a_user_writes_about_envelopes_stays);
  g_test_add_func("/chat/turn-identity/cleaning-takes-linear-time",
                  test_cleaning_takes_linear_time);
  g_test_add_func("/chat/turn-identity/white-space-is-folded",
                  test_white_space_is_folded);
  g_test_add_func("/chat/turn-identity/a-hash-survives-its-text",
                  test_a_hash_survives_its_text);
  g_test_add_func("/chat/turn-identity/seed-role-and-words-all-count",
                  test_seed_role_and_words_all_count);
  g_test_add_func("/chat/turn-identity/hashes-never-change", test_hashes_never_change);
  return g_test_run();
}
