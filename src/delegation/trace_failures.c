/* Each distinct failure of a trace once: what happened, which causes are left open, and which the trace rules out. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "symptoms.h"
#include "tracing.h"
#include "words.h"

/* ---- which are the same ---- */

static const struct kcd_trace_step *failing_step(const struct kcd_conversation *conversation)
{
  for (size_t i = conversation->n; i-- > 0;) {
    const struct kcd_trace_step *step = &conversation->steps[i];
    if (step->answer.outcome == KCD_ERROR && !trace_is_normal(step->answer.code))
      return step;
  }
  return NULL;
}

static bool is_same_failure(const struct kcd_trace_failure *failure, const struct kcd_trace_step *step)
{
  return failure->kind == step->kind && failure->code == step->answer.code &&
         failure->has_ntstatus == step->answer.has_ntstatus && failure->ntstatus == step->answer.ntstatus &&
         failure->keys.host == step->keys.host && failure->keys.user == step->keys.user &&
         failure->keys.spn == step->keys.spn;
}

static bool is_delegation(enum kcd_step_kind kind)
{
  return kind == KCD_STEP_KIND_SELF || kind == KCD_STEP_KIND_PROXY;
}

static void note(struct kcd_trace_result *result, size_t index, const struct kcd_trace_step *step)
{
  for (size_t i = 0; i < result->n_failures; i++)
    if (is_same_failure(&result->failures[i], step)) {
      result->failures[i].times++;
      result->failures[i].last = index;
      return;
    }
  if (result->n_failures == KCD_TRACE_FAILURES_MAX) {
    result->n_more_failures++;
    return;
  }
  result->failures = kcd_reallocarray(result->failures, result->n_failures + 1, sizeof *result->failures);
  result->failures[result->n_failures++] = (struct kcd_trace_failure){.kind = step->kind,
                                                                      .host = kcd_strdup(step->host),
                                                                      .user = kcd_strdup(step->user),
                                                                      .spn = kcd_strdup(step->spn),
                                                                      .keys = step->keys,
                                                                      .code = step->answer.code,
                                                                      .has_ntstatus = step->answer.has_ntstatus,
                                                                      .ntstatus = step->answer.ntstatus,
                                                                      .first = index,
                                                                      .last = index,
                                                                      .times = 1,
                                                                      .delegation = is_delegation(step->kind)};
}

static int delegation_first(const void *a, const void *b)
{
  const struct kcd_trace_failure *x = a, *y = b;
  if (x->delegation != y->delegation)
    return x->delegation ? -1 : 1;
  return x->first < y->first ? -1 : x->first > y->first;
}

/* ---- causes ---- */

static void add_id(struct kcd_trace_failure *failure, enum kcd_finding_id id)
{
  for (size_t i = 0; i < failure->n_ids; i++)
    if (failure->ids[i] == id)
      return;
  failure->ids = kcd_reallocarray(failure->ids, failure->n_ids + 1, sizeof *failure->ids);
  failure->ids[failure->n_ids++] = id;
}

/* The reason of the KDC says more than its code. */
static void take_causes(struct kcd_trace_failure *failure)
{
  const struct kcd_symptom *symptom =
      failure->has_ntstatus ? kcd_symptom_find(KCD_SYMPTOM_NTSTATUS, failure->ntstatus) : NULL;
  if (symptom == NULL || symptom->causes == NULL)
    symptom = kcd_symptom_find(KCD_SYMPTOM_KDC, failure->code);
  if (symptom == NULL || symptom->causes == NULL)
    return;
  for (const struct kcd_symptom_cause *cause = symptom->causes; cause->ids != NULL; cause++)
    for (const enum kcd_finding_id *id = cause->ids; *id != KCD_FINDINGS; id++)
      add_id(failure, *id);
}

/* ---- what the trace itself rules out ---- */

/* What cannot be where a ticket of S4U2Self was good enough as evidence. */
static const enum kcd_finding_id EVIDENCE_IS_GOOD[] = {KCD_F_PROTOCOL_TRANSITION_OFF,
                                                       KCD_F_PROTOCOL_TRANSITION_CLEARED_AGAIN,
                                                       KCD_F_HOST_SENSITIVE,
                                                       KCD_F_HOST_PROTECTED_USERS,
                                                       KCD_F_KRBTGT_SENSITIVE,
                                                       KCD_F_PROBE_TGT_NOT_FORWARDABLE,
                                                       KCD_F_LIST_BREAKS_RBCD,
                                                       KCD_F_RBCD_NEEDS_TRANSITION_ON_SAMBA,
                                                       KCD_FINDINGS};
/* ... and where it was one for this user. */
static const enum kcd_finding_id USER_MAY_BE_DELEGATED[] = {KCD_F_USER_SENSITIVE, KCD_F_USER_PROTECTED, KCD_FINDINGS};
/* ... and where this service was granted to the host, whatever the evidence. */
static const enum kcd_finding_id SERVICE_IS_GRANTED[] = {KCD_F_LIST_EMPTY,
                                                         KCD_F_SPN_NOT_LISTED,
                                                         KCD_F_SHORT_OR_FQDN_MISSING,
                                                         KCD_F_HOST_CLASS_ONLY,
                                                         KCD_F_SERVICE_CLASS_MISSING,
                                                         KCD_F_WRONG_OBJECT,
                                                         KCD_F_ALIAS_OR_SOFS_NOT_LISTED,
                                                         KCD_F_RBCD_ACE_DEAD,
                                                         KCD_F_RBCD_ACE_MASK,
                                                         KCD_F_RBCD_OVERWRITTEN,
                                                         KCD_F_RBCD_UNSUPPORTED_SAMBA_417,
                                                         KCD_F_RBCD_DC_TOO_OLD,
                                                         KCD_F_TARGET_NO_AUTH_DATA,
                                                         KCD_F_TARGET_SPN_MISSING,
                                                         KCD_F_DUPLICATE_SPN,
                                                         KCD_F_TARGET_OTHER_DOMAIN,
                                                         KCD_F_TARGET_ETYPE_MISMATCH,
                                                         KCD_F_TARGET_DISABLED,
                                                         KCD_FINDINGS};
static const enum kcd_finding_id USER_IS_KNOWN[] = {KCD_F_USER_NOT_FOUND, KCD_F_USER_ACCOUNT_UNUSABLE, KCD_FINDINGS};
static const enum kcd_finding_id SPN_IS_KNOWN[] = {KCD_F_TARGET_SPN_MISSING, KCD_F_MIGRATION_SPN_REGISTRATION_FAILED,
                                                   KCD_F_SPN_WITH_BLANK_ON_SAMBA, KCD_F_TARGET_WITHOUT_KEYS,
                                                   KCD_FINDINGS};

static bool is_in(const enum kcd_finding_id *ids, enum kcd_finding_id id)
{
  for (; *ids != KCD_FINDINGS; ids++)
    if (*ids == id)
      return true;
  return false;
}

/* Takes SENTENCE, which is kept where it rules out anything. */
static void exclude(struct kcd_trace_failure *failure, const enum kcd_finding_id *ids, char *sentence)
{
  size_t kept = 0;
  for (size_t i = 0; i < failure->n_ids; i++)
    if (!is_in(ids, failure->ids[i]))
      failure->ids[kept++] = failure->ids[i];
  bool any = kept < failure->n_ids;
  failure->n_ids = kept;
  if (!any) {
    free(sentence);
    return;
  }
  failure->excluded = kcd_reallocarray(failure->excluded, failure->n_excluded + 1, sizeof *failure->excluded);
  failure->excluded[failure->n_excluded++] = sentence;
}

/* A step of CONVERSATION that was granted, as the rules below want it. */
typedef bool fits_fn(const struct kcd_conversation *conversation, const struct kcd_trace_step *step,
                     const struct kcd_trace_failure *failure);

/* Only what was granted before it failed for the last time counts: behind that somebody may have mended it. And only by
 * the same KDC: another one may have heard of a change that this one has not. */
static const struct kcd_trace_step *granted_before(const struct kcd_trace_result *result,
                                                   const struct kcd_trace_failure *failure, fits_fn *fits)
{
  const struct kcd_trace_step *failed = failing_step(&result->v[failure->last]);
  for (size_t i = failure->last + 1; i-- > 0;)
    for (size_t s = 0; s < result->v[i].n; s++) {
      const struct kcd_trace_step *step = &result->v[i].steps[s];
      bool granted = step->answer.outcome == KCD_TICKET && !step->referred && step->answered <= failed->answered &&
                     kcd_address_equal(&step->kdc.address, &failed->kdc.address);
      if (granted && fits(&result->v[i], step, failure))
        return step;
    }
  return NULL;
}

/* Its evidence is a ticket of S4U2Self, as the host made it for a user. */
static bool is_by_transition(const struct kcd_conversation *conversation, const struct kcd_trace_step *step,
                             const struct kcd_trace_failure *failure)
{
  return step->kind == KCD_STEP_KIND_PROXY && conversation->n > 1 &&
         trace_same_key(step->keys.host, failure->keys.host);
}

static bool same_user(const struct kcd_conversation *conversation, const struct kcd_trace_step *step,
                      const struct kcd_trace_failure *failure)
{
  return is_by_transition(conversation, step, failure) && trace_same_key(step->keys.user, failure->keys.user);
}

static bool same_service(const struct kcd_conversation *conversation, const struct kcd_trace_step *step,
                         const struct kcd_trace_failure *failure)
{
  (void)conversation;
  return step->kind == KCD_STEP_KIND_PROXY && trace_same_key(step->keys.host, failure->keys.host) &&
         trace_same_key(step->keys.spn, failure->keys.spn);
}

static bool self_for_user(const struct kcd_conversation *conversation, const struct kcd_trace_step *step,
                          const struct kcd_trace_failure *failure)
{
  (void)conversation;
  return step->kind == KCD_STEP_KIND_SELF && trace_same_key(step->keys.host, failure->keys.host) &&
         trace_same_key(step->keys.user, failure->keys.user);
}

static bool any_for_spn(const struct kcd_conversation *conversation, const struct kcd_trace_step *step,
                        const struct kcd_trace_failure *failure)
{
  (void)conversation;
  return step->kind == KCD_STEP_KIND_TGS && trace_same_key(step->keys.spn, failure->keys.spn);
}

static void rule_out_delegation(const struct kcd_trace_result *result, struct kcd_trace_failure *failure)
{
  const struct kcd_trace_step *other = granted_before(result, failure, is_by_transition);
  if (other != NULL)
    exclude(failure, EVIDENCE_IS_GOOD,
            kcd_sentence("with its own S4U2Self ticket the same host got one for %s to %s: protocol transition works",
                         other->user == NULL ? "a user" : other->user, other->spn == NULL ? "a service" : other->spn));
  other = granted_before(result, failure, same_user);
  if (other != NULL)
    exclude(failure, USER_MAY_BE_DELEGATED,
            kcd_sentence("the same user was delegated to %s", other->spn == NULL ? "a service" : other->spn));
  other = granted_before(result, failure, same_service);
  if (other != NULL)
    exclude(failure, SERVICE_IS_GRANTED,
            kcd_sentence("the same host got a ticket to it for %s: the service is granted",
                         other->user == NULL ? "somebody" : other->user));
}

static void rule_out(const struct kcd_trace_result *result, struct kcd_trace_failure *failure)
{
  if (failure->kind == KCD_STEP_KIND_PROXY)
    rule_out_delegation(result, failure);
  if (granted_before(result, failure, self_for_user) != NULL)
    exclude(failure, USER_IS_KNOWN, kcd_strdup("S4U2Self gave a ticket for the user: the KDC knows the account"));
  if (granted_before(result, failure, any_for_spn) != NULL)
    exclude(failure, SPN_IS_KNOWN, kcd_strdup("the KDC gave an ordinary ticket to the same name: it is registered"));
}

/* ---- in words ---- */

/* "KDC_ERR_BADOPTION (13), STATUS_NOT_FOUND"; owned. */
static char *answer_words(const struct kcd_trace_failure *failure)
{
  const char *name = kcd_kdc_code_name(failure->code);
  const char *status = failure->has_ntstatus ? kcd_ntstatus_name(failure->ntstatus) : NULL;
  KCD_AUTO_CHAR number = failure->has_ntstatus ? kcd_asprintf(", NTSTATUS 0x%08X", failure->ntstatus) : kcd_strdup("");
  return kcd_asprintf("%s (%d)%s%s", name == NULL ? "error" : name, (int)failure->code, status == NULL ? number : ", ",
                      status == NULL ? "" : status);
}

static char *request_words(const struct kcd_trace_failure *failure)
{
  KCD_AUTO_CHAR host = trace_host_label(failure->host);
  const char *user = failure->user == NULL ? "a user" : failure->user;
  const char *spn = failure->spn == NULL ? "a service" : failure->spn;
  switch (failure->kind) {
  case KCD_STEP_KIND_PROXY:
    return kcd_sentence("%s asked for a ticket for %s to %s by constrained delegation (S4U2Proxy)", host, user, spn);
  case KCD_STEP_KIND_SELF:
    return kcd_sentence("%s asked for a ticket for %s to itself (S4U2Self)", host, user);
  case KCD_STEP_KIND_AS:
    return kcd_sentence("%s asked for its ticket-granting ticket", host);
  case KCD_STEP_KIND_TGS:
  case KCD_STEP_KIND_REFERRAL:
    break;
  }
  return failure->host == NULL ? kcd_sentence("A ticket to %s was asked for", spn)
                               : kcd_sentence("%s asked for a ticket to %s", host, spn);
}

static void say(struct kcd_trace_failure *failure)
{
  KCD_AUTO_CHAR request = request_words(failure);
  KCD_AUTO_CHAR answer = answer_words(failure);
  KCD_AUTO_CHAR times = failure->times > 1 ? kcd_asprintf(", %u times", failure->times) : kcd_strdup("");
  failure->sentence = kcd_asprintf("%s, and the KDC refused: %s%s.", request, answer, times);
}

char *trace_check_command(const struct kcd_trace_failure *failure, const char *option)
{
  if (!failure->delegation || failure->host == NULL || !trace_is_spn(failure->spn))
    return NULL;
  KCD_AUTO_CHAR operand = kcd_trace_operand(failure->host);
  KCD_AUTO_CHAR user = failure->user == NULL ? NULL : kcd_shell_word(failure->user);
  KCD_AUTO_CHAR context = kcd_asprintf("%s%s%s%s", option, *option != '\0' && user != NULL ? " " : "",
                                       user == NULL ? "" : "--as ", user == NULL ? "" : user);
  return kcd_check_command(context, operand, failure->spn);
}

char *kcd_trace_command(const struct kcd_trace_failure *failure)
{
  return trace_check_command(failure, "");
}

void trace_name_failures(struct kcd_trace_result *result)
{
  for (size_t i = 0; i < result->n; i++) {
    const struct kcd_trace_step *step = failing_step(&result->v[i]);
    if (step != NULL)
      note(result, i, step);
  }
  if (result->n_failures > 0)
    qsort(result->failures, result->n_failures, sizeof *result->failures, delegation_first);
  for (size_t i = 0; i < result->n_failures; i++) {
    struct kcd_trace_failure *failure = &result->failures[i];
    take_causes(failure);
    rule_out(result, failure);
    say(failure);
  }
}
