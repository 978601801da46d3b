#include "mesh_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/uac.h>

#define OLD_FILETIME UINT64_C(133538112000000000) /* 2024-03-02 */

static void make_account(struct kcd_account *account, const char *name, enum kcd_account_kind kind, uint32_t uac)
{
  *account = (struct kcd_account){.kind = kind,
                                  .has_uac = true,
                                  .uac = uac,
                                  .has_pwd_last_set = true,
                                  .pwd_last_set = OLD_FILETIME,
                                  .protected_user = KCD_NO};
  account->dn = kcd_asprintf("CN=%s,DC=contoso,DC=com", name);
  account->sam_account_name = kcd_asprintf("%s%s", name, kind == KCD_KIND_COMPUTER ? "$" : "");
  account->dns_host_name = kcd_asprintf("%s.contoso.com", name);
  KCD_AUTO_CHAR spn = kcd_asprintf("HOST/%s", name);
  kcd_values_add_text(&account->spns, spn);
}

static void make_names(struct mesh *mesh, struct kcd_machine_name *names)
{
  for (size_t i = 0; i < mesh->n_hosts; i++) {
    KCD_AUTO_CHAR name = kcd_asprintf("HV%zu", i + 1);
    kcd_machine_name_of(name, "contoso.com", &names[i]);
    make_account(&mesh->hosts[i], name, KCD_KIND_COMPUTER,
                 KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION);
    mesh->host_pointers[i] = &mesh->hosts[i];
  }
}

static struct kcd_account *account_of(struct mesh *mesh, size_t column)
{
  return mesh->pairs.mesh && column < mesh->n_hosts ? &mesh->hosts[column] : &mesh->server;
}

static void make_targets(struct mesh *mesh)
{
  mesh->targets = kcd_calloc(mesh->pairs.n_spns, sizeof *mesh->targets);
  for (size_t i = 0; i < mesh->pairs.n_spns; i++) {
    struct kcd_target *target = &mesh->targets[i];
    struct kcd_error err = KCD_ERROR_INIT;
    if (kcd_spn_parse(mesh->pairs.spns[i], &target->spn, &err) != 0)
      abort();
    target->owners = kcd_calloc(1, sizeof *target->owners);
    target->n_owners = 1;
    target->owners[0] =
        (struct kcd_spn_owner){account_of(mesh, mesh->pairs.column_of[i]), kcd_strdup(mesh->pairs.spns[i]), true};
  }
}

static void list_all(struct mesh *mesh)
{
  for (size_t host = 0; host < mesh->n_hosts; host++)
    for (size_t spn = 0; spn < mesh->pairs.n_spns; spn++)
      if (kcd_scenario_asks(&mesh->pairs, host, spn))
        kcd_values_add_text(&mesh->hosts[host].delegate_to, mesh->pairs.spns[spn]);
}

void mesh_init(struct mesh *mesh, enum kcd_scenario scenario, size_t n_hosts, const char *server)
{
  struct kcd_machine_name names[MESH_MAX];
  struct kcd_machine_name server_name = {0};
  *mesh = (struct mesh){.n_hosts = n_hosts};
  mesh->dc = (struct kcd_dc){.name = kcd_strdup("dc1.contoso.com"),
                             .domain = kcd_strdup("contoso.com"),
                             .realm = kcd_strdup("CONTOSO.COM"),
                             .flavour = KCD_FLAVOUR_WINDOWS};
  make_names(mesh, names);
  make_account(&mesh->user, "admin", KCD_KIND_USER, KCD_UAC_NORMAL);
  if (server != NULL) {
    kcd_machine_name_of(server, "contoso.com", &server_name);
    make_account(&mesh->server, server, KCD_KIND_COMPUTER, KCD_UAC_WORKSTATION);
  }
  kcd_scenario_make(scenario, names, n_hosts, &server_name, server == NULL ? 0 : 1, &mesh->pairs);
  for (size_t i = 0; i < n_hosts; i++)
    kcd_machine_name_done(&names[i]);
  kcd_machine_name_done(&server_name);
  make_targets(mesh);
  list_all(mesh);
}

void mesh_done(struct mesh *mesh)
{
  for (size_t i = 0; i < mesh->pairs.n_spns; i++)
    kcd_target_done(&mesh->targets[i]);
  free(mesh->targets);
  kcd_scenario_pairs_done(&mesh->pairs);
  for (size_t i = 0; i < mesh->n_hosts; i++)
    kcd_account_done(&mesh->hosts[i]);
  kcd_account_done(&mesh->server);
  kcd_account_done(&mesh->user);
  kcd_dc_done(&mesh->dc);
}

void mesh_unlist(struct mesh *mesh, size_t host, const char *text)
{
  struct kcd_values kept = {0};
  struct kcd_values *list = &mesh->hosts[host].delegate_to;
  for (size_t i = 0; i < list->n; i++)
    if (strstr((const char *)list->v[i].data, text) == NULL)
      kcd_values_add(&kept, list->v[i].data, list->v[i].len);
  kcd_values_done(list);
  *list = kept;
}

static void judge_pair(struct mesh *mesh, enum kcd_flavour flavour, size_t host, size_t spn, struct kcd_matrix *matrix)
{
  struct kcd_facts facts = {.dc = &mesh->dc,
                            .host_operand = mesh->hosts[host].sam_account_name,
                            .host = &mesh->hosts[host],
                            .host_matches = 1,
                            .target = &mesh->targets[spn],
                            .user_operand = "admin",
                            .user = &mesh->user,
                            .user_matches = 1,
                            .now = MESH_NOW};
  struct kcd_judgement judgement;
  kcd_judge(&facts, flavour, NULL, "", &judgement);
  kcd_matrix_add(matrix, host, mesh->pairs.column_of[spn], &judgement);
  kcd_judgement_done(&judgement);
}

void mesh_judge(struct mesh *mesh, enum kcd_flavour flavour, struct kcd_matrix *ret)
{
  char *rows[MESH_MAX];
  for (size_t i = 0; i < mesh->n_hosts; i++)
    rows[i] = kcd_account_short_name(&mesh->hosts[i]);
  kcd_matrix_init(ret, &mesh->pairs, (const char *const *)rows);
  for (size_t i = 0; i < mesh->n_hosts; i++)
    free(rows[i]);
  for (size_t host = 0; host < mesh->n_hosts; host++)
    for (size_t spn = 0; spn < mesh->pairs.n_spns; spn++)
      if (kcd_scenario_asks(&mesh->pairs, host, spn))
        judge_pair(mesh, flavour, host, spn, ret);
  kcd_matrix_finish(ret);
}
