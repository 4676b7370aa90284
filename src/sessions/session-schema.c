/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "sessions/session-schema.h"

/* Times are microseconds since 1970, hashes the 16 bytes of a chain link (turn-identity),
 * high half first. A conversation is found by any of its former ends, so that a retry or
 * a fork of an older turn finds it too. Unreported token counts are NULL. */
static const char version_1[] =
    "CREATE TABLE conversation ("
    "  id TEXT PRIMARY KEY,"
    "  client TEXT,"
    "  tail BLOB,"
    "  created_at INTEGER NOT NULL,"
    "  updated_at INTEGER NOT NULL"
    ") WITHOUT ROWID;"
    "CREATE INDEX conversation_by_time ON conversation (updated_at);"

    "CREATE TABLE conversation_tail ("
    "  hash BLOB NOT NULL,"
    "  conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,"
    "  at INTEGER NOT NULL,"
    "  PRIMARY KEY (hash, conversation_id)"
    ") WITHOUT ROWID;"
    "CREATE INDEX conversation_tail_by_time ON conversation_tail (conversation_id, at);"

    /* place: 0 = at the end of the system prompt, 1 = before the user message at anchor.
     * names: one a line. */
    "CREATE TABLE injection ("
    "  id INTEGER PRIMARY KEY,"
    "  conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,"
    "  place INTEGER NOT NULL,"
    "  anchor BLOB NOT NULL,"
    "  text TEXT NOT NULL,"
    "  names TEXT NOT NULL,"
    "  tokens INTEGER NOT NULL,"
    "  at INTEGER NOT NULL"
    ");"
    "CREATE INDEX injection_by_conversation ON injection (conversation_id);"

    /* outcome: ok, failed or cancelled. */
    "CREATE TABLE request ("
    "  id INTEGER PRIMARY KEY,"
    "  at INTEGER NOT NULL,"
    "  conversation_id TEXT,"
    "  client TEXT,"
    "  provider TEXT,"
    "  model TEXT,"
    "  is_stream INTEGER NOT NULL,"
    "  side_reason TEXT,"
    "  status INTEGER NOT NULL,"
    "  outcome TEXT NOT NULL,"
    "  input_tokens INTEGER,"
    "  cached_input_tokens INTEGER,"
    "  cache_write_tokens INTEGER,"
    "  output_tokens INTEGER,"
    "  duration_us INTEGER,"
    "  first_byte_us INTEGER,"
    "  added_us INTEGER"
    ");"
    "CREATE INDEX request_by_time ON request (at);";

const McMigration mc_session_schema[] = {
    {1, version_1},
    {0, NULL},
};
