/* The accounts that may delegate, some at a time: so many that both have something to do while the other works.
 *
 * First all are asked for in one search without pages. Samba finds what a paged search matches, and then looks for
 * every one of the objects again, which takes it longer than the search itself. Where there are more than fit, they
 * come in pages after all.
 */
#include "audit_reading.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/rbcd.h>

#define PAGE 100u
#define ALL 900u /* below MaxPageSize (1000); what they list is in memory for a while */

/* 17301504 is 0x1080000: unconstrained, or protocol transition (MS-ADTS 2.2.16; the rule is LDAP_MATCHING_RULE_BIT_OR).
 * The 8192 of a domain controller goes with the first of them. */
#define DELEGATES                                                                                                      \
  "(|(msDS-AllowedToDelegateTo=*)(" KCD_ATTR_RBCD "=*)"                                                                \
  "(&(userAccountControl:1.2.840.113556.1.4.804:=17301504)(!(userAccountControl:1.2.840.113556.1.4.803:=8192))))"

static const char *const attributes[] = {AUDIT_ATTRIBUTES, "msDS-AllowedToDelegateTo", KCD_ATTR_RBCD, NULL};

void page_done(struct account_page *page)
{
  for (size_t i = 0; i < page->n; i++)
    kcd_account_done(&page->v[i]);
  free(page->v);
  *page = (struct account_page){0};
}

static void read_accounts(const struct kcd_entries *found, struct account_page *ret)
{
  *ret = (struct account_page){.v = kcd_calloc(found->n + 1, sizeof *ret->v), .n = found->n};
  for (size_t i = 0; i < found->n; i++)
    kcd_account_from_entry(&found->v[i], &ret->v[i]);
}

static void take_all(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  struct audit_reading *reading = reading_of(g);
  if (reading->cut)
    return;
  read_accounts(found, &reading->all);
  reading->cursor.finished = true;
}

static void take_page(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  read_accounts(found, &reading_of(g)->next);
}

static void add_search(struct audit_reading *reading, struct kcd_search search, take_fn *take)
{
  search.scope = KCD_SUBTREE;
  search.attributes = attributes;
  wave_add(&reading->g.wave, search, kcd_strdup(reading->g.dc->domain_nc), kcd_strdup(DELEGATES), take, 0);
}

void pages_begin(struct audit_reading *reading)
{
  add_search(reading, (struct kcd_search){.limit = ALL, .cut = &reading->cut}, take_all);
}

void pages_search(struct audit_reading *reading)
{
  if (!reading->cursor.finished)
    add_search(reading, (struct kcd_search){.page = PAGE, .cursor = &reading->cursor}, take_page);
}

/* Some of those that came all at once. */
static void fill_next(struct audit_reading *reading)
{
  struct account_page *all = &reading->all;
  const size_t n = all->n < PAGE ? all->n : PAGE;
  if (n == 0 || reading->next.n > 0)
    return;
  reading->next = (struct account_page){.v = kcd_calloc(n, sizeof *all->v), .n = n};
  memcpy(reading->next.v, all->v, n * sizeof *all->v);
  all->n -= n;
  memmove(all->v, all->v + n, all->n * sizeof *all->v);
}

void pages_turn(struct audit_reading *reading)
{
  page_done(&reading->known);
  reading->known = reading->page;
  fill_next(reading);
  reading->page = reading->next;
  reading->next = (struct account_page){0};
  for (size_t i = 0; i < reading->page.n; i++)
    reading->page.v[i].is_ca = is_authority(&reading->g, &reading->page.v[i]);
  fill_next(reading);
}

bool pages_left(const struct audit_reading *reading)
{
  return reading->page.n > 0 || reading->next.n > 0 || !reading->cursor.finished;
}
