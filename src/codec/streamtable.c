#include "streamtable.h"

#include <stdlib.h>
#include <string.h>

/* With no more streams than chains, one that is longer by chance is not to be expected: somebody chose the ports. */
#define CHAIN_MAX 16

static void put_end(uint8_t *addresses, uint8_t *ports, size_t i, const struct kcd_endpoint *end)
{
  memcpy(addresses + i * sizeof(end->address.bytes), end->address.bytes, sizeof(end->address.bytes));
  ports[2 * i] = (uint8_t)(end->port >> 8);
  ports[2 * i + 1] = (uint8_t)end->port;
}

struct kcd_stream_key kcd_stream_key(bool tcp, const struct kcd_endpoint *client, const struct kcd_endpoint *server)
{
  struct kcd_stream_key key = {.bytes = {tcp, client->address.len}};
  uint8_t *addresses = key.bytes + 2;
  uint8_t *ports = addresses + 2 * sizeof(client->address.bytes);
  put_end(addresses, ports, 0, client);
  put_end(addresses, ports, 1, server);
  return key;
}

void kcd_stream_table_init(struct kcd_stream_table *table, size_t max)
{
  *table = (struct kcd_stream_table){.max = max > 0 ? max : 1, .n_chains = 16};
  while (table->n_chains < table->max)
    table->n_chains *= 2;
  table->chains = kcd_calloc(table->n_chains, sizeof(struct kcd_stream *));
}

static void free_stream(struct kcd_stream *stream)
{
  for (size_t side = 0; side < 2; side++) {
    if (stream->directions[side] != NULL)
      kcd_reassembly_done(stream->directions[side]);
    free(stream->directions[side]);
  }
  free(stream);
}

void kcd_stream_table_done(struct kcd_stream_table *table)
{
  struct kcd_stream *younger = NULL;
  for (struct kcd_stream *stream = table->oldest; stream != NULL; stream = younger) {
    younger = stream->younger;
    free_stream(stream);
  }
  free(table->chains);
}

/* FNV-1a, and the upper half folded in. */
static struct kcd_stream **chain_of(const struct kcd_stream_table *table, const struct kcd_stream_key *key)
{
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < sizeof(key->bytes); i++)
    hash = (hash ^ key->bytes[i]) * 0x100000001b3u;
  return &table->chains[(hash ^ hash >> 32) & (table->n_chains - 1)];
}

static void unlink_age(struct kcd_stream_table *table, struct kcd_stream *stream)
{
  *(stream->older != NULL ? &stream->older->younger : &table->oldest) = stream->younger;
  *(stream->younger != NULL ? &stream->younger->older : &table->youngest) = stream->older;
}

static void link_youngest(struct kcd_stream_table *table, struct kcd_stream *stream)
{
  stream->older = table->youngest;
  stream->younger = NULL;
  *(table->youngest != NULL ? &table->youngest->younger : &table->oldest) = stream;
  table->youngest = stream;
}

/* The head of a chain is the one that was heard last, the end the one that was silent longest. */
static void move_to_head(struct kcd_stream **chain, struct kcd_stream **at)
{
  struct kcd_stream *stream = *at;
  *at = stream->chain;
  stream->chain = *chain;
  *chain = stream;
}

struct kcd_stream *kcd_stream_table_find(struct kcd_stream_table *table, const struct kcd_stream_key *key)
{
  struct kcd_stream **chain = chain_of(table, key);
  for (struct kcd_stream **at = chain; *at != NULL; at = &(*at)->chain) {
    struct kcd_stream *stream = *at;
    if (memcmp(&stream->key, key, sizeof(*key)) != 0)
      continue;
    move_to_head(chain, at);
    unlink_age(table, stream);
    link_youngest(table, stream);
    return stream;
  }
  return NULL;
}

struct kcd_stream *kcd_stream_table_in_the_way(const struct kcd_stream_table *table, const struct kcd_stream_key *key)
{
  struct kcd_stream *last = NULL;
  size_t n = 0;
  for (struct kcd_stream *stream = *chain_of(table, key); stream != NULL; stream = stream->chain, n++)
    last = stream;
  if (n >= CHAIN_MAX)
    return last;
  return table->n >= table->max ? table->oldest : NULL;
}

struct kcd_stream *kcd_stream_table_add(struct kcd_stream_table *table, const struct kcd_stream_key *key)
{
  struct kcd_stream *stream = kcd_calloc(1, sizeof(*stream));
  struct kcd_stream **chain = chain_of(table, key);
  stream->key = *key;
  stream->chain = *chain;
  *chain = stream;
  link_youngest(table, stream);
  table->n++;
  return stream;
}

void kcd_stream_table_remove(struct kcd_stream_table *table, struct kcd_stream *stream)
{
  struct kcd_stream **at = chain_of(table, &stream->key);
  while (*at != stream)
    at = &(*at)->chain;
  *at = stream->chain;
  unlink_age(table, stream);
  table->n--;
  free_stream(stream);
}
