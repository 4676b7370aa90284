# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""What passes through the proxy passes untouched and at once."""
import gzip
import json
import threading
import time
import unittest

import home
import proxy_case
import raw_client
import scripted_upstream as script

NO_SKILLS = {"skills": {"enabled": False}}
DATA = home.ROOT / "tests/data/field-cases"


class Fidelity(proxy_case.ProxyCase):
    config = NO_SKILLS

    def send(self, body, path="/v1/chat/completions", headers=()):
        answer = raw_client.request(self.port, "POST", path, body, headers)
        self.assertEqual(answer.status, 200, answer.body)
        return answer, self.upstream.wait_for(1)[-1]

    def test_the_body_arrives_byte_for_byte(self):
        body = (b'{ "messages" : [ {"role":"user",\t"content":"gr\\u00fc\\u00df \xc3\xa9 \\/ \\ud83d\\ude00"} ],'
                b'"temperature": 0.70, "seed": 12345678901234567890, "vendor_x": {"b":1,"a":[1.0,1e5,-0]},\n'
                b'"model":"test-model" }')
        _, seen = self.send(body)
        self.assertEqual(seen.body, body)

    def test_only_the_model_name_is_replaced(self):
        body = b'{"model" : "whatever/else", "messages":[{"role":"user","content":"hi"}],  "n":1}'
        _, seen = self.send(body)
        self.assertEqual(seen.body, body.replace(b'"whatever/else"', b'"test-model"'))

    def test_a_key_written_with_escapes_is_the_same_key(self):
        body = b'{"mod\\u0065l":"x","messages":[{"role":"user","content":"hi"}]}'
        _, seen = self.send(body)
        self.assertEqual(json.loads(seen.body)["model"], "test-model")
        self.assertEqual(seen.body.count(b"test-model"), 1)

    def test_of_duplicate_keys_the_last_counts(self):
        body = b'{"model":"first","messages":[],"messages":[{"role":"user","content":"hi"}],"model":"last"}'
        answer = raw_client.request(self.port, "POST", "/v1/chat/completions", body)
        if answer.status == 400:
            return  # telling the client is right as well
        seen = self.upstream.wait_for(1)[-1]
        self.assertEqual(json.loads(seen.body)["model"], "test-model")
        self.assertEqual(json.loads(seen.body)["messages"][0]["content"], "hi")

    def test_the_path_without_v1_works(self):
        _, seen = self.send(raw_client.chat_body(), path="/chat/completions")
        self.assertEqual(seen.path, "/v1/chat/completions")

    def test_the_answer_arrives_byte_for_byte(self):
        body = b'{ "id":"x", "choices" : [ {"message":{"content":"\\u00e9\\/ \xc3\xa9"}, "logprobs":{"content":[0.10]}} ] }\n'
        self.upstream.play(script.reply(body))
        answer, _ = self.send(raw_client.chat_body())
        self.assertEqual(answer.body, body)

    def test_only_listed_headers_go_upstream(self):
        _, seen = self.send(raw_client.chat_body(), headers=[
            ("Authorization", "Bearer sk-of-the-client"), ("Cookie", "session=1"), ("X-Forwarded-For", "10.0.0.1"),
            ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), ("X-Metaclaw-Key", "k")])
        self.assertEqual(seen.headers.get("authorization"), ["Bearer sk-upstream"])
        for name in ("cookie", "x-forwarded-for", "x-metaclaw-key", "expect"):
            self.assertNotIn(name, seen.headers)
        self.assertIn("traceparent", seen.headers)
        self.assertEqual(seen.headers["host"], [f"127.0.0.1:{self.upstream.port}"])

    def test_rate_limit_and_request_id_headers_come_back(self):
        self.upstream.play(script.reply(script.completion(), headers=[
            ("x-request-id", "r-1"), ("x-ratelimit-remaining-requests", "9"), ("Set-Cookie", "a=b"), ("Keep-Alive", "timeout=5")]))
        answer, _ = self.send(raw_client.chat_body())
        self.assertEqual(answer.header("x-request-id"), "r-1")
        self.assertEqual(answer.header("x-ratelimit-remaining-requests"), "9")
        self.assertIsNone(answer.header("set-cookie"))

    def test_no_cross_origin_header_is_sent(self):
        answer, _ = self.send(raw_client.chat_body(), headers=[("Origin", f"http://127.0.0.1:{self.port}")])
        self.assertIsNone(answer.header("access-control-allow-origin"))

    def test_a_megabyte_body_arrives_whole(self):
        body = raw_client.chat_body("x" * (1 << 20))
        _, seen = self.send(body)
        self.assertEqual(seen.json["messages"][1]["content"], "x" * (1 << 20))

    def test_a_chunked_request_body_arrives_whole(self):
        body = json.dumps(raw_client.chat_body("in chunks")).encode()
        with raw_client.Connection(self.port) as connection:
            connection.send_raw(b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                                b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" % self.port)
            for at in range(0, len(body), 10):
                piece = body[at:at + 10]
                connection.send_raw(b"%x\r\n%s\r\n" % (len(piece), piece))
            connection.send_raw(b"0\r\n\r\n")
            self.assertEqual(connection.read().status, 200)
        self.assertEqual(self.upstream.wait_for(1)[0].json["messages"][1]["content"], "in chunks")

    def test_one_connection_serves_many_requests(self):
        with raw_client.Connection(self.port) as connection:
            for i in range(5):
                connection.send("POST", "/v1/chat/completions", raw_client.chat_body(f"turn {i}"))
                self.assertEqual(connection.read().status, 200)
        self.assertEqual(len({request.connection for request in self.upstream.requests}), 1)

    def test_embeddings_are_forwarded(self):
        body = b'{"data":[{"object":"embedding","index":0,"embedding":[0.10,0.2]}],"object":"list"}'
        self.upstream.play(script.reply(body))
        answer, seen = self.send(b'{"model":"embedder","input":["a"],"encoding_format":"base64"}', path="/v1/embeddings")
        self.assertEqual(answer.body, body)
        self.assertEqual(seen.path, "/v1/embeddings")
        self.assertEqual(seen.json["input"], ["a"])


class Streaming(proxy_case.ProxyCase):
    config = NO_SKILLS

    def open_stream(self, connection, body=None, headers=()):
        connection.send("POST", "/v1/chat/completions", body or raw_client.chat_body(stream=True), headers)
        answer = connection.read_head()
        self.assertEqual(answer.status, 200)
        self.assertIn("text/event-stream", answer.header("content-type"))
        return answer, connection.body_pieces(answer)

    def test_an_event_leaves_before_the_next_one_is_written(self):
        events = script.events_for("one two three")
        gates = {i: threading.Event() for i in range(1, len(events))}
        self.upstream.play(script.stream(events, gates=gates))
        with raw_client.Connection(self.port, timeout=5) as connection:
            answer, pieces = self.open_stream(connection)
            for i, event in enumerate(events):
                if i:
                    gates[i].set()
                connection.read_until(answer, event, pieces)
            self.assertEqual(b"".join(pieces), b"")
            self.assertTrue(answer.complete)
        self.assertEqual(answer.body, b"".join(events))

    def test_the_stream_arrives_byte_for_byte(self):
        events = [*script.events_for("alpha beta"), b": a comment\n\n"]
        events.insert(2, b'data: {"choices":[{"index":0,"delta":{"reasoning_content":"h\xc3\xa9\\u00e9"}}],"x":1.50}\n\n')
        self.upstream.play(script.raw_stream(b"".join(events), pieces=37))
        answer = raw_client.chat(self.port, raw_client.chat_body(stream=True))
        self.assertEqual(answer.body, b"".join(events))
        self.assertTrue(answer.complete)

    def test_every_form_of_the_event_grammar_passes(self):
        """FC-003: BOM, CRLF, CR, several data lines, no blank after the colon."""
        data = (DATA / "FC-003.sse").read_bytes()
        for pieces in (1, 7, len(data)):
            with self.subTest(pieces=pieces):
                self.upstream.play(script.raw_stream(data, pieces=pieces))
                answer = raw_client.chat(self.port, raw_client.chat_body(stream=True))
                self.assertEqual(answer.body, data)

    def test_usage_is_always_requested_and_withheld_unless_asked_for(self):
        answer = raw_client.chat(self.port, raw_client.chat_body(stream=True))
        seen = self.upstream.wait_for(1)[0]
        self.assertTrue(seen.json["stream_options"]["include_usage"])
        self.assertNotIn('"usage"', answer.body.decode())
        self.assertEqual(answer.events[-1], "[DONE]")
        self.assertIn('"stop"', answer.events[-2])

    def test_usage_passes_when_asked_for(self):
        body = raw_client.chat_body(stream=True, stream_options={"include_usage": True})
        answer = raw_client.chat(self.port, body)
        self.assertEqual(self.upstream.wait_for(1)[0].json, {**body, "model": "test-model"})
        self.assertEqual(json.loads(answer.events[-2])["usage"], script.USAGE)

    def test_usage_declined_explicitly_is_withheld(self):
        answer = raw_client.chat(self.port, raw_client.chat_body(stream=True, stream_options={"include_usage": False}))
        self.assertTrue(self.upstream.wait_for(1)[0].json["stream_options"]["include_usage"])
        self.assertNotIn('"usage"', answer.body.decode())

    def test_usage_in_the_last_content_chunk_is_not_lost_content(self):
        """Some servers put usage beside a delta; only the chunk without choices may go."""
        events = [script.chunk_event({"role": "assistant", "content": "hi"}),
                  script.chunk_event({}, "stop", usage=script.USAGE), script.DONE]
        self.upstream.play(script.stream(events))
        answer = raw_client.chat(self.port, raw_client.chat_body(stream=True))
        self.assertIn('"stop"', answer.body.decode())

    def test_a_tool_call_streams_with_its_index(self):
        events = script.tool_events("get_weather", '{"city":"Köln"}')
        self.upstream.play(script.stream(events))
        answer = raw_client.chat(self.port, raw_client.chat_body(stream=True))
        self.assertEqual(answer.body, b"".join(events))

    def test_headers_are_held_until_the_status_is_known(self):
        gate = threading.Event()

        def late_refusal(exchange):
            gate.wait(5)
            script.error(429, "slow down", "rate_limit_error", "rate_limit_exceeded", [("retry-after", "7")])(exchange)

        self.upstream.play(late_refusal)
        with raw_client.Connection(self.port, timeout=10) as connection:
            connection.send("POST", "/v1/chat/completions", raw_client.chat_body(stream=True))
            time.sleep(1)
            gate.set()
            answer = connection.read()
        self.assertEqual(answer.status, 429)
        self.assertEqual(answer.header("retry-after"), "7")

    def test_headers_are_held_for_at_most_five_seconds(self):
        gate = threading.Event()

        def late(exchange):
            gate.wait(15)
            script.stream(script.events_for("late"))(exchange)

        self.upstream.play(late)
        with raw_client.Connection(self.port, timeout=10) as connection:
            connection.send("POST", "/v1/chat/completions", raw_client.chat_body(stream=True))
            start = time.monotonic()
            answer = connection.read_head()
            waited = time.monotonic() - start
            gate.set()
            answer.body = b"".join(connection.body_pieces(answer))
        self.assertEqual(answer.status, 200)
        self.assertLess(waited, 6)
        self.assertGreater(waited, 4)
        self.assertIn("late", answer.body.decode())

    def test_a_line_of_a_hundred_megabytes_passes(self):
        if home.IS_SANITIZED:
            self.skipTest("takes too long with sanitizers")
        before = self.home.memory()[0]
        self.upstream.play(script.long_line(100 << 20))
        with raw_client.Connection(self.port, timeout=60) as connection:
            answer, pieces = self.open_stream(connection)
            length, tail, highest = 0, b"", 0
            for piece in pieces:
                length += len(piece)
                tail = (tail + piece)[-64:]
                if length % (1 << 22) < len(piece):
                    highest = max(highest, self.home.memory()[0])
        self.assertTrue(answer.complete)
        self.assertGreater(length, 100 << 20)
        self.assertTrue(tail.endswith(script.DONE))
        self.assertLess(highest - before, 48 << 10, "KiB more resident memory for one long line")


class Compression(proxy_case.ProxyCase):
    """FC-001: headers describe the bytes that are really sent."""
    config = NO_SKILLS
    BODY = script.completion("ok", usage=False)

    def decoded(self, answer):
        self.assertTrue(answer.complete, "the length does not fit")
        if answer.header("content-encoding") == "gzip":
            return gzip.decompress(answer.body)
        self.assertIsNone(answer.header("content-encoding"))
        return answer.body

    def test_a_client_that_takes_gzip(self):
        self.upstream.play(script.reply(self.BODY, compress=True))
        answer = raw_client.chat(self.port, headers=[("Accept-Encoding", "gzip")])
        self.assertEqual(self.decoded(answer), self.BODY)

    def test_a_client_that_does_not(self):
        self.upstream.play(script.reply(self.BODY, compress=True))
        answer = raw_client.chat(self.port)
        self.assertIsNone(answer.header("content-encoding"))
        self.assertEqual(self.decoded(answer), self.BODY)

    def test_an_upstream_that_compresses_unasked(self):
        packed = gzip.compress(self.BODY)
        self.upstream.play(script.reply(packed, headers=[("Content-Encoding", "gzip")]))
        answer = raw_client.chat(self.port)
        self.assertEqual(self.decoded(answer), self.BODY)

    def test_a_compressed_stream_is_not_delayed(self):
        events = script.events_for("one two")
        gates = {i: threading.Event() for i in range(1, len(events))}
        self.upstream.play(script.gzip_stream(events, gates))
        with raw_client.Connection(self.port, timeout=5) as connection:
            connection.send("POST", "/v1/chat/completions", raw_client.chat_body(stream=True), [("Accept-Encoding", "gzip")])
            answer = connection.read_head()
            pieces = connection.body_pieces(answer)
            if answer.header("content-encoding") == "gzip":
                first = next(pieces)
                self.assertTrue(first)
                for gate in gates.values():
                    gate.set()
                whole = gzip.decompress(first + b"".join(pieces))
            else:
                connection.read_until(answer, events[0], pieces)
                for gate in gates.values():
                    gate.set()
                whole = answer.body + b"".join(pieces)
        self.assertEqual(whole, b"".join(events))


class KeepAlive(proxy_case.ProxyCase):
    """P5, with the ten seconds shortened to 300 ms."""
    config = NO_SKILLS
    environment = {"METACLAW_KEEP_ALIVE_MS": "300"}

    def test_empty_deltas_fill_a_silence_between_events(self):
        events = script.events_for("slow words")
        gate = threading.Event()
        self.upstream.play(script.stream(events, gates={2: gate}))
        with raw_client.Connection(self.port, timeout=10) as connection:
            connection.send("POST", "/v1/chat/completions", raw_client.chat_body(stream=True))
            answer = connection.read_head()
            pieces = connection.body_pieces(answer)
            connection.read_until(answer, events[1], pieces)
            start = time.monotonic()
            while answer.body.count(b'"delta":{}') < 3:
                answer.body += next(pieces)
            self.assertGreater(time.monotonic() - start, 0.5)
            gate.set()
            answer.body += b"".join(pieces)
        kept_alive = [json.loads(event) for event in answer.events if '"delta":{}' in event]
        self.assertGreaterEqual(len(kept_alive), 3)
        for chunk in kept_alive:
            self.assertEqual(chunk["object"], "chat.completion.chunk")
            self.assertEqual(chunk["choices"][0]["index"], 0)
            self.assertIsNone(chunk["choices"][0]["finish_reason"])
        for event in events:
            self.assertIn(event, answer.body)

    def test_none_inside_an_event(self):
        event = script.chunk_event({"role": "assistant", "content": "halved"})

        def halved(exchange):
            exchange.head(200, [("Transfer-Encoding", "chunked")], "text/event-stream")
            exchange.chunk(event[:30])
            time.sleep(1.2)
            exchange.chunk(event[30:] + script.chunk_event({}, "stop") + script.DONE)
            exchange.last_chunk()

        self.upstream.play(halved)
        answer = raw_client.chat(self.port, raw_client.chat_body(stream=True))
        self.assertIn(event, answer.body)

    def test_a_wait_for_the_first_byte_begins_with_the_role(self):
        gate = threading.Event()

        def late(exchange):
            exchange.head(200, [("Transfer-Encoding", "chunked")], "text/event-stream")
            gate.wait(10)
            for event in script.events_for("late"):
                exchange.chunk(event)
            exchange.last_chunk()

        self.upstream.play(late)
        with raw_client.Connection(self.port, timeout=10) as connection:
            connection.send("POST", "/v1/chat/completions", raw_client.chat_body(stream=True))
            answer = connection.read_head()
            pieces = connection.body_pieces(answer)
            connection.read_until(answer, b"\n\n", pieces)
            gate.set()
            answer.body += b"".join(pieces)
        first = json.loads(answer.events[0])
        self.assertEqual(first["choices"][0]["delta"].get("role"), "assistant")
        self.assertEqual(answer.events[-1], "[DONE]")

    def test_a_non_stream_answer_just_waits(self):
        def late(exchange):
            time.sleep(1)
            script.reply(script.completion("late"))(exchange)

        self.upstream.play(late)
        answer = raw_client.chat(self.port)
        self.assertEqual(answer.body, script.completion("late"))


if __name__ == "__main__":
    unittest.main()
