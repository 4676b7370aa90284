#!/bin/bash
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
# Every C file is a fixed point of clang-format: mend with `clang-format -i FILE`.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files --cached --others --exclude-standard -z -- '*.c' '*.h' |
  xargs -0 -r clang-format --dry-run -Werror
