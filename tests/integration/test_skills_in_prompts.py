# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""Skills are in the prompt at every turn, the same bytes each time, and nowhere else."""
import json
import shutil
import time
import unittest

import home
import proxy_case
import raw_client
import scripted_upstream

OPENING = "<metaclaw-skills>"
FLAKY = "My test is flaky: it passes locally and fails randomly in CI. How do I find the cause?"
SQL = "Write a SQL migration that adds a NOT NULL column to a big production table without downtime."
TOOLS = [{"type": "function", "function": {"name": "bash", "parameters": {"type": "object", "properties": {}}}}]


def system_of(request):
    return next((m["content"] for m in request.json["messages"] if m["role"] in ("system", "developer")), "")


class Injection(proxy_case.ProxyCase):
    def ask(self, messages, headers=(), **more):
        body = {"model": "m", "messages": messages, "tools": TOOLS, **more}
        answer = raw_client.chat(self.port, {key: value for key, value in body.items() if value is not None}, headers)
        self.assertEqual(answer.status, 200, answer.body)
        return self.upstream.requests[-1]

    def conversation(self, question, name):
        return [{"role": "system", "content": f"You are an agent called {name}."}, {"role": "user", "content": question}]

    def test_a_fitting_skill_is_at_the_end_of_the_system_prompt(self):
        seen = self.ask(self.conversation(FLAKY, "first"))
        text = system_of(seen)
        self.assertTrue(text.startswith("You are an agent called first."))
        self.assertIn(OPENING, text)
        self.assertIn("flaky-test-hunt", text)
        self.assertEqual(seen.json["messages"][1]["content"], FLAKY)

    def test_nothing_fitting_nothing_injected(self):
        body = raw_client.chat_body("ok thanks", tools=TOOLS)
        raw_client.chat(self.port, body)
        self.assertEqual(self.upstream.requests[-1].json, {**body, "model": "test-model"})

    def test_the_same_bytes_at_every_turn(self):
        messages = self.conversation(FLAKY, "second")
        first = self.ask(messages)
        for turn in ("Thanks. And what if it only fails at night?", "What is the weather like?"):
            messages = [*messages, {"role": "assistant", "content": "ok"}, {"role": "user", "content": turn}]
            seen = self.ask(messages)
            self.assertEqual(system_of(seen), system_of(first))
        # The whole of the earlier request is a prefix of the later one, as a prompt cache wants it.
        earlier = first.body[first.body.index(b'"messages"'):first.body.index(b"]", first.body.index(FLAKY.encode()))]
        self.assertTrue(seen.body[seen.body.index(b'"messages"'):].startswith(earlier))

    def test_a_skill_found_later_goes_before_the_user_message_and_stays(self):
        messages = self.conversation("Hello, please help me today.", "third")
        self.ask(messages)
        messages = [*messages, {"role": "assistant", "content": "ok"}, {"role": "user", "content": SQL}]
        second = self.ask(messages)
        injected = second.json["messages"][3]["content"]
        if isinstance(injected, list):
            injected = "".join(part.get("text", "") for part in injected)
        self.assertIn(OPENING, injected)
        self.assertTrue(injected.endswith(SQL))
        self.assertEqual(system_of(second), "You are an agent called third.")
        messages = [*messages, {"role": "assistant", "content": "ok"}, {"role": "user", "content": "thanks"}]
        third = self.ask(messages)
        self.assertEqual(third.json["messages"][3], second.json["messages"][3])

    def test_a_tool_loop_keeps_the_bytes(self):
        messages = self.conversation(FLAKY, "looped")
        first = self.ask(messages)
        call = {"id": "call_1", "type": "function", "function": {"name": "bash", "arguments": "{}"}}
        messages = [*messages, {"role": "assistant", "content": None, "tool_calls": [call]},
                    {"role": "tool", "tool_call_id": "call_1", "content": "out"}]
        second = self.ask(messages)
        self.assertEqual(second.json["messages"][:2], first.json["messages"])
        self.assertEqual(second.json["messages"][2:], messages[2:])

    def test_a_conversation_without_system_prompt_gets_one_that_stays(self):
        messages = [{"role": "user", "content": FLAKY}]
        first = self.ask(messages)
        self.assertIn(OPENING, json.dumps(first.json["messages"]))
        messages = [*messages, {"role": "assistant", "content": "ok"}, {"role": "user", "content": "and then?"}]
        second = self.ask(messages)
        self.assertEqual(second.json["messages"][:len(first.json["messages"])], first.json["messages"])

    def test_side_requests_are_left_alone(self):
        title = [{"role": "system", "content": "You are a title generator. You output only a thread title."},
                 {"role": "user", "content": FLAKY}]
        for more in ({"messages": title, "tools": None}, {"max_tokens": 8}):
            with self.subTest(more=more):
                messages = more.pop("messages", self.conversation(FLAKY, "side"))
                seen = self.ask(messages, **more)
                self.assertNotIn(OPENING, seen.body.decode())
        seen = self.ask(self.conversation(FLAKY, "told"), headers=[("X-Turn-Type", "side")])
        self.assertNotIn(OPENING, seen.body.decode())

    def test_a_side_request_in_between_changes_nothing(self):
        headers = [("x-session-id", "between")]
        messages = self.conversation(FLAKY, "fourth")
        first = self.ask(messages, headers)
        self.ask([{"role": "user", "content": "title please"}], headers, max_tokens=10, tools=None)
        messages = [*messages, {"role": "assistant", "content": "ok"}, {"role": "user", "content": "next"}]
        self.assertEqual(system_of(self.ask(messages, headers)), system_of(first))

    def test_parallel_sub_agents_stay_apart(self):
        headers = [("x-session-id", "shared")]
        chains = {name: self.conversation(question, name) for name, question in (("one", FLAKY), ("two", SQL))}
        firsts = {name: self.ask(messages, headers) for name, messages in chains.items()}
        self.assertNotEqual(system_of(firsts["one"]).split(OPENING)[1:], system_of(firsts["two"]).split(OPENING)[1:])
        for _ in range(2):
            for name in chains:
                chains[name] = [*chains[name], {"role": "assistant", "content": "ok"}, {"role": "user", "content": "go on"}]
                self.assertEqual(system_of(self.ask(chains[name], headers)), system_of(firsts[name]))

    def test_the_clients_envelope_is_not_what_is_searched(self):
        """OpenClaw appends an internal message after everything."""
        messages = [*self.conversation(FLAKY, "enveloped"),
                    {"role": "user", "content": "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\nnothing of note\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>"}]
        self.assertIn("flaky-test-hunt", system_of(self.ask(messages)))

    def test_parts_instead_of_a_string(self):
        messages = [{"role": "system", "content": [{"type": "text", "text": "You are parts."}]},
                    {"role": "user", "content": [{"type": "text", "text": FLAKY}]}]
        seen = self.ask(messages)
        self.assertEqual(seen.json["messages"][0]["content"][0]["text"][:14], "You are parts.")
        self.assertIn("flaky-test-hunt", json.dumps(seen.json["messages"]))

    def test_status_tells_the_skills(self):
        skills = self.home.status()["skills"]
        self.assertGreaterEqual(skills["active"], 24)
        self.assertEqual(skills["dir"], str(self.home.path / "skills"))


class Restart(unittest.TestCase):
    def test_the_same_bytes_after_a_restart(self):
        with scripted_upstream.Upstream() as upstream, home.Home(upstream) as place:
            place.start()
            messages = [{"role": "system", "content": "You are an agent."}, {"role": "user", "content": FLAKY}]
            raw_client.chat(place.port, {"model": "m", "messages": messages, "tools": TOOLS})
            messages = [*messages, {"role": "assistant", "content": "ok"}, {"role": "user", "content": SQL}]
            raw_client.chat(place.port, {"model": "m", "messages": messages, "tools": TOOLS})
            first = upstream.requests[-1]
            self.assertIn(OPENING, system_of(first))
            # What the model was told stays told, though the skill itself is changed meanwhile.
            place.stop()
            skill = place.path / "skills/flaky-test-hunt/SKILL.md"
            skill.write_text(skill.read_text() + "\nA new line.\n")
            place.start()
            messages = [*messages, {"role": "assistant", "content": "ok"}, {"role": "user", "content": "go on"}]
            raw_client.chat(place.port, {"model": "m", "messages": messages, "tools": TOOLS})
            second = upstream.requests[-1]
            self.assertEqual(second.json["messages"][:4], first.json["messages"])
            self.assertEqual(upstream.errors, [])


class Folder(unittest.TestCase):
    """K1 and K4: the user's files."""

    def names(self, place):
        return {skill["name"]: skill for skill in json.loads(place.cli("skills", "list", "--json", check=0).stdout)["skills"]}

    def wait_for(self, condition, timeout=6):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if condition():
                return True
            time.sleep(0.1)
        return condition()

    def test_an_edited_and_a_deleted_built_in_skill_stay_so(self):
        with home.Home() as place:
            place.start()
            self.assertGreaterEqual(len(self.names(place)), 24)
            edited = place.path / "skills/smallest-diff/SKILL.md"
            edited.write_text(edited.read_text() + "\nMine.\n")
            shutil.rmtree(place.path / "skills/join-check")
            place.restart()
            self.assertTrue(edited.read_text().endswith("\nMine.\n"))
            self.assertFalse((place.path / "skills/join-check").exists())
            self.assertNotIn("join-check", self.names(place))

    def test_a_new_file_is_noticed(self):
        with home.Home() as place:
            place.start()
            place.write_skill("zebra-crossing", "Paint zebra crossings on parking lots with a stencil.", "Use white paint.")
            self.assertTrue(self.wait_for(lambda: "zebra-crossing" in self.names(place)))
            why = json.loads(place.cli("skills", "why", "paint a zebra crossing on the parking lot", "--json", check=0).stdout)
            self.assertIn("zebra-crossing", [skill["name"] for skill in why["selected"]])
            shutil.rmtree(place.path / "skills/zebra-crossing")
            self.assertTrue(self.wait_for(lambda: "zebra-crossing" not in self.names(place)))

    def test_a_folder_that_vanishes_costs_no_answer(self):
        with home.Home() as place:
            place.start()
            shutil.rmtree(place.path / "skills")
            self.assertTrue(place.wait_for_problem("skills_missing"))
            self.assertEqual(raw_client.chat(place.port).status, 200)
            place.write_skill("back-again", "Comes back after the folder was gone.", "Body.")
            self.assertTrue(self.wait_for(lambda: "back-again" in self.names(place), 10))
            self.assertNotIn("skills_missing", place.problems())

    def test_a_colon_in_the_description(self):
        """FC-033: active with its whole description, or named with file, line and remedy."""
        with home.Home() as place:
            text = ("---\nname: tidy-harness\ndescription: Configure the harness: hooks, servers and skills\n"
                    "allowed-tools: Read\n---\n\nBody line.\n")
            file = place.path / "skills/tidy-harness/SKILL.md"
            file.parent.mkdir(parents=True)
            file.write_text(text)
            place.write_skill("healthy-one", "The first healthy skill.", "One.")
            place.write_skill("healthy-two", "The second healthy skill.", "Two.")
            place.start()
            names = self.names(place)
            self.assertIn("healthy-one", names)
            self.assertIn("healthy-two", names)
            shown = place.cli("skills", "list")
            description = names.get("tidy-harness", {}).get("description")
            if description != "Configure the harness: hooks, servers and skills":
                self.assertIn("tidy-harness", shown.stdout + shown.stderr)
                self.assertRegex(shown.stdout + shown.stderr, r"tidy-harness/SKILL\.md:3\b")
                self.assertIn("skill_broken", place.problems())
            self.assertEqual(file.read_text(), text)

    def test_dashes_that_are_no_fence(self):
        """FC-035."""
        with home.Home() as place:
            source = (home.ROOT / "tests/data/field-cases/FC-035.SKILL.md").read_text()
            file = place.path / "skills/dash-skill/SKILL.md"
            file.parent.mkdir(parents=True)
            file.write_text(source)
            place.start()
            shown = place.cli("skills", "show", "dash-skill", check=0).stdout
            self.assertIn("---not-a-fence", shown)
            self.assertIn("Intro", shown)
            self.assertIn("End.", shown)
            self.assertIn("---not-a-fence", self.names(place)["dash-skill"]["description"])

    def test_a_skill_without_name_is_named_by_its_file(self):
        with home.Home() as place:
            file = place.path / "skills/nameless/SKILL.md"
            file.parent.mkdir(parents=True)
            file.write_text("---\ndescription: Has no name.\n---\n\nBody.\n")
            (place.path / "skills/empty").mkdir()
            (place.path / "skills/empty/SKILL.md").write_bytes(b"")
            (place.path / "skills/binary").mkdir()
            (place.path / "skills/binary/SKILL.md").write_bytes(bytes(range(256)) * 10)
            place.start()
            told = " ".join(problem["message"] for problem in place.status()["problems"])
            for name in ("nameless", "empty", "binary"):
                self.assertIn(name, told)

    def test_why_explains_the_ranking(self):
        with home.Home() as place:
            place.start()
            why = json.loads(place.cli("skills", "why", "my test is flaky", "--json", check=0).stdout)
            self.assertIn("flaky-test-hunt", [skill["name"] for skill in why["selected"]])
            for candidate in why["candidates"]:
                for key in ("name", "score", "tokens"):
                    self.assertIn(key, candidate)
            text = place.cli("skills", "why", "my test is flaky", check=0).stdout
            self.assertIn("flaky-test-hunt", text)


if __name__ == "__main__":
    unittest.main()
