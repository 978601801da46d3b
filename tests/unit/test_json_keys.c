/* docs/JSON.md against the documents in golden/: every key that a document has is described for its schema, and every
 * key that is described occurs in some document. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include <kcdfix/alloc.h>

#define DOCUMENTATION "../../docs/JSON.md"

/* A row of one of the tables. */
struct key {
  char *section;
  char *path;
  bool seen;
};

struct keys {
  struct key *v;
  size_t n;
};

static void add_key(struct keys *keys, const char *section, const char *path, size_t len)
{
  keys->v = kcd_reallocarray(keys->v, keys->n + 1, sizeof(*keys->v));
  keys->v[keys->n++] = (struct key){.section = kcd_strdup(section), .path = kcd_strndup(path, len)};
}

static void read_documentation(struct keys *keys)
{
  FILE *in = fopen(DOCUMENTATION, "r");
  assert_non_null(in);
  KCD_AUTO_CHAR line = NULL;
  KCD_AUTO_CHAR section = kcd_strdup("");
  size_t size = 0;
  while (getline(&line, &size, in) > 0) {
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "## ", 3) == 0) {
      free(section);
      section = kcd_strdup(line + 3);
    } else if (strncmp(line, "| `", 3) == 0) {
      add_key(keys, section, line + 3, strcspn(line + 3, "`"));
    }
  }
  fclose(in);
}

static void keys_done(struct keys *keys)
{
  for (size_t i = 0; i < keys->n; i++) {
    free(keys->v[i].section);
    free(keys->v[i].path);
  }
  free(keys->v);
}

/* Where objects of the same form stand in several places, the documentation describes them once. */
static char *described_path(const char *path)
{
  static const char *const answers[] = {".as.", ".s4u2self.", ".s4u2proxy.", ".user_ticket.", ".answer."};
  static const char *const steps[] = {".steps[].", ".traced.s4u2self.", ".traced.s4u2proxy."};
  const char *error = strstr(path, ".error.");
  if (error != NULL)
    return kcd_asprintf("errors[].%s", error + strlen(".error."));
  for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
    const char *step = strstr(path, steps[i]);
    if (step != NULL)
      return kcd_asprintf("%s%s", strncmp(step + strlen(steps[i]), "answer.", 7) == 0 ? "" : "step.",
                          step + strlen(steps[i]));
  }
  for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
    const char *answer = strstr(path, answers[i]);
    if (answer != NULL)
      return kcd_asprintf("answer.%s", answer + strlen(answers[i]));
  }
  const char *of_account = strstr(path, "hosts[].findings[].") == path      ? path + strlen("hosts[].")
                           : strstr(path, "clusters[].findings[].") == path ? path + strlen("clusters[].")
                                                                            : NULL;
  if (of_account != NULL)
    path = of_account;
  const char *of_document = strncmp(path, "findings[].", 11) == 0 ? "pairs[]." : ""; /* as of a pair */
  const char *evidence = strstr(path, ".evidence.");
  if (evidence != NULL)
    return kcd_asprintf("%s%.*s.evidence.*", of_document, (int)(evidence - path), path);
  if (of_document[0] != '\0')
    return kcd_asprintf("%s%s", of_document, path);
  static const char matrix[] = "inventory.groups[].matrix."; /* a scenario by another name */
  if (strncmp(path, matrix, strlen(matrix)) == 0)
    return kcd_asprintf("scenario.%s", path + strlen(matrix));
  const bool of_check = strncmp(path, "check.pairs[]", 13) == 0 || strncmp(path, "check.scenario", 14) == 0;
  return kcd_strdup(of_check ? path + strlen("check.") : path);
}

static bool applies(const struct key *key, const char *schema, const char *path)
{
  if (strcmp(key->path, path) != 0)
    return false;
  if (strncmp(key->section, "kcdfix.", 7) != 0 || strcmp(key->section, schema) == 0)
    return true;
  /* the pairs of a probe, and of the check after a change */
  return strcmp(key->section, "kcdfix.check/1") == 0 &&
         (strncmp(path, "pairs", 5) == 0 || strncmp(path, "scenario", 8) == 0) &&
         strcmp(schema, "kcdfix.history/1") != 0;
}

static void meet(struct keys *keys, const char *schema, const char *path)
{
  KCD_AUTO_CHAR described = described_path(path);
  bool known = false;
  for (size_t i = 0; i < keys->n; i++)
    if (applies(&keys->v[i], schema, described))
      known = keys->v[i].seen = true;
  if (!known)
    fail_msg("%s of %s is not in docs/JSON.md", path, schema);
}

/* As deep as the documents in golden/ are. NOLINTBEGIN(misc-no-recursion) */
static void walk(struct keys *keys, const char *schema, const char *path, const json_t *value);

static void walk_object(struct keys *keys, const char *schema, const char *path, const json_t *object)
{
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)object, key, value)
  {
    KCD_AUTO_CHAR below = kcd_asprintf("%s%s%s", path, path[0] == '\0' ? "" : ".", key);
    meet(keys, schema, below);
    walk(keys, schema, below, value);
  }
}

static void walk(struct keys *keys, const char *schema, const char *path, const json_t *value)
{
  if (json_is_object(value) && json_object_get(value, "base64") == NULL)
    walk_object(keys, schema, path, value);
  KCD_AUTO_CHAR element = kcd_asprintf("%s[]", path);
  size_t i;
  const json_t *below;
  json_array_foreach(value, i, below)
  {
    walk(keys, schema, element, below);
  }
}
/* NOLINTEND(misc-no-recursion) */

static void test_documents_and_documentation(void **state)
{
  (void)state;
  struct keys keys = {0};
  read_documentation(&keys);
  glob_t found;
  assert_int_equal(0, glob("golden/*.json", 0, NULL, &found));
  for (size_t i = 0; i < found.gl_pathc; i++) {
    json_t *doc = json_load_file(found.gl_pathv[i], 0, NULL);
    assert_non_null(doc);
    walk(&keys, json_string_value(json_object_get(doc, "schema")), "", doc);
    json_decref(doc);
  }
  globfree(&found);
  for (size_t i = 0; i < keys.n; i++)
    if (!keys.v[i].seen)
      fail_msg("%s, described in docs/JSON.md under %s, is in no document", keys.v[i].path, keys.v[i].section);
  keys_done(&keys);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_documents_and_documentation)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
