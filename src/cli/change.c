#include "change.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/gather.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "interrupt.h"

#define ATTR_LIST "msDS-AllowedToDelegateTo"
#define ATTR_UAC "userAccountControl"

/* What one modify changes: values of the list, and old and new value of the others. Borrowed. */
struct difference {
  const struct kcd_values *add, *remove; /* of the list */
  uint32_t uac_before, uac_after;        /* equal: not touched */
  struct kcd_bytes rbcd_old, rbcd_new;   /* empty: no value; both empty: not touched */
};

/* The elements of one modify, never more than three times old and new. */
struct mods {
  struct kcd_mod v[6];
  size_t n;
  struct kcd_values old_uac, new_uac;
  struct kcd_bytes rbcd_old, rbcd_new; /* borrowed: the only values of their elements */
};

static void mods_done(struct mods *mods)
{
  kcd_values_done(&mods->old_uac);
  kcd_values_done(&mods->new_uac);
}

static void add_swap(struct mods *mods, enum kcd_mod_op op, const char *attribute, struct kcd_values values)
{
  if (values.n > 0 && values.v[0].len > 0)
    mods->v[mods->n++] = (struct kcd_mod){.op = op, .attribute = attribute, .values = values};
}

/* Delete-old and add-new in the same modify as the list values: a stale old value fails the whole of it (16), and so
 * does a value where there was none (20). MODS stays where it is: its elements point into it. */
static void mods_init(struct mods *mods, const struct difference *d)
{
  *mods = (struct mods){.rbcd_old = d->rbcd_old, .rbcd_new = d->rbcd_new};
  if (d->remove->n > 0)
    mods->v[mods->n++] = (struct kcd_mod){.op = KCD_MOD_DELETE, .attribute = ATTR_LIST, .values = *d->remove};
  if (d->add->n > 0)
    mods->v[mods->n++] = (struct kcd_mod){.op = KCD_MOD_ADD, .attribute = ATTR_LIST, .values = *d->add};
  if (d->uac_before != d->uac_after) {
    kcd_values_add_u32(&mods->old_uac, d->uac_before);
    kcd_values_add_u32(&mods->new_uac, d->uac_after);
  }
  add_swap(mods, KCD_MOD_DELETE, ATTR_UAC, mods->old_uac);
  add_swap(mods, KCD_MOD_ADD, ATTR_UAC, mods->new_uac);
  add_swap(mods, KCD_MOD_DELETE, KCD_ATTR_RBCD, (struct kcd_values){.v = &mods->rbcd_old, .n = 1});
  add_swap(mods, KCD_MOD_ADD, KCD_ATTR_RBCD, (struct kcd_values){.v = &mods->rbcd_new, .n = 1});
}

static uint64_t committed_usn(struct kcd_session *session)
{
  static const char *const attributes[] = {"highestCommittedUSN", NULL};
  struct kcd_search search = {.base = "", .scope = KCD_BASE, .attributes = attributes};
  KCD_AUTO_VALUE(kcd_entries) found = {0};
  struct kcd_error ignored = KCD_ERROR_INIT;
  uint64_t usn = 0;
  if (kcd_dir_search(session->dir, &search, 1, &found, &ignored) == 0 && found.n == 1)
    kcd_entry_u64(&found.v[0], attributes[0], &usn);
  return usn;
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

static void save_state(struct kcd_changer *changer, struct kcd_record *record, enum kcd_record_state state)
{
  record->state = state;
  struct kcd_error err = KCD_ERROR_INIT;
  /* The write is done; a record that stays "planned" is resolved from the directory later. */
  if (kcd_state_save_record(changer->state, record, false, &err) != 0)
    kcd_show_error(&err);
}

/* As the write left it. `changed` is its time, which an undo of the record must not move. */
static void save(struct kcd_changer *changer, struct kcd_record *record, enum kcd_record_state state)
{
  record->changed = time(NULL);
  save_state(changer, record, state);
}

/* Whether each of the values is listed, or none is. */
static bool all_are(const struct kcd_account *account, const struct kcd_values *values, bool listed)
{
  for (size_t i = 0; i < values->n; i++)
    if (listed != (kcd_values_find(&account->delegate_to, values->v[i].data, values->v[i].len) >= 0))
      return false;
  return true;
}

/* Whether everything that the plan wants is there. */
static bool is_in_place(const struct kcd_account *account, const struct difference *d)
{
  if (!all_are(account, d->add, true) || !all_are(account, d->remove, false))
    return false;
  if (d->rbcd_new.len > 0 && !kcd_bytes_equal(&account->rbcd, &d->rbcd_new))
    return false;
  return d->uac_before == d->uac_after || account->uac == d->uac_after;
}

static struct difference difference_of(const struct kcd_record *record)
{
  return (struct difference){.add = &record->list_added,
                             .remove = &record->list_removed,
                             .uac_before = record->uac_before,
                             .uac_after = record->uac_after,
                             .rbcd_old = record->rbcd_before,
                             .rbcd_new = record->rbcd_after};
}

static int conflict(struct kcd_change_result *ret, const char *dn, const char *dc, const char *what)
{
  KCD_AUTO_CHAR safe_dn = kcd_safe(dn);
  ret->state = "conflict";
  ret->error = KCD_ERROR_INIT;
  kcd_fail(&ret->error, KCD_E_CONFLICT, "%s %s; nothing was changed", safe_dn, what);
  kcd_error_id(&ret->error, "changed-meanwhile");
  kcd_error_on(&ret->error, dn, dc);
  return kcd_error_next(&ret->error, "look at it again with kcdfix check, then repeat the command");
}

/* The object may have changed while its difference was on the screen. */
static int still_as_planned(const struct kcd_object_plan *plan, const struct kcd_account *now, const char *dc,
                            struct kcd_change_result *ret)
{
  const struct difference wanted = {.add = &plan->add,
                                    .remove = &plan->remove,
                                    .uac_before = plan->uac_before,
                                    .uac_after = plan->uac_after,
                                    .rbcd_new = plan->rbcd_after};
  if (is_in_place(now, &wanted)) {
    ret->state = "unchanged";
    return -1;
  }
  bool touches_uac = plan->uac_before != plan->uac_after;
  if (touches_uac && now->uac != plan->uac_before)
    return conflict(ret, now->dn, dc, "has another userAccountControl than when it was read");
  for (size_t i = 0; i < plan->add.n; i++)
    if (kcd_values_find_fold(&now->delegate_to, (const char *)plan->add.v[i].data) >= 0)
      return conflict(ret, now->dn, dc, "lists other services than when it was read");
  if (!all_are(now, &plan->remove, true))
    return conflict(ret, now->dn, dc, "lists other services than when it was read");
  if (plan->rbcd_after.len > 0 && !kcd_bytes_equal(&now->rbcd, &plan->rbcd_before))
    return conflict(ret, now->dn, dc, "has another resource-based descriptor than when it was read");
  return 0;
}

static void fill_record(struct kcd_record *record, const struct kcd_object_plan *plan, const struct kcd_account *now,
                        uint64_t usn)
{
  record->state = KCD_RECORD_PLANNED;
  record->host = kcd_strdup(now->sam_account_name);
  record->dn = kcd_strdup(now->dn);
  memcpy(record->guid, now->guid, sizeof record->guid);
  kcd_values_copy(&record->list_before, &now->delegate_to);
  kcd_values_copy(&record->list_added, &plan->add);
  kcd_values_copy(&record->list_removed, &plan->remove);
  record->list_ours = plan->add.n + plan->remove.n > 0;
  record->uac_before = plan->uac_before;
  record->uac_after = plan->uac_after;
  record->uac_ours = plan->uac_before != plan->uac_after;
  record->rbcd_before = kcd_bytes_copy(plan->rbcd_before.data, plan->rbcd_before.len);
  record->rbcd_after = kcd_bytes_copy(plan->rbcd_after.data, plan->rbcd_after.len);
  record->rbcd_ours = plan->rbcd_after.len > 0;
  for (size_t i = 0; i < plan->n_accepted; i++)
    kcd_values_add_text(&record->rbcd_added, plan->accepted[i]->sam_account_name);
  record->usn_before = usn;
}

/* Status 0 of a modify does not prove that the write was ours: Samba takes a stale delete/add of userAccountControl
 * when the new value is there already. An attribute whose local USN is not above the one from just before was not
 * written. Where the metadata cannot be read (version 0), the compare-and-swap is all the proof there is, and it is
 * taken. */
static void tell_whose(struct kcd_record *record, const struct kcd_account *now)
{
  if (record->uac_ours && now->uac_meta.version && now->uac_meta.local_usn <= record->usn_before)
    record->uac_ours = false;
  if (record->list_ours && now->list_meta.version && now->list_meta.local_usn <= record->usn_before)
    record->list_ours = false;
  if (record->rbcd_ours && now->rbcd_meta.version && now->rbcd_meta.local_usn <= record->usn_before)
    record->rbcd_ours = false;
}

static void after_success(struct kcd_changer *changer, struct kcd_record *record, const struct kcd_account *now,
                          struct kcd_change_result *ret)
{
  tell_whose(record, now);
  if (!record->uac_ours && !record->list_ours && !record->rbcd_ours) {
    save(changer, record, KCD_RECORD_ALREADY);
    ret->state = "already";
    return;
  }
  ret->wrote = true;
  ret->state = "applied";
  save(changer, record, KCD_RECORD_APPLIED);
  const struct difference made = difference_of(record);
  if (is_in_place(now, &made))
    return;
  conflict(ret, now->dn, changer->session->server, "was changed again at once by somebody else");
  kcd_error_wrap(&ret->error, "written, but");
}

static void lost_and_unknown(const struct kcd_changer *changer, const struct kcd_record *record,
                             struct kcd_change_result *ret)
{
  ret->state = "unknown";
  kcd_error_next(&ret->error, "when %s answers again: kcdfix undo %s finds out, and takes it back if it was made",
                 changer->session->server, record->id);
}

/* The answer to the write did not come: a new connection tells what became of it. "Nothing is there" closes nothing: a
 * server that is slow may carry the write out later. */
static void answer_lost(struct kcd_changer *changer, struct kcd_record *record, struct kcd_change_result *ret)
{
  struct kcd_account now = {0};
  struct kcd_error trouble = KCD_ERROR_INIT;
  enum kcd_record_state state = KCD_RECORD_UNKNOWN;
  struct kcd_session *session = changer->session;
  if (kcd_session_reconnect(session, changer->run->options, &trouble) == 0 &&
      kcd_gather_account(session->dir, record->guid, &now, &trouble) == 0)
    state = kcd_record_resolve(record, &now);
  if (state == KCD_RECORD_APPLIED) {
    ret->error = KCD_ERROR_INIT;
    after_success(changer, record, &now, ret);
  } else if (state == KCD_RECORD_ALREADY) {
    ret->error = KCD_ERROR_INIT;
    record->list_ours = record->uac_ours = record->rbcd_ours = false;
    save(changer, record, KCD_RECORD_ALREADY);
    ret->state = "already";
  } else {
    save(changer, record, KCD_RECORD_UNKNOWN);
    lost_and_unknown(changer, record, ret);
  }
  kcd_account_done(&now);
}

static void after_failure(struct kcd_changer *changer, struct kcd_record *record, struct kcd_change_result *ret)
{
  switch (ret->error.code) {
  case KCD_E_UNKNOWN_RESULT:
    answer_lost(changer, record, ret);
    return;
  case KCD_E_CONFLICT:
    save(changer, record, KCD_RECORD_CONFLICT);
    ret->state = "conflict";
    return;
  default:
    save(changer, record, KCD_RECORD_REFUSED);
    ret->state = "refused";
    return;
  }
}

/* What the right is that is missing, in the words of the policy; the server's text differs by server. */
static void explain_denial(struct kcd_changer *changer, const struct kcd_record *record, struct kcd_error *err)
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

/* The directory addresses the object by its objectGUID; people know it by its DN. */
static void explain_failure(struct kcd_changer *changer, const struct kcd_record *record, struct kcd_error *err)
{
  if (err->code == KCD_E_DENIED)
    explain_denial(changer, record, err);
  KCD_AUTO_CHAR dn = kcd_safe(record->dn);
  kcd_error_wrap(err, "%s", dn);
  kcd_error_on(err, record->dn, NULL);
}

static void write_and_read_back(struct kcd_changer *changer, struct kcd_record *record, const struct mods *mods,
                                struct kcd_change_result *ret)
{
  struct kcd_session *session = changer->session;
  struct kcd_modify_result result = {0};
  int rc = kcd_dir_modify(session->dir, record->guid, mods->v, mods->n, &result, &ret->error);
  if (result.usn_before > record->usn_before)
    record->usn_before = result.usn_before;
  if (rc != 0) {
    explain_failure(changer, record, &ret->error);
    after_failure(changer, record, ret);
    return;
  }
  struct kcd_account now = {0};
  if (kcd_gather_account(session->dir, record->guid, &now, &ret->error) == 0) {
    after_success(changer, record, &now, ret);
  } else {
    kcd_error_wrap(&ret->error, "written, but it cannot be read back");
    ret->error.code = KCD_E_UNKNOWN_RESULT;
    answer_lost(changer, record, ret);
  }
  kcd_account_done(&now);
}

/* After a write that was made, or may have been, a signal must not say that nothing was changed. */
static void end_of_write(const struct kcd_change_result *result)
{
  if (result->wrote || strcmp(result->state, "unknown") == 0)
    kcd_interrupt_keep();
  kcd_interrupt_release();
}

void kcd_change_apply(struct kcd_changer *changer, const struct kcd_object_plan *plan, struct kcd_record *record,
                      struct kcd_change_result *ret)
{
  struct kcd_session *session = changer->session;
  *ret = (struct kcd_change_result){.state = "refused"};
  uint64_t usn = committed_usn(session);
  struct kcd_account now = {0};
  if (kcd_gather_account(session->dir, plan->host->guid, &now, &ret->error) != 0)
    return;
  if (still_as_planned(plan, &now, session->server, ret) != 0) {
    kcd_account_done(&now);
    return;
  }
  fill_record(record, plan, &now, usn);
  kcd_account_done(&now);
  kcd_interrupt_hold(KCD_MIDWAY_CHANGE);
  if (kcd_state_save_record(changer->state, record, true, &ret->error) == 0) {
    struct mods mods;
    const struct difference difference = difference_of(record);
    mods_init(&mods, &difference);
    write_and_read_back(changer, record, &mods, ret);
    mods_done(&mods);
  }
  end_of_write(ret);
}

/* ---- undo ---- */

static bool is_taken_back(const struct kcd_account *now, const struct kcd_undo_plan *plan)
{
  if (!all_are(now, &plan->remove, false) || !all_are(now, &plan->restore, true))
    return false;
  if (plan->restores_rbcd && !kcd_bytes_equal(&now->rbcd, &plan->rbcd_then))
    return false;
  return plan->uac_before == plan->uac_after ||
         ((now->uac ^ plan->uac_after) & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) == 0;
}

static void undone(struct kcd_changer *changer, struct kcd_record *record, struct kcd_change_result *ret)
{
  record->undone = time(NULL);
  save_state(changer, record, KCD_RECORD_UNDONE);
  ret->state = "applied";
  ret->wrote = true;
}

static void undo_read_back(struct kcd_changer *changer, struct kcd_record *record, const struct kcd_undo_plan *plan,
                           enum kcd_record_state state_before, struct kcd_change_result *ret)
{
  struct kcd_account now = {0};
  struct kcd_error trouble = KCD_ERROR_INIT;
  bool lost = ret->error.code == KCD_E_UNKNOWN_RESULT;
  if ((lost && kcd_session_reconnect(changer->session, changer->run->options, &trouble) != 0) ||
      kcd_gather_account(changer->session->dir, record->guid, &now, &trouble) != 0) {
    ret->state = "unknown"; /* the record stays "undoing" and tells so */
    if (!lost)
      ret->error = trouble;
    kcd_error_next(&ret->error, "the same command again finds out");
  } else if (is_taken_back(&now, plan)) {
    ret->error = KCD_ERROR_INIT;
    undone(changer, record, ret);
  } else {
    save_state(changer, record, state_before);
    ret->state = "conflict";
    if (!lost)
      conflict(ret, now.dn, changer->session->server, "was changed again at once by somebody else");
  }
  kcd_account_done(&now);
}

void kcd_change_undo(struct kcd_changer *changer, struct kcd_record *record, const struct kcd_account *now,
                     const struct kcd_undo_plan *plan, struct kcd_change_result *ret)
{
  *ret = (struct kcd_change_result){.state = "refused"};
  enum kcd_record_state state_before = record->state;
  /* The record of an unfinished write claims everything; "undoing" may claim only what the object shows. */
  if (state_before == KCD_RECORD_PLANNED || state_before == KCD_RECORD_UNKNOWN)
    kcd_record_claim(record, now);
  record->state = KCD_RECORD_UNDOING;
  kcd_interrupt_hold(KCD_MIDWAY_CHANGE);
  if (kcd_state_save_record(changer->state, record, false, &ret->error) != 0) {
    end_of_write(ret);
    return;
  }
  struct mods mods;
  struct kcd_modify_result result = {0};
  const struct difference difference = {.add = &plan->restore,
                                        .remove = &plan->remove,
                                        .uac_before = plan->uac_before,
                                        .uac_after = plan->uac_after,
                                        .rbcd_old = plan->rbcd_now,
                                        .rbcd_new = plan->rbcd_then};
  mods_init(&mods, &difference);
  int rc = kcd_dir_modify(changer->session->dir, record->guid, mods.v, mods.n, &result, &ret->error);
  if (rc == 0 || ret->error.code == KCD_E_UNKNOWN_RESULT) {
    undo_read_back(changer, record, plan, state_before, ret);
  } else {
    explain_failure(changer, record, &ret->error);
    save_state(changer, record, state_before);
    ret->state = ret->error.code == KCD_E_CONFLICT ? "conflict" : "refused";
  }
  end_of_write(ret);
  mods_done(&mods);
}
