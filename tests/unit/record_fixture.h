/* record_fixture.h - the record of one ordinary change: two values listed and the bit set. */
#ifndef KCDFIX_TEST_RECORD_FIXTURE_H
#define KCDFIX_TEST_RECORD_FIXTURE_H

#include <kcdfix/record.h>

void record_init(struct kcd_record *record);

#endif
