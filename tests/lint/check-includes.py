#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""Holds the tree to the include table of src/README.md and to the order of includes.

The table is what keeps the folders apart: a folder that includes only downwards can be
read, tested and changed without those above it. Adding a row here is a decision about the
design and belongs into src/README.md in the same commit.
"""
import pathlib
import re

import tree

TABLE = {
    "base": "",
    "config": "base",
    "net": "base",
    "chat": "base",
    "tokens": "base chat",
    "upstream": "base config net chat",
    "sessions": "base chat",
    "schedule": "base config net",
    "control": "base config net",
    "agents": "base config",
    "skills": "base config chat upstream sessions",
    "proxy": "base config net chat upstream",
    "training": "base config net chat tokens upstream sessions",
    "cli": "base config control",
    "service": "base config net chat tokens upstream sessions schedule control agents skills proxy training",
    "desktop": "base config service",
}
# Pure folders decide, their neighbours perform: no I/O library may be seen there.
PURE = {"chat", "tokens"}
IMPURE = re.compile(r"^(gio/|curl/|libsoup/|sqlite3|gtk/|microhttpd)")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def check_file(path, faults):
    text = tree.read(path)
    folder = path.parts[1] if len(path.parts) > 2 else None
    allowed = None if folder is None else {folder, *TABLE.get(folder, "").split()}
    if folder is not None and folder not in TABLE:
        faults.add(path, 1, f"folder '{folder}' has no row in the include table")
    seen_ours = False
    own = path.with_suffix(".h").relative_to("src").as_posix()
    for position, match in enumerate(INCLUDE.finditer(text)):
        line = text.count("\n", 0, match.start()) + 1
        bracket, target = match.groups()
        if bracket == "<":
            if folder in PURE and IMPURE.match(target):
                faults.add(path, line, f"{folder} is pure and may not see <{target}>")
            if folder not in (None, "desktop") and target.startswith("gtk/"):
                faults.add(path, line, "only desktop sees GTK")
            if seen_ours:
                faults.add(path, line, f"<{target}> after our own headers")
            continue
        parts = pathlib.PurePosixPath(target).parts
        if len(parts) != 2:
            faults.add(path, line, f'"{target}" is not spelled "folder/file.h"')
            continue
        if not (tree.ROOT / "src" / target).exists():
            faults.add(path, line, f'"{target}" does not exist')
        if allowed is not None and parts[0] not in allowed:
            faults.add(path, line, f"{folder} may not include {parts[0]} ({target})")
        if path.suffix == ".c" and target == own:
            if position != 0:
                faults.add(path, line, "the file's own header comes first")
            continue
        seen_ours = True


def main():
    faults = tree.Faults()
    for path in tree.files("src/**/*.c", "src/**/*.h", "src/*.c", "src/*.h"):
        check_file(path, faults)
    faults.finish()


main()
