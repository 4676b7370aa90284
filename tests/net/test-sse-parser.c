/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "net/sse-parser.h"

#include <string.h>

/* What came out, as text: one "[name|data]" for each event. */
typedef struct {
  McSseParser *parser;
  GString *events;
  GString *raw;
  guint n_partials;
} Record;

static void
on_event(const char *raw, gsize raw_length, const char *event_name, const char *data,
         gsize data_length, gpointer user_data)
{
  Record *record = user_data;

  g_string_append_len(record->raw, raw, (gssize) raw_length);
  g_string_append_printf(record->events, "[%s|", event_name != NULL ? event_name : "-");
  if (mc_sse_parser_is_too_large(record->parser))
    g_string_append(record->events, "TOO LARGE");
  if (data == NULL)
    g_string_append(record->events, "-");
  else
    g_string_append_len(record->events, data, (gssize) data_length);
  g_string_append_c(record->events, ']');
}

static void
on_partial(const char *raw, gsize raw_length, gpointer user_data)
{
  Record *record = user_data;

  g_assert_cmpuint(raw_length, >, 0);
  g_string_append_len(record->raw, raw, (gssize) raw_length);
  record->n_partials++;
}

static const McSseHandlers handlers = {on_event, on_partial};

static void
start(Record *record)
{
  record->parser = mc_sse_parser_new(&handlers, record);
  record->events = g_string_new(NULL);
  record->raw = g_string_new(NULL);
  record->n_partials = 0;
}

static void
stop(Record *record)
{
  mc_sse_parser_free(record->parser);
  g_string_free(record->events, TRUE);
  g_string_free(record->raw, TRUE);
}

/* Pushes a copy of its exact size, so that a sanitizer sees a read behind it. */
static void
push(Record *record, const char *text, gsize length)
{
  g_autofree char *copy = g_memdup2(text, length);

  mc_sse_parser_push(record->parser, copy, length);
}

static void
test_the_whole_grammar_is_read(void)
{
  static const struct {
    const char *text;
    const char *events;
  } cases[] = {
      {"data: a\n\n", "[-|a]"},
      {"data:a\r\n\r\n", "[-|a]"},
      {"data: a\r\rdata: b\r\r", "[-|a][-|b]"},
      {"data:  a\n\n", "[-| a]"},
      {"data: a\ndata\ndata:b\n\n", "[-|a\n\nb]"},
      {"event: x\ndata: a\n\ndata: b\n\n", "[x|a][-|b]"},
      {"event: x\nevent: y\ndata: a\n\n", "[y|a]"},
      {": note\n\n", "[-|-]"},
      {"id: 7\nretry: 10\nfoo\ndata: a\n\n", "[-|a]"},
      {"data:\n\n", "[-|]"},
      {"\xef\xbb\xbf"
       "data: a\n\n\xef\xbb\xbf"
       "data: b\n\n",
       "[-|a][-|-]"},
      {"\n\ndata: a\n\n", "[-|-][-|-][-|a]"},
      {"datax: a\ndat: b\n\n", "[-|-]"},
      {"data: a: b\n\n", "[-|a: b]"},
      {"data: unfinished\n", ""},
  };

  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    Record record;

    start(&record);
    push(&record, cases[i].text, strlen(cases[i].text));
    g_assert_cmpstr(record.events->str, ==, cases[i].events);
    mc_sse_parser_finish(record.parser);
    g_assert_cmpstr(record.events->str, ==, cases[i].events);
    g_assert_cmpstr(record.raw->str, ==, cases[i].text);
    stop(&record);
  }
}

static void
test_a_last_cr_ends_the_event_at_once(void)
{
  Record record;

  start(&record);
  push(&record, "data: a\r\n\r", 10);
  g_assert_cmpstr(record.events->str, ==, "[-|a]");
  push(&record, "\ndata: b\r\n\r\n", 12);
  g_assert_cmpstr(record.events->str, ==, "[-|a][-|b]");
  push(&record, "data: c\r", 8);
  push(&record, "\n", 1);
  g_assert_cmpstr(record.events->str, ==, "[-|a][-|b]");
  push(&record, "\r", 1);
  g_assert_cmpstr(record.events->str, ==, "[-|a][-|b][-|c]");
  push(&record, "\n", 1);
  mc_sse_parser_finish(record.parser);
  g_assert_true(mc_sse_parser_at_boundary(record.parser));
  g_assert_cmpstr(record.raw->str, ==, "data: a\r\n\r\ndata: b\r\n\r\ndata: c\r\n\r\n");
  stop(&record);
}

static void
test_a_crlf_in_one_push_stays_together(void)
{
  Record record;

  start(&record);
  push(&record, "data: a\r\n\r\ndata: b", 18);
  g_assert_cmpstr(record.raw->str, ==, "data: a\r\n\r\n");
  stop(&record);
}

static void
test_a_large_event_is_handed_out_as_it_comes(void)
{
  Record record;
  g_autofree char *expected = g_strnfill(300, 'x');
  g_autofree char *event = g_strdup_printf("[-|%s][-|b]", expected);

  start(&record);
  mc_sse_parser_set_limits(record.parser, 100, 1000);
  push(&record, "data: ", 6);
  g_assert_true(mc_sse_parser_at_boundary(record.parser));
  for (int i = 0; i < 30; i++)
    push(&record, "xxxxxxxxxx", 10);
  g_assert_cmpuint(record.n_partials, >, 5);
  g_assert_cmpuint(record.raw->len, ==, 306);
  g_assert_false(mc_sse_parser_at_boundary(record.parser));
  push(&record, "\n\ndata: b\n\n", 11);
  g_assert_true(mc_sse_parser_at_boundary(record.parser));
  g_assert_cmpstr(record.events->str, ==, event);
  g_assert_cmpuint(record.raw->len, ==, 317);
  stop(&record);
}

static void
test_too_large_an_event_passes_unobserved(void)
{
  Record record;

  for (gsize step = 1; step < 2000; step += 333) {
    g_autofree char *text = g_strnfill(2000, 'x');

    memcpy(text, "data: ", 6);
    memcpy(text + 1998, "\n\n", 2);
    start(&record);
    mc_sse_parser_set_limits(record.parser, 100, 1000);
    for (gsize at = 0; at < 2000; at += step)
      push(&record, text + at, MIN(step, 2000 - at));
    push(&record, "data: b\n\n", 9);
    g_assert_cmpstr(record.events->str, ==, "[-|TOO LARGE-][-|b]");
    g_assert_cmpuint(record.raw->len, ==, 2009);
    stop(&record);
  }
}

static void
test_an_unfinished_rest_is_no_boundary(void)
{
  Record record;

  start(&record);
  push(&record, "data: a\n\ndata: b\n", 17);
  mc_sse_parser_finish(record.parser);
  g_assert_false(mc_sse_parser_at_boundary(record.parser));
  g_assert_cmpuint(record.n_partials, ==, 1);
  g_assert_cmpstr(record.raw->str, ==, "data: a\n\ndata: b\n");
  stop(&record);
}

static void
test_any_cut_gives_the_same_events(void)
{
  static const char *const pieces[] = {"\r",       "\n",   "\r\n",    "\r\n\r\n",
                                       "data: ab", "data", ":",       " ",
                                       "event: x", "é",    ": note",  "\n\n",
                                       "data:",    "\r\r", "id: 1\n", "\xef\xbb\xbf"};

  for (guint round = 0; round < 3000; round++) {
    g_autoptr(GString) text = g_string_new(NULL);
    Record whole, cut;

    for (int i = g_test_rand_int_range(1, 30); i > 0; i--)
      g_string_append(text, pieces[g_test_rand_int_range(0, (int) G_N_ELEMENTS(pieces))]);
    start(&whole);
    start(&cut);
    if (round % 2 == 0) {
      mc_sse_parser_set_limits(whole.parser, 10, 10000);
      mc_sse_parser_set_limits(cut.parser, 10, 10000);
    }
    push(&whole, text->str, text->len);
    for (gsize at = 0; at < text->len;) {
      gsize length = (gsize) g_test_rand_int_range(0, 8);

      length = MIN(length, text->len - at);
      push(&cut, text->str + at, length);
      at += length;
    }
    g_assert_cmpstr(whole.events->str, ==, cut.events->str);
    mc_sse_parser_finish(whole.parser);
    mc_sse_parser_finish(cut.parser);
    g_assert_cmpint(mc_sse_parser_at_boundary(whole.parser), ==,
                    mc_sse_parser_at_boundary(cut.parser));
    g_assert_cmpstr(whole.raw->str, ==, text->str);
    g_assert_cmpstr(cut.raw->str, ==, text->str);
    stop(&whole);
    stop(&cut);
  }
}

/* FC-003: an upstream that uses the rest of the grammar. */
static void
test_the_field_case_003_is_read_whole(void)
{
  g_autofree char *path =
      g_test_build_filename(G_TEST_DIST, "data", "field-cases", "FC-003.sse", NULL);
  g_autofree char *text = NULL;
  gsize length;
  Record record;

  g_assert_true(g_file_get_contents(path, &text, &length, NULL));
  start(&record);
  for (gsize at = 0; at < length; at++)
    push(&record, text + at, 1);
  mc_sse_parser_finish(record.parser);
  g_assert_cmpstr(record.raw->str, ==, text);
  for (const char *const *word =
           (const char *const[]){"[message|{\"id\"", "assistant", "[-|-]", "\"lo, \"",
                                 "\"wor\"", "\"ld!\"", "[-|[DONE]]", NULL};
       *word != NULL; word++)
    g_assert_nonnull(strstr(record.events->str, *word));
  stop(&record);
}

int
main(int argc, char *argv[])
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/net/sse-parser/the-whole-grammar-is-read",
                  test_the_whole_grammar_is_read);
  g_test_add_func("/net/sse-parser/a-last-cr-ends-the-event-at-once",
                  test_a_last_cr_ends_the_event_at_once);
  g_test_add_func("/net/sse-parser/a-crlf-in-one-push-stays-together",
                  test_a_crlf_in_one_push_stays_together);
  g_test_add_func("/net/sse-parser/a-large-event-is-handed-out-as-it-comes",
                  test_a_large_event_is_handed_out_as_it_comes);
  g_test_add_func("/net/sse-parser/too-large-an-event-passes-unobserved",
                  test_too_large_an_event_passes_unobserved);
  g_test_add_func("/net/sse-parser/an-unfinished-rest-is-no-boundary",
                  test_an_unfinished_rest_is_no_boundary);
  g_test_add_func("/net/sse-parser/any-cut-gives-the-same-events",
                  test_any_cut_gives_the_same_events);
  g_test_add_func("/net/sse-parser/the-field-case-003-is-read-whole",
                  test_the_field_case_003_is_read_whole);
  return g_test_run();
}
