/* What was typed becomes a principal without loss: components, type, realm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/alloc.h>

#include "../../src/kerberos/names.h"

static krb5_context k5;

static int set_up(void **state)
{
  (void)state;
  return krb5_init_context_profile(NULL, 0, &k5);
}

static int tear_down(void **state)
{
  (void)state;
  krb5_free_context(k5);
  return 0;
}

static void assert_component(krb5_const_principal principal, int index, const char *expected)
{
  KCD_AUTO_CHAR component = kcd_principal_component(principal, index);
  assert_non_null(component);
  assert_string_equal(component, expected);
}

static void check_spn(const char *spn, const char *const *expected)
{
  krb5_principal principal = NULL;
  assert_int_equal(kcd_principal_of_spn(k5, spn, "KCD.TEST", &principal), 0);
  int n = 0;
  for (; expected[n] != NULL; n++)
    assert_component(principal, n, expected[n]);
  assert_int_equal(principal->length, n);
  assert_int_equal(principal->type, KRB5_NT_SRV_INST);
  assert_int_equal(principal->realm.length, strlen("KCD.TEST"));
  assert_memory_equal(principal->realm.data, "KCD.TEST", strlen("KCD.TEST"));
  krb5_free_principal(k5, principal);
}

static void spn_keeps_every_character(void **state)
{
  (void)state;
  check_spn("cifs/2016GUI", (const char *[]){"cifs", "2016GUI", NULL});
  check_spn("MSSQLSvc/sql.kcd.test:1433", (const char *[]){"MSSQLSvc", "sql.kcd.test:1433", NULL});
  check_spn("Microsoft Virtual System Migration Service/HV2",
            (const char *[]){"Microsoft Virtual System Migration Service", "HV2", NULL});
  check_spn("ldap/dc1.kcd.test/kcd.test", (const char *[]){"ldap", "dc1.kcd.test", "kcd.test", NULL});
  check_spn("cifs/a\\ b@OTHER.TEST", (const char *[]){"cifs", "a\\ b@OTHER.TEST", NULL});
  check_spn("SQL$", (const char *[]){"SQL$", NULL});
  check_spn("cifs/", (const char *[]){"cifs", "", NULL});
  check_spn("", (const char *[]){"", NULL});
}

static void check_user(const char *user, krb5_int32 type, const char *component, const char *text)
{
  krb5_principal principal = NULL;
  assert_int_equal(kcd_principal_of_user(k5, user, "KCD.TEST", &principal), 0);
  assert_int_equal(principal->length, 1);
  assert_int_equal(principal->type, type);
  assert_component(principal, 0, component);
  assert_null(kcd_principal_component(principal, 1));
  KCD_AUTO_CHAR shown = kcd_principal_text(k5, principal);
  assert_string_equal(shown, text);
  krb5_free_principal(k5, principal);
}

static void user_of_the_realm_is_a_plain_name(void **state)
{
  (void)state;
  check_user("alice", KRB5_NT_PRINCIPAL, "alice", "alice@KCD.TEST");
  check_user("Alice@kcd.test", KRB5_NT_PRINCIPAL, "Alice", "Alice@KCD.TEST");
  check_user("a/b\\c", KRB5_NT_PRINCIPAL, "a/b\\c", "a/b\\c@KCD.TEST");
  check_user("odd@name@KCD.TEST", KRB5_NT_PRINCIPAL, "odd@name", "odd@name@KCD.TEST");
}

static void other_suffix_is_an_enterprise_name(void **state)
{
  (void)state;
  check_user("alice@contoso.com", KRB5_NT_ENTERPRISE_PRINCIPAL, "alice@contoso.com", "alice@contoso.com");
  check_user("alice@", KRB5_NT_ENTERPRISE_PRINCIPAL, "alice@", "alice@");
}

static void text_cannot_harm_a_terminal(void **state)
{
  (void)state;
  check_user("a\033[2Jb", KRB5_NT_PRINCIPAL, "a\033[2Jb", "a\\x1b[2Jb@KCD.TEST");
}

static void account_is_one_component(void **state)
{
  (void)state;
  krb5_principal principal = NULL;
  assert_int_equal(kcd_principal_of_account(k5, "CORE2016$", "KCD.TEST", &principal), 0);
  assert_component(principal, 0, "CORE2016$");
  krb5_free_principal(k5, principal);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(spn_keeps_every_character),          cmocka_unit_test(user_of_the_realm_is_a_plain_name),
      cmocka_unit_test(other_suffix_is_an_enterprise_name), cmocka_unit_test(text_cannot_harm_a_terminal),
      cmocka_unit_test(account_is_one_component),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
