#include <kcdfix/kerberr.h>

#include "doc.h"
#include "document.h"

static json_t *foreign_code(const struct kcd_error *err)
{
  if (err->kind == KCD_CODE_NONE)
    return json_null();
  json_t *code = kcd_doc_object();
  kcd_doc_set(code, "kind", kcd_doc_text(kcd_code_kind_name(err->kind)));
  kcd_doc_set(code, "value", kcd_doc_int(err->foreign));
  kcd_doc_set(code, "name", kcd_doc_text_or_null(err->name));
  return code;
}

json_t *kcd_doc_error(const struct kcd_error *err)
{
  json_t *error = kcd_doc_object();
  kcd_doc_set(error, "id", kcd_doc_text_or_null(err->id));
  kcd_doc_set(error, "message", kcd_doc_text(err->message));
  kcd_doc_set(error, "object", kcd_doc_text_or_null(err->object));
  kcd_doc_set(error, "server", kcd_doc_text_or_null(err->server));
  kcd_doc_set(error, "said", kcd_doc_text_or_null(err->server_text));
  kcd_doc_set(error, "code", foreign_code(err));
  kcd_doc_set(error, "next", kcd_doc_text_or_null(err->next));
  return error;
}

json_t *kcd_doc_error_or_null(const struct kcd_error *err)
{
  return err != NULL && kcd_error_is_set(err) ? kcd_doc_error(err) : json_null();
}

void kcd_doc_note_error(json_t *doc, const struct kcd_error *err)
{
  json_t *errors = json_object_get(doc, "errors");
  json_t *error = kcd_doc_error(err);
  size_t i;
  const json_t *known;
  json_array_foreach(errors, i, known)
  {
    if (json_equal(known, error)) {
      json_decref(error);
      return;
    }
  }
  kcd_doc_add(errors, error);
}

json_t *kcd_doc_code(uint64_t value, const char *name)
{
  json_t *code = kcd_doc_object();
  kcd_doc_set(code, "value", kcd_doc_uint(value));
  kcd_doc_set(code, "name", kcd_doc_text(name));
  return code;
}
