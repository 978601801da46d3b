/* source.h - the bytes of a capture: a file, or standard input, whose beginning can be looked at before libpcap reads
 * it. */
#ifndef KCDFIX_CAPTURE_SOURCE_H
#define KCDFIX_CAPTURE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <kcdfix/error.h>

struct kcd_source {
  uint8_t head[1024]; /* the first bytes, HEAD_LEN of them */
  size_t head_len;
  size_t given; /* of the head */
  int fd;
  int error; /* errno of a read that failed */
};

/* FILE, "-": standard input. Fails with KCD_E_USAGE, id capture-unreadable: not there, a directory, empty. The source
 * must not move afterwards. */
int kcd_source_open(struct kcd_source *source, const char *file, struct kcd_error *err);
/* A stream of all bytes, the head included; owned by the caller. Closing it leaves the source open. */
FILE *kcd_source_stream(struct kcd_source *source);
void kcd_source_close(struct kcd_source *source);

#endif
