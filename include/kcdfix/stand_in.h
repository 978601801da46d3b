/* stand_in.h - the temporary account that carries a host's delegation settings: what it is made of, what it proves, and
 * when it may be deleted again. No I/O.
 */
#ifndef KCDFIX_STAND_IN_H
#define KCDFIX_STAND_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <kcdfix/bytes.h>
#include <kcdfix/error.h>
#include <kcdfix/facts.h>
#include <kcdfix/sid.h>

#define KCD_STAND_IN_PREFIX "KCDFIX-"
#define KCD_STAND_IN_TTL 900   /* seconds: entryTTL where the DC offers dynamic objects; the least that AD takes */
#define KCD_STAND_IN_OLD 3600  /* seconds: what is younger may be in use elsewhere and is never swept away */
#define KCD_STAND_IN_NONCE 16  /* bytes */
#define KCD_STAND_IN_SECRET 96 /* bytes of randomness: as text longer than any password policy demands */

/* What the account gets. Never more than the host has, or will have. */
struct kcd_stand_in_settings {
  struct kcd_values list; /* msDS-AllowedToDelegateTo, as stored */
  uint32_t uac;           /* WORKSTATION_TRUST and those bits of the host that a KDC reads for delegation */
  uint32_t enctypes;      /* msDS-SupportedEncryptionTypes */
  bool has_enctypes;
  uint64_t expires;              /* accountExpires; 0: never */
  struct kcd_values logon_hours; /* logonHours, as stored; empty: at any hour */
};
/* The settings of HOST, as it is or as a plan would leave it (kcd_plan_preview). KCD_E_UNSUPPORTED (id
 * stand-in-not-possible) where no computer account can stand in for it: a user account, a domain controller, the KDC's
 * own account, or one whose userAccountControl is not readable. */
int kcd_stand_in_settings_of(const struct kcd_account *host, struct kcd_stand_in_settings *ret, struct kcd_error *err);
void kcd_stand_in_settings_done(struct kcd_stand_in_settings *settings);
/* Whether a KDC sees no difference: one rehearsal then serves both hosts. The order of the list does not count. */
bool kcd_stand_in_settings_equal(const struct kcd_stand_in_settings *a, const struct kcd_stand_in_settings *b);
/* Whether creating it needs SeEnableDelegationPrivilege: a list, or a delegation bit (MS-ADTS 3.1.1.5.2.4). */
bool kcd_stand_in_needs_privilege(const struct kcd_stand_in_settings *settings);

/* ---- what stands in the account ---- */

/* "kcdfix stand-in 0f1e..." : the mark that the description starts with; owned. */
char *kcd_stand_in_mark(const uint8_t nonce[KCD_STAND_IN_NONCE]);
/* The nonce of a description that starts with a mark; -1 where it has none. */
int kcd_stand_in_mark_parse(const char *description, uint8_t ret[KCD_STAND_IN_NONCE]);
/* The mark, and for whoever finds the account: whose settings it has, who made it, until when it is of use, and the
 * REASON (NULL: none). At most 1024 characters, which is what the schema allows. Owned. */
char *kcd_stand_in_description(const uint8_t nonce[KCD_STAND_IN_NONCE], const char *host, const char *by, time_t until,
                               const char *reason);
/* The only SPN that a stand-in may have, "kcdfix/0f1e...": a Windows KDC gives an account without any no S4U2Self
 * ticket (docs/KDC-RULES.md, row B1a); Samba's asks none of a computer. Owned; NULL where FLAVOUR needs none. */
char *kcd_stand_in_spn(enum kcd_flavour flavour, const uint8_t nonce[KCD_STAND_IN_NONCE]);

/* The account as facts, so that its answers can be predicted: a computer of the host's domain with SETTINGS, named
 * NAME, with SPN (NULL: none, where the host has none or none is needed), in Domain Computers and without the other
 * groups, the policies and the SID of HOST. Freed with kcd_account_done. */
void kcd_stand_in_account(const struct kcd_account *host, const struct kcd_stand_in_settings *settings,
                          const char *name, const char *spn, struct kcd_account *ret);

/* ---- what it proves ---- */

/* What of one pair a stand-in cannot show. The sentences are terminal-safe; owned. */
struct kcd_stand_in_limits {
  bool covers;      /* the KDC's answers to the stand-in are those that the host would get */
  char **sentences; /* why not; or, with `covers`, what is not copied and does not decide here */
  size_t n;
};
/* STAND_IN is the account of kcd_stand_in_account; the host must have been found. Covered is what the rules predict
 * alike for both, as long as no policy is bound to the host and it has a password; everything else is said. */
void kcd_stand_in_limits(const struct kcd_facts *facts, enum kcd_flavour flavour, const struct kcd_account *stand_in,
                         struct kcd_stand_in_limits *ret);
void kcd_stand_in_limits_done(struct kcd_stand_in_limits *limits);

/* ---- whether it may be deleted ---- */

/* An account that may be a stand-in, as it is in the directory. */
struct kcd_stand_in_found {
  uint8_t guid[16];
  char *dn;
  char *name;        /* sAMAccountName */
  char *description; /* NULL: none */
  struct kcd_values spns;
  time_t created; /* whenCreated; 0: not readable */
  bool has_children;
  bool has_owner;
  struct kcd_sid owner; /* of its security descriptor, with has_owner */
};
void kcd_stand_in_found_done(struct kcd_stand_in_found *found);

struct kcd_stand_in_record;

/* Whether FOUND is the account that RECORD (stand_in_record.h) is about, by everything that can be held against it: the
 * nonce, the objectGUID where it is known, no SPN but its own, no children, not created before the record. Else the
 * reason in ret_why (terminal-safe, owned). */
bool kcd_stand_in_is_recorded(const struct kcd_stand_in_found *found, const struct kcd_stand_in_record *record,
                              char **ret_why);
/* Whether FOUND is a stranger that bore the name when RECORD was written, so that the add was refused, or would have
 * been: the account of the record was never seen, and FOUND is older and without its nonce. */
bool kcd_stand_in_had_name_first(const struct kcd_stand_in_found *found, const struct kcd_stand_in_record *record);
/* As kcd_stand_in_is_recorded, for an account that no record of this machine is about: it carries a mark, is older than
 * KCD_STAND_IN_OLD at NOW (the DC's clock), has no SPN but its own, no children, and the DN that kcdfix gives it, and
 * belongs to CALLER (the SID of the login; revision 0: not known, and nobody's) or to BUILTIN\Administrators, Domain
 * Admins or Enterprise Admins of DOMAIN. */
bool kcd_stand_in_is_abandoned(const struct kcd_stand_in_found *found, time_t now, const struct kcd_sid *caller,
                               const struct kcd_sid *domain, char **ret_why);

#endif
