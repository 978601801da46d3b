#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "case.h"
#include "words.h"

static void host_missing(struct kcd_case *c)
{
  const struct kcd_facts *facts = c->facts;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_HOST_NOT_FOUND, KCD_FAULT, facts->host_operand);
  kcd_finding_say(f, "No computer named %s was found in %s.", facts->host_operand, facts->dc->domain);
  kcd_finding_remedy(f,
                     "Check the spelling, or name the host by its DN. A host of another domain is looked for with -D.");
}

static void host_ambiguous(struct kcd_case *c)
{
  const struct kcd_facts *facts = c->facts;
  struct kcd_values dns = {0};
  for (size_t i = 0; facts->host_match_dns != NULL && i < facts->host_matches; i++)
    kcd_values_add_text(&dns, facts->host_match_dns[i]);
  KCD_AUTO_CHAR names = kcd_value_names(&dns, 4);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_HOST_OBJECT_DUPLICATE, KCD_FAULT, facts->host_operand);
  kcd_finding_say(f, "%s names %u objects: %s. None of them is picked.", facts->host_operand,
                  (unsigned)facts->host_matches, dns.n == 0 ? "their DNs were not read" : names);
  kcd_finding_remedy(f, "Name the host by the DN of the right object, and have the stale one deleted.");
  kcd_finding_values(f, "distinguishedName", &dns);
  kcd_values_done(&dns);
}

static void unusable(struct kcd_case *c)
{
  static const struct kcd_state_word table[] = {{KCD_C_HOST_DISABLED, "is disabled"},
                                                {KCD_C_HOST_LOCKED, "is locked"},
                                                {KCD_C_HOST_EXPIRED, "has expired"},
                                                {KCD_C_HOST_MUST_CHANGE, "must change its password"}};
  KCD_AUTO_CHAR words = NULL;
  uint64_t bits = kcd_case_states(c, table, sizeof table / sizeof table[0], &words);
  if (bits == 0)
    return;
  const struct kcd_account *host = c->facts->host;
  struct kcd_prediction answer;
  bool fails = kcd_case_fails_with(c, bits, 0, &answer);
  KCD_AUTO_CHAR code = kcd_prediction_error(&answer);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_HOST_ACCOUNT_UNUSABLE, fails ? KCD_FAULT : KCD_WARNING, host->dn);
  kcd_finding_say(f, "The account of %s %s%s%s.", c->host_name, words,
                  fails ? ", so the host gets no ticket at all: " : "", code);
  kcd_finding_remedy(f,
                     "Enable or repair the computer account (Enable-ADAccount, Test-ComputerSecureChannel -Repair on "
                     "the host), if the host is still in use.");
  kcd_finding_uint(f, "userAccountControl", host->uac);
  kcd_finding_uint(f, "msDS-User-Account-Control-Computed", host->uac_computed);
}

static void no_spn(struct kcd_case *c)
{
  if (kcd_case_has(c, KCD_C_HOST_HAS_SPN))
    return;
  const struct kcd_account *host = c->facts->host;
  KCD_AUTO_CHAR name = kcd_windows_word(c->host_name);
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_HOST_SPN_MISSING, kcd_case_weigh(c, 0, KCD_BIT(KCD_C_HOST_HAS_SPN)), host->dn);
  kcd_finding_say(f,
                  "%s has no service principal name, so it has no delegation tab, and a Windows KDC issues no ticket "
                  "to it.",
                  c->host_name);
  kcd_finding_remedy(f, "Register its names: setspn -R %s", name);
  kcd_finding_values(f, "servicePrincipalName", &host->spns);
}

static void sensitive(struct kcd_case *c)
{
  if (!kcd_case_has(c, KCD_C_HOST_SENSITIVE))
    return;
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_HOST_SENSITIVE, kcd_case_weigh(c, KCD_BIT(KCD_C_HOST_SENSITIVE), 0), c->facts->host->dn);
  kcd_finding_say(f,
                  "%s itself is marked \"Account is sensitive and cannot be delegated\", so none of its tickets is "
                  "forwardable, whoever the user is.",
                  c->host_name);
  KCD_AUTO_CHAR name = kcd_windows_word(c->facts->host->sam_account_name);
  kcd_finding_remedy(f, "Clear the mark on the computer account: Set-ADAccountControl %s -AccountNotDelegated $false",
                     name);
  kcd_finding_uint(f, "userAccountControl", c->facts->host->uac);
}

static void in_protected_users(struct kcd_case *c)
{
  if (!kcd_case_has(c, KCD_C_HOST_PROTECTED))
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_HOST_PROTECTED_USERS,
                                       kcd_case_weigh(c, KCD_BIT(KCD_C_HOST_PROTECTED), 0), c->facts->host->dn);
  kcd_finding_say(f,
                  "%s is a member of Protected Users, so its tickets are not forwardable. The group is not meant for "
                  "computers.",
                  c->host_name);
  kcd_finding_uint(f, "primaryGroupID", c->facts->host->primary_group_rid);
}

static void unconstrained(struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  if (!kcd_case_has(c, KCD_C_HOST_UNCONSTRAINED))
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_UNCONSTRAINED_ALSO_SET, KCD_WARNING, host->dn);
  kcd_finding_say(
      f,
      "%s is also trusted for delegation to any service (unconstrained). That does not replace its list, and "
      "whoever takes over the host gets the ticket of everyone who connects to it.",
      c->host_name);
  kcd_finding_uint(f, "userAccountControl", host->uac);
}

static void krbtgt(struct kcd_case *c)
{
  const struct kcd_account *account = c->facts->krbtgt;
  if (account == NULL || (account->uac & KCD_UAC_NOT_DELEGATED) == 0)
    return;
  enum kcd_severity severity = kcd_case_weigh(c, KCD_BIT(KCD_C_TGT_NOT_FORWARDABLE), 0);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_KRBTGT_SENSITIVE, severity, account->dn);
  kcd_finding_say(f, "krbtgt is marked \"Account is sensitive and cannot be delegated\"%s",
                  severity == KCD_FAULT ? ", so no ticket of the whole domain is forwardable."
                                        : ". This KDC gives forwardable tickets all the same; a Windows DC would not.");
  kcd_finding_uint(f, "userAccountControl", account->uac);
}

void kcd_diagnose_host(struct kcd_case *c)
{
  krbtgt(c);
  if (c->facts->host == NULL && c->facts->host_matches > 1)
    host_ambiguous(c);
  else if (c->facts->host == NULL)
    host_missing(c);
  if (c->facts->host == NULL)
    return;
  unusable(c);
  no_spn(c);
  sensitive(c);
  in_protected_users(c);
  unconstrained(c);
}
