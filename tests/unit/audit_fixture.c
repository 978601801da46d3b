#include "audit_fixture.h"

#include <stdlib.h>

#include <kcdfix/uac.h>

#define TRANSITION (KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION)

static const struct kcd_sid domain_sid = {.revision = 1, .count = 4, .authority = 5, .sub = {21, 1000, 2000, 3000}};

static const struct {
  const char *name, *system;
  uint32_t uac;
  enum kcd_account_kind kind;
} table[ESTATE_ACCOUNTS] = {
    [HV1] = {"HV1$", "Windows Server 2022 Standard", TRANSITION, KCD_KIND_COMPUTER},
    [HV2] = {"HV2$", "Windows Server 2022 Standard", KCD_UAC_WORKSTATION, KCD_KIND_COMPUTER},
    [HV3] = {"HV3$", "Windows Server 2012 R2 Standard", KCD_UAC_WORKSTATION, KCD_KIND_COMPUTER},
    [FS1] = {"FS1$", NULL, KCD_UAC_WORKSTATION, KCD_KIND_COMPUTER},
    [FS2] = {"FS2$", NULL, KCD_UAC_WORKSTATION, KCD_KIND_COMPUTER},
    [DC2] = {"DC2$", NULL, KCD_UAC_SERVER_TRUST | KCD_UAC_TRUSTED_FOR_DELEGATION, KCD_KIND_COMPUTER},
    [CA1] = {"CA1$", NULL, KCD_UAC_WORKSTATION, KCD_KIND_COMPUTER},
    [SSO] = {"AZUREADSSOACC$", NULL, KCD_UAC_WORKSTATION, KCD_KIND_COMPUTER},
    [KRBTGT] = {"krbtgt", NULL, KCD_UAC_NORMAL | KCD_UAC_DISABLED, KCD_KIND_USER},
    [WEB] = {"WEB$", NULL, KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_FOR_DELEGATION, KCD_KIND_COMPUTER},
    [OFF] = {"OFF$", NULL, TRANSITION | KCD_UAC_DISABLED, KCD_KIND_COMPUTER},
    [SVC] = {"svc-sql", NULL, KCD_UAC_NORMAL | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION, KCD_KIND_USER},
    [CNO] = {"CLUSTER1$", NULL, TRANSITION, KCD_KIND_COMPUTER},
};

void estate_init(struct estate *estate)
{
  *estate = (struct estate){.dc = {.name = (char *)"dc1.kcd.test",
                                   .domain = (char *)"kcd.test",
                                   .domain_nc = (char *)"DC=kcd,DC=test",
                                   .domain_sid = domain_sid,
                                   .flavour = KCD_FLAVOUR_WINDOWS}};
  for (unsigned i = 0; i < ESTATE_ACCOUNTS; i++) {
    struct kcd_account *account = &estate->accounts[i];
    *account = (struct kcd_account){.has_uac = true, .uac = table[i].uac, .kind = table[i].kind};
    account->sam_account_name = kcd_strdup(table[i].name);
    account->operating_system = kcd_strdup(table[i].system);
    KCD_AUTO_CHAR cn = kcd_account_short_name(account);
    account->dn = kcd_asprintf("CN=%s,CN=Computers,DC=kcd,DC=test", cn);
    account->last_logon = account->pwd_last_set = FILETIME_NOW;
    (void)kcd_sid_child(&domain_sid, 1101 + i, &account->sid);
  }
  kcd_values_add_text(&estate->accounts[HV1].spns, MIGRATION "/HV1");
  kcd_values_add_text(&estate->accounts[HV2].spns, "Microsoft\\ Virtual\\ Console\\ Service/HV2");
  kcd_values_add_text(&estate->accounts[HV3].spns, "Hyper-V Replica Service/HV3");
  kcd_values_add_text(&estate->accounts[FS1].spns, "HOST/FS1");
  estate->accounts[CA1].is_ca = true;
  estate->accounts[CNO].is_cluster_name = true;
}

void estate_done(struct estate *estate)
{
  for (unsigned i = 0; i < ESTATE_ACCOUNTS; i++)
    kcd_account_done(&estate->accounts[i]);
}

static void judge(struct kcd_audit *audit, struct kcd_edge *edge, void (*fn)(void *, const struct kcd_edge *),
                  void *data)
{
  kcd_audit_edge(audit, edge);
  if (fn != NULL)
    fn(data, edge);
}

void estate_entry(struct kcd_audit *audit, const struct estate *estate, enum estate_account source, const char *spn,
                  enum estate_account owner, enum estate_account second, void (*fn)(void *, const struct kcd_edge *),
                  void *data)
{
  struct kcd_bytes entry = spn == NULL ? (struct kcd_bytes){NULL, 0} : kcd_bytes_of(spn);
  const struct kcd_account *owners[2];
  size_t n = 0;
  if (owner != ESTATE_ACCOUNTS)
    owners[n++] = &estate->accounts[owner];
  if (second != ESTATE_ACCOUNTS)
    owners[n++] = &estate->accounts[second];
  struct kcd_edge edge = {.type = KCD_EDGE_CONSTRAINED,
                          .source = &estate->accounts[source],
                          .spn = spn == NULL ? NULL : &entry,
                          .owners = owners,
                          .n_owners = n};
  judge(audit, &edge, fn, data);
  kcd_bytes_done(&entry);
}

void estate_accepts(struct kcd_audit *audit, const struct estate *estate, enum estate_account target,
                    enum estate_account source, const struct kcd_sid *sid, void (*fn)(void *, const struct kcd_edge *),
                    void *data)
{
  const struct kcd_account *owner = &estate->accounts[target];
  const struct kcd_account *bearer = source == ESTATE_ACCOUNTS ? NULL : &estate->accounts[source];
  struct kcd_edge edge = {.type = KCD_EDGE_RESOURCE_BASED,
                          .source = bearer,
                          .source_sid = sid != NULL      ? sid
                                        : bearer == NULL ? NULL
                                                         : &bearer->sid,
                          .owners = &owner,
                          .n_owners = 1};
  edge.unread = edge.source_sid == NULL;
  judge(audit, &edge, fn, data);
}

void estate_unconstrained(struct kcd_audit *audit, const struct estate *estate, enum estate_account source,
                          void (*fn)(void *, const struct kcd_edge *), void *data)
{
  struct kcd_edge edge = {.type = KCD_EDGE_UNCONSTRAINED, .source = &estate->accounts[source]};
  judge(audit, &edge, fn, data);
}
