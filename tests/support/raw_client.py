# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""An HTTP client on a bare socket: sends exactly what it is given, tells exactly what came
and when. Nothing is decoded behind the test's back."""
import json
import socket
import time


class Answer:
    def __init__(self, status, headers, raw_head):
        self.status = status
        self.headers = headers  # list of (lower-case name, value)
        self.raw_head = raw_head
        self.body = b""
        self.complete = False  # ended as HTTP says: length reached or last chunk seen
        self.pieces = []  # (seconds since the request was sent, bytes) as they were read

    def header(self, name):
        return next((value for key, value in self.headers if key == name.lower()), None)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def events(self):
        """The payloads of the data lines; keep-alive chunks included."""
        return [line[5:].strip() for line in self.body.decode().split("\n") if line.startswith("data:")]


class Connection:
    def __init__(self, port, host="127.0.0.1", timeout=30, receive_buffer=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = port
        self.buffer = b""
        self.sent_at = None

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, method, path, body=b"", headers=(), host=True):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        names = {name.lower() for name, _ in headers}
        lines = [f"{method} {path} HTTP/1.1"]
        if host and "host" not in names:
            lines.append(f"Host: 127.0.0.1:{self.port}")
        if body or method == "POST":
            if "content-type" not in names:
                lines.append("Content-Type: application/json")
            if "content-length" not in names:
                lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name}: {value}" for name, value in headers]
        self.send_raw("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def send_raw(self, data):
        self.sent_at = time.monotonic()
        self.socket.sendall(data)

    def fill(self):
        data = self.socket.recv(65536)
        self.buffer += data
        return data

    def read_head(self):
        while b"\r\n\r\n" not in self.buffer:
            if not self.fill():
                raise ConnectionError(f"closed before the head was complete: {self.buffer!r}")
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = [(line.split(":", 1)[0].lower(), line.split(":", 1)[1].strip()) for line in lines[1:] if ":" in line]
        answer = Answer(int(lines[0].split(" ")[1]), headers, head)
        if answer.status == 100:
            return self.read_head()
        return answer

    def body_pieces(self, answer):
        """Yields the body's bytes as they come; marks the answer complete at its end."""
        if (answer.header("transfer-encoding") or "").lower() == "chunked":
            yield from self.chunked_pieces(answer)
            return
        length = answer.header("content-length")
        left = int(length) if length is not None else None
        while left is None or left > 0:
            if not self.buffer and not self.fill():
                answer.complete = left is None
                return
            piece = self.buffer if left is None else self.buffer[:left]
            self.buffer = self.buffer[len(piece):]
            left = None if left is None else left - len(piece)
            yield piece
        answer.complete = True

    def chunked_pieces(self, answer):
        while True:
            while b"\r\n" not in self.buffer:
                if not self.fill():
                    return
            size, self.buffer = self.buffer.split(b"\r\n", 1)
            length = int(size.split(b";")[0], 16)
            if length == 0:
                while b"\r\n" not in self.buffer:
                    if not self.fill():
                        return
                self.buffer = self.buffer.split(b"\r\n", 1)[1]
                answer.complete = True
                return
            left = length
            while left > 0:
                if not self.buffer and not self.fill():
                    return
                piece = self.buffer[:left]
                self.buffer = self.buffer[len(piece):]
                left -= len(piece)
                yield piece
            while len(self.buffer) < 2:
                if not self.fill():
                    return
            self.buffer = self.buffer[2:]

    def read(self):
        """The whole answer."""
        answer = self.read_head()
        parts = []
        try:
            for piece in self.body_pieces(answer):
                answer.pieces.append((time.monotonic() - self.sent_at, piece))
                parts.append(piece)
        except ConnectionError:
            pass
        answer.body = b"".join(parts)
        return answer

    def read_until(self, answer, needle, pieces):
        """Reads pieces (a generator of body_pieces) until the body holds needle."""
        while needle not in answer.body:
            piece = next(pieces)
            answer.pieces.append((time.monotonic() - self.sent_at, piece))
            answer.body += piece
        return answer


def request(port, method, path, body=b"", headers=(), timeout=30):
    with Connection(port, timeout=timeout) as connection:
        connection.send(method, path, body, headers)
        return connection.read()


def chat(port, body=None, headers=(), timeout=30, path="/v1/chat/completions"):
    return request(port, "POST", path, body if body is not None else chat_body(), headers, timeout)


def chat_body(text="hello", stream=False, **more):
    body = {"model": "any", "messages": [{"role": "system", "content": "You are terse."},
                                         {"role": "user", "content": text}]}
    if stream:
        body["stream"] = True
    body.update(more)
    return body
