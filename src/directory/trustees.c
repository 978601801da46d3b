/* Names for the SIDs in resource-based descriptors, and the other accounts that have such a descriptor. */
#include "gathering.h"

#include <stdlib.h>

#include <kcdfix/ldaptext.h>
#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>

#include "dir.h"

#define MAX_TRUSTEES 240 /* beyond that an entry is shown by its SID; a descriptor can hold some 2,300 */
#define SIDS_IN_FILTER 60
#define MAX_ACCEPTORS 500

static const char *const attributes[] = {"objectSid", "sAMAccountName", NULL};

static struct kcd_trustee *find(const struct kcd_facts_set *set, const struct kcd_sid *sid)
{
  for (size_t i = 0; i < set->n_trustees; i++)
    if (kcd_sid_equal(&set->trustees[i].sid, sid))
      return &set->trustees[i];
  return NULL;
}

static void take_trustees(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  for (size_t i = 0; i < found->n; i++) {
    struct kcd_sid sid;
    const char *name = kcd_entry_text(&found->v[i], "sAMAccountName");
    struct kcd_trustee *trustee = kcd_entry_sid(&found->v[i], "objectSid", &sid) ? find(g->set, &sid) : NULL;
    if (trustee == NULL || name == NULL || trustee->name != NULL)
      continue;
    trustee->name = kcd_strdup(name);
    trustee->exists = KCD_YES;
  }
}

/* Only in its own domain can the DC say that a SID is nobody's. */
static void add_trustee(struct kcd_facts_set *set, const struct kcd_sid *sid)
{
  bool ours = set->dc->domain_sid.revision != 0 && kcd_sid_in_domain(sid, &set->dc->domain_sid);
  set->trustees = kcd_reallocarray(set->trustees, set->n_trustees + 1, sizeof(*set->trustees));
  set->trustees[set->n_trustees++] = (struct kcd_trustee){.sid = *sid, .exists = ours ? KCD_NO : KCD_UNKNOWN};
}

static void collect(struct gathering *g, const struct kcd_account *account)
{
  struct kcd_sid *sids = NULL;
  size_t n = account == NULL ? 0 : kcd_rbcd_sids(account, &sids);
  for (size_t i = 0; i < n && g->set->n_trustees < MAX_TRUSTEES; i++)
    if (find(g->set, &sids[i]) == NULL)
      add_trustee(g->set, &sids[i]);
  free(sids);
}

char *sid_term(const struct kcd_sid *sid)
{
  struct kcd_buf bytes;
  kcd_buf_init(&bytes, KCD_BUF_DEFAULT_CAP);
  kcd_sid_write(&bytes, sid);
  KCD_AUTO_CHAR value = kcd_filter_value(bytes.data, bytes.len);
  kcd_buf_done(&bytes);
  return kcd_asprintf("(objectSid=%s)", value);
}

static void search(struct gathering *g, const struct kcd_trustee *trustees, size_t n)
{
  struct kcd_search search = {.scope = KCD_SUBTREE, .attributes = attributes, .limit = SIDS_IN_FILTER};
  char *terms[SIDS_IN_FILTER];
  for (size_t i = 0; i < n; i++)
    terms[i] = sid_term(&trustees[i].sid);
  wave_add(&g->wave, search, kcd_strdup(g->dc->domain_nc), or_filter(terms, n), take_trustees, 0);
  for (size_t i = 0; i < n; i++)
    free(terms[i]);
}

/* A target without a descriptor, the common case, sends nothing. */
void trustees_search(struct gathering *g)
{
  size_t known = g->set->n_trustees;
  for (size_t i = 0; i < g->set->n_targets; i++) {
    const struct kcd_target *target = &g->set->targets[i];
    const struct kcd_account *owner = kcd_target_account(target);
    collect(g, owner == NULL ? target->named : owner);
  }
  for (size_t i = known; i < g->set->n_trustees; i += SIDS_IN_FILTER) {
    size_t left = g->set->n_trustees - i;
    search(g, &g->set->trustees[i], left < SIDS_IN_FILTER ? left : SIDS_IN_FILTER);
  }
}

/* ---- who else accepts a host ---- */

static void take_acceptors(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  for (size_t i = 0; i < found->n; i++) {
    struct kcd_account *account = accounts_add(g->set, &found->v[i]);
    if (account->rbcd.len > 0 && !pointer_list_has(g->set->acceptors, g->set->n_acceptors, account))
      pointer_list_add(&g->set->acceptors, &g->set->n_acceptors, account);
  }
}

/* A first entry without protocol transition breaks what resource-based delegation does for the host everywhere. */
static bool may_get_a_first_entry(const struct gathering *g)
{
  for (size_t i = 0; i < g->set->n_hosts; i++) {
    const struct kcd_account *host = g->set->hosts[i].account;
    if (host != NULL && host->delegate_to.n == 0)
      return true;
  }
  return false;
}

/* No index holds the attribute, so the DC reads all its objects: asked for before a change alone, and not waited for
 * for long. */
void acceptors_search(struct gathering *g)
{
  if (!g->query->reachable_accounts || !may_get_a_first_entry(g))
    return;
  struct kcd_search search = {
      .scope = KCD_SUBTREE, .attributes = kcd_account_attributes, .limit = MAX_ACCEPTORS, .best_effort = true};
  wave_add(&g->wave, search, kcd_strdup(g->dc->domain_nc), kcd_strdup("(" KCD_ATTR_RBCD "=*)"), take_acceptors, 0);
}

/* ---- may the attribute be written? ---- */

static void take_writability(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  const char *value = found->n == 1 ? kcd_entry_text(&found->v[0], "systemOnly") : NULL;
  if (value != NULL)
    g->set->rbcd_system_only = kcd_equal_nocase(value, "FALSE") ? KCD_NO : KCD_YES;
}

/* Samba keeps to systemOnly, Windows does not for this attribute (docs/decisions). */
void writability_search(struct gathering *g)
{
  static const char *const system_only[] = {"systemOnly", NULL};
  if (!g->query->resource_based || !dc_is_samba(g->dc))
    return;
  struct kcd_search search = {.scope = KCD_BASE, .attributes = system_only, .missing_is_empty = true};
  wave_add(&g->wave, search,
           kcd_asprintf("CN=ms-DS-Allowed-To-Act-On-Behalf-Of-Other-Identity,CN=Schema,%s", g->dc->config_nc), NULL,
           take_writability, 0);
}
