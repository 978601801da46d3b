/* fixture.h - bytes for the tests: files of tests/unit/fixtures (the working directory is tests/unit) and hexadecimal
 * literals. Each sits in a block of exactly its size, so that the sanitizers see a read past its end. */
#ifndef KCDFIX_TEST_FIXTURE_H
#define KCDFIX_TEST_FIXTURE_H

#include <kcdfix/bytes.h>

struct kcd_bytes fixture(const char *name);
struct kcd_bytes from_hex(const char *hex);

/* Calls DECODE with each proper beginning of the bytes. */
void each_truncation(const struct kcd_bytes *bytes, void (*decode)(const void *data, size_t len));

#endif
