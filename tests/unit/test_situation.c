/* test_situation.c - from facts to the conditions of the rule table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/predict.h>
#include <kcdfix/uac.h>

#define B(condition) KCD_BIT(KCD_C_##condition)
#define NOW 1000000000
#define LONG_AGO UINT64_C(116444736010000000) /* one second into 1970 */
#define MIGRATION "Microsoft Virtual System Migration Service/HV2"
#define ESCAPED "Microsoft\\ Virtual\\ System\\ Migration\\ Service/HV2"

/* A host that delegates by Kerberos only, a server that has the SPN, an ordinary user. */
struct world {
  struct kcd_dc dc;
  struct kcd_account host, server, user, krbtgt;
  struct kcd_spn_owner owner[2];
  struct kcd_target target;
  struct kcd_facts facts;
};

static struct kcd_sid sid_of(const char *text)
{
  struct kcd_sid sid;
  assert_int_equal(kcd_sid_parse(text, &sid), 0);
  return sid;
}

static void ask(struct world *world, const char *spn)
{
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_spn_done(&world->target.spn);
  assert_int_equal(kcd_spn_parse(spn, &world->target.spn, &err), 0);
}

static int set_up(void **state)
{
  static struct world world;
  world = (struct world){
      .dc = {.realm = (char *)"KCD.TEST", .domain_sid = sid_of("S-1-5-21-1-2-3"), .dc_level = 7},
      .host = {.kind = KCD_KIND_COMPUTER, .uac = KCD_UAC_WORKSTATION, .sid = sid_of("S-1-5-21-1-2-3-1104")},
      .server = {.kind = KCD_KIND_COMPUTER, .uac = KCD_UAC_WORKSTATION, .sid = sid_of("S-1-5-21-1-2-3-1105")},
      .user = {.kind = KCD_KIND_USER, .uac = KCD_UAC_NORMAL, .has_pwd_last_set = true, .pwd_last_set = LONG_AGO},
  };
  world.owner[0] = (struct kcd_spn_owner){.account = &world.server, .direct = true};
  world.target.owners = world.owner;
  world.target.n_owners = 1;
  world.facts = (struct kcd_facts){.dc = &world.dc,
                                   .host = &world.host,
                                   .host_matches = 1,
                                   .target = &world.target,
                                   .user_operand = "alice",
                                   .user = &world.user,
                                   .user_matches = 1,
                                   .krbtgt = &world.krbtgt,
                                   .now = NOW};
  kcd_values_add_text(&world.host.spns, "HOST/CORE2016");
  ask(&world, "cifs/2016GUI");
  *state = &world;
  return 0;
}

static int tear_down(void **state)
{
  struct world *world = *state;
  kcd_values_done(&world->host.spns);
  kcd_values_done(&world->host.delegate_to);
  kcd_bytes_done(&world->server.rbcd);
  kcd_spn_done(&world->target.spn);
  return 0;
}

static uint64_t bits_of(const struct world *world, enum kcd_flavour flavour)
{
  struct kcd_situation situation;
  kcd_situation_of(&world->facts, flavour, &situation);
  assert_int_equal(situation.flavour, flavour);
  return situation.bits;
}

/* The bits beyond those of the ordinary world. */
static uint64_t more(const struct world *world, enum kcd_flavour flavour)
{
  return bits_of(world, flavour) ^ (B(HOST_HAS_SPN) | B(HOST_COMPUTER));
}

static void test_ordinary(void **state)
{
  for (int i = 0; i <= KCD_FLAVOUR_UNKNOWN; i++)
    assert_int_equal(more(*state, (enum kcd_flavour)i), 0);
}

static void test_host(void **state)
{
  static const struct {
    uint32_t uac, computed;
    uint64_t expected;
  } cases[] = {
      {KCD_UAC_DISABLED, 0, B(HOST_DISABLED)},
      {0, KCD_UAC_LOCKED, B(HOST_LOCKED)},
      {KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION, 0, B(HOST_TRANSITION)},
      {KCD_UAC_TRUSTED_FOR_DELEGATION, 0, B(HOST_UNCONSTRAINED)},
      {KCD_UAC_NOT_DELEGATED, 0, B(HOST_SENSITIVE)},
  };
  struct world *world = *state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    world->host.uac = cases[i].uac;
    world->host.uac_computed = cases[i].computed;
    assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), cases[i].expected);
  }
  world->host = (struct kcd_account){.kind = KCD_KIND_USER, .account_expires = LONG_AGO, .spns = world->host.spns};
  assert_int_equal(bits_of(world, KCD_FLAVOUR_WINDOWS), B(HOST_EXPIRED) | B(HOST_HAS_SPN));
  world->host.account_expires = 0;
  world->host.has_pwd_last_set = true;
  assert_int_equal(bits_of(world, KCD_FLAVOUR_WINDOWS), B(HOST_MUST_CHANGE) | B(HOST_HAS_SPN));
  kcd_values_done(&world->host.spns);
  world->host.kind = KCD_KIND_MANAGED_SERVICE;
  assert_int_equal(bits_of(world, KCD_FLAVOUR_WINDOWS), B(HOST_COMPUTER));
}

static void test_user(void **state)
{
  struct world *world = *state;
  world->user.uac = KCD_UAC_DISABLED | KCD_UAC_NOT_DELEGATED;
  world->user.uac_computed = KCD_UAC_LOCKED;
  world->user.account_expires = LONG_AGO;
  world->user.pwd_last_set = 0;
  world->user.protected_user = KCD_YES;
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_417), B(USER_DISABLED) | B(USER_SENSITIVE) | B(USER_LOCKED) |
                                                           B(USER_EXPIRED) | B(USER_MUST_CHANGE) | B(USER_PROTECTED));
  world->facts.user = NULL;
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_417), B(USER_UNKNOWN));
  world->facts.user_realm = "OTHER.TEST";
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_417), B(USER_FOREIGN));
  world->facts.user_realm = world->facts.user_operand = NULL;
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_417), 0);
}

static void test_protected_users_need_2012_r2(void **state)
{
  struct world *world = *state;
  world->host.protected_user = KCD_UNKNOWN;
  world->user.protected_user = KCD_YES;
  world->dc.dc_level = 5;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), 0);
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_419), B(USER_PROTECTED));
  world->dc.dc_level = 6;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), B(USER_PROTECTED));
  /* the level of a Samba DC says nothing about Windows */
  world->dc.dc_level = 4;
  world->dc.flavour = KCD_FLAVOUR_SAMBA_417;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), B(USER_PROTECTED));
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_417), B(USER_PROTECTED));
  world->facts.dc = NULL;
  world->host.protected_user = KCD_YES;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), B(USER_PROTECTED) | B(HOST_PROTECTED));
}

static void test_krbtgt(void **state)
{
  struct world *world = *state;
  world->krbtgt.uac = KCD_UAC_NOT_DELEGATED;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), B(TGT_NOT_FORWARDABLE));
  world->facts.krbtgt = NULL;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), 0);
}

static void test_list_matching(void **state)
{
  (void)state;
  static const struct {
    const char *entry, *asked;
    bool match;
  } cases[] = {
      {"cifs/sql.kcd.test", "CIFS/SQL.KCD.TEST", true},
      {"cifs/sql.kcd.test", "cifs/sql", false},
      {"cifs/GUI2016", "cifs/gui2016.hvlab.test", false},
      {"host/sql", "cifs/sql", false},
      {"cifs/sql@KCD.TEST", "cifs/sql", false},
      {"MSSQLSvc/h:1433", "mssqlsvc/H:1433", true},
      {"MSSQLSvc/h:1433", "MSSQLSvc/h", false},
      {" cifs/sql", "cifs/sql", false},
      {"cifs/sql.", "cifs/sql", false},
      {"CIFS/M\xc3\x9cLLER", "cifs/m\xc3\xbcller", false}, /* ASCII case alone */
      {"", "cifs/sql", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct kcd_values list = {0};
    kcd_values_add_text(&list, "unrelated");
    kcd_values_add_text(&list, cases[i].entry);
    assert_int_equal(kcd_list_matches(&list, cases[i].asked), cases[i].match);
    kcd_values_done(&list);
  }
  struct kcd_values list = {0};
  kcd_values_add(&list, "cifs/a\0b", 8);
  assert_false(kcd_list_matches(&list, "cifs/a"));
  kcd_values_done(&list);
}

static void test_list(void **state)
{
  struct world *world = *state;
  kcd_values_add_text(&world->host.delegate_to, "cifs/other");
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), B(LIST_NONEMPTY));
  kcd_values_add_text(&world->host.delegate_to, "CIFS/2016gui");
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), B(LIST_NONEMPTY) | B(SPN_LISTED));
}

/* The four rows of what a Heimdal KDC makes of a name with blanks. */
static void test_blanks(void **state)
{
  const uint64_t listed = B(LIST_NONEMPTY) | B(SPN_LISTED);
  struct world *world = *state;
  ask(world, MIGRATION);
  kcd_values_add_text(&world->host.delegate_to, MIGRATION);
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_419), B(LIST_NONEMPTY) | B(SPN_BLANK));
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), listed | B(SPN_BLANK));
  world->target.escaped_form_owned = true;
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_419), B(LIST_NONEMPTY) | B(SPN_BLANK_UNLISTED));
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_MIT), listed | B(SPN_BLANK_UNLISTED));
  kcd_values_add_text(&world->host.delegate_to, ESCAPED);
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_419), listed);
  world->target.n_owners = 0; /* registered in the escaped form alone */
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_419), listed);
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), listed | B(SPN_UNKNOWN));
  world->target.escaped_form_owned = false;
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_417), listed | B(SPN_UNKNOWN) | B(SPN_BLANK));
}

static void test_owners(void **state)
{
  struct world *world = *state;
  struct kcd_account other = {.sid = world->server.sid};
  world->owner[1] = (struct kcd_spn_owner){.account = &other, .direct = true};
  world->target.n_owners = 2;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), B(SPN_DUPLICATE));
  assert_int_equal(kcd_target_distinct_owners(&world->target), 2);
  world->owner[1].direct = false;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), 0);
  assert_ptr_equal(kcd_target_account(&world->target), &world->server);
  world->owner[0].direct = false;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), B(SPN_DUPLICATE));
  world->owner[1].account = &world->server;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), 0);
  assert_int_equal(kcd_target_distinct_owners(&world->target), 1);
}

static void test_unregistered(void **state)
{
  struct world *world = *state;
  world->target.n_owners = 0;
  assert_null(kcd_target_account(&world->target));
  assert_int_equal(kcd_target_distinct_owners(&world->target), 0);
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_417), B(SPN_UNKNOWN));
  world->target.named = &world->server;
  world->server.uac |= KCD_UAC_NOT_DELEGATED;
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_417), B(SPN_UNKNOWN) | B(SPN_BY_NAME) | B(TARGET_SENSITIVE));
}

/* The computer of that name, and another account that holds host/NAME: Samba finds both. */
static void test_name_of_another_computer(void **state)
{
  struct world *world = *state;
  struct kcd_account other = {.kind = KCD_KIND_COMPUTER, .sid = world->server.sid};
  world->target.named = &world->server;
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_417), 0);
  world->target.named = &other;
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_417), 0); /* cifs/ is held directly */
  world->owner[0].direct = false;
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_MIT), B(SPN_DUPLICATE));
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), 0);
  world->owner[0].direct = true;
  ask(world, "HOST/2016GUI");
  assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_417), B(SPN_DUPLICATE));
}

static void test_krbtgt_as_target(void **state)
{
  static const struct {
    const char *spn;
    uint64_t expected;
  } cases[] = {
      {"krbtgt/KCD.TEST", B(TARGET_KRBTGT)}, {"krbtgt/kcd.test", B(TARGET_KRBTGT)}, {"krbtgt/KCD", B(TARGET_KRBTGT)},
      {"krbtgt/OTHER.TEST", B(SPN_UNKNOWN)}, {"KRBTGT/KCD.TEST", B(SPN_UNKNOWN)},   {"kadmin/changepw", B(SPN_UNKNOWN)},
  };
  struct world *world = *state;
  world->target.n_owners = 0;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ask(world, cases[i].spn);
    assert_int_equal(more(world, KCD_FLAVOUR_SAMBA_417), cases[i].expected);
  }
}

static void test_target(void **state)
{
  struct world *world = *state;
  world->server.uac = KCD_UAC_DISABLED | KCD_UAC_NOT_DELEGATED;
  world->server.uac_computed = KCD_UAC_LOCKED;
  world->server.sid = sid_of("S-1-5-21-9-9-9-1105");
  world->server.has_pwd_last_set = true;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), B(TARGET_DISABLED) | B(TARGET_SENSITIVE) | B(TARGET_LOCKED) |
                                                         B(TARGET_OTHER_DOMAIN) | B(TARGET_NO_KEYS));
}

static void test_keys(void **state)
{
  struct world *world = *state;
  world->server.has_pwd_last_set = true;
  world->server.has_keys = KCD_NO;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), B(TARGET_NO_KEYS));
  world->server.has_keys = KCD_YES; /* pwdLastSet was reset to 0 by hand */
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), 0);
  world->server.has_keys = KCD_UNKNOWN;
  world->server.kind = KCD_KIND_USER;
  assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), 0);
}

/* A self-relative descriptor with one ACE for the SID. */
static void grant(struct world *world, enum kcd_ace_kind kind, const char *sid, uint32_t mask)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_sid trustee = sid_of(sid);
  struct kcd_buf raw;
  kcd_buf_init(&raw, 256);
  kcd_buf_add_u8(&raw, kind == KCD_ACE_ALLOW ? 0 : 1);
  kcd_buf_add_u8(&raw, 0);
  kcd_buf_add_u16le(&raw, (uint16_t)(16 + 4 * trustee.count));
  kcd_buf_add_u32le(&raw, mask);
  kcd_sid_write(&raw, &trustee);
  struct kcd_ace ace = {.kind = kind, .mask = mask, .sid = trustee, .raw = {raw.data, raw.len}};
  struct kcd_secdesc descriptor = {.has_dacl = true, .acl_revision = 4, .aces = &ace, .n_aces = 1};
  kcd_bytes_done(&world->server.rbcd);
  assert_int_equal(kcd_secdesc_encode(&descriptor, &world->server.rbcd, &err), 0);
  kcd_buf_done(&raw);
}

static void test_rbcd(void **state)
{
  static const struct {
    enum kcd_ace_kind kind;
    const char *sid;
    uint32_t mask;
    bool granted;
  } cases[] = {
      {KCD_ACE_ALLOW, "S-1-5-21-1-2-3-1104", KCD_RIGHT_RBCD_FULL, true},
      {KCD_ACE_ALLOW, "S-1-5-21-1-2-3-1104", KCD_RIGHT_CONTROL_ACCESS, true},
      {KCD_ACE_ALLOW, "S-1-5-21-1-2-3-1104", KCD_RIGHT_GENERIC_ALL, false},
      {KCD_ACE_ALLOW, "S-1-5-21-1-2-3-1104", 0x30, false},
      {KCD_ACE_DENY, "S-1-5-21-1-2-3-1104", KCD_RIGHT_RBCD_FULL, false},
      {KCD_ACE_ALLOW, "S-1-5-21-1-2-3-1106", KCD_RIGHT_RBCD_FULL, false},
      {KCD_ACE_ALLOW, "S-1-5-21-1-2-3-515", KCD_RIGHT_RBCD_FULL, true}, /* a group of the token */
      {KCD_ACE_ALLOW, "S-1-5-11", KCD_RIGHT_RBCD_FULL, true},
      {KCD_ACE_ALLOW, "S-1-1-0", KCD_RIGHT_RBCD_FULL, true},
  };
  struct world *world = *state;
  struct kcd_sid token[] = {sid_of("S-1-5-21-1-2-3-515")};
  world->host.token = token;
  world->host.n_token = 1;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    grant(world, cases[i].kind, cases[i].sid, cases[i].mask);
    assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), cases[i].granted ? B(RBCD_GRANTS) : 0);
  }
  world->host.token = NULL;
  world->host.n_token = 0;
}

static void test_broken_descriptor_grants_nothing(void **state)
{
  struct world *world = *state;
  grant(world, KCD_ACE_ALLOW, "S-1-1-0", KCD_RIGHT_RBCD_FULL);
  for (size_t len = world->server.rbcd.len; len-- > 0;) {
    world->server.rbcd.len = len;
    assert_int_equal(more(world, KCD_FLAVOUR_WINDOWS), 0);
  }
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      CASE(test_ordinary),
      CASE(test_host),
      CASE(test_user),
      CASE(test_protected_users_need_2012_r2),
      CASE(test_krbtgt),
      CASE(test_list_matching),
      CASE(test_list),
      CASE(test_blanks),
      CASE(test_owners),
      CASE(test_unregistered),
      CASE(test_name_of_another_computer),
      CASE(test_krbtgt_as_target),
      CASE(test_target),
      CASE(test_keys),
      CASE(test_rbcd),
      CASE(test_broken_descriptor_grants_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
