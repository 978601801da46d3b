/* prober.h - what asks the KDC for one host: a probe with the host's key, or one through a stand-in. */
#ifndef KCDFIX_CLI_PROBER_H
#define KCDFIX_CLI_PROBER_H

#include <kcdfix/probe.h>

#include "stand_in.h"

struct kcd_prober {
  struct kcd_probe *probe; /* NULL: nobody asks */
  bool by_stand_in;
  struct kcd_stand_in stand_in; /* with by_stand_in */
  /* What the KDC answered ahead about the first pairs of the host, in their order (asking.h); those taken belong to
   * whoever took them. */
  struct kcd_observation *answers;
  size_t n_answers, n_taken;
};

/* A probe with the host's key from the keytab of the options. Fails as kcd_probe_open does. */
int kcd_prober_by_key(const struct kcd_session *session, const struct kcd_options *options, const struct kcd_dc *dc,
                      const struct kcd_account *host, struct kcd_prober *ret, struct kcd_error *err);
/* Makes a stand-in for HOST and a probe for it. Fails as kcd_stand_in_make does, with nothing left behind. */
int kcd_prober_by_stand_in(struct kcd_stand_in_maker *maker, const struct kcd_account *host, struct kcd_prober *ret,
                           struct kcd_error *err);

/* Ends the probe, and removes the stand-in: -1 where that may be left behind. `stand_in` stays readable until
 * kcd_prober_done. */
int kcd_prober_end(struct kcd_prober *prober, struct kcd_stand_in_maker *maker, struct kcd_error *err);
void kcd_prober_done(struct kcd_prober *prober);

#endif
