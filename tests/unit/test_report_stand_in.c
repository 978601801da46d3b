/* What is said of temporary accounts: beside a check, of a rehearsal, by kcdfix stand-in, and in the history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report_fixture.h"

#define HOSTILE TEXT("\033c\xff\xe2\x80\xae\xe2\x80\xac\t|\n")

static struct kcd_stand_in_record record_of(const char *name, const char *id)
{
  return (struct kcd_stand_in_record){.id = TEXT(id),
                                      .state = KCD_STAND_IN_DELETED,
                                      .created = WORLD_NOW - 2,
                                      .closed = WORLD_NOW,
                                      .purpose = TEXT("check"),
                                      .by = TEXT("admin@KCD.TEST"),
                                      .uid = 1000,
                                      .dc = TEXT("dc1.kcd.test"),
                                      .domain = TEXT("kcd.test"),
                                      .host = TEXT("CORE2016$"),
                                      .name = TEXT(name),
                                      .dn = TEXT("CN=KCDFIX-4F21,CN=Computers,DC=kcd,DC=test"),
                                      .has_guid = true,
                                      .guid = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
}

static struct kcd_stand_in_record one_record(void)
{
  return record_of("KCDFIX-4F21$", "20261121T202358Z-KCDFIX-4F21");
}

/* ---- a check ---- */

static const struct kcd_account asker = {.sam_account_name = TEXT("KCDFIX-4F21$")};

/* A stand-in was asked in the host's place, and answered as the host's prediction says. */
static void ask_stand_in(struct world *world)
{
  world_probe(world);
  world->observation.by = "stand-in";
  world->observation.host = TEXT("KCDFIX-4F21$");
  for (size_t i = 0; i < world->observation.n; i++)
    world->exchanges[i].client = TEXT("KCDFIX-4F21$@KCD.TEST");
  world->judgement.facts.stand_in = &asker;
  world->judgement.limits.covers = true;
}

/* The check of two pairs through one stand-in, or of one. */
static void assert_check(struct world *world, const char *name, int exit_status, const char *end, bool twice)
{
  struct kcd_stand_in_record record = one_record();
  KCD_AUTO(kcd_report) report = check_report(world);
  kcd_report_pair(report, &world->judgement);
  if (twice)
    kcd_report_pair(report, &world->judgement);
  kcd_report_stand_in(report, &record, true, end);
  KCD_AUTO_CHAR text = kcd_asprintf("%s.txt", name);
  KCD_AUTO_CHAR json = kcd_asprintf("%s.json", name);
  assert_report_golden(text, report, exit_status, &text_style);
  assert_report_golden(json, report, exit_status, &json_style);
}

static void test_check_that_fails(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  ask_stand_in(&world);
  assert_check(&world, "stand-in-check-fails", 1, "deleted", false);
  world_done(&world);
}

static void test_check_that_works(void **state)
{
  (void)state;
  static char *sentences[] = {TEXT("CORE2016 is in Protected Users: a stand-in is not; here that makes no difference")};
  struct world world;
  world_init(&world);
  world_cure(&world);
  ask_stand_in(&world);
  world.judgement.limits = (struct kcd_stand_in_limits){.covers = true, .sentences = sentences, .n = 1};
  assert_check(&world, "stand-in-check-works", 0, "deleted", false);
  world_done(&world);
}

/* The stand-in was refused, and that is no verdict about a host whose ticket another rule grants. */
static void test_check_that_is_not_covered(void **state)
{
  (void)state;
  static char *sentences[] = {TEXT("2016GUI lets CORE2016 in by a resource-based entry, which names its SID: a "
                                   "stand-in has another one")};
  struct world world;
  world_init(&world);
  ask_stand_in(&world);
  world_cure(&world);
  world.judgement.limits = (struct kcd_stand_in_limits){.covers = false, .sentences = sentences, .n = 1};
  assert_check(&world, "stand-in-check-not-covered", 0, "deleted", false);
  world_done(&world);
  world_init(&world);
  ask_stand_in(&world);
  world.judgement.limits = (struct kcd_stand_in_limits){.covers = false, .sentences = sentences, .n = 1};
  struct kcd_stand_in_record record = one_record();
  KCD_AUTO(kcd_report) report = check_report(&world);
  kcd_report_pair(report, &world.judgement);
  kcd_report_stand_in(report, &record, false, "deleted");
  KCD_AUTO_CHAR text = rendered(report, 1, &text_style);
  assert_non_null(strstr(text, "  not covered: 2016GUI lets CORE2016 in"));
  assert_non_null(strstr(text, "  So the stand-in proves nothing about the host; the verdict is the prediction.\n"));
  kcd_report_pair(report, &world.judgement);
  KCD_AUTO_CHAR two = rendered(report, 1, &text_style);
  assert_non_null(strstr(two, "; its KDC was asked for 2 of 2 and confirmed 0.\n"));
  world_done(&world);
}

/* Said once, however many pairs it was asked for; and loudly where it may still be there. */
static void test_check_that_left_one_behind(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  ask_stand_in(&world);
  assert_check(&world, "stand-in-check-left", 3, "left", true);
  world_done(&world);
}

/* ---- a rehearsal ---- */

/* Two accounts for three hosts, and one service or two. */
struct rehearsed {
  struct kcd_observation before[2], after[2];
  struct kcd_rehearsed_pair pairs[2];
  struct kcd_rehearsal rehearsal;
};

static const struct kcd_answer not_forwardable = {.outcome = KCD_TICKET};
static const struct kcd_answer ticket = {.outcome = KCD_TICKET, .forwardable = true};
static const struct kcd_answer badoption = {.outcome = KCD_ERROR, .code = 13, .client_code = -1765328371};

static void rehearsed_init(struct rehearsed *rehearsed, bool proved)
{
  static char *hosts[] = {TEXT("CORE2016$"), TEXT("NODE1$"), TEXT("NODE2$")};
  static const char *const spns[] = {"cifs/2016GUI", "cifs/2016GUI.kcd.test"};
  *rehearsed = (struct rehearsed){0};
  for (size_t i = 0; i < 2; i++) {
    rehearsed->before[i] = (struct kcd_observation){.s4u2self = not_forwardable, .s4u2proxy = badoption};
    rehearsed->after[i] = (struct kcd_observation){.s4u2self = proved ? ticket : not_forwardable,
                                                   .s4u2proxy = proved ? ticket : badoption};
    rehearsed->pairs[i] = (struct kcd_rehearsed_pair){spns[i], &rehearsed->before[i], &rehearsed->after[i]};
  }
  rehearsed->rehearsal = (struct kcd_rehearsal){.hosts = hosts,
                                                .n_hosts = 1,
                                                .dc = "dc1.kcd.test",
                                                .user = "alice",
                                                .before_name = "KCDFIX-7B03$",
                                                .after_name = "KCDFIX-4F21$",
                                                .pairs = rehearsed->pairs,
                                                .n_pairs = 1,
                                                .proved = proved};
}

static char *rehearsal_text(const struct kcd_rehearsal *rehearsal)
{
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  assert_non_null(out);
  kcd_show_rehearsal(out, rehearsal, &text_style);
  assert_int_equal(0, fclose(out));
  return text;
}

static void assert_rehearsal(const char *name, const struct kcd_rehearsal *rehearsal)
{
  KCD_AUTO_CHAR text = rehearsal_text(rehearsal);
  assert_harmless(text, false);
  assert_golden(name, text);
}

static void test_rehearsal_that_proves(void **state)
{
  (void)state;
  struct rehearsed rehearsed;
  rehearsed_init(&rehearsed, true);
  assert_rehearsal("rehearsal-proved.txt", &rehearsed.rehearsal);
}

static void test_rehearsal_that_does_not(void **state)
{
  (void)state;
  static char *limits[] = {TEXT("whether CORE2016 is in Protected Users cannot be read: a stand-in is not")};
  struct rehearsed rehearsed;
  rehearsed_init(&rehearsed, false);
  rehearsed.rehearsal.limits = limits;
  rehearsed.rehearsal.n_limits = 1;
  assert_rehearsal("rehearsal-not-proved.txt", &rehearsed.rehearsal);
}

/* The second account got no ticket of its own: nothing else was tried. */
static void test_rehearsal_for_several(void **state)
{
  (void)state;
  struct kcd_exchange as = {.kind = KCD_EXCHANGE_AS,
                            .purpose = KCD_FOR_PROOF,
                            .answer = {.outcome = KCD_ERROR, .code = 18, .client_code = -1765328366}};
  struct rehearsed rehearsed;
  rehearsed_init(&rehearsed, true);
  rehearsed.after[1] = (struct kcd_observation){.exchanges = &as, .n = 1};
  rehearsed.rehearsal.n_hosts = 3;
  rehearsed.rehearsal.n_pairs = 2;
  rehearsed.rehearsal.proved = false;
  assert_rehearsal("rehearsal-several.txt", &rehearsed.rehearsal);
}

static void test_rehearsal_with_hostile_names(void **state)
{
  (void)state;
  char *hosts[] = {HOSTILE};
  struct rehearsed rehearsed;
  rehearsed_init(&rehearsed, false);
  rehearsed.rehearsal.hosts = hosts;
  rehearsed.rehearsal.dc = rehearsed.rehearsal.user = rehearsed.pairs[0].spn = HOSTILE;
  KCD_AUTO_CHAR text = rehearsal_text(&rehearsed.rehearsal);
  assert_harmless(text, false);
}

/* Both accounts, both answers, and what was made of it. */
static void test_change_that_was_rehearsed(void **state)
{
  (void)state;
  static char *limits[] = {TEXT("CORE2016 is locked: a stand-in is not; here that makes no difference")};
  struct kcd_stand_in_record after = one_record();
  struct kcd_stand_in_record before = record_of("KCDFIX-7B03$", "20261121T202358Z-KCDFIX-7B03");
  struct world world;
  struct rehearsed rehearsed;
  world_init(&world);
  world_cure(&world);
  rehearsed_init(&rehearsed, true);
  rehearsed.rehearsal.limits = limits;
  rehearsed.rehearsal.n_limits = 1;
  after.purpose = before.purpose = TEXT("rehearsal");
  before.has_guid = false;
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.change/1", WORLD_NOW);
  struct kcd_report *check = check_report(&world);
  kcd_report_dc(report, &world.dc, world.dc.flavour);
  kcd_report_stand_in(report, &after, true, "deleted");
  kcd_report_stand_in(report, &before, false, "deleted");
  kcd_report_rehearsal(report, &rehearsed.rehearsal);
  kcd_report_change(report, "20261121T202400Z-CORE2016", "apply", true);
  kcd_report_pair(check, &world.judgement);
  kcd_report_check(report, check);
  assert_report_golden("change-rehearsed.txt", report, 0, &text_style);
  assert_report_golden("change-rehearsed.json", report, 0, &json_style);
  world_done(&world);
}

/* A pair that was not rehearsed, since its host needed no change, is not said to have been. */
static void test_several_changes_that_were_rehearsed(void **state)
{
  (void)state;
  for (unsigned foreign = 0; foreign <= 1; foreign++) {
    struct world world, other;
    struct rehearsed rehearsed;
    world_init(&world);
    world_cure(&world);
    world_init(&other);
    world_cure(&other);
    other.host.sam_account_name = foreign ? TEXT("HV9$") : TEXT("NODE1$");
    rehearsed_init(&rehearsed, true);
    rehearsed.rehearsal.n_hosts = 2;
    KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.change/1", WORLD_NOW);
    struct kcd_report *check = check_report(&world);
    kcd_report_dc(report, &world.dc, world.dc.flavour);
    kcd_report_rehearsal(report, &rehearsed.rehearsal);
    kcd_report_change(report, "20261121T202400Z-CORE2016", "apply", true);
    kcd_report_pair(check, &world.judgement);
    kcd_report_pair(check, &other.judgement);
    kcd_report_check(report, check);
    KCD_AUTO_CHAR text = rendered(report, 0, &text_style);
    assert_int_equal(foreign, strstr(text, "; the same changes gave tickets in the rehearsal.\n") == NULL);
    world_done(&world);
    world_done(&other);
  }
}

/* ---- kcdfix stand-in ---- */

static void assert_list(const char *name, struct kcd_report *report, int exit_status)
{
  KCD_AUTO_CHAR text = kcd_asprintf("%s.txt", name);
  KCD_AUTO_CHAR json = kcd_asprintf("%s.json", name);
  assert_report_golden(text, report, exit_status, &text_style);
  assert_report_golden(json, report, exit_status, &json_style);
}

static void test_nothing_is_left(void **state)
{
  (void)state;
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.stand-in/1", WORLD_NOW);
  KCD_AUTO_CHAR text = rendered(report, 0, &text_style);
  assert_string_equal("no temporary account is known to be left behind\n", text);
}

/* Where the records could not be read, it is not said that there is none. */
static void test_nothing_is_known(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail_errno(&err, KCD_E_IO, 13, "cannot read the records");
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.stand-in/1", WORLD_NOW);
  kcd_report_error(report, &err);
  KCD_AUTO_CHAR text = rendered(report, 3, &text_style);
  assert_string_equal("", text);
}

static void test_some_may_be_left(void **state)
{
  (void)state;
  struct kcd_stand_in_record record = one_record();
  record.closed = 0;
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.stand-in/1", WORLD_NOW);
  record.state = KCD_STAND_IN_MADE;
  kcd_report_stand_in_record(report, &record, "open", NULL);
  kcd_report_stand_in_record(report, &record, "in-use", NULL);
  record.state = KCD_STAND_IN_PLANNED;
  record.has_guid = false;
  record.reason = TEXT("CHG0042");
  kcd_report_stand_in_record(report, &record, "open", NULL);
  record.state = KCD_STAND_IN_UNKNOWN;
  kcd_report_stand_in_record(report, &record, "open", NULL);
  kcd_report_next_step(report, "next: kcdfix stand-in --clean");
  assert_list("stand-in-open", report, 1);
}

static void test_what_became_of_them(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail(&err, KCD_E_CONFLICT,
           "KCDFIX-4F21$ is not the account that was recorded, and is not deleted: the mark in "
           "the description of KCDFIX-4F21$ is that of another stand-in");
  kcd_error_id(&err, "stand-in-not-ours");
  struct kcd_stand_in_record record = one_record();
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.stand-in/1", WORLD_NOW);
  kcd_report_stand_in_record(report, &record, "deleted", NULL);
  record.state = KCD_STAND_IN_ABSENT;
  kcd_report_stand_in_record(report, &record, "absent", NULL);
  record.state = KCD_STAND_IN_MADE;
  record.closed = 0;
  kcd_report_stand_in_record(report, &record, "left", &err);
  kcd_report_error(report, &err);
  assert_list("stand-in-cleaned", report, 6);
}

/* Of the whole domain: no record of this machine is about them. */
static void test_marked_accounts(void **state)
{
  (void)state;
  struct kcd_stand_in_found found = {
      .dn = TEXT("CN=KCDFIX-9C00,OU=Lab,DC=kcd,DC=test"),
      .name = TEXT("KCDFIX-9C00$"),
      .description =
          TEXT("kcdfix stand-in 0f1e2d3c4b5a69788796a5b4c3d2e1f0 temporary account with the delegation "
               "settings of HV1$, made by admin@KCD.TEST, of no use after 2026-11-21 18:39Z, may be deleted"),
      .created = WORLD_NOW - 7200};
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.stand-in/1", WORLD_NOW);
  kcd_report_marked_account(report, &found, "dc1.kcd.test", "open", NULL);
  found.name = TEXT("KCDFIX-9C01$");
  found.created = 0;
  kcd_report_marked_account(report, &found, "dc1.kcd.test", "kept", "KCDFIX-9C01$ does not show when it was created");
  kcd_report_next_step(report, "next: kcdfix stand-in --clean --all");
  assert_list("stand-in-all", report, 1);
}

static void test_hostile_accounts(void **state)
{
  (void)state;
  struct kcd_stand_in_record record = one_record();
  struct kcd_stand_in_found found = {.dn = HOSTILE, .name = HOSTILE, .description = HOSTILE};
  record.name = record.host = record.dc = record.by = record.dn = record.reason = record.id = record.purpose = HOSTILE;
  record.state = KCD_STAND_IN_MADE;
  static const char *const schemas[] = {"kcdfix.stand-in/1", "kcdfix.history/1"};
  for (size_t i = 0; i < 2; i++) {
    KCD_AUTO(kcd_report) report = kcd_report_new(schemas[i], WORLD_NOW);
    kcd_report_stand_in_record(report, &record, NULL, NULL);
    kcd_report_marked_account(report, &found, HOSTILE, "open", NULL);
    KCD_AUTO_CHAR text = rendered(report, 0, &text_style);
    assert_harmless(text, false);
    assert_non_null(strstr(text, "behind"));
    KCD_AUTO_CHAR json = rendered(report, 0, &json_style);
    assert_harmless(json, true);
  }
}

/* ---- history ---- */

static void test_history(void **state)
{
  (void)state;
  struct kcd_stand_in_record record = one_record();
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.history/1", WORLD_NOW);
  for (int i = KCD_STAND_IN_PLANNED; i <= KCD_STAND_IN_ABSENT; i++) {
    record.state = (enum kcd_stand_in_state)i;
    record.closed = kcd_stand_in_is_open(record.state) ? 0 : WORLD_NOW;
    record.purpose = TEXT(i % 2 == 0 ? "check" : "rehearsal");
    record.reason = i % 2 == 0 ? NULL : TEXT("CHG0042");
    kcd_report_stand_in_record(report, &record, NULL, NULL);
  }
  record.state = KCD_STAND_IN_MADE;
  record.closed = 0;
  kcd_report_stand_in_record(report, &record, "in-use", NULL);
  assert_list("history-stand-ins", report, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_check_that_fails),
      cmocka_unit_test(test_check_that_works),
      cmocka_unit_test(test_check_that_is_not_covered),
      cmocka_unit_test(test_check_that_left_one_behind),
      cmocka_unit_test(test_rehearsal_that_proves),
      cmocka_unit_test(test_rehearsal_that_does_not),
      cmocka_unit_test(test_rehearsal_for_several),
      cmocka_unit_test(test_rehearsal_with_hostile_names),
      cmocka_unit_test(test_change_that_was_rehearsed),
      cmocka_unit_test(test_several_changes_that_were_rehearsed),
      cmocka_unit_test(test_nothing_is_left),
      cmocka_unit_test(test_nothing_is_known),
      cmocka_unit_test(test_some_may_be_left),
      cmocka_unit_test(test_what_became_of_them),
      cmocka_unit_test(test_marked_accounts),
      cmocka_unit_test(test_hostile_accounts),
      cmocka_unit_test(test_history),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
