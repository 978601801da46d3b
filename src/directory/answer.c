#include <string.h>

#include <kcdfix/text.h>

#include "flight.h"

static struct task *find_task(struct flight *flight, int msgid)
{
  for (size_t i = 0; i < flight->n; i++)
    if (flight->tasks[i].state == SENT && flight->tasks[i].msgid == msgid)
      return &flight->tasks[i];
  return NULL;
}

/* Else a server could make one small entry into any number of requests. */
static bool is_asked_for(const struct kcd_search *search, const char *attribute)
{
  for (const char *const *asked = search->attributes; asked != NULL && *asked != NULL; asked++)
    if (kcd_equal_nocase(*asked, attribute))
      return true;
  return false;
}

/* Called while an entry is decoded: the server holds values back. */
static void want_rest(void *data, const char *attribute, uint64_t next)
{
  struct flight *flight = data;
  ptrdiff_t current = flight->current - flight->tasks;
  if (flight->current->search == NULL) {
    if (kcd_equal_nocase(attribute, flight->current->attribute) && next > flight->current_first)
      flight->current->first = next;
    return;
  }
  if (!is_asked_for(flight->current->search, attribute))
    return;
  struct task *rest = flight_add(flight); /* moves the tasks */
  flight->current = &flight->tasks[current];
  rest->out = flight->current->out;
  rest->entry = flight->current_entry;
  rest->base = kcd_strdup(rest->out->v[rest->entry].dn);
  rest->attribute = kcd_strdup(attribute);
  rest->first = next;
}

static void note_cut(const struct task *task)
{
  if (task->search->cut != NULL)
    *task->search->cut = true;
}

static int take_entry(struct flight *flight, struct task *task, LDAPMessage *message, struct kcd_error *err)
{
  task->page_had_entries = true;
  struct kcd_entry *entry;
  flight->current = task;
  if (task->search == NULL) {
    flight->current_first = task->first;
    task->first = 0; /* the last part, unless want_rest says otherwise */
    entry = &task->out->v[task->entry];
    return dir_decode_entry(flight->dir, message, entry, &flight->budget, want_rest, flight, err);
  }
  if (task->search->limit > 0 && task->out->n >= task->search->limit) {
    note_cut(task); /* Samba heeds no limit */
    return 0;
  }
  if (task->out->n >= DIR_MAX_ENTRIES)
    return dir_fail_answer(flight->dir, err, "too many objects");
  KCD_AUTO_CHAR dn = dir_entry_dn(flight->dir, message);
  if (dn == NULL)
    return dir_fail_answer(flight->dir, err, "an entry that cannot be decoded");
  if (flight->dir->watch != NULL)
    flight->dir->watch(flight->dir->watch_data);
  flight->current_entry = task->out->n;
  entry = kcd_entries_add(task->out, dn);
  return dir_decode_entry(flight->dir, message, entry, &flight->budget, want_rest, flight, err);
}

static void berval_done(struct berval *value)
{
  ber_memfree(value->bv_val);
}

/* The cookie for the next page, empty after the last. */
static int take_cookie(struct flight *flight, struct task *task, LDAPControl **controls, struct kcd_error *err)
{
  kcd_bytes_done(&task->cookie);
  task->cookie = (struct kcd_bytes){NULL, 0};
  LDAPControl *control = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
  if (control == NULL)
    return 0;
  ber_int_t estimate;
  __attribute__((cleanup(berval_done))) struct berval cookie = {0, NULL};
  if (ldap_parse_pageresponse_control(flight->dir->ld, control, &estimate, &cookie) != LDAP_SUCCESS)
    return dir_fail_answer(flight->dir, err, "a page of results without a readable end");
  if (cookie.bv_len == 0)
    return 0;
  task->cookie = kcd_bytes_copy(cookie.bv_val, cookie.bv_len);
  task->empty_pages = task->page_had_entries ? 0 : task->empty_pages + 1;
  if (task->empty_pages > DIR_MAX_EMPTY_PAGES)
    return dir_fail_answer(flight->dir, err, "empty pages without end");
  return 0;
}

static void end_or_go_on(struct flight *flight, struct task *task)
{
  bool more = task->search == NULL ? task->first != 0 : task->cookie.len > 0 && task->search->cursor == NULL;
  if (more)
    task->state = READY;
  else
    flight_finish(flight, task);
}

/* Whether a result that is no success is still an answer. */
static bool is_tolerated(const struct task *task, int result)
{
  if (task->search == NULL)
    return false;
  if (task->search->best_effort)
    return true;
  if (result == LDAP_SIZELIMIT_EXCEEDED)
    return task->search->limit > 0;
  if (result == LDAP_NO_SUCH_OBJECT || result == LDAP_INVALID_DN_SYNTAX)
    return task->search->missing_is_empty;
  return false;
}

static int take_result(struct flight *flight, struct task *task, LDAPMessage *message, struct kcd_error *err)
{
  flight->sent--;
  int result = LDAP_OTHER;
  DIR_AUTO_TEXT text = NULL;
  DIR_AUTO_CONTROLS controls = NULL;
  if (ldap_parse_result(flight->dir->ld, message, &result, NULL, &text, NULL, &controls, 0) != LDAP_SUCCESS)
    return dir_fail_answer(flight->dir, err, "a result that cannot be decoded");
  if (result != LDAP_SUCCESS && !is_tolerated(task, result)) {
    dir_fail(flight->dir, result, text, err, "search");
    return kcd_error_on(err, task->search != NULL ? task->search->base : task->base, NULL);
  }
  if (result != LDAP_SUCCESS) {
    if (result == LDAP_SIZELIMIT_EXCEEDED)
      note_cut(task);
    flight_finish(flight, task);
    return 0;
  }
  if (task_is_paged(task) && take_cookie(flight, task, controls, err) < 0)
    return -1;
  if (task->search == NULL && !task->page_had_entries)
    task->first = 0; /* the object went away meanwhile */
  end_or_go_on(flight, task);
  return 0;
}

int flight_take(struct flight *flight, LDAPMessage *message, struct kcd_error *err)
{
  struct task *task = find_task(flight, ldap_msgid(message));
  if (task == NULL)
    return 0; /* of an earlier flight, or nobody's */
  switch (ldap_msgtype(message)) {
  case LDAP_RES_SEARCH_ENTRY:
    return take_entry(flight, task, message, err);
  case LDAP_RES_SEARCH_RESULT:
    return take_result(flight, task, message, err);
  default:
    return 0; /* continuation references are not followed */
  }
}
