/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/proxy-server.h"

#include "base/error.h"
#include "proxy-fixture.h"

static void
test_the_key_is_asked_for(Fixture *self, gconstpointer unused)
{
  post(self, "",
       "{\"model\":\"whole\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
  g_autofree char *reply = receive_until(self, "invalid_api_key");
  g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 401"));
  g_assert_cmpuint(self->n_seen, ==, 0);
}

static void
test_draining_lets_a_stream_finish(Fixture *self, gconstpointer unused)
{
  gboolean is_stopped = FALSE;
  post(self, "", STREAM_REQUEST);
  g_autofree char *first = receive_until(self, "one");
  mc_proxy_server_stop_async(self->proxy, 5000, on_stopped, &is_stopped);
  for (int i = 0; i < 50; i++) {
    g_main_context_iteration(NULL, FALSE);
    g_usleep(1000);
  }
  g_assert_false(is_stopped);
  write_text(self->open, FINISH_CHUNK DONE);
  mc_front_request_end(self->open);
  g_autofree char *rest = receive_until(self, "0\r\n\r\n");
  g_assert_nonnull(strstr(first, "one"));
  g_assert_nonnull(strstr(rest, "[DONE]"));
  while (!is_stopped)
    g_main_context_iteration(NULL, TRUE);
  g_clear_pointer(&self->proxy, mc_proxy_server_free);
}

static void
test_a_taken_port_is_a_conflict(Fixture *self, gconstpointer unused)
{
  McProxySettings settings = {.host = (char *) "127.0.0.1",
                              .port = mc_proxy_server_get_port(self->proxy)};
  g_autoptr(McConfig) config = mc_config_new_defaults();
  g_autoptr(McUpstreamRoute) route = mc_upstream_route_new(config, "/nowhere.sock");
  g_autoptr(McProxyServer) second =
      mc_proxy_server_new(&settings, route, &self->hooks, self->problems);
  g_autoptr(GError) error = NULL;
  g_assert_false(mc_proxy_server_start(second, &error));
  g_assert_error(error, MC_ERROR, MC_ERROR_CONFLICT);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  curl_global_init(CURL_GLOBAL_DEFAULT);
#define ADD_WITH(name, function, key)                                                    \
  g_test_add("/proxy/proxy-server/" name, Fixture, key, set_up, function, tear_down)
  ADD_WITH("the-key-is-asked-for", test_the_key_is_asked_for, "secret");
  ADD_WITH("draining-lets-a-stream-finish", test_draining_lets_a_stream_finish, NULL);
  ADD_WITH("a-taken-port-is-a-conflict", test_a_taken_port_is_a_conflict, NULL);
  return g_test_run();
}
