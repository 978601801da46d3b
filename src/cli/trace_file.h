/* trace_file.h - a network capture, read to its end and understood. */
#ifndef KCDFIX_CLI_TRACE_FILE_H
#define KCDFIX_CLI_TRACE_FILE_H

#include <kcdfix/trace.h>

#include "commands.h"
#include "operands.h"
#include "options.h"

/* The port of the KDC in it. */
uint16_t kcd_trace_port(const struct kcd_options *options);
/* Reads --trace: 0; 1: the capture is damaged somewhere, it is read up to there, and the report says so; -1: ERR.
 * kcd_trace_result_done frees. */
int kcd_read_trace(struct kcd_run *run, struct kcd_trace_result *ret, struct kcd_error *err);
/* Nothing in it is constrained delegation: KCD_E_NOT_FOUND, id trace-without-pairs. */
int kcd_fail_no_pairs(const struct kcd_options *options, struct kcd_error *err);
/* The hosts and SPNs of USER (NULL: of all users), each once, as operands; borrowed from PAIRS. */
void kcd_trace_operands(const struct kcd_traced_pairs *pairs, const char *user, struct kcd_operands *ret);

#endif
