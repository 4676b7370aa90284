#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""Calls that are banned in src/, each with the reason and what to use."""
import re

import tree

BANNED = [
    (r"\b\w+_sync\s*\(", "blocks a loop; use the asynchronous pair", {"src/cli/control-client.c", "src/control/control-client.c"}),
    (r"(?<![\w>.])system\s*\(", "runs a shell; use base/subprocess", set()),
    (r"\bpopen\s*\(", "runs a shell; use base/subprocess", set()),
    (r"\bv?sprintf\s*\(", "has no bound; use g_strdup_printf or g_snprintf", set()),
    (r"\b(?:strcpy|strcat|strncpy|strncat|gets)\s*\(", "has no bound; use GString or g_strlcpy", set()),
    (r"\b(?:atoi|atol|atof)\s*\(", "tells no error; use g_ascii_string_to_signed", set()),
    (r"\bg_error\s*\(", "aborts the process; return a GError", set()),
    (r"\bjson_parser_\w+\s*\(", "foreign JSON goes through the guarded base/json", {"src/base/json.c"}),
    (r"\bjson_from_string\s*\(", "foreign JSON goes through the guarded base/json", {"src/base/json.c"}),
    (r"\bsoup_server_get_uris\s*\(", "crashes on a unix socket", set()),
    (r"\bgoto\b", "ownership leaves by g_autoptr, not by goto", set()),
    (r"CURLOPT_SSL_VERIFY(?:PEER|HOST)\s*,\s*0", "TLS verification is never off", set()),
]


def main():
    faults = tree.Faults()
    for path in tree.files("src/**/*.c", "src/**/*.h", "src/*.c"):
        code = tree.code_of(tree.read(path))
        for pattern, why, exempt in BANNED:
            if str(path) in exempt:
                continue
            for match in re.finditer(pattern, code):
                line = code.count("\n", 0, match.start()) + 1
                faults.add(path, line, f"{match.group().rstrip('( ')} {why}")
    faults.finish()


main()
