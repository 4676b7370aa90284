/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli-fixture.h"

static JsonNode *
handle_status(McControlRequest *request, gpointer user_data, GError **error)
{
  return cli_fixture_parse(user_data);
}

static const McControlRoute routes[] = {{"GET", "/status", handle_status}};

static char full[] =
    "{\"state\":\"running\",\"mode\":\"madmax\",\"pid\":4242,\"version\":\"0.1.0\","
    "\"uptime_s\":11520,\"home\":\"/home/x\",\"proxy\":{\"url\":\"http://127.0.0.1:30000\","
    "\"healthy\":true},\"upstream\":{\"provider\":\"kimi\",\"title\":\"Kimi (Moonshot "
    "AI)\",\"model\":\"kimi-k2.5\",\"state\":\"failing\",\"last_error\":\"401 from it\","
    "\"practice\":false},\"skills\":{\"enabled\":true,\"active\":24,\"dir\":\"/s\"},"
    "\"requests\":{\"total\":42,\"streams\":30,\"failed\":1,\"active\":2},"
    "\"added_latency_us\":{\"p50\":90.5,\"p99\":140},\"problems\":[{\"code\":\"c\","
    "\"message\":\"Kimi refused the key.\",\"remedy\":\"Put a valid one.\"}]}";
static char practice[] =
    "{\"state\":\"running\",\"proxy\":{\"url\":\"http://127.0.0.1:30000\",\"healthy\":true}"
    ",\"upstream\":{\"provider\":\"practice\",\"model\":\"metaclaw-practice\","
    "\"practice\":true,\"state\":\"ok\"},\"problems\":[]}";
static char empty[] = "{}";

static void
test_people_see_what_matters(void)
{
  CliFixture *fixture = cli_fixture_new(routes, G_N_ELEMENTS(routes), full);
  g_assert_cmpint(cli_fixture_run(fixture, "status", NULL), ==, 0);
  assert_says(fixture->out,
              "Serving kimi-k2.5 from Kimi (Moonshot AI) on http://127.0.0.1:30000\n");
  assert_says(fixture->out, "madmax");
  assert_says(fixture->out, "failing: 401 from it");
  assert_says(fixture->out, "24 in /s");
  assert_says(fixture->out, "42 (30 streams, 1 failed, 2 open)");
  assert_says(fixture->out, "0.09 ms");
  assert_says(fixture->out, "pid 4242, version 0.1.0, up 3 h");
  assert_says(fixture->out, "Problem\n  ! Kimi refused the key.\n    Put a valid one.\n");
  cli_fixture_free(fixture);
}

static void
test_practice_is_labelled(void)
{
  CliFixture *fixture = cli_fixture_new(routes, G_N_ELEMENTS(routes), practice);
  g_assert_cmpint(cli_fixture_run(fixture, "status", NULL), ==, 0);
  assert_says(fixture->out, "Serving practice answers (no model is configured)");
  assert_says(fixture->out, "made up offline");
  g_assert_null(strstr(fixture->out, "Problem"));
  cli_fixture_free(fixture);
}

static void
test_json_is_the_reply(void)
{
  CliFixture *fixture = cli_fixture_new(routes, G_N_ELEMENTS(routes), full);
  g_assert_cmpint(cli_fixture_run(fixture, "status", "--json", NULL), ==, 0);
  g_autoptr(JsonNode) shown = cli_fixture_parse(fixture->out);
  g_autoptr(JsonNode) sent = cli_fixture_parse(full);
  g_assert_true(json_node_equal(shown, sent));
  cli_fixture_free(fixture);
}

static void
test_service_that_says_nothing_is_survived(void)
{
  CliFixture *fixture = cli_fixture_new(routes, G_N_ELEMENTS(routes), empty);
  g_assert_cmpint(cli_fixture_run(fixture, "status", NULL), ==, 0);
  assert_says(fixture->out, "Not serving");
  cli_fixture_free(fixture);
}

static void
test_without_a_service_it_exits_with_3(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  g_assert_cmpint(cli_fixture_run(fixture, "status", NULL), ==, 3);
  assert_says(fixture->err, fixture->home);
  assert_says(fixture->err, "metaclaw start");
  g_assert_cmpstr(fixture->out, ==, "");
  cli_fixture_free(fixture);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cli/command-status/people-see-what-matters",
                  test_people_see_what_matters);
  g_test_add_func("/cli/command-status/practice-is-labelled", test_practice_is_labelled);
  g_test_add_func("/cli/command-status/json-is-the-reply", test_json_is_the_reply);
  g_test_add_func("/cli/command-status/service-that-says-nothing-is-survived",
                  test_service_that_says_nothing_is_survived);
  g_test_add_func("/cli/command-status/without-a-service-it-exits-with-3",
                  test_without_a_service_it_exits_with_3);
  return g_test_run();
}
