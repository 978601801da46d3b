/* What the texts of a check, a probe and a change have in common: names, titles, codes, lists. */
#include <inttypes.h>
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"

bool kcd_pair_is_verdict(const json_t *pair, const char *verdict)
{
  return strcmp(kcd_doc_str(pair, "verdict"), verdict) == 0;
}

bool kcd_pair_has_error(const json_t *pair)
{
  size_t i;
  const json_t *finding;
  json_array_foreach(json_object_get(pair, "findings"), i, finding)
  {
    if (strcmp(kcd_doc_str(finding, "severity"), "error") == 0)
      return true;
  }
  return false;
}

bool kcd_pair_is_healthy(const json_t *pair)
{
  return kcd_pair_is_verdict(pair, "works") && !kcd_pair_has_error(pair);
}

bool kcd_pair_was_probed(const json_t *pair)
{
  const json_t *observed = json_object_get(pair, "observed");
  return json_is_object(observed) && json_is_null(json_object_get(observed, "error"));
}

/* Only a computer's name loses its $: a managed service account is known with it. */
char *kcd_pair_host(const json_t *pair)
{
  char *name = kcd_doc_safe_at(pair, "host");
  const char *kind = kcd_doc_str(json_object_get(json_object_get(pair, "directory"), "host"), "kind");
  bool computer = json_object_get(pair, "directory") == NULL || strcmp(kind, "computer") == 0;
  size_t len = strlen(name);
  if (computer && len > 1 && name[len - 1] == '$')
    name[len - 1] = '\0';
  return name;
}

char *kcd_pair_user(const json_t *pair)
{
  const json_t *user = json_object_get(json_object_get(pair, "directory"), "user");
  if (json_is_object(user))
    return kcd_doc_safe_at(user, "name");
  return kcd_doc_safe_at(pair, "user");
}

char *kcd_pair_title(const json_t *pair)
{
  KCD_AUTO_CHAR host = kcd_pair_host(pair);
  KCD_AUTO_CHAR spn = kcd_doc_safe_at(pair, "spn");
  KCD_AUTO_CHAR user = kcd_pair_user(pair);
  return kcd_asprintf("%s -> %s%s%s: ", host, spn, user[0] == '\0' ? "" : " as ", user);
}

char *kcd_text_predicted_from(const json_t *doc)
{
  KCD_AUTO_CHAR dc = kcd_doc_safe_at(doc, "dc");
  const char *own = kcd_doc_str(json_array_get(json_object_get(doc, "dcs"), 0), "flavour");
  const char *asked = kcd_doc_str(doc, "kdc_flavour");
  if (strcmp(own, asked) == 0)
    return kcd_asprintf("Predicted from %s", dc);
  return kcd_asprintf("Predicted from %s as a KDC of the kind %s would answer", dc, asked);
}

static char *status_name(const json_t *ntstatus)
{
  if (!json_is_object(ntstatus))
    return kcd_strdup("");
  const char *name = kcd_doc_str(ntstatus, "name");
  if (name[0] != '\0')
    return kcd_asprintf(", %s", name);
  return kcd_asprintf(", NTSTATUS 0x%08" PRIx64, kcd_doc_num(ntstatus, "value"));
}

char *kcd_text_error_code(const json_t *answer)
{
  const json_t *code = json_object_get(answer, "code");
  if (!json_is_integer(code))
    return kcd_asprintf("no answer of the KDC, client error %" JSON_INTEGER_FORMAT,
                        json_integer_value(json_object_get(answer, "client_code")));
  const char *name = kcd_doc_str(answer, "name");
  KCD_AUTO_CHAR status = status_name(json_object_get(answer, "ntstatus"));
  return kcd_asprintf("%s (%" JSON_INTEGER_FORMAT ")%s", name[0] == '\0' ? "error" : name, json_integer_value(code),
                      status);
}

void kcd_text_next_steps(const json_t *doc, struct kcd_textout *out)
{
  size_t i;
  const json_t *step;
  json_array_foreach(json_object_get(doc, "next_steps"), i, step)
  {
    kcd_out_line(out, "  %s", json_string_value(step));
  }
}

char *kcd_text_count(size_t n, const char *one, const char *many)
{
  return kcd_asprintf("%zu %s", n, n == 1 ? one : many);
}

char *kcd_text_list(const json_t *array, size_t limit)
{
  size_t n = json_array_size(array);
  /* "and 1 more" would take as much room as the name itself */
  size_t shown = limit == 0 || n <= limit + 1 ? n : limit;
  struct kcd_buf buf;
  kcd_buf_init(&buf, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < shown; i++) {
    KCD_AUTO_CHAR text = kcd_doc_safe(json_array_get(array, i));
    kcd_buf_addf(&buf, "%s%s", i == 0 ? "" : ", ", text);
  }
  if (shown < n)
    kcd_buf_addf(&buf, " and %zu more", n - shown);
  char *text = kcd_buf_take_text(&buf);
  return text == NULL ? kcd_strdup("") : text;
}
