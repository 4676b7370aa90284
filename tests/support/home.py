# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""A temporary METACLAW_HOME with the real binary in it, for tests of the whole program.

stop() is strict: a sanitizer's report, a critical in the log, a process that has to be
killed or one that is left over fails the test, whatever the test was about.
"""
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import raw_client

BINARY = os.environ.get("MC_BINARY", "")
ROOT = pathlib.Path(os.environ.get("MC_SOURCE_ROOT", pathlib.Path(__file__).resolve().parents[2]))
IS_SANITIZED = os.environ.get("MC_TREE") == "sanitize"
FAULT = re.compile(r"ERROR: (?:Address|Leak)Sanitizer|runtime error:|SUMMARY: \w+Sanitizer|-CRITICAL \*\*|"
                   r"\bCRITICAL\b|assertion .* failed|Assertion .* failed")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def to_yaml(value, depth=0):
    """Enough YAML for a config: nested maps, strings quoted as JSON."""
    lines = []
    for key, item in value.items():
        if isinstance(item, dict):
            lines.append("  " * depth + f"{key}:")
            lines.append(to_yaml(item, depth + 1))
        else:
            lines.append("  " * depth + f"{key}: {json.dumps(item)}")
    return "\n".join(lines)


def merge(base, more):
    merged = dict(base)
    for key, item in more.items():
        merged[key] = merge(merged[key], item) if isinstance(item, dict) and isinstance(merged.get(key), dict) else item
    return merged


class Home:
    def __init__(self, upstream=None, config=None, environment=None, text=None, folder=None):
        """upstream: a scripted Upstream (or an api_base) to send to, None = practice.
        config: merged over the default; text: the file's text instead of both."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mc-", dir=folder))
        self.path = self.folder / "metaclaw"
        self.path.mkdir(mode=0o700)
        self.runtime = self.folder / "run"
        self.runtime.mkdir(mode=0o700)
        self.user_home = self.folder / "user"
        self.user_home.mkdir()
        self.port = free_port()
        self.process = None
        self.output = self.folder / "output.txt"
        settings = {"mode": "skills_only", "proxy": {"port": self.port}}
        if upstream is not None:
            base = upstream if isinstance(upstream, str) else upstream.url
            settings["llm"] = {"provider": "custom", "model_id": "test-model", "api_base": base, "api_key": "sk-upstream"}
        if text is None:
            text = to_yaml(merge(settings, config or {})) + "\n"
        self.config_file = self.path / "config.yaml"
        self.config_file.write_text(text)
        self.config_file.chmod(0o600)
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith(("METACLAW_", "XDG_", "OPENAI_")) and not key.lower().endswith("_proxy")}
        self.environment.update({
            "METACLAW_HOME": str(self.path), "XDG_RUNTIME_DIR": str(self.runtime), "HOME": str(self.user_home),
            "LC_ALL": "C.UTF-8", "METACLAW_DATADIR": str(ROOT / "data"), **(environment or {})})

    def __enter__(self):
        return self

    def __exit__(self, kind, *unused):
        try:
            self.stop(strict=kind is None)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    # Running

    def launch(self, *arguments, limits=None, environment=None):
        """Starts the service without waiting for it."""
        def limit():
            for name, value in (limits or {}).items():
                resource.setrlimit(name, (value, value))

        with open(self.output, "ab") as output:
            self.process = subprocess.Popen(
                [BINARY, "start", "--foreground", "--headless", *arguments], stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, env={**self.environment, **(environment or {})},
                start_new_session=True, preexec_fn=limit)
        return self

    def start(self, *arguments, timeout=15, **more):
        """Starts the service and returns when it is healthy."""
        started = time.monotonic()
        self.launch(*arguments, **more)
        deadline = started + timeout * (3 if IS_SANITIZED else 1)
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode} instead of serving:\n{self.read_output()}")
            if self.is_healthy():
                self.ready_after = time.monotonic() - started
                return self
            time.sleep(0.01)
        raise AssertionError(f"not healthy after {timeout} s:\n{self.read_output()}")

    def is_healthy(self):
        try:
            return raw_client.request(self.port, "GET", "/healthz", timeout=2).status == 200
        except (OSError, ConnectionError, ValueError):
            return False

    def stop(self, strict=True, timeout=40):
        """Ends the service as a supervisor does and judges what it left behind."""
        if self.process is None:
            return
        process, self.process = self.process, None
        killed = False
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                killed = True
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if not strict:
            return
        output = self.read_output()
        if killed:
            raise AssertionError(f"did not end within {timeout} s of SIGTERM:\n{output}")
        if process.returncode != 0:
            raise AssertionError(f"ended with {process.returncode}:\n{output}")
        fault = FAULT.search(output)
        if fault:
            raise AssertionError(f"{fault.group()!r} in its output:\n{output}")
        # A sanitizer's symbolizer may outlive the process by a moment.
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            try:
                os.killpg(process.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        raise AssertionError("left a process behind")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def restart(self, *arguments):
        self.stop()
        return self.start(*arguments)

    # Asking

    def cli(self, *arguments, timeout=30, check=None):
        done = subprocess.run([BINARY, *arguments], env=self.environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=timeout, errors="replace")
        fault = FAULT.search(done.stderr)
        if fault:
            raise AssertionError(f"metaclaw {' '.join(arguments)}: {fault.group()!r}\n{done.stderr}")
        if check is not None and done.returncode != check:
            raise AssertionError(f"metaclaw {' '.join(arguments)}: exit {done.returncode}, not {check}\n"
                                 f"{done.stdout}{done.stderr}")
        return done

    def status(self):
        return json.loads(self.cli("status", "--json", check=0).stdout)

    def problems(self):
        return [problem["code"] for problem in self.status()["problems"]]

    def wait_for_problem(self, code, timeout=5):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if code in self.problems():
                return True
            time.sleep(0.1)
        return False

    def read_output(self):
        text = self.output.read_text(errors="replace") if self.output.exists() else ""
        for log in sorted(self.path.glob("logs/*")):
            text += log.read_text(errors="replace")
        return text

    def memory(self):
        """Resident and anonymous KiB."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return tuple(int(re.search(rf"{name}:\s+(\d+)", text).group(1)) for name in ("VmRSS", "RssAnon"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    # Skills

    def write_skill(self, name, description, body, folder=None, extra=""):
        place = (folder or self.path / "skills") / name
        place.mkdir(parents=True, exist_ok=True)
        file = place / "SKILL.md"
        file.write_text(f"---\nname: {name}\ndescription: {description}\n{extra}---\n\n{body}\n")
        return file
