/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/client-identity.h"

#include <string.h>

/* Headers as a flat list name, value, …, NULL. */
static const char *
lookup(const char *name, gpointer user_data)
{
  const char *const *headers = user_data;
  for (gsize i = 0; headers[i] != NULL; i += 2)
    if (g_ascii_strcasecmp(headers[i], name) == 0)
      return headers[i + 1];
  return NULL;
}

static McChatRequest *
parse(const char *json)
{
  g_autoptr(GBytes) body = g_bytes_new(json, strlen(json));
  g_autoptr(GError) error = NULL;
  McChatRequest *chat = mc_chat_request_new_openai(body, &error);
  g_assert_no_error(error);
  return chat;
}

static const char plain[] =
    "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"Be "
    "kind.\"},{\"role\":\"user\",\"content\":\"hi\"}]}";

static void
test_the_session_headers_have_an_order(void)
{
  const char *const both[] = {"X-Session-Id", "ses_1", "session_id", "uuid:2", NULL};
  g_autoptr(McChatRequest) chat = parse(plain);
  McClientIdentity identity;

  mc_client_identity_read(&identity, chat, lookup, (gpointer) both);
  g_assert_cmpstr(identity.session_key, ==, "uuid:2");
  g_assert_true(identity.has_session_id);
  g_assert_null(identity.side_reason);
  mc_client_identity_clear(&identity);
}

static void
test_without_an_id_client_and_system_text_make_the_key(void)
{
  const char *const curl[] = {"User-Agent", "curl/8", NULL};
  const char *const sdk[] = {"User-Agent", "OpenAI/JS 7.15.0", NULL};
  g_autoptr(McChatRequest) chat = parse(plain);
  McClientIdentity first, again, other;

  mc_client_identity_read(&first, chat, lookup, (gpointer) curl);
  mc_client_identity_read(&again, chat, lookup, (gpointer) curl);
  mc_client_identity_read(&other, chat, lookup, (gpointer) sdk);
  g_assert_cmpstr(first.client, ==, "curl");
  g_assert_cmpstr(other.client, ==, "openai-sdk");
  g_assert_false(first.has_session_id);
  g_assert_cmpstr(first.session_key, ==, again.session_key);
  g_assert_cmpstr(first.session_key, !=, other.session_key);
  mc_client_identity_clear(&first);
  mc_client_identity_clear(&again);
  mc_client_identity_clear(&other);
}

static void
test_a_session_header_alone_does_not_make_it_a_side_request(void)
{
  const char *const opencode[] = {"x-session-id", "ses_1", "User-Agent", "opencode/1.18",
                                  NULL};
  const char *const marked[] = {"x-session-id", "ses_1", "X-Turn-Type", "side", NULL};
  const char *const probe[] = {"session_id", "internal-session-effects-probe-1", NULL};
  g_autoptr(McChatRequest) chat = parse(plain);
  McClientIdentity identity;

  mc_client_identity_read(&identity, chat, lookup, (gpointer) opencode);
  g_assert_null(identity.side_reason);
  g_assert_cmpstr(identity.client, ==, "opencode");
  mc_client_identity_clear(&identity);
  mc_client_identity_read(&identity, chat, lookup, (gpointer) marked);
  g_assert_nonnull(identity.side_reason);
  mc_client_identity_clear(&identity);
  mc_client_identity_read(&identity, chat, lookup, (gpointer) probe);
  g_assert_nonnull(identity.side_reason);
  mc_client_identity_clear(&identity);
}

static void
test_the_clients_own_name_wins(void)
{
  const char *const told[] = {"X-Metaclaw-Client", "MyAgent", "User-Agent", "curl/8",
                              NULL};
  McClientIdentity identity;
  mc_client_identity_read(&identity, NULL, lookup, (gpointer) told);
  g_assert_cmpstr(identity.client, ==, "myagent");
  mc_client_identity_clear(&identity);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/proxy/client-identity/" name, function)
  ADD("the-session-headers-have-an-order", test_the_session_headers_have_an_order);
  ADD("without-an-id-client-and-system-text-make-the-key",
      test_without_an_id_client_and_system_text_make_the_key);
  ADD("a-session-header-alone-does-not-make-it-a-side-request",
      test_a_session_header_alone_does_not_make_it_a_side_request);
  ADD("the-clients-own-name-wins", test_the_clients_own_name_wins);
  return g_test_run();
}
