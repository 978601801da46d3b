/* asking.h - the KDC asked about the pairs of a check: with the keys of many hosts, ahead of what is judged.
 *
 * A pair costs several round trips, and a host's pairs go one after the other through its probe. So several hosts are
 * asked for at the same time, each in a thread of its own, while the hosts before them are judged; their answers are
 * taken in the order of the hosts, and what comes of them is the same. Threads do nothing but ask the KDC.
 */
#ifndef KCDFIX_CLI_ASKING_H
#define KCDFIX_CLI_ASKING_H

#include <kcdfix/gather.h>

#include "operands.h"
#include "prober.h"
#include "session.h"

/* So many hosts are asked for at the same time, each with one request under way; docs/decisions/0016 has the reason. */
#define KCD_HOSTS_AT_ONCE 8

/* What is asked about; outlives the asking and does not change meanwhile. */
struct kcd_asking_about {
  const struct kcd_session *session;
  const struct kcd_options *options;
  const struct kcd_facts_set *set;
  const struct kcd_operands *operands;
  const char *user_ccache; /* as kcd_probe_control has it */
};

struct kcd_asking;

struct kcd_asking *kcd_asking_new(const struct kcd_asking_about *about);

/* Who asks for HOST with its key from the keytab of the options: an account with pairs that are asked for. Called for
 * such hosts in their order. Where others are asked for ahead, HOST has been asked for when this returns. Fails as
 * kcd_probe_open does. */
int kcd_asking_prober(struct kcd_asking *asking, size_t host, struct kcd_prober *ret, struct kcd_error *err);

/* Whether the next pair of the host is answered or may still be asked about: no asking begins after a signal. */
bool kcd_asking_goes_on(const struct kcd_prober *prober);

/* The answer about the next pair of PROBER's host: the one from ahead, or asked for now. */
void kcd_asking_pair(const struct kcd_asking *asking, struct kcd_prober *prober, size_t target,
                     struct kcd_observation *ret);

/* Waits for the threads, each of which ends with its pair where a signal came. */
void kcd_asking_free(struct kcd_asking *asking);

#endif
