/* Certification authorities of the forest (MS-WCCE 2.2.2.11: objects of class pKIEnrollmentService). */
#include <kcdfix/text.h>

#include "gathering.h"

#define CONTAINER "CN=Enrollment Services,CN=Public Key Services,CN=Services"

static void take_authorities(struct gathering *g, size_t index, const struct kcd_entries *found)
{
  (void)index;
  for (size_t i = 0; i < found->n; i++) {
    const char *name = kcd_entry_text(&found->v[i], "dNSHostName");
    if (name != NULL)
      kcd_values_add_text(&g->authorities, name);
  }
}

void authorities_search(struct gathering *g)
{
  static const char *const attributes[] = {"dNSHostName", NULL};
  struct kcd_search search = {.scope = KCD_ONE, .attributes = attributes, .missing_is_empty = true};
  wave_add(&g->wave, search, kcd_asprintf(CONTAINER ",%s", g->dc->config_nc),
           kcd_strdup("(objectClass=pKIEnrollmentService)"), take_authorities, 0);
}

bool is_authority(const struct gathering *g, const struct kcd_account *account)
{
  return account->dns_host_name != NULL && kcd_values_find_nocase(&g->authorities, account->dns_host_name) >= 0;
}

void authorities_assign(struct gathering *g)
{
  for (size_t i = 0; i < g->set->n_accounts; i++)
    g->set->accounts[i]->is_ca = is_authority(g, g->set->accounts[i]);
}
