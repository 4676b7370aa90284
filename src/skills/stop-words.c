/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/stop-words.h"

#include <string.h>

static const char *const texts[MC_N_LANGUAGES] = {
    [MC_LANGUAGE_ENGLISH] =
        "a about after again all also am an and any anyone anything are as at back be because "
        "been before being but by came can cannot come could day did do does doesn doing don "
        "done down each else even ever every everyone everything few first for from get gets "
        "go goes going gonna gone good got had has have having he hello her here hey hi him "
        "his how i if im in into is isn it its itself just keep know last let like ll lot "
        "many may maybe me mine more most much must my need needs never new next no nobody "
        "nor not nothing now of off oh ok okay on one only or other our out over own people "
        "please ppl put quite rather re really right rn said same say see she should so some "
        "someone something soon still stuff such take than thanks that the their them then "
        "there these they thing things this those though thx to today tomorrow tonight too "
        "two u under until up us use used using ve very w want wanted wants was way we well "
        "went were what whats when where whether which while who whole whose why will with "
        "won would yes yesterday yet you your yours",
    [MC_LANGUAGE_FRENCH] =
        "a ai alors après as au aussi autre aux avant avec avez avoir avons bien bonjour bonne "
        "c ce cela ces cet cette ceux chaque chez comme comment d dans de des deux dire dit "
        "donc donne dont du elle elles en encore entre es est et eu eux faire fais fait faut "
        "font ici il ils j je jusqu l la là le les leur leurs lui m ma mais me merci mes mets "
        "moi moins mon n ne ni non nos notre nous on ont ou où par pas peu peut peux plus "
        "pour pourquoi qu quand que quel quelle quelles quels qui quoi rien s sa salut sans "
        "se ses si soit son sont sous stp sur t ta te tes toi ton toujours tous tout toute "
        "toutes très trop tu un une va vas veut veux vos votre vous y à ça été être",
    [MC_LANGUAGE_GERMAN] =
        "ab aber alle allem allen aller alles als also am an auch auf aus bei bin bis bist "
        "bitte da damit dann das dass dem den denn der des dich die dies diese diesem diesen "
        "dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas "
        "euch für ganz geht gibt gut habe haben hab hallo hast hat hatte hier hin ich ihm ihn "
        "ihr ihre im in ins ist ja jede jeder jetzt kann kannst kein keine können mach mache "
        "machen macht mal man mehr mein meine meinem meinen meiner mich mir mit muss nach "
        "nicht nichts noch nun nur ob oder ohne schon sehr sein seine sich sie sind so soll "
        "sollen über um und uns unser unsere unserem unseren unserer viel vom von vor war "
        "warum was wegen weil welche welchem welchen welcher welches wenn wer werden wie wieder "
        "will wir wird wo wurde zu zum zur zwei",
    [MC_LANGUAGE_SPANISH] =
        "a ahora al algo alguien algún ante antes aquí así aunque ayer bien bueno cada casi "
        "como cómo con cuál cuales cuándo cuando cuánto de del desde dime donde dónde dos e "
        "el él ella ellos en entre era eres es esa ese eso esta está están estar este esto "
        "estos estoy fue gracias ha hace hacer hago han has hay haz hazme he hola hoy la las "
        "le les lo los luego me mi mis mucho muy más nada ni no nos nosotros nuestra nuestro o "
        "otra otro para pero por porque puede puedes puedo que qué quien quiero se sea ser si "
        "sí siempre sin sobre solo somos son soy su sus también tan te tener tengo ti tiene "
        "todo todos tu tú tus un una unas uno unos va vez voy y ya yo",
};

static GHashTable *
build_table(void)
{
  GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint language = 0; language < MC_N_LANGUAGES; language++) {
    g_auto(GStrv) words = g_strsplit(texts[language], " ", -1);
    for (guint i = 0; words[i] != NULL; i++) {
      guint bits = GPOINTER_TO_UINT(g_hash_table_lookup(table, words[i]));
      g_hash_table_insert(table, g_strdup(words[i]),
                          GUINT_TO_POINTER(bits | 1u << language));
    }
  }
  return table;
}

guint
mc_stop_words_find(const char *word, gsize length)
{
  static GHashTable *table = NULL; /* never changed after it was built */
  if (g_once_init_enter(&table))
    g_once_init_leave(&table, build_table());
  char copy[24];
  if (length >= sizeof copy)
    return 0;
  memcpy(copy, word, length);
  copy[length] = '\0';
  return GPOINTER_TO_UINT(g_hash_table_lookup(table, copy));
}
