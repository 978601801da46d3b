#include <kcdfix/kerberr.h>

#include "der.h"
#include "kdcreq.h"

#define PVNO 5

static bool read_number(struct kcd_reader *in, uint8_t tag, int32_t expected)
{
  struct kcd_reader content;
  int32_t value;
  return kcd_der_enter(in, tag, &content) && kcd_der_read_int32(&content, &value) && value == expected;
}

static bool read_padata_field(struct kcd_reader *in, struct kcd_reader *ret)
{
  struct kcd_reader field;
  if (kcd_der_tag(in) != KCD_DER_CONTEXT(3)) {
    kcd_reader_init(ret, in->data, 0);
    return true;
  }
  return kcd_der_enter(in, KCD_DER_CONTEXT(3), &field) && kcd_der_enter(&field, KCD_DER_SEQUENCE, ret) &&
         field.left == 0;
}

static bool read_fields(struct kcd_reader *in, int32_t msg_type, struct kcd_kdc_req *ret)
{
  ret->head = in->data;
  if (!read_number(in, KCD_DER_CONTEXT(1), PVNO) || !read_number(in, KCD_DER_CONTEXT(2), msg_type))
    return false;
  ret->head_len = (size_t)(in->data - ret->head);
  if (!read_padata_field(in, &ret->padata))
    return false;
  ret->tail = in->data;
  ret->tail_len = in->left;
  return kcd_der_enter(in, KCD_DER_CONTEXT(4), &ret->body) && in->left == 0;
}

bool kcd_kdc_req_read(const void *message, size_t len, uint8_t msg_type, struct kcd_kdc_req *ret)
{
  struct kcd_reader in;
  struct kcd_reader application;
  struct kcd_reader sequence;
  kcd_reader_init(&in, message, len);
  return len <= KCD_KRB_MESSAGE_MAX && kcd_der_enter(&in, KCD_DER_APPLICATION(msg_type), &application) &&
         in.left == 0 && kcd_der_enter(&application, KCD_DER_SEQUENCE, &sequence) && application.left == 0 &&
         read_fields(&sequence, msg_type, ret);
}
