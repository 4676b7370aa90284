# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""A real small model behind a real server, through the real binary."""
import json
import os
import signal
import subprocess
import unittest

import home
import npm_clients
import raw_client

RECIPE = home.ROOT.parent / "shared/recipes/real-llm/serve-llm.sh"
CACHE = npm_clients.CACHE / "real-llm"
MODEL = os.environ.get("METACLAW_TEST_MODEL", "qwen-1.5b")


class RealModel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not RECIPE.exists():
            raise unittest.SkipTest("../shared/recipes/real-llm is not here")
        port = home.free_port()
        environment = {**os.environ, "LLM_THREADS": "2", "LLM_CTX": "8192", "LLM_SLOTS": "1"}
        try:
            done = subprocess.run([str(RECIPE), str(CACHE), str(port), MODEL], env=environment, capture_output=True, text=True, timeout=1200)
        except subprocess.TimeoutExpired as error:
            raise unittest.SkipTest("the model was not there within 20 minutes") from error
        if done.returncode != 0:
            raise unittest.SkipTest("the model cannot be served: " + done.stderr.strip()[-300:])
        pid = int((CACHE / f"llm-{port}.pid").read_text())
        cls.addClassCleanup(os.kill, pid, signal.SIGTERM)
        cls.home = home.Home(f"http://127.0.0.1:{port}/v1")
        cls.addClassCleanup(cls.home.__exit__, None)
        cls.home.write_skill("quarterly-footer", "How a quarterly zebra report ends: which footer line it must carry.",
                             "End every quarterly zebra report with this exact last line: ZEBRA-FOOTER-77")
        cls.home.start()

    def ask(self, **more):
        body = {"model": "m", "temperature": 0, "max_tokens": 200, **more}
        return raw_client.chat(self.home.port, body, timeout=300)

    def test_it_obeys_an_injected_skill(self):
        answer = self.ask(messages=[{"role": "system", "content": "You are a helpful assistant."},
                                    {"role": "user", "content": "Write a two-sentence quarterly zebra report with its footer."}])
        self.assertEqual(answer.status, 200, answer.body)
        self.assertIn("ZEBRA-FOOTER-77", answer.json["choices"][0]["message"]["content"])

    def test_it_streams(self):
        answer = self.ask(stream=True, messages=[{"role": "user", "content": "Count from one to five."}])
        self.assertEqual(answer.status, 200)
        self.assertGreater(len(answer.pieces), 3)
        self.assertEqual(answer.events[-1], "[DONE]")
        self.assertNotIn('"usage"', answer.body.decode())

    def test_it_calls_a_tool(self):
        tools = [{"type": "function", "function": {"name": "get_weather", "description": "The weather in a city", "parameters": {
            "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]
        answer = self.ask(tools=tools, messages=[{"role": "user", "content": "What is the weather in Paris right now? Use the tool."}])
        message = answer.json["choices"][0]["message"]
        self.assertEqual(message["tool_calls"][0]["function"]["name"], "get_weather")
        json.loads(message["tool_calls"][0]["function"]["arguments"])

    def test_an_overflow_keeps_its_meaning(self):
        answer = self.ask(messages=[{"role": "user", "content": "word " * 20000}])
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.json["error"]["code"], "context_length_exceeded")


if __name__ == "__main__":
    unittest.main()
