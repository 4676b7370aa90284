/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "skills/skill-file.h"

#include <string.h>

#include "base/error.h"

static McSkill *
parse(const char *text)
{
  g_autoptr(GError) error = NULL;
  McSkill *skill = mc_skill_file_parse("/s/x/SKILL.md", "x", text, strlen(text), &error);
  g_assert_no_error(error);
  g_assert_nonnull(skill);
  return skill;
}

static void
assert_refused(const char *text, gsize length, const char *message)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(McSkill) skill =
      mc_skill_file_parse("/s/x/SKILL.md", "x", text, length, &error);
  g_assert_null(skill);
  g_assert_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT);
  g_test_message("%s", error->message);
  g_assert_nonnull(strstr(error->message, message));
}

static void
test_fields_are_read(void)
{
  g_autoptr(McSkill) skill = parse("---\n"
                                   "name: look-first\n"
                                   "description: >-\n"
                                   "  Look at the rows\n"
                                   "  before computing.\n"
                                   "license: MIT\n"
                                   "allowed-tools: [Read, Grep]\n"
                                   "metadata:\n"
                                   "  triggers: csv, dataframe\n"
                                   "  triggers-de: Datensatz\n"
                                   "  version: 1.0\n"
                                   "---   \n"
                                   "\n"
                                   "# Look first\n\nDo.\n\n");
  g_assert_cmpstr(mc_skill_get_name(skill), ==, "look-first");
  g_assert_cmpstr(mc_skill_get_description(skill), ==,
                  "Look at the rows before computing.");
  g_assert_cmpstr(mc_skill_get_license(skill), ==, "MIT");
  g_assert_cmpstr(mc_skill_get_allowed_tools(skill), ==, "Read Grep");
  g_assert_cmpstr(mc_skill_get_triggers(skill), ==, "csv, dataframe, Datensatz");
  g_assert_cmpstr(mc_skill_get_metadata(skill, "version"), ==, "1.0");
  g_assert_cmpstr(mc_skill_get_body(skill), ==, "# Look first\n\nDo.");
  g_assert_cmpstr(mc_skill_get_path(skill), ==, "/s/x/SKILL.md");
}

static void
test_original_s_category_is_read(void)
{
  g_autoptr(McSkill) top =
      parse("---\nname: a\ndescription: b\ncategory: coding\n---\nbody");
  g_assert_cmpstr(mc_skill_get_category(top), ==, "coding");
  g_autoptr(McSkill) both = parse("---\nname: a\ndescription: b\nmetadata:\n  category: "
                                  "research\ncategory: coding\n---\nbody");
  g_assert_cmpstr(mc_skill_get_category(both), ==, "research");
}

static void
test_byte_order_mark_and_crlf_are_tolerated(void)
{
  g_autoptr(McSkill) skill =
      parse("\xef\xbb\xbf---\r\nname: a\r\ndescription: b\r\n---\r\n\r\none\r\ntwo\r\n");
  g_assert_cmpstr(mc_skill_get_description(skill), ==, "b");
  g_assert_cmpstr(mc_skill_get_body(skill), ==, "one\ntwo");
}

/* FC-033: the commonest fault in the field. */
static void
test_colon_in_a_description_keeps_the_skill(void)
{
  g_autoptr(McSkill) skill =
      parse("---\nname: tidy-harness\n"
            "description: Configure the harness: hooks, servers and skills\n"
            "allowed-tools: Read\n---\n\nBody line.\n");
  g_assert_cmpstr(mc_skill_get_description(skill), ==,
                  "Configure the harness: hooks, servers and skills");
  g_assert_cmpstr(mc_skill_get_allowed_tools(skill), ==, "Read");
}

static void
test_other_loose_values_keep_the_skill(void)
{
  g_autoptr(McSkill) skill = parse("---\nname: a\n"
                                   "description: \"Use it\" when: it's late,\n"
                                   "  and: folded\n"
                                   "license: |\n  MIT: yes\n"
                                   "metadata:\n"
                                   "\tgroup: [x] and: y\n"
                                   "---\nbody");
  g_assert_cmpstr(mc_skill_get_description(skill), ==,
                  "\"Use it\" when: it's late, and: folded");
  g_assert_cmpstr(mc_skill_get_license(skill), ==, "MIT: yes");
  g_assert_cmpstr(mc_skill_get_group(skill), ==, "[x] and: y");
}

/* FC-035 */
static void
test_dashes_that_are_no_fence_stay(void)
{
  g_autofree char *path = g_build_filename(
      g_getenv("MC_SOURCE_ROOT"), "tests/data/field-cases/FC-035.SKILL.md", NULL);
  g_autofree char *text = NULL;
  gsize length = 0;
  g_assert_true(g_file_get_contents(path, &text, &length, NULL));
  g_autoptr(McSkill) skill = parse(text);
  g_assert_cmpstr(mc_skill_get_name(skill), ==, "dash-skill");
  g_assert_cmpstr(mc_skill_get_description(skill), ==,
                  "Separate parts with\n--- or ***\n---not-a-fence");
  g_assert_cmpstr(mc_skill_get_license(skill), ==, "MIT---");
  g_assert_cmpstr(mc_skill_get_body(skill), ==,
                  "Intro\n\n---\n\nname: evil\ndescription: second block\n\n---\n\n"
                  "```yaml\n---\nname: inside-code\n---\n```\nEnd.");
}

static void
test_faults_are_named_with_their_line(void)
{
  static const struct {
    const char *text;
    const char *message;
  } cases[] = {
      {"", "/s/x/SKILL.md:1: no front matter; put"},
      {"\n---\nname: a\n---\n", ":1: no front matter; "},
      {"----\nname: a\n---\n", ":1: no front matter; "},
      {"---\nname: a\ndescription: b\n", ":1: the front matter is not closed; "},
      {"---\n---\nbody", ":2: the front matter is not valid YAML (it is empty); "},
      {"---\n- a\n- b\n---\nbody", ":2: the front matter has no keys; "},
      {"---\ndescription: b\n---\nbody", ":1: no name; add 'name: x'"},
      {"---\ndescription: b\nname: \n---\nbody", ":3: no name; "},
      {"---\nname: a\n---\nbody", ":1: no description; "},
      {"---\nname: a\ndescription: ''\n---\nbody", ":3: no description; "},
      {"---\nname: a\n}}}\n---\n", ":3: the front matter is not valid YAML ("},
      {"---\nname: a\ndescription: \xff\n---\n", ":3: not UTF-8 text; "},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
    assert_refused(cases[i].text, strlen(cases[i].text), cases[i].message);
  assert_refused("---\nname: a\n\0\n---\n", 18, ":3: not UTF-8 text; ");
}

static void
test_too_large_a_file_is_refused(void)
{
  gsize length = MC_SKILL_FILE_SIZE_MAX + 1;
  g_autofree char *text = g_malloc0(length);
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_skill_file_parse("p", NULL, text, length, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_TOO_LARGE);
}

static void
test_deep_nesting_is_refused(void)
{
  GString *text = g_string_new("---\nname: a\ndescription: b\nmetadata: ");
  for (int i = 0; i < 50000; i++)
    g_string_append_c(text, '[');
  g_string_append(text, "\n---\n");
  g_autoptr(GError) error = NULL;
  g_autoptr(McSkill) skill = mc_skill_file_parse("p", NULL, text->str, text->len, &error);
  g_assert_true(skill != NULL || error != NULL);
  g_string_free(text, TRUE);
}

static void
test_loose_names_are_made_valid(void)
{
  g_autoptr(McSkill) skill = parse("---\nname: Tidy Harness\ndescription: b\n---\nbody");
  g_assert_cmpstr(mc_skill_get_name(skill), ==, "tidy-harness");
}

static void
assert_same(const McSkill *a, const McSkill *b)
{
  g_assert_cmpstr(mc_skill_get_name(a), ==, mc_skill_get_name(b));
  g_assert_cmpstr(mc_skill_get_description(a), ==, mc_skill_get_description(b));
  g_assert_cmpstr(mc_skill_get_body(a), ==, mc_skill_get_body(b));
  g_assert_cmpstr(mc_skill_get_license(a), ==, mc_skill_get_license(b));
  g_autoptr(GList) keys = mc_skill_list_metadata(a);
  for (GList *link = keys; link != NULL; link = link->next)
    g_assert_cmpstr(mc_skill_get_metadata(a, link->data), ==,
                    mc_skill_get_metadata(b, link->data));
}

static McSkill *
make_awkward_skill(const char *title, const char *description)
{
  g_autofree char *name = mc_skill_name_from_title(title);
  g_autoptr(GHashTable) metadata = g_hash_table_new(g_str_hash, g_str_equal);
  g_hash_table_insert(metadata, (gpointer) "origin", (gpointer) "session 3, 23:00");
  g_hash_table_insert(metadata, (gpointer) "score", (gpointer) "0.70");
  g_hash_table_insert(metadata, (gpointer) "date", (gpointer) "2026-11-25");
  g_hash_table_insert(metadata, (gpointer) "empty", (gpointer) "");
  g_hash_table_insert(metadata, (gpointer) "on", (gpointer) "yes");
  g_hash_table_insert(metadata, (gpointer) "triggers-zh", (gpointer) "数据库 迁移");
  return mc_skill_new(&(McSkillFields){.name = name,
                                       .description = description,
                                       .body = "---\n\nStep: one\n\n---",
                                       .path = "/s/x/SKILL.md",
                                       .license = "MIT",
                                       .metadata = metadata});
}

static const struct {
  const char *title;
  const char *description;
} awkward[] = {
    {"数据库迁移 Checklist!!", "迁移前先备份：检查 # 行数"},
    {"Use \"sudo\": never -- ever", "Rule: quote # and : \"x\" \\ and\\ttab\tor\nmore"},
    {"null", "no"},
    {"1e3", "23:00"},
    {"007", "~"},
    {"x", "- [a]: {b} & *c !d %e @f `g` 'h' \xc2\x85 \xe2\x80\xa8 \x07 \xf0\x9f\x98\x80"},
};

static void
test_written_files_are_read_back(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(awkward); i++) {
    g_autoptr(McSkill) skill =
        make_awkward_skill(awkward[i].title, awkward[i].description);
    g_autofree char *text = mc_skill_file_format(skill);
    g_autoptr(McSkill) again = parse(text);
    assert_same(skill, again);
  }
}

/* PyYAML is a YAML 1.1 reader, the strictest of those that share the folder. */
static void
test_yaml_1_1_reads_them_too(void)
{
  g_autofree char *python = g_find_program_in_path("python3");
  const char *const check_argv[] = {"python3", "-c", "import yaml", NULL};
  int status = -1;
  if (python == NULL ||
      !g_spawn_sync(NULL, (char **) check_argv, NULL,
                    G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                    NULL, &status, NULL) ||
      status != 0) {
    g_test_skip("python3-yaml is not installed");
    return;
  }
  static const char script[] =
      "import sys, yaml\n"
      "head = yaml.safe_load(sys.argv[1].split('\\n---\\n')[0][4:])\n"
      "assert set(head) <= {'name', 'description', 'license', 'compatibility',"
      " 'metadata', 'allowed-tools'}, head\n"
      "assert head['name'] == sys.argv[2], head\n"
      "assert head['description'] == sys.argv[3], head\n"
      "assert all(type(k) is str and type(v) is str for k, v in head['metadata'].items())"
      ", head\n";
  for (gsize i = 0; i < G_N_ELEMENTS(awkward); i++) {
    g_autoptr(McSkill) skill =
        make_awkward_skill(awkward[i].title, awkward[i].description);
    g_autofree char *text = mc_skill_file_format(skill);
    const char *const argv[] = {
        python, "-c", script, text, mc_skill_get_name(skill), awkward[i].description,
        NULL};
    g_autofree char *message = NULL;
    g_assert_true(g_spawn_sync(NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL,
                               NULL, &message, &status, NULL));
    g_assert_cmpstr(message, ==, "");
    g_assert_cmpint(status, ==, 0);
  }
}

static void
test_long_description_is_cut_at_a_word(void)
{
  GString *description = g_string_new(NULL);
  for (int i = 0; i < 300; i++)
    g_string_append(description, "word😀 ");
  g_autoptr(McSkill) skill = make_awkward_skill("x", description->str);
  g_autofree char *text = mc_skill_file_format(skill);
  g_autoptr(McSkill) again = parse(text);
  const char *cut = mc_skill_get_description(again);
  g_assert_cmpint(g_utf8_strlen(cut, -1), <=, 1024);
  g_assert_cmpint(g_utf8_strlen(cut, -1), >, 1000);
  g_assert_true(g_str_has_prefix(description->str, cut));
  g_assert_true(g_str_has_suffix(cut, "word😀"));
  g_string_free(description, TRUE);
}

static void
test_any_title_gives_a_valid_name(void)
{
  g_autofree char *hundred = g_strnfill(100, 'Q');
  const char *const titles[] = {
      "数据库迁移 Checklist!!",
      "Use \"sudo\": never -- ever",
      hundred,
      "",
      "---",
      "Ünïcödé Straße",
      "😀",
      "\xff\xfe",
      "a",
      "テスト",
      hundred,
      "數據庫 und noch vieles "
      "mehr das sehr lang ist und über vierundsechzig Zeichen reicht"};
  for (gsize i = 0; i < G_N_ELEMENTS(titles); i++) {
    g_autofree char *name = mc_skill_name_from_title(titles[i]);
    g_assert_true(mc_skill_name_is_valid(name));
  }
  g_autofree char *sudo = mc_skill_name_from_title(titles[1]);
  g_assert_cmpstr(sudo, ==, "use-sudo-never-ever");
  g_autofree char *accents = mc_skill_name_from_title("Ünïcödé Straße: don't");
  g_assert_cmpstr(accents, ==, "unicode-strasse-dont");
  g_autofree char *one = mc_skill_name_from_title("数据库迁移 Checklist!!");
  g_autofree char *other = mc_skill_name_from_title("代码审查 Checklist!!");
  g_assert_true(g_str_has_prefix(one, "checklist-"));
  g_assert_cmpstr(one, !=, other);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add_func("/skills/skill-file/" path, function)
  ADD("fields-are-read", test_fields_are_read);
  ADD("original-s-category-is-read", test_original_s_category_is_read);
  ADD("byte-order-mark-and-crlf-are-tolerated",
      test_byte_order_mark_and_crlf_are_tolerated);
  ADD("colon-in-a-description-keeps-the-skill",
      test_colon_in_a_description_keeps_the_skill);
  ADD("other-loose-values-keep-the-skill", test_other_loose_values_keep_the_skill);
  ADD("dashes-that-are-no-fence-stay", test_dashes_that_are_no_fence_stay);
  ADD("faults-are-named-with-their-line", test_faults_are_named_with_their_line);
  ADD("too-large-a-file-is-refused", test_too_large_a_file_is_refused);
  ADD("deep-nesting-is-refused", test_deep_nesting_is_refused);
  ADD("loose-names-are-made-valid", test_loose_names_are_made_valid);
  ADD("written-files-are-read-back", test_written_files_are_read_back);
  ADD("yaml-1-1-reads-them-too", test_yaml_1_1_reads_them_too);
  ADD("long-description-is-cut-at-a-word", test_long_description_is_cut_at_a_word);
  ADD("any-title-gives-a-valid-name", test_any_title_gives_a_valid_name);
  return g_test_run();
}
