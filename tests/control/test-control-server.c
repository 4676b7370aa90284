/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "control/control-server.h"

#include <string.h>
#include <sys/stat.h>

#include <curl/curl.h>

#include "base/error.h"
#include "control-fixture.h"

typedef struct {
  gint afterwards; /* atomic */
} Seen;

static JsonNode *
handle_echo(McControlRequest *request, gpointer user_data, GError **error)
{
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "parameter");
  json_builder_add_string_value(builder, request->parameter);
  json_builder_set_member_name(builder, "text");
  json_builder_add_string_value(
      builder, request->body != NULL
                   ? json_object_get_string_member_with_default(request->body, "text", "")
                   : "no body");
  json_builder_end_object(builder);
  return json_builder_get_root(builder);
}

static JsonNode *
handle_failure(McControlRequest *request, gpointer user_data, GError **error)
{
  g_set_error(error, MC_ERROR, MC_ERROR_CONFLICT, "somebody has \"it\"");
  return NULL;
}

static void
note_afterwards(gpointer user_data)
{
  Seen *seen = user_data;
  g_atomic_int_inc(&seen->afterwards);
}

static JsonNode *
handle_stop(McControlRequest *request, gpointer user_data, GError **error)
{
  Seen *seen = user_data;
  g_assert_cmpint(g_atomic_int_get(&seen->afterwards), ==, 0);
  request->after_reply = note_afterwards;
  return handle_echo(request, user_data, error);
}

static const McControlRoute routes[] = {
    {"GET", "/echo/{name}", handle_echo}, {"POST", "/echo/{name}", handle_echo},
    {"GET", "/echo", handle_echo},        {"GET", "/failure", handle_failure},
    {"POST", "/stop", handle_stop},
};

typedef struct {
  long status;
  char *head;
  char *body;
} Answer;

static void
answer_clear(Answer *self)
{
  g_free(self->head);
  g_free(self->body);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

static size_t
collect(char *data, size_t size, size_t count, void *user_data)
{
  g_string_append_len(user_data, data, (gssize) count);
  return count;
}

/* A raw request, so that what our own client would never send can be sent. */
static Answer
ask(ControlFixture *fixture, const char *method, const char *path, const char *body,
    long length, const char *header)
{
  CURL *curl = curl_easy_init();
  g_autofree char *url = g_strconcat("http://localhost", path, NULL);
  GString *head = g_string_new(NULL);
  GString *text = g_string_new(NULL);
  struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
  if (header != NULL)
    headers = curl_slist_append(headers, header);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, fixture->socket);
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 10000L);
  if (body != NULL) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, length);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, text);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, collect);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, head);
  g_assert_cmpint(curl_easy_perform(curl), ==, CURLE_OK);
  Answer answer = {0};
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  answer.head = g_string_free(head, FALSE);
  answer.body = g_string_free(text, FALSE);
  return answer;
}

static ControlFixture *
start(Seen *seen)
{
  return control_fixture_new(getuid(), routes, G_N_ELEMENTS(routes), seen);
}

static void
test_route_gets_parameter_and_body(void)
{
  Seen seen = {0};
  ControlFixture *fixture = start(&seen);
  const char *body = "{\"text\":\"grüß\"}";
  g_auto(Answer) answer =
      ask(fixture, "POST", "/api/v1/echo/some-name", body, (long) strlen(body), NULL);
  g_assert_cmpint(answer.status, ==, 200);
  g_assert_cmpstr(answer.body, ==, "{\"parameter\":\"some-name\",\"text\":\"grüß\"}");
  g_assert_nonnull(strstr(answer.head, "application/json"));
  g_assert_nonnull(strstr(answer.head, MC_CONTROL_VERSION_HEADER ": " MC_VERSION));
  control_fixture_free(fixture);
}

static void
test_every_response_closes_its_connection(void)
{
  Seen seen = {0};
  ControlFixture *fixture = start(&seen);
  const char *paths[] = {"/api/v1/echo", "/api/v1/failure", "/nothing"};
  for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_auto(Answer) answer = ask(fixture, "GET", paths[i], NULL, 0, NULL);
    g_assert_nonnull(strstr(answer.head, "Connection: close"));
  }
  control_fixture_free(fixture);
}

static void
test_unknown_path_is_404(void)
{
  Seen seen = {0};
  ControlFixture *fixture = start(&seen);
  const char *paths[] = {"/api/v1/nothing", "/api/v1/echo/", "/api/v1/echo/a/b", "/",
                         "/echo",           "/api/v1",       "/api/v2/echo"};
  for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_auto(Answer) answer = ask(fixture, "GET", paths[i], NULL, 0, NULL);
    g_assert_cmpint(answer.status, ==, 404);
    g_assert_nonnull(strstr(answer.body, "\"code\":\"not_found\""));
  }
  control_fixture_free(fixture);
}

static void
test_wrong_method_is_405_and_says_which(void)
{
  Seen seen = {0};
  ControlFixture *fixture = start(&seen);
  g_auto(Answer) answer = ask(fixture, "DELETE", "/api/v1/echo/x", NULL, 0, NULL);
  g_assert_cmpint(answer.status, ==, 405);
  g_assert_nonnull(strstr(answer.head, "Allow: GET, POST"));
  control_fixture_free(fixture);
}

static void
test_error_becomes_its_status_code_and_words(void)
{
  Seen seen = {0};
  ControlFixture *fixture = start(&seen);
  g_auto(Answer) answer = ask(fixture, "GET", "/api/v1/failure", NULL, 0, NULL);
  g_assert_cmpint(answer.status, ==, 409);
  g_assert_cmpstr(answer.body, ==,
                  "{\"error\":{\"code\":\"conflict\","
                  "\"message\":\"somebody has \\\"it\\\"\"}}");
  control_fixture_free(fixture);
}

static void
test_bad_bodies_are_refused(void)
{
  Seen seen = {0};
  ControlFixture *fixture = start(&seen);
  const char *bodies[] = {"{", "[1]", "7", "{} {}x"};
  for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
    g_auto(Answer) answer =
        ask(fixture, "POST", "/api/v1/echo/x", bodies[i], (long) strlen(bodies[i]), NULL);
    g_assert_cmpint(answer.status, ==, 400);
  }
  g_autofree char *long_body = g_strnfill(MC_CONTROL_BODY_MAX + 1, ' ');
  g_auto(Answer) answer =
      ask(fixture, "POST", "/api/v1/echo/x", long_body, MC_CONTROL_BODY_MAX + 1, NULL);
  g_assert_cmpint(answer.status, ==, 413);
  g_auto(Answer) chunked =
      ask(fixture, "POST", "/api/v1/echo/x", "{}", 2, "Transfer-Encoding: chunked");
  g_assert_cmpint(chunked.status, ==, 413);
  control_fixture_free(fixture);
}

static void
test_another_user_is_refused(void)
{
  Seen seen = {0};
  ControlFixture *fixture =
      control_fixture_new(getuid() + 1, routes, G_N_ELEMENTS(routes), &seen);
  g_auto(Answer) answer = ask(fixture, "POST", "/api/v1/stop", "{}", 2, NULL);
  g_assert_cmpint(answer.status, ==, 403);
  g_assert_null(strstr(answer.body, "parameter"));
  g_assert_cmpint(g_atomic_int_get(&seen.afterwards), ==, 0);
  control_fixture_free(fixture);
}

static void
test_afterwards_runs_once_the_reply_has_left(void)
{
  Seen seen = {0};
  ControlFixture *fixture = start(&seen);
  g_auto(Answer) answer = ask(fixture, "POST", "/api/v1/stop", NULL, 0, NULL);
  g_assert_cmpint(answer.status, ==, 200);
  for (int i = 0; i < 1000 && g_atomic_int_get(&seen.afterwards) == 0; i++)
    g_usleep(1000);
  g_assert_cmpint(g_atomic_int_get(&seen.afterwards), ==, 1);
  control_fixture_free(fixture);
}

static void
test_socket_is_private(void)
{
  Seen seen = {0};
  ControlFixture *fixture = start(&seen);
  GStatBuf status;
  g_assert_cmpint(g_stat(fixture->socket, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0777, ==, 0600);
  control_fixture_free(fixture);
}

static void
test_successors_socket_is_left_alone(void)
{
  g_autofree char *folder = g_dir_make_tmp("mc-control-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "c.sock", NULL);
  g_autoptr(McControlServer) old =
      mc_control_server_new(path, getuid(), routes, G_N_ELEMENTS(routes), NULL, NULL);
  g_assert_nonnull(old);
  g_autoptr(GError) error = NULL;
  g_assert_null(
      mc_control_server_new(path, getuid(), routes, G_N_ELEMENTS(routes), NULL, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_CONFLICT);
  g_assert_cmpint(g_unlink(path), ==, 0);
  g_autoptr(McControlServer) new =
      mc_control_server_new(path, getuid(), routes, G_N_ELEMENTS(routes), NULL, NULL);
  g_assert_nonnull(new);
  g_clear_pointer(&old, mc_control_server_free);
  g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
  g_clear_pointer(&new, mc_control_server_free);
  g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/control/control-server/route-gets-parameter-and-body",
                  test_route_gets_parameter_and_body);
  g_test_add_func("/control/control-server/every-response-closes-its-connection",
                  test_every_response_closes_its_connection);
  g_test_add_func("/control/control-server/unknown-path-is-404",
                  test_unknown_path_is_404);
  g_test_add_func("/control/control-server/wrong-method-is-405-and-says-which",
                  test_wrong_method_is_405_and_says_which);
  g_test_add_func("/control/control-server/error-becomes-its-status-code-and-words",
                  test_error_becomes_its_status_code_and_words);
  g_test_add_func("/control/control-server/bad-bodies-are-refused",
                  test_bad_bodies_are_refused);
  g_test_add_func("/control/control-server/another-user-is-refused",
                  test_another_user_is_refused);
  g_test_add_func("/control/control-server/afterwards-runs-once-the-reply-has-left",
                  test_afterwards_runs_once_the_reply_has_left);
  g_test_add_func("/control/control-server/socket-is-private", test_socket_is_private);
  g_test_add_func("/control/control-server/successors-socket-is-left-alone",
                  test_successors_socket_is_left_alone);
  return g_test_run();
}
