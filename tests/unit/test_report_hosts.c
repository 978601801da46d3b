/* The document of hosts: every remark, hostile names, CSV. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include <kcdfix/uac.h>

#include "../../src/report/csv.h"
#include "report_fixture.h"

static const struct kcd_style csv_style = {.format = KCD_FORMAT_CSV};

/* A world of entries, judged as the directory's are. */
struct estate {
  struct kcd_entries accounts, points, parents;
  struct kcd_hyperv hyperv;
};

static void set(struct kcd_entry *entry, const char *attribute, const char *text)
{
  kcd_values_add_text(kcd_entry_attribute(entry, attribute), text);
}

static struct kcd_entry *add(struct kcd_entries *to, const char *name, const char *system, unsigned uac)
{
  KCD_AUTO_CHAR dn = kcd_asprintf("CN=%s,CN=Computers,DC=kcd,DC=test", name);
  KCD_AUTO_CHAR sam = kcd_asprintf("%s$", name);
  KCD_AUTO_CHAR number = kcd_asprintf("%u", uac | KCD_UAC_WORKSTATION);
  struct kcd_entry *entry = kcd_entries_add(to, dn);
  set(entry, "objectClass", "computer");
  set(entry, "sAMAccountName", sam);
  set(entry, "userAccountControl", number);
  if (system != NULL)
    set(entry, "operatingSystem", system);
  kcd_values_add(kcd_entry_attribute(entry, "objectGUID"), "0123456789abcdef", 16);
  return entry;
}

static struct kcd_entry *add_host(struct estate *e, const char *name, const char *system, unsigned uac)
{
  struct kcd_entry *entry = add(&e->accounts, name, system, uac);
  KCD_AUTO_CHAR spn = kcd_asprintf(KCD_MIGRATION_CLASS "/%s", name);
  set(entry, "servicePrincipalName", spn);
  KCD_AUTO_CHAR point = kcd_asprintf("CN=" KCD_HOST_POINT ",%s", entry->dn);
  set(kcd_entries_add(&e->points, point), "cn", KCD_HOST_POINT);
  return entry;
}

static void add_point(struct estate *e, const char *cn, const char *parent)
{
  KCD_AUTO_CHAR dn = kcd_asprintf("CN=%s,%s", cn, parent);
  set(kcd_entries_add(&e->points, dn), "cn", cn);
}

static void fill(struct estate *e)
{
  struct kcd_entry *hv1 = add_host(e, "HV1", "Windows Server 2025 Datacenter", KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION);
  set(hv1, "msDS-AllowedToDelegateTo", KCD_MIGRATION_CLASS "/HV7");
  set(hv1, "lastLogonTimestamp", "133700000000000000");
  set(hv1, "dNSHostName", "HV1");
  struct kcd_entry *hv10 = add_host(e, "HV10", "Windows Server 2012 R2 Standard", 0);
  set(hv10, "msDS-AllowedToDelegateTo", KCD_MIGRATION_CLASS "/HV9");
  set(hv10, "msDS-AllowedToDelegateTo", "cifs/gone");
  add_host(e, "HV7", "Windows Server 2019 Standard", KCD_UAC_TRUSTED_FOR_DELEGATION);
  set(add_host(e, "HV9", "Hyper-V Server", KCD_UAC_DISABLED), "msDS-AllowedToDelegateTo", "cifs/x");
  add(&e->parents, "HV12", NULL, 0);
  add_point(e, KCD_HOST_POINT, "CN=HV12,CN=Computers,DC=kcd,DC=test");
  add_point(e, KCD_HOST_POINT, "OU=Elsewhere,DC=kcd,DC=test");
  add_point(e, KCD_GUEST_POINT, "CN=VM1,CN=Computers,DC=kcd,DC=test");
  set(add(&e->accounts, "SOFS", NULL, 0), "servicePrincipalName", "MSClusterVirtualServer/SOFS");
  struct kcd_entry *cluster = add(&e->accounts, "CORECLU", NULL, 0);
  set(cluster, "servicePrincipalName", "MSClusterVirtualServer/CORECLU");
  set(cluster, "servicePrincipalName", "MSServerClusterMgmtAPI/CORECLU");
  set(cluster, "msDS-AllowedToDelegateTo", "cifs/SOFS");
}

static void judge(struct estate *e)
{
  static char *const classes[] = {(char *)"cifs"};
  const struct kcd_mapped_classes mapped = {classes, 1};
  kcd_hyperv_add_accounts(&e->hyperv, &e->accounts);
  kcd_hyperv_add_points(&e->hyperv, &e->points);
  kcd_hyperv_add_parents(&e->hyperv, &e->parents);
  kcd_hyperv_judge(&e->hyperv, &mapped);
}

static struct kcd_report *report_of(struct estate *e)
{
  struct kcd_dc dc = {.name = TEXT("dc1.kcd.test"), .domain = TEXT("kcd.test"), .flavour = KCD_FLAVOUR_WINDOWS};
  judge(e);
  struct kcd_report *report = kcd_report_new("kcdfix.hosts/1", WORLD_NOW);
  kcd_report_dc(report, &dc, dc.flavour);
  kcd_report_hyperv(report, &e->hyperv);
  return report;
}

/* CSV with plain line ends, once it is seen that each was CR LF; owned by the caller. */
static char *csv_of(struct kcd_report *report)
{
  char *csv = rendered(report, 0, &csv_style);
  char *to = csv;
  for (const char *from = csv; *from != '\0'; from++) {
    assert_true(*from != '\n' || (from > csv && from[-1] == '\r'));
    if (*from != '\r')
      *to++ = *from;
  }
  *to = '\0';
  assert_harmless(csv, false);
  return csv;
}

static void estate_done(struct estate *e)
{
  kcd_entries_done(&e->accounts);
  kcd_entries_done(&e->points);
  kcd_entries_done(&e->parents);
  kcd_hyperv_done(&e->hyperv);
}

static void test_estate(void **state)
{
  (void)state;
  struct estate e = {0};
  fill(&e);
  KCD_AUTO(kcd_report) report = report_of(&e);
  kcd_report_next_step(report, "check: kcdfix check --for live-migration HV1 HV7 HV10");
  assert_report_golden("hosts.txt", report, 0, &text_style);
  assert_report_golden("hosts.json", report, 0, &json_style);
  KCD_AUTO_CHAR csv = csv_of(report);
  assert_golden("hosts.csv", csv);
  struct kcd_style quiet = text_style;
  quiet.quiet = true;
  KCD_AUTO_CHAR line = rendered(report, 0, &quiet);
  assert_string_equal(
      "kcd.test: 5 Hyper-V hosts, 2 cluster and virtual names     (dc1.kcd.test; 1 virtual machine left "
      "out)\n",
      line);
  estate_done(&e);
}

/* However narrow the screen, no row loses its end. */
static void test_narrow(void **state)
{
  (void)state;
  struct estate e = {0};
  fill(&e);
  KCD_AUTO(kcd_report) report = report_of(&e);
  struct kcd_style narrow = text_style;
  narrow.width = 40;
  KCD_AUTO_CHAR text = rendered(report, 0, &narrow);
  assert_non_null(strstr(text, "1 entry names HV9, disabled; 1 entry names no account   [stale-target-entry]\n"));
  estate_done(&e);
}

static void test_none(void **state)
{
  (void)state;
  struct estate e = {0};
  KCD_AUTO(kcd_report) report = report_of(&e);
  KCD_AUTO_CHAR text = rendered(report, 0, &text_style);
  assert_string_equal("kcd.test: no Hyper-V host found     (dc1.kcd.test)\n", text);
  KCD_AUTO_CHAR csv = rendered(report, 0, &csv_style);
  assert_int_equal(1, count_lines(csv));
  estate_done(&e);
}

static void test_hostile(void **state)
{
  (void)state;
  struct estate e = {0};
  struct kcd_entry *entry = add_host(&e, "=cmd|' /C calc'!A0", "\033]0;x\a@SUM(1)", 0);
  set(entry, "dNSHostName", "+\"a\",\r\nb\xff");
  set(entry, "msDS-AllowedToDelegateTo", "cifs/\xe2\x80\xae\xe2\x80\xac\033c");
  KCD_AUTO(kcd_report) report = report_of(&e);
  KCD_AUTO_CHAR text = rendered(report, 0, &text_style);
  assert_harmless(text, false);
  KCD_AUTO_CHAR json = rendered(report, 0, &json_style);
  assert_harmless(json, true);
  KCD_AUTO_CHAR csv = csv_of(report);
  assert_int_equal(2, count_lines(csv));
  assert_non_null(strstr(csv, "\nhost,'=cmd|' /C calc'!A0$,"));
  estate_done(&e);
}

static void test_csv_cells(void **state)
{
  (void)state;
  static const char *const cells[] = {"a", "", "=1", "+1", "-1", "@x", "a=b", "say \"hi\"", "x,y", "l1\r\nl2"};
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  kcd_csv_row(&out, cells, sizeof(cells) / sizeof(cells[0]));
  KCD_AUTO_CHAR row = kcd_buf_take_text(&out);
  assert_string_equal("a,,'=1,'+1,'-1,'@x,a=b,\"say \"\"hi\"\"\",\"x,y\",\"l1\r\nl2\"\r\n", row);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_estate),  cmocka_unit_test(test_narrow),    cmocka_unit_test(test_none),
      cmocka_unit_test(test_hostile), cmocka_unit_test(test_csv_cells),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
