#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <kcdfix/alloc.h>
#include <kcdfix/uac.h>

static const struct {
  uint32_t uac;
  const char *names;
} NAMES[] = {
    {0, "0"},
    {4096, "WORKSTATION_TRUST_ACCOUNT"},
    {0x1001000, "WORKSTATION_TRUST_ACCOUNT | TRUSTED_TO_AUTH_FOR_DELEGATION"},
    {0x82000, "SERVER_TRUST_ACCOUNT | TRUSTED_FOR_DELEGATION"},
    {0x100202, "ACCOUNTDISABLE | NORMAL_ACCOUNT | NOT_DELEGATED"},
    {0x80000000, "0x80000000"},
    {0x80001004, "WORKSTATION_TRUST_ACCOUNT | 0x80000004"},
};

static void names(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
    KCD_AUTO_CHAR text = kcd_uac_names(NAMES[i].uac);
    assert_string_equal(text, NAMES[i].names);
  }
}

static const struct {
  uint32_t uac;
  unsigned listed;
  const char *words;
} TAB[] = {
    {0x1000, 0, "Do not trust this computer for delegation"},
    {0x1000, 1, "Use Kerberos only"},
    {0x1001000, 0, "Use any authentication protocol"},
    {0x1001000, 2, "Use any authentication protocol"},
    {0x81000, 0, "Trust this computer for delegation to any service"},
    {0x1081000, 2, "Trust this computer for delegation to any service"},
};

static void words_of_the_delegation_tab(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(TAB) / sizeof(TAB[0]); i++)
    assert_string_equal(kcd_uac_delegation_words(TAB[i].uac, TAB[i].listed), TAB[i].words);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names),
      cmocka_unit_test(words_of_the_delegation_tab),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
