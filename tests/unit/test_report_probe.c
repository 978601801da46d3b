/* The document of a probe: the exchanges as they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report_fixture.h"

static struct kcd_report *probe_report(const struct world *world)
{
  struct kcd_report *report = kcd_report_new("kcdfix.probe/1", WORLD_NOW);
  kcd_report_probe(report, "CORE2016$", "cifs/2016GUI", &world->observation);
  return report;
}

static void test_refused(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_probe(&world);
  KCD_AUTO(kcd_report) report = probe_report(&world);
  kcd_report_next_step(report, "why: kcdfix check -k core2016.keytab --as alice CORE2016 cifs/2016GUI");
  assert_report_golden("probe-refused.txt", report, 1, &text_style);
  assert_report_golden("probe-refused.json", report, 1, &json_style);
  struct kcd_style quiet = text_style;
  quiet.quiet = true;
  KCD_AUTO_CHAR line = rendered(report, 1, &quiet);
  assert_string_equal("CORE2016 -> cifs/2016GUI as alice: FAILS, KDC_ERR_BADOPTION (13)\n", line);
  world_done(&world);
}

static void test_ticket(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_cure(&world);
  world_probe(&world);
  KCD_AUTO(kcd_report) report = probe_report(&world);
  assert_report_golden("probe-ticket.txt", report, 0, &text_style);
  world_done(&world);
}

/* What the KDC says about its reason: a status, a text, a reason inside the armour, or nothing that libkrb5 passed on.
 */
static void test_reasons(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_probe(&world);
  struct kcd_exchange *last = &world.exchanges[2];
  last->krb_error.edata = KCD_EDATA_NTSTATUS;
  last->answer.has_ntstatus = true;
  last->answer.ntstatus = 0xc000006e;
  KCD_AUTO(kcd_report) report = probe_report(&world);
  last->answer.ntstatus = 0xc0ffee00;
  kcd_report_probe(report, "CORE2016$", "cifs/2016GUI", &world.observation);
  last->answer.has_ntstatus = false;
  last->krb_error.edata = KCD_EDATA_ARMOURED;
  kcd_report_probe(report, "CORE2016$", "cifs/2016GUI", &world.observation);
  last->krb_error.edata = KCD_EDATA_NONE;
  last->krb_error.text = TEXT("NOT_ALLOWED_TO_DELEGATE");
  last->krb_error.data = (struct kcd_bytes){.data = (uint8_t *)TEXT("\x30\x03"), .len = 2};
  kcd_report_probe(report, "CORE2016$", "cifs/2016GUI", &world.observation);
  last->has_krb_error = false;
  last->answer.code = -1;
  last->answer.client_code = -1765328228;
  kcd_report_probe(report, "CORE2016$", "cifs/2016GUI", &world.observation);
  struct kcd_style wide = text_style;
  wide.width = 140;
  assert_report_golden("probe-reasons.txt", report, 1, &wide);
  assert_report_golden("probe-reasons.json", report, 1, &json_style);
  world_done(&world);
}

static void test_without_verdict(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_probe(&world);
  world.observation.n = 1;
  world.observation.s4u2self = world.observation.s4u2proxy = (struct kcd_answer){0};
  kcd_fail(&world.observation.error, KCD_E_UNREACHABLE, "dc1.kcd.test does not answer on port 88");
  kcd_error_id(&world.observation.error, "kdc-unreachable");
  KCD_AUTO(kcd_report) report = probe_report(&world);
  assert_report_golden("probe-unreachable.txt", report, 3, &text_style);
  assert_report_golden("probe-unreachable.json", report, 3, &json_style);
  world_done(&world);
}

static void test_hostile_texts(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_probe(&world);
  struct kcd_exchange *last = &world.exchanges[2];
  last->service = last->client_text = last->krb_error.text = TEXT("\033[31m\x07\xff\xe2\x80\xae\xe2\x80\xac");
  world.observation.user = world.observation.host = world.observation.kdc = last->service;
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.probe/1", WORLD_NOW);
  kcd_report_probe(report, last->service, last->service, &world.observation);
  KCD_AUTO_CHAR text = rendered(report, 1, &text_style);
  assert_harmless(text, false);
  KCD_AUTO_CHAR json = rendered(report, 1, &json_style);
  assert_harmless(json, true);
  world_done(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_refused),         cmocka_unit_test(test_ticket),        cmocka_unit_test(test_reasons),
      cmocka_unit_test(test_without_verdict), cmocka_unit_test(test_hostile_texts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
