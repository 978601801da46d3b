/* The audit of a domain of literals with as many Hyper-V hosts as wanted, as kcdfix would write it.
 *
 * usage: estate HOSTS FORMAT   hosts in fours that migrate to each other, with file servers and delegation of every
 * kind estate hostile FORMAT  names that would be markup, scripts or control characters somewhere */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/report.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#define NOW ((time_t)1795292640) /* 2026-11-21T20:24:00Z */
#define MIGRATION "Microsoft Virtual System Migration Service"
#define TRANSITION (KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION)

struct estate {
  struct kcd_dc dc;
  struct kcd_audit *audit;
  struct kcd_report *report;
};

static struct kcd_account *account(const char *name, const char *dn, uint32_t uac)
{
  static uint32_t rid = 1100;
  struct kcd_account *account = kcd_calloc(1, sizeof *account);
  *account = (struct kcd_account){.has_uac = true, .uac = uac, .kind = KCD_KIND_COMPUTER};
  account->sam_account_name = kcd_strdup(name);
  account->dn =
      dn != NULL ? kcd_strdup(dn) : kcd_asprintf("CN=%.*s,OU=Servers,DC=kcd,DC=test", (int)strcspn(name, "$"), name);
  account->sid = (struct kcd_sid){.revision = 1, .count = 5, .authority = 5, .sub = {21, 1000, 2000, 3000, rid++}};
  return account;
}

static void discard(struct kcd_account *account)
{
  kcd_account_done(account);
  free(account);
}

static void keep(struct estate *estate, struct kcd_edge *edge)
{
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_audit_edge(estate->audit, edge);
  if (kcd_report_edge(estate->report, edge, &err) == 0)
    return;
  kcd_show_error(&err);
  exit(1);
}

/* TARGET: NULL where nobody owns the name. */
static void lists(struct estate *estate, struct kcd_account *source, const char *spn, const struct kcd_account *target)
{
  struct kcd_bytes entry = kcd_bytes_of(spn);
  kcd_values_add_text(&source->delegate_to, spn);
  struct kcd_edge edge = {.type = KCD_EDGE_CONSTRAINED,
                          .source = source,
                          .spn = &entry,
                          .owners = &target,
                          .n_owners = target == NULL ? 0 : 1};
  keep(estate, &edge);
  kcd_bytes_done(&entry);
}

static void lists_both(struct estate *estate, struct kcd_account *source, const char *service,
                       const struct kcd_account *target)
{
  const int len = (int)strcspn(target->sam_account_name, "$");
  KCD_AUTO_CHAR short_form = kcd_asprintf("%s/%.*s", service, len, target->sam_account_name);
  KCD_AUTO_CHAR fqdn = kcd_asprintf("%s.kcd.test", short_form);
  lists(estate, source, short_form, target);
  lists(estate, source, fqdn, target);
}

/* SOURCE NULL: nobody bears SID; both NULL: the descriptor cannot be decoded. */
static void accepts(struct estate *estate, const struct kcd_account *target, const struct kcd_account *source,
                    const struct kcd_sid *sid)
{
  struct kcd_edge edge = {.type = KCD_EDGE_RESOURCE_BASED,
                          .source = source,
                          .source_sid = source == NULL ? sid : &source->sid,
                          .owners = &target,
                          .n_owners = 1};
  edge.unread = edge.source_sid == NULL;
  keep(estate, &edge);
}

/* ---- hosts ---- */

struct cast {
  struct kcd_account **hosts, **servers;
  size_t n_hosts, n_servers;
  struct kcd_account *dc, *ca, *web, *service, *hidden;
};

static void cast_init(struct cast *cast, size_t hosts)
{
  *cast = (struct cast){.n_hosts = hosts, .n_servers = hosts / 12 + 2};
  cast->hosts = kcd_calloc(cast->n_hosts, sizeof(struct kcd_account *));
  cast->servers = kcd_calloc(cast->n_servers, sizeof(struct kcd_account *));
  for (size_t i = 0; i < cast->n_hosts; i++) {
    KCD_AUTO_CHAR name = kcd_asprintf("HV-%s-%03zu$", i % 3 == 0 ? "BERLIN" : i % 3 == 1 ? "OSLO" : "LAB", i + 1);
    const uint32_t uac = (i % 5 == 3 ? KCD_UAC_WORKSTATION : TRANSITION) | (i % 40 == 21 ? KCD_UAC_DISABLED : 0);
    cast->hosts[i] = account(name, NULL, uac);
    kcd_values_add_text(&cast->hosts[i]->spns, MIGRATION "/HV");
  }
  for (size_t i = 0; i < cast->n_servers; i++) {
    KCD_AUTO_CHAR name = kcd_asprintf("SOFS-%02zu$", i + 1);
    cast->servers[i] = account(name, NULL, KCD_UAC_WORKSTATION | (i % 9 == 7 ? KCD_UAC_DISABLED : 0));
  }
  cast->dc = account("DC2$", NULL, KCD_UAC_SERVER_TRUST | KCD_UAC_TRUSTED_FOR_DELEGATION);
  cast->ca = account("CA1$", NULL, KCD_UAC_WORKSTATION);
  cast->ca->is_ca = true;
  cast->web = account("INTRANET$", NULL, KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_FOR_DELEGATION);
  cast->service = account("svc-reporting-fabric", NULL, TRANSITION);
  cast->hidden = account("HIDDEN$", NULL, 0);
  cast->hidden->has_uac = false;
}

static void cast_done(struct cast *cast)
{
  for (size_t i = 0; i < cast->n_hosts; i++)
    discard(cast->hosts[i]);
  for (size_t i = 0; i < cast->n_servers; i++)
    discard(cast->servers[i]);
  discard(cast->dc);
  discard(cast->ca);
  discard(cast->web);
  discard(cast->service);
  discard(cast->hidden);
  free(cast->hosts);
  free(cast->servers);
}

static void host(struct estate *estate, const struct cast *cast, size_t i)
{
  struct kcd_account *self = cast->hosts[i];
  lists_both(estate, self, "cifs", cast->servers[i / 12]);
  const size_t partner = i - i % 4 + (i + 1) % 4;
  if (partner != i && partner < cast->n_hosts) {
    lists_both(estate, self, MIGRATION, cast->hosts[partner]);
    lists_both(estate, self, "cifs", cast->hosts[partner]);
  }
  if (i % 20 == 4)
    lists(estate, self, "cifs/OLDFS-ARCHIVE.branch-office.kcd.test", NULL);
  if (i % 50 == 2)
    lists(estate, self, "cifs/dc2", cast->dc);
  if (i % 100 == 9)
    lists(estate, self, "HOST/CA1", cast->ca);
  if (i % 15 == 6)
    accepts(estate, cast->servers[cast->n_servers - 1], self, NULL);
}

static void domain(struct estate *estate, size_t hosts)
{
  static const struct kcd_sid gone = {.revision = 1, .count = 5, .authority = 5, .sub = {21, 1000, 2000, 3000, 900001}};
  struct kcd_account user = {.has_uac = true, .uac = KCD_UAC_NORMAL, .sam_account_name = (char *)"administrator"};
  struct cast cast;
  cast_init(&cast, hosts);
  for (size_t i = 0; i < hosts; i++)
    host(estate, &cast, i);
  for (size_t i = 0; i < cast.n_servers && i < 3; i++)
    lists(estate, cast.service,
          i == 0   ? "cifs/SOFS-01"
          : i == 1 ? "http/SOFS-02"
                   : "MSSQLSvc/SOFS-03:1433",
          cast.servers[i]);
  accepts(estate, cast.servers[0], NULL, &gone);
  accepts(estate, cast.servers[1], NULL, NULL);
  lists(estate, cast.hidden, "cifs/SOFS-02", cast.servers[1]);
  struct kcd_edge edge = {.type = KCD_EDGE_UNCONSTRAINED, .source = cast.web};
  keep(estate, &edge);
  for (size_t i = 0; i < hosts; i++)
    kcd_audit_account(estate->audit, cast.hosts[i]);
  kcd_audit_account(estate->audit, cast.service);
  kcd_audit_account(estate->audit, cast.web);
  kcd_audit_privileged(estate->audit, &user, false);
  kcd_audit_quota(estate->audit, 10);
  cast_done(&cast);
}

/* ---- harm ---- */

static void hostile(struct estate *estate)
{
  static const char *const names[] = {
      "<script>alert(1)</script>",
      "\"onload=\"alert(1)",
      "'><img src=x onerror=alert(1)>",
      "</title></svg></style><b>",
      "]]>--><!--&amp;&lt;",
      "\xe2\x80\xaegnp.exe\xe2\x80\xac",                    /* right to left override */
      "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d-\xd8\xb9\xd8\xb1$", /* Hebrew and Arabic */
      "esc\033[31m\r\n\t\x7f\xc2\x9b",                      /* controls */
      "\xff\xfe\xc3(",                                      /* not UTF-8 */
      "伺服器伺服器伺服器伺服器伺服器伺服器伺服器",         /* wide */
      "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
      "a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87\xcc\x88", /* marks on one letter */
  };
  enum { N = sizeof names / sizeof names[0] };
  struct kcd_account *all[N];
  for (size_t i = 0; i < N; i++)
    all[i] = account(names[i], names[i], TRANSITION);
  for (size_t i = 0; i < N; i++) {
    lists(estate, all[i], names[i], NULL);
    lists(estate, all[i], "cifs/x", all[(i + 1) % N]);
    accepts(estate, all[i], all[(i + 2) % N], NULL);
  }
  for (size_t i = 0; i < N; i++) {
    kcd_audit_account(estate->audit, all[i]);
    kcd_audit_privileged(estate->audit, all[i], false);
    kcd_audit_unread(estate->audit, names[i], "userAccountControl");
  }
  kcd_report_limit(estate->report, names[0]);
  for (size_t i = 0; i < N; i++)
    discard(all[i]);
}

static void finish(struct estate *estate)
{
  struct kcd_findings findings;
  struct kcd_values steps;
  kcd_audit_findings(estate->audit, "", &findings);
  kcd_audit_steps(&findings, &steps);
  kcd_report_audit(estate->report, estate->audit, &findings);
  for (size_t i = 0; i < steps.n; i++)
    kcd_report_next_step(estate->report, (const char *)steps.v[i].data);
  kcd_report_limit(estate->report, "objects that this login may not see at all");
  kcd_values_done(&steps);
  kcd_findings_done(&findings);
}

int main(int argc, char **argv)
{
  struct kcd_style style = {.width = 100};
  uint64_t hosts = 0;
  const bool harm = argc == 3 && strcmp(argv[1], "hostile") == 0;
  if (argc != 3 || (!harm && kcd_parse_u64(argv[1], 100000, &hosts) != 0) ||
      kcd_format_parse(argv[2], &style.format) != 0) {
    fputs("usage: estate HOSTS|hostile FORMAT\n", stderr);
    return 2;
  }
  const char *name = harm ? "</title><script>alert(1)</script>" : "kcd.test";
  struct estate estate = {.dc = {.name = (char *)"dc1.kcd.test",
                                 .domain = (char *)name,
                                 .domain_nc = (char *)"DC=kcd,DC=test",
                                 .flavour = KCD_FLAVOUR_WINDOWS}};
  FILE *spool = tmpfile();
  if (spool == NULL)
    return 1;
  estate.audit = kcd_audit_new(&estate.dc, NOW);
  estate.report = kcd_report_new("kcdfix.audit/1", NOW);
  kcd_report_edges(estate.report, spool);
  kcd_report_dc(estate.report, &estate.dc, KCD_FLAVOUR_WINDOWS);
  if (harm)
    hostile(&estate);
  else
    domain(&estate, hosts);
  finish(&estate);
  struct kcd_error err = KCD_ERROR_INIT;
  const int rc = kcd_report_write(estate.report, 1, &style, stdout, &err);
  kcd_report_free(estate.report);
  kcd_audit_free(estate.audit);
  fclose(spool);
  return rc == 0 ? 0 : 1;
}
