/* The document of check --inventory: golden texts, JSON and JUnit's XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/inventory.h>
#include <kcdfix/text.h>

#include "mesh_fixture.h"
#include "report_fixture.h"

static const struct kcd_style junit_style = {.format = KCD_FORMAT_JUNIT};

static void report_host(struct kcd_report *report, const struct kcd_account *host)
{
  struct kcd_need need = {.host = host, .mode = KCD_MODE_PROTOCOL_TRANSITION};
  struct kcd_beyond beyond = {0};
  struct kcd_findings findings = {0};
  kcd_values_add_text(&beyond.prunable, "cifs/OLDFS");
  kcd_values_add_text(&beyond.kept, "http/<INTRANET>&\x1b[31m\"\xef\xbf\xbf");
  kcd_beyond_findings(&need, &beyond, "kcdfix apply -f estate.ini", &findings);
  for (size_t i = 0; i < findings.n; i++)
    kcd_report_finding(report, &findings.v[i]);
  kcd_report_inventory_host(report, &need, &beyond);
  kcd_findings_done(&findings);
  kcd_beyond_done(&beyond);
}

/* One group of two hosts and a server. */
static void report_group(struct kcd_report *report, struct mesh *mesh, const char *name)
{
  struct kcd_matrix matrix;
  mesh_judge(mesh, KCD_FLAVOUR_WINDOWS, &matrix);
  kcd_report_group_begin(report);
  const struct kcd_scenario_report scenario = {.scenario = KCD_SCENARIO_VM_STORAGE, .matrix = &matrix, .user = "admin"};
  kcd_report_scenario(report, &scenario);
  const struct kcd_group_report group = {.name = name,
                                         .scenario = KCD_SCENARIO_VM_STORAGE,
                                         .mode = KCD_MODE_PROTOCOL_TRANSITION,
                                         .hosts = 2,
                                         .pairs = matrix.pairs,
                                         .failing = matrix.failing,
                                         .unknown = matrix.unknown,
                                         .failing_hosts = matrix.failing > 0 ? 1 : 0};
  kcd_report_group_end(report, &group);
  kcd_matrix_done(&matrix);
}

static struct kcd_report *report_of(struct mesh *good, struct mesh *bad)
{
  struct kcd_report *report = kcd_report_new("kcdfix.check/1", MESH_NOW);
  kcd_report_dc(report, &good->dc, KCD_FLAVOUR_WINDOWS);
  kcd_report_inventory(report, "estate.ini");
  report_group(report, good, "prod");
  if (bad) {
    report_group(report, bad, "lab");
    kcd_report_inventory_fix(report, "kcdfix apply -f estate.ini");
    report_host(report, &bad->hosts[0]);
  } else {
    report_group(report, good, "more");
  }
  return report;
}

static void drift(void **state)
{
  (void)state;
  struct mesh good;
  struct mesh bad;
  mesh_init(&good, KCD_SCENARIO_VM_STORAGE, 2, "SOFS1");
  mesh_init(&bad, KCD_SCENARIO_VM_STORAGE, 2, "SOFS1");
  mesh_unlist(&bad, 1, "");
  KCD_AUTO(kcd_report) text = report_of(&good, &bad);
  assert_report_golden("inventory-drift.txt", text, 1, &text_style);
  assert_report_golden("inventory-drift.json", text, 1, &json_style);
  struct kcd_style quiet = text_style;
  quiet.quiet = true;
  KCD_AUTO_CHAR lines = rendered(text, 1, &quiet);
  assert_string_equal(lines, "prod, 2 hosts as admin: 4 of 4 pairs WORK\n"
                             "lab, 2 hosts as admin: 2 of 4 pairs FAIL, on 1 host\n");
  mesh_done(&good);
  mesh_done(&bad);
}

static void healthy_groups_share_one_line(void **state)
{
  (void)state;
  struct mesh good;
  mesh_init(&good, KCD_SCENARIO_VM_STORAGE, 2, "SOFS1");
  KCD_AUTO(kcd_report) report = report_of(&good, NULL);
  KCD_AUTO_CHAR text = rendered(report, 0, &text_style);
  assert_null(strchr(strchr(text, '\n') + 1, '\n'));
  assert_non_null(strstr(text, "estate.ini, 2 groups"));
  assert_non_null(strstr(text, "8 of 8 pairs WORK"));
  mesh_done(&good);
}

/* What no pair is about, and what no XML may hold. */
static void junit_of_what_is_no_pair(void **state)
{
  (void)state;
  struct mesh bad;
  struct kcd_error err = KCD_ERROR_INIT;
  mesh_init(&bad, KCD_SCENARIO_VM_STORAGE, 2, "SOFS1");
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.check/1", MESH_NOW);
  kcd_report_inventory(report, "estate.ini");
  report_host(report, &bad.hosts[0]);
  kcd_fail(&err, KCD_E_UNREACHABLE, "no answer from <dc1> & \"dc2\"");
  kcd_error_id(&err, "dc-unreachable");
  kcd_report_error(report, &err);
  assert_report_golden("inventory-junit.xml", report, 3, &junit_style);
  KCD_AUTO_CHAR text = rendered(report, 3, &junit_style);
  assert_harmless(text, false);
  assert_null(strstr(text, "\xef\xbf\xbf"));
  mesh_done(&bad);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(drift),
      cmocka_unit_test(healthy_groups_share_one_line),
      cmocka_unit_test(junit_of_what_is_no_pair),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
