/* The domain controllers of a domain in one list, and whether they are of one kind. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/replicas.h>
#include <kcdfix/text.h>

#include "case.h"

void kcd_controllers_done(struct kcd_controllers *list)
{
  for (size_t i = 0; i < list->n; i++) {
    struct kcd_controller *dc = &list->v[i];
    free(dc->name);
    free(dc->site);
    free(dc->operating_system);
    free(dc->operating_system_version);
  }
  free(list->v);
  *list = (struct kcd_controllers){0};
}

struct kcd_controller *kcd_controllers_add(struct kcd_controllers *list, const char *name)
{
  for (size_t i = 0; i < list->n; i++)
    if (kcd_equal_nocase(list->v[i].name, name))
      return &list->v[i];
  list->v = kcd_reallocarray(list->v, list->n + 1, sizeof *list->v);
  struct kcd_controller *dc = &list->v[list->n++];
  *dc = (struct kcd_controller){.name = kcd_strdup(name), .flavour = KCD_FLAVOUR_UNKNOWN};
  return dc;
}

const struct kcd_controller *kcd_controllers_writable(const struct kcd_controllers *list)
{
  for (size_t i = 0; i < list->n; i++)
    if (list->v[i].read_only == KCD_NO)
      return &list->v[i];
  return NULL;
}

/* "Windows Server 2016 Standard 10.0 (14393)"; owned. NULL where nothing is known. */
static char *system_of(const struct kcd_controller *dc)
{
  const char *name = dc->operating_system, *version = dc->operating_system_version;
  if (name == NULL)
    return kcd_strdup(version);
  return version == NULL ? kcd_strdup(name) : kcd_asprintf("%s %s", name, version);
}

static bool is_mixed(const struct kcd_controllers *list)
{
  KCD_AUTO_CHAR first = NULL;
  for (size_t i = 0; i < list->n; i++) {
    KCD_AUTO_CHAR system = system_of(&list->v[i]);
    if (system == NULL)
      continue;
    if (first != NULL && strcmp(first, system) != 0)
      return true;
    if (first == NULL)
      first = KCD_TAKE(system);
  }
  return false;
}

bool kcd_controllers_mixed(const struct kcd_controllers *list, const char *domain, struct kcd_finding *ret)
{
  if (!is_mixed(list))
    return false;
  *ret = (struct kcd_finding){.id = KCD_F_MIXED_PATCH_LEVEL, .severity = KCD_WARNING, .subject = kcd_strdup(domain)};
  ret->remedy = kcd_strdup(kcd_finding_info(ret->id)->remedy);
  kcd_finding_say(ret,
                  "The domain controllers of %s run different systems: what one of them answers, and the tickets "
                  "that it gives, another may not.",
                  domain);
  for (size_t i = 0; i < list->n; i++) {
    KCD_AUTO_CHAR system = system_of(&list->v[i]);
    kcd_finding_text(ret, list->v[i].name, system == NULL ? "unknown" : system);
  }
  return true;
}
