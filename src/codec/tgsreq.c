#include <kcdfix/kerberr.h>

#include "der.h"
#include "kdcreq.h"
#include "padata.h"

#define MSG_TYPE_TGS_REQ 12

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
static void rebuild(const struct kcd_kdc_req *request, struct kcd_buf *padata, struct kcd_buf *out)
{
  kcd_buf_add(out, request->head, request->head_len);
  if (padata->len > 0) {
    wrap(padata, KCD_DER_SEQUENCE);
    wrap(padata, KCD_DER_CONTEXT(3));
    kcd_buf_add(out, padata->data, padata->len);
  }
  kcd_buf_add(out, request->tail, request->tail_len);
  wrap(out, KCD_DER_SEQUENCE);
  wrap(out, KCD_DER_APPLICATION(MSG_TYPE_TGS_REQ));
}

int kcd_tgs_req_without_padata(const void *message, size_t len, const int32_t *types, size_t n_types,
                               struct kcd_bytes *ret, struct kcd_error *err)
{
  struct kcd_kdc_req request;
  struct kcd_buf padata;
  kcd_buf_init(&padata, KCD_BUF_DEFAULT_CAP);
  if (!kcd_kdc_req_read(message, len, MSG_TYPE_TGS_REQ, &request) ||
      !copy_kept(request.padata, types, n_types, &padata)) {
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
