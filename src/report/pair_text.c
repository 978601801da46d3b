/* What the texts of a check, a probe and a change have in common: names, titles, codes, lists. */
#include <inttypes.h>
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"

/* libkrb5's KRB5_KDC_UNREACH and KRB5_REALM_CANT_RESOLVE */
#define CLIENT_UNREACHABLE (-1765328228)
#define CLIENT_CANNOT_RESOLVE (-1765328164)

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

bool kcd_pair_is_unproved(const json_t *pair)
{
  const json_t *stand_in = json_object_get(json_object_get(pair, "observed"), "stand_in");
  return json_is_object(stand_in) && !kcd_doc_true(stand_in, "covers");
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

/* Without the realm, where that is the host's own: a probe knows no more of the user than the principal. */
static void cut_own_realm(const json_t *pair, char *user)
{
  const json_t *as = json_array_get(json_object_get(json_object_get(pair, "observed"), "exchanges"), 0);
  const char *realm = strrchr(kcd_doc_str(as, "client"), '@');
  char *at = strrchr(user, '@');
  if (at != NULL && realm != NULL && strcmp(at, realm) == 0)
    *at = '\0';
}

char *kcd_pair_user(const json_t *pair)
{
  const json_t *user = json_object_get(json_object_get(pair, "directory"), "user");
  if (json_is_object(user))
    return kcd_doc_safe_at(user, "name");
  char *name = kcd_doc_safe_at(pair, "user");
  cut_own_realm(pair, name);
  return name;
}

char *kcd_pair_title(const json_t *pair)
{
  KCD_AUTO_CHAR host = kcd_pair_host(pair);
  KCD_AUTO_CHAR spn = kcd_doc_safe_at(pair, "spn");
  KCD_AUTO_CHAR user = kcd_pair_user(pair);
  return kcd_asprintf("%s -> %s%s%s: ", host, spn, user[0] == '\0' ? "" : " as ", user);
}

/* Those that did not answer stand before the one that did. */
static const json_t *reached_dc(const json_t *dcs)
{
  size_t i;
  const json_t *dc;
  json_array_foreach(dcs, i, dc)
  {
    if (kcd_doc_true(dc, "reached"))
      return dc;
  }
  return NULL;
}

char *kcd_text_predicted_from(const json_t *doc)
{
  KCD_AUTO_CHAR dc = kcd_doc_safe_at(doc, "dc");
  const char *own = kcd_doc_str(reached_dc(json_object_get(doc, "dcs")), "flavour");
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

/* The KDC gave no error: either it did not answer, or libkrb5 does not accept what it answered. */
static char *client_error(const json_t *answer)
{
  const json_t *code = json_object_get(answer, "client_code");
  json_int_t number = json_integer_value(code);
  if (number == CLIENT_UNREACHABLE || number == CLIENT_CANNOT_RESOLVE)
    return kcd_asprintf("no answer of the KDC, client error %" JSON_INTEGER_FORMAT, number);
  if (!json_is_integer(code))
    return kcd_strdup("ticket refused by the client library");
  return kcd_asprintf("ticket refused by the client library (%" JSON_INTEGER_FORMAT ")", number);
}

char *kcd_text_error_code(const json_t *answer)
{
  const json_t *code = json_object_get(answer, "code");
  if (!json_is_integer(code))
    return client_error(answer);
  const char *name = kcd_doc_str(answer, "name");
  KCD_AUTO_CHAR status = status_name(json_object_get(answer, "ntstatus"));
  return kcd_asprintf("%s (%" JSON_INTEGER_FORMAT ")%s", name[0] == '\0' ? "error" : name, json_integer_value(code),
                      status);
}

char *kcd_text_answer_code(const struct kcd_answer *answer)
{
  json_t *object = kcd_doc_answer(answer);
  char *text = kcd_text_error_code(object);
  json_decref(object);
  return text;
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

/* Such a blank is seen only between quotes. */
static bool ends_in_blank(const char *text)
{
  size_t len = strlen(text);
  return len > 0 && (text[0] == ' ' || text[len - 1] == ' ');
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
    kcd_buf_addf(&buf, ends_in_blank(text) ? "%s\"%s\"" : "%s%s", i == 0 ? "" : ", ", text);
  }
  if (shown < n)
    kcd_buf_addf(&buf, " and %zu more", n - shown);
  char *text = kcd_buf_take_text(&buf);
  return text == NULL ? kcd_strdup("") : text;
}
