/* target.c - the accounts behind one SPN. */
#include <kcdfix/facts.h>

#include <stdlib.h>

static void owners_done(struct kcd_spn_owner *owners, size_t n)
{
  for (size_t i = 0; i < n; i++)
    free(owners[i].value);
  free(owners);
}

void kcd_target_done(struct kcd_target *target)
{
  if (target == NULL)
    return;
  kcd_spn_done(&target->spn);
  owners_done(target->owners, target->n_owners);
  free(target->sibling);
  free(target->foreign_domain);
  free(target->foreign_account);
  free(target->foreign_dn);
  owners_done(target->sibling_owners, target->n_sibling_owners);
  free(target->canonical_host);
  *target = (struct kcd_target){0};
}

struct kcd_account *kcd_target_account(const struct kcd_target *target)
{
  for (size_t i = 0; i < target->n_owners; i++)
    if (target->owners[i].direct)
      return target->owners[i].account;
  return target->n_owners > 0 ? target->owners[0].account : NULL;
}

struct kcd_account *kcd_target_served(const struct kcd_target *target)
{
  struct kcd_account *owner = kcd_target_account(target);
  return owner == NULL ? target->named : owner;
}

static bool met_before(const struct kcd_target *target, size_t index)
{
  for (size_t i = 0; i < index; i++)
    if (target->owners[i].account == target->owners[index].account)
      return true;
  return false;
}

size_t kcd_target_distinct_owners(const struct kcd_target *target)
{
  size_t n = 0;
  for (size_t i = 0; i < target->n_owners; i++)
    if (!met_before(target, i))
      n++;
  return n;
}
