/* What stands out about each Hyper-V host, in the order in which it is to be looked at. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "case.h"
#include "hyperv_hosts.h"
#include "words.h"

#define OWNERS_NAMED 3 /* disabled owners that a sentence names */

/* What is judged, and the remark in the making. */
struct judging {
  const struct kcd_holders *holders;
  const struct kcd_mapped_classes *mapped;
  struct kcd_hyperv_account *host;
  const struct kcd_account *account; /* of host */
  char *name;
  struct kcd_buf remark;
};

static void remark(struct judging *j, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void remark(struct judging *j, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  KCD_AUTO_CHAR text = kcd_vsentence(format, args);
  va_end(args);
  kcd_buf_addf(&j->remark, "%s%s", j->remark.len == 0 ? "" : "; ", text);
}

static struct kcd_finding *add(struct judging *j, enum kcd_finding_id id)
{
  return kcd_findings_add(&j->host->findings, id, KCD_WARNING, j->account->dn);
}

/* ---- the migration SPN ---- */

static void expect_spn(struct kcd_hyperv_account *host, const char *name)
{
  KCD_AUTO_CHAR spn = kcd_asprintf(KCD_MIGRATION_CLASS "/%s", name);
  if (kcd_values_find_fold(&host->account.spns, spn) < 0 && kcd_values_find_fold(&host->missing_spns, spn) < 0)
    kcd_values_add_text(&host->missing_spns, spn);
}

static void look_at_spns(struct judging *j)
{
  struct kcd_hyperv_account *host = j->host;
  expect_spn(host, j->name);
  if (j->account->dns_host_name != NULL)
    expect_spn(host, j->account->dns_host_name);
  if (host->missing_spns.n == 0 || !kcd_account_is_enabled(j->account))
    return;
  const char *spn = (const char *)host->missing_spns.v[0].data;
  if (host->has_spn)
    remark(j, "no migration SPN for %s", spn + strlen(KCD_MIGRATION_CLASS "/"));
  else
    remark(j, "no migration SPN");
  KCD_AUTO_CHAR word = kcd_windows_word(spn);
  KCD_AUTO_CHAR name = kcd_windows_word(j->name);
  struct kcd_finding *f = add(j, KCD_F_MIGRATION_SPN_REGISTRATION_FAILED);
  kcd_finding_say(f,
                  "%s has not registered %s, so nothing can be moved there by that name. A Hyper-V host registers its "
                  "names itself; look for event 14050 on it.",
                  j->name, spn);
  kcd_finding_remedy(f, "On %s: Restart-Service vmms. If that does not register it: setspn -S %s %s", j->name, word,
                     name);
  kcd_finding_values(f, "missing", &host->missing_spns);
}

/* ---- entries that lead nowhere ---- */

struct stale {
  unsigned of_nobody, of_disabled;
  struct kcd_values owners; /* names of the disabled ones, each once */
};

static bool all_disabled(const struct kcd_holder *holders, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (kcd_account_is_enabled(holders[i].account))
      return false;
  return true;
}

static void look_at_entry(struct judging *j, const struct kcd_bytes *entry, struct stale *stale)
{
  size_t n;
  const struct kcd_holder *holders = kcd_holders_of(j->holders, entry, j->mapped, &n);
  if (holders != NULL && !all_disabled(holders, n))
    return;
  kcd_values_add(&j->host->stale_entries, entry->data, entry->len);
  if (holders == NULL) {
    stale->of_nobody++;
    return;
  }
  stale->of_disabled++;
  KCD_AUTO_CHAR owner = kcd_account_label(holders->account, "");
  if (kcd_values_find(&stale->owners, owner, strlen(owner)) < 0)
    kcd_values_add_text(&stale->owners, owner);
}

static const char *plural(unsigned n)
{
  return n == 1 ? "entry names" : "entries name";
}

static void say_stale(struct judging *j, const struct stale *stale)
{
  KCD_AUTO_CHAR owners = kcd_value_names(&stale->owners, OWNERS_NAMED);
  KCD_AUTO_CHAR entries = kcd_value_names(&j->host->stale_entries, OWNERS_NAMED);
  if (stale->of_disabled > 0)
    remark(j, "%u %s %s, disabled", stale->of_disabled, plural(stale->of_disabled), owners);
  if (stale->of_nobody > 0)
    remark(j, "%u %s no account", stale->of_nobody, plural(stale->of_nobody));
  struct kcd_finding *f = add(j, KCD_F_STALE_TARGET_ENTRY);
  if (stale->of_nobody == 0)
    kcd_finding_say(f, "%s lists %s: services of disabled accounts (%s).", j->name, entries, owners);
  else
    kcd_finding_say(
        f,
        "%s lists %s, and %u of these entries are held by no account of this domain: whoever registers such "
        "a name inherits the delegation.",
        j->name, entries, stale->of_nobody);
  kcd_finding_values(f, "msDS-AllowedToDelegateTo", &j->host->stale_entries);
}

static void look_at_entries(struct judging *j)
{
  const struct kcd_values *list = &j->account->delegate_to;
  struct stale stale = {0};
  for (size_t i = 0; kcd_account_is_enabled(j->account) && i < list->n; i++)
    if (kcd_entry_can_lead(&list->v[i]))
      look_at_entry(j, &list->v[i], &stale);
  if (j->host->stale_entries.n > 0)
    say_stale(j, &stale);
  kcd_values_done(&stale.owners);
}

/* ---- the rest ---- */

static bool may_delegate(const struct kcd_account *account)
{
  return account->delegate_to.n > 0 ||
         (account->uac & (KCD_UAC_TRUSTED_FOR_DELEGATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION)) != 0;
}

/* A domain controller is so by nature, and a disabled account gets no ticket to use it with. */
static void look_at_bits(struct judging *j)
{
  bool enabled = kcd_account_is_enabled(j->account), dc = kcd_account_is_dc(j->account);
  if (!enabled && may_delegate(j->account))
    remark(j, "without effect while disabled");
  if (dc)
    remark(j, "domain controller");
  if (!enabled || dc || (j->account->uac & KCD_UAC_TRUSTED_FOR_DELEGATION) == 0)
    return;
  remark(j, "unconstrained: high risk");
  struct kcd_finding *f = add(j, KCD_F_UNCONSTRAINED_ALSO_SET);
  kcd_finding_say(f,
                  "%s is trusted for delegation to any service (unconstrained): whoever takes over the host gets the "
                  "ticket of everyone who connects to it.",
                  j->name);
  kcd_finding_uint(f, "userAccountControl", j->account->uac);
}

static void look_at_host(struct judging *j)
{
  look_at_bits(j);
  look_at_spns(j);
  look_at_entries(j);
  if (!j->host->has_point && kcd_account_is_enabled(j->account))
    remark(j, "no service connection point");
  if (j->account->is_cluster_node)
    remark(j, "cluster node");
  if (j->host->is_guest)
    remark(j, "itself a virtual machine");
}

/* The nodes delegate, never the name that clients see. */
static void look_at_cluster(struct judging *j)
{
  if (!may_delegate(j->account))
    return;
  remark(j, "delegation is set on it, and has no effect for Hyper-V");
  struct kcd_finding *f = add(j, KCD_F_WRONG_OBJECT);
  kcd_finding_say(f,
                  "%s is a name of a cluster and may delegate. Hyper-V delegates as the node that runs the machine, so "
                  "this has no effect.",
                  j->name);
  kcd_finding_uint(f, "userAccountControl", j->account->uac);
  kcd_finding_values(f, "msDS-AllowedToDelegateTo", &j->account->delegate_to);
}

static void judge_one(struct kcd_hyperv_account *host, const struct kcd_holders *holders,
                      const struct kcd_mapped_classes *mapped)
{
  struct judging j = {.holders = holders, .mapped = mapped, .host = host, .account = &host->account};
  kcd_buf_init(&j.remark, KCD_BUF_DEFAULT_CAP);
  j.name = kcd_account_short_name(&host->account);
  if (host->kind == KCD_HYPERV_HOST)
    look_at_host(&j);
  else
    look_at_cluster(&j);
  host->remark = kcd_buf_take_text(&j.remark);
  free(j.name);
}

/* ---- guests, and the order ---- */

static int compare_dns(const void *a, const void *b)
{
  const char *const *x = a, *const *y = b;
  return kcd_fold_compare(*x, strlen(*x), *y, strlen(*y));
}

static void count_guests(struct kcd_hyperv *hyperv)
{
  if (hyperv->n_guest_points == 0)
    return;
  qsort(hyperv->guests, hyperv->n_guest_points, sizeof(char *), compare_dns);
  for (size_t i = 0; i < hyperv->n_guest_points; i++)
    hyperv->n_guests += i == 0 || compare_dns(&hyperv->guests[i - 1], &hyperv->guests[i]) != 0;
  for (size_t i = 0; i < hyperv->n; i++) {
    struct kcd_hyperv_account *host = &hyperv->v[i];
    host->is_guest = host->account.dn != NULL && bsearch(&host->account.dn, hyperv->guests, hyperv->n_guest_points,
                                                         sizeof(char *), compare_dns) != NULL;
    hyperv->n_guests -= host->is_guest;
  }
}

/* Numbers in a name are compared as numbers. */
static int compare_by_name(const void *a, const void *b)
{
  const struct kcd_hyperv_account *x = a, *y = b;
  const char *first = x->account.sam_account_name, *second = y->account.sam_account_name;
  if (first != NULL && second != NULL) {
    int order = kcd_natural_compare(first, second);
    if (order != 0)
      return order;
  }
  return strcmp(x->account.dn, y->account.dn);
}

void kcd_hyperv_judge(struct kcd_hyperv *hyperv, const struct kcd_mapped_classes *mapped)
{
  struct kcd_holders holders;
  kcd_holders_init(hyperv, &holders);
  count_guests(hyperv);
  for (size_t i = 0; i < hyperv->n; i++)
    judge_one(&hyperv->v[i], &holders, mapped);
  kcd_holders_done(&holders);
  hyperv->strays = hyperv->parents;
  hyperv->n_strays = hyperv->n_parents;
  hyperv->parents = NULL;
  hyperv->n_parents = 0;
  if (hyperv->n > 0)
    qsort(hyperv->v, hyperv->n, sizeof(*hyperv->v), compare_by_name);
}
