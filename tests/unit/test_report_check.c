/* The document of a check: golden texts and JSON, and what hostile names do to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/uac.h>

#include "report_fixture.h"

static void check_world(struct world *world, const char *name, int exit_status, const struct kcd_style *style)
{
  KCD_AUTO(kcd_report) report = check_report(world);
  kcd_report_pair(report, &world->judgement);
  assert_report_golden(name, report, exit_status, style);
}

static char *check_text(const struct world *world, const struct kcd_style *style)
{
  KCD_AUTO(kcd_report) report = check_report(world);
  kcd_report_pair(report, &world->judgement);
  return rendered(report, 0, style);
}

static void test_kerberos_only(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  check_world(&world, "check-kerberos-only.txt", 1, &text_style);
  world_probe(&world);
  check_world(&world, "check-kerberos-only-probed.txt", 1, &text_style);
  check_world(&world, "check-kerberos-only-probed.json", 1, &json_style);
  world_done(&world);
}

static void test_nothing_configured(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_strip(&world);
  check_world(&world, "check-nothing-configured.txt", 1, &text_style);
  world_done(&world);
}

static void test_works(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_cure(&world);
  check_world(&world, "check-works.txt", 0, &text_style);
  check_world(&world, "check-works.json", 0, &json_style);
  KCD_AUTO_CHAR predicted = check_text(&world, &text_style);
  assert_true(count_lines(predicted) <= 5);
  world_probe(&world);
  check_world(&world, "check-works-probed.txt", 0, &text_style);
  KCD_AUTO_CHAR probed = check_text(&world, &text_style);
  assert_true(count_lines(probed) <= 5);
  world_done(&world);
}

static const struct kcd_sid granted_host = {.revision = 1, .count = 5, .authority = 5, .sub = {21, 1, 2, 3, 1101}};
static const struct kcd_sid nobodys = {.revision = 1, .count = 5, .authority = 5, .sub = {21, 1, 2, 3, 1999}};
static const struct kcd_sid elsewhere = {.revision = 1, .count = 5, .authority = 5, .sub = {21, 9, 9, 9, 1105}};

/* The target accepts the host, nobody's SID, and one of another domain, each by another kind of entry. */
static void accept_host(struct world *world)
{
  struct kcd_error err = KCD_ERROR_INIT;
  KCD_AUTO_VALUE(kcd_secdesc) sd = {.control = 0x8004};
  world->host.sid = granted_host;
  kcd_secdesc_add_allow(&sd, &granted_host, KCD_RIGHT_RBCD_FULL);
  kcd_secdesc_add_allow(&sd, &nobodys, KCD_RIGHT_RBCD_FULL);
  kcd_secdesc_add_allow(&sd, &elsewhere, 0x30);
  assert_int_equal(0, kcd_secdesc_encode(&sd, &world->target.rbcd, &err));
}

static void test_resource_based(void **state)
{
  (void)state;
  const struct kcd_trustee trustees[] = {{.sid = nobodys, .exists = KCD_NO}};
  struct world world;
  world_init(&world);
  world_strip(&world);
  accept_host(&world);
  world.judgement.facts.trustees = trustees;
  world.judgement.facts.n_trustees = 1;
  check_world(&world, "check-resource-based.txt", 1, &text_style);
  check_world(&world, "check-resource-based.json", 1, &json_style);
  kcd_bytes_done(&world.target.rbcd);
  world.target.rbcd = kcd_bytes_of("\x01");
  check_world(&world, "check-resource-based-malformed.txt", 1, &text_style);
  kcd_bytes_done(&world.target.rbcd);
  accept_host(&world);
  world_cure(&world);
  world.judgement.granted_by = "resource-based";
  check_world(&world, "check-resource-based-works.txt", 0, &text_style);
  kcd_bytes_done(&world.target.rbcd);
  world_done(&world);
}

static void test_note_beside_working_verdict(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_cure(&world);
  world_probe(&world);
  world_add_finding(&world, KCD_F_NEGATIVE_CACHE, KCD_NOTE,
                    "Changed 6 minutes ago; Windows may remember a refusal until 20:29Z.",
                    "On CORE2016, as administrator: klist purge -li 0x3e7 & klist purge -li 0x3e4.", NULL);
  check_world(&world, "check-works-note.txt", 0, &text_style);
  KCD_AUTO_CHAR text = check_text(&world, &text_style);
  assert_true(count_lines(text) <= 5);
  world_done(&world);
}

/* Every warning and note has its line; the closing hints give way to them, unless -v asks for all. */
static void test_advice_beside_a_working_verdict(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_cure(&world);
  world_add_finding(&world, KCD_F_UNCONSTRAINED_ALSO_SET, KCD_WARNING, "Also unconstrained.", "Clear it.", NULL);
  world_add_finding(&world, KCD_F_SHORT_OR_FQDN_MISSING, KCD_NOTE, "The FQDN form is not listed.", "List it.",
                    "kcdfix apply CORE2016 cifs/2016GUI");
  world_add_finding(&world, KCD_F_NEGATIVE_CACHE, KCD_NOTE, "Changed now.", "klist purge", NULL);
  KCD_AUTO_CHAR text = check_text(&world, &text_style);
  assert_non_null(strstr(text, "  next: Clear it.\n  next: kcdfix apply CORE2016 cifs/2016GUI\n  next: klist purge\n"));
  assert_null(strstr(text, "prove it"));
  struct kcd_style style = text_style;
  style.verbose = 1;
  KCD_AUTO_CHAR verbose = check_text(&world, &style);
  assert_non_null(strstr(verbose, "prove it"));
  assert_non_null(strstr(verbose, "Not visible here"));
  world_done(&world);
}

static void test_advice_beside_a_failing_verdict(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_add_finding(&world, KCD_F_UNCONSTRAINED_ALSO_SET, KCD_WARNING, "Also unconstrained.", "Clear it.", NULL);
  KCD_AUTO_CHAR text = check_text(&world, &text_style);
  assert_non_null(strstr(text, "cifs/2016GUI\n  also: Clear it.\n"));
  world_done(&world);
}

/* A blank at the end of an entry would be invisible. */
static void test_blanks_are_quoted(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  kcd_values_add_text(&world.host.delegate_to, "cifs/FS ");
  world.evidence[1].values = world.host.delegate_to;
  KCD_AUTO_CHAR text = check_text(&world, &text_style);
  assert_non_null(strstr(text, "\"cifs/FS \""));
  world_done(&world);
}

/* Code -1: the KDC gave a ticket, and libkrb5 does not take it. */
static void test_refused_by_the_client(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world.judgement.prediction.s4u2proxy.answer.code = -1;
  world_probe(&world);
  world.observation.s4u2proxy.client_code = -1765328237;
  KCD_AUTO_CHAR text = check_text(&world, &text_style);
  assert_non_null(strstr(text, "refused by client"));
  assert_non_null(strstr(text, "ticket refused by the client library (-1765328237)"));
  assert_null(strstr(text, "error 0"));
  world_done(&world);
}

/* Tied to no pair, and a DC that did not answer before the one that did. */
static void test_findings_of_the_document(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  struct kcd_finding finding = {.id = KCD_F_HOST_NOT_FOUND,
                                .severity = KCD_FAULT,
                                .subject = TEXT("CORE2061"),
                                .message = TEXT("No computer named CORE2061 was found in kcd.test."),
                                .remedy = TEXT("Check the spelling.")};
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.check/1", WORLD_NOW);
  kcd_report_unreached_dc(report, "dc0.kcd.test");
  kcd_report_dc(report, &world.dc, world.dc.flavour);
  kcd_report_finding(report, &finding);
  assert_report_golden("check-no-pair.txt", report, 1, &text_style);
  assert_report_golden("check-no-pair.json", report, 1, &json_style);
  world_cure(&world);
  kcd_report_pair(report, &world.judgement);
  KCD_AUTO_CHAR text = rendered(report, 1, &text_style);
  assert_non_null(strstr(text, "  Predicted from dc1.kcd.test; "));
  world_done(&world);
}

static void test_duplicate_spn(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_cure(&world);
  world.owners[1] = world.owners[0];
  world.owners[0] = (struct kcd_spn_owner){.account = &world.stale, .value = TEXT("cifs/2016GUI"), .direct = true};
  world.spn.n_owners = 2;
  world_add_finding(&world, KCD_F_DUPLICATE_SPN, KCD_FAULT,
                    "cifs/2016GUI belongs to two accounts and the KDC takes OLDFS$, so 2016GUI cannot read the ticket.",
                    "Take the name off OLDFS$: setspn -d cifs/2016GUI OLDFS", NULL);
  check_world(&world, "check-duplicate-spn.txt", 1, &text_style);
  world_done(&world);
}

static void test_sensitive_user(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world.user.uac |= KCD_UAC_NOT_DELEGATED;
  world.user.protected_user = KCD_YES;
  world.judgement.findings.n = 0;
  world.judgement.prediction.user_ticket = (struct kcd_predicted){0};
  world_add_finding(&world, KCD_F_USER_SENSITIVE, KCD_FAULT,
                    "alice is marked \"Account is sensitive and cannot be delegated\"; no host gets a forwardable "
                    "ticket for alice.",
                    "Use a Hyper-V operator account without the mark, or work on CORE2016 itself.", NULL);
  check_world(&world, "check-sensitive-user.txt", 1, &text_style);
  world_done(&world);
}

static void test_host_not_found(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  struct kcd_judgement *judgement = &world.judgement;
  judgement->facts.host = NULL;
  judgement->facts.host_matches = 0;
  judgement->facts.host_operand = "NOSUCH";
  judgement->facts.user = NULL;
  judgement->facts.user_matches = 0;
  judgement->facts.user_operand = "bob@OTHER.TEST";
  judgement->facts.user_realm = "OTHER.TEST";
  world.spn.n_owners = 0;
  judgement->predicted_at_all = false;
  judgement->findings.n = 0;
  world_add_finding(&world, KCD_F_HOST_NOT_FOUND, KCD_FAULT, "No computer named NOSUCH was found in kcd.test.",
                    "Check the spelling.", NULL);
  check_world(&world, "check-host-not-found.txt", 1, &text_style);
  check_world(&world, "check-host-not-found.json", 1, &json_style);
  world_done(&world);
}

static void test_probe_without_verdict(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_probe(&world);
  world.observation.n = 0;
  world.observation.s4u2self = world.observation.s4u2proxy = (struct kcd_answer){0};
  struct kcd_error *err = &world.observation.error;
  kcd_fail_foreign(err, KCD_E_NOT_AUTHENTICATED, KCD_CODE_KRB5, -1765328353, "KRB5KRB_AP_ERR_BAD_INTEGRITY",
                   "the key of CORE2016$ in the keytab is not the one that dc1.kcd.test knows");
  kcd_error_id(err, "keytab-wrong-key");
  kcd_error_on(err, "CORE2016$", "dc1.kcd.test");
  kcd_error_said(err, "Decrypt integrity check failed");
  kcd_error_next(err, "export the keytab again");
  check_world(&world, "check-probe-error.txt", 3, &text_style);
  check_world(&world, "check-probe-error.json", 3, &json_style);
  world_done(&world);
}

static void test_windows_reason(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world.dc.flavour = KCD_FLAVOUR_WINDOWS;
  world_probe(&world);
  struct kcd_answer *answer = &world.observation.s4u2proxy;
  answer->has_ntstatus = true;
  answer->ntstatus = 0xc000006e;
  world.exchanges[2].answer = *answer;
  world.exchanges[2].krb_error.edata = KCD_EDATA_NTSTATUS;
  struct kcd_style wide = text_style;
  wide.width = 140;
  check_world(&world, "check-windows.txt", 1, &wide);
  check_world(&world, "check-windows-narrow.txt", 1, &text_style);
  world_done(&world);
}

static void test_other_flavour_and_uncertain(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world.judgement.prediction.s4u2proxy.certain = false;
  world.judgement.prediction.certain = false;
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.check/1", WORLD_NOW);
  kcd_report_dc(report, &world.dc, KCD_FLAVOUR_WINDOWS_2008);
  kcd_report_not_asked(report, "--no-probe was given");
  kcd_report_pair(report, &world.judgement);
  world_cure(&world);
  kcd_report_pair(report, &world.judgement);
  assert_report_golden("check-uncertain.txt", report, 1, &text_style);
  world_done(&world);
}

static void test_several_pairs(void **state)
{
  (void)state;
  struct world good;
  struct world bad;
  world_init(&good);
  world_cure(&good);
  world_init(&bad);
  good.host.sam_account_name = TEXT("CORE-N1$");
  KCD_AUTO(kcd_report) report = check_report(&good);
  kcd_report_not_asked(report, "no keys given");
  kcd_report_pair(report, &good.judgement);
  kcd_report_pair(report, &bad.judgement);
  bad.judgement.spn = "cifs/2016GUI.kcd.test";
  kcd_report_pair(report, &bad.judgement);
  world_cure(&bad);
  kcd_report_pair(report, &bad.judgement);
  assert_report_golden("check-several.txt", report, 1, &text_style);
  struct kcd_style quiet = text_style;
  quiet.quiet = true;
  assert_report_golden("check-several-quiet.txt", report, 1, &quiet);
  world_done(&good);
  world_done(&bad);
}

static void test_verbose_and_narrow(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_probe(&world);
  struct kcd_style style = text_style;
  style.verbose = 1;
  style.width = 60;
  check_world(&world, "check-verbose-narrow.txt", 1, &style);
  world_done(&world);
}

static void test_color_is_for_the_verdict_only(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  struct kcd_style style = text_style;
  style.color = true;
  KCD_AUTO_CHAR fails = check_text(&world, &style);
  assert_non_null(strstr(fails, "as alice: \033[31mFAILS\033[0m\n"));
  assert_null(strchr(strstr(fails, "\033[0m") + 1, '\033'));
  world_cure(&world);
  KCD_AUTO_CHAR works = check_text(&world, &style);
  assert_non_null(strstr(works, "\033[32mWORKS\033[0m"));
  world.judgement.verdict = KCD_CANNOT_TELL;
  KCD_AUTO_CHAR unknown = check_text(&world, &style);
  assert_non_null(strstr(unknown, "\033[33mUNKNOWN\033[0m"));
  world_done(&world);
}

/* Every name of the world is replaced by NAME, in turn the worst ones; nothing of it may reach a terminal. */
static void assert_survives(const char *name)
{
  struct world world;
  world_init(&world);
  world_probe(&world);
  world.host.sam_account_name = world.host.dn = TEXT(name);
  world.target.sam_account_name = world.target.dn = TEXT(name);
  world.user.sam_account_name = world.user.dn = TEXT(name);
  world.owners[0].value = TEXT(name);
  world.judgement.spn = name;
  world.findings[0].subject = TEXT(name);
  world.dc.name = TEXT(name);
  kcd_values_add_text(&world.host.delegate_to, name);
  kcd_values_add(&world.host.delegate_to, "nul\0inside", 10);
  world.evidence[1].values = world.host.delegate_to;
  for (int verbose = 0; verbose <= 1; verbose++) {
    struct kcd_style style = text_style;
    style.verbose = verbose;
    KCD_AUTO_CHAR text = check_text(&world, &style);
    assert_harmless(text, false);
  }
  KCD_AUTO_CHAR json = check_text(&world, &json_style);
  assert_harmless(json, true);
  world_done(&world);
}

static void test_hostile_names(void **state)
{
  (void)state;
  static const char *const names[] = {
      "\033[2J\033]0;title\007",
      "\r\nkcdfix: all is well",
      "\xe2\x80\xae"
      "drows\xe2\x80\xac",
      "\x7f\x01\x1f",
      "\xff\xfe not \xc3 UTF-8",
      "\xc2\x9b"
      "31m C1",
      "J\xc3\xbcrgen \"`$(id)` ' *()\\",
      "",
  };
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    assert_survives(names[i]);
}

static void test_huge_names(void **state)
{
  (void)state;
  static char letters[65536];
  static char escapes[65536];
  static char words[65536];
  for (size_t i = 0; i + 1 < sizeof(letters); i++) {
    letters[i] = 'x';
    escapes[i] = '\033';
    words[i] = i % 2 == 0 ? 'w' : ' ';
  }
  assert_survives(letters);
  assert_survives(escapes);
  assert_survives(words);
}

/* The findings of text and JSON are the same, in the same order. */
static void test_same_order(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_strip(&world);
  world_add_finding(&world, KCD_F_UNCONSTRAINED_ALSO_SET, KCD_WARNING, "Also unconstrained.", "Clear it.", NULL);
  KCD_AUTO_CHAR text = check_text(&world, &text_style);
  KCD_AUTO_CHAR json = check_text(&world, &json_style);
  static const char *const ids[] = {"list-empty", "protocol-transition-off", "unconstrained-also-set"};
  const char *at_text = text;
  const char *at_json = json;
  for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
    at_text = strstr(at_text, ids[i]);
    at_json = strstr(at_json, ids[i]);
    assert_non_null(at_text);
    assert_non_null(at_json);
  }
  world_done(&world);
}

static void test_equal_errors_are_kept_once(void **state)
{
  (void)state;
  KCD_AUTO(kcd_report) report = kcd_report_new("kcdfix.check/1", WORLD_NOW);
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_fail(&err, KCD_E_UNREACHABLE, "dc1.kcd.test does not answer");
  kcd_report_error(report, &err);
  kcd_report_error(report, &err);
  KCD_AUTO_CHAR json = rendered(report, 3, &json_style);
  const char *first = strstr(json, "does not answer");
  assert_non_null(first);
  assert_null(strstr(first + 1, "does not answer"));
  KCD_AUTO_CHAR text = rendered(report, 3, &text_style);
  assert_string_equal("", text);
}

/* One DC lags, one is the same, one is out of reach. */
static void test_other_domain_controllers(void **state)
{
  (void)state;
  struct world world;
  world_init(&world);
  world_cure(&world);
  const struct kcd_controller dcs[] = {
      {.name = TEXT("dc2.kcd.test"), .site = TEXT("Branch"), .flavour = KCD_FLAVOUR_SAMBA_417},
      {.name = TEXT("dc3.kcd.test"), .site = TEXT("Main"), .flavour = KCD_FLAVOUR_SAMBA_417},
      {.name = TEXT("dc4.kcd.test"), .flavour = KCD_FLAVOUR_UNKNOWN},
  };
  world_add_finding(&world, KCD_F_CHANGE_NOT_REPLICATED, KCD_FAULT,
                    "dc2.kcd.test (site Branch) is behind: there CORE2016 has \"Use Kerberos only\", lists nothing; on "
                    "dc1.kcd.test \"Use any authentication protocol\", lists cifs/2016GUI. The KDC of dc2.kcd.test "
                    "refuses.",
                    "Wait for replication.", "samba-tool drs replicate dc2.kcd.test dc1.kcd.test DC=kcd,DC=test");
  KCD_AUTO(kcd_report) report = check_report(&world);
  kcd_report_pair(report, &world.judgement);
  struct kcd_replica behind = {.dc = &dcs[0], .reached = true}, same = {.dc = &dcs[1], .reached = true};
  struct kcd_replica gone = {.dc = &dcs[2]};
  kcd_report_unreached_dc(report, "DC4.kcd.test"); /* DNS named it first: one row all the same */
  kcd_report_replica(report, &behind, KCD_STANDS_BEHIND);
  kcd_report_replica(report, &same, KCD_STANDS_SAME);
  kcd_report_replica(report, &gone, KCD_STANDS_SAME);
  assert_report_golden("check-all-dcs.txt", report, 3, &text_style);
  assert_report_golden("check-all-dcs.json", report, 3, &json_style);
  world_done(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_kerberos_only),
      cmocka_unit_test(test_nothing_configured),
      cmocka_unit_test(test_works),
      cmocka_unit_test(test_resource_based),
      cmocka_unit_test(test_note_beside_working_verdict),
      cmocka_unit_test(test_advice_beside_a_working_verdict),
      cmocka_unit_test(test_advice_beside_a_failing_verdict),
      cmocka_unit_test(test_blanks_are_quoted),
      cmocka_unit_test(test_refused_by_the_client),
      cmocka_unit_test(test_findings_of_the_document),
      cmocka_unit_test(test_duplicate_spn),
      cmocka_unit_test(test_sensitive_user),
      cmocka_unit_test(test_host_not_found),
      cmocka_unit_test(test_probe_without_verdict),
      cmocka_unit_test(test_windows_reason),
      cmocka_unit_test(test_other_flavour_and_uncertain),
      cmocka_unit_test(test_several_pairs),
      cmocka_unit_test(test_verbose_and_narrow),
      cmocka_unit_test(test_color_is_for_the_verdict_only),
      cmocka_unit_test(test_hostile_names),
      cmocka_unit_test(test_huge_names),
      cmocka_unit_test(test_same_order),
      cmocka_unit_test(test_equal_errors_are_kept_once),
      cmocka_unit_test(test_other_domain_controllers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
