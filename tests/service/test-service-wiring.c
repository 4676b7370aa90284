/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/service-wiring.h"

#include <string.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "skill-samples.h"

typedef struct {
  char *folder;
  char *path;
  McSnapshot *config;
  McSnapshot *skills;
  McSessionStore *store;
  McServiceWiring *wiring;
  const McProxyHooks *hooks;
  guint n_answers;
  McInjection *injection; /* (owned) (nullable) */
  McRecalled *recalled;   /* (owned) (nullable) */
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp("mc-wiring-XXXXXX", NULL);
  fixture->path = g_build_filename(fixture->folder, "records.db", NULL);
  fixture->config =
      mc_snapshot_new((McSnapshotRef) mc_config_ref, (GDestroyNotify) mc_config_unref);
  fixture->skills = mc_snapshot_new((McSnapshotRef) mc_skill_index_ref,
                                    (GDestroyNotify) mc_skill_index_unref);
  mc_snapshot_publish(fixture->config, mc_config_new_defaults());
  mc_snapshot_publish(fixture->skills, make_sample_index());
  fixture->store = mc_session_store_new(fixture->path, NULL);
  g_assert_true(mc_session_store_open(fixture->store, NULL));
  fixture->wiring =
      mc_service_wiring_new(fixture->config, fixture->skills, fixture->store);
  fixture->hooks = mc_service_wiring_get_hooks(fixture->wiring);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  mc_session_store_close(fixture->store);
  mc_service_wiring_free(fixture->wiring);
  mc_session_store_free(fixture->store);
  mc_snapshot_free(fixture->config);
  mc_snapshot_free(fixture->skills);
  g_clear_pointer(&fixture->injection, mc_injection_unref);
  g_clear_pointer(&fixture->recalled, mc_recalled_free);
  static const char *const suffixes[] = {"", "-wal", "-shm"};
  for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
    g_autofree char *file = g_strconcat(fixture->path, suffixes[i], NULL);
    g_unlink(file);
  }
  g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
  g_free(fixture->path);
  g_free(fixture->folder);
}

static void
on_prepared(McInjection *injection, gpointer data)
{
  Fixture *fixture = data;
  fixture->n_answers++;
  g_clear_pointer(&fixture->injection, mc_injection_unref);
  fixture->injection = injection;
}

static void
prepare(Fixture *fixture, const char *words)
{
  const McPrepareRequest request = {
      .conversation_id = "c1",
      .client = "openclaw",
      .is_first = TRUE,
      .user_words = words,
      .anchor = {1, 2},
      .system_text = "",
  };
  guint before = fixture->n_answers;
  fixture->hooks->prepare(&request, on_prepared, fixture, fixture->hooks->user_data);
  /* Answered before it returns: no turn of the loop on the path of a request. */
  g_assert_cmpuint(fixture->n_answers, ==, before + 1);
}

static void
on_recalled(McRecalled *recalled, gpointer data)
{
  Fixture *fixture = data;
  fixture->n_answers++;
  fixture->recalled = recalled;
}

static void
recall(Fixture *fixture, const McTurnHash *link)
{
  guint before = fixture->n_answers;
  fixture->hooks->recall(link, 1, on_recalled, fixture, fixture->hooks->user_data);
  gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
  while (fixture->n_answers == before && g_get_monotonic_time() < deadline)
    g_main_context_iteration(NULL, FALSE);
  g_assert_cmpuint(fixture->n_answers, ==, before + 1);
}

static void
test_chosen_text_is_recalled_byte_for_byte(Fixture *fixture, gconstpointer data)
{
  prepare(fixture, "my test is flaky");
  g_assert_nonnull(fixture->injection);
  g_assert_cmpuint(mc_service_wiring_count_injections(fixture->wiring), ==, 1);
  const McTurnHash tail = {7, 8};
  fixture->hooks->advanced("c1", &tail, fixture->hooks->user_data);
  recall(fixture, &tail);
  g_assert_nonnull(fixture->recalled);
  g_assert_cmpstr(fixture->recalled->conversation_id, ==, "c1");
  g_assert_true(mc_turn_hash_equal(&fixture->recalled->tail, &tail));
  g_assert_cmpuint(fixture->recalled->injections->len, ==, 1);
  const McInjection *stored = fixture->recalled->injections->pdata[0];
  g_assert_cmpstr(stored->text, ==, fixture->injection->text);
}

/* A fork carries what its origin carries, also after a restart. */
static void
test_fork_is_recalled_with_what_it_inherits(Fixture *fixture, gconstpointer data)
{
  prepare(fixture, "my test is flaky");
  g_autoptr(GPtrArray) inherited =
      g_ptr_array_new_with_free_func((GDestroyNotify) mc_injection_unref);
  g_ptr_array_add(inherited, mc_injection_ref(fixture->injection));
  fixture->hooks->opened("c2", "openclaw", inherited, fixture->hooks->user_data);
  const McTurnHash tail = {9, 9};
  fixture->hooks->advanced("c2", &tail, fixture->hooks->user_data);
  recall(fixture, &tail);
  g_assert_nonnull(fixture->recalled);
  g_assert_cmpstr(fixture->recalled->conversation_id, ==, "c2");
  g_assert_cmpuint(fixture->recalled->injections->len, ==, 1);
}

static void
test_unknown_conversation_is_answered(Fixture *fixture, gconstpointer data)
{
  const McTurnHash unknown = {5, 5};
  recall(fixture, &unknown);
  g_assert_null(fixture->recalled);
}

static void
test_a_recall_that_nobody_answers_leaks_nothing(Fixture *fixture, gconstpointer data)
{
  const McTurnHash tail = {7, 8};
  fixture->hooks->advanced("c1", &tail, fixture->hooks->user_data);
  g_autoptr(GMainContext) context = g_main_context_new();
  g_main_context_push_thread_default(context);
  fixture->hooks->recall(&tail, 1, on_recalled, fixture, fixture->hooks->user_data);
  g_main_context_pop_thread_default(context);
  g_assert_cmpuint(fixture->n_answers, ==, 0);
}

static void
test_switched_off_skills_add_nothing(Fixture *fixture, gconstpointer data)
{
  g_autoptr(McConfig) config = mc_snapshot_dup(fixture->config);
  mc_snapshot_publish(fixture->config,
                      mc_config_with(config, MC_KEY_SKILLS_ENABLED, "false", NULL));
  prepare(fixture, "my test is flaky");
  g_assert_null(fixture->injection);
  mc_snapshot_publish(fixture->config, mc_config_ref(config));
  prepare(fixture, "good morning");
  g_assert_cmpuint(fixture->n_answers, ==, 2);
}

static void
test_limits_follow_the_configuration(Fixture *fixture, gconstpointer data)
{
  g_autoptr(McConfig) config = mc_snapshot_dup(fixture->config);
  McSkillLimits limits = mc_service_wiring_read_limits(config);
  g_assert_cmpuint(limits.top_k, ==, 6);
  g_assert_cmpuint(limits.max_tokens, ==, 700);
  g_assert_cmpuint(limits.conversation_tokens, ==, 3000);
  g_autoptr(McConfig) changed = mc_config_with(config, MC_KEY_SKILLS_TOP_K, "2", NULL);
  g_assert_cmpuint(mc_service_wiring_read_limits(changed).top_k, ==, 2);
}

static gint64
count_requests(Fixture *fixture, const char *condition)
{
  sqlite3 *database = NULL;
  sqlite3_stmt *statement = NULL;
  g_autofree char *sql =
      g_strconcat("SELECT count(*) FROM request WHERE ", condition, NULL);
  g_assert_cmpint(sqlite3_open(fixture->path, &database), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
  gint64 n = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return n;
}

static void
test_finished_requests_are_recorded(Fixture *fixture, gconstpointer data)
{
  McTurnDone turn = {
      .conversation_id = "c1",
      .client = "opencode",
      .model = "m",
      .provider = "custom",
      .is_stream = TRUE,
      .status = 200,
      .outcome = MC_OUTCOME_OK,
      .usage = {11, 12, 13, 14},
      .started_us = 1000,
      .duration_us = 21,
      .first_byte_us = 22,
      .added_us = 23,
  };
  fixture->hooks->turn_done(&turn, fixture->hooks->user_data);
  turn.outcome = MC_OUTCOME_CANCELLED;
  fixture->hooks->turn_done(&turn, fixture->hooks->user_data);
  turn.outcome = MC_OUTCOME_FAILED;
  turn.status = 502;
  fixture->hooks->turn_done(&turn, fixture->hooks->user_data);
  mc_session_store_flush(fixture->store);
  g_assert_cmpint(
      count_requests(fixture,
                     "outcome = 'ok' AND status = 200 AND is_stream AND input_tokens = "
                     "11 AND cached_input_tokens = 12 AND cache_write_tokens = 13 AND "
                     "output_tokens = 14 AND duration_us = 21 AND first_byte_us = 22 "
                     "AND added_us = 23 AND client = 'opencode' AND model = 'm'"),
      ==, 1);
  g_assert_cmpint(count_requests(fixture, "outcome = 'cancelled'"), ==, 1);
  g_assert_cmpint(count_requests(fixture, "outcome = 'failed' AND status = 502"), ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, test)                                                                  \
  g_test_add("/service/service-wiring/" path, Fixture, NULL, set_up, test, tear_down)
  ADD("chosen-text-is-recalled-byte-for-byte",
      test_chosen_text_is_recalled_byte_for_byte);
  ADD("fork-is-recalled-with-what-it-inherits",
      test_fork_is_recalled_with_what_it_inherits);
  ADD("unknown-conversation-is-answered", test_unknown_conversation_is_answered);
  ADD("a-recall-that-nobody-answers-leaks-nothing",
      test_a_recall_that_nobody_answers_leaks_nothing);
  ADD("switched-off-skills-add-nothing", test_switched_off_skills_add_nothing);
  ADD("limits-follow-the-configuration", test_limits_follow_the_configuration);
  ADD("finished-requests-are-recorded", test_finished_requests_are_recorded);
  return g_test_run();
}
