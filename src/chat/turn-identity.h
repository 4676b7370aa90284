/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Which conversation does a request continue? Clients rewrite history (they strip
 * characters from tool ids, merge neighbours, turn a string into parts, move cache
 * marks), so a turn is known by its role and its normalised words only. The words of a
 * history form a chain: link i = XXH3-128(link i-1, role when it changes, words of part
 * i). A request continues a conversation when the chain of the conversation's last
 * request is one of its links. Pure; any thread. */

typedef struct {
  guint64 low;
  guint64 high;
} McTurnHash;

/* One link of a request's chain. Only parts that have words of their own make a link:
 * system text, envelopes (client reminders, internal context) and empty parts make none.
 */
typedef struct {
  McTurnHash hash;     /* the chain up to and including this part */
  guint message_index; /* index in the request's list of messages */
} McChainLink;

guint mc_turn_hash_hash(gconstpointer hash);
gboolean mc_turn_hash_equal(gconstpointer a, gconstpointer b);
/* 32 hex digits, free with g_free(); parse returns FALSE for anything else. */
char *mc_turn_hash_format(const McTurnHash *hash);
gboolean mc_turn_hash_parse(const char *text, McTurnHash *hash);

/* XXH3-128 of @length bytes. */
McTurnHash mc_turn_hash_bytes(gconstpointer data, gsize length);

/* Folds @length bytes of normalised words of @role into @state. @seed starts a chain (the
 * session key, so that chains of different sessions never meet). The role is part of the
 * link only when it changed; its first 16 bytes count. */
McTurnHash mc_turn_hash_start(const char *seed);
McTurnHash mc_turn_hash_extend(McTurnHash state, gboolean role_changed, const char *role,
                               const char *words, gsize length);

/* The same, when the words were hashed before: @part = mc_turn_hash_bytes (words, …). */
McTurnHash mc_turn_hash_extend_part(McTurnHash state, gboolean role_changed,
                                    const char *role, const McTurnHash *part);

/* Removes what clients wrap around a user's own words (list in turn-identity.c, source
 * clients.md 2.3): reminder and context blocks, time stamps, run-time footers, queue
 * notes. Returns the cleaned text, trimmed; "" when nothing of the user's is left. */
char *mc_user_words_clean(const char *text, gssize length);

/* @text (of a user: cleaned before) with every run of white space folded to one blank and
 * none at the ends: what is hashed. */
char *mc_words_normalise(const char *text, gssize length);
