#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "facts_fixture.h"

#define FILETIME_2020 UINT64_C(132223104000000000)

static const struct kcd_sid domain_sid = {.revision = 1, .count = 4, .authority = 5, .sub = {21, 1000, 2000, 3000}};

void set_string(char **to, const char *text)
{
  free(*to);
  *to = kcd_strdup(text);
}

static void account_init(struct kcd_account *account, const char *sam, const char *dn, uint32_t uac, uint32_t rid)
{
  *account = (struct kcd_account){.has_uac = true, .uac = uac, .has_pwd_last_set = true, .primary_group_rid = 515};
  account->dn = kcd_strdup(dn);
  account->sam_account_name = kcd_strdup(sam);
  account->kind = (uac & KCD_UAC_NORMAL) != 0 ? KCD_KIND_USER : KCD_KIND_COMPUTER;
  account->pwd_last_set = FILETIME_2020;
  account->protected_user = KCD_NO;
  account->has_keys = KCD_YES;
  account->guid[0] = (uint8_t)rid;
  (void)kcd_sid_child(&domain_sid, rid, &account->sid);
  account->uac_meta = (struct kcd_attr_meta){.version = 4, .originating_time = NOW - 86400, .local_usn = 4000};
}

static void accounts_init(struct domain *d)
{
  const uint32_t transition = KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
  account_init(&d->host, "CORE2016$", "CN=CORE2016,OU=HyperV,DC=contoso,DC=com", transition, 1101);
  account_init(&d->server, "2016GUI$", "CN=2016GUI,CN=Computers,DC=contoso,DC=com", KCD_UAC_WORKSTATION, 1102);
  account_init(&d->other, "OLDFS$", "CN=OLDFS,CN=Computers,DC=contoso,DC=com", KCD_UAC_WORKSTATION, 1103);
  account_init(&d->user, "alice", "CN=Alice,CN=Users,DC=contoso,DC=com", KCD_UAC_NORMAL, 1104);
  account_init(&d->krbtgt, "krbtgt", "CN=krbtgt,CN=Users,DC=contoso,DC=com", KCD_UAC_NORMAL | KCD_UAC_DISABLED, 502);
  kcd_values_add_text(&d->host.spns, "HOST/CORE2016");
  kcd_values_add_text(&d->server.spns, "HOST/2016GUI");
  kcd_values_add_text(&d->server.spns, "HOST/2016GUI.contoso.com");
  d->host.list_meta = (struct kcd_attr_meta){.version = 2, .originating_time = NOW - 86400, .local_usn = 4000};
}

static void dc_init(struct kcd_dc *dc)
{
  *dc = (struct kcd_dc){.name = kcd_strdup("dc1.contoso.com"),
                        .domain = kcd_strdup("contoso.com"),
                        .realm = kcd_strdup("CONTOSO.COM"),
                        .domain_nc = kcd_strdup("DC=contoso,DC=com"),
                        .domain_sid = domain_sid,
                        .flavour = KCD_FLAVOUR_WINDOWS,
                        .dc_level = 7,
                        .domain_level = 7,
                        .clock = NOW,
                        .clock_read_at = NOW};
}

static void owners_done(struct kcd_spn_owner **owners, size_t *n)
{
  for (size_t i = 0; i < *n; i++)
    free((*owners)[i].value);
  free(*owners);
  *owners = NULL;
  *n = 0;
}

static void add_owner(struct kcd_spn_owner **owners, size_t *n, struct kcd_account *account, const char *value,
                      bool direct)
{
  *owners = kcd_reallocarray(*owners, *n + 1, sizeof **owners);
  (*owners)[(*n)++] = (struct kcd_spn_owner){.account = account, .value = kcd_strdup(value), .direct = direct};
}

void domain_drop_owners(struct domain *d)
{
  owners_done(&d->target.owners, &d->target.n_owners);
}

void domain_add_owner(struct domain *d, struct kcd_account *account, const char *value, bool direct)
{
  add_owner(&d->target.owners, &d->target.n_owners, account, value, direct);
}

void domain_ask(struct domain *d, const char *text)
{
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_target_done(&d->target);
  if (kcd_spn_parse(text, &d->target.spn, &err) != 0)
    abort();
  const struct kcd_spn *spn = &d->target.spn;
  const bool own = spn->has_blank;
  d->target.class_is_mapped = !own;
  KCD_AUTO_CHAR short_host = kcd_spn_short_host(spn);
  KCD_AUTO_CHAR fqdn = kcd_asprintf("%s.contoso.com", short_host);
  d->target.sibling = kcd_spn_with_host(spn, spn->host_is_fqdn ? short_host : fqdn);
  KCD_AUTO_CHAR alias = kcd_spn_with_class(spn, "HOST");
  domain_add_owner(d, &d->server, own ? text : alias, own);
  add_owner(&d->target.sibling_owners, &d->target.n_sibling_owners, &d->server, d->target.sibling, own);
}

void domain_list(struct domain *d, const char *const *entries)
{
  kcd_values_done(&d->host.delegate_to);
  for (; *entries != NULL; entries++)
    kcd_values_add_text(&d->host.delegate_to, *entries);
}

/* The ACE of MS-DTYP 2.4.4.2 and 2.4.4.3; an object ACE names the type 00...00. */
static struct kcd_bytes ace_bytes(const struct ace *ace)
{
  struct kcd_buf raw;
  kcd_buf_init(&raw, 256);
  kcd_buf_add_u8(&raw, ace->type);
  kcd_buf_add_u8(&raw, ace->flags);
  kcd_buf_add_u16le(&raw, 0); /* size, below */
  kcd_buf_add_u32le(&raw, ace->mask);
  if (ace->type == 5) {
    kcd_buf_add_u32le(&raw, 1);
    kcd_buf_add(&raw, (const uint8_t[16]){0}, 16);
  }
  kcd_sid_write(&raw, &ace->sid);
  raw.data[2] = (uint8_t)raw.len;
  struct kcd_bytes bytes = kcd_bytes_copy(raw.data, raw.len);
  kcd_buf_done(&raw);
  return bytes;
}

void domain_aces(struct domain *d, const struct ace *aces, size_t n)
{
  struct kcd_error err = KCD_ERROR_INIT;
  KCD_AUTO_VALUE(kcd_secdesc) sd = {.control = 0x8004, .has_dacl = true, .acl_revision = 4, .n_aces = n};
  sd.aces = kcd_calloc(n, sizeof *sd.aces);
  for (size_t i = 0; i < n; i++)
    sd.aces[i].raw = ace_bytes(&aces[i]);
  kcd_bytes_done(&d->server.rbcd);
  if (kcd_secdesc_encode(&sd, &d->server.rbcd, &err) != 0)
    abort();
}

void domain_grant_rbcd(struct domain *d)
{
  domain_aces(d, &(struct ace){.mask = KCD_RIGHT_RBCD_FULL, .sid = d->host.sid}, 1);
}

void domain_init(struct domain *d)
{
  *d = (struct domain){0};
  dc_init(&d->dc);
  accounts_init(d);
  domain_ask(d, "cifs/2016GUI");
  LIST(d, "cifs/2016GUI", "cifs/2016GUI.contoso.com");
  d->facts = (struct kcd_facts){.dc = &d->dc,
                                .host_operand = "CORE2016",
                                .host = &d->host,
                                .host_matches = 1,
                                .target = &d->target,
                                .user_operand = "alice",
                                .user = &d->user,
                                .user_matches = 1,
                                .krbtgt = &d->krbtgt,
                                .holders = d->holders,
                                .now = NOW};
}

void domain_done(struct domain *d)
{
  kcd_target_done(&d->target);
  struct kcd_account *const accounts[] = {&d->host, &d->server, &d->other, &d->user, &d->krbtgt};
  for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++)
    kcd_account_done(accounts[i]);
  kcd_dc_done(&d->dc);
}
