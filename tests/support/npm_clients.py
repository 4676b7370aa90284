# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""Real clients from npm, pinned, installed once into ~/.cache/metaclaw-tests (never the tree).

Install scripts are not run: what we use are plain packages, and node itself comes as one,
for the SDKs want a newer one than the distribution's.
"""
import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import tempfile

CACHE = pathlib.Path(os.environ.get("METACLAW_TEST_CACHE", pathlib.Path.home() / ".cache/metaclaw-tests"))
NODE_VERSION = "26.10.0"
ARCHITECTURE = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), "x64")


class NotAvailable(Exception):
    """The registry refused, or there is no npm; the message says which."""


def install(packages):
    """Installs {name: version} with a node of our own; returns the folder."""
    wanted = {**packages, f"node-linux-{ARCHITECTURE}": NODE_VERSION}
    manifest = json.dumps({"private": True, "dependencies": wanted}, sort_keys=True)
    folder = CACHE / f"npm-{hashlib.sha256(manifest.encode()).hexdigest()[:12]}"
    done = folder / "installed"
    if done.exists():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        raise NotAvailable("there is no npm")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(manifest)
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    if result.returncode != 0:
        raise NotAvailable("npm could not install " + ", ".join(packages) + ": " + result.stderr.strip()[-300:])
    done.touch()
    return folder


def node(folder):
    return str(folder / f"node_modules/node-linux-{ARCHITECTURE}/bin/node")


def run_script(folder, script, *arguments, environment=None, timeout=60):
    """Runs a .mjs file beside the installed packages; modules are found through a link."""
    with tempfile.TemporaryDirectory(prefix="mc-node-") as place:
        place = pathlib.Path(place)
        (place / "node_modules").symlink_to(folder / "node_modules")
        shutil.copy(script, place / script.name)
        clean = {key: value for key, value in os.environ.items() if not key.startswith("OPENAI_") and not key.lower().endswith("_proxy")}
        return subprocess.run([node(folder), "--preserve-symlinks-main", script.name, *arguments], cwd=place, capture_output=True,
                              text=True, timeout=timeout, env={**clean, **(environment or {})}, stdin=subprocess.DEVNULL)
