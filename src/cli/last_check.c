/* The operands of the last check, so that `kcdfix apply --protocol-transition` works as typed after a check. */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <kcdfix/alloc.h>

#include "file.h"

#define NAME "last-check.json"
#define SCHEMA "kcdfix.last-check/1"
#define MAX_SIZE ((size_t)1 << 20)

void kcd_last_check_done(struct kcd_last_check *last)
{
  free(last->login);
  free(last->domain);
  free(last->dc);
  free(last->as);
  for (size_t i = 0; i < last->n_hosts; i++)
    free(last->hosts[i]);
  for (size_t i = 0; i < last->n_spns; i++)
    free(last->spns[i]);
  free(last->hosts);
  free(last->spns);
  *last = (struct kcd_last_check){0};
}

static json_t *strings_to_json(char *const *strings, size_t n)
{
  json_t *list = json_array();
  for (size_t i = 0; i < n; i++)
    json_array_append_new(list, json_string(strings[i]));
  return list;
}

void kcd_state_save_last_check(struct kcd_state *state, const struct kcd_last_check *last)
{
  json_t *doc =
      json_pack("{s:s, s:I, s:s, s:s, s:s, s:s*, s:o, s:o}", "schema", SCHEMA, "time", (json_int_t)last->when, "login",
                last->login, "domain", last->domain, "dc", last->dc, "as", last->as, "hosts",
                strings_to_json(last->hosts, last->n_hosts), "spns", strings_to_json(last->spns, last->n_spns));
  if (!doc)
    return; /* an operand that is no UTF-8: nothing to be remembered */
  KCD_AUTO_CHAR text = json_dumps(doc, JSON_INDENT(2));
  json_decref(doc);
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (text && kcd_make_directory(state->root, &ignored) == 0)
    kcd_write_file(state->root, NAME, text, strlen(text), false, &ignored);
}

static int strings_from_json(const json_t *list, char ***ret, size_t *ret_n)
{
  size_t n = json_array_size(list);
  char **strings = kcd_calloc(n + 1, sizeof *strings);
  *ret = strings;
  *ret_n = n;
  for (size_t i = 0; i < n; i++) {
    const char *text = json_string_value(json_array_get(list, i));
    strings[i] = kcd_strdup(text ? text : "");
    if (!text || !*text)
      return -1;
  }
  return 0;
}

static int from_json(const json_t *doc, struct kcd_last_check *ret)
{
  const char *schema = json_string_value(json_object_get(doc, "schema"));
  if (!schema || strcmp(schema, SCHEMA) != 0)
    return -1;
  ret->when = (time_t)json_integer_value(json_object_get(doc, "time"));
  ret->login = kcd_strdup(json_string_value(json_object_get(doc, "login")));
  ret->domain = kcd_strdup(json_string_value(json_object_get(doc, "domain")));
  ret->dc = kcd_strdup(json_string_value(json_object_get(doc, "dc")));
  ret->as = kcd_strdup(json_string_value(json_object_get(doc, "as")));
  if (!ret->login || !ret->domain || !ret->dc)
    return -1;
  if (strings_from_json(json_object_get(doc, "hosts"), &ret->hosts, &ret->n_hosts) != 0)
    return -1;
  return strings_from_json(json_object_get(doc, "spns"), &ret->spns, &ret->n_spns);
}

int kcd_state_load_last_check(const struct kcd_state *state, struct kcd_last_check *ret, struct kcd_error *err)
{
  KCD_AUTO_CHAR path = kcd_asprintf("%s/" NAME, state->root);
  KCD_AUTO_VALUE(kcd_bytes) data = {0};
  if (kcd_read_private_file(path, MAX_SIZE, &data, err) != 0)
    return -1;
  json_t *doc = json_loadb((const char *)data.data, data.len, JSON_REJECT_DUPLICATES, NULL);
  struct kcd_last_check last = {0};
  int rc = doc ? from_json(doc, &last) : -1;
  json_decref(doc);
  if (rc != 0 || last.n_hosts == 0) {
    kcd_last_check_done(&last);
    return kcd_fail(err, KCD_E_NOT_FOUND, "%s cannot be read", path);
  }
  *ret = last;
  return 0;
}
