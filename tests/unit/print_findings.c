/* Prints the table of docs/FINDINGS.md, or with the argument "manual" the list of man/kcdfix.8: run it when a row of
 * findings_table.c has changed. */
#include <stdio.h>
#include <string.h>

#include <kcdfix/alloc.h>

#include "findings_markdown.h"

int main(int argc, char **argv)
{
  KCD_AUTO_CHAR table = argc > 1 && strcmp(argv[1], "manual") == 0 ? findings_manual() : findings_markdown();
  return fputs(table, stdout) == EOF;
}
