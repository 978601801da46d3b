/* stream.h - writing that notices when it fails. */
#ifndef KCDFIX_REPORT_STREAM_H
#define KCDFIX_REPORT_STREAM_H

#include <stdio.h>

#include <kcdfix/error.h>

/* Writes TEXT and flushes. -1 with KCD_E_IO when not all of it arrived. */
int kcd_stream_write(FILE *stream, const char *text, struct kcd_error *err);

/* The end of what was written to STREAM by stdio: -1 with KCD_E_IO when not all of it arrived. */
int kcd_stream_end(FILE *stream, struct kcd_error *err);

#endif
