#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "case.h"
#include "words.h"

static void not_found(struct kcd_case *c)
{
  const struct kcd_facts *facts = c->facts;
  const bool foreign = kcd_case_has(c, KCD_C_USER_FOREIGN);
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_USER_NOT_FOUND,
                   kcd_case_weigh(c, KCD_BIT(foreign ? KCD_C_USER_FOREIGN : KCD_C_USER_UNKNOWN), 0), c->user_name);
  if (foreign)
    kcd_finding_say(f, "%s is of another realm, %s, so %s knows nothing about this account.", c->user_name,
                    facts->user_realm == NULL ? "unknown" : facts->user_realm, facts->dc->name);
  else if (facts->user_matches > 1)
    kcd_finding_say(f, "%s names %u accounts; none of them is picked.", c->user_name, (unsigned)facts->user_matches);
  else
    kcd_finding_say(f, "No user named %s was found in %s.", c->user_name, facts->dc->domain);
  kcd_finding_remedy(f, "Name the user with --as as sAMAccountName or sAMAccountName@%s.", facts->dc->realm);
}

/* What mends it, with the verbs of both tools. */
struct cure {
  enum kcd_condition condition;
  const char *words, *samba, *options, *windows;
};

static const struct cure *find_cure(uint64_t bits)
{
  static const struct cure table[] = {
      {KCD_C_USER_DISABLED, "Enable the account", "user enable", "", "Enable-ADAccount"},
      {KCD_C_USER_LOCKED, "Unlock the account", "user unlock", "", "Unlock-ADAccount"},
      {KCD_C_USER_EXPIRED, "Give the account a later end", "user setexpiry", " --days=N",
       "Set-ADAccountExpiration -TimeSpan DAYS"},
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (bits & KCD_BIT(table[i].condition))
      return &table[i];
  return NULL;
}

static void add_cure(const struct kcd_case *c, struct kcd_finding *f, uint64_t bits)
{
  const char *sam = c->facts->user->sam_account_name == NULL ? "" : c->facts->user->sam_account_name;
  const struct cure *cure = find_cure(bits);
  if (cure == NULL) {
    kcd_finding_remedy(f, "%s signs in once and changes the password.", c->user_name);
    return;
  }
  bool samba = kcd_case_is_samba(c);
  KCD_AUTO_CHAR word = samba ? kcd_shell_word(sam) : kcd_windows_word(sam);
  KCD_AUTO_CHAR tool = samba ? kcd_samba_tool(cure->samba, c->facts->dc->name) : kcd_strdup(cure->windows);
  kcd_finding_remedy(f, "%s: %s%s %s", cure->words, tool, samba ? cure->options : "", word);
}

static void unusable(struct kcd_case *c)
{
  static const struct kcd_state_word table[] = {{KCD_C_USER_DISABLED, "is disabled"},
                                                {KCD_C_USER_LOCKED, "is locked"},
                                                {KCD_C_USER_EXPIRED, "has expired"},
                                                {KCD_C_USER_MUST_CHANGE, "must change the password"}};
  KCD_AUTO_CHAR words = NULL;
  uint64_t bits = kcd_case_states(c, table, sizeof table / sizeof table[0], &words);
  if (bits == 0 || c->facts->user == NULL)
    return;
  struct kcd_prediction answer;
  bool fails = kcd_case_fails_with(c, bits, 0, &answer);
  KCD_AUTO_CHAR code = kcd_prediction_error(&answer);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_USER_ACCOUNT_UNUSABLE, fails ? KCD_FAULT : KCD_WARNING,
                                       kcd_account_subject(c->facts->user, c->user_name));
  kcd_finding_say(f, "%s %s%s%s.", c->user_name, words, fails ? "; this KDC answers " : ", which this KDC lets pass",
                  code);
  add_cure(c, f, bits);
  kcd_finding_uint(f, "userAccountControl", c->facts->user->uac);
  kcd_finding_uint(f, "msDS-User-Account-Control-Computed", c->facts->user->uac_computed);
  kcd_finding_uint(f, "accountExpires", c->facts->user->account_expires);
  kcd_finding_uint(f, "pwdLastSet", c->facts->user->pwd_last_set);
}

static void sensitive(struct kcd_case *c)
{
  if (!kcd_case_has(c, KCD_C_USER_SENSITIVE) || c->facts->user == NULL)
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_USER_SENSITIVE, kcd_case_weigh(c, KCD_BIT(KCD_C_USER_SENSITIVE), 0),
                                       kcd_account_subject(c->facts->user, c->user_name));
  kcd_finding_say(
      f,
      "%s is marked \"Account is sensitive and cannot be delegated\"; no host gets a forwardable ticket for "
      "this user. That is a protection, not a fault, and kcdfix leaves it alone.",
      c->user_name);
  kcd_finding_uint(f, "userAccountControl", c->facts->user->uac);
}

/* The advice to mark every administrator meets the very people who run Hyper-V Manager. */
static void marked_as_admin(struct kcd_case *c)
{
  if (!kcd_case_has(c, KCD_C_USER_SENSITIVE) || c->facts->user == NULL || !c->facts->user->admin_count)
    return;
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_ADMINS_MARKED_SENSITIVE, KCD_NOTE, kcd_account_subject(c->facts->user, c->user_name));
  kcd_finding_say(f,
                  "%s is an administrator and marked sensitive, as hardening guides advise: so some administrators can "
                  "and others cannot.",
                  c->user_name);
  kcd_finding_uint(f, "adminCount", 1);
}

/* What the policy says is not read: whether it bars this pair shows in the KDC's answer. */
static void under_policy(struct kcd_case *c)
{
  bool enforced = c->flavour != KCD_FLAVOUR_SAMBA_417 && c->flavour != KCD_FLAVOUR_WINDOWS_2008;
  if (c->facts->user == NULL || !c->facts->user->has_auth_policy || !enforced)
    return;
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_USER_AUTH_POLICY, kcd_case_is_refused_by_policy(c) ? KCD_FAULT : KCD_WARNING,
                   kcd_account_subject(c->facts->user, c->user_name));
  kcd_finding_say(f, "%s is bound by an authentication policy or silo%s", c->user_name,
                  f->severity == KCD_FAULT ? ", and the KDC refuses with KDC_ERR_POLICY (12)."
                                           : ". Whether it admits this host is for the KDC to say; it would refuse "
                                             "with KDC_ERR_POLICY (12).");
}

static void protected(struct kcd_case *c)
{
  if (!kcd_case_has(c, KCD_C_USER_PROTECTED) || c->facts->user == NULL)
    return;
  bool fails = kcd_case_fails_with(c, KCD_BIT(KCD_C_USER_PROTECTED), 0, NULL);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_USER_PROTECTED, fails ? KCD_FAULT : KCD_WARNING,
                                       kcd_account_subject(c->facts->user, c->user_name));
  kcd_finding_say(
      f, "%s is a member of Protected Users%s", c->user_name,
      fails ? ", whose tickets are never forwardable. That is a protection, not a fault, and kcdfix leaves it "
              "alone."
            : ". This KDC gives a ticket all the same; a Windows DC would refuse.");
  kcd_finding_uint(f, "primaryGroupID", c->facts->user->primary_group_rid);
}

void kcd_diagnose_user(struct kcd_case *c)
{
  if (c->facts->user_operand == NULL)
    return;
  if (kcd_case_has(c, KCD_C_USER_UNKNOWN) || kcd_case_has(c, KCD_C_USER_FOREIGN))
    not_found(c);
  unusable(c);
  sensitive(c);
  marked_as_admin(c);
  protected(c);
  under_policy(c);
}
