#include <stdlib.h>

#include "asn1.h"
#include "der.h"
#include "krbmsg.h"
#include "krbname.h"

#define PVNO 5

static const struct {
  enum kcd_krb_type type;
  const char *name;
} TYPES[] = {{KCD_KRB_AS_REQ, "AS-REQ"},
             {KCD_KRB_AS_REP, "AS-REP"},
             {KCD_KRB_TGS_REQ, "TGS-REQ"},
             {KCD_KRB_TGS_REP, "TGS-REP"},
             {KCD_KRB_ERROR, "KRB-ERROR"}};
#define N_TYPES (sizeof(TYPES) / sizeof(TYPES[0]))

const char *kcd_krb_type_name(enum kcd_krb_type type)
{
  for (size_t i = 0; i < N_TYPES; i++)
    if (TYPES[i].type == type)
      return TYPES[i].name;
  return NULL;
}

/* Whether what follows the tag can be a definite length of up to four bytes and the SEQUENCE in every message; what was
 * cut off contradicts nothing. */
static bool can_follow(const uint8_t *data, size_t len)
{
  enum { LONG_FORM = 0x80, MAX_BYTES = 4 };
  if (len == 0)
    return true;
  size_t more = data[0] < LONG_FORM ? 0 : data[0] - (size_t)LONG_FORM;
  if (data[0] == LONG_FORM || more > MAX_BYTES)
    return false;
  return len <= more + 1 || data[more + 1] == KCD_DER_SEQUENCE;
}

enum kcd_krb_type kcd_krb_message_type(const void *data, size_t len)
{
  const uint8_t *bytes = data;
  for (size_t i = 0; i < N_TYPES && len > 0; i++)
    if (bytes[0] == KCD_DER_APPLICATION(TYPES[i].type) && can_follow(bytes + 1, len - 1))
      return TYPES[i].type;
  return (enum kcd_krb_type)0;
}

void kcd_krb_list_add(int32_t **list, size_t *n, int32_t number)
{
  if (*n == KCD_KRB_LIST_MAX)
    return;
  *list = kcd_reallocarray(*list, *n + 1, sizeof(**list));
  (*list)[(*n)++] = number;
}

static const char *read_reply_padata(const struct kcd_asn1 *asn1, struct kcd_krb_message *message)
{
  struct kcd_bytes bytes;
  struct kcd_reader in;
  struct kcd_reader list;
  if (!kcd_asn1_bytes(asn1, "padata", &bytes))
    return NULL;
  kcd_reader_init(&in, bytes.data, bytes.len);
  bool is_list = kcd_der_enter(&in, KCD_DER_SEQUENCE, &list) && in.left == 0;
  const char *bad = is_list ? kcd_krb_padata_read(list, message) : "padata";
  kcd_bytes_done(&bytes);
  return bad;
}

static const char *read_reply_fields(const struct kcd_asn1 *asn1, struct kcd_krb_message *message)
{
  struct kcd_bytes ticket;
  int32_t pvno;
  int32_t msg_type;
  if (!kcd_asn1_int32(asn1, "pvno", &pvno) || pvno != PVNO || !kcd_asn1_int32(asn1, "msg-type", &msg_type) ||
      msg_type != (int32_t)message->type)
    return "pvno or msg-type";
  if (!kcd_krb_name_read(asn1, "cname", "crealm", &message->client))
    return "cname or crealm";
  bool good = kcd_asn1_bytes(asn1, "ticket", &ticket) && kcd_krb_ticket_read(ticket.data, ticket.len, &message->ticket);
  kcd_bytes_done(&ticket);
  if (!good)
    return "ticket";
  kcd_krb_name_copy(&message->service, &message->ticket.service);
  return read_reply_padata(asn1, message);
}

static const char *read_reply(const void *data, size_t len, struct kcd_krb_message *message)
{
  struct kcd_reader in;
  struct kcd_reader content;
  struct kcd_asn1 asn1;
  kcd_reader_init(&in, data, len);
  if (!kcd_der_enter(&in, (uint8_t)KCD_DER_APPLICATION(message->type), &content) || in.left > 0 ||
      !kcd_asn1_decode(&asn1, "KERBEROS.KDC-REP", content.data, content.left))
    return "its outer form";
  const char *bad = read_reply_fields(&asn1, message);
  kcd_asn1_done(&asn1);
  return bad;
}

/* kcd_krb_error has its names ready to be shown; here they are those that were sent. */
static const char *read_error_names(const void *data, size_t len, struct kcd_krb_message *message)
{
  struct kcd_asn1 asn1;
  if (!kcd_asn1_decode(&asn1, "KERBEROS.KRB-ERROR", data, len))
    return "its outer form";
  bool good = kcd_krb_name_read(&asn1, "cname", "crealm", &message->client) &&
              kcd_krb_name_read(&asn1, "sname", "realm", &message->service);
  kcd_asn1_done(&asn1);
  return good ? NULL : "a name";
}

static const char *read_error(const void *data, size_t len, struct kcd_krb_message *message)
{
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_krb_error_decode(data, len, &message->error, &ignored) != 0)
    return "its outer form or a field";
  return read_error_names(data, len, message);
}

static const char *read_message(const void *data, size_t len, struct kcd_krb_message *message)
{
  switch (message->type) {
  case KCD_KRB_AS_REQ:
  case KCD_KRB_TGS_REQ:
    return kcd_krb_request_read(data, len, message);
  case KCD_KRB_AS_REP:
  case KCD_KRB_TGS_REP:
    return read_reply(data, len, message);
  case KCD_KRB_ERROR:
    return read_error(data, len, message);
  }
  return "its tag";
}

int kcd_krb_message_decode(const void *data, size_t len, struct kcd_krb_message *ret, struct kcd_error *err)
{
  struct kcd_krb_message message = {.type = kcd_krb_message_type(data, len)};
  const char *name = kcd_krb_type_name(message.type);
  const char *bad = read_message(data, len, &message);
  if (bad == NULL) {
    *ret = message;
    return 0;
  }
  kcd_krb_message_done(&message);
  kcd_fail(err, KCD_E_MALFORMED, "a Kerberos message%s%s is malformed: %s", name == NULL ? "" : " of type ",
           name == NULL ? "" : name, bad);
  return kcd_error_id(err, "krb-message-malformed");
}

void kcd_krb_message_done(struct kcd_krb_message *message)
{
  kcd_krb_name_done(&message->client);
  kcd_krb_name_done(&message->service);
  kcd_krb_name_done(&message->user);
  kcd_krb_ticket_done(&message->tgt);
  kcd_krb_ticket_done(&message->ticket);
  for (size_t i = 0; i < message->n_additional; i++)
    kcd_krb_ticket_done(&message->additional[i]);
  free(message->additional);
  free(message->etypes);
  free(message->padata);
  kcd_krb_error_done(&message->error);
  *message = (struct kcd_krb_message){0};
}
