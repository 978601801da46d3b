/* audit.h - every delegation of a domain: one edge for each, what is wrong with it, and the findings that sum it up.
 *
 * No I/O. An adapter hands over accounts, edges and users as they come, in any order, and keeps none of them; what is
 * kept here are counts and findings, so that memory does not grow with the domain.
 */
#ifndef KCDFIX_AUDIT_H
#define KCDFIX_AUDIT_H

#include <kcdfix/facts.h>
#include <kcdfix/findings.h>

#define KCD_UNSEEN_DAYS 90u /* lastLogonTimestamp may be 14 days late (MS-ADTS 6.1.1.2.4.1 ... msDS-LogonTimeSync) */

/* What an account is that a delegation reaches: bits of `roles`. */
enum kcd_role {
  KCD_ROLE_DC,        /* a domain controller, read-only ones too */
  KCD_ROLE_KDC,       /* krbtgt, or a name of the KDC itself */
  KCD_ROLE_CA,        /* a certification authority of the forest */
  KCD_ROLE_ENTRA_SSO, /* AZUREADSSOACC: its key signs users in to Entra ID */
  KCD_ROLE_HYPERV,    /* registers a name of Hyper-V */
  KCD_ROLE_CLUSTER,   /* a cluster or a name of one (virtual computer object) */
  KCD_ROLE_DISABLED,
  KCD_ROLE_UNSEEN, /* neither logged on nor changed its password for KCD_UNSEEN_DAYS */
  KCD_ROLES
};
#define KCD_ROLE_BIT(role) (1u << (role))
const char *kcd_role_name(enum kcd_role role); /* "domain-controller", "kdc", "certification-authority", ... */
unsigned kcd_roles_of(const struct kcd_account *account, time_t now);
/* When the account was last seen: its last logon or password, whichever is later; 0: not known. */
time_t kcd_account_last_seen(const struct kcd_account *account);
/* Services that a Hyper-V host registers for itself and that no alias stands for. */
bool kcd_is_hyperv_class(const char *service_class);
/* Whether one of its names is of these, with blanks escaped (Samba) or not. */
bool kcd_account_is_hyperv(const struct kcd_account *account);

enum kcd_edge_type { KCD_EDGE_CONSTRAINED, KCD_EDGE_UNCONSTRAINED, KCD_EDGE_RESOURCE_BASED };
const char *kcd_edge_type_name(enum kcd_edge_type type); /* "constrained", "unconstrained", "resource-based" */

/* As whom the source may act. */
enum kcd_exposure {
  KCD_EXPOSES_NOBODY,   /* without effect */
  KCD_EXPOSES_VISITORS, /* users who log on to the source with a forwardable ticket */
  KCD_EXPOSES_ANYBODY,  /* every user who may be delegated */
  KCD_EXPOSES_UNKNOWN   /* one of the two: the bit that tells could not be read */
};
const char *kcd_exposure_name(enum kcd_exposure exposure); /* "nobody", "visitors", "anybody", "unknown" */

#define KCD_EDGE_FINDINGS 8

/* One delegation. The first part is filled in by who calls kcd_audit_edge, the second by that function; all is
 * borrowed. */
struct kcd_edge {
  enum kcd_edge_type type;
  const struct kcd_account *source; /* NULL: no account bears the SID of a resource-based entry, or it is well-known */
  const struct kcd_sid *source_sid; /* of a resource-based entry; NULL for the other types */
  const struct kcd_bytes *spn;      /* entry of the list, as stored; NULL: the account lists nothing, or another type */
  const struct kcd_account *const *owners; /* constrained: accounts that own the name, each once, the one that the KDC
                                            * takes first; resource-based: the account with the descriptor */
  size_t n_owners;
  bool unread; /* resource-based: the descriptor could not be decoded, so nobody knows whom it lets in */

  enum kcd_tri transition;          /* the source makes its own evidence for a user (S4U2Self) */
  const struct kcd_account *target; /* NULL: nobody, or everything (unconstrained) */
  unsigned roles;                   /* of the target */
  enum kcd_exposure exposure;
  const char *without_effect; /* why; NULL: it has effect */
  enum kcd_finding_id findings[KCD_EDGE_FINDINGS];
  size_t n_findings;
};
/* "CORE2016$"; "Everyone" or the SID as text of a resource-based entry without account; owned by the caller. */
char *kcd_edge_source_name(const struct kcd_edge *edge);

struct kcd_audit_counts {
  size_t accounts;       /* with a list, a delegation bit or a resource-based descriptor; DCs only with a list or one */
  size_t without_effect; /* disabled ones among them */
  size_t edges, constrained, transition, unconstrained, resource_based; /* transition: among the constrained */
  size_t impersonators;       /* accounts in use that may act as any user by their list */
  size_t accepted;            /* resource-based edges by which somebody may act as any user */
  size_t privileged, exposed; /* users in use; those of them who can be delegated */
  size_t unread;              /* accounts of which something that decides could not be read */
  size_t omitted;             /* findings that were counted only, since there were too many */
};

struct kcd_audit;
/* NOW is the DC's clock. DC is borrowed. */
struct kcd_audit *kcd_audit_new(const struct kcd_dc *dc, time_t now);
void kcd_audit_free(struct kcd_audit *audit);
KCD_DEFINE_AUTO(kcd_audit)

/* An account that has a list, a delegation bit or a resource-based descriptor. Returns whether it counts: a DC with
 * nothing but its own delegation bit does not, and has no edges. */
bool kcd_audit_account(struct kcd_audit *audit, const struct kcd_account *account);
/* Judges the edge, counts it and notes what is wrong with it. */
void kcd_audit_edge(struct kcd_audit *audit, struct kcd_edge *edge);
/* A user of a privileged group, or with adminCount = 1. PROTECTED: in Protected Users, where the KDC heeds that. */
void kcd_audit_privileged(struct kcd_audit *audit, const struct kcd_account *user, bool is_protected);
/* ms-DS-MachineAccountQuota of the domain. */
void kcd_audit_quota(struct kcd_audit *audit, uint32_t quota);
/* Something of an object that decides could not be read. */
void kcd_audit_unread(struct kcd_audit *audit, const char *dn, const char *attribute);

const struct kcd_audit_counts *kcd_audit_counts(const struct kcd_audit *audit);
/* What could not be read, "CN=...: userAccountControl", the first few; borrowed. */
const struct kcd_values *kcd_audit_unread_objects(const struct kcd_audit *audit);
/* The findings, worst first, then in order of repair. Commands repeat CONTEXT ("-S dc1", quoted already; "" for none).
 */
void kcd_audit_findings(const struct kcd_audit *audit, const char *context, struct kcd_findings *ret);
/* What to do first: lines for people, terminal-safe, from findings in that order; kcd_values_done frees. */
void kcd_audit_steps(const struct kcd_findings *findings, struct kcd_values *ret);
/* Whether this KDC gives members of Protected Users no forwardable ticket (docs/KDC-RULES.md, E2). */
bool kcd_flavour_heeds_protected_users(enum kcd_flavour flavour);

#endif
