/* Each finding from literals: which, how severe, in what order, on Windows and on Samba. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/findings.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "facts_fixture.h"

#define WIN KCD_FLAVOUR_WINDOWS
#define S417 KCD_FLAVOUR_SAMBA_417
#define S419 KCD_FLAVOUR_SAMBA_419

/* "error list-empty, error protocol-transition-off"; owned. */
static char *summary(const struct kcd_findings *findings)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < findings->n; i++)
    kcd_buf_addf(&out, "%s%s %s", i == 0 ? "" : ", ", kcd_severity_name(findings->v[i].severity),
                 kcd_finding_info(findings->v[i].id)->id);
  return kcd_buf_take_text(&out);
}

static void check_shape(const struct kcd_finding *finding)
{
  assert_non_null(finding->subject);
  assert_non_null(finding->message);
  assert_true(strlen(finding->message) > 10);
  assert_true(kcd_is_displayable(finding->message));
  assert_true(finding->remedy == NULL || (strlen(finding->remedy) > 0 && kcd_is_displayable(finding->remedy)));
  assert_true(finding->command == NULL || kcd_starts_nocase(finding->command, "kcdfix apply "));
  assert_true(finding->command == NULL || kcd_is_displayable(finding->command));
  for (size_t i = 0; i < finding->n_evidence; i++)
    assert_non_null(finding->evidence[i].key);
}

/* ---- one fault at a time ---- */

static void healthy(struct domain *d)
{
  (void)d;
}
static void other_case(struct domain *d)
{
  domain_ask(d, "CIFS/2016gui");
}
static void bit_clear(struct domain *d)
{
  d->host.uac = KCD_UAC_WORKSTATION;
}
static void nothing_set(struct domain *d)
{
  bit_clear(d);
  NO_LIST(d);
}
static void empty_with_bit(struct domain *d)
{
  NO_LIST(d);
}
static void others_listed(struct domain *d)
{
  LIST(d, "cifs/ELSEWHERE");
}
static void others_listed_bit_clear(struct domain *d)
{
  others_listed(d);
  bit_clear(d);
}
static void only_short(struct domain *d)
{
  LIST(d, "cifs/2016GUI");
}
static void only_short_fqdn_asked(struct domain *d)
{
  only_short(d);
  domain_ask(d, "cifs/2016GUI.contoso.com");
}
static void only_short_sibling_of_another(struct domain *d)
{
  only_short(d);
  d->target.sibling_owners[0].account = &d->other;
}
static void host_class(struct domain *d)
{
  LIST(d, "HOST/2016GUI");
}
static void other_class(struct domain *d)
{
  LIST(d, MIGRATION "/2016GUI");
}
static void with_realm(struct domain *d)
{
  LIST(d, "cifs/2016GUI@CONTOSO.COM");
}
static void with_blank_behind(struct domain *d)
{
  LIST(d, "cifs/2016GUI ");
}
static void without_class(struct domain *d)
{
  LIST(d, "/2016GUI");
}
static void with_backslash(struct domain *d)
{
  LIST(d, "cifs\\2016GUI");
}
static void as_a_path(struct domain *d)
{
  LIST(d, "\\\\2016GUI\\share");
}
static void with_slash_behind(struct domain *d)
{
  LIST(d, "cifs/2016GUI/");
}
static void as_a_bare_word(struct domain *d)
{
  LIST(d, "2016gui");
}
static void as_a_bare_word_fqdn_asked(struct domain *d)
{
  as_a_bare_word(d);
  domain_ask(d, "cifs/2016GUI.contoso.com");
}
static void with_port(struct domain *d)
{
  LIST(d, "http/2016GUI", "cifs/2016GUI:445");
}
static void with_service_name(struct domain *d)
{
  LIST(d, "cifs/2016GUI/contoso.com");
}
static void host_dc(struct domain *d)
{
  nothing_set(d);
  d->host.uac = KCD_UAC_SERVER_TRUST;
}
static void host_dc_only_short(struct domain *d)
{
  only_short(d);
  d->host.uac = KCD_UAC_SERVER_TRUST | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
}
static void host_user(struct domain *d)
{
  nothing_set(d);
  d->host.kind = KCD_KIND_USER;
}
static void host_managed(struct domain *d)
{
  nothing_set(d);
  d->host.kind = KCD_KIND_MANAGED_SERVICE;
}
static void broken_entry_beside(struct domain *d)
{
  LIST(d, "cifs/2016GUI", "cifs/2016GUI.contoso.com", "http/x@CONTOSO.COM");
}
static void twice_in_the_list(struct domain *d)
{
  LIST(d, "cifs/2016GUI", "cifs/2016GUI.contoso.com", "CIFS/2016gui");
}
static void krbtgt_in_the_list(struct domain *d)
{
  LIST(d, "cifs/2016GUI", "cifs/2016GUI.contoso.com", "krbtgt/CONTOSO.COM");
}
static void spn_nowhere(struct domain *d)
{
  domain_drop_owners(d);
}
static void migration_nowhere(struct domain *d)
{
  LIST(d, MIGRATION "/HV2", MIGRATION "/HV2.contoso.com");
  domain_ask(d, MIGRATION "/HV2");
  domain_drop_owners(d);
}
static void migration_right(struct domain *d)
{
  LIST(d, MIGRATION "/2016GUI", MIGRATION "/2016GUI.contoso.com");
  domain_ask(d, MIGRATION "/2016GUI");
}
static void migration_escaped_but_not_listed(struct domain *d)
{
  migration_right(d);
  d->target.escaped_form_owned = true;
}
static void two_direct(struct domain *d)
{
  domain_drop_owners(d);
  domain_add_owner(d, &d->server, "cifs/2016GUI", true);
  domain_add_owner(d, &d->other, "cifs/2016GUI", true);
}
static void direct_beside_mapped(struct domain *d)
{
  domain_drop_owners(d);
  domain_add_owner(d, &d->other, "cifs/2016GUI", true);
  domain_add_owner(d, &d->server, "HOST/2016GUI", false);
}
static void borne_by_another(struct domain *d)
{
  d->target.named = &d->other;
}
static void target_off(struct domain *d)
{
  d->server.uac |= KCD_UAC_DISABLED;
}
static void target_locked(struct domain *d)
{
  d->server.uac_computed |= KCD_UAC_LOCKED;
}
static void target_keyless(struct domain *d)
{
  d->server.pwd_last_set = 0;
  d->server.has_keys = KCD_NO;
}
static void target_dc(struct domain *d)
{
  d->server.uac = KCD_UAC_SERVER_TRUST | KCD_UAC_TRUSTED_FOR_DELEGATION;
}
static void target_dc_not_listed(struct domain *d)
{
  target_dc(d);
  NO_LIST(d);
}
static void target_elsewhere(struct domain *d)
{
  d->server.sid.sub[3]++;
}
static void rbcd_alone(struct domain *d)
{
  nothing_set(d);
  domain_grant_rbcd(d);
}
static void rbcd_with_bit(struct domain *d)
{
  empty_with_bit(d);
  domain_grant_rbcd(d);
}
static void rbcd_and_kerberos_only_list(struct domain *d)
{
  others_listed_bit_clear(d);
  domain_grant_rbcd(d);
}
static void rbcd_and_right_kerberos_only_list(struct domain *d)
{
  bit_clear(d);
  domain_grant_rbcd(d);
}
static void rbcd_and_all_right(struct domain *d)
{
  domain_grant_rbcd(d);
}
static void user_unknown(struct domain *d)
{
  d->facts.user = NULL;
  d->facts.user_matches = 0;
}
static void user_foreign(struct domain *d)
{
  user_unknown(d);
  d->facts.user_operand = "alice@OTHER.TEST";
  d->facts.user_realm = "OTHER.TEST";
}
static void user_off(struct domain *d)
{
  d->user.uac |= KCD_UAC_DISABLED;
}
static void user_locked(struct domain *d)
{
  d->user.uac_computed |= KCD_UAC_LOCKED;
}
static void user_expired(struct domain *d)
{
  d->user.account_expires = UINT64_C(132223104000000000);
}
static void user_must_change(struct domain *d)
{
  d->user.pwd_last_set = 0;
}
static void user_marked(struct domain *d)
{
  d->user.uac |= KCD_UAC_NOT_DELEGATED;
}
static void user_in_group(struct domain *d)
{
  d->user.protected_user = KCD_YES;
}
static void user_not_asked(struct domain *d)
{
  user_unknown(d);
  d->facts.user_operand = d->facts.user_realm = NULL;
}
static void host_unknown(struct domain *d)
{
  d->facts.host = NULL;
  d->facts.host_matches = 0;
}
static void host_unknown_and_target_missing(struct domain *d)
{
  host_unknown(d);
  spn_nowhere(d);
}
static void host_off(struct domain *d)
{
  d->host.uac |= KCD_UAC_DISABLED;
}
static void host_nameless(struct domain *d)
{
  kcd_values_done(&d->host.spns);
}
static void host_marked(struct domain *d)
{
  d->host.uac |= KCD_UAC_NOT_DELEGATED;
}
static void host_in_group(struct domain *d)
{
  d->host.protected_user = KCD_YES;
}
static void host_unconstrained(struct domain *d)
{
  d->host.uac |= KCD_UAC_TRUSTED_FOR_DELEGATION;
}
static void host_is_cluster(struct domain *d)
{
  d->host.is_cluster_name = true;
}
static void host_conflict(struct domain *d)
{
  set_string(&d->host.dn, "CN=CORE2016\\0ACNF:1bd0eab8,OU=HyperV,DC=contoso,DC=com");
}
static void on_krbtgt(struct domain *d)
{
  domain_drop_owners(d);
  domain_add_owner(d, &d->krbtgt, "cifs/2016GUI", true);
}
static void on_krbtgt_unlisted(struct domain *d)
{
  on_krbtgt(d);
  NO_LIST(d);
}
static void krbtgts_spn_in_the_list(struct domain *d)
{
  LIST(d, "cifs/2016GUI", "cifs/2016GUI.contoso.com", "foo/BAR");
  kcd_values_add_text(&d->krbtgt.spns, "foo/bar");
}
static void bit_clear_beside_krbtgt(struct domain *d)
{
  krbtgt_in_the_list(d);
  d->host.uac = KCD_UAC_WORKSTATION;
}
static void krbtgt_marked(struct domain *d)
{
  d->krbtgt.uac |= KCD_UAC_NOT_DELEGATED;
}
static void held_by(struct domain *d, struct kcd_account *holder)
{
  kcd_values_add_text(&holder->delegate_to, "cifs/2016gui");
  d->holders[0] = holder;
  d->facts.n_holders = 1;
}
static void also_on_cluster(struct domain *d)
{
  d->other.is_cluster_name = true;
  held_by(d, &d->other);
}
static void also_on_node(struct domain *d)
{
  held_by(d, &d->other);
}
static void only_on_target(struct domain *d)
{
  NO_LIST(d);
  held_by(d, &d->server);
}
static void only_on_user(struct domain *d)
{
  NO_LIST(d);
  d->other.kind = KCD_KIND_USER;
  held_by(d, &d->other);
}
static void two_strangers(struct domain *d)
{
  two_direct(d);
  set_string(&d->server.sam_account_name, "NEWFS$");
}
static void changed_now(struct domain *d)
{
  d->host.uac_meta.originating_time = NOW - 360;
}
static void changed_before(struct domain *d)
{
  d->host.uac_meta.originating_time = NOW - 901;
}
static void created_now(struct domain *d)
{
  d->host.uac_meta = (struct kcd_attr_meta){.version = 1, .originating_time = NOW - 60};
}
static void listed_now_by_fast_clock(struct domain *d)
{
  d->host.list_meta.originating_time = NOW + 20;
}
static void dc_clock_ahead(struct domain *d)
{
  changed_now(d);
  d->dc.clock = NOW + 3600;
}
static void changed_now_but_fails(struct domain *d)
{
  changed_now(d);
  bit_clear(d);
}
static void many_at_once(struct domain *d)
{
  nothing_set(d);
  user_marked(d);
  user_off(d);
  spn_nowhere(d);
}

struct row {
  void (*vary)(struct domain *);
  enum kcd_flavour flavour;
  enum kcd_verdict verdict;
  const char *findings;
};

static const struct row rows[] = {
    {healthy, WIN, KCD_WORKS, ""},
    {healthy, S417, KCD_WORKS, ""},
    {healthy, S419, KCD_WORKS, ""},
    {healthy, KCD_FLAVOUR_SAMBA_MIT, KCD_WORKS, ""},
    {healthy, KCD_FLAVOUR_UNKNOWN, KCD_WORKS, ""},
    {other_case, WIN, KCD_WORKS, ""},
    {user_not_asked, S417, KCD_WORKS, ""},
    {rbcd_and_all_right, S417, KCD_WORKS, ""},
    {rbcd_and_all_right, WIN, KCD_WORKS, "warning kcd-and-rbcd-both"},

    {bit_clear, WIN, KCD_FAILS, "error protocol-transition-off"},
    {bit_clear, S417, KCD_FAILS, "error protocol-transition-off"},
    {bit_clear, S419, KCD_FAILS, "error protocol-transition-off"},
    {nothing_set, WIN, KCD_FAILS, "error list-empty, error protocol-transition-off"},
    {nothing_set, S417, KCD_FAILS, "error list-empty, error protocol-transition-off"},
    {empty_with_bit, WIN, KCD_FAILS, "error list-empty"},
    {others_listed, S417, KCD_FAILS, "error spn-not-listed"},
    {others_listed_bit_clear, S417, KCD_FAILS, "error spn-not-listed, error protocol-transition-off"},
    {only_short, WIN, KCD_WORKS, "note short-or-fqdn-missing"},
    {only_short_sibling_of_another, WIN, KCD_WORKS, ""},
    {only_short_fqdn_asked, WIN, KCD_FAILS, "error short-or-fqdn-missing"},
    {host_class, S417, KCD_FAILS, "error host-class-only"},
    {host_class, WIN, KCD_FAILS, "error host-class-only"},
    {other_class, S417, KCD_FAILS, "error service-class-missing"},
    {with_realm, S417, KCD_FAILS, "error list-entry-malformed"},
    {with_blank_behind, S417, KCD_FAILS, "error list-entry-malformed"},
    {without_class, S417, KCD_FAILS, "error list-entry-malformed"},
    {with_backslash, S417, KCD_FAILS, "error list-entry-malformed"},
    {as_a_path, S417, KCD_FAILS, "error list-entry-malformed"},
    {with_slash_behind, WIN, KCD_FAILS, "error list-entry-malformed"},
    {as_a_bare_word, WIN, KCD_FAILS, "error list-entry-malformed"},
    {as_a_bare_word_fqdn_asked, WIN, KCD_FAILS, "error list-entry-malformed"},
    {with_port, WIN, KCD_FAILS, "error spn-not-listed"},
    {with_service_name, S417, KCD_FAILS, "error spn-not-listed"},
    {broken_entry_beside, S417, KCD_WORKS, "warning list-entry-malformed"},
    {twice_in_the_list, S417, KCD_WORKS, "warning list-entry-duplicate-case"},
    {krbtgt_in_the_list, S417, KCD_WORKS, "warning krbtgt-listed"},
    {krbtgts_spn_in_the_list, WIN, KCD_WORKS, "warning krbtgt-listed"},
    {bit_clear_beside_krbtgt, WIN, KCD_FAILS, "error protocol-transition-off, warning krbtgt-listed"},
    {on_krbtgt_unlisted, WIN, KCD_FAILS, "error krbtgt-listed"},
    {on_krbtgt, S417, KCD_WORKS, "warning krbtgt-listed"},

    {rbcd_alone, WIN, KCD_WORKS, ""},
    {rbcd_alone, S417, KCD_FAILS, "error list-empty, error rbcd-unsupported-samba-417, error protocol-transition-off"},
    {rbcd_alone, S419, KCD_FAILS, "error rbcd-needs-transition-on-samba"},
    {rbcd_with_bit, S419, KCD_WORKS, ""},
    {rbcd_with_bit, S417, KCD_FAILS, "error list-empty, error rbcd-unsupported-samba-417"},
    {rbcd_and_kerberos_only_list, WIN, KCD_FAILS, "error list-breaks-rbcd"},
    {rbcd_and_kerberos_only_list, S419, KCD_FAILS, "error list-breaks-rbcd"},
    {rbcd_and_right_kerberos_only_list, WIN, KCD_FAILS,
     "error protocol-transition-off, error list-breaks-rbcd, warning kcd-and-rbcd-both"},

    {spn_nowhere, WIN, KCD_FAILS, "error target-spn-missing, warning stale-target-entry"},
    {spn_nowhere, S417, KCD_FAILS, "error target-spn-missing, warning stale-target-entry"},
    {migration_nowhere, WIN, KCD_FAILS, "error migration-spn-registration-failed, warning stale-target-entry"},
    {migration_nowhere, S417, KCD_FAILS, "error migration-spn-registration-failed, warning stale-target-entry"},
    {migration_right, WIN, KCD_WORKS, "note one-direction-only"},
    {migration_right, S417, KCD_FAILS, "error spn-with-blank-on-samba, note one-direction-only"},
    {migration_escaped_but_not_listed, S417, KCD_FAILS, "error spn-with-blank-on-samba, note one-direction-only"},
    {migration_escaped_but_not_listed, WIN, KCD_WORKS, "note one-direction-only"},
    {two_direct, WIN, KCD_FAILS, "error duplicate-spn"},
    {two_direct, S417, KCD_FAILS, "error duplicate-spn"},
    {direct_beside_mapped, WIN, KCD_WORKS, "error duplicate-spn"},
    {direct_beside_mapped, S417, KCD_WORKS, "error duplicate-spn"},
    {borne_by_another, S417, KCD_FAILS, "error duplicate-spn"},
    {borne_by_another, WIN, KCD_WORKS, ""},
    {target_off, WIN, KCD_FAILS, "error target-disabled, warning stale-target-entry"},
    {target_off, S417, KCD_WORKS, "warning stale-target-entry, warning target-disabled"},
    {target_locked, S417, KCD_FAILS, "error target-disabled"},
    {target_locked, WIN, KCD_WORKS, "warning target-disabled"},
    {target_keyless, S417, KCD_FAILS, "error target-without-keys"},
    {target_keyless, WIN, KCD_FAILS, "error target-without-keys"},
    {target_dc, WIN, KCD_WORKS, "warning target-is-dc"},
    {target_dc_not_listed, WIN, KCD_FAILS, "error list-empty, note target-is-dc"},

    {user_unknown, WIN, KCD_FAILS, "error user-not-found"},
    {user_unknown, S417, KCD_FAILS, "error user-not-found"},
    {user_foreign, WIN, KCD_FAILS, "error user-not-found"},
    {user_off, WIN, KCD_FAILS, "error user-account-unusable"},
    {user_off, S417, KCD_FAILS, "error user-account-unusable"},
    {user_locked, S417, KCD_FAILS, "error user-account-unusable"},
    {user_expired, S417, KCD_FAILS, "error user-account-unusable"},
    {user_must_change, S417, KCD_FAILS, "error user-account-unusable"},
    {user_must_change, WIN, KCD_WORKS, "warning user-account-unusable"},
    {user_marked, WIN, KCD_FAILS, "error user-sensitive"},
    {user_marked, S417, KCD_FAILS, "error user-sensitive"},
    {user_in_group, WIN, KCD_FAILS, "error user-protected"},
    {user_in_group, S417, KCD_WORKS, "warning user-protected"},
    {user_in_group, S419, KCD_WORKS, "warning user-protected"},

    {host_unknown, WIN, KCD_FAILS, "error host-not-found"},
    {host_unknown_and_target_missing, WIN, KCD_FAILS, "error host-not-found, error target-spn-missing"},
    {host_dc, S417, KCD_FAILS, "error wrong-object, error list-empty, error protocol-transition-off"},
    {host_dc_only_short, WIN, KCD_WORKS, "warning wrong-object, note short-or-fqdn-missing"},
    {host_managed, WIN, KCD_FAILS, "error list-empty, error protocol-transition-off"},
    {host_off, WIN, KCD_FAILS, "error host-account-unusable"},
    {host_off, S417, KCD_FAILS, "error host-account-unusable"},
    {host_marked, WIN, KCD_FAILS, "error host-sensitive"},
    {host_marked, S417, KCD_FAILS, "error host-sensitive"},
    {host_in_group, WIN, KCD_FAILS, "error host-protected-users"},
    {host_unconstrained, WIN, KCD_WORKS, "warning unconstrained-also-set"},
    {host_is_cluster, WIN, KCD_WORKS, "warning wrong-object"},
    {host_conflict, WIN, KCD_WORKS, "warning host-object-duplicate"},
    {krbtgt_marked, WIN, KCD_FAILS, "error krbtgt-sensitive"},
    {also_on_cluster, WIN, KCD_WORKS, "warning wrong-object"},
    {also_on_node, WIN, KCD_WORKS, ""},
    {only_on_target, WIN, KCD_FAILS, "error list-empty, warning wrong-object"},

    {only_on_user, WIN, KCD_FAILS, "error list-empty, warning wrong-object"},

    {changed_now, WIN, KCD_WORKS, "note negative-cache"},
    {changed_before, WIN, KCD_WORKS, ""},
    {created_now, WIN, KCD_WORKS, ""},
    {listed_now_by_fast_clock, WIN, KCD_WORKS, "note negative-cache"},
    {dc_clock_ahead, WIN, KCD_WORKS, ""},
    {changed_now_but_fails, WIN, KCD_FAILS, "error protocol-transition-off"},

    {many_at_once, S417, KCD_FAILS,
     "error user-account-unusable, error target-spn-missing, error list-empty, error protocol-transition-off, error "
     "user-sensitive"},
};

static void every_cause_is_named(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct domain d;
    struct kcd_judgement judgement;
    domain_init(&d);
    rows[i].vary(&d);
    kcd_judge(&d.facts, rows[i].flavour, NULL, "", &judgement);
    KCD_AUTO_CHAR found = summary(&judgement.findings);
    if (strcmp(found, rows[i].findings) != 0 || judgement.verdict != rows[i].verdict)
      fail_msg("row %zu (%s): %s with \"%s\", expected \"%s\"", i, kcd_flavour_name(rows[i].flavour),
               kcd_verdict_name(judgement.verdict), found, rows[i].findings);
    for (size_t k = 0; k < judgement.findings.n; k++)
      check_shape(&judgement.findings.v[k]);
    assert_true(judgement.agree);
    kcd_judgement_done(&judgement);
    domain_done(&d);
  }
}

/* These depend on how the flavour treats the host's kind, so only the finding itself is asked for. */
static void rarer_causes_are_named(void **state)
{
  (void)state;
  static const struct {
    void (*vary)(struct domain *);
    enum kcd_finding_id id;
  } cases[] = {{host_nameless, KCD_F_HOST_SPN_MISSING},
               {target_elsewhere, KCD_F_TARGET_OTHER_DOMAIN},
               {host_in_group, KCD_F_HOST_PROTECTED_USERS}};
  for (int flavour = 0; flavour < KCD_FLAVOURS; flavour++)
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
      struct domain d;
      struct kcd_judgement judgement;
      domain_init(&d);
      cases[i].vary(&d);
      kcd_judge(&d.facts, (enum kcd_flavour)flavour, NULL, "", &judgement);
      assert_true(kcd_findings_has(&judgement.findings, cases[i].id));
      kcd_judgement_done(&judgement);
      domain_done(&d);
    }
}

/* ---- whatever the mixture: a pair that works has no error but a double name, one that fails has one ---- */

static uint32_t next_random(uint32_t *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return *seed >> 16;
}

static void (*const faults[])(struct domain *) = {other_case,         bit_clear,
                                                  empty_with_bit,     others_listed,
                                                  only_short,         only_short_fqdn_asked,
                                                  host_class,         other_class,
                                                  with_realm,         broken_entry_beside,
                                                  twice_in_the_list,  krbtgt_in_the_list,
                                                  spn_nowhere,        migration_nowhere,
                                                  migration_right,    migration_escaped_but_not_listed,
                                                  two_direct,         direct_beside_mapped,
                                                  borne_by_another,   target_off,
                                                  target_locked,      target_keyless,
                                                  target_dc,          target_elsewhere,
                                                  rbcd_and_all_right, user_unknown,
                                                  user_foreign,       user_off,
                                                  user_locked,        user_expired,
                                                  user_must_change,   user_marked,
                                                  user_in_group,      user_not_asked,
                                                  host_unknown,       host_off,
                                                  host_nameless,      host_marked,
                                                  host_in_group,      host_unconstrained,
                                                  host_is_cluster,    krbtgt_marked,
                                                  also_on_cluster,    changed_now};
#define N_FAULTS (sizeof faults / sizeof faults[0])

static void check_mixture(uint32_t *seed)
{
  struct domain d;
  struct kcd_judgement judgement;
  const uint32_t began = *seed;
  domain_init(&d);
  for (uint32_t n = next_random(seed) % 5; n > 0; n--)
    faults[next_random(seed) % N_FAULTS](&d);
  const enum kcd_flavour flavour = (enum kcd_flavour)(next_random(seed) % (KCD_FLAVOUR_UNKNOWN + 1));
  kcd_judge(&d.facts, flavour, NULL, "", &judgement);
  const bool error = kcd_findings_worst(&judgement.findings) == KCD_FAULT;
  const bool duplicate = kcd_findings_has(&judgement.findings, KCD_F_DUPLICATE_SPN);
  if (judgement.verdict == KCD_FAILS ? !error : error != duplicate) {
    KCD_AUTO_CHAR found = summary(&judgement.findings);
    fail_msg("seed %u, %s: %s with \"%s\"", began, kcd_flavour_name(flavour), kcd_verdict_name(judgement.verdict),
             found);
  }
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

static void errors_and_verdict_go_together(void **state)
{
  (void)state;
  uint32_t seed = 2016;
  for (int i = 0; i < 20000; i++)
    check_mixture(&seed);
}

/* ---- what the findings say ---- */

static void judge(struct domain *d, void (*vary)(struct domain *), enum kcd_flavour flavour, const char *context,
                  struct kcd_judgement *ret)
{
  domain_init(d);
  vary(d);
  kcd_judge(&d->facts, flavour, NULL, context, ret);
}

static void commands_cure_and_repeat_the_context(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  judge(&d, bit_clear, WIN, "", &judgement);
  assert_string_equal(judgement.findings.v[0].command, "kcdfix apply --protocol-transition CORE2016 cifs/2016GUI");
  kcd_judgement_done(&judgement);
  domain_done(&d);
  judge(&d, others_listed, WIN, "-S dc1 --as alice", &judgement);
  assert_string_equal(judgement.findings.v[0].command, "kcdfix apply -S dc1 --as alice CORE2016 cifs/2016GUI");
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

static void no_command_where_apply_would_refuse(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  void (*const refused[])(struct domain *) = {spn_nowhere, two_direct, user_marked, target_elsewhere};
  for (size_t i = 0; i < 4; i++) {
    judge(&d, refused[i], WIN, "", &judgement);
    for (size_t k = 0; k < judgement.findings.n; k++)
      assert_null(judgement.findings.v[k].command);
    kcd_judgement_done(&judgement);
    domain_done(&d);
  }
}

/* Nothing tells to list or set what apply forbids. */
static void no_advice_for_a_host_that_is_never_changed(void **state)
{
  (void)state;
  void (*const hosts[])(struct domain *) = {host_dc, host_dc_only_short, host_user};
  for (size_t i = 0; i < 3; i++) {
    struct domain d;
    struct kcd_judgement judgement;
    judge(&d, hosts[i], S417, "", &judgement);
    assert_int_equal(judgement.findings.v[0].id, KCD_F_WRONG_OBJECT);
    assert_non_null(judgement.findings.v[0].remedy);
    for (size_t k = 1; k < judgement.findings.n; k++)
      assert_null(judgement.findings.v[k].remedy);
    for (size_t k = 0; k < judgement.findings.n; k++)
      assert_null(judgement.findings.v[k].command);
    kcd_judgement_done(&judgement);
    domain_done(&d);
  }
}

static void evidence_is_raw(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  judge(&d, bit_clear, S417, "", &judgement);
  const struct kcd_finding *finding = &judgement.findings.v[0];
  assert_string_equal(finding->subject, d.host.dn);
  assert_string_equal(finding->evidence[0].key, "userAccountControl");
  assert_int_equal(finding->evidence[0].kind, KCD_EV_UINT);
  assert_int_equal(finding->evidence[0].number, 4096);
  assert_string_equal(finding->evidence[1].key, "msDS-AllowedToDelegateTo");
  assert_int_equal(finding->evidence[1].values.n, 2);
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

static void messages_name_what_matters(void **state)
{
  (void)state;
  static const struct {
    void (*vary)(struct domain *);
    enum kcd_flavour flavour;
    const char *words;
  } cases[] = {{bit_clear, WIN, "\"Use Kerberos only\""},
               {nothing_set, WIN, "\"Do not trust this computer for delegation\""},
               {only_short_fqdn_asked, WIN, "Only the short form, cifs/2016GUI, is listed"},
               {with_realm, WIN, "\"cifs/2016GUI@CONTOSO.COM\", which ends in a realm"},
               {two_direct, WIN, "OLDFS"},
               {direct_beside_mapped, WIN, "The KDC takes OLDFS"},
               {with_port, WIN, "cifs/2016GUI:445 is listed, but not cifs/2016GUI."},
               {with_blank_behind, WIN, "\"cifs/2016GUI \", which has stray blanks"},
               {broken_entry_beside, WIN, "http/x@CONTOSO.COM, which can never match a request: it ends in a realm"},
               {host_dc, S417, "CORE2016 is a domain controller; kcdfix does not set delegation there."},
               {host_user, WIN, "is no computer; kcdfix does not set delegation there."},
               {krbtgt_marked, S417, "a Windows DC would not"},
               {user_off, S417, "KDC_ERR_POLICY (12)"},
               {user_locked, S417, "KDC_ERR_CLIENT_REVOKED (18)"},
               {user_expired, S417, "KDC_ERR_NAME_EXP (1)"},
               {user_must_change, S417, "KDC_ERR_KEY_EXPIRED (23)"},
               {user_must_change, WIN, "lets pass"},
               {user_in_group, S417, "a Windows DC would refuse"},
               {migration_nowhere, WIN, "event 14050 on HV2"},
               {host_off, S417, "KDC_ERR_CLIENT_REVOKED (18)"},
               {changed_now, WIN, "6 minutes ago"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct domain d;
    struct kcd_judgement judgement;
    judge(&d, cases[i].vary, cases[i].flavour, "", &judgement);
    if (strstr(judgement.findings.v[0].message, cases[i].words) == NULL)
      fail_msg("\"%s\" does not say %s", judgement.findings.v[0].message, cases[i].words);
    kcd_judgement_done(&judgement);
    domain_done(&d);
  }
}

static void remedies_say_who_must_do_what(void **state)
{
  (void)state;
  static const struct {
    void (*vary)(struct domain *);
    enum kcd_flavour flavour;
    const char *words;
  } cases[] = {
      {two_direct, WIN, "setspn -D cifs/2016GUI OLDFS "},
      {two_direct, S417,
       "samba-tool spn delete -H ldap://dc1.contoso.com --use-kerberos=required cifs/2016GUI 'OLDFS$' "},
      {direct_beside_mapped, WIN, "setspn -D cifs/2016GUI OLDFS "},
      {two_strangers, WIN, "setspn -D cifs/2016GUI ACCOUNT "},
      {spn_nowhere, WIN, "setspn -S cifs/2016GUI ACCOUNT"},
      {spn_nowhere, S417, "samba-tool spn add -H ldap://dc1.contoso.com --use-kerberos=required cifs/2016GUI ACCOUNT"},
      {migration_nowhere, WIN, "On HV2: Restart-Service vmms."},
      {migration_nowhere, WIN, "setspn -S \"" MIGRATION "/HV2\" HV2"},
      {user_off, WIN, "Enable-ADAccount alice"},
      {user_off, S417, "samba-tool user enable -H ldap://dc1.contoso.com --use-kerberos=required alice"},
      {user_expired, S417,
       "samba-tool user setexpiry -H ldap://dc1.contoso.com --use-kerberos=required --days=N alice"},
      {user_locked, WIN, "Unlock-ADAccount alice"},
      {user_expired, WIN, "Set-ADAccountExpiration -TimeSpan DAYS alice"},
      {changed_now, WIN, "klist purge -li 0x3e7"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct domain d;
    struct kcd_judgement judgement;
    judge(&d, cases[i].vary, cases[i].flavour, "", &judgement);
    if (strstr(judgement.findings.v[0].remedy, cases[i].words) == NULL)
      fail_msg("\"%s\" does not say %s", judgement.findings.v[0].remedy, cases[i].words);
    kcd_judgement_done(&judgement);
    domain_done(&d);
  }
}

static void an_ambiguous_host_is_not_picked(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  char *dns[] = {(char *)"CN=CORE2016,OU=A,DC=contoso,DC=com", (char *)"CN=CORE2016,OU=B,DC=contoso,DC=com"};
  domain_init(&d);
  d.facts.host = NULL;
  d.facts.host_matches = 2;
  d.facts.host_match_dns = dns;
  kcd_judge(&d.facts, WIN, NULL, "", &judgement);
  assert_int_equal(judgement.findings.n, 1);
  assert_int_equal(judgement.findings.v[0].id, KCD_F_HOST_OBJECT_DUPLICATE);
  assert_non_null(strstr(judgement.findings.v[0].message, "OU=B"));
  assert_false(judgement.predicted_at_all);
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

static void hostile_names_are_shown_harmless(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  domain_init(&d);
  set_string(&d.host.sam_account_name, "A\x1b[2J\xe2\x80\xae$(reboot)$");
  set_string(&d.server.sam_account_name, "B\n`x`$");
  set_string(&d.host.dn, "CN=\x1b]0;x\x07,DC=contoso,DC=com");
  d.facts.host_operand = "-\x1b[2J";
  LIST(&d, "cifs/2016GUI@\x1b[31m", "\x07", "krbtgt/\xe2\x80\xae");
  d.host.uac |= KCD_UAC_TRUSTED_FOR_DELEGATION | KCD_UAC_NOT_DELEGATED;
  d.user.uac |= KCD_UAC_DISABLED;
  domain_add_owner(&d, &d.other, "cifs/2016GUI", true);
  kcd_judge(&d.facts, S417, NULL, "", &judgement);
  assert_true(judgement.findings.n >= 6);
  for (size_t i = 0; i < judgement.findings.n; i++)
    check_shape(&judgement.findings.v[i]);
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

static void a_long_value_does_not_drown_the_sentence(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  domain_init(&d);
  KCD_AUTO_CHAR tail = kcd_calloc(65537, 1);
  memset(tail, 'x', 65536);
  KCD_AUTO_CHAR entry = kcd_asprintf("cifs/2016GUI@%s", tail);
  LIST(&d, entry);
  kcd_judge(&d.facts, S417, NULL, "", &judgement);
  assert_int_equal(judgement.findings.v[0].id, KCD_F_LIST_ENTRY_MALFORMED);
  assert_true(strlen(judgement.findings.v[0].message) < 1000);
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

static void a_dash_is_no_option(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  domain_init(&d);
  domain_ask(&d, "-x/2016GUI");
  kcd_judge(&d.facts, WIN, NULL, "", &judgement);
  assert_string_equal(judgement.findings.v[0].command, "kcdfix apply -- CORE2016 -x/2016GUI");
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

/* ---- with a probe ---- */

struct probe {
  struct kcd_exchange as;
  struct kcd_observation observation;
};

static const struct kcd_answer ticket = {.outcome = KCD_TICKET, .forwardable = true};
static const struct kcd_answer plain_ticket = {.outcome = KCD_TICKET};
static const struct kcd_answer badoption = {.outcome = KCD_ERROR, .code = 13};

static void probe_init(struct probe *probe, bool tgt_forwardable, struct kcd_answer self, struct kcd_answer proxy)
{
  *probe = (struct probe){
      .as = {.kind = KCD_EXCHANGE_AS, .answer = {.outcome = KCD_TICKET, .forwardable = tgt_forwardable}}};
  probe->observation = (struct kcd_observation){.by = "keytab",
                                                .kdc = (char *)"dc1.contoso.com",
                                                .exchanges = &probe->as,
                                                .n = 1,
                                                .tgt_forwardable = tgt_forwardable,
                                                .s4u2self = self,
                                                .s4u2proxy = proxy};
}

static void check_probe(void (*vary)(struct domain *), const struct probe *probe, enum kcd_verdict verdict, bool agree,
                        const char *findings)
{
  struct domain d;
  struct kcd_judgement judgement;
  domain_init(&d);
  vary(&d);
  kcd_judge(&d.facts, S417, &probe->observation, "", &judgement);
  KCD_AUTO_CHAR found = summary(&judgement.findings);
  assert_string_equal(found, findings);
  assert_int_equal(judgement.verdict, verdict);
  assert_int_equal(judgement.agree, agree);
  for (size_t k = 0; k < judgement.findings.n; k++)
    check_shape(&judgement.findings.v[k]);
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

static void a_probe_that_agrees_adds_nothing(void **state)
{
  (void)state;
  struct probe probe;
  probe_init(&probe, true, ticket, ticket);
  check_probe(healthy, &probe, KCD_WORKS, true, "");
  probe_init(&probe, true, plain_ticket, badoption);
  check_probe(bit_clear, &probe, KCD_FAILS, true, "error protocol-transition-off");
}

static void the_answer_outranks_the_prediction(void **state)
{
  (void)state;
  struct probe probe;
  probe_init(&probe, true, ticket, badoption);
  check_probe(healthy, &probe, KCD_FAILS, false, "error prediction-differs");
  probe_init(&probe, true, ticket, ticket);
  check_probe(bit_clear, &probe, KCD_WORKS, false, "warning protocol-transition-off, warning prediction-differs");
  probe_init(&probe, true, badoption, (struct kcd_answer){0});
  check_probe(bit_clear, &probe, KCD_FAILS, false, "error protocol-transition-off, warning prediction-differs");
}

static void a_host_that_is_refused_fails(void **state)
{
  (void)state;
  struct probe probe;
  probe_init(&probe, false, (struct kcd_answer){0}, (struct kcd_answer){0});
  probe.as.answer = (struct kcd_answer){.outcome = KCD_ERROR, .code = 18};
  check_probe(healthy, &probe, KCD_FAILS, false, "error prediction-differs");
}

static void another_dc_explains_a_difference(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  struct probe probe;
  probe_init(&probe, true, ticket, badoption);
  probe.observation.kdc = (char *)"dc2.contoso.com";
  domain_init(&d);
  kcd_judge(&d.facts, S417, &probe.observation, "", &judgement);
  assert_non_null(strstr(judgement.findings.v[0].message, "another DC"));
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

static void an_inferred_rule_that_was_wrong_is_a_note(void **state)
{
  (void)state;
  struct domain d;
  struct kcd_judgement judgement;
  struct probe probe;
  probe_init(&probe, true, plain_ticket, ticket);
  domain_init(&d);
  kcd_judge(&d.facts, KCD_FLAVOUR_UNKNOWN, &probe.observation, "", &judgement);
  assert_int_equal(judgement.findings.n, 1);
  assert_int_equal(judgement.findings.v[0].id, KCD_F_PREDICTION_DIFFERS);
  assert_int_equal(judgement.findings.v[0].severity, KCD_NOTE);
  kcd_judgement_done(&judgement);
  domain_done(&d);
}

static void the_probes_own_ticket_is_no_fault_of_the_delegation(void **state)
{
  (void)state;
  struct probe probe;
  probe_init(&probe, false, plain_ticket, badoption);
  check_probe(healthy, &probe, KCD_CANNOT_TELL, false, "warning probe-tgt-not-forwardable");
  check_probe(bit_clear, &probe, KCD_FAILS, true, "error protocol-transition-off, warning probe-tgt-not-forwardable");
  check_probe(host_marked, &probe, KCD_FAILS, true, "error host-sensitive");
}

static void a_probe_that_could_not_run_decides_nothing(void **state)
{
  (void)state;
  struct probe probe;
  probe_init(&probe, false, (struct kcd_answer){0}, (struct kcd_answer){0});
  kcd_fail(&probe.observation.error, KCD_E_UNREACHABLE, "no answer");
  check_probe(healthy, &probe, KCD_WORKS, true, "");
  check_probe(bit_clear, &probe, KCD_FAILS, true, "error protocol-transition-off");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_cause_is_named),
      cmocka_unit_test(rarer_causes_are_named),
      cmocka_unit_test(errors_and_verdict_go_together),
      cmocka_unit_test(commands_cure_and_repeat_the_context),
      cmocka_unit_test(no_command_where_apply_would_refuse),
      cmocka_unit_test(no_advice_for_a_host_that_is_never_changed),
      cmocka_unit_test(evidence_is_raw),
      cmocka_unit_test(messages_name_what_matters),
      cmocka_unit_test(remedies_say_who_must_do_what),
      cmocka_unit_test(an_ambiguous_host_is_not_picked),
      cmocka_unit_test(hostile_names_are_shown_harmless),
      cmocka_unit_test(a_long_value_does_not_drown_the_sentence),
      cmocka_unit_test(a_dash_is_no_option),
      cmocka_unit_test(a_probe_that_agrees_adds_nothing),
      cmocka_unit_test(the_answer_outranks_the_prediction),
      cmocka_unit_test(a_host_that_is_refused_fails),
      cmocka_unit_test(another_dc_explains_a_difference),
      cmocka_unit_test(an_inferred_rule_that_was_wrong_is_a_note),
      cmocka_unit_test(the_probes_own_ticket_is_no_fault_of_the_delegation),
      cmocka_unit_test(a_probe_that_could_not_run_decides_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
