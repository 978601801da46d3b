/* Settings that stand on the wrong object, or on one of two. */
#include <string.h>

#include <kcdfix/text.h>

#include "case.h"
#include "words.h"

/* A conflict object of replication carries its GUID behind "\0ACNF:" (MS-ADTS 3.1.1.5.1.2). */
static void conflict_object(struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  if (host->dn == NULL || strstr(host->dn, "\\0ACNF:") == NULL)
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_HOST_OBJECT_DUPLICATE, KCD_WARNING, host->dn);
  kcd_finding_say(
      f, "The object found for %s is the losing half of a replication conflict; the host may be using the other.",
      c->host_name);
  kcd_finding_text(f, "distinguishedName", host->dn);
}

static void cluster_name(struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  if (!host->is_cluster_name)
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_WRONG_OBJECT, KCD_WARNING, host->dn);
  kcd_finding_say(f, "%s is the name of a cluster, not a host: its nodes delegate, it does not.", c->host_name);
  kcd_finding_remedy(f, "Check and change the computer object of each node.");
  kcd_finding_values(f, "servicePrincipalName", &host->spns);
}

/* Other hosts may list the same SPN: they can be nodes of one cluster, or another service in front of the same server.
 * A cluster name delegates nothing, and the target does not delegate to itself. */
static const char *why_wrong(const struct kcd_case *c, const struct kcd_account *holder)
{
  if (holder->is_cluster_name)
    return "the name of a cluster; its nodes delegate, it does not";
  if (kcd_case_has(c, KCD_C_SPN_LISTED))
    return NULL;
  if (holder == c->target)
    return "the target; the list belongs on the host that opens it";
  return holder->kind == KCD_KIND_USER ? "a user; the list belongs on the computer object of the host" : NULL;
}

static void other_holders(struct kcd_case *c)
{
  for (size_t i = 0; i < c->facts->n_holders; i++) {
    const struct kcd_account *holder = c->facts->holders[i];
    const char *why = why_wrong(c, holder);
    if (holder == c->facts->host || why == NULL || !kcd_list_matches(&holder->delegate_to, c->spn))
      continue;
    struct kcd_finding *f = kcd_case_add(c, KCD_F_WRONG_OBJECT, KCD_WARNING, holder->dn);
    kcd_finding_say(f, "%s is %slisted on %s, %s.", c->spn, kcd_case_has(c, KCD_C_SPN_LISTED) ? "also " : "",
                    holder->sam_account_name, why);
    kcd_finding_values(f, "msDS-AllowedToDelegateTo", &holder->delegate_to);
  }
}

void kcd_diagnose_host_object(struct kcd_case *c)
{
  if (c->facts->host == NULL)
    return;
  conflict_object(c);
  cluster_name(c);
  other_holders(c);
}
