/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* How much a request looks like work, whatever it is about, before any skill is compared
 * with it: "what rhymes with commit" has the words of a skill and needs none, a paragraph
 * rarely needs none. Pure; any thread. */

/* What the score of a skill is multiplied with: 1 for a few words, up to 2 for a
 * paragraph, half a point less for a question about a word, a joke, the lights. */
double mc_request_prior_rate(const char *text);
