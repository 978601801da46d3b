/* secdesc.h - self-relative security descriptors (MS-DTYP 2.4.6), as far as resource-based delegation needs them.
 *
 * ACEs keep their raw bytes, so that decode followed by encode gives the same DACL entries whatever they hold.
 */
#ifndef KCDFIX_SECDESC_H
#define KCDFIX_SECDESC_H

#include <kcdfix/bytes.h>
#include <kcdfix/error.h>
#include <kcdfix/sid.h>

enum kcd_ace_kind { KCD_ACE_ALLOW, KCD_ACE_DENY, KCD_ACE_OTHER };

#define KCD_ACE_INHERIT_ONLY 0x08u /* AceFlags, MS-DTYP 2.4.4.1 */
#define KCD_ACE_INHERITED 0x10u
#define KCD_RIGHT_CONTROL_ACCESS 0x100u   /* ADS_RIGHT_DS_CONTROL_ACCESS, MS-ADTS 5.1.3.2 */
#define KCD_RIGHT_RBCD_FULL 0xF01FFu      /* what Windows tools write */
#define KCD_RIGHT_GENERIC_ALL 0x10000000u /* raw generic bit: does not contain 0x100 */

struct kcd_ace {
  enum kcd_ace_kind kind;
  uint8_t type;
  uint8_t flags;
  uint32_t mask;        /* 0 for KCD_ACE_OTHER of unknown layout */
  bool has_object_type; /* an object ACE that names an object type: applies to that right only */
  uint8_t object_type[16];
  struct kcd_sid sid;   /* no SID for an unknown layout */
  struct kcd_bytes raw; /* the whole ACE with its header */
};

struct kcd_secdesc {
  uint16_t control;
  bool has_owner, has_group, has_dacl; /* has_dacl false: no DACL at all, or a NULL DACL */
  struct kcd_sid owner, group;
  uint8_t acl_revision;
  struct kcd_ace *aces;
  size_t n_aces;
};

/* Decodes LEN bytes (at most 132096, the schema's limit). Fails with KCD_E_MALFORMED and says where. */
int kcd_secdesc_decode(const void *data, size_t len, struct kcd_secdesc *ret, struct kcd_error *err);
/* Encodes owner, group and DACL self-relative, in the order that Windows writes (owner, group, DACL behind). The SACL
 * is not kept. Fails on a DACL of more than 65535 bytes. */
int kcd_secdesc_encode(const struct kcd_secdesc *sd, struct kcd_bytes *ret, struct kcd_error *err);
void kcd_secdesc_done(struct kcd_secdesc *sd);

/* Appends an ACCESS_ALLOWED entry for TRUSTEE, and makes the DACL if there was none. */
void kcd_secdesc_add_allow(struct kcd_secdesc *sd, const struct kcd_sid *trustee, uint32_t mask);

/* AccessCheck (MS-DTYP 2.5.3.2) for the one right that the KDC asks for: whether a token with these SIDs is granted
 * MASK. First matching ACE decides bit by bit; inherit-only ACEs, those that name an object type and
 * those with a condition do not count; a descriptor without DACL grants nothing
 * here (a KDC reads it so). */
bool kcd_secdesc_grants(const struct kcd_secdesc *sd, const struct kcd_sid *token, size_t n_token, uint32_t mask);

#endif
