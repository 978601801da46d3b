/* The controls of a probe: what else the KDC answers tells why it refuses. */
#include <string.h>

#include <kcdfix/probe.h>
#include <kcdfix/spn.h>
#include <kcdfix/text.h>

#include "ccache.h"
#include "names.h"
#include "probe_session.h"

/* The TGT of CCACHE's client, alone in a cache in memory. */
static krb5_error_code copy_tgt(krb5_context k5, krb5_ccache ccache, krb5_principal client, krb5_ccache *ret)
{
  krb5_principal tgs = NULL;
  krb5_ccache copy = NULL;
  krb5_creds tgt;
  memset(&tgt, 0, sizeof(tgt));
  unsigned len = client->realm.length;
  krb5_error_code code =
      krb5_build_principal_ext(k5, &tgs, len, client->realm.data, 6, "krbtgt", len, client->realm.data, 0);
  krb5_creds wanted = {.client = client, .server = tgs};
  if (code == 0)
    code = krb5_cc_retrieve_cred(k5, ccache, 0, &wanted, &tgt);
  if (code == 0)
    code = krb5_cc_new_unique(k5, "MEMORY", NULL, &copy);
  if (code == 0)
    code = krb5_cc_initialize(k5, copy, client);
  if (code == 0)
    code = krb5_cc_store_cred(k5, copy, &tgt);
  krb5_free_cred_contents(k5, &tgt);
  krb5_free_principal(k5, tgs);
  if (code == 0)
    *ret = copy;
  else if (copy != NULL)
    krb5_cc_destroy(k5, copy);
  return code;
}

/* The client's ticket to the host by the TGT in a cache named NAME. */
static krb5_error_code ticket_of(const struct kcd_s4u *s4u, const char *name, krb5_creds **ret)
{
  krb5_ccache ccache = NULL, copy = NULL;
  krb5_principal client = NULL;
  krb5_error_code code = krb5_cc_resolve(s4u->k5, name, &ccache);
  if (code == 0)
    code = krb5_cc_get_principal(s4u->k5, ccache, &client);
  if (code == 0)
    code = copy_tgt(s4u->k5, ccache, client, &copy);
  if (code == 0)
    code = kcd_ticket_to_host(s4u, copy, client, ret);
  krb5_free_principal(s4u->k5, client);
  if (copy != NULL)
    krb5_cc_destroy(s4u->k5, copy);
  if (ccache != NULL)
    krb5_cc_close(s4u->k5, ccache);
  return code;
}

/* An ordinary ticket to the host: the host's own where CCACHE is NULL, else that of USER, whose cache it names. */
static struct kcd_evidence *ticket_to_host(struct kcd_probe *probe, enum kcd_purpose purpose, const char *user,
                                           const char *ccache)
{
  struct kcd_evidence *known = kcd_probe_evidence(probe, purpose, user);
  if (known != NULL)
    return known;
  const struct kcd_s4u *s4u = &probe->s4u;
  struct kcd_evidence asked = {.purpose = purpose, .user = kcd_strdup(user), .error = KCD_ERROR_INIT};
  kcd_kdc_begin(&probe->kdc);
  krb5_error_code code = ccache == NULL ? kcd_ticket_to_host(s4u, s4u->ccache, s4u->host, &asked.creds)
                                        : ticket_of(s4u, ccache, &asked.creds);
  KCD_AUTO_CHAR name = code == 0 ? kcd_principal_text(s4u->k5, asked.creds->client) : kcd_safe(user);
  asked.exchange = kcd_probe_exchange(probe, KCD_EXCHANGE_TGS, purpose, name);
  asked.exchange.service = kcd_strdup(probe->client);
  kcd_exchange_conclude(&asked.exchange, s4u->k5, &probe->kdc, code, asked.creds);
  return kcd_probe_keep(probe, &asked);
}

static bool is_answered(const struct kcd_probe *probe)
{
  return !kcd_error_is_set(&probe->kdc.failure);
}

static bool is_forwardable(const struct kcd_answer *answer)
{
  return answer->outcome == KCD_TICKET && answer->forwardable;
}

/* "2016GUI$": the account that the host part of the SPN most likely is; NULL where it says nothing, or names the host
 * itself, for which libkrb5 refuses the answer. Owned. */
static char *another_user(const struct kcd_probe *probe, const char *spn)
{
  KCD_AUTO_VALUE(kcd_spn) parsed = {.text = NULL};
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_spn_parse(spn, &parsed, &ignored) != 0 || parsed.host_is_address)
    return NULL;
  KCD_AUTO_CHAR label = kcd_spn_short_host(&parsed);
  KCD_AUTO_CHAR upper = kcd_upper(label);
  KCD_AUTO_CHAR account = kcd_asprintf("%s$", upper);
  return kcd_equal_nocase(account, probe->host) ? NULL : KCD_TAKE(account);
}

static void control_user(struct kcd_probe *probe, const char *spn, struct kcd_observation *observation)
{
  KCD_AUTO_CHAR user = another_user(probe, spn);
  if (user == NULL)
    return;
  struct kcd_evidence *evidence = kcd_probe_self(probe, KCD_FOR_USER, user);
  kcd_probe_note(observation, &evidence->exchange);
  if (!kcd_error_is_set(&evidence->error))
    observation->controls[KCD_FOR_USER] = evidence->exchange.answer;
}

/* S4U2Proxy as a control, without the resource-based bit where the purpose is to see the list alone. */
static void control_proxy(struct kcd_probe *probe, const struct kcd_evidence *evidence, enum kcd_purpose purpose,
                          const char *spn, struct kcd_observation *observation)
{
  if (!is_answered(probe))
    return;
  struct kcd_exchange exchange;
  unsigned usual = probe->kdc.left_out;
  if (purpose == KCD_FOR_LIST || purpose == KCD_FOR_HOST_LIST)
    probe->kdc.left_out |= KCD_LEAVE_OUT_RBCD_BIT;
  kcd_probe_proxy(probe, evidence, purpose, spn, &exchange);
  probe->kdc.left_out = usual;
  kcd_probe_note(observation, &exchange);
  if (is_answered(probe))
    observation->controls[purpose] = exchange.answer;
  kcd_exchange_done(&exchange);
}

static void control_host_ticket(struct kcd_probe *probe, const char *spn, struct kcd_observation *observation)
{
  struct kcd_evidence *evidence = ticket_to_host(probe, KCD_FOR_HOST_TICKET, probe->host, NULL);
  kcd_probe_note(observation, &evidence->exchange);
  if (!is_forwardable(&evidence->exchange.answer))
    return;
  control_proxy(probe, evidence, KCD_FOR_HOST_TICKET, spn, observation);
  if (observation->controls[KCD_FOR_HOST_TICKET].outcome == KCD_TICKET)
    control_proxy(probe, evidence, KCD_FOR_HOST_LIST, spn, observation);
}

static void control_own_ticket(struct kcd_probe *probe, const char *user, const char *spn, const char *ccache,
                               struct kcd_observation *observation)
{
  struct kcd_evidence *evidence = ticket_to_host(probe, KCD_FOR_OWN_TICKET, user, ccache);
  kcd_probe_note(observation, &evidence->exchange);
  observation->own_evidence = evidence->exchange.answer;
  if (is_forwardable(&evidence->exchange.answer))
    control_proxy(probe, evidence, KCD_FOR_OWN_TICKET, spn, observation);
  observation->user_ticket = observation->controls[KCD_FOR_OWN_TICKET];
}

void kcd_probe_control(struct kcd_probe *probe, const char *user, const char *spn, const char *user_ccache,
                       struct kcd_observation *observation)
{
  if (probe->as.answer.outcome != KCD_TICKET || !is_answered(probe))
    return;
  const struct kcd_evidence *evidence = kcd_probe_evidence(probe, KCD_FOR_PROOF, user);
  if (evidence != NULL && evidence->creds != NULL) {
    control_proxy(probe, evidence, KCD_FOR_LIST, spn, observation);
    control_proxy(probe, evidence, KCD_FOR_SERVICE, probe->host, observation);
  }
  if (is_answered(probe) && !is_forwardable(&observation->s4u2self))
    control_user(probe, spn, observation);
  if (is_answered(probe) && observation->tgt_forwardable && observation->s4u2proxy.outcome == KCD_ERROR)
    control_host_ticket(probe, spn, observation);
  if (is_answered(probe) && user_ccache != NULL)
    control_own_ticket(probe, user, spn, user_ccache, observation);
}
