/* What the descriptor of a target says about a host: each form of it, read and diagnosed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/findings.h>
#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "facts_fixture.h"

#define FULL KCD_RIGHT_RBCD_FULL
#define WIN KCD_FLAVOUR_WINDOWS
#define S419 KCD_FLAVOUR_SAMBA_419

static const struct kcd_sid everyone = {.revision = 1, .count = 1, .authority = 1};
static const struct kcd_sid authenticated = {.revision = 1, .count = 1, .authority = 5, .sub = {11}};
static const struct kcd_sid computers = {
    .revision = 1, .count = 5, .authority = 5, .sub = {21, 1000, 2000, 3000, 515}}; /* Domain Computers */
static const struct kcd_sid gone = {.revision = 1, .count = 5, .authority = 5, .sub = {21, 1000, 2000, 3000, 1999}};
static const struct kcd_sid foreign = {.revision = 1, .count = 5, .authority = 5, .sub = {21, 7, 7, 7, 1105}};

/* A host that has nothing but what the target says. */
static void host_alone(struct domain *d)
{
  domain_init(d);
  NO_LIST(d);
  d->host.uac = KCD_UAC_WORKSTATION;
  d->host.token = kcd_calloc(2, sizeof *d->host.token);
  d->host.token[0] = d->host.sid;
  d->host.token[1] = computers;
  d->host.n_token = 2;
}

/* Entries in a few letters: 'h' the host, 'g' its group, 'e' Everyone, 'a' Authenticated Users, 'o' another account,
 * 'x' nobody's SID, 'f' one of another domain. */
struct entry {
  char who;
  uint8_t type, flags;
  uint32_t mask;
};

static struct kcd_sid sid_of(const struct domain *d, char who)
{
  switch (who) {
  case 'h':
    return d->host.sid;
  case 'g':
    return computers;
  case 'e':
    return everyone;
  case 'a':
    return authenticated;
  case 'o':
    return d->other.sid;
  case 'f':
    return foreign;
  default:
    return gone;
  }
}

static void describe(struct domain *d, const struct entry *entries)
{
  struct ace aces[4];
  size_t n = 0;
  for (; entries[n].who != '\0'; n++)
    aces[n] = (struct ace){
        .type = entries[n].type, .flags = entries[n].flags, .mask = entries[n].mask, .sid = sid_of(d, entries[n].who)};
  domain_aces(d, aces, n);
}

/* What a gathering would have found out about the SIDs. */
static void look_up(struct domain *d, struct kcd_trustee trustees[3])
{
  trustees[0] = (struct kcd_trustee){.sid = d->other.sid, .name = d->other.sam_account_name, .exists = KCD_YES};
  trustees[1] = (struct kcd_trustee){.sid = gone, .exists = KCD_NO};
  trustees[2] = (struct kcd_trustee){.sid = foreign, .exists = KCD_UNKNOWN};
  d->facts.trustees = trustees;
  d->facts.n_trustees = 3;
}

/* ---- findings ---- */

static const struct {
  const char *what;
  struct entry entries[4];
  enum kcd_verdict windows, samba; /* the host with protocol transition, so that Samba's KDC takes it too */
  const char *id;                  /* NULL: none of the resource-based ones */
  const char *words;
} cases[] = {
    {"the right alone", {{'h', 0, 0, 0x100}}, KCD_WORKS, KCD_WORKS, NULL, NULL},
    {"what Windows writes", {{'h', 0, 0, FULL}}, KCD_WORKS, KCD_WORKS, NULL, NULL},
    {"a group", {{'g', 0, 0, FULL}}, KCD_WORKS, KCD_WORKS, NULL, NULL},
    {"Authenticated Users", {{'a', 0, 0, FULL}}, KCD_WORKS, KCD_WORKS, NULL, NULL},
    {"Everyone", {{'e', 0, 0, FULL}}, KCD_WORKS, KCD_WORKS, NULL, NULL},
    {"allow before deny", {{'h', 0, 0, FULL}, {'g', 1, 0, FULL}}, KCD_WORKS, KCD_WORKS, NULL, NULL},
    {"inherited counts", {{'h', 0, KCD_ACE_INHERITED, FULL}}, KCD_WORKS, KCD_WORKS, NULL, NULL},
    {"deny before allow", {{'g', 1, 0, FULL}, {'h', 0, 0, FULL}}, KCD_FAILS, KCD_FAILS, "rbcd-ace-dead", "denies"},
    {"deny alone", {{'h', 1, 0, 0x100}}, KCD_FAILS, KCD_FAILS, "rbcd-ace-dead", "denies CORE2016$."},
    {"a deny of other rights", {{'h', 1, 0, 0x30}, {'h', 0, 0, FULL}}, KCD_WORKS, KCD_WORKS, NULL, NULL},
    {"inherit-only", {{'h', 0, KCD_ACE_INHERIT_ONLY, FULL}}, KCD_FAILS, KCD_FAILS, "rbcd-ace-dead", "inherit-only"},
    {"one right", {{'h', 5, 0, FULL}}, KCD_FAILS, KCD_FAILS, "rbcd-ace-dead", "one right"},
    {"read and write property", {{'h', 0, 0, 0x30}}, KCD_FAILS, KCD_FAILS, "rbcd-ace-mask", "0x30"},
    {"the raw generic bit", {{'h', 0, 0, 0x10000000}}, KCD_FAILS, KCD_FAILS, "rbcd-ace-mask", "does not contain it"},
    {"nobody's SID", {{'x', 0, 0, FULL}}, KCD_FAILS, KCD_FAILS, "rbcd-ace-dead", "S-1-5-21-1000-2000-3000-1999"},
    {"nobody's SID beside the host", {{'x', 0, 0, FULL}, {'h', 0, 0, FULL}}, KCD_WORKS, KCD_WORKS, NULL, NULL},
    {"another account", {{'o', 0, 0, FULL}}, KCD_FAILS, KCD_FAILS, NULL, NULL},
    {"another domain's account", {{'f', 0, 0, FULL}}, KCD_FAILS, KCD_FAILS, NULL, NULL},
    {"no entry at all", {{'\0', 0, 0, 0}}, KCD_FAILS, KCD_FAILS, NULL, NULL},
};

static const struct kcd_finding *find(const struct kcd_judgement *judgement, enum kcd_finding_id id)
{
  for (size_t i = 0; i < judgement->findings.n; i++)
    if (judgement->findings.v[i].id == id)
      return &judgement->findings.v[i];
  return NULL;
}

static const struct kcd_finding *any_of_rbcd(const struct kcd_judgement *judgement)
{
  static const enum kcd_finding_id ids[] = {KCD_F_RBCD_ACE_DEAD, KCD_F_RBCD_ACE_MASK, KCD_F_RBCD_OVERWRITTEN,
                                            KCD_F_RBCD_DC_TOO_OLD, KCD_F_KCD_AND_RBCD_BOTH};
  for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
    if (find(judgement, ids[i]) != NULL)
      return find(judgement, ids[i]);
  return NULL;
}

static void check_case(size_t i, enum kcd_flavour flavour, enum kcd_verdict verdict)
{
  struct domain d;
  struct kcd_trustee trustees[3];
  struct kcd_judgement judgement;
  host_alone(&d);
  look_up(&d, trustees);
  if (flavour == S419)
    d.host.uac |= KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
  describe(&d, cases[i].entries);
  kcd_judge(&d.facts, flavour, NULL, "", &judgement);
  const struct kcd_finding *found = any_of_rbcd(&judgement);
  const char *id = found == NULL ? NULL : kcd_finding_info(found->id)->id;
  const bool same = id == NULL ? cases[i].id == NULL : cases[i].id != NULL && strcmp(id, cases[i].id) == 0;
  if (judgement.verdict != verdict || !same)
    fail_msg("%s, %s: %s with %s", cases[i].what, kcd_flavour_name(flavour), kcd_verdict_name(judgement.verdict),
             id == NULL ? "nothing" : id);
  if (found != NULL && strstr(found->message, cases[i].words) == NULL)
    fail_msg("%s: %s", cases[i].what, found->message);
  if (judgement.verdict == KCD_WORKS)
    assert_string_equal(judgement.granted_by, "resource-based");
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

static void every_form_of_a_descriptor(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    check_case(i, WIN, cases[i].windows);
    check_case(i, S419, cases[i].samba);
  }
}

/* The one finding of that id; the caller frees the judgement and the domain. */
static const struct kcd_finding *judged(struct domain *d, enum kcd_flavour flavour, enum kcd_finding_id id,
                                        struct kcd_judgement *ret)
{
  kcd_judge(&d->facts, flavour, NULL, "-S dc1", ret);
  const struct kcd_finding *found = find(ret, id);
  if (found == NULL)
    fail_msg("no %s", kcd_finding_info(id)->id);
  return found;
}

static void end(struct domain *d, struct kcd_judgement *judgement)
{
  kcd_judgement_done(judgement);
  domain_done(d);
}

static void an_error_only_where_the_entry_would_help(void **state)
{
  (void)state;
  static const struct entry small[] = {{'h', 0, 0, 0x30}, {'\0', 0, 0, 0}};
  struct domain d;
  struct kcd_judgement judgement;
  host_alone(&d);
  describe(&d, small);
  assert_int_equal(judged(&d, WIN, KCD_F_RBCD_ACE_MASK, &judgement)->severity, KCD_FAULT);
  end(&d, &judgement);
  host_alone(&d); /* Samba's KDC would want the bit first */
  describe(&d, small);
  assert_int_equal(judged(&d, S419, KCD_F_RBCD_ACE_MASK, &judgement)->severity, KCD_WARNING);
  end(&d, &judgement);
  host_alone(&d);
  describe(&d, small);
  assert_int_equal(judged(&d, KCD_FLAVOUR_SAMBA_417, KCD_F_RBCD_ACE_MASK, &judgement)->severity, KCD_WARNING);
  end(&d, &judgement);
  domain_init(&d); /* the list does it */
  describe(&d, small);
  assert_int_equal(judged(&d, WIN, KCD_F_RBCD_ACE_MASK, &judgement)->severity, KCD_WARNING);
  assert_int_equal(judgement.verdict, KCD_WORKS);
  assert_string_equal(judgement.granted_by, "list");
  end(&d, &judgement);
}

static void the_cure_is_a_command_of_its_kind_of_dc(void **state)
{
  (void)state;
  static const struct entry small[] = {{'h', 0, 0, 0x30}, {'\0', 0, 0, 0}};
  static const struct entry deny[] = {{'h', 1, 0, FULL}, {'\0', 0, 0, 0}};
  struct domain d;
  struct kcd_judgement judgement;
  host_alone(&d);
  describe(&d, small);
  assert_string_equal(judged(&d, WIN, KCD_F_RBCD_ACE_MASK, &judgement)->command,
                      "kcdfix apply -S dc1 --resource-based CORE2016 cifs/2016GUI");
  end(&d, &judgement);
  host_alone(&d);
  describe(&d, small);
  const struct kcd_finding *found = judged(&d, S419, KCD_F_RBCD_ACE_MASK, &judgement);
  assert_null(found->command);
  assert_non_null(strstr(found->remedy, "samba-tool delegation add-principal '2016GUI$' 'CORE2016$'"));
  end(&d, &judgement);
  host_alone(&d); /* an entry behind the one that denies would not help */
  describe(&d, deny);
  assert_null(judged(&d, WIN, KCD_F_RBCD_ACE_DEAD, &judgement)->command);
  end(&d, &judgement);
}

static void a_descriptor_that_says_nothing(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  host_alone(&d);
  domain_grant_rbcd(&d);
  d.server.rbcd.len -= 3;
  assert_non_null(strstr(judged(&d, WIN, KCD_F_RBCD_ACE_DEAD, &judgement)->message, "cannot be decoded"));
  end(&d, &judgement);
  host_alone(&d);
  domain_grant_rbcd(&d);
  d.server.rbcd.data[2] &= (uint8_t)~0x04; /* SE_DACL_PRESENT */
  assert_non_null(strstr(judged(&d, WIN, KCD_F_RBCD_ACE_DEAD, &judgement)->message, "no list of entries"));
  assert_int_equal(judgement.verdict, KCD_FAILS);
  end(&d, &judgement);
}

static void a_condition_is_left_to_the_kdc(void **state)
{
  (void)state;
  static const struct entry condition[] = {{'h', 9, 0, FULL}, {'\0', 0, 0, 0}};
  struct domain d;
  struct kcd_judgement judgement;
  host_alone(&d);
  describe(&d, condition);
  const struct kcd_finding *found = judged(&d, WIN, KCD_F_RBCD_ACE_DEAD, &judgement);
  assert_int_equal(found->severity, KCD_WARNING);
  assert_non_null(strstr(found->message, "condition"));
  end(&d, &judgement);
}

static void a_dc_that_does_not_know_it(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  host_alone(&d);
  domain_grant_rbcd(&d);
  const struct kcd_finding *found = judged(&d, KCD_FLAVOUR_WINDOWS_2008, KCD_F_RBCD_DC_TOO_OLD, &judgement);
  assert_int_equal(found->severity, KCD_FAULT);
  assert_int_equal(judgement.verdict, KCD_FAILS);
  assert_null(judgement.granted_by);
  end(&d, &judgement);
}

/* ---- replaced lately? ---- */

static bool is_said_to_be_overwritten(uint32_t version, time_t when, const struct entry *entries)
{
  struct domain d;
  struct kcd_trustee trustees[3];
  struct kcd_judgement judgement;
  host_alone(&d);
  look_up(&d, trustees);
  describe(&d, entries);
  d.server.rbcd_meta = (struct kcd_attr_meta){.version = version, .originating_time = when};
  kcd_judge(&d.facts, WIN, NULL, "", &judgement);
  const struct kcd_finding *found = find(&judgement, KCD_F_RBCD_OVERWRITTEN);
  const bool said = found != NULL;
  if (said) {
    assert_int_equal(found->severity, KCD_WARNING);
    assert_non_null(strstr(found->message, "If CORE2016 worked before"));
  }
  end(&d, &judgement);
  return said;
}

static void a_list_that_was_replaced(void **state)
{
  (void)state;
  static const struct entry others[] = {{'o', 0, 0, FULL}, {'\0', 0, 0, 0}};
  static const struct entry ours[] = {{'h', 0, 0, FULL}, {'\0', 0, 0, 0}};
  static const struct entry nobodys[] = {{'x', 0, 0, FULL}, {'\0', 0, 0, 0}};
  assert_true(is_said_to_be_overwritten(2, NOW - 3600, others));
  assert_false(is_said_to_be_overwritten(1, NOW - 3600, others));       /* written once */
  assert_false(is_said_to_be_overwritten(3, NOW - 30 * 86400, others)); /* long ago */
  assert_false(is_said_to_be_overwritten(0, 0, others));                /* no metadata */
  assert_false(is_said_to_be_overwritten(2, NOW - 3600, ours));         /* the host is named */
  assert_false(is_said_to_be_overwritten(2, NOW - 3600, nobodys));      /* that names nobody who is there */
}

static bool remembers(struct domain *d)
{
  struct kcd_judgement judgement;
  d->facts.accepted = NOW - 86400;
  d->facts.accepted_record = "20261120T201403Z-2016GUI";
  kcd_judge(&d->facts, WIN, NULL, "", &judgement);
  const struct kcd_finding *found = find(&judgement, KCD_F_RBCD_OVERWRITTEN);
  const bool said = found != NULL;
  if (said)
    assert_non_null(strstr(found->message, "20261120T201403Z-2016GUI"));
  end(d, &judgement);
  return said;
}

static void a_record_tells_for_sure(void **state)
{
  (void)state;
  static const struct entry others[] = {{'o', 0, 0, FULL}, {'\0', 0, 0, 0}};
  struct domain d;
  host_alone(&d);
  describe(&d, others);
  assert_true(remembers(&d));
  host_alone(&d); /* the whole attribute is gone */
  assert_true(remembers(&d));
  host_alone(&d);
  domain_grant_rbcd(&d);
  assert_false(remembers(&d));
}

/* ---- reading ---- */

static void entries_have_names(void **state)
{
  (void)state;
  static const struct entry mixed[] = {{'o', 0, 0, FULL}, {'x', 1, 0, FULL}, {'f', 0, 0, FULL}, {'\0', 0, 0, 0}};
  struct domain d;
  struct kcd_trustee trustees[3];
  KCD_AUTO_VALUE(kcd_rbcd) rbcd;
  host_alone(&d);
  look_up(&d, trustees);
  describe(&d, mixed);
  kcd_rbcd_read(&d.facts, &d.server, &d.host, &rbcd);
  assert_true(rbcd.present);
  assert_int_equal(rbcd.n, 3);
  assert_string_equal(rbcd.entries[0].name, "OLDFS$");
  assert_int_equal(rbcd.entries[0].exists, KCD_YES);
  assert_int_equal(rbcd.entries[0].effect, KCD_RBCD_ACCEPTS);
  assert_string_equal(rbcd.entries[1].name, "S-1-5-21-1000-2000-3000-1999");
  assert_int_equal(rbcd.entries[1].exists, KCD_NO);
  assert_int_equal(rbcd.entries[1].effect, KCD_RBCD_DENIES);
  assert_int_equal(rbcd.entries[2].exists, KCD_UNKNOWN);
  assert_false(rbcd.entries[0].is_host || rbcd.entries[1].is_host || rbcd.entries[2].is_host);
  assert_false(rbcd.grants);
  domain_done(&d);
}

static void nothing_is_present_without_a_descriptor(void **state)
{
  (void)state;
  struct domain d;
  KCD_AUTO_VALUE(kcd_rbcd) rbcd;
  host_alone(&d);
  kcd_rbcd_read(&d.facts, &d.server, &d.host, &rbcd);
  assert_false(rbcd.present || rbcd.grants);
  kcd_rbcd_read(&d.facts, NULL, &d.host, &rbcd);
  assert_false(rbcd.present);
  domain_done(&d);
}

static void only_sids_that_need_a_name_are_looked_up(void **state)
{
  (void)state;
  static const struct entry mixed[] = {{'e', 0, 0, FULL}, {'o', 0, 0, FULL}, {'o', 1, 0, FULL}, {'\0', 0, 0, 0}};
  struct domain d;
  struct kcd_sid *sids = NULL;
  host_alone(&d);
  assert_int_equal(kcd_rbcd_sids(&d.server, &sids), 0);
  describe(&d, mixed);
  assert_int_equal(kcd_rbcd_sids(&d.server, &sids), 1);
  assert_true(kcd_sid_equal(&sids[0], &d.other.sid));
  free(sids);
  domain_done(&d);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_form_of_a_descriptor),
      cmocka_unit_test(an_error_only_where_the_entry_would_help),
      cmocka_unit_test(the_cure_is_a_command_of_its_kind_of_dc),
      cmocka_unit_test(a_descriptor_that_says_nothing),
      cmocka_unit_test(a_condition_is_left_to_the_kdc),
      cmocka_unit_test(a_dc_that_does_not_know_it),
      cmocka_unit_test(a_list_that_was_replaced),
      cmocka_unit_test(a_record_tells_for_sure),
      cmocka_unit_test(entries_have_names),
      cmocka_unit_test(nothing_is_present_without_a_descriptor),
      cmocka_unit_test(only_sids_that_need_a_name_are_looked_up),
  };
  return cmocka_run_group_tests_name("rbcd", tests, NULL, NULL);
}
