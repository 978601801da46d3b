/* print_rules.c - writes the tables of docs/KDC-RULES.md: paste them between its marks after a change of the rules. */
#include <stdio.h>

#include <kcdfix/alloc.h>

#include "rules_markdown.h"

int main(void)
{
  KCD_AUTO_CHAR text = rules_markdown();
  return fputs(text, stdout) == EOF;
}
