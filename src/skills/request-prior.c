/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/request-prior.h"

#include <string.h>

#include "base/text.h"

/* So many letters are a paragraph; a CJK character says as much as three of them. */
#define PARAGRAPH_LETTERS 120

/* A longer request is no small talk, and not searched for it. */
#define LONGEST_SMALL_TALK 240

#define SMALL_TALK_WEIGHT 0.5

/* How people ask about a word, for a joke or for the time, or talk to the house. Parts of
 * the case-folded text. */
static const char *const small_talk[] = {
    "translate ",
    "synonym",
    "antonym",
    "another word for",
    "the word",
    "plural of",
    "spell ",
    "spelled",
    "rhyme",
    "stand for",
    "stands for",
    "how do you say",
    "pronounce",
    "a joke",
    "limerick",
    "haiku",
    "a poem",
    "riddle",
    "horoscope",
    "what time is",
    "the weather",
    "shopping list",
    "the lights",
    "set a timer",
    "set an alarm",
    "how tall is",
    "how old is",

    "traduis",
    "traduire",
    "comment dit-on",
    "comment on dit",
    "épelle",
    "rime avec",
    "une blague",
    "un poème",
    "quelle heure",
    "la météo",
    "veut dire",
    "combien font",
    "pluriel de",

    "übersetze",
    "schreibt man",
    "wie heißt",
    "reimt sich",
    "einen witz",
    "ein gedicht",
    "wie spät",
    "das wetter",
    "genitiv",
    "dativ",
    "mehrzahl",
    "wie viel sind",
    "wie viel ist",
    "den wecker",

    "traduce ",
    "traducir",
    "sinónimo",
    "cómo se dice",
    "cómo se escribe",
    "rima con",
    "un chiste",
    "un poema",
    "qué hora",
    "cuánto es",
    "qué significa",

    "怎么说",
    "怎么读",
    "拼音",
    "翻译",
    "什么意思",
    "近义词",
    "反义词",
    "笑话",
    "闹钟",
    "天气",
    "几点",
    "用英文",

    "どういう意味",
    "読み方",
    "英語で何",
    "の言葉",
    "しりとり",
    "天気",
    "何時",
    "動詞",

    "무슨 뜻",
    "뜻이 뭐",
    "영어로",
    "한자로",
    "어떻게 읽",
    "농담",
    "날씨",
    "몇 시",
    "맞춤법",
};

static double
rate_length(const char *text)
{
  guint letters = 0;
  for (const char *c = text; *c != '\0' && letters < PARAGRAPH_LETTERS;) {
    gunichar character = g_utf8_get_char_validated(c, -1);
    gboolean is_valid = character != (gunichar) -1 && character != (gunichar) -2;
    letters += is_valid && mc_text_is_cjk(character) ? 3 : 1;
    c = is_valid ? g_utf8_next_char(c) : c + 1;
  }
  return MIN((double) letters / PARAGRAPH_LETTERS, 1);
}

static gboolean
is_small_talk(const char *text)
{
  if (strlen(text) > LONGEST_SMALL_TALK)
    return FALSE;
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  g_autofree char *lower = g_utf8_strdown(valid, -1);
  for (gsize i = 0; i < G_N_ELEMENTS(small_talk); i++)
    if (strstr(lower, small_talk[i]) != NULL)
      return TRUE;
  return FALSE;
}

double
mc_request_prior_rate(const char *text)
{
  return 1 + rate_length(text) - (is_small_talk(text) ? SMALL_TALK_WEIGHT : 0);
}
