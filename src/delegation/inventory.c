/* The checks that look at more than one line of an inventory, and its end. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "inventory_parts.h"
#include "words.h"

static void group_done(struct kcd_inventory_group *group)
{
  free(group->name);
  kcd_values_done(&group->hosts);
  kcd_values_done(&group->servers);
  kcd_values_done(&group->services);
  for (size_t i = 0; i < group->n_clusters; i++)
    kcd_cluster_done(&group->clusters[i]);
  free(group->clusters);
}

void kcd_inventory_done(struct kcd_inventory *inventory)
{
  for (size_t i = 0; i < inventory->n_groups; i++)
    group_done(&inventory->groups[i]);
  free(inventory->groups);
  *inventory = (struct kcd_inventory){0};
}

void kcd_inventory_problems_done(struct kcd_inventory_problems *problems)
{
  for (size_t i = 0; i < problems->n; i++)
    free(problems->v[i].text);
  *problems = (struct kcd_inventory_problems){0};
}

void kcd_problem_take(struct kcd_inventory_problems *problems, unsigned line, char *text)
{
  if (problems->n == KCD_INVENTORY_PROBLEMS) {
    problems->more++;
    free(text);
    return;
  }
  problems->v[problems->n++] = (struct kcd_inventory_problem){.line = line, .text = text};
}

const char *kcd_text_of(const struct kcd_bytes *value)
{
  return value->data == NULL ? "" : (const char *)value->data;
}

/* The names of a group's hosts, taken apart once: they are all compared with each other. */
struct names {
  struct kcd_machine_name *v;
  size_t n;
};

static struct names names_of(const struct kcd_inventory_group *group)
{
  struct names names = {.v = kcd_calloc(group->hosts.n + 1, sizeof *names.v), .n = group->hosts.n};
  for (size_t i = 0; i < names.n; i++)
    kcd_machine_name_of(kcd_text_of(&group->hosts.v[i]), NULL, &names.v[i]);
  return names;
}

static void names_done(struct names *names)
{
  for (size_t i = 0; i < names->n; i++)
    kcd_machine_name_done(&names->v[i]);
  free(names->v);
}

/* The domain is not known yet: HV1 and HV1.contoso.com may be one host, and two full names that differ are two. */
static bool may_be_one_host(const struct kcd_machine_name *a, const struct kcd_machine_name *b)
{
  bool full = strchr(a->fqdn, '.') != NULL && strchr(b->fqdn, '.') != NULL;
  return full ? kcd_machine_name_equal(a, b) : kcd_equal_nocase(a->label, b->label);
}

/* Index of the host among the first N; N: it is none of them. */
static size_t place_of(const struct kcd_machine_name *host, const struct names *names, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (may_be_one_host(host, &names->v[i]))
      return i;
  return n;
}

/* A host that is to be both would be changed back at every run. */
static void check_modes(const struct kcd_inventory *inventory, const struct names *names, size_t index,
                        struct kcd_inventory_problems *problems)
{
  const struct kcd_inventory_group *group = &inventory->groups[index];
  for (size_t k = 0; k < index; k++) {
    const struct kcd_inventory_group *earlier = &inventory->groups[k];
    for (size_t i = 0; earlier->mode != group->mode && i < names[index].n; i++)
      if (place_of(&names[index].v[i], &names[k], names[k].n) < names[k].n)
        kcd_problem_take(problems, group->line,
                         kcd_sentence("%s is in [%s] with mode %s, and in [%s] with mode %s; a host has one mode",
                                      kcd_text_of(&group->hosts.v[i]), group->name, kcd_mode_name(group->mode),
                                      earlier->name, kcd_mode_name(earlier->mode)));
  }
}

static void check_twice(const struct kcd_inventory_group *group, const struct names *names,
                        struct kcd_inventory_problems *problems)
{
  for (size_t i = 0; i < names->n; i++)
    if (place_of(&names->v[i], names, i) < i)
      kcd_problem_take(
          problems, group->line,
          kcd_sentence("[%s] names %s twice; once is enough", group->name, kcd_text_of(&group->hosts.v[i])));
}

static char *lack_of(const struct kcd_inventory_group *group)
{
  const bool scenario = group->scenario != KCD_SCENARIO_NONE;
  if (group->hosts.n == 0)
    return kcd_sentence("[%s] has no hosts; write hosts = HOST...", group->name);
  if (scenario && group->services.n > 0)
    return kcd_sentence("[%s] has for and services; the scenario finds the SPNs itself: leave one of them away, or "
                        "make two groups",
                        group->name);
  if (!scenario && group->servers.n > 0)
    return kcd_sentence("[%s] has servers and no scenario; write for = SCENARIO, or services = SPN...", group->name);
  if (!scenario && group->services.n == 0)
    return kcd_sentence("[%s] says not what its hosts need; write for = SCENARIO, or services = SPN...", group->name);
  if ((group->scenario == KCD_SCENARIO_VM_STORAGE || group->scenario == KCD_SCENARIO_LIBRARY_ISO) &&
      group->servers.n == 0)
    return kcd_sentence("[%s] is for %s, which takes servers = SERVER...", group->name,
                        kcd_scenario_name(group->scenario));
  if (scenario && group->servers.n == 0 && group->hosts.n < 2)
    return kcd_sentence("[%s] is for %s, which takes at least two hosts: each is to reach every other", group->name,
                        kcd_scenario_name(group->scenario));
  if (group->scenario == KCD_SCENARIO_LIVE_MIGRATION && group->hosts.n < 2)
    return kcd_sentence("[%s] is for live-migration, which takes at least two hosts: each is to reach every other",
                        group->name);
  return NULL;
}

static void check_sizes(const struct kcd_inventory *inventory, struct kcd_inventory_problems *problems)
{
  size_t hosts = 0;
  size_t targets = 0;
  for (size_t i = 0; i < inventory->n_groups; i++) {
    const struct kcd_inventory_group *group = &inventory->groups[i];
    hosts += group->hosts.n;
    targets += group->servers.n + group->services.n;
    if (hosts <= KCD_INVENTORY_HOSTS && targets <= KCD_INVENTORY_TARGETS)
      continue;
    kcd_problem_take(problems, group->line,
                     kcd_sentence("up to [%s] the file names more than %u hosts, or more than %u servers and services; "
                                  "make several files",
                                  group->name, KCD_INVENTORY_HOSTS, KCD_INVENTORY_TARGETS));
    return;
  }
}

void kcd_inventory_check(const struct kcd_inventory *inventory, struct kcd_inventory_problems *problems)
{
  if (inventory->n_groups == 0 && problems->n == 0)
    kcd_problem_take(problems, 1, kcd_sentence("the file declares nothing; a group begins with its name: [NAME]"));
  check_sizes(inventory, problems);
  if (problems->n > 0) /* what follows compares every host with every other */
    return;
  struct names *names = kcd_calloc(inventory->n_groups + 1, sizeof *names);
  for (size_t i = 0; i < inventory->n_groups; i++) {
    const struct kcd_inventory_group *group = &inventory->groups[i];
    char *lack = lack_of(group);
    if (lack != NULL)
      kcd_problem_take(problems, group->line, lack);
    names[i] = names_of(group);
    check_twice(group, &names[i], problems);
    check_modes(inventory, names, i, problems);
  }
  for (size_t i = 0; i < inventory->n_groups; i++)
    names_done(&names[i]);
  free(names);
}
