#include <string.h>

#include <kcdfix/plan.h>

static struct kcd_sid *copy_sids(const struct kcd_sid *sids, size_t n)
{
  if (n == 0)
    return NULL;
  struct kcd_sid *copy = kcd_calloc(n, sizeof *copy);
  memcpy(copy, sids, n * sizeof *copy);
  return copy;
}

/* A copy that owns what it points to, but for the list, which is empty. */
static void copy_account(const struct kcd_account *from, struct kcd_account *ret)
{
  *ret = *from;
  ret->dn = kcd_strdup(from->dn);
  ret->sam_account_name = kcd_strdup(from->sam_account_name);
  ret->dns_host_name = kcd_strdup(from->dns_host_name);
  ret->user_principal_name = kcd_strdup(from->user_principal_name);
  ret->operating_system = kcd_strdup(from->operating_system);
  ret->logon_hours = (struct kcd_values){0};
  kcd_values_copy(&ret->logon_hours, &from->logon_hours);
  ret->delegate_to = (struct kcd_values){0};
  ret->spns = (struct kcd_values){0};
  kcd_values_copy(&ret->spns, &from->spns);
  ret->rbcd = kcd_bytes_copy(from->rbcd.data, from->rbcd.len);
  ret->token = copy_sids(from->token, from->n_token);
}

void kcd_plan_preview(const struct kcd_object_plan *plan, struct kcd_account *ret)
{
  *ret = (struct kcd_account){0};
  if (plan->host == NULL)
    return;
  copy_account(plan->host, ret);
  for (size_t i = 0; i < plan->host->delegate_to.n; i++) {
    const struct kcd_bytes *value = &plan->host->delegate_to.v[i];
    if (kcd_values_find(&plan->remove, value->data, value->len) < 0)
      kcd_values_add(&ret->delegate_to, value->data, value->len);
  }
  kcd_values_copy(&ret->delegate_to, &plan->add);
  ret->uac = plan->uac_after;
  if (plan->rbcd_after.len == 0)
    return;
  kcd_bytes_done(&ret->rbcd);
  ret->rbcd = kcd_bytes_copy(plan->rbcd_after.data, plan->rbcd_after.len);
}
