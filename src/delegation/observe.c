#include <stdlib.h>

#include <kcdfix/observe.h>

const char *kcd_exchange_name(enum kcd_exchange_kind kind)
{
  switch (kind) {
  case KCD_EXCHANGE_TGS:
    return "TGS";
  case KCD_EXCHANGE_S4U2SELF:
    return "S4U2Self";
  case KCD_EXCHANGE_S4U2PROXY:
    return "S4U2Proxy";
  case KCD_EXCHANGE_AS:
    break;
  }
  return "AS";
}

const char *kcd_purpose_name(enum kcd_purpose purpose)
{
  static const char *const names[KCD_PURPOSES] = {
      [KCD_FOR_PROOF] = "proof",
      [KCD_FOR_LIST] = "without-resource-bit",
      [KCD_FOR_SERVICE] = "control-service",
      [KCD_FOR_USER] = "control-user",
      [KCD_FOR_HOST_TICKET] = "host-ticket",
      [KCD_FOR_HOST_LIST] = "host-ticket-without-resource-bit",
      [KCD_FOR_OWN_TICKET] = "own-ticket",
  };
  return names[purpose];
}

void kcd_exchange_copy(struct kcd_exchange *to, const struct kcd_exchange *from)
{
  struct kcd_exchange copy = *from; /* the numbers; what is owned follows */
  copy.kdc = kcd_strdup(from->kdc);
  copy.client = kcd_strdup(from->client);
  copy.user = kcd_strdup(from->user);
  copy.service = kcd_strdup(from->service);
  copy.client_text = kcd_strdup(from->client_text);
  const struct kcd_krb_error *error = &from->krb_error;
  copy.krb_error.text = kcd_strdup(error->text);
  copy.krb_error.realm = kcd_strdup(error->realm);
  copy.krb_error.sname = kcd_strdup(error->sname);
  copy.krb_error.data = (struct kcd_bytes){.data = NULL};
  if (error->data.data != NULL)
    copy.krb_error.data = kcd_bytes_copy(error->data.data, error->data.len);
  *to = copy;
}

void kcd_exchange_done(struct kcd_exchange *exchange)
{
  free(exchange->kdc);
  free(exchange->client);
  free(exchange->user);
  free(exchange->service);
  free(exchange->client_text);
  kcd_krb_error_done(&exchange->krb_error);
  *exchange = (struct kcd_exchange){.kdc = NULL};
}

void kcd_observation_done(struct kcd_observation *observation)
{
  for (size_t i = 0; i < observation->n; i++)
    kcd_exchange_done(&observation->exchanges[i]);
  free(observation->exchanges);
  free(observation->kdc);
  free(observation->host);
  free(observation->user);
  free(observation->spn);
  *observation = (struct kcd_observation){.by = NULL};
}

const struct kcd_exchange *kcd_observation_exchange(const struct kcd_observation *observation,
                                                    enum kcd_exchange_kind kind)
{
  for (size_t i = observation->n; i > 0; i--)
    if (observation->exchanges[i - 1].kind == kind && observation->exchanges[i - 1].purpose == KCD_FOR_PROOF)
      return &observation->exchanges[i - 1];
  return NULL;
}

bool kcd_observation_host_refused(const struct kcd_observation *observation)
{
  const struct kcd_exchange *as = kcd_observation_exchange(observation, KCD_EXCHANGE_AS);
  return as != NULL && as->answer.outcome == KCD_ERROR;
}

bool kcd_observation_refused(const struct kcd_observation *observation)
{
  return kcd_observation_host_refused(observation) || observation->s4u2self.outcome == KCD_ERROR ||
         observation->s4u2proxy.outcome == KCD_ERROR;
}
