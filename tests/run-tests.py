#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""Builds the trees and runs every suite; the second half of `./run test`.

Three trees: build/ (gcc, as released), build-sanitize/ (clang with AddressSanitizer and
UndefinedBehaviorSanitizer; leaks fail) and build-fuzz/ (clang with libFuzzer, fuzz targets
only). Suites: lint, unit (one per folder, in the first two trees), fuzz (the corpus is
replayed with the unit tests; here the targets really fuzz), integration (the real binary of
both trees), interop (real clients from npm) and nightly (heavier real clients and models).

The last line is `N passed, N failed, N skipped`; what failed and why something was skipped
is told above it.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TREES = {
    "gcc": ROOT / "build",
    "sanitize": ROOT / "build-sanitize",
    "fuzz": ROOT / "build-fuzz",
}
FUZZ_SECONDS = 180
FUZZ_SECONDS_NIGHTLY = 75  # each
SKIPPED = 77

# Sanitizers report to stderr and fail the process. The slow unwinder is needed: GLib has no
# frame pointers, so the fast one stops in g_malloc() and no suppression could name a library.
SANITIZER_ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:"
                    "fast_unwind_on_malloc=0",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "LSAN_OPTIONS": f"suppressions={ROOT}/tests/support/leaks.suppressions:print_suppressions=0",
    "G_SLICE": "always-malloc",
}


class Results:
    """Counts, and remembers what has to be told at the end."""

    def __init__(self):
        self.passed = 0
        self.failures = []
        self.skips = []

    def add_pass(self, count=1):
        self.passed += count

    def add_failure(self, name, output=""):
        self.failures.append(name)
        print(f"FAILED {name}", flush=True)
        for line in output.strip().splitlines()[-60:]:
            print(f"    {line}", flush=True)

    def add_skip(self, name, reason):
        self.skips.append(f"{name}: {reason}")

    def close(self):
        for skip in self.skips:
            print(f"skipped {skip}")
        for failure in self.failures:
            print(f"failed  {failure}")
        print(f"{self.passed} passed, {len(self.failures)} failed, {len(self.skips)} skipped", flush=True)
        return 1 if self.failures or self.passed == 0 else 0


def announce(what):
    print(f"── {time.strftime('%H:%M:%S')} {what}", flush=True)


# Building

def clang():
    return "ccache clang" if shutil.which("ccache") else "clang"


def configure(tree, *options):
    folder = TREES[tree]
    environment = dict(os.environ)
    if tree != "gcc":
        environment["CC"] = clang()
    if not (folder / "build.ninja").exists():
        command = ["meson", "setup", str(folder), str(ROOT), "-Dwerror=true", *options]
    else:
        # The values may differ: `./run` makes build/ without -Dwerror.
        command = ["meson", "configure", str(folder), "-Dwerror=true", *options]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


OPTIONS = {
    "gcc": [],
    "sanitize": ["-Db_sanitize=address,undefined", "-Db_lundef=false"],
    "fuzz": ["-Db_sanitize=address,undefined", "-Db_lundef=false", "-Dc_args=-fsanitize=fuzzer-no-link"],
}


def build(results, tree):
    """Configures and builds one tree; a tree that does not build is one failure."""
    announce(f"build {TREES[tree].name}")
    done = configure(tree, *OPTIONS[tree])
    output = done.stdout
    if done.returncode == 0:
        targets = fuzz_target_names() if tree == "fuzz" else []
        if tree == "fuzz" and not targets:
            return True
        command = ["ninja", "-C", str(TREES[tree]), *[f"tests/fuzz/fuzz-{name}" for name in targets]]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        output = done.stdout
    if done.returncode != 0:
        # ninja goes on with other targets: without the steps that went well the fault is in sight.
        told = "\n".join(line for line in output.splitlines() if not re.match(r"\[\d+/\d+\] ", line))
        results.add_failure(f"build {TREES[tree].name}", told)
        return False
    results.add_pass()
    return True


def fuzz_target_names():
    # What the table of tests/fuzz/meson.build names, so that a source without a row is not built.
    table = (ROOT / "tests/fuzz/meson.build").read_text()
    return sorted(re.findall(r"^fuzz_targets \+= \{'([\w-]+)'", table, re.M))


# Suites

def run_lints(results, names):
    announce("lint")
    scripts = sorted(glob.glob(str(ROOT / "tests/lint/check-*")))
    wanted = [script for script in scripts if not names or pathlib.Path(script).stem in names]

    def run(script):
        return subprocess.run([script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for script, done in zip(wanted, pool.map(run, wanted)):
            name = f"lint {pathlib.Path(script).stem}"
            if done.returncode == 0:
                results.add_pass()
            elif done.returncode == SKIPPED:
                results.add_skip(name, done.stdout.strip().splitlines()[-1])
            else:
                results.add_failure(name, done.stdout)


def count_test(results, prefix, entry):
    """Counts the TAP lines of one meson test, or the test itself where it speaks no TAP."""
    output = entry.get("stdout", "")
    failed = 0
    counted = 0
    for line in output.splitlines():
        match = re.match(r"(not )?ok \d+\s*-?\s*(\S+)?.*?(?:# SKIP ?(.*))?$", line)
        if match is None or (match.group(2) is None):
            continue
        counted += 1
        if match.group(1):
            failed += 1
            results.add_failure(f"{prefix} {match.group(2)}", f"{output}\n{entry.get('stderr', '')}")
        elif match.group(3) is not None:
            results.add_skip(f"{prefix} {match.group(2)}", match.group(3) or "no reason given")
        else:
            results.add_pass()
    if entry["result"] in ("OK", "EXPECTEDFAIL"):
        if counted == 0:
            results.add_pass()
    elif entry["result"] == "SKIP":
        if counted == 0:
            results.add_skip(f"{prefix} {entry['name']}", "the test exited with 77")
    elif failed == 0:
        results.add_failure(f"{prefix} {entry['name']} ({entry['result'].lower()})",
                            f"{output}\n{entry.get('stderr', '')}")


def run_unit(results, tree, names):
    announce(f"unit tests, {TREES[tree].name}")
    command = ["meson", "test", "-C", str(TREES[tree]), "--no-rebuild", "--quiet"]
    if tree == "sanitize":
        command += ["--timeout-multiplier", "4"]
    environment = dict(os.environ)
    if tree == "sanitize":
        environment.update(SANITIZER_ENVIRONMENT)
    log = TREES[tree] / "meson-logs/testlog.json"
    log.unlink(missing_ok=True)
    done = subprocess.run(command + names, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if not log.exists():
        results.add_failure(f"meson test {TREES[tree].name}", done.stdout)
        return
    for line in log.read_text().splitlines():
        count_test(results, f"[{tree}]", json.loads(line))


def run_fuzz(results, seconds_each):
    names = [name for name in fuzz_target_names() if (TREES["fuzz"] / f"tests/fuzz/fuzz-{name}").exists()]
    if not names:
        results.add_skip("fuzz", "no target is built")
        return
    seconds = seconds_each or max(5, FUZZ_SECONDS // len(names))
    announce(f"fuzz {len(names)} targets, {seconds} s each")

    def fuzz(name):
        work = TREES["fuzz"] / "found" / name
        work.mkdir(parents=True, exist_ok=True)
        corpus = ROOT / "tests/fuzz/corpus" / name
        command = [str(TREES["fuzz"] / f"tests/fuzz/fuzz-{name}"), f"-max_total_time={seconds}", "-timeout=10",
                   "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={work}/crash-",
                   "-max_len=65536", str(work), *([str(corpus)] if corpus.is_dir() else [])]
        environment = {**os.environ, **SANITIZER_ENVIRONMENT, "G_DEBUG": "fatal-criticals"}
        return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace")

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, done in zip(names, pool.map(fuzz, names)):
            if done.returncode == 0:
                results.add_pass()
            else:
                results.add_failure(f"fuzz {name} (input kept in {TREES['fuzz'].name}/found/{name})", done.stdout)


def run_python(results, suite, tree, files, timeout):
    """Runs unittest files, each in its own process, against the binary of a tree."""
    binary = TREES[tree] / "src/metaclaw"
    if not binary.exists():
        results.add_skip(f"{suite} [{tree}]", f"{binary.relative_to(ROOT)} is not built")
        return
    environment = {**os.environ, "MC_BINARY": str(binary), "MC_SOURCE_ROOT": str(ROOT), "MC_TREE": tree}
    if tree == "sanitize":
        environment.update(SANITIZER_ENVIRONMENT)
    for file in files:
        announce(f"{suite} {file.stem} [{tree}]")
        command = [sys.executable, str(ROOT / "tests/support/report.py"), str(file)]
        try:
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True, timeout=timeout, cwd=file.parent, errors="replace")
        except subprocess.TimeoutExpired as error:
            results.add_failure(f"{suite} {file.stem} [{tree}]: no end after {timeout} s",
                                (error.stderr or b"").decode("utf-8", "replace"))
            continue
        seen = 0
        for line in done.stdout.splitlines():
            if not line.startswith("{"):
                continue
            row = json.loads(line)
            seen += 1
            name = f"[{tree}] {row['name']}"
            if row["result"] == "passed":
                results.add_pass()
            elif row["result"] == "skipped":
                results.add_skip(name, row["reason"])
            else:
                results.add_failure(name, row["reason"])
        if done.returncode != 0 or seen == 0:
            results.add_failure(f"{suite} {file.stem} [{tree}] ran no test", done.stdout + done.stderr)


def suite_files(suite):
    return sorted(pathlib.Path(path) for path in glob.glob(str(ROOT / "tests" / suite / "test_*.py")))


# Key integration tests also run against the sanitizers' binary; those that measure time do not.
def sanitized(files):
    return [file for file in files if "sanitizer: no" not in file.read_text()]


def run_everything(results, nightly):
    run_lints(results, [])
    built = {tree: build(results, tree) for tree in TREES}
    for tree in ("gcc", "sanitize"):
        if built[tree]:
            run_unit(results, tree, [])
            run_python(results, "integration", tree,
                       suite_files("integration") if tree == "gcc" else sanitized(suite_files("integration")), 400)
    if built["fuzz"]:
        run_fuzz(results, FUZZ_SECONDS_NIGHTLY if nightly else None)
    if built["gcc"]:
        run_python(results, "interop", "gcc", suite_files("interop"), 600)
        if nightly:
            run_python(results, "nightly", "gcc", suite_files("interop/nightly"), 1800)


def find_python_tests(name):
    places = ("integration", "interop", "interop/nightly")
    return [(place, file) for place in places for file in suite_files(place) if name in (file.stem, file.stem[5:])]


def run_named(results, argument):
    """NAME is a folder (base, lint, integration …), a test file or a meson suite."""
    path = pathlib.PurePath(argument)
    name = path.stem
    if name == "lint" or path.stem.startswith("check-"):
        run_lints(results, [] if name == "lint" else [name])
        return
    if name == "fuzz":
        if build(results, "fuzz"):
            run_fuzz(results, None)
        return
    files = find_python_tests(name)
    if name in ("integration", "interop"):
        files = [(name, file) for file in suite_files(name)]
    if files:
        for tree in ("gcc", "sanitize") if name == "integration" or files[0][0] == "integration" else ("gcc",):
            if build(results, tree):
                chosen = [file for _, file in files]
                run_python(results, files[0][0], tree, chosen if tree == "gcc" else sanitized(chosen), 1800)
        return
    folders = {child.name for child in (ROOT / "tests").iterdir() if child.is_dir()}
    selector = ["--suite", name] if name in folders else [name]
    for tree in ("gcc", "sanitize"):
        if build(results, tree):
            run_unit(results, tree, selector)


def main():
    parser = argparse.ArgumentParser(prog="./run test", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", help="a folder, a test file, a suite, or `nightly`")
    argument = parser.parse_args().name
    results = Results()
    if argument in (None, "nightly"):
        run_everything(results, argument == "nightly")
    else:
        run_named(results, argument)
    sys.exit(results.close())


main()
