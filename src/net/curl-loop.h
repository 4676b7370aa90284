/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <curl/curl.h>
#include <glib.h>

/* libcurl's multi interface on a GMainContext: all of curl's sockets sit in one epoll set
 * that GLib polls as a single descriptor (256 streams: 20 % of a core instead of 30). One
 * loop for each context; every call and callback on that context's thread. */

typedef struct _McCurlLoop McCurlLoop;
typedef struct _McCurlTransfer McCurlTransfer;

/* Order: head at most once, data any number of times, end exactly once and last. A
 * cancelled transfer is never heard of again. */
typedef struct {
  /* The final status line and headers are there (interim 1xx ones are skipped). Read
   * headers with mc_curl_transfer_get_header(). */
  void (*head)(McCurlTransfer *transfer, int status, gpointer user_data);
  /* Body bytes, decoded. Return FALSE to have the transfer paused with these bytes kept
   * by curl; they come again after mc_curl_transfer_resume(). */
  gboolean (*data)(McCurlTransfer *transfer, const char *data, gsize length,
                   gpointer user_data);
  /* @result is CURLE_OK when the answer is complete (then head was called); @message says
   * more. The transfer is freed afterwards. */
  void (*end)(McCurlTransfer *transfer, CURLcode result, const char *message,
              gpointer user_data);
} McCurlHandlers;

McCurlLoop *mc_curl_loop_new(GMainContext *context);

/* Called at the end of each turn in which handlers may have run. */
void mc_curl_loop_set_after(McCurlLoop *self, GSourceOnceFunc after, gpointer user_data);

/* Cancels what is open. */
void mc_curl_loop_free(McCurlLoop *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McCurlLoop, mc_curl_loop_free)

/* An easy handle with our fixed options (no signals, http and https only, TLS verified,
 * no proxy for loopback, TCP keep-alive …), re-used from a pool. Set URL, headers, body.
 */
CURL *mc_curl_loop_take_easy(McCurlLoop *self);

/* Starts @easy (transfer full). @header_list (transfer full, nullable) and @body
 * (referenced, nullable) live as long as the transfer. */
McCurlTransfer *mc_curl_loop_start(McCurlLoop *self, CURL *easy,
                                   struct curl_slist *header_list, GBytes *body,
                                   const McCurlHandlers *handlers, gpointer user_data);

/* Closes the connection unless it is idle again; no handler is called any more. Allowed
 * inside a handler. */
void mc_curl_transfer_cancel(McCurlTransfer *self);

/* Lets paused bytes come again, from the loop's next turn on (never call curl from its
 * own callbacks). */
void mc_curl_transfer_resume(McCurlTransfer *self);

/* A header of the answer (any case); NULL when there is none. Valid inside handlers. */
const char *mc_curl_transfer_get_header(McCurlTransfer *self, const char *name);
typedef void (*McCurlHeaderVisitor)(const char *name, const char *value,
                                    gpointer user_data);
void mc_curl_transfer_each_header(McCurlTransfer *self, McCurlHeaderVisitor visit,
                                  gpointer user_data);
