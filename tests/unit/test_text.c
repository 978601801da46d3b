#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "../fuzz/decode.h"

struct pair {
  const char *in;
  const char *out;
};

static const struct pair SAFE[] = {
    {"", ""},
    {"CORE2016$", "CORE2016$"},
    {"DOM\\user", "DOM\\user"},
    {"DOM\\xavier", "DOM\\xavier"},
    {"CN=a\\2C b\\+c", "CN=a\\2C b\\+c"},
    {"ends in \\", "ends in \\"},
    {"M\xc3\xbcller \xe6\xbc\xa2 \xf0\x9f\x98\x80", "M\xc3\xbcller \xe6\xbc\xa2 \xf0\x9f\x98\x80"},
    {"a\x1b[31mb", "a\\x1b[31mb"},
    {"a\nb\r\tc\x7f", "a\\x0ab\\x0d\\x09c\\x7f"},
    {"\xc2\x9b", "\\u{009b}"},
    {"\xe2\x80\xae", "\\u{202e}"},
    {"\xe2\x80\xa8", "\\u{2028}"},
    {"\xe2\x80\x8b", "\\u{200b}"},
    {"\xe2\x81\xa9", "\\u{2069}"},
    {"\xd8\x9c", "\\u{061c}"},
    {"\xef\xbb\xbf", "\\u{feff}"},
    {"\xf3\xa0\x80\x81", "\\u{e0001}"},
    {"a\xff", "a\\xff"},
    {"\xc0\x80", "\\xc0\\x80"},
    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
    {"\xe2\x80", "\\xe2\\x80"},
    {"\\x41", "\\\\x41"},
    {"\\x4", "\\x4"},
    {"\\\\x41", "\\\\\\\\x41"},
    {"\\u{41}", "\\\\u{41}"},
    {"\\\n", "\\\\\\x0a"},
    {"\\\\\n", "\\\\\\\\\\x0a"},
};

static void nothing_reaches_the_terminal_raw(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(SAFE) / sizeof(SAFE[0]); i++) {
    KCD_AUTO_CHAR safe = kcd_safe(SAFE[i].in);
    assert_string_equal(safe, SAFE[i].out);
  }
  KCD_AUTO_CHAR none = kcd_safe(NULL);
  assert_string_equal(none, "");
  KCD_AUTO_CHAR nul = kcd_safe_text("a\0b", 3);
  assert_string_equal(nul, "a\\x00b");
}

static void every_control_is_escaped(void **state)
{
  (void)state;
  for (unsigned c = 1; c < 256; c++) {
    const char text[] = {(char)c, '\0'};
    KCD_AUTO_CHAR safe = kcd_safe(text);
    assert_int_equal(strlen(safe), c < 0x20 || c >= 0x7f ? 4 : 1);
    assert_int_equal(kcd_is_displayable(text), c >= 0x20 && c < 0x7f);
  }
}

/* All strings of up to five of the characters that matter: what is shown leads back to exactly one input. */
static void what_is_shown_is_unambiguous(void **state)
{
  (void)state;
  static const char ALPHABET[] = "\\x4u{\n\xc3";
  for (size_t n = 0; n < 16807; n++) { /* 7 to the fifth */
    char text[6] = "";
    size_t rest = n;
    for (size_t i = 0; i < 5; i++, rest /= 7)
      text[i] = ALPHABET[rest % 7];
    KCD_AUTO_CHAR safe = kcd_safe(text);
    struct kcd_buf back;
    kcd_buf_init(&back, 100);
    decode_safe(safe, &back);
    assert_int_equal(back.len, 5);
    assert_memory_equal(back.data, text, 5);
    kcd_buf_done(&back);
  }
}

static void long_input_is_cut(void **state)
{
  (void)state;
  size_t len = 65536;
  char *text = kcd_calloc(len + 1, 1);
  memset(text, 'a', len);
  memcpy(text + KCD_SAFE_MAX - 1, "ä", 2);
  KCD_AUTO_CHAR safe = kcd_safe(text);
  assert_int_equal(strlen(safe), KCD_SAFE_MAX - 1 + strlen("... (65536 bytes)"));
  assert_string_equal(safe + KCD_SAFE_MAX - 1, "... (65536 bytes)");
  text[KCD_SAFE_MAX] = '\0';
  text[KCD_SAFE_MAX - 1] = 'b';
  KCD_AUTO_CHAR whole = kcd_safe(text);
  assert_string_equal(whole, text);
  free(text);
}

static void fixed_buffers_are_cut_between_characters(void **state)
{
  static const struct {
    const char *in;
    size_t size;
    const char *out;
  } CASES[] = {
      {"abcdef", 7, "abcdef"},  {"abcdefg", 7, "abc..."}, {"abäöü", 7, "ab..."},
      {"ab\x1b", 7, "ab\\x1b"}, {"abc\x1b", 7, "abc..."}, {"abcdef", 4, "..."},
      {"abcdef", 3, "ab"},      {"abc", 1, ""},           {"", 1, ""},
  };
  (void)state;
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
    char out[8];
    memset(out, '#', sizeof(out));
    kcd_safe_into(out, CASES[i].size, CASES[i].in);
    assert_string_equal(out, CASES[i].out);
  }
  char untouched = '#';
  kcd_safe_into(&untouched, 0, "x");
  assert_int_equal(untouched, '#');
}

static void utf8(void **state)
{
  (void)state;
  assert_true(kcd_is_utf8("", 0));
  assert_true(kcd_is_utf8("\xf4\x8f\xbf\xbf", 4));
  assert_false(kcd_is_utf8("a\0b", 3));
  assert_false(kcd_is_utf8("\xed\xbf\xbf", 3));
  assert_false(kcd_is_utf8("\xe0\x80\xaf", 3));
  assert_false(kcd_is_utf8("\xf5\x80\x80\x80", 4));
  assert_false(kcd_is_utf8("\xc3", 1));
  assert_false(kcd_is_utf8("\x80", 1));
}

static void width_counts_columns(void **state)
{
  (void)state;
  assert_int_equal(kcd_text_width("CORE2016"), 8);
  assert_int_equal(kcd_text_width("Jörg"), 4);
  assert_int_equal(kcd_text_width("漢字"), 4);
  assert_int_equal(kcd_text_width("e\xcc\x81"), 1);
}

static void case_is_ascii_case(void **state)
{
  (void)state;
  assert_true(kcd_equal_nocase("CIFS/2016gui", "cifs/2016GUI"));
  assert_false(kcd_equal_nocase("cifs/a", "cifs/ab"));
  assert_false(kcd_equal_nocase("\xc3\x84", "\xc3\xa4"));
  assert_false(kcd_equal_nocase("[", "{"));
  assert_true(kcd_equal_nocase_n("ABx", "abY", 2));
  assert_true(kcd_starts_nocase("HOST/x", "host/"));
  assert_false(kcd_starts_nocase("HO", "host/"));
  assert_true(kcd_ends_nocase("a.KCD.test", ".kcd.TEST"));
  assert_false(kcd_ends_nocase("t", ".kcd.test"));
  KCD_AUTO_CHAR lower = kcd_lower("KCD.TEST\xc3\x84@[");
  KCD_AUTO_CHAR upper = kcd_upper("kcd.test\xc3\xa4`{");
  assert_string_equal(lower, "kcd.test\xc3\x84@[");
  assert_string_equal(upper, "KCD.TEST\xc3\xa4`{");
}

/* RFC 4648 section 10. */
static const struct pair BASE64[] = {
    {"", ""},
    {"f", "Zg=="},
    {"f"
     "o",
     "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xff\xfe\xfb", "//77"},
};

static void base64(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(BASE64) / sizeof(BASE64[0]); i++) {
    struct kcd_bytes bytes;
    KCD_AUTO_CHAR text = kcd_base64(BASE64[i].in, strlen(BASE64[i].in));
    assert_string_equal(text, BASE64[i].out);
    assert_int_equal(kcd_base64_decode(text, &bytes), 0);
    assert_string_equal((char *)bytes.data, BASE64[i].in);
    kcd_bytes_done(&bytes);
  }
}

static void base64_is_canonical_or_refused(void **state)
{
  static const char *const BAD[] = {"Z",    "Zg",   "Zg=",      "Zh==", "Zm9=",   "=",
                                    "====", "Z===", "Zg==Zg==", "Zm 9", "Zm9v\n", "Zm-_"};
  (void)state;
  for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
    struct kcd_bytes bytes;
    assert_int_equal(kcd_base64_decode(BAD[i], &bytes), -1);
  }
}

static void hexadecimal(void **state)
{
  struct kcd_bytes bytes;
  (void)state;
  KCD_AUTO_CHAR hex = kcd_hex("\x00\x1b\xff", 3);
  assert_string_equal(hex, "001bff");
  assert_int_equal(kcd_hex_decode("001BfF", &bytes), 0);
  assert_int_equal(bytes.len, 3);
  assert_memory_equal(bytes.data, "\x00\x1b\xff", 3);
  kcd_bytes_done(&bytes);
  assert_int_equal(kcd_hex_decode("0", &bytes), -1);
  assert_int_equal(kcd_hex_decode("0g", &bytes), -1);
}

static void numbers(void **state)
{
  static const struct {
    const char *text;
    uint64_t max;
    int result;
    uint64_t value;
  } CASES[] = {
      {"0", 10, 0, 0},
      {"4096", UINT32_MAX, 0, 4096},
      {"0x1000000", UINT32_MAX, 0, 0x1000000},
      {"0XfF", 255, 0, 255},
      {"18446744073709551615", UINT64_MAX, 0, UINT64_MAX},
      {"18446744073709551616", UINT64_MAX, -1, 0},
      {"0x10000000000000000", UINT64_MAX, -1, 0},
      {"11", 10, -1, 0},
      {"", 10, -1, 0},
      {"0x", 10, -1, 0},
      {"-1", UINT64_MAX, -1, 0},
      {"+1", 10, -1, 0},
      {" 1", 10, -1, 0},
      {"1 ", 10, -1, 0},
      {"1a", UINT64_MAX, -1, 0},
  };
  (void)state;
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
    uint64_t value = 0;
    assert_int_equal(kcd_parse_u64(CASES[i].text, CASES[i].max, &value), CASES[i].result);
    assert_int_equal(value, CASES[i].value);
  }
}

static const struct pair WORDS[] = {
    {"", "''"},
    {"cifs/2016GUI", "cifs/2016GUI"},
    {"--as=alice@KCD.TEST", "--as=alice@KCD.TEST"},
    {"CORE2016$", "'CORE2016$'"},
    {"DOM\\user", "'DOM\\user'"},
    {"Microsoft Virtual System Migration Service/HV2", "'Microsoft Virtual System Migration Service/HV2'"},
    {"it's", "'it'\\''s'"},
    {"$(id) `id` \"x\" ; !1 * ~ # & | < > { }", "'$(id) `id` \"x\" ; !1 * ~ # & | < > { }'"},
    {"=ls", "'=ls'"},
    {"J\xc3\xb6rg", "'J\xc3\xb6rg'"},
    {"a\x1b[31mb", "\"$(printf 'a\\033\\13331mb')\""},
    {"-n %s\t\\ ' \"", "\"$(printf '\\055n \\045s\\011\\134 \\047 \\042')\""},
    {"a\nb", "\"$(printf 'a\\012b')\""},
    {"a\n\n", "\"$(printf 'a')\"'\n\n'"},
    {"\n", "\"$(printf '')\"'\n'"},
    {"\xff\xe2\x80\xae!", "\"$(printf '\\377\\342\\200\\256\\041')\""},
};

static void check_shell(const char *shell, const char *word, const char *expected)
{
  KCD_AUTO_CHAR path = kcd_strdup("/tmp/kcdfix-test-XXXXXX");
  int fd = mkstemp(path);
  assert_int_not_equal(fd, -1);
  FILE *script = fdopen(fd, "w");
  fprintf(script, "set -- %s\nprintf '%%s' \"$#$1\"\n", word);
  assert_int_equal(fclose(script), 0);
  KCD_AUTO_CHAR command = kcd_asprintf("%s %s", shell, path);
  FILE *output = popen(command, "r");
  assert_non_null(output);
  char got[512];
  size_t len = fread(got, 1, sizeof(got) - 1, output);
  got[len] = '\0';
  assert_int_equal(pclose(output), 0);
  assert_int_equal(remove(path), 0);
  assert_int_equal(got[0], '1');
  assert_string_equal(got + 1, expected);
}

static void shell_words_mean_the_text(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
    KCD_AUTO_CHAR word = kcd_shell_word(WORDS[i].in);
    assert_string_equal(word, WORDS[i].out);
    check_shell("/bin/sh", word, WORDS[i].in);
    check_shell("/bin/bash", word, WORDS[i].in);
  }
}

static void every_byte_goes_through_a_shell(void **state)
{
  (void)state;
  char all[256];
  for (unsigned c = 1; c < 256; c++)
    all[c - 1] = (char)c;
  all[255] = '\0';
  KCD_AUTO_CHAR word = kcd_shell_word(all);
  assert_true(kcd_is_displayable(word));
  check_shell("/bin/sh", word, all);
  check_shell("/bin/bash", word, all);
}

static void words_are_joined(void **state)
{
  static const char *const NAMES[] = {"a", "b", "c"};
  static const char *const JOINED[] = {"", "a", "a and b", "a, b and c"};
  (void)state;
  for (size_t n = 0; n <= 3; n++) {
    KCD_AUTO_CHAR text = kcd_join_words(NAMES, n);
    assert_string_equal(text, JOINED[n]);
  }
}

static void case_is_the_directorys(void **state)
{
  (void)state;
  static const struct {
    const char *a, *b;
    int order;
  } CASES[] = {{"", "", 0},
               {"", "a", -1},
               {"cifs/2016GUI", "CIFS/2016gui", 0},
               {"cifs/b\xc3\xbcro", "CIFS/B\xc3\x9cRO", 0},
               {"\xd0\x96", "\xd0\xb6", 0},     /* Cyrillic */
               {"\xcf\x82", "\xce\xa3", 0},     /* the small sigma at the end of a word */
               {"\xe2\xb1\xa5", "\xc8\xba", 0}, /* of another length */
               {"k", "\xe2\x84\xaa", -1},       /* Kelvin sign */
               {"S", "\xc5\xbf", -1},           /* long s */
               {"\xc4\xb1", "I", 1},            /* i without a dot */
               {"\xc3\xbc", "u", 1},            /* no accent is dropped */
               {"B\xc3", "b\xc3", 0},           /* cut off */
               {"\xc3\xbc", "\xc3", -1},
               {"\xe4", "\xc4", 1}, /* Latin-1 is no UTF-8 */
               {"a\xff z", "A\xff Z", 0}};
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
    const char *a = CASES[i].a, *b = CASES[i].b;
    assert_int_equal(kcd_fold_compare(a, strlen(a), b, strlen(b)), CASES[i].order);
    assert_int_equal(kcd_fold_compare(b, strlen(b), a, strlen(a)), -CASES[i].order);
    assert_int_equal(kcd_equal_fold(a, b), CASES[i].order == 0);
  }
  assert_int_equal(kcd_fold_compare("a\0b", 3, "A\0B", 3), 0);
  assert_int_equal(kcd_fold_compare("a\0b", 3, "a", 1), 1);
  assert_int_equal(kcd_fold_compare(NULL, 0, "", 0), 0);
}

static void names_with_numbers_are_in_order(void **state)
{
  (void)state;
  static const char *const sorted[] = {"",    "HV",  "HV0", "hv2", "HV10", "HV10a", "HV99999999999999999999",
                                       "HVa", "\xc3"};
  enum { N = sizeof(sorted) / sizeof(sorted[0]) };
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < N; j++) {
      int order = kcd_natural_compare(sorted[i], sorted[j]);
      assert_int_equal((i > j) - (i < j), (order > 0) - (order < 0));
    }
  assert_int_equal(0, kcd_natural_compare("hv007x", "HV7X"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_reaches_the_terminal_raw),
      cmocka_unit_test(every_control_is_escaped),
      cmocka_unit_test(what_is_shown_is_unambiguous),
      cmocka_unit_test(long_input_is_cut),
      cmocka_unit_test(fixed_buffers_are_cut_between_characters),
      cmocka_unit_test(utf8),
      cmocka_unit_test(width_counts_columns),
      cmocka_unit_test(case_is_ascii_case),
      cmocka_unit_test(case_is_the_directorys),
      cmocka_unit_test(names_with_numbers_are_in_order),
      cmocka_unit_test(base64),
      cmocka_unit_test(base64_is_canonical_or_refused),
      cmocka_unit_test(hexadecimal),
      cmocka_unit_test(numbers),
      cmocka_unit_test(shell_words_mean_the_text),
      cmocka_unit_test(every_byte_goes_through_a_shell),
      cmocka_unit_test(words_are_joined),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
