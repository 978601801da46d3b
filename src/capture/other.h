/* other.h - files that libpcap does not read: what they are, and the command that makes a capture of them. */
#ifndef KCDFIX_CAPTURE_OTHER_H
#define KCDFIX_CAPTURE_OTHER_H

#include <stddef.h>
#include <stdint.h>

#include <kcdfix/error.h>

/* HEAD: the first bytes of FILE ("-": standard input). 0 for a pcap or pcapng file; else KCD_E_USAGE, id
 * capture-other-format or capture-no-capture. */
int kcd_other_check(const char *file, const uint8_t *head, size_t len, struct kcd_error *err);

/* FILE as errors name it: "standard input" for "-". */
const char *kcd_other_shown(const char *file);

/* FILE as one word of a command: as it is typed, not as an option, and "FILE" where it is standard input or so long
 * that the command would not fit into an error. Owned by the caller. */
char *kcd_other_word(const char *file, const char *suffix);

#endif
