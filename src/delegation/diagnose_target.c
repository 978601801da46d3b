#include <stdlib.h>
#include <string.h>

#include <kcdfix/audit.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "case.h"
#include "words.h"

static bool may_be_elsewhere(const struct kcd_case *c)
{
  const struct kcd_spn *spn = &c->facts->target->spn;
  const char *domain = c->facts->dc->domain;
  if (!spn->host_is_fqdn || domain == NULL)
    return false;
  KCD_AUTO_CHAR suffix = kcd_asprintf(".%s", domain);
  return !kcd_ends_nocase(spn->host, suffix);
}

/* Where else it was looked for. */
static const char *words_about_forest(const struct kcd_case *c)
{
  if (c->facts->forest_searched == KCD_YES)
    return " The global catalogue knows nobody in the whole forest.";
  if (c->facts->forest_searched == KCD_NO)
    return " The global catalogue could not be asked, so another domain of the forest may have it.";
  return may_be_elsewhere(c) ? " The name lies outside this DC's domain." : "";
}

static enum kcd_severity weight_of_unknown(const struct kcd_case *c)
{
  const uint64_t unknown = KCD_BIT(KCD_C_SPN_UNKNOWN) | KCD_BIT(KCD_C_SPN_BY_NAME);
  return kcd_case_weigh(c, c->bits & unknown, 0);
}

static void hyperv_name_missing(struct kcd_case *c)
{
  const struct kcd_spn *spn = &c->facts->target->spn;
  KCD_AUTO_CHAR owner = kcd_spn_short_host(spn);
  KCD_AUTO_CHAR spn_word = kcd_windows_word(spn->text);
  KCD_AUTO_CHAR owner_word = kcd_windows_word(owner);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_MIGRATION_SPN_REGISTRATION_FAILED, weight_of_unknown(c), c->spn);
  kcd_finding_say(
      f,
      "No account holds %s, so there is no ticket for it. A Hyper-V host registers that name itself; look for "
      "event 14050 on %s.",
      c->spn, owner);
  kcd_finding_remedy(f, "On %s: Restart-Service vmms. If that does not register it: setspn -S %s %s", owner, spn_word,
                     owner_word);
  kcd_finding_text(f, "servicePrincipalName", c->spn);
}

static void spn_missing(struct kcd_case *c)
{
  const struct kcd_target *target = c->facts->target;
  KCD_AUTO_CHAR alias = kcd_spn_with_class(&target->spn, "HOST");
  KCD_AUTO_CHAR spn_word = kcd_case_is_samba(c) ? kcd_shell_word(c->spn) : kcd_windows_word(c->spn);
  KCD_AUTO_CHAR tool = kcd_case_is_samba(c) ? kcd_samba_tool("spn add", c->facts->dc->name) : kcd_strdup("setspn -S");
  enum kcd_severity severity = weight_of_unknown(c);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_TARGET_SPN_MISSING, severity, c->spn);
  KCD_AUTO_CHAR or_alias = target->class_is_mapped ? kcd_asprintf(" or %s", alias) : kcd_strdup("");
  kcd_finding_say(f, "No account holds %s%s%s%s", c->spn, or_alias,
                  severity == KCD_FAULT ? ", so there is no ticket for it."
                                        : ". This KDC takes the computer of that name; a Windows DC would refuse.",
                  words_about_forest(c));
  kcd_finding_remedy(f, "If the name is right, register it on the account that runs the service: %s %s ACCOUNT", tool,
                     spn_word);
  kcd_finding_text(f, "servicePrincipalName", c->spn);
}

/* A CNAME: Windows asks for the name that was typed, clients that canonicalise for the other one. */
static void alias_in_dns(struct kcd_case *c)
{
  const struct kcd_target *target = c->facts->target;
  if (target->canonical_host == NULL)
    return;
  KCD_AUTO_CHAR real = kcd_spn_with_host(&target->spn, target->canonical_host);
  struct kcd_finding *f = kcd_case_add(c, KCD_F_NAME_CANONICALISED, KCD_WARNING, c->spn);
  kcd_finding_say(f,
                  "DNS has %s as an alias of %s. A Windows client asks for the name that was typed, a client that "
                  "canonicalises asks for %s.",
                  target->spn.host, target->canonical_host, real);
  kcd_finding_remedy(f, "Open the server as %s, or register the alias on its account and list that too.",
                     target->canonical_host);
  kcd_finding_text(f, "canonicalName", target->canonical_host);
}

static void unknown(struct kcd_case *c)
{
  if (!kcd_case_has(c, KCD_C_SPN_UNKNOWN) || kcd_case_has(c, KCD_C_TARGET_KRBTGT))
    return;
  if (kcd_is_hyperv_class(c->facts->target->spn.service_class))
    hyperv_name_missing(c);
  else
    spn_missing(c);
}

/* Any other SPN that is registered on the KDC's account: the ticket is sealed with the KDC's key all the same. */
static void kdc_account(struct kcd_case *c, const struct kcd_account *owner)
{
  struct kcd_finding *f = kcd_case_add(c, KCD_F_KRBTGT_LISTED, KCD_FAULT, kcd_account_subject(owner, c->spn));
  kcd_finding_say(
      f,
      "%s is registered on %s, the account of the KDC itself. A host that could delegate to it could become "
      "anybody, so kcdfix never lists it.",
      c->spn, owner->sam_account_name == NULL ? "krbtgt" : owner->sam_account_name);
  kcd_finding_remedy(f, "Take %s off that account and register it on the account that runs the service.", c->spn);
}

static void kdc_itself(struct kcd_case *c)
{
  const struct kcd_account *owner = kcd_target_kdc_owner(c->facts->target);
  if (!kcd_spn_is_kdc_service(&c->facts->target->spn)) {
    if (owner != NULL)
      kdc_account(c, owner);
    return;
  }
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_KRBTGT_LISTED, kcd_case_weigh(c, KCD_BIT(KCD_C_TARGET_KRBTGT), 0), c->spn);
  kcd_finding_say(f,
                  "%s is the KDC's own service. A host that could delegate to it could become anybody, so kcdfix never "
                  "lists it.",
                  c->spn);
  kcd_finding_remedy(f, "Ask for the service that the host really opens, such as cifs/SERVER.");
}

/* Registered as Windows does it, which this KDC does not find. */
static bool blocks_by_registration(const struct kcd_case *c)
{
  return kcd_case_has(c, KCD_C_SPN_BLANK) && c->target != NULL &&
         kcd_case_fails_with(c, KCD_BIT(KCD_C_SPN_BLANK), 0, NULL);
}

/* Listed as Windows does it, which this KDC does not compare equal. */
static bool blocks_by_listing(const struct kcd_case *c)
{
  return c->facts->host != NULL && !kcd_case_has(c, KCD_C_SPN_LISTED) && !kcd_case_has(c, KCD_C_SPN_UNKNOWN) &&
         kcd_list_matches(&c->facts->host->delegate_to, c->spn) &&
         kcd_case_fails_with(c, 0, KCD_BIT(KCD_C_SPN_LISTED), NULL);
}

static void blank(struct kcd_case *c)
{
  bool registered = blocks_by_registration(c);
  if (!registered && !blocks_by_listing(c))
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_SPN_WITH_BLANK_ON_SAMBA, KCD_FAULT, c->spn);
  kcd_finding_say(
      f,
      "%s is %s as Windows writes it, but Samba's KDC puts a backslash before each blank and does not find it. "
      "That is a limit of this KDC, not a fault of the hosts.",
      c->spn, registered ? "registered" : "listed");
  kcd_finding_bool(f, "escapedFormRegistered", c->facts->target->escaped_form_owned);
}

/* In the domain of the target, where the change has to be made. */
static char *command_over_there(const struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  if (host == NULL)
    return NULL;
  KCD_AUTO_CHAR domain = kcd_shell_word(c->facts->target->foreign_domain);
  KCD_AUTO_CHAR name = kcd_shell_word(host->dns_host_name == NULL ? c->facts->host_operand : host->dns_host_name);
  KCD_AUTO_CHAR spn = kcd_shell_word(c->spn);
  return kcd_asprintf("kcdfix apply --resource-based -D %s %s %s", domain, name, spn);
}

/* No account of this domain has it, one of another domain has. */
static void foreign(struct kcd_case *c)
{
  const struct kcd_target *target = c->facts->target;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_TARGET_OTHER_DOMAIN, KCD_FAULT, target->foreign_dn);
  kcd_finding_say(
      f,
      "%s belongs to %s of %s. The list of a host (msDS-AllowedToDelegateTo) reaches no further than its own "
      "domain, so list entries cannot cross domains; resource-based delegation can.",
      c->spn, target->foreign_account, target->foreign_domain);
  kcd_finding_command(f, command_over_there(c));
  kcd_finding_text(f, "domain", target->foreign_domain);
  kcd_finding_text(f, "account", target->foreign_account);
}

static void other_domain(struct kcd_case *c)
{
  if (!kcd_case_has(c, KCD_C_TARGET_OTHER_DOMAIN))
    return;
  if (c->target == NULL) {
    foreign(c);
    return;
  }
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_TARGET_OTHER_DOMAIN, kcd_case_weigh(c, KCD_BIT(KCD_C_TARGET_OTHER_DOMAIN), 0),
                   kcd_account_subject(c->target, c->spn));
  kcd_finding_say(f, "%s belongs to %s in another domain, and entries of a list end at the domain.", c->spn,
                  c->target_name);
}

static void out_of_use(struct kcd_case *c)
{
  static const struct kcd_state_word table[] = {{KCD_C_TARGET_DISABLED, "is disabled"},
                                                {KCD_C_TARGET_LOCKED, "is locked"}};
  KCD_AUTO_CHAR words = NULL;
  uint64_t bits = kcd_case_states(c, table, sizeof table / sizeof table[0], &words);
  if (bits == 0 || c->target == NULL || kcd_target_is_kdc(c->facts->target)) /* krbtgt is always disabled */
    return;
  bool fails = kcd_case_fails_with(c, bits, 0, NULL);
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_TARGET_DISABLED, fails ? KCD_FAULT : KCD_WARNING, kcd_account_subject(c->target, c->spn));
  kcd_finding_say(f, "%s, which holds %s, %s%s.", c->target_name, c->spn, words,
                  fails ? ", and the KDC gives no ticket for it" : "; this KDC gives a ticket all the same");
  kcd_finding_uint(f, "userAccountControl", c->target->uac);
}

static void no_keys(struct kcd_case *c)
{
  if (!kcd_case_has(c, KCD_C_TARGET_NO_KEYS) || c->target == NULL)
    return;
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_TARGET_WITHOUT_KEYS, kcd_case_weigh(c, KCD_BIT(KCD_C_TARGET_NO_KEYS), 0),
                   kcd_account_subject(c->target, c->spn));
  kcd_finding_say(f, "%s, which holds %s, never got a password, so the KDC has no key to seal a ticket with.",
                  c->target_name, c->spn);
  kcd_finding_uint(f, "pwdLastSet", c->target->pwd_last_set);
}

static void is_dc(struct kcd_case *c)
{
  if (c->target == NULL || !kcd_account_is_dc(c->target))
    return;
  bool is_open = kcd_case_has(c, KCD_C_SPN_LISTED) || kcd_case_has(c, KCD_C_RBCD_GRANTS);
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_TARGET_IS_DC, is_open ? KCD_WARNING : KCD_NOTE, kcd_account_subject(c->target, c->spn));
  kcd_finding_say(
      f,
      "%s is a domain controller. Whoever controls %s can act there as any user who may be delegated, and at "
      "every service of it, not at %s alone.",
      c->target_name, c->host_name, c->spn);
  kcd_finding_uint(f, "userAccountControl", c->target->uac);
}

static void is_ca(struct kcd_case *c)
{
  if (c->target == NULL || !c->target->is_ca)
    return;
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_TARGET_IS_CA, kcd_case_has(c, KCD_C_SPN_LISTED) ? KCD_WARNING : KCD_NOTE,
                   kcd_account_subject(c->target, c->spn));
  kcd_finding_say(f,
                  "%s is a certification authority. Whoever controls %s can act there as any user who may be "
                  "delegated, and issue certificates for anybody.",
                  c->target_name, c->host_name);
  kcd_finding_text(f, "dNSHostName", c->target->dns_host_name);
}

void kcd_diagnose_target(struct kcd_case *c)
{
  kdc_itself(c);
  other_domain(c);
  unknown(c);
  alias_in_dns(c);
  blank(c);
  out_of_use(c);
  no_keys(c);
  is_dc(c);
  is_ca(c);
}
