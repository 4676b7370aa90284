#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""The tree mirrors itself: tests beside sources, names unique, build lists complete, every
folder on the map of src/README.md."""
import collections
import re

import tree


def check_mirrored_tests(faults):
    for path in tree.files("src/*/*.c"):
        test = f"tests/{path.parts[1]}/test-{path.name}"
        if not (tree.ROOT / test).exists():
            faults.add(path, 1, f"has no {test}")
    for path in tree.files("tests/*/test-*.c"):
        source = f"src/{path.parts[1]}/{path.name[len('test-'):]}"
        if not (tree.ROOT / source).exists():
            faults.add(path, 1, f"tests a file that is gone ({source})")


def check_unique_names(faults):
    places = collections.defaultdict(list)
    for path in tree.files("*.c", "*.h", "*.py", "*.sh"):
        places[path.name].append(path)
    for name, paths in places.items():
        if len(paths) > 1:
            faults.add(paths[1], 1, f"'{name}' also names {paths[0]}")


def check_build_lists(faults):
    """A source that no meson.build lists is compiled by nobody and rots."""
    for path in tree.files("src/**/*.c", "src/*.c", "tests/**/*.c"):
        folder = path.parent
        lists = ""
        while str(folder) != ".":
            build = tree.ROOT / folder / "meson.build"
            lists += build.read_text() if build.exists() else ""
            folder = folder.parent
        if f"'{path.name}'" in lists:
            continue
        fuzz = re.fullmatch(r"fuzz-(.+)\.c", path.name)
        if fuzz and f"'{fuzz.group(1)}':" in lists:
            continue
        faults.add(path, 1, "is in no meson.build")


def check_map(faults):
    path = tree.ROOT / "src/README.md"
    text = path.read_text() if path.exists() else ""
    for folder in sorted({path.parts[1] for path in tree.files("src/*/*.c")}):
        if not re.search(rf"\b{folder}\b", text):
            faults.add("src/README.md", 1, f"does not mention the folder '{folder}'")


def main():
    faults = tree.Faults()
    check_mirrored_tests(faults)
    check_unique_names(faults)
    check_build_lists(faults)
    check_map(faults)
    faults.finish()


main()
