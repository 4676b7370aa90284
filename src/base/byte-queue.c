/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
/* A singly linked list of blocks. A block either owns 16 KiB of room or refers to a
 * GBytes. Empty blocks go to a small pool of the thread: a thousand streams that send an
 * event now and then share a few blocks instead of holding 16 MiB. */
#include "base/byte-queue.h"

#include <string.h>

#define BLOCK_ROOM 16384

/* Referring costs a block and an atomic or two: cheaper than copying from here on. */
#define SHORTEST_REFERENCE 4096

#define POOL_MAX 64

typedef struct _Block Block;

struct _Block {
  Block *next;
  GBytes *bytes; /* (owned) (nullable) where the run lies, when it is not @room */
  const guint8 *data;
  gsize start; /* of what has not been consumed */
  gsize end;
  guint8 room[];
};

struct _McByteQueue {
  Block *first; /* (owned) */
  Block *last;  /* (unowned) */
  gsize length;
};

typedef struct {
  Block *first; /* (owned) */
  guint count;
} Pool;

static void
free_pool(gpointer data)
{
  Pool *pool = data;
  while (pool->first != NULL) {
    Block *next = pool->first->next;
    g_free(pool->first);
    pool->first = next;
  }
  g_free(pool);
}

static GPrivate thread_pool = G_PRIVATE_INIT(free_pool);

static Pool *
get_pool(void)
{
  Pool *pool = g_private_get(&thread_pool);
  if (G_UNLIKELY(pool == NULL)) {
    pool = g_new0(Pool, 1);
    g_private_set(&thread_pool, pool);
  }
  return pool;
}

static Block *
create_room(void)
{
  Pool *pool = get_pool();
  Block *block = pool->first;
  if (block != NULL) {
    pool->first = block->next;
    pool->count--;
  } else {
    block = g_malloc(sizeof(Block) + BLOCK_ROOM);
  }
  *block = (Block){.data = block->room};
  return block;
}

static Block *
create_reference(GBytes *bytes)
{
  Block *block = g_new(Block, 1);
  gsize length;
  const guint8 *data = g_bytes_get_data(bytes, &length);
  *block = (Block){.bytes = g_bytes_ref(bytes), .data = data, .end = length};
  return block;
}

static void
free_block(Block *block)
{
  if (block->bytes != NULL) {
    g_bytes_unref(block->bytes);
    g_free(block);
    return;
  }
  Pool *pool = get_pool();
  if (pool->count == POOL_MAX) {
    g_free(block);
    return;
  }
  block->next = pool->first;
  pool->first = block;
  pool->count++;
}

static void
push_block(McByteQueue *self, Block *block)
{
  if (self->last != NULL)
    self->last->next = block;
  else
    self->first = block;
  self->last = block;
}

static void
drop_first_block(McByteQueue *self)
{
  Block *block = self->first;
  self->first = block->next;
  if (self->first == NULL)
    self->last = NULL;
  free_block(block);
}

McByteQueue *
mc_byte_queue_new(void)
{
  return g_new0(McByteQueue, 1);
}

void
mc_byte_queue_free(McByteQueue *self)
{
  if (self == NULL)
    return;
  mc_byte_queue_clear(self);
  g_free(self);
}

gsize
mc_byte_queue_get_length(const McByteQueue *self)
{
  return self->length;
}

void
mc_byte_queue_append(McByteQueue *self, gconstpointer data, gssize length)
{
  const guint8 *rest = data;
  gsize left = length < 0 ? strlen(data) : (gsize) length;
  self->length += left;
  while (left > 0) {
    Block *last = self->last;
    if (last == NULL || last->bytes != NULL || last->end == BLOCK_ROOM) {
      last = create_room();
      push_block(self, last);
    }
    gsize taken = MIN(left, BLOCK_ROOM - last->end);
    memcpy(last->room + last->end, rest, taken);
    last->end += taken;
    rest += taken;
    left -= taken;
  }
}

void
mc_byte_queue_append_bytes(McByteQueue *self, GBytes *bytes)
{
  gsize length;
  gconstpointer data = g_bytes_get_data(bytes, &length);
  if (length < SHORTEST_REFERENCE) {
    mc_byte_queue_append(self, data, (gssize) length);
    return;
  }
  push_block(self, create_reference(bytes));
  self->length += length;
}

gconstpointer
mc_byte_queue_peek(const McByteQueue *self, gsize *length)
{
  if (self->first == NULL) {
    *length = 0;
    return NULL;
  }
  *length = self->first->end - self->first->start;
  return self->first->data + self->first->start;
}

void
mc_byte_queue_consume(McByteQueue *self, gsize length)
{
  g_return_if_fail(length <= self->length);
  self->length -= length;
  while (length > 0) {
    Block *first = self->first;
    gsize taken = MIN(length, first->end - first->start);
    first->start += taken;
    length -= taken;
    if (first->start == first->end)
      drop_first_block(self);
  }
}

gsize
mc_byte_queue_read(McByteQueue *self, gpointer buffer, gsize max)
{
  guint8 *out = buffer;
  gsize done = 0;
  while (done < max && self->first != NULL) {
    gsize length;
    gconstpointer run = mc_byte_queue_peek(self, &length);
    length = MIN(length, max - done);
    memcpy(out + done, run, length);
    mc_byte_queue_consume(self, length);
    done += length;
  }
  return done;
}

void
mc_byte_queue_clear(McByteQueue *self)
{
  while (self->first != NULL)
    drop_first_block(self);
  self->length = 0;
}
