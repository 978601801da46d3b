/* A name on two accounts: the KDC takes one of them or refuses, and only people know which is right. */
#include <kcdfix/text.h>

#include "case.h"
#include "words.h"

static void add_owners(struct kcd_finding *f, const struct kcd_target *target)
{
  struct kcd_values owners = {0};
  for (size_t i = 0; i < target->n_owners; i++) {
    KCD_AUTO_CHAR line =
        kcd_asprintf("%s: %s", kcd_account_subject(target->owners[i].account, ""), target->owners[i].value);
    kcd_values_add_text(&owners, line);
  }
  kcd_finding_values(f, "servicePrincipalName", &owners);
  kcd_values_done(&owners);
}

/* The first owner that is not the one the KDC takes. */
static const struct kcd_account *other_owner(const struct kcd_case *c)
{
  const struct kcd_target *target = c->facts->target;
  for (size_t i = 0; i < target->n_owners; i++)
    if (target->owners[i].account != c->target)
      return target->owners[i].account;
  return NULL;
}

static bool bears_the_name(const struct kcd_case *c, const struct kcd_account *account)
{
  KCD_AUTO_CHAR host = kcd_spn_short_host(&c->facts->target->spn);
  KCD_AUTO_CHAR name = kcd_account_label(account, "");
  return kcd_equal_nocase(host, name);
}

/* The holder that is not called as the SPN says, if another one is: NULL where the names do not tell. */
static const struct kcd_account *stray_owner(const struct kcd_case *c)
{
  const struct kcd_account *other = other_owner(c);
  bool first_bears_it = bears_the_name(c, c->target);
  if (first_bears_it == bears_the_name(c, other))
    return NULL;
  return first_bears_it ? other : c->target;
}

static void remedy_for_duplicate(const struct kcd_case *c, struct kcd_finding *f)
{
  const struct kcd_account *stray = stray_owner(c);
  const char *account = stray == NULL || stray->sam_account_name == NULL ? "ACCOUNT" : stray->sam_account_name;
  KCD_AUTO_CHAR name = kcd_account_label(stray, account);
  KCD_AUTO_CHAR spn_word = kcd_case_is_samba(c) ? kcd_shell_word(c->spn) : kcd_windows_word(c->spn);
  KCD_AUTO_CHAR tool =
      kcd_case_is_samba(c) ? kcd_samba_tool("spn delete", c->facts->dc->name) : kcd_strdup("setspn -D");
  KCD_AUTO_CHAR account_word = kcd_case_is_samba(c) ? kcd_shell_word(account) : kcd_windows_word(name);
  kcd_finding_remedy(f,
                     "Take the name off the account that does not run the service: %s %s %s (setspn -X lists all "
                     "doubles).",
                     tool, spn_word, account_word);
}

/* One account holds the name, and a computer is called so: Samba's KDC finds both (docs/KDC-RULES.md, P1b). */
static void held_and_borne(struct kcd_case *c)
{
  const struct kcd_target *target = c->facts->target;
  const struct kcd_account *named = target->named;
  if (!kcd_case_has(c, KCD_C_SPN_DUPLICATE) || named == NULL || target->n_owners == 0)
    return;
  KCD_AUTO_CHAR borne = kcd_account_label(named, "");
  KCD_AUTO_CHAR spn_word = kcd_shell_word(target->owners[0].value);
  KCD_AUTO_CHAR tool = kcd_samba_tool("spn delete", c->facts->dc->name);
  KCD_AUTO_CHAR account = kcd_shell_word(c->target->sam_account_name == NULL ? "" : c->target->sam_account_name);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_DUPLICATE_SPN, KCD_FAULT, kcd_account_subject(c->target, c->spn));
  kcd_finding_say(f,
                  "%s holds %s, and the computer %s bears that name: this KDC finds both accounts and serves neither.",
                  c->target_name, target->owners[0].value, borne);
  kcd_finding_remedy(f, "If the service runs on %s, take the name off the other account: %s %s %s", borne, tool,
                     spn_word, account);
  add_owners(f, target);
}

void kcd_diagnose_duplicate(struct kcd_case *c)
{
  const struct kcd_target *target = c->facts->target;
  if (kcd_target_distinct_owners(target) < 2) {
    held_and_borne(c);
    return;
  }
  KCD_AUTO_CHAR other = kcd_account_label(other_owner(c), "another account");
  struct kcd_finding *f = kcd_case_add(c, KCD_F_DUPLICATE_SPN, KCD_FAULT, kcd_account_subject(c->target, c->spn));
  if (kcd_case_has(c, KCD_C_SPN_DUPLICATE))
    kcd_finding_say(f, "%s is registered on %u accounts, %s and %s, and a KDC serves no name that is not unique.",
                    c->spn, (unsigned)kcd_target_distinct_owners(target), c->target_name, other);
  else
    kcd_finding_say(
        f,
        "%s belongs to %s and %s. The KDC takes %s, so if the service runs on %s it cannot read the ticket: "
        "KRB_AP_ERR_MODIFIED, on Windows 0x80090322.",
        c->spn, c->target_name, other, c->target_name, other);
  remedy_for_duplicate(c, f);
  add_owners(f, target);
}
