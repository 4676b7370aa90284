/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/database.h"

/* The schema of records.db: conversations, the text of ours that stands in them, and one
 * row for each request. No content of messages is stored. */
extern const McMigration mc_session_schema[];
