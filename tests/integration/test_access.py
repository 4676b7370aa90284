# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""Who may talk to the proxy's port, and what happens to bad input."""
import json
import socket
import unittest
import unittest.mock

import home
import proxy_case
import raw_client

NO_SKILLS = {"skills": {"enabled": False}}
REFUSED = (400, 403, 421)


class Hosts(proxy_case.ProxyCase):
    """FC-077 on the proxy's port."""
    config = NO_SKILLS

    def ask(self, *hosts, method="GET", path="/v1/models", headers=(), body=b""):
        with raw_client.Connection(self.port) as connection:
            connection.send(method, path, body, [*[("Host", host) for host in hosts], *headers])
            return connection.read()

    def test_loopback_names_work(self):
        for host in (f"localhost:{self.port}", f"127.0.0.1:{self.port}", f"[::1]:{self.port}", f"LOCALHOST:{self.port}"):
            with self.subTest(host=host):
                self.assertEqual(self.ask(host).status, 200)

    def test_other_names_are_refused_everywhere(self):
        for host in (f"evil.example:{self.port}", "evil.example", f"127.0.0.1.evil.example:{self.port}",
                     f"user@127.0.0.1:{self.port}", f"127.0.0.1:{self.port + 1}", f"0.0.0.0:{self.port}"):
            for path in ("/v1/models", "/healthz", "/nowhere"):
                with self.subTest(host=host, path=path):
                    answer = self.ask(host, path=path)
                    self.assertIn(answer.status, REFUSED)
                    self.assertNotIn(b"test-model", answer.body)

    def test_a_chat_with_a_foreign_host_does_not_reach_the_upstream(self):
        body = json.dumps(raw_client.chat_body()).encode()
        answer = self.ask(f"evil.example:{self.port}", method="POST", path="/v1/chat/completions", body=body,
                          headers=[("Origin", f"http://evil.example:{self.port}")])
        self.assertIn(answer.status, REFUSED)
        self.assertEqual(self.upstream.requests, [])

    def test_a_doubled_host_is_refused(self):
        good = f"127.0.0.1:{self.port}"
        self.assertIn(self.ask(good, good).status, REFUSED)
        self.assertIn(self.ask(good, f"evil.example:{self.port}").status, REFUSED)

    def test_no_host_is_refused_without_a_key(self):
        with raw_client.Connection(self.port) as connection:
            connection.send_raw(b"GET /v1/models HTTP/1.0\r\n\r\n")
            self.assertIn(connection.read().status, REFUSED)

    def test_a_web_page_is_refused(self):
        body = json.dumps(raw_client.chat_body()).encode()
        answer = self.ask(f"127.0.0.1:{self.port}", method="POST", path="/v1/chat/completions", body=body,
                          headers=[("Origin", "https://evil.example"), ("Content-Type", "text/plain")])
        self.assertIn(answer.status, REFUSED)
        self.assertEqual(self.upstream.requests, [])

    def test_it_listens_on_loopback_only(self):
        with open(f"/proc/{self.home.process.pid}/net/tcp") as table:
            local = [line.split()[1] for line in table if line.split()[3] == "0A"]
        self.assertIn(f"0100007F:{self.port:04X}", local)
        self.assertNotIn(f"00000000:{self.port:04X}", local)


class MoreHosts(proxy_case.ProxyCase):
    config = {**NO_SKILLS, "proxy": {"host": "127.0.0.2", "allowed_hosts": "host.docker.internal"}}

    @classmethod
    def setUpClass(cls):
        with unittest.mock.patch.object(raw_client, "request", cls.request_there):
            super().setUpClass()

    @staticmethod
    def request_there(port, method, path, body=b"", headers=(), timeout=30):
        with raw_client.Connection(port, host="127.0.0.2", timeout=timeout) as connection:
            connection.send(method, path, body, [("Host", f"127.0.0.2:{port}"), *headers])
            return connection.read()

    def test_the_own_address_and_allowed_names_work_and_others_do_not(self):
        for host, status in ((f"127.0.0.2:{self.port}", 200), (f"host.docker.internal:{self.port}", 200),
                             ("host.docker.internal:8080", 200), (f"evil.example:{self.port}", 403)):
            with self.subTest(host=host), raw_client.Connection(self.port, host="127.0.0.2") as connection:
                connection.send("GET", "/v1/models", headers=[("Host", host)])
                self.assertEqual(connection.read().status, status)


class Keys(proxy_case.ProxyCase):
    config = {**NO_SKILLS, "proxy": {"api_key": "local-key"}}

    def test_without_or_with_a_wrong_key_401(self):
        for headers in ([], [("Authorization", "Bearer wrong")], [("Authorization", "Basic bG9jYWwta2V5")],
                        [("x-metaclaw-key", "wrong")], [("Authorization", "Bearer local-key-and-more")]):
            with self.subTest(headers=headers):
                answer = raw_client.chat(self.port, headers=headers)
                self.assert_openai_error(answer, 401)
        self.assertEqual(self.upstream.requests, [])

    def test_bearer_and_own_header_work(self):
        for headers in ([("Authorization", "Bearer local-key")], [("x-metaclaw-key", "local-key")]):
            with self.subTest(headers=headers):
                self.assertEqual(raw_client.chat(self.port, headers=headers).status, 200)
        for request in self.upstream.requests:
            self.assertEqual(request.headers["authorization"], ["Bearer sk-upstream"])
            self.assertNotIn(b"local-key", request.head)

    def test_models_need_it_and_health_does_not(self):
        self.assertEqual(raw_client.request(self.port, "GET", "/v1/models").status, 401)
        self.assertEqual(raw_client.request(self.port, "GET", "/healthz").status, 200)


class KeysBesideClientCredentials(proxy_case.ProxyCase):
    config = {**NO_SKILLS, "proxy": {"api_key": "local-key"}, "llm": {"auth": "client", "api_key": ""}}

    def test_both_are_sent_and_each_is_used_for_its_own(self):
        answer = raw_client.chat(self.port, headers=[("Authorization", "Bearer sk-mine"), ("x-metaclaw-key", "local-key")])
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.upstream.wait_for(1)[0].headers["authorization"], ["Bearer sk-mine"])
        self.assert_openai_error(raw_client.chat(self.port, headers=[("Authorization", "Bearer sk-mine")]), 401)


class WideBind(unittest.TestCase):
    def test_wider_without_a_key_is_refused_and_told(self):
        for config in ({"proxy": {"host": "0.0.0.0"}}, {"proxy": {"host": "::"}}):
            with self.subTest(config=config), home.Home(config=config) as place:
                place.start()
                self.assertTrue(place.wait_for_problem("config_wide_bind"))
                with open(f"/proc/{place.process.pid}/net/tcp") as table:
                    listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
                self.assertIn(f"0100007F:{place.port:04X}", listening)
                self.assertNotIn(f"00000000:{place.port:04X}", listening)

    def test_wider_with_a_key_works(self):
        with home.Home(config={"proxy": {"host": "0.0.0.0", "api_key": "k"}}) as place:
            place.start()
            self.assertNotIn("config_wide_bind", place.problems())


class BadInput(proxy_case.ProxyCase):
    config = NO_SKILLS

    def test_a_refusal_reaches_a_client_that_still_writes(self):
        body = raw_client.chat_body("x" * 8_000_000)
        for path, headers, status in (("/v1/nowhere", [], 404), ("/v1/models", [], 405),
                                      ("/v1/chat/completions", [("Host", "evil.example")], 403)):
            with self.subTest(path=path), raw_client.Connection(self.port) as connection:
                connection.send("POST", path, body, headers)
                self.assert_openai_error(connection.read(), status)

    def test_pipelined_requests_are_all_answered(self):
        head = f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode()
        with raw_client.Connection(self.port, timeout=5) as connection:
            connection.send_raw(head * 20)
            self.assertEqual([connection.read().status for _ in range(20)], [200] * 20)

    def assert_refused(self, body, status=400, path="/v1/chat/completions"):
        answer = raw_client.request(self.port, "POST", path, body)
        self.assert_openai_error(answer, status)
        self.assertEqual(self.upstream.requests, [])

    def test_what_is_no_json(self):
        for body in (b"hello", b"{", b'{"messages":[}', b"", b"\0\0\0", b'{"a":1}{"b":2}', b"[1,2", b'{"model":"a",}',
                     b"\xef\xbb\xbf{", b"{'messages':[]}", b"NaN"):
            with self.subTest(body=body):
                self.assert_refused(body)

    def test_json_that_is_no_chat(self):
        for body in (b"[]", b"null", b"1", b'"text"', b"{}", b'{"messages":null}', b'{"messages":5}',
                     b'{"messages":{}}', b'{"messages":"x"}'):
            with self.subTest(body=body):
                self.assert_refused(body)

    def test_messages_of_the_wrong_type(self):
        for body in (b'{"messages":[1]}', b'{"messages":["x"]}', b'{"messages":[null]}'):
            with self.subTest(body=body):
                answer = raw_client.request(self.port, "POST", "/v1/chat/completions", body)
                self.assertIn(answer.status, (200, 400))  # the upstream may be the judge of it

    def test_a_hundred_thousand_brackets(self):
        self.assert_refused(b"[" * 100000)
        self.assert_refused(b'{"messages":' + b"[" * 100000 + b"]" * 100000 + b"}")
        self.assert_refused(b'{"a":' * 100000 + b"1" + b"}" * 100000)

    def test_invalid_utf8(self):
        self.assert_refused(b'{"messages":[{"role":"user","content":"\xff\xfe"}]}')
        self.assert_refused(b'{"messages":[{"role":"user","content":"\xed\xa0\x80"}]}')

    def test_a_lone_surrogate_escape_does_not_crash(self):
        answer = raw_client.request(self.port, "POST", "/v1/chat/completions",
                                    b'{"messages":[{"role":"user","content":"\\ud800 \\u0000 x"}]}')
        self.assertIn(answer.status, (200, 400))

    def test_65_mib_is_too_much(self):
        body = b'{"messages":[{"role":"user","content":"' + b"x" * (65 << 20) + b'"}]}'
        with raw_client.Connection(self.port, timeout=60) as connection:
            try:
                connection.send("POST", "/v1/chat/completions", body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused while we were still sending: right as well, if the answer can be read
            answer = connection.read()
        self.assert_openai_error(answer, 413)
        self.assertEqual(self.upstream.requests, [])

    def test_60_mib_pass(self):
        if home.IS_SANITIZED:
            self.skipTest("takes too long with sanitizers")
        answer = raw_client.chat(self.port, raw_client.chat_body("x" * (60 << 20)), timeout=60)
        self.assertEqual(answer.status, 200)

    def test_an_unknown_path_is_404_in_the_clients_shape(self):
        for method, path in (("GET", "/nowhere"), ("POST", "/v1/nothing"), ("GET", "/v1/chat/completions"), ("DELETE", "/v1/models")):
            with self.subTest(path=path):
                answer = raw_client.request(self.port, method, path)
                self.assertIn(answer.status, (404, 405))
                self.assertIn("message", answer.json["error"])

    def test_garbage_instead_of_http(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200, b"\r\n\r\n\r\n", b"GET\r\n\r\n",
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                     b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999999999999\r\n\r\n"):
            with self.subTest(data=data[:20]):
                with socket.create_connection(("127.0.0.1", self.port), 5) as raw:
                    raw.sendall(data)
                    raw.shutdown(socket.SHUT_WR)
                    raw.settimeout(1)
                    try:
                        while raw.recv(4096):
                            pass
                    except (TimeoutError, ConnectionResetError):
                        pass  # it may wait for the rest of a request
        self.assertEqual(raw_client.request(self.port, "GET", "/healthz").status, 200)

    def test_both_lengths_are_not_smuggled(self):
        with raw_client.Connection(self.port, timeout=5) as connection:
            connection.send_raw(b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 4\r\n"
                                b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/models HTTP/1.1\r\n\r\n" % self.port)
            self.assertEqual(connection.read_head().status, 400)

    def test_headers_without_end_are_limited(self):
        with socket.create_connection(("127.0.0.1", self.port), 5) as raw:
            raw.settimeout(5)
            try:
                raw.sendall(b"GET /v1/models HTTP/1.1\r\n")
                for i in range(2000):
                    raw.sendall(b"X-Filler-%d: %s\r\n" % (i, b"y" * 1000))
                answer = raw.recv(4096)
            except (BrokenPipeError, ConnectionResetError):
                answer = b"HTTP/1.1 431"
        self.assertRegex(answer, rb"^HTTP/1.1 4\d\d")
        self.assertEqual(raw_client.request(self.port, "GET", "/healthz").status, 200)


class Models(proxy_case.ProxyCase):
    config = {**NO_SKILLS, "context_window": 131072}

    def test_one_object_satisfies_both_sdks(self):
        for path in ("/v1/models", "/models"):
            answer = raw_client.request(self.port, "GET", path)
            self.assertEqual(answer.status, 200)
            listed = answer.json
            self.assertEqual(listed["object"], "list")
            self.assertIn("has_more", listed)
            model = listed["data"][0]
            self.assertEqual((model["id"], model["object"], model["type"]), ("test-model", "model", "model"))
            self.assertEqual(model["context_length"], 131072)
            for key in ("created", "owned_by", "display_name", "created_at"):
                self.assertIn(key, model)
            self.assertEqual((listed["first_id"], listed["last_id"]), ("test-model", "test-model"))

    def test_health(self):
        answer = raw_client.request(self.port, "GET", "/healthz")
        self.assertEqual(answer.status, 200)
        self.assertLess(len(answer.body), 1000)


if __name__ == "__main__":
    unittest.main()
