/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "control/control-server.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>

#include "base/error.h"
#include "base/json.h"
#include "net/listen-socket.h"

struct _McControlServer {
  SoupServer *soup; /* (owned) */
  char *path;       /* (owned) */
  dev_t device;     /* of our own socket file, so that we never remove a successor's */
  ino_t inode;
  uid_t owner;
  const McControlRoute *routes; /* (unowned) */
  guint n_routes;
  gpointer user_data;
  GPtrArray *afterwards; /* (owned) (element-type GSource) waiting for their turn */
};

/* What runs after a reply has left. */
typedef struct {
  McControlServer *server; /* (unowned) */
  GSource *source;         /* (unowned) (nullable) before the reply has left */
  void (*run)(gpointer user_data);
  gpointer user_data;
} Afterwards;

static void
destroy_source(gpointer source)
{
  g_source_destroy(source);
  g_source_unref(source);
}

static void
write_json(SoupServerMessage *message, int status, JsonNode *root)
{
  char *text = json_to_string(root, FALSE);
  soup_server_message_set_status(message, (guint) status, NULL);
  soup_server_message_set_response(message, "application/json", SOUP_MEMORY_TAKE, text,
                                   strlen(text));
}

static void
write_error(SoupServerMessage *message, int status, const GError *error)
{
  const McErrorInfo *info = mc_error_get_info(
      error->domain == MC_ERROR ? error->code : (int) MC_ERROR_INTERNAL);
  g_autoptr(JsonBuilder) builder = json_builder_new();
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "error");
  json_builder_begin_object(builder);
  json_builder_set_member_name(builder, "code");
  json_builder_add_string_value(builder, info->name);
  json_builder_set_member_name(builder, "message");
  json_builder_add_string_value(builder, error->message);
  json_builder_end_object(builder);
  json_builder_end_object(builder);
  g_autoptr(JsonNode) root = json_builder_get_root(builder);
  write_json(message, status != 0 ? status : info->http_status, root);
}

/* TRUE when @path is an instance of @pattern; *@parameter is then the part that stands
 * for a last part in braces. */
static gboolean
match_path(const char *pattern, const char *path, const char **parameter)
{
  *parameter = NULL;
  const char *brace = strchr(pattern, '{');
  if (brace == NULL)
    return g_str_equal(pattern, path);
  gsize fixed = (gsize) (brace - pattern);
  if (strncmp(pattern, path, fixed) != 0 || path[fixed] == '\0' ||
      strchr(path + fixed, '/') != NULL)
    return FALSE;
  *parameter = path + fixed;
  return TRUE;
}

/* The route of a request; without one *@status is 404, or 405 and *@allowed says which
 * methods the path has. */
static const McControlRoute *
find_route(McControlServer *self, const char *method, const char *path,
           const char **parameter, int *status, GString *allowed)
{
  *status = SOUP_STATUS_NOT_FOUND;
  for (guint i = 0; i < self->n_routes; i++) {
    if (!match_path(self->routes[i].path, path, parameter))
      continue;
    if (g_str_equal(self->routes[i].method, method))
      return &self->routes[i];
    *status = SOUP_STATUS_METHOD_NOT_ALLOWED;
    g_string_append_printf(allowed, "%s%s", allowed->len > 0 ? ", " : "",
                           self->routes[i].method);
  }
  return NULL;
}

static gboolean
is_owner(McControlServer *self, SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket(message);
  if (socket == NULL)
    return FALSE;
  g_autoptr(GCredentials) peer = g_socket_get_credentials(socket, NULL);
  return peer != NULL && g_credentials_get_unix_user(peer, NULL) == self->owner;
}

/* Refuses before a body is read: the wrong user, and bodies that are too long or of
 * unknown length. */
static void
on_head(SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
        gpointer user_data)
{
  McControlServer *self = user_data;
  SoupMessageHeaders *request = soup_server_message_get_request_headers(message);
  SoupMessageHeaders *response = soup_server_message_get_response_headers(message);
  soup_message_headers_replace(response, "Connection", "close");
  soup_message_headers_replace(response, MC_CONTROL_VERSION_HEADER, MC_VERSION);

  g_autoptr(GError) error = NULL;
  if (!is_owner(self, message))
    g_set_error(&error, MC_ERROR, MC_ERROR_NOT_ALLOWED,
                "this service belongs to another user");
  else if (soup_message_headers_get_encoding(request) == SOUP_ENCODING_CHUNKED ||
           soup_message_headers_get_content_length(request) > MC_CONTROL_BODY_MAX)
    g_set_error(&error, MC_ERROR, MC_ERROR_TOO_LARGE,
                "a command may have %d bytes of known length", MC_CONTROL_BODY_MAX);
  if (error != NULL)
    write_error(message, 0, error);
}

static gboolean
on_afterwards(gpointer user_data)
{
  Afterwards afterwards = *(Afterwards *) user_data;
  g_ptr_array_remove_fast(afterwards.server->afterwards, afterwards.source);
  afterwards.run(afterwards.user_data);
  return G_SOURCE_REMOVE;
}

/* What runs afterwards may free the server, which libsoup still needs for this emission:
 * it has a turn of the loop of its own. */
static void
on_reply_left(SoupServerMessage *message, gpointer user_data)
{
  Afterwards *afterwards = g_memdup2(user_data, sizeof *afterwards);
  afterwards->source = g_idle_source_new();
  g_source_set_priority(afterwards->source, G_PRIORITY_DEFAULT);
  g_source_set_callback(afterwards->source, on_afterwards, afterwards, g_free);
  g_source_attach(afterwards->source, g_main_context_get_thread_default());
  g_ptr_array_add(afterwards->server->afterwards, afterwards->source);
}

static void
free_afterwards(gpointer data, GClosure *closure)
{
  g_free(data);
}

/* The body as an object; NULL without an error when there is none. */
static JsonNode *
read_body(SoupServerMessage *message, GError **error)
{
  SoupMessageBody *body = soup_server_message_get_request_body(message);
  g_autoptr(GBytes) bytes = soup_message_body_flatten(body);
  gsize length = 0;
  const char *data = g_bytes_get_data(bytes, &length);
  if (length == 0)
    return NULL;
  g_autoptr(JsonNode) root = mc_json_parse(data, length, MC_CONTROL_BODY_MAX, error);
  if (root == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT(root)) {
    g_set_error(error, MC_ERROR, MC_ERROR_INVALID_INPUT, "the body is not a JSON object");
    return NULL;
  }
  return g_steal_pointer(&root);
}

static void
refuse_path(SoupServerMessage *message, int status, const char *path,
            const GString *allowed)
{
  g_autoptr(GError) error = NULL;
  if (status == SOUP_STATUS_METHOD_NOT_ALLOWED) {
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
    soup_message_headers_replace(headers, "Allow", allowed->str);
    g_set_error(&error, MC_ERROR, MC_ERROR_INVALID_INPUT, "'%s' takes %s only", path,
                allowed->str);
  } else {
    g_set_error(&error, MC_ERROR, MC_ERROR_NOT_FOUND,
                "this service (version %s) does not know '%s'", MC_VERSION, path);
  }
  write_error(message, status, error);
}

static void
on_request(SoupServer *soup, SoupServerMessage *message, const char *path,
           GHashTable *query, gpointer user_data)
{
  McControlServer *self = user_data;
  g_autoptr(GString) allowed = g_string_new(NULL);
  McControlRequest request = {0};
  const McControlRoute *route = NULL;
  int status = SOUP_STATUS_NOT_FOUND;
  if (g_str_has_prefix(path, MC_CONTROL_PREFIX "/"))
    route = find_route(self, soup_server_message_get_method(message),
                       path + strlen(MC_CONTROL_PREFIX), &request.parameter, &status,
                       allowed);
  if (route == NULL) {
    refuse_path(message, status, path, allowed);
    return;
  }

  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) body = read_body(message, &error);
  g_autoptr(JsonNode) reply = NULL;
  if (body != NULL)
    request.body = json_node_get_object(body);
  if (error == NULL)
    reply = route->handle(&request, self->user_data, &error);
  if (reply != NULL)
    write_json(message, SOUP_STATUS_OK, reply);
  else
    write_error(message, 0, error);

  if (request.after_reply != NULL) {
    Afterwards *afterwards = g_new0(Afterwards, 1);
    afterwards->server = self;
    afterwards->run = request.after_reply;
    afterwards->user_data = self->user_data;
    g_signal_connect_data(message, "finished", G_CALLBACK(on_reply_left), afterwards,
                          free_afterwards, 0);
  }
}

/* Hands the listening socket @fd to libsoup. */
static gboolean
serve_socket(McControlServer *self, int fd, GError **error)
{
  g_autoptr(GError) cause = NULL;
  g_autoptr(GSocket) socket = g_socket_new_from_fd(fd, &cause);
  if (socket == NULL) {
    g_close(fd, NULL);
  } else {
    self->soup = soup_server_new("server-header", NULL, NULL);
    soup_server_add_early_handler(self->soup, NULL, on_head, self, NULL);
    soup_server_add_handler(self->soup, NULL, on_request, self, NULL);
    if (soup_server_listen_socket(self->soup, socket, 0, &cause))
      return TRUE;
  }
  g_set_error(error, MC_ERROR, MC_ERROR_INTERNAL, "control socket '%s': %s", self->path,
              cause->message);
  return FALSE;
}

McControlServer *
mc_control_server_new(const char *socket_path, uid_t owner, const McControlRoute *routes,
                      guint n_routes, gpointer user_data, GError **error)
{
  int fd = mc_listen_socket_new_unix(socket_path, error);
  if (fd < 0)
    return NULL;
  g_autoptr(McControlServer) self = g_new0(McControlServer, 1);
  self->path = g_strdup(socket_path);
  self->afterwards = g_ptr_array_new_with_free_func(destroy_source);
  self->owner = owner;
  self->routes = routes;
  self->n_routes = n_routes;
  self->user_data = user_data;
  GStatBuf status;
  if (g_stat(socket_path, &status) == 0) {
    self->device = status.st_dev;
    self->inode = status.st_ino;
  }
  if (!serve_socket(self, fd, error))
    return NULL;
  return g_steal_pointer(&self);
}

void
mc_control_server_free(McControlServer *self)
{
  if (self == NULL)
    return;
  GStatBuf status;
  if (g_stat(self->path, &status) == 0 && status.st_dev == self->device &&
      status.st_ino == self->inode)
    g_unlink(self->path);
  if (self->soup != NULL)
    soup_server_disconnect(self->soup);
  g_clear_object(&self->soup);
  g_ptr_array_unref(self->afterwards);
  g_free(self->path);
  g_free(self);
}
