# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""A client that goes away cancels its upstream request; a slow one slows the upstream."""
import socket
import struct
import time
import unittest

import home
import proxy_case
import raw_client
import scripted_upstream as script


class Leaving(proxy_case.ProxyCase):
    config = {"skills": {"enabled": False}}

    def leave(self, behaviour, stream, read_first=0, how="close"):
        self.upstream.play(behaviour)
        connection = raw_client.Connection(self.port)
        connection.send("POST", "/v1/chat/completions", raw_client.chat_body(stream=stream))
        self.assertTrue(self.upstream.wait_for(1))
        if read_first:
            answer = connection.read_head()
            next(connection.body_pieces(answer))
        else:
            time.sleep(0.2)
        left = time.monotonic()
        if how == "reset":
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if how == "half":
            connection.socket.shutdown(socket.SHUT_WR)
        else:
            connection.close()
        self.assertIsNotNone(self.upstream.wait_note("closed_after", 10), "the upstream was never told")
        self.assertLess(time.monotonic() - left, 1.0)
        connection.close()

    def test_before_the_first_byte_of_a_stream(self):
        self.leave(script.hang(), stream=True)

    def test_before_the_first_byte_of_a_plain_answer(self):
        self.leave(script.hang(), stream=False)

    def test_with_a_reset(self):
        self.leave(script.hang(), stream=False, how="reset")

    def test_half_closed_counts_as_gone(self):
        self.leave(script.hang(), stream=True, how="half")

    def test_in_the_middle_of_a_stream(self):
        self.leave(script.stream(script.events_for("one two")[:2], end="hang"), stream=True, read_first=1)

    def test_a_hundred_that_leave_cost_no_descriptor(self):
        self.upstream.default = script.hang()
        self.addCleanup(setattr, self.upstream, "default", script.answer("ok"))
        raw_client.request(self.port, "GET", "/healthz")
        before = self.home.descriptors()
        for _ in range(100):
            connection = raw_client.Connection(self.port)
            connection.send("POST", "/v1/chat/completions", raw_client.chat_body(stream=True))
            connection.close()
        deadline = time.monotonic() + 5
        while self.home.descriptors() > before + 3 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertLessEqual(self.home.descriptors(), before + 3)
        self.assertEqual(raw_client.request(self.port, "GET", "/healthz").status, 200)


class SlowClient(proxy_case.ProxyCase):
    config = {"skills": {"enabled": False}}
    EVENT = script.chunk_event({"content": "x" * 16000})

    def test_a_client_that_stops_reading_stops_the_upstream(self):
        self.upstream.play(script.flood(4000, self.EVENT))  # 64 MB
        before = self.home.memory()[0]
        with raw_client.Connection(self.port, receive_buffer=65536) as connection:
            connection.send("POST", "/v1/chat/completions", raw_client.chat_body(stream=True))
            connection.read_head()
            time.sleep(1.5)
            first = self.upstream.notes["flooded"]
            time.sleep(1)
            self.assertEqual(self.upstream.notes["flooded"], first, "the upstream is still being read")
            self.assertLess(first, 24 << 20)
            if not home.IS_SANITIZED:
                self.assertLess(self.home.memory()[0] - before, 8 << 10, "KiB more for one stalled stream")

    def test_a_slow_client_gets_everything(self):
        events = 1000
        self.upstream.play(script.flood(events, self.EVENT))
        with raw_client.Connection(self.port, receive_buffer=32768, timeout=60) as connection:
            connection.send("POST", "/v1/chat/completions", raw_client.chat_body(stream=True))
            answer = connection.read_head()
            length = 0
            for i, piece in enumerate(connection.body_pieces(answer)):
                length += len(piece)
                if i % 64 == 0:
                    time.sleep(0.005)
        self.assertTrue(answer.complete)
        self.assertEqual(length, events * len(self.EVENT) + len(script.DONE))

    def test_others_are_not_held_up(self):
        self.upstream.play(script.flood(4000, self.EVENT))
        with raw_client.Connection(self.port, receive_buffer=65536) as stalled:
            stalled.send("POST", "/v1/chat/completions", raw_client.chat_body(stream=True))
            stalled.read_head()
            time.sleep(0.5)
            start = time.monotonic()
            self.assertEqual(raw_client.chat(self.port).status, 200)
            self.assertLess(time.monotonic() - start, 0.5)


if __name__ == "__main__":
    unittest.main()
