/* The rules of an audit, on literals: where an edge leads, as whom, and which finding it belongs to. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/uac.h>

#include "audit_fixture.h"

#define NOBODY ESTATE_ACCOUNTS

/* A copy of what the test looks at: the edge itself is gone when the judging returns. */
struct seen {
  struct kcd_edge edge;
  unsigned calls;
};

static void see(void *data, const struct kcd_edge *edge)
{
  struct seen *seen = data;
  seen->edge = *edge;
  seen->calls++;
}

struct bench {
  struct estate estate;
  struct kcd_audit *audit;
  struct kcd_findings findings;
};

static void setup(struct bench *bench)
{
  estate_init(&bench->estate);
  bench->audit = kcd_audit_new(&bench->estate.dc, ESTATE_NOW);
  bench->findings = (struct kcd_findings){0};
}

static void teardown(struct bench *bench)
{
  kcd_findings_done(&bench->findings);
  kcd_audit_free(bench->audit);
  estate_done(&bench->estate);
}

static const struct kcd_finding *finding(struct bench *bench, enum kcd_finding_id id)
{
  kcd_findings_done(&bench->findings);
  kcd_audit_findings(bench->audit, "-S dc1", &bench->findings);
  for (size_t i = 0; i < bench->findings.n; i++)
    if (bench->findings.v[i].id == id)
      return &bench->findings.v[i];
  return NULL;
}

static void assert_says(struct bench *bench, enum kcd_finding_id id, enum kcd_severity severity, const char *message)
{
  const struct kcd_finding *found = finding(bench, id);
  assert_non_null(found);
  assert_string_equal(found->message, message);
  assert_int_equal(found->severity, severity);
  assert_int_equal(kcd_finding_info(id)->audit != KCD_NOT_AUDITED, 1);
}

static struct seen entry(struct bench *bench, enum estate_account source, const char *spn, enum estate_account owner,
                         enum estate_account second)
{
  struct seen seen = {0};
  estate_entry(bench->audit, &bench->estate, source, spn, owner, second, see, &seen);
  assert_int_equal(seen.calls, 1);
  return seen;
}

static void prized_targets(void **state)
{
  (void)state;
  static const struct {
    enum estate_account target;
    enum kcd_role role;
    enum kcd_finding_id id;
    const char *message;
  } rows[] = {
      {DC2, KCD_ROLE_DC, KCD_F_TARGET_IS_DC, "HV1$ may act as any delegable user at DC2$, a domain controller."},
      {CA1, KCD_ROLE_CA, KCD_F_TARGET_IS_CA, "HV1$ may act as any delegable user at CA1$, a certification authority."},
      {SSO, KCD_ROLE_ENTRA_SSO, KCD_F_TARGET_IS_ENTRA_SSO,
       "HV1$ may act as any delegable user at AZUREADSSOACC$, whose key signs users in to Entra ID."},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct bench bench;
    setup(&bench);
    struct seen seen = entry(&bench, HV1, "cifs/X", rows[i].target, NOBODY);
    assert_int_equal(seen.edge.roles, KCD_ROLE_BIT(rows[i].role));
    assert_int_equal(seen.edge.exposure, KCD_EXPOSES_ANYBODY);
    assert_int_equal(seen.edge.transition, KCD_YES);
    assert_int_equal(seen.edge.n_findings, 1);
    assert_int_equal(seen.edge.findings[0], rows[i].id);
    assert_says(&bench, rows[i].id, KCD_FAULT, rows[i].message);
    assert_string_equal(bench.findings.v[0].subject, bench.estate.accounts[rows[i].target].dn);
    teardown(&bench);
  }
}

/* "Use Kerberos only" reaches the same target, as fewer users. */
static void without_transition(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  struct seen seen = entry(&bench, HV2, "cifs/DC2", DC2, NOBODY);
  assert_int_equal(seen.edge.transition, KCD_NO);
  assert_int_equal(seen.edge.exposure, KCD_EXPOSES_VISITORS);
  assert_says(&bench, KCD_F_TARGET_IS_DC, KCD_FAULT,
              "HV2$ may act as any user who logs on there at DC2$, a domain controller.");
  entry(&bench, HV1, "cifs/DC2", DC2, NOBODY);
  entry(&bench, HV1, "cifs/DC2.kcd.test", DC2, NOBODY);
  entry(&bench, SVC, "cifs/DC2", DC2, NOBODY);
  entry(&bench, CNO, "cifs/DC2", DC2, NOBODY);
  assert_says(&bench, KCD_F_TARGET_IS_DC, KCD_FAULT,
              "HV2$, HV1$, svc-sql and 1 more may act as any delegable user at DC2$, a domain controller.");
  assert_string_equal(bench.findings.v[0].command, "kcdfix check -S dc1 HV2 cifs/DC2");
  teardown(&bench);
}

static void the_kdc(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  struct seen seen = entry(&bench, HV1, "krbtgt/KCD.TEST", NOBODY, NOBODY);
  assert_int_equal(seen.edge.roles, KCD_ROLE_BIT(KCD_ROLE_KDC));
  assert_null(seen.edge.without_effect);
  assert_says(&bench, KCD_F_KRBTGT_LISTED, KCD_FAULT,
              "HV1$ lists krbtgt/KCD.TEST, a service of the KDC itself, and can become anybody in the domain.");
  assert_null(finding(&bench, KCD_F_STALE_TARGET_ENTRY));
  /* any name that is registered on its account is sealed with its key too, and it is always disabled */
  seen = entry(&bench, HV1, "cifs/odd", KRBTGT, NOBODY);
  assert_int_equal(seen.edge.roles, KCD_ROLE_BIT(KCD_ROLE_KDC));
  assert_null(finding(&bench, KCD_F_STALE_TARGET_ENTRY));
  teardown(&bench);
}

static void entries_that_lead_nowhere(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  struct seen seen = entry(&bench, HV1, "cifs/OLDFS", NOBODY, NOBODY);
  assert_string_equal(seen.edge.without_effect, "no account owns the name");
  assert_int_equal(seen.edge.exposure, KCD_EXPOSES_NOBODY);
  entry(&bench, HV2, "CIFS/oldfs", NOBODY, NOBODY);
  assert_says(&bench, KCD_F_STALE_TARGET_ENTRY, KCD_WARNING,
              "HV1$ and HV2$ list cifs/OLDFS, which no account of this domain owns: whoever may write an SPN can claim "
              "it.");
  seen = entry(&bench, HV1, "cifs/FS1@KCD.TEST", NOBODY, NOBODY);
  assert_string_equal(seen.edge.without_effect, "the entry can never match");
  assert_says(&bench, KCD_F_LIST_ENTRY_MALFORMED, KCD_WARNING,
              "HV1$ lists \"cifs/FS1@KCD.TEST\", which can never match: it ends in a realm.");
  assert_int_equal(kcd_audit_counts(bench.audit)->edges, 3);
  teardown(&bench);
}

static void two_owners(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  struct seen seen = entry(&bench, HV1, "cifs/FS", FS1, FS2);
  assert_ptr_equal(seen.edge.target, &bench.estate.accounts[FS1]);
  assert_says(&bench, KCD_F_DUPLICATE_SPN, KCD_WARNING, "HV1$ lists cifs/FS, which is on two accounts: FS1$ and FS2$.");
  teardown(&bench);
}

static void idle_targets(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  struct kcd_account *gone = &bench.estate.accounts[FS2];
  gone->last_logon = gone->pwd_last_set = FILETIME_2020;
  struct seen seen = entry(&bench, HV1, "cifs/FS2", FS2, NOBODY);
  assert_int_equal(seen.edge.roles, KCD_ROLE_BIT(KCD_ROLE_UNSEEN));
  assert_null(seen.edge.without_effect);
  assert_says(&bench, KCD_F_TARGET_UNSEEN, KCD_WARNING,
              "HV1$ lists a service of FS2$, which was last seen on 2020-01-01 00:00Z.");
  /* a password that was changed lately shows that the machine is there */
  gone->pwd_last_set = FILETIME_NOW;
  assert_int_equal(kcd_roles_of(gone, ESTATE_NOW), 0);
  /* what is not known is not old */
  gone->last_logon = gone->pwd_last_set = 0;
  assert_int_equal(kcd_roles_of(gone, ESTATE_NOW), 0);
  gone->last_logon = FILETIME_2020;
  gone->uac |= KCD_UAC_DISABLED;
  assert_int_equal(kcd_roles_of(gone, ESTATE_NOW), KCD_ROLE_BIT(KCD_ROLE_DISABLED));
  entry(&bench, HV1, "cifs/FS2", FS2, NOBODY);
  assert_says(&bench, KCD_F_STALE_TARGET_ENTRY, KCD_WARNING, "HV1$ lists a service of FS2$, which is disabled.");
  teardown(&bench);
}

/* Counted and shown, and nothing is said to be wrong with it. */
static void disabled_sources(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  struct kcd_account *off = &bench.estate.accounts[OFF];
  kcd_values_add_text(&off->delegate_to, "cifs/DC2");
  assert_true(kcd_audit_account(bench.audit, off));
  struct seen seen = entry(&bench, OFF, "cifs/DC2", DC2, NOBODY);
  assert_string_equal(seen.edge.without_effect, "the account is disabled");
  assert_int_equal(seen.edge.exposure, KCD_EXPOSES_NOBODY);
  assert_int_equal(seen.edge.roles, KCD_ROLE_BIT(KCD_ROLE_DC));
  assert_null(finding(&bench, KCD_F_TARGET_IS_DC));
  const struct kcd_audit_counts *counts = kcd_audit_counts(bench.audit);
  assert_int_equal(counts->accounts, 1);
  assert_int_equal(counts->without_effect, 1);
  assert_int_equal(counts->transition, 1);
  assert_int_equal(counts->impersonators, 0);
  teardown(&bench);
}

static void unconstrained(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  assert_true(kcd_audit_account(bench.audit, &bench.estate.accounts[WEB]));
  /* every domain controller has that bit */
  assert_false(kcd_audit_account(bench.audit, &bench.estate.accounts[DC2]));
  kcd_values_add_text(&bench.estate.accounts[DC2].delegate_to, "cifs/FS1");
  assert_true(kcd_audit_account(bench.audit, &bench.estate.accounts[DC2]));
  struct seen seen = {0};
  estate_unconstrained(bench.audit, &bench.estate, WEB, see, &seen);
  assert_int_equal(seen.edge.exposure, KCD_EXPOSES_VISITORS);
  assert_int_equal(seen.edge.findings[0], KCD_F_UNCONSTRAINED_ALSO_SET);
  assert_says(&bench, KCD_F_UNCONSTRAINED_ALSO_SET, KCD_FAULT,
              "WEB$: \"Trust this computer for delegation to any service\".");
  assert_int_equal(bench.findings.n, 1);
  teardown(&bench);
}

static void hyperv_hosts(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  for (enum estate_account i = HV1; i <= HV3; i++) {
    assert_true(kcd_account_is_hyperv(&bench.estate.accounts[i]));
    kcd_values_add_text(&bench.estate.accounts[i].delegate_to, "cifs/FS1");
    kcd_audit_account(bench.audit, &bench.estate.accounts[i]);
  }
  /* "Use Kerberos only" is right for a web server */
  assert_false(kcd_account_is_hyperv(&bench.estate.accounts[FS1]));
  kcd_values_add_text(&bench.estate.accounts[FS1].delegate_to, "cifs/FS2");
  kcd_audit_account(bench.audit, &bench.estate.accounts[FS1]);
  assert_says(&bench, KCD_F_PROTOCOL_TRANSITION_OFF, KCD_WARNING,
              "HV2$ is a Hyper-V host with \"Use Kerberos only\", which fails on Windows Server 2016 and later.");
  assert_int_equal(bench.findings.n, 2);
  assert_int_equal(bench.findings.v[1].severity, KCD_NOTE);
  assert_string_equal(
      bench.findings.v[1].message,
      "HV3$ (Windows Server 2012 R2 Standard) is a Hyper-V host with \"Use Kerberos only\", which fails "
      "once it runs Windows Server 2016 or later.");
  teardown(&bench);
}

static void old_keys(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  struct kcd_account *fs1 = &bench.estate.accounts[FS1], *fs2 = &bench.estate.accounts[FS2];
  fs1->has_enctypes = fs2->has_enctypes = true;
  fs1->enctypes = 0x4;
  fs2->enctypes = 0x1c;
  struct seen seen = entry(&bench, HV1, "cifs/FS1", FS1, NOBODY);
  assert_int_equal(seen.edge.findings[0], KCD_F_TARGET_ETYPE_MISMATCH);
  seen = entry(&bench, HV1, "cifs/FS2", FS2, NOBODY);
  assert_int_equal(seen.edge.n_findings, 0);
  assert_says(&bench, KCD_F_TARGET_ETYPE_MISMATCH, KCD_WARNING, "FS1$ speaks RC4 only.");
  bench.estate.accounts[SVC].uac |= KCD_UAC_USE_DES_KEY_ONLY;
  kcd_audit_account(bench.audit, &bench.estate.accounts[SVC]);
  finding(&bench, KCD_F_TARGET_ETYPE_MISMATCH);
  assert_int_equal(bench.findings.n, 2);
  assert_string_equal(bench.findings.v[1].message, "svc-sql speaks DES only.");
  teardown(&bench);
}

static struct seen accepts(struct bench *bench, enum estate_account target, enum estate_account source,
                           const struct kcd_sid *sid)
{
  struct seen seen = {0};
  estate_accepts(bench->audit, &bench->estate, target, source, sid, see, &seen);
  return seen;
}

static void resource_based(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  struct seen seen = accepts(&bench, FS1, HV2, NULL);
  assert_int_equal(seen.edge.exposure, KCD_EXPOSES_ANYBODY);
  assert_int_equal(seen.edge.n_findings, 0);
  seen = accepts(&bench, DC2, HV2, NULL);
  assert_int_equal(seen.edge.roles, KCD_ROLE_BIT(KCD_ROLE_DC));
  assert_says(&bench, KCD_F_TARGET_IS_DC, KCD_FAULT,
              "HV2$ may act as any delegable user at DC2$, a domain controller.");
  struct kcd_sid gone = bench.estate.accounts[HV1].sid;
  gone.sub[4] = 900001;
  seen = accepts(&bench, FS1, NOBODY, &gone);
  assert_string_equal(seen.edge.without_effect, "no account bears the SID");
  assert_says(&bench, KCD_F_RBCD_ACE_DEAD, KCD_NOTE,
              "A resource-based entry of FS1$ for S-1-5-21-1000-2000-3000-900001 has no effect: no account bears the "
              "SID.");
  /* of another domain nothing is known, and it may well be somebody */
  gone.sub[1] = 7;
  seen = accepts(&bench, FS1, NOBODY, &gone);
  assert_null(seen.edge.without_effect);
  assert_int_equal(kcd_audit_counts(bench.audit)->accepted, 3);
  seen = accepts(&bench, FS2, NOBODY, NULL);
  assert_string_equal(seen.edge.without_effect, "its descriptor cannot be decoded");
  teardown(&bench);
}

static void everybody_is_let_in(void **state)
{
  (void)state;
  const struct kcd_sid everyone = {.revision = 1, .count = 1, .authority = 1};
  struct bench bench;
  setup(&bench);
  accepts(&bench, FS1, NOBODY, &everyone);
  assert_says(&bench, KCD_F_RBCD_TOO_WIDE, KCD_FAULT,
              "FS1$ accepts Everyone: every such account may act there as any delegable user.");
  struct kcd_sid computers = bench.estate.accounts[HV1].sid;
  computers.sub[4] = 515;
  struct seen seen = accepts(&bench, FS2, HV1, &computers);
  assert_int_equal(seen.edge.findings[0], KCD_F_RBCD_TOO_WIDE);
  seen = accepts(&bench, FS2, HV1, NULL);
  assert_int_equal(seen.edge.n_findings, 0);
  teardown(&bench);
}

static void mixtures(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  kcd_values_add_text(&bench.estate.accounts[HV2].delegate_to, "cifs/OTHER");
  struct seen seen = accepts(&bench, FS1, HV2, NULL);
  assert_int_equal(seen.edge.exposure, KCD_EXPOSES_VISITORS);
  assert_int_equal(kcd_audit_counts(bench.audit)->accepted, 0);
  assert_says(&bench, KCD_F_LIST_BREAKS_RBCD, KCD_WARNING,
              "HV2$ mixes \"Use Kerberos only\" with a resource-based entry on FS1$, which it breaks.");
  assert_null(finding(&bench, KCD_F_KCD_AND_RBCD_BOTH));
  kcd_values_add_text(&bench.estate.accounts[HV1].delegate_to, "cifs/fs1");
  seen = accepts(&bench, FS1, HV1, NULL);
  assert_int_equal(seen.edge.findings[0], KCD_F_KCD_AND_RBCD_BOTH);
  assert_says(&bench, KCD_F_KCD_AND_RBCD_BOTH, KCD_NOTE,
              "HV1$ may reach FS1$ both by its list and by its resource-based entries.");
  teardown(&bench);
}

static void privileged_users(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  struct kcd_account user = {.has_uac = true, .uac = KCD_UAC_NORMAL, .kind = KCD_KIND_USER};
  char name[] = "admin0";
  user.sam_account_name = name;
  for (unsigned i = 0; i < 5; i++, name[5]++)
    kcd_audit_privileged(bench.audit, &user, false);
  kcd_audit_privileged(bench.audit, &user, true);
  user.uac |= KCD_UAC_NOT_DELEGATED;
  kcd_audit_privileged(bench.audit, &user, false);
  user.uac = KCD_UAC_NORMAL | KCD_UAC_DISABLED;
  kcd_audit_privileged(bench.audit, &user, false);
  assert_int_equal(kcd_audit_counts(bench.audit)->privileged, 7);
  assert_int_equal(kcd_audit_counts(bench.audit)->exposed, 5);
  /* nobody can make use of it */
  assert_null(finding(&bench, KCD_F_PRIVILEGED_USERS_EXPOSED));
  kcd_values_add_text(&bench.estate.accounts[HV1].delegate_to, "cifs/FS1");
  kcd_audit_account(bench.audit, &bench.estate.accounts[HV1]);
  accepts(&bench, FS1, HV2, NULL);
  assert_says(&bench, KCD_F_PRIVILEGED_USERS_EXPOSED, KCD_WARNING,
              "5 privileged users can be impersonated by 1 account with \"Use any authentication protocol\" and 1 "
              "resource-based entry: admin0, admin1 and admin2 and 2 more.");
  teardown(&bench);
}

static void the_rest(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  kcd_audit_quota(bench.audit, 0);
  assert_null(finding(&bench, KCD_F_MACHINE_ACCOUNT_QUOTA));
  kcd_audit_quota(bench.audit, 10);
  assert_non_null(finding(&bench, KCD_F_MACHINE_ACCOUNT_QUOTA));
  assert_int_equal(bench.findings.v[0].severity, KCD_NOTE);
  struct kcd_account *cno = &bench.estate.accounts[CNO];
  for (unsigned i = 0; i < 1000; i++) {
    KCD_AUTO_CHAR spn = kcd_asprintf("cifs/S%u", i);
    kcd_values_add_text(&cno->delegate_to, spn);
  }
  kcd_audit_account(bench.audit, cno);
  assert_says(&bench, KCD_F_WRONG_OBJECT, KCD_WARNING,
              "CLUSTER1$ is the name of a cluster and lists services; only its nodes delegate.");
  assert_says(&bench, KCD_F_LIST_TOO_LONG, KCD_WARNING, "CLUSTER1$ lists 1000 services, near what a directory holds.");
  /* a bit without a list gives nothing by itself */
  struct seen seen = entry(&bench, SVC, NULL, NOBODY, NOBODY);
  assert_string_equal(seen.edge.without_effect, "it lists nothing");
  assert_int_equal(seen.edge.exposure, KCD_EXPOSES_NOBODY);
  teardown(&bench);
}

static void what_could_not_be_read(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  struct kcd_account *hidden = &bench.estate.accounts[FS1];
  hidden->has_uac = false;
  hidden->uac = 0;
  kcd_values_add_text(&hidden->delegate_to, "cifs/FS2");
  assert_true(kcd_audit_account(bench.audit, hidden));
  assert_int_equal(kcd_audit_counts(bench.audit)->unread, 1);
  const struct kcd_values *unread = kcd_audit_unread_objects(bench.audit);
  assert_int_equal(unread->n, 1);
  struct seen seen = entry(&bench, FS1, "cifs/FS2", FS2, NOBODY);
  assert_int_equal(seen.edge.transition, KCD_UNKNOWN);
  assert_int_equal(seen.edge.exposure, KCD_EXPOSES_UNKNOWN);
  assert_string_equal((char *)unread->v[0].data, "CN=FS1,CN=Computers,DC=kcd,DC=test: userAccountControl");
  teardown(&bench);
}

/* Memory is bounded: beyond 5,000 findings and 100 names things are counted only. */
static void bounds(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  for (unsigned i = 0; i < 5100; i++) {
    KCD_AUTO_CHAR spn = kcd_asprintf("cifs/GONE%u", i);
    entry(&bench, HV1, spn, NOBODY, NOBODY);
  }
  for (unsigned i = 0; i < 150; i++) {
    free(bench.estate.accounts[HV1].sam_account_name);
    bench.estate.accounts[HV1].sam_account_name = kcd_asprintf("H%u$", i);
    entry(&bench, HV1, "cifs/GONE0", NOBODY, NOBODY);
    entry(&bench, HV1, "cifs/GONE0", NOBODY, NOBODY);
  }
  assert_int_equal(kcd_audit_counts(bench.audit)->omitted, 100);
  const struct kcd_finding *found = finding(&bench, KCD_F_STALE_TARGET_ENTRY);
  assert_int_equal(bench.findings.n, 5000);
  assert_int_equal(found->evidence[0].values.n, 100);
  assert_int_equal(found->evidence[1].number, 151);
  teardown(&bench);
}

static void hostile_names(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  entry(&bench, HV1, "cifs/\033[31m\xe2\x80\xae\xe2\x80\xac\n", NOBODY, NOBODY);
  const struct kcd_finding *found = finding(&bench, KCD_F_LIST_ENTRY_MALFORMED);
  if (found == NULL)
    found = finding(&bench, KCD_F_STALE_TARGET_ENTRY);
  assert_non_null(found);
  assert_null(strchr(found->message, '\033'));
  assert_null(strchr(found->message, '\n'));
  assert_null(strchr(found->message, '\xe2'));
  teardown(&bench);
}

static void worst_first(void **state)
{
  (void)state;
  struct bench bench;
  setup(&bench);
  kcd_audit_quota(bench.audit, 10);
  entry(&bench, HV1, "cifs/OLD", NOBODY, NOBODY);
  entry(&bench, HV1, "cifs/CA1", CA1, NOBODY);
  entry(&bench, HV1, "cifs/DC2", DC2, NOBODY);
  finding(&bench, KCD_F_TARGET_IS_DC);
  static const enum kcd_finding_id order[] = {KCD_F_TARGET_IS_DC, KCD_F_TARGET_IS_CA, KCD_F_STALE_TARGET_ENTRY,
                                              KCD_F_MACHINE_ACCOUNT_QUOTA};
  assert_int_equal(bench.findings.n, 4);
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(bench.findings.v[i].id, order[i]);
  struct kcd_values steps;
  kcd_audit_steps(&bench.findings, &steps);
  assert_int_equal(steps.n, 1);
  assert_string_equal((char *)steps.v[0].data,
                      "first: kcdfix check -S dc1 HV1 cifs/DC2     for the first of the accounts");
  kcd_values_done(&steps);
  teardown(&bench);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(prized_targets),   cmocka_unit_test(without_transition),
      cmocka_unit_test(the_kdc),          cmocka_unit_test(entries_that_lead_nowhere),
      cmocka_unit_test(two_owners),       cmocka_unit_test(idle_targets),
      cmocka_unit_test(disabled_sources), cmocka_unit_test(unconstrained),
      cmocka_unit_test(hyperv_hosts),     cmocka_unit_test(old_keys),
      cmocka_unit_test(resource_based),   cmocka_unit_test(everybody_is_let_in),
      cmocka_unit_test(mixtures),         cmocka_unit_test(privileged_users),
      cmocka_unit_test(the_rest),         cmocka_unit_test(what_could_not_be_read),
      cmocka_unit_test(bounds),           cmocka_unit_test(hostile_names),
      cmocka_unit_test(worst_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
