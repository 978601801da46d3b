/* The document of an audit in every format, with one edge of each kind, and with names chosen to do harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit_fixture.h"
#include "report_fixture.h"

#define NOBODY ESTATE_ACCOUNTS

static const struct kcd_style html_style = {.format = KCD_FORMAT_HTML};
static const struct kcd_style csv_style = {.format = KCD_FORMAT_CSV}, dot_style = {.format = KCD_FORMAT_DOT},
                              opengraph_style = {.format = KCD_FORMAT_OPENGRAPH};

struct sheet {
  struct estate estate;
  struct kcd_audit *audit;
  struct kcd_report *report;
  FILE *spool;
};

static void keep(void *data, const struct kcd_edge *edge)
{
  struct sheet *sheet = data;
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(kcd_report_edge(sheet->report, edge, &err), 0);
}

static void begin(struct sheet *sheet)
{
  estate_init(&sheet->estate);
  sheet->audit = kcd_audit_new(&sheet->estate.dc, ESTATE_NOW);
  sheet->report = kcd_report_new("kcdfix.audit/1", WORLD_NOW);
  sheet->spool = tmpfile();
  assert_non_null(sheet->spool);
  kcd_report_edges(sheet->report, sheet->spool);
  kcd_report_dc(sheet->report, &sheet->estate.dc, KCD_FLAVOUR_WINDOWS);
}

static void finish(struct sheet *sheet)
{
  struct kcd_findings findings;
  struct kcd_values steps;
  kcd_audit_findings(sheet->audit, "", &findings);
  kcd_audit_steps(&findings, &steps);
  kcd_report_audit(sheet->report, sheet->audit, &findings);
  for (size_t i = 0; i < steps.n; i++)
    kcd_report_next_step(sheet->report, (const char *)steps.v[i].data);
  kcd_report_limit(sheet->report, "objects that this login may not see at all");
  kcd_values_done(&steps);
  kcd_findings_done(&findings);
}

static void end(struct sheet *sheet)
{
  kcd_report_free(sheet->report);
  kcd_audit_free(sheet->audit);
  estate_done(&sheet->estate);
  fclose(sheet->spool);
}

static void entry(struct sheet *sheet, enum estate_account source, const char *spn, enum estate_account owner,
                  enum estate_account second)
{
  kcd_values_add_text(&sheet->estate.accounts[source].delegate_to, spn);
  estate_entry(sheet->audit, &sheet->estate, source, spn, owner, second, keep, sheet);
}

static void fill(struct sheet *sheet)
{
  struct kcd_account user = {.has_uac = true, .uac = 0x200, .sam_account_name = TEXT("admin1")};
  kcd_audit_privileged(sheet->audit, &user, false);
  kcd_audit_quota(sheet->audit, 10);
  kcd_audit_unread(sheet->audit, "CN=X,DC=kcd,DC=test", "userAccountControl");
  entry(sheet, HV1, "cifs/DC2", DC2, NOBODY);
  entry(sheet, HV1, MIGRATION "/HV2", HV2, NOBODY);
  entry(sheet, HV2, "cifs/OLDFS", NOBODY, NOBODY);
  entry(sheet, HV2, "cifs/FS", FS1, FS2);
  entry(sheet, OFF, "cifs/FS1", FS1, NOBODY);
  estate_unconstrained(sheet->audit, &sheet->estate, WEB, keep, sheet);
  estate_accepts(sheet->audit, &sheet->estate, FS1, HV2, NULL, keep, sheet);
  for (enum estate_account i = HV1; i <= HV2; i++)
    kcd_audit_account(sheet->audit, &sheet->estate.accounts[i]);
  kcd_audit_account(sheet->audit, &sheet->estate.accounts[WEB]);
  kcd_audit_account(sheet->audit, &sheet->estate.accounts[OFF]);
}

static void test_one_of_each(void **state)
{
  (void)state;
  struct sheet sheet;
  begin(&sheet);
  fill(&sheet);
  finish(&sheet);
  struct kcd_style verbose = text_style;
  verbose.verbose = 1;
  assert_report_golden("audit.txt", sheet.report, 1, &text_style);
  assert_report_golden("audit-v.txt", sheet.report, 1, &verbose);
  assert_report_golden("audit.json", sheet.report, 1, &json_style);
  KCD_AUTO_CHAR csv = rendered(sheet.report, 1, &csv_style);
  assert_non_null(strstr(csv, "\r\nHV2$,\"CN=HV2,CN=Computers,DC=kcd,DC=test\",true,constrained,false,cifs/FS,FS1$,"
                              "\"CN=FS1,CN=Computers,DC=kcd,DC=test\",false,FS1$;FS2$,visitors,duplicate-spn\r\n"));
  assert_non_null(strstr(csv, "\r\nWEB$,\"CN=WEB,CN=Computers,DC=kcd,DC=test\",true,unconstrained,false,,,,,,visitors,"
                              "unconstrained-also-set\r\n"));
  assert_int_equal(count_lines(csv), 8);
  assert_report_golden("audit.dot", sheet.report, 1, &dot_style);
  assert_report_golden("audit-opengraph.txt", sheet.report, 1, &opengraph_style);
  struct kcd_style quiet = text_style;
  quiet.quiet = true;
  KCD_AUTO_CHAR line = rendered(sheet.report, 1, &quiet);
  assert_string_equal(line, "kcd.test: 4 accounts may delegate, 1 of them without effect; 2 errors, 5 warnings     "
                            "(dc1.kcd.test, read only)\n");
  end(&sheet);
}

static void test_nothing(void **state)
{
  (void)state;
  struct sheet sheet;
  begin(&sheet);
  kcd_audit_quota(sheet.audit, 10);
  finish(&sheet);
  KCD_AUTO_CHAR text = rendered(sheet.report, 0, &text_style);
  assert_string_equal(text, "kcd.test: no account may delegate     (dc1.kcd.test, read only)\n");
  end(&sheet);
}

/* It broke off: the rows that came are there, and no count is. */
static void test_broken_off(void **state)
{
  (void)state;
  struct sheet sheet;
  begin(&sheet);
  entry(&sheet, HV1, "cifs/FS1", FS1, NOBODY);
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail(&err, KCD_E_UNREACHABLE, "gone");
  kcd_report_error(sheet.report, &err);
  KCD_AUTO_CHAR text = rendered(sheet.report, 3, &text_style);
  assert_string_equal(text, "");
  KCD_AUTO_CHAR json = rendered(sheet.report, 3, &json_style);
  assert_non_null(strstr(json, "\"counts\": null"));
  assert_non_null(strstr(json, "\"spn\":\"cifs/FS1\""));
  KCD_AUTO_CHAR page = rendered(sheet.report, 3, &html_style);
  assert_non_null(
      strstr(page, ">The audit broke off: this is only a part.</p>\n<ul class=\"errors\">\n<li><bdi>gone<"));
  assert_non_null(strstr(page, "<p>Not known: the audit broke off.</p>"));
  assert_non_null(strstr(page, "<td><bdi>cifs/FS1</bdi></td>"));
  assert_null(strstr(page, "data-count"));
  end(&sheet);
}

/* Without a file there are no rows, and the document is whole all the same. */
static void test_no_file(void **state)
{
  (void)state;
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.audit/1", WORLD_NOW);
  KCD_AUTO_CHAR json = rendered(report, 2, &json_style);
  assert_non_null(strstr(json, "\"edges\": []\n}\n"));
  KCD_AUTO_CHAR page = rendered(report, 2, &html_style);
  assert_non_null(strstr(page, "<p>There is no delegation to draw.</p>"));
  assert_non_null(strstr(page, "</html>\n"));
  KCD_AUTO_CHAR csv = rendered(report, 2, &csv_style);
  assert_int_equal(count_lines(csv), 1);
  KCD_AUTO_CHAR dot = rendered(report, 2, &dot_style);
  assert_string_equal(dot, "digraph \"\" {\n  rankdir=LR;\n}\n");
  KCD_AUTO_CHAR graph = rendered(report, 2, &opengraph_style);
  assert_string_equal(graph, "{\"metadata\":{\"source_kind\":\"KCDFix\"},\"graph\":{\"nodes\":[\n],\"edges\":[\n]}}\n");
}

static const char nasty[] = "=1+1\",\033c\xe2\x80\xae\xe2\x80\xac\\N\r\n;\t'";

static void test_hostile(void **state)
{
  (void)state;
  struct sheet sheet;
  begin(&sheet);
  struct kcd_account *source = &sheet.estate.accounts[HV1], *target = &sheet.estate.accounts[FS1];
  free(source->sam_account_name);
  free(source->dn);
  free(target->sam_account_name);
  free(target->dn);
  source->sam_account_name = kcd_strdup(nasty);
  source->dn = kcd_strdup("@CN=\"x\",\n");
  target->sam_account_name = kcd_strdup("-FS\\\"1$");
  target->dn = kcd_strdup("\tCN=\xff"); /* is not UTF-8, so no formula either */
  entry(&sheet, HV1, "+cifs/\"a,b\"\xe2\x80\xae\xe2\x80\xac", FS1, NOBODY);
  entry(&sheet, HV1, "=cmd|' /C calc'!A0/x", NOBODY, NOBODY);
  kcd_audit_account(sheet.audit, source);
  finish(&sheet);
  struct kcd_style verbose = text_style;
  verbose.verbose = 1;
  KCD_AUTO_CHAR text = rendered(sheet.report, 1, &verbose);
  assert_harmless(text, false);
  KCD_AUTO_CHAR json = rendered(sheet.report, 1, &json_style);
  assert_harmless(json, true);
  KCD_AUTO_CHAR csv = rendered(sheet.report, 1, &csv_style);
  assert_string_equal(
      csv, "source,source_dn,source_enabled,type,protocol_transition,spn,target,target_dn,target_is_dc,spn_owners,"
           "user_exposure,finding_ids\r\n"
           "\"'=1+1\"\",\\x1bc\\u{202e}\\u{202c}\\N\\x0d\\x0a;\\x09'\",\"'@CN=\"\"x\"\",\\x0a\",true,constrained,true,"
           "\"'+cifs/\"\"a,b\"\"\\u{202e}\\u{202c}\",\"'-FS\\\"\"1$\",\\x09CN=\\xff,false,\"'-FS\\\"\"1$\",anybody,\r\n"
           "\"'=1+1\"\",\\x1bc\\u{202e}\\u{202c}\\N\\x0d\\x0a;\\x09'\",\"'@CN=\"\"x\"\",\\x0a\",true,constrained,true,"
           "'=cmd|' /C calc'!A0/x,,,,,nobody,list-entry-malformed\r\n");
  assert_report_golden("audit-hostile.dot", sheet.report, 1, &dot_style);
  assert_report_golden("audit-hostile-opengraph.txt", sheet.report, 1, &opengraph_style);
  KCD_AUTO_CHAR page = rendered(sheet.report, 1, &html_style);
  assert_harmless(page, false);
  assert_null(strstr(page, "=1+1\",")); /* a quotation mark never stays one */
  KCD_AUTO_CHAR graph = rendered(sheet.report, 1, &opengraph_style);
  assert_harmless(graph, true);
  end(&sheet);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_of_each), cmocka_unit_test(test_nothing), cmocka_unit_test(test_broken_off),
      cmocka_unit_test(test_no_file),     cmocka_unit_test(test_hostile),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
