/* The document of a history: records, and files that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/uac.h>

#include "report_fixture.h"

static void make_record(struct kcd_record *record)
{
  static char *spns[] = {TEXT("cifs/2016GUI")};
  *record = (struct kcd_record){.id = TEXT("20261121T201403Z-CORE2016"),
                                .run = TEXT("20261121T201403Z-CORE2016"),
                                .state = KCD_RECORD_APPLIED,
                                .created = WORLD_NOW - 600,
                                .changed = WORLD_NOW - 599,
                                .by = TEXT("admin@KCD.TEST"),
                                .uid = 1000,
                                .reason = TEXT("CHG0042"),
                                .dc = TEXT("dc1.kcd.test"),
                                .domain = TEXT("kcd.test"),
                                .host = TEXT("CORE2016$"),
                                .dn = TEXT("CN=CORE2016,CN=Computers,DC=kcd,DC=test"),
                                .mode = KCD_MODE_PROTOCOL_TRANSITION,
                                .spns = spns,
                                .n_spns = 1,
                                .list_ours = true,
                                .uac_before = KCD_UAC_WORKSTATION,
                                .uac_after = KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION,
                                .uac_ours = true};
  kcd_values_add_text(&record->list_before, "cifs/OLD");
  kcd_values_add_text(&record->list_added, "cifs/2016GUI");
  kcd_values_add_text(&record->list_added, "cifs/2016GUI.kcd.test");
}

static void record_values_done(struct kcd_record *record)
{
  kcd_values_done(&record->list_before);
  kcd_values_done(&record->list_added);
  kcd_values_done(&record->rbcd_added);
  kcd_bytes_done(&record->rbcd_before);
  kcd_bytes_done(&record->rbcd_after);
}

static void test_all_states(void **state)
{
  (void)state;
  struct kcd_record record;
  make_record(&record);
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.history/1", WORLD_NOW);
  for (int i = KCD_RECORD_PLANNED; i <= KCD_RECORD_UNDONE; i++) {
    record.state = (enum kcd_record_state)i;
    record.undone = record.state == KCD_RECORD_UNDONE ? WORLD_NOW : 0;
    kcd_report_record(report, &record);
  }
  kcd_values_done(&record.list_added);
  record.uac_before = record.uac_after;
  record.uac_after = KCD_UAC_WORKSTATION;
  record.state = KCD_RECORD_APPLIED;
  kcd_report_record(report, &record);
  kcd_values_add_text(&record.list_added, "cifs/A");
  kcd_values_add_text(&record.list_removed, "cifs/OLD");
  record.uac_after = record.uac_before;
  kcd_report_record(report, &record);
  kcd_values_done(&record.list_added);
  kcd_values_done(&record.list_removed);
  record.mode = KCD_MODE_RESOURCE_BASED;
  record.host = TEXT("2016GUI$");
  record.rbcd_before = kcd_bytes_copy("\1\0\4\x80", 4);
  record.rbcd_after = kcd_bytes_copy("\1\0\4\x80\0", 5);
  record.rbcd_ours = true;
  kcd_values_add_text(&record.rbcd_added, "CORE2016$");
  kcd_report_record(report, &record);
  assert_report_golden("history-states.txt", report, 0, &text_style);
  assert_report_golden("history-states.json", report, 0, &json_style);
  record_values_done(&record);
}

static void test_unreadable_record(void **state)
{
  (void)state;
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail_errno(&err, KCD_E_IO, 13, "cannot read the record");
  kcd_error_id(&err, "record-unreadable");
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.history/1", WORLD_NOW);
  kcd_report_unreadable_record(report, "20261121T201403Z-\033[31mX.json", &err);
  assert_report_golden("history-unreadable.txt", report, 3, &text_style);
  assert_report_golden("history-unreadable.json", report, 3, &json_style);
}

static void test_nothing_recorded(void **state)
{
  (void)state;
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.history/1", WORLD_NOW);
  KCD_AUTO_CHAR text = rendered(report, 0, &text_style);
  assert_string_equal("no change is recorded\n", text);
}

static void test_hostile_record(void **state)
{
  (void)state;
  struct kcd_record record;
  make_record(&record);
  record.host = record.by = record.dc = record.dn = record.reason = record.id =
      TEXT("\033c\xff\xe2\x80\xae\xe2\x80\xac\t|\n");
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.history/1", WORLD_NOW);
  kcd_report_record(report, &record);
  KCD_AUTO_CHAR text = rendered(report, 0, &text_style);
  assert_harmless(text, false);
  assert_int_equal(1, count_lines(text));
  KCD_AUTO_CHAR json = rendered(report, 0, &json_style);
  assert_harmless(json, true);
  record_values_done(&record);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_states),
      cmocka_unit_test(test_unreadable_record),
      cmocka_unit_test(test_nothing_recorded),
      cmocka_unit_test(test_hostile_record),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
