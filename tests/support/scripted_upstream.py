# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""An OpenAI-compatible upstream that plays what a test tells it, byte for byte.

Raw sockets and threads: an HTTP library would tidy away just what the tests are about. Each
request is recorded with its exact head and body; then the next behaviour of `script` (or
`default`) plays. A behaviour is a function of one Exchange. A test that must prove "event 1
arrives before event 2 is written" gives the behaviour a gate (threading.Event) and opens it
only when the client has read event 1.
"""
import gzip
import json
import select
import socket
import struct
import threading
import time
import zlib

USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}


class Gone(Exception):
    """The other side closed the connection."""


class Request:
    def __init__(self, head, body, connection, ordinal):
        self.head = head
        self.body = body
        self.connection = connection  # number of the connection
        self.ordinal = ordinal  # number of the request on its connection
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.path, _ = lines[0].split(" ", 2)
        self.headers = {}
        for line in lines[1:]:
            if ":" in line:
                name, value = line.split(":", 1)
                self.headers.setdefault(name.strip().lower(), []).append(value.strip())

    def header(self, name):
        values = self.headers.get(name.lower())
        return values[0] if values else None

    @property
    def json(self):
        return json.loads(self.body)


class Exchange:
    """What a behaviour works with: the request, and the socket to answer on."""

    def __init__(self, upstream, connection, request):
        self.upstream = upstream
        self.socket = connection
        self.request = request
        self.keep = True  # whether the connection serves another request
        self.sent = 0

    def send(self, data):
        try:
            self.socket.sendall(data)
            self.sent += len(data)
        except OSError as error:
            raise Gone() from error

    def head(self, status=200, headers=(), content_type="application/json"):
        lines = [f"HTTP/1.1 {status} Scripted", f"Content-Type: {content_type}"]
        lines += [f"{name}: {value}" for name, value in headers]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    def chunk(self, data):
        if isinstance(data, str):
            data = data.encode()
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def last_chunk(self):
        self.send(b"0\r\n\r\n")

    def wait_for_close(self, timeout):
        """Seconds until the other side closed, or None if it did not within timeout."""
        start = time.monotonic()
        while time.monotonic() - start < timeout:
            readable, _, _ = select.select([self.socket], [], [], 0.02)
            if readable:
                try:
                    if self.socket.recv(4096) == b"":
                        return time.monotonic() - start
                except OSError:
                    return time.monotonic() - start
        return None

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.keep = False

    def close(self):
        self.keep = False


class Upstream:
    def __init__(self, default=None):
        self.default = default or answer("ok")
        self.script = []
        self.requests = []
        self.connections = 0
        self.notes = {}  # whatever a behaviour wants to tell the test
        self.errors = []
        self.lock = threading.Condition()
        self.closing = False
        self.sockets = set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        self.closing = True
        self.listener.close()
        for connection in list(self.sockets):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def play(self, *behaviours):
        """Queues behaviours for the next requests."""
        with self.lock:
            self.script.extend(behaviours)

    def wait_for(self, count, timeout=5):
        """Waits until `count` requests were recorded and returns them."""
        with self.lock:
            self.lock.wait_for(lambda: len(self.requests) >= count, timeout)
            return list(self.requests)

    def note(self, name, value):
        with self.lock:
            self.notes[name] = value
            self.lock.notify_all()

    def wait_note(self, name, timeout=5):
        with self.lock:
            self.lock.wait_for(lambda: name in self.notes, timeout)
            return self.notes.get(name)

    def clear(self):
        with self.lock:
            self.requests.clear()
            self.notes.clear()
            self.script.clear()

    def accept(self):
        while not self.closing:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection, self.connections), daemon=True).start()

    def serve(self, connection, number):
        self.sockets.add(connection)
        buffered = b""
        ordinal = 0
        try:
            while True:
                request, buffered = self.read(connection, buffered, number, ordinal)
                if request is None:
                    return
                ordinal += 1
                with self.lock:
                    self.requests.append(request)
                    behaviour = self.script.pop(0) if self.script else self.default
                    self.lock.notify_all()
                exchange = Exchange(self, connection, request)
                behaviour(exchange)
                if not exchange.keep:
                    return
        except (Gone, OSError):
            pass
        except Exception as error:  # a fault of the test's own script must not pass unseen
            self.errors.append(repr(error))
            raise
        finally:
            self.sockets.discard(connection)
            connection.close()

    @staticmethod
    def read(connection, buffered, number, ordinal):
        while b"\r\n\r\n" not in buffered:
            data = connection.recv(65536)
            if not data:
                return None, b""
            buffered += data
        head, body = buffered.split(b"\r\n\r\n", 1)
        request = Request(head, b"", number, ordinal)
        if (request.header("transfer-encoding") or "").lower() == "chunked":
            while not body.endswith(b"0\r\n\r\n"):
                data = connection.recv(65536)
                if not data:
                    return None, b""
                body += data
            request.body = dechunk(body)
            return request, b""
        length = int(request.header("content-length") or 0)
        parts = [body]
        have = len(body)
        while have < length:
            data = connection.recv(min(1 << 20, length - have))
            if not data:
                return None, b""
            parts.append(data)
            have += len(data)
        whole = b"".join(parts)
        request.body = whole[:length]
        return request, whole[length:]


def dechunk(data):
    out = []
    while data:
        size, data = data.split(b"\r\n", 1)
        length = int(size.split(b";")[0], 16)
        if length == 0:
            break
        out.append(data[:length])
        data = data[length + 2:]
    return b"".join(out)


# Bodies

def completion(text="ok", usage=True, **message):
    body = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text, **message},
                         "finish_reason": "tool_calls" if "tool_calls" in message else "stop"}]}
    if usage:
        body["usage"] = USAGE
    return json.dumps(body).encode()


def chunk_event(delta, finish=None, **more):
    body = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}
    return f"data: {json.dumps(body)}\n\n".encode()


def usage_event():
    body = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": USAGE}
    return f"data: {json.dumps(body)}\n\n".encode()


DONE = b"data: [DONE]\n\n"


def events_for(text, usage=False):
    """A conforming stream of one word a chunk."""
    events = [chunk_event({"role": "assistant", "content": ""})]
    words = text.split(" ")
    events += [chunk_event({"content": word if i == 0 else f" {word}"}) for i, word in enumerate(words)]
    events.append(chunk_event({}, "stop"))
    if usage:
        events.append(usage_event())
    return [*events, DONE]


def tool_events(name, arguments, identifier="call_1"):
    call = {"index": 0, "id": identifier, "type": "function", "function": {"name": name, "arguments": ""}}
    halves = arguments[: len(arguments) // 2], arguments[len(arguments) // 2:]
    return [chunk_event({"role": "assistant", "content": None, "tool_calls": [call]}),
            *[chunk_event({"tool_calls": [{"index": 0, "function": {"arguments": half}}]}) for half in halves],
            chunk_event({}, "tool_calls"), DONE]


# Behaviours

def answer(text="ok"):
    """Does what a real server does: a stream if asked for one, usage if asked for it."""
    def play(exchange):
        try:
            body = exchange.request.json
        except ValueError:
            body = {}
        if isinstance(body, dict) and body.get("stream"):
            usage = bool((body.get("stream_options") or {}).get("include_usage"))
            stream(events_for(text, usage))(exchange)
        else:
            reply(completion(text))(exchange)
    return play


def reply(body, status=200, headers=(), content_type="application/json", compress=False):
    def play(exchange):
        data = body
        more = list(headers)
        if compress and "gzip" in (exchange.request.header("accept-encoding") or ""):
            data = gzip.compress(body)
            more.append(("Content-Encoding", "gzip"))
        exchange.head(status, [*more, ("Content-Length", len(data))], content_type)
        exchange.send(data)
    return play


def error(status, message="no", kind="invalid_request_error", code=None, headers=()):
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return reply(json.dumps(body).encode(), status, headers)


def html_error(status=502):
    return reply(b"<html><body><h1>Bad Gateway</h1></body></html>", status, content_type="text/html")


def stream(events, delay=0, gates=None, end="done", headers=()):
    """end: done = final chunk; cut = FIN without it; reset = RST; hang = nothing more."""
    def play(exchange):
        exchange.head(200, [*headers, ("Transfer-Encoding", "chunked")], "text/event-stream")
        for i, event in enumerate(events):
            if gates and i in gates:
                gates[i].wait(10)
            if delay and i:
                time.sleep(delay)
            exchange.chunk(event)
        finish(exchange, end)
    return play


def finish(exchange, end):
    if end == "done":
        exchange.last_chunk()
    elif end == "reset":
        time.sleep(0.1)
        exchange.reset()
    elif end == "hang":
        exchange.upstream.note("closed_after", exchange.wait_for_close(20))
        exchange.close()
    else:
        exchange.close()


def raw_stream(data, pieces=1, end="done"):
    """The bytes as they are, cut into pieces wherever that falls."""
    def play(exchange):
        exchange.head(200, [("Transfer-Encoding", "chunked")], "text/event-stream")
        size = max(1, -(-len(data) // pieces))
        for at in range(0, len(data), size):
            exchange.chunk(data[at:at + size])
            time.sleep(0.002)
        finish(exchange, end)
    return play


def gzip_stream(events, gates=None):
    """Compressed and flushed after every event when gzip is offered, plain otherwise."""
    def play(exchange):
        if "gzip" not in (exchange.request.header("accept-encoding") or ""):
            stream(events, gates=gates)(exchange)
            return
        exchange.head(200, [("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")], "text/event-stream")
        packer = zlib.compressobj(wbits=31)
        for i, event in enumerate(events):
            if gates and i in gates:
                gates[i].wait(10)
            exchange.chunk(packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH))
        exchange.chunk(packer.flush())
        exchange.last_chunk()
    return play


def hang(head=False, timeout=30):
    """Never answers; notes when the other side gave up ("closed_after")."""
    def play(exchange):
        if head:
            exchange.head(200, [("Transfer-Encoding", "chunked")], "text/event-stream")
        exchange.upstream.note("closed_after", exchange.wait_for_close(timeout))
        exchange.close()
    return play


def drip(body, seconds=1.0):
    """One byte at a time."""
    def play(exchange):
        exchange.head(200, [("Content-Length", len(body))])
        for byte in body:
            exchange.send(bytes([byte]))
            time.sleep(seconds)
    return play


def flood(events, event):
    """As many events as fast as they are taken; notes the bytes sent every so often."""
    def play(exchange):
        exchange.head(200, [("Transfer-Encoding", "chunked")], "text/event-stream")
        framed = b"%x\r\n%s\r\n" % (len(event), event)
        for _ in range(events):
            exchange.send(framed)
            exchange.upstream.notes["flooded"] = exchange.sent
        exchange.chunk(DONE)
        exchange.last_chunk()
    return play


def long_line(length):
    """One event whose line is `length` bytes long."""
    def play(exchange):
        exchange.head(200, [("Transfer-Encoding", "chunked")], "text/event-stream")
        exchange.chunk(b'data: {"choices":[{"index":0,"delta":{"content":"')
        piece = b"x" * 65536
        for _ in range(length // len(piece)):
            exchange.chunk(piece)
        exchange.chunk(b'"}}]}\n\n' + DONE)
        exchange.last_chunk()
    return play


def cut_body(body, keep):
    """Promises a length and closes after `keep` bytes."""
    def play(exchange):
        exchange.head(200, [("Content-Length", len(body))])
        exchange.send(body[:keep])
        exchange.close()
    return play


def reset():
    def play(exchange):
        exchange.reset()
    return play


def then(behaviour, closing):
    """Plays a behaviour, then closes the connection after `closing` seconds (a FIN)."""
    def play(exchange):
        behaviour(exchange)
        time.sleep(closing)
        exchange.close()
    return play
