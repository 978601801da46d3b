/* The document of check --for: golden texts and JSON of a mesh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "mesh_fixture.h"
#include "report_fixture.h"

static struct kcd_report *report_of(struct mesh *mesh, enum kcd_scenario scenario, const char *command)
{
  struct kcd_report *report = kcd_report_new("kcdfix.check/1", MESH_NOW);
  struct kcd_cluster cluster = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_matrix matrix;
  kcd_report_dc(report, &mesh->dc, KCD_FLAVOUR_WINDOWS);
  mesh_judge(mesh, KCD_FLAVOUR_WINDOWS, &matrix);
  assert_int_equal(0, kcd_cluster_parse("SOFS1=FS1,FS2", &cluster, &err));
  struct kcd_scenario_report shown = {.scenario = scenario,
                                      .clusters = &cluster,
                                      .n_clusters = 1,
                                      .matrix = &matrix,
                                      .user = "admin",
                                      .command = command};
  kcd_report_scenario(report, &shown);
  kcd_matrix_done(&matrix);
  kcd_cluster_done(&cluster);
  return report;
}

static void check_golden(struct mesh *mesh, enum kcd_scenario scenario, const char *command, const char *name,
                         const struct kcd_style *style)
{
  KCD_AUTO(kcd_report) report = report_of(mesh, scenario, command);
  assert_report_golden(name, report, 1, style);
}

static void one_host_forgotten(void **state)
{
  (void)state;
  const enum kcd_scenario scenario = KCD_SCENARIO_LIVE_MIGRATION;
  const char *command = "kcdfix apply --protocol-transition --for live-migration HV1 HV2 HV3 HV4 -- SOFS1";
  struct mesh mesh;
  mesh_init(&mesh, scenario, 4, "SOFS1");
  mesh_unlist(&mesh, 1, KCD_MIGRATION_SERVICE "/HV4");
  mesh_unlist(&mesh, 3, "/HV");
  mesh.hosts[3].uac &= ~KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
  check_golden(&mesh, scenario, command, "matrix-forgotten.txt", &text_style);
  check_golden(&mesh, scenario, command, "matrix-forgotten.json", &json_style);
  struct kcd_style quiet = text_style;
  quiet.quiet = true;
  KCD_AUTO(kcd_report) report = report_of(&mesh, scenario, command);
  KCD_AUTO_CHAR line = rendered(report, 1, &quiet);
  assert_string_equal(line, "HV1, HV2, HV3, HV4 -> SOFS1, live-migration as admin: 16 of 56 pairs FAIL\n");
  mesh_done(&mesh);
}

static void works(void **state)
{
  (void)state;
  struct mesh mesh;
  mesh_init(&mesh, KCD_SCENARIO_VM_STORAGE, 2, "SOFS1");
  check_golden(&mesh, KCD_SCENARIO_VM_STORAGE, NULL, "matrix-works.txt", &text_style);
  mesh_done(&mesh);
}

static void break_many(struct mesh *mesh)
{
  mesh_init(mesh, KCD_SCENARIO_LIVE_MIGRATION, 24, NULL);
  mesh_unlist(mesh, 6, "");
  mesh->hosts[6].uac &= ~KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
  mesh->hosts[8].uac &= ~KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
}

/* Cut into blocks that fit. */
static void many_hosts(void **state)
{
  (void)state;
  struct mesh mesh;
  break_many(&mesh);
  check_golden(&mesh, KCD_SCENARIO_LIVE_MIGRATION, "kcdfix apply ...", "matrix-many.txt", &text_style);
  mesh_done(&mesh);
}

/* A verdict line is never wrapped, nor is a command. */
static void assert_fits(const char *text, size_t width)
{
  for (const char *line = strchr(text, '\n') + 1; *line != '\0'; line += strcspn(line, "\n") + 1)
    assert_true(strcspn(line, "\n") <= width || strncmp(line, "  fix: ", 7) == 0);
}

/* Too narrow for a matrix: the cells that fail are all named. */
static void many_hosts_on_a_narrow_terminal(void **state)
{
  (void)state;
  struct mesh mesh;
  break_many(&mesh);
  struct kcd_style narrow = text_style;
  narrow.width = 40;
  KCD_AUTO(kcd_report) report = report_of(&mesh, KCD_SCENARIO_LIVE_MIGRATION, NULL);
  KCD_AUTO_CHAR text = rendered(report, 1, &narrow);
  assert_fits(text, 40);
  assert_null(strstr(text, "from \\ to"));
  assert_non_null(strstr(text, "     HV7, HV9 -> all\n"));
  KCD_AUTO(kcd_report) again = report_of(&mesh, KCD_SCENARIO_LIVE_MIGRATION, NULL);
  KCD_AUTO_CHAR wide = rendered(again, 1, &text_style);
  assert_fits(wide, 100);
  mesh_done(&mesh);
}

static void hostile_names(void **state)
{
  (void)state;
  struct mesh mesh;
  mesh_init(&mesh, KCD_SCENARIO_VM_STORAGE, 2, "SOFS1");
  free(mesh.hosts[0].sam_account_name);
  mesh.hosts[0].sam_account_name = kcd_strdup("H\033[31mV\xe2\x80\xae$");
  KCD_AUTO(kcd_report) report = report_of(&mesh, KCD_SCENARIO_VM_STORAGE, NULL);
  KCD_AUTO_CHAR text = rendered(report, 0, &text_style);
  assert_harmless(text, false);
  KCD_AUTO_CHAR json = rendered(report, 0, &json_style);
  assert_harmless(json, true);
  mesh_done(&mesh);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_host_forgotten), cmocka_unit_test(works),
      cmocka_unit_test(many_hosts),         cmocka_unit_test(many_hosts_on_a_narrow_terminal),
      cmocka_unit_test(hostile_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
