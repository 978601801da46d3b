/* All is right, but only since a moment: the host may still remember the refusal. */
#include <string.h>

#include <kcdfix/clock.h>

#include "case.h"
#include "words.h"

#define HOST_REMEMBERS ((time_t)15 * 60) /* S4UCacheTimeout and SpnCacheTimeout of Windows, seconds */

time_t kcd_dc_now(const struct kcd_facts *facts)
{
  return facts->dc->clock == 0 ? facts->now : facts->now + (facts->dc->clock - facts->dc->clock_read_at);
}

/* The newest change of what lets the host in; 0 if there is none. userAccountControl is written when an account is
 * made, so only a later version of it says something. */
static time_t newest_change(const struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  bool by_target = c->target != NULL && kcd_case_has(c, KCD_C_RBCD_GRANTS);
  time_t uac = host->uac_meta.version > 1 ? host->uac_meta.originating_time : 0;
  time_t list = host->list_meta.version > 0 ? host->list_meta.originating_time : 0;
  time_t rbcd = by_target && c->target->rbcd_meta.version > 0 ? c->target->rbcd_meta.originating_time : 0;
  time_t newest = uac > list ? uac : list;
  return newest > rbcd ? newest : rbcd;
}

void kcd_diagnose_cache(struct kcd_case *c)
{
  if (c->facts->host == NULL || c->judgement->verdict != KCD_WORKS)
    return;
  const time_t now = kcd_dc_now(c->facts);
  const time_t changed = newest_change(c);
  if (changed == 0 || changed <= now - HOST_REMEMBERS || changed > now + HOST_REMEMBERS)
    return;
  const unsigned minutes = changed < now ? (unsigned)(now - changed) / 60 : 0;
  KCD_AUTO_CHAR until = kcd_time_people(changed + HOST_REMEMBERS);
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_NEGATIVE_CACHE, KCD_NOTE, kcd_account_subject(c->facts->host, c->facts->host_operand));
  /* one line, and within a quarter of an hour the time alone says it */
  kcd_finding_say(f, "Changed %u minute%s ago; Windows may remember a refusal until %s.", minutes,
                  minutes == 1 ? "" : "s", strchr(until, ' ') + 1);
  kcd_finding_remedy(f,
                     "On %s, as administrator: klist purge -li 0x3e7 & klist purge -li 0x3e4 (or wait, or restart it).",
                     c->host_name);
  KCD_AUTO_CHAR stamp = kcd_time_rfc3339(changed);
  kcd_finding_text(f, "changed", stamp);
}
