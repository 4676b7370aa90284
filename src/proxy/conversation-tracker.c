/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
#include "proxy/conversation-tracker.h"

#define TAILS_MAX    256  /* remembered for each conversation */
#define SESSIONS_MAX 4096 /* with tools; beyond, all are forgotten */

struct _McConversation {
  grefcount references;
  char *id;              /* (owned) */
  GArray *tails;         /* (owned) (element-type McTurnHash) oldest first */
  GPtrArray *injections; /* (owned) (element-type McInjection) */
  McTurnHash chosen_at;  /* the anchor of the last choice */
  gboolean is_chosen;
  GList *place; /* in the tracker's order of use */
};

struct _McConversationTracker {
  guint conversations_max;
  GHashTable *by_tail; /* McTurnHash (in the entry) → TailEntry */
  GQueue order; /* (element-type McConversation) (owned) least recently used first */
  GHashTable *sessions_with_tools; /* (element-type utf8) (owned) */
};

typedef struct {
  McTurnHash tail;
  McConversation *conversation; /* (unowned) the tracker owns it */
} TailEntry;

/* A conversation. */

static McConversation *
new_conversation(const char *id)
{
  McConversation *self = g_new0(McConversation, 1);

  g_ref_count_init(&self->references);
  self->id = id != NULL ? g_strdup(id) : g_uuid_string_random();
  self->tails = g_array_new(FALSE, FALSE, sizeof(McTurnHash));
  self->injections = g_ptr_array_new_with_free_func((GDestroyNotify) mc_injection_unref);
  return self;
}

McConversation *
mc_conversation_ref(McConversation *self)
{
  g_ref_count_inc(&self->references);
  return self;
}

void
mc_conversation_unref(McConversation *self)
{
  if (self == NULL || !g_ref_count_dec(&self->references))
    return;
  g_free(self->id);
  g_array_unref(self->tails);
  g_ptr_array_unref(self->injections);
  g_free(self);
}

const char *
mc_conversation_get_id(McConversation *self)
{
  return self->id;
}

const GPtrArray *
mc_conversation_get_injections(McConversation *self)
{
  return self->injections;
}

void
mc_conversation_add_injection(McConversation *self, McInjection *injection)
{
  g_ptr_array_add(self->injections, mc_injection_ref(injection));
}

gboolean
mc_conversation_begin_choice(McConversation *self, const McTurnHash *anchor)
{
  if (self->is_chosen && mc_turn_hash_equal(&self->chosen_at, anchor))
    return FALSE;
  self->is_chosen = TRUE;
  self->chosen_at = *anchor;
  return TRUE;
}

gboolean
mc_conversation_is_unchosen(McConversation *self)
{
  return !self->is_chosen;
}

/* The tracker. */

McConversationTracker *
mc_conversation_tracker_new(guint conversations_max)
{
  McConversationTracker *self = g_new0(McConversationTracker, 1);

  self->conversations_max = conversations_max;
  self->by_tail =
      g_hash_table_new_full(mc_turn_hash_hash, mc_turn_hash_equal, NULL, g_free);
  g_queue_init(&self->order);
  self->sessions_with_tools =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
mc_conversation_tracker_free(McConversationTracker *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref(self->by_tail);
  g_queue_clear_full(&self->order, (GDestroyNotify) mc_conversation_unref);
  g_hash_table_unref(self->sessions_with_tools);
  g_free(self);
}

guint
mc_conversation_tracker_get_count(McConversationTracker *self)
{
  return self->order.length;
}

static void
forget_tail(McConversationTracker *self, McConversation *conversation,
            const McTurnHash *tail)
{
  TailEntry *entry = g_hash_table_lookup(self->by_tail, tail);
  /* Two conversations may have passed the same point; the entry is the later one's. */
  if (entry != NULL && entry->conversation == conversation)
    g_hash_table_remove(self->by_tail, tail);
}

static void
forget_conversation(McConversationTracker *self, McConversation *conversation)
{
  for (guint i = 0; i < conversation->tails->len; i++)
    forget_tail(self, conversation, &g_array_index(conversation->tails, McTurnHash, i));
  g_queue_delete_link(&self->order, conversation->place);
  conversation->place = NULL;
  mc_conversation_unref(conversation);
}

static void
touch(McConversationTracker *self, McConversation *conversation)
{
  g_queue_unlink(&self->order, conversation->place);
  g_queue_push_tail_link(&self->order, conversation->place);
}

static McConversation *
add_conversation(McConversationTracker *self, McConversation *conversation)
{
  g_queue_push_tail(&self->order, conversation);
  conversation->place = self->order.tail;
  while (self->order.length > self->conversations_max)
    forget_conversation(self, g_queue_peek_head(&self->order));
  return conversation;
}

McConversation *
mc_conversation_tracker_find(McConversationTracker *self, const GArray *links,
                             McMatch *match)
{
  *match = MC_MATCH_NONE;
  for (guint i = links->len; i > 0; i--) {
    const McTurnHash *hash = &g_array_index(links, McChainLink, i - 1).hash;
    TailEntry *entry = g_hash_table_lookup(self->by_tail, hash);
    if (entry == NULL)
      continue;
    McConversation *found = entry->conversation;
    const McTurnHash *last =
        &g_array_index(found->tails, McTurnHash, found->tails->len - 1);
    *match = mc_turn_hash_equal(last, hash) ? MC_MATCH_LATEST : MC_MATCH_FORK;
    touch(self, found);
    return found;
  }
  return NULL;
}

static gboolean
holds_link(const GArray *links, const McTurnHash *hash)
{
  for (guint i = links->len; i > 0; i--)
    if (mc_turn_hash_equal(&g_array_index(links, McChainLink, i - 1).hash, hash))
      return TRUE;
  return FALSE;
}

static void
inherit(McConversation *self, McConversation *origin, const GArray *links)
{
  self->is_chosen = origin->is_chosen;
  for (guint i = 0; i < origin->injections->len; i++) {
    McInjection *injection = origin->injections->pdata[i];
    if (injection->place == MC_INJECTION_SYSTEM || holds_link(links, &injection->anchor))
      g_ptr_array_add(self->injections, mc_injection_ref(injection));
  }
}

McConversation *
mc_conversation_tracker_open(McConversationTracker *self, const GArray *links,
                             McConversation *origin)
{
  McConversation *conversation = new_conversation(NULL);
  if (origin != NULL)
    inherit(conversation, origin, links);
  return add_conversation(self, conversation);
}

McConversation *
mc_conversation_tracker_restore(McConversationTracker *self, McRecalled *recalled)
{
  McConversation *conversation = new_conversation(recalled->conversation_id);

  for (guint i = 0; i < recalled->injections->len; i++)
    mc_conversation_add_injection(conversation, recalled->injections->pdata[i]);
  conversation->is_chosen = TRUE;
  add_conversation(self, conversation);
  mc_conversation_tracker_advance(self, conversation, &recalled->tail);
  mc_recalled_free(recalled);
  return conversation;
}

gboolean
mc_conversation_tracker_advance(McConversationTracker *self, McConversation *conversation,
                                const McTurnHash *tail)
{
  GArray *tails = conversation->tails;

  if (conversation->place == NULL) /* forgotten while its request was under way */
    return FALSE;
  if (tails->len > 0 &&
      mc_turn_hash_equal(&g_array_index(tails, McTurnHash, tails->len - 1), tail))
    return FALSE;
  if (tails->len == TAILS_MAX) {
    McTurnHash oldest = g_array_index(tails, McTurnHash, 0);
    g_array_remove_index(tails, 0);
    forget_tail(self, conversation, &oldest);
  }
  g_array_append_val(tails, *tail);
  TailEntry *entry = g_new(TailEntry, 1);
  entry->tail = *tail;
  entry->conversation = conversation;
  g_hash_table_replace(self->by_tail, &entry->tail, entry);
  return TRUE;
}

gboolean
mc_conversation_tracker_has_tools(McConversationTracker *self, const char *session_key)
{
  return g_hash_table_contains(self->sessions_with_tools, session_key);
}

void
mc_conversation_tracker_note_tools(McConversationTracker *self, const char *session_key)
{
  if (mc_conversation_tracker_has_tools(self, session_key))
    return;
  if (g_hash_table_size(self->sessions_with_tools) >= SESSIONS_MAX)
    g_hash_table_remove_all(self->sessions_with_tools);
  g_hash_table_add(self->sessions_with_tools, g_strdup(session_key));
}
