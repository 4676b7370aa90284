/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <json-glib/json-glib.h>

/* Looks into a service's reply by dotted paths ("proxy.url"). A service of another
 * version may leave out or retype anything, so what is not there as expected is the
 * fall-back, never a failure. Everything is borrowed. */

const char *mc_json_view_get_text(JsonNode *root, const char *path, const char *fallback);
gint64 mc_json_view_get_int(JsonNode *root, const char *path, gint64 fallback);
double mc_json_view_get_double(JsonNode *root, const char *path, double fallback);
gboolean mc_json_view_get_boolean(JsonNode *root, const char *path, gboolean fallback);

/* The number of elements of the array at @path (0 when there is none), and element
 * @index, which must be below it. */
guint mc_json_view_count(JsonNode *root, const char *path);
JsonNode *mc_json_view_get_element(JsonNode *root, const char *path, guint index);
