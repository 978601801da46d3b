/* Reads every delegation of the domain: a page of accounts, then what its entries lead to, together with the next page;
 * while the server is at that, the edges of the page before go out.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "audit_reading.h"
#include "dir.h"

static void reading_done(struct audit_reading *reading)
{
  page_done(&reading->known);
  page_done(&reading->page);
  page_done(&reading->next);
  page_done(&reading->all);
  cache_clear(&reading->cache);
  kcd_cursor_done(&reading->cursor);
  users_done(reading);
  gathering_done(&reading->g);
  kcd_facts_set_done(&reading->set);
}

/* ---- what a page wants ---- */

static bool leads_somewhere(const struct kcd_bytes *entry)
{
  return entry->len > 0 && entry->len <= KCD_SPN_MAX && kcd_list_entry_defect(entry->data, entry->len) == NULL;
}

/* The form with the class host where the class is mapped to it; NULL where it is not; owned. */
static char *mapped_form(const struct gathering *g, const char *entry)
{
  KCD_AUTO_CHAR service_class = kcd_strndup(entry, strcspn(entry, "/"));
  return class_is_mapped_to_host(&g->mapping, service_class) ? host_form(entry) : NULL;
}

static bool is_spn(const char *entry)
{
  return strchr(entry, '/') != NULL;
}

static struct cached *want_name(struct audit_reading *reading, enum cache_kind kind, const char *name)
{
  struct cached *known = cache_get(&reading->cache, kind, name);
  return known != NULL ? known : cache_want(&reading->cache, kind, name, NULL);
}

static void want_entry(struct audit_reading *reading, const struct kcd_bytes *entry)
{
  if (!leads_somewhere(entry))
    return;
  const char *text = (const char *)entry->data;
  struct cached *wanted = want_name(reading, is_spn(text) ? CACHE_SPN : CACHE_NAME, text);
  if (wanted->complete)
    return;
  wanted->complete = true;
  KCD_AUTO_CHAR mapped = is_spn(text) ? mapped_form(&reading->g, text) : NULL;
  if (mapped != NULL)
    wanted->mapped = want_name(reading, CACHE_SPN, mapped);
}

static void want_sids(struct audit_reading *reading, const struct kcd_account *account)
{
  struct kcd_sid *sids = NULL;
  const size_t n = kcd_rbcd_sids(account, &sids);
  for (size_t i = 0; i < n; i++) {
    char text[KCD_SID_TEXT_MAX];
    if (cache_get(&reading->cache, CACHE_SID, kcd_sid_text(&sids[i], text)) == NULL)
      cache_want(&reading->cache, CACHE_SID, text, &sids[i]);
  }
  free(sids);
}

static void want_all(struct audit_reading *reading, struct account_page *page)
{
  for (size_t i = 0; !page->wanted && i < page->n; i++) {
    const struct kcd_account *account = &page->v[i];
    for (size_t k = 0; k < account->delegate_to.n; k++)
      want_entry(reading, &account->delegate_to.v[k]);
    want_sids(reading, account);
  }
  page->wanted = true;
}

/* ---- edges ---- */

static int emit(struct audit_reading *reading, struct kcd_edge *edge, struct kcd_error *err)
{
  kcd_audit_edge(reading->audit, edge);
  return reading->visitor->edge(reading->visitor->data, edge, err);
}

/* Appends those that are not there yet. */
static void add_owners(const struct cached *found, struct kcd_account ***owners, size_t *n)
{
  for (size_t i = 0; found != NULL && i < found->n; i++)
    if (!pointer_list_has(*owners, *n, found->accounts[i]))
      pointer_list_add(owners, n, found->accounts[i]);
}

static int emit_entry(struct audit_reading *reading, const struct kcd_account *account, const struct kcd_bytes *entry,
                      struct kcd_error *err)
{
  struct kcd_account **owners = NULL;
  size_t n = 0;
  if (leads_somewhere(entry)) {
    const char *text = (const char *)entry->data;
    const struct cached *found = cache_get(&reading->cache, is_spn(text) ? CACHE_SPN : CACHE_NAME, text);
    add_owners(found, &owners, &n);
    add_owners(found == NULL ? NULL : found->mapped, &owners, &n);
  }
  struct kcd_edge edge = {.type = KCD_EDGE_CONSTRAINED,
                          .source = account,
                          .spn = entry,
                          .owners = (const struct kcd_account *const *)owners,
                          .n_owners = n};
  const int status = emit(reading, &edge, err);
  free(owners);
  return status;
}

static int emit_list(struct audit_reading *reading, const struct kcd_account *account, struct kcd_error *err)
{
  for (size_t i = 0; i < account->delegate_to.n; i++)
    if (account->delegate_to.v[i].data != NULL && emit_entry(reading, account, &account->delegate_to.v[i], err) != 0)
      return -1;
  if (account->delegate_to.n > 0 || (account->uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) == 0)
    return 0;
  struct kcd_edge edge = {.type = KCD_EDGE_CONSTRAINED, .source = account};
  return emit(reading, &edge, err);
}

static bool is_denied(const struct kcd_rbcd *rbcd, size_t index)
{
  for (size_t i = 0; i < index; i++)
    if (rbcd->entries[i].effect == KCD_RBCD_DENIES && kcd_sid_equal(&rbcd->entries[i].sid, &rbcd->entries[index].sid))
      return true;
  return false;
}

static int emit_accepted(struct audit_reading *reading, const struct kcd_account *account, const struct kcd_sid *sid,
                         struct kcd_error *err)
{
  char text[KCD_SID_TEXT_MAX];
  const struct cached *found = cache_get(&reading->cache, CACHE_SID, kcd_sid_text(sid, text));
  struct kcd_edge edge = {.type = KCD_EDGE_RESOURCE_BASED,
                          .source = found != NULL && found->n > 0 ? found->accounts[0] : NULL,
                          .source_sid = sid,
                          .owners = &account,
                          .n_owners = 1};
  return emit(reading, &edge, err);
}

static int emit_undecodable(struct audit_reading *reading, const struct kcd_account *account, struct kcd_error *err)
{
  struct kcd_edge edge = {.type = KCD_EDGE_RESOURCE_BASED, .owners = &account, .n_owners = 1, .unread = true};
  return emit(reading, &edge, err);
}

static int emit_descriptor(struct audit_reading *reading, const struct kcd_account *account, struct kcd_error *err)
{
  const struct kcd_facts no_names = {0};
  KCD_AUTO_VALUE(kcd_rbcd) rbcd = {0};
  kcd_rbcd_read(&no_names, account, NULL, &rbcd);
  if (rbcd.malformed != NULL)
    return emit_undecodable(reading, account, err);
  for (size_t i = 0; i < rbcd.n; i++)
    if (rbcd.entries[i].effect == KCD_RBCD_ACCEPTS && !is_denied(&rbcd, i) &&
        emit_accepted(reading, account, &rbcd.entries[i].sid, err) != 0)
      return -1;
  return 0;
}

static int emit_account(struct audit_reading *reading, const struct kcd_account *account, struct kcd_error *err)
{
  if (!kcd_audit_account(reading->audit, account))
    return 0;
  if (emit_list(reading, account, err) != 0)
    return -1;
  if ((account->uac & KCD_UAC_TRUSTED_FOR_DELEGATION) != 0 && !kcd_account_is_dc(account)) {
    struct kcd_edge edge = {.type = KCD_EDGE_UNCONSTRAINED, .source = account};
    if (emit(reading, &edge, err) != 0)
      return -1;
  }
  return emit_descriptor(reading, account, err);
}

/* Once: what was emitted is no longer there. */
static int emit_known(struct audit_reading *reading, struct kcd_error *err)
{
  struct account_page page = reading->known;
  reading->known = (struct account_page){0};
  int status = 0;
  for (size_t i = 0; status == 0 && i < page.n; i++)
    status = emit_account(reading, &page.v[i], err);
  page_done(&page);
  return status;
}

/* What there is to do while the server works. */
static int meanwhile(void *data, struct kcd_error *err)
{
  struct audit_reading *reading = reading_of(data);
  if (emit_known(reading, err) != 0)
    return -1;
  if (!cache_is_full(&reading->cache))
    want_all(reading, &reading->next);
  return 0;
}

/* The edges that are still to go out need what is in it. */
static int make_room(struct audit_reading *reading, struct kcd_error *err)
{
  if (!cache_is_full(&reading->cache))
    return 0;
  const int status = emit_known(reading, err);
  cache_clear(&reading->cache);
  reading->page.wanted = reading->next.wanted = false;
  return status;
}

/* ---- the whole ---- */

static void take_domain(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  uint32_t quota = 0;
  if (found->n == 1 && kcd_entry_u32(&found->v[0], "ms-DS-MachineAccountQuota", &quota))
    kcd_audit_quota(reading_of(g)->audit, quota);
  else
    kcd_audit_unread(reading_of(g)->audit, g->dc->domain_nc, "ms-DS-MachineAccountQuota");
}

static void search_domain(struct audit_reading *reading)
{
  static const char *const attributes[] = {"ms-DS-MachineAccountQuota", NULL};
  struct kcd_search search = {.scope = KCD_BASE, .attributes = attributes, .missing_is_empty = true};
  wave_add(&reading->g.wave, search, kcd_strdup(reading->g.dc->domain_nc), NULL, take_domain, 0);
}

/* Adds all that can be asked for now; false: nothing is left. */
static bool add_searches(struct audit_reading *reading)
{
  const bool accounts = pages_left(reading);
  want_all(reading, &reading->page);
  cache_search(&reading->cache, &reading->g);
  pages_search(reading);
  return users_step(reading) || accounts;
}

static int read_pages(struct audit_reading *reading, struct kcd_error *err)
{
  while (add_searches(reading)) {
    if (wave_run(&reading->g.wave, &reading->g, err) != 0 ||
        emit_known(reading, err) != 0) /* there was no meanwhile where there was nothing to ask */
      return -1;
    pages_turn(reading);
    if (make_room(reading, err) != 0)
      return -1;
  }
  return 0;
}

static int read_all(struct audit_reading *reading, struct kcd_error *err)
{
  search_domain(reading);
  pages_begin(reading);
  if (gathering_begin(&reading->g, err) != 0)
    return -1;
  users_begin(reading);
  pages_turn(reading);
  return read_pages(reading, err);
}

int kcd_audit_read(struct kcd_dir *dir, struct kcd_audit *audit, const struct kcd_audit_visitor *visitor,
                   struct kcd_error *err)
{
  const struct kcd_query nothing = {0};
  __attribute__((cleanup(reading_done))) struct audit_reading reading = {
      .g = {.dir = dir, .dc = kcd_dir_dc(dir), .query = &nothing},
      .set = {.dc = kcd_dir_dc(dir)},
      .audit = audit,
      .visitor = visitor};
  reading.g.set = &reading.set;
  reading.g.wave.meanwhile = meanwhile;
  const int status = read_all(&reading, err);
  struct kcd_error second = KCD_ERROR_INIT; /* what broke the reading off is what is told */
  return emit_known(&reading, status == 0 ? err : &second) != 0 ? -1 : status;
}
