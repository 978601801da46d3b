/* scenario.h - what hosts are meant to do, turned into the pairs (host, SPN) that it takes. No I/O.
 *
 * The services of each scenario are those that Microsoft documents for it: "Set up hosts for live migration without
 * Failover Clustering" (live and storage migration), Ask the Core Team 2017-05-17 (files of a machine on an SMB share),
 * "Install an operating system on a VM in the VMM fabric" (images shared from a library).
 */
#ifndef KCDFIX_SCENARIO_H
#define KCDFIX_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>

#include <kcdfix/error.h>

#define KCD_MIGRATION_SERVICE "Microsoft Virtual System Migration Service"

/* Active Directory holds about 1,200 values in an attribute that is not linked, such as the list of a host; whoever
 * gets near is told. An observed limit, not a specified one. */
#define KCD_LIST_IS_LONG 1000u

enum kcd_scenario {
  KCD_SCENARIO_NONE,
  KCD_SCENARIO_VM_STORAGE,        /* the hosts open shares of the servers: cifs */
  KCD_SCENARIO_LIVE_MIGRATION,    /* every host to every other: migration service and cifs; and cifs of the servers */
  KCD_SCENARIO_STORAGE_MIGRATION, /* cifs: to the servers, or where there are none every host to every other */
  KCD_SCENARIO_LIBRARY_ISO        /* the hosts open images in the libraries on the servers: cifs */
};
#define KCD_SCENARIO_WORDS "vm-storage live-migration storage-migration library-iso"

/* "live-migration"; "" for none. */
const char *kcd_scenario_name(enum kcd_scenario scenario);
/* -1 for an unknown name. */
int kcd_scenario_parse(const char *name, enum kcd_scenario *ret);

/* A cluster whose nodes the user named. Strings owned. */
struct kcd_cluster {
  char *name;
  char **nodes; /* as typed */
  size_t n_nodes;
};
void kcd_cluster_done(struct kcd_cluster *cluster);
/* Reads NAME=NODE,NODE,...; KCD_E_USAGE for anything else, an empty or repeated node, and the name among the nodes. */
int kcd_cluster_parse(const char *text, struct kcd_cluster *ret, struct kcd_error *err);
/* The cluster of that name, as a host operand may be typed; NULL: none of them. */
const struct kcd_cluster *kcd_cluster_named(const struct kcd_cluster *clusters, size_t n, const char *operand);
/* The cluster that has the operand as a node; NULL: none of them. */
const struct kcd_cluster *kcd_cluster_of_node(const struct kcd_cluster *clusters, size_t n, const char *operand);

/* A host or a server, by the two names that clients ask for. */
struct kcd_machine_name {
  char *label;       /* "HV1" */
  char *fqdn;        /* "HV1.contoso.com" */
  const char *group; /* the cluster that it is a node of; NULL: none. Borrowed */
};
void kcd_machine_name_done(struct kcd_machine_name *name);
/* From an operand: CORE2016, CORE2016$, DOM\CORE2016, an FQDN or a DN, in a domain of this DNS name. A DN gives its
 * first value; whether the account of that object is called the same, the directory knows. */
void kcd_machine_name_of(const char *operand, const char *domain, struct kcd_machine_name *ret);
/* Whether both stand for one machine. */
bool kcd_machine_name_equal(const struct kcd_machine_name *a, const struct kcd_machine_name *b);

/* Whether the scenario can be asked for so many hosts and servers; KCD_E_USAGE with what it takes. */
int kcd_scenario_check(enum kcd_scenario scenario, size_t n_hosts, size_t n_servers, struct kcd_error *err);

/* The pairs, as a table of hosts by SPNs, and the columns of a matrix that the SPNs belong to. */
struct kcd_scenario_pairs {
  enum kcd_scenario scenario;
  size_t n_hosts;
  char **columns; /* labels: of the hosts, in their order, where they are targets of each other; then of the servers */
  size_t n_columns;
  bool mesh;         /* the first n_hosts columns are the hosts */
  char **spns;       /* each once: service by service, the short form before the FQDN form */
  size_t *column_of; /* of each SPN */
  size_t n_spns;
  bool *asked; /* [host * n_spns + spn] */
};
void kcd_scenario_pairs_done(struct kcd_scenario_pairs *pairs);

/* Never a host to itself; and no migration between two nodes of one cluster, which takes no delegation (the identity of
 * the cluster is used). Hosts that are equal have to be left out before. */
void kcd_scenario_make(enum kcd_scenario scenario, const struct kcd_machine_name *hosts, size_t n_hosts,
                       const struct kcd_machine_name *servers, size_t n_servers, struct kcd_scenario_pairs *ret);

bool kcd_scenario_asks(const struct kcd_scenario_pairs *pairs, size_t host, size_t spn);
/* How many pairs in all. */
size_t kcd_scenario_count(const struct kcd_scenario_pairs *pairs);

#endif
