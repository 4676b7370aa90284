#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""Every header compiles alone, is guarded, tells what it is, and fits on a page or two."""
import concurrent.futures
import os
import shlex
import subprocess

import tree

PACKAGES = "gio-unix-2.0 json-glib-1.0 libsoup-3.0 libcurl libmicrohttpd libfyaml sqlite3 libxxhash libpcre2-8"
LONGEST = 150


def compile_alone(flags, path):
    command = ["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wno-unused-function",
               "-Wno-unused-parameter", "-Werror", "-fsyntax-only", "-I", str(tree.ROOT / "src"),
               *flags, "-x", "c", "-"]
    source = f'#include "{path.relative_to("src")}"\n'
    done = subprocess.run(command, input=source, capture_output=True, text=True)
    return path, done.returncode, done.stderr.strip()


def main():
    faults = tree.Faults()
    command = ["pkg-config", "--cflags", *PACKAGES.split()]
    flags = shlex.split(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    headers = tree.files("src/**/*.h", "src/*.h")
    for path in headers:
        text = tree.read(path)
        lines = text.count("\n")
        if lines > LONGEST:
            faults.add(path, LONGEST, f"{lines} lines; a header has at most {LONGEST}")
        if "#pragma once" not in text:
            faults.add(path, 1, "no #pragma once")
        body = text.split("#pragma once", 1)[-1]
        if "/*" not in body:
            faults.add(path, 1, "no paragraph that says what it is, who owns it and which thread calls it")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, status, output in pool.map(lambda header: compile_alone(flags, header), headers):
            if status != 0:
                faults.add(path, 1, f"does not compile alone:\n{output}")
    faults.finish()


main()
