#!/bin/bash
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files --cached --others --exclude-standard -z -- '*.sh' run .ci/run | xargs -0 -r shellcheck -x
