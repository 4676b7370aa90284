/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "base/json-span.h"

/* Makes up a value that a JSON schema allows: what the practice upstream calls a tool
 * with. The values are chosen to do no harm when a tool is really run (a file name that
 * nobody has, a command that echoes, FALSE for every switch). Not a validator: patterns
 * and conditions are ignored. Pure. */

/* Appends a value for the schema at @node of @index (-1: no schema is known) to @out.
 * Always valid JSON, whatever the schema; "$ref" is looked up in @node's own schema. At
 * most some 256 values deep and wide; the rest is left empty. */
void mc_schema_sample_append(GString *out, const McJsonIndex *index, int node);
