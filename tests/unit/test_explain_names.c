/* Names in a pasted text, and the command that is made of them: whatever stands there stays one word of the shell. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/explain.h>
#include <kcdfix/text.h>

#define EVENT                                                                                                          \
  "Hyper-V-VMMS-Admin  Event ID: 13000\n"                                                                              \
  "User 'CONTOSO\\admin' failed to create external configuration store at '\\\\2016GUI\\VMs':\n"                       \
  "General access denied error. (0x80070005)\n"

/* A text, and what comes next. */
static const struct {
  const char *text, *next;
} NEXT[] = {
    {"13000", "kcdfix check HOST cifs/SERVER"},
    {"13", "kcdfix check HOST SPN"},
    {"0x8009030E", "kcdfix check --for live-migration SOURCE DESTINATION"},
    {"21502", "kcdfix explain CODE"},
    {"KRB5_KDC_UNREACH", "kcdfix doctor"},
    {"0x8007274C", "Test-NetConnection SERVER -Port 6600"},
    {EVENT, "kcdfix check --as 'CONTOSO\\admin' HOST cifs/2016GUI"},
    {EVENT "Computer: CORE2016.contoso.com\n", "kcdfix check --as 'CONTOSO\\admin' CORE2016.contoso.com cifs/2016GUI"},
    {"<EventID>13000</EventID><Computer>CORE2016</Computer><Data>\\\\2016GUI\\VMs</Data><Data>CONTOSO\\admin</Data>",
     "kcdfix check --as 'CONTOSO\\admin' CORE2016 cifs/2016GUI"},
    {"event 13000 '\\\\?\\UNC\\fs.contoso.com\\My VMs\\a b'", "kcdfix check HOST cifs/fs.contoso.com"},
    {"event 13000 at 'C:\\VMs\\new'", "kcdfix check HOST cifs/HOST"},
    {"event 13000 at 'C:\\VMs\\new'\nComputer: CORE2016", "kcdfix check CORE2016 cifs/CORE2016"},
    {"12700 Machine Account 'CONTOSO\\CORE2016$' does not have read access to file share '\\\\lib\\iso'",
     "kcdfix check CORE2016 cifs/lib"},
    {"Event ID: 4769\nAccount Name:\t\tCORE2016$@CONTOSO.COM\nFailure Code:\t\t0xD\n", "kcdfix check CORE2016 SPN"},
    {"core2016$ asked for cifs/2016GUI@CONTOSO.COM: KDC_ERR_BADOPTION", "kcdfix check HOST cifs/2016GUI"},
    {"failed at migration source 'HV1'. connection with host 'HV2': No credentials are available in the security "
     "package",
     "kcdfix check --for live-migration HV1 HV2"},
    /* The system's own accounts and relative paths are nobody. */
    {"13000 NT AUTHORITY\\SYSTEM NT VIRTUAL MACHINE\\Virtual", "kcdfix check HOST cifs/SERVER"},
    {"13000 '\\\\fs\\VMs\\a b\\c d'", "kcdfix check HOST cifs/fs"},
    {"0x80070005 \\\\fs\\vm share\\a.iso cannot be opened", "kcdfix check HOST cifs/fs"},
    {"13000 at C:\\Users\\Public\\Documents\\Hyper-V\\Virtual Hard Disks\\a.vhdx", "kcdfix check HOST cifs/HOST"},
    {"13000 at \\\\fs\\vm share\\a b\\c as CONTOSO\\admin", "kcdfix check --as 'CONTOSO\\admin' HOST cifs/fs"},
    {"13000 at C:\\a b\\c: user CONTOSO\\admin", "kcdfix check --as 'CONTOSO\\admin' HOST cifs/HOST"},
    /* Names that want out. */
    {"13000 User 'CONTOSO\\a$(reboot)' at '\\\\fs\\x'", "kcdfix check --as 'CONTOSO\\a$(reboot)' HOST cifs/fs"},
    {"13000 at \"\\\\fs;reboot;`id`\\x\"", "kcdfix check HOST 'cifs/fs;reboot;`id`'"},
    {"13000 CONTOSO\\a\x1b[31m at \\\\fs\\x",
     "kcdfix check --as \"$(printf 'CONTOSO\\134a\\033\\13331m')\" HOST cifs/fs"},
    {"13000\nComputer: -oFILE\n", "kcdfix check HOST cifs/SERVER"},
    {"13000\nComputer: cifs/other\n", "kcdfix check HOST cifs/other"},
    {"13000 Machine Account 'D\\-oFILE$'", "kcdfix check HOST cifs/SERVER"},
    {"13000 at '\\\\fs@evil\\x'", "kcdfix check HOST cifs/SERVER"},
    {"13000 at '\\\\f\x1bs\\x'", "kcdfix check HOST cifs/SERVER"},
};

static void the_command_has_the_names(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof NEXT / sizeof NEXT[0]; i++) {
    struct kcd_explanation explanation;
    kcd_explain(NEXT[i].text, &explanation);
    assert_true(explanation.n > 0);
    assert_string_equal(explanation.v[0].next, NEXT[i].next);
    kcd_explanation_done(&explanation);
  }
}

static void the_sentences_have_the_names(void **state)
{
  (void)state;
  struct kcd_explanation explanation;
  kcd_explain(EVENT, &explanation);
  const struct kcd_explained *first = &explanation.v[0];
  assert_string_equal(first->label, "event 13000 with 0x80070005");
  assert_string_equal(first->means, "the host was refused when it opened \\\\2016GUI\\VMs as CONTOSO\\admin");
  assert_string_equal(first->causes[1].text, "cifs/2016GUI is not listed on the host, or in one form only");
  assert_string_equal(first->blanks, "HOST: the machine that logged the event or was refused");
  assert_null(first->note);
  kcd_explanation_done(&explanation);
}

static void what_a_path_tells(void **state)
{
  (void)state;
  struct kcd_explanation explanation;
  kcd_explain("event 13000 at C:\\VMs", &explanation);
  assert_non_null(strstr(explanation.v[0].note, "local to the host"));
  assert_true(explanation.names.local_path);
  kcd_explanation_done(&explanation);
  kcd_explain("event 13000 at \\\\192.0.2.1\\VMs", &explanation);
  assert_non_null(strstr(explanation.v[0].note, "NTLM"));
  kcd_explanation_done(&explanation);
}

static void all_that_is_shown_is_harmless(void **state)
{
  (void)state;
  struct kcd_explanation explanation;
  kcd_explain("13000 User 'C\\\x1b]0;x\x07\xe2\x80\x8b' at '\\\\fs\\\x1b[2J'", &explanation);
  const struct kcd_explained *first = &explanation.v[0];
  assert_true(kcd_is_displayable(first->label) && kcd_is_displayable(first->means));
  assert_true(kcd_is_displayable(first->next));
  for (size_t i = 0; i < first->n_causes; i++)
    assert_true(kcd_is_displayable(first->causes[i].text));
  kcd_explanation_done(&explanation);
}

static void a_name_too_long_is_none(void **state)
{
  (void)state;
  KCD_AUTO_CHAR name = kcd_calloc(5001, 1);
  memset(name, 'a', 5000);
  KCD_AUTO_CHAR text = kcd_asprintf("13000 User 'D\\%s' at '\\\\%s\\x' Computer: %s", name, name, name);
  struct kcd_explanation explanation;
  kcd_explain(text, &explanation);
  assert_string_equal(explanation.v[0].next, "kcdfix check HOST cifs/SERVER");
  kcd_explanation_done(&explanation);
}

/* Exports as Windows writes them. */
static const struct {
  const char *data;
  size_t len;
  const char *text;
} ENCODED[] = {
    {"\xff\xfe"
     "1\0003\000\xe4\000",
     8, "13\xc3\xa4"},
    {"\xfe\xff\0001\0003\x20\xac", 8, "13\xe2\x82\xac"},
    {"1\0003\0000\0000\0000\000", 10, "13000"},
    {"\0001\0003\0000\0000", 8, "1300"},
    {"\xff\xfe\x3d\xd8\x00\xde", 6, "\xf0\x9f\x98\x80"},
    {"\xff\xfe\x3d\xd8x\000", 6, "\xef\xbf\xbdx"},
    {"\xff\xfe\x3d\xd8", 4, "\xef\xbf\xbd"},
    {"\xff\xfe"
     "a\000\000\000b\000c",
     9, "a b"},
    {"\xef\xbb\xbf"
     "13",
     5, "13"},
    {"a\000b\xff", 4, "a b\xff"},
    {"", 0, ""},
    {"\xff", 1, "\xff"},
};

static void text_is_decoded(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof ENCODED / sizeof ENCODED[0]; i++) {
    KCD_AUTO_CHAR text = kcd_decode_text(ENCODED[i].data, ENCODED[i].len);
    assert_string_equal(text, ENCODED[i].text);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_command_has_the_names), cmocka_unit_test(the_sentences_have_the_names),
      cmocka_unit_test(what_a_path_tells),         cmocka_unit_test(all_that_is_shown_is_harmless),
      cmocka_unit_test(a_name_too_long_is_none),   cmocka_unit_test(text_is_decoded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
