/* Searches against a FAKE server: pages, ranges, limits and faults that no real DC shows on demand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <kcdfix/directory.h>
#include <kcdfix/gather.h>

#include "ldap_server.h"

#define QUICK_MS 300

static const char *const attributes[] = {"servicePrincipalName", NULL};

static struct kcd_dir *open_dir(ldap_server_fn *answer, int timeout_ms)
{
  uint16_t port = ldap_server_start(answer);
  struct kcd_dir_options options = {.host = "127.0.0.1", .port = port, .timeout_ms = timeout_ms};
  struct kcd_dir *dir = NULL;
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_dir_open(&options, &dir, &err) < 0)
    fail_msg("%s", err.message);
  return dir;
}

static void close_dir(struct kcd_dir *dir)
{
  kcd_dir_close(dir);
  ldap_server_stop();
}

static struct kcd_search below(unsigned limit)
{
  return (struct kcd_search){.base = "DC=kcd,DC=test", .scope = KCD_SUBTREE, .attributes = attributes, .limit = limit};
}

static struct kcd_search at(const char *base)
{
  return (struct kcd_search){.base = base, .scope = KCD_BASE, .attributes = attributes};
}

/* Runs one search and keeps what came of it. */
static struct kcd_entries found;
static struct kcd_error err;
static int search(struct kcd_dir *dir, struct kcd_search what)
{
  kcd_entries_done(&found);
  err = KCD_ERROR_INIT;
  return kcd_dir_search(dir, &what, 1, &found, &err);
}

/* ---- RootDSE ---- */

static void rootdse(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(ldap_server_rootdse, 2000);
  const struct kcd_dc *dc = kcd_dir_dc(dir);
  assert_string_equal(dc->name, "fake.kcd.test");
  assert_string_equal(dc->domain, "kcd.test");
  assert_string_equal(dc->realm, "KCD.TEST");
  assert_string_equal(dc->site, "First, Site");
  assert_int_equal(dc->dc_level, 7);
  assert_int_equal(dc->flavour, KCD_FLAVOUR_WINDOWS);
  assert_int_equal(dc->clock, 1795293000);
  assert_int_equal(kcd_dir_requests(dir), 1);
  close_dir(dir);
}

static int open_fails(ldap_server_fn *answer, const char *host)
{
  uint16_t port = ldap_server_start(answer);
  struct kcd_dir_options options = {.host = host, .port = port, .timeout_ms = QUICK_MS};
  struct kcd_dir *dir = NULL;
  err = KCD_ERROR_INIT;
  int status = kcd_dir_open(&options, &dir, &err);
  assert_null(dir);
  ldap_server_stop();
  return status;
}

static bool answer_other_directory(struct ldap_request *request)
{
  ldap_server_entry(request, "", "vendorName", "1", "Somebody", NULL);
  ldap_server_result(request, 0, "");
  return true;
}

static void no_active_directory(void **state)
{
  (void)state;
  assert_int_equal(open_fails(answer_other_directory, "127.0.0.1"), -1);
  assert_int_equal(err.code, KCD_E_UNSUPPORTED);
}

static bool answer_nothing(struct ldap_request *request)
{
  (void)request;
  return true;
}

static bool answer_with_the_end(struct ldap_request *request)
{
  (void)request;
  return false;
}

static long milliseconds_since(const struct timespec *begin)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - begin->tv_sec) * 1000 + (now.tv_nsec - begin->tv_nsec) / 1000000;
}

static void silent_from_the_start(void **state)
{
  (void)state;
  struct timespec begin;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  assert_int_equal(open_fails(answer_nothing, "127.0.0.1"), -1);
  assert_true(milliseconds_since(&begin) < 5 * QUICK_MS);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
  assert_string_equal(err.id, "dc-unreachable");
  assert_non_null(strstr(err.message, "did not answer within 0.3 s"));
}

static void closed_at_once(void **state)
{
  (void)state;
  assert_int_equal(open_fails(answer_with_the_end, "127.0.0.1"), -1);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
  assert_non_null(strstr(err.message, "closed the connection"));
}

static void bad_host_names(void **state)
{
  (void)state;
  static const char *const names[] = {"", "a b", "dc/ldap", "dc?x", "d\xc3\xbc.test", "dc@x", "dc%2f"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    struct kcd_dir_options options = {.host = names[i], .timeout_ms = QUICK_MS};
    struct kcd_dir *dir = NULL;
    err = KCD_ERROR_INIT;
    assert_int_equal(kcd_dir_open(&options, &dir, &err), -1);
    assert_int_equal(err.code, KCD_E_USAGE);
  }
}

/* ---- pages ---- */

static bool answer_two_pages(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  bool first = request->cookie[0] == '\0';
  ldap_server_reference(request);
  ldap_server_entry(request, first ? "CN=A,DC=kcd,DC=test" : "CN=B,DC=kcd,DC=test", "servicePrincipalName", "2",
                    request->paged && request->page_size == 500 ? "paged" : "not paged", first ? "1" : request->cookie,
                    NULL);
  ldap_server_page(request, first ? "next" : "");
  return true;
}

static void pages(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_two_pages, 2000);
  assert_int_equal(search(dir, below(0)), 0);
  assert_int_equal(found.n, 2);
  assert_string_equal(found.v[1].dn, "CN=B,DC=kcd,DC=test");
  const struct kcd_values *values = kcd_entry_get(&found.v[1], "serviceprincipalname");
  assert_int_equal(values->n, 2);
  assert_string_equal((char *)values->v[0].data, "paged");
  assert_string_equal((char *)values->v[1].data, "next");
  assert_int_equal(kcd_dir_requests(dir), 3);
  close_dir(dir);
}

static bool answer_with_size_of_page(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  char size[16];
  snprintf(size, sizeof(size), "%d", (int)request->page_size);
  ldap_server_entry(request, "CN=A,DC=kcd,DC=test", "cn", "1", size, NULL);
  ldap_server_page(request, "");
  return true;
}

static void pages_of_another_size(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_with_size_of_page, 2000);
  struct kcd_search small = below(0);
  small.page = 7;
  assert_int_equal(search(dir, small), 0);
  assert_string_equal((char *)kcd_entry_get(&found.v[0], "cn")->v[0].data, "7");
  close_dir(dir);
}

/* One page a call, each from where the one before ended. */
static void page_by_page(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_two_pages, 2000);
  KCD_AUTO_VALUE(kcd_cursor) cursor = {0};
  struct kcd_search paged = below(0);
  paged.cursor = &cursor;
  assert_int_equal(search(dir, paged), 0);
  assert_int_equal(found.n, 1);
  assert_string_equal(found.v[0].dn, "CN=A,DC=kcd,DC=test");
  assert_false(cursor.finished);
  assert_int_equal(search(dir, paged), 0);
  assert_int_equal(found.n, 1);
  assert_string_equal(found.v[0].dn, "CN=B,DC=kcd,DC=test");
  assert_true(cursor.finished);
  assert_int_equal(kcd_dir_requests(dir), 3);
  close_dir(dir);
}

static bool answer_one_page_and_end(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  if (request->cookie[0] != '\0')
    return false;
  ldap_server_entry(request, "CN=A,DC=kcd,DC=test", "cn", "1", "A", NULL);
  ldap_server_page(request, "next");
  return true;
}

static void down_between_pages(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_one_page_and_end, 2000);
  assert_int_equal(search(dir, below(0)), -1);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
  assert_int_equal(found.n, 0);
  /* libldap would connect anew, without a login: nothing may be sent on such a connection */
  unsigned requests = kcd_dir_requests(dir);
  assert_int_equal(search(dir, below(0)), -1);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
  assert_int_equal(kcd_dir_requests(dir), requests);
  close_dir(dir);
}

static bool answer_empty_pages(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  ldap_server_page(request, "more");
  return true;
}

static void pages_without_end(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_empty_pages, 2000);
  KCD_AUTO_VALUE(kcd_cursor) cursor = {0};
  struct kcd_search paged = below(0);
  paged.cursor = &cursor;
  unsigned calls = 0;
  while (search(dir, paged) == 0)
    assert_true(++calls < 1000);
  assert_int_equal(err.code, KCD_E_MALFORMED);
  assert_int_equal(search(dir, below(0)), -1);
  assert_int_equal(err.code, KCD_E_MALFORMED);
  close_dir(dir);
}

/* ---- ranges, as Windows answers ---- */

static bool answer_in_ranges(struct ldap_request *request)
{
  static const char dn[] = "CN=A,DC=kcd,DC=test";
  if (request->number == 0)
    return ldap_server_rootdse(request);
  if (strcasecmp(request->attribute, "servicePrincipalName;range=4-*") == 0)
    ldap_server_entry(request, dn, "servicePrincipalName;range=4-*", "1", "five", NULL);
  else if (strcasecmp(request->attribute, "servicePrincipalName;range=2-*") == 0)
    ldap_server_entry(request, dn, "servicePrincipalName;range=2-3", "2", "three", "four", NULL);
  else
    ldap_server_entry(request, dn, "servicePrincipalName", "0", "cn", "1", "A", "ServicePrincipalName;Range=0-1", "2",
                      "one", "two", NULL);
  ldap_server_result(request, 0, "");
  return true;
}

static void ranges(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_in_ranges, 2000);
  assert_int_equal(search(dir, below(10)), 0);
  assert_int_equal(found.n, 1);
  const struct kcd_values *values = kcd_entry_get(&found.v[0], "servicePrincipalName");
  static const char *const all[] = {"one", "two", "three", "four", "five"};
  assert_int_equal(values->n, 5);
  for (size_t i = 0; i < 5; i++)
    assert_string_equal((char *)values->v[i].data, all[i]);
  assert_int_equal(kcd_dir_requests(dir), 4);
  close_dir(dir);
}

static bool answer_same_range(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  ldap_server_entry(request, "CN=A,DC=kcd,DC=test", "servicePrincipalName;range=0-1", "2", "one", "two", NULL);
  ldap_server_result(request, 0, "");
  return true;
}

static void ranges_without_progress(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_same_range, 2000);
  assert_int_equal(search(dir, below(10)), 0);
  assert_int_equal(kcd_dir_requests(dir), 3);
  close_dir(dir);
}

/* ---- limits and results ---- */

static bool answer_many(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  for (int i = 0; i < 5; i++)
    ldap_server_entry(request, "CN=A,DC=kcd,DC=test", "cn", "1", "A", NULL);
  ldap_server_result(request, 4, "too many");
  return true;
}

static void size_limit(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_many, 2000);
  assert_int_equal(search(dir, below(3)), 0);
  assert_int_equal(found.n, 3);
  assert_int_equal(search(dir, below(0)), -1);
  assert_int_equal(err.code, KCD_E_REJECTED);
  assert_int_equal(err.foreign, 4);
  assert_string_equal(err.name, "sizeLimitExceeded");
  assert_string_equal(err.server_text, "too many");
  close_dir(dir);
}

static bool answer_five(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  for (int i = 0; i < 5; i++)
    ldap_server_entry(request, "CN=A,DC=kcd,DC=test", "cn", "1", "A", NULL);
  ldap_server_result(request, 0, "");
  return true;
}

static bool is_cut(ldap_server_fn *answer, unsigned limit)
{
  struct kcd_dir *dir = open_dir(answer, 2000);
  bool cut = false;
  struct kcd_search what = below(limit);
  what.cut = &cut;
  assert_int_equal(search(dir, what), 0);
  assert_int_equal(found.n, limit < 5 ? limit : 5);
  close_dir(dir);
  return cut;
}

/* A server may stop by a limit of its own, or heed none. */
static void cut_off(void **state)
{
  (void)state;
  assert_true(is_cut(answer_many, 3));
  assert_true(is_cut(answer_many, 9));
  assert_true(is_cut(answer_five, 4));
  assert_false(is_cut(answer_five, 5));
  assert_false(is_cut(answer_five, 6));
}

static bool answer_by_base(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  ldap_server_result(request, atoi(request->base), "words\n");
  return true;
}

static void missing_objects(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_by_base, 2000);
  struct kcd_search missing = at("32"), malformed = at("34"), denied = at("50"), empty = at("0");
  assert_int_equal(search(dir, missing), -1);
  assert_int_equal(err.code, KCD_E_NOT_FOUND);
  assert_string_equal(err.server_text, "words");
  assert_string_equal(err.object, "32");
  missing.missing_is_empty = malformed.missing_is_empty = denied.missing_is_empty = true;
  assert_int_equal(search(dir, missing), 0);
  assert_int_equal(search(dir, malformed), 0);
  assert_int_equal(search(dir, denied), -1);
  assert_int_equal(err.code, KCD_E_DENIED);
  assert_int_equal(search(dir, empty), 0);
  assert_int_equal(found.n, 0);
  close_dir(dir);
}

/* ---- several searches in one flight ---- */

/* Holds the first back until the second is answered, in between an answer for nobody. */
static bool answer_crosswise(struct ldap_request *request)
{
  static struct ldap_request first;
  if (request->number == 0)
    return ldap_server_rootdse(request);
  if (request->number == 1) {
    first = *request;
    return true;
  }
  struct ldap_request nobody = *request;
  nobody.id = 4711;
  ldap_server_entry(request, "CN=B,DC=kcd,DC=test", "cn", "1", "B", NULL);
  ldap_server_result(&nobody, 0, "");
  ldap_server_entry(&first, "CN=A,DC=kcd,DC=test", "cn", "1", "A", NULL);
  ldap_server_result(request, 0, "");
  ldap_server_result(&first, 0, "");
  return true;
}

static void answers_in_any_order(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_crosswise, 2000);
  struct kcd_search searches[] = {below(5), below(5)};
  struct kcd_entries results[2];
  err = KCD_ERROR_INIT;
  assert_int_equal(kcd_dir_search(dir, searches, 2, results, &err), 0);
  assert_string_equal(results[0].v[0].dn, "CN=A,DC=kcd,DC=test");
  assert_string_equal(results[1].v[0].dn, "CN=B,DC=kcd,DC=test");
  kcd_entries_done(&results[0]);
  kcd_entries_done(&results[1]);
  close_dir(dir);
}

static bool answer_base_searches(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  ldap_server_entry(request, request->base, "cn", "1", request->base, NULL);
  ldap_server_result(request, 0, "");
  return true;
}

static void more_than_fit_at_once(void **state)
{
  (void)state;
  enum { N = 300 };
  struct kcd_dir *dir = open_dir(answer_base_searches, 2000);
  struct kcd_search searches[N];
  struct kcd_entries results[N];
  char bases[N][16];
  for (int i = 0; i < N; i++) {
    snprintf(bases[i], sizeof(bases[i]), "CN=%d", i);
    searches[i] = at(bases[i]);
  }
  err = KCD_ERROR_INIT;
  assert_int_equal(kcd_dir_search(dir, searches, N, results, &err), 0);
  for (int i = 0; i < N; i++) {
    assert_int_equal(results[i].n, 1);
    assert_string_equal(results[i].v[0].dn, bases[i]);
    kcd_entries_done(&results[i]);
  }
  close_dir(dir);
}

/* ---- something to do meanwhile ---- */

struct chore {
  int done, status;
};

static int do_chore(void *data, struct kcd_error *why)
{
  struct chore *chore = data;
  chore->done++;
  return chore->status == 0 ? 0 : kcd_fail(why, KCD_E_IO, "the chore failed");
}

static bool answer_rootdse_alone(struct ldap_request *request)
{
  return request->number > 0 || ldap_server_rootdse(request);
}

static void a_chore_is_done_once(void **state)
{
  (void)state;
  enum { N = 100 }; /* more than are sent at first */
  struct kcd_dir *dir = open_dir(answer_base_searches, 2000);
  struct kcd_search searches[N];
  struct kcd_entries results[N];
  struct chore chore = {0, 0};
  for (int i = 0; i < N; i++)
    searches[i] = at("CN=1");
  err = KCD_ERROR_INIT;
  assert_int_equal(kcd_dir_search_while(dir, searches, N, results, do_chore, &chore, &err), 0);
  assert_int_equal(chore.done, 1);
  for (int i = 0; i < N; i++) {
    assert_int_equal(results[i].n, 1);
    kcd_entries_done(&results[i]);
  }
  close_dir(dir);
}

static void a_chore_waits_for_no_answer(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_rootdse_alone, QUICK_MS);
  struct kcd_search one = at("CN=1");
  struct chore chore = {0, 0};
  err = KCD_ERROR_INIT;
  assert_int_equal(kcd_dir_search_while(dir, &one, 1, &found, do_chore, &chore, &err), -1);
  assert_int_equal(chore.done, 1);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
  close_dir(dir);
}

static void a_chore_that_fails_ends_the_searches(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_base_searches, 2000);
  struct kcd_search one = at("CN=1");
  struct chore chore = {0, -1};
  err = KCD_ERROR_INIT;
  assert_int_equal(kcd_dir_search_while(dir, &one, 1, &found, do_chore, &chore, &err), -1);
  assert_int_equal(chore.done, 1);
  assert_string_equal(err.message, "the chore failed");
  assert_int_equal(search(dir, at("CN=2")), 0); /* the connection is still good */
  close_dir(dir);
}

/* What was asked before in the same words is not sent again: the number of requests tells. */
static unsigned cost(struct kcd_dir *dir, struct kcd_search what)
{
  const unsigned before = kcd_dir_requests(dir);
  assert_int_equal(search(dir, what), 0);
  assert_int_equal(found.n, 1);
  return kcd_dir_requests(dir) - before;
}

static void asked_twice_and_read_once(void **state)
{
  (void)state;
  static const char *const others[] = {"cn", NULL};
  struct kcd_dir *dir = open_dir(answer_base_searches, 2000);
  struct kcd_search steady = at("CN=2"), of_others = at("CN=1");
  steady.steady = true;
  of_others.attributes = others;
  assert_int_equal(cost(dir, at("CN=1")) + cost(dir, at("CN=1")), 2); /* nothing is kept before that is asked for */
  kcd_dir_remember(dir);
  assert_int_equal(cost(dir, at("CN=1")), 1);
  char *first = kcd_strdup(found.v[0].dn);
  assert_int_equal(cost(dir, at("CN=1")), 0);
  assert_string_equal(found.v[0].dn, first);
  free(first);
  assert_int_equal(cost(dir, of_others), 1); /* another question about the same object */
  assert_int_equal(cost(dir, steady) + cost(dir, steady), 1);
  kcd_dir_forget(dir);
  assert_int_equal(cost(dir, at("CN=1")) + cost(dir, at("CN=1")), 2);
  assert_int_equal(cost(dir, steady), 0);
  kcd_dir_remember(dir);
  assert_int_equal(cost(dir, steady), 1); /* that begins with nothing */
  close_dir(dir);
}

static void a_chore_is_done_though_nothing_is_sent(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_base_searches, 2000);
  struct kcd_search one = at("CN=1");
  struct chore chore = {0, 0};
  kcd_dir_remember(dir);
  assert_int_equal(search(dir, one), 0);
  kcd_entries_done(&found);
  assert_int_equal(kcd_dir_search_while(dir, &one, 1, &found, do_chore, &chore, &err), 0);
  assert_int_equal(chore.done, 1);
  close_dir(dir);
}

static bool answer_only_base_searches(struct ldap_request *request)
{
  bool is_convenience = request->number > 0 && request->time_limit > 0;
  return is_convenience || answer_base_searches(request);
}

static void best_effort(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_only_base_searches, QUICK_MS);
  struct kcd_search searches[] = {below(5), at("CN=1")};
  struct kcd_entries results[2];
  searches[0].best_effort = true;
  err = KCD_ERROR_INIT;
  assert_int_equal(kcd_dir_search(dir, searches, 2, results, &err), 0);
  assert_int_equal(results[0].n, 0);
  assert_int_equal(results[1].n, 1);
  kcd_entries_done(&results[1]);
  assert_int_equal(search(dir, at("CN=2")), 0); /* the connection is still good */
  close_dir(dir);
}

/* ---- faults in mid-air ---- */

static bool answer_half_an_entry(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  ldap_server_raw(request, "\x30\x84\x00\x00\x01\x00\x02\x01", 8);
  return true;
}

static void stops_in_an_entry(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_half_an_entry, QUICK_MS);
  struct timespec begin;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  assert_int_equal(search(dir, below(5)), -1);
  assert_true(milliseconds_since(&begin) < 5 * QUICK_MS);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
  close_dir(dir);
}

static bool answer_garbage(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  ldap_server_raw(request, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
  return true;
}

static void garbage(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_garbage, QUICK_MS);
  assert_int_equal(search(dir, below(5)), -1);
  assert_int_equal(err.code, KCD_E_UNREACHABLE);
  close_dir(dir);
}

static bool answer_huge_length(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  ldap_server_raw(request, "\x30\x84\x7f\xff\xff\xff\x02\x01\x02\x64", 10);
  return true;
}

static void huge_length(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_huge_length, 5000);
  struct timespec begin;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  assert_int_equal(search(dir, below(5)), -1);
  assert_true(milliseconds_since(&begin) < 2000); /* refused, not waited for */
  close_dir(dir);
}

/* An entry whose inner lengths lie. */
static bool answer_lying_entry(struct ldap_request *request)
{
  if (request->number == 0)
    return ldap_server_rootdse(request);
  uint8_t lie[] = {0x30, 0x13, 0x02, 0x01, (uint8_t)request->id,
                   0x64, 0x0e, 0x04, 0x02, 'C',
                   'N',  0x30, 0x08, 0x30, 0x7f,
                   0x04, 0x01, 'a',  0x31, 0x00,
                   0x00};
  ldap_server_raw(request, lie, sizeof(lie));
  ldap_server_result(request, 0, "");
  return true;
}

static void lying_entry(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_lying_entry, QUICK_MS);
  assert_int_equal(search(dir, below(5)), -1);
  assert_true(err.code == KCD_E_MALFORMED || err.code == KCD_E_UNREACHABLE);
  close_dir(dir);
}

static bool answer_drop_by_drop(struct ldap_request *request)
{
  ldap_server_drip();
  return answer_base_searches(request);
}

static void drop_by_drop(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_drop_by_drop, 5000);
  assert_int_equal(search(dir, at("CN=1")), 0);
  assert_int_equal(found.n, 1);
  close_dir(dir);
}

/* ---- what every forest has ---- */

static bool answer_rootdse_and_no_objects(struct ldap_request *request)
{
  if (request->base[0] == '\0')
    return ldap_server_rootdse(request);
  ldap_server_result(request, strncmp(request->base, "CN=Directory Service,", 21) == 0 ? 32 : 0, "");
  return true;
}

static void a_forest_without_mappings_is_an_error(void **state)
{
  (void)state;
  struct kcd_dir *dir = open_dir(answer_rootdse_and_no_objects, 2000);
  const char *host = "CORE2016";
  const struct kcd_query query = {.hosts = &host, .n_hosts = 1};
  struct kcd_facts_set set;
  err = KCD_ERROR_INIT;
  assert_int_equal(kcd_gather(dir, &query, &set, &err), -1);
  assert_int_equal(err.code, KCD_E_NOT_FOUND);
  assert_string_equal(err.id, "spn-mappings-missing");
  assert_non_null(
      strstr(err.message, "CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration,DC=kcd,DC=test"));
  close_dir(dir);
}

static int tear_down(void **state)
{
  (void)state;
  kcd_entries_done(&found);
  return 0;
}

int main(void)
{
  signal(SIGPIPE, SIG_IGN);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rootdse),
      cmocka_unit_test(no_active_directory),
      cmocka_unit_test(silent_from_the_start),
      cmocka_unit_test(closed_at_once),
      cmocka_unit_test(bad_host_names),
      cmocka_unit_test(pages),
      cmocka_unit_test(pages_of_another_size),
      cmocka_unit_test(page_by_page),
      cmocka_unit_test(down_between_pages),
      cmocka_unit_test(pages_without_end),
      cmocka_unit_test(ranges),
      cmocka_unit_test(ranges_without_progress),
      cmocka_unit_test(size_limit),
      cmocka_unit_test(cut_off),
      cmocka_unit_test(missing_objects),
      cmocka_unit_test(answers_in_any_order),
      cmocka_unit_test(more_than_fit_at_once),
      cmocka_unit_test(best_effort),
      cmocka_unit_test(a_chore_is_done_once),
      cmocka_unit_test(a_chore_waits_for_no_answer),
      cmocka_unit_test(a_chore_that_fails_ends_the_searches),
      cmocka_unit_test(asked_twice_and_read_once),
      cmocka_unit_test(a_chore_is_done_though_nothing_is_sent),
      cmocka_unit_test(stops_in_an_entry),
      cmocka_unit_test(garbage),
      cmocka_unit_test(huge_length),
      cmocka_unit_test(lying_entry),
      cmocka_unit_test(drop_by_drop),
      cmocka_unit_test(a_forest_without_mappings_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, tear_down);
}
