/* The document of doctor: a machine that is well, one that is not, and hostile names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine_fixture.h"
#include "report_fixture.h"

static struct kcd_report *doctor_report(const struct machine_world *world)
{
  struct kcd_doctor doctor;
  kcd_doctor_judge(&world->machine, &doctor);
  struct kcd_report *report = kcd_report_new("kcdfix.doctor/1", WORLD_NOW);
  kcd_report_doctor(report, &world->machine, &doctor);
  kcd_doctor_done(&doctor);
  return report;
}

static void assert_quiet(struct kcd_report *report, int status, const char *line)
{
  struct kcd_style quiet = text_style;
  quiet.quiet = true;
  KCD_AUTO_CHAR text = rendered(report, status, &quiet);
  assert_string_equal(line, text);
}

static void test_well(void **state)
{
  (void)state;
  struct machine_world world;
  machine_world_init(&world);
  world.addresses[0].reverse = TEXT("dc1.kcd.test");
  KCD_AUTO(kcd_report) report = doctor_report(&world);
  assert_report_golden("doctor-well.txt", report, 0, &text_style);
  assert_report_golden("doctor-well.json", report, 0, &json_style);
  assert_quiet(report, 0, "kcd.test: 18 checks OK\n");
}

/* Every state in one document. */
static void test_ill(void **state)
{
  (void)state;
  struct machine_world world;
  machine_world_init(&world);
  world.machine.network.n_servers = 2;
  world.servers[1].ports[KCD_PORT_KDC].outcome = KCD_PORT_NOT_TRIED;
  world.machine.ticket.trial =
      failed(KCD_E_NOT_AUTHENTICATED, "ticket-expired", "it has expired", "kinit admin@KCD.TEST");
  world.machine.ticket.has_tgt = false;
  world.machine.rights.trial = failed(KCD_E_DENIED, "no-delegation-privilege", "refused", "ask somebody");
  kcd_error_said(&world.machine.rights.trial.error, "00002098: no");
  KCD_AUTO(kcd_report) report = doctor_report(&world);
  assert_report_golden("doctor-ill.txt", report, 1, &text_style);
  assert_report_golden("doctor-ill.json", report, 1, &json_style);
  assert_quiet(report, 1, "kcd.test: 2 of 19 checks FAIL, 1 warning\n");
}

static void test_warned(void **state)
{
  (void)state;
  struct machine_world world;
  machine_world_init(&world);
  world.machine.ticket.forwardable = false;
  KCD_AUTO(kcd_report) report = doctor_report(&world);
  assert_quiet(report, 0, "kcd.test: 17 checks OK, 1 warning\n");
  world.machine.talk.clock += 600;
  KCD_AUTO(kcd_report) late = doctor_report(&world);
  assert_quiet(late, 1, "kcd.test: 1 of 18 checks FAILS, 1 warning\n");
}

static void test_hostile(void **state)
{
  (void)state;
  static const char nasty[] = "\033c\xff\xe2\x80\xae\xe2\x80\xac\t|\n";
  struct machine_world world;
  machine_world_init(&world);
  struct kcd_machine *machine = &world.machine;
  world.servers[0].name = world.addresses[0].reverse = machine->ticket.cache = machine->ticket.principal = TEXT(nasty);
  machine->network.domain = machine->talk.dc = machine->talk.dc_domain = machine->config.default_realm = TEXT(nasty);
  machine->rights.account = machine->rights.host = machine->keytab.file = machine->keytab.host = TEXT(nasty);
  KCD_AUTO(kcd_report) report = doctor_report(&world);
  KCD_AUTO_CHAR text = rendered(report, 0, &text_style);
  assert_harmless(text, false);
  KCD_AUTO_CHAR json = rendered(report, 0, &json_style);
  assert_harmless(json, true);
}

/* An error that ended the run is on stderr. */
static void test_no_line(void **state)
{
  (void)state;
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.doctor/1", WORLD_NOW);
  KCD_AUTO_CHAR text = rendered(report, 2, &text_style);
  assert_string_equal("", text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_well),    cmocka_unit_test(test_ill),     cmocka_unit_test(test_warned),
      cmocka_unit_test(test_hostile), cmocka_unit_test(test_no_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
