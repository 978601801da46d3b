/* What is deleted is what kcdfix made, beyond doubt: each doubt alone keeps an account. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "facts_fixture.h"
#include "stand_in_fixture.h"

struct scene {
  struct kcd_stand_in_found found;
  struct kcd_stand_in_record record;
  struct kcd_sid caller, domain;
  time_t now;
};

static void scene_init(struct scene *scene)
{
  *scene = (struct scene){.caller = {.revision = 1, .count = 5, .authority = 5, .sub = {21, 1, 2, 3, 1104}},
                          .domain = {.revision = 1, .count = 4, .authority = 5, .sub = {21, 1, 2, 3}},
                          .now = NOW + 6 + KCD_STAND_IN_OLD};
  stand_in_record_init(&scene->record);
  stand_in_found_init(&scene->found);
  scene->found.owner = scene->caller;
}

static void scene_done(struct scene *scene)
{
  kcd_stand_in_found_done(&scene->found);
  kcd_stand_in_record_done(&scene->record);
}

static char *why_not_recorded(const struct scene *scene)
{
  char *why = NULL;
  bool is = kcd_stand_in_is_recorded(&scene->found, &scene->record, &why);
  assert_int_equal(is, why == NULL);
  return why;
}

static char *why_not_abandoned(const struct scene *scene)
{
  char *why = NULL;
  bool is = kcd_stand_in_is_abandoned(&scene->found, scene->now, &scene->caller, &scene->domain, &why);
  assert_int_equal(is, why == NULL);
  return why;
}

/* ---- each doubt ---- */

static void another_guid(struct scene *scene)
{
  scene->found.guid[15] ^= 1;
}
static void no_description(struct scene *scene)
{
  set_string(&scene->found.description, NULL);
}
static void mark_moved(struct scene *scene)
{
  set_string(&scene->found.description, "was kcdfix stand-in " NONCE_DIGITS);
}
static void another_nonce(struct scene *scene)
{
  set_string(&scene->found.description, "kcdfix stand-in 1f1e2d3c4b5a69788796a5b4c3d2e1f0 temporary");
  kcd_values_done(&scene->found.spns);
}
static void another_name(struct scene *scene)
{
  set_string(&scene->found.name, "HV1$");
}
static void renamed_only(struct scene *scene)
{
  set_string(&scene->found.dn, "CN=HV1,OU=Hosts,DC=contoso,DC=com");
}
static void longer_rdn(struct scene *scene)
{
  set_string(&scene->found.dn, "CN=KCDFIX-4F211,CN=Computers,DC=contoso,DC=com");
}
static void prefix_in_the_middle(struct scene *scene)
{
  set_string(&scene->found.name, "XKCDFIX-4F21$");
}
static void no_name(struct scene *scene)
{
  set_string(&scene->found.name, NULL);
}
static void one_more_spn(struct scene *scene)
{
  kcd_values_add_text(&scene->found.spns, "HOST/KCDFIX-4F21");
}
static void spn_of_another(struct scene *scene)
{
  kcd_values_done(&scene->found.spns);
  kcd_values_add_text(&scene->found.spns, "kcdfix/" NONCE_DIGITS "0");
}
static void empty_spn(struct scene *scene)
{
  kcd_values_add(&scene->found.spns, "", 0);
}
static void children(struct scene *scene)
{
  scene->found.has_children = true;
}
static void created_unknown(struct scene *scene)
{
  scene->found.created = 0;
}
static void created_before(struct scene *scene)
{
  scene->found.created = scene->record.dc_time - 3;
}
static void undated_record(struct scene *scene)
{
  scene->record.dc_time = 0;
}
static void too_young(struct scene *scene)
{
  scene->now--;
}
static void clock_unknown(struct scene *scene)
{
  scene->now = 0;
}
static void owner_unreadable(struct scene *scene)
{
  scene->found.has_owner = false;
}
static void nobody_owns(struct scene *scene)
{
  scene->found.owner = scene->caller = (struct kcd_sid){0};
}
static void another_owner(struct scene *scene)
{
  scene->found.owner.sub[4]++;
}
static void admins_of_another_domain(struct scene *scene)
{
  scene->found.owner = (struct kcd_sid){.revision = 1, .count = 5, .authority = 5, .sub = {21, 1, 2, 4, 512}};
}
static void domain_unknown(struct scene *scene)
{
  scene->found.owner = (struct kcd_sid){.revision = 1, .count = 1, .authority = 5, .sub = {512}};
  scene->domain = (struct kcd_sid){0};
}
static void users_group(struct scene *scene)
{
  scene->found.owner = (struct kcd_sid){.revision = 1, .count = 2, .authority = 5, .sub = {32, 545}};
}

struct doubt {
  const char *said; /* a piece of the reason */
  void (*raise)(struct scene *scene);
  bool recorded, abandoned; /* which of the two it holds back */
};

static const struct doubt doubts[] = {
    {"another objectGUID", another_guid, true, false},
    {"does not begin with the mark", no_description, true, true},
    {"does not begin with the mark", mark_moved, true, true},
    {"is that of another stand-in", another_nonce, true, false},
    {"HV1$ has a name that does not begin with KCDFIX-", another_name, true, true},
    {"does not begin with KCDFIX-", prefix_in_the_middle, true, true},
    {"does not begin with KCDFIX-", no_name, true, true},
    {"did not give it, HOST/KCDFIX-4F21", one_more_spn, true, true},
    {"did not give it", spn_of_another, true, true},
    {"did not give it", empty_spn, true, true},
    {"objects below it", children, true, true},
    {"does not show when it was created", created_unknown, true, true},
    {"created before the record", created_before, true, false},
    {"record does not say when", undated_record, true, false},
    {"KCDFIX-4F21$ is CN=HV1,OU=Hosts,DC=contoso,DC=com, a name that kcdfix did not", renamed_only, false, true},
    {"a name that kcdfix did not give it", longer_rdn, false, true},
    {"younger than an hour", too_young, false, true},
    {"younger than an hour", clock_unknown, false, true},
    {"owner of KCDFIX-4F21$ cannot be read", owner_unreadable, false, true},
    {"owner of KCDFIX-4F21$ cannot be read", nobody_owns, false, true},
    {"belongs to S-1-5-21-1-2-3-1105", another_owner, false, true},
    {"belongs to S-1-5-21-1-2-4-512", admins_of_another_domain, false, true},
    {"belongs to S-1-5-512", domain_unknown, false, true},
    {"belongs to S-1-5-32-545", users_group, false, true},
};

static void check_reason(const char *why, const struct doubt *doubt, bool expected)
{
  if (!expected)
    assert_null(why);
  else if (why == NULL || strstr(why, doubt->said) == NULL)
    fail_msg("%s, and not: %s", why == NULL ? "(deleted)" : why, doubt->said);
}

static void each_doubt_alone_keeps_the_account(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; i++) {
    struct scene scene;
    scene_init(&scene);
    doubts[i].raise(&scene);
    KCD_AUTO_CHAR recorded = why_not_recorded(&scene);
    KCD_AUTO_CHAR abandoned = why_not_abandoned(&scene);
    check_reason(recorded, &doubts[i], doubts[i].recorded);
    check_reason(abandoned, &doubts[i], doubts[i].abandoned);
    scene_done(&scene);
  }
}

/* Only a stranger may close a record: never the account of the record, however old a clock makes it look. */
static void who_had_the_name_first_is_a_stranger(void **state)
{
  (void)state;
  struct scene scene;
  scene_init(&scene);
  scene.record.has_guid = false;
  scene.found.created = scene.record.dc_time - 60;
  assert_false(kcd_stand_in_had_name_first(&scene.found, &scene.record));
  another_nonce(&scene);
  assert_true(kcd_stand_in_had_name_first(&scene.found, &scene.record));
  no_description(&scene);
  assert_true(kcd_stand_in_had_name_first(&scene.found, &scene.record));
  scene.found.created = scene.record.dc_time - 5;
  assert_false(kcd_stand_in_had_name_first(&scene.found, &scene.record));
  scene.found.created = 0;
  assert_false(kcd_stand_in_had_name_first(&scene.found, &scene.record));
  scene.found.created = scene.record.dc_time - 60;
  scene.record.has_guid = true;
  assert_false(kcd_stand_in_had_name_first(&scene.found, &scene.record));
  scene_done(&scene);
}

static void check_deletable(const struct scene *scene)
{
  KCD_AUTO_CHAR recorded = why_not_recorded(scene);
  KCD_AUTO_CHAR abandoned = why_not_abandoned(scene);
  assert_null(recorded);
  assert_null(abandoned);
}

static void without_a_doubt_it_may_go(void **state)
{
  (void)state;
  struct scene scene;
  scene_init(&scene);
  check_deletable(&scene);
  kcd_values_done(&scene.found.spns); /* on a Samba DC it has none */
  check_deletable(&scene);
  set_string(&scene.found.description, "kcdfix stand-in " NONCE_DIGITS);
  check_deletable(&scene);
  scene.found.created = scene.record.dc_time - 2; /* whenCreated is of whole seconds */
  check_deletable(&scene);
  scene.record.has_guid = false; /* the answer was lost */
  scene.found.guid[0] ^= 1;
  check_deletable(&scene);
  scene_done(&scene);
}

static void an_administrators_group_may_own_it(void **state)
{
  (void)state;
  static const struct kcd_sid owners[] = {{.revision = 1, .count = 2, .authority = 5, .sub = {32, 544}},
                                          {.revision = 1, .count = 5, .authority = 5, .sub = {21, 1, 2, 3, 512}},
                                          {.revision = 1, .count = 5, .authority = 5, .sub = {21, 1, 2, 3, 519}}};
  for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
    struct scene scene;
    scene_init(&scene);
    scene.found.owner = owners[i];
    scene.caller = (struct kcd_sid){0}; /* not known */
    check_deletable(&scene);
    scene_done(&scene);
  }
}

/* What others wrote into the directory is read on a terminal. */
static void reasons_are_safe(void **state)
{
  (void)state;
  struct scene scene;
  scene_init(&scene);
  set_string(&scene.found.name, "\x1b[2J\xe2\x80\xae$");
  KCD_AUTO_CHAR name = why_not_recorded(&scene);
  assert_true(kcd_is_displayable(name));
  set_string(&scene.found.name, "KCDFIX-\n$");
  kcd_values_add_text(&scene.found.spns, "HOST/\x1b]0;x\x07\xff");
  KCD_AUTO_CHAR spn = why_not_abandoned(&scene);
  assert_true(kcd_is_displayable(spn));
  set_string(&scene.found.name, NULL);
  set_string(&scene.found.dn, NULL);
  KCD_AUTO_CHAR nameless = why_not_recorded(&scene);
  assert_non_null(strstr(nameless, "the account"));
  scene_done(&scene);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_doubt_alone_keeps_the_account),
      cmocka_unit_test(who_had_the_name_first_is_a_stranger),
      cmocka_unit_test(without_a_doubt_it_may_go),
      cmocka_unit_test(an_administrators_group_may_own_it),
      cmocka_unit_test(reasons_are_safe),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
