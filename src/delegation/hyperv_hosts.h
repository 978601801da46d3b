/* hyperv_hosts.h - what the parts of the search for Hyper-V hosts share. */
#ifndef KCDFIX_DELEGATION_HYPERV_HOSTS_H
#define KCDFIX_DELEGATION_HYPERV_HOSTS_H

#include <kcdfix/hyperv_hosts.h>

/* Who holds which name, of all accounts that are known: sorted as the directory compares. Borrows from them. */
struct kcd_holder {
  const char *name;
  size_t len;
  const struct kcd_account *account;
};
struct kcd_holders {
  struct kcd_holder *v;
  size_t n;
};
void kcd_holders_init(const struct kcd_hyperv *hyperv, struct kcd_holders *ret);
void kcd_holders_done(struct kcd_holders *holders);
/* Those of a listed entry; *RET_N is 0 where nobody holds it. */
const struct kcd_holder *kcd_holders_of(const struct kcd_holders *holders, const struct kcd_bytes *entry,
                                        const struct kcd_mapped_classes *mapped, size_t *ret_n);
/* Whether the entry can lead to an account at all. */
bool kcd_entry_can_lead(const struct kcd_bytes *entry);

#endif
