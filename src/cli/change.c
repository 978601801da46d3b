/* What the changes of a run have in common: how they are counted, kept on disk, and told. */
#include "change.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#include "changing.h"
#include "interrupt.h"

#define TOGETHER 32u /* writes on their way: what a signal has to wait for, and what a lost connection leaves open */

size_t kcd_changes_together(size_t written)
{
  return written + 1 < TOGETHER ? written + 1 : TOGETHER;
}

void kcd_tally(struct kcd_change_tally *tally, const struct kcd_change_result *result)
{
  if (result->wrote)
    tally->applied++;
  else if (strcmp(result->state, "already") == 0 || strcmp(result->state, "unchanged") == 0)
    tally->already_right++;
  else if (strcmp(result->state, "conflict") == 0)
    tally->conflict++;
  else if (strcmp(result->state, "refused") == 0 && result->error.code == KCD_E_DENIED)
    tally->denied++;
  else if (strcmp(result->state, "refused") == 0 && !kcd_error_is_set(&result->error))
    tally->declined++;
  else
    tally->failed++;
}

void change_save(const struct kcd_changer *changer, struct kcd_record **records, size_t n)
{
  struct kcd_error *errors = kcd_calloc(n, sizeof *errors);
  kcd_state_save_records(changer->state, records, n, false, errors);
  for (size_t i = 0; i < n; i++)
    if (kcd_error_is_set(&errors[i])) {
      kcd_progress_clear(changer->progress);
      kcd_show_error(&errors[i]);
    }
  free(errors);
}

void kcd_change_gone(struct kcd_error *err, size_t n, const char *dc)
{
  KCD_AUTO_CHAR safe = kcd_safe(dc);
  kcd_error_wrap(err, "%zu object%s not begun", n, n == 1 ? " was" : "s were");
  if (err->code == KCD_E_UNREACHABLE) /* else it says what is missing, such as a ticket */
    kcd_error_next(err, "when %s answers again: the same command finishes it", safe);
}

bool change_reconnect(struct kcd_changer *changer)
{
  return kcd_session_reconnect(changer->session, changer->run->options, &changer->gone) == 0;
}

bool change_may_be_made(const struct kcd_change_result *result)
{
  return result->wrote || strcmp(result->state, "unknown") == 0;
}

void change_end_of_writes(bool any)
{
  if (any)
    kcd_interrupt_keep();
  kcd_interrupt_release();
}

void change_conflict(struct kcd_change_result *ret, const char *dn, const char *dc, const char *what)
{
  KCD_AUTO_CHAR safe_dn = kcd_safe(dn);
  ret->state = "conflict";
  ret->error = KCD_ERROR_INIT;
  kcd_fail(&ret->error, KCD_E_CONFLICT, "%s %s; nothing was changed", safe_dn, what);
  kcd_error_id(&ret->error, "changed-meanwhile");
  kcd_error_on(&ret->error, dn, dc);
  kcd_error_next(&ret->error, "look at it again with kcdfix check, then repeat the command");
}

/* What the right is that is missing, in the words of the policy; the server's text differs by server. */
static void explain_denial(const struct kcd_changer *changer, const struct kcd_record *record, struct kcd_error *err)
{
  KCD_AUTO_CHAR login = kcd_safe(kcd_login_principal(changer->session->login));
  /* a descriptor needs no right beyond that on the object itself */
  bool property = record->rbcd_after.len > 0 || strstr(err->server_text, "write property") ||
                  strstr(err->server_text, "write access");
  if (property)
    kcd_error_wrap(err, "%s may not write this object (write property is missing)", login);
  else
    kcd_error_wrap(err,
                   "%s lacks the right \"Enable computer and user accounts to be trusted for delegation\" "
                   "(SeEnableDelegationPrivilege on the domain controllers; default: Administrators)",
                   login);
  kcd_error_id(err, "no-delegation-privilege");
  if (!err->next[0])
    kcd_error_next(err, "run it as a domain administrator");
}

void change_name(struct kcd_error *err, const char *dn)
{
  KCD_AUTO_CHAR safe = kcd_safe(dn);
  kcd_error_wrap(err, "%s", safe);
  kcd_error_on(err, dn, NULL);
}

void change_explain(const struct kcd_changer *changer, const struct kcd_record *record, struct kcd_error *err)
{
  if (err->code == KCD_E_DENIED)
    explain_denial(changer, record, err);
  change_name(err, record->dn);
}
