/* Before and after a write: what the other domain controllers make of it. */
#include <kcdfix/replicas.h>

#include "case.h"
#include "words.h"

static char *site_of(const struct kcd_replica *replica)
{
  return replica->dc->site == NULL ? kcd_strdup("") : kcd_asprintf(" (site %s)", replica->dc->site);
}

void kcd_replica_lag(const struct kcd_replica *replica, const struct kcd_dc *dc, const struct kcd_account *host,
                     struct kcd_finding *ret)
{
  const struct kcd_copy *copy = kcd_replica_copy(replica, host->guid);
  const char *name = replica->dc->name;
  KCD_AUTO_CHAR site = site_of(replica);
  KCD_AUTO_CHAR host_name = kcd_account_short_name(host);
  *ret =
      (struct kcd_finding){.id = KCD_F_CHANGE_NOT_REPLICATED, .severity = KCD_WARNING, .subject = kcd_strdup(host->dn)};
  ret->remedy = kcd_strdup(kcd_finding_info(ret->id)->remedy);
  kcd_finding_text(ret, "dc", name);
  kcd_finding_text(ret, "site", replica->dc->site == NULL ? "unknown" : replica->dc->site);
  kcd_finding_text(ret, "compared_dc", dc->name);
  if (!replica->reached || copy == NULL) {
    kcd_finding_say(ret, "%s%s does not answer, so it is not known whether it shows the change.", name, site);
    return;
  }
  if (dc->domain_nc != NULL)
    kcd_finding_command(ret, kcd_replicate_command(dc, name, dc->name));
  if (!copy->there) {
    kcd_finding_say(ret, "%s%s does not have %s yet; hosts that ask it go on failing.", name, site, host_name);
    return;
  }
  KCD_AUTO_CHAR state = kcd_delegation_state(&copy->account);
  kcd_finding_say(ret, "%s%s still has %s for %s; hosts that ask it go on failing.", name, site, state, host_name);
  kcd_finding_uint(ret, "userAccountControl", copy->account.uac);
  kcd_finding_values(ret, "msDS-AllowedToDelegateTo", &copy->account.delegate_to);
}

char *kcd_replica_warning(const struct kcd_replica *replica, const struct kcd_dc *dc, const struct kcd_account *host)
{
  const struct kcd_copy *copy = kcd_replica_copy(replica, host->guid);
  const char *name = replica->dc->name;
  KCD_AUTO_CHAR site = site_of(replica);
  KCD_AUTO_CHAR host_name = kcd_account_short_name(host);
  if (!replica->reached || copy == NULL)
    return kcd_sentence("%s%s could not be asked: whether it holds another list of %s is not known.", name, site,
                        host_name);
  enum kcd_standing standing = kcd_copy_standing(host, copy);
  if (standing == KCD_STANDS_SAME)
    return NULL;
  if (standing == KCD_STANDS_BEHIND)
    return kcd_sentence("%s%s has not even got the state of %s before this change.", name, site, host_name);
  KCD_AUTO_CHAR state = kcd_delegation_state(&copy->account);
  return kcd_sentence("%s%s has %s for %s, which %s does not have yet. The list replicates as a whole: with a write on "
                      "%s now, what was added there can be lost. Wait for replication, or write there.",
                      name, site, state, host_name, dc->name, dc->name);
}
