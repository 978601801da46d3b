/* test_rules_doc.c - docs/KDC-RULES.md shows the rule table as it is. RULES_DOC is its path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/bytes.h>

#include "rules_markdown.h"

#define BEGIN "<!-- begin: made by print_rules -->\n"
#define END "\n<!-- end -->\n"

static char *read_document(void)
{
  char block[4096];
  size_t len;
  struct kcd_buf text;
  FILE *file = fopen(RULES_DOC, "r");
  assert_non_null(file);
  kcd_buf_init(&text, KCD_BUF_DEFAULT_CAP);
  while ((len = fread(block, 1, sizeof block, file)) > 0)
    kcd_buf_add(&text, block, len);
  fclose(file);
  char *document = kcd_buf_take_text(&text);
  kcd_buf_done(&text);
  return document;
}

static void test_document_shows_the_table(void **state)
{
  (void)state;
  KCD_AUTO_CHAR document = read_document();
  KCD_AUTO_CHAR expected = rules_markdown();
  char *begin = strstr(document, BEGIN);
  assert_non_null(begin);
  char *shown = begin + sizeof BEGIN - 1, *end = strstr(shown, END);
  assert_non_null(end);
  *end = '\0';
  assert_string_equal(shown, expected); /* if it differs: paste the output of print_rules */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_document_shows_the_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
