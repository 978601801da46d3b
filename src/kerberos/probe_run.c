#include <string.h>

#include <kcdfix/probe.h>
#include <kcdfix/text.h>

#include "errors.h"
#include "initial.h"
#include "names.h"
#include "probe_session.h"

struct kcd_exchange kcd_probe_exchange(const struct kcd_probe *probe, enum kcd_exchange_kind kind,
                                       enum kcd_purpose purpose, const char *user)
{
  return (struct kcd_exchange){
      .kind = kind,
      .purpose = purpose,
      .kdc = kcd_safe(probe->kdc.host),
      .client = kcd_strdup(probe->client),
      .user = kcd_strdup(user),
  };
}

void kcd_probe_note(struct kcd_observation *observation, struct kcd_exchange *exchange)
{
  observation->exchanges =
      kcd_reallocarray(observation->exchanges, observation->n + 1, sizeof(*observation->exchanges));
  kcd_exchange_copy(&observation->exchanges[observation->n++], exchange);
  exchange->messages = 0;
}

/* Refusals of the AS exchange that are an answer about the host's account and so a verdict (kdc-rules 3.2 rows A1, A2):
 * account expired, unknown, policy, disabled or locked, password expired. */
static bool is_verdict_on_host(int32_t code)
{
  static const int32_t codes[] = {1, 6, 12, 18, 23};
  for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
    if (codes[i] == code)
      return true;
  return false;
}

/* DIRECTORY_KVNO may become known only after the first answer: then the same error is said again, with it. */
static void fail_wrong_key(struct kcd_probe *probe, krb5_error_code code, unsigned directory_kvno)
{
  struct kcd_error *err = &probe->as_error;
  *err = KCD_ERROR_INIT;
  KCD_AUTO_CHAR directory =
      directory_kvno == 0 ? kcd_strdup("") : kcd_asprintf(", the directory has version %u", directory_kvno);
  kcd_krb5_fail_as(err, KCD_E_NOT_AUTHENTICATED, code, "keytab-wrong-key",
                   "the key in %s is not that of %s (any more): the keytab has version %s%s", probe->file, probe->host,
                   probe->keytab.kvnos, directory);
  kcd_error_on(err, probe->file, probe->kdc.host);
  kcd_error_next(err, "Make a new keytab for %s, or check without one.", probe->host);
}

static void judge_as(struct kcd_probe *probe, krb5_error_code code, unsigned directory_kvno)
{
  struct kcd_error *err = &probe->as_error;
  krb5_context k5 = probe->s4u.k5;
  if (kcd_krb5_fail_if_out_of_reach(err, k5, &probe->kdc, code) != 0)
    return;
  bool wrong =
      code == KRB5KDC_ERR_PREAUTH_FAILED || code == KRB5_PREAUTH_FAILED || code == KRB5KRB_AP_ERR_BAD_INTEGRITY;
  if (wrong && probe->file != NULL) {
    fail_wrong_key(probe, code, directory_kvno);
    return;
  }
  if (is_verdict_on_host(probe->as.answer.code))
    return;
  if (probe->file == NULL)
    kcd_krb5_fail(err, KCD_E_NOT_AUTHENTICATED, k5, code, "no ticket for the stand-in %s", probe->client);
  else
    kcd_krb5_fail(err, KCD_E_NOT_AUTHENTICATED, k5, code, "no ticket for %s with the key in %s", probe->client,
                  probe->file);
  kcd_error_id(err, "probe-no-tgt");
  kcd_error_on(err, probe->file, probe->kdc.host);
}

static void ask_tgt(struct kcd_probe *probe, unsigned directory_kvno)
{
  const struct kcd_s4u *s4u = &probe->s4u;
  probe->asked = true;
  probe->as = kcd_probe_exchange(probe, KCD_EXCHANGE_AS, KCD_FOR_PROOF, NULL);
  KCD_AUTO_CHAR realm = kcd_safe(probe->kdc.realm);
  probe->as.service = kcd_asprintf("krbtgt/%s@%s", realm, realm);
  kcd_kdc_begin(&probe->kdc);
  struct kcd_initial how = {.client = s4u->host, .keytab = probe->keytab.handle, .password = probe->password};
  krb5_creds tgt;
  memset(&tgt, 0, sizeof(tgt));
  krb5_error_code code = kcd_initial_ticket(s4u->k5, &how, s4u->ccache, &tgt);
  kcd_exchange_conclude(&probe->as, s4u->k5, &probe->kdc, code, &tgt);
  krb5_free_cred_contents(s4u->k5, &tgt);
  kcd_free_secret(probe->password);
  probe->password = NULL;
  if (code != 0)
    judge_as(probe, code, directory_kvno);
}

/* The AS exchange of this session; asked once, its messages are counted in the first observation. */
static bool observe_tgt(struct kcd_probe *probe, unsigned directory_kvno, struct kcd_observation *ret)
{
  if (!probe->asked)
    ask_tgt(probe, directory_kvno);
  else if (directory_kvno != 0 && strcmp(probe->as_error.id, "keytab-wrong-key") == 0)
    fail_wrong_key(probe, (krb5_error_code)probe->as_error.foreign, directory_kvno);
  kcd_probe_note(ret, &probe->as);
  ret->error = probe->as_error;
  ret->tgt_forwardable = probe->as.answer.outcome == KCD_TICKET && probe->as.answer.forwardable;
  return probe->as.answer.outcome == KCD_TICKET;
}

struct kcd_evidence *kcd_probe_evidence(const struct kcd_probe *probe, enum kcd_purpose purpose, const char *user)
{
  for (size_t i = 0; i < probe->n_evidence; i++)
    if (probe->evidence[i].purpose == purpose && strcmp(probe->evidence[i].user, user) == 0)
      return &probe->evidence[i];
  return NULL;
}

struct kcd_evidence *kcd_probe_keep(struct kcd_probe *probe, const struct kcd_evidence *evidence)
{
  probe->evidence = kcd_reallocarray(probe->evidence, probe->n_evidence + 1, sizeof(*probe->evidence));
  probe->evidence[probe->n_evidence] = *evidence;
  return &probe->evidence[probe->n_evidence++];
}

static void ask_self(struct kcd_probe *probe, enum kcd_purpose purpose, const char *user, struct kcd_evidence *ret)
{
  const struct kcd_s4u *s4u = &probe->s4u;
  krb5_principal principal = NULL;
  krb5_error_code code = kcd_principal_of_user(s4u->k5, user, probe->kdc.realm, &principal);
  *ret = (struct kcd_evidence){.purpose = purpose, .user = kcd_strdup(user), .error = KCD_ERROR_INIT};
  KCD_AUTO_CHAR name = code == 0 ? kcd_principal_text(s4u->k5, principal) : kcd_safe(user);
  ret->exchange = kcd_probe_exchange(probe, KCD_EXCHANGE_S4U2SELF, purpose, name);
  ret->exchange.service = kcd_strdup(probe->client);
  kcd_kdc_begin(&probe->kdc);
  if (code == 0)
    code = kcd_s4u2self(s4u, principal, &ret->creds);
  kcd_exchange_conclude(&ret->exchange, s4u->k5, &probe->kdc, code, ret->creds);
  kcd_krb5_fail_if_out_of_reach(&ret->error, s4u->k5, &probe->kdc, code);
  krb5_free_principal(s4u->k5, principal);
}

struct kcd_evidence *kcd_probe_self(struct kcd_probe *probe, enum kcd_purpose purpose, const char *user)
{
  struct kcd_evidence *evidence = kcd_probe_evidence(probe, purpose, user);
  if (evidence != NULL)
    return evidence;
  struct kcd_evidence asked;
  ask_self(probe, purpose, user, &asked);
  return kcd_probe_keep(probe, &asked);
}

krb5_error_code kcd_probe_proxy(struct kcd_probe *probe, const struct kcd_evidence *evidence, enum kcd_purpose purpose,
                                const char *spn, struct kcd_exchange *ret)
{
  const struct kcd_s4u *s4u = &probe->s4u;
  *ret = kcd_probe_exchange(probe, KCD_EXCHANGE_S4U2PROXY, purpose, evidence->exchange.user);
  ret->service = kcd_safe(spn);
  krb5_principal service = NULL;
  krb5_creds *creds = NULL;
  kcd_kdc_begin(&probe->kdc);
  krb5_error_code code = kcd_principal_of_spn(s4u->k5, spn, probe->kdc.realm, &service);
  if (code == 0)
    code = kcd_s4u2proxy(s4u, evidence->creds, service, &creds);
  kcd_exchange_conclude(ret, s4u->k5, &probe->kdc, code, creds);
  krb5_free_principal(s4u->k5, service);
  krb5_free_creds(s4u->k5, creds);
  return code;
}

/* NULL where there is no ticket to go on with. */
static const struct kcd_evidence *observe_self(struct kcd_probe *probe, const char *user, struct kcd_observation *ret)
{
  struct kcd_evidence *evidence = kcd_probe_self(probe, KCD_FOR_PROOF, user);
  ret->error = evidence->error;
  kcd_probe_note(ret, &evidence->exchange);
  ret->s4u2self = evidence->exchange.answer;
  return evidence->creds == NULL ? NULL : evidence;
}

static void observe_proxy(struct kcd_probe *probe, const struct kcd_evidence *evidence, const char *spn,
                          struct kcd_observation *ret)
{
  struct kcd_exchange exchange;
  krb5_error_code code = kcd_probe_proxy(probe, evidence, KCD_FOR_PROOF, spn, &exchange);
  kcd_krb5_fail_if_out_of_reach(&ret->error, probe->s4u.k5, &probe->kdc, code);
  kcd_probe_note(ret, &exchange);
  ret->s4u2proxy = exchange.answer;
  kcd_exchange_done(&exchange);
}

/* The flag was asked for, so it is the KDC that does not give it to this host: neither to the host itself. */
static void judge_tgt(const struct kcd_probe *probe, struct kcd_observation *ret)
{
  if (ret->tgt_forwardable || kcd_error_is_set(&ret->error))
    return;
  kcd_fail(&ret->error, KCD_E_REJECTED, "the KDC gives %s no forwardable TGT, so no ticket made with it is forwardable",
           probe->host);
  kcd_error_id(&ret->error, "probe-tgt-not-forwardable");
  kcd_error_on(&ret->error, NULL, probe->kdc.host);
  kcd_error_next(&ret->error,
                 "See whether %s, or krbtgt, is \"sensitive and cannot be delegated\" or a member of "
                 "Protected Users.",
                 probe->host);
}

void kcd_probe_run(struct kcd_probe *probe, const char *user, const char *spn, unsigned directory_kvno,
                   struct kcd_observation *ret)
{
  *ret = (struct kcd_observation){
      .by = probe->file == NULL ? "stand-in" : "keytab",
      .kdc = kcd_safe(probe->kdc.host),
      .host = kcd_safe(probe->host),
      .user = kcd_safe(user),
      .spn = kcd_safe(spn),
      .error = KCD_ERROR_INIT,
  };
  if (!observe_tgt(probe, directory_kvno, ret))
    return;
  const struct kcd_evidence *evidence = observe_self(probe, user, ret);
  if (evidence != NULL)
    observe_proxy(probe, evidence, spn, ret);
  judge_tgt(probe, ret);
}
