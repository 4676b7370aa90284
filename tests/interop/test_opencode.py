# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""opencode, a real coding agent, through the real binary. (sanitizer: no)"""
import json
import os
import subprocess
import unittest

import home
import npm_clients
import scripted_upstream as script

PACKAGES = {"opencode-ai": "1.18.33"}


def agent(exchange):
    """A model that reads a file with a tool, then answers; titles for whoever asks for one."""
    body = exchange.request.json
    roles = [message["role"] for message in body["messages"]]
    usage = bool((body.get("stream_options") or {}).get("include_usage"))
    tools = {tool["function"]["name"] for tool in body.get("tools", [])}
    if "tool" not in roles and "bash" in tools:
        events = script.tool_events("bash", json.dumps({"command": "echo from-the-tool", "description": "Say it"}))
        script.stream(events)(exchange)
    else:
        script.stream(script.events_for("the answer is forty-two", usage))(exchange)


class OpenCode(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.folder = npm_clients.install(PACKAGES)
        except npm_clients.NotAvailable as error:
            raise unittest.SkipTest(str(error)) from error
        binaries = sorted(cls.folder.glob(f"node_modules/opencode-linux-{npm_clients.ARCHITECTURE}*/bin/opencode"), key=lambda path: len(str(path)))
        if not binaries:
            raise unittest.SkipTest("opencode has no binary for this machine")
        cls.binary = binaries[0]

    def run_opencode(self, place, prompt):
        user = place.folder / "opencode"
        project = user / "project"
        project.mkdir(parents=True)
        subprocess.run(["git", "init", "-q"], cwd=project, check=False)
        model = {"name": "MetaClaw", "limit": {"context": 100000, "output": 8000}}
        config = {"$schema": "https://opencode.ai/config.json", "model": "metaclaw/m", "small_model": "metaclaw/m", "autoupdate": False,
                  "share": "disabled", "permission": {"bash": "allow", "edit": "allow"},
                  "provider": {"metaclaw": {"npm": "@ai-sdk/openai-compatible", "name": "MetaClaw", "models": {"m": model},
                                            "options": {"baseURL": f"http://127.0.0.1:{place.port}/v1", "apiKey": "local"}}}}
        (project / "opencode.json").write_text(json.dumps(config))
        environment = {"PATH": os.environ["PATH"], "HOME": str(user), "LC_ALL": "C.UTF-8", "OPENCODE_DISABLE_AUTOUPDATE": "1",
                       "OPENCODE_DISABLE_MODELS_FETCH": "1", "OPENCODE_DISABLE_LSP_DOWNLOAD": "1"}
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            folder = user / name.lower()
            folder.mkdir()
            environment[f"XDG_{name}_HOME"] = str(folder)
        return subprocess.run([str(self.binary), "run", prompt], cwd=project, env=environment, capture_output=True,
                              text=True, timeout=150, stdin=subprocess.DEVNULL)

    def test_a_run_with_a_tool(self):
        with script.Upstream(agent) as upstream, home.Home(upstream) as place:
            place.start()
            done = self.run_opencode(place, "My test is flaky and fails randomly in CI; find out why.")
            self.assertEqual(done.returncode, 0, done.stderr[-2000:])
            self.assertIn("forty-two", done.stdout)
            main = [request for request in upstream.requests if request.json.get("tools")]
            self.assertGreaterEqual(len(main), 2)
            results = [message for message in main[-1].json["messages"] if message["role"] == "tool"]
            self.assertIn("from-the-tool", json.dumps(results))
            with self.subTest("the skill is in the prompt, with the same bytes in each turn"):
                systems = [json.dumps([message for message in request.json["messages"] if message["role"] == "system"]) for request in main]
                self.assertIn("flaky-test-hunt", systems[0])
                self.assertEqual(len(set(systems)), 1)
            with self.subTest("side requests carry none"):
                for request in upstream.requests:
                    if not request.json.get("tools"):
                        self.assertNotIn("<metaclaw-skills>", request.body.decode())


if __name__ == "__main__":
    unittest.main()
