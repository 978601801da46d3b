/* hyperv_hosts.h - which accounts of a domain are Hyper-V hosts and names of clusters, and what stands out about each.
 *
 * A host registers the SPN of the migration service, and publishes a service connection point (cn=Microsoft Hyper-V)
 * below its computer object; a machine that has either is a host (hyperv.md 5.1). Names of clusters and of their roles
 * hold MSClusterVirtualServer/, and guests publish cn=Windows Virtual Machine. No I/O: src/directory/hyperv.c reads
 * what is worked on here, in the order of the functions below, starting from zeros.
 */
#ifndef KCDFIX_HYPERV_HOSTS_H
#define KCDFIX_HYPERV_HOSTS_H

#include <kcdfix/facts.h>
#include <kcdfix/findings.h>

#define KCD_MIGRATION_CLASS "Microsoft Virtual System Migration Service"
#define KCD_CLUSTER_CLASS "MSClusterVirtualServer"
#define KCD_HOST_POINT "Microsoft Hyper-V"        /* cn of the service connection point below a host */
#define KCD_GUEST_POINT "Windows Virtual Machine" /* and below a virtual machine */

enum kcd_hyperv_kind {
  KCD_HYPERV_HOST,
  KCD_HYPERV_CLUSTER, /* the cluster's own name: it holds MSServerClusterMgmtAPI/ too */
  KCD_HYPERV_ROLE     /* the name of a role: a scale-out file server, an SQL server */
};

struct kcd_hyperv_account {
  enum kcd_hyperv_kind kind;
  struct kcd_account account;
  bool has_spn, has_point;         /* of the migration service; of a host */
  bool is_guest;                   /* has the service connection point of a virtual machine as well */
  struct kcd_values missing_spns;  /* short and FQDN form of the migration SPN, as far as it is not there */
  struct kcd_values stale_entries; /* of an enabled host: listed, and held by nobody, or by disabled accounts alone */
  char *remark;                    /* what stands out, in a few words; terminal-safe; "" for nothing */
  struct kcd_findings findings;
};

struct kcd_hyperv {
  struct kcd_hyperv_account *v; /* hosts and names of clusters, HV2 before HV10 */
  size_t n;
  size_t n_guests; /* virtual machines that are no hosts */
  char **strays;   /* DNs of hosts' service connection points that are below no computer, as far as can be seen */
  size_t n_strays;
  /* Until kcd_hyperv_judge: */
  char **parents; /* DNs above hosts' points where no account is known yet */
  size_t n_parents;
  char **guests; /* DNs above guests' points */
  size_t n_guest_points;
  struct kcd_account *owners; /* of listed entries */
  size_t n_owners;
};
void kcd_hyperv_done(struct kcd_hyperv *hyperv);

/* The attributes of an account that are looked at, NULL-terminated. */
extern const char *const kcd_hyperv_attributes[];

/* Accounts that hold one of the SPNs. */
void kcd_hyperv_add_accounts(struct kcd_hyperv *hyperv, const struct kcd_entries *found);
/* Service connection points of both kinds (attribute cn). */
void kcd_hyperv_add_points(struct kcd_hyperv *hyperv, const struct kcd_entries *found);
/* What was found under the DNs in `parents`: computers become hosts, the other DNs stay there. */
void kcd_hyperv_add_parents(struct kcd_hyperv *hyperv, const struct kcd_entries *found);

/* The service classes that host/ stands for (sPNMappings). Borrowed. */
struct kcd_mapped_classes {
  char *const *v;
  size_t n;
};
/* Listed entries of enabled hosts that no account known so far holds: each once; RET is to be done. */
void kcd_hyperv_unowned(const struct kcd_hyperv *hyperv, const struct kcd_mapped_classes *mapped,
                        struct kcd_values *ret);
/* Accounts that were found for them. */
void kcd_hyperv_add_owners(struct kcd_hyperv *hyperv, const struct kcd_entries *found);

/* Decides the rest, and sorts. */
void kcd_hyperv_judge(struct kcd_hyperv *hyperv, const struct kcd_mapped_classes *mapped);

#endif
