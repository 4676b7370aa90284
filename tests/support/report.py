#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""Runs one unittest file and prints a JSON line per test: name, result, reason.

unittest's own output is for people and hides the reasons of skips; run-tests.py wants facts.
"""
import contextlib
import importlib.util
import io
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))


class Reporter(unittest.TestResult):
    def __init__(self, name):
        super().__init__()
        self.file = name
        self.failed_in_part = set()

    def tell(self, test, result, reason=""):
        name = getattr(test, "_testMethodName", None) or str(test)
        print(json.dumps({"name": f"{self.file}: {name}", "result": result, "reason": reason}),
              file=sys.__stdout__, flush=True)

    def addSuccess(self, test):
        if test.id() not in self.failed_in_part:
            self.tell(test, "passed")

    def addFailure(self, test, err):
        self.tell(test, "failed", self._exc_info_to_string(err, test))

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.failed_in_part.add(test.id())
            self.tell(test, "failed", f"{subtest}\n{self._exc_info_to_string(err, test)}")

    def addSkip(self, test, reason):
        self.tell(test, "skipped", reason)

    def addUnexpectedSuccess(self, test):
        self.tell(test, "failed", "was expected to fail and did not")


def main():
    path = pathlib.Path(sys.argv[1])
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    loader = unittest.defaultTestLoader
    if len(sys.argv) > 2:
        loader.testNamePatterns = [f"*{pattern}*" for pattern in sys.argv[2:]]
    suite = loader.loadTestsFromModule(module)
    with contextlib.redirect_stdout(io.StringIO()):
        suite.run(Reporter(path.stem))


main()
