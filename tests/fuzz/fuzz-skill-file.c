/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "chat/skill-block.h"
#include "skills/skill-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is put into a prompt is found again in it. */
static void
check_block(const McSkill *skill)
{
  McSkillSection section = {mc_skill_get_name(skill), mc_skill_get_body(skill)};
  g_autofree char *block = mc_skill_block_format(&section, 1);
  g_autofree char *prompt = g_strconcat("prompt\n\n", block, NULL);
  g_autofree char *stripped = mc_skill_block_strip(prompt);
  g_assert(g_str_equal(stripped, "prompt"));
  g_auto(GStrv) names = mc_skill_block_list_names(prompt);
  g_assert(names[0] != NULL && g_str_equal(names[0], mc_skill_get_name(skill)));
  g_assert(names[1] == NULL);
}

/* What is written is read back to the same fields. */
static void
check_written(const McSkill *skill)
{
  g_autofree char *text = mc_skill_file_format(skill);
  if (strlen(text) > MC_SKILL_FILE_SIZE_MAX)
    return;
  g_autoptr(GError) error = NULL;
  g_autoptr(McSkill) again = mc_skill_file_parse("p", "f", text, strlen(text), &error);
  g_assert_no_error(error);
  g_assert(g_str_equal(mc_skill_get_name(skill), mc_skill_get_name(again)));
  g_assert(g_str_equal(mc_skill_get_license(skill), mc_skill_get_license(again)));
  g_assert(
      g_str_has_prefix(mc_skill_get_description(skill), mc_skill_get_description(again)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(McSkill) skill =
      mc_skill_file_parse("p", "f", (const char *) data, size, &error);
  g_assert((skill == NULL) == (error != NULL));

  g_autofree char *text = g_strndup((const char *) data, size);
  g_autofree char *stripped = mc_skill_block_strip(text);
  g_assert(strlen(stripped) <= strlen(text));
  g_strfreev(mc_skill_block_list_names(text));
  g_autofree char *name = mc_skill_name_from_title(text);
  g_assert(mc_skill_name_is_valid(name));
  if (skill == NULL)
    return 0;
  g_assert(mc_skill_name_is_valid(mc_skill_get_name(skill)));
  g_assert(g_utf8_validate(mc_skill_get_description(skill), -1, NULL));
  g_assert(g_utf8_validate(mc_skill_get_body(skill), -1, NULL));
  check_block(skill);
  check_written(skill);
  return 0;
}
