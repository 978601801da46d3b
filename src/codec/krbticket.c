#include "asn1.h"
#include "krbmsg.h"
#include "krbname.h"

#define TKT_VNO 5

static bool read_fields(const struct kcd_asn1 *asn1, struct kcd_krb_ticket *ret)
{
  int32_t version;
  ret->has_kvno = kcd_asn1_has(asn1, "enc-part.kvno");
  return kcd_asn1_int32(asn1, "tkt-vno", &version) && version == TKT_VNO &&
         kcd_krb_name_read(asn1, "sname", "realm", &ret->service) &&
         kcd_asn1_int32(asn1, "enc-part.etype", &ret->enctype) &&
         (!ret->has_kvno || kcd_asn1_uint32(asn1, "enc-part.kvno", &ret->kvno));
}

static uint64_t mark_of(const uint8_t *data, size_t len)
{
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (size_t i = 0; i < len; i++)
    hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
  return hash == 0 ? 1 : hash;
}

bool kcd_krb_ticket_read(const void *data, size_t len, struct kcd_krb_ticket *ret)
{
  struct kcd_asn1 asn1;
  struct kcd_krb_ticket ticket = {0};
  *ret = ticket;
  if (!kcd_asn1_decode(&asn1, "KERBEROS.Ticket", data, len))
    return false;
  bool good = read_fields(&asn1, &ticket);
  ticket.mark = mark_of(data, len);
  kcd_asn1_done(&asn1);
  if (good)
    *ret = ticket;
  else
    kcd_krb_ticket_done(&ticket);
  return good;
}

void kcd_krb_ticket_done(struct kcd_krb_ticket *ticket)
{
  kcd_krb_name_done(&ticket->service);
  *ticket = (struct kcd_krb_ticket){0};
}
