/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "upstream/practice.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#define HELLO "\"messages\":[{\"role\":\"user\",\"content\":\"Hello there\"}]"

typedef struct {
  char *folder; /* (owned) */
  char *path;   /* (owned) of the socket */
  McPractice *practice;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer delay)
{
  g_autoptr(GError) error = NULL;
  g_setenv("METACLAW_PRACTICE_DELAY_MS", delay, TRUE);
  fixture->folder = g_dir_make_tmp("mc-practice-XXXXXX", &error);
  g_assert_no_error(error);
  fixture->path = g_build_filename(fixture->folder, "practice.sock", NULL);
  fixture->practice = mc_practice_new(fixture->path, &error);
  g_assert_no_error(error);
}

static void
tear_down(Fixture *fixture, gconstpointer delay)
{
  mc_practice_free(fixture->practice);
  /* Nothing is left behind: neither the socket nor a timer. */
  g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
  g_assert_false(g_main_context_pending(NULL));
  g_rmdir(fixture->folder);
  g_free(fixture->folder);
  g_free(fixture->path);
}

/* One request by curl, which blocks in a thread of its own while the context turns. */
typedef struct {
  const char *path;   /* of the socket */
  const char *target; /* "/v1/models" */
  const char *body;   /* (nullable) NULL = GET */
  CURLcode result;
  long status;
  char *type;       /* (owned) */
  GString *answer;  /* (owned) */
  guint n_arrivals; /* how many times bytes came */
  gint64 duration_us;
  int is_done; /* accessed atomically */
} Call;

static size_t
on_bytes(char *bytes, size_t size, size_t length, void *data)
{
  Call *call = data;
  g_string_append_len(call->answer, bytes, (gssize) (size * length));
  call->n_arrivals++;
  return size * length;
}

static gpointer
perform(gpointer data)
{
  Call *call = data;
  CURL *curl = curl_easy_init();
  g_autofree char *url = g_strconcat("http://localhost", call->target, NULL);
  char *type = NULL;
  gint64 start_us = g_get_monotonic_time();
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, call->path);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 20000L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
  if (call->body != NULL)
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body);
  call->result = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &call->status);
  curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
  call->type = g_strdup(type);
  call->duration_us = g_get_monotonic_time() - start_us;
  curl_easy_cleanup(curl);
  g_atomic_int_set(&call->is_done, TRUE);
  g_main_context_wakeup(NULL);
  return NULL;
}

static void
run(Call *call, Fixture *fixture, const char *target, const char *body)
{
  *call = (Call){.path = fixture->path,
                 .target = target,
                 .body = body,
                 .answer = g_string_new(NULL)};
  GThread *thread = g_thread_new("client", perform, call);
  while (!g_atomic_int_get(&call->is_done))
    g_main_context_iteration(NULL, TRUE);
  g_thread_join(thread);
  /* The server sees the closed connection. */
  for (guint i = 0; i < 10; i++)
    g_main_context_iteration(NULL, FALSE);
}

static void
clear_call(Call *call)
{
  g_free(call->type);
  g_string_free(call->answer, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Call, clear_call)

static void
assert_answered(const Call *call, long status, const char *type, const char *part)
{
  g_assert_cmpint(call->result, ==, CURLE_OK);
  g_assert_cmpint(call->status, ==, status);
  g_assert_cmpstr(call->type, ==, type);
  if (strstr(call->answer->str, part) == NULL)
    g_test_fail_printf("'%s' is not in '%s'", part, call->answer->str);
}

static void
test_chat_is_answered(Fixture *fixture, gconstpointer delay)
{
  g_auto(Call) call = {0};
  run(&call, fixture, "/v1/chat/completions", "{" HELLO "}");
  assert_answered(&call, 200, "application/json", "You wrote 2 words.");
}

static void
test_stream_arrives_piece_by_piece(Fixture *fixture, gconstpointer delay)
{
  g_auto(Call) call = {0};
  run(&call, fixture, "/v1/chat/completions", "{" HELLO ",\"stream\":true}");
  assert_answered(&call, 200, "text/event-stream", "\"finish_reason\":\"stop\"");
  g_assert_true(g_str_has_suffix(call.answer->str, "data: [DONE]\n\n"));
  g_assert_cmpuint(call.n_arrivals, >, 20);
  g_assert_cmpint(call.duration_us, >, 300 * 1000);
  g_assert_cmpint(call.duration_us, <, 5 * G_USEC_PER_SEC); /* a busy machine */
}

static void
test_stream_without_delay_is_the_same_bytes(Fixture *fixture, gconstpointer delay)
{
  g_auto(Call) one = {0};
  g_auto(Call) two = {0};
  run(&one, fixture, "/v1/chat/completions", "{" HELLO ",\"stream\":true}");
  run(&two, fixture, "/v1/chat/completions", "{" HELLO ",\"stream\":true}");
  assert_answered(&one, 200, "text/event-stream", "metaclaw-practice");
  g_assert_true(g_str_has_suffix(one.answer->str, "data: [DONE]\n\n"));
  g_assert_cmpstr(one.answer->str, ==, two.answer->str);
}

static void
test_models_and_embeddings_are_answered(Fixture *fixture, gconstpointer delay)
{
  g_auto(Call) models = {0};
  run(&models, fixture, "/v1/models", NULL);
  assert_answered(&models, 200, "application/json", "\"id\":\"metaclaw-practice\"");
  g_auto(Call) embeddings = {0};
  run(&embeddings, fixture, "/v1/embeddings", "{\"input\":\"x\"}");
  assert_answered(&embeddings, 200, "application/json", "\"object\":\"embedding\"");
}

static void
test_mistakes_get_errors_of_openais_shape(Fixture *fixture, gconstpointer delay)
{
  static const struct {
    const char *target;
    const char *body;
    long status;
  } mistakes[] = {
      {"/v1/chat/completions", "not json", 400},
      {"/v1/chat/completions", "", 400},
      {"/v1/chat/completions", "{" HELLO ",\"n\":2}", 400},
      {"/v1/chat/completions", NULL, 404},
      {"/v1/embeddings", "{}", 400},
      {"/v1/responses", "{}", 404},
      {"/", NULL, 404},
      {"/%22quoted%22", NULL, 404},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
    g_auto(Call) call = {0};
    run(&call, fixture, mistakes[i].target, mistakes[i].body);
    assert_answered(&call, mistakes[i].status, "application/json",
                    "{\"error\":{\"message\":\"");
  }
}

static void
test_client_that_leaves_ends_its_stream(Fixture *fixture, gconstpointer delay)
{
  static const char request[] = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n"
                                "Content-Length: 81\r\n\r\n"
                                "{\"stream\":true,\"messages\":[{\"role\":\"user\","
                                "\"content\":\"Hello there, a few words\"}]}";
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketClient) client = g_socket_client_new();
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new(fixture->path);
  GSocketConnection *connection =
      g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, &error);
  g_assert_no_error(error);
  GSocket *socket = g_socket_connection_get_socket(connection);
  g_assert_cmpint(g_socket_send(socket, request, sizeof request - 1, NULL, &error), ==,
                  sizeof request - 1);
  g_socket_set_blocking(socket, FALSE);
  g_autoptr(GString) answer = g_string_new(NULL);
  while (strstr(answer->str, "data: ") == NULL) {
    char bytes[256];
    gssize length = g_socket_receive(socket, bytes, sizeof bytes, NULL, NULL);
    if (length > 0)
      g_string_append_len(answer, bytes, length);
    else
      g_main_context_iteration(NULL, TRUE);
  }
  g_object_unref(connection);

  /* The stream would go on for half a second more; with its timer gone the context falls
   * silent at once. */
  gint64 deadline_us = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
  guint n_turns = 0;
  gint64 quiet_since_us = g_get_monotonic_time();
  while (g_get_monotonic_time() - quiet_since_us < 100 * 1000) {
    g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
    if (g_main_context_iteration(NULL, FALSE)) {
      quiet_since_us = g_get_monotonic_time();
      n_turns++;
    }
    g_usleep(1000);
  }
  g_assert_cmpuint(n_turns, <, 10);
}

static void
test_socket_is_private_and_not_shared(Fixture *fixture, gconstpointer delay)
{
  struct stat status;
  g_assert_cmpint(stat(fixture->path, &status), ==, 0);
  g_assert_true(S_ISSOCK(status.st_mode));
  g_assert_cmpuint(status.st_mode & 077, ==, 0);

  g_autoptr(GError) error = NULL;
  g_autofree char *nowhere = g_build_filename(fixture->folder, "no", "where", NULL);
  g_assert_null(mc_practice_new(nowhere, &error));
  g_assert_nonnull(error);
}

static void
test_socket_of_a_successor_stays(Fixture *fixture, gconstpointer delay)
{
  /* The one who takes over has bound the same path anew. */
  g_assert_cmpint(g_unlink(fixture->path), ==, 0);
  g_autoptr(GError) error = NULL;
  McPractice *successor = mc_practice_new(fixture->path, &error);
  g_assert_no_error(error);
  mc_practice_free(fixture->practice);
  fixture->practice = successor;
  g_assert_true(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  curl_global_init(CURL_GLOBAL_DEFAULT);
#define ADD(name, delay, function)                                                       \
  g_test_add("/upstream/practice/" name, Fixture, delay, set_up, function, tear_down)
  ADD("chat-is-answered", "15", test_chat_is_answered);
  ADD("stream-arrives-piece-by-piece", "15", test_stream_arrives_piece_by_piece);
  ADD("stream-without-delay-is-the-same-bytes", "0",
      test_stream_without_delay_is_the_same_bytes);
  ADD("models-and-embeddings-are-answered", "0", test_models_and_embeddings_are_answered);
  ADD("mistakes-get-errors-of-openais-shape", "0",
      test_mistakes_get_errors_of_openais_shape);
  ADD("client-that-leaves-ends-its-stream", "15",
      test_client_that_leaves_ends_its_stream);
  ADD("socket-is-private-and-not-shared", "0", test_socket_is_private_and_not_shared);
  ADD("socket-of-a-successor-stays", "0", test_socket_of_a_successor_stays);
  int result = g_test_run();
  curl_global_cleanup();
  return result;
}
