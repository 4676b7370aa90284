/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "net/socket-handover.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "net/listen-socket.h"

typedef struct {
  int offer;
  int listener;
  gboolean is_given;
} Giver;

static gpointer
give_when_asked(gpointer data)
{
  Giver *giver = data;
  struct pollfd descriptor = {.fd = giver->offer, .events = POLLIN};
  g_assert_cmpint(poll(&descriptor, 1, 5000), ==, 1);
  giver->is_given = mc_socket_handover_give(giver->offer, giver->listener);
  return NULL;
}

static void
test_a_client_in_the_backlog_is_not_lost(void)
{
  g_autofree char *folder = g_dir_make_tmp("mc-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "handover.sock", NULL);
  Giver giver = {.offer = mc_listen_socket_new_unix(path, NULL),
                 .listener = mc_listen_socket_new_tcp("127.0.0.1", 0, NULL)};
  g_assert_cmpint(giver.offer, >=, 0);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port =
                                    htons(mc_listen_socket_get_port(giver.listener)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(connect(client, (struct sockaddr *) &address, sizeof address), ==, 0);

  GThread *thread = g_thread_new("giver", give_when_asked, &giver);
  int taken = mc_socket_handover_take(path);
  g_thread_join(thread);
  g_assert_true(giver.is_given);
  g_assert_cmpint(taken, >=, 0);
  g_assert_cmpint(fcntl(taken, F_GETFD) & FD_CLOEXEC, !=, 0);
  close(giver.listener);
  int accepted = accept(taken, NULL, NULL);
  g_assert_cmpint(accepted, >=, 0);
  close(accepted);
  close(client);
  close(taken);
  close(giver.offer);
  g_unlink(path);
  g_rmdir(folder);
}

static void
test_without_an_offer_there_is_no_wait(void)
{
  g_autofree char *folder = g_dir_make_tmp("mc-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "handover.sock", NULL);
  gint64 before = g_get_monotonic_time();
  g_assert_cmpint(mc_socket_handover_take(path), ==, -1);
  int offer = mc_listen_socket_new_unix(path, NULL);
  g_assert_false(mc_socket_handover_give(offer, offer));
  close(offer);
  g_assert_cmpint(mc_socket_handover_take(path), ==, -1);
  g_assert_cmpint(g_get_monotonic_time() - before, <, G_USEC_PER_SEC);
  g_unlink(path);
  g_rmdir(folder);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/net/socket-handover/a-client-in-the-backlog-is-not-lost",
                  test_a_client_in_the_backlog_is_not_lost);
  g_test_add_func("/net/socket-handover/without-an-offer-there-is-no-wait",
                  test_without_an_offer_there_is_no_wait);
  return g_test_run();
}
