/* streamtable.h - the streams that are remembered: found by their ends, in the order in which they were last heard. */
#ifndef KCDFIX_CODEC_STREAMTABLE_H
#define KCDFIX_CODEC_STREAMTABLE_H

#include "reassembly.h"

enum kcd_stream_side { KCD_FROM_CLIENT, KCD_FROM_SERVER };

#define KCD_STREAM_KEY_LEN (2 + 2 * 16 + 2 * 2)
/* Protocol, addresses and ports of both ends, the client's first. */
struct kcd_stream_key {
  uint8_t bytes[KCD_STREAM_KEY_LEN];
};
struct kcd_stream_key kcd_stream_key(bool tcp, const struct kcd_endpoint *client, const struct kcd_endpoint *server);

struct kcd_stream {
  struct kcd_stream_key key;
  struct kcd_stream *chain;           /* the next one with the same hash */
  struct kcd_stream *older, *younger; /* in the order in which they were last heard */
  uint64_t number;
  struct kcd_endpoint ends[2];          /* by enum kcd_stream_side */
  struct kcd_reassembly *directions[2]; /* by enum kcd_stream_side; NULL: nothing came; always NULL for UDP */
  int64_t heard[2];                     /* when, by enum kcd_stream_side */
  bool finished[2];                     /* a FIN came, by enum kcd_stream_side */
  size_t memory;                        /* what it counted for when it was looked at last */
};

/* A hash table with chains of bounded length, so that no choice of addresses and ports makes it slow. */
struct kcd_stream_table {
  struct kcd_stream **chains;
  size_t n_chains; /* a power of two */
  size_t n, max;
  struct kcd_stream *oldest, *youngest;
};

void kcd_stream_table_init(struct kcd_stream_table *table, size_t max);
void kcd_stream_table_done(struct kcd_stream_table *table);
/* NULL where there is none; what is found is the youngest afterwards. */
struct kcd_stream *kcd_stream_table_find(struct kcd_stream_table *table, const struct kcd_stream_key *key);
/* Which stream has to go before one of this key may be added; NULL: none. */
struct kcd_stream *kcd_stream_table_in_the_way(const struct kcd_stream_table *table, const struct kcd_stream_key *key);
/* A new stream, the youngest, owned by the table. Its key is not in there, and nothing is in the way. */
struct kcd_stream *kcd_stream_table_add(struct kcd_stream_table *table, const struct kcd_stream_key *key);
void kcd_stream_table_remove(struct kcd_stream_table *table, struct kcd_stream *stream);

#endif
