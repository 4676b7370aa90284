/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/conversation-tracker.h"

#include <stdarg.h>
#include <string.h>

/* A chain of one-word turns of changing roles, as chat-request makes it. */
static GArray *make_chain(const char *seed, ...) G_GNUC_NULL_TERMINATED;

static GArray *
make_chain(const char *seed, ...)
{
  GArray *links = g_array_new(FALSE, FALSE, sizeof(McChainLink));
  McTurnHash state = mc_turn_hash_start(seed);
  va_list words;
  const char *word;

  va_start(words, seed);
  while ((word = va_arg(words, const char *)) != NULL) {
    state = mc_turn_hash_extend(state, TRUE, links->len % 2 == 0 ? "user" : "assistant",
                                word, strlen(word));
    McChainLink link = {state, links->len};
    g_array_append_val(links, link);
  }
  va_end(words);
  return links;
}

static const McTurnHash *
get_tail(GArray *links)
{
  return &g_array_index(links, McChainLink, links->len - 1).hash;
}

static void
test_the_next_request_continues(void)
{
  g_autoptr(McConversationTracker) tracker = mc_conversation_tracker_new(8);
  g_autoptr(GArray) first = make_chain("s", "hi", NULL);
  g_autoptr(GArray) second = make_chain("s", "hi", "hello", "more", NULL);
  g_autoptr(GArray) stranger = make_chain("other", "hi", "hello", "more", NULL);
  McMatch match;

  g_assert_null(mc_conversation_tracker_find(tracker, first, &match));
  McConversation *conversation = mc_conversation_tracker_open(tracker, first, NULL);
  g_assert_true(mc_conversation_tracker_advance(tracker, conversation, get_tail(first)));
  g_assert_true(mc_conversation_tracker_find(tracker, second, &match) == conversation);
  g_assert_cmpint(match, ==, MC_MATCH_LATEST);
  g_assert_null(mc_conversation_tracker_find(tracker, stranger, &match));
  g_assert_cmpint(match, ==, MC_MATCH_NONE);
}

static void
test_a_retry_is_the_same_turn(void)
{
  g_autoptr(McConversationTracker) tracker = mc_conversation_tracker_new(8);
  g_autoptr(GArray) links = make_chain("s", "hi", NULL);
  McMatch match;
  McConversation *conversation = mc_conversation_tracker_open(tracker, links, NULL);

  mc_conversation_tracker_advance(tracker, conversation, get_tail(links));
  g_assert_true(mc_conversation_tracker_find(tracker, links, &match) == conversation);
  g_assert_cmpint(match, ==, MC_MATCH_LATEST);
  g_assert_false(mc_conversation_tracker_advance(tracker, conversation, get_tail(links)));
  g_assert_true(mc_conversation_begin_choice(conversation, get_tail(links)));
  g_assert_false(mc_conversation_begin_choice(conversation, get_tail(links)));
}

static void
test_a_fork_inherits_what_stands_before_it(void)
{
  g_autoptr(McConversationTracker) tracker = mc_conversation_tracker_new(8);
  g_autoptr(GArray) first = make_chain("s", "hi", NULL);
  g_autoptr(GArray) second = make_chain("s", "hi", "hello", "more", NULL);
  g_autoptr(GArray) edited = make_chain("s", "hi", "hello", "instead", NULL);
  const char *const names[] = {"a", NULL};
  g_autoptr(McInjection) in_system =
      mc_injection_new(MC_INJECTION_SYSTEM, NULL, "sys", names, 1);
  g_autoptr(McInjection) at_second =
      mc_injection_new(MC_INJECTION_USER, get_tail(second), "user", names, 1);
  McMatch match;
  McConversation *conversation = mc_conversation_tracker_open(tracker, first, NULL);

  mc_conversation_tracker_advance(tracker, conversation, get_tail(first));
  mc_conversation_add_injection(conversation, in_system);
  mc_conversation_tracker_advance(tracker, conversation, get_tail(second));
  mc_conversation_add_injection(conversation, at_second);

  McConversation *found = mc_conversation_tracker_find(tracker, edited, &match);
  g_assert_true(found == conversation);
  g_assert_cmpint(match, ==, MC_MATCH_FORK);
  McConversation *fork = mc_conversation_tracker_open(tracker, edited, found);
  g_assert_cmpstr(mc_conversation_get_id(fork), !=, mc_conversation_get_id(conversation));
  g_assert_cmpuint(mc_conversation_get_injections(fork)->len, ==, 1);
  g_assert_true(mc_conversation_get_injections(fork)->pdata[0] == in_system);
}

static void
test_the_least_recently_used_goes_first(void)
{
  g_autoptr(McConversationTracker) tracker = mc_conversation_tracker_new(2);
  g_autoptr(GArray) a = make_chain("s", "a", NULL);
  g_autoptr(GArray) b = make_chain("s", "b", NULL);
  g_autoptr(GArray) c = make_chain("s", "c", NULL);
  McMatch match;

  mc_conversation_tracker_advance(tracker, mc_conversation_tracker_open(tracker, a, NULL),
                                  get_tail(a));
  mc_conversation_tracker_advance(tracker, mc_conversation_tracker_open(tracker, b, NULL),
                                  get_tail(b));
  g_assert_nonnull(mc_conversation_tracker_find(tracker, a, &match));
  mc_conversation_tracker_advance(tracker, mc_conversation_tracker_open(tracker, c, NULL),
                                  get_tail(c));
  g_assert_cmpuint(mc_conversation_tracker_get_count(tracker), ==, 2);
  g_assert_nonnull(mc_conversation_tracker_find(tracker, a, &match));
  g_assert_null(mc_conversation_tracker_find(tracker, b, &match));
  g_assert_nonnull(mc_conversation_tracker_find(tracker, c, &match));
}

static void
test_one_from_before_a_restart_keeps_its_bytes(void)
{
  g_autoptr(McConversationTracker) tracker = mc_conversation_tracker_new(2);
  g_autoptr(GArray) first = make_chain("s", "hi", NULL);
  g_autoptr(GArray) second = make_chain("s", "hi", "hello", "more", NULL);
  const char *const names[] = {"a", NULL};
  McRecalled *recalled = g_new0(McRecalled, 1);
  McMatch match;

  recalled->conversation_id = g_strdup("id-1");
  recalled->tail = *get_tail(first);
  recalled->injections =
      g_ptr_array_new_with_free_func((GDestroyNotify) mc_injection_unref);
  g_ptr_array_add(recalled->injections,
                  mc_injection_new(MC_INJECTION_SYSTEM, NULL, "sys", names, 1));
  mc_conversation_tracker_restore(tracker, recalled);
  McConversation *found = mc_conversation_tracker_find(tracker, second, &match);
  g_assert_nonnull(found);
  g_assert_cmpint(match, ==, MC_MATCH_LATEST);
  g_assert_cmpstr(mc_conversation_get_id(found), ==, "id-1");
  g_assert_false(mc_conversation_is_unchosen(found));
  const McInjection *injection = mc_conversation_get_injections(found)->pdata[0];
  g_assert_cmpstr(injection->text, ==, "sys");
}

static void
test_sessions_remember_their_tools(void)
{
  g_autoptr(McConversationTracker) tracker = mc_conversation_tracker_new(2);
  g_assert_false(mc_conversation_tracker_has_tools(tracker, "s"));
  mc_conversation_tracker_note_tools(tracker, "s");
  g_assert_true(mc_conversation_tracker_has_tools(tracker, "s"));
  g_assert_false(mc_conversation_tracker_has_tools(tracker, "t"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/proxy/conversation-tracker/" name, function)
  ADD("the-next-request-continues", test_the_next_request_continues);
  ADD("a-retry-is-the-same-turn", test_a_retry_is_the_same_turn);
  ADD("a-fork-inherits-what-stands-before-it",
      test_a_fork_inherits_what_stands_before_it);
  ADD("the-least-recently-used-goes-first", test_the_least_recently_used_goes_first);
  ADD("one-from-before-a-restart-keeps-its-bytes",
      test_one_from_before_a_restart_keeps_its_bytes);
  ADD("sessions-remember-their-tools", test_sessions_remember_their_tools);
  return g_test_run();
}
