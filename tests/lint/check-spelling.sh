#!/bin/bash
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
# Words that codespell knows only as mistakes and that are right here: tests/lint/words.txt.
# Left out are files that hold words of other languages or mistakes on purpose.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files --cached --others --exclude-standard -z -- \
  ':!tests/data' ':!tests/fuzz/corpus' ':!po' ':!LICENSE' ':!data/skills' \
  ':!src/skills/stop-words.c' ':!src/skills/request-prior.c' ':!tests/skills' ':!tests/cli' |
  xargs -0 -r codespell --ignore-words tests/lint/words.txt
