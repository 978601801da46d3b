/* Reading and ordering of SRV records: RFC 1035 section 4 (messages, compression), RFC 2782 (SRV). Nothing in a message
 * is trusted: pointers must lead backwards, names have a length, and a host name must look like one. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/bytes.h>
#include <kcdfix/dnsname.h>
#include <kcdfix/locate.h>
#include <kcdfix/text.h>

#define HEADER_LEN 12
#define TYPE_SRV 33
#define CLASS_IN 1
#define MAX_RECORDS 256 /* more domain controllers than anybody would try in turn */

struct message {
  const uint8_t *data;
  size_t len;
};

void kcd_srv_list_done(struct kcd_srv_list *list)
{
  for (size_t i = 0; i < list->n; i++)
    free(list->v[i].host);
  free(list->v);
  *list = (struct kcd_srv_list){NULL, 0};
}

/* A name where it stands: the labels up to the root or to the first pointer. */
static void skip_name(struct kcd_reader *in)
{
  for (;;) {
    uint8_t len = kcd_read_u8(in);
    if (in->failed || len == 0)
      return;
    if ((len & 0xc0) == 0xc0) {
      kcd_read_u8(in);
      return;
    }
    if ((len & 0xc0) != 0) {
      in->failed = true;
      return;
    }
    kcd_read_bytes(in, len);
  }
}

static void skip_questions(struct kcd_reader *in, uint64_t n)
{
  for (; n > 0 && !in->failed; n--) {
    skip_name(in);
    kcd_read_bytes(in, 4);
  }
}

/* The host becomes part of a URL and of a principal: letters, digits, '-' and '_' between dots. */
static bool is_host(const char *name, size_t len)
{
  if (len < 2 || strlen(name) != len)
    return false;
  for (size_t i = 0; i < len; i++)
    if (!isalnum((unsigned char)name[i]) && strchr("-_.", name[i]) == NULL)
      return false;
  return true;
}

/* A target "." says that there is no such service here: no record. */
static void add_record(struct kcd_srv_list *list, const struct kcd_srv *record, const char *name, size_t len)
{
  if (!is_host(name, len) || list->n >= MAX_RECORDS)
    return;
  list->v = kcd_reallocarray(list->v, list->n + 1, sizeof(*list->v));
  list->v[list->n] = *record;
  list->v[list->n++].host = kcd_strndup(name, len - 1);
}

static bool read_srv(const struct message *message, size_t at, size_t len, struct kcd_srv_list *list)
{
  struct kcd_reader in;
  kcd_reader_init(&in, message->data + at, len);
  struct kcd_srv record = {NULL, 0, 0, 0};
  record.priority = (uint16_t)kcd_read_be(&in, 2);
  record.weight = (uint16_t)kcd_read_be(&in, 2);
  record.port = (uint16_t)kcd_read_be(&in, 2);
  char name[KCD_DNS_NAME_MAX + 1];
  size_t used = 0, name_at = at + 6;
  if (in.failed || in.left == 0 || !kcd_dns_name_read(message->data, message->len, &name_at, name, &used))
    return false;
  if (record.port != 0)
    add_record(list, &record, name, used);
  return true;
}

static bool read_answer(const struct message *message, struct kcd_reader *in, struct kcd_srv_list *list)
{
  skip_name(in);
  uint64_t type = kcd_read_be(in, 2), class = kcd_read_be(in, 2);
  kcd_read_bytes(in, 4); /* TTL */
  size_t len = (size_t)kcd_read_be(in, 2);
  const uint8_t *data = kcd_read_bytes(in, len);
  if (in->failed)
    return false;
  if (type != TYPE_SRV || class != CLASS_IN)
    return true;
  return data != NULL && read_srv(message, (size_t)(data - message->data), len, list);
}

int kcd_srv_decode(const void *data, size_t len, struct kcd_srv_list *ret)
{
  struct message message = {data, len};
  struct kcd_reader in;
  kcd_reader_init(&in, data, len);
  kcd_read_bytes(&in, 4); /* id, flags */
  uint64_t questions = kcd_read_be(&in, 2), answers = kcd_read_be(&in, 2);
  kcd_read_bytes(&in, HEADER_LEN - 8);
  skip_questions(&in, questions);
  __attribute__((cleanup(kcd_srv_list_done))) struct kcd_srv_list list = {NULL, 0};
  bool good = !in.failed;
  for (; good && answers > 0; answers--)
    good = read_answer(&message, &in, &list);
  if (!good)
    return -1;
  *ret = list;
  list = (struct kcd_srv_list){NULL, 0};
  return 0;
}

/* ---- order ---- */

/* Those of no weight first, so that they have a small chance beside others (RFC 2782). */
static int compare(const void *left, const void *right)
{
  const struct kcd_srv *a = left, *b = right;
  if (a->priority != b->priority)
    return a->priority < b->priority ? -1 : 1;
  if ((a->weight == 0) != (b->weight == 0))
    return a->weight == 0 ? -1 : 1;
  return strcmp(a->host, b->host);
}

static void swap_to_front(struct kcd_srv *first, struct kcd_srv *chosen)
{
  struct kcd_srv record = *chosen;
  memmove(first + 1, first, (size_t)(chosen - first) * sizeof(*first));
  *first = record;
}

/* The first record whose running sum of weights reaches a random number between 0 and the whole sum. */
static struct kcd_srv *choose(struct kcd_srv *v, size_t n, uint32_t (*random)(void *data, uint32_t below), void *data)
{
  uint32_t sum = 0, running = 0;
  for (size_t i = 0; i < n; i++)
    sum += v[i].weight;
  uint32_t number = random(data, sum + 1);
  for (size_t i = 0; i + 1 < n; i++) {
    running += v[i].weight;
    if (running >= number)
      return &v[i];
  }
  return &v[n - 1];
}

void kcd_srv_order(struct kcd_srv_list *list, uint32_t (*random)(void *data, uint32_t below), void *data)
{
  if (list->n < 2)
    return;
  qsort(list->v, list->n, sizeof(*list->v), compare);
  for (size_t i = 0; i + 1 < list->n; i++) {
    size_t same = 1;
    while (i + same < list->n && list->v[i + same].priority == list->v[i].priority)
      same++;
    swap_to_front(&list->v[i], choose(&list->v[i], same, random, data));
  }
}

static bool names_host(const struct kcd_srv_list *list, const char *host)
{
  for (size_t i = 0; i < list->n; i++)
    if (kcd_equal_nocase(list->v[i].host, host))
      return true;
  return false;
}

/* Stable: within each part the order stays. */
void kcd_srv_put_first(struct kcd_srv_list *list, const struct kcd_srv_list *first)
{
  size_t front = 0;
  for (size_t i = 0; i < list->n; i++)
    if (names_host(first, list->v[i].host))
      swap_to_front(&list->v[front++], &list->v[i]);
}
