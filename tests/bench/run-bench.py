#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""Measures the goals and prints one table: goal beside result.

Wall-clock figures of a shared machine are worth little alone, so everything is compared
within one run: the load generator speaks to the stub upstream directly, through nginx
(`proxy_pass`, one worker, keep-alive, no buffering) and through metaclaw (skills_only,
injection on), in turns, and medians are taken. CPU time of the process under test is the
steadiest figure and is printed where it matters.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
TARGETS = ("direct", "nginx", "metaclaw")
SIZES = (20, 100, 500)
# The goals in µs: added p50 at 20, 100 and 500 KB; the p99 has a goal at 100 KB only.
ADDED_GOALS = {20: 120, 100: 150, 500: 400}
ADDED_P99_GOAL = 400

NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size 64m;
  client_body_buffer_size 1m;
  keepalive_requests 10000000;
  upstream stub {{ server 127.0.0.1:{stub}; keepalive 1024; keepalive_requests 10000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://stub;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }}
  }}
}}
"""


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, goal, result, is_met=None):
        verdict = {True: "met", False: "MISSED", None: ""}[is_met]
        self.rows.append((what, goal, result, verdict))
        print(f"  {what}: {result} (goal {goal}) {verdict}", flush=True)

    def print(self):
        header = ("what", "goal", "result", "")
        widths = [max(len(str(row[i])) for row in [header, *self.rows]) for i in range(4)]
        for row in [header, tuple("-" * width for width in widths), *self.rows]:
            print("| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def chat_body(kilobytes, kind="", is_new=False):
    """A chat as agents send it: a system prompt, 24 tools, long tool outputs with escapes
    and UTF-8, and at the end a question that a skill fits."""
    tools = [{"type": "function", "function": {
        "name": f"tool_{i}", "description": f"Does the thing number {i}; \"quoted\" and\nover lines. " * 2,
        "parameters": {"type": "object", "properties": {
            f"argument_{j}": {"type": "string", "description": f"The argument {j} of it."} for j in range(4)},
            "required": ["argument_0"]}}} for i in range(24)]
    question = "My test is flaky: it fails randomly in CI and passes here. Find the cause. Run " + ("@" * 10 if is_new else "1234567890")
    messages = [{"role": "system", "content": "You are a careful coding agent. Grüße, 世界.\n" * 40},
                {"role": "user", "content": "Look at the build, please."}]
    # What tools really return: source text, compiler messages, some of it not ASCII.
    output = ("src/main.c:12:\twarning \"unused\" → see\\log\nГотово ✓ /usr/lib/x86_64 100%\n" * 5
              + (ROOT / "src/proxy/access-guard.c").read_text()[:3500])
    body = {"user": kind, "stream": bool(kind), "model": "bench", "messages": messages, "tools": tools}
    number = 0
    question_message = {"role": "user", "content": question}
    while True:
        whole = json.dumps({**body, "messages": [*messages, question_message]}, ensure_ascii=False)
        if len(whole.encode()) >= kilobytes * 1000:
            return whole.encode()
        number += 1
        missing = kilobytes * 1000 - len(whole.encode())
        call = {"id": f"call_{number}", "type": "function",
                "function": {"name": "tool_1", "arguments": json.dumps({"argument_0": f"step {number}"})}}
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": call["id"], "content": output[:max(200, missing)]})


class Bench:
    def __init__(self, build):
        self.build = build
        os.environ["MC_BINARY"] = str(build / "src/metaclaw")
        os.environ["MC_SOURCE_ROOT"] = str(ROOT)
        import home
        self.home_module = home
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mc-bench-"))
        self.table = Table()
        self.processes = []
        self.ports = {"direct": home.free_port(), "nginx": home.free_port()}
        self.stub = self.spawn([str(build / "tests/bench/stub-upstream"), str(self.ports["direct"])])
        self.start_nginx()
        self.home = home.Home(f"http://127.0.0.1:{self.ports['direct']}/v1")
        self.home.start()
        self.ports["metaclaw"] = self.home.port
        self.bodies = {}

    def spawn(self, command):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        self.processes.append(process)
        return process

    def start_nginx(self):
        self.nginx = None
        binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if binary is None:
            print("nginx is not installed: no ratios")
            return
        config = self.folder / "nginx.conf"
        config.write_text(NGINX.format(folder=self.folder, stub=self.ports["direct"], port=self.ports["nginx"]))
        master = self.spawn([binary, "-c", str(config), "-e", str(self.folder / "error.log")])
        time.sleep(0.5)
        children = pathlib.Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()
        self.nginx = int(children[0]) if children else None

    def close(self):
        self.home.__exit__(None)
        for process in self.processes:
            process.terminate()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def pid(self, target):
        return {"direct": self.stub.pid, "nginx": self.nginx, "metaclaw": self.home.process.pid}[target]

    def body_file(self, kilobytes, kind="", is_new=False):
        """With is_new each request asks something else, so that skills are chosen each time;
        without, the conversation goes on and its injected bytes are put in again."""
        key = (kilobytes, kind, is_new)
        if key not in self.bodies:
            path = self.folder / f"body-{kilobytes}-{kind or 'json'}{'-new' if is_new else ''}.json"
            path.write_bytes(chat_body(kilobytes, kind, is_new))
            self.bodies[key] = path
        return str(self.bodies[key])

    def load(self, target, connections, seconds, body):
        """One run of the load generator, with the CPU that the target used."""
        before = cpu_seconds(self.pid(target))
        command = [str(self.build / "tests/bench/load-generator"), str(self.ports[target]), str(connections), str(seconds), body]
        done = subprocess.run(command, capture_output=True, text=True)
        if not done.stdout:
            raise RuntimeError(f"{target}: {done.stderr}")
        result = json.loads(done.stdout)
        if done.returncode != 0:
            print(f"  {target}: {result['failed']} failed, {result['unfinished']} unfinished {done.stderr[:300]}")
        result["cpu"] = (cpu_seconds(self.pid(target)) - before) / result["seconds"]
        result["cpu_us"] = 1e6 * result["cpu"] * result["seconds"] / max(1, result["requests"])
        return result

    def rounds(self, targets, count, connections, seconds, body):
        """Interleaved rounds; the median of each figure by target."""
        runs = {target: [] for target in targets}
        for _ in range(count):
            for target in targets:
                runs[target].append(self.load(target, connections, seconds, body))
        return {target: {key: statistics.median(run[key] for run in each) for key in each[0]}
                for target, each in runs.items()}

    def targets(self, *names):
        return [name for name in names if name != "nginx" or self.nginx is not None]

    # The figures, in the order of the table.

    def latency(self):
        for size, is_new in [(size, False) for size in SIZES] + [(100, True)]:
            results = self.rounds(self.targets(*TARGETS), 5, 1, 1.0, self.body_file(size, is_new=is_new))
            direct = results["direct"]
            added = {name: (result["p50"] - direct["p50"], result["p99"] - direct["p99"]) for name, result in results.items()}
            ours = added["metaclaw"]
            nginx = "; nginx {:.0f} / {:.0f}".format(*added["nginx"]) if "nginx" in added else ""
            goal = f"p50 ≤ {ADDED_GOALS[size]} µs" + (f", p99 ≤ {ADDED_P99_GOAL} µs" if size == 100 else "")
            is_met = ours[0] <= ADDED_GOALS[size] and (size != 100 or ours[1] <= ADDED_P99_GOAL)
            self.table.add(f"added latency over direct, {size} KB, {'skills chosen anew each time' if is_new else 'injection on'}", goal,
                           f"p50 {ours[0]:.0f} / p99 {ours[1]:.0f} µs{nginx}; direct {direct['p50']:.0f} / {direct['p99']:.0f}", is_met)

    def throughput(self):
        names = self.targets("nginx", "metaclaw")
        results = self.rounds(names, 3, 64, 2.0, self.body_file(100))
        ours = results["metaclaw"]
        ratio = ours["per_second"] / results["nginx"]["per_second"] if "nginx" in results else None
        self.table.add("requests/s, 100 KB, 64 connections", "≥ 0.45 × nginx, then 0.8",
                       (f"{ratio:.2f} × nginx ({results['nginx']['per_second']:.0f}/s, {results['nginx']['cpu_us']:.0f} µs CPU); "
                        if ratio else "") + f"{ours['per_second']:.0f}/s, {ours['cpu_us']:.0f} µs CPU",
                       ratio >= 0.45 if ratio else None)

    def stream_speed(self):
        names = self.targets("nginx", "metaclaw")
        results = self.rounds(names, 3, 16, 2.0, self.body_file(20, "full"))
        ours = results["metaclaw"]
        ratio = ours["events_per_second"] / results["nginx"]["events_per_second"] if "nginx" in results else None
        self.table.add("events/s at full speed, 16 streams", "≥ 0.8 × nginx",
                       (f"{ratio:.2f} × nginx ({results['nginx']['events_per_second']:.0f}/s); " if ratio else "")
                       + f"{ours['events_per_second']:.0f}/s", ratio >= 0.8 if ratio else None)

    def streams(self):
        results = self.rounds(self.targets(*TARGETS), 2, 256, 0.5, self.body_file(20, "paced"))
        direct, ours = results["direct"], results["metaclaw"]
        added = [(ours[key] - direct[key]) / 1000 for key in ("event_p50", "event_p99")]
        nginx = ""
        if "nginx" in results:
            nginx = "; nginx {:.2f} / {:.2f} ms, {:.0f} %".format(
                *[(results["nginx"][key] - direct[key]) / 1000 for key in ("event_p50", "event_p99")], results["nginx"]["cpu"] * 100)
        self.table.add("256 streams × 50 events/s, added per event", "p50 ≤ 0.5, p99 ≤ 2.5 ms, ≤ 25 % of a core",
                       f"p50 {added[0]:.2f} / p99 {added[1]:.2f} ms, {ours['cpu'] * 100:.0f} % CPU{nginx}",
                       added[0] <= 0.5 and added[1] <= 2.5 and ours["cpu"] <= 0.25)
        rss, _ = self.home.memory()
        self.table.add("resident after 256 streams", "≤ 72 MiB", f"{rss / 1024:.1f} MiB", rss <= 72 << 10)
        many = self.load("metaclaw", 1000, 0.5, self.body_file(20, "paced"))
        expected = many["requests"] * 150
        self.table.add("1,000 streams × 50 events/s", "sustained, p50 ≤ 2 ms",
                       f"{many['events_per_second']:.0f} events/s, p50 {many['event_p50'] / 1000:.2f} / "
                       f"p99 {many['event_p99'] / 1000:.1f} ms, {many['cpu'] * 100:.0f} % CPU, {many['failed']} failed",
                       many["failed"] == 0 and many["unfinished"] == 0 and many["events"] == expected
                       and many["event_p50"] <= 2000)

    def slow_client(self):
        """Reads 200 MiB at about 40 MiB/s in gulps; the upstream would write at full speed."""
        before, highest, total = self.home.memory()[0], 0, 0
        body = json.dumps({"user": "flood", "stream": True, "model": "m", "messages": [{"role": "user", "content": "go"}]}).encode()
        with socket.create_connection(("127.0.0.1", self.home.port)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 128 << 10)
            client.settimeout(10)
            client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
                           b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (self.home.port, len(body), body))
            gulp = 0
            while True:
                data = client.recv(1 << 20)
                if not data:
                    break
                total += len(data)
                gulp += len(data)
                if gulp > 2 << 20:
                    gulp = 0
                    time.sleep(0.04)
                    highest = max(highest, self.home.memory()[0])
        grown = (highest - before) / 1024
        self.table.add("a slow client reads 200 MiB: growth of resident memory", "≤ 32 MiB",
                       f"{grown:.1f} MiB ({total >> 20} MiB read)", grown <= 32 and total >= 200 << 20)

    def start_and_idle(self):
        times = []
        with self.home_module.Home(f"http://127.0.0.1:{self.ports['direct']}/v1") as place:
            for _ in range(6):
                place.start()
                times.append(place.ready_after * 1000)
                last = place.memory()
                if len(times) == 6:
                    time.sleep(2)
                    last = place.memory()
                place.stop()
        first, again = times[0], statistics.median(times[1:])
        self.table.add("start to healthy", "≤ 300 ms", f"{again:.0f} ms (first start {first:.0f} ms)", again <= 300)
        self.table.add("idle memory", "≤ 24 MiB resident, ≤ 8 MiB anonymous",
                       f"{last[0] / 1024:.1f} MiB resident, {last[1] / 1024:.1f} MiB anonymous",
                       last[0] <= 24 << 10 and last[1] <= 8 << 10)

    def retrieval(self):
        program = self.build / "tests/bench/bench-retrieval"
        if not program.exists():
            self.table.add("1,000 skills ranked", "≤ 50 µs", "bench-retrieval is not built")
            return
        done = subprocess.run([str(program)], capture_output=True, text=True, timeout=120,
                              env={**os.environ, "MC_SOURCE_ROOT": str(ROOT)})
        for line in done.stdout.splitlines():
            # What it measures, its goal, its result and whether that is met, parted by tabs.
            cells = line.split("\t")
            if len(cells) == 4:
                self.table.add(cells[0], cells[1], cells[2], {"met": True, "missed": False}.get(cells[3]))
            elif line.strip():
                print(f"  {line}")
        if done.returncode != 0:
            print(f"  bench-retrieval: exit {done.returncode} {done.stderr[:500]}")

    def connects(self):
        self.load("metaclaw", 8, 0.3, self.body_file(20))
        time.sleep(0.5)
        before, memory = self.home.descriptors(), self.home.memory()[0]
        done = subprocess.run([str(self.build / "tests/bench/load-generator"), str(self.home.port), "connects", "100000"],
                              capture_output=True, text=True)
        result = json.loads(done.stdout)
        deadline = time.monotonic() + 5
        while self.home.descriptors() > before and time.monotonic() < deadline:
            time.sleep(0.1)
        after, grown = self.home.descriptors(), (self.home.memory()[0] - memory) / 1024
        self.table.add("100,000 connects and closes", "descriptors flat, < 2 MiB more",
                       f"{before} → {after} descriptors, {grown:+.1f} MiB, {result['refused']} refused, {result['per_second']:.0f}/s",
                       after <= before + 2 and grown < 2)

    def descriptors(self):
        """With 64 descriptors, 200 clients: refuses some, serves again when they are gone."""
        with self.home_module.Home(f"http://127.0.0.1:{self.ports['direct']}/v1") as place:
            place.start(limits={resource.RLIMIT_NOFILE: 64})
            held = []
            for _ in range(200):
                try:
                    held.append(socket.create_connection(("127.0.0.1", place.port), 1))
                except OSError:
                    break
            time.sleep(1)
            cpu = cpu_seconds(place.process.pid)
            time.sleep(1)
            cpu = cpu_seconds(place.process.pid) - cpu
            for client in held:
                client.close()
            start = time.monotonic()
            while not place.is_healthy() and time.monotonic() - start < 10:
                time.sleep(0.05)
            is_healthy = place.is_healthy()
            self.table.add("EMFILE (64 descriptors, 200 clients)", "survived, serves again",
                           f"{'serves again after %.1f s' % (time.monotonic() - start) if is_healthy else 'does not serve'}, "
                           f"{cpu * 100:.0f} % CPU meanwhile", is_healthy and cpu < 0.5)


FIGURES = ("latency", "throughput", "stream_speed", "streams", "slow_client", "start_and_idle", "retrieval", "connects", "descriptors")


def main():
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", choices=FIGURES, help="one figure only")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="the build folder")
    arguments = parser.parse_args()
    started = time.monotonic()
    bench = Bench(arguments.build.resolve())
    try:
        for figure in FIGURES if arguments.name is None else (arguments.name,):
            print(f"── {figure}", flush=True)
            try:
                getattr(bench, figure)()
            except (OSError, RuntimeError, AssertionError, ValueError) as error:
                bench.table.add(figure, "", f"could not be measured: {error}", False)
    finally:
        bench.close()
    print(f"\nload average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {time.monotonic() - started:.0f} s")
    bench.table.print()


main()
