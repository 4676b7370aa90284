/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The practice upstream's embeddings: each word of a text adds to one of 64 numbers that
 * its hash chooses, so that texts which share words are near each other and equal texts
 * are equal. Good enough to see a client work, no use for meaning. Pure. */

#define MC_PRACTICE_DIMENSIONS 64

/* Answers the body of POST /v1/embeddings ("input": a text, a list of texts, or lists of
 * token numbers; "encoding_format": float or base64). INVALID_INPUT for anything else. */
char *mc_practice_embedding_answer(GBytes *body, GError **error);
