/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "cli-fixture.h"

static JsonNode *
handle_list(McControlRequest *request, gpointer user_data, GError **error)
{
  return cli_fixture_parse(
      "{\"dir\":\"/s\",\"skills\":[{\"name\":\"debug\",\"description\":\"Use when it "
      "breaks\",\"state\":\"active\",\"tokens\":120}],\"invalid\":[{\"name\":\"broken\","
      "\"message\":\"Skill 'broken' is skipped: /s/broken/SKILL.md:3: a tab\","
      "\"remedy\":\"Mend it.\"}]}");
}

static JsonNode *
handle_show(McControlRequest *request, gpointer user_data, GError **error)
{
  if (g_str_equal(request->parameter, "debug"))
    return cli_fixture_parse("{\"text\":\"---\\nname: debug\\n---\\nBody\\n\"}");
  g_set_error(error, MC_ERROR, MC_ERROR_NOT_FOUND, "there is no skill '%s'",
              request->parameter);
  return NULL;
}

static JsonNode *
handle_why(McControlRequest *request, gpointer user_data, GError **error)
{
  g_assert_cmpstr(json_object_get_string_member(request->body, "text"), ==,
                  "my test is flaky");
  return cli_fixture_parse(
      "{\"selected\":[{\"name\":\"debug\"}],\"candidates\":[{\"name\":\"debug\",\"score\":4.25,"
      "\"tokens\":120,\"taken\":true,\"reason\":\"taken\"},{\"name\":\"cook\","
      "\"score\":0.5,\"tokens\":80,\"taken\":false,\"reason\":\"below the gate\"}]}");
}

static const McControlRoute routes[] = {
    {"GET", "/skills", handle_list},
    {"POST", "/skills/why", handle_why},
    {"GET", "/skills/{name}", handle_show},
};

static CliFixture *
start(void)
{
  return cli_fixture_new(routes, G_N_ELEMENTS(routes), NULL);
}

static void
test_list_names_good_and_broken_ones(void)
{
  CliFixture *fixture = start();
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "list", NULL), ==, 0);
  assert_says(fixture->out, "debug   active      120  Use when it breaks\n");
  assert_says(fixture->out, "broken  invalid       -  ");
  assert_says(fixture->err, "/s/broken/SKILL.md:3: a tab\n  Mend it.\n");
  g_autofree char *listed = g_strdup(fixture->out);
  g_assert_cmpint(cli_fixture_run(fixture, "skills", NULL), ==, 0);
  g_assert_cmpstr(fixture->out, ==, listed);
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "list", "--json", NULL), ==, 0);
  g_autoptr(JsonNode) shown = cli_fixture_parse(fixture->out);
  g_assert_true(json_object_has_member(json_node_get_object(shown), "invalid"));
  cli_fixture_free(fixture);
}

static void
test_show_prints_the_file(void)
{
  CliFixture *fixture = start();
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "show", "debug", NULL), ==, 0);
  g_assert_cmpstr(fixture->out, ==, "---\nname: debug\n---\nBody\n");
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "show", "no/../such", NULL), ==, 4);
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "show", "nix", NULL), ==, 4);
  g_assert_cmpstr(fixture->err, ==, "metaclaw: there is no skill 'nix'\n");
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "show", NULL), ==, 2);
  cli_fixture_free(fixture);
}

static void
test_why_explains_each_candidate(void)
{
  CliFixture *fixture = start();
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "why", "my test is flaky", NULL), ==,
                  0);
  assert_says(fixture->out, "debug   4.25     120  yes    taken\n");
  assert_says(fixture->out, "cook    0.50      80  no     below the gate\n");
  assert_says(fixture->out, "1 skill would be added");
  g_autofree char *quoted = g_strdup(fixture->out);
  g_assert_cmpint(
      cli_fixture_run(fixture, "skills", "why", "my", "test", "is", "flaky", NULL), ==,
      0);
  g_assert_cmpstr(fixture->out, ==, quoted);
  cli_fixture_free(fixture);
}

static void
test_misuse_is_told(void)
{
  CliFixture *fixture = start();
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "why", NULL), ==, 2);
  assert_says(fixture->err, "metaclaw skills why \"");
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "why", "  \n", NULL), ==, 2);
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "why", "\xff\xfe", NULL), ==, 2);
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "shom", "x", NULL), ==, 2);
  assert_says(fixture->err, "metaclaw skills show");
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "list", "x", NULL), ==, 2);
  cli_fixture_free(fixture);
}

static void
test_without_a_service_it_exits_with_3(void)
{
  CliFixture *fixture = cli_fixture_new(NULL, 0, NULL);
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "list", NULL), ==, 3);
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "show", "x", NULL), ==, 3);
  g_assert_cmpint(cli_fixture_run(fixture, "skills", "why", "x", NULL), ==, 3);
  cli_fixture_free(fixture);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/cli/command-skills/list-names-good-and-broken-ones",
                  test_list_names_good_and_broken_ones);
  g_test_add_func("/cli/command-skills/show-prints-the-file", test_show_prints_the_file);
  g_test_add_func("/cli/command-skills/why-explains-each-candidate",
                  test_why_explains_each_candidate);
  g_test_add_func("/cli/command-skills/misuse-is-told", test_misuse_is_told);
  g_test_add_func("/cli/command-skills/without-a-service-it-exits-with-3",
                  test_without_a_service_it_exits_with_3);
  return g_test_run();
}
