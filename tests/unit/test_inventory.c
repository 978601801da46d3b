/* The text of an inventory: what it declares, each mistake with its line, and what a host has beyond need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/inventory.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

static void read_right(const char *text, struct kcd_inventory *ret)
{
  struct kcd_inventory_problems problems = {0};
  int rc = kcd_inventory_read(text, strlen(text), ret, &problems);
  if (rc != 0)
    fail_msg("line %u: %s", problems.v[0].line, problems.v[0].text);
}

static const char *word(const struct kcd_values *values, size_t i)
{
  assert_true(i < values->n);
  return (const char *)values->v[i].data;
}

static void what_a_file_declares(void **state)
{
  (void)state;
  struct kcd_inventory inventory = {0};
  read_right("\xef\xbb\xbf# the estate\r\n"
             "[prod]\r\n"
             "for = live-migration ; every host to every other\r\n"
             "hosts = HV1 HVCLU\r\n"
             "  HV4\r\n"
             "storage: cifs/SOFS1 FS2\r\n"
             "cluster.HVCLU = HV2 HV3\r\n"
             "\r\n"
             "[web]\n"
             "hosts = WEB1\n"
             "mode = kerberos-only\n"
             "services = http/APP1 \"Microsoft Virtual System Migration Service/HV9\"\n",
             &inventory);
  assert_int_equal(inventory.n_groups, 2);
  const struct kcd_inventory_group *prod = &inventory.groups[0];
  assert_string_equal(prod->name, "prod");
  assert_int_equal(prod->line, 2);
  assert_int_equal(prod->scenario, KCD_SCENARIO_LIVE_MIGRATION);
  assert_int_equal(prod->mode, KCD_MODE_PROTOCOL_TRANSITION);
  assert_int_equal(prod->hosts.n, 4);
  assert_string_equal(word(&prod->hosts, 1), "HV2");
  assert_string_equal(word(&prod->hosts, 3), "HV4");
  assert_string_equal(word(&prod->servers, 0), "SOFS1");
  assert_string_equal(word(&prod->servers, 1), "FS2");
  assert_int_equal(prod->n_clusters, 1);
  const struct kcd_inventory_group *web = &inventory.groups[1];
  assert_int_equal(web->mode, KCD_MODE_KERBEROS_ONLY);
  assert_int_equal(web->scenario, KCD_SCENARIO_NONE);
  assert_string_equal(word(&web->services, 1), "Microsoft Virtual System Migration Service/HV9");
  kcd_inventory_done(&inventory);
}

/* One mistake each, the line that it is told for, and words of what is said. */
static const struct {
  const char *text;
  unsigned line;
  const char *says;
} MISTAKES[] = {
    {"", 1, "declares nothing"},
    {"hosts = HV1\n", 1, "before the first group"},
    {"[a\nhosts = HV1\n", 1, "in brackets"},
    {"[]\n", 1, "in brackets"},
    {"[a]\nhosts = HV1\nservices = cifs/X\n\nwhat is this\n", 5, "neither [NAME], nor KEY = VALUE"},
    {"[a]\nhosts = HV1\ncolour = red\nservices = cifs/X\n", 3, "colour is no key"},
    {"[a]\nhosts = HV1\nhosts = HV2\nservices = cifs/X\n", 3, "hosts is there twice"},
    {"[a]\nfor = vm-storage\nhosts = HV1\nservers = A\nstorage = B\n", 5, "servers and storage are the same"},
    {"[a]\nhosts = HV1\nservices = cifs/X\n[b]\nhosts = HV2\nservices = cifs/X\n[A]\n", 7, "line 1 as well"},
    {"[a]\nfor = livemigration\nhosts = HV1 HV2\n", 2, "it takes vm-storage"},
    {"[a]\nhosts = HV1\nservices = cifs/X\nmode = resource-based\n", 4, "protocol-transition or kerberos-only"},
    {"[a]\nhosts = HV1\nservices = cifs/\n", 3, "services takes SPNs"},
    {"[a]\nhosts = HV1\nservices = \"cifs/X\n", 3, "double quote is not closed"},
    {"[a]\nhosts = HV1, HV2\nservices = cifs/X\n", 2, "separated by blanks"},
    {"[a]\nhosts = cifs/X\n", 2, "is an SPN"},
    {"[a]\nhosts = \\\\FS1\\share\nservices = cifs/X\n", 2, "path of a share"},
    {"[a]\nfor = vm-storage\nhosts = HV1\nservers = http/X\n", 4, "is no server"},
    {"[a]\nfor = vm-storage\nhosts = HV1\nservers = 192.0.2.7\n", 4, "is an address"},
    {"[a]\nfor = vm-storage\nhosts = HV1\n", 1, "takes servers"},
    {"[a]\nfor = live-migration\nhosts = HV1\n", 1, "at least two hosts"},
    {"[a]\nservices = cifs/X\n", 1, "has no hosts"},
    {"[a]\nhosts = HV1\n", 1, "says not what its hosts need"},
    {"[a]\nhosts = HV1\nservers = X\n", 1, "no scenario"},
    {"[a]\nfor = live-migration\nhosts = HV1 HV2\nservices = cifs/X\n", 1, "for and services"},
    {"[a]\nhosts = HV1 HV1.contoso.com\nservices = cifs/X\n", 1, "twice"},
    {"[a]\nhosts = HV1\nservices = cifs/X\n[b]\nhosts = HV1$\nservices = cifs/X\nmode = kerberos-only\n", 4,
     "a host has one mode"},
    {"[a]\nhosts = HV1\nservices = cifs/X\ncluster.C = \n", 4, "takes the nodes"},
    {"[a]\nfor = live-migration\n  hosts = HV1\nhosts = HV2 HV3\n", 3, "takes no second line"},
    {"[a]\nhosts = HV\x01\nservices = cifs/X\n", 2, "control character"},
    {"[a]\nhosts = HV\xff\nservices = cifs/X\n", 2, "not UTF-8"},
};

static void each_mistake_has_its_line(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof MISTAKES / sizeof MISTAKES[0]; i++) {
    struct kcd_inventory inventory = {0};
    struct kcd_inventory_problems problems = {0};
    assert_int_equal(kcd_inventory_read(MISTAKES[i].text, strlen(MISTAKES[i].text), &inventory, &problems), -1);
    bool found = false;
    for (size_t k = 0; k < problems.n; k++)
      found = found || (problems.v[k].line == MISTAKES[i].line && strstr(problems.v[k].text, MISTAKES[i].says));
    if (!found)
      fail_msg("mistake %zu: line %u: %s", i, problems.v[0].line, problems.v[0].text);
    kcd_inventory_problems_done(&problems);
  }
}

static void all_mistakes_are_told_up_to_a_bound(void **state)
{
  (void)state;
  struct kcd_inventory inventory = {0};
  struct kcd_inventory_problems problems = {0};
  struct kcd_buf text;
  kcd_buf_init(&text, KCD_BUF_DEFAULT_CAP);
  kcd_buf_add_text(&text, "[a]\n");
  for (int i = 0; i < 25; i++)
    kcd_buf_addf(&text, "key%d = x\n", i);
  assert_int_equal(kcd_inventory_read(text.data, text.len, &inventory, &problems), -1);
  assert_int_equal(problems.n, KCD_INVENTORY_PROBLEMS);
  assert_int_equal(problems.more, 5);
  assert_int_equal(problems.v[19].line, 21);
  kcd_inventory_problems_done(&problems);
  kcd_buf_done(&text);
}

static void sizes_are_bounded(void **state)
{
  (void)state;
  struct kcd_inventory inventory = {0};
  struct kcd_inventory_problems problems = {0};
  struct kcd_buf text;
  kcd_buf_init(&text, KCD_BUF_DEFAULT_CAP);
  kcd_buf_add_text(&text, "[a]\nfor = vm-storage\nservers = FS1\nhosts = HV\n");
  for (int i = 0; i < 1001; i++)
    kcd_buf_addf(&text, "  HV%d\n", i);
  assert_int_equal(kcd_inventory_read(text.data, text.len, &inventory, &problems), -1);
  assert_non_null(strstr(problems.v[0].text, "more than 1000 hosts"));
  kcd_inventory_problems_done(&problems);
  kcd_buf_done(&text);
  char line[256];
  memset(line, 'x', sizeof line);
  assert_int_equal(kcd_inventory_read(line, sizeof line, &inventory, &problems), -1);
  assert_non_null(strstr(problems.v[0].text, "longer than 198 bytes"));
  kcd_inventory_problems_done(&problems);
}

/* ---- drift ---- */

static void need_cifs(struct kcd_need *need, enum kcd_scenario scenario)
{
  char text[] = "cifs/FS1";
  char sibling[] = "cifs/FS1.contoso.com";
  const struct kcd_target target = {.spn = {.text = text}, .sibling = sibling};
  kcd_need_add(need, &target, scenario);
}

static void only_managed_classes_can_be_pruned(void **state)
{
  (void)state;
  char dn[] = "CN=HV1,DC=contoso,DC=com";
  char name[] = "HV1$";
  struct kcd_account host = {.dn = dn, .sam_account_name = name, .uac = 0x1000};
  static const char *const entries[] = {"CIFS/fs1", "cifs/FS1.contoso.com",      "cifs/OLD", "http/APP",
                                        "cifs/",    KCD_MIGRATION_SERVICE "/HV2"};
  for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++)
    kcd_values_add_text(&host.delegate_to, entries[i]);
  struct kcd_need need = {.host = &host, .mode = KCD_MODE_PROTOCOL_TRANSITION};
  need_cifs(&need, KCD_SCENARIO_VM_STORAGE);
  struct kcd_beyond beyond;
  kcd_beyond_of(&need, &beyond);
  assert_int_equal(beyond.prunable.n, 1);
  assert_string_equal(word(&beyond.prunable, 0), "cifs/OLD");
  assert_int_equal(beyond.kept.n, 3);
  kcd_beyond_done(&beyond);
  need_cifs(&need, KCD_SCENARIO_LIVE_MIGRATION);
  kcd_beyond_of(&need, &beyond);
  assert_int_equal(beyond.prunable.n, 2);
  struct kcd_findings findings = {0};
  kcd_beyond_findings(&need, &beyond, "kcdfix apply -f x.ini", &findings);
  assert_int_equal(findings.n, 2);
  assert_int_equal(findings.v[0].id, KCD_F_ENTRY_BEYOND_NEED);
  assert_int_equal(findings.v[0].severity, KCD_WARNING);
  assert_string_equal(findings.v[0].command, "kcdfix apply -f x.ini --prune");
  assert_int_equal(findings.v[1].severity, KCD_NOTE);
  assert_null(findings.v[1].command);
  kcd_findings_done(&findings);
  kcd_beyond_done(&beyond);
  kcd_need_done(&need);
  kcd_values_done(&host.delegate_to);
}

static void without_a_scenario_nothing_is_managed(void **state)
{
  (void)state;
  struct kcd_account host = {.uac = 0x1000 | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION};
  kcd_values_add_text(&host.delegate_to, "cifs/OLD");
  struct kcd_need need = {.host = &host, .mode = KCD_MODE_KERBEROS_ONLY};
  need_cifs(&need, KCD_SCENARIO_NONE);
  struct kcd_beyond beyond;
  kcd_beyond_of(&need, &beyond);
  assert_int_equal(beyond.prunable.n, 0);
  assert_int_equal(beyond.kept.n, 1);
  assert_true(beyond.transition);
  kcd_beyond_done(&beyond);
  kcd_need_done(&need);
  kcd_values_done(&host.delegate_to);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_a_file_declares),
      cmocka_unit_test(each_mistake_has_its_line),
      cmocka_unit_test(all_mistakes_are_told_up_to_a_bound),
      cmocka_unit_test(sizes_are_bounded),
      cmocka_unit_test(only_managed_classes_can_be_pruned),
      cmocka_unit_test(without_a_scenario_nothing_is_managed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
