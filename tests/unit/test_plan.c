#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/plan.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "facts_fixture.h"

#define BIT KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION

static void plan(struct domain *d, enum kcd_mode mode, bool exact, struct kcd_object_plan *ret)
{
  const struct kcd_plan_options options = {.mode = mode, .exact = exact};
  kcd_plan_object(&d->facts, 1, &options, ret);
}

/* "cifs/a cifs/b" of the values to add; owned. */
static char *added(const struct kcd_object_plan *plan)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < plan->add.n; i++)
    kcd_buf_addf(&out, "%s%s", i == 0 ? "" : " ", (const char *)plan->add.v[i].data);
  return kcd_buf_take_text(&out);
}

static void check(struct domain *d, enum kcd_mode mode, bool exact, const char *add, uint32_t uac)
{
  struct kcd_object_plan p;
  plan(d, mode, exact, &p);
  KCD_AUTO_CHAR found = added(&p);
  assert_string_equal(found, add);
  assert_int_equal(p.uac_before, d->host.uac);
  assert_int_equal(p.uac_after, uac);
  assert_int_equal(p.n_refusals, 0);
  const bool change = add[0] != '\0' || uac != d->host.uac;
  assert_int_equal(kcd_object_plan_state(&p), change ? KCD_PLAN_CHANGE : KCD_PLAN_NOTHING);
  kcd_object_plan_done(&p);
}

static void modes_have_names(void **state)
{
  (void)state;
  enum kcd_mode mode = KCD_MODE_LIST_ONLY;
  assert_int_equal(kcd_mode_parse("kerberos-only", &mode), 0);
  assert_int_equal(mode, KCD_MODE_KERBEROS_ONLY);
  assert_int_equal(kcd_mode_parse("--kerberos-only", &mode), -1);
  assert_string_equal(kcd_mode_name(KCD_MODE_PROTOCOL_TRANSITION), "protocol-transition");
  assert_string_equal(kcd_mode_option(KCD_MODE_PROTOCOL_TRANSITION), "--protocol-transition");
  assert_string_equal(kcd_mode_option(KCD_MODE_LIST_ONLY), "");
}

static void nothing_to_do_when_all_is_there(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  check(&d, KCD_MODE_PROTOCOL_TRANSITION, false, "", d.host.uac);
  check(&d, KCD_MODE_LIST_ONLY, false, "", d.host.uac);
  domain_ask(&d, "CIFS/2016gui");
  check(&d, KCD_MODE_PROTOCOL_TRANSITION, false, "", d.host.uac);
  domain_done(&d);
}

static void only_the_bit(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  d.host.uac = KCD_UAC_WORKSTATION | KCD_UAC_DONT_EXPIRE_PASSWD | 0x80000000u;
  check(&d, KCD_MODE_PROTOCOL_TRANSITION, false, "", d.host.uac | BIT);
  check(&d, KCD_MODE_LIST_ONLY, false, "", d.host.uac);
  check(&d, KCD_MODE_KERBEROS_ONLY, false, "", d.host.uac);
  d.host.uac |= BIT;
  check(&d, KCD_MODE_KERBEROS_ONLY, false, "", d.host.uac & ~BIT);
  domain_done(&d);
}

static void both_forms_unless_exact(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  NO_LIST(&d);
  d.host.uac = KCD_UAC_WORKSTATION;
  check(&d, KCD_MODE_PROTOCOL_TRANSITION, false, "cifs/2016GUI cifs/2016GUI.contoso.com", KCD_UAC_WORKSTATION | BIT);
  check(&d, KCD_MODE_PROTOCOL_TRANSITION, true, "cifs/2016GUI", KCD_UAC_WORKSTATION | BIT);
  LIST(&d, "CIFS/2016gui.CONTOSO.com");
  check(&d, KCD_MODE_LIST_ONLY, false, "cifs/2016GUI", KCD_UAC_WORKSTATION);
  LIST(&d, "CIFS/2016GUI");
  check(&d, KCD_MODE_LIST_ONLY, false, "cifs/2016GUI.contoso.com", KCD_UAC_WORKSTATION);
  domain_done(&d);
}

static void a_name_with_blanks_is_written_plainly(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  d.dc.flavour = KCD_FLAVOUR_SAMBA_417;
  domain_ask(&d, MIGRATION "/2016GUI");
  d.target.escaped_form_owned = true;
  check(&d, KCD_MODE_LIST_ONLY, true, MIGRATION "/2016GUI", d.host.uac);
  domain_done(&d);
}

static void check_left_out(struct domain *d, const char *words)
{
  struct kcd_object_plan p;
  plan(d, KCD_MODE_LIST_ONLY, false, &p);
  KCD_AUTO_CHAR found = added(&p);
  assert_string_equal(found, "cifs/2016GUI");
  assert_int_equal(p.n_left_out, 1);
  assert_non_null(strstr(p.left_out[0], "cifs/2016GUI.contoso.com"));
  assert_non_null(strstr(p.left_out[0], words));
  kcd_object_plan_done(&p);
}

static void the_sibling_of_another_account_stays_out(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  NO_LIST(&d);
  d.target.sibling_owners[0].account = &d.other;
  check_left_out(&d, "OLDFS$");
  free(d.target.sibling_owners[0].value);
  d.target.n_sibling_owners = 0;
  check_left_out(&d, "no account holds it");
  domain_done(&d);
}

static void check_refused(struct domain *d, enum kcd_finding_id id, const char *spn)
{
  struct kcd_object_plan p;
  plan(d, KCD_MODE_PROTOCOL_TRANSITION, false, &p);
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_REFUSED);
  assert_int_equal(p.n_refusals, 1);
  assert_int_equal(p.refusals[0].id, id);
  if (spn == NULL)
    assert_null(p.refusals[0].spn);
  else
    assert_string_equal(p.refusals[0].spn, spn);
  assert_true(strlen(p.refusals[0].message) > 10 && kcd_is_displayable(p.refusals[0].message));
  assert_int_equal(p.add.n, 0);
  assert_int_equal(p.uac_after, p.uac_before);
  kcd_object_plan_done(&p);
  domain_done(d);
}

static struct domain *unprepared(struct domain *d)
{
  domain_init(d);
  NO_LIST(d);
  d->host.uac = KCD_UAC_WORKSTATION;
  return d;
}

static void hosts_that_are_never_touched(void **state)
{
  (void)state;
  struct domain d;
  unprepared(&d)->facts.host = NULL;
  d.facts.host_matches = 0;
  check_refused(&d, KCD_F_HOST_NOT_FOUND, NULL);
  unprepared(&d)->facts.host = NULL;
  d.facts.host_matches = 2;
  check_refused(&d, KCD_F_HOST_OBJECT_DUPLICATE, NULL);
  unprepared(&d)->host.kind = KCD_KIND_USER;
  check_refused(&d, KCD_F_WRONG_OBJECT, NULL);
  unprepared(&d)->host.kind = KCD_KIND_MANAGED_SERVICE;
  check_refused(&d, KCD_F_WRONG_OBJECT, NULL);
  unprepared(&d)->host.uac = KCD_UAC_SERVER_TRUST;
  check_refused(&d, KCD_F_WRONG_OBJECT, NULL);
  unprepared(&d)->host.uac = KCD_UAC_WORKSTATION | KCD_UAC_PARTIAL_SECRETS;
  check_refused(&d, KCD_F_WRONG_OBJECT, NULL);
  unprepared(&d)->host.has_uac = false;
  check_refused(&d, KCD_F_HOST_ACCOUNT_UNUSABLE, NULL);
}

static void targets_that_are_never_listed(void **state)
{
  (void)state;
  struct domain d;
  domain_ask(unprepared(&d), "krbtgt/CONTOSO.COM");
  check_refused(&d, KCD_F_KRBTGT_LISTED, "krbtgt/CONTOSO.COM");
  domain_ask(unprepared(&d), "KADMIN/changepw");
  check_refused(&d, KCD_F_KRBTGT_LISTED, "KADMIN/changepw");
  domain_drop_owners(unprepared(&d));
  check_refused(&d, KCD_F_TARGET_SPN_MISSING, "cifs/2016GUI");
  domain_add_owner(unprepared(&d), &d.other, "cifs/2016GUI", true);
  check_refused(&d, KCD_F_DUPLICATE_SPN, "cifs/2016GUI");
  unprepared(&d)->server.sid.sub[3]++;
  check_refused(&d, KCD_F_TARGET_OTHER_DOMAIN, "cifs/2016GUI");
}

static void one_refused_spn_refuses_the_host(void **state)
{
  (void)state;
  struct domain good, bad;
  unprepared(&good);
  domain_drop_owners(unprepared(&bad));
  struct kcd_facts facts[2] = {good.facts, bad.facts};
  facts[1].host = facts[0].host;
  struct kcd_object_plan p;
  kcd_plan_object(facts, 2, &(struct kcd_plan_options){.mode = KCD_MODE_PROTOCOL_TRANSITION}, &p);
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_REFUSED);
  assert_int_equal(p.add.n, 0);
  kcd_object_plan_done(&p);
  domain_done(&good);
  domain_done(&bad);
}

static void several_spns_make_one_plan(void **state)
{
  (void)state;
  struct domain one, two;
  unprepared(&one);
  domain_ask(unprepared(&two), MIGRATION "/2016GUI");
  struct kcd_facts facts[3] = {one.facts, two.facts, one.facts};
  facts[1].host = facts[0].host;
  struct kcd_object_plan p;
  kcd_plan_object(facts, 3, &(struct kcd_plan_options){.mode = KCD_MODE_LIST_ONLY}, &p);
  KCD_AUTO_CHAR found = added(&p);
  assert_string_equal(found,
                      "cifs/2016GUI cifs/2016GUI.contoso.com " MIGRATION "/2016GUI " MIGRATION "/2016GUI.contoso.com");
  kcd_object_plan_done(&p);
  domain_done(&one);
  domain_done(&two);
}

static void what_apply_cannot_cure_is_no_refusal(void **state)
{
  (void)state;
  struct domain d;
  unprepared(&d)->user.uac |= KCD_UAC_NOT_DELEGATED;
  d.server.uac |= KCD_UAC_DISABLED;
  check(&d, KCD_MODE_PROTOCOL_TRANSITION, true, "cifs/2016GUI", KCD_UAC_WORKSTATION | BIT);
  domain_done(&d);
}

static void a_dc_as_target_has_to_be_named(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  unprepared(&d)->server.uac = KCD_UAC_SERVER_TRUST;
  plan(&d, KCD_MODE_LIST_ONLY, false, &p);
  assert_int_equal(p.n_dc_targets, 1);
  assert_string_equal(p.dc_targets[0], "2016GUI");
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_CHANGE);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void every_dc_has_to_be_named_once(void **state)
{
  (void)state;
  struct domain one, two;
  unprepared(&one)->server.uac = KCD_UAC_SERVER_TRUST;
  domain_drop_owners(unprepared(&two));
  domain_ask(&two, "cifs/DC2");
  set_string(&two.server.sam_account_name, "DC2$");
  two.server.uac = KCD_UAC_WORKSTATION | KCD_UAC_PARTIAL_SECRETS;
  struct kcd_facts facts[4] = {one.facts, two.facts, one.facts, two.facts};
  facts[1].host = facts[3].host = facts[0].host;
  struct kcd_object_plan p;
  kcd_plan_object(facts, 4, &(struct kcd_plan_options){.mode = KCD_MODE_LIST_ONLY}, &p);
  assert_int_equal(p.n_dc_targets, 2);
  assert_string_equal(p.dc_targets[0], "2016GUI");
  assert_string_equal(p.dc_targets[1], "DC2");
  kcd_object_plan_done(&p);
  domain_done(&one);
  domain_done(&two);
}

/* What only takes a right away: neither refused for a target, nor asked about. */
static void check_restricted(struct domain *d)
{
  struct kcd_object_plan p;
  plan(d, KCD_MODE_KERBEROS_ONLY, false, &p);
  assert_int_equal(p.n_refusals, 0);
  assert_int_equal(p.n_dc_targets, 0);
  assert_int_equal(p.add.n, 0);
  assert_int_equal(p.uac_after, d->host.uac & ~BIT);
  kcd_object_plan_done(&p);
  domain_done(d);
}

static void a_restriction_is_not_refused_for_a_target(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  LIST(&d, "cifs/2016GUI");
  check_restricted(&d); /* nor does it add the other form */
  domain_init(&d);
  domain_drop_owners(&d);
  check_restricted(&d);
  domain_init(&d);
  domain_add_owner(&d, &d.other, "cifs/2016GUI", true);
  check_restricted(&d);
  domain_init(&d);
  d.server.uac = KCD_UAC_SERVER_TRUST;
  check_restricted(&d);
  domain_init(&d);
  domain_ask(&d, "krbtgt/CONTOSO.COM");
  LIST(&d, "krbtgt/CONTOSO.COM");
  check_restricted(&d);
}

static void what_a_restriction_adds_is_refused_all_the_same(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  NO_LIST(&d);
  domain_drop_owners(&d);
  plan(&d, KCD_MODE_KERBEROS_ONLY, false, &p);
  assert_int_equal(p.n_refusals, 1);
  assert_int_equal(p.refusals[0].id, KCD_F_TARGET_SPN_MISSING);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void setting_the_bit_examines_what_is_listed(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  d.host.uac = KCD_UAC_WORKSTATION;
  domain_drop_owners(&d);
  check_refused(&d, KCD_F_TARGET_SPN_MISSING, "cifs/2016GUI");
}

static void the_other_form_alone_is_examined_too(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_init(&d);
  LIST(&d, "cifs/2016GUI");
  domain_add_owner(&d, &d.other, "cifs/2016GUI", false);
  plan(&d, KCD_MODE_LIST_ONLY, false, &p);
  assert_int_equal(p.n_refusals, 1);
  assert_int_equal(p.refusals[0].id, KCD_F_DUPLICATE_SPN);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void spns_of_the_kdc_account_are_never_listed(void **state)
{
  (void)state;
  struct domain d;
  domain_ask(unprepared(&d), "foo/bar");
  domain_drop_owners(&d);
  domain_add_owner(&d, &d.krbtgt, "foo/bar", true);
  check_refused(&d, KCD_F_KRBTGT_LISTED, "foo/bar");
  domain_ask(unprepared(&d), "foo/bar");
  domain_add_owner(&d, &d.krbtgt, "foo/bar", true); /* one of two */
  check_refused(&d, KCD_F_KRBTGT_LISTED, "foo/bar");
  set_string(&unprepared(&d)->server.sam_account_name, "krbtgt_4711");
  check_refused(&d, KCD_F_KRBTGT_LISTED, "cifs/2016GUI");
}

static void the_bit_is_not_set_beside_a_listed_kdc_service(void **state)
{
  (void)state;
  static const char *const entries[] = {"krbtgt/CONTOSO.COM", "KRBTGT/x",    "kadmin/changepw", "krbtgt",
                                        "krbtgt@CONTOSO.COM", "krbtgt_4711", "foo/BAR"};
  for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
    struct domain d;
    LIST(unprepared(&d), "cifs/FS1", entries[i]);
    kcd_values_add_text(&d.krbtgt.spns, "foo/bar");
    check_refused(&d, KCD_F_KRBTGT_LISTED, entries[i]);
  }
  struct domain d;
  LIST(unprepared(&d), "krbtgt/CONTOSO.COM");
  check(&d, KCD_MODE_LIST_ONLY, true, "cifs/2016GUI", KCD_UAC_WORKSTATION); /* adds nothing to what there is */
  d.host.uac |= BIT;
  check(&d, KCD_MODE_PROTOCOL_TRANSITION, true, "cifs/2016GUI", d.host.uac);
  domain_done(&d);
}

static void another_case_is_the_same_value_beyond_ascii_too(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  domain_ask(unprepared(&d), "cifs/B\xc3\x9cRO");
  LIST(&d, "cifs/b\xc3\xbcro");
  plan(&d, KCD_MODE_LIST_ONLY, false, &p);
  KCD_AUTO_CHAR found = added(&p);
  assert_string_equal(found, "cifs/B\xc3\x9cRO.contoso.com");
  assert_int_equal(p.n_left_out, 1);
  assert_non_null(strstr(p.left_out[0], "the directory takes it for cifs/b\xc3\xbcro, which is listed"));
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static bool warns_of(const struct kcd_object_plan *p, const char *words)
{
  for (size_t i = 0; i < p->n_warnings; i++)
    if (strstr(p->warnings[i], words) != NULL)
      return kcd_is_displayable(p->warnings[i]);
  return false;
}

static bool planning_warns_of(struct domain *d, enum kcd_mode mode, const char *words)
{
  struct kcd_object_plan p;
  plan(d, mode, false, &p);
  bool found = warns_of(&p, words);
  kcd_object_plan_done(&p);
  return found;
}

static void the_first_entry_may_break_what_works(void **state)
{
  (void)state;
  struct domain d;
  domain_grant_rbcd(unprepared(&d));
  const char *words = "breaks the resource-based delegation to 2016GUI";
  assert_true(planning_warns_of(&d, KCD_MODE_LIST_ONLY, words));
  assert_true(planning_warns_of(&d, KCD_MODE_KERBEROS_ONLY, words));
  assert_false(planning_warns_of(&d, KCD_MODE_PROTOCOL_TRANSITION, words));
  d.dc.flavour = KCD_FLAVOUR_SAMBA_417; /* nothing works there that could break */
  assert_false(planning_warns_of(&d, KCD_MODE_LIST_ONLY, words));
  domain_done(&d);
}

static struct domain *accepted_by_the_target(struct domain *d)
{
  domain_grant_rbcd(unprepared(d));
  return d;
}

static void what_breaks_depends_on_the_kdc(void **state)
{
  (void)state;
  const char *words = "breaks the resource-based delegation to 2016GUI";
  const struct {
    enum kcd_flavour flavour;
    bool transition; /* before the plan */
    enum kcd_mode mode;
    bool warned;
  } cases[] = {
      {KCD_FLAVOUR_WINDOWS, false, KCD_MODE_LIST_ONLY, true},
      {KCD_FLAVOUR_WINDOWS, true, KCD_MODE_LIST_ONLY, false},
      {KCD_FLAVOUR_WINDOWS, true, KCD_MODE_KERBEROS_ONLY, true},
      {KCD_FLAVOUR_UNKNOWN, false, KCD_MODE_LIST_ONLY, true},
      {KCD_FLAVOUR_WINDOWS_OLD, false, KCD_MODE_LIST_ONLY, false}, /* takes evidence that is not forwardable */
      {KCD_FLAVOUR_WINDOWS_2008, false, KCD_MODE_LIST_ONLY, false},
      {KCD_FLAVOUR_SAMBA_417, true, KCD_MODE_KERBEROS_ONLY, false},
      {KCD_FLAVOUR_SAMBA_419, false, KCD_MODE_LIST_ONLY, false}, /* never worked there without the bit */
      {KCD_FLAVOUR_SAMBA_419, true, KCD_MODE_LIST_ONLY, false},
      {KCD_FLAVOUR_SAMBA_419, true, KCD_MODE_KERBEROS_ONLY, true},
      {KCD_FLAVOUR_SAMBA_MIT, false, KCD_MODE_LIST_ONLY, true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct domain d;
    accepted_by_the_target(&d)->dc.flavour = cases[i].flavour;
    if (cases[i].transition)
      d.host.uac |= BIT;
    if (planning_warns_of(&d, cases[i].mode, words) != cases[i].warned)
      fail_msg("case %zu", i);
    domain_done(&d);
  }
}

/* Targets that the command does not name, found by what their descriptors say. */
static void other_targets_break_too(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_account *acceptors[] = {&d.server, &d.other};
  accepted_by_the_target(&d);
  d.facts.acceptors = acceptors;
  d.facts.n_acceptors = 2;
  assert_false(planning_warns_of(&d, KCD_MODE_LIST_ONLY, "OLDFS")); /* which accepts nobody */
  d.other.rbcd = kcd_bytes_copy(d.server.rbcd.data, d.server.rbcd.len);
  assert_true(planning_warns_of(&d, KCD_MODE_LIST_ONLY, "delegation to 2016GUI and OLDFS that works now"));
  kcd_bytes_done(&d.server.rbcd);
  assert_true(planning_warns_of(&d, KCD_MODE_LIST_ONLY, "delegation to OLDFS that works now"));
  assert_false(planning_warns_of(&d, KCD_MODE_PROTOCOL_TRANSITION, "OLDFS"));
  domain_drop_owners(&d); /* nothing about the target that was asked for counts for the other one */
  struct kcd_object_plan p;
  plan(&d, KCD_MODE_LIST_ONLY, false, &p);
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_REFUSED);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

/* Who is listed already lives by the list. */
static void a_listed_service_does_not_break(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  domain_grant_rbcd(&d);
  assert_false(planning_warns_of(&d, KCD_MODE_KERBEROS_ONLY, "breaks the resource-based delegation to 2016GUI"));
  domain_done(&d);
}

static void the_list_alone_will_not_do(void **state)
{
  (void)state;
  struct domain d;
  unprepared(&d);
  assert_true(planning_warns_of(&d, KCD_MODE_LIST_ONLY, "--protocol-transition"));
  assert_false(planning_warns_of(&d, KCD_MODE_PROTOCOL_TRANSITION, "--protocol-transition"));
  domain_done(&d);
}

static void kerberos_only_stops_the_others(void **state)
{
  (void)state;
  struct domain d;
  domain_init(&d);
  LIST(&d, "cifs/2016gui", "cifs/2016GUI.contoso.com", "cifs/FS1", "http/\x1b[2J");
  struct kcd_object_plan p;
  plan(&d, KCD_MODE_KERBEROS_ONLY, false, &p);
  assert_int_equal(p.n_warnings, 1);
  assert_non_null(strstr(p.warnings[0], "cifs/FS1 and http/\\x1b[2J."));
  assert_null(strstr(p.warnings[0], "2016gui"));
  kcd_object_plan_done(&p);
  d.host.uac = KCD_UAC_WORKSTATION; /* nothing stops that did not work */
  assert_false(planning_warns_of(&d, KCD_MODE_KERBEROS_ONLY, "cifs/FS1"));
  domain_done(&d);
}

static void other_warnings(void **state)
{
  (void)state;
  struct domain d;
  unprepared(&d)->host.uac |= KCD_UAC_TRUSTED_FOR_DELEGATION;
  for (int i = 0; i < 1000; i++) {
    KCD_AUTO_CHAR entry = kcd_asprintf("cifs/S%d", i);
    kcd_values_add_text(&d.host.delegate_to, entry);
  }
  assert_true(planning_warns_of(&d, KCD_MODE_LIST_ONLY, "unconstrained"));
  assert_true(planning_warns_of(&d, KCD_MODE_LIST_ONLY, "1002 values"));
  domain_done(&d);
}

/* Its nodes delegate; what takes a right away from it is done all the same. */
static void the_name_of_a_cluster(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  const struct kcd_plan_options list_only = {.mode = KCD_MODE_LIST_ONLY};
  const struct kcd_plan_options kerberos_only = {.mode = KCD_MODE_KERBEROS_ONLY};
  unprepared(&d)->host.is_cluster_name = true;
  kcd_plan_object(&d.facts, 1, &list_only, &p);
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_REFUSED);
  assert_int_equal(p.refusals[0].id, KCD_F_WRONG_OBJECT);
  assert_non_null(strstr(p.refusals[0].message, "--cluster CORE2016=NODE,..."));
  kcd_object_plan_done(&p);
  d.host.is_cluster_name = false;
  struct kcd_cluster_facts named = {.name = (char *)"CORE2016", .account = &d.host};
  d.facts.clusters = &named;
  d.facts.n_clusters = 1;
  kcd_plan_object(&d.facts, 1, &list_only, &p);
  assert_int_equal(kcd_object_plan_state(&p), KCD_PLAN_REFUSED);
  kcd_object_plan_done(&p);
  kcd_plan_object(&d.facts, 1, &kerberos_only, &p);
  assert_int_not_equal(kcd_object_plan_state(&p), KCD_PLAN_REFUSED);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void a_preview_is_a_copy_that_works(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_object_plan p;
  struct kcd_account after;
  struct kcd_judgement judgement;
  unprepared(&d);
  d.host.token = kcd_calloc(1, sizeof *d.host.token);
  d.host.token[d.host.n_token++] = d.server.sid;
  plan(&d, KCD_MODE_PROTOCOL_TRANSITION, false, &p);
  kcd_plan_preview(&p, &after);
  assert_true(kcd_sid_equal(&after.token[0], &d.server.sid));
  assert_ptr_not_equal(after.token, d.host.token);
  assert_int_equal(after.delegate_to.n, 2);
  assert_int_equal(after.uac, KCD_UAC_WORKSTATION | BIT);
  assert_int_equal(d.host.delegate_to.n, 0);
  d.facts.host = &after;
  kcd_judge(&d.facts, KCD_FLAVOUR_WINDOWS, NULL, "", &judgement);
  assert_int_equal(judgement.verdict, KCD_WORKS);
  assert_int_equal(judgement.findings.n, 0);
  kcd_judgement_done(&judgement);
  kcd_account_done(&after);
  kcd_object_plan_done(&p);
  domain_done(&d);
}

static void a_preview_without_a_host_is_empty(void **state)
{
  (void)state;
  struct kcd_object_plan p = {0};
  struct kcd_account after;
  kcd_plan_preview(&p, &after);
  assert_null(after.dn);
  kcd_account_done(&after);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(modes_have_names),
      cmocka_unit_test(nothing_to_do_when_all_is_there),
      cmocka_unit_test(only_the_bit),
      cmocka_unit_test(both_forms_unless_exact),
      cmocka_unit_test(a_name_with_blanks_is_written_plainly),
      cmocka_unit_test(the_sibling_of_another_account_stays_out),
      cmocka_unit_test(hosts_that_are_never_touched),
      cmocka_unit_test(targets_that_are_never_listed),
      cmocka_unit_test(one_refused_spn_refuses_the_host),
      cmocka_unit_test(several_spns_make_one_plan),
      cmocka_unit_test(what_apply_cannot_cure_is_no_refusal),
      cmocka_unit_test(a_dc_as_target_has_to_be_named),
      cmocka_unit_test(every_dc_has_to_be_named_once),
      cmocka_unit_test(a_restriction_is_not_refused_for_a_target),
      cmocka_unit_test(what_a_restriction_adds_is_refused_all_the_same),
      cmocka_unit_test(setting_the_bit_examines_what_is_listed),
      cmocka_unit_test(the_other_form_alone_is_examined_too),
      cmocka_unit_test(spns_of_the_kdc_account_are_never_listed),
      cmocka_unit_test(the_bit_is_not_set_beside_a_listed_kdc_service),
      cmocka_unit_test(another_case_is_the_same_value_beyond_ascii_too),
      cmocka_unit_test(the_first_entry_may_break_what_works),
      cmocka_unit_test(what_breaks_depends_on_the_kdc),
      cmocka_unit_test(other_targets_break_too),
      cmocka_unit_test(a_listed_service_does_not_break),
      cmocka_unit_test(the_list_alone_will_not_do),
      cmocka_unit_test(kerberos_only_stops_the_others),
      cmocka_unit_test(other_warnings),
      cmocka_unit_test(the_name_of_a_cluster),
      cmocka_unit_test(a_preview_is_a_copy_that_works),
      cmocka_unit_test(a_preview_without_a_host_is_empty),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
