/* What to run next, with the names of the text in it. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/scenario.h>
#include <kcdfix/spn.h>
#include <kcdfix/text.h>

#include "symptoms.h"
#include "words.h"

#define NO_HOST "HOST"
#define NO_SERVER "SERVER"
#define NO_SPN "SPN"

static char *spn_of_share(const struct kcd_names *names)
{
  const char *own = names->host != NULL ? names->host : NO_HOST;
  return kcd_asprintf("cifs/%s", names->server != NULL ? names->server : names->local_path ? own : NO_SERVER);
}

/* The SPN that was refused, as far as the text tells. */
static char *spn_of_text(enum kcd_next kind, const struct kcd_names *names)
{
  if (names->spn != NULL && (kind == KCD_NEXT_PAIR || names->share == NULL))
    return kcd_strdup(names->spn);
  bool path = names->server != NULL || names->local_path;
  return kind == KCD_NEXT_PAIR && !path ? kcd_strdup(NO_SPN) : spn_of_share(names);
}

static char *word_of_user(const struct kcd_names *names)
{
  return kcd_strdup(names->user != NULL ? names->user : "the administrator");
}

static char *word_of_share(const struct kcd_names *names)
{
  return kcd_strdup(names->share != NULL ? names->share : "a share or folder");
}

static char *word_of_spn(const struct kcd_names *names)
{
  return spn_of_text(KCD_NEXT_SHARE, names);
}

static char *word_of_service(const struct kcd_names *names)
{
  KCD_AUTO_CHAR spn = spn_of_text(KCD_NEXT_PAIR, names);
  return strcmp(spn, NO_SPN) == 0 ? kcd_strdup("the service") : KCD_TAKE(spn);
}

static const struct {
  const char *name;
  char *(*word)(const struct kcd_names *names);
} SLOTS[] = {
    {"{user}", word_of_user}, {"{share}", word_of_share}, {"{spn}", word_of_spn}, {"{service}", word_of_service}};

static size_t slot_at(const char *p, size_t *len)
{
  for (size_t i = 0; i < sizeof SLOTS / sizeof SLOTS[0]; i++) {
    *len = strlen(SLOTS[i].name);
    if (strncmp(p, SLOTS[i].name, *len) == 0)
      return i;
  }
  return SIZE_MAX;
}

char *kcd_names_fill(const char *text, const struct kcd_names *names)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  while (*text != '\0') {
    size_t len = 1;
    size_t slot = *text == '{' ? slot_at(text, &len) : SIZE_MAX;
    if (slot == SIZE_MAX) {
      kcd_buf_add(&out, text++, 1);
      continue;
    }
    KCD_AUTO_CHAR word = SLOTS[slot].word(names);
    KCD_AUTO_CHAR safe = kcd_sentence("%s", word);
    kcd_buf_add_text(&out, safe);
    text += len;
  }
  return kcd_buf_take_text(&out);
}

static char *context_of(const struct kcd_names *names)
{
  if (names->user == NULL)
    return kcd_strdup("");
  KCD_AUTO_CHAR user = kcd_shell_word(names->user);
  return kcd_asprintf("--as %s", user);
}

static char *blanks_of_pair(const struct kcd_names *names, const char *spn)
{
  const char *host = names->host == NULL ? "HOST: the machine that logged the event or was refused" : "";
  const char *other = strcmp(spn, "cifs/" NO_SERVER) == 0 ? "SERVER: the server in the path"
                      : strcmp(spn, NO_SPN) == 0          ? "SPN: the service it wants, for example cifs/SERVER"
                                                          : "";
  if (host[0] == '\0' && other[0] == '\0')
    return NULL;
  return kcd_asprintf("%s%s%s", host, host[0] != '\0' && other[0] != '\0' ? "; " : "", other);
}

static void next_pair(enum kcd_next kind, const struct kcd_names *names, struct kcd_explained *ret)
{
  KCD_AUTO_CHAR context = context_of(names);
  KCD_AUTO_CHAR spn = spn_of_text(kind, names);
  ret->next = kcd_check_command(context, names->host != NULL ? names->host : NO_HOST, spn);
  ret->next_is_run = true;
  ret->blanks = blanks_of_pair(names, spn);
}

/* No host is called so, and behind --for nothing but a name would keep it from being read as an option. */
static const char *host_or(const char *name, const char *placeholder)
{
  return name != NULL && name[0] != '-' ? name : placeholder;
}

static void next_migration(const struct kcd_names *names, struct kcd_explained *ret)
{
  const char *from = host_or(names->source != NULL ? names->source : names->host, "SOURCE");
  const char *to = host_or(names->destination, "DESTINATION");
  KCD_AUTO_CHAR context = context_of(names);
  KCD_AUTO_CHAR from_word = kcd_shell_word(from);
  KCD_AUTO_CHAR to_word = kcd_shell_word(to);
  ret->next = kcd_asprintf("kcdfix check%s%s --for %s %s %s", context[0] == '\0' ? "" : " ", context,
                           kcd_scenario_name(KCD_SCENARIO_LIVE_MIGRATION), from_word, to_word);
  ret->next_is_run = true;
  if (strcmp(from, "SOURCE") == 0 || strcmp(to, "DESTINATION") == 0)
    ret->blanks = kcd_strdup("SOURCE, DESTINATION: the two Hyper-V hosts");
}

static void next_on_host(const struct kcd_symptom_cause *causes, struct kcd_explained *ret)
{
  const struct kcd_finding_info *info = kcd_finding_info(causes[0].ids[0]);
  ret->on_host = info->on_host != NULL;
  ret->next_is_run = ret->on_host;
  ret->next = kcd_strdup(ret->on_host ? info->on_host : info->remedy);
}

/* What the names themselves say. */
static void note_of_path(const struct kcd_names *names, struct kcd_explained *ret)
{
  if (names->server == NULL && names->local_path) {
    ret->note = kcd_strdup("The path is local to the host. Created from another machine the host goes to itself as the "
                           "user: that is why it is checked with cifs/ and its own name.");
    return;
  }
  KCD_AUTO_CHAR text = spn_of_share(names);
  struct kcd_spn spn = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_spn_parse(text, &spn, &err) != 0)
    return;
  if (spn.host_is_address)
    ret->note = kcd_strdup("A path with an address is opened by NTLM, which cannot be delegated: use the server's "
                           "name.");
  kcd_spn_done(&spn);
}

void kcd_explain_next(enum kcd_next kind, const struct kcd_symptom_cause *causes, const struct kcd_names *names,
                      struct kcd_explained *ret)
{
  switch (kind) {
  case KCD_NEXT_SHARE:
    note_of_path(names, ret);
    next_pair(kind, names, ret);
    break;
  case KCD_NEXT_PAIR:
    next_pair(kind, names, ret);
    break;
  case KCD_NEXT_MIGRATION:
    next_migration(names, ret);
    break;
  case KCD_NEXT_ON_HOST:
    next_on_host(causes, ret);
    break;
  case KCD_NEXT_DOCTOR:
    ret->next = kcd_strdup("kcdfix doctor");
    ret->next_is_run = true;
    break;
  case KCD_NEXT_INNER:
    ret->next = kcd_strdup("kcdfix explain CODE");
    ret->next_is_run = true;
    ret->blanks = kcd_strdup("CODE: the code inside the event, or its whole text");
    break;
  case KCD_NEXT_NOTHING:
    break;
  }
}
