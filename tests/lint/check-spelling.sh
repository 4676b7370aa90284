#!/bin/bash
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
# Words that codespell knows only as mistakes and that are right here: tests/lint/words.txt.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files --cached --others --exclude-standard -z -- \
  ':!tests/data' ':!tests/fuzz/corpus' ':!po' ':!LICENSE' ':!data/skills' |
  xargs -0 -r codespell --ignore-words tests/lint/words.txt
