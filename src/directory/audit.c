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

const char *const audit_attributes[] = {"objectClass",
                                        "objectSid",
                                        "sAMAccountName",
                                        "dNSHostName",
                                        "operatingSystem",
                                        "userAccountControl",
                                        "msDS-SupportedEncryptionTypes",
                                        "pwdLastSet",
                                        "lastLogonTimestamp",
                                        "servicePrincipalName",
                                        "msDS-AllowedToDelegateTo",
                                        KCD_ATTR_RBCD,
                                        NULL};

#define PAGE 100 /* small, so that both have something to do while the other works */

/* 17301504 is 0x1080000: unconstrained, or protocol transition (MS-ADTS 2.2.16; the rule is LDAP_MATCHING_RULE_BIT_OR).
 * The 8192 of a domain controller goes with the first of them. */
#define DELEGATES                                                                                                      \
  "(|(msDS-AllowedToDelegateTo=*)(" KCD_ATTR_RBCD "=*)"                                                                \
  "(&(userAccountControl:1.2.840.113556.1.4.804:=17301504)(!(userAccountControl:1.2.840.113556.1.4.803:=8192))))"

static void free_page(struct kcd_account *page, size_t n)
{
  for (size_t i = 0; i < n; i++)
    kcd_account_done(&page[i]);
  free(page);
}

static void reading_done(struct audit_reading *reading)
{
  free_page(reading->known, reading->n_known);
  free_page(reading->page, reading->n_page);
  free_page(reading->next, reading->n_next);
  cache_clear(&reading->cache);
  kcd_cursor_done(&reading->cursor);
  users_done(reading);
  gathering_done(&reading->g);
  kcd_facts_set_done(&reading->set);
}

/* ---- pages ---- */

static void take_page(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  struct audit_reading *reading = reading_of(g);
  reading->next = kcd_calloc(found->n + 1, sizeof *reading->next);
  reading->n_next = found->n;
  for (size_t i = 0; i < found->n; i++) {
    kcd_account_from_entry(&found->v[i], &reading->next[i]);
    reading->next[i].is_ca = is_authority(g, &reading->next[i]);
  }
}

static void search_page(struct audit_reading *reading)
{
  struct kcd_search search = {
      .scope = KCD_SUBTREE, .attributes = audit_attributes, .page = PAGE, .cursor = &reading->cursor};
  if (!reading->cursor.finished)
    wave_add(&reading->g.wave, search, kcd_strdup(reading->g.dc->domain_nc), kcd_strdup(DELEGATES), take_page, 0);
}

static void turn_page(struct audit_reading *reading)
{
  free_page(reading->known, reading->n_known);
  reading->known = reading->page;
  reading->n_known = reading->n_page;
  reading->page = reading->next;
  reading->n_page = reading->n_next;
  reading->next = NULL;
  reading->n_next = 0;
}

/* ---- what the page wants ---- */

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

static void want_entry(struct audit_reading *reading, const struct kcd_bytes *entry)
{
  if (!leads_somewhere(entry))
    return;
  const char *text = (const char *)entry->data;
  const bool is_spn = strchr(text, '/') != NULL;
  cache_want(&reading->cache, is_spn ? CACHE_SPN : CACHE_NAME, text, NULL);
  KCD_AUTO_CHAR mapped = is_spn ? mapped_form(&reading->g, text) : NULL;
  if (mapped != NULL)
    cache_want(&reading->cache, CACHE_SPN, mapped, NULL);
}

static void want_sids(struct audit_reading *reading, const struct kcd_account *account)
{
  struct kcd_sid *sids = NULL;
  const size_t n = kcd_rbcd_sids(account, &sids);
  for (size_t i = 0; i < n; i++) {
    char text[KCD_SID_TEXT_MAX];
    cache_want(&reading->cache, CACHE_SID, kcd_sid_text(&sids[i], text), &sids[i]);
  }
  free(sids);
}

static void want_all(struct audit_reading *reading)
{
  for (size_t i = 0; i < reading->n_page; i++) {
    const struct kcd_account *account = &reading->page[i];
    for (size_t k = 0; k < account->delegate_to.n; k++)
      want_entry(reading, &account->delegate_to.v[k]);
    want_sids(reading, account);
  }
  cache_search(&reading->cache, &reading->g);
}

/* ---- edges ---- */

static int emit(struct audit_reading *reading, struct kcd_edge *edge, struct kcd_error *err)
{
  kcd_audit_edge(reading->audit, edge);
  return reading->visitor->edge(reading->visitor->data, edge, err);
}

/* Appends those of KEY that are not there yet. */
static void add_owners(const struct audit_reading *reading, enum cache_kind kind, const char *key,
                       struct kcd_account ***owners, size_t *n)
{
  const struct cached *found = cache_get(&reading->cache, kind, key);
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
    const bool is_spn = strchr(text, '/') != NULL;
    add_owners(reading, is_spn ? CACHE_SPN : CACHE_NAME, text, &owners, &n);
    KCD_AUTO_CHAR mapped = is_spn ? mapped_form(&reading->g, text) : NULL;
    if (mapped != NULL)
      add_owners(reading, CACHE_SPN, mapped, &owners, &n);
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
static int emit_known(void *data, struct kcd_error *err)
{
  struct audit_reading *reading = reading_of(data);
  struct kcd_account *page = reading->known;
  const size_t n = reading->n_known;
  reading->known = NULL;
  reading->n_known = 0;
  int status = 0;
  for (size_t i = 0; status == 0 && i < n; i++)
    status = emit_account(reading, &page[i], err);
  free_page(page, n);
  return status;
}

/* The edges that are still to go out need what is in it. */
static int make_room(struct audit_reading *reading, struct kcd_error *err)
{
  if (!cache_is_full(&reading->cache))
    return 0;
  const int status = emit_known(&reading->g, err);
  cache_clear(&reading->cache);
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

static int read_pages(struct audit_reading *reading, struct kcd_error *err)
{
  while (reading->n_page > 0 || !reading->cursor.finished) {
    if (make_room(reading, err) != 0)
      return -1;
    want_all(reading);
    search_page(reading);
    users_step(reading);
    if (wave_run(&reading->g.wave, &reading->g, err) != 0 ||
        emit_known(&reading->g, err) != 0) /* there was no meanwhile where there was nothing to ask */
      return -1;
    turn_page(reading);
  }
  return 0;
}

static int read_all(struct audit_reading *reading, struct kcd_error *err)
{
  if (gathering_begin(&reading->g, err) != 0)
    return -1;
  search_domain(reading);
  users_begin(reading);
  search_page(reading);
  if (wave_run(&reading->g.wave, &reading->g, err) != 0)
    return -1;
  turn_page(reading);
  return read_pages(reading, err) != 0 || users_read(reading, err) != 0 ? -1 : 0;
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
  reading.g.wave.meanwhile = emit_known;
  const int status = read_all(&reading, err);
  struct kcd_error second = KCD_ERROR_INIT; /* what broke the reading off is what is told */
  return emit_known(&reading.g, status == 0 ? err : &second) != 0 ? -1 : status;
}
