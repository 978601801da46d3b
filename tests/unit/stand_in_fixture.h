/* stand_in_fixture.h - one ordinary stand-in: its nonce, its record, and the account as it is found. */
#ifndef KCDFIX_TEST_STAND_IN_FIXTURE_H
#define KCDFIX_TEST_STAND_IN_FIXTURE_H

#include <kcdfix/stand_in_record.h>

#define NONCE_DIGITS "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
extern const uint8_t fixture_nonce[KCD_STAND_IN_NONCE];

void stand_in_record_init(struct kcd_stand_in_record *record);
/* The account that the record is about, created one second after it. */
void stand_in_found_init(struct kcd_stand_in_found *found);

#endif
