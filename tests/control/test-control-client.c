/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "control/control-client.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/error.h"
#include "control-fixture.h"

static JsonNode *
handle_echo(McControlRequest *request, gpointer user_data, GError **error)
{
  JsonNode *node = json_node_new(JSON_NODE_OBJECT);
  JsonObject *object = json_object_new();
  if (request->body != NULL)
    json_object_set_string_member(
        object, "text",
        json_object_get_string_member_with_default(request->body, "text", ""));
  json_node_take_object(node, object);
  return node;
}

static JsonNode *
handle_failure(McControlRequest *request, gpointer user_data, GError **error)
{
  g_set_error(error, MC_ERROR, MC_ERROR_NOT_FOUND, "skill 'x': there is none");
  return NULL;
}

static const McControlRoute routes[] = {
    {"POST", "/echo", handle_echo},
    {"GET", "/echo", handle_echo},
    {"GET", "/failure", handle_failure},
};

static void
test_round_trip_keeps_the_body(void)
{
  ControlFixture *fixture =
      control_fixture_new(getuid(), routes, G_N_ELEMENTS(routes), NULL);
  g_autoptr(McControlClient) client = mc_control_client_new(fixture->home);
  g_autoptr(JsonNode) body = json_node_new(JSON_NODE_OBJECT);
  JsonObject *object = json_object_new();
  json_object_set_string_member(object, "text", "line\nfeed \"and\" 漢字");
  json_node_take_object(body, object);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) reply =
      mc_control_client_call(client, "POST", "/echo", body, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(json_object_get_string_member(json_node_get_object(reply), "text"), ==,
                  "line\nfeed \"and\" 漢字");
  g_assert_null(mc_control_client_get_other_version(client));

  g_autoptr(JsonNode) empty =
      mc_control_client_call(client, "POST", "/echo", NULL, &error);
  g_assert_no_error(error);
  g_assert_nonnull(empty);
  control_fixture_free(fixture);
}

static void
test_service_error_keeps_code_and_words(void)
{
  ControlFixture *fixture =
      control_fixture_new(getuid(), routes, G_N_ELEMENTS(routes), NULL);
  g_autoptr(McControlClient) client = mc_control_client_new(fixture->home);
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_control_client_call(client, "GET", "/failure", NULL, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_FOUND);
  g_assert_cmpstr(error->message, ==, "skill 'x': there is none");
  control_fixture_free(fixture);
}

static void
test_no_socket_means_not_running(void)
{
  g_autofree char *home = g_dir_make_tmp("mc-client-XXXXXX", NULL);
  g_autoptr(McControlClient) client = mc_control_client_new(home);
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_control_client_call(client, "GET", "/echo", NULL, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_RUNNING);
  g_assert_nonnull(strstr(error->message, home));
  g_assert_nonnull(strstr(error->message, "metaclaw start"));
  g_rmdir(home);
}

/* A listening unix socket, or -1. */
static int
bind_socket(const char *path)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  g_strlcpy(address.sun_path, path, sizeof address.sun_path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(bind(fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint(listen(fd, 1), ==, 0);
  return fd;
}

static void
test_dead_socket_means_not_running(void)
{
  g_autofree char *home = g_dir_make_tmp("mc-client-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(home, "dead.sock", NULL);
  g_autofree char *record = g_build_filename(home, "control.path", NULL);
  close(bind_socket(path));
  g_assert_true(mc_control_paths_record(home, path, NULL));
  g_autoptr(McControlClient) client = mc_control_client_new(home);
  g_autoptr(GError) error = NULL;
  g_assert_null(mc_control_client_call(client, "GET", "/echo", NULL, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_NOT_RUNNING);
  g_unlink(path);
  g_unlink(record);
  g_rmdir(home);
}

typedef struct {
  int fd;
  const char *reply;
} Impostor;

static gpointer
answer_once(gpointer data)
{
  Impostor *self = data;
  int peer = accept(self->fd, NULL, NULL);
  char buffer[4096];
  g_assert_cmpint(read(peer, buffer, sizeof buffer), >, 0);
  g_assert_cmpint(write(peer, self->reply, strlen(self->reply)), >, 0);
  close(peer);
  return NULL;
}

static void
call_impostor(const char *answer, int expected_code, const char *expected_version)
{
  g_autofree char *home = g_dir_make_tmp("mc-client-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(home, "c.sock", NULL);
  g_autofree char *record = g_build_filename(home, "control.path", NULL);
  g_assert_true(mc_control_paths_record(home, path, NULL));
  Impostor impostor = {bind_socket(path), answer};
  GThread *thread = g_thread_new("impostor", answer_once, &impostor);
  g_autoptr(McControlClient) client = mc_control_client_new(home);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) reply =
      mc_control_client_call(client, "GET", "/echo", NULL, &error);
  g_thread_join(thread);
  close(impostor.fd);
  if (expected_code < 0) {
    g_assert_no_error(error);
    g_assert_nonnull(reply);
  } else {
    g_assert_error(error, MC_ERROR, expected_code);
  }
  g_assert_cmpstr(mc_control_client_get_other_version(client), ==, expected_version);
  g_unlink(path);
  g_unlink(record);
  g_rmdir(home);
}

static void
test_what_is_no_service_is_told(void)
{
  call_impostor("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<htm>", MC_ERROR_PROTOCOL,
                NULL);
  call_impostor("HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\n[]", MC_ERROR_PROTOCOL,
                NULL);
  call_impostor("HTTP/1.1 500 No\r\nContent-Length: 11\r\n\r\n{\"error\":1}",
                MC_ERROR_PROTOCOL, NULL);
  call_impostor("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}", MC_ERROR_PROTOCOL,
                NULL);
  call_impostor("nonsense\r\n\r\n", MC_ERROR_PROTOCOL, NULL);
}

static void
test_other_version_is_noted(void)
{
  call_impostor("HTTP/1.1 200 OK\r\nx-metaclaw-version:  9.9.9 \r\n"
                "Content-Length: 2\r\n\r\n{}",
                -1, "9.9.9");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/control/control-client/round-trip-keeps-the-body",
                  test_round_trip_keeps_the_body);
  g_test_add_func("/control/control-client/service-error-keeps-code-and-words",
                  test_service_error_keeps_code_and_words);
  g_test_add_func("/control/control-client/no-socket-means-not-running",
                  test_no_socket_means_not_running);
  g_test_add_func("/control/control-client/dead-socket-means-not-running",
                  test_dead_socket_means_not_running);
  g_test_add_func("/control/control-client/what-is-no-service-is-told",
                  test_what_is_no_service_is_told);
  g_test_add_func("/control/control-client/other-version-is-noted",
                  test_other_version_is_noted);
  return g_test_run();
}
