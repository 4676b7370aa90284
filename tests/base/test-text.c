/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "base/text.h"

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
main(int argc, char *argv[])
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/text/a-cut-falls-between-characters",
                  test_a_cut_falls_between_characters);
  g_test_add_func("/base/text/short-texts-stay-whole", test_short_texts_stay_whole);
  g_test_add_func("/base/text/bad-bytes-are-replaced", test_bad_bytes_are_replaced);
  g_test_add_func("/base/text/prefixes-need-their-whole-length",
                  test_prefixes_need_their_whole_length);
  return g_test_run();
}
