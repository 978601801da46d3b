/* What the target's own descriptor says about the host, where it does not simply let it in. */
#include <stdlib.h>

#include <kcdfix/clock.h>
#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>

#include "case.h"
#include "words.h"

#define WRITTEN_LATELY ((time_t)7 * 24 * 60 * 60)
#define NAMED 4

/* "accepts HV2$", "denies HV6$", "accepts S-1-5-21-...: no account (any more)" */
static char *entry_words(const struct kcd_rbcd_entry *entry)
{
  return kcd_asprintf("%s %s%s", kcd_rbcd_effect_name(entry->effect), entry->name,
                      entry->exists == KCD_NO ? ": no account (any more)" : "");
}

void kcd_finding_rbcd(struct kcd_finding *finding, const struct kcd_rbcd *rbcd)
{
  struct kcd_values values = {0};
  for (size_t i = 0; i < rbcd->n; i++) {
    KCD_AUTO_CHAR words = entry_words(&rbcd->entries[i]);
    kcd_values_add_text(&values, words);
  }
  kcd_finding_values(finding, KCD_ATTR_RBCD, &values);
  kcd_values_done(&values);
}

/* "kcdfix apply --resource-based ...", or NULL where that would be refused; owned. Samba takes the write on the DC
 * alone. */
static char *apply_command(const struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  bool refused = kcd_case_is_samba(c) || kcd_account_is_dc(host) || kcd_target_distinct_owners(c->facts->target) != 1 ||
                 kcd_target_is_kdc(c->facts->target) || kcd_case_has(c, KCD_C_TARGET_OTHER_DOMAIN) ||
                 (host->kind != KCD_KIND_COMPUTER && host->kind != KCD_KIND_MANAGED_SERVICE);
  return refused ? NULL : kcd_apply_command(c->context, KCD_MODE_RESOURCE_BASED, c->facts->host_operand, c->spn);
}

/* How to write the entry: by kcdfix, or on the Samba DC itself. */
static void add_cure(const struct kcd_case *c, struct kcd_finding *f)
{
  char *command = apply_command(c);
  kcd_finding_command(f, command);
  if (command != NULL || !kcd_case_is_samba(c) || c->target->sam_account_name == NULL ||
      c->facts->host->sam_account_name == NULL)
    return;
  KCD_AUTO_CHAR line = kcd_samba_add_principal(NULL, c->target->sam_account_name, c->facts->host->sam_account_name);
  kcd_finding_remedy(f, "On the domain controller itself, since Samba refuses this write over LDAP: %s", line);
}

static struct kcd_finding *add(struct kcd_case *c, enum kcd_finding_id id, enum kcd_severity severity,
                               const struct kcd_rbcd *rbcd)
{
  struct kcd_finding *f = kcd_case_add(c, id, severity, kcd_account_subject(c->target, c->spn));
  kcd_finding_rbcd(f, rbcd);
  return f;
}

/* An error only where the entry, were it right, would make this KDC say yes. */
static enum kcd_severity weight(const struct kcd_case *c)
{
  const struct kcd_situation situation = {.flavour = c->flavour, .bits = c->bits | KCD_BIT(KCD_C_RBCD_GRANTS)};
  struct kcd_prediction prediction;
  kcd_predict(&situation, &prediction);
  bool listed = kcd_case_has(c, KCD_C_SPN_LISTED);
  return !listed && prediction.s4u2proxy.answer.outcome == KCD_TICKET ? KCD_FAULT : KCD_WARNING;
}

/* ---- a descriptor that lets nobody in ---- */

static void unreadable(struct kcd_case *c, const struct kcd_rbcd *rbcd)
{
  struct kcd_finding *f = add(c, KCD_F_RBCD_ACE_DEAD, weight(c), rbcd);
  if (rbcd->malformed != NULL)
    kcd_finding_say(f, "The resource-based descriptor of %s cannot be decoded (%s), so it lets nobody in.",
                    c->target_name, rbcd->malformed);
  else
    kcd_finding_say(f, "The resource-based descriptor of %s has no list of entries (DACL), so it lets nobody in.",
                    c->target_name);
  kcd_finding_remedy(f,
                     "Clear " KCD_ATTR_RBCD " of %s and name the hosts anew (Set-ADComputer "
                     "-PrincipalsAllowedToDelegateToAccount; on Samba samba-tool delegation add-principal).",
                     c->target_name);
}

/* ---- entries that name the host ---- */

/* The first entry of the host, or of a group of it, with that effect; NULL if there is none. */
static const struct kcd_rbcd_entry *host_entry(const struct kcd_rbcd *rbcd, enum kcd_rbcd_effect effect)
{
  for (size_t i = 0; i < rbcd->n; i++)
    if (rbcd->entries[i].is_host && rbcd->entries[i].effect == effect)
      return &rbcd->entries[i];
  return NULL;
}

static void denied(struct kcd_case *c, const struct kcd_rbcd *rbcd, const struct kcd_rbcd_entry *entry)
{
  const bool allowed_behind = host_entry(rbcd, KCD_RBCD_ACCEPTS) != NULL;
  struct kcd_finding *f = add(c, KCD_F_RBCD_ACE_DEAD, weight(c), rbcd);
  kcd_finding_say(f, "An entry in the resource-based descriptor of %s denies %s%s.", c->target_name, entry->name,
                  allowed_behind ? ", ahead of the one that accepts: the first that speaks of the right decides" : "");
  kcd_finding_remedy(f, "Take the entry that denies out of " KCD_ATTR_RBCD " of %s, or list %s on %s instead.",
                     c->target_name, c->spn, c->host_name);
}

static void too_little(struct kcd_case *c, const struct kcd_rbcd *rbcd, const struct kcd_rbcd_entry *entry)
{
  const bool raw = (entry->mask & KCD_RIGHT_GENERIC_ALL) != 0;
  KCD_AUTO_CHAR mask = kcd_asprintf("0x%X", (unsigned)entry->mask);
  struct kcd_finding *f = add(c, KCD_F_RBCD_ACE_MASK, weight(c), rbcd);
  kcd_finding_say(f,
                  "The resource-based entry of %s for %s grants %s, which lacks the right that the KDC asks for, "
                  "CONTROL_ACCESS (0x100)%s.",
                  c->target_name, entry->name, mask,
                  raw ? ": GENERIC_ALL as the raw bit 0x10000000 does not contain it" : "");
  kcd_finding_text(f, "mask", mask);
  add_cure(c, f);
}

static void without_effect(struct kcd_case *c, const struct kcd_rbcd *rbcd, const struct kcd_rbcd_entry *entry)
{
  const bool condition = entry->effect == KCD_RBCD_CONDITION;
  const char *why = entry->effect == KCD_RBCD_INHERIT_ONLY ? "is for objects below it alone (inherit-only)"
                    : condition                            ? "has a condition, which only the KDC can evaluate"
                                                           : "is for one right alone (an object entry)";
  struct kcd_finding *f = add(c, KCD_F_RBCD_ACE_DEAD, condition ? KCD_WARNING : weight(c), rbcd);
  kcd_finding_say(f, "The resource-based entry of %s for %s %s, so it does not let the host in.", c->target_name,
                  entry->name, why);
  add_cure(c, f);
}

static bool names_host(struct kcd_case *c, const struct kcd_rbcd *rbcd)
{
  static const enum kcd_rbcd_effect dead[] = {KCD_RBCD_INHERIT_ONLY, KCD_RBCD_ONE_RIGHT, KCD_RBCD_CONDITION};
  const struct kcd_rbcd_entry *entry = host_entry(rbcd, KCD_RBCD_DENIES);
  if (entry != NULL) {
    denied(c, rbcd, entry);
    return true;
  }
  entry = host_entry(rbcd, KCD_RBCD_TOO_LITTLE);
  if (entry != NULL) {
    too_little(c, rbcd, entry);
    return true;
  }
  for (size_t i = 0; i < sizeof dead / sizeof dead[0]; i++) {
    entry = host_entry(rbcd, dead[i]);
    if (entry == NULL)
      continue;
    without_effect(c, rbcd, entry);
    return true;
  }
  return false;
}

/* ---- entries that name others ---- */

static void nobodys_sids(struct kcd_case *c, const struct kcd_rbcd *rbcd)
{
  struct kcd_values gone = {0};
  for (size_t i = 0; i < rbcd->n; i++)
    if (rbcd->entries[i].exists == KCD_NO)
      kcd_values_add_text(&gone, rbcd->entries[i].name);
  if (gone.n > 0) {
    KCD_AUTO_CHAR names = kcd_value_names(&gone, NAMED);
    struct kcd_finding *f = add(c, KCD_F_RBCD_ACE_DEAD, KCD_WARNING, rbcd);
    kcd_finding_say(f,
                    "The resource-based descriptor of %s does not name %s, but %s, which no account bears any more. If "
                    "%s was deleted and joined anew, that is the entry of its former account.",
                    c->target_name, c->host_name, names, c->host_name);
    add_cure(c, f);
  }
  kcd_values_done(&gone);
}

/* Whether somebody else is let in: then the attribute is in use, and not merely left over. */
static bool accepts_somebody(const struct kcd_rbcd *rbcd)
{
  for (size_t i = 0; i < rbcd->n; i++)
    if (rbcd->entries[i].effect == KCD_RBCD_ACCEPTS && rbcd->entries[i].exists != KCD_NO)
      return true;
  return false;
}

/* A record of this machine says that the host was let in. */
static void surely_overwritten(struct kcd_case *c, const struct kcd_rbcd *rbcd)
{
  KCD_AUTO_CHAR when = kcd_time_people(c->facts->accepted);
  struct kcd_finding *f = add(c, KCD_F_RBCD_OVERWRITTEN, KCD_WARNING, rbcd);
  kcd_finding_say(f,
                  "%s was made to accept %s on %s (record %s), and that entry is gone. Set-ADComputer "
                  "-PrincipalsAllowedToDelegateToAccount replaces the whole list.",
                  c->target_name, c->host_name, when, c->facts->accepted_record);
  kcd_finding_text(f, "record", c->facts->accepted_record);
  add_cure(c, f);
}

/* What stood there before is nowhere to be read, so this can only be said with an "if". */
static void perhaps_overwritten(struct kcd_case *c, const struct kcd_rbcd *rbcd)
{
  const struct kcd_attr_meta *meta = &c->target->rbcd_meta;
  const time_t now = kcd_dc_now(c->facts);
  if (meta->version < 2 || meta->originating_time < now - WRITTEN_LATELY || !accepts_somebody(rbcd))
    return;
  KCD_AUTO_CHAR when = kcd_time_people(meta->originating_time);
  KCD_AUTO_CHAR stamp = kcd_time_rfc3339(meta->originating_time);
  struct kcd_finding *f = add(c, KCD_F_RBCD_OVERWRITTEN, KCD_WARNING, rbcd);
  kcd_finding_say(
      f,
      "The resource-based descriptor of %s was written on %s, not for the first time, and does not name %s. "
      "If %s worked before, that write replaced the whole list, as Set-ADComputer "
      "-PrincipalsAllowedToDelegateToAccount does.",
      c->target_name, when, c->host_name, c->host_name);
  kcd_finding_text(f, "changed", stamp);
  kcd_finding_uint(f, "version", meta->version);
  add_cure(c, f);
}

/* ---- entries that let the host in ---- */

static bool knows_rbcd(enum kcd_flavour flavour)
{
  return flavour != KCD_FLAVOUR_SAMBA_417 && flavour != KCD_FLAVOUR_WINDOWS_2008;
}

static void granted(struct kcd_case *c, const struct kcd_rbcd *rbcd)
{
  const bool listed = kcd_case_has(c, KCD_C_SPN_LISTED);
  if (!listed && c->flavour == KCD_FLAVOUR_WINDOWS_2008) {
    struct kcd_finding *f = add(c, KCD_F_RBCD_DC_TOO_OLD, KCD_FAULT, rbcd);
    kcd_finding_say(f,
                    "%s lets %s delegate to it (resource-based), but %s is older than Windows Server 2012 and does not "
                    "read that.",
                    c->target_name, c->host_name, c->facts->dc->name);
    kcd_finding_uint(f, "domainControllerFunctionality", c->facts->dc->dc_level);
  }
  if (listed && knows_rbcd(c->flavour)) {
    struct kcd_finding *f = add(c, KCD_F_KCD_AND_RBCD_BOTH, KCD_WARNING, rbcd);
    kcd_finding_say(f,
                    "%s is granted twice, by the list of %s and by the resource-based entries of %s: taking one of the "
                    "two away has no effect.",
                    c->spn, c->host_name, c->target_name);
  }
}

static void not_granted(struct kcd_case *c, const struct kcd_rbcd *rbcd)
{
  if (rbcd->malformed != NULL || rbcd->without_dacl)
    unreadable(c, rbcd);
  else if (!names_host(c, rbcd) && !kcd_case_has(c, KCD_C_SPN_LISTED)) {
    nobodys_sids(c, rbcd);
    if (c->facts->accepted_record != NULL)
      surely_overwritten(c, rbcd);
    else
      perhaps_overwritten(c, rbcd);
  }
}

void kcd_diagnose_rbcd(struct kcd_case *c)
{
  struct kcd_rbcd rbcd;
  if (c->facts->host == NULL || c->target == NULL || kcd_target_is_kdc(c->facts->target))
    return;
  kcd_rbcd_read(c->facts, c->target, c->facts->host, &rbcd);
  if (rbcd.present && rbcd.grants)
    granted(c, &rbcd);
  else if (rbcd.present || c->facts->accepted_record != NULL)
    not_granted(c, &rbcd);
  kcd_rbcd_done(&rbcd);
}
