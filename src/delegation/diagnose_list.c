#include <stdlib.h>

#include <kcdfix/scenario.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "case.h"
#include "nearmiss.h"
#include "words.h"

static void add_host_evidence(const struct kcd_case *c, struct kcd_finding *f)
{
  kcd_finding_uint(f, "userAccountControl", c->facts->host->uac);
  kcd_finding_values(f, "msDS-AllowedToDelegateTo", &c->facts->host->delegate_to);
}

/* A list finding: an error, since it is only named where nothing else lets the host delegate to this SPN. */
static struct kcd_finding *add(struct kcd_case *c, enum kcd_finding_id id, enum kcd_severity severity)
{
  struct kcd_finding *f = kcd_case_add(c, id, severity, kcd_account_subject(c->facts->host, c->facts->host_operand));
  kcd_finding_command(f, kcd_case_apply(c));
  add_host_evidence(c, f);
  return f;
}

static void list_empty(struct kcd_case *c)
{
  const char *words = kcd_uac_delegation_words(c->facts->host->uac, 0);
  struct kcd_finding *f = add(c, KCD_F_LIST_EMPTY, KCD_FAULT);
  bool allowed_nothing = !kcd_case_has(c, KCD_C_HOST_TRANSITION) && !kcd_case_has(c, KCD_C_HOST_UNCONSTRAINED);
  if (allowed_nothing)
    kcd_finding_say(f, "%s may not delegate at all (\"%s\").", c->host_name, words);
  else
    kcd_finding_say(f, "%s is set to \"%s\", but its list of services is empty.", c->host_name, words);
  kcd_finding_remedy(f, "List %s on %s.", c->spn, c->host_name);
}

static void malformed(struct kcd_case *c, const struct kcd_bytes *entry)
{
  KCD_AUTO_CHAR shown = kcd_strndup((const char *)entry->data, entry->len);
  struct kcd_finding *f = add(c, KCD_F_LIST_ENTRY_MALFORMED, KCD_FAULT);
  kcd_finding_say(f, "%s lists \"%s\", which %s and so never matches a request for %s.", c->host_name, shown,
                  kcd_list_entry_defect(entry->data, entry->len), c->spn);
  kcd_finding_remedy(f, "List %s as it stands here; the broken entry can then be taken off on the delegation tab.",
                     c->spn);
}

static void sibling_only(struct kcd_case *c, const char *listed)
{
  bool asked_fqdn = c->facts->target->spn.host_is_fqdn;
  struct kcd_finding *f = add(c, KCD_F_SHORT_OR_FQDN_MISSING, KCD_FAULT);
  kcd_finding_say(f,
                  "Only the %s form, %s, is listed. The KDC compares the whole name, without regard to case, and %s is "
                  "another name to it.",
                  asked_fqdn ? "short" : "FQDN", listed, c->spn);
  kcd_finding_remedy(f, "List %s too.", c->spn);
}

static void host_class_only(struct kcd_case *c, const char *listed)
{
  struct kcd_finding *f = add(c, KCD_F_HOST_CLASS_ONLY, KCD_FAULT);
  kcd_finding_say(f,
                  "%s is listed, but not %s. HOST stands for other classes when an account is looked up, not in a list "
                  "of delegation%s.",
                  listed, c->spn,
                  kcd_case_is_samba(c) ? "" : "; whether a Windows KDC is more lenient is not documented");
  kcd_finding_remedy(f, "List %s too.", c->spn);
}

static void other_class_only(struct kcd_case *c, const char *listed)
{
  struct kcd_finding *f = add(c, KCD_F_SERVICE_CLASS_MISSING, KCD_FAULT);
  kcd_finding_say(f,
                  "%s is listed for that server, but not %s. Each service class needs an entry of its own: moving a "
                  "machine takes the migration service, and its storage takes cifs.",
                  listed, c->spn);
  kcd_finding_remedy(f, "List %s too.", c->spn);
}

/* Same class and host: the port, or the service name behind the second slash, is part of the name too. */
static void other_port_only(struct kcd_case *c, const char *listed)
{
  struct kcd_finding *f = add(c, KCD_F_SPN_NOT_LISTED, KCD_FAULT);
  kcd_finding_say(
      f,
      "%s is listed, but not %s. The KDC compares the whole name, so what stands behind the host, a port or "
      "a service name, makes it another one.",
      listed, c->spn);
  kcd_finding_remedy(f, "List %s too.", c->spn);
}

static void alias_only(struct kcd_case *c, const char *listed)
{
  struct kcd_finding *f = add(c, KCD_F_ALIAS_OR_SOFS_NOT_LISTED, KCD_FAULT);
  kcd_finding_say(
      f,
      "%s is listed, another name of the same account, %s, but not %s. The KDC compares names, not accounts, "
      "and the client asks for the name that stands in the path.",
      listed, c->target_name, c->spn);
  kcd_finding_remedy(f, "List %s too.", c->spn);
}

/* A scale-out file server, or another role of a cluster: what is listed may be its nodes. */
static void cluster_role_only(struct kcd_case *c)
{
  struct kcd_finding *f = add(c, KCD_F_ALIAS_OR_SOFS_NOT_LISTED, KCD_FAULT);
  kcd_finding_say(
      f,
      "%s is not listed. %s is the name of a cluster role, such as a scale-out file server, and entries for "
      "the nodes that carry it do not stand for it.",
      c->spn, c->target_name);
  kcd_finding_remedy(f, "List %s on every host that opens it.", c->spn);
}

/* An entry of the same class that names one of the nodes; NULL: there is none. */
static const char *node_entry(const struct kcd_case *c, const struct kcd_cluster_facts *cluster)
{
  const struct kcd_values *list = &c->facts->host->delegate_to;
  for (size_t i = 0; i < cluster->n_nodes; i++) {
    struct kcd_machine_name node;
    kcd_machine_name_of(cluster->nodes[i], c->facts->dc->domain, &node);
    KCD_AUTO_CHAR label = kcd_spn_with_host(&c->facts->target->spn, node.label);
    KCD_AUTO_CHAR fqdn = kcd_spn_with_host(&c->facts->target->spn, node.fqdn);
    kcd_machine_name_done(&node);
    ptrdiff_t at = kcd_list_find(list, label);
    at = at >= 0 ? at : kcd_list_find(list, fqdn);
    if (at >= 0)
      return (const char *)list->v[at].data;
  }
  return NULL;
}

/* The nodes of a scale-out file server are listed in its place. */
static bool node_only(struct kcd_case *c)
{
  for (size_t i = 0; i < c->facts->n_clusters; i++) {
    const struct kcd_cluster_facts *cluster = &c->facts->clusters[i];
    const bool ours =
        cluster->account != NULL ? cluster->account == c->target : kcd_equal_nocase(cluster->name, c->target_name);
    const char *listed = ours ? node_entry(c, cluster) : NULL;
    if (listed == NULL)
      continue;
    struct kcd_finding *f = add(c, KCD_F_ALIAS_OR_SOFS_NOT_LISTED, KCD_FAULT);
    kcd_finding_say(f,
                    "%s is not listed, but %s is, a node of %s%s%s. Its shares are opened by the name of the cluster, "
                    "and entries for the nodes do not stand for it.",
                    c->spn, listed, cluster->name, cluster->guessed_by == NULL ? "" : " as it seems from ",
                    cluster->guessed_by == NULL ? "" : cluster->guessed_by);
    kcd_finding_remedy(f, "List %s on every host that opens it.", c->spn);
    return true;
  }
  return false;
}

static void not_listed(struct kcd_case *c)
{
  if (node_only(c))
    return;
  if (c->target != NULL && c->target->is_cluster_name) {
    cluster_role_only(c);
    return;
  }
  unsigned n = (unsigned)c->facts->host->delegate_to.n;
  struct kcd_finding *f = add(c, KCD_F_SPN_NOT_LISTED, KCD_FAULT);
  kcd_finding_say(f, "%s is not listed on %s, which may delegate to %u other service%s.", c->spn, c->host_name, n,
                  n == 1 ? "" : "s");
  kcd_finding_remedy(f, "List %s on %s.", c->spn, c->host_name);
}

static void missing(struct kcd_case *c)
{
  const struct kcd_values *list = &c->facts->host->delegate_to;
  if (list->n == 0) {
    list_empty(c);
    return;
  }
  size_t at = 0;
  enum kcd_near_miss kind = kcd_near_miss_find(list, c->facts->target, &at);
  const char *listed = (const char *)list->v[at].data;
  switch (kind) {
  case KCD_MISS_JUNK:
    malformed(c, &list->v[at]);
    break;
  case KCD_MISS_SIBLING:
    sibling_only(c, listed);
    break;
  case KCD_MISS_HOST:
    host_class_only(c, listed);
    break;
  case KCD_MISS_PORT:
    other_port_only(c, listed);
    break;
  case KCD_MISS_CLASS:
    other_class_only(c, listed);
    break;
  case KCD_MISS_ALIAS:
    alias_only(c, listed);
    break;
  case KCD_MISS_FAR:
    not_listed(c);
    break;
  }
}

static void transition_off(struct kcd_case *c, bool listed)
{
  struct kcd_finding *f = add(c, KCD_F_PROTOCOL_TRANSITION_OFF, kcd_case_weigh(c, 0, KCD_BIT(KCD_C_HOST_TRANSITION)));
  if (listed)
    kcd_finding_say(
        f, "The SPN is listed, but the host is set to \"Use Kerberos only\". Hyper-V on Windows Server 2016 and "
           "later needs \"Use any authentication protocol\" (TRUSTED_TO_AUTH_FOR_DELEGATION).");
  else
    kcd_finding_say(f,
                    "Listing the SPN alone will not do: Hyper-V on Windows Server 2016 and later also needs \"Use any "
                    "authentication protocol\" (TRUSTED_TO_AUTH_FOR_DELEGATION).");
}

/* The target's entries as evidence, beside the host's settings. */
static void add_target_evidence(const struct kcd_case *c, struct kcd_finding *f)
{
  struct kcd_rbcd rbcd;
  kcd_rbcd_read(c->facts, c->target, c->facts->host, &rbcd);
  kcd_finding_rbcd(f, &rbcd);
  kcd_rbcd_done(&rbcd);
}

/* Whether this KDC lets the target's descriptor alone decide. */
static bool rbcd_suffices(const struct kcd_case *c)
{
  const uint64_t list = KCD_BIT(KCD_C_SPN_LISTED) | KCD_BIT(KCD_C_LIST_NONEMPTY);
  return kcd_case_has(c, KCD_C_RBCD_GRANTS) && !kcd_case_fails_with(c, 0, list, NULL);
}

static void list_breaks_rbcd(struct kcd_case *c)
{
  struct kcd_finding *f = add(c, KCD_F_LIST_BREAKS_RBCD, KCD_FAULT);
  kcd_finding_say(f,
                  "%s lets %s delegate to it (resource-based), but the list on %s with \"Use Kerberos only\" makes its "
                  "S4U2Self tickets not forwardable, and that breaks the resource-based way too.",
                  c->target_name, c->host_name, c->host_name);
  kcd_finding_remedy(f, "Set \"Use any authentication protocol\" on %s%s.", c->host_name,
                     kcd_case_is_heimdal(c) ? "" : ", or empty its list");
  add_target_evidence(c, f);
}

static void rbcd_needs_transition(struct kcd_case *c)
{
  struct kcd_finding *f = add(c, KCD_F_RBCD_NEEDS_TRANSITION_ON_SAMBA, KCD_FAULT);
  kcd_finding_say(f,
                  "%s lets %s delegate to it (resource-based). A Windows KDC would take that; Samba's wants \"Use any "
                  "authentication protocol\" on the host as well.",
                  c->target_name, c->host_name);
  add_target_evidence(c, f);
}

/* The list lacks the SPN, or the bit is clear, but the target's descriptor grants the host. */
static void rbcd_without_transition(struct kcd_case *c)
{
  const bool nonempty = kcd_case_has(c, KCD_C_LIST_NONEMPTY);
  uint64_t clear = KCD_BIT(KCD_C_HOST_TRANSITION) | KCD_BIT(KCD_C_SPN_LISTED);
  if (!nonempty)
    clear |= KCD_BIT(KCD_C_LIST_NONEMPTY);
  if (kcd_case_has(c, KCD_C_HOST_TRANSITION) || !kcd_case_fails_with(c, 0, clear, NULL))
    return;
  if (nonempty)
    list_breaks_rbcd(c);
  else
    rbcd_needs_transition(c);
}

static void rbcd_unsupported(struct kcd_case *c)
{
  if (!kcd_case_has(c, KCD_C_RBCD_GRANTS) || c->flavour != KCD_FLAVOUR_SAMBA_417)
    return;
  struct kcd_finding *f = add(c, KCD_F_RBCD_UNSUPPORTED_SAMBA_417, KCD_FAULT);
  kcd_finding_say(f, "%s lets %s delegate to it (resource-based), but the KDC of Samba before 4.19 does not read that.",
                  c->target_name, c->host_name);
  add_target_evidence(c, f);
}

/* Same account, same service, other form of the name: a user will type it one day. */
static void sibling_note(struct kcd_case *c)
{
  const struct kcd_target *target = c->facts->target;
  bool ours = target->sibling != NULL && target->n_sibling_owners == 1 && c->target != NULL &&
              target->sibling_owners[0].account == c->target;
  if (!ours || kcd_list_find(&c->facts->host->delegate_to, target->sibling) >= 0)
    return;
  struct kcd_finding *f = add(c, KCD_F_SHORT_OR_FQDN_MISSING, KCD_NOTE);
  kcd_finding_say(f, "%s, the %s form of the same service, is not listed; a path that uses it will be refused.",
                  target->sibling, target->spn.host_is_fqdn ? "short" : "FQDN");
}

/* Why delegation is never set on this object; NULL: it may be. */
static const char *why_never_set(const struct kcd_account *host)
{
  if (kcd_account_is_dc(host))
    return "is a domain controller";
  return host->kind == KCD_KIND_COMPUTER || host->kind == KCD_KIND_MANAGED_SERVICE ? NULL : "is no computer";
}

static void host_of_the_wrong_kind(struct kcd_case *c, const char *why, enum kcd_severity severity)
{
  const struct kcd_account *host = c->facts->host;
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_WRONG_OBJECT, severity, kcd_account_subject(host, c->facts->host_operand));
  kcd_finding_say(f, "%s %s; kcdfix does not set delegation there.", c->host_name, why);
  if (kcd_account_is_dc(host))
    kcd_finding_remedy(f, "Name the Hyper-V host that delegates. Where Hyper-V runs on a domain controller, move one "
                          "of the two to another machine.");
  else
    kcd_finding_remedy(f, "Name the computer account of the Hyper-V host that delegates.");
  kcd_finding_uint(f, "userAccountControl", host->uac);
}

/* Remedies of other parts that would prepare such an object for delegation. */
static bool prepares_host(const struct kcd_finding *finding)
{
  return finding->id == KCD_F_UNCONSTRAINED_ALSO_SET || finding->id == KCD_F_HOST_SPN_MISSING;
}

/* What makes this DC refuse stays an error, but how to set what is never set is no advice. Of a cluster's name it is
 * told with its object. */
static void take_back_advice(struct kcd_case *c, size_t first)
{
  const char *why = why_never_set(c->facts->host);
  if (why == NULL && !kcd_is_cluster_name(c->facts, c->facts->host))
    return;
  const struct kcd_findings *all = &c->judgement->findings;
  enum kcd_severity severity = KCD_WARNING;
  for (size_t i = 0; i < all->n; i++) {
    struct kcd_finding *f = &all->v[i];
    if (i < first && !prepares_host(f))
      continue;
    free(f->remedy);
    free(f->command);
    f->remedy = f->command = NULL;
    if (i >= first && f->severity == KCD_FAULT)
      severity = KCD_FAULT;
  }
  if (why != NULL)
    host_of_the_wrong_kind(c, why, severity);
}

static void diagnose(struct kcd_case *c)
{
  bool listed = kcd_list_matches(&c->facts->host->delegate_to, c->spn) || kcd_case_has(c, KCD_C_SPN_LISTED);
  bool by_target = rbcd_suffices(c);
  if (!listed && !by_target) {
    missing(c);
    rbcd_unsupported(c);
  }
  if (!kcd_case_has(c, KCD_C_HOST_TRANSITION) && (listed || !by_target))
    transition_off(c, listed);
  if (by_target)
    rbcd_without_transition(c);
  if (listed)
    sibling_note(c);
}

void kcd_diagnose_list(struct kcd_case *c)
{
  /* How to list what is never listed is no advice. */
  if (c->facts->host == NULL || kcd_target_is_kdc(c->facts->target))
    return;
  size_t first = c->judgement->findings.n;
  diagnose(c);
  take_back_advice(c, first);
}
