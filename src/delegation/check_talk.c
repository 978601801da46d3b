/* One domain controller: clock, login, and what the login may do. */
#include <kcdfix/clock.h>
#include <kcdfix/text.h>

#include <stdlib.h>

#include "checks.h"

enum { SKEW_ALLOWED = 5 * 60, SKEW_WARNED = 60 };

static const char no_ldap[] = "not tried: no domain controller answers on the LDAP port";

static int64_t offset_of(const struct kcd_talk_facts *talk)
{
  return talk->dc_clock == 0 ? 0 : (int64_t)talk->clock - (int64_t)talk->dc_clock;
}

bool kcd_doctor_clock_is_off(const struct kcd_talk_facts *talk)
{
  return llabs((long long)offset_of(talk)) > SKEW_ALLOWED;
}

void check_clock(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_talk_facts *talk = &machine->talk;
  struct kcd_check *check = check_add(doctor, "clock", "clock", talk->dc);
  if (talk->dc_clock == 0) {
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: no domain controller tells its time");
    return;
  }
  int64_t offset = offset_of(talk);
  KCD_AUTO_CHAR words = kcd_clock_offset(offset);
  KCD_AUTO_CHAR remedy = kcd_clock_remedy(talk->dc);
  if (kcd_doctor_clock_is_off(talk)) {
    check_say(check, KCD_CHECK_FAULT, "%s %s; Kerberos allows 5 min", words, talk->dc);
    check_id(check, "clock-skew");
    check_remedy(check, "%s", remedy);
  } else if (llabs((long long)offset) > SKEW_WARNED) {
    check_say(check, KCD_CHECK_WARNING, "%s %s; Kerberos allows 5 min", words, talk->dc);
    check_remedy(check, "%s", remedy);
  } else if (offset == 0) {
    check_say(check, KCD_CHECK_OK, "the same as that of %s", talk->dc);
  } else {
    check_say(check, KCD_CHECK_OK, "%s %s", words, talk->dc);
  }
}

/* ---- the login ---- */

static void check_sasl(const struct kcd_talk_facts *talk, struct kcd_doctor *doctor)
{
  struct kcd_check *check = check_add(doctor, "sasl", "SASL", NULL);
  if (talk->sasl.state == KCD_TRIAL_FAILED)
    check_error(check, KCD_CHECK_FAULT, &talk->sasl.error);
  else
    check_say(check, KCD_CHECK_OK, "the GSSAPI plugin loads");
}

static void check_kdc(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_talk_facts *talk = &machine->talk;
  struct kcd_check *check = check_add(doctor, "kdc", "KDC", talk->dc);
  if (talk->kdc.state == KCD_TRIAL_DONE)
    check_say(check, KCD_CHECK_OK,
              talk->kdc_asked ? "%s gives a ticket for ldap/%s" : "%s: a ticket for ldap/%s was there", talk->dc,
              talk->dc);
  else if (talk->kdc.state == KCD_TRIAL_FAILED)
    check_error(check, KCD_CHECK_FAULT, &talk->kdc.error);
  else if (talk->open.state != KCD_TRIAL_DONE)
    check_say(check, KCD_CHECK_NOT_TRIED, "%s",
              talk->open.state == KCD_TRIAL_NONE ? no_ldap : "not tried: the connection by LDAP comes first");
  else if (kcd_doctor_clock_is_off(talk))
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: the clock has to be right first");
  else
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: there is nothing to log in with");
}

static void check_ldap(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_talk_facts *talk = &machine->talk;
  struct kcd_check *check = check_add(doctor, "ldap", "LDAP", talk->dc);
  if (talk->open.state == KCD_TRIAL_FAILED)
    check_error(check, KCD_CHECK_FAULT, &talk->open.error);
  else if (talk->open.state == KCD_TRIAL_NONE)
    check_say(check, KCD_CHECK_NOT_TRIED, "%s", no_ldap);
  else if (talk->bind.state == KCD_TRIAL_FAILED)
    check_error(check, KCD_CHECK_FAULT, &talk->bind.error);
  else if (talk->bind.state == KCD_TRIAL_NONE)
    check_say(check, KCD_CHECK_NOT_TRIED, "%s answers; the login was not tried for lack of %s", talk->dc,
              talk->kdc.state == KCD_TRIAL_DONE ? "the SASL plugin" : "a ticket for it");
  else if (talk->read.state == KCD_TRIAL_FAILED)
    check_error(check, KCD_CHECK_FAULT, &talk->read.error);
  else
    check_say(check, KCD_CHECK_OK, "logged in to %s as %s, signed and sealed", talk->dc, machine->ticket.principal);
}

void check_login(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  check_sasl(&machine->talk, doctor);
  check_kdc(machine, doctor);
  check_ldap(machine, doctor);
}

/* ---- rights ---- */

/* allowedAttributesEffective knows of write property alone. SeEnableDelegationPrivilege cannot be read over LDAP: the
 * groups that have it by default are a guess (MS-ADTS 3.1.1.5.3.1). */
static void judge_rights(const struct kcd_machine *machine, struct kcd_check *check)
{
  const struct kcd_rights_facts *rights = &machine->rights;
  const char *who = machine->ticket.principal;
  if (!rights->list || !rights->account_control) {
    check_say(check, KCD_CHECK_FAULT, "%s may not write %s of %s: apply would be refused, check works", who,
              rights->list              ? "userAccountControl"
              : rights->account_control ? "msDS-AllowedToDelegateTo"
                                        : "msDS-AllowedToDelegateTo and userAccountControl",
              rights->account);
    check_id(check, "no-delegation-privilege");
    check_remedy(check,
                 "Log in as an administrator of the domain; or let one run what kcdfix apply -n --emit powershell "
                 "prints");
  } else if (!rights->administrator) {
    check_say(check, KCD_CHECK_WARNING,
              "%s may write %s, but probably lacks the right \"Enable computer and user accounts to be trusted for "
              "delegation\"%s",
              who, rights->account,
              rights->token_known ? ": it is in no group that has it by default" : ": its groups cannot be read");
    check_id(check, "no-delegation-privilege");
    check_remedy(check, "kcdfix apply tells for certain; nothing is half changed when it is refused");
  } else {
    check_say(check, KCD_CHECK_OK,
              "%s may write %s, and probably has the delegation privilege: it is in a group that has it by default",
              who, rights->account);
  }
}

void check_rights(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_rights_facts *rights = &machine->rights;
  struct kcd_check *check = check_add(doctor, "rights", "rights", rights->host);
  if (rights->host == NULL)
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: no host was named (kcdfix doctor HOST)");
  else if (rights->trial.state == KCD_TRIAL_NONE)
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: nobody is logged in to a domain controller");
  else if (rights->trial.state == KCD_TRIAL_FAILED)
    check_error(check, KCD_CHECK_FAULT, &rights->trial.error);
  else
    judge_rights(machine, check);
}

void check_records(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  struct kcd_check *check = check_add(doctor, "records", "records", NULL);
  if (machine->records.trial.state == KCD_TRIAL_FAILED)
    check_error(check, KCD_CHECK_FAULT, &machine->records.trial.error);
  else
    check_say(check, KCD_CHECK_OK, "changes can be recorded; %zu %s so far", machine->records.n,
              machine->records.n == 1 ? "is" : "are");
}
