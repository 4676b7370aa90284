# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""The OpenAI SDK and the Vercel AI SDK against the real binary. (sanitizer: no)"""
import pathlib
import time
import unittest

import home
import npm_clients
import scripted_upstream as script

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = {"openai": "7.57.0", "ai": "7.0.173", "@ai-sdk/openai-compatible": "3.0.92", "zod": "4.6.7"}


class SdkCase(unittest.TestCase):
    script_name = None

    @classmethod
    def setUpClass(cls):
        if cls.script_name is None:
            raise unittest.SkipTest("only its subclasses are tests")
        try:
            cls.folder = npm_clients.install(PACKAGES)
        except npm_clients.NotAvailable as error:
            raise unittest.SkipTest(str(error)) from error

    def run_scenario(self, scenario, place, timeout=40):
        done = npm_clients.run_script(self.folder, HERE / self.script_name, scenario, f"http://127.0.0.1:{place.port}/v1", timeout=timeout)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])

    def against_practice(self, *scenarios):
        with home.Home() as place:
            place.start()
            for scenario in scenarios:
                with self.subTest(scenario=scenario):
                    self.run_scenario(scenario, place)

    def against(self, behaviour, scenario, environment=None):
        with script.Upstream(behaviour) as upstream, home.Home(upstream, environment=environment) as place:
            place.start()
            self.run_scenario(scenario, place)
            self.assertEqual(upstream.errors, [])
            return upstream

    def cancels(self, behaviour, scenario):
        """The client's abort closes the upstream's connection."""
        with script.Upstream(behaviour) as upstream, home.Home(upstream) as place:
            place.start()
            self.run_scenario(scenario, place)
            self.assertIsNotNone(upstream.wait_note("closed_after", 5), "the upstream was never told")


def slow_words(exchange):
    """A second of silence before and within the words."""
    exchange.head(200, [("Transfer-Encoding", "chunked")], "text/event-stream")
    for i, event in enumerate(script.events_for("late words")):
        if i in (0, 2):
            time.sleep(1)
        exchange.chunk(event)
    exchange.last_chunk()


BAD_KEY = script.error(401, "Incorrect API key provided", "auth", "invalid_api_key")
ENDLESS = script.stream(script.events_for("one two three")[:3], end="hang")
CUT = script.stream(script.events_for("one two three")[:3], end="cut")


class OpenAiSdk(SdkCase):
    script_name = "openai-sdk.mjs"

    def test_the_agent_loop(self):
        self.against_practice("loop", "stream_helper", "run_tools")

    def test_usage_models_embeddings(self):
        self.against_practice("usage", "models", "embeddings")

    def test_abort(self):
        self.cancels(ENDLESS, "abort")

    def test_abort_before_the_first_byte(self):
        self.cancels(script.hang(), "abort_before_the_first_byte")

    def test_errors(self):
        self.against(BAD_KEY, "bad_key")
        self.against(script.error(400, "This model's maximum context length is 8192 tokens.", code="context_length_exceeded"), "overflow")
        self.against(script.error(429, "slow down", "rate_limit_error", headers=[("retry-after", "7")]), "rate_limit")

    def test_a_cut_stream_is_an_error(self):
        self.against(CUT, "cut")

    def test_keep_alives_are_swallowed(self):
        self.against(slow_words, "slow", {"METACLAW_KEEP_ALIVE_MS": "200", "METACLAW_HOLD_MS": "300"})


class VercelAiSdk(SdkCase):
    script_name = "ai-sdk.mjs"

    def test_the_agent_loop(self):
        self.against_practice("loop", "stream", "embeddings")

    def test_abort(self):
        self.cancels(ENDLESS, "abort")

    def test_errors(self):
        self.against(BAD_KEY, "bad_key")

    def test_a_cut_stream_is_an_error(self):
        self.against(CUT, "cut")

    def test_keep_alives_are_swallowed(self):
        self.against(slow_words, "slow", {"METACLAW_KEEP_ALIVE_MS": "200", "METACLAW_HOLD_MS": "300"})


if __name__ == "__main__":
    unittest.main()
