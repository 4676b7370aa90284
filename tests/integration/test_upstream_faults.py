# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""Whatever the upstream does, the client gets a clear answer in OpenAI's shape."""
import json
import time
import unittest

import home
import proxy_case
import raw_client
import scripted_upstream as script

NO_SKILLS = {"skills": {"enabled": False}}


class Refusals(proxy_case.ProxyCase):
    config = NO_SKILLS

    def ask(self, stream=False):
        return raw_client.chat(self.port, raw_client.chat_body(stream=stream))

    def test_a_bad_key_is_503_and_a_problem_never_401(self):
        for status in (401, 403):
            for stream in (False, True):
                with self.subTest(status=status, stream=stream):
                    self.upstream.play(script.error(status, "Incorrect API key provided: sk-upstream", "auth", "invalid_api_key"))
                    answer = self.ask(stream)
                    error = self.assert_openai_error(answer, 503, "upstream_auth")
                    self.assertNotIn("sk-upstream", error["message"])
                    self.assertTrue(self.home.wait_for_problem("upstream_auth"))
        self.assertEqual(self.ask().status, 200)
        deadline = time.monotonic() + 5
        while "upstream_auth" in self.home.problems() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertNotIn("upstream_auth", self.home.problems(), "a request that worked clears the problem")

    def test_no_credit_is_503_and_a_problem(self):
        self.upstream.play(script.error(402, "Insufficient balance", "billing", "insufficient_balance"))
        self.assert_openai_error(self.ask(), 503)
        self.assertTrue(self.home.wait_for_problem("upstream_credit"))
        self.assertEqual(self.ask().status, 200)

    def test_a_rate_limit_keeps_its_retry_after(self):
        for stream in (False, True):
            with self.subTest(stream=stream):
                self.upstream.play(script.error(429, "slow down", "rate_limit_error", "rate_limit_exceeded", [("retry-after", "12")]))
                answer = self.ask(stream)
                self.assert_openai_error(answer, 429)
                self.assertEqual(answer.header("retry-after"), "12")

    def test_a_context_overflow_keeps_its_code_and_words(self):
        self.upstream.play(script.error(400, "This model's maximum context length is 8192 tokens.", code="context_length_exceeded"))
        error = self.assert_openai_error(self.ask(), 400, "context_length_exceeded")
        self.assertIn("maximum context length", error["message"])

    def test_overflows_in_other_words_get_the_known_code_and_words(self):
        """llama.cpp says exceed_context_size_error with a number as its code."""
        body = {"error": {"code": 400, "message": "the request exceeds the available context size, try increasing it",
                          "type": "exceed_context_size_error", "n_prompt_tokens": 9000, "n_ctx": 4096}}
        self.upstream.play(script.reply(json.dumps(body).encode(), 400))
        error = self.assert_openai_error(self.ask(), 400, "context_length_exceeded")
        self.assertIn("maximum context length", error["message"])

    def test_an_ordinary_refusal_passes_with_its_words(self):
        self.upstream.play(script.error(400, "temperature must be below 2", code="invalid_value"))
        error = self.assert_openai_error(self.ask(), 400, "invalid_value")
        self.assertEqual(error["message"], "temperature must be below 2")

    def test_an_error_in_another_shape_gets_ours(self):
        for body in (b'{"detail":"model is loading"}', b'{"object":"error","message":"model is loading","code":503}',
                     b'"model is loading"', b"model is loading"):
            with self.subTest(body=body):
                self.upstream.play(script.reply(body, 503))
                answer = self.ask()
                self.assertGreaterEqual(answer.status, 500)
                self.assertIn("model is loading", answer.json["error"]["message"])

    def test_server_errors_stay_server_errors(self):
        for status in (500, 502, 503, 504, 529):
            for stream in (False, True):
                with self.subTest(status=status, stream=stream):
                    self.upstream.play(script.error(status, "overloaded", "server_error"))
                    answer = self.ask(stream)
                    self.assertGreaterEqual(answer.status, 500)
                    self.assertTrue(answer.json["error"]["message"])

    def test_a_refusal_without_a_body_is_told(self):
        for status, stream in ((500, False), (500, True), (429, True), (200, True), (200, False)):
            with self.subTest(status=status, stream=stream):
                self.upstream.play(script.reply(b"", status))
                answer = raw_client.chat(self.port, raw_client.chat_body(stream=stream))
                self.assert_openai_error(answer, 502 if status == 200 else status)

    def test_an_answer_that_never_gets_beyond_its_head_is_told(self):
        for head in (b"HTTP/1.1 200 OK\r\nContent-", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 101 Switching Protocols\r\n\r\nabc",
                     b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP", b"SSH-2.0-OpenSSH\r\n"):
            for stream in (False, True):
                def play(exchange, head=head):
                    exchange.send(head)
                    exchange.close()
                with self.subTest(head=head, stream=stream):
                    self.upstream.play(play)
                    answer = raw_client.chat(self.port, raw_client.chat_body(stream=stream))
                    self.assert_openai_error(answer, 502)

    def test_html_is_not_passed_on_as_an_answer(self):
        for status in (200, 404, 502):
            for stream in (False, True):
                with self.subTest(status=status, stream=stream):
                    self.upstream.play(script.html_error(status))
                    answer = self.ask(stream)
                    self.assertGreaterEqual(answer.status, 400)
                    self.assertIn("message", answer.json["error"])
                    self.assertNotIn("<html", answer.json["error"]["message"])

    def test_a_body_that_ends_early_is_an_error(self):
        body = script.completion("never whole " * 20)
        self.upstream.play(script.cut_body(body, 40))
        answer = self.ask()
        self.assertTrue(answer.status == 502 or not answer.complete, "half an answer was passed on as a whole one")


class BrokenStreams(proxy_case.ProxyCase):
    config = NO_SKILLS

    def assert_told(self, answer):
        """The client can see that the stream failed: an error event, and no [DONE] after it."""
        errors = [json.loads(event) for event in answer.events if event.startswith("{") and "error" in json.loads(event)]
        self.assertTrue(errors, answer.body)
        self.assertTrue(errors[-1]["error"]["message"])
        self.assertNotIn('"finish_reason": "stop"', answer.body.decode())

    def test_a_cut_stream_ends_with_an_error_event(self):
        for end in ("cut", "reset"):
            with self.subTest(end=end):
                events = script.events_for("one two three four")[:3]
                self.upstream.play(script.stream(events, end=end))
                answer = raw_client.chat(self.port, raw_client.chat_body(stream=True))
                self.assertEqual(answer.status, 200)
                self.assertTrue(answer.body.startswith(b"".join(events)))
                self.assert_told(answer)

    def test_a_cut_inside_an_event_does_not_glue_the_error_to_it(self):
        whole = script.events_for("one two")
        data = b"".join(whole[:2]) + whole[2][:25]
        self.upstream.play(script.raw_stream(data, end="cut"))
        answer = raw_client.chat(self.port, raw_client.chat_body(stream=True))
        blocks = answer.body.decode().split("\n\n")
        self.assertTrue(any(block.startswith("data:") and '"error"' in block for block in blocks), answer.body)

    def test_an_end_without_done_and_finish_is_told(self):
        events = script.events_for("one two three")[:3]
        self.upstream.play(script.stream(events, end="done"))
        answer = raw_client.chat(self.port, raw_client.chat_body(stream=True))
        self.assert_told(answer)

    def test_an_end_after_finish_without_done_is_fine(self):
        events = script.events_for("one two")[:-1]
        self.upstream.play(script.stream(events, end="done"))
        answer = raw_client.chat(self.port, raw_client.chat_body(stream=True))
        self.assertNotIn('"error"', answer.body.decode())
        self.assertTrue(answer.complete)

    def test_an_error_event_passes_without_our_key(self):
        event = b'data: {"error": {"message": "Incorrect API key provided: sk-upstream", "code": "x"}}\n\n'
        self.upstream.play(script.stream([script.chunk_event({"content": "a"}), event]))
        answer = raw_client.chat(self.port, raw_client.chat_body(stream=True))
        self.assertIn(b"Incorrect API key provided: [redacted]", answer.body)
        self.assertNotIn(b"sk-upstream", answer.body)

    def test_an_error_event_passes(self):
        event = b'data: {"error":{"message":"out of memory","type":"server_error","code":null}}\n\n'
        self.upstream.play(script.stream([*script.events_for("a b")[:2], event]))
        answer = raw_client.chat(self.port, raw_client.chat_body(stream=True))
        self.assertEqual(answer.body.count(b"out of memory"), 1)

    def test_a_failed_stream_is_counted(self):
        before = self.home.status()["requests"]["failed"]
        self.upstream.play(script.stream(script.events_for("one two")[:2], end="cut"))
        raw_client.chat(self.port, raw_client.chat_body(stream=True))
        deadline = time.monotonic() + 3
        while self.home.status()["requests"]["failed"] == before and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(self.home.status()["requests"]["failed"], before + 1)


class DeadConnections(proxy_case.ProxyCase):
    """FC-005."""
    config = NO_SKILLS

    def bodies(self):
        return [request.json["messages"][1]["content"] for request in self.upstream.requests]

    def test_a_connection_closed_while_idle_is_noticed(self):
        self.upstream.play(script.then(script.answer("first"), 0.5))
        self.assertEqual(raw_client.chat(self.port, raw_client.chat_body("a1")).status, 200)
        time.sleep(1.2)
        self.assertEqual(raw_client.chat(self.port, raw_client.chat_body("a2")).status, 200)
        self.assertEqual(self.bodies(), ["a1", "a2"])

    def test_a_reused_connection_that_dies_is_tried_once_again(self):
        for stream in (False, True):
            with self.subTest(stream=stream):
                self.upstream.clear()
                self.upstream.play(script.answer("first"))
                self.assertEqual(raw_client.chat(self.port, raw_client.chat_body("b1")).status, 200)
                self.upstream.play(script.reset())
                answer = raw_client.chat(self.port, raw_client.chat_body("b2", stream=stream))
                self.assertEqual(answer.status, 200)
                self.assertEqual(self.bodies(), ["b1", "b2", "b2"])
                self.assertNotEqual(self.upstream.requests[1].connection, self.upstream.requests[2].connection)

    def test_a_second_death_is_told_not_tried_again(self):
        self.upstream.play(script.answer("first"))
        raw_client.chat(self.port, raw_client.chat_body("c1"))
        self.upstream.play(script.reset(), script.reset())
        self.assert_openai_error(raw_client.chat(self.port, raw_client.chat_body("c2")), 502)
        self.assertEqual(self.bodies(), ["c1", "c2", "c2"])

    def test_a_fresh_connection_that_dies_is_told_at_once(self):
        with script.Upstream(script.reset()) as upstream, home.Home(upstream, NO_SKILLS) as fresh:
            fresh.start()
            answer = raw_client.chat(fresh.port)
            error = self.assert_openai_error(answer, 502)
            self.assertIn("127.0.0.1", error["message"])
            time.sleep(0.3)
            self.assertEqual(len(upstream.requests), 1)


class Unreachable(unittest.TestCase):
    assert_openai_error = proxy_case.ProxyCase.assert_openai_error

    def test_nobody_listens(self):
        port = home.free_port()
        with home.Home(f"http://127.0.0.1:{port}/v1", NO_SKILLS) as place:
            place.start()
            for stream in (False, True):
                error = self.assert_openai_error(raw_client.chat(place.port, raw_client.chat_body(stream=stream)), 502)
                self.assertIn("127.0.0.1", error["message"])
            self.assertTrue(place.wait_for_problem("upstream_unreachable"))
            self.assertEqual(place.status()["upstream"]["state"], "failing")

    def test_a_name_that_does_not_resolve(self):
        with home.Home("http://no-such-host.invalid/v1", NO_SKILLS) as place:
            place.start()
            error = self.assert_openai_error(raw_client.chat(place.port), 502)
            self.assertIn("no-such-host.invalid", error["message"])

    def test_an_upstream_that_never_answers_times_out(self):
        with script.Upstream(script.hang()) as upstream:
            with home.Home(upstream, NO_SKILLS, {"METACLAW_UPSTREAM_IDLE_MS": "1500"}) as place:
                place.start()
                try:
                    answer = raw_client.chat(place.port, timeout=8)
                except TimeoutError:
                    self.skipTest("the idle limit cannot be shortened (METACLAW_UPSTREAM_IDLE_MS)")
                self.assert_openai_error(answer, 504)

    def test_one_byte_a_second_is_slow_but_right(self):
        body = b'{"choices":[]}'
        with script.Upstream(script.drip(body, 0.25)) as upstream, home.Home(upstream, NO_SKILLS) as place:
            place.start()
            self.assertEqual(raw_client.chat(place.port).body, body)


class ClientCredentials(proxy_case.ProxyCase):
    config = {**NO_SKILLS, "llm": {"auth": "client", "api_key": ""}}

    def test_the_callers_key_goes_upstream(self):
        answer = raw_client.chat(self.port, headers=[("Authorization", "Bearer sk-mine")])
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.upstream.wait_for(1)[0].headers["authorization"], ["Bearer sk-mine"])

    def test_the_callers_401_is_his_own(self):
        self.upstream.play(script.error(401, "Incorrect API key", "auth", "invalid_api_key"))
        answer = raw_client.chat(self.port, headers=[("Authorization", "Bearer sk-wrong")])
        self.assert_openai_error(answer, 401)
        self.assertNotIn("upstream_auth", self.home.problems())

    def test_a_quoted_key_of_the_caller_stays_out_of_log_and_status(self):
        for key, headers in (("planted-key-1", [("Authorization", "Bearer planted-key-1")]),
                             ("planted-key-2", [("x-api-key", "planted-key-2")])):
            for status in (401, 400, 500):
                self.upstream.play(script.error(status, f"Incorrect API key provided: {key}"))
                self.assert_openai_error(raw_client.chat(self.port, headers=headers), status)
            status = self.home.cli("status", "--json", check=0).stdout
            self.assertIn("Incorrect API key provided: [redacted]", status)
            self.assertNotIn(key, status)
            self.assertNotIn(key, self.home.read_output())


if __name__ == "__main__":
    unittest.main()
