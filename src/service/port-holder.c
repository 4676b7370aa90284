/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "service/port-holder.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "net/listen-socket.h"

#define LISTENING      0x0A /* TCP_LISTEN in the kernel's tcp_states.h */
#define PORTS_TO_TRY   100u
#define MOST_PROCESSES 65536

/* One line of the table: "sl local_address rem_address st tx:rx tr:when retrnsmt uid
 * timeout inode …", addresses and state in hexadecimal. */
static guint64
read_line(const char *line, guint16 port)
{
  g_auto(GStrv) words = g_strsplit_set(line, " ", -1);
  const char *fields[10];
  guint n_fields = 0;
  for (guint i = 0; words[i] != NULL && n_fields < G_N_ELEMENTS(fields); i++)
    if (*words[i] != '\0')
      fields[n_fields++] = words[i];
  if (n_fields < G_N_ELEMENTS(fields))
    return 0;
  const char *colon = strrchr(fields[1], ':');
  if (colon == NULL || g_ascii_strtoull(colon + 1, NULL, 16) != port ||
      g_ascii_strtoull(fields[3], NULL, 16) != LISTENING)
    return 0;
  return g_ascii_strtoull(fields[9], NULL, 10);
}

guint64
mc_port_holder_find_inode(const char *table, guint16 port)
{
  g_auto(GStrv) lines = g_strsplit(table, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    guint64 inode = read_line(lines[i], port);
    if (inode != 0)
      return inode;
  }
  return 0;
}

static gboolean
has_open(const char *pid, const char *target)
{
  g_autofree char *folder = g_build_filename("/proc", pid, "fd", NULL);
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *link = g_build_filename(folder, name, NULL);
    g_autofree char *found = g_file_read_link(link, NULL);
    if (g_strcmp0(found, target) == 0)
      return TRUE;
  }
  return FALSE;
}

/* "NAME (pid N)" of the process that has the socket @inode open, or NULL. */
static char *
find_process(guint64 inode)
{
  g_autofree char *target = g_strdup_printf("socket:[%" G_GUINT64_FORMAT "]", inode);
  g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
  const char *pid;
  for (int i = 0; dir != NULL && i < MOST_PROCESSES; i++) {
    pid = g_dir_read_name(dir);
    if (pid == NULL)
      break;
    if (!g_ascii_isdigit(*pid) || !has_open(pid, target))
      continue;
    g_autofree char *path = g_build_filename("/proc", pid, "comm", NULL);
    g_autofree char *name = NULL;
    if (!g_file_get_contents(path, &name, NULL, NULL))
      return NULL;
    g_autofree char *valid = g_utf8_make_valid(g_strchomp(name), -1);
    return g_strdup_printf("%s (pid %s)", valid, pid);
  }
  return NULL;
}

char *
mc_port_holder_describe(guint16 port)
{
  static const char *const tables[] = {"/proc/net/tcp", "/proc/net/tcp6"};
  for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
    g_autofree char *table = NULL;
    if (!g_file_get_contents(tables[i], &table, NULL, NULL))
      continue;
    guint64 inode = mc_port_holder_find_inode(table, port);
    char *process = inode != 0 ? find_process(inode) : NULL;
    if (process != NULL)
      return process;
  }
  return g_strdup("another process");
}

guint16
mc_port_holder_find_free(const char *host, guint16 port)
{
  for (guint next = port + 1u; next <= G_MAXUINT16 && next <= port + PORTS_TO_TRY;
       next++) {
    int fd = mc_listen_socket_new_tcp(host, (guint16) next, NULL);
    if (fd >= 0) {
      close(fd);
      return (guint16) next;
    }
  }
  return 0;
}
