/* What a stand-in is made of, and what it shows of its host. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "facts_fixture.h"
#include "stand_in_fixture.h"

#define FILETIME_2030 UINT64_C(135379296000000000)
#define FILETIME_NEVER UINT64_C(0x7fffffffffffffff)

/* ---- settings ---- */

static struct kcd_stand_in_settings settings_of(const struct kcd_account *host)
{
  struct kcd_stand_in_settings settings = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(kcd_stand_in_settings_of(host, &settings, &err), 0);
  assert_false(kcd_error_is_set(&err));
  return settings;
}

static void the_settings_are_those_of_the_host(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  kcd_values_add(&d.host.delegate_to, "a\0b\xff", 4);
  d.host.enctypes = 24;
  d.host.has_enctypes = true;
  d.host.account_expires = FILETIME_2030;
  kcd_values_add(&d.host.logon_hours, "\0\xff\0", 3);
  struct kcd_stand_in_settings settings = settings_of(&d.host);
  assert_int_equal(settings.uac, KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION);
  assert_int_equal(settings.list.n, 3);
  for (size_t i = 0; i < 3; i++)
    assert_true(kcd_bytes_equal(&settings.list.v[i], &d.host.delegate_to.v[i]));
  assert_true(settings.has_enctypes && settings.enctypes == 24);
  assert_true(settings.expires == FILETIME_2030);
  assert_int_equal(settings.logon_hours.n, 1);
  assert_true(kcd_bytes_equal(&settings.logon_hours.v[0], &d.host.logon_hours.v[0]));
  kcd_stand_in_settings_done(&settings);
  kcd_stand_in_settings_done(&settings);
  kcd_stand_in_settings_done(NULL);
  domain_done(&d);
}

/* Bit by bit: what a KDC reads is copied, and nothing else comes along. */
static void only_what_a_kdc_reads_is_copied(void **state)
{
  (void)state;
  const uint32_t copied = KCD_UAC_TRUSTED_FOR_DELEGATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION |
                          KCD_UAC_NOT_DELEGATED | KCD_UAC_USE_DES_KEY_ONLY | KCD_UAC_NO_AUTH_DATA_REQUIRED |
                          KCD_UAC_DISABLED;
  struct domain d;
  domain_init(&d);
  for (unsigned i = 0; i < 32; i++) {
    const uint32_t bit = UINT32_C(1) << i;
    d.host.uac = bit | (i % 2 == 0 ? KCD_UAC_WORKSTATION : 0);
    if (kcd_account_is_dc(&d.host))
      continue;
    struct kcd_stand_in_settings settings = settings_of(&d.host);
    assert_int_equal(settings.uac, KCD_UAC_WORKSTATION | (bit & copied));
    kcd_stand_in_settings_done(&settings);
  }
  domain_done(&d);
}

static void never_expiring_is_written_one_way(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  static const uint64_t never[] = {0, FILETIME_NEVER};
  for (size_t i = 0; i < 2; i++) {
    d.host.account_expires = never[i];
    struct kcd_stand_in_settings settings = settings_of(&d.host);
    assert_true(settings.expires == 0);
    kcd_stand_in_settings_done(&settings);
  }
  domain_done(&d);
}

static void check_refused(const struct kcd_account *host, const char *why)
{
  struct kcd_stand_in_settings settings = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(kcd_stand_in_settings_of(host, &settings, &err), -1);
  assert_int_equal(err.code, KCD_E_UNSUPPORTED);
  assert_string_equal(err.id, "stand-in-not-possible");
  assert_non_null(strstr(err.message, why));
}

static void not_everything_has_a_stand_in(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  check_refused(&d.user, "alice: it is no computer account");
  check_refused(&d.krbtgt, "the account of the KDC");
  d.other.kind = KCD_KIND_OTHER;
  check_refused(&d.other, "no computer account");
  d.server.uac = KCD_UAC_SERVER_TRUST;
  check_refused(&d.server, "2016GUI: it is a domain controller");
  d.server.uac = KCD_UAC_WORKSTATION | KCD_UAC_PARTIAL_SECRETS;
  check_refused(&d.server, "domain controller");
  d.host.kind = KCD_KIND_MANAGED_SERVICE;
  struct kcd_stand_in_settings settings = settings_of(&d.host);
  kcd_stand_in_settings_done(&settings);
  d.host.has_uac = false;
  check_refused(&d.host, "userAccountControl cannot be read");
  domain_done(&d);
}

static void the_privilege_is_for_lists_and_bits(void **state)
{
  (void)state;
  struct kcd_stand_in_settings settings = {.uac = KCD_UAC_WORKSTATION | KCD_UAC_NOT_DELEGATED | KCD_UAC_DISABLED};
  assert_false(kcd_stand_in_needs_privilege(&settings));
  settings.uac = KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_FOR_DELEGATION;
  assert_true(kcd_stand_in_needs_privilege(&settings));
  settings.uac = KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
  assert_true(kcd_stand_in_needs_privilege(&settings));
  settings.uac = KCD_UAC_WORKSTATION;
  kcd_values_add_text(&settings.list, "cifs/2016GUI");
  assert_true(kcd_stand_in_needs_privilege(&settings));
  kcd_stand_in_settings_done(&settings);
}

static struct kcd_stand_in_settings with_list(const char *const *list)
{
  struct kcd_stand_in_settings settings = {.uac = KCD_UAC_WORKSTATION, .enctypes = 24, .has_enctypes = true};
  for (; *list != NULL; list++)
    kcd_values_add_text(&settings.list, *list);
  return settings;
}

/* Whether settings that list A and B are the same both ways round. */
static bool same_lists(const char *const *a, const char *const *b)
{
  struct kcd_stand_in_settings left = with_list(a), right = with_list(b);
  bool same = kcd_stand_in_settings_equal(&left, &right);
  assert_int_equal(kcd_stand_in_settings_equal(&right, &left), same);
  kcd_stand_in_settings_done(&left);
  kcd_stand_in_settings_done(&right);
  return same;
}

#define SPNS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void the_order_of_the_list_does_not_count(void **state)
{
  (void)state;
  assert_true(same_lists(SPNS(NULL), SPNS(NULL)));
  assert_true(same_lists(SPNS("a/b", "c/d", "e/f"), SPNS("e/f", "a/b", "c/d")));
  assert_true(same_lists(SPNS("a/b", "c/d", "a/b"), SPNS("a/b", "a/b", "c/d")));
  assert_false(same_lists(SPNS("a/b", "c/d", "a/b"), SPNS("a/b", "c/d", "c/d")));
  assert_false(same_lists(SPNS("a/b"), SPNS("A/b")));
  assert_false(same_lists(SPNS("a/b"), SPNS("a/b", "a/b")));
  assert_false(same_lists(SPNS("a/b"), SPNS("a/bc")));
}

static void every_other_setting_counts(void **state)
{
  (void)state;
  const struct kcd_stand_in_settings one = {.uac = 0x1000, .enctypes = 24, .has_enctypes = true, .expires = 1};
  struct kcd_stand_in_settings other = one;
  assert_true(kcd_stand_in_settings_equal(&one, &other));
  other.uac |= KCD_UAC_DISABLED;
  assert_false(kcd_stand_in_settings_equal(&one, &other));
  other = one;
  other.enctypes = 8;
  assert_false(kcd_stand_in_settings_equal(&one, &other));
  other = one;
  other.has_enctypes = false;
  assert_false(kcd_stand_in_settings_equal(&one, &other));
  other = one;
  other.expires = 0;
  assert_false(kcd_stand_in_settings_equal(&one, &other));
  other = one;
  kcd_values_add(&other.logon_hours, "\0", 1);
  assert_false(kcd_stand_in_settings_equal(&one, &other));
  kcd_values_done(&other.logon_hours);
}

/* ---- what stands in the account ---- */

static void the_description_says_what_it_is(void **state)
{
  (void)state;
  KCD_AUTO_CHAR plain = kcd_stand_in_description(fixture_nonce, "CORE2016$", "admin@KCD.TEST", NOW + 900, NULL);
  assert_string_equal(plain, "kcdfix stand-in " NONCE_DIGITS " temporary account with the delegation settings of "
                             "CORE2016$, made by admin@KCD.TEST, of no use after 2026-11-21 20:29Z, may be deleted");
  KCD_AUTO_CHAR empty = kcd_stand_in_description(fixture_nonce, "CORE2016$", "admin@KCD.TEST", NOW + 900, "");
  assert_string_equal(empty, plain);
  KCD_AUTO_CHAR reason = kcd_stand_in_description(fixture_nonce, "CORE2016$", "admin@KCD.TEST", NOW + 900, "CHG 4711");
  assert_non_null(strstr(reason, ", may be deleted: CHG 4711"));
}

static void the_description_keeps_its_bounds(void **state)
{
  (void)state;
  static const char *const units[] = {"x",       "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xc3\xa4", "\n",
                                      "\x1b[2J", "\xff",         "\xe2\x80\xae",     "\\x41"};
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
    for (size_t shift = 0; shift < 12; shift++) {
      struct kcd_buf text;
      kcd_buf_init(&text, KCD_BUF_DEFAULT_CAP);
      for (size_t n = 0; n < shift; n++)
        kcd_buf_add_text(&text, "y");
      for (size_t n = 0; n < 2000; n++)
        kcd_buf_add_text(&text, units[i]);
      KCD_AUTO_CHAR hostile = kcd_buf_take_text(&text);
      KCD_AUTO_CHAR by_reason = kcd_stand_in_description(fixture_nonce, "CORE2016$", "admin", NOW, hostile);
      KCD_AUTO_CHAR by_all = kcd_stand_in_description(fixture_nonce, hostile, hostile, NOW, hostile);
      assert_in_range(strlen(by_reason), 1000, 1024);
      assert_in_range(strlen(by_all), 900, 1024);
      assert_true(kcd_is_displayable(by_reason) && kcd_is_displayable(by_all));
      uint8_t nonce[KCD_STAND_IN_NONCE] = {0};
      assert_int_equal(kcd_stand_in_mark_parse(by_all, nonce), 0);
      assert_memory_equal(nonce, fixture_nonce, sizeof nonce);
      assert_non_null(strstr(by_all, "may be deleted"));
    }
}

static void a_reason_that_just_fits_is_whole(void **state)
{
  (void)state;
  KCD_AUTO_CHAR head = kcd_stand_in_description(fixture_nonce, "CORE2016$", "admin", NOW, NULL);
  const size_t room = 1024 - strlen(head) - 2;
  for (size_t over = 0; over < 2; over++) {
    KCD_AUTO_CHAR reason = kcd_calloc(room + over + 1, 1);
    memset(reason, 'x', room + over);
    KCD_AUTO_CHAR text = kcd_stand_in_description(fixture_nonce, "CORE2016$", "admin", NOW, reason);
    assert_int_equal(strlen(text), 1024);
    assert_int_equal(strcmp(text + 1021, "...") == 0, over == 1);
  }
}

static void a_mark_comes_back(void **state)
{
  (void)state;
  uint8_t nonce[KCD_STAND_IN_NONCE] = {0};
  KCD_AUTO_CHAR mark = kcd_stand_in_mark(fixture_nonce);
  assert_string_equal(mark, "kcdfix stand-in " NONCE_DIGITS);
  assert_int_equal(kcd_stand_in_mark_parse(mark, nonce), 0);
  assert_memory_equal(nonce, fixture_nonce, sizeof nonce);
}

static void what_only_looks_like_a_mark_is_none(void **state)
{
  (void)state;
  static const char *const descriptions[] = {NULL,
                                             "",
                                             "kcdfix stand-in",
                                             "kcdfix stand-in ",
                                             "kcdfix stand-in 0f1e",
                                             " kcdfix stand-in " NONCE_DIGITS,
                                             "KCDFIX stand-in " NONCE_DIGITS,
                                             "kcdfix stand-in  " NONCE_DIGITS,
                                             "kcdfix stand-in 0F1E2D3C4B5A69788796A5B4C3D2E1F0",
                                             "kcdfix stand-in " NONCE_DIGITS "0",
                                             "kcdfix stand-in " NONCE_DIGITS "00 x",
                                             "kcdfix stand-in " NONCE_DIGITS ", x",
                                             "kcdfix stand-in " NONCE_DIGITS "\n",
                                             "kcdfix stand-in 0f1e2d3c4b5a69788796a5b4c3d2e1f",
                                             "kcdfix stand-in 0f1e2d3c4b5a69788796a5b4c3d2e1f x",
                                             "kcdfix stand-in 0f1e2d3c4b5a6978-796a5b4c3d2e1f0",
                                             "kcdfix stand-in 0f1e2d3c4b5a6978\xc3\xa4"
                                             "6a5b4c3d2e1f0"};
  for (size_t i = 0; i < sizeof descriptions / sizeof descriptions[0]; i++) {
    uint8_t nonce[KCD_STAND_IN_NONCE] = {0};
    if (kcd_stand_in_mark_parse(descriptions[i], nonce) != -1)
      fail_msg("%s was taken", descriptions[i]);
  }
}

static void only_windows_asks_for_an_spn(void **state)
{
  (void)state;
  for (int flavour = KCD_FLAVOUR_WINDOWS; flavour <= KCD_FLAVOUR_UNKNOWN; flavour++) {
    KCD_AUTO_CHAR spn = kcd_stand_in_spn((enum kcd_flavour)flavour, fixture_nonce);
    if (kcd_flavour_is_samba((enum kcd_flavour)flavour))
      assert_null(spn);
    else
      assert_string_equal(spn, "kcdfix/" NONCE_DIGITS);
  }
}

/* ---- what it proves ---- */

/* Limits of the pair for a stand-in that is made as kcdfix makes it. */
static void limits_of(const struct domain *d, enum kcd_flavour flavour, struct kcd_stand_in_limits *ret)
{
  struct kcd_stand_in_settings settings = settings_of(&d->host);
  struct kcd_account stand_in;
  KCD_AUTO_CHAR spn = d->host.spns.n == 0 ? NULL : kcd_stand_in_spn(flavour, fixture_nonce);
  kcd_stand_in_account(&d->host, &settings, "KCDFIX-4F21$", spn, &stand_in);
  kcd_stand_in_limits(&d->facts, flavour, &stand_in, ret);
  kcd_account_done(&stand_in);
  kcd_stand_in_settings_done(&settings);
}

static void healthy(struct domain *d)
{
  (void)d;
}
static void kerberos_only(struct domain *d)
{
  d->host.uac = KCD_UAC_WORKSTATION;
}
static void not_listed(struct domain *d)
{
  LIST(d, "cifs/OLDFS");
}
static void disabled_sensitive_des(struct domain *d)
{
  d->host.uac |= KCD_UAC_DISABLED | KCD_UAC_NOT_DELEGATED | KCD_UAC_USE_DES_KEY_ONLY;
}
static void des_only(struct domain *d)
{
  d->host.uac |= KCD_UAC_USE_DES_KEY_ONLY;
}
static void sensitive(struct domain *d)
{
  d->host.uac |= KCD_UAC_NOT_DELEGATED;
}
static void expired(struct domain *d)
{
  d->host.account_expires = 1;
}
static void odd_enctypes(struct domain *d)
{
  d->host.has_enctypes = true;
  d->host.enctypes = 3;
}
static void lets_in_by_sid(struct domain *d)
{
  not_listed(d);
  domain_grant_rbcd(d);
}
static void listed_and_let_in(struct domain *d)
{
  domain_grant_rbcd(d);
}
static struct kcd_sid in_domain(const struct domain *d, uint32_t rid)
{
  struct kcd_sid sid = d->dc.domain_sid;
  sid.sub[sid.count++] = rid;
  return sid;
}
static void join(struct domain *d, uint32_t rid)
{
  d->host.token = kcd_calloc(1, sizeof *d->host.token);
  d->host.token[d->host.n_token++] = in_domain(d, rid);
}
static void grant_group(struct domain *d, uint32_t rid)
{
  not_listed(d);
  join(d, rid);
  domain_aces(d, &(struct ace){.mask = KCD_RIGHT_RBCD_FULL, .sid = in_domain(d, rid)}, 1);
}
static void lets_in_by_group(struct domain *d)
{
  static struct kcd_trustee trustee;
  grant_group(d, 1200);
  trustee = (struct kcd_trustee){.sid = in_domain(d, 1200), .name = (char *)"HV Hosts", .exists = KCD_YES};
  d->facts.trustees = &trustee;
  d->facts.n_trustees = 1;
}
static void lets_in_all_computers(struct domain *d)
{
  grant_group(d, 515);
}
static void lets_in_everyone(struct domain *d)
{
  not_listed(d);
  domain_aces(d, &(struct ace){.mask = KCD_RIGHT_RBCD_FULL, .sid = {.revision = 1, .count = 1, .authority = 1}}, 1);
}
static void keeps_out_by_sid(struct domain *d)
{
  const struct ace aces[] = {{.type = 1, .mask = KCD_RIGHT_RBCD_FULL, .sid = d->host.sid},
                             {.mask = KCD_RIGHT_RBCD_FULL, .sid = {.revision = 1, .count = 1, .authority = 1}}};
  not_listed(d);
  domain_aces(d, aces, 2);
}
/* The host has another primary group. */
static void keeps_out_all_computers(struct domain *d)
{
  const struct ace aces[] = {{.type = 1, .mask = KCD_RIGHT_RBCD_FULL, .sid = in_domain(d, 515)},
                             {.mask = KCD_RIGHT_RBCD_FULL, .sid = {.revision = 1, .count = 1, .authority = 1}}};
  not_listed(d);
  domain_aces(d, aces, 2);
}
static void lets_in_another(struct domain *d)
{
  not_listed(d);
  domain_aces(d, &(struct ace){.mask = KCD_RIGHT_RBCD_FULL, .sid = d->other.sid}, 1);
}
static void protected_host(struct domain *d)
{
  d->host.protected_user = KCD_YES;
}
static void maybe_protected(struct domain *d)
{
  d->host.protected_user = KCD_UNKNOWN;
}
static void policy(struct domain *d)
{
  d->host.has_auth_policy = true;
}
static void locked(struct domain *d)
{
  d->host.uac_computed = KCD_UAC_LOCKED;
}
static void locked_and_disabled(struct domain *d)
{
  locked(d);
  d->host.uac |= KCD_UAC_DISABLED;
}
static void no_keys(struct domain *d)
{
  d->host.pwd_last_set = 0;
  d->host.has_keys = KCD_NO;
}
static void no_spn(struct domain *d)
{
  kcd_values_done(&d->host.spns);
}
static void managed(struct domain *d)
{
  d->host.kind = KCD_KIND_MANAGED_SERVICE;
}
static void unknown_spn(struct domain *d)
{
  domain_drop_owners(d);
}

#define W KCD_FLAVOUR_WINDOWS
#define W08 KCD_FLAVOUR_WINDOWS_2008
#define S17 KCD_FLAVOUR_SAMBA_417
#define S19 KCD_FLAVOUR_SAMBA_419

static const char let_in[] = "2016GUI lets CORE2016 in by a resource-based entry, which names its SID: a stand-in has "
                             "another one";

/* SAID: the one sentence, or the beginning of it; NULL: nothing is said. */
static const struct row {
  const char *said;
  void (*change)(struct domain *d);
  enum kcd_flavour flavour;
  bool covers;
} rows[] = {
    {NULL, healthy, W, true},
    {NULL, healthy, S17, true},
    {NULL, healthy, S19, true},
    {NULL, healthy, KCD_FLAVOUR_SAMBA_MIT, true},
    {NULL, healthy, KCD_FLAVOUR_UNKNOWN, true},
    {NULL, kerberos_only, W, true},
    {NULL, kerberos_only, S17, true},
    {NULL, kerberos_only, S19, true},
    {NULL, not_listed, W, true},
    {NULL, not_listed, S19, true},
    {NULL, disabled_sensitive_des, W, true},
    {NULL, disabled_sensitive_des, S17, true},
    {NULL, des_only, S17, true},
    {NULL, sensitive, S19, true},
    {NULL, sensitive, W, true},
    {NULL, expired, S17, true},
    {NULL, odd_enctypes, S19, true},
    {NULL, unknown_spn, S17, true},
    {let_in, lets_in_by_sid, W, false},
    {let_in, lets_in_by_sid, S19, false},
    {"2016GUI lets CORE2016 in by a resource-based entry, which names its SID: a stand-in has another one; here that "
     "makes no difference",
     lets_in_by_sid, S17, true}, /* which knows no resource-based delegation */
    {"2016GUI lets CORE2016 in by", listed_and_let_in, W, true},
    {"2016GUI lets CORE2016 in by", listed_and_let_in, S19, true},
    {"2016GUI lets CORE2016 in by a resource-based entry for HV Hosts: a stand-in is not in that group",
     lets_in_by_group, W, false},
    {NULL, lets_in_all_computers, W, true},
    {NULL, lets_in_all_computers, S19, true},
    {NULL, lets_in_everyone, W, true},
    {"2016GUI keeps CORE2016 out by a resource-based entry, which names its SID: a stand-in has another one",
     keeps_out_by_sid, W, false},
    {"2016GUI lets CORE2016 in by its resource-based entries, and a stand-in not", keeps_out_all_computers, W, false},
    {NULL, lets_in_another, W, true},
    {NULL, lets_in_another, S19, true},
    {"CORE2016 is in Protected Users: a stand-in is not", protected_host, W, false},
    {"CORE2016 is in Protected Users: a stand-in is not", protected_host, S17, false},
    {"CORE2016 is in Protected Users: a stand-in is not; here that makes no difference", protected_host, W08, true},
    {"whether CORE2016 is in Protected Users cannot be read: a stand-in is not", maybe_protected, S17, true},
    {"an authentication policy or silo is bound to CORE2016: a stand-in has none", policy, W, false},
    {"an authentication policy or silo is bound to CORE2016", policy, S17, false},
    {"CORE2016 is locked: a stand-in is not", locked, W, false},
    {"CORE2016 is locked: a stand-in is not", locked, S19, false},
    {"CORE2016 is locked: a stand-in is not; here that makes no difference", locked_and_disabled, S17, true},
    {"CORE2016 never had a password, and so gets no ticket at all: a stand-in has one", no_keys, S17, false},
    {"CORE2016 has no SPN, and so its stand-in has none: a Windows KDC refuses both", no_spn, W, true},
    {NULL, no_spn, S17, true},
    {NULL, no_spn, S19, true},
    {"CORE2016 is a managed service account, and a stand-in a computer", managed, W, true},
    {"CORE2016 is a managed service account, and a stand-in a computer", managed, S19, true},
};

static void check_row(const struct row *row, size_t index, const struct kcd_stand_in_limits *limits)
{
  const char *said = limits->n == 0 ? NULL : limits->sentences[0];
  const bool whole = row->said == NULL || strncmp(row->said, said == NULL ? "" : said, strlen(row->said)) == 0;
  if (limits->covers != row->covers || limits->n != (row->said == NULL ? 0 : 1) || !whole)
    fail_msg("row %zu: covers %d, %zu sentences, %s", index, limits->covers, limits->n, said == NULL ? "-" : said);
}

static void what_a_stand_in_cannot_show_is_said(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct domain d;
    struct kcd_stand_in_limits limits;
    domain_init(&d);
    rows[i].change(&d);
    limits_of(&d, rows[i].flavour, &limits);
    check_row(&rows[i], i, &limits);
    kcd_stand_in_limits_done(&limits);
    kcd_stand_in_limits_done(&limits);
    domain_done(&d);
  }
}

/* A stand-in that was made with other settings than the host has: whatever the reason, it is not hidden. */
static void an_unforeseen_difference_is_said(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  struct kcd_stand_in_settings settings = settings_of(&d.host);
  struct kcd_account stand_in;
  struct kcd_stand_in_limits limits;
  settings.uac = KCD_UAC_WORKSTATION;
  managed(&d); /* which is said, and explains nothing */
  kcd_stand_in_account(&d.host, &settings, "KCDFIX-4F21$", NULL, &stand_in);
  kcd_stand_in_limits(&d.facts, S19, &stand_in, &limits);
  assert_false(limits.covers);
  assert_int_equal(limits.n, 2);
  assert_non_null(strstr(limits.sentences[1], "first at S4U2Self: their settings differ"));
  kcd_stand_in_limits_done(&limits);
  kcd_account_done(&stand_in);
  kcd_stand_in_settings_done(&settings);
  domain_done(&d);
}

static void a_stand_in_without_the_spn_of_a_host_is_said(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  for (size_t i = 0; i < 2; i++) {
    struct kcd_stand_in_settings settings = settings_of(&d.host);
    struct kcd_account stand_in;
    struct kcd_stand_in_limits limits;
    kcd_stand_in_account(&d.host, &settings, "KCDFIX-4F21$", i == 0 ? NULL : "kcdfix/" NONCE_DIGITS, &stand_in);
    kcd_stand_in_limits(&d.facts, W, &stand_in, &limits);
    assert_false(limits.covers);
    assert_int_equal(limits.n, 1);
    assert_non_null(strstr(limits.sentences[0], i == 0 ? "has an SPN, and its stand-in none" : "has no SPN, and its"));
    kcd_stand_in_limits_done(&limits);
    kcd_account_done(&stand_in);
    kcd_stand_in_settings_done(&settings);
    kcd_values_done(&d.host.spns);
  }
  domain_done(&d);
}

static void sentences_are_safe(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_stand_in_limits limits;
  domain_init(&d);
  lets_in_by_sid(&d);
  protected_host(&d);
  policy(&d);
  set_string(&d.host.sam_account_name, "\x1b[2J\n$");
  set_string(&d.server.sam_account_name, "\xe2\x80\xae\xff$");
  limits_of(&d, W, &limits);
  assert_int_equal(limits.n, 3);
  for (size_t i = 0; i < limits.n; i++)
    assert_true(kcd_is_displayable(limits.sentences[i]));
  kcd_stand_in_limits_done(&limits);
  domain_done(&d);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_settings_are_those_of_the_host),
      cmocka_unit_test(only_what_a_kdc_reads_is_copied),
      cmocka_unit_test(never_expiring_is_written_one_way),
      cmocka_unit_test(not_everything_has_a_stand_in),
      cmocka_unit_test(the_privilege_is_for_lists_and_bits),
      cmocka_unit_test(the_order_of_the_list_does_not_count),
      cmocka_unit_test(every_other_setting_counts),
      cmocka_unit_test(the_description_says_what_it_is),
      cmocka_unit_test(the_description_keeps_its_bounds),
      cmocka_unit_test(a_reason_that_just_fits_is_whole),
      cmocka_unit_test(a_mark_comes_back),
      cmocka_unit_test(what_only_looks_like_a_mark_is_none),
      cmocka_unit_test(only_windows_asks_for_an_spn),
      cmocka_unit_test(what_a_stand_in_cannot_show_is_said),
      cmocka_unit_test(an_unforeseen_difference_is_said),
      cmocka_unit_test(a_stand_in_without_the_spn_of_a_host_is_said),
      cmocka_unit_test(sentences_are_safe),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
