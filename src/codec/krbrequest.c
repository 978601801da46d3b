#include "asn1.h"
#include "der.h"
#include "kdcreq.h"
#include "krbmsg.h"
#include "krbname.h"

/* Padata that prove who asks (RFC 4120 7.5.2, RFC 4556, RFC 6113, RFC 9588), or hide that proof. */
static bool is_preauth(int32_t padata)
{
  enum { ENC_TIMESTAMP = 2, PK_OLD = 14, PK_OLD_WINDOWS = 15, PK = 16, ENCRYPTED_CHALLENGE = 138, SPAKE = 151 };
  return padata == ENC_TIMESTAMP || padata == PK_OLD || padata == PK_OLD_WINDOWS || padata == PK ||
         padata == KCD_PA_FX_FAST || padata == ENCRYPTED_CHALLENGE || padata == SPAKE;
}

static bool has_preauth(const struct kcd_krb_message *message)
{
  for (size_t i = 0; i < message->n_padata; i++)
    if (is_preauth(message->padata[i]))
      return true;
  return false;
}

/* A field that holds a list: its elements; none where it is absent and ABSENT is allowed. */
static bool open_list(const struct kcd_asn1 *asn1, const char *field, bool absent, struct kcd_bytes *bytes,
                      struct kcd_reader *list)
{
  struct kcd_reader in;
  if (!kcd_asn1_bytes(asn1, field, bytes)) {
    kcd_reader_init(list, NULL, 0);
    return absent;
  }
  kcd_reader_init(&in, bytes->data, bytes->len);
  return kcd_der_enter(&in, KCD_DER_SEQUENCE, list) && in.left == 0;
}

static bool read_etypes(const struct kcd_asn1 *asn1, struct kcd_krb_message *message)
{
  struct kcd_bytes bytes;
  struct kcd_reader list;
  bool good = open_list(asn1, "etype", false, &bytes, &list);
  while (good && list.left > 0) {
    struct kcd_reader number;
    int32_t etype;
    good = kcd_der_enter(&list, KCD_DER_INTEGER, &number) && kcd_der_int32(number.data, number.left, &etype);
    if (good)
      kcd_krb_list_add(&message->etypes, &message->n_etypes, etype);
  }
  kcd_bytes_done(&bytes);
  return good;
}

static bool add_ticket(const void *data, size_t len, struct kcd_krb_message *message)
{
  struct kcd_krb_ticket ticket;
  if (message->n_additional == KCD_KRB_LIST_MAX)
    return true;
  if (!kcd_krb_ticket_read(data, len, &ticket))
    return false;
  message->additional = kcd_reallocarray(message->additional, message->n_additional + 1, sizeof(ticket));
  message->additional[message->n_additional++] = ticket;
  return true;
}

static bool read_additional(const struct kcd_asn1 *asn1, struct kcd_krb_message *message)
{
  struct kcd_bytes bytes;
  struct kcd_reader list;
  bool good = open_list(asn1, "additional-tickets", true, &bytes, &list);
  while (good && list.left > 0) {
    const uint8_t *start = list.data;
    struct kcd_reader content;
    good = kcd_der_enter(&list, KCD_DER_APPLICATION(1), &content) &&
           add_ticket(start, (size_t)(list.data - start), message);
  }
  kcd_bytes_done(&bytes);
  return good;
}

/* The one realm of the body is that of the service and, in an AS-REQ, of the client too (RFC 4120 5.4.1). */
static const char *read_fields(const struct kcd_asn1 *asn1, struct kcd_krb_message *message)
{
  const char *client_realm = message->type == KCD_KRB_AS_REQ ? "realm" : NULL;
  if (!kcd_asn1_flags(asn1, "kdc-options", &message->options))
    return "kdc-options";
  if (!kcd_krb_name_read(asn1, "cname", client_realm, &message->client))
    return "cname";
  if (!kcd_krb_name_read(asn1, "sname", "realm", &message->service))
    return "sname or realm";
  if (!read_etypes(asn1, message))
    return "etype";
  return read_additional(asn1, message) ? NULL : "additional-tickets";
}

static const char *read_body(const struct kcd_reader *body, struct kcd_krb_message *message)
{
  struct kcd_asn1 asn1;
  if (!kcd_asn1_decode(&asn1, "KERBEROS.KDC-REQ-BODY", body->data, body->left))
    return "req-body";
  const char *bad = read_fields(&asn1, message);
  kcd_asn1_done(&asn1);
  return bad;
}

const char *kcd_krb_request_read(const void *data, size_t len, struct kcd_krb_message *message)
{
  struct kcd_kdc_req request;
  if (!kcd_kdc_req_read(data, len, (uint8_t)message->type, &request))
    return "its outer form";
  const char *bad = kcd_krb_padata_read(request.padata, message);
  message->wants_preauth_only = message->type == KCD_KRB_AS_REQ && !has_preauth(message);
  return bad != NULL ? bad : read_body(&request.body, message);
}
