/* Which accounts are Hyper-V hosts, and what stands out about them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/hyperv_hosts.h>
#include <kcdfix/uac.h>

#define BASE ",CN=Computers,DC=kcd,DC=test"
#define MIGRATION KCD_MIGRATION_CLASS "/"

static char *const classes[] = {(char *)"cifs", (char *)"http"};
static const struct kcd_mapped_classes mapped = {classes, 2};

struct world {
  struct kcd_entries accounts, points, parents, owners;
  struct kcd_hyperv hyperv;
};

static void add_values(struct kcd_entry *entry, const char *attribute, const char *const *texts)
{
  for (; texts != NULL && *texts != NULL; texts++)
    kcd_values_add_text(kcd_entry_attribute(entry, attribute), *texts);
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A computer NAME with these SPNs and this list. */
static struct kcd_entry *computer(struct kcd_entries *to, const char *name, unsigned uac, const char *const *spns,
                                  const char *const *list)
{
  KCD_AUTO_CHAR dn = kcd_asprintf("CN=%s" BASE, name);
  KCD_AUTO_CHAR sam = kcd_asprintf("%s$", name);
  KCD_AUTO_CHAR fqdn = kcd_asprintf("%s.kcd.test", name);
  KCD_AUTO_CHAR number = kcd_asprintf("%u", KCD_UAC_WORKSTATION | uac);
  struct kcd_entry *entry = kcd_entries_add(to, dn);
  add_values(entry, "objectClass", TEXTS("user", "computer"));
  add_values(entry, "sAMAccountName", TEXTS(sam));
  add_values(entry, "dNSHostName", TEXTS(fqdn));
  add_values(entry, "userAccountControl", TEXTS(number));
  add_values(entry, "servicePrincipalName", spns);
  add_values(entry, "msDS-AllowedToDelegateTo", list);
  return entry;
}

/* With both forms of the migration SPN, and HOST/. */
static void host(struct world *w, const char *name, unsigned uac, const char *const *list)
{
  KCD_AUTO_CHAR first = kcd_asprintf(MIGRATION "%s", name);
  KCD_AUTO_CHAR second = kcd_asprintf(MIGRATION "%s.kcd.test", name);
  KCD_AUTO_CHAR alias = kcd_asprintf("HOST/%s", name);
  computer(&w->accounts, name, uac, TEXTS(first, second, alias), list);
}

static void point(struct world *w, const char *cn, const char *parent)
{
  KCD_AUTO_CHAR dn = kcd_asprintf("CN=%s,%s", cn, parent);
  add_values(kcd_entries_add(&w->points, dn), "cn", TEXTS(cn));
}

static int setup(void **state)
{
  *state = kcd_calloc(1, sizeof(struct world));
  return 0;
}

static int teardown(void **state)
{
  struct world *w = *state;
  kcd_entries_done(&w->accounts);
  kcd_entries_done(&w->points);
  kcd_entries_done(&w->parents);
  kcd_entries_done(&w->owners);
  kcd_hyperv_done(&w->hyperv);
  free(w);
  return 0;
}

static void judge(struct world *w)
{
  kcd_hyperv_add_accounts(&w->hyperv, &w->accounts);
  kcd_hyperv_add_points(&w->hyperv, &w->points);
  kcd_hyperv_add_parents(&w->hyperv, &w->parents);
  kcd_hyperv_add_owners(&w->hyperv, &w->owners);
  kcd_hyperv_judge(&w->hyperv, &mapped);
}

static struct kcd_hyperv_account *named(struct world *w, const char *name)
{
  KCD_AUTO_CHAR sam = kcd_asprintf("%s$", name);
  for (size_t i = 0; i < w->hyperv.n; i++)
    if (strcmp(w->hyperv.v[i].account.sam_account_name, sam) == 0)
      return &w->hyperv.v[i];
  fail_msg("%s was not found", name);
  return NULL;
}

/* The ids of its findings, in order. */
static void assert_findings(struct world *w, const char *name, const char *expected)
{
  struct kcd_buf ids;
  kcd_buf_init(&ids, KCD_BUF_DEFAULT_CAP);
  const struct kcd_findings *findings = &named(w, name)->findings;
  for (size_t i = 0; i < findings->n; i++) {
    assert_int_equal(KCD_WARNING, findings->v[i].severity);
    kcd_buf_addf(&ids, "%s%s", i == 0 ? "" : " ", kcd_finding_info(findings->v[i].id)->id);
  }
  KCD_AUTO_CHAR found = kcd_buf_take_text(&ids);
  assert_string_equal(expected, found);
}

static void assert_stands(struct world *w, const char *name, const char *remark, const char *ids)
{
  assert_string_equal(remark, named(w, name)->remark);
  assert_findings(w, name, ids);
}

/* ---- who is a host ---- */

static size_t count_of(const struct kcd_hyperv *hyperv, enum kcd_hyperv_kind kind)
{
  size_t n = 0;
  for (size_t i = 0; i < hyperv->n; i++)
    n += hyperv->v[i].kind == kind;
  return n;
}

static void test_both_ways(void **state)
{
  struct world *w = *state;
  host(w, "HV1", 0, NULL);
  host(w, "HV2", 0, NULL);
  point(w, KCD_HOST_POINT, "cn=hv1,cn=computers,dc=KCD,dc=test");
  point(w, KCD_HOST_POINT, "CN=HV12" BASE);
  computer(&w->parents, "HV12", 0, TEXTS("HOST/HV12"), NULL);
  judge(w);
  assert_int_equal(3, count_of(&w->hyperv, KCD_HYPERV_HOST));
  assert_true(named(w, "HV1")->has_spn && named(w, "HV1")->has_point);
  assert_true(named(w, "HV2")->has_spn && !named(w, "HV2")->has_point);
  assert_true(!named(w, "HV12")->has_spn && named(w, "HV12")->has_point);
  assert_stands(w, "HV1", "", "");
  assert_stands(w, "HV2", "no service connection point", "");
  assert_stands(w, "HV12", "no migration SPN", "migration-spn-registration-failed");
  assert_int_equal(2, named(w, "HV12")->missing_spns.n);
  assert_int_equal(0, w->hyperv.n_strays);
}

static void test_wanted_parents(void **state)
{
  struct world *w = *state;
  host(w, "HV1", 0, NULL);
  point(w, KCD_HOST_POINT, "CN=HV1" BASE);
  point(w, KCD_HOST_POINT, "CN=HV2" BASE);
  kcd_hyperv_add_accounts(&w->hyperv, &w->accounts);
  kcd_hyperv_add_points(&w->hyperv, &w->points);
  assert_int_equal(1, w->hyperv.n_parents);
  assert_string_equal("CN=HV2" BASE, w->hyperv.parents[0]);
}

/* Below an OU, below a user, below what nobody may read: no host, and told. */
static void test_strays(void **state)
{
  struct world *w = *state;
  point(w, KCD_HOST_POINT, "OU=Trap,DC=kcd,DC=test");
  point(w, KCD_HOST_POINT, "CN=eve,CN=Users,DC=kcd,DC=test");
  point(w, "Something Else", "CN=HV9" BASE);
  kcd_entries_add(&w->points, "CN=Microsoft Hyper-V,CN=nameless" BASE);
  struct kcd_entry *user = kcd_entries_add(&w->parents, "CN=eve,CN=Users,DC=kcd,DC=test");
  add_values(user, "objectClass", TEXTS("top", "user"));
  judge(w);
  assert_int_equal(0, w->hyperv.n);
  assert_int_equal(2, w->hyperv.n_strays);
}

static void test_parent_that_is_known(void **state)
{
  struct world *w = *state;
  host(w, "HV1", 0, NULL);
  point(w, KCD_HOST_POINT, "CN=H\\56 1" BASE); /* another spelling of a DN */
  computer(&w->parents, "HV1", 0, NULL, NULL);
  judge(w);
  assert_int_equal(1, w->hyperv.n);
  assert_true(named(w, "HV1")->has_point);
}

static void test_guests(void **state)
{
  struct world *w = *state;
  host(w, "HV1", 0, NULL);
  point(w, KCD_HOST_POINT, "CN=HV1" BASE);
  point(w, KCD_GUEST_POINT, "CN=VM1" BASE);
  point(w, KCD_GUEST_POINT, "CN=vm1" BASE);
  point(w, KCD_GUEST_POINT, "CN=VM2" BASE);
  point(w, KCD_GUEST_POINT, "CN=HV1" BASE);
  judge(w);
  assert_int_equal(1, w->hyperv.n);
  assert_int_equal(2, w->hyperv.n_guests);
  assert_stands(w, "HV1", "itself a virtual machine", "");
}

static void test_clusters(void **state)
{
  struct world *w = *state;
  computer(&w->accounts, "CORECLU", 0, TEXTS("MSClusterVirtualServer/CORECLU", "MSServerClusterMgmtAPI/CORECLU"), NULL);
  computer(&w->accounts, "SOFS", 0, TEXTS("msclustervirtualserver/SOFS", "HOST/SOFS"), TEXTS("cifs/FS"));
  host(w, "HV1", 0, TEXTS("cifs/SOFS"));
  point(w, KCD_HOST_POINT, "CN=HV1" BASE);
  computer(&w->accounts, "NODE", 0, TEXTS("MSServerClusterMgmtAPI/NODE", MIGRATION "NODE", MIGRATION "node.kcd.test"),
           NULL);
  point(w, KCD_HOST_POINT, "CN=NODE" BASE);
  judge(w);
  assert_int_equal(1, count_of(&w->hyperv, KCD_HYPERV_CLUSTER));
  assert_int_equal(1, count_of(&w->hyperv, KCD_HYPERV_ROLE));
  assert_stands(w, "CORECLU", "", "");
  assert_stands(w, "SOFS", "delegation is set on it, and has no effect for Hyper-V", "wrong-object");
  assert_stands(w, "HV1", "", "");
  assert_stands(w, "NODE", "cluster node", "");
}

static void test_order(void **state)
{
  struct world *w = *state;
  static const char *const names[] = {"HV10", "hv9", "HV2", "B", "HV010"};
  for (size_t i = 0; i < 5; i++)
    host(w, names[i], 0, NULL);
  judge(w);
  static const char *const sorted[] = {"B$", "HV2$", "hv9$", "HV010$", "HV10$"};
  for (size_t i = 0; i < 5; i++)
    assert_string_equal(sorted[i], w->hyperv.v[i].account.sam_account_name);
}

/* ---- what stands out ---- */

static void test_one_form_missing(void **state)
{
  struct world *w = *state;
  computer(&w->accounts, "HV1", 0, TEXTS(MIGRATION "hv1"), NULL);
  point(w, KCD_HOST_POINT, "CN=HV1" BASE);
  judge(w);
  assert_stands(w, "HV1", "no migration SPN for HV1.kcd.test", "migration-spn-registration-failed");
  assert_non_null(strstr(named(w, "HV1")->findings.v[0].remedy,
                         "setspn -S \"Microsoft Virtual System Migration Service/HV1.kcd.test\" HV1"));
}

static void test_bits(void **state)
{
  struct world *w = *state;
  host(w, "HV1", KCD_UAC_TRUSTED_FOR_DELEGATION, NULL);
  host(w, "HV2", KCD_UAC_TRUSTED_FOR_DELEGATION | KCD_UAC_SERVER_TRUST, NULL);
  host(w, "HV3", KCD_UAC_TRUSTED_FOR_DELEGATION | KCD_UAC_DISABLED, NULL);
  host(w, "HV4", KCD_UAC_DISABLED, TEXTS("cifs/nobody"));
  host(w, "HV5", KCD_UAC_DISABLED, NULL);
  for (int i = 1; i <= 2; i++) {
    KCD_AUTO_CHAR parent = kcd_asprintf("CN=HV%d" BASE, i);
    point(w, KCD_HOST_POINT, parent);
  }
  judge(w);
  assert_stands(w, "HV1", "unconstrained: high risk", "unconstrained-also-set");
  assert_stands(w, "HV2", "domain controller", "");
  assert_stands(w, "HV3", "without effect while disabled", "");
  assert_stands(w, "HV4", "without effect while disabled", "");
  assert_stands(w, "HV5", "", "");
}

/* One of each kind of entry; only what leads nowhere is told. */
static const char *const every_entry[] = {
    "cifs/HV1",        /* by its own HOST/ */
    "CIFS/hv2",        /* a disabled host */
    "wsman/HV1",       /* HOST/ does not stand for that class here */
    "cifs/FS",         /* found by the look-up */
    "cifs/OLD",        /* found, disabled */
    "http/two",        /* of two accounts, one of them enabled */
    "cifs/gone",       /* of nobody */
    "FS$",             /* a bare account name */
    "GONE$",           /* of nobody */
    "krbtgt/KCD.TEST", /* needs no owner */
    "cifs/x@KCD.TEST", /* can never match: another finding */
    NULL,
};

static void make_entries(struct world *w)
{
  host(w, "HV1", KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION, every_entry);
  host(w, "HV2", KCD_UAC_DISABLED, TEXTS("cifs/of-a-disabled-host"));
  point(w, KCD_HOST_POINT, "CN=HV1" BASE);
}

static void test_what_is_looked_up(void **state)
{
  struct world *w = *state;
  make_entries(w);
  host(w, "HV3", 0, TEXTS("CIFS/GONE"));
  kcd_hyperv_add_accounts(&w->hyperv, &w->accounts);
  struct kcd_values unowned;
  kcd_hyperv_unowned(&w->hyperv, &mapped, &unowned);
  static const char *const expected[] = {"cifs/FS", "cifs/gone", "cifs/OLD", "FS$", "GONE$", "http/two", "wsman/HV1"};
  assert_int_equal(7, unowned.n);
  for (size_t i = 0; i < 7; i++)
    assert_true(kcd_values_find_nocase(&unowned, expected[i]) >= 0);
  kcd_values_done(&unowned);
}

static void test_entries(void **state)
{
  struct world *w = *state;
  make_entries(w);
  computer(&w->owners, "FS", 0, TEXTS("HOST/FS"), NULL);
  computer(&w->owners, "OLD", KCD_UAC_DISABLED, TEXTS("host/old"), NULL);
  computer(&w->owners, "TWO", KCD_UAC_DISABLED, TEXTS("HTTP/two"), NULL);
  computer(&w->owners, "TWICE", 0, TEXTS("HTTP/two"), NULL);
  judge(w);
  const struct kcd_hyperv_account *hv1 = named(w, "HV1");
  static const char *const stale[] = {"CIFS/hv2", "wsman/HV1", "cifs/OLD", "cifs/gone", "GONE$"};
  assert_int_equal(5, hv1->stale_entries.n);
  for (size_t i = 0; i < 5; i++)
    assert_string_equal(stale[i], (const char *)hv1->stale_entries.v[i].data);
  assert_stands(w, "HV1", "2 entries name HV2 and OLD, disabled; 3 entries name no account", "stale-target-entry");
  assert_stands(w, "HV2", "without effect while disabled", "");
}

static void test_only_disabled(void **state)
{
  struct world *w = *state;
  host(w, "HV1", 0, TEXTS("cifs/HV9"));
  host(w, "HV9", KCD_UAC_DISABLED, NULL);
  point(w, KCD_HOST_POINT, "CN=HV1" BASE);
  judge(w);
  assert_stands(w, "HV1", "1 entry names HV9, disabled", "stale-target-entry");
  assert_string_equal("HV1 lists cifs/HV9: services of disabled accounts (HV9).",
                      named(w, "HV1")->findings.v[0].message);
}

static void test_nothing(void **state)
{
  struct world *w = *state;
  judge(w);
  assert_int_equal(0, w->hyperv.n);
  assert_int_equal(0, w->hyperv.n_guests);
}

/* An entry without the attributes that every computer has: a login that may not read them. */
static void test_unreadable(void **state)
{
  struct world *w = *state;
  struct kcd_entry *entry = kcd_entries_add(&w->accounts, "CN=\033[31m\xff" BASE);
  add_values(entry, "servicePrincipalName", TEXTS(MIGRATION "\033]0;x\a\xff", "", "/"));
  kcd_values_add(kcd_entry_attribute(entry, "msDS-AllowedToDelegateTo"), "a\0/b\xff", 5);
  add_values(entry, "msDS-AllowedToDelegateTo", TEXTS("", "/", "cifs/\033[31m"));
  judge(w);
  assert_int_equal(1, w->hyperv.n);
  assert_null(strchr(w->hyperv.v[0].remark, '\033'));
  for (size_t i = 0; i < w->hyperv.v[0].findings.n; i++)
    assert_null(strchr(w->hyperv.v[0].findings.v[i].message, '\033'));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(test_both_ways), TEST(test_wanted_parents),    TEST(test_strays),  TEST(test_parent_that_is_known),
      TEST(test_guests),    TEST(test_clusters),          TEST(test_order),   TEST(test_one_form_missing),
      TEST(test_bits),      TEST(test_what_is_looked_up), TEST(test_entries), TEST(test_only_disabled),
      TEST(test_nothing),   TEST(test_unreadable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
