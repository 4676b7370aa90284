# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""The service's life: first start, config faults, taken ports, draining, full disks, death."""
import os
import pathlib
import socket
import subprocess
import threading
import time
import unittest

import home
import raw_client
import scripted_upstream as script

NO_SKILLS = {"skills": {"enabled": False}}


class Practice(unittest.TestCase):
    """S4: what a newcomer sees."""

    @classmethod
    def setUpClass(cls):
        cls.home = home.Home()
        cls.addClassCleanup(cls.home.__exit__, None)
        cls.home.start()

    def curl(self, body, *options):
        command = ["curl", "-sS", "-N", "--max-time", "20", *options, "-H", "Content-Type: application/json", "-d", body,
                   f"http://127.0.0.1:{self.home.port}/v1/chat/completions"]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=self.home.environment).stdout

    def test_curl_gets_an_answer_that_says_practice(self):
        text = self.curl('{"messages":[{"role":"user","content":"hello"}]}')
        self.assertIn('"metaclaw-practice"', text)
        self.assertIn("practice", text.lower())

    def test_curl_gets_a_stream(self):
        text = self.curl('{"stream":true,"messages":[{"role":"user","content":"my test is flaky, it fails randomly"}]}')
        self.assertGreater(text.count("data: "), 3)
        self.assertTrue(text.rstrip().endswith("data: [DONE]"))
        self.assertIn("flaky-test-hunt", text.replace('"}}]}', ""), "practice says which skills it was given")

    def test_it_calls_a_tool_that_is_offered(self):
        tools = [{"type": "function", "function": {"name": "get_weather", "parameters": {
            "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]
        body = raw_client.chat_body("What is the weather in Paris?", tools=tools)
        first = raw_client.chat(self.home.port, body).json["choices"][0]
        self.assertEqual(first["finish_reason"], "tool_calls")
        call = first["message"]["tool_calls"][0]
        self.assertEqual(call["function"]["name"], "get_weather")
        body["messages"] += [first["message"], {"role": "tool", "tool_call_id": call["id"], "content": "sunny"}]
        second = raw_client.chat(self.home.port, body).json["choices"][0]
        self.assertEqual(second["finish_reason"], "stop")
        self.assertTrue(second["message"]["content"])

    def test_it_is_deterministic(self):
        answers = {raw_client.chat(self.home.port, raw_client.chat_body("the same")).json["choices"][0]["message"]["content"]
                   for _ in range(3)}
        self.assertEqual(len(answers), 1)


class FirstStart(unittest.TestCase):
    def test_without_home_or_file(self):
        with home.Home() as place:
            place.config_file.unlink()
            place.path.rmdir()
            place.start("--port", str(place.port))
            self.assertEqual(place.path.stat().st_mode & 0o777, 0o700)
            self.assertEqual(place.status()["upstream"]["provider"], "practice")

    def test_health_comes_quickly(self):
        if home.IS_SANITIZED:
            self.skipTest("sanitizers start slowly")
        with home.Home() as place:
            place.start()
            place.restart()
            self.assertLess(place.ready_after, 1.0)

    def test_a_key_in_the_environment_serves(self):
        with script.Upstream() as upstream:
            with home.Home(upstream, {"llm": {"api_key": ""}}, {"METACLAW_LLM_API_KEY": "sk-from-environment"}) as place:
                place.start()
                self.assertEqual(raw_client.chat(place.port).status, 200)
                self.assertEqual(upstream.requests[0].headers["authorization"], ["Bearer sk-from-environment"])
                self.assertNotIn("sk-from-environment", place.read_output())

    def test_half_configured_is_told_not_guessed(self):
        with home.Home(config={"llm": {"provider": "openai", "model_id": "gpt-5"}}) as place:
            place.start()
            self.assertTrue(place.wait_for_problem("upstream_unset"))
            answer = raw_client.chat(place.port)
            self.assertEqual(answer.status, 503)
            self.assertIn("llm.api_key", answer.json["error"]["message"])


class ConfigFaults(unittest.TestCase):
    """S1: told with file, line and key, and the user's file is not touched."""

    def told(self, text, *words):
        with home.Home(text=text) as place:
            place.start("--port", str(place.port))
            problems = place.status()["problems"]
            messages = " | ".join(problem["message"] for problem in problems)
            self.assertIn("config_invalid", [problem["code"] for problem in problems], messages)
            for word in words:
                self.assertIn(word, messages)
            self.assertTrue(all(problem["remedy"] for problem in problems))
            self.assertEqual(place.config_file.read_text(), text)
            self.assertEqual(raw_client.request(place.port, "GET", "/healthz").status, 200)

    def test_a_wrong_type(self):
        self.told("mode: skills_only\nskills:\n  top_k: many\n", "config.yaml", ":3", "skills.top_k")

    def test_a_value_out_of_range(self):
        self.told("mode: skills_only\nproxy:\n  port: 99999\n", ":3", "proxy.port")

    def test_an_unknown_value(self):
        self.told("mode: warp\n", ":1", "mode")

    def test_a_tab(self):
        self.told("mode: skills_only\nskills:\n\ttop_k: 3\n", "config.yaml", "3")

    def test_a_duplicate_key(self):
        self.told("mode: skills_only\nmode: rl\n", "config.yaml", "mode")

    def test_no_mapping_at_all(self):
        self.told("- a\n- b\n", "config.yaml")

    def test_binary(self):
        with home.Home() as place:
            place.config_file.write_bytes(bytes(range(1, 256)))
            place.start("--port", str(place.port))
            self.assertIn("config_invalid", place.problems())

    def test_yaml_1_1_words_of_the_original(self):
        text = "mode: skills_only\nskills:\n  enabled: yes\nscheduler:\n  enabled: off\n  sleep_start: 23:00\nproxy:\n  host: 0.0.0.0\n"
        with home.Home(text=text) as place:
            place.start("--port", str(place.port))
            self.assertNotIn("config_invalid", place.problems())
            self.assertIn("config_wide_bind", place.problems())

    def test_mode_of_training_is_told(self):
        with home.Home(config={"mode": "rl"}) as place:
            place.start()
            self.assertTrue(place.wait_for_problem("rl_unavailable"))


class Ports(unittest.TestCase):
    def test_a_taken_port_is_named_with_its_holder_and_a_free_one(self):
        with socket.create_server(("127.0.0.1", 0)) as holder, home.Home() as place:
            port = holder.getsockname()[1]
            place.launch("--port", str(port))
            status = place.process.wait(20)
            output = place.read_output()
            self.assertNotEqual(status, 0)
            self.assertIn(str(port), output)
            self.assertRegex(output, rf"\b{os.getpid()}\b|python")
            self.assertRegex(output, r"--port \d+|port \d+")
            place.process = None


class Restarting(unittest.TestCase):
    def test_no_client_finds_the_port_closed_and_every_stream_ends_well(self):
        with script.Upstream() as upstream, home.Home(upstream, NO_SKILLS) as place:
            upstream.default = script.stream(script.events_for(" ".join("abcdefghij")), delay=0.05)
            place.cli("start", "--headless", check=0)
            ended, faults, is_over = [], [], threading.Event()

            def ask():
                while not is_over.is_set():
                    try:
                        answer = raw_client.chat(place.port, raw_client.chat_body(stream=True))
                        if answer.events[-1] != "[DONE]" or not answer.complete:
                            faults.append(answer.body)
                        ended.append(answer)
                    except OSError as error:
                        faults.append(error)

            def knock():
                while not is_over.is_set():
                    try:
                        raw_client.Connection(place.port).close()
                    except OSError as error:
                        faults.append(error)
                    time.sleep(0.001)

            threads = [threading.Thread(target=work) for work in (ask, ask, ask, knock)]
            try:
                for thread in threads:
                    thread.start()
                processes = set()
                for _ in range(3):
                    time.sleep(0.3)
                    place.cli("restart", check=0)
                    processes.add(place.status()["pid"])
                time.sleep(0.3)
            finally:
                is_over.set()
                for thread in threads:
                    thread.join()
                place.cli("stop")
            self.assertEqual(faults, [])
            self.assertEqual(len(processes), 3)
            self.assertGreater(len(ended), 3)


    def test_a_start_takes_over_from_one_whose_successor_never_came(self):
        with home.Home() as place:
            place.start()
            place.status()  # the control socket opens last
            control = (place.path / "control.path").read_text().strip()
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(control)
                connection.sendall(b"POST /api/v1/service/yield HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
                self.assertIn(b" 200 ", connection.recv(4096))
                time.sleep(0.3)
            self.assertTrue(place.is_healthy())
            try:
                place.cli("start", "--headless", check=0)
                self.assertEqual(place.process.wait(10), 0)
                self.assertTrue(place.is_healthy())
            finally:
                place.cli("stop")


class Draining(unittest.TestCase):
    def test_stop_lets_a_stream_finish(self):
        for how in ("signal", "command"):
            with self.subTest(how=how), script.Upstream() as upstream, home.Home(upstream, NO_SKILLS) as place:
                place.start()
                events = script.events_for("one two three four")
                gate = threading.Event()
                upstream.play(script.stream(events, gates={3: gate}))
                with raw_client.Connection(place.port) as connection:
                    connection.send("POST", "/v1/chat/completions", raw_client.chat_body(stream=True))
                    answer = connection.read_head()
                    pieces = connection.body_pieces(answer)
                    connection.read_until(answer, events[2], pieces)
                    if how == "signal":
                        place.process.terminate()
                    else:
                        command = threading.Thread(target=lambda: place.cli("stop"))
                        command.start()
                    time.sleep(0.8)
                    self.assertIsNone(place.process.poll(), "it did not wait for the stream")
                    with self.assertRaises(OSError):
                        raw_client.Connection(place.port, timeout=2)
                    gate.set()
                    answer.body += b"".join(pieces)
                self.assertEqual(answer.body, b"".join(events))
                self.assertTrue(answer.complete)
                self.assertEqual(place.process.wait(10), 0)
                if how == "command":
                    command.join()

    def test_idle_connections_do_not_hold_it_up(self):
        with home.Home() as place:
            place.start()
            with raw_client.Connection(place.port) as connection:
                connection.send("GET", "/healthz")
                connection.read()
                begin = time.monotonic()
                place.stop()
                self.assertLess(time.monotonic() - begin, 10 if home.IS_SANITIZED else 4)


class Storage(unittest.TestCase):
    def test_killed_and_started_again(self):
        with home.Home() as place:
            place.start()
            raw_client.chat(place.port)
            place.kill()
            place.start()
            self.assertEqual(raw_client.chat(place.port).status, 200)

    def test_a_damaged_database_is_set_aside(self):
        with home.Home() as place:
            place.start()
            place.stop()
            for name in ("records.db-wal", "records.db-shm"):
                (place.path / name).unlink(missing_ok=True)
            (place.path / "records.db").write_bytes(b"this is no database" * 1000)
            place.start()
            self.assertTrue(place.wait_for_problem("storage_damaged"))
            self.assertEqual(raw_client.chat(place.port).status, 200)
            self.assertTrue(list(place.path.glob("records.db*damaged*")) or len(list(place.path.glob("records.db?*"))) > 0)

    def test_a_full_disk_costs_records_never_an_answer(self):
        disk = pathlib.Path(home.tempfile.mkdtemp(prefix="mc-disk-"))
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)], capture_output=True, text=True)
        if mounted.returncode != 0:
            disk.rmdir()
            self.skipTest(f"no tmpfs can be mounted here ({mounted.stderr.strip()})")
        try:
            with script.Upstream() as upstream, home.Home(upstream, folder=disk) as place:
                place.start()
                with open(disk / "filler", "wb", buffering=0) as filler:
                    try:
                        while True:
                            filler.write(b"x" * 4096)
                    except OSError:
                        pass
                for i in range(60):
                    body = raw_client.chat_body(f"question {i} " + "long " * 200)
                    self.assertEqual(raw_client.chat(place.port, body).status, 200)
                self.assertTrue(place.wait_for_problem("storage_failed", 10))
                (disk / "filler").unlink()
                self.assertEqual(raw_client.chat(place.port).status, 200)
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=False)
            disk.rmdir()


class Descriptors(unittest.TestCase):
    def test_running_out_of_descriptors_is_survived(self):
        with script.Upstream() as upstream, home.Home(upstream, NO_SKILLS) as place:
            place.start(limits={home.resource.RLIMIT_NOFILE: 64})
            held = []
            try:
                for _ in range(120):
                    held.append(socket.create_connection(("127.0.0.1", place.port), 5))
            except OSError:
                pass
            time.sleep(0.5)
            self.assertIsNone(place.process.poll())
            for connection in held:
                connection.close()
            deadline = time.monotonic() + 10
            while not place.is_healthy() and time.monotonic() < deadline:
                time.sleep(0.1)
            self.assertEqual(raw_client.chat(place.port).status, 200)

    def test_connections_that_close_leave_nothing(self):
        with home.Home() as place:
            place.start()
            raw_client.request(place.port, "GET", "/healthz")
            before = place.descriptors()
            for _ in range(500):
                raw_client.request(place.port, "GET", "/healthz")
            time.sleep(0.3)
            self.assertLessEqual(place.descriptors(), before + 2)


if __name__ == "__main__":
    unittest.main()
