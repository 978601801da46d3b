#include "asn1.h"
#include "der.h"
#include "krbmsg.h"
#include "krbname.h"
#include "padata.h"

#define PA_FOR_USER 129
#define PA_S4U_X509_USER 130
#define PA_PAC_OPTIONS 167
#define PVNO 5
#define MSG_TYPE_AP_REQ 14

static bool read_ap_req(const struct kcd_asn1 *asn1, struct kcd_krb_message *message)
{
  struct kcd_bytes ticket;
  int32_t pvno;
  int32_t msg_type;
  bool good = kcd_asn1_int32(asn1, "pvno", &pvno) && pvno == PVNO && kcd_asn1_int32(asn1, "msg-type", &msg_type) &&
              msg_type == MSG_TYPE_AP_REQ;
  good = kcd_asn1_bytes(asn1, "ticket", &ticket) && good;
  message->has_tgt = good && kcd_krb_ticket_read(ticket.data, ticket.len, &message->tgt);
  kcd_bytes_done(&ticket);
  return message->has_tgt;
}

/* It is signed with the session key by every client, while the newer form below may name a certificate only. */
static bool read_for_user(const struct kcd_asn1 *asn1, struct kcd_krb_message *message)
{
  message->for_user = true;
  kcd_krb_name_done(&message->user);
  return kcd_krb_name_read(asn1, "userName", "userRealm", &message->user);
}

static bool read_x509_user(const struct kcd_asn1 *asn1, struct kcd_krb_message *message)
{
  struct kcd_krb_name user;
  message->for_user = true;
  if (!kcd_krb_name_read(asn1, "user-id.cname", "user-id.crealm", &user))
    return false;
  if (message->user.text == NULL)
    message->user = user;
  else
    kcd_krb_name_done(&user);
  return true;
}

static bool read_pac_options(const struct kcd_asn1 *asn1, struct kcd_krb_message *message)
{
  message->has_pac_options = true;
  return kcd_asn1_flags(asn1, "flags", &message->pac_options);
}

static const struct form {
  int32_t type;
  const char *asn1_type;
  bool (*read)(const struct kcd_asn1 *asn1, struct kcd_krb_message *message);
  const char *name;
  bool in_as_req;
} FORMS[] = {
    {KCD_PA_TGS_REQ, "KERBEROS.AP-REQ", read_ap_req, "PA-TGS-REQ", false},
    {PA_FOR_USER, "KERBEROS.PA-FOR-USER", read_for_user, "PA-FOR-USER", false},
    {PA_S4U_X509_USER, "KERBEROS.PA-S4U-X509-USER", read_x509_user, "PA-S4U-X509-USER", false},
    {PA_PAC_OPTIONS, "KERBEROS.PA-PAC-OPTIONS", read_pac_options, "PA-PAC-OPTIONS", true},
};
#define N_FORMS (sizeof(FORMS) / sizeof(FORMS[0]))

static bool read_value(const struct form *form, const struct kcd_padata *padata, struct kcd_krb_message *message)
{
  struct kcd_asn1 asn1;
  if (!kcd_asn1_decode(&asn1, form->asn1_type, padata->value, padata->len))
    return false;
  bool good = form->read(&asn1, message);
  kcd_asn1_done(&asn1);
  return good;
}

/* Which form it is, if it is one that this kind of message carries; N_FORMS: none. */
static size_t form_of(int32_t padata_type, enum kcd_krb_type type)
{
  size_t i = 0;
  if (type != KCD_KRB_AS_REQ && type != KCD_KRB_TGS_REQ)
    return N_FORMS;
  while (i < N_FORMS && (FORMS[i].type != padata_type || (type == KCD_KRB_AS_REQ && !FORMS[i].in_as_req)))
    i++;
  return i;
}

/* Of each form only the first is decoded: a list may be long, and to decode costs more than to walk. */
const char *kcd_krb_padata_read(struct kcd_reader list, struct kcd_krb_message *message)
{
  bool seen[N_FORMS + 1] = {[N_FORMS] = true};
  while (list.left > 0) {
    struct kcd_padata padata;
    if (!kcd_padata_read(&list, &padata))
      return "padata";
    kcd_krb_list_add(&message->padata, &message->n_padata, padata.type);
    message->armoured = message->armoured || padata.type == KCD_PA_FX_FAST;
    size_t form = form_of(padata.type, message->type);
    if (!seen[form] && !read_value(&FORMS[form], &padata, message))
      return FORMS[form].name;
    seen[form] = true;
  }
  return NULL;
}
