/* Causes that no attribute shows and the KDC's answer does. */
#include <kcdfix/kerberr.h>

#include "case.h"
#include "words.h"

#define C_PRINCIPAL_UNKNOWN 6
#define POLICY 12
#define FAST_REQUIRED (-1765328132) /* libkrb5's KRB5_ERR_FAST_REQUIRED */

static const struct kcd_observation *answered(const struct kcd_case *c)
{
  return c->judgement->observation;
}

static bool is_error(const struct kcd_answer *answer, int32_t code)
{
  return answer->outcome == KCD_ERROR && answer->code == code;
}

bool kcd_case_is_refused_by_policy(const struct kcd_case *c)
{
  const uint64_t states = KCD_BIT(KCD_C_USER_DISABLED) | KCD_BIT(KCD_C_USER_FOREIGN) | KCD_BIT(KCD_C_USER_UNKNOWN) |
                          KCD_BIT(KCD_C_TARGET_KRBTGT);
  const struct kcd_observation *observation = answered(c);
  return observation != NULL && (c->bits & states) == 0 &&
         (is_error(&observation->s4u2self, POLICY) || is_error(&observation->s4u2proxy, POLICY));
}

/* A user who is there, and whom the KDC does not find for this host: it may not read the user's groups. */
static void groups_unreadable(struct kcd_case *c)
{
  const struct kcd_observation *observation = answered(c);
  if (observation == NULL || c->facts->user == NULL || kcd_case_is_samba(c) ||
      !is_error(&observation->s4u2self, C_PRINCIPAL_UNKNOWN))
    return;
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_HOST_CANNOT_READ_USER_GROUPS, KCD_FAULT, kcd_account_subject(c->facts->user, c->user_name));
  kcd_finding_say(f,
                  "%s is in the directory, and yet the KDC answers %s with KDC_ERR_C_PRINCIPAL_UNKNOWN (6): the host "
                  "may not read the user's group membership (tokenGroupsGlobalAndUniversal).",
                  c->user_name, c->host_name);
  kcd_finding_remedy(f,
                     "Add %s$ to the group Windows Authorization Access Group, then get a new ticket on the host. KDC "
                     "event 25 on the DC confirms it.",
                     c->host_name);
}

/* Refused by policy, though no policy was seen on the account: one on the host, the service or a silo. */
static void unseen_policy(struct kcd_case *c)
{
  if (!kcd_case_is_refused_by_policy(c) || kcd_findings_has(&c->judgement->findings, KCD_F_USER_AUTH_POLICY))
    return;
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_USER_AUTH_POLICY, KCD_FAULT, kcd_account_subject(c->facts->user, c->user_name));
  kcd_finding_say(f,
                  "The KDC refuses with KDC_ERR_POLICY (12). No policy is set on %s itself; an authentication policy "
                  "of %s or of %s, or a silo, decides.",
                  c->user_name, c->host_name, c->target_name);
}

static void selective_trust(struct kcd_case *c)
{
  const struct kcd_observation *observation = answered(c);
  if (observation == NULL || !kcd_case_has(c, KCD_C_USER_FOREIGN) ||
      (!is_error(&observation->s4u2self, POLICY) && !is_error(&observation->s4u2proxy, POLICY)))
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_TRUST_SELECTIVE_AUTH, KCD_WARNING, c->user_name);
  kcd_finding_say(f,
                  "%s is of another domain and is refused by policy: the trust may admit only accounts that are named "
                  "(selective authentication).",
                  c->user_name);
}

static void armor(struct kcd_case *c)
{
  const struct kcd_observation *observation = answered(c);
  const struct kcd_exchange *as = observation == NULL ? NULL : kcd_observation_exchange(observation, KCD_EXCHANGE_AS);
  if (as == NULL || as->answer.client_code != FAST_REQUIRED)
    return;
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_KDC_DEMANDS_ARMOR, KCD_FAULT, kcd_account_subject(c->facts->host, c->facts->host_operand));
  kcd_finding_say(f, "The KDC gives %s no ticket without armouring (FAST), which needs a ticket to begin with.",
                  c->host_name);
}

/* What a read-only DC cannot answer for lack of keys that only writable ones have. */
static bool is_for_lack_of_keys(const struct kcd_answer *answer)
{
  enum { TGT_REVOKED = 20 };
  return is_error(answer, C_PRINCIPAL_UNKNOWN) || is_error(answer, POLICY) || is_error(answer, TGT_REVOKED);
}

static void read_only_dc(struct kcd_case *c)
{
  const struct kcd_observation *observation = answered(c);
  const struct kcd_dc *dc = c->facts->dc;
  if (observation == NULL || dc->read_only != KCD_YES || c->judgement->agree ||
      (!is_for_lack_of_keys(&observation->s4u2self) && !is_for_lack_of_keys(&observation->s4u2proxy)))
    return;
  struct kcd_finding *f = kcd_case_add(c, KCD_F_RODC_TGT, KCD_FAULT, dc->server_dn == NULL ? dc->name : dc->server_dn);
  kcd_finding_say(f,
                  "%s is a read-only domain controller. A ticket of %s from there counts only as far as its password "
                  "may be kept there, and for the rest it has to be asked of a writable one.",
                  dc->name, c->host_name);
}

void kcd_diagnose_answer(struct kcd_case *c)
{
  read_only_dc(c);
  armor(c);
  groups_unreadable(c);
  selective_trust(c);
  unseen_policy(c);
}
