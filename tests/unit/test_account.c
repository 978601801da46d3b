/* test_account.c - from an entry to an account, and what follows from its attributes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/facts.h>
#include <kcdfix/uac.h>

#define DOMAIN_SID "S-1-5-21-1-2-3"
#define FILETIME_2000 UINT64_C(125911584000000000)

struct fixture {
  struct kcd_entry entry;
  struct kcd_account account;
};

static int set_up(void **state)
{
  struct fixture *fixture = kcd_calloc(1, sizeof *fixture);
  fixture->entry.dn = kcd_strdup("CN=CORE2016,CN=Computers,DC=kcd,DC=test");
  *state = fixture;
  return 0;
}

static int tear_down(void **state)
{
  struct fixture *fixture = *state;
  kcd_entry_done(&fixture->entry);
  kcd_account_done(&fixture->account);
  free(fixture);
  return 0;
}

static void add(struct fixture *fixture, const char *name, const char *text)
{
  kcd_values_add_text(kcd_entry_attribute(&fixture->entry, name), text);
}

static void add_sid(struct kcd_values *values, const char *text)
{
  struct kcd_sid sid;
  struct kcd_buf buf;
  assert_int_equal(kcd_sid_parse(text, &sid), 0);
  kcd_buf_init(&buf, 128);
  kcd_sid_write(&buf, &sid);
  kcd_values_add(values, buf.data, buf.len);
  kcd_buf_done(&buf);
}

static struct kcd_account *read_account(struct fixture *fixture)
{
  kcd_account_done(&fixture->account);
  kcd_account_from_entry(&fixture->entry, &fixture->account);
  return &fixture->account;
}

static void test_everything(void **state)
{
  struct fixture *fixture = *state;
  add(fixture, "objectClass", "top");
  add(fixture, "objectClass", "user");
  add(fixture, "objectClass", "Computer");
  add(fixture, "sAMAccountName", "CORE2016$");
  add(fixture, "dNSHostName", "core2016.kcd.test");
  add(fixture, "operatingSystem", "Windows Server 2016");
  add(fixture, "userAccountControl", "16781312");
  add(fixture, "msDS-User-Account-Control-Computed", "16");
  add(fixture, "primaryGroupID", "515");
  add(fixture, "msDS-SupportedEncryptionTypes", "28");
  add(fixture, "pwdLastSet", "132000000000000000");
  add(fixture, "accountExpires", "9223372036854775807");
  add(fixture, "lastLogonTimestamp", "132000000000000001");
  add(fixture, "adminCount", "1");
  add(fixture, "msDS-AllowedToDelegateTo", "cifs/2016GUI");
  add(fixture, "msDS-AllowedToDelegateTo", "CIFS/2016gui");
  add(fixture, "servicePrincipalName", "HOST/CORE2016");
  add(fixture, "msDS-AllowedToActOnBehalfOfOtherIdentity", "not a descriptor");
  add_sid(kcd_entry_attribute(&fixture->entry, "objectSid"), DOMAIN_SID "-1104");
  struct kcd_account *account = read_account(fixture);
  assert_string_equal(account->dn, "CN=CORE2016,CN=Computers,DC=kcd,DC=test");
  assert_int_equal(account->kind, KCD_KIND_COMPUTER);
  assert_true(account->has_uac);
  assert_int_equal(account->uac, KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION);
  assert_int_equal(account->uac_computed, KCD_UAC_LOCKED);
  assert_int_equal(account->primary_group_rid, 515);
  assert_true(account->has_enctypes && account->enctypes == 28);
  assert_true(account->has_pwd_last_set && account->pwd_last_set == UINT64_C(132000000000000000));
  assert_int_equal(account->last_logon, UINT64_C(132000000000000001));
  assert_true(account->admin_count);
  assert_int_equal(account->delegate_to.n, 2);
  assert_int_equal(account->spns.n, 1);
  assert_int_equal(account->rbcd.len, 16);
  assert_int_equal(kcd_sid_rid(&account->sid), 1104);
  assert_int_equal(account->protected_user, KCD_UNKNOWN);
  assert_int_equal(account->has_keys, KCD_UNKNOWN);
  assert_true(kcd_account_is_enabled(account));
  assert_false(kcd_account_is_dc(account));
  KCD_AUTO_CHAR name = kcd_account_short_name(account);
  assert_string_equal(name, "CORE2016");
}

static void test_nothing(void **state)
{
  struct kcd_account *account = read_account(*state);
  assert_int_equal(account->kind, KCD_KIND_OTHER);
  assert_false(account->has_uac || account->has_enctypes || account->has_pwd_last_set || account->admin_count);
  assert_null(account->sam_account_name);
  assert_int_equal(account->rbcd.len, 0);
  assert_true(kcd_account_is_enabled(account));
  assert_false(kcd_account_is_expired(account, 1));
  assert_false(kcd_account_must_change_password(account));
  KCD_AUTO_CHAR name = kcd_account_short_name(account);
  assert_string_equal(name, "");
}

static void test_kinds(void **state)
{
  static const struct {
    const char *object_class;
    enum kcd_account_kind kind;
  } cases[] = {
      {"user", KCD_KIND_USER},
      {"group", KCD_KIND_OTHER},
      {"computer", KCD_KIND_COMPUTER},
      {"msDS-GroupManagedServiceAccount", KCD_KIND_MANAGED_SERVICE},
      {"msDS-ManagedServiceAccount", KCD_KIND_MANAGED_SERVICE},
      {"msds-delegatedmanagedserviceaccount", KCD_KIND_MANAGED_SERVICE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct fixture *fixture = *state;
    kcd_values_done(kcd_entry_attribute(&fixture->entry, "objectClass"));
    add(fixture, "objectClass", "top");
    if (cases[i].kind == KCD_KIND_MANAGED_SERVICE)
      add(fixture, "objectClass", "computer");
    add(fixture, "objectClass", cases[i].object_class);
    assert_int_equal(read_account(fixture)->kind, cases[i].kind);
  }
}

static void test_hostile_values(void **state)
{
  struct fixture *fixture = *state;
  static const char *const names[] = {"userAccountControl",
                                      "pwdLastSet",
                                      "accountExpires",
                                      "primaryGroupID",
                                      "logonHours",
                                      "sAMAccountName",
                                      "dNSHostName",
                                      "objectSid",
                                      "objectGUID",
                                      "replPropertyMetaData",
                                      "objectClass",
                                      "adminCount",
                                      "msDS-AllowedToActOnBehalfOfOtherIdentity"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    kcd_values_add(kcd_entry_attribute(&fixture->entry, names[i]), "\xff\0\x80", 3);
  for (unsigned i = 0; i < 5000; i++) {
    kcd_values_add(kcd_entry_attribute(&fixture->entry, "servicePrincipalName"), "\0", i % 2);
    kcd_values_add(kcd_entry_attribute(&fixture->entry, "msDS-AllowedToDelegateTo"), "\xfe\xff", i % 3);
  }
  struct kcd_account *account = read_account(fixture);
  assert_int_equal(account->spns.n, 5000);
  assert_int_equal(account->delegate_to.n, 5000);
  assert_false(account->has_uac || account->has_pwd_last_set || account->is_cluster_name);
  assert_null(account->sam_account_name);
  assert_int_equal(account->has_keys, KCD_UNKNOWN);
}

static void test_every_attribute_is_asked_for(void **state)
{
  (void)state;
  static const char *const needed[] = {"userAccountControl", "msDS-AllowedToDelegateTo", "tokenGroups"};
  size_t found = 0;
  for (const char *const *name = kcd_account_attributes; *name != NULL; name++)
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
      found += strcmp(*name, needed[i]) == 0;
  assert_int_equal(found, 2); /* tokenGroups can be asked for in a base search only */
}

static void test_cluster_name(void **state)
{
  struct fixture *fixture = *state;
  add(fixture, "servicePrincipalName", "HOST/SOFS");
  assert_false(read_account(fixture)->is_cluster_name);
  add(fixture, "servicePrincipalName", "msclustervirtualserver/SOFS");
  assert_true(read_account(fixture)->is_cluster_name);
}

/* replPropertyMetaData with one 48-byte row an attribute; only attid, version and local USN are filled. */
static void add_metadata(struct fixture *fixture, const uint32_t *attids, size_t n)
{
  struct kcd_buf buf;
  kcd_buf_init(&buf, 4096);
  kcd_buf_add_u32le(&buf, 1);
  kcd_buf_add_u32le(&buf, 0);
  kcd_buf_add_u32le(&buf, (uint32_t)n);
  kcd_buf_add_u32le(&buf, 0);
  for (size_t i = 0; i < n; i++) {
    kcd_buf_add_u32le(&buf, attids[i]);
    kcd_buf_add_u32le(&buf, 3);
    for (size_t k = 0; k < 8; k++)
      kcd_buf_add_u32le(&buf, 0);
    kcd_buf_add_u32le(&buf, 4711);
    kcd_buf_add_u32le(&buf, 0);
  }
  kcd_values_done(kcd_entry_attribute(&fixture->entry, "replPropertyMetaData"));
  kcd_values_add(kcd_entry_attribute(&fixture->entry, "replPropertyMetaData"), buf.data, buf.len);
  kcd_buf_done(&buf);
}

static void test_metadata(void **state)
{
  static const uint32_t attids[] = {KCD_ATTID_USER_ACCOUNT_CONTROL, 0x0009007D, KCD_ATTID_ALLOWED_TO_DELEGATE_TO};
  struct fixture *fixture = *state;
  add_metadata(fixture, attids, 3);
  struct kcd_account *account = read_account(fixture);
  assert_int_equal(account->uac_meta.version, 3);
  assert_int_equal(account->uac_meta.local_usn, 4711);
  assert_int_equal(account->list_meta.attid, KCD_ATTID_ALLOWED_TO_DELEGATE_TO);
  assert_int_equal(account->has_keys, KCD_YES);
  add_metadata(fixture, attids, 1);
  account = read_account(fixture);
  assert_int_equal(account->uac_meta.version, 3);
  assert_int_equal(account->list_meta.version, 0);
  assert_int_equal(account->has_keys, KCD_NO);
}

static void test_token(void **state)
{
  static const struct {
    const char *primary, *group;
    enum kcd_tri expected;
  } cases[] = {
      {"513", DOMAIN_SID "-513", KCD_NO},  {"513", DOMAIN_SID "-525", KCD_YES},
      {"525", DOMAIN_SID "-513", KCD_YES}, {"525", NULL, KCD_YES},
      {"513", NULL, KCD_UNKNOWN},          {"513", "S-1-5-21-9-9-9-525", KCD_NO}, /* of another domain */
      {"513", "S-1-5-32-525", KCD_NO},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct fixture *fixture = *state;
    struct kcd_sid domain;
    struct kcd_values groups = {0};
    assert_int_equal(kcd_sid_parse(DOMAIN_SID, &domain), 0);
    kcd_values_done(kcd_entry_attribute(&fixture->entry, "primaryGroupID"));
    add(fixture, "primaryGroupID", cases[i].primary);
    struct kcd_account *account = read_account(fixture);
    if (cases[i].group != NULL)
      add_sid(&groups, cases[i].group);
    kcd_values_add_text(&groups, "not a SID");
    kcd_account_set_token(account, &groups, &domain);
    kcd_account_set_token(account, cases[i].group == NULL ? NULL : &groups, &domain);
    assert_int_equal(account->protected_user, cases[i].expected);
    kcd_values_done(&groups);
  }
}

static void test_token_holds_own_sid_and_primary_group(void **state)
{
  struct fixture *fixture = *state;
  struct kcd_sid domain;
  struct kcd_values groups = {0};
  assert_int_equal(kcd_sid_parse(DOMAIN_SID, &domain), 0);
  add(fixture, "primaryGroupID", "515");
  add_sid(kcd_entry_attribute(&fixture->entry, "objectSid"), DOMAIN_SID "-1104");
  add_sid(&groups, DOMAIN_SID "-1200");
  struct kcd_account *account = read_account(fixture);
  kcd_account_set_token(account, &groups, &domain);
  assert_int_equal(account->n_token, 3);
  assert_int_equal(kcd_sid_rid(&account->token[0]), 1104);
  assert_int_equal(kcd_sid_rid(&account->token[1]), 515);
  assert_int_equal(kcd_sid_rid(&account->token[2]), 1200);
  kcd_values_done(&groups);
}

static void test_expiry(void **state)
{
  (void)state;
  const time_t year_2000 = 946684800;
  struct kcd_account account = {.account_expires = FILETIME_2000};
  assert_true(kcd_account_is_expired(&account, year_2000));
  assert_false(kcd_account_is_expired(&account, year_2000 - 1));
  account.account_expires = 0;
  assert_false(kcd_account_is_expired(&account, year_2000));
  account.account_expires = INT64_MAX;
  assert_false(kcd_account_is_expired(&account, year_2000));
}

static void test_must_change_password(void **state)
{
  (void)state;
  static const struct {
    struct kcd_account account;
    bool expected;
  } cases[] = {
      {{.kind = KCD_KIND_USER, .has_pwd_last_set = true}, true},
      {{.kind = KCD_KIND_USER, .has_pwd_last_set = false}, false},
      {{.kind = KCD_KIND_USER, .has_pwd_last_set = true, .pwd_last_set = 1}, false},
      {{.kind = KCD_KIND_USER, .has_pwd_last_set = true, .pwd_last_set = 1, .uac_computed = KCD_UAC_PASSWORD_EXPIRED},
       true},
      {{.kind = KCD_KIND_USER, .uac = KCD_UAC_DONT_EXPIRE_PASSWD, .has_pwd_last_set = true}, false},
      {{.kind = KCD_KIND_USER, .uac = KCD_UAC_SMARTCARD_REQUIRED, .has_pwd_last_set = true}, false},
      {{.kind = KCD_KIND_USER, .uac = KCD_UAC_WORKSTATION, .has_pwd_last_set = true}, false},
      {{.kind = KCD_KIND_COMPUTER, .has_pwd_last_set = true}, false},
      {{.kind = KCD_KIND_MANAGED_SERVICE, .has_pwd_last_set = true}, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_int_equal(kcd_account_must_change_password(&cases[i].account), cases[i].expected);
}

static void test_domain_controllers(void **state)
{
  (void)state;
  assert_true(kcd_account_is_dc(&(struct kcd_account){.uac = KCD_UAC_SERVER_TRUST}));
  assert_true(kcd_account_is_dc(&(struct kcd_account){.uac = KCD_UAC_WORKSTATION | KCD_UAC_PARTIAL_SECRETS}));
  assert_false(kcd_account_is_dc(&(struct kcd_account){.uac = KCD_UAC_WORKSTATION}));
  assert_false(kcd_account_is_enabled(&(struct kcd_account){.uac = KCD_UAC_DISABLED}));
}

static void test_accounts_of_the_kdc(void **state)
{
  (void)state;
  const struct kcd_sid krbtgt = {.revision = 1, .count = 5, .authority = 5, .sub = {21, 1, 2, 3, 502}};
  const struct kcd_sid builtin = {.revision = 1, .count = 2, .authority = 5, .sub = {32, 502}};
  struct kcd_sid guest = krbtgt;
  guest.sub[4] = 501;
  assert_true(kcd_account_is_kdc(&(struct kcd_account){.sid = krbtgt}));
  assert_false(kcd_account_is_kdc(&(struct kcd_account){.sid = builtin}));
  assert_false(kcd_account_is_kdc(&(struct kcd_account){.sid = guest}));
  assert_false(kcd_account_is_kdc(&(struct kcd_account){0}));
  char names[][12] = {"KRBTGT", "krbtgt_1", "krbtgt2", "krbtgts$"};
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(kcd_account_is_kdc(&(struct kcd_account){.sam_account_name = names[i]}), i < 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_everything, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_nothing, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_kinds, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_hostile_values, set_up, tear_down),
      cmocka_unit_test(test_every_attribute_is_asked_for),
      cmocka_unit_test_setup_teardown(test_cluster_name, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_metadata, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_token, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_token_holds_own_sid_and_primary_group, set_up, tear_down),
      cmocka_unit_test(test_expiry),
      cmocka_unit_test(test_must_change_password),
      cmocka_unit_test(test_domain_controllers),
      cmocka_unit_test(test_accounts_of_the_kdc),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
