#include "der.h"
#include "padata.h"

bool kcd_padata_read(struct kcd_reader *in, struct kcd_padata *ret)
{
  struct kcd_reader element;
  struct kcd_reader type;
  struct kcd_reader value;
  struct kcd_reader octets;
  if (!kcd_der_enter(in, KCD_DER_SEQUENCE, &element) || !kcd_der_enter(&element, KCD_DER_CONTEXT(1), &type) ||
      !kcd_der_enter(&element, KCD_DER_CONTEXT(2), &value) || element.left > 0)
    return false;
  if (!kcd_der_read_int32(&type, &ret->type) || !kcd_der_enter(&value, KCD_DER_OCTET_STRING, &octets) || value.left > 0)
    return false;
  ret->value = octets.data;
  ret->len = octets.left;
  return true;
}
