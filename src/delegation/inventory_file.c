/* An inventory, line by line: the keys of a group, and the words behind each. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/initext.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/text.h>

#include "inventory_parts.h"
#include "words.h"

#define CLUSTER "cluster."
#define BLANKS " \t"

/* ---- words ---- */

/* A word, or what stands in double quotes; owned by the caller, NULL at the end. */
static char *next_word(const char **text, bool *open)
{
  const char *at = *text + strspn(*text, BLANKS);
  *open = false;
  if (*at == '\0')
    return NULL;
  const bool quoted = *at == '"';
  at += quoted;
  const size_t len = quoted ? strcspn(at, "\"") : strcspn(at, BLANKS);
  *open = quoted && at[len] == '\0';
  *text = at + len + (quoted && at[len] != '\0');
  return kcd_strndup(at, len);
}

/* Why a word is no host; NULL: it is one. Owned. */
static char *not_a_host(const char *word)
{
  if (strncmp(word, "\\\\", 2) == 0)
    return kcd_sentence("%s is the path of a share; hosts takes computers, servers takes the server behind a share",
                        word);
  if (strchr(word, '/') != NULL && !kcd_looks_like_dn(word))
    return kcd_sentence("%s is an SPN; hosts takes computers, such as CORE2016; SPNs stand in services", word);
  const size_t len = strlen(word);
  if (len == 0 || word[len - 1] == ',')
    return kcd_sentence("%s: names are separated by blanks, without commas", len == 0 ? "\"\"" : word);
  return NULL;
}

/* SOFS1, or cifs/SOFS1: the class is the scenario's. */
static char *not_a_server(const char *word, const char **name)
{
  *name = kcd_starts_nocase(word, "cifs/") ? word + strlen("cifs/") : word;
  KCD_AUTO_CHAR text = kcd_asprintf("cifs/%s", *name);
  KCD_AUTO_VALUE(kcd_spn) spn = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  if (strncmp(word, "\\\\", 2) == 0)
    return kcd_sentence("%s is the path of a share; servers takes the name of the server behind it", word);
  if (strchr(*name, '/') != NULL)
    return kcd_sentence("%s is no server; servers takes names such as SOFS1, or cifs/SOFS1", word);
  if (kcd_spn_parse(text, &spn, &err) != 0)
    return kcd_sentence("%s is no server: %s", word, err.message);
  if (spn.host_is_address)
    return kcd_sentence("%s is an address, which Kerberos has no ticket for; servers takes the name in the path", word);
  return NULL;
}

static char *not_a_service(const char *word)
{
  KCD_AUTO_VALUE(kcd_spn) spn = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_spn_parse(word, &spn, &err) == 0)
    return NULL;
  return kcd_sentence("%s; services takes SPNs such as cifs/2016GUI, in double quotes where they hold blanks",
                      err.message);
}

/* ---- one group ---- */

enum { SEEN_FOR = 1, SEEN_HOSTS = 2, SEEN_SERVERS = 4, SEEN_SERVICES = 8, SEEN_MODE = 16 };

/* The file, while it is read. */
struct reading {
  struct kcd_inventory *inventory;
  struct kcd_inventory_problems *problems;
  struct kcd_inventory_group *group; /* NULL: none, or one that is left out since its section is wrong */
  unsigned seen;                     /* keys of the group */
  bool any_section, in_doubled_key;
};

static void problem(struct reading *in, unsigned line, char *text)
{
  kcd_problem_take(in->problems, line, text);
}

static void take_words(struct reading *in, const struct kcd_ini_event *event, struct kcd_values *to,
                       char *(*defect_of)(const char *word))
{
  const char *rest = event->text;
  bool open = false;
  for (char *word = next_word(&rest, &open); word != NULL; word = next_word(&rest, &open)) {
    char *defect = open ? kcd_sentence("a double quote is not closed on this line") : defect_of(word);
    if (defect != NULL)
      problem(in, event->line, defect);
    else
      kcd_values_add_text(to, word);
    free(word);
  }
}

static void take_servers(struct reading *in, const struct kcd_ini_event *event)
{
  const char *rest = event->text;
  bool open = false;
  for (char *word = next_word(&rest, &open); word != NULL; word = next_word(&rest, &open)) {
    const char *name = word;
    char *defect = not_a_server(word, &name);
    if (defect != NULL)
      problem(in, event->line, defect);
    else
      kcd_values_add_text(&in->group->servers, name);
    free(word);
  }
}

static void take_scenario(struct reading *in, const struct kcd_ini_event *event)
{
  if (kcd_scenario_parse(event->text, &in->group->scenario) != 0)
    problem(
        in, event->line,
        kcd_sentence("for = %s: it takes vm-storage, live-migration, storage-migration or library-iso", event->text));
}

static void take_mode(struct reading *in, const struct kcd_ini_event *event)
{
  enum kcd_mode mode = KCD_MODE_LIST_ONLY;
  if (kcd_mode_parse(event->text, &mode) == 0 &&
      (mode == KCD_MODE_PROTOCOL_TRANSITION || mode == KCD_MODE_KERBEROS_ONLY))
    in->group->mode = mode;
  else
    problem(in, event->line, kcd_sentence("mode = %s: it takes protocol-transition or kerberos-only", event->text));
}

static void take_cluster(struct reading *in, const struct kcd_ini_event *event)
{
  struct kcd_inventory_group *group = in->group;
  const char *name = event->key + strlen(CLUSTER);
  struct kcd_values nodes = {0};
  take_words(in, event, &nodes, not_a_host);
  struct kcd_buf text;
  kcd_buf_init(&text, KCD_BUF_DEFAULT_CAP);
  kcd_buf_addf(&text, "%s=", name);
  for (size_t i = 0; i < nodes.n; i++)
    kcd_buf_addf(&text, "%s%s", i > 0 ? "," : "", kcd_text_of(&nodes.v[i]));
  kcd_values_done(&nodes);
  KCD_AUTO_CHAR option = kcd_buf_take_text(&text);
  struct kcd_cluster cluster = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_cluster_named(group->clusters, group->n_clusters, name) != NULL)
    problem(in, event->line, kcd_sentence("%s is there twice; name all its nodes at once", event->key));
  else if (kcd_cluster_parse(option, &cluster, &err) != 0)
    problem(in, event->line, kcd_sentence("%s takes the nodes: cluster.NAME = NODE...", event->key));
  else {
    group->clusters = kcd_reallocarray(group->clusters, group->n_clusters + 1, sizeof *group->clusters);
    group->clusters[group->n_clusters++] = cluster;
  }
}

static const struct {
  const char *key;
  unsigned bit;
} KEYS[] = {{"for", SEEN_FOR},         {"hosts", SEEN_HOSTS},       {"servers", SEEN_SERVERS},
            {"storage", SEEN_SERVERS}, {"services", SEEN_SERVICES}, {"mode", SEEN_MODE}};

static unsigned bit_of(const char *key)
{
  for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
    if (strcmp(KEYS[i].key, key) == 0)
      return KEYS[i].bit;
  return 0;
}

static void take_known(struct reading *in, const struct kcd_ini_event *event, unsigned bit)
{
  switch (bit) {
  case SEEN_FOR:
    take_scenario(in, event);
    break;
  case SEEN_HOSTS:
    take_words(in, event, &in->group->hosts, not_a_host);
    break;
  case SEEN_SERVERS:
    take_servers(in, event);
    break;
  case SEEN_SERVICES:
    take_words(in, event, &in->group->services, not_a_service);
    break;
  default:
    take_mode(in, event);
    break;
  }
}

/* Whether the value may be taken: the key once, and on more than one line only where it holds names. */
static bool is_in_order(struct reading *in, const struct kcd_ini_event *event, unsigned bit)
{
  const bool list = (bit & (SEEN_HOSTS | SEEN_SERVERS | SEEN_SERVICES)) != 0;
  if (event->continues && list)
    return !in->in_doubled_key;
  if (event->continues)
    problem(in, event->line,
            kcd_sentence("a line that begins with a blank continues the one above, and %s takes no second line",
                         event->key));
  else if ((in->seen & bit) != 0)
    problem(in, event->line,
            kcd_sentence("%s is there twice in [%s]%s; put all its words behind one", event->key, in->group->name,
                         bit == SEEN_SERVERS ? " (servers and storage are the same)" : ""));
  in->in_doubled_key = !event->continues && (in->seen & bit) != 0;
  in->seen |= bit;
  return !event->continues && !in->in_doubled_key;
}

static void take_value(struct reading *in, const struct kcd_ini_event *event)
{
  const bool cluster = strncmp(event->key, CLUSTER, strlen(CLUSTER)) == 0;
  const unsigned bit = bit_of(event->key);
  if (in->group == NULL) {
    if (!in->any_section)
      problem(in, event->line, kcd_sentence("%s stands before the first group; begin with [NAME]", event->key));
    return;
  }
  if (cluster)
    take_cluster(in, event);
  else if (bit == 0)
    problem(in, event->line,
            kcd_sentence("%s is no key; there are for, hosts, servers (or storage), services, mode and cluster.NAME",
                         event->key));
  else if (is_in_order(in, event, bit))
    take_known(in, event, bit);
}

static struct kcd_inventory_group *group_named(struct kcd_inventory *inventory, const char *name)
{
  for (size_t i = 0; i < inventory->n_groups; i++)
    if (kcd_equal_fold(inventory->groups[i].name, name))
      return &inventory->groups[i];
  return NULL;
}

static void begin_group(struct reading *in, const struct kcd_ini_event *event)
{
  struct kcd_inventory *inventory = in->inventory;
  const struct kcd_inventory_group *known = group_named(inventory, event->section);
  in->any_section = true;
  in->seen = 0;
  in->in_doubled_key = false;
  in->group = NULL;
  if (known != NULL) {
    problem(in, event->line,
            kcd_sentence("[%s] is there twice, in line %u as well; a group has one section", known->name, known->line));
    return;
  }
  if (inventory->n_groups == KCD_INVENTORY_GROUPS) {
    problem(in, event->line, kcd_sentence("a file has at most %u groups; make several files", KCD_INVENTORY_GROUPS));
    return;
  }
  inventory->groups = kcd_reallocarray(inventory->groups, inventory->n_groups + 1, sizeof *inventory->groups);
  in->group = &inventory->groups[inventory->n_groups++];
  *in->group = (struct kcd_inventory_group){
      .name = kcd_strdup(event->section), .line = event->line, .mode = KCD_MODE_PROTOCOL_TRANSITION};
}

static void take(void *user, const struct kcd_ini_event *event)
{
  struct reading *in = user;
  if (event->kind == KCD_INI_SECTION) {
    begin_group(in, event);
  } else if (event->kind == KCD_INI_VALUE) {
    take_value(in, event);
  } else {
    problem(in, event->line, kcd_sentence("%s", event->text));
    if (event->section[0] == '\0') { /* a section that cannot be read: what follows belongs to no group */
      in->any_section = in->any_section || strstr(event->text, "[NAME]") != NULL;
      in->group = NULL;
    }
  }
}

/* The name of a cluster among the hosts stands for its nodes, whatever line names them. */
static void expand_clusters(struct kcd_inventory_group *group)
{
  struct kcd_values hosts = {0};
  for (size_t i = 0; i < group->hosts.n; i++) {
    const char *name = kcd_text_of(&group->hosts.v[i]);
    const struct kcd_cluster *cluster = kcd_cluster_named(group->clusters, group->n_clusters, name);
    if (cluster == NULL)
      kcd_values_add_text(&hosts, name);
    for (size_t k = 0; cluster != NULL && k < cluster->n_nodes; k++)
      kcd_values_add_text(&hosts, cluster->nodes[k]);
  }
  kcd_values_done(&group->hosts);
  group->hosts = hosts;
}

int kcd_inventory_read(const void *data, size_t len, struct kcd_inventory *ret, struct kcd_inventory_problems *problems)
{
  struct kcd_inventory inventory = {0};
  struct reading in = {.inventory = &inventory, .problems = problems};
  if (len > KCD_INVENTORY_MAX)
    problem(&in, 1, kcd_sentence("the file is larger than an inventory can be (1 MiB)"));
  else
    kcd_ini_read(data, len, take, &in);
  for (size_t i = 0; i < inventory.n_groups; i++)
    expand_clusters(&inventory.groups[i]);
  kcd_inventory_check(&inventory, problems);
  if (problems->n == 0) {
    *ret = inventory;
    return 0;
  }
  kcd_inventory_done(&inventory);
  return -1;
}
