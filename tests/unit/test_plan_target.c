/* The descriptor of a target with a host added: what stays, what is new, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/plan.h>
#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "facts_fixture.h"

#define FULL KCD_RIGHT_RBCD_FULL

static void plan(struct domain *d, struct kcd_object_plan *ret)
{
  kcd_plan_target(&d->facts, 1, ret);
}

/* The entries of a descriptor; done by the caller. */
static struct kcd_secdesc decoded(const struct kcd_bytes *bytes)
{
  struct kcd_secdesc sd = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(kcd_secdesc_decode(bytes->data, bytes->len, &sd, &err), 0);
  return sd;
}

static void a_first_descriptor_is_what_windows_writes(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  plan(&d, &p);
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_CHANGE);
  assert_ptr_equal(p.host, &d.server);
  assert_int_equal(p.rbcd_before.len, 0);
  assert_null(p.staying);
  struct kcd_secdesc sd = decoded(&p.rbcd_after);
  char owner[KCD_SID_TEXT_MAX];
  assert_string_equal(kcd_sid_text(&sd.owner, owner), "S-1-5-32-544");
  assert_int_equal(sd.n_aces, 1);
  assert_int_equal(sd.aces[0].kind, KCD_ACE_ALLOW);
  assert_int_equal(sd.aces[0].mask, 0xF01FF);
  assert_true(kcd_sid_equal(&sd.aces[0].sid, &d.host.sid));
  kcd_secdesc_done(&sd);
  assert_int_equal(p.n_accepted, 1);
  assert_ptr_equal(p.accepted[0], &d.host);
  assert_int_equal(p.uac_after, p.uac_before);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

/* Whatever they are: denying others, of one right, with a condition, for objects below. */
static void each_old_entry_stays_as_it_was_and_where_it_was(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  const struct ace old[] = {{.type = 1, .mask = FULL, .sid = d.other.sid},
                            {.type = 5, .mask = 0x100, .sid = d.user.sid},
                            {.type = 9, .flags = 0x10, .mask = FULL, .sid = d.other.sid},
                            {.type = 0, .flags = 0x0b, .mask = 0x30, .sid = d.user.sid}};
  domain_aces(&d, old, 4);
  plan(&d, &p);
  assert_true(kcd_bytes_equal(&p.rbcd_before, &d.server.rbcd));
  struct kcd_secdesc before = decoded(&p.rbcd_before), after = decoded(&p.rbcd_after);
  assert_int_equal(after.n_aces, 5);
  for (size_t i = 0; i < 4; i++)
    assert_true(kcd_bytes_equal(&after.aces[i].raw, &before.aces[i].raw));
  assert_true(kcd_sid_equal(&after.aces[4].sid, &d.host.sid));
  assert_true(p.has_special_entries);
  assert_non_null(p.staying);
  kcd_secdesc_done(&before);
  kcd_secdesc_done(&after);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

/* The cmdlet that rewrites the whole list would drop it, so no script with that cmdlet is made. */
static void an_entry_of_unknown_layout_is_kept(void **state)
{
  (void)state;
  static const uint8_t raw[] = {1,  0, 4, 0x80, 0, 0, 0,    0, 0, 0, 0, 0, 0,    0, 0, 0,
                                20, 0, 0, 0,    4, 0, 0x0c, 0, 1, 0, 0, 0, 0xff, 0, 4, 0};
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  d.server.rbcd = kcd_bytes_copy(raw, sizeof raw);
  plan(&d, &p);
  assert_true(p.has_special_entries);
  struct kcd_secdesc after = decoded(&p.rbcd_after);
  assert_int_equal(after.n_aces, 2);
  assert_memory_equal(after.aces[0].raw.data, "\xff\0\4\0", 4);
  kcd_secdesc_done(&after);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void who_is_let_in_needs_nothing(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  domain_grant_rbcd(&d);
  plan(&d, &p);
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_NOTHING);
  kcd_object_plan_done(&p);
  const struct kcd_sid everyone = {.revision = 1, .count = 1, .authority = 1};
  domain_aces(&d, &(struct ace){.mask = 0x100, .sid = everyone}, 1);
  plan(&d, &p);
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_NOTHING);
  kcd_object_plan_done(&p);
  domain_aces(&d, &(struct ace){.mask = 0x30, .sid = d.host.sid}, 1); /* named, with too small rights */
  plan(&d, &p);
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_CHANGE);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void several_hosts_are_one_change(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  struct kcd_facts facts[3] = {d.facts, d.facts, d.facts}; /* two SPNs of the first host, one of the second */
  facts[2].host = &d.other;
  facts[2].host_operand = "OLDFS";
  kcd_plan_target(facts, 3, &p);
  assert_int_equal(p.n_accepted, 2);
  struct kcd_secdesc after = decoded(&p.rbcd_after);
  assert_int_equal(after.n_aces, 2);
  kcd_secdesc_done(&after);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void a_preview_is_what_the_kdc_would_see(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  struct kcd_account after;
  domain_init(&d);
  plan(&d, &p);
  assert_false(kcd_rbcd_grants(&d.server, &d.host));
  kcd_plan_preview(&p, &after);
  assert_true(kcd_rbcd_grants(&after, &d.host));
  kcd_account_done(&after);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

/* ---- refusals ---- */

static void check_refused(struct domain *d, enum kcd_finding_id id, const char *words)
{
  struct kcd_object_plan p;
  plan(d, &p);
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_REFUSED);
  assert_int_equal(p.refusals[0].id, id);
  assert_true(kcd_is_displayable(p.refusals[0].message));
  if (strstr(p.refusals[0].message, words) == NULL)
    fail_msg("%s", p.refusals[0].message);
  kcd_object_plan_done(&p);
  domain_done(d);
}

static struct domain *fresh(struct domain *d)
{
  domain_init(d);
  return d;
}

static void targets_that_are_never_changed(void **state)
{
  (void)state;
  struct domain d;
  domain_ask(fresh(&d), "krbtgt/CONTOSO.COM");
  check_refused(&d, KCD_F_KRBTGT_LISTED, "the KDC itself");
  domain_drop_owners(fresh(&d));
  check_refused(&d, KCD_F_TARGET_SPN_MISSING, "No account holds");
  domain_add_owner(fresh(&d), &d.other, "cifs/2016GUI", true);
  check_refused(&d, KCD_F_DUPLICATE_SPN, "more than one account");
  fresh(&d)->server.sid.sub[3]++;
  check_refused(&d, KCD_F_TARGET_OTHER_DOMAIN, "another domain");
}

static void hosts_that_are_never_let_in(void **state)
{
  (void)state;
  struct domain d;
  fresh(&d)->facts.host = NULL;
  d.facts.host_matches = 0;
  check_refused(&d, KCD_F_HOST_NOT_FOUND, "CORE2016");
  fresh(&d)->facts.host = NULL;
  d.facts.host_matches = 2;
  check_refused(&d, KCD_F_HOST_OBJECT_DUPLICATE, "none of them is picked");
  fresh(&d)->host.kind = KCD_KIND_USER;
  check_refused(&d, KCD_F_WRONG_OBJECT, "neither a computer nor a managed service account");
  fresh(&d)->host.uac = KCD_UAC_SERVER_TRUST;
  check_refused(&d, KCD_F_WRONG_OBJECT, "domain controller");
  fresh(&d)->host.sid = (struct kcd_sid){0};
  check_refused(&d, KCD_F_HOST_ACCOUNT_UNUSABLE, "objectSid");
}

static void a_managed_service_account_may_be_let_in(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  fresh(&d)->host.kind = KCD_KIND_MANAGED_SERVICE;
  plan(&d, &p);
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_CHANGE);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void descriptors_that_cannot_be_kept(void **state)
{
  (void)state;
  struct domain d;
  domain_grant_rbcd(fresh(&d));
  d.server.rbcd.len--;
  check_refused(&d, KCD_F_RBCD_ACE_DEAD, "cannot be decoded");
  domain_grant_rbcd(fresh(&d));
  d.server.rbcd.data[2] &= (uint8_t)~0x04; /* no DACL */
  check_refused(&d, KCD_F_RBCD_ACE_DEAD, "no list of entries");
}

static void an_entry_behind_one_that_denies_is_not_added(void **state)
{
  (void)state;
  struct domain d;
  fresh(&d);
  domain_aces(&d, &(struct ace){.type = 1, .mask = 0x100, .sid = d.host.sid}, 1);
  check_refused(&d, KCD_F_RBCD_ACE_DEAD, "denies CORE2016$");
}

static void a_full_descriptor_is_refused(void **state)
{
  (void)state;
  struct domain d;
  fresh(&d);
  const size_t n = 65535 / 36; /* as many as a DACL holds */
  struct ace *aces = kcd_calloc(n, sizeof *aces);
  for (size_t i = 0; i < n; i++)
    aces[i] = (struct ace){.mask = FULL, .sid = d.other.sid};
  domain_aces(&d, aces, n);
  free(aces);
  check_refused(&d, KCD_F_LIST_TOO_LONG, "is full");
}

static void a_domain_controller_is_asked_for_by_name(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  fresh(&d)->server.uac = KCD_UAC_SERVER_TRUST;
  plan(&d, &p);
  assert_int_equal(p.n_dc_targets, 1);
  assert_string_equal(p.dc_targets[0], "2016GUI");
  kcd_object_plan_done(&p);
  domain_grant_rbcd(&d); /* what is there already is not asked about */
  plan(&d, &p);
  assert_int_equal(p.n_dc_targets, 0);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

/* The host's own part, where both are asked for: the bit, and no entry of the list. */
static void the_host_lists_nothing_beside_it(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  const struct kcd_plan_options options = {.mode = KCD_MODE_PROTOCOL_TRANSITION, .resource_based = true};
  fresh(&d)->host.uac = KCD_UAC_WORKSTATION;
  NO_LIST(&d);
  kcd_plan_object(&d.facts, 1, &options, &p);
  assert_int_equal(p.add.n, 0);
  assert_int_equal(p.uac_after, KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void a_certification_authority_is_warned_of(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  plan(&d, &p);
  assert_int_equal(p.n_warnings, 0);
  kcd_object_plan_done(&p);
  d.server.is_ca = true;
  plan(&d, &p);
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_CHANGE);
  assert_int_equal(p.n_warnings, 1);
  assert_non_null(strstr(p.warnings[0], "certification authority"));
  kcd_object_plan_done(&p);
  domain_done(&d);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_first_descriptor_is_what_windows_writes),
      cmocka_unit_test(each_old_entry_stays_as_it_was_and_where_it_was),
      cmocka_unit_test(an_entry_of_unknown_layout_is_kept),
      cmocka_unit_test(who_is_let_in_needs_nothing),
      cmocka_unit_test(several_hosts_are_one_change),
      cmocka_unit_test(a_preview_is_what_the_kdc_would_see),
      cmocka_unit_test(targets_that_are_never_changed),
      cmocka_unit_test(hosts_that_are_never_let_in),
      cmocka_unit_test(a_managed_service_account_may_be_let_in),
      cmocka_unit_test(descriptors_that_cannot_be_kept),
      cmocka_unit_test(an_entry_behind_one_that_denies_is_not_added),
      cmocka_unit_test(a_full_descriptor_is_refused),
      cmocka_unit_test(a_domain_controller_is_asked_for_by_name),
      cmocka_unit_test(a_certification_authority_is_warned_of),
      cmocka_unit_test(the_host_lists_nothing_beside_it),
  };
  return cmocka_run_group_tests_name("plan of a target", tests, NULL, NULL);
}
