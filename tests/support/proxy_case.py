# SPDX-FileCopyrightText: 2026 The MetaClaw authors
# SPDX-License-Identifier: MIT
"""A test class with one service and one scripted upstream for all its tests."""
import unittest

import home
import scripted_upstream


class ProxyCase(unittest.TestCase):
    config = {}
    environment = {}

    @classmethod
    def setUpClass(cls):
        cls.upstream = scripted_upstream.Upstream()
        cls.addClassCleanup(cls.upstream.close)
        cls.home = home.Home(cls.upstream, cls.config, cls.environment)
        cls.addClassCleanup(cls.home.__exit__, None)
        cls.prepare()
        cls.home.start()
        cls.port = cls.home.port

    @classmethod
    def prepare(cls):
        """Before the start: put files into the home."""

    def setUp(self):
        self.upstream.clear()

    def tearDown(self):
        self.assertEqual(self.upstream.errors, [], "the scripted upstream itself failed")
        self.assertIsNone(self.home.process.poll(), "the service ended:\n" + self.home.read_output()[-4000:])

    def assert_openai_error(self, answer, status, code=None):
        """The answer is an error in OpenAI's shape; returns its inner object."""
        self.assertEqual(answer.status, status, answer.body[:500])
        self.assertTrue(answer.complete)
        self.assertIn("application/json", answer.header("content-type") or "")
        error = answer.json["error"]
        self.assertIsInstance(error["message"], str)
        self.assertTrue(error["message"])
        self.assertIn("type", error)
        self.assertIn("code", error)
        if code is not None:
            self.assertEqual(error["code"], code)
        return error
