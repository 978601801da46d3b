/* inventory.h - a file that declares which hosts are meant to reach what, and how far the directory is from it. No I/O.
 *
 * One section a group:
 *
 *     [prod]
 *     for     = live-migration          ; a scenario (scenario.h), or in its place: services
 *     hosts   = HV1 HV2 HV3 CORECLU
 *     servers = SOFS1                   ; or storage: of the scenario
 *     mode    = protocol-transition     ; or kerberos-only
 *     cluster.CORECLU = CORE-N1 CORE-N2
 *
 *     [web]
 *     hosts    = WEB1
 *     services = http/APP1 "a class with blanks/APP1"
 */
#ifndef KCDFIX_INVENTORY_H
#define KCDFIX_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>

#include <kcdfix/findings.h>
#include <kcdfix/plan.h>
#include <kcdfix/scenario.h>

#define KCD_INVENTORY_MAX ((size_t)1 << 20) /* bytes of a file */
#define KCD_INVENTORY_GROUPS 200
#define KCD_INVENTORY_HOSTS 1000   /* of all groups together */
#define KCD_INVENTORY_TARGETS 1000 /* servers and services of all groups together */
#define KCD_INVENTORY_PROBLEMS 20  /* that are kept; the rest is counted */

struct kcd_inventory_group {
  char *name;
  unsigned line;              /* of its section */
  enum kcd_scenario scenario; /* NONE: every host to every service */
  enum kcd_mode mode;         /* KCD_MODE_PROTOCOL_TRANSITION or KCD_MODE_KERBEROS_ONLY */
  struct kcd_values hosts;    /* as written; the nodes in place of a cluster that the group names */
  struct kcd_values servers;  /* names alone: SOFS1 of cifs/SOFS1 */
  struct kcd_values services; /* SPNs */
  struct kcd_cluster *clusters;
  size_t n_clusters;
};

struct kcd_inventory {
  struct kcd_inventory_group *groups;
  size_t n_groups;
};
void kcd_inventory_done(struct kcd_inventory *inventory);

/* What is wrong in a file. */
struct kcd_inventory_problem {
  unsigned line;
  char *text; /* what is wrong, and what would be right; terminal-safe */
};
struct kcd_inventory_problems {
  struct kcd_inventory_problem v[KCD_INVENTORY_PROBLEMS];
  size_t n, more;
};
void kcd_inventory_problems_done(struct kcd_inventory_problems *problems);

/* Reads the text of a file. 0, and RET to be freed by kcd_inventory_done; -1 where anything is wrong in it: then
 * PROBLEMS, zeroed before, holds each in the order of their lines. */
int kcd_inventory_read(const void *data, size_t len, struct kcd_inventory *ret,
                       struct kcd_inventory_problems *problems);

/* ---- drift ---- */

/* What the groups of a file ask of one host: the SPNs, both forms of each, and whose entries the file may order off. */
struct kcd_need {
  const struct kcd_account *host; /* borrowed */
  enum kcd_mode mode;
  struct kcd_values spns;
  bool manages_cifs, manages_migration; /* service classes of its scenarios */
};
void kcd_need_done(struct kcd_need *need);
/* Adds one pair, and the class of its scenario to those that are managed. */
void kcd_need_add(struct kcd_need *need, const struct kcd_target *target, enum kcd_scenario scenario);

/* What the host has and the file does not ask for. */
struct kcd_beyond {
  struct kcd_values prunable; /* entries of a managed service class */
  struct kcd_values kept;     /* every other one: shown, never removed. One that is no SPN is among them */
  bool transition;            /* "Use any authentication protocol", though the file says kerberos-only */
};
void kcd_beyond_done(struct kcd_beyond *beyond);
void kcd_beyond_of(const struct kcd_need *need, struct kcd_beyond *ret);
/* The findings about it: a warning about what --prune removes, a note about what stays, a warning about the bit;
 * appended to RET. COMMAND is the one that removes the entries, terminal-safe. */
void kcd_beyond_findings(const struct kcd_need *need, const struct kcd_beyond *beyond, const char *command,
                         struct kcd_findings *ret);
/* Adds the prunable entries to what the plan of that host removes; nothing where the plan is refused. */
void kcd_plan_prune(struct kcd_object_plan *plan, const struct kcd_beyond *beyond);

/* A pair of a group that is declared kerberos-only is meant to work with the user's own ticket as evidence alone: where
 * it does, and nothing but the lack of protocol transition is wrong by the usual measure, the verdict is made WORKS and
 * that finding a note. */
void kcd_judge_kerberos_only(struct kcd_judgement *judgement);

#endif
