#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""What holds for every text of ours: the two SPDX lines, no word of a workplace, no unfinished
business, clean ends of lines; and Python that parses."""
import ast
import re

import tree

# Spelled in halves so that this file does not report itself.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
WORKPLACE = re.compile(r"(?<![\w.])/(?:wo" r"rk|tmp/w" r"t|tmp/bd)[/-]")
CODE = ("*.c", "*.h", "*.py", "*.sh", "*.mjs", "*.js", "meson.build", "run", ".ci/run")
FOREIGN = ("tests/data/", "tests/fuzz/corpus/", "data/skills/")


def is_foreign(path):
    return str(path).startswith(FOREIGN)


def check_line_ends(path, text, faults):
    for number, line in enumerate(text.split("\n"), 1):
        if line.endswith((" ", "\t", "\r")) and path.suffix != ".md":
            faults.add(path, number, "blanks at the end of the line")
    if text and not text.endswith("\n"):
        faults.add(path, text.count("\n") + 1, "no newline at the end of the file")


def main():
    faults = tree.Faults()
    code = set(tree.files(*CODE))
    for path in tree.files():
        if is_foreign(path):
            continue
        data = (tree.ROOT / path).read_bytes()
        if b"\0" in data[:4096]:
            continue
        text = data.decode("utf-8", "replace")
        for number, line in enumerate(text.split("\n"), 1):
            if WORKPLACE.search(line):
                faults.add(path, number, "names a path of somebody's machine")
            if path in code and UNFINISHED.search(line):
                faults.add(path, number, "unfinished: do it or file it")
        if path in code:
            head = text[:300]
            if "SPDX-FileCopyrightText:" not in head or "SPDX-License-Identifier: MIT" not in head:
                faults.add(path, 1, "lacks the two SPDX lines")
            check_line_ends(path, text, faults)
        if path.suffix == ".py":
            try:
                ast.parse(text, str(path))
            except SyntaxError as error:
                faults.add(path, error.lineno, error.msg)
    faults.finish()


main()
