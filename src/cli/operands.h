/* operands.h - which hosts and which SPNs a command is about. */
#ifndef KCDFIX_CLI_OPERANDS_H
#define KCDFIX_CLI_OPERANDS_H

#include <stdbool.h>

#include <kcdfix/gather.h>
#include <kcdfix/login.h>
#include <kcdfix/scenario.h>
#include <kcdfix/trace.h>

#include "options.h"
#include "session.h"
#include "state.h"

struct kcd_operands {
  const char **hosts, **spns; /* borrowed from argv or from `last` */
  size_t n_hosts, n_spns;
  const struct kcd_traced_pairs *traced; /* with --trace: only these, of the user of this check; borrowed */
  const char *traced_user;               /* NULL: not known, or --as names another */
  enum kcd_scenario scenario;            /* not NONE: the SPNs are those of `pairs`, and only its pairs are asked */
  const char **servers;                  /* with a scenario: what stood behind --; borrowed from argv */
  size_t n_servers;
  struct kcd_scenario_pairs pairs;    /* made by the first kcd_operands_gather, since they need the domain's name */
  const struct kcd_cluster *clusters; /* borrowed from the options */
  size_t n_clusters;
  const char *inventory;      /* the file that they are from; NULL: none. Borrowed */
  bool kerberos_only;         /* ... which declares these hosts so */
  bool typed;                 /* false: taken from the last check */
  struct kcd_last_check last; /* if not typed */
};

/* Takes the operands and opens the login. Typed operands are split first, so that a mistake in them is told whatever
 * the login is like: one with a / is an SPN, any other a host; a DN (CN=a/b,...) is a host; each SPN's form is checked.
 * Without any, those of the last check are taken, if it is not older than an hour and was made with the same login and
 * domain. KCD_E_USAGE with the command to type. */
int kcd_operands_and_login(const struct kcd_options *options, const char *command, struct kcd_session *session,
                           struct kcd_operands *ret, struct kcd_error *err);
void kcd_operands_done(struct kcd_operands *operands);

/* Reads what these operands are about: kcd_gather with their hosts, SPNs, pairs and clusters in place of those of REST.
 * With a scenario the first call makes the pairs (KCD_E_USAGE where there are none), and makes and reads them anew
 * where the directory knows a host by another name than was typed. */
int kcd_operands_gather(struct kcd_dir *dir, struct kcd_operands *operands, const struct kcd_query *rest,
                        struct kcd_facts_set *ret, struct kcd_error *err);
/* "kcdfix COMMAND CONTEXT --for ... HOST... -- SERVER...", or with -f FILE; owned by the caller. */
char *kcd_operands_scenario_command(const struct kcd_operands *operands, const char *command, const char *context);

/* The user named by these operands: --as, else that of the last check; NULL for the login. */
const char *kcd_operands_as(const struct kcd_operands *operands, const struct kcd_options *options);
/* The DC of the last check where the options name none; else NULL. */
const char *kcd_operands_server(const struct kcd_operands *operands);
/* Says on stderr what was taken from the last check, before anything is done. */
void kcd_operands_announce(const struct kcd_operands *operands);

/* What the trace shows of this pair; NULL: it is not in it. */
const struct kcd_conversation *kcd_operands_traced(const struct kcd_operands *operands, const char *host,
                                                   const char *spn);

/* Whether an operand is an SPN. */
bool kcd_operand_is_spn(const char *operand);

#endif
