/* stand_in_fields.h - the members of an encoded record of a stand-in, and what a stand-in is known by. */
#ifndef KCDFIX_DELEGATION_STAND_IN_FIELDS_H
#define KCDFIX_DELEGATION_STAND_IN_FIELDS_H

#include <kcdfix/stand_in_record.h>

#include "recordform.h"

enum {
  KCD_STAND_IN_FIELD_STATE = KCD_FIELD_OWN, /* enum kcd_stand_in_state */
  KCD_STAND_IN_FIELD_GUID,                  /* has_guid and guid; null for none */
  KCD_STAND_IN_FIELD_NONCE                  /* uint8_t[KCD_STAND_IN_NONCE]: lower-case hexadecimal */
};
extern const struct kcd_record_form kcd_stand_in_record_form;

/* The whole of TEXT is a nonce as kcdfix writes it; -1 otherwise. */
int kcd_stand_in_nonce_parse(const char *text, uint8_t ret[KCD_STAND_IN_NONCE]);
/* "kcdfix/0f1e...", whatever the flavour; owned. */
char *kcd_stand_in_own_spn(const uint8_t nonce[KCD_STAND_IN_NONCE]);
/* Whether a sAMAccountName is one that kcdfix gives; NULL is none. */
bool kcd_stand_in_is_name(const char *name);

#endif
