#include "report_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#define FILETIME_2024_03_02 UINT64_C(133538112000000000)

const struct kcd_style text_style = {.format = KCD_FORMAT_TEXT, .width = 100};
const struct kcd_style json_style = {.format = KCD_FORMAT_JSON, .width = 100};

static const uint8_t guid[16] = {0xae, 0x4f, 0x1d, 0xf8, 0xec, 0x7d, 0xd0, 0x11,
                                 0xa7, 0x65, 0x00, 0xa0, 0xc9, 0x1e, 0x6b, 0xf6};

static void make_dc(struct kcd_dc *dc)
{
  *dc = (struct kcd_dc){.name = TEXT("dc1.kcd.test"),
                        .site = TEXT("Default-First-Site-Name"),
                        .domain = TEXT("kcd.test"),
                        .realm = TEXT("KCD.TEST"),
                        .flavour = KCD_FLAVOUR_SAMBA_417};
}

static struct kcd_account computer(const char *dn, const char *name)
{
  struct kcd_account account = {.dn = TEXT(dn),
                                .sam_account_name = TEXT(name),
                                .kind = KCD_KIND_COMPUTER,
                                .has_uac = true,
                                .uac = KCD_UAC_WORKSTATION,
                                .has_pwd_last_set = true,
                                .pwd_last_set = FILETIME_2024_03_02,
                                .protected_user = KCD_NO};
  memcpy(account.guid, guid, sizeof(guid));
  return account;
}

static void make_accounts(struct world *world)
{
  world->host = computer("CN=CORE2016,CN=Computers,DC=kcd,DC=test", "CORE2016$");
  world->target = computer("CN=2016GUI,CN=Computers,DC=kcd,DC=test", "2016GUI$");
  world->stale = computer("CN=OLDFS,CN=Computers,DC=kcd,DC=test", "OLDFS$");
  world->stale.last_logon = FILETIME_2024_03_02;
  world->user = computer("CN=Alice,CN=Users,DC=kcd,DC=test", "alice");
  world->user.kind = KCD_KIND_USER;
  world->user.uac = KCD_UAC_NORMAL;
  kcd_values_add_text(&world->host.delegate_to, "cifs/2016GUI");
  kcd_values_add_text(&world->host.delegate_to, "cifs/2016GUI.kcd.test");
}

static void make_target(struct world *world)
{
  world->owners[0] = (struct kcd_spn_owner){.account = &world->target, .value = TEXT("HOST/2016GUI")};
  world->spn = (struct kcd_target){.spn = {.text = TEXT("cifs/2016GUI")},
                                   .owners = world->owners,
                                   .n_owners = 1,
                                   .class_is_mapped = true,
                                   .sibling = TEXT("cifs/2016GUI.kcd.test"),
                                   .sibling_owners = world->owners,
                                   .n_sibling_owners = 1};
}

static struct kcd_predicted predicted(enum kcd_outcome outcome, bool forwardable, int32_t code, const char *row)
{
  return (struct kcd_predicted){
      .answer = {.outcome = outcome, .forwardable = forwardable, .code = code}, .certain = true, .row = row};
}

static void predict_failure(struct kcd_judgement *judgement)
{
  judgement->verdict = KCD_FAILS;
  judgement->prediction = (struct kcd_prediction){.certain = true,
                                                  .host_gets_tgt = true,
                                                  .as = predicted(KCD_TICKET, true, 0, "A9"),
                                                  .s4u2self = predicted(KCD_TICKET, false, 0, "S4"),
                                                  .s4u2proxy = predicted(KCD_ERROR, false, 13, "P3"),
                                                  .user_ticket = predicted(KCD_TICKET, true, 0, "P9")};
}

struct kcd_finding *world_add_finding(struct world *world, enum kcd_finding_id id, enum kcd_severity severity,
                                      const char *message, const char *remedy, const char *command)
{
  struct kcd_findings *findings = &world->judgement.findings;
  findings->v = world->findings;
  findings->v[findings->n] = (struct kcd_finding){.id = id,
                                                  .severity = severity,
                                                  .subject = TEXT("CN=CORE2016,CN=Computers,DC=kcd,DC=test"),
                                                  .message = TEXT(message),
                                                  .remedy = TEXT(remedy),
                                                  .command = TEXT(command)};
  return &findings->v[findings->n++];
}

static void add_evidence(struct world *world, struct kcd_finding *finding)
{
  world->evidence[0] =
      (struct kcd_evidence){.key = "userAccountControl", .kind = KCD_EV_UINT, .number = world->host.uac};
  world->evidence[1] = (struct kcd_evidence){
      .key = "msDS-AllowedToDelegateTo", .kind = KCD_EV_VALUES, .values = world->host.delegate_to};
  finding->evidence = world->evidence;
  finding->n_evidence = 2;
}

static void find_transition_off(struct world *world)
{
  struct kcd_finding *finding = world_add_finding(
      world, KCD_F_PROTOCOL_TRANSITION_OFF, KCD_FAULT,
      "The SPN is listed, but the host is set to \"Use Kerberos only\". Hyper-V on Windows Server 2016 and later needs "
      "\"Use any authentication protocol\" (TRUSTED_TO_AUTH_FOR_DELEGATION).",
      "Set \"Use any authentication protocol\" on CORE2016.",
      "kcdfix apply --protocol-transition CORE2016 cifs/2016GUI");
  add_evidence(world, finding);
}

void world_init(struct world *world)
{
  *world = (struct world){0};
  make_dc(&world->dc);
  make_accounts(world);
  make_target(world);
  world->judgement = (struct kcd_judgement){.facts = {.dc = &world->dc,
                                                      .host_operand = "CORE2016",
                                                      .host = &world->host,
                                                      .host_matches = 1,
                                                      .target = &world->spn,
                                                      .user_operand = "alice",
                                                      .user = &world->user,
                                                      .user_matches = 1,
                                                      .now = WORLD_NOW},
                                            .spn = "cifs/2016GUI",
                                            .predicted_at_all = true,
                                            .agree = true};
  predict_failure(&world->judgement);
  find_transition_off(world);
}

void world_done(struct world *world)
{
  kcd_values_done(&world->host.delegate_to);
}

void world_cure(struct world *world)
{
  world->suspect =
      (struct kcd_suspect){.id = KCD_F_SHARE_PERMISSION_OF_HOST,
                           .message = TEXT("share and NTFS rights of alice and of CORE2016$ on \\\\2016GUI"),
                           .where = TEXT("2016GUI"),
                           .command = TEXT("Get-SmbShareAccess SHARE; icacls FOLDER")};
  world->judgement.suspects = (struct kcd_suspects){&world->suspect, 1};
  struct kcd_prediction *prediction = &world->judgement.prediction;
  world->host.uac |= KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
  world->judgement.verdict = KCD_WORKS;
  world->judgement.findings.n = 0;
  prediction->s4u2self = predicted(KCD_TICKET, true, 0, "S5");
  prediction->s4u2proxy = predicted(KCD_TICKET, true, 0, "P9");
}

void world_strip(struct world *world)
{
  kcd_values_done(&world->host.delegate_to);
  world->judgement.findings.n = 0;
  world->judgement.prediction.user_ticket = predicted(KCD_ERROR, false, 13, "P7");
  struct kcd_finding *finding =
      world_add_finding(world, KCD_F_LIST_EMPTY, KCD_FAULT,
                        "CORE2016 may not delegate at all (\"Do not trust this computer for delegation\").",
                        "List cifs/2016GUI on CORE2016.", "kcdfix apply --protocol-transition CORE2016 cifs/2016GUI");
  add_evidence(world, finding);
  world_add_finding(world, KCD_F_PROTOCOL_TRANSITION_OFF, KCD_FAULT,
                    "Listing the SPN alone will not do: Hyper-V on Windows Server 2016 and later also needs \"Use any "
                    "authentication protocol\" (TRUSTED_TO_AUTH_FOR_DELEGATION).",
                    "Set \"Use any authentication protocol\" on CORE2016.",
                    "kcdfix apply --protocol-transition CORE2016 cifs/2016GUI");
}

static struct kcd_exchange exchange(enum kcd_exchange_kind kind, const char *service, const struct kcd_answer *answer)
{
  struct kcd_exchange exchange = {.kind = kind,
                                  .kdc = TEXT("dc1.kcd.test"),
                                  .client = TEXT("CORE2016$@KCD.TEST"),
                                  .user = kind == KCD_EXCHANGE_AS ? NULL : TEXT("alice@KCD.TEST"),
                                  .service = TEXT(service),
                                  .answer = *answer,
                                  .messages = kind == KCD_EXCHANGE_AS ? 2 : 1};
  if (answer->outcome == KCD_TICKET) {
    exchange.enctype = 18;
    exchange.kvno = 2;
    exchange.starts = WORLD_NOW;
    exchange.ends = WORLD_NOW + 36000;
    return exchange;
  }
  exchange.has_krb_error = true;
  exchange.krb_error = (struct kcd_krb_error){.code = answer->code,
                                              .server_time = WORLD_NOW,
                                              .realm = TEXT("KCD.TEST"),
                                              .sname = TEXT(service),
                                              .edata = KCD_EDATA_NONE};
  exchange.client_text = TEXT("KDC can't fulfill requested option");
  return exchange;
}

void world_probe(struct world *world)
{
  const struct kcd_prediction *prediction = &world->judgement.prediction;
  struct kcd_observation *observation = &world->observation;
  struct kcd_answer tgt = {.outcome = KCD_TICKET, .forwardable = true};
  *observation = (struct kcd_observation){.by = "keytab",
                                          .kdc = TEXT("dc1.kcd.test"),
                                          .host = TEXT("CORE2016$"),
                                          .user = TEXT("alice"),
                                          .spn = TEXT("cifs/2016GUI"),
                                          .exchanges = world->exchanges,
                                          .n = 3,
                                          .tgt_forwardable = true,
                                          .s4u2self = prediction->s4u2self.answer,
                                          .s4u2proxy = prediction->s4u2proxy.answer};
  if (observation->s4u2proxy.outcome == KCD_ERROR)
    observation->s4u2proxy.client_code = -1765328371;
  world->exchanges[0] = exchange(KCD_EXCHANGE_AS, "krbtgt/KCD.TEST@KCD.TEST", &tgt);
  world->exchanges[1] = exchange(KCD_EXCHANGE_S4U2SELF, "CORE2016$@KCD.TEST", &observation->s4u2self);
  world->exchanges[2] = exchange(KCD_EXCHANGE_S4U2PROXY, "cifs/2016GUI@KCD.TEST", &observation->s4u2proxy);
  world->judgement.observation = observation;
}

/* ---- rendering and golden files ---- */

char *rendered(struct kcd_report *report, int exit_status, const struct kcd_style *style)
{
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  assert_non_null(out);
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(0, kcd_report_write(report, exit_status, style, out, &err));
  assert_int_equal(0, fclose(out));
  return text;
}

struct kcd_report *check_report(const struct world *world)
{
  struct kcd_report *report = kcd_report_new("kcdfix.check/1", WORLD_NOW);
  kcd_report_dc(report, &world->dc, world->dc.flavour);
  return report;
}

size_t count_lines(const char *text)
{
  size_t n = 0;
  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

void assert_harmless(const char *text, bool ascii)
{
  KCD_AUTO_CHAR copy = kcd_strdup(text);
  char *rest = copy;
  for (char *line; (line = strsep(&rest, "\n")) != NULL;)
    assert_true(kcd_is_displayable(line));
  for (const char *p = text; ascii && *p != '\0'; p++)
    assert_true((unsigned char)*p < 0x80);
}

/* The version stands in each JSON document and changes with each release. */
static char *without_version(const char *text)
{
  static const char version[] = "\"version\": \"" KCDFIX_VERSION "\"";
  const char *found = strstr(text, version);
  if (found == NULL)
    return kcd_strdup(text);
  return kcd_asprintf("%.*s\"version\": \"@VERSION@\"%s", (int)(found - text), text, found + strlen(version));
}

static char *read_all(const char *path)
{
  FILE *in = fopen(path, "r");
  if (in == NULL)
    return kcd_strdup("");
  struct kcd_buf buf;
  kcd_buf_init(&buf, KCD_BUF_DEFAULT_CAP);
  char block[4096];
  for (size_t n; (n = fread(block, 1, sizeof(block), in)) > 0;)
    kcd_buf_add(&buf, block, n);
  fclose(in);
  return kcd_buf_take_text(&buf);
}

static void write_all(const char *path, const char *text)
{
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  assert_true(fputs(text, out) >= 0);
  assert_int_equal(0, fclose(out));
}

void assert_golden(const char *name, const char *text)
{
  KCD_AUTO_CHAR path = kcd_asprintf("golden/%s", name);
  KCD_AUTO_CHAR actual = without_version(text);
  if (getenv("KCDFIX_UPDATE_GOLDEN") != NULL)
    write_all(path, actual);
  KCD_AUTO_CHAR expected = read_all(path);
  assert_string_equal(expected, actual);
}

void assert_report_golden(const char *name, struct kcd_report *report, int exit_status, const struct kcd_style *style)
{
  KCD_AUTO_CHAR text = rendered(report, exit_status, style);
  assert_harmless(text, style->format == KCD_FORMAT_JSON);
  assert_golden(name, text);
}
