/* What the domain itself does not allow, and what was set before. */
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/replicas.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "case.h"
#include "words.h"

#define CLOCKS_APART 60 /* seconds that two machines of a domain may differ and nobody mind */
#define LEVEL_2003 2u   /* msDS-Behavior-Version of a domain (MS-ADTS 6.1.4.3) */

static void level(struct kcd_case *c)
{
  const struct kcd_dc *dc = c->facts->dc;
  if (dc == NULL || dc->dc_level == 0 || dc->domain_level >= LEVEL_2003)
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_FUNCTIONAL_LEVEL_TOO_LOW, KCD_WARNING, dc->domain_nc);
  kcd_finding_say(f, "%s is below the functional level of Windows Server 2003, which constrained delegation needs.",
                  dc->domain);
  kcd_finding_uint(f, "domainFunctionality", dc->domain_level);
}

/* The one place of a managed domain for the computers of its users (Microsoft Entra Domain Services). */
#define MANAGED_OU "OU=AADDC Computers,"

static bool is_managed(const char *dn)
{
  while (dn != NULL && !kcd_starts_nocase(dn, MANAGED_OU)) {
    dn = strchr(dn, ',');
    dn = dn == NULL ? NULL : dn + 1;
  }
  return dn != NULL;
}

static void managed(struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  if (host == NULL || c->judgement->verdict != KCD_FAILS || !is_managed(host->dn))
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_MANAGED_DOMAIN_NO_CLASSIC, KCD_NOTE, host->dn);
  kcd_finding_say(f,
                  "%s lies in the container of a managed domain (AADDC Computers), where administrators may not write "
                  "lists of hosts.",
                  c->host_name);
}

/* The write has not reached this DC: what it holds was written before that. */
static void not_arrived(struct kcd_case *c)
{
  const struct kcd_facts *facts = c->facts;
  KCD_AUTO_CHAR set = kcd_time_people(facts->transition_set);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_CHANGE_NOT_REPLICATED, KCD_FAULT, kcd_account_subject(facts->host, ""));
  kcd_finding_say(f, "\"Use any authentication protocol\" was set on %s on %s (record %s); %s does not show it yet.",
                  c->host_name, set, facts->transition_record, facts->dc->name);
  kcd_finding_text(f, "record", facts->transition_record);
  kcd_finding_uint(f, "userAccountControl", facts->host->uac);
}

static bool is_older_than_record(const struct kcd_facts *facts)
{
  const struct kcd_attr_meta *meta = &facts->host->uac_meta;
  return meta->version != 0 && meta->originating_time + CLOCKS_APART < facts->transition_set;
}

/* Another DC holds a later version, with the bit: the write is on its way, whatever the clocks say. */
static bool is_set_elsewhere(const struct kcd_facts *facts)
{
  for (size_t i = 0; facts->replicas != NULL && i < facts->replicas->n; i++) {
    const struct kcd_replica *replica = &facts->replicas->v[i];
    const struct kcd_copy *copy = replica->reached ? kcd_replica_copy(replica, facts->host->guid) : NULL;
    if (copy != NULL && copy->there && (copy->account.uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0 &&
        kcd_copy_standing(facts->host, copy) == KCD_STANDS_AHEAD)
      return true;
  }
  return false;
}

/* Our own record says that it was set; the object says that it is not. */
static void cleared_again(struct kcd_case *c)
{
  const struct kcd_facts *facts = c->facts;
  if (facts->host == NULL || facts->transition_set == 0 || kcd_case_has(c, KCD_C_HOST_TRANSITION) ||
      is_set_elsewhere(facts))
    return;
  if (is_older_than_record(facts)) {
    if (facts->replicas == NULL)
      not_arrived(c);
    return;
  }
  const time_t changed = facts->host->uac_meta.originating_time;
  KCD_AUTO_CHAR set = kcd_time_people(facts->transition_set);
  KCD_AUTO_CHAR cleared = changed > facts->transition_set ? kcd_time_people(changed) : NULL;
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_PROTOCOL_TRANSITION_CLEARED_AGAIN, KCD_WARNING, kcd_account_subject(facts->host, ""));
  kcd_finding_say(f,
                  "\"Use any authentication protocol\" was set on %s on %s (record %s), and somebody took it off "
                  "again%s%s.",
                  c->host_name, set, facts->transition_record, cleared == NULL ? "" : " on ",
                  cleared == NULL ? "" : cleared);
  kcd_finding_text(f, "record", facts->transition_record);
  kcd_finding_uint(f, "userAccountControl", facts->host->uac);
  kcd_finding_uint(f, "version", facts->host->uac_meta.version);
}

void kcd_diagnose_domain(struct kcd_case *c)
{
  level(c);
  managed(c);
  cleared_again(c);
}
