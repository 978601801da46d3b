/* Prints the table of docs/FINDINGS.md: run it when a row of findings_table.c has changed. */
#include <stdio.h>

#include <kcdfix/alloc.h>

#include "findings_markdown.h"

int main(void)
{
  KCD_AUTO_CHAR table = findings_markdown();
  return fputs(table, stdout) == EOF;
}
