#include "prober.h"

#include <stdlib.h>

#include <kcdfix/alloc.h>

static struct kcd_probe_options probe_options(const struct kcd_session *session, const struct kcd_options *options,
                                              const struct kcd_dc *dc)
{
  return (struct kcd_probe_options){.realm = options->realm ? options->realm : dc->realm,
                                    .kdc = session->server,
                                    .timeout_ms = options->timeout_ms,
                                    .trace = options->verbose > 1 ? kcd_trace : NULL};
}

int kcd_prober_by_key(const struct kcd_session *session, const struct kcd_options *options, const struct kcd_dc *dc,
                      const struct kcd_account *host, struct kcd_prober *ret, struct kcd_error *err)
{
  struct kcd_probe_options probe = probe_options(session, options, dc);
  probe.keytab = options->keytab;
  probe.host = host->sam_account_name;
  *ret = (struct kcd_prober){.stand_in = {.lock = -1}};
  return kcd_probe_open(&probe, &ret->probe, err);
}

int kcd_prober_by_stand_in(struct kcd_stand_in_maker *maker, const struct kcd_account *host, struct kcd_prober *ret,
                           struct kcd_error *err)
{
  *ret = (struct kcd_prober){.stand_in = {.lock = -1}};
  if (kcd_stand_in_make(maker, host, &ret->stand_in, err) != 0)
    return -1;
  ret->by_stand_in = true;
  struct kcd_probe_options probe = probe_options(maker->session, maker->run->options, maker->dc);
  probe.password = ret->stand_in.password;
  probe.host = ret->stand_in.record.name;
  int rc = kcd_probe_open(&probe, &ret->probe, err);
  kcd_stand_in_forget(&ret->stand_in);
  if (rc == 0)
    return 0;
  struct kcd_error trouble = KCD_ERROR_INIT;
  if (kcd_prober_end(ret, maker, &trouble) != 0)
    *err = trouble;
  kcd_prober_done(ret);
  return -1;
}

int kcd_prober_end(struct kcd_prober *prober, struct kcd_stand_in_maker *maker, struct kcd_error *err)
{
  kcd_probe_close(prober->probe);
  prober->probe = NULL;
  return prober->by_stand_in ? kcd_stand_in_remove(maker, &prober->stand_in, err) : 0;
}

void kcd_prober_done(struct kcd_prober *prober)
{
  kcd_probe_close(prober->probe);
  kcd_stand_in_done(&prober->stand_in);
  for (size_t i = prober->n_taken; i < prober->n_answers; i++)
    kcd_observation_done(&prober->answers[i]);
  free(prober->answers);
  *prober = (struct kcd_prober){.stand_in = {.lock = -1}};
}
