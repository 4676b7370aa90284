#!/bin/bash
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
# gobject-linter, built once from its crate into the tests' cache (2-3 minutes).
set -euo pipefail
cd "$(dirname "$0")/../.."
version=0.1.2
cache=${METACLAW_TEST_CACHE:-$HOME/.cache/metaclaw-tests}/gobject-linter-$version
log=$cache/build.log
if [ ! -x "$cache/bin/gobject-linter" ]; then
  mkdir -p "$cache"
  if ! command -v cargo >/dev/null; then
    echo "gobject-linter: no cargo to build it with"
    exit 77
  fi
  if ! cargo install --locked gobject-linter --version "$version" --root "$cache" >"$log" 2>&1; then
    tail -n 5 "$log"
    echo "gobject-linter: cargo could not build it ($(tail -n 1 "$log"))"
    exit 77
  fi
fi
# The rule dead_code asks meson what is built.
if [ ! -f build/build.ninja ]; then
  meson setup build >/dev/null
fi
exec "$cache/bin/gobject-linter" --format gcc --config tests/lint/gobject-linter.toml .
