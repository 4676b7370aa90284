/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/text.h"

static void
test_tokens_follow_the_script(void)
{
  g_assert_cmpuint(mc_text_estimate_tokens("", -1), ==, 0);
  g_assert_cmpuint(mc_text_estimate_tokens("abcd", -1), ==, 1);
  g_assert_cmpuint(mc_text_estimate_tokens("abcde", -1), ==, 2);
  g_assert_cmpuint(mc_text_estimate_tokens("abcdefgh", 4), ==, 1);
  g_assert_cmpuint(mc_text_estimate_tokens("éàüö", -1), ==, 1);
  g_assert_cmpuint(mc_text_estimate_tokens("数据库迁移", -1), ==, 5);
  g_assert_cmpuint(mc_text_estimate_tokens("데이터", -1), ==, 3);
  g_assert_cmpuint(mc_text_estimate_tokens("привет!!", -1), ==, 4);
  g_assert_cmpuint(mc_text_estimate_tokens("😀", -1), ==, 2);
  g_assert_cmpuint(mc_text_estimate_tokens("\xff\xfe", -1), ==, 2);
}

static void
test_cjk_is_told_from_punctuation(void)
{
  g_assert_true(mc_text_is_cjk(0x6570)); /* 数 */
  g_assert_true(mc_text_is_cjk(0x30C7)); /* デ */
  g_assert_true(mc_text_is_cjk(0x30FC)); /* ー */
  g_assert_true(mc_text_is_cjk(0xB370)); /* 데 */
  g_assert_true(mc_text_is_cjk(0x20000));
  g_assert_false(mc_text_is_cjk('a'));
  g_assert_false(mc_text_is_cjk(0x3002)); /* 。 */
  g_assert_false(mc_text_is_cjk(0xFF01)); /* ！ */
}

static void
test_cut_falls_between_words(void)
{
  g_autofree char *whole = mc_text_cut_at_word("one two", 7);
  g_assert_cmpstr(whole, ==, "one two");
  g_autofree char *cut = mc_text_cut_at_word("one two three", 9);
  g_assert_cmpstr(cut, ==, "one two");
  g_autofree char *exact = mc_text_cut_at_word("one two three", 7);
  g_assert_cmpstr(exact, ==, "one two");
  g_autofree char *one_word = mc_text_cut_at_word("abcdefgh", 3);
  g_assert_cmpstr(one_word, ==, "abc");
  g_autofree char *emoji = mc_text_cut_at_word("😀😀😀", 2);
  g_assert_cmpstr(emoji, ==, "😀😀");
}

static void
test_a_cut_falls_between_characters(void)
{
  for (gsize max = 0; max < 16; max++) {
    g_autofree char *cut = mc_text_cut("aé€😀b", -1, max);

    g_assert_true(g_utf8_validate(cut, -1, NULL));
    g_assert_null(g_strstr_len(cut, -1, "\xef\xbf\xbd"));
    g_assert_true(g_str_has_prefix("aé€😀b", cut));
  }
}

static void
test_short_texts_stay_whole(void)
{
  g_autofree char *cut = mc_text_cut("hello", 4, 100);

  g_assert_cmpstr(cut, ==, "hell");
}

static void
test_bad_bytes_are_replaced(void)
{
  g_autofree char *cut = mc_text_cut("a\xff\xfe z", -1, 100);
  g_autofree char *continuation = mc_text_cut("\x80\x80\x80\x80\x80\x80", -1, 5);

  g_assert_cmpstr(cut, ==, "a\xef\xbf\xbd\xef\xbf\xbd z");
  g_assert_true(g_utf8_validate(continuation, -1, NULL));
}

static void
test_prefixes_need_their_whole_length(void)
{
  g_assert_true(mc_text_starts_with("abc", 3, "ab"));
  g_assert_false(mc_text_starts_with("abc", 1, "ab"));
  g_assert_false(mc_text_starts_with("xbc", 3, "ab"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/text/tokens-follow-the-script", test_tokens_follow_the_script);
  g_test_add_func("/base/text/cjk-is-told-from-punctuation",
                  test_cjk_is_told_from_punctuation);
  g_test_add_func("/base/text/cut-falls-between-words", test_cut_falls_between_words);
  g_test_add_func("/base/text/a-cut-falls-between-characters",
                  test_a_cut_falls_between_characters);
  g_test_add_func("/base/text/short-texts-stay-whole", test_short_texts_stay_whole);
  g_test_add_func("/base/text/bad-bytes-are-replaced", test_bad_bytes_are_replaced);
  g_test_add_func("/base/text/prefixes-need-their-whole-length",
                  test_prefixes_need_their_whole_length);
  return g_test_run();
}
