/* kcdfix stand-in: the temporary accounts that a broken run left behind. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#include "commands.h"
#include "exit_status.h"
#include "interrupt.h"
#include "session.h"
#include "stand_in.h"
#include "terminal.h"

struct clearing {
  struct kcd_run *run;
  struct kcd_stand_in_store store;
  struct kcd_stored_stand_ins open;
  struct kcd_change_tally tally;
};

static const struct kcd_options *options_of(const struct clearing *clearing)
{
  return clearing->run->options;
}

static void clearing_done(struct clearing *clearing)
{
  kcd_stored_stand_ins_done(&clearing->open);
  kcd_stand_in_store_done(&clearing->store);
}

/* ---- those that this machine recorded ---- */

static bool is_left(const struct kcd_stored_stand_in *stored)
{
  return stored->readable && !stored->in_use;
}

static size_t count_left(const struct clearing *clearing)
{
  size_t n = 0;
  for (size_t i = 0; i < clearing->open.n; i++)
    n += is_left(&clearing->open.v[i]);
  return n;
}

/* A file that cannot be read is about an account that nobody can name. */
static void tell_unreadable(struct clearing *clearing)
{
  for (size_t i = 0; i < clearing->open.n; i++) {
    struct kcd_stored_stand_in *stored = &clearing->open.v[i];
    if (stored->readable)
      continue;
    kcd_error_next(&stored->error,
                   "look for accounts with the mark of kcdfix: kcdfix stand-in --all; then remove the file");
    kcd_run_failed(clearing->run, &stored->error);
    clearing->tally.failed++;
  }
}

static void list_recorded(struct clearing *clearing)
{
  for (size_t i = 0; i < clearing->open.n; i++) {
    const struct kcd_stored_stand_in *stored = &clearing->open.v[i];
    if (stored->readable)
      kcd_report_stand_in_record(clearing->run->report, &stored->record, stored->in_use ? "in-use" : "open", NULL);
  }
}

/* The domain controller is the record's, so the command needs no word of where. */
static void only_list_recorded(struct clearing *clearing)
{
  size_t n = count_left(clearing);
  list_recorded(clearing);
  clearing->tally.declined += (unsigned)n;
  if (n > 0)
    kcd_report_next_step(clearing->run->report, "next: kcdfix stand-in --clean");
}

static void report_end(struct clearing *clearing, const struct kcd_stand_in_record *record, const char *state,
                       const struct kcd_error *err)
{
  struct kcd_change_tally *tally = &clearing->tally;
  kcd_report_stand_in_record(clearing->run->report, record, state, err);
  if (!kcd_error_is_set(err)) {
    tally->applied += strcmp(state, "deleted") == 0;
    tally->already_right += strcmp(state, "absent") == 0;
    return;
  }
  kcd_run_failed(clearing->run, err);
  tally->denied += err->code == KCD_E_DENIED;
  tally->conflict += err->code == KCD_E_CONFLICT;
  tally->failed += err->code != KCD_E_DENIED && err->code != KCD_E_CONFLICT;
}

/* Its lock keeps two of these, and the run that may still have it, from each other. */
static void clear_one(struct clearing *clearing, struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record)
{
  struct kcd_error err = KCD_ERROR_INIT;
  bool found = false;
  int lock = kcd_stand_in_lock(&clearing->store, record->id, &err);
  kcd_interrupt_hold(KCD_MIDWAY_STAND_IN);
  if (lock >= 0 && kcd_stand_in_is_closed(&clearing->store, record->id))
    kcd_stand_in_discard(&clearing->store, record->id); /* the lock was made anew */
  else if (lock >= 0)
    kcd_stand_in_clear(maker, record, &found, &err);
  if (found)
    kcd_interrupt_keep();
  kcd_interrupt_release();
  kcd_stand_in_unlock(lock);
  report_end(clearing, record, kcd_error_is_set(&err) ? "left" : found ? "deleted" : "absent", &err);
}

static int check_domain(const struct kcd_dc *dc, const struct kcd_stand_in_record *record, struct kcd_error *err)
{
  if (dc->domain && kcd_equal_nocase(dc->domain, record->domain))
    return 0;
  KCD_AUTO_CHAR domain = kcd_safe(record->domain);
  kcd_fail(err, KCD_E_USAGE, "%s was made in %s, and this is a domain controller of another domain", record->name,
           domain);
  kcd_error_on(err, record->dn, dc->name);
  return kcd_error_next(err, "leave out -S and -D, so that the domain controller of the record is asked");
}

/* All records of one DC, over one session. */
static void clear_on(struct clearing *clearing, const char *dc)
{
  struct kcd_session session = {.writable = true};
  struct kcd_stand_in_maker maker = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  int rc = kcd_session_login(options_of(clearing), &session, &err);
  session.writable = true;
  if (rc == 0)
    rc = kcd_session_connect(&session, options_of(clearing), dc, &err);
  if (rc == 0)
    rc = kcd_stand_in_maker_open(clearing->run, &session, kcd_dir_dc(session.dir), "check", &maker, &err);
  for (size_t i = 0; i < clearing->open.n && !kcd_interrupted(); i++) {
    struct kcd_stored_stand_in *stored = &clearing->open.v[i];
    struct kcd_error mismatch = err;
    if (!is_left(stored) || strcmp(stored->record.dc, dc) != 0)
      continue;
    if (rc != 0 || check_domain(kcd_dir_dc(session.dir), &stored->record, &mismatch) != 0)
      report_end(clearing, &stored->record, "left", &mismatch);
    else
      clear_one(clearing, &maker, &stored->record);
  }
  kcd_stand_in_maker_done(&maker);
  kcd_session_done(&session);
}

static bool is_first_of_dc(const struct clearing *clearing, size_t index)
{
  for (size_t i = 0; i < index; i++)
    if (is_left(&clearing->open.v[i]) && strcmp(clearing->open.v[i].record.dc, clearing->open.v[index].record.dc) == 0)
      return false;
  return true;
}

static void clear_recorded(struct clearing *clearing)
{
  for (size_t i = 0; i < clearing->open.n && !kcd_interrupted(); i++)
    if (is_left(&clearing->open.v[i]) && is_first_of_dc(clearing, i))
      clear_on(clearing, clearing->open.v[i].record.dc);
}

/* ---- asking ---- */

static int may_ask(const struct kcd_options *options, struct kcd_error *err)
{
  if (!options->clean || options->yes || kcd_terminal_can_ask())
    return 0;
  kcd_fail(err, KCD_E_USAGE, "stand-in --clean asks before it deletes anything, and there is no terminal to ask at");
  return kcd_error_next(err, "add --yes to delete without a question, or leave out --clean to see what is there");
}

static bool confirm(const struct kcd_options *options, size_t n)
{
  if (options->yes || n == 0)
    return true;
  KCD_AUTO_CHAR question = kcd_asprintf("Type yes to delete %s: ", n == 1 ? "it" : "them");
  if (kcd_ask_for(question, "yes"))
    return true;
  kcd_message("nothing was deleted");
  return false;
}

static void show_recorded(const struct clearing *clearing)
{
  for (size_t i = 0; i < clearing->open.n; i++) {
    if (!is_left(&clearing->open.v[i]))
      continue;
    const struct kcd_stand_in_record *record = &clearing->open.v[i].record;
    KCD_AUTO_CHAR dn = kcd_safe(record->dn);
    KCD_AUTO_CHAR host = kcd_safe(record->host);
    KCD_AUTO_CHAR dc = kcd_safe(record->dc);
    kcd_message("%s on %s, which had the settings of %s", dn, dc, host);
  }
}

static int clean_recorded(struct clearing *clearing)
{
  size_t n = count_left(clearing);
  if (n > 0)
    show_recorded(clearing);
  if (!confirm(options_of(clearing), n)) {
    list_recorded(clearing);
    clearing->tally.declined += (unsigned)n;
    return -1;
  }
  for (size_t i = 0; i < clearing->open.n; i++)
    if (clearing->open.v[i].readable && clearing->open.v[i].in_use)
      kcd_report_stand_in_record(clearing->run->report, &clearing->open.v[i].record, "in-use", NULL);
  clear_recorded(clearing);
  return 0;
}

/* ---- those of the whole domain ---- */

/* The marked accounts, and what keeps each from being deleted (NULL: nothing). */
struct marked {
  struct kcd_session session;
  struct kcd_stand_ins_found found;
  char **why;
};

static void marked_done(struct marked *marked)
{
  for (size_t i = 0; i < marked->found.n; i++)
    free(marked->why[i]);
  free(marked->why);
  kcd_stand_ins_found_done(&marked->found);
  kcd_session_done(&marked->session);
}

/* Those with an open record of this machine are the records' business, and may be in use. */
static bool is_recorded_here(const struct clearing *clearing, const struct kcd_stand_in_found *found)
{
  uint8_t nonce[KCD_STAND_IN_NONCE];
  if (!found->description || kcd_stand_in_mark_parse(found->description, nonce) != 0)
    return false;
  for (size_t i = 0; i < clearing->open.n; i++)
    if (clearing->open.v[i].readable && memcmp(clearing->open.v[i].record.nonce, nonce, sizeof nonce) == 0)
      return true;
  return false;
}

/* They are in the list already, from their records. */
static void drop_recorded(const struct clearing *clearing, struct kcd_stand_ins_found *found)
{
  size_t kept = 0;
  for (size_t i = 0; i < found->n; i++) {
    if (is_recorded_here(clearing, &found->v[i]))
      kcd_stand_in_found_done(&found->v[i]);
    else
      found->v[kept++] = found->v[i];
  }
  found->n = kept;
}

static void judge_marked(struct marked *marked)
{
  const struct kcd_dc *dc = kcd_dir_dc(marked->session.dir);
  struct kcd_sid caller = {0};
  kcd_login_sid(marked->session.dir, kcd_login_principal(marked->session.login), &caller);
  marked->why = kcd_calloc(marked->found.n + 1, sizeof *marked->why);
  for (size_t i = 0; i < marked->found.n; i++)
    kcd_stand_in_is_abandoned(&marked->found.v[i], kcd_dc_time(dc, time(NULL)), &caller, &dc->domain_sid,
                              &marked->why[i]);
}

static int search_marked(struct clearing *clearing, struct marked *marked, struct kcd_error *err)
{
  const struct kcd_options *options = options_of(clearing);
  if (kcd_session_login(options, &marked->session, err) != 0)
    return -1;
  marked->session.writable = options->clean;
  if (kcd_session_connect(&marked->session, options, NULL, err) != 0 ||
      kcd_stand_ins_search(marked->session.dir, &marked->found, err) != 0)
    return -1;
  drop_recorded(clearing, &marked->found);
  judge_marked(marked);
  return 0;
}

static void list_marked(struct clearing *clearing, const struct marked *marked)
{
  for (size_t i = 0; i < marked->found.n; i++)
    kcd_report_marked_account(clearing->run->report, &marked->found.v[i], marked->session.server,
                              marked->why[i] ? "kept" : "open", marked->why[i]);
}

static size_t count_abandoned(const struct marked *marked)
{
  size_t n = 0;
  for (size_t i = 0; i < marked->found.n; i++)
    n += marked->why[i] == NULL;
  return n;
}

static void show_marked(const struct marked *marked)
{
  for (size_t i = 0; i < marked->found.n; i++) {
    const struct kcd_stand_in_found *found = &marked->found.v[i];
    KCD_AUTO_CHAR dn = kcd_safe(found->dn);
    KCD_AUTO_CHAR description = kcd_safe(found->description);
    if (!marked->why[i])
      kcd_message("%s on %s: %s", dn, marked->session.server, description);
  }
}

/* Deleted by its objectGUID after one more look, since the question may have stood for hours. */
static void delete_marked(struct clearing *clearing, struct marked *marked, size_t index)
{
  const struct kcd_dc *dc = kcd_dir_dc(marked->session.dir);
  struct kcd_stand_in_found *found = &marked->found.v[index];
  KCD_AUTO_VALUE(kcd_stand_in_found) now = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_sid caller = {0};
  KCD_AUTO_CHAR why = NULL;
  kcd_login_sid(marked->session.dir, kcd_login_principal(marked->session.login), &caller);
  int rc = kcd_stand_in_find_guid(marked->session.dir, found->guid, &now, &err);
  if (rc == 0 && !kcd_stand_in_is_abandoned(&now, kcd_dc_time(dc, time(NULL)), &caller, &dc->domain_sid, &why))
    rc = kcd_fail(&err, KCD_E_CONFLICT, "it was changed meanwhile and is kept: %s", why);
  kcd_interrupt_hold(KCD_MIDWAY_STAND_IN);
  if (rc == 0)
    rc = kcd_stand_in_delete(marked->session.dir, found->guid, &err);
  if (rc == 0 || err.code == KCD_E_UNKNOWN_RESULT)
    kcd_interrupt_keep();
  kcd_interrupt_release();
  bool gone = rc != 0 && err.code == KCD_E_NOT_FOUND;
  kcd_report_marked_account(clearing->run->report, found, marked->session.server,
                            rc == 0 ? "deleted"
                            : gone  ? "absent"
                                    : "left",
                            rc == 0 || gone ? NULL : err.message);
  clearing->tally.applied += rc == 0;
  clearing->tally.already_right += gone;
  if (rc == 0 || gone)
    return;
  KCD_AUTO_CHAR name = kcd_safe(found->name);
  kcd_error_wrap(&err, "%s", name);
  kcd_run_failed(clearing->run, &err);
  clearing->tally.denied += err.code == KCD_E_DENIED;
  clearing->tally.conflict += err.code == KCD_E_CONFLICT;
  clearing->tally.failed += err.code != KCD_E_DENIED && err.code != KCD_E_CONFLICT;
}

static void clean_marked(struct clearing *clearing, struct marked *marked)
{
  size_t n = count_abandoned(marked);
  if (n > 0)
    show_marked(marked);
  if (!confirm(options_of(clearing), n)) {
    list_marked(clearing, marked);
    clearing->tally.declined += (unsigned)n;
    return;
  }
  for (size_t i = 0; i < marked->found.n; i++) {
    if (marked->why[i])
      kcd_report_marked_account(clearing->run->report, &marked->found.v[i], marked->session.server, "kept",
                                marked->why[i]);
    else if (!kcd_interrupted())
      delete_marked(clearing, marked, i);
  }
}

static void only_list_marked(struct clearing *clearing, const struct marked *marked)
{
  size_t n = count_abandoned(marked);
  list_marked(clearing, marked);
  clearing->tally.declined += (unsigned)n;
  if (n == 0)
    return;
  KCD_AUTO_CHAR context = kcd_session_context(options_of(clearing));
  KCD_AUTO_CHAR step = kcd_asprintf("next: kcdfix stand-in --clean --all%s%s", *context ? " " : "", context);
  kcd_report_next_step(clearing->run->report, step);
}

static int all_marked(struct clearing *clearing, struct kcd_error *err)
{
  struct marked marked = {0};
  int rc = search_marked(clearing, &marked, err);
  if (rc == 0 && options_of(clearing)->clean)
    clean_marked(clearing, &marked);
  else if (rc == 0)
    only_list_marked(clearing, &marked);
  marked_done(&marked);
  return rc;
}

/* ---- the command ---- */

static int stand_in(struct clearing *clearing, struct kcd_error *err)
{
  const struct kcd_options *options = options_of(clearing);
  if (options->n_operands > 0)
    return kcd_fail(err, KCD_E_USAGE, "stand-in takes no operands; its records say which accounts it is about");
  if (may_ask(options, err) != 0 || kcd_stand_in_store_open(&clearing->store, err) != 0 ||
      kcd_stand_in_load_open(&clearing->store, &clearing->open, err) != 0)
    return -1;
  tell_unreadable(clearing);
  bool go_on = true;
  if (options->clean)
    go_on = clean_recorded(clearing) == 0;
  else
    only_list_recorded(clearing);
  if (go_on && options->all && !kcd_interrupted() && all_marked(clearing, err) != 0)
    return -1;
  if (!kcd_interrupted())
    return kcd_exit_of_tally(&clearing->tally);
  kcd_fail(err, KCD_E_INTERRUPTED, "interrupted; what is not listed was not touched");
  return kcd_error_id(err, "interrupted");
}

int kcd_cmd_stand_in(struct kcd_run *run)
{
  struct clearing clearing = {.run = run};
  struct kcd_error err = KCD_ERROR_INIT;
  int status = stand_in(&clearing, &err);
  clearing_done(&clearing);
  return status < 0 ? kcd_run_failed(run, &err) : status;
}
