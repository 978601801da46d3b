/* estate.h - an inventory file, from its text to what the directory says about each of its groups. */
#ifndef KCDFIX_CLI_ESTATE_H
#define KCDFIX_CLI_ESTATE_H

#include <kcdfix/inventory.h>

#include "commands.h"
#include "operands.h"
#include "pairs.h"
#include "session.h"

struct kcd_estate_group {
  struct kcd_operands operands;
  struct kcd_facts_set set;
};

struct kcd_estate {
  const char *file;               /* NULL: no inventory was named. Borrowed */
  struct kcd_inventory inventory; /* what the operands borrow their names from */
  struct kcd_estate_group *groups;
  size_t n_groups;
  struct kcd_need *needs; /* of each host that was found, over all groups */
  size_t n_needs;
};
void kcd_estate_done(struct kcd_estate *estate);

/* Reads the file that the options name; KCD_E_USAGE with FILE:LINE, and everything else that is wrong in it is shown
 * and reported by then. */
int kcd_estate_read(struct kcd_run *run, struct kcd_estate *ret, struct kcd_error *err);
/* Reads from the directory what each group is about, and works out what each host needs; again, where that was done
 * before. KCD_E_USAGE where two names of a group turn out to be one account. */
int kcd_estate_gather(struct kcd_session *session, const struct kcd_query *rest, struct kcd_estate *estate,
                      struct kcd_error *err);
/* Judges group after group as kcd_check_pairs does, and then what the hosts have beyond need. */
void kcd_estate_check(struct kcd_run *run, struct kcd_report *report, struct kcd_session *session,
                      const struct kcd_estate *estate, struct kcd_pairs_outcome *ret);

/* All groups as one: each host once with all that the groups ask of it. Borrows from ESTATE, which stays. */
void kcd_estate_merge(const struct kcd_estate *estate, struct kcd_operands *ret);
/* Of an account by its objectGUID; NULL: none of the inventory's hosts. */
const struct kcd_need *kcd_estate_need(const struct kcd_estate *estate, const struct kcd_account *host);

#endif
