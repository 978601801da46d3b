/* output.h - where the result goes: standard output, or the file of --output. */
#ifndef KCDFIX_CLI_OUTPUT_H
#define KCDFIX_CLI_OUTPUT_H

#include <stdio.h>

#include "commands.h"

/* Fails when something that was to be shown on OUT got lost there: nobody may be asked about it, and it may not be
 * done. */
int kcd_check_shown(FILE *out, struct kcd_error *err);
/* Writes the report, or the text of --emit. A new file appears whole or not at all; what is no regular file is written
 * in place. KCD_E_IO when it cannot be written. */
int kcd_write_output(struct kcd_run *run, int status, struct kcd_error *err);

#endif
