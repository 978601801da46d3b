#include <kcdfix/kerberr.h>

#include "der.h"
#include "padata.h"

#define TGS_REQ_TAG KCD_DER_APPLICATION(12)
#define PVNO 5
#define MSG_TYPE_TGS_REQ 12

/* A KDC-REQ (RFC 4120 5.4.1) cut into the parts that stay and the list that shrinks. */
struct request {
  const uint8_t *head; /* pvno and msg-type */
  size_t head_len;
  struct kcd_reader padata;
  const uint8_t *tail; /* req-body, byte for byte */
  size_t tail_len;
};

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

static bool read_fields(struct kcd_reader *in, struct request *ret)
{
  struct kcd_reader body;
  ret->head = in->data;
  if (!read_number(in, KCD_DER_CONTEXT(1), PVNO) || !read_number(in, KCD_DER_CONTEXT(2), MSG_TYPE_TGS_REQ))
    return false;
  ret->head_len = (size_t)(in->data - ret->head);
  if (!read_padata_field(in, &ret->padata))
    return false;
  ret->tail = in->data;
  ret->tail_len = in->left;
  return kcd_der_enter(in, KCD_DER_CONTEXT(4), &body) && in->left == 0;
}

static bool read_request(const void *message, size_t len, struct request *ret)
{
  struct kcd_reader in;
  struct kcd_reader application;
  struct kcd_reader sequence;
  kcd_reader_init(&in, message, len);
  return len <= KCD_KRB_MESSAGE_MAX && kcd_der_enter(&in, TGS_REQ_TAG, &application) && in.left == 0 &&
         kcd_der_enter(&application, KCD_DER_SEQUENCE, &sequence) && application.left == 0 &&
         read_fields(&sequence, ret);
}

static bool is_among(int32_t type, const int32_t *types, size_t n_types)
{
  for (size_t i = 0; i < n_types; i++)
    if (types[i] == type)
      return true;
  return false;
}

/* Copies the elements that stay, each as it was sent. */
static bool copy_kept(struct kcd_reader list, const int32_t *types, size_t n_types, struct kcd_buf *out)
{
  while (list.left > 0) {
    const uint8_t *start = list.data;
    struct kcd_padata padata;
    if (!kcd_padata_read(&list, &padata))
      return false;
    if (!is_among(padata.type, types, n_types))
      kcd_buf_add(out, start, (size_t)(list.data - start));
  }
  return true;
}

static void wrap(struct kcd_buf *content, uint8_t tag)
{
  struct kcd_buf wrapped;
  kcd_buf_init(&wrapped, KCD_BUF_DEFAULT_CAP);
  kcd_der_write(&wrapped, tag, content->data, content->len);
  kcd_buf_done(content);
  *content = wrapped;
}

/* padata is OPTIONAL, and an empty list is not the same as none. */
static void rebuild(const struct request *request, struct kcd_buf *padata, struct kcd_buf *out)
{
  kcd_buf_add(out, request->head, request->head_len);
  if (padata->len > 0) {
    wrap(padata, KCD_DER_SEQUENCE);
    wrap(padata, KCD_DER_CONTEXT(3));
    kcd_buf_add(out, padata->data, padata->len);
  }
  kcd_buf_add(out, request->tail, request->tail_len);
  wrap(out, KCD_DER_SEQUENCE);
  wrap(out, TGS_REQ_TAG);
}

int kcd_tgs_req_without_padata(const void *message, size_t len, const int32_t *types, size_t n_types,
                               struct kcd_bytes *ret, struct kcd_error *err)
{
  struct request request;
  struct kcd_buf padata;
  kcd_buf_init(&padata, KCD_BUF_DEFAULT_CAP);
  if (!read_request(message, len, &request) || !copy_kept(request.padata, types, n_types, &padata)) {
    kcd_buf_done(&padata);
    return kcd_fail(err, KCD_E_MALFORMED, "the message is no well-formed TGS-REQ");
  }
  if (padata.len == request.padata.left) {
    *ret = kcd_bytes_copy(message, len);
  } else {
    struct kcd_buf out;
    kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
    rebuild(&request, &padata, &out);
    *ret = kcd_bytes_copy(out.data, out.len);
    kcd_buf_done(&out);
  }
  kcd_buf_done(&padata);
  return 0;
}
