#include <stdlib.h>

#include <kcdfix/kerberr.h>
#include <kcdfix/text.h>

#include "case.h"
#include "words.h"

bool kcd_spn_is_kdc_service(const struct kcd_spn *spn)
{
  return kcd_equal_nocase(spn->service_class, "krbtgt") || kcd_equal_nocase(spn->service_class, "kadmin");
}

const struct kcd_account *kcd_target_kdc_owner(const struct kcd_target *target)
{
  for (size_t i = 0; i < target->n_owners; i++)
    if (kcd_account_is_kdc(target->owners[i].account))
      return target->owners[i].account;
  return NULL;
}

bool kcd_target_is_kdc(const struct kcd_target *target)
{
  return kcd_spn_is_kdc_service(&target->spn) || kcd_target_kdc_owner(target) != NULL;
}

bool kcd_entry_leads_to_kdc(const struct kcd_bytes *entry, const struct kcd_account *krbtgt)
{
  if (entry->len == 0)
    return false;
  return kcd_list_entry_is_kdc_service(entry->data, entry->len) ||
         (krbtgt != NULL && kcd_values_find_fold(&krbtgt->spns, (const char *)entry->data) >= 0);
}

const struct kcd_bytes *kcd_listed_kdc_entry(const struct kcd_facts *facts)
{
  for (size_t i = 0; facts->host != NULL && i < facts->host->delegate_to.n; i++)
    if (kcd_entry_leads_to_kdc(&facts->host->delegate_to.v[i], facts->krbtgt))
      return &facts->host->delegate_to.v[i];
  return NULL;
}

bool kcd_is_cluster_name(const struct kcd_facts *facts, const struct kcd_account *account)
{
  bool said = account->is_cluster_name;
  for (size_t i = 0; i < facts->n_clusters && !said; i++)
    said = facts->clusters[i].account == account;
  return said;
}

bool kcd_case_is_heimdal(const struct kcd_case *c)
{
  return c->flavour == KCD_FLAVOUR_SAMBA_417 || c->flavour == KCD_FLAVOUR_SAMBA_419;
}

bool kcd_case_is_samba(const struct kcd_case *c)
{
  return kcd_flavour_is_samba(c->flavour);
}

bool kcd_case_fails_with(const struct kcd_case *c, uint64_t set, uint64_t clear, struct kcd_prediction *ret)
{
  const uint64_t given = KCD_BIT(KCD_C_RBCD_GRANTS) | KCD_BIT(KCD_C_HOST_COMPUTER);
  const uint64_t right = KCD_BIT(KCD_C_HOST_HAS_SPN) | KCD_BIT(KCD_C_HOST_TRANSITION) | KCD_BIT(KCD_C_LIST_NONEMPTY) |
                         KCD_BIT(KCD_C_SPN_LISTED) | (c->bits & given);
  struct kcd_situation situation = {.flavour = c->flavour, .bits = (right | set) & ~clear};
  struct kcd_prediction prediction;
  kcd_predict(&situation, &prediction);
  if (ret != NULL)
    *ret = prediction;
  return prediction.s4u2proxy.answer.outcome != KCD_TICKET;
}

enum kcd_severity kcd_case_weigh(const struct kcd_case *c, uint64_t set, uint64_t clear)
{
  return kcd_case_fails_with(c, set, clear, NULL) ? KCD_FAULT : KCD_WARNING;
}

char *kcd_prediction_error(const struct kcd_prediction *prediction)
{
  const struct kcd_answer *steps[] = {&prediction->as.answer, &prediction->s4u2self.answer,
                                      &prediction->s4u2proxy.answer};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    if (steps[i]->outcome != KCD_ERROR)
      continue;
    const char *name = kcd_kdc_code_name(steps[i]->code);
    return kcd_asprintf("%s (%d)", name == NULL ? "error" : name, (int)steps[i]->code);
  }
  return kcd_strndup("", 0);
}

struct kcd_finding *kcd_case_add(struct kcd_case *c, enum kcd_finding_id id, enum kcd_severity severity,
                                 const char *subject)
{
  struct kcd_findings *all = &c->judgement->findings;
  all->v = kcd_reallocarray(all->v, all->n + 1, sizeof *all->v);
  struct kcd_finding *finding = &all->v[all->n++];
  *finding = (struct kcd_finding){.id = id, .severity = severity, .subject = kcd_strdup(subject)};
  finding->remedy = kcd_strdup(kcd_finding_info(id)->remedy);
  return finding;
}

void kcd_finding_say(struct kcd_finding *finding, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  free(finding->message);
  finding->message = kcd_vsentence(format, args);
  va_end(args);
}

void kcd_finding_remedy(struct kcd_finding *finding, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  free(finding->remedy);
  finding->remedy = kcd_vsentence(format, args);
  va_end(args);
}

void kcd_finding_command(struct kcd_finding *finding, char *command)
{
  free(finding->command);
  finding->command = command;
}

static struct kcd_evidence *add_evidence(struct kcd_finding *finding, const char *key, enum kcd_evidence_kind kind)
{
  finding->evidence = kcd_reallocarray(finding->evidence, finding->n_evidence + 1, sizeof *finding->evidence);
  struct kcd_evidence *evidence = &finding->evidence[finding->n_evidence++];
  *evidence = (struct kcd_evidence){.key = key, .kind = kind};
  return evidence;
}

void kcd_finding_uint(struct kcd_finding *finding, const char *key, uint64_t number)
{
  add_evidence(finding, key, KCD_EV_UINT)->number = number;
}

void kcd_finding_text(struct kcd_finding *finding, const char *key, const char *text)
{
  add_evidence(finding, key, KCD_EV_TEXT)->text = kcd_strdup(text);
}

void kcd_finding_values(struct kcd_finding *finding, const char *key, const struct kcd_values *values)
{
  kcd_values_copy(&add_evidence(finding, key, KCD_EV_VALUES)->values, values);
}

void kcd_finding_bool(struct kcd_finding *finding, const char *key, bool value)
{
  add_evidence(finding, key, KCD_EV_BOOL)->number = value;
}

char *kcd_case_apply(const struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  bool refused = host == NULL || host->kind != KCD_KIND_COMPUTER || kcd_account_is_dc(host) ||
                 kcd_is_cluster_name(c->facts, host) || kcd_target_distinct_owners(c->facts->target) != 1 ||
                 kcd_case_has(c, KCD_C_SPN_DUPLICATE) || kcd_case_has(c, KCD_C_TARGET_KRBTGT) ||
                 kcd_target_is_kdc(c->facts->target) || kcd_case_has(c, KCD_C_TARGET_OTHER_DOMAIN) ||
                 (!kcd_case_has(c, KCD_C_HOST_TRANSITION) && kcd_listed_kdc_entry(c->facts) != NULL);
  if (refused)
    return NULL;
  enum kcd_mode mode = kcd_case_has(c, KCD_C_HOST_TRANSITION) ? KCD_MODE_LIST_ONLY : KCD_MODE_PROTOCOL_TRANSITION;
  return kcd_apply_command(c->context, mode, c->facts->host_operand, c->spn);
}

uint64_t kcd_case_states(const struct kcd_case *c, const struct kcd_state_word *table, size_t n, char **ret_words)
{
  const char *words[KCD_C_COUNT];
  size_t n_words = 0;
  uint64_t bits = 0;
  for (size_t i = 0; i < n; i++)
    if (kcd_case_has(c, table[i].condition)) {
      bits |= KCD_BIT(table[i].condition);
      words[n_words++] = table[i].words;
    }
  *ret_words = kcd_join_words(words, n_words);
  return bits;
}
