/* The causes beside host, list and user of the pair itself, from literals: other machines, other names, the domain,
 * keys out of use, and what only an answer of the KDC shows. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/findings.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "facts_fixture.h"

#define WIN KCD_FLAVOUR_WINDOWS
#define W2008 KCD_FLAVOUR_WINDOWS_2008
#define S417 KCD_FLAVOUR_SAMBA_417

static void nothing(struct domain *d)
{
  (void)d;
}

/* ---- the other machines ---- */

static void one_way(struct domain *d)
{
  LIST(d, MIGRATION "/2016GUI", MIGRATION "/2016GUI.contoso.com");
  domain_ask(d, MIGRATION "/2016GUI");
}
static void both_ways(struct domain *d)
{
  one_way(d);
  kcd_values_add_text(&d->server.delegate_to, MIGRATION "/core2016");
}
static void both_ways_fqdn(struct domain *d)
{
  one_way(d);
  set_string(&d->host.dns_host_name, "core2016.contoso.com");
  kcd_values_add_text(&d->server.delegate_to, MIGRATION "/CORE2016.contoso.com");
}
static void another_node_lists_it(struct domain *d)
{
  NO_LIST(d);
  kcd_values_add_text(&d->other.delegate_to, "cifs/2016GUI");
  d->other.is_cluster_node = true;
  d->holders[0] = &d->other;
  d->facts.n_holders = 1;
}
static void forgotten_node(struct domain *d)
{
  another_node_lists_it(d);
  d->host.is_cluster_node = true;
}
static void gateway(struct domain *d)
{
  NO_LIST(d);
  domain_grant_rbcd(d);
  kcd_values_add_text(&d->server.spns, MIGRATION "/2016GUI");
}
static void gateway_to_a_file_server(struct domain *d)
{
  NO_LIST(d);
  domain_grant_rbcd(d);
}

/* ---- names ---- */

static void own_name_listed_alias_asked(struct domain *d)
{
  LIST(d, "cifs/2016GUI", "cifs/2016GUI.contoso.com");
  domain_ask(d, "cifs/files");
}
static void cluster_role(struct domain *d)
{
  LIST(d, "cifs/NODE1", "cifs/NODE2");
  d->server.is_cluster_name = true;
}
/* The file server is the role of a cluster whose nodes the user named, or DNS let guess. */
static char *role_nodes[] = {(char *)"FS1", (char *)"fs2.contoso.com"};
static struct kcd_account *role_accounts[2];
static struct kcd_cluster_facts role;
static struct kcd_account *asked_hosts[2];
static struct kcd_cluster_facts *role_of(struct domain *d)
{
  role_accounts[0] = role_accounts[1] = NULL;
  role = (struct kcd_cluster_facts){.name = (char *)"2016GUI",
                                    .account = &d->server,
                                    .nodes = role_nodes,
                                    .node_accounts = role_accounts,
                                    .n_nodes = 2};
  d->facts.clusters = &role;
  d->facts.n_clusters = 1;
  return &role;
}
static void nodes_listed_for_the_role(struct domain *d)
{
  LIST(d, "HOST/x", "cifs/FS2.contoso.com");
  role_of(d);
}
static void nodes_guessed_by_dns(struct domain *d)
{
  nodes_listed_for_the_role(d);
  role.guessed_by = "their addresses, which DNS gives the role as well";
}
static void node_asked_for_the_role(struct domain *d)
{
  role_of(d)->account = &d->other;
  role_accounts[0] = &d->server;
}
static void node_is_a_host_too(struct domain *d)
{
  node_asked_for_the_role(d);
  asked_hosts[0] = &d->host;
  asked_hosts[1] = &d->server;
  d->facts.hosts = asked_hosts;
  d->facts.n_hosts = 2;
}
/* CORE2016 and OLDFS are the nodes of a cluster called 2016GUI here; only OLDFS lists the service. */
static void named_node_forgotten(struct domain *d)
{
  NO_LIST(d);
  role_of(d);
  role_accounts[0] = &d->host;
  role_accounts[1] = &d->other;
  kcd_values_add_text(&d->other.delegate_to, "cifs/2016GUI");
}
static void guessed_node_forgotten(struct domain *d)
{
  named_node_forgotten(d);
  role.guessed_by = "their names";
}
static void asked_node_forgotten(struct domain *d)
{
  NO_LIST(d);
  d->host.is_cluster_node = d->other.is_cluster_node = true;
  kcd_values_add_text(&d->other.delegate_to, "cifs/2016GUI");
  asked_hosts[0] = &d->host;
  asked_hosts[1] = &d->other;
  d->facts.hosts = asked_hosts;
  d->facts.n_hosts = 2;
}
static void listed_on_the_clusters_name(struct domain *d)
{
  role_of(d)->account = &d->other;
  role_accounts[0] = &d->host;
  kcd_values_add_text(&d->other.delegate_to, "cifs/2016GUI");
}
static void bit_on_the_clusters_name(struct domain *d)
{
  role_of(d)->account = &d->other;
  role_accounts[0] = &d->host;
  d->other.uac |= 0x1000000;
}
static void nothing_on_the_clusters_name(struct domain *d)
{
  role_of(d)->account = &d->other;
  role_accounts[0] = &d->host;
}
static void host_is_a_named_cluster(struct domain *d)
{
  role_of(d)->account = &d->host;
}
static void listed_and_gone(struct domain *d)
{
  domain_drop_owners(d);
}
static void listed_and_off(struct domain *d)
{
  d->server.uac |= KCD_UAC_DISABLED;
}
static void alias_in_dns(struct domain *d)
{
  domain_drop_owners(d);
  set_string(&d->target.canonical_host, "2016gui.contoso.com");
}
static void target_ca(struct domain *d)
{
  d->server.is_ca = true;
  set_string(&d->server.dns_host_name, "2016gui.contoso.com");
}
static void very_long_list(struct domain *d)
{
  for (unsigned i = 0; i < 998; i++) {
    char entry[32];
    snprintf(entry, sizeof entry, "cifs/SERVER%u", i);
    kcd_values_add_text(&d->host.delegate_to, entry);
  }
}
static void nearly_long_list(struct domain *d)
{
  very_long_list(d);
  free(d->host.delegate_to.v[--d->host.delegate_to.n].data);
}

/* ---- keys ---- */

static void target_des_only(struct domain *d)
{
  d->server.uac |= KCD_UAC_USE_DES_KEY_ONLY;
}
static void target_des_types(struct domain *d)
{
  d->server.has_enctypes = true;
  d->server.enctypes = 3;
}
static void target_aes_types(struct domain *d)
{
  d->server.has_enctypes = true;
  d->server.enctypes = 0x18;
}
static void target_default_types(struct domain *d)
{
  d->server.has_enctypes = true;
}
static void host_des_only(struct domain *d)
{
  d->host.uac |= KCD_UAC_USE_DES_KEY_ONLY;
}
static void host_odd_types(struct domain *d)
{
  d->host.has_enctypes = true;
  d->host.enctypes = 0x10000;
}
static void target_without_auth_data(struct domain *d)
{
  d->server.uac |= KCD_UAC_NO_AUTH_DATA_REQUIRED;
}

/* ---- the user, the domain, the past ---- */

static void admin_marked(struct domain *d)
{
  d->user.uac |= KCD_UAC_NOT_DELEGATED;
  d->user.admin_count = true;
}
static void admin_not_marked(struct domain *d)
{
  d->user.admin_count = true;
}
static void user_under_policy(struct domain *d)
{
  d->user.has_auth_policy = true;
}
static void old_level(struct domain *d)
{
  d->dc.domain_level = 1;
}
static void managed_domain(struct domain *d)
{
  set_string(&d->host.dn, "CN=CORE2016,OU=HyperV,OU=AADDC Computers,DC=contoso,DC=com");
  NO_LIST(d);
}
static void managed_domain_that_works(struct domain *d)
{
  set_string(&d->host.dn, "CN=CORE2016,OU=AADDC Computers,DC=contoso,DC=com");
}
static void named_like_the_managed_ou(struct domain *d)
{
  set_string(&d->host.dn, "CN=CORE2016,OU=Not OU\\=AADDC Computers,DC=contoso,DC=com");
  NO_LIST(d);
}
static void set_before(struct domain *d)
{
  d->facts.transition_set = NOW - 2 * 86400;
  d->facts.transition_record = "20261119T201403Z-CORE2016";
}
static void set_before_and_cleared(struct domain *d)
{
  set_before(d);
  d->host.uac = KCD_UAC_WORKSTATION;
}

struct row {
  void (*vary)(struct domain *);
  enum kcd_flavour flavour;
  enum kcd_finding_id id;
  int severity; /* -1: the finding must not be there */
  const char *words;
};

static const struct row rows[] = {
    {one_way, WIN, KCD_F_ONE_DIRECTION_ONLY, KCD_NOTE, "from CORE2016 to 2016GUI, and not back"},
    {both_ways, WIN, KCD_F_ONE_DIRECTION_ONLY, -1, ""},
    {both_ways_fqdn, WIN, KCD_F_ONE_DIRECTION_ONLY, -1, ""},
    {nothing, WIN, KCD_F_ONE_DIRECTION_ONLY, -1, ""},
    {forgotten_node, WIN, KCD_F_CLUSTER_NODE_FORGOTTEN, KCD_WARNING, "OLDFS lists cifs/2016GUI and CORE2016 does not"},
    {another_node_lists_it, WIN, KCD_F_CLUSTER_NODE_FORGOTTEN, -1, ""},
    {gateway, WIN, KCD_F_SECOND_HOP_CHAIN, KCD_NOTE, "a Hyper-V host"},
    {gateway_to_a_file_server, WIN, KCD_F_SECOND_HOP_CHAIN, -1, ""},
    {one_way, WIN, KCD_F_SECOND_HOP_CHAIN, -1, ""},

    {own_name_listed_alias_asked, WIN, KCD_F_ALIAS_OR_SOFS_NOT_LISTED, KCD_FAULT, "another name of the same account"},
    {own_name_listed_alias_asked, WIN, KCD_F_SPN_NOT_LISTED, -1, ""},
    {nodes_listed_for_the_role, WIN, KCD_F_ALIAS_OR_SOFS_NOT_LISTED, KCD_FAULT,
     "cifs/FS2.contoso.com is, a node of 2016GUI."},
    {nodes_guessed_by_dns, WIN, KCD_F_ALIAS_OR_SOFS_NOT_LISTED, KCD_FAULT, "a node of 2016GUI as it seems from their"},
    {node_asked_for_the_role, WIN, KCD_F_ALIAS_OR_SOFS_NOT_LISTED, KCD_WARNING, "2016GUI is a node of 2016GUI"},
    {node_is_a_host_too, WIN, KCD_F_ALIAS_OR_SOFS_NOT_LISTED, -1, ""},
    {named_node_forgotten, WIN, KCD_F_CLUSTER_NODE_FORGOTTEN, KCD_WARNING, "both are nodes of 2016GUI"},
    {guessed_node_forgotten, WIN, KCD_F_CLUSTER_NODE_FORGOTTEN, -1, ""},
    {asked_node_forgotten, WIN, KCD_F_CLUSTER_NODE_FORGOTTEN, KCD_WARNING, "If they are nodes of one cluster"},
    {listed_on_the_clusters_name, WIN, KCD_F_WRONG_OBJECT, KCD_WARNING, "OLDFS$, the name of the cluster, has"},
    {bit_on_the_clusters_name, WIN, KCD_F_WRONG_OBJECT, KCD_WARNING, "\"Use any authentication protocol\""},
    {nothing_on_the_clusters_name, WIN, KCD_F_WRONG_OBJECT, -1, ""},
    {host_is_a_named_cluster, WIN, KCD_F_WRONG_OBJECT, KCD_WARNING, "is the name of a cluster, not a host"},
    {cluster_role, S417, KCD_F_ALIAS_OR_SOFS_NOT_LISTED, KCD_FAULT, "cluster role"},
    {listed_and_gone, WIN, KCD_F_STALE_TARGET_ENTRY, KCD_WARNING, "inherits the delegation"},
    {listed_and_off, WIN, KCD_F_STALE_TARGET_ENTRY, KCD_WARNING, "disabled account 2016GUI"},
    {nothing, WIN, KCD_F_STALE_TARGET_ENTRY, -1, ""},
    {alias_in_dns, WIN, KCD_F_NAME_CANONICALISED, KCD_WARNING, "an alias of 2016gui.contoso.com"},
    {listed_and_gone, WIN, KCD_F_NAME_CANONICALISED, -1, ""},
    {target_ca, WIN, KCD_F_TARGET_IS_CA, KCD_WARNING, "issue certificates for anybody"},
    {nothing, WIN, KCD_F_TARGET_IS_CA, -1, ""},
    {very_long_list, WIN, KCD_F_LIST_TOO_LONG, KCD_WARNING, "lists 1000 services"},
    {nearly_long_list, WIN, KCD_F_LIST_TOO_LONG, -1, ""},

    {target_des_only, S417, KCD_F_TARGET_ETYPE_MISMATCH, KCD_FAULT, "KDC_ERR_ETYPE_NOSUPP (14)"},
    {target_des_types, WIN, KCD_F_TARGET_ETYPE_MISMATCH, KCD_FAULT, "neither RC4 nor AES"},
    {host_des_only, S417, KCD_F_TARGET_ETYPE_MISMATCH, KCD_FAULT, "CORE2016 is set to"},
    {host_odd_types, S417, KCD_F_TARGET_ETYPE_MISMATCH, KCD_FAULT, "CORE2016 names in msDS-SupportedEncryptionTypes"},
    {target_aes_types, WIN, KCD_F_TARGET_ETYPE_MISMATCH, -1, ""},
    {target_default_types, WIN, KCD_F_TARGET_ETYPE_MISMATCH, -1, ""},
    {target_without_auth_data, S417, KCD_F_TARGET_NO_AUTH_DATA, KCD_FAULT, "this KDC then refuses"},
    {target_without_auth_data, WIN, KCD_F_TARGET_NO_AUTH_DATA, KCD_WARNING, "without authorization data"},

    {admin_marked, WIN, KCD_F_ADMINS_MARKED_SENSITIVE, KCD_NOTE, "some administrators can and others cannot"},
    {admin_not_marked, WIN, KCD_F_ADMINS_MARKED_SENSITIVE, -1, ""},
    {user_under_policy, WIN, KCD_F_USER_AUTH_POLICY, KCD_WARNING, "is for the KDC to say"},
    {user_under_policy, S417, KCD_F_USER_AUTH_POLICY, -1, ""},
    {user_under_policy, W2008, KCD_F_USER_AUTH_POLICY, -1, ""},

    {old_level, W2008, KCD_F_FUNCTIONAL_LEVEL_TOO_LOW, KCD_WARNING, "Windows Server 2003"},
    {nothing, W2008, KCD_F_FUNCTIONAL_LEVEL_TOO_LOW, -1, ""},
    {managed_domain, WIN, KCD_F_MANAGED_DOMAIN_NO_CLASSIC, KCD_NOTE, "managed domain"},
    {managed_domain_that_works, WIN, KCD_F_MANAGED_DOMAIN_NO_CLASSIC, -1, ""},
    {named_like_the_managed_ou, WIN, KCD_F_MANAGED_DOMAIN_NO_CLASSIC, -1, ""},
    {set_before_and_cleared, WIN, KCD_F_PROTOCOL_TRANSITION_CLEARED_AGAIN, KCD_WARNING, "20261119T201403Z-CORE2016"},
    {set_before, WIN, KCD_F_PROTOCOL_TRANSITION_CLEARED_AGAIN, -1, ""},
};

static const struct kcd_finding *find(const struct kcd_judgement *judgement, enum kcd_finding_id id)
{
  for (size_t i = 0; i < judgement->findings.n; i++)
    if (judgement->findings.v[i].id == id)
      return &judgement->findings.v[i];
  return NULL;
}

static void check(size_t i, const struct row *row, const struct kcd_observation *observation)
{
  struct domain d;
  struct kcd_judgement judgement;
  domain_init(&d);
  row->vary(&d);
  kcd_judge(&d.facts, row->flavour, observation, "", &judgement);
  const struct kcd_finding *finding = find(&judgement, row->id);
  const char *id = kcd_finding_info(row->id)->id;
  if ((finding == NULL) != (row->severity < 0))
    fail_msg("row %zu: %s is %snamed", i, id, finding == NULL ? "not " : "");
  if (finding != NULL) {
    if ((int)finding->severity != row->severity)
      fail_msg("row %zu: %s is a %s", i, id, kcd_severity_name(finding->severity));
    if (strstr(finding->message, row->words) == NULL)
      fail_msg("row %zu: \"%s\" does not say %s", i, finding->message, row->words);
    assert_true(kcd_is_displayable(finding->message));
    assert_true(finding->remedy != NULL && kcd_is_displayable(finding->remedy));
  }
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

static void causes_are_named_and_only_then(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    check(i, &rows[i], NULL);
}

/* ---- what only the KDC's answer shows ---- */

static void stranger(struct domain *d)
{
  d->facts.user = NULL;
  d->facts.user_matches = 0;
  d->facts.user_operand = "alice@OTHER.TEST";
  d->facts.user_realm = "OTHER.TEST";
}
static void user_disabled(struct domain *d)
{
  d->user.uac |= KCD_UAC_DISABLED;
}

#define TICKET                                                                                                         \
  {                                                                                                                    \
    .outcome = KCD_TICKET, .forwardable = true                                                                         \
  }
#define REFUSED(number)                                                                                                \
  {                                                                                                                    \
    .outcome = KCD_ERROR, .code = (number)                                                                             \
  }

static void answers_name_causes(void **state)
{
  (void)state;
  static const struct {
    struct row row;
    struct kcd_answer as, self, proxy;
  } cases[] = {
      {{nothing, WIN, KCD_F_HOST_CANNOT_READ_USER_GROUPS, KCD_FAULT, "tokenGroupsGlobalAndUniversal"},
       TICKET,
       REFUSED(6),
       {0}},
      {{nothing, S417, KCD_F_HOST_CANNOT_READ_USER_GROUPS, -1, ""}, TICKET, REFUSED(6), {0}},
      {{stranger, WIN, KCD_F_HOST_CANNOT_READ_USER_GROUPS, -1, ""}, TICKET, REFUSED(6), {0}},
      {{nothing, WIN, KCD_F_USER_AUTH_POLICY, KCD_FAULT, "No policy is set on alice itself"},
       TICKET,
       TICKET,
       REFUSED(12)},
      {{user_under_policy, WIN, KCD_F_USER_AUTH_POLICY, KCD_FAULT, "and the KDC refuses"}, TICKET, REFUSED(12), {0}},
      {{user_disabled, S417, KCD_F_USER_AUTH_POLICY, -1, ""}, TICKET, REFUSED(12), {0}},
      {{stranger, WIN, KCD_F_TRUST_SELECTIVE_AUTH, KCD_WARNING, "selective authentication"}, TICKET, REFUSED(12), {0}},
      {{nothing, WIN, KCD_F_TRUST_SELECTIVE_AUTH, -1, ""}, TICKET, REFUSED(12), {0}},
      {{nothing, WIN, KCD_F_KDC_DEMANDS_ARMOR, KCD_FAULT, "without armouring"},
       {.outcome = KCD_ERROR, .code = -1, .client_code = -1765328132},
       {0},
       {0}},
      {{nothing, WIN, KCD_F_KDC_DEMANDS_ARMOR, -1, ""}, TICKET, TICKET, TICKET},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct kcd_exchange as = {.kind = KCD_EXCHANGE_AS, .answer = cases[i].as};
    const struct kcd_observation observation = {.by = "keytab",
                                                .kdc = (char *)"dc1.contoso.com",
                                                .exchanges = &as,
                                                .n = 1,
                                                .tgt_forwardable = true,
                                                .s4u2self = cases[i].self,
                                                .s4u2proxy = cases[i].proxy};
    check(i, &cases[i].row, &observation);
  }
}

/* The way back is a command that apply would take. */
static void the_way_back_is_a_command(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  domain_init(&d);
  one_way(&d);
  kcd_judge(&d.facts, WIN, NULL, "", &judgement);
  const struct kcd_finding *finding = find(&judgement, KCD_F_ONE_DIRECTION_ONLY);
  assert_string_equal(finding->command, "kcdfix apply --protocol-transition 2016GUI '" MIGRATION "/CORE2016'");
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

/* ---- what is not visible ---- */

static void works_with_a_warning(struct domain *d)
{
  d->host.uac |= KCD_UAC_TRUSTED_FOR_DELEGATION;
}
static void works_with_a_note(struct domain *d)
{
  LIST(d, "cifs/2016GUI");
}
static void new_server(struct domain *d)
{
  set_string(&d->host.operating_system, "Windows Server 2025 Datacenter");
}
static void web_service(struct domain *d)
{
  LIST(d, "http/2016GUI", "http/2016GUI.contoso.com");
  domain_ask(d, "http/2016GUI");
}
static void hostile_names(struct domain *d)
{
  set_string(&d->server.sam_account_name, "2016\x1b[2J\"GUI$");
  both_ways(d);
}

static void suspects_are_named_where_all_is_right(void **state)
{
  (void)state;
  static const struct {
    void (*vary)(struct domain *);
    const char *suspects;
  } cases[] = {
      {nothing, "share-permission-of-host on 2016GUI: Get-SmbShareAccess SHARE; icacls FOLDER\n"},
      {works_with_a_note, "share-permission-of-host on 2016GUI: Get-SmbShareAccess SHARE; icacls FOLDER\n"},
      {works_with_a_warning, ""},
      {set_before_and_cleared, ""},
      {web_service, ""},
      {both_ways, "host-uses-credssp on CORE2016: Get-VMHost CORE2016 | Format-List VirtualMachineMigration*\n"
                  "migration-port-blocked on CORE2016: Test-NetConnection 2016GUI -Port 6600\n"},
      {new_server, "share-permission-of-host on 2016GUI: Get-SmbShareAccess SHARE; icacls FOLDER\n"
                   "credssp-blocked-by-credential-guard on CORE2016: (Get-CimInstance -Namespace "
                   "root/Microsoft/Windows/DeviceGuard Win32_DeviceGuard).SecurityServicesRunning\n"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct domain d;
    struct kcd_judgement judgement;
    domain_init(&d);
    cases[i].vary(&d);
    kcd_judge(&d.facts, WIN, NULL, "", &judgement);
    struct kcd_buf out;
    kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
    for (size_t k = 0; k < judgement.suspects.n; k++) {
      const struct kcd_suspect *suspect = &judgement.suspects.v[k];
      assert_string_equal(kcd_finding_info(suspect->id)->seen, "host");
      kcd_buf_addf(&out, "%s on %s: %s\n", kcd_finding_info(suspect->id)->id, suspect->where, suspect->command);
    }
    KCD_AUTO_CHAR text = kcd_buf_take_text(&out);
    assert_string_equal(text, cases[i].suspects);
    kcd_judgement_done(&judgement);
    domain_done(&d);
  }
}

static void suspects_are_harmless(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  domain_init(&d);
  hostile_names(&d);
  kcd_judge(&d.facts, WIN, NULL, "", &judgement);
  assert_int_equal(judgement.suspects.n, 2);
  for (size_t i = 0; i < judgement.suspects.n; i++) {
    assert_true(kcd_is_displayable(judgement.suspects.v[i].message));
    assert_true(kcd_is_displayable(judgement.suspects.v[i].command));
  }
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(causes_are_named_and_only_then), cmocka_unit_test(answers_name_causes),
      cmocka_unit_test(the_way_back_is_a_command),      cmocka_unit_test(suspects_are_named_where_all_is_right),
      cmocka_unit_test(suspects_are_harmless),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
