/* The table of symptoms: complete, and each row found by every key that people may have in their hands. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <kcdfix/codes.h>
#include <kcdfix/explain.h>
#include <kcdfix/text.h>

static bool is_explained(const struct kcd_explanation *explanation, const struct kcd_symptom *symptom)
{
  for (size_t i = 0; i < explanation->n; i++) {
    if (explanation->v[i].symptom == symptom)
      return true;
    for (size_t j = 0; j < explanation->v[i].n_with; j++)
      if (explanation->v[i].with[j] == symptom)
        return true;
  }
  return false;
}

static void __attribute__((format(printf, 2, 3))) reached(const struct kcd_symptom *symptom, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  KCD_AUTO_CHAR key = kcd_vasprintf(format, args);
  va_end(args);
  struct kcd_explanation explanation;
  kcd_explain(key, &explanation);
  if (!is_explained(&explanation, symptom)) {
    KCD_AUTO_CHAR label = kcd_symptom_label(symptom);
    fail_msg("\"%s\" does not lead to %s", key, label);
  }
  kcd_explanation_done(&explanation);
}

static void reached_by_status(const struct kcd_symptom *symptom, const char *name)
{
  uint32_t value = (uint32_t)symptom->number;
  reached(symptom, "0x%08" PRIX32, value);
  reached(symptom, "0X%08" PRIX32, value);
  reached(symptom, "0x%08" PRIx32, value);
  reached(symptom, "%08" PRIX32, value);
  reached(symptom, "%" PRIu32, value);
  reached(symptom, "%" PRId32, (int32_t)value);
  reached(symptom, "0xFFFFFFFF%08" PRIX32, value);
  reached(symptom, "something failed (0x%08" PRIX32 ").", value);
  reached(symptom, "%s", name);
  KCD_AUTO_CHAR lower = kcd_lower(name);
  reached(symptom, "ended with %s!", lower);
}

static void reached_by_kdc_code(const struct kcd_symptom *symptom, const char *name)
{
  int64_t code = symptom->number;
  reached(symptom, "%" PRId64, code);
  reached(symptom, "0x%" PRIX64, (uint64_t)code);
  reached(symptom, "A ticket was requested.\n  Failure Code:\t\t0x%" PRIX64 "\n", (uint64_t)code);
  reached(symptom, "error code %" PRId64 " came back", code);
  reached(symptom, "%" PRId64, KCD_KRB5_BASE + code);
  reached(symptom, "minor code %" PRId64 ".", KCD_KRB5_BASE + code);
  reached(symptom, "%s", name);
  reached(symptom, "kvno: KRB5%s while asking", name);
}

static void reached_by_phrases(const struct kcd_symptom *symptom)
{
  for (const char *phrase = symptom->words; phrase != NULL && *phrase != '\0';) {
    size_t len = strcspn(phrase, "|");
    KCD_AUTO_CHAR words = kcd_strndup(phrase, len);
    KCD_AUTO_CHAR upper = kcd_upper(words);
    reached(symptom, "%s", words);
    for (char *p = upper; *p != '\0'; p++)
      if (*p == ' ')
        *p = '\n';
    reached(symptom, "%s", upper);
    phrase += len + (phrase[len] == '|');
  }
}

static void every_row_is_reached_by_every_key(void **state)
{
  (void)state;
  for (size_t i = 0; i < kcd_n_symptoms(); i++) {
    const struct kcd_symptom *symptom = kcd_symptom_at(i);
    const char *name = kcd_symptom_name(symptom);
    reached_by_phrases(symptom);
    switch (symptom->kind) {
    case KCD_SYMPTOM_EVENT:
      reached(symptom, "%" PRId64, symptom->number);
      reached(symptom, "event %" PRId64, symptom->number);
      reached(symptom, "Event ID:      %" PRId64, symptom->number);
      reached(symptom, "<EventID Qualifiers='0'>%" PRId64 "</EventID>", symptom->number);
      break;
    case KCD_SYMPTOM_HRESULT:
    case KCD_SYMPTOM_NTSTATUS:
      assert_non_null(name);
      reached_by_status(symptom, name);
      break;
    case KCD_SYMPTOM_KDC:
      assert_non_null(name);
      reached_by_kdc_code(symptom, name);
      break;
    case KCD_SYMPTOM_KRB5:
      assert_non_null(name);
      reached(symptom, "%" PRId64, symptom->number);
      reached(symptom, "%" PRIu32, (uint32_t)symptom->number);
      reached(symptom, "%s", name);
      break;
    case KCD_SYMPTOM_WORDS:
      assert_non_null(symptom->words);
      break;
    }
  }
}

static void assert_shown(const char *text)
{
  assert_non_null(text);
  assert_true(text[0] != '\0' && kcd_is_displayable(text));
}

static void every_row_is_complete(void **state)
{
  (void)state;
  assert_true(kcd_n_symptoms() > 120);
  for (size_t i = 0; i < kcd_n_symptoms(); i++) {
    const struct kcd_symptom *symptom = kcd_symptom_at(i);
    assert_shown(symptom->means);
    assert_shown(symptom->tell);
    assert_shown(symptom->source);
    assert_int_equal(symptom->kind == KCD_SYMPTOM_WORDS, symptom->title != NULL);
    bool open = symptom->next == KCD_NEXT_INNER || symptom->next == KCD_NEXT_NOTHING;
    assert_true(open || symptom->causes != NULL);
    for (const struct kcd_symptom_cause *c = symptom->causes; c != NULL && c->ids != NULL; c++) {
      assert_true(c->ids[0] < KCD_FINDINGS);
      for (const enum kcd_finding_id *id = c->ids; *id != KCD_FINDINGS; id++)
        assert_in_range(*id, 0, KCD_FINDINGS - 1);
    }
    KCD_AUTO_CHAR folded = kcd_lower(symptom->words != NULL ? symptom->words : "");
    assert_string_equal(folded, symptom->words != NULL ? symptom->words : "");
  }
}

static void no_row_stands_twice(void **state)
{
  (void)state;
  for (size_t i = 0; i < kcd_n_symptoms(); i++) {
    KCD_AUTO_CHAR id = kcd_symptom_id(kcd_symptom_at(i));
    for (size_t j = 0; j < i; j++) {
      KCD_AUTO_CHAR other = kcd_symptom_id(kcd_symptom_at(j));
      assert_string_not_equal(id, other);
    }
  }
}

static bool names_finding(const struct kcd_explained *explained, const char *id)
{
  for (size_t i = 0; i < explained->n_causes; i++)
    for (const enum kcd_finding_id *p = explained->causes[i].ids; *p != KCD_FINDINGS; p++)
      if (strcmp(kcd_finding_info(*p)->id, id) == 0)
        return true;
  return false;
}

/* What people have, whether it is delegation, and a finding that has to be among the causes ("" for none). */
static const struct {
  const char *text;
  enum kcd_is_delegation delegation;
  const char *id;
} KNOWN[] = {
    /* Hyper-V, the cluster, Virtual Machine Manager */
    {"The server encountered an error while creating VM1. Failed to create a new Virtual machine.",
     KCD_DELEGATION_UNTOLD, "protocol-transition-off"},
    {"13000", KCD_DELEGATION_USUALLY, "share-permission-of-host"},
    {"16350", KCD_DELEGATION_USUALLY, "protocol-transition-off"},
    {"16352", KCD_DELEGATION_USUALLY, "spn-not-listed"},
    {"0x80070005", KCD_DELEGATION_SELDOM, "share-permission-of-host"},
    {"0x8009030E", KCD_DELEGATION_USUALLY, "krbtgt-sensitive"},
    {"failed to authenticate the connection: no suitable credentials available", KCD_DELEGATION_USUALLY,
     "credssp-blocked-by-credential-guard"},
    {"0x8009030D", KCD_DELEGATION_USUALLY, "service-class-missing"},
    {"0x80090303", KCD_DELEGATION_PERHAPS, "target-spn-missing"},
    {"0x80090322", KCD_DELEGATION_NO, "wrong-principal-name"},
    {"0x80090311", KCD_DELEGATION_NO, "dc-unreachable"},
    {"0x80090324", KCD_DELEGATION_NO, "clock-skew"},
    {"21502", KCD_DELEGATION_UNTOLD, ""},
    {"0x80070569", KCD_DELEGATION_NO, "vm-logon-right-lost"},
    {"0x8007274C", KCD_DELEGATION_NO, "migration-port-blocked"},
    {"0x8007274D", KCD_DELEGATION_NO, "migration-port-blocked"},
    {"0x80072746", KCD_DELEGATION_NO, "migration-port-blocked"},
    {"0x8007271D", KCD_DELEGATION_NO, "migration-port-blocked"},
    {"20406", KCD_DELEGATION_NO, ""},
    {"event 280", KCD_DELEGATION_NO, ""},
    {"0x80070534", KCD_DELEGATION_NO, "vm-creator-deleted"},
    {"event 1106", KCD_DELEGATION_NO, "vm-creator-deleted"},
    {"21024", KCD_DELEGATION_UNTOLD, "vm-creator-deleted"},
    {"21125", KCD_DELEGATION_NO, ""},
    {"21501", KCD_DELEGATION_NO, ""},
    {"20413", KCD_DELEGATION_NO, ""},
    {"20417", KCD_DELEGATION_NO, ""},
    {"10698", KCD_DELEGATION_NO, ""},
    {"20100", KCD_DELEGATION_NO, "share-permission-of-host"},
    {"14050", KCD_DELEGATION_PERHAPS, "migration-spn-registration-failed"},
    {"12700", KCD_DELEGATION_PERHAPS, "share-permission-of-host"},
    {"an ISO of the VMM library", KCD_DELEGATION_YES, "spn-not-listed"},
    {"attach '\\\\FS\\iso\\w.iso' failed", KCD_DELEGATION_YES, "spn-not-listed"},
    {"Windows Admin Center: Access denied", KCD_DELEGATION_USUALLY, "second-hop-chain"},
    {"Unknown disconnection reason 3848", KCD_DELEGATION_NO, ""},
    {"Hyper-V Replica", KCD_DELEGATION_NO, ""},
    {"20306", KCD_DELEGATION_UNTOLD, ""},
    {"0x800705AA", KCD_DELEGATION_NO, "hyperv-resource-error"},
    {"0x80071398", KCD_DELEGATION_NO, "hyperv-resource-error"},
    /* the KDC */
    {"Event ID: 4769 Failure Code: 0xD", KCD_DELEGATION_YES, "protocol-transition-off"},
    {"Event ID: 4769 Failure Code: 0x0", KCD_DELEGATION_YES, ""},
    {"Kerberos-Key-Distribution-Center Event ID: 25", KCD_DELEGATION_YES, "host-cannot-read-user-groups"},
    {"0x7", KCD_DELEGATION_PERHAPS, "duplicate-spn"},
    {"0xC", KCD_DELEGATION_PERHAPS, "rbcd-dc-too-old"},
    {"0xE", KCD_DELEGATION_NO, "target-etype-mismatch"},
    {"event 27", KCD_DELEGATION_NO, "target-etype-mismatch"},
    {"event 201", KCD_DELEGATION_NO, "target-etype-mismatch"},
    {"event 209", KCD_DELEGATION_NO, "target-etype-mismatch"},
    {"0x12", KCD_DELEGATION_PERHAPS, "host-account-unusable"},
    {"0x10", KCD_DELEGATION_PERHAPS, "rbcd-dc-too-old"},
    {"0x14", KCD_DELEGATION_PERHAPS, "mixed-patch-level"},
    {"0x29", KCD_DELEGATION_PERHAPS, "duplicate-spn"},
    {"0x25", KCD_DELEGATION_NO, "clock-skew"},
    {"event 11", KCD_DELEGATION_NO, "duplicate-spn"},
    {"Missing forwardable flag on ticket for constrained delegation", KCD_DELEGATION_YES, "user-sensitive"},
    {"constrained delegation from core2016$ to cifs/x not allowed", KCD_DELEGATION_YES, "list-empty"},
    {"Server not found in database: Microsoft\\ Virtual\\ System", KCD_DELEGATION_YES, "spn-with-blank-on-samba"},
    {"EVIDENCE_TKT_NOT_FORWARDABLE", KCD_DELEGATION_YES, "protocol-transition-off"},
    {"NOT_ALLOWED_TO_DELEGATE", KCD_DELEGATION_YES, "spn-not-listed"},
    {"S4U2self ticket must be FORWARDABLE", KCD_DELEGATION_YES, "user-sensitive"},
    {"STATUS_NOT_SUPPORTED", KCD_DELEGATION_YES, "list-empty"},
    {"STATUS_NO_MATCH", KCD_DELEGATION_YES, "spn-not-listed"},
    {"STATUS_NOT_FOUND", KCD_DELEGATION_YES, "rbcd-ace-dead"},
    {"STATUS_ACCOUNT_RESTRICTION", KCD_DELEGATION_YES, "user-protected"},
    {"STATUS_CROSSREALM_DELEGATION_FAILURE", KCD_DELEGATION_YES, "target-other-domain"},
    {"STATUS_AUTHENTICATION_FIREWALL_FAILED", KCD_DELEGATION_NO, "user-auth-policy"},
    {"STATUS_NO_SECRETS", KCD_DELEGATION_NO, "rodc-tgt"},
    /* questions and advice */
    {"it works when I am logged on at the host", KCD_DELEGATION_YES, "protocol-transition-off"},
    {"it fails locally too", KCD_DELEGATION_SELDOM, "share-permission-of-host"},
    {"even locally", KCD_DELEGATION_USUALLY, "protocol-transition-off"},
    {"Everyone Full Control", KCD_DELEGATION_YES, "list-empty"},
    {"some admins can, others cannot", KCD_DELEGATION_YES, "admins-marked-sensitive"},
    {"works in one direction", KCD_DELEGATION_YES, "one-direction-only"},
    {"a 2012 R2 console works", KCD_DELEGATION_YES, "protocol-transition-off"},
    {"since the upgrade to Server 2025", KCD_DELEGATION_USUALLY, "credssp-blocked-by-credential-guard"},
    {"PingCastle", KCD_DELEGATION_YES, "protocol-transition-off"},
    {"Use Kerberos only", KCD_DELEGATION_YES, "protocol-transition-off"},
    {"Use any authentication protocol", KCD_DELEGATION_YES, "privileged-users-exposed"},
    {"KB2602377", KCD_DELEGATION_YES, "protocol-transition-off"},
    {"KB4558514", KCD_DELEGATION_PERHAPS, "negative-cache"},
    {"powerbi-docs", KCD_DELEGATION_YES, "protocol-transition-off"},
    {"Trust this computer for delegation to any service", KCD_DELEGATION_YES, "unconstrained-also-set"},
    {"KCDSetup.ps1", KCD_DELEGATION_YES, "protocol-transition-off"},
    {"troubleshooting guide", KCD_DELEGATION_YES, "protocol-transition-off"},
    {"issue 405", KCD_DELEGATION_YES, "list-breaks-rbcd"},
    {"System error 5 has occurred. Access is denied.", KCD_DELEGATION_SELDOM, "share-permission-of-host"},
    {"gpupdate /force", KCD_DELEGATION_PERHAPS, "change-not-replicated"},
    {"restart", KCD_DELEGATION_PERHAPS, "negative-cache"},
};

static void what_people_have_is_answered(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++) {
    struct kcd_explanation explanation;
    kcd_explain(KNOWN[i].text, &explanation);
    if (explanation.n == 0)
      fail_msg("nothing is known of \"%s\"", KNOWN[i].text);
    const struct kcd_explained *first = &explanation.v[0];
    if (first->delegation != KNOWN[i].delegation || (KNOWN[i].id[0] != '\0' && !names_finding(first, KNOWN[i].id)))
      fail_msg("\"%s\" leads to %s, delegation %s", KNOWN[i].text, first->label,
               kcd_is_delegation_name(first->delegation));
    kcd_explanation_done(&explanation);
  }
}

static void every_finding_is_explained(void **state)
{
  (void)state;
  for (int id = 0; id < KCD_FINDINGS; id++) {
    struct kcd_explanation explanation;
    kcd_explain(kcd_finding_info((enum kcd_finding_id)id)->id, &explanation);
    assert_true(explanation.n > 0);
    assert_null(explanation.v[0].symptom);
    assert_int_equal(explanation.v[0].finding, id);
    assert_shown(explanation.v[0].next);
    kcd_explanation_done(&explanation);
  }
}

/* What stands in one text, and how the first explanation is called. */
static const struct {
  const char *text, *label;
  size_t n;
} TOGETHER[] = {
    {"13000 0x80070005", "event 13000 with 0x80070005", 1},
    {"General access denied error. (0x80070005)\nEvent 13000", "event 13000 with 0x80070005", 1},
    {"events 13000, 16350 and 16352", "event 13000 with event 16350, event 16352", 1},
    {"Event ID: 21502 ... (0x8009030E)", "0x8009030E SEC_E_NO_CREDENTIALS inside event 21502", 1},
    {"Event 21502 General access denied (0x80070005)", "0x80070005 E_ACCESSDENIED inside event 21502", 1},
    {"KDC_ERR_BADOPTION (13), STATUS_NO_MATCH", "STATUS_NO_MATCH (0xC0000272) with KDC_ERR_BADOPTION (13)", 1},
    {"event 4769, failure code 0xD", "KDC_ERR_BADOPTION (13) inside event 4769", 1},
    {"KDC_ERR_PREAUTH_REQUIRED, KDC_ERR_BADOPTION", "KDC_ERR_BADOPTION (13)", 1},
    {"after gpupdate and a reboot: 0x8009030E", "0x8009030E SEC_E_NO_CREDENTIALS", 1},
    {"KDC_ERR_PREAUTH_REQUIRED", "KDC_ERR_PREAUTH_REQUIRED (25)", 1},
    {"even locally, and it worked with 2012 R2", "fails even with a local path", 2},
    {"0x8009030E and KDC_ERR_BADOPTION", "0x8009030E SEC_E_NO_CREDENTIALS", 2},
    {"protocol-transition-off, KDC_ERR_BADOPTION", "protocol-transition-off", 2},
    {"14", "KDC_ERR_ETYPE_NOSUPP (14)", 2},
    {"25", "KDC_ERR_PREAUTH_REQUIRED (25)", 2},
};

static void what_belongs_together_is_one_story(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof TOGETHER / sizeof TOGETHER[0]; i++) {
    struct kcd_explanation explanation;
    kcd_explain(TOGETHER[i].text, &explanation);
    assert_int_equal(explanation.n, TOGETHER[i].n);
    assert_string_equal(explanation.v[0].label, TOGETHER[i].label);
    kcd_explanation_done(&explanation);
  }
}

static void numbers_that_are_none_of_ours(void **state)
{
  (void)state;
  static const char *const texts[] = {"10.0.13000.13", "2026-11-13 13:13",        "port 25", "13 machines",
                                      "0x13000",       "99999999999999999999999", "-13",     "KB13",
                                      "a13000b"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct kcd_explanation explanation;
    kcd_explain(texts[i], &explanation);
    if (explanation.n != 0)
      fail_msg("\"%s\" leads to %s", texts[i], explanation.v[0].label);
    assert_in_range(explanation.n_nearest, 1, KCD_EXPLAIN_NEAREST);
    kcd_explanation_done(&explanation);
  }
}

static void the_nearest_is_offered(void **state)
{
  (void)state;
  static const char *const pairs[][2] = {{"13001", "13000"},
                                         {"0x8009030F", "0x8009030E"},
                                         {"KDC_ERR_BADOPTOIN", "KDC_ERR_BADOPTION"},
                                         {"protocol-transition", "protocol-transition-off"},
                                         {"xyz", "13000"}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    struct kcd_explanation explanation;
    kcd_explain(pairs[i][0], &explanation);
    assert_int_equal(explanation.n, 0);
    assert_null(explanation.known_as);
    assert_string_equal(explanation.nearest[0].key, pairs[i][1]);
    kcd_explanation_done(&explanation);
  }
}

static void a_known_code_that_is_no_symptom_is_named(void **state)
{
  (void)state;
  static const char *const pairs[][2] = {{"61", "KRB_ERR_FIELD_TOOLONG"}, {"0xC0000064", "STATUS_NO_SUCH_USER"}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    struct kcd_explanation explanation;
    kcd_explain(pairs[i][0], &explanation);
    assert_int_equal(explanation.n, 0);
    assert_string_equal(explanation.known_as, pairs[i][1]);
    kcd_explanation_done(&explanation);
  }
}

static void many_symptoms_are_counted(void **state)
{
  (void)state;
  struct kcd_explanation explanation;
  kcd_explain(
      "0x8009030E 0x8009030D 0x80090303 0x80090322 0x80090311 0x80090324 0x80070569 0x8007274C 0x80070534 14050",
      &explanation);
  assert_int_equal(explanation.n, KCD_EXPLAIN_MAX);
  assert_int_equal(explanation.n_more, 2);
  kcd_explanation_done(&explanation);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_row_is_reached_by_every_key),
      cmocka_unit_test(every_row_is_complete),
      cmocka_unit_test(no_row_stands_twice),
      cmocka_unit_test(what_people_have_is_answered),
      cmocka_unit_test(every_finding_is_explained),
      cmocka_unit_test(what_belongs_together_is_one_story),
      cmocka_unit_test(numbers_that_are_none_of_ours),
      cmocka_unit_test(the_nearest_is_offered),
      cmocka_unit_test(a_known_code_that_is_no_symptom_is_named),
      cmocka_unit_test(many_symptoms_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
