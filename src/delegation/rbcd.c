#include <kcdfix/rbcd.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

static const char *const effect_names[] = {
    [KCD_RBCD_ACCEPTS] = "accepts",       [KCD_RBCD_DENIES] = "denies",
    [KCD_RBCD_TOO_LITTLE] = "too-little", [KCD_RBCD_INHERIT_ONLY] = "inherit-only",
    [KCD_RBCD_ONE_RIGHT] = "one-right",   [KCD_RBCD_CONDITION] = "condition",
    [KCD_RBCD_NOTHING] = "nothing"};

const char *kcd_rbcd_effect_name(enum kcd_rbcd_effect effect)
{
  return effect_names[effect];
}

/* The host's own SID, its groups, and those that every authenticated account is in; owned. */
static size_t token_of(const struct kcd_account *host, struct kcd_sid **ret)
{
  struct kcd_sid *token = kcd_calloc(host->n_token + 3, sizeof *token);
  size_t n = 0;
  for (; n < host->n_token; n++)
    token[n] = host->token[n];
  token[n++] = host->sid;
  token[n++] = (struct kcd_sid){.revision = 1, .count = 1, .authority = 1};              /* S-1-1-0 Everyone */
  token[n++] = (struct kcd_sid){.revision = 1, .count = 1, .authority = 5, .sub = {11}}; /* Authenticated Users */
  *ret = token;
  return n;
}

static bool is_callback(uint8_t type)
{
  return type >= 0x09 && type <= 0x0c; /* MS-DTYP 2.4.4.1 */
}

static enum kcd_rbcd_effect effect_of(const struct kcd_ace *ace)
{
  if (is_callback(ace->type))
    return KCD_RBCD_CONDITION;
  if (ace->kind == KCD_ACE_OTHER)
    return KCD_RBCD_NOTHING;
  if ((ace->flags & KCD_ACE_INHERIT_ONLY) != 0)
    return KCD_RBCD_INHERIT_ONLY;
  if (ace->has_object_type)
    return KCD_RBCD_ONE_RIGHT;
  const bool counts = (ace->mask & KCD_RIGHT_CONTROL_ACCESS) != 0;
  if (ace->kind == KCD_ACE_DENY)
    return counts ? KCD_RBCD_DENIES : KCD_RBCD_NOTHING;
  return counts ? KCD_RBCD_ACCEPTS : KCD_RBCD_TOO_LITTLE;
}

static bool holds(const struct kcd_sid *sids, size_t n, const struct kcd_sid *sid)
{
  for (size_t i = 0; i < n; i++)
    if (kcd_sid_equal(&sids[i], sid))
      return true;
  return false;
}

/* ---- names ---- */

static const struct kcd_trustee *trustee_of(const struct kcd_facts *facts, const struct kcd_sid *sid)
{
  for (size_t i = 0; i < facts->n_trustees; i++)
    if (kcd_sid_equal(&facts->trustees[i].sid, sid))
      return &facts->trustees[i];
  return NULL;
}

static void name_entry(const struct kcd_facts *facts, const struct kcd_account *host, struct kcd_rbcd_entry *entry)
{
  char text[KCD_SID_TEXT_MAX];
  const char *name = kcd_sid_well_known(&entry->sid);
  const struct kcd_trustee *trustee = trustee_of(facts, &entry->sid);
  entry->exists = trustee == NULL ? KCD_UNKNOWN : trustee->exists;
  if (name == NULL && trustee != NULL)
    name = trustee->name;
  if (name == NULL && host != NULL && kcd_sid_equal(&host->sid, &entry->sid))
    name = host->sam_account_name;
  if (name != NULL)
    entry->exists = KCD_YES;
  entry->name = kcd_strdup(name == NULL ? kcd_sid_text(&entry->sid, text) : name);
}

/* ---- reading ---- */

static void read_entries(const struct kcd_facts *facts, const struct kcd_account *host, const struct kcd_secdesc *sd,
                         struct kcd_rbcd *ret)
{
  struct kcd_sid *token = NULL;
  const size_t n_token = host == NULL ? 0 : token_of(host, &token);
  ret->entries = kcd_calloc(sd->n_aces, sizeof *ret->entries);
  for (size_t i = 0; i < sd->n_aces; i++) {
    const struct kcd_ace *ace = &sd->aces[i];
    if (ace->sid.revision == 0) { /* of an unknown layout: it names nobody */
      ret->has_unknown = true;
      continue;
    }
    struct kcd_rbcd_entry *entry = &ret->entries[ret->n++];
    *entry = (struct kcd_rbcd_entry){.effect = effect_of(ace), .mask = ace->mask, .sid = ace->sid};
    entry->is_host = holds(token, n_token, &ace->sid);
    name_entry(facts, host, entry);
  }
  ret->grants = n_token > 0 && kcd_secdesc_grants(sd, token, n_token, KCD_RIGHT_CONTROL_ACCESS);
  free(token);
}

void kcd_rbcd_read(const struct kcd_facts *facts, const struct kcd_account *target, const struct kcd_account *host,
                   struct kcd_rbcd *ret)
{
  KCD_AUTO_VALUE(kcd_secdesc) sd = {0};
  struct kcd_error why = KCD_ERROR_INIT;
  *ret = (struct kcd_rbcd){0};
  if (target == NULL || target->rbcd.len == 0)
    return;
  ret->present = true;
  if (kcd_secdesc_decode(target->rbcd.data, target->rbcd.len, &sd, &why) != 0) {
    ret->malformed = kcd_safe(why.message);
    return;
  }
  ret->without_dacl = !sd.has_dacl;
  read_entries(facts, host, &sd, ret);
}

void kcd_rbcd_done(struct kcd_rbcd *rbcd)
{
  if (rbcd == NULL)
    return;
  for (size_t i = 0; i < rbcd->n; i++)
    free(rbcd->entries[i].name);
  free(rbcd->entries);
  free(rbcd->malformed);
  *rbcd = (struct kcd_rbcd){0};
}

bool kcd_rbcd_grants(const struct kcd_account *target, const struct kcd_account *host)
{
  KCD_AUTO_VALUE(kcd_secdesc) sd = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (target->rbcd.len == 0 || kcd_secdesc_decode(target->rbcd.data, target->rbcd.len, &sd, &ignored) != 0)
    return false;
  struct kcd_sid *token = NULL;
  const size_t n = token_of(host, &token);
  const bool granted = kcd_secdesc_grants(&sd, token, n, KCD_RIGHT_CONTROL_ACCESS);
  free(token);
  return granted;
}

size_t kcd_rbcd_sids(const struct kcd_account *account, struct kcd_sid **ret)
{
  KCD_AUTO_VALUE(kcd_secdesc) sd = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  *ret = NULL;
  if (account->rbcd.len == 0 || kcd_secdesc_decode(account->rbcd.data, account->rbcd.len, &sd, &ignored) != 0)
    return 0;
  struct kcd_sid *sids = kcd_calloc(sd.n_aces, sizeof *sids);
  size_t n = 0;
  for (size_t i = 0; i < sd.n_aces; i++)
    if (sd.aces[i].sid.revision != 0 && kcd_sid_well_known(&sd.aces[i].sid) == NULL && !holds(sids, n, &sd.aces[i].sid))
      sids[n++] = sd.aces[i].sid;
  *ret = sids;
  return n;
}
