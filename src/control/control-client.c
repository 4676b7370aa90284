/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "control/control-client.h"

#include <string.h>
#include <unistd.h>

#include <curl/curl.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "base/json.h"
#include "control/control-paths.h"
#include "control/control-server.h"

#define REPLY_MAX          (16 * 1024 * 1024)
#define CONNECT_TIMEOUT_MS 2000L
#define CALL_TIMEOUT_MS    15000L

struct _McControlClient {
  char *home;         /* (owned) */
  char *peer_version; /* (owned) (nullable) */
};

typedef struct curl_slist HeaderList;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CURL, curl_easy_cleanup)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeaderList, curl_slist_free_all)

McControlClient *
mc_control_client_new(const char *home)
{
  McControlClient *self = g_new0(McControlClient, 1);
  self->home = g_strdup(home);
  return self;
}

void
mc_control_client_free(McControlClient *self)
{
  if (self == NULL)
    return;
  g_free(self->home);
  g_free(self->peer_version);
  g_free(self);
}

static gsize
on_body(char *data, gsize size, gsize count, void *user_data)
{
  GString *reply = user_data;
  if (reply->len + count > REPLY_MAX)
    return 0;
  g_string_append_len(reply, data, (gssize) count);
  return count;
}

static gsize
on_header(char *data, gsize size, gsize count, void *user_data)
{
  McControlClient *self = user_data;
  static const char name[] = MC_CONTROL_VERSION_HEADER ":";
  gsize name_length = sizeof name - 1;
  if (count > name_length && g_ascii_strncasecmp(data, name, name_length) == 0) {
    g_free(self->peer_version);
    self->peer_version = g_strndup(data + name_length, count - name_length);
    g_strstrip(self->peer_version);
  }
  return count;
}

static void
set_not_running(McControlClient *self, GError **error)
{
  g_autofree char *usual = g_build_filename(g_get_home_dir(), ".metaclaw", NULL);
  if (g_str_equal(self->home, usual))
    g_set_error(error, MC_ERROR, MC_ERROR_NOT_RUNNING,
                "metaclaw is not running; start it with: metaclaw start");
  else
    g_set_error(error, MC_ERROR, MC_ERROR_NOT_RUNNING,
                "metaclaw is not running in '%s'; start it with: metaclaw start",
                self->home);
}

/* TRUE when @path is a socket of this user: in a folder that others may write to (the
 * fall-back below /tmp) somebody else could listen at the name we expect. */
static gboolean
is_our_socket(const char *path)
{
  GStatBuf status;
  return g_lstat(path, &status) == 0 && S_ISSOCK(status.st_mode) &&
         status.st_uid == getuid();
}

static void
translate_curl_code(McControlClient *self, CURLcode code, GError **error)
{
  if (code == CURLE_COULDNT_CONNECT)
    set_not_running(self, error);
  else if (code == CURLE_OPERATION_TIMEDOUT)
    g_set_error(error, MC_ERROR, MC_ERROR_TIMED_OUT,
                "the service does not answer; see: metaclaw logs");
  else
    g_set_error(error, MC_ERROR, MC_ERROR_PROTOCOL, "the service's answer broke off: %s",
                curl_easy_strerror(code));
}

/* The error that a reply of status 400 and more describes. */
static void
translate_error_reply(JsonNode *reply, long status, GError **error)
{
  JsonObject *root = JSON_NODE_HOLDS_OBJECT(reply) ? json_node_get_object(reply) : NULL;
  JsonNode *member = root != NULL ? json_object_get_member(root, "error") : NULL;
  const McErrorInfo *info = NULL;
  const char *message = NULL;
  if (member != NULL && JSON_NODE_HOLDS_OBJECT(member)) {
    JsonObject *details = json_node_get_object(member);
    info = mc_error_find_info(
        json_object_get_string_member_with_default(details, "code", ""));
    message = json_object_get_string_member_with_default(details, "message", NULL);
  }
  g_set_error(error, MC_ERROR, info != NULL ? (int) info->code : (int) MC_ERROR_PROTOCOL,
              "%s", message != NULL ? message : "the service answered with an error");
}

static CURLcode
send_request(McControlClient *self, CURL *curl, const char *socket_path,
             const char *method, const char *path, const char *body, GString *reply)
{
  g_autofree char *url = g_strconcat("http://localhost" MC_CONTROL_PREFIX, path, NULL);
  g_autoptr(HeaderList) headers =
      curl_slist_append(NULL, "Content-Type: application/json");
  curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_path);
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, CALL_TIMEOUT_MS);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, self);
  if (body != NULL) {
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  } else if (!g_str_equal(method, "GET")) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
  return curl_easy_perform(curl);
}

JsonNode *
mc_control_client_call(McControlClient *self, const char *method, const char *path,
                       JsonNode *body, GError **error)
{
  g_clear_pointer(&self->peer_version, g_free);
  g_autofree char *socket_path = mc_control_paths_find(self->home);
  if (!is_our_socket(socket_path)) {
    set_not_running(self, error);
    return NULL;
  }
  g_autoptr(CURL) curl = curl_easy_init();
  g_autoptr(GString) text = g_string_new(NULL);
  g_autofree char *body_text = body != NULL ? json_to_string(body, FALSE) : NULL;
  CURLcode code = send_request(self, curl, socket_path, method, path, body_text, text);
  if (code != CURLE_OK) {
    translate_curl_code(self, code, error);
    return NULL;
  }

  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  g_autoptr(GError) cause = NULL;
  g_autoptr(JsonNode) reply = mc_json_parse(text->str, text->len, REPLY_MAX, &cause);
  if (reply == NULL) {
    g_set_error(error, MC_ERROR, MC_ERROR_PROTOCOL, "the service's answer is no JSON: %s",
                cause->message);
    return NULL;
  }
  if (status >= 400) {
    translate_error_reply(reply, status, error);
    return NULL;
  }
  return g_steal_pointer(&reply);
}

const char *
mc_control_client_get_other_version(McControlClient *self)
{
  return g_strcmp0(self->peer_version, MC_VERSION) != 0 ? self->peer_version : NULL;
}
