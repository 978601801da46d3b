#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "doc.h"
#include "document.h"

static const char *kind_name(enum kcd_account_kind kind)
{
  switch (kind) {
  case KCD_KIND_USER:
    return "user";
  case KCD_KIND_COMPUTER:
    return "computer";
  case KCD_KIND_MANAGED_SERVICE:
    return "managed-service";
  case KCD_KIND_OTHER:
    break;
  }
  return "other";
}

/* What may keep an account from being delegated or used, in words. */
static json_t *limits_of(const struct kcd_account *account, time_t now)
{
  const struct {
    bool holds;
    const char *words;
  } limits[] = {
      {(account->uac & KCD_UAC_NOT_DELEGATED) != 0, "sensitive"},
      {account->protected_user == KCD_YES, "in Protected Users"},
      {!kcd_account_is_enabled(account), "disabled"},
      {(account->uac_computed & KCD_UAC_LOCKED) != 0, "locked"},
      {kcd_account_is_expired(account, now), "expired"},
      {kcd_account_must_change_password(account), "must change its password"},
  };
  json_t *array = kcd_doc_array();
  for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
    if (limits[i].holds)
      kcd_doc_add(array, json_string(limits[i].words));
  return array;
}

static json_t *uac_names_of(uint32_t uac)
{
  KCD_AUTO_CHAR names = kcd_uac_names(uac);
  return kcd_doc_text(names);
}

static void add_delegation(json_t *object, const struct kcd_account *host)
{
  unsigned listed = (unsigned)host->delegate_to.n;
  kcd_doc_set(object, "userAccountControl", kcd_doc_uint(host->uac));
  kcd_doc_set(object, "userAccountControl_names", uac_names_of(host->uac));
  kcd_doc_set(object, "delegation_tab", kcd_doc_text(kcd_uac_delegation_words(host->uac, listed)));
  kcd_doc_set(object, "msDS-AllowedToDelegateTo", kcd_doc_values(&host->delegate_to));
}

static json_t *host_of(const struct kcd_facts *facts)
{
  const struct kcd_account *host = facts->host;
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "name", kcd_doc_text(host == NULL ? facts->host_operand : host->sam_account_name));
  kcd_doc_set(object, "matches", kcd_doc_uint(facts->host_matches));
  if (host == NULL)
    return object;
  kcd_doc_set(object, "kind", kcd_doc_text(kind_name(host->kind)));
  kcd_doc_set(object, "limits", limits_of(host, facts->now));
  add_delegation(object, host);
  return object;
}

static json_t *owner_of(const struct kcd_spn_owner *owner, const struct kcd_account *counts)
{
  const struct kcd_account *account = owner->account;
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "name", kcd_doc_text(account->sam_account_name));
  kcd_doc_set(object, "dn", kcd_doc_text(account->dn));
  kcd_doc_set(object, "value", kcd_doc_text(owner->value));
  kcd_doc_set(object, "direct", json_boolean(owner->direct));
  kcd_doc_set(object, "counts", json_boolean(account == counts));
  kcd_doc_set(object, "kind", kcd_doc_text(kind_name(account->kind)));
  kcd_doc_set(object, "enabled", json_boolean(kcd_account_is_enabled(account)));
  kcd_doc_set(object, "domain_controller", json_boolean(kcd_account_is_dc(account)));
  kcd_doc_set(object, "cluster_name", json_boolean(account->is_cluster_name));
  kcd_doc_set(object, "last_logon", kcd_doc_filetime(account->last_logon));
  return object;
}

static json_t *entry_of(const struct kcd_rbcd_entry *entry)
{
  char sid[KCD_SID_TEXT_MAX];
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "name", kcd_doc_text(entry->name));
  kcd_doc_set(object, "sid", kcd_doc_text(kcd_sid_text(&entry->sid, sid)));
  kcd_doc_set(object, "exists", entry->exists == KCD_UNKNOWN ? json_null() : json_boolean(entry->exists == KCD_YES));
  kcd_doc_set(object, "effect", kcd_doc_text(kcd_rbcd_effect_name(entry->effect)));
  kcd_doc_set(object, "mask", kcd_doc_uint(entry->mask));
  kcd_doc_set(object, "host", json_boolean(entry->is_host));
  return object;
}

/* Who may delegate to the account behind the SPN by its own word; null where it has no descriptor. */
static json_t *resource_based_of(const struct kcd_facts *facts)
{
  const struct kcd_account *owner = facts->target == NULL ? NULL : kcd_target_account(facts->target);
  KCD_AUTO_VALUE(kcd_rbcd) rbcd = {0};
  if (facts->target != NULL)
    kcd_rbcd_read(facts, owner == NULL ? facts->target->named : owner, facts->host, &rbcd);
  if (!rbcd.present)
    return json_null();
  json_t *object = kcd_doc_object();
  json_t *entries = kcd_doc_array();
  for (size_t i = 0; i < rbcd.n; i++)
    kcd_doc_add(entries, entry_of(&rbcd.entries[i]));
  kcd_doc_set(object, "grants_host", json_boolean(rbcd.grants));
  kcd_doc_set(object, "malformed", kcd_doc_text(rbcd.malformed));
  kcd_doc_set(object, "entries", entries);
  return object;
}

static json_t *spn_of(const struct kcd_facts *facts, const char *spn)
{
  const struct kcd_target *target = facts->target;
  json_t *object = kcd_doc_object();
  json_t *owners = kcd_doc_array();
  const struct kcd_account *counts = target == NULL ? NULL : kcd_target_account(target);
  for (size_t i = 0; target != NULL && i < target->n_owners; i++)
    kcd_doc_add(owners, owner_of(&target->owners[i], counts));
  kcd_doc_set(object, "name", kcd_doc_text(spn));
  kcd_doc_set(object, "accounts", kcd_doc_uint(target == NULL ? 0 : kcd_target_distinct_owners(target)));
  kcd_doc_set(object, "owners", owners);
  kcd_doc_set(object, "resource_based", resource_based_of(facts));
  kcd_doc_set(object, "escaped_form_owned", json_boolean(target != NULL && target->escaped_form_owned));
  return object;
}

static json_t *may_be_delegated(const struct kcd_account *user, const json_t *limits)
{
  if (json_array_size(limits) > 0)
    return json_false();
  return user->protected_user == KCD_UNKNOWN ? json_null() : json_true();
}

static char *user_name(const struct kcd_facts *facts)
{
  if (facts->user != NULL)
    return kcd_strdup(facts->user->sam_account_name);
  return kcd_strdup(facts->user_operand);
}

static json_t *user_of(const struct kcd_facts *facts)
{
  const struct kcd_account *user = facts->user;
  json_t *object = kcd_doc_object();
  KCD_AUTO_CHAR name = user_name(facts);
  kcd_doc_set(object, "name", kcd_doc_text(name));
  kcd_doc_set(object, "matches", kcd_doc_uint(facts->user_matches));
  kcd_doc_set(object, "realm", kcd_doc_text(facts->user_realm));
  if (user == NULL)
    return object;
  json_t *limits = limits_of(user, facts->now);
  kcd_doc_set(object, "dn", kcd_doc_text(user->dn));
  kcd_doc_set(object, "may_be_delegated", may_be_delegated(user, limits));
  kcd_doc_set(object, "limits", limits);
  return object;
}

/* A value that is in more than one place of the document. */
static json_t *shared(const struct kcd_report *report, json_t **kept, const struct kcd_facts *facts,
                      json_t *(*make)(const struct kcd_facts *facts))
{
  if (!report->one_host)
    return make(facts);
  if (*kept == NULL)
    *kept = make(facts);
  return json_incref(*kept);
}

void kcd_report_host(struct kcd_report *report, bool one)
{
  json_decref(report->host);
  json_decref(report->user);
  report->host = report->user = NULL;
  report->one_host = one;
}

json_t *kcd_doc_directory(struct kcd_report *report, const struct kcd_facts *facts, const char *spn)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "dc", kcd_doc_text(facts->dc == NULL ? NULL : facts->dc->name));
  kcd_doc_set(object, "host", shared(report, &report->host, facts, host_of));
  kcd_doc_set(object, "spn", spn_of(facts, spn));
  kcd_doc_set(object, "user",
              facts->user_operand == NULL && facts->user == NULL ? json_null()
                                                                 : shared(report, &report->user, facts, user_of));
  return object;
}
