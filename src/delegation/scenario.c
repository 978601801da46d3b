#include <kcdfix/scenario.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

static const char *const scenario_names[] = {[KCD_SCENARIO_NONE] = "",
                                             [KCD_SCENARIO_VM_STORAGE] = "vm-storage",
                                             [KCD_SCENARIO_LIVE_MIGRATION] = "live-migration",
                                             [KCD_SCENARIO_STORAGE_MIGRATION] = "storage-migration",
                                             [KCD_SCENARIO_LIBRARY_ISO] = "library-iso"};

const char *kcd_scenario_name(enum kcd_scenario scenario)
{
  return scenario_names[scenario];
}

int kcd_scenario_parse(const char *name, enum kcd_scenario *ret)
{
  for (int i = KCD_SCENARIO_VM_STORAGE; i <= KCD_SCENARIO_LIBRARY_ISO; i++)
    if (strcmp(scenario_names[i], name) == 0) {
      *ret = (enum kcd_scenario)i;
      return 0;
    }
  return -1;
}

/* ---- names ---- */

void kcd_machine_name_done(struct kcd_machine_name *name)
{
  free(name->label);
  free(name->fqdn);
  *name = (struct kcd_machine_name){0};
}

/* "CORE2016" of DOM\CORE2016$, and of a DN its first value. */
static char *bare_name(const char *operand)
{
  char *name = kcd_looks_like_dn(operand) ? kcd_dn_first_value(operand) : NULL;
  if (name == NULL) {
    const char *prefix = strchr(operand, '\\');
    name = kcd_strdup(prefix == NULL ? operand : prefix + 1);
  }
  size_t len = strlen(name);
  if (len > 1 && (name[len - 1] == '$' || name[len - 1] == '.'))
    name[len - 1] = '\0';
  return name;
}

void kcd_machine_name_of(const char *operand, const char *domain, struct kcd_machine_name *ret)
{
  *ret = (struct kcd_machine_name){0};
  KCD_AUTO_CHAR name = bare_name(operand);
  size_t label = strcspn(name, ".");
  ret->label = kcd_strndup(name, label);
  ret->fqdn = name[label] == '\0' && domain != NULL ? kcd_asprintf("%s.%s", name, domain) : kcd_strdup(name);
}

bool kcd_machine_name_equal(const struct kcd_machine_name *a, const struct kcd_machine_name *b)
{
  return kcd_equal_nocase(a->fqdn, b->fqdn);
}

/* ---- what a scenario takes ---- */

int kcd_scenario_check(enum kcd_scenario scenario, size_t n_hosts, size_t n_servers, struct kcd_error *err)
{
  const char *name = kcd_scenario_name(scenario);
  if (n_hosts == 0) {
    kcd_fail(err, KCD_E_USAGE, "--for %s: no host is named%s", name, n_servers > 0 ? " before --" : "");
    return kcd_error_next(err, "kcdfix check --for %s HOST...%s", name,
                          scenario == KCD_SCENARIO_LIVE_MIGRATION ? "" : " -- SERVER...");
  }
  if (scenario == KCD_SCENARIO_LIVE_MIGRATION && n_hosts < 2)
    return kcd_fail(err, KCD_E_USAGE, "--for live-migration takes at least two hosts: each is to reach every other");
  if (scenario == KCD_SCENARIO_STORAGE_MIGRATION && n_servers == 0 && n_hosts < 2)
    return kcd_fail(err, KCD_E_USAGE,
                    "--for storage-migration takes the servers that the storage moves to behind --, or else at least "
                    "two hosts");
  if ((scenario == KCD_SCENARIO_VM_STORAGE || scenario == KCD_SCENARIO_LIBRARY_ISO) && n_servers == 0) {
    kcd_fail(err, KCD_E_USAGE, "--for %s takes the servers behind --", name);
    return kcd_error_next(err, "kcdfix check --for %s HOST... -- SERVER...", name);
  }
  return 0;
}

/* ---- pairs ---- */

void kcd_scenario_pairs_done(struct kcd_scenario_pairs *pairs)
{
  for (size_t i = 0; i < pairs->n_columns; i++)
    free(pairs->columns[i]);
  for (size_t i = 0; i < pairs->n_spns; i++)
    free(pairs->spns[i]);
  free(pairs->columns);
  free(pairs->spns);
  free(pairs->column_of);
  free(pairs->asked);
  *pairs = (struct kcd_scenario_pairs){0};
}

static void add_spn(struct kcd_scenario_pairs *pairs, size_t column, const char *service, const char *host)
{
  pairs->spns[pairs->n_spns] = kcd_asprintf("%s/%s", service, host);
  pairs->column_of[pairs->n_spns++] = column;
}

/* Both forms: the KDC compares whole names, and paths and consoles use either. */
static void add_service(struct kcd_scenario_pairs *pairs, size_t column, const char *service,
                        const struct kcd_machine_name *name)
{
  add_spn(pairs, column, service, name->label);
  if (!kcd_equal_nocase(name->label, name->fqdn))
    add_spn(pairs, column, service, name->fqdn);
}

static void add_column(struct kcd_scenario_pairs *pairs, const struct kcd_machine_name *name, bool migration)
{
  size_t column = pairs->n_columns++;
  pairs->columns[column] = kcd_strdup(name->label);
  if (migration)
    add_service(pairs, column, KCD_MIGRATION_SERVICE, name);
  add_service(pairs, column, "cifs", name);
}

static bool may_meet(const struct kcd_machine_name *from, const struct kcd_machine_name *to, bool as_host)
{
  bool one_cluster = as_host && from->group != NULL && to->group != NULL && kcd_equal_nocase(from->group, to->group);
  return !one_cluster && !kcd_machine_name_equal(from, to);
}

void kcd_scenario_make(enum kcd_scenario scenario, const struct kcd_machine_name *hosts, size_t n_hosts,
                       const struct kcd_machine_name *servers, size_t n_servers, struct kcd_scenario_pairs *ret)
{
  const bool live = scenario == KCD_SCENARIO_LIVE_MIGRATION;
  const bool mesh = live || (scenario == KCD_SCENARIO_STORAGE_MIGRATION && n_servers == 0);
  const size_t room = (mesh ? n_hosts : 0) + n_servers;
  enum { SPNS_OF_ONE = 4 };
  *ret = (struct kcd_scenario_pairs){.scenario = scenario, .n_hosts = n_hosts, .mesh = mesh};
  ret->columns = kcd_calloc(room + 1, sizeof *ret->columns);
  ret->spns = kcd_calloc(room * SPNS_OF_ONE + 1, sizeof *ret->spns);
  ret->column_of = kcd_calloc(room * SPNS_OF_ONE + 1, sizeof *ret->column_of);
  for (size_t i = 0; mesh && i < n_hosts; i++)
    add_column(ret, &hosts[i], live);
  for (size_t i = 0; i < n_servers; i++)
    add_column(ret, &servers[i], false);
  ret->asked = kcd_calloc(n_hosts * ret->n_spns + 1, sizeof *ret->asked);
  for (size_t host = 0; host < n_hosts; host++)
    for (size_t spn = 0; spn < ret->n_spns; spn++) {
      const size_t column = ret->column_of[spn];
      const bool as_host = mesh && column < n_hosts;
      const struct kcd_machine_name *to = as_host ? &hosts[column] : &servers[column - (mesh ? n_hosts : 0)];
      ret->asked[host * ret->n_spns + spn] = may_meet(&hosts[host], to, as_host);
    }
}

bool kcd_scenario_asks(const struct kcd_scenario_pairs *pairs, size_t host, size_t spn)
{
  return pairs->asked[host * pairs->n_spns + spn];
}

size_t kcd_scenario_count(const struct kcd_scenario_pairs *pairs)
{
  size_t n = 0;
  for (size_t i = 0; i < pairs->n_hosts * pairs->n_spns; i++)
    n += pairs->asked[i];
  return n;
}
