#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>

static void zeroed_memory(void **state)
{
  (void)state;
  unsigned char *memory = kcd_calloc(16, 4);
  for (size_t i = 0; i < 64; i++)
    assert_int_equal(memory[i], 0);
  free(memory);
  free(kcd_calloc(0, 8));
}

static void grown_memory_keeps_its_bytes(void **state)
{
  (void)state;
  char *memory = kcd_reallocarray(NULL, 2, 1);
  memcpy(memory, "ab", 2);
  memory = kcd_reallocarray(memory, 4096, 2);
  assert_memory_equal(memory, "ab", 2);
  memory = kcd_reallocarray(memory, 0, 1);
  free(memory);
}

static void copies(void **state)
{
  (void)state;
  KCD_AUTO_CHAR all = kcd_strdup("CORE2016$");
  KCD_AUTO_CHAR part = kcd_strndup("CORE2016$", 4);
  assert_string_equal(all, "CORE2016$");
  assert_string_equal(part, "CORE");
  assert_null(kcd_strdup(NULL));
}

static void formatted(void **state)
{
  (void)state;
  KCD_AUTO_CHAR text = kcd_asprintf("%s/%d", "cifs", 445);
  assert_string_equal(text, "cifs/445");
}

static void taking_leaves_null(void **state)
{
  (void)state;
  char *owner = kcd_strdup("x");
  char *taken = KCD_TAKE(owner);
  assert_null(owner);
  assert_string_equal(taken, "x");
  free(taken);
}

static void wiping(void **state)
{
  (void)state;
  char secret[] = "secret";
  kcd_wipe(secret, sizeof(secret));
  assert_memory_equal(secret, "\0\0\0\0\0\0", sizeof(secret));
  kcd_wipe(NULL, 3);
  kcd_free_secret(NULL);
  kcd_free_secret(kcd_strdup("secret"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(zeroed_memory), cmocka_unit_test(grown_memory_keeps_its_bytes),
      cmocka_unit_test(copies),        cmocka_unit_test(formatted),
      cmocka_unit_test(wiping),        cmocka_unit_test(taking_leaves_null),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
