#include "asking.h"

#include <stdlib.h>

#include <kcdfix/alloc.h>
#include <kcdfix/crew.h>

#include "interrupt.h"
#include "pairs.h"

#define HOSTS_AHEAD 32 /* how far it looks for hosts with a key */

/* A host that is asked for ahead. */
struct seat {
  const struct kcd_asking_about *about;
  size_t host;
  struct kcd_prober prober;
  struct kcd_error error; /* why there is no probe */
  struct kcd_crew *crew;  /* one thread; NULL: none was needed */
};

struct kcd_asking {
  struct kcd_asking_about about;
  struct seat **seats; /* one a host, from when it is begun until it is taken; NULL: each is asked for when it is due */
  size_t next;         /* the host to begin next */
  size_t n_begun;      /* hosts with a thread that was not waited for */
};

/* With -vv every request is a line, and the lines of several hosts would mingle. A stand-in is an account in somebody's
 * domain: there is one at a time, and who made it has removed it before the next one. */
static bool may_ask_ahead(const struct kcd_asking_about *about)
{
  const struct kcd_options *options = about->options;
  return kcd_options_ask_kdc(options) && !options->stand_in && options->verbose < 2 && about->set->n_hosts > 1;
}

struct kcd_asking *kcd_asking_new(const struct kcd_asking_about *about)
{
  struct kcd_asking *asking = kcd_calloc(1, sizeof *asking);
  asking->about = *about;
  if (may_ask_ahead(about))
    asking->seats = kcd_calloc(about->set->n_hosts, sizeof(struct seat *));
  return asking;
}

/* The controls only after a failure, or for a reader who wants to see more: a healthy pair costs no request more. */
static void ask(const struct kcd_asking_about *about, struct kcd_probe *probe, size_t target,
                struct kcd_observation *ret)
{
  const struct kcd_facts_set *set = about->set;
  const char *user = set->user ? set->user->sam_account_name : set->user_operand;
  const char *spn = set->targets[target].spn.text;
  kcd_probe_run(probe, user, spn, 0, ret);
  if (ret->s4u2proxy.outcome != KCD_TICKET || about->options->verbose > 0)
    kcd_probe_control(probe, user, spn, about->user_ccache, ret);
}

static void ask_all(void *item)
{
  struct seat *seat = item;
  const struct kcd_asking_about *about = seat->about;
  struct kcd_prober *prober = &seat->prober;
  for (size_t target = 0; target < about->set->n_targets && !kcd_interrupted(); target++)
    if (kcd_pair_is_asked(about->set, about->operands, seat->host, target))
      ask(about, prober->probe, target, &prober->answers[prober->n_answers++]);
}

static void begin(struct kcd_asking *asking, size_t host)
{
  const struct kcd_asking_about *about = &asking->about;
  const struct kcd_account *account = about->set->hosts[host].account;
  const size_t n = kcd_pairs_asked(about->set, about->operands, host);
  if (!account || n == 0)
    return;
  struct seat *seat = kcd_calloc(1, sizeof *seat);
  seat->about = about;
  seat->host = host;
  if (kcd_prober_by_key(about->session, about->options, about->set->dc, account, &seat->prober, &seat->error) == 0) {
    seat->prober.answers = kcd_calloc(n, sizeof *seat->prober.answers);
    seat->crew = kcd_crew_start(seat, 1, sizeof *seat, ask_all);
    asking->n_begun++;
  }
  asking->seats[host] = seat;
}

/* Hosts without a key in the keytab take up no thread, but each a look into the file: not all of them before the first
 * is told of. The one that is DUE is begun in any case. */
static void begin_more(struct kcd_asking *asking, size_t due)
{
  while (asking->n_begun < KCD_HOSTS_AT_ONCE && asking->next < asking->about.set->n_hosts &&
         asking->next < due + HOSTS_AHEAD && (asking->next <= due || !kcd_interrupted()))
    begin(asking, asking->next++);
}

static void wait_for(struct kcd_asking *asking, struct seat *seat)
{
  if (!seat->crew)
    return;
  kcd_crew_end(seat->crew);
  seat->crew = NULL;
  asking->n_begun--;
}

/* The next host begins as soon as this one is answered, and not only when it is judged. */
static struct seat *take(struct kcd_asking *asking, size_t host)
{
  begin_more(asking, host);
  struct seat *seat = KCD_TAKE(asking->seats[host]);
  wait_for(asking, seat);
  begin_more(asking, host);
  return seat;
}

int kcd_asking_prober(struct kcd_asking *asking, size_t host, struct kcd_prober *ret, struct kcd_error *err)
{
  const struct kcd_asking_about *about = &asking->about;
  if (!asking->seats)
    return kcd_prober_by_key(about->session, about->options, about->set->dc, about->set->hosts[host].account, ret, err);
  struct seat *seat = take(asking, host);
  *ret = seat->prober;
  *err = seat->error;
  free(seat);
  return ret->probe ? 0 : -1;
}

static bool has_answer(const struct kcd_prober *prober)
{
  return prober->n_taken < prober->n_answers;
}

bool kcd_asking_goes_on(const struct kcd_prober *prober)
{
  return has_answer(prober) || !kcd_interrupted();
}

void kcd_asking_pair(const struct kcd_asking *asking, struct kcd_prober *prober, size_t target,
                     struct kcd_observation *ret)
{
  if (has_answer(prober))
    *ret = prober->answers[prober->n_taken++];
  else
    ask(&asking->about, prober->probe, target, ret);
}

void kcd_asking_free(struct kcd_asking *asking)
{
  for (size_t host = 0; asking->seats && host < asking->about.set->n_hosts; host++) {
    struct seat *seat = asking->seats[host];
    if (!seat)
      continue;
    wait_for(asking, seat);
    kcd_prober_done(&seat->prober);
    free(seat);
  }
  free(asking->seats);
  free(asking);
}
