/* The pairs of each scenario, written out; the names that operands come to; clusters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/bytes.h>
#include <kcdfix/scenario.h>

enum { MOST = 4 };

struct machines {
  struct kcd_machine_name v[MOST];
  size_t n;
};

static void machines_of(const char *const *names, struct machines *ret)
{
  *ret = (struct machines){.n = 0};
  for (; names[ret->n] != NULL; ret->n++)
    kcd_machine_name_of(names[ret->n], "contoso.com", &ret->v[ret->n]);
}

static void machines_done(struct machines *machines)
{
  for (size_t i = 0; i < machines->n; i++)
    kcd_machine_name_done(&machines->v[i]);
}

/* One line a pair, "HV1 -> cifs/FS"; the migration service as MVSMS. Owned by the caller. */
static size_t asked_of(const struct kcd_scenario_pairs *pairs, size_t host)
{
  size_t n = 0;
  for (size_t spn = 0; spn < pairs->n_spns; spn++)
    n += kcd_scenario_asks(pairs, host, spn);
  return n;
}

static char *text_of(const struct kcd_scenario_pairs *pairs, const struct machines *hosts)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  const size_t service = strlen(KCD_MIGRATION_SERVICE);
  for (size_t host = 0; host < pairs->n_hosts; host++)
    for (size_t spn = 0; spn < pairs->n_spns; spn++) {
      const char *text = pairs->spns[spn];
      const bool migration = strncmp(text, KCD_MIGRATION_SERVICE, service) == 0;
      if (kcd_scenario_asks(pairs, host, spn))
        kcd_buf_addf(&out, "%s -> %s%s\n", hosts->v[host].label, migration ? "MVSMS" : "",
                     migration ? text + service : text);
    }
  return kcd_buf_take_text(&out);
}

static void check(enum kcd_scenario scenario, const char *const *hosts, const char *const *servers,
                  const char *expected)
{
  struct machines from, to;
  machines_of(hosts, &from);
  machines_of(servers, &to);
  struct kcd_scenario_pairs pairs;
  kcd_scenario_make(scenario, from.v, from.n, to.v, to.n, &pairs);
  KCD_AUTO_CHAR text = text_of(&pairs, &from);
  assert_string_equal(text, expected);
  kcd_scenario_pairs_done(&pairs);
  machines_done(&from);
  machines_done(&to);
}

#define HOSTS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_SERVERS ((const char *const[]){NULL})

static void vm_storage(void **state)
{
  (void)state;
  check(KCD_SCENARIO_VM_STORAGE, HOSTS("CORE-N1", "CORE-N2"), HOSTS("SOFS2016"),
        "CORE-N1 -> cifs/SOFS2016\nCORE-N1 -> cifs/SOFS2016.contoso.com\n"
        "CORE-N2 -> cifs/SOFS2016\nCORE-N2 -> cifs/SOFS2016.contoso.com\n");
  check(KCD_SCENARIO_VM_STORAGE, HOSTS("CORE2016"), HOSTS("FS1", "fs2.other.example"),
        "CORE2016 -> cifs/FS1\nCORE2016 -> cifs/FS1.contoso.com\n"
        "CORE2016 -> cifs/fs2\nCORE2016 -> cifs/fs2.other.example\n");
}

static void library_iso(void **state)
{
  (void)state;
  check(KCD_SCENARIO_LIBRARY_ISO, HOSTS("HV1"), HOSTS("LIB"), "HV1 -> cifs/LIB\nHV1 -> cifs/LIB.contoso.com\n");
}

static void live_migration(void **state)
{
  (void)state;
  check(KCD_SCENARIO_LIVE_MIGRATION, HOSTS("HV1", "HV2"), NO_SERVERS,
        "HV1 -> MVSMS/HV2\nHV1 -> MVSMS/HV2.contoso.com\nHV1 -> cifs/HV2\nHV1 -> cifs/HV2.contoso.com\n"
        "HV2 -> MVSMS/HV1\nHV2 -> MVSMS/HV1.contoso.com\nHV2 -> cifs/HV1\nHV2 -> cifs/HV1.contoso.com\n");
  check(KCD_SCENARIO_LIVE_MIGRATION, HOSTS("HV1", "HV2"), HOSTS("SOFS1"),
        "HV1 -> MVSMS/HV2\nHV1 -> MVSMS/HV2.contoso.com\nHV1 -> cifs/HV2\nHV1 -> cifs/HV2.contoso.com\n"
        "HV1 -> cifs/SOFS1\nHV1 -> cifs/SOFS1.contoso.com\n"
        "HV2 -> MVSMS/HV1\nHV2 -> MVSMS/HV1.contoso.com\nHV2 -> cifs/HV1\nHV2 -> cifs/HV1.contoso.com\n"
        "HV2 -> cifs/SOFS1\nHV2 -> cifs/SOFS1.contoso.com\n");
}

static void storage_migration(void **state)
{
  (void)state;
  check(KCD_SCENARIO_STORAGE_MIGRATION, HOSTS("HV1", "HV2"), NO_SERVERS,
        "HV1 -> cifs/HV2\nHV1 -> cifs/HV2.contoso.com\nHV2 -> cifs/HV1\nHV2 -> cifs/HV1.contoso.com\n");
  check(KCD_SCENARIO_STORAGE_MIGRATION, HOSTS("HV1", "HV2"), HOSTS("FS1"),
        "HV1 -> cifs/FS1\nHV1 -> cifs/FS1.contoso.com\nHV2 -> cifs/FS1\nHV2 -> cifs/FS1.contoso.com\n");
}

static void never_to_itself(void **state)
{
  (void)state;
  check(KCD_SCENARIO_VM_STORAGE, HOSTS("HV1", "HV2"), HOSTS("hv1.contoso.com"),
        "HV2 -> cifs/hv1\nHV2 -> cifs/hv1.contoso.com\n");
}

/* The identity of the cluster is used inside it; out of it each node counts. */
static void clusters_migrate_inside_by_themselves(void **state)
{
  (void)state;
  struct machines hosts;
  machines_of(HOSTS("N1", "N2", "HV3"), &hosts);
  hosts.v[0].group = "CLU";
  hosts.v[1].group = "clu";
  struct kcd_scenario_pairs pairs;
  kcd_scenario_make(KCD_SCENARIO_LIVE_MIGRATION, hosts.v, hosts.n, NULL, 0, &pairs);
  KCD_AUTO_CHAR text = text_of(&pairs, &hosts);
  assert_null(strstr(text, "N1 -> MVSMS/N2"));
  assert_null(strstr(text, "N2 -> cifs/N1"));
  assert_non_null(strstr(text, "N1 -> MVSMS/HV3\n"));
  assert_non_null(strstr(text, "HV3 -> cifs/N2.contoso.com\n"));
  assert_int_equal(kcd_scenario_count(&pairs), 16);
  assert_int_equal(asked_of(&pairs, 2), 8);
  kcd_scenario_pairs_done(&pairs);
  machines_done(&hosts);
}

static void names(void **state)
{
  (void)state;
  static const struct {
    const char *operand, *label, *fqdn;
  } rows[] = {
      {"CORE2016", "CORE2016", "CORE2016.contoso.com"},
      {"CORE2016$", "CORE2016", "CORE2016.contoso.com"},
      {"CONTOSO\\CORE2016$", "CORE2016", "CORE2016.contoso.com"},
      {"core2016.lab.contoso.com", "core2016", "core2016.lab.contoso.com"},
      {"core2016.contoso.com.", "core2016", "core2016.contoso.com"},
      {"CN=CORE2016,OU=HyperV,DC=contoso,DC=com", "CORE2016", "CORE2016.contoso.com"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct kcd_machine_name name;
    kcd_machine_name_of(rows[i].operand, "contoso.com", &name);
    assert_string_equal(name.label, rows[i].label);
    assert_string_equal(name.fqdn, rows[i].fqdn);
    kcd_machine_name_done(&name);
  }
}

static void what_each_takes(void **state)
{
  (void)state;
  static const struct {
    enum kcd_scenario scenario;
    size_t hosts, servers;
    const char *refused; /* NULL: it is right */
  } rows[] = {
      {KCD_SCENARIO_LIVE_MIGRATION, 2, 0, NULL},
      {KCD_SCENARIO_LIVE_MIGRATION, 1, 0, "at least two hosts"},
      {KCD_SCENARIO_LIVE_MIGRATION, 1, 1, "at least two hosts"},
      {KCD_SCENARIO_LIVE_MIGRATION, 0, 2, "no host is named before --"},
      {KCD_SCENARIO_VM_STORAGE, 1, 1, NULL},
      {KCD_SCENARIO_VM_STORAGE, 2, 0, "takes the servers behind --"},
      {KCD_SCENARIO_LIBRARY_ISO, 1, 0, "takes the servers behind --"},
      {KCD_SCENARIO_STORAGE_MIGRATION, 1, 1, NULL},
      {KCD_SCENARIO_STORAGE_MIGRATION, 2, 0, NULL},
      {KCD_SCENARIO_STORAGE_MIGRATION, 1, 0, "at least two hosts"},
      {KCD_SCENARIO_STORAGE_MIGRATION, 0, 0, "no host is named"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct kcd_error err = KCD_ERROR_INIT;
    int rc = kcd_scenario_check(rows[i].scenario, rows[i].hosts, rows[i].servers, &err);
    assert_int_equal(rc, rows[i].refused == NULL ? 0 : -1);
    if (rows[i].refused != NULL)
      assert_non_null(strstr(err.message, rows[i].refused));
  }
}

static void words(void **state)
{
  (void)state;
  enum kcd_scenario scenario = KCD_SCENARIO_NONE;
  assert_int_equal(kcd_scenario_parse("live-migration", &scenario), 0);
  assert_int_equal(scenario, KCD_SCENARIO_LIVE_MIGRATION);
  assert_string_equal(kcd_scenario_name(scenario), "live-migration");
  assert_int_equal(kcd_scenario_parse("", &scenario), -1);
  assert_int_equal(kcd_scenario_parse("migration", &scenario), -1);
}

static void clusters(void **state)
{
  (void)state;
  static const struct {
    const char *text, *refused;
  } bad[] = {
      {"HVCLU", "takes NAME=NODE"},           {"=N1,N2", "takes NAME=NODE"},
      {"HVCLU=", "a node is empty"},          {"HVCLU=N1,,N2", "a node is empty"},
      {"HVCLU=N1,n1.contoso.com", "twice"},   {"HVCLU=N1,hvclu$", "no node of itself"},
      {"HVCLU=cifs/N1", "no name of a node"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct kcd_error err = KCD_ERROR_INIT;
    struct kcd_cluster cluster;
    assert_int_equal(kcd_cluster_parse(bad[i].text, &cluster, &err), -1);
    assert_non_null(strstr(err.message, bad[i].refused));
  }
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_cluster cluster;
  assert_int_equal(kcd_cluster_parse("HVCLU=N1,N2.contoso.com,CONTOSO\\N3", &cluster, &err), 0);
  assert_int_equal(cluster.n_nodes, 3);
  assert_ptr_equal(kcd_cluster_named(&cluster, 1, "hvclu$"), &cluster);
  assert_null(kcd_cluster_named(&cluster, 1, "N1"));
  assert_ptr_equal(kcd_cluster_of_node(&cluster, 1, "n2"), &cluster);
  assert_ptr_equal(kcd_cluster_of_node(&cluster, 1, "n3.contoso.com"), &cluster);
  assert_null(kcd_cluster_of_node(&cluster, 1, "HVCLU"));
  kcd_cluster_done(&cluster);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vm_storage),      cmocka_unit_test(library_iso),
      cmocka_unit_test(live_migration),  cmocka_unit_test(storage_migration),
      cmocka_unit_test(never_to_itself), cmocka_unit_test(clusters_migrate_inside_by_themselves),
      cmocka_unit_test(names),           cmocka_unit_test(what_each_takes),
      cmocka_unit_test(words),           cmocka_unit_test(clusters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
