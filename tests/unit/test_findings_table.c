#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <kcdfix/findings.h>
#include <kcdfix/text.h>

#include "findings_markdown.h"

#define DOCUMENT "../../docs/FINDINGS.md"
#define BEGIN "<!-- begin: made by print_findings -->\n"
#define END "<!-- end -->\n"
#define MANUAL "../../man/kcdfix.8"
#define MANUAL_BEGIN ".\\\" begin: made by print_findings manual\n.Bl -tag -width Ds\n"
#define MANUAL_END ".El\n.\\\" end\n"

static const char *const listed_ids[] = {
#define X(NAME, ID) ID,
    KCD_FINDING_LIST(X)
#undef X
};

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (strcmp(word, words[i]) == 0)
      return true;
  return false;
}

static bool is_id(const char *text)
{
  return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text) && strlen(text) > 3;
}

static void every_row_is_complete(void **state)
{
  (void)state;
  static const char *const can_fix[] = {"yes", "asks", "partly", "no"};
  static const char *const seen_in[] = {"directory", "KDC", "directory, KDC", "network", "host"};
  for (int id = 0; id < KCD_FINDINGS; id++) {
    const struct kcd_finding_info *info = kcd_finding_info((enum kcd_finding_id)id);
    assert_string_equal(info->id, listed_ids[id]);
    assert_true(is_id(info->id));
    assert_true(strlen(info->title) > 0 && strlen(info->title) < 100);
    assert_true(strlen(info->remedy) > 0 && info->remedy[strlen(info->remedy) - 1] == '.');
    assert_true(is_one_of(info->kcdfix, can_fix, 4));
    assert_true(strlen(info->source) > 0);
    assert_true(is_one_of(info->seen, seen_in, sizeof seen_in / sizeof seen_in[0]));
    assert_true(kcd_is_displayable(info->title) && kcd_is_displayable(info->remedy));
    assert_null(strchr(info->remedy, '|'));
  }
}

static void no_id_stands_twice(void **state)
{
  (void)state;
  for (int id = 0; id < KCD_FINDINGS; id++)
    assert_false(is_one_of(listed_ids[id], listed_ids, (size_t)id));
}

static void names_lead_to_rows(void **state)
{
  (void)state;
  enum kcd_finding_id found = KCD_FINDINGS;
  for (int id = 0; id < KCD_FINDINGS; id++) {
    assert_int_equal(kcd_finding_by_name(listed_ids[id], &found), 0);
    assert_int_equal(found, id);
  }
  assert_int_equal(kcd_finding_by_name("no-such-finding", &found), -1);
}

/* The id is the contract; the order is the order of repair: what stands first has to be mended first. */
static void lists_come_before_the_bit(void **state)
{
  (void)state;
  assert_true(KCD_F_HOST_NOT_FOUND < KCD_F_LIST_EMPTY);
  assert_true(KCD_F_LIST_EMPTY < KCD_F_PROTOCOL_TRANSITION_OFF);
  assert_true(KCD_F_SPN_NOT_LISTED < KCD_F_PROTOCOL_TRANSITION_OFF);
  assert_true(KCD_F_TARGET_SPN_MISSING < KCD_F_LIST_EMPTY);
}

static void severities_have_names(void **state)
{
  (void)state;
  assert_string_equal(kcd_severity_name(KCD_NOTE), "note");
  assert_string_equal(kcd_severity_name(KCD_WARNING), "warning");
  assert_string_equal(kcd_severity_name(KCD_FAULT), "error");
  assert_string_equal(kcd_verdict_name(KCD_WORKS), "works");
  assert_string_equal(kcd_verdict_name(KCD_FAILS), "fails");
  assert_string_equal(kcd_verdict_name(KCD_CANNOT_TELL), "unknown");
}

static char *whole_file(const char *path)
{
  FILE *file = fopen(path, "re");
  assert_non_null(file);
  struct kcd_buf text;
  kcd_buf_init(&text, KCD_BUF_DEFAULT_CAP);
  char piece[4096];
  for (size_t n = 0; (n = fread(piece, 1, sizeof piece, file)) > 0;)
    kcd_buf_add(&text, piece, n);
  fclose(file);
  return kcd_buf_take_text(&text);
}

static void assert_shows(const char *path, const char *begin_mark, const char *end_mark, const char *expected)
{
  KCD_AUTO_CHAR document = whole_file(path);
  const char *begin = strstr(document, begin_mark);
  assert_non_null(begin);
  begin += strlen(begin_mark);
  const char *end = strstr(begin, end_mark);
  assert_non_null(end);
  KCD_AUTO_CHAR shown = kcd_strndup(begin, (size_t)(end - begin));
  assert_string_equal(shown, expected);
}

static void document_shows_the_table(void **state)
{
  (void)state;
  KCD_AUTO_CHAR table = findings_markdown();
  assert_shows(DOCUMENT, BEGIN, END, table);
}

static void manual_shows_the_table(void **state)
{
  (void)state;
  KCD_AUTO_CHAR list = findings_manual();
  assert_shows(MANUAL, MANUAL_BEGIN, MANUAL_END, list);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_row_is_complete),  cmocka_unit_test(no_id_stands_twice),
      cmocka_unit_test(names_lead_to_rows),     cmocka_unit_test(lists_come_before_the_bit),
      cmocka_unit_test(severities_have_names),  cmocka_unit_test(document_shows_the_table),
      cmocka_unit_test(manual_shows_the_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
