/* case.h - one pair on the bench: what the parts of the diagnosis share, and how they add findings. */
#ifndef KCDFIX_DELEGATION_CASE_H
#define KCDFIX_DELEGATION_CASE_H

#include <kcdfix/findings.h>
#include <kcdfix/plan.h>
#include <kcdfix/rbcd.h>

struct kcd_case {
  const struct kcd_facts *facts;
  const struct kcd_account *target; /* the account that the ticket is for; NULL: none */
  const char *spn;
  const char *host_name, *target_name, *user_name; /* short forms for sentences; not terminal-safe */
  const char *context;
  uint64_t bits;                   /* the situation; host bits mean nothing without a host */
  struct kcd_judgement *judgement; /* prediction and verdict are there before the diagnosis starts */
  enum kcd_flavour flavour;
};

static inline bool kcd_case_has(const struct kcd_case *c, enum kcd_condition condition)
{
  return (c->bits & KCD_BIT(condition)) != 0;
}

/* krbtgt/ and kadmin/: services of the KDC itself. */
bool kcd_spn_is_kdc_service(const struct kcd_spn *spn);
/* The account of the KDC among the owners, which any SPN can be registered on; NULL: there is none. */
const struct kcd_account *kcd_target_kdc_owner(const struct kcd_target *target);
/* Either of these. */
bool kcd_target_is_kdc(const struct kcd_target *target);
/* Whether an entry of a list leads to the KDC: by its name, or because KRBTGT (may be NULL) holds it. */
bool kcd_entry_leads_to_kdc(const struct kcd_bytes *entry, const struct kcd_account *krbtgt);
/* The first such entry of the host's list; NULL: there is none. */
const struct kcd_bytes *kcd_listed_kdc_entry(const struct kcd_facts *facts);

/* Whether ACCOUNT is the name of a cluster, or of a role of one: by what it registers, or because the user says so. */
bool kcd_is_cluster_name(const struct kcd_facts *facts, const struct kcd_account *account);

/* Heimdal's KDC in Samba, which differs from Windows in the ways that the findings name. */
bool kcd_case_is_heimdal(const struct kcd_case *c);
bool kcd_case_is_samba(const struct kcd_case *c);

/* What this DC would answer if the pair were right in everything but these conditions: the way to tell what it refuses
 * for. The kind of the host and
 * resource-based delegation stay as they are. RET may be NULL. */
bool kcd_case_fails_with(const struct kcd_case *c, uint64_t set, uint64_t clear, struct kcd_prediction *ret);
/* KCD_FAULT where these conditions alone make this DC refuse, else KCD_WARNING. */
enum kcd_severity kcd_case_weigh(const struct kcd_case *c, uint64_t set, uint64_t clear);
/* "KDC_ERR_BADOPTION (13)": the error of the failing step of PREDICTION; "" if none fails. Owned. */
char *kcd_prediction_error(const struct kcd_prediction *prediction);

/* Whether the KDC refused S4U2Self or S4U2Proxy with KDC_ERR_POLICY, and no state of the user's account says why. */
bool kcd_case_is_refused_by_policy(const struct kcd_case *c);

/* Whether the probe's own TGT, and not the directory, is why its tickets are not forwardable. */
bool kcd_probe_tgt_is_to_blame(const struct kcd_judgement *judgement);

/* "kcdfix apply ..." in the mode that makes the pair work, or NULL where apply would refuse the pair; owned. */
char *kcd_case_apply(const struct kcd_case *c);

/* A state of an account that a KDC refuses for. */
struct kcd_state_word {
  enum kcd_condition condition;
  const char *words; /* "is disabled" */
};
/* The bits of TABLE that hold; RET_WORDS, owned, joins their words ("" for none). */
uint64_t kcd_case_states(const struct kcd_case *c, const struct kcd_state_word *table, size_t n, char **ret_words);

/* A new finding; good until the next one is added. SUBJECT is copied. */
struct kcd_finding *kcd_case_add(struct kcd_case *c, enum kcd_finding_id id, enum kcd_severity severity,
                                 const char *subject);
/* Sentences in the words of kcd_sentence. */
void kcd_finding_say(struct kcd_finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
void kcd_finding_remedy(struct kcd_finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
void kcd_finding_command(struct kcd_finding *finding, char *command); /* takes COMMAND */
void kcd_finding_uint(struct kcd_finding *finding, const char *key, uint64_t number);
void kcd_finding_text(struct kcd_finding *finding, const char *key, const char *text);
void kcd_finding_values(struct kcd_finding *finding, const char *key, const struct kcd_values *values);
void kcd_finding_bool(struct kcd_finding *finding, const char *key, bool value);

/* What the entries of a target's descriptor do, as evidence. */
void kcd_finding_rbcd(struct kcd_finding *finding, const struct kcd_rbcd *rbcd);

/* Time as the DC has it, since that is the clock that stamped the changes. */
time_t kcd_dc_now(const struct kcd_facts *facts);

/* The parts of the diagnosis, one file each. */
void kcd_diagnose_host(struct kcd_case *c);
void kcd_diagnose_host_object(struct kcd_case *c);
void kcd_diagnose_list(struct kcd_case *c);
void kcd_diagnose_rbcd(struct kcd_case *c);
void kcd_diagnose_entries(struct kcd_case *c);
void kcd_diagnose_target(struct kcd_case *c);
void kcd_diagnose_duplicate(struct kcd_case *c);
void kcd_diagnose_user(struct kcd_case *c);
void kcd_diagnose_enctype(struct kcd_case *c);
void kcd_diagnose_partner(struct kcd_case *c);
void kcd_diagnose_domain(struct kcd_case *c);
void kcd_diagnose_answer(struct kcd_case *c);
void kcd_diagnose_probe(struct kcd_case *c);
void kcd_diagnose_replicas(struct kcd_case *c);
void kcd_diagnose_cache(struct kcd_case *c);
/* Behind all of them: what is not visible, where all that is visible is right. */
void kcd_name_suspects(struct kcd_case *c);

#endif
