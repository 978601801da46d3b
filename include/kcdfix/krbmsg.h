/* krbmsg.h - what stands in the clear in a Kerberos message: AS and TGS requests and replies, and KRB-ERROR.
 *
 * Decoded with libtasn1 from the project's one module (src/codec/kerberos.asn: RFC 4120, RFC 6113, and the parts of
 * MS-SFU 2.2 and MS-KILE 2.2 that are needed), lists by a bounded walk. Bytes are hostile.
 */
#ifndef KCDFIX_KRBMSG_H
#define KCDFIX_KRBMSG_H

#include <stdbool.h>
#include <stdint.h>

#include <kcdfix/bytes.h>
#include <kcdfix/error.h>
#include <kcdfix/kerberr.h>

/* msg-type (RFC 4120 5.10). */
enum kcd_krb_type {
  KCD_KRB_AS_REQ = 10,
  KCD_KRB_AS_REP = 11,
  KCD_KRB_TGS_REQ = 12,
  KCD_KRB_TGS_REP = 13,
  KCD_KRB_ERROR = 30
};
/* "AS-REQ", ...; NULL for another number. */
const char *kcd_krb_type_name(enum kcd_krb_type type);

/* A principal's name: components joined by '/' (one that holds a '/' itself is not told apart: see `parts`), bytes as
 * sent, in practice UTF-8, not terminal-safe, without NUL: a name or realm that holds one, or is longer than
 * KCD_KRB_NAME_MAX, makes the message malformed. NULL: absent. */
#define KCD_KRB_NAME_MAX 4096
struct kcd_krb_name {
  char *text;
  int32_t type; /* name-type */
  size_t parts; /* components */
  char *realm;  /* NULL: the message names none with it */
};

/* kdc-options that are spoken of (RFC 4120 5.4.1, MS-SFU 2.2.3). Bit 0 is the highest. */
#define KCD_KDC_OPTION(bit) (0x80000000u >> (bit))
#define KCD_KDC_FORWARDABLE KCD_KDC_OPTION(1)
#define KCD_KDC_FORWARDED KCD_KDC_OPTION(2)
#define KCD_KDC_CNAME_IN_ADDL_TKT KCD_KDC_OPTION(14) /* constrained delegation: S4U2Proxy */
#define KCD_KDC_CANONICALIZE KCD_KDC_OPTION(15)
#define KCD_KDC_ENC_TKT_IN_SKEY KCD_KDC_OPTION(28) /* user-to-user */
/* "forwardable, cname-in-addl-tkt, 0x00000040"; "" for none; owned. */
char *kcd_kdc_options_names(uint32_t options);

/* A ticket, as far as it is in the clear. */
struct kcd_krb_ticket {
  struct kcd_krb_name service; /* with realm */
  int32_t enctype;
  uint32_t kvno;
  bool has_kvno;
  uint64_t mark; /* FNV-1a of its bytes, by which the same ticket is known again; 0: no ticket */
};

#define KCD_KRB_LIST_MAX 64 /* elements of a list that are kept: encryption types, padata types, tickets */

struct kcd_krb_message {
  enum kcd_krb_type type;
  /* requests */
  uint32_t options;            /* kdc-options */
  struct kcd_krb_name client;  /* cname with its realm: of an AS-REQ, of a reply; of a KRB-ERROR where it has one */
  struct kcd_krb_name service; /* sname of the body with its realm; of a reply that of its ticket; of a KRB-ERROR its
                                * own. NULL text with a realm: the body names no service */
  int32_t *etypes;
  size_t n_etypes;
  int32_t *padata; /* types of the outer padata, of requests and replies */
  size_t n_padata;
  struct kcd_krb_ticket *additional; /* additional-tickets: the evidence of S4U2Proxy */
  size_t n_additional;
  bool has_tgt;
  struct kcd_krb_ticket tgt; /* the ticket of the AP-REQ in PA-TGS-REQ */
  bool for_user;             /* a TGS-REQ with PA-FOR-USER (129) or PA-S4U-X509-USER (130): S4U2Self */
  struct kcd_krb_name user;  /* with realm, of PA-FOR-USER where both are there; NULL text where PA-S4U-X509-USER names
                              * it by a certificate alone */
  bool has_pac_options;
  uint32_t pac_options; /* PA-PAC-OPTIONS (167): bit 3 (0x10000000) is resource-based delegation (MS-KILE 2.2.10) */
  bool armoured; /* PA-FX-FAST (136), of requests and replies: the rest of what it says is inside the armour (RFC 6113);
                  * the other members are those of the outer message, which need not be those inside */
  bool wants_preauth_only; /* an AS-REQ without any pre-authentication: it asks what the KDC wants */
  /* replies */
  struct kcd_krb_ticket ticket;
  /* KRB-ERROR */
  struct kcd_krb_error error;
};
#define KCD_PAC_OPTION_RBCD 0x10000000u

/* Decodes a message that fills DATA. KCD_E_MALFORMED with where; id krb-message-malformed. Elements beyond
 * KCD_KRB_LIST_MAX are walked over, not kept; of several padata of one type the first one counts. */
int kcd_krb_message_decode(const void *data, size_t len, struct kcd_krb_message *ret, struct kcd_error *err);
void kcd_krb_message_done(struct kcd_krb_message *message);
/* The type of a message by its first bytes, of one that was cut off too: the tag, a definite length and a SEQUENCE
 * behind it, as far as they are there. 0: none of those above. */
enum kcd_krb_type kcd_krb_message_type(const void *data, size_t len);

/* An NTLMSSP AUTHENTICATE message somewhere in the payload of a segment (MS-NLMP 2.2.1.3): the client logs on by NTLM.
 * True, and the user's and the workstation's name (owned, not terminal-safe; NULL where they are empty, malformed or
 * cut off). They are UTF-8 where the message is in Unicode, else the bytes of the client's OEM code page. */
bool kcd_ntlm_find(const void *data, size_t len, char **ret_user, char **ret_workstation);

#endif
