# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""The command line: what it prints, and its exit codes, which scripts depend on."""
import json
import pathlib
import subprocess
import time
import unittest

import home
import raw_client

NOT_RUNNING = 3


class WithoutService(unittest.TestCase):
    def test_help_and_version(self):
        with home.Home() as place:
            text = place.cli("--help", check=0).stdout
            for command in ("start", "stop", "restart", "status", "logs", "skills"):
                self.assertIn(command, text)
            self.assertRegex(place.cli("--version", check=0).stdout, r"\d+\.\d+\.\d+")
            for command in ("start", "stop", "restart", "status", "logs", "skills"):
                self.assertTrue(place.cli(command, "--help", check=0).stdout)

    def test_not_running_is_exit_3(self):
        with home.Home() as place:
            for arguments in (("status",), ("status", "--json"), ("stop",)):
                done = place.cli(*arguments)
                self.assertEqual(done.returncode, NOT_RUNNING, (arguments, done.stdout, done.stderr))
                self.assertTrue(done.stderr + done.stdout)

    def test_what_is_unknown_is_exit_2_with_a_hint(self):
        with home.Home() as place:
            for arguments in (("frobnicate",), ("status", "--frobnicate"), ("start", "--mode", "warp"),
                              ("start", "--port", "99999"), ("start", "--port", "x"), ("skills", "frobnicate")):
                done = place.cli(*arguments)
                self.assertEqual(done.returncode, 2, (arguments, done.stdout, done.stderr))
                self.assertTrue(done.stderr, arguments)


class WithService(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = home.Home()
        cls.addClassCleanup(cls.home.__exit__, None)
        cls.home.start()

    def test_status_json_has_its_keys(self):
        status = self.home.status()
        for path in ("mode", "pid", "version", "proxy.url", "proxy.healthy", "upstream.provider", "upstream.model",
                     "upstream.state", "upstream.last_error", "skills.active", "skills.dir", "requests.total",
                     "requests.streams", "requests.failed", "added_latency_us.p50", "added_latency_us.p99", "problems"):
            value = status
            for key in path.split("."):
                self.assertIn(key, value, path)
                value = value[key]
        self.assertEqual(status["mode"], "skills_only")
        self.assertEqual(status["pid"], self.home.process.pid)
        self.assertEqual(status["proxy"]["url"].rstrip("/").removesuffix("/v1"), f"http://127.0.0.1:{self.home.port}")
        self.assertTrue(status["proxy"]["healthy"])
        self.assertEqual(status["upstream"]["provider"], "practice")

    def test_status_for_people_says_practice(self):
        text = self.home.cli("status", check=0).stdout
        self.assertIn("practice", text.lower())
        self.assertIn(str(self.home.port), text)

    def test_requests_are_counted(self):
        before = self.home.status()["requests"]
        raw_client.chat(self.home.port)
        raw_client.chat(self.home.port, raw_client.chat_body(stream=True))
        time.sleep(0.3)
        after = self.home.status()["requests"]
        self.assertEqual(after["total"] - before["total"], 2)
        self.assertEqual(after["streams"] - before["streams"], 1)
        self.assertEqual(after["failed"], before["failed"])
        self.assertGreater(self.home.status()["added_latency_us"]["p50"], 0)

    def test_a_second_start_says_that_it_runs_already(self):
        done = self.home.cli("start", "--headless", "--foreground")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("already", done.stdout + done.stderr)
        done = self.home.cli("start", "--headless")
        self.assertIn("already", done.stdout + done.stderr)

    def test_skills_list_and_show(self):
        text = self.home.cli("skills", "list", check=0).stdout
        self.assertIn("flaky-test-hunt", text)
        listed = json.loads(self.home.cli("skills", "list", "--json", check=0).stdout)
        self.assertGreaterEqual(len(listed["skills"]), 24)
        self.assertIn("flaky", self.home.cli("skills", "show", "flaky-test-hunt", check=0).stdout)
        self.assertEqual(self.home.cli("skills", "show", "no-such-skill").returncode, 4)
        self.assertEqual(self.home.cli("skills", "show", "").returncode, 2)

    def test_logs(self):
        self.assertTrue(self.home.cli("logs", check=0).stdout)
        with subprocess.Popen([home.BINARY, "logs", "-f"], env=self.home.environment, stdout=subprocess.PIPE, text=True) as follow:
            self.assertTrue(follow.stdout.readline())
            follow.terminate()  # SIGINT is ignored below a background job
            follow.wait(5)

    def test_the_control_socket_is_private(self):
        sockets = [path for path in self.home.runtime.rglob("*") if path.is_socket()]
        self.assertTrue(sockets)
        for path in sockets:
            self.assertEqual(path.parent.stat().st_mode & 0o077, 0)

    def test_the_home_is_private(self):
        self.assertEqual(self.home.path.stat().st_mode & 0o777, 0o700)
        for log in self.home.path.glob("logs/*"):
            self.assertEqual(log.stat().st_mode & 0o077, 0)
        for database in ("records.db", "library.db"):
            self.assertEqual((self.home.path / database).stat().st_mode & 0o077, 0)

    def test_found_without_the_run_time_folder(self):
        """As cron or ssh would call it."""
        environment = {key: value for key, value in self.home.environment.items() if key != "XDG_RUNTIME_DIR"}
        done = subprocess.run([home.BINARY, "status"], env=environment, capture_output=True, text=True, timeout=10)
        self.assertEqual(done.returncode, 0, done.stderr)


class Background(unittest.TestCase):
    def test_of_many_starts_at_once_one_serves_and_the_others_say_so(self):
        with home.Home() as place:
            try:
                starts = [subprocess.Popen([home.BINARY, "start", "--headless"], env=place.environment, text=True,
                                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                          for _ in range(4)]
                said = [start.communicate(timeout=60) for start in starts]
                self.assertEqual([start.returncode for start in starts], [0] * 4, said)
                self.assertEqual(sum("already runs" in output for output, _ in said), 3)
            finally:
                place.cli("stop")

    def test_it_starts_without_standard_streams(self):
        with home.Home() as place:
            try:
                done = subprocess.run(["sh", "-c", f"'{home.BINARY}' start --headless <&- >&- 2>&-"], env=place.environment,
                                      timeout=60)
                self.assertEqual(done.returncode, 0)
                self.assertTrue(place.status()["proxy"]["healthy"])
            finally:
                place.cli("stop")

    def test_start_returns_when_healthy_and_stop_ends_it(self):
        with home.Home() as place:
            begin = time.monotonic()
            place.cli("start", "--headless", check=0)
            self.assertLess(time.monotonic() - begin, 30 if home.IS_SANITIZED else 10)
            self.assertTrue(place.is_healthy())
            pid = place.status()["pid"]
            place.cli("restart", check=0)
            self.assertTrue(place.is_healthy())
            self.assertNotEqual(place.status()["pid"], pid)
            place.cli("stop", check=0)
            self.assertFalse(place.is_healthy())
            self.assertEqual(place.cli("status").returncode, NOT_RUNNING)
            state = pathlib.Path(f"/proc/{pid}/stat")
            # In a container nobody may collect it; a zombie has ended all the same.
            self.assertTrue(not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z")

    def test_options_of_start(self):
        with home.Home() as place:
            port = home.free_port()
            place.cli("start", "--headless", "--port", str(port), "--mode", "skills_only", check=0)
            try:
                self.assertEqual(raw_client.request(port, "GET", "/healthz").status, 200)
            finally:
                place.cli("stop", check=0)


if __name__ == "__main__":
    unittest.main()
