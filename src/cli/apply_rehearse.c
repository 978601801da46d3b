/* The rehearsal of apply --rehearse: two stand-ins for each kind of host, one as it is and one as the plan leaves it.
 */
#include "rehearsal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/kerberr.h>
#include <kcdfix/probe.h>
#include <kcdfix/text.h>

#include "interrupt.h"
#include "pairs.h"
#include "prober.h"

/* ---- asking ---- */

/* All pairs with one stand-in; stops at a KDC that does not answer, and at a signal. */
static int ask(const struct applying *applying, struct apply_rehearsal *r, const struct kcd_account *host,
               struct kcd_prober *prober, struct rehearsed_side *side, struct kcd_error *err)
{
  for (size_t i = 0; i < r->n_targets && !kcd_interrupted(); i++) {
    struct kcd_facts facts;
    rehearsal_facts(applying, r, 0, i, host, &facts);
    facts.stand_in = &prober->stand_in.account;
    const char *user = facts.user ? facts.user->sam_account_name : facts.user_operand;
    struct kcd_observation *observation = &side->observations[i];
    kcd_probe_run(prober->probe, user, facts.target->spn.text, 0, observation);
    rehearsal_note_limits(r, &facts);
    /* A TGT that is not forwardable is an answer about these settings. */
    if (kcd_error_is_set(&observation->error) && strcmp(observation->error.id, "probe-tgt-not-forwardable") != 0) {
      *err = observation->error;
      return kcd_error_wrap(err, "rehearsal");
    }
  }
  return 0;
}

static int interrupted(struct kcd_error *err)
{
  kcd_fail(err, KCD_E_INTERRUPTED, "interrupted; nothing was changed");
  return kcd_error_id(err, "interrupted");
}

/* Makes one, asks, removes it. An account that may be left behind is worse than whatever went wrong before. */
static int play(struct applying *applying, struct kcd_stand_in_maker *maker, struct apply_rehearsal *r,
                const struct kcd_account *host, struct rehearsed_side *side, struct kcd_error *err)
{
  struct kcd_prober prober;
  if (kcd_prober_by_stand_in(maker, host, &prober, err) != 0)
    return -1;
  side->name = kcd_strdup(prober.stand_in.record.name);
  side->observations = kcd_calloc(r->n_targets + 1, sizeof *side->observations);
  int rc = ask(applying, r, host, &prober, side, err);
  struct kcd_error trouble = KCD_ERROR_INIT;
  if (kcd_prober_end(&prober, maker, &trouble) != 0) {
    *err = trouble;
    rc = -1;
  }
  kcd_report_stand_in(applying->run->report, &prober.stand_in.record, prober.stand_in.dynamic, prober.stand_in.end);
  kcd_prober_done(&prober);
  return rc == 0 && kcd_interrupted() ? interrupted(err) : rc;
}

/* ---- what follows ---- */

static bool is_proved(const struct apply_rehearsal *r, size_t *ret_failed)
{
  for (size_t i = 0; i < r->n_targets; i++)
    if (r->after.observations[i].s4u2proxy.outcome != KCD_TICKET) {
      *ret_failed = i;
      return false;
    }
  return true;
}

static char *answer_words(const struct kcd_answer *answer)
{
  const char *name = answer->code >= 0 ? kcd_kdc_code_name(answer->code) : NULL;
  if (answer->outcome == KCD_NOT_TRIED)
    return kcd_strdup("there is no ticket to go on with");
  return name ? kcd_asprintf("the KDC answers %s (%d)", name, (int)answer->code) : kcd_strdup("it is refused");
}

/* The cause that the rules see with the change made, else that they see none. */
static void say_why(const struct applying *applying, struct apply_rehearsal *r, const struct kcd_account *planned,
                    size_t failed)
{
  struct kcd_facts facts;
  rehearsal_facts(applying, r, 0, failed, planned, &facts);
  KCD_AUTO_CHAR cause = NULL;
  r->why_id = KCD_F_PREDICTION_DIFFERS;
  bool helps = apply_helps(&facts, facts.dc->flavour, &r->why_id, &cause);
  KCD_AUTO_CHAR answer = answer_words(&r->after.observations[failed].s4u2proxy);
  KCD_AUTO_CHAR spn = kcd_safe(facts.target->spn.text);
  r->why = kcd_asprintf("In the rehearsal the change did not help: for %s %s.%s%s", spn, answer,
                        !helps && cause ? " " : "", !helps && cause ? cause : "");
}

static void show(const struct applying *applying, const struct apply_rehearsal *r)
{
  const struct kcd_facts_set *set = &applying->planned.set;
  struct kcd_rehearsed_pair *pairs = kcd_calloc(r->n_targets + 1, sizeof *pairs);
  for (size_t i = 0; i < r->n_targets; i++)
    pairs[i] = (struct kcd_rehearsed_pair){.spn = set->targets[r->targets[i]].spn.text,
                                           .before = &r->before.observations[i],
                                           .after = &r->after.observations[i]};
  const struct kcd_rehearsal rehearsal = {.hosts = r->hosts,
                                          .n_hosts = r->n_plans,
                                          .dc = applying->session.server,
                                          .user = set->user ? set->user->sam_account_name : set->user_operand,
                                          .before_name = r->before.name,
                                          .after_name = r->after.name,
                                          .pairs = pairs,
                                          .n_pairs = r->n_targets,
                                          .limits = r->limits,
                                          .n_limits = r->n_limits,
                                          .proved = r->proved};
  kcd_report_rehearsal(applying->run->report, &rehearsal);
  if (!applying->run->options->quiet)
    kcd_show_rehearsal(apply_stream(applying), &rehearsal, &applying->run->style);
  free(pairs);
}

/* The planned settings go first: they need the most rights, and where these are missing nothing is made at all. */
static int rehearse(struct applying *applying, struct kcd_stand_in_maker *maker, struct apply_rehearsal *r,
                    struct kcd_error *err)
{
  const struct kcd_object_plan *plan = &applying->planned.plans[r->plans[0]];
  struct kcd_account planned = {0};
  kcd_plan_preview(plan, &planned);
  maker->as_planned = true;
  int rc = play(applying, maker, r, &planned, &r->after, err);
  maker->as_planned = false;
  if (rc == 0)
    rc = play(applying, maker, r, plan->host, &r->before, err);
  size_t failed = 0;
  if (rc == 0) {
    r->proved = is_proved(r, &failed);
    if (!r->proved)
      say_why(applying, r, &planned, failed);
    show(applying, r);
  }
  kcd_account_done(&planned);
  return rc;
}

int apply_rehearse(struct applying *applying, struct kcd_error *err)
{
  struct kcd_stand_in_maker maker;
  if (apply_rehearsals_enlist(applying, err) != 0 || apply_rehearsals_cover(applying, err) != 0)
    return -1;
  if (kcd_stand_in_maker_open(applying->run, &applying->session, applying->planned.set.dc, "rehearsal", &maker, err) !=
      0)
    return -1;
  int rc = 0;
  for (size_t i = 0; rc == 0 && i < applying->n_rehearsals; i++)
    rc = rehearse(applying, &maker, &applying->rehearsals[i], err);
  kcd_stand_in_maker_done(&maker);
  if (rc == 0)
    apply_rehearsals_refuse(applying, &applying->planned);
  return rc;
}
