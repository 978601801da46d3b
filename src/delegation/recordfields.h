/* recordfields.h - the members of an encoded change record, for the encoder and the decoder. */
#ifndef KCDFIX_DELEGATION_RECORDFIELDS_H
#define KCDFIX_DELEGATION_RECORDFIELDS_H

#include <kcdfix/record.h>

#include "recordform.h"

enum {
  KCD_FIELD_STATE = KCD_FIELD_OWN, /* enum kcd_record_state */
  KCD_FIELD_MODE,                  /* enum kcd_mode */
  KCD_FIELD_SPNS                   /* spns and n_spns */
};
extern const struct kcd_record_form kcd_change_record_form;

int kcd_record_state_parse(const char *name, enum kcd_record_state *ret);

#endif
