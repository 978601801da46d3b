/* Whether a rehearsal would prove anything for the hosts that it is for. */
#include "rehearsal.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

/* Takes the sentences that R does not have yet. */
static void note(struct apply_rehearsal *r, struct kcd_stand_in_limits *limits)
{
  for (size_t i = 0; i < limits->n; i++) {
    bool known = false;
    for (size_t j = 0; j < r->n_limits && !known; j++)
      known = strcmp(r->limits[j], limits->sentences[i]) == 0;
    if (known)
      continue;
    r->limits = kcd_reallocarray(r->limits, r->n_limits + 1, sizeof *r->limits);
    r->limits[r->n_limits++] = KCD_TAKE(limits->sentences[i]);
  }
}

void rehearsal_note_limits(struct apply_rehearsal *r, const struct kcd_facts *facts)
{
  struct kcd_stand_in_limits limits = {0};
  kcd_stand_in_limits(facts, facts->dc->flavour, facts->stand_in, &limits);
  note(r, &limits);
  kcd_stand_in_limits_done(&limits);
}

static int uncovered(const struct kcd_account *host, const struct kcd_stand_in_limits *limits, const char *dc,
                     struct kcd_error *err)
{
  KCD_AUTO_CHAR short_name = kcd_account_short_name(host);
  KCD_AUTO_CHAR name = kcd_safe(short_name);
  KCD_AUTO_CHAR why = kcd_join_words((const char *const *)limits->sentences, limits->n);
  kcd_fail(err, KCD_E_UNSUPPORTED, "the change of %s cannot be rehearsed, and nothing was made: %s", name, why);
  kcd_error_id(err, "stand-in-not-possible");
  kcd_error_on(err, host->dn, dc);
  return kcd_error_next(err, "without --rehearse the change rests on the prediction alone");
}

/* The account that the rehearsal of a planned host would make, before there is one. */
static void imagine(const struct kcd_account *planned, const struct kcd_stand_in_settings *settings,
                    enum kcd_flavour flavour, struct kcd_account *ret)
{
  static const uint8_t NONCE[KCD_STAND_IN_NONCE];
  KCD_AUTO_CHAR spn = planned->spns.n > 0 ? kcd_stand_in_spn(flavour, NONCE) : NULL;
  kcd_stand_in_account(planned, settings, KCD_STAND_IN_PREFIX "0000$", spn, ret);
}

/* Hosts with equal settings may differ in what no stand-in copies, so each is asked about. */
static int refuse_uncovered(const struct applying *applying, struct apply_rehearsal *r, size_t plan,
                            struct kcd_error *err)
{
  const struct kcd_dc *dc = applying->planned.set.dc;
  struct kcd_account planned = {0}, stand_in = {0};
  kcd_plan_preview(&applying->planned.plans[r->plans[plan]], &planned);
  imagine(&planned, &r->after_settings, dc->flavour, &stand_in);
  int rc = 0;
  for (size_t i = 0; rc == 0 && i < r->n_targets; i++) {
    struct kcd_facts facts;
    struct kcd_stand_in_limits limits = {0};
    rehearsal_facts(applying, r, plan, i, &planned, &facts);
    kcd_stand_in_limits(&facts, dc->flavour, &stand_in, &limits);
    if (limits.covers)
      note(r, &limits);
    else
      rc = uncovered(&planned, &limits, dc->name, err);
    kcd_stand_in_limits_done(&limits);
  }
  kcd_account_done(&stand_in);
  kcd_account_done(&planned);
  return rc;
}

int apply_rehearsals_cover(struct applying *applying, struct kcd_error *err)
{
  for (size_t i = 0; i < applying->n_rehearsals; i++)
    for (size_t plan = 0; plan < applying->rehearsals[i].n_plans; plan++)
      if (refuse_uncovered(applying, &applying->rehearsals[i], plan, err) != 0)
        return -1;
  return 0;
}
