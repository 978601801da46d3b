/* The document of a change, and the difference that is shown before it is made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/uac.h>

#include "report_fixture.h"

#define RECORD_ID "20261121T201403Z-CORE2016"

/* What a gathering and a plan come to for the world's host. */
struct planned {
  struct world world;
  struct kcd_account privileged[5];
  struct kcd_account *privileged_list[5];
  struct kcd_reachable reachable[3];
  struct kcd_host_facts host;
  struct kcd_facts_set facts;
  struct kcd_object_plan plan;
};

static void planned_init(struct planned *planned)
{
  static const char *const names[] = {"admin1", "admin2", "svc-backup", "admin3", "admin4"};
  *planned = (struct planned){0};
  struct world *world = &planned->world;
  world_init(world);
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    planned->privileged[i].sam_account_name = TEXT(names[i]);
    planned->privileged_list[i] = &planned->privileged[i];
  }
  planned->reachable[0] = (struct kcd_reachable){.spn = TEXT("cifs/2016GUI"), .account = &world->target};
  planned->reachable[1] = (struct kcd_reachable){.spn = TEXT("cifs/2016GUI.kcd.test"), .account = &world->target};
  planned->host = (struct kcd_host_facts){
      .operand = TEXT("CORE2016"), .account = &world->host, .reachable = planned->reachable, .n_reachable = 2};
  planned->facts = (struct kcd_facts_set){.dc = &world->dc,
                                          .hosts = &planned->host,
                                          .n_hosts = 1,
                                          .targets = &world->spn,
                                          .n_targets = 1,
                                          .privileged = planned->privileged_list,
                                          .n_privileged = 5};
  planned->plan = (struct kcd_object_plan){.host = &world->host,
                                           .host_operand = "CORE2016",
                                           .uac_before = KCD_UAC_WORKSTATION,
                                           .uac_after = KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION};
}

static void planned_done(struct planned *planned)
{
  kcd_values_done(&planned->plan.add);
  world_done(&planned->world);
}

static char *plan_text(const struct planned *planned)
{
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  assert_non_null(out);
  kcd_show_plan(out, &planned->plan, &planned->facts, &planned->host, &text_style);
  assert_int_equal(0, fclose(out));
  return text;
}

static void assert_plan_golden(const char *name, const struct planned *planned)
{
  KCD_AUTO_CHAR text = plan_text(planned);
  assert_harmless(text, false);
  assert_golden(name, text);
}

static void test_plan_of_the_bit(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  assert_plan_golden("plan-bit.txt", &planned);
  planned_done(&planned);
}

static void test_plan_of_list_and_bit(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  static char *left_out[] = {TEXT("cifs/2016GUI.old.test is left out: no account owns it.")};
  static char *warnings[] = {TEXT("CORE2016 is also trusted for unconstrained delegation.")};
  kcd_values_add_text(&planned.plan.add, "CIFS/2016gui");
  kcd_values_add_text(&planned.plan.add, "cifs/2016GUI.kcd.test");
  kcd_values_add_text(&planned.plan.add, "cifs/OTHER");
  planned.world.stale.uac = KCD_UAC_SERVER_TRUST;
  planned.reachable[1].account = &planned.world.stale;
  planned.reachable[2] = (struct kcd_reachable){.spn = TEXT("cifs/NOBODY")};
  planned.host.n_reachable = 3;
  planned.facts.n_privileged = 2;
  planned.plan.left_out = left_out;
  planned.plan.warnings = warnings;
  planned.plan.n_left_out = planned.plan.n_warnings = 1;
  assert_plan_golden("plan-list-and-bit.txt", &planned);
  planned_done(&planned);
}

static void test_plan_of_a_first_entry(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  kcd_values_done(&planned.world.host.delegate_to);
  planned.host.n_reachable = 0;
  planned.plan.uac_after = planned.plan.uac_before;
  kcd_values_add_text(&planned.plan.add, "cifs/2016GUI");
  assert_plan_golden("plan-first-entry.txt", &planned);
  planned_done(&planned);
}

static void test_plan_names_many_accounts(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  static struct kcd_account accounts[13];
  static struct kcd_reachable reachable[13];
  static char names[13][8];
  for (size_t i = 0; i < 13; i++) {
    snprintf(names[i], sizeof(names[i]), "FS%zu$", i);
    accounts[i] = (struct kcd_account){.sam_account_name = names[i], .uac = KCD_UAC_WORKSTATION};
    reachable[i] = (struct kcd_reachable){.spn = TEXT("cifs/FS"), .account = &accounts[i]};
  }
  planned.host.reachable = reachable;
  planned.host.n_reachable = 13;
  KCD_AUTO_CHAR text = plan_text(&planned);
  assert_non_null(strstr(text, "FS0$, FS1$"));
  assert_non_null(strstr(text, "FS9$ and"));
  assert_null(strstr(text, "FS10$"));
  planned_done(&planned);
}

/* Nobody can register what the KDC knows by heart. */
static void test_plan_with_services_of_the_kdc(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  planned.reachable[0] = (struct kcd_reachable){.spn = TEXT("krbtgt/KCD.TEST")};
  planned.reachable[1] = (struct kcd_reachable){.spn = TEXT("kadmin/changepw")};
  KCD_AUTO_CHAR text = plan_text(&planned);
  assert_non_null(strstr(text, "of krbtgt (the KDC itself)"));
  assert_null(strstr(text, "on no account"));
  planned_done(&planned);
}

static void test_plan_knows_the_owner_in_another_case(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  planned.host.n_reachable = 0;
  char *kept = planned.world.spn.spn.text;
  planned.world.spn.spn.text = TEXT("cifs/b\xc3\xbcro");
  kcd_values_add_text(&planned.plan.add, "cifs/B\xc3\x9cRO");
  KCD_AUTO_CHAR text = plan_text(&planned);
  assert_non_null(strstr(text, "2016GUI$"));
  assert_null(strstr(text, "on no account"));
  planned.world.spn.spn.text = kept;
  planned_done(&planned);
}

static void test_plan_without_change_shows_nothing(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  planned.plan.uac_after = planned.plan.uac_before;
  KCD_AUTO_CHAR text = plan_text(&planned);
  assert_string_equal("", text);
  planned_done(&planned);
}

static void test_plan_with_hostile_names(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  char *name = TEXT("\033[2J\xff\xe2\x80\xae\xe2\x80\xac");
  planned.world.host.dn = planned.world.host.sam_account_name = name;
  planned.world.target.sam_account_name = planned.privileged[0].sam_account_name = planned.world.dc.name = name;
  planned.reachable[0].spn = name;
  planned.reachable[0].account = NULL;
  kcd_values_add_text(&planned.plan.add, name);
  KCD_AUTO_CHAR text = plan_text(&planned);
  assert_harmless(text, false);
  planned_done(&planned);
}

static void test_undo_difference(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  struct kcd_account now = planned.world.host;
  now.delegate_to = (struct kcd_values){0};
  kcd_values_copy(&now.delegate_to, &planned.world.host.delegate_to);
  kcd_values_add_text(&now.delegate_to, "cifs/A");
  struct kcd_undo_plan undo = {
      .verdict = KCD_UNDO_CHANGE, .uac_before = planned.plan.uac_after, .uac_after = planned.plan.uac_before};
  kcd_values_copy(&undo.remove, &planned.world.host.delegate_to);
  struct kcd_record record = {.dc = TEXT("dc1.kcd.test")};
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  kcd_show_undo(out, &record, &now, &undo, &text_style);
  undo.verdict = KCD_UNDO_NOTHING;
  kcd_show_undo(out, &record, &now, &undo, &text_style);
  assert_int_equal(0, fclose(out));
  assert_golden("undo-difference.txt", text);
  free(text);
  kcd_values_done(&undo.remove);
  kcd_values_done(&now.delegate_to);
  planned_done(&planned);
}

/* ---- the descriptor of a target ---- */

static const struct kcd_sid core2016 = {.revision = 1, .count = 5, .authority = 5, .sub = {21, 1, 2, 3, 1142}};

/* 2016GUI$ is to accept CORE2016$, beside two others. */
static void plan_a_target(struct planned *planned, const struct kcd_account *accepted[1])
{
  planned->world.host.sid = core2016;
  accepted[0] = &planned->world.host;
  planned->plan = (struct kcd_object_plan){.host = &planned->world.target,
                                           .host_operand = "cifs/2016GUI",
                                           .rbcd_before = kcd_bytes_copy("\1\0\4\x80", 4),
                                           .rbcd_after = kcd_bytes_copy("\1\0\4\x80\0", 5),
                                           .accepted = accepted,
                                           .n_accepted = 1,
                                           .staying = TEXT("HV2$ and HV3$")};
}

static void target_done(struct planned *planned)
{
  kcd_bytes_done(&planned->plan.rbcd_before);
  kcd_bytes_done(&planned->plan.rbcd_after);
  planned_done(planned);
}

static void test_plan_of_a_target(void **state)
{
  (void)state;
  struct planned planned;
  const struct kcd_account *accepted[1];
  planned_init(&planned);
  plan_a_target(&planned, accepted);
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  kcd_show_plan(out, &planned.plan, &planned.facts, NULL, &text_style);
  struct kcd_record record = {.dc = TEXT("dc1.kcd.test")};
  struct kcd_undo_plan undo = {.verdict = KCD_UNDO_CHANGE, .restores_rbcd = true};
  kcd_values_add_text(&record.rbcd_added, "CORE2016$");
  kcd_show_undo(out, &record, &planned.world.target, &undo, &text_style);
  undo.rbcd_then = planned.plan.rbcd_before;
  kcd_show_undo(out, &record, &planned.world.target, &undo, &text_style);
  assert_int_equal(0, fclose(out));
  assert_harmless(text, false);
  assert_golden("plan-target.txt", text);
  free(text);
  kcd_values_done(&record.rbcd_added);
  target_done(&planned);
}

static void test_target_applied(void **state)
{
  (void)state;
  static char *names[] = {TEXT("CORE2016$")};
  struct planned planned;
  const struct kcd_account *accepted[1];
  planned_init(&planned);
  plan_a_target(&planned, accepted);
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.change/1", WORLD_NOW);
  kcd_report_dc(report, &planned.world.dc, planned.world.dc.flavour);
  struct kcd_object_report object = {.host = "2016GUI$",
                                     .dn = planned.world.target.dn,
                                     .guid = planned.world.target.guid,
                                     .dc = "dc1.kcd.test",
                                     .record_id = "20261121T201403Z-2016GUI",
                                     .state = "applied",
                                     .rbcd_before = &planned.plan.rbcd_before,
                                     .rbcd_after = &planned.plan.rbcd_after,
                                     .accepted = names,
                                     .n_accepted = 1};
  kcd_report_change(report, "20261121T201403Z-2016GUI", "apply", true);
  kcd_report_object(report, &object);
  struct kcd_bytes none = {0};
  object.rbcd_before = &none;
  kcd_report_object(report, &object);
  assert_report_golden("change-target.json", report, 0, &json_style);
  target_done(&planned);
}

/* ---- the document ---- */

static struct kcd_object_report object_of(const struct planned *planned, const char *state)
{
  return (struct kcd_object_report){.host = planned->world.host.sam_account_name,
                                    .dn = planned->world.host.dn,
                                    .guid = planned->world.host.guid,
                                    .dc = "dc1.kcd.test",
                                    .state = state,
                                    .add = &planned->plan.add,
                                    .list_before = &planned->world.host.delegate_to,
                                    .uac_before = planned->plan.uac_before,
                                    .uac_after = planned->plan.uac_after};
}

static struct kcd_report *change_report(const struct planned *planned)
{
  struct kcd_report *report = kcd_report_new("kcdfix.change/1", WORLD_NOW);
  kcd_report_dc(report, &planned->world.dc, planned->world.dc.flavour);
  return report;
}

static void add_check(struct kcd_report *report, struct world *world)
{
  struct kcd_report *check = check_report(world);
  kcd_report_pair(check, &world->judgement);
  kcd_report_check(report, check);
}

static void test_applied(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  kcd_values_add_text(&planned.plan.add, "cifs/OTHER");
  KCD_AUTO(kcd_report) report = change_report(&planned);
  struct kcd_object_report object = object_of(&planned, "applied");
  object.record_id = RECORD_ID;
  kcd_report_change(report, RECORD_ID, "apply", true);
  kcd_report_object(report, &object);
  world_cure(&planned.world);
  world_probe(&planned.world);
  add_check(report, &planned.world);
  kcd_report_next_step(report, "undo: kcdfix undo " RECORD_ID);
  assert_report_golden("change-applied.txt", report, 0, &text_style);
  assert_report_golden("change-applied.json", report, 0, &json_style);
  struct kcd_style quiet = text_style;
  quiet.quiet = true;
  KCD_AUTO_CHAR line = rendered(report, 0, &quiet);
  assert_string_equal("CORE2016 -> cifs/2016GUI as alice: WORKS\n", line);
  planned_done(&planned);
}

static void test_still_fails(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  KCD_AUTO(kcd_report) report = change_report(&planned);
  struct kcd_object_report object = object_of(&planned, "applied");
  object.record_id = RECORD_ID;
  kcd_report_change(report, RECORD_ID, "apply", true);
  kcd_report_object(report, &object);
  world_probe(&planned.world);
  kcd_fail(&planned.world.observation.error, KCD_E_UNREACHABLE, "dc1.kcd.test does not answer on port 88");
  add_check(report, &planned.world);
  assert_report_golden("change-still-fails.txt", report, 5, &text_style);
  KCD_AUTO_CHAR json = rendered(report, 5, &json_style);
  const char *errors = strstr(json, "\"errors\"");
  assert_non_null(errors);
  assert_non_null(strstr(errors, "does not answer on port 88"));
  planned_done(&planned);
}

/* One object in each state that one run can end in. */
static void test_all_states(void **state)
{
  (void)state;
  static const char *const states[] = {"applied", "already", "unchanged", "refused", "conflict", "unknown", "planned"};
  struct planned planned;
  planned_init(&planned);
  static char *notes[] = {TEXT("cifs/NOBODY is on no account, so it is not listed.")};
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail_foreign(&err, KCD_E_REJECTED, KCD_CODE_LDAP, 53, "unwillingToPerform", "no account owns cifs/NOBODY");
  kcd_error_id(&err, "target-spn-missing");
  for (int undo = 0; undo <= 1; undo++) {
    KCD_AUTO(kcd_report) report = change_report(&planned);
    kcd_report_change(report, RECORD_ID, undo ? "undo" : "apply", true);
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
      struct kcd_object_report object = object_of(&planned, states[i]);
      bool refused = strcmp(states[i], "refused") == 0;
      object.record_id = strcmp(states[i], "unchanged") == 0 || refused ? NULL : RECORD_ID;
      object.notes = notes;
      object.n_notes = 1;
      object.error = refused ? &err : NULL;
      kcd_report_object(report, &object);
    }
    assert_report_golden(undo ? "change-undo-states.txt" : "change-states.txt", report, 7, &text_style);
    assert_report_golden(undo ? "change-undo-states.json" : "change-states.json", report, 7, &json_style);
  }
  planned_done(&planned);
}

/* The plan was shown already, and what it comes to is said on stderr: a dry run adds nothing. */
static void test_dry_run(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  KCD_AUTO(kcd_report) report = change_report(&planned);
  struct kcd_object_report object = object_of(&planned, "planned");
  kcd_report_object(report, &object);
  kcd_report_change(report, NULL, "apply", false);
  KCD_AUTO_CHAR text = rendered(report, 1, &text_style);
  assert_string_equal("", text);
  assert_report_golden("change-dry-run.json", report, 1, &json_style);
  planned_done(&planned);
}

static void test_host_not_found(void **state)
{
  (void)state;
  struct planned planned;
  planned_init(&planned);
  KCD_AUTO(kcd_report) report = change_report(&planned);
  struct kcd_object_report object = {.host = "NOSUCH", .dc = "dc1.kcd.test", .state = "refused"};
  kcd_report_object(report, &object);
  kcd_report_change(report, NULL, "apply", false);
  KCD_AUTO_CHAR text = rendered(report, 1, &text_style);
  assert_string_equal("NOSUCH: not changed\n", text);
  planned_done(&planned);
}

/* A run that ends in an error has its mode all the same. */
static void test_mode_is_never_null(void **state)
{
  (void)state;
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.change/1", WORLD_NOW);
  KCD_AUTO_CHAR apply = rendered(report, 3, &json_style);
  assert_non_null(strstr(apply, "\"mode\": \"apply\""));
  kcd_report_mode(report, "undo");
  KCD_AUTO_CHAR undo = rendered(report, 3, &json_style);
  assert_non_null(strstr(undo, "\"mode\": \"undo\""));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_mode_is_never_null),
      cmocka_unit_test(test_plan_of_the_bit),
      cmocka_unit_test(test_plan_of_list_and_bit),
      cmocka_unit_test(test_plan_of_a_first_entry),
      cmocka_unit_test(test_plan_names_many_accounts),
      cmocka_unit_test(test_plan_with_services_of_the_kdc),
      cmocka_unit_test(test_plan_knows_the_owner_in_another_case),
      cmocka_unit_test(test_plan_without_change_shows_nothing),
      cmocka_unit_test(test_plan_with_hostile_names),
      cmocka_unit_test(test_plan_of_a_target),
      cmocka_unit_test(test_target_applied),
      cmocka_unit_test(test_undo_difference),
      cmocka_unit_test(test_applied),
      cmocka_unit_test(test_still_fails),
      cmocka_unit_test(test_all_states),
      cmocka_unit_test(test_dry_run),
      cmocka_unit_test(test_host_not_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
