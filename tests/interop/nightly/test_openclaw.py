# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""OpenClaw itself (650 MB of npm packages, 15 s a turn) through the real binary."""
import json
import os
import subprocess
import unittest

import home
import npm_clients
import scripted_upstream as script

PACKAGES = {"openclaw": "2026.9.6"}


def agent(exchange):
    body = exchange.request.json
    usage = bool((body.get("stream_options") or {}).get("include_usage"))
    script.stream(script.events_for("the answer is forty-two", usage))(exchange)


class OpenClaw(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.folder = npm_clients.install(PACKAGES)
        except npm_clients.NotAvailable as error:
            raise unittest.SkipTest(str(error)) from error

    def openclaw(self, place, *arguments, text=None):
        binary = self.folder / "node_modules/openclaw/openclaw.mjs"
        path = os.path.dirname(npm_clients.node(self.folder)) + ":" + os.environ["PATH"]
        environment = {"PATH": path, "HOME": str(place.user_home), "LC_ALL": "C.UTF-8"}
        return subprocess.run([npm_clients.node(self.folder), str(binary), *arguments], env=environment, input=text,
                              capture_output=True, text=True, timeout=180, cwd=place.user_home)

    def test_two_turns_of_one_session(self):
        with script.Upstream(agent) as upstream, home.Home(upstream) as place:
            place.start()
            model = {"id": "m", "name": "MetaClaw", "reasoning": True, "input": ["text"], "contextWindow": 200000, "maxTokens": 8192,
                     "compat": {"sendSessionAffinityHeaders": True, "supportsUsageInStreaming": True}}
            provider = {"api": "openai-completions", "baseUrl": f"http://127.0.0.1:{place.port}/v1", "apiKey": "local",
                        "headers": {"X-Metaclaw-Client": "openclaw"}, "models": [model]}
            patch = {"models": {"mode": "merge", "providers": {"mcx": provider}}, "agents": {"defaults": {"model": {"primary": "mcx/m"}}}}
            done = self.openclaw(place, "config", "patch", "--stdin", text=json.dumps(patch))
            self.assertEqual(done.returncode, 0, done.stderr[-2000:])
            for message in ("My test is flaky and fails randomly in CI; find out why.", "And at night?"):
                done = self.openclaw(place, "agent", "--local", "--agent", "main", "--session-key", "agent:main:t1", "--model", "mcx/m",
                                     "--message", message, "--json")
                self.assertEqual(done.returncode, 0, done.stderr[-2000:])
                self.assertIn("forty-two", done.stdout)
            main = [request for request in upstream.requests if request.json.get("tools")]
            self.assertGreaterEqual(len(main), 2)
            first, last = (next(m["content"] for m in request.json["messages"] if m["role"] in ("system", "developer")) for request in (main[0], main[-1]))
            blocks = [json.dumps(text).partition("<metaclaw-skills>")[2] for text in (first, last)]
            self.assertIn("flaky-test-hunt", blocks[0])
            self.assertEqual(blocks[0], blocks[1])


if __name__ == "__main__":
    unittest.main()
