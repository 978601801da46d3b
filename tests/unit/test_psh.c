#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <kcdfix/psh.h>

#include "../fuzz/decode.h"

#define BASE64(digits) "([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('" digits "')))"

static const struct {
  const char *in;
  const char *out; /* NULL: base64, checked by decoding alone */
} STRINGS[] = {
    {"", "''"},
    {"CORE2016$", "'CORE2016$'"},
    {"cifs/2016GUI", "'cifs/2016GUI'"},
    {"Microsoft Virtual System Migration Service/HV2", "'Microsoft Virtual System Migration Service/HV2'"},
    {"$(Remove-Item x)", "'$(Remove-Item x)'"},
    {"${x} $x; | & @( ) # <# #> \\ %", "'${x} $x; | & @( ) # <# #> \\ %'"},
    {"it's", BASE64("aXQncw==")},
    {"a\"b", NULL},
    {"a`nb", NULL},
    {"a\nb", NULL},
    {"a\r\nb", NULL},
    {"\xe2\x80\x98 \xe2\x80\x99 \xe2\x80\x9a \xe2\x80\x9b", NULL}, /* U+2018 to U+201B */
    {"\xe2\x80\x9c \xe2\x80\x9d \xe2\x80\x9e", NULL},              /* double quotes to PowerShell */
    {"@'\n$(x)\n'@", NULL},
    {"@\"\n$(x)\n\"@", NULL},
    {"\xc2\x85\xe2\x80\xa8\xe2\x80\xa9", NULL}, /* next line, line and paragraph separator */
    {"J\xc3\xb6rg", NULL},
    {"\x1b[31m", NULL},
};

static void strings(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(STRINGS) / sizeof(STRINGS[0]); i++) {
    struct kcd_buf decoded;
    kcd_buf_init(&decoded, 1000);
    KCD_AUTO_CHAR expression = kcd_psh_string(STRINGS[i].in);
    if (STRINGS[i].out != NULL)
      assert_string_equal(expression, STRINGS[i].out);
    else
      assert_int_equal(expression[0], '(');
    decode_psh_string(expression, &decoded); /* aborts on any other shape */
    assert_int_equal(decoded.len, strlen(STRINGS[i].in));
    if (decoded.len > 0)
      assert_memory_equal(decoded.data, STRINGS[i].in, decoded.len);
    kcd_buf_done(&decoded);
  }
}

static void no_string_for_other_bytes(void **state)
{
  (void)state;
  assert_null(kcd_psh_string("a\xff"));
}

static const struct {
  const char *in;
  const char *out;
} COMMENTS[] = {
    {"host CORE2016$", "# host CORE2016$\n"},
    {"a\nRemove-Item x", "# a\\x0aRemove-Item x\n"},
    {"#> Remove-Item x <#", "# \\x23> Remove-Item x <\\x23\n"},
    {"SIG # Begin signature block", "# SIG \\x23 Begin signature block\n"},
    {"\xe2\x80\xa8x \xc3\xb6", "# \\u{2028}x \\xc3\\xb6\n"},
};

static void comments(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(COMMENTS) / sizeof(COMMENTS[0]); i++) {
    struct kcd_buf out;
    kcd_buf_init(&out, 1000);
    kcd_psh_comment(&out, COMMENTS[i].in);
    KCD_AUTO_CHAR line = kcd_buf_take_text(&out);
    assert_string_equal(line, COMMENTS[i].out);
    check_comment(line);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strings),
      cmocka_unit_test(no_string_for_other_bytes),
      cmocka_unit_test(comments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
