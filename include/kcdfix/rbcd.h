/* rbcd.h - resource-based constrained delegation: what the descriptor of a target (msDS-
 * AllowedToActOnBehalfOfOtherIdentity) says about one host, and the descriptor with a host added. No I/O.
 *
 * The KDC asks for CONTROL_ACCESS (0x100) and evaluates like AccessCheck (MS-SFU 3.2.5.2.3; Samba kdc/db-glue.c
 * samba_kdc_check_s4u2proxy_rbcd): entries in their order, inherit-only ones and those for one right or with a
 * condition left out.
 */
#ifndef KCDFIX_RBCD_H
#define KCDFIX_RBCD_H

#include <kcdfix/facts.h>
#include <kcdfix/secdesc.h>

#define KCD_ATTR_RBCD "msDS-AllowedToActOnBehalfOfOtherIdentity"

/* What one entry does to the accounts that it names. */
enum kcd_rbcd_effect {
  KCD_RBCD_ACCEPTS,      /* allows CONTROL_ACCESS */
  KCD_RBCD_DENIES,       /* denies CONTROL_ACCESS */
  KCD_RBCD_TOO_LITTLE,   /* allows, but not CONTROL_ACCESS: too small a mask, or the raw generic bit */
  KCD_RBCD_INHERIT_ONLY, /* for objects below the target, which has none */
  KCD_RBCD_ONE_RIGHT,    /* an object entry that names one right or property set */
  KCD_RBCD_CONDITION,    /* a callback entry: a condition that only the DC can evaluate */
  KCD_RBCD_NOTHING       /* audits, denies other rights, or of an unknown kind */
};
/* "accepts", "denies", "too-little", "inherit-only", "one-right", "condition", "nothing". */
const char *kcd_rbcd_effect_name(enum kcd_rbcd_effect effect);

/* One entry of the descriptor, in its order. */
struct kcd_rbcd_entry {
  enum kcd_rbcd_effect effect;
  uint32_t mask;
  struct kcd_sid sid;
  char *name;          /* "HV2$", "Everyone"; the SID as text where no name is known; owned, not terminal-safe */
  enum kcd_tri exists; /* KCD_NO: no account of this domain bears the SID (any more) */
  bool is_host;        /* the host's own SID, or a group of it */
};

struct kcd_rbcd {
  bool present;      /* the target has the attribute */
  char *malformed;   /* why it cannot be decoded; NULL: it can. Owned, terminal-safe */
  bool without_dacl; /* decoded, and it has no DACL */
  struct kcd_rbcd_entry *entries;
  size_t n;
  bool has_unknown; /* entries of a layout that is not known, which are not among these */
  bool grants;      /* the host gets CONTROL_ACCESS */
};

/* Reads the descriptor of TARGET (NULL: nothing is present) against HOST (NULL: no entry is the host's); names come
 * from the trustees of FACTS. kcd_rbcd_done frees. */
void kcd_rbcd_read(const struct kcd_facts *facts, const struct kcd_account *target, const struct kcd_account *host,
                   struct kcd_rbcd *ret);
void kcd_rbcd_done(struct kcd_rbcd *rbcd);

/* Whether the descriptor of TARGET grants HOST the right: its own SID, its groups, Everyone and Authenticated Users,
 * since the KDC builds the token from the host's TGT. */
bool kcd_rbcd_grants(const struct kcd_account *target, const struct kcd_account *host);

/* The SIDs that the descriptor of ACCOUNT names, each once, those that are the same everywhere left out: what has to be
 * looked up to show names. Owned by the caller; 0 for none. */
size_t kcd_rbcd_sids(const struct kcd_account *account, struct kcd_sid **ret);

#endif
