/* What other domain controllers hold: who is behind, what is said before and after a write, and the findings of a pair.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/findings.h>
#include <kcdfix/replicas.h>
#include <kcdfix/uac.h>

#include "facts_fixture.h"

#define TRANSITION KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION
enum { HOST, SERVER, USER, OBJECTS };

/* dc2 with a copy of each object of the pair, equal to what the domain has until a test changes it. */
struct second {
  struct domain domain;
  struct kcd_controllers controllers;
  struct kcd_copy copies[OBJECTS];
  struct kcd_replica replica;
  struct kcd_replicas all;
};

static void copy_account(struct kcd_copy *copy, const struct kcd_account *account)
{
  *copy = (struct kcd_copy){.there = true};
  memcpy(copy->guid, account->guid, sizeof copy->guid);
  copy->account = (struct kcd_account){
      .has_uac = true, .uac = account->uac, .uac_meta = account->uac_meta, .list_meta = account->list_meta};
  kcd_values_copy(&copy->account.delegate_to, &account->delegate_to);
}

static void second_init(struct second *s)
{
  memset(s, 0, sizeof *s);
  domain_init(&s->domain);
  struct kcd_controller *dc = kcd_controllers_add(&s->controllers, "dc2.contoso.com");
  dc->site = kcd_strdup("Branch");
  copy_account(&s->copies[HOST], &s->domain.host);
  copy_account(&s->copies[SERVER], &s->domain.server);
  copy_account(&s->copies[USER], &s->domain.user);
  s->replica = (struct kcd_replica){.dc = dc, .reached = true, .copies = s->copies, .n = OBJECTS};
  s->all = (struct kcd_replicas){.v = &s->replica, .n = 1};
  s->domain.facts.replicas = &s->all;
}

static void second_done(struct second *s)
{
  for (size_t i = 0; i < OBJECTS; i++)
    kcd_values_done(&s->copies[i].account.delegate_to);
  kcd_controllers_done(&s->controllers);
  domain_done(&s->domain);
}

static void judge(struct second *s, struct kcd_judgement *ret)
{
  kcd_judge(&s->domain.facts, s->domain.dc.flavour, NULL, "", ret);
}

static const struct kcd_finding *finding(const struct kcd_judgement *judgement)
{
  for (size_t i = 0; i < judgement->findings.n; i++)
    if (judgement->findings.v[i].id == KCD_F_CHANGE_NOT_REPLICATED)
      return &judgement->findings.v[i];
  return NULL;
}

static const struct kcd_evidence *evidence(const struct kcd_finding *f, const char *key)
{
  for (size_t i = 0; i < f->n_evidence; i++)
    if (strcmp(f->evidence[i].key, key) == 0)
      return &f->evidence[i];
  fail_msg("no evidence %s", key);
  return NULL;
}

static void has(const char *text, const char *part)
{
  if (text == NULL || strstr(text, part) == NULL)
    fail_msg("\"%s\" is not in: %s", part, text == NULL ? "(nothing)" : text);
}

/* ---- standing ---- */

static enum kcd_standing standing(const struct second *s)
{
  return kcd_copy_standing(&s->domain.host, &s->copies[HOST]);
}

static void versions_tell_who_is_behind(void **state)
{
  (void)state;
  struct second s;
  second_init(&s);
  struct kcd_account *there = &s.copies[HOST].account;
  assert_int_equal(standing(&s), KCD_STANDS_SAME);
  there->uac ^= TRANSITION;
  assert_int_equal(standing(&s), KCD_STANDS_APART); /* the same version */
  there->uac_meta.version--;
  assert_int_equal(standing(&s), KCD_STANDS_BEHIND);
  there->uac_meta.version += 2;
  assert_int_equal(standing(&s), KCD_STANDS_AHEAD);
  kcd_values_add_text(&there->delegate_to, "cifs/MORE");
  there->list_meta.version--;
  assert_int_equal(standing(&s), KCD_STANDS_APART); /* each has a write that the other lacks */
  s.copies[HOST].there = false;
  assert_int_equal(standing(&s), KCD_STANDS_BEHIND);
  second_done(&s);
}

static void order_and_version_alone_do_not_count(void **state)
{
  (void)state;
  struct second s;
  second_init(&s);
  struct kcd_values *list = &s.copies[HOST].account.delegate_to;
  assert_true(list->n == 2);
  struct kcd_bytes first = list->v[0];
  list->v[0] = list->v[1];
  list->v[1] = first;
  s.copies[HOST].account.list_meta.version += 3;
  assert_int_equal(standing(&s), KCD_STANDS_SAME);
  second_done(&s);
}

static void the_worst_object_counts(void **state)
{
  (void)state;
  struct second s;
  second_init(&s);
  struct kcd_account *objects[] = {&s.domain.host, &s.domain.server, &s.domain.user};
  assert_int_equal(kcd_replica_standing(&s.replica, objects, OBJECTS), KCD_STANDS_SAME);
  s.copies[USER].account.uac |= KCD_UAC_NOT_DELEGATED;
  s.copies[USER].account.uac_meta.version++;
  assert_int_equal(kcd_replica_standing(&s.replica, objects, OBJECTS), KCD_STANDS_AHEAD);
  second_done(&s);
}

static void a_copy_shows_a_change(void **state)
{
  (void)state;
  struct second s;
  second_init(&s);
  struct kcd_values wanted = {0};
  kcd_values_add_text(&wanted, "cifs/2016GUI");
  uint32_t uac = s.domain.host.uac;
  assert_true(kcd_copy_shows(&s.copies[HOST], &wanted, NULL, uac | KCD_UAC_DISABLED, NULL)); /* the one bit alone */
  assert_false(kcd_copy_shows(&s.copies[HOST], &wanted, NULL, uac ^ TRANSITION, NULL));
  struct kcd_bytes descriptor = kcd_bytes_of("another");
  assert_false(kcd_copy_shows(&s.copies[HOST], &wanted, NULL, uac, &descriptor));
  kcd_bytes_done(&descriptor);
  assert_true(kcd_copy_shows(&s.copies[HOST], &(struct kcd_values){0}, NULL, uac, NULL));
  assert_false(kcd_copy_shows(&s.copies[HOST], &(struct kcd_values){0}, &wanted, uac, NULL)); /* taken off, not there */
  kcd_values_add_text(&wanted, "cifs/NEW");
  assert_false(kcd_copy_shows(&s.copies[HOST], &wanted, NULL, uac, NULL));
  kcd_values_done(&wanted);
  s.copies[HOST].there = false;
  assert_false(kcd_copy_shows(&s.copies[HOST], &wanted, NULL, uac, NULL));
  second_done(&s);
}

/* ---- findings of a pair ---- */

static void nothing_where_all_are_the_same(void **state)
{
  (void)state;
  struct second s;
  struct kcd_judgement judgement;
  second_init(&s);
  judge(&s, &judgement);
  assert_int_equal(judgement.verdict, KCD_WORKS);
  assert_null(finding(&judgement));
  kcd_judgement_done(&judgement);
  second_done(&s);
}

static void the_laggard_is_an_error_beside_a_ticket(void **state)
{
  (void)state;
  struct second s;
  struct kcd_judgement judgement;
  second_init(&s);
  s.copies[HOST].account.uac ^= TRANSITION;
  s.copies[HOST].account.uac_meta.version--;
  judge(&s, &judgement);
  const struct kcd_finding *f = finding(&judgement);
  assert_non_null(f);
  assert_int_equal(judgement.verdict, KCD_WORKS);
  assert_int_equal(f->severity, KCD_FAULT);
  has(f->message, "dc2.contoso.com (site Branch) is behind: there CORE2016 has \"Use Kerberos only\"");
  has(f->message, "on dc1.contoso.com \"Use any authentication protocol\"");
  has(f->message, "The KDC of dc2.contoso.com refuses.");
  assert_string_equal(f->command, "repadmin /replicate dc2.contoso.com dc1.contoso.com DC=contoso,DC=com");
  assert_string_equal(evidence(f, "dc")->text, "dc2.contoso.com");
  assert_string_equal(evidence(f, "standing")->text, "behind");
  assert_true(evidence(f, "userAccountControl")->number == KCD_UAC_WORKSTATION);
  assert_true(evidence(f, "compared_userAccountControl")->number == (KCD_UAC_WORKSTATION | TRANSITION));
  kcd_judgement_done(&judgement);
  second_done(&s);
}

static void one_that_is_ahead_comes_before_the_causes(void **state)
{
  (void)state;
  struct second s;
  struct kcd_judgement judgement;
  second_init(&s);
  s.domain.host.uac ^= TRANSITION;
  s.copies[HOST].account.uac_meta.version++;
  s.domain.dc.flavour = KCD_FLAVOUR_SAMBA_417;
  judge(&s, &judgement);
  assert_int_equal(judgement.verdict, KCD_FAILS);
  assert_int_equal(judgement.findings.v[0].id, KCD_F_CHANGE_NOT_REPLICATED);
  assert_int_equal(judgement.findings.v[1].id, KCD_F_PROTOCOL_TRANSITION_OFF);
  has(judgement.findings.v[0].message, "is ahead");
  has(judgement.findings.v[0].message, "The KDC of dc2.contoso.com gives the ticket.");
  assert_string_equal(judgement.findings.v[0].command,
                      "samba-tool drs replicate dc1.contoso.com dc2.contoso.com DC=contoso,DC=com");
  kcd_judgement_done(&judgement);
  second_done(&s);
}

/* The record says that the bit was set, and another DC shows it: nobody took it off again, however near the times are.
 */
static void nobody_is_blamed_for_a_write_on_its_way(void **state)
{
  (void)state;
  for (int arrives = 0; arrives < 2; arrives++) {
    struct second s;
    struct kcd_judgement judgement;
    second_init(&s);
    s.domain.host.uac ^= TRANSITION;
    s.domain.host.uac_meta.originating_time = s.domain.facts.transition_set = s.domain.facts.now - 60;
    s.domain.facts.transition_record = "20261119T201403Z-CORE2016";
    s.copies[HOST].account.uac_meta.version += arrives ? 1 : -1;
    judge(&s, &judgement);
    bool blamed = false;
    for (size_t i = 0; i < judgement.findings.n; i++)
      blamed = blamed || judgement.findings.v[i].id == KCD_F_PROTOCOL_TRANSITION_CLEARED_AGAIN;
    assert_int_equal(blamed, !arrives);
    kcd_judgement_done(&judgement);
    second_done(&s);
  }
}

/* What the KDC there would answer is the same: no error. */
static void a_difference_without_effect_is_a_warning(void **state)
{
  (void)state;
  struct second s;
  struct kcd_judgement judgement;
  second_init(&s);
  kcd_values_add_text(&s.copies[HOST].account.delegate_to, "cifs/OTHER");
  s.copies[HOST].account.list_meta.version++;
  judge(&s, &judgement);
  assert_int_equal(finding(&judgement)->severity, KCD_WARNING);
  kcd_judgement_done(&judgement);
  second_done(&s);
}

static void target_and_user_are_compared_too(void **state)
{
  (void)state;
  struct second s;
  struct kcd_judgement judgement;
  second_init(&s);
  s.copies[USER].account.uac |= KCD_UAC_NOT_DELEGATED;
  s.copies[USER].account.uac_meta.version++;
  judge(&s, &judgement);
  assert_int_equal(finding(&judgement)->severity, KCD_FAULT);
  has(finding(&judgement)->message, "the account of the user, alice, has other settings there");
  kcd_judgement_done(&judgement);
  s.copies[USER].account.uac = s.domain.user.uac;
  s.copies[SERVER].there = false;
  judge(&s, &judgement);
  assert_int_equal(finding(&judgement)->severity, KCD_FAULT);
  has(finding(&judgement)->message, "does not have 2016GUI yet, so its KDC refuses");
  kcd_judgement_done(&judgement);
  second_done(&s);
}

static void one_out_of_reach_says_nothing(void **state)
{
  (void)state;
  struct second s;
  struct kcd_judgement judgement;
  second_init(&s);
  s.copies[HOST].account.uac ^= TRANSITION;
  s.replica.reached = false;
  judge(&s, &judgement);
  assert_null(finding(&judgement));
  kcd_judgement_done(&judgement);
  second_done(&s);
}

/* ---- before and after a write ---- */

static void warns_before_a_write(void **state)
{
  (void)state;
  struct second s;
  second_init(&s);
  assert_null(kcd_replica_warning(&s.replica, &s.domain.dc, &s.domain.host));
  kcd_values_add_text(&s.copies[HOST].account.delegate_to, "cifs/OTHER");
  s.copies[HOST].account.list_meta.version++;
  KCD_AUTO_CHAR ahead = kcd_replica_warning(&s.replica, &s.domain.dc, &s.domain.host);
  has(ahead, "The list replicates as a whole: with a write on dc1.contoso.com now, what was added there can be lost.");
  has(ahead, "cifs/OTHER");
  s.copies[HOST].account.list_meta.version -= 2;
  KCD_AUTO_CHAR behind = kcd_replica_warning(&s.replica, &s.domain.dc, &s.domain.host);
  has(behind, "has not even got the state of CORE2016 before this change");
  s.replica.reached = false;
  KCD_AUTO_CHAR unknown = kcd_replica_warning(&s.replica, &s.domain.dc, &s.domain.host);
  has(unknown, "could not be asked");
  second_done(&s);
}

static void tells_who_lacks_a_write(void **state)
{
  (void)state;
  struct second s;
  struct kcd_finding lag;
  second_init(&s);
  s.copies[HOST].account.uac ^= TRANSITION;
  kcd_replica_lag(&s.replica, &s.domain.dc, &s.domain.host, &lag);
  assert_int_equal(lag.id, KCD_F_CHANGE_NOT_REPLICATED);
  has(lag.message, "dc2.contoso.com (site Branch) still has \"Use Kerberos only\"");
  has(lag.command, "repadmin /replicate dc2.contoso.com dc1.contoso.com");
  kcd_finding_done(&lag);
  s.replica.reached = false;
  kcd_replica_lag(&s.replica, &s.domain.dc, &s.domain.host, &lag);
  has(lag.message, "does not answer, so it is not known");
  assert_null(lag.command);
  kcd_finding_done(&lag);
  second_done(&s);
}

/* ---- the list of domain controllers ---- */

static void names_are_listed_once(void **state)
{
  (void)state;
  struct kcd_controllers list = {0};
  kcd_controllers_add(&list, "dc1.contoso.com")->read_only = KCD_YES;
  kcd_controllers_add(&list, "DC1.contoso.com");
  assert_int_equal(list.n, 1);
  assert_null(kcd_controllers_writable(&list));
  kcd_controllers_add(&list, "dc2.contoso.com")->read_only = KCD_NO;
  assert_string_equal(kcd_controllers_writable(&list)->name, "dc2.contoso.com");
  kcd_controllers_done(&list);
}

static void different_builds_are_mixed(void **state)
{
  (void)state;
  struct kcd_controllers list = {0};
  struct kcd_finding mixed;
  kcd_controllers_add(&list, "dc1")->operating_system_version = kcd_strdup("10.0 (14393)");
  kcd_controllers_add(&list, "dc2"); /* nothing is known of it */
  assert_false(kcd_controllers_mixed(&list, "contoso.com", &mixed));
  kcd_controllers_add(&list, "dc3")->operating_system_version = kcd_strdup("10.0 (14393)");
  assert_false(kcd_controllers_mixed(&list, "contoso.com", &mixed));
  kcd_controllers_add(&list, "dc4")->operating_system_version = kcd_strdup("10.0 (17763)");
  assert_true(kcd_controllers_mixed(&list, "contoso.com", &mixed));
  assert_int_equal(mixed.id, KCD_F_MIXED_PATCH_LEVEL);
  assert_int_equal(mixed.severity, KCD_WARNING);
  assert_string_equal(evidence(&mixed, "dc4")->text, "10.0 (17763)");
  assert_string_equal(evidence(&mixed, "dc2")->text, "unknown");
  kcd_finding_done(&mixed);
  kcd_controllers_done(&list);
}

/* ---- elsewhere in the forest, and a read-only DC ---- */

static void an_owner_in_another_domain(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  domain_init(&d);
  domain_ask(&d, "cifs/FS1.corp.contoso.com");
  domain_drop_owners(&d);
  d.target.foreign_domain = kcd_strdup("corp.contoso.com");
  d.target.foreign_account = kcd_strdup("FS1$");
  d.target.foreign_dn = kcd_strdup("CN=FS1,DC=corp,DC=contoso,DC=com");
  d.facts.forest_searched = KCD_YES;
  kcd_judge(&d.facts, KCD_FLAVOUR_WINDOWS, NULL, "", &judgement);
  assert_int_equal(judgement.verdict, KCD_FAILS);
  const struct kcd_finding *f = &judgement.findings.v[0];
  assert_int_equal(f->id, KCD_F_TARGET_OTHER_DOMAIN);
  assert_false(kcd_findings_has(&judgement.findings, KCD_F_TARGET_SPN_MISSING));
  has(f->message, "belongs to FS1$ of corp.contoso.com");
  has(f->message, "list entries cannot cross domains; resource-based delegation can");
  has(f->command, "kcdfix apply --resource-based -D corp.contoso.com ");
  has(f->command, " cifs/FS1.corp.contoso.com");
  assert_string_equal(f->subject, "CN=FS1,DC=corp,DC=contoso,DC=com");
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

static void the_forest_is_spoken_of(void **state)
{
  (void)state;
  const struct {
    enum kcd_tri searched;
    const char *words;
  } cases[] = {{KCD_YES, "nobody in the whole forest"}, {KCD_NO, "The global catalogue could not be asked"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct domain d;
    struct kcd_judgement judgement;
    domain_init(&d);
    domain_ask(&d, "cifs/NOWHERE");
    domain_drop_owners(&d);
    d.facts.forest_searched = cases[i].searched;
    kcd_judge(&d.facts, KCD_FLAVOUR_WINDOWS, NULL, "", &judgement);
    assert_int_equal(judgement.findings.v[0].id, KCD_F_TARGET_SPN_MISSING);
    has(judgement.findings.v[0].message, cases[i].words);
    kcd_judgement_done(&judgement);
    domain_done(&d);
  }
}

/* The host's password is not kept there, so its ticket is refused: MS-KILE 3.3.5.7.7. */
static void a_read_only_dc_explains_a_refusal(void **state)
{
  (void)state;
  const int32_t codes[] = {6, 12, 20};
  for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
    struct domain d;
    struct kcd_judgement judgement;
    domain_init(&d);
    struct kcd_observation observation = {.tgt_forwardable = true};
    observation.s4u2self = (struct kcd_answer){.outcome = KCD_ERROR, .code = codes[i]};
    d.dc.read_only = KCD_NO;
    kcd_judge(&d.facts, KCD_FLAVOUR_WINDOWS, &observation, "", &judgement);
    assert_false(kcd_findings_has(&judgement.findings, KCD_F_RODC_TGT));
    kcd_judgement_done(&judgement);
    d.dc.read_only = KCD_YES;
    kcd_judge(&d.facts, KCD_FLAVOUR_WINDOWS, &observation, "", &judgement);
    assert_true(kcd_findings_has(&judgement.findings, KCD_F_RODC_TGT));
    kcd_judgement_done(&judgement);
    domain_done(&d);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(versions_tell_who_is_behind),
      cmocka_unit_test(order_and_version_alone_do_not_count),
      cmocka_unit_test(the_worst_object_counts),
      cmocka_unit_test(a_copy_shows_a_change),
      cmocka_unit_test(nothing_where_all_are_the_same),
      cmocka_unit_test(the_laggard_is_an_error_beside_a_ticket),
      cmocka_unit_test(one_that_is_ahead_comes_before_the_causes),
      cmocka_unit_test(nobody_is_blamed_for_a_write_on_its_way),
      cmocka_unit_test(a_difference_without_effect_is_a_warning),
      cmocka_unit_test(target_and_user_are_compared_too),
      cmocka_unit_test(one_out_of_reach_says_nothing),
      cmocka_unit_test(warns_before_a_write),
      cmocka_unit_test(tells_who_lacks_a_write),
      cmocka_unit_test(names_are_listed_once),
      cmocka_unit_test(different_builds_are_mixed),
      cmocka_unit_test(an_owner_in_another_domain),
      cmocka_unit_test(the_forest_is_spoken_of),
      cmocka_unit_test(a_read_only_dc_explains_a_refusal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
