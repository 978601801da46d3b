/* What a change means for security: where the host may act then, and as whom. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "plan_text.h"

#define NAMED 10 /* accounts named in the sentence about security; -v names all */
#define PRIVILEGED_NAMED 3

/* The names of one sentence: owned, and how many there are beyond those that are named. */
struct names {
  char **v;
  size_t n, more;
};

static void names_add(struct names *names, size_t limit, char *name)
{
  if (names->n == limit) {
    names->more++;
    kcd_free_charp(&name);
    return;
  }
  names->v = kcd_reallocarray(names->v, names->n + 1, sizeof(*names->v));
  names->v[names->n++] = name;
}

/* "a, b and 3 more" */
static char *names_text(const struct names *names)
{
  if (names->more == 0)
    return kcd_join_words((const char *const *)names->v, names->n);
  struct names all = {0};
  for (size_t i = 0; i < names->n; i++)
    names_add(&all, SIZE_MAX, kcd_strdup(names->v[i]));
  names_add(&all, SIZE_MAX, kcd_asprintf("%zu more", names->more));
  char *text = kcd_join_words((const char *const *)all.v, all.n);
  for (size_t i = 0; i < all.n; i++)
    kcd_free_charp(&all.v[i]);
  free(all.v);
  return text;
}

static void names_done(struct names *names)
{
  for (size_t i = 0; i < names->n; i++)
    kcd_free_charp(&names->v[i]);
  free(names->v);
}

/* Who gets a ticket for an entry that the plan adds: the owner of an SPN operand, or of its other form. */
static const struct kcd_account *owner_of_added(const struct kcd_facts_set *facts, const struct kcd_bytes *value)
{
  for (size_t i = 0; i < facts->n_targets; i++) {
    const struct kcd_target *target = &facts->targets[i];
    const char *text = (const char *)value->data;
    if (kcd_equal_fold(target->spn.text, text))
      return kcd_target_account(target);
    if (target->sibling != NULL && kcd_equal_fold(target->sibling, text))
      return target->n_sibling_owners == 0 ? NULL : target->sibling_owners[0].account;
  }
  return NULL;
}

struct reached {
  const struct kcd_account *account;
};

/* The accounts behind all entries of a host, each once, and the entries without one. */
struct reach {
  struct reached *seen;
  size_t n_seen;
  struct names accounts, orphans;
  size_t named;
  bool kdc; /* the KDC is among the accounts */
};

/* The KDC knows its own names by heart: they stand on no account, and nobody can register them. */
static void reach_add_kdc(struct reach *reach)
{
  if (!reach->kdc)
    names_add(&reach->accounts, reach->named, kcd_strdup("krbtgt (the KDC itself)"));
  reach->kdc = true;
}

static void reach_add(struct reach *reach, const struct kcd_account *account, const char *spn)
{
  if (kcd_list_entry_is_kdc_service(spn, strlen(spn))) {
    reach_add_kdc(reach);
    return;
  }
  if (account == NULL) {
    names_add(&reach->orphans, reach->named, kcd_safe(spn));
    return;
  }
  for (size_t i = 0; i < reach->n_seen; i++)
    if (reach->seen[i].account == account)
      return;
  reach->seen = kcd_reallocarray(reach->seen, reach->n_seen + 1, sizeof(*reach->seen));
  reach->seen[reach->n_seen++] = (struct reached){account};
  KCD_AUTO_CHAR name = kcd_safe(account->sam_account_name);
  bool dc = kcd_account_is_dc(account);
  names_add(&reach->accounts, reach->named, kcd_asprintf("%s%s", name, dc ? " (a domain controller)" : ""));
}

static void reach_of(const struct kcd_object_plan *plan, const struct kcd_facts_set *facts,
                     const struct kcd_host_facts *host, struct reach *ret)
{
  for (size_t i = 0; i < plan->add.n; i++)
    reach_add(ret, owner_of_added(facts, &plan->add.v[i]), (const char *)plan->add.v[i].data);
  for (size_t i = 0; i < host->n_reachable; i++)
    if (kcd_values_find_fold(&plan->remove, host->reachable[i].spn) < 0)
      reach_add(ret, host->reachable[i].account, host->reachable[i].spn);
}

static void reach_done(struct reach *reach)
{
  free(reach->seen);
  names_done(&reach->accounts);
  names_done(&reach->orphans);
}

static char *privileged_text(const struct kcd_facts_set *facts)
{
  if (facts->n_privileged == 0)
    return kcd_strdup(".");
  struct names names = {0};
  for (size_t i = 0; i < facts->n_privileged; i++)
    names_add(&names, PRIVILEGED_NAMED, kcd_safe(facts->privileged[i]->sam_account_name));
  KCD_AUTO_CHAR text = names_text(&names);
  names_done(&names);
  return kcd_asprintf("; %zu privileged %s among them: %s.", facts->n_privileged,
                      facts->n_privileged == 1 ? "user" : "users", text);
}

void kcd_text_security(struct kcd_textout *out, const struct kcd_object_plan *plan, const struct kcd_facts_set *facts,
                       const struct kcd_host_facts *host)
{
  struct reach reach = {.named = out->style->verbose > 0 ? SIZE_MAX : NAMED};
  reach_of(plan, facts, host, &reach);
  KCD_AUTO_CHAR raw = kcd_account_short_name(plan->host);
  KCD_AUTO_CHAR name = kcd_safe(raw);
  KCD_AUTO_CHAR accounts = names_text(&reach.accounts);
  KCD_AUTO_CHAR privileged = privileged_text(facts);
  bool any = (plan->uac_after & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0;
  const char *where =
      reach.accounts.n > 0 ? accounts : "no account by its list, which is empty, and of each that accepts it by itself";
  KCD_AUTO_CHAR text =
      any ? kcd_asprintf("This lets %s act as any user neither marked sensitive nor (on Windows) in Protected Users, "
                         "at every service "
                         "of %s%s",
                         name, where, privileged)
          : kcd_asprintf(
                "%s can then act at every service of %s, but only as users whose own forwardable ticket it has.", name,
                where);
  kcd_out_wrap(out, "  ", text, NULL);
  if (reach.orphans.n > 0) {
    KCD_AUTO_CHAR orphans = names_text(&reach.orphans);
    KCD_AUTO_CHAR warning =
        kcd_asprintf("Listed, but on no account: %s. Whoever may register that name can claim it.", orphans);
    kcd_out_wrap(out, "  ", warning, NULL);
  }
  reach_done(&reach);
}

void kcd_text_target_security(struct kcd_textout *out, const struct kcd_object_plan *plan,
                              const struct kcd_facts_set *facts)
{
  struct names hosts = {0};
  for (size_t i = 0; i < plan->n_accepted; i++) {
    KCD_AUTO_CHAR name = kcd_account_short_name(plan->accepted[i]);
    names_add(&hosts, out->style->verbose > 0 ? SIZE_MAX : NAMED, kcd_safe(name));
  }
  KCD_AUTO_CHAR joined = names_text(&hosts);
  KCD_AUTO_CHAR target = kcd_safe(plan->host->sam_account_name);
  KCD_AUTO_CHAR privileged = privileged_text(facts);
  KCD_AUTO_CHAR text =
      kcd_asprintf("This opens every service of %s%s to %s for any user who may be delegated, and shows "
                   "on no Delegation tab%s",
                   target, kcd_account_is_dc(plan->host) ? " (a domain controller)" : "", joined, privileged);
  kcd_out_wrap(out, "  ", text, NULL);
  names_done(&hosts);
}
