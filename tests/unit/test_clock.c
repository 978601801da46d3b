#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <kcdfix/alloc.h>
#include <kcdfix/clock.h>

/* 2026-11-21T20:30:05Z, by date(1) */
#define WHEN ((time_t)1795293005)

static void forms(void **state)
{
  (void)state;
  KCD_AUTO_CHAR rfc3339 = kcd_time_rfc3339(WHEN);
  KCD_AUTO_CHAR compact = kcd_time_compact(WHEN);
  KCD_AUTO_CHAR people = kcd_time_people(WHEN);
  assert_string_equal(rfc3339, "2026-11-21T20:30:05Z");
  assert_string_equal(compact, "20261121T203005Z");
  assert_string_equal(people, "2026-11-21 20:30Z");
}

static void beyond_four_digits_is_the_end(void **state)
{
  (void)state;
  KCD_AUTO_CHAR last = kcd_time_rfc3339(INT64_MAX);
  KCD_AUTO_CHAR first = kcd_time_rfc3339(INT64_MIN);
  assert_string_equal(last, "9999-12-31T23:59:59Z");
  assert_string_equal(first, "0000-01-01T00:00:00Z");
}

static const struct {
  const char *text;
  int result;
  time_t when;
} RFC3339[] = {
    {"2026-11-21T20:30:05Z", 0, WHEN},       {"1970-01-01T00:00:00Z", 0, 0},
    {"2024-02-29T00:00:00Z", 0, 1709164800}, {"2026-02-29T00:00:00Z", -1, 0},
    {"2026-13-01T00:00:00Z", -1, 0},         {"2026-00-01T00:00:00Z", -1, 0},
    {"2026-11-21T24:00:00Z", -1, 0},         {"2026-11-21T20:60:00Z", -1, 0},
    {"2026-11-21T20:30:60Z", -1, 0},         {"2026-11-21T20:30:05", -1, 0},
    {"2026-11-21T20:30:05Zx", -1, 0},        {"2026-11-21t20:30:05z", -1, 0},
    {"2026-11-21T20:30:05+00:00", -1, 0},    {"", -1, 0},
};

static void rfc3339(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(RFC3339) / sizeof(RFC3339[0]); i++) {
    time_t when = 0;
    assert_int_equal(kcd_time_parse_rfc3339(RFC3339[i].text, &when), RFC3339[i].result);
    assert_int_equal(when, RFC3339[i].when);
  }
}

static const struct {
  const char *text;
  int result;
  time_t when;
} GENERALIZED[] = {
    {"20261121203005.0Z", 0, WHEN},
    {"20261121203005Z", 0, WHEN},
    {"20261121203005,123Z", 0, WHEN},
    {"202611212030Z", 0, WHEN - 5},
    {"2026112120Z", 0, WHEN - 5 - 1800},
    {"16010101000000.0Z", 0, -11644473600},
    {"20261121203005.Z", -1, 0},
    {"202611212030.5Z", -1, 0},
    {"20261121203005.0", -1, 0},
    {"20261121203005.0+0100", -1, 0},
    {"20261131203005.0Z", -1, 0},
    {"2026112120300Z", -1, 0},
    {"", -1, 0},
};

static void generalized_time(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(GENERALIZED) / sizeof(GENERALIZED[0]); i++) {
    time_t when = 0;
    assert_int_equal(kcd_time_parse_generalized(GENERALIZED[i].text, &when), GENERALIZED[i].result);
    assert_int_equal(when, GENERALIZED[i].when);
  }
}

static void filetime(void **state)
{
  (void)state;
  time_t when = 1;
  assert_int_equal(kcd_time_from_filetime(0, &when), -1);
  assert_int_equal(kcd_time_from_filetime(INT64_MAX, &when), -1);
  assert_int_equal(kcd_time_from_filetime(UINT64_MAX, &when), -1);
  assert_int_equal(when, 1);
  assert_int_equal(kcd_time_from_filetime(116444736000000000, &when), 0);
  assert_int_equal(when, 0);
  assert_int_equal(kcd_time_from_filetime(125911584000000000, &when), 0);
  assert_int_equal(when, 946684800); /* 2000-01-01 */
  assert_int_equal(kcd_time_from_filetime(1, &when), 0);
  assert_int_equal(when, -11644473600);
}

static void clock_offset(void **state)
{
  (void)state;
  static const struct {
    int64_t seconds;
    const char *words;
  } rows[] = {
      {3, "3 s ahead of"},
      {-59, "59 s behind"},
      {60, "1 min 0 s ahead of"},
      {-432, "7 min 12 s behind"},
      {7199, "119 min 59 s ahead of"},
      {-7260, "2 h 1 min behind"},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    KCD_AUTO_CHAR words = kcd_clock_offset(rows[i].seconds);
    assert_string_equal(rows[i].words, words);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forms),    cmocka_unit_test(beyond_four_digits_is_the_end),
      cmocka_unit_test(rfc3339),  cmocka_unit_test(generalized_time),
      cmocka_unit_test(filetime), cmocka_unit_test(clock_offset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
