/* The document of an explanation: symptoms with names filled in, a finding, and what is nearest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report_fixture.h"

#define EVENT                                                                                                          \
  "Hyper-V-VMMS-Admin  Event ID: 13000\n"                                                                              \
  "User 'CONTOSO\\admin' failed to create external configuration store at '\\\\2016GUI\\VMs':\n"                       \
  "General access denied error. (0x80070005)\n"

static struct kcd_report *explained(const char *text)
{
  struct kcd_explanation explanation;
  kcd_explain(text, &explanation);
  struct kcd_report *report = kcd_report_new("kcdfix.explain/1", WORLD_NOW);
  kcd_report_explanation(report, &explanation);
  kcd_explanation_done(&explanation);
  return report;
}

static void test_event(void **state)
{
  (void)state;
  KCD_AUTO(kcd_report) report = explained(EVENT);
  assert_report_golden("explain-event.txt", report, 0, &text_style);
  assert_report_golden("explain-event.json", report, 0, &json_style);
  struct kcd_style verbose = text_style;
  verbose.verbose = 1;
  assert_report_golden("explain-event-verbose.txt", report, 0, &verbose);
}

static void test_several(void **state)
{
  (void)state;
  KCD_AUTO(kcd_report) report = explained("protocol-transition-off 0x8009030E in event 21502, port: 0x8007274C");
  assert_report_golden("explain-several.txt", report, 0, &text_style);
  assert_report_golden("explain-several.json", report, 0, &json_style);
  struct kcd_style quiet = text_style;
  quiet.quiet = true;
  KCD_AUTO_CHAR text = rendered(report, 0, &quiet);
  assert_int_equal(count_lines(text), 3);
}

static void test_unknown(void **state)
{
  (void)state;
  KCD_AUTO(kcd_report) report = explained("KDC_ERR_BADOPTOIN");
  assert_report_golden("explain-unknown.txt", report, 3, &text_style);
  assert_report_golden("explain-unknown.json", report, 3, &json_style);
}

static void test_hostile_names(void **state)
{
  (void)state;
  KCD_AUTO(kcd_report) report = explained("13000 User 'C\\\x1b]0;x\x07\xe2\x80\x8b\xff' at '\\\\fs\\\x1b[2J'");
  KCD_AUTO_CHAR text = rendered(report, 0, &text_style);
  assert_harmless(text, false);
  KCD_AUTO_CHAR json = rendered(report, 0, &json_style);
  assert_harmless(json, true);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_event),
      cmocka_unit_test(test_several),
      cmocka_unit_test(test_unknown),
      cmocka_unit_test(test_hostile_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
