#include "stand_in_end.h"

#include <string.h>
#include <time.h>

#include <kcdfix/clock.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#include "interrupt.h"

#define PAUSE_MS 250 /* between two questions to a DC that does not answer */

static const struct kcd_options *options_of(const struct kcd_stand_in_maker *maker)
{
  return maker->run->options;
}

/* ---- time ---- */

static void pause_ms(int64_t ms)
{
  const struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
  nanosleep(&span, NULL);
}

/* Whatever becomes of the time of day, and of a pause that a signal ends. */
static void wait_until(int64_t deadline)
{
  while (kcd_now_ms() < deadline)
    pause_ms(PAUSE_MS);
}

/* ---- the record's end ---- */

void stand_in_save(const struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record,
                   enum kcd_stand_in_state state)
{
  struct kcd_error err = KCD_ERROR_INIT;
  record->state = state;
  if (!kcd_stand_in_is_open(state))
    record->closed = time(NULL);
  if (kcd_stand_in_save(&maker->store, record, false, &err) != 0)
    kcd_show_error(&err);
}

static int left_behind(const struct kcd_stand_in_maker *maker, const struct kcd_stand_in_record *record,
                       struct kcd_error *err)
{
  KCD_AUTO_CHAR context = kcd_session_context(options_of(maker));
  kcd_error_wrap(err, "the temporary account %s may be left behind on %s", record->name, record->dc);
  kcd_error_id(err, "stand-in-left-behind");
  kcd_error_on(err, record->dn, record->dc);
  if (err->code == KCD_E_NOT_FOUND)
    return -1; /* never shown: close_as_absent said what is to be done */
  return kcd_error_next(err, "kcdfix stand-in --clean%s%s", *context ? " " : "", context);
}

/* ---- looking for it, deleting it ---- */

int stand_in_look(const struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record, bool *ret_found,
                  struct kcd_error *err)
{
  KCD_AUTO_VALUE(kcd_stand_in_found) found = {0};
  KCD_AUTO_CHAR why = NULL;
  struct kcd_dir *dir = maker->session->dir;
  struct kcd_error trouble = KCD_ERROR_INIT;
  int rc = record->has_guid ? kcd_stand_in_find_guid(dir, record->guid, &found, &trouble)
                            : kcd_stand_in_find(dir, record->name, &found, &trouble);
  *ret_found = rc == 0;
  if (rc != 0 && trouble.code == KCD_E_NOT_FOUND)
    return 0;
  if (rc != 0) {
    *err = trouble;
    return -1;
  }
  if (kcd_stand_in_is_recorded(&found, record, &why)) {
    record->has_guid = true;
    memcpy(record->guid, found.guid, sizeof record->guid);
    return 0;
  }
  if (kcd_stand_in_had_name_first(&found, record)) {
    *ret_found = false;
    return 0;
  }
  kcd_fail(err, KCD_E_CONFLICT, "%s is not the account that was recorded, and is not deleted: %s", record->name, why);
  kcd_error_id(err, "stand-in-not-ours");
  kcd_error_on(err, found.dn, record->dc);
  return kcd_error_next(err, "see what became of it; once it is deleted or renamed: kcdfix stand-in --clean");
}

static bool may_come_back(const struct kcd_error *err)
{
  return err->code == KCD_E_UNREACHABLE || err->code == KCD_E_UNKNOWN_RESULT || err->code == KCD_E_NOT_AUTHENTICATED;
}

/* Deletes what LOOK finds, and looks again. 0: the DC says that it is gone. */
static int delete_once(const struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record, bool *ret_found,
                       struct kcd_error *err)
{
  bool found = false;
  if (stand_in_look(maker, record, &found, err) != 0)
    return -1;
  *ret_found = *ret_found || found;
  if (!found)
    return 0;
  if (kcd_stand_in_delete(maker->session->dir, record->guid, err) != 0) {
    if (err->code != KCD_E_NOT_FOUND)
      return -1;
    *err = KCD_ERROR_INIT;
  }
  if (stand_in_look(maker, record, &found, err) != 0 || !found)
    return kcd_error_is_set(err) ? -1 : 0;
  return kcd_fail(err, KCD_E_REJECTED, "%s still shows it after the deletion", record->dc);
}

/* A new connection, within what is left of the time limit. */
static int reconnect(const struct kcd_stand_in_maker *maker, int64_t deadline, struct kcd_error *err)
{
  struct kcd_options hurried = *options_of(maker);
  int64_t left = deadline - kcd_now_ms();
  if (left < PAUSE_MS)
    left = PAUSE_MS;
  if (left < hurried.timeout_ms)
    hurried.timeout_ms = (int)left;
  return kcd_session_reconnect(maker->session, &hurried, err);
}

static void say_waiting(const struct kcd_stand_in_maker *maker, const struct kcd_stand_in_record *record)
{
  kcd_message("%s does not answer; waiting for it up to %d s, to delete %s", record->dc,
              options_of(maker)->timeout_ms / 1000, record->name);
}

/* Deletes it, and asks a DC that went away again until the time limit is over. */
static int delete_patiently(const struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record, bool *ret_found,
                            struct kcd_error *err)
{
  *ret_found = false;
  if (delete_once(maker, record, ret_found, err) == 0)
    return 0;
  if (!may_come_back(err))
    return -1;
  say_waiting(maker, record);
  int64_t deadline = kcd_now_ms() + options_of(maker)->timeout_ms;
  while (kcd_now_ms() < deadline) {
    struct kcd_error trouble = KCD_ERROR_INIT;
    if (reconnect(maker, deadline, &trouble) == 0 && delete_once(maker, record, ret_found, &trouble) == 0) {
      *err = KCD_ERROR_INIT;
      return 0;
    }
    *err = trouble;
    if (!may_come_back(&trouble))
      return -1;
    pause_ms(PAUSE_MS);
  }
  return -1;
}

/* ---- an add whose answer was lost ---- */

/* Not there once proves nothing: a server that is slow may carry the add out later. Absent twice, the time limit apart,
 * over a connection of its own each time, does. 0 and *ret_found: whether it is there; -1: it cannot be told. */
static int look_twice(const struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record, bool *ret_found,
                      struct kcd_error *err)
{
  const time_t apart = options_of(maker)->timeout_ms / 1000 + 1;
  if (stand_in_look(maker, record, ret_found, err) != 0)
    return -1;
  if (*ret_found)
    return 0;
  time_t now = time(NULL);
  if (record->absent == 0 || record->absent > now) {
    record->absent = now;
    stand_in_save(maker, record, KCD_STAND_IN_UNKNOWN);
  }
  if (now - record->absent < apart) {
    kcd_message("%s is not there; looking once more in %d s, since the DC may still be making it", record->name,
                (int)(apart - (now - record->absent)));
    wait_until(kcd_now_ms() + (apart - (now - record->absent)) * 1000);
    if (reconnect(maker, kcd_now_ms() + options_of(maker)->timeout_ms, err) != 0 ||
        stand_in_look(maker, record, ret_found, err) != 0)
      return -1;
  }
  return 0;
}

/* After the connection broke: 1: the account is there after all; 0: it is not, and will not be; -1: not known. */
static int find_out(const struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record, struct kcd_error *err)
{
  int64_t deadline = kcd_now_ms() + options_of(maker)->timeout_ms;
  stand_in_save(maker, record, KCD_STAND_IN_UNKNOWN);
  say_waiting(maker, record);
  do {
    bool found = false;
    struct kcd_error trouble = KCD_ERROR_INIT;
    if (reconnect(maker, deadline, &trouble) == 0 && look_twice(maker, record, &found, &trouble) == 0)
      return found;
    *err = trouble;
    pause_ms(PAUSE_MS);
  } while (kcd_now_ms() < deadline);
  return -1;
}

int stand_in_after_lost_answer(const struct kcd_stand_in_maker *maker, struct kcd_stand_in *stand_in,
                               struct kcd_error *err)
{
  struct kcd_error trouble = KCD_ERROR_INIT;
  switch (find_out(maker, &stand_in->record, &trouble)) {
  case 1:
    *err = KCD_ERROR_INIT;
    return 0;
  case 0:
    stand_in_save(maker, &stand_in->record, KCD_STAND_IN_ABSENT);
    return kcd_error_wrap(err, "no stand-in was made");
  default:
    return left_behind(maker, &stand_in->record, err);
  }
}

/* ---- its end ---- */

static bool is_at_its_dc(const struct kcd_stand_in_maker *maker, const struct kcd_stand_in_record *record)
{
  return kcd_equal_nocase(maker->session->server, record->dc);
}

/* To another DC it may not have come yet. */
static int fail_elsewhere(const struct kcd_stand_in_maker *maker, const struct kcd_stand_in_record *record,
                          struct kcd_error *err)
{
  const char *asked = maker->session->server;
  kcd_fail(err, KCD_E_NOT_FOUND, "%s does not show %s, but it was made on %s", asked, record->name, record->dc);
  kcd_error_id(err, "stand-in-left-behind");
  kcd_error_on(err, record->dn, asked);
  return kcd_error_next(err, "ask %s itself; should it be gone for good, remove %s/%s.json", record->dc,
                        maker->store.open, record->id);
}

/* The DC said that it made it: "not there" can mean that the login may not see it. */
static int fail_never_shown(const struct kcd_stand_in_maker *maker, const struct kcd_stand_in_record *record,
                            struct kcd_error *err)
{
  const char *login = kcd_login_principal(maker->session->login);
  kcd_fail(err, KCD_E_NOT_FOUND, "%s made %s and does not show it to %s", record->dc, record->name, login);
  kcd_error_id(err, "stand-in-left-behind");
  kcd_error_on(err, record->dn, record->dc);
  return kcd_error_next(err,
                        "as somebody who may see it: kcdfix stand-in --clean; should it be gone for good, remove "
                        "%s/%s.json",
                        maker->store.open, record->id);
}

/* "Not there" counts on the DC where it was made alone, and only of what could be seen. */
static int close_as_absent(const struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record,
                           struct kcd_error *err)
{
  if (!is_at_its_dc(maker, record))
    return fail_elsewhere(maker, record, err);
  if (record->state == KCD_STAND_IN_MADE && !record->has_guid)
    return fail_never_shown(maker, record, err);
  stand_in_save(maker, record, KCD_STAND_IN_ABSENT);
  return 0;
}

int kcd_stand_in_remove(struct kcd_stand_in_maker *maker, struct kcd_stand_in *stand_in, struct kcd_error *err)
{
  bool found = false;
  kcd_stand_in_forget(stand_in);
  int rc = delete_patiently(maker, &stand_in->record, &found, err);
  if (rc == 0 && found)
    stand_in_save(maker, &stand_in->record, KCD_STAND_IN_DELETED);
  else if (rc == 0)
    rc = close_as_absent(maker, &stand_in->record, err);
  if (rc != 0)
    left_behind(maker, &stand_in->record, err);
  stand_in->end = rc == 0 ? "deleted" : "left";
  kcd_stand_in_unlock(stand_in->lock);
  stand_in->lock = -1;
  kcd_interrupt_release();
  return rc;
}

int kcd_stand_in_clear(struct kcd_stand_in_maker *maker, struct kcd_stand_in_record *record, bool *ret_found,
                       struct kcd_error *err)
{
  *ret_found = false;
  if (record->state != KCD_STAND_IN_MADE && is_at_its_dc(maker, record)) {
    if (look_twice(maker, record, ret_found, err) != 0)
      return -1;
    if (!*ret_found)
      return close_as_absent(maker, record, err);
  }
  if (delete_patiently(maker, record, ret_found, err) != 0)
    return -1;
  if (!*ret_found)
    return close_as_absent(maker, record, err);
  stand_in_save(maker, record, KCD_STAND_IN_DELETED);
  return 0;
}
