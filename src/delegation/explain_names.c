/* Names in an event or a message: the user, the host, the share, the two hosts of a migration. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/scenario.h>
#include <kcdfix/spn.h>
#include <kcdfix/text.h>

#include "symptoms.h"

#define MAX_NAME 255 /* a longer name is none */
#define MAX_PATH 1024

static bool is_end(char c)
{
  return c == '\0' || c == '\n' || c == '\r';
}

static bool is_blank(char c)
{
  return c == ' ' || c == '\t';
}

static bool is_quote(char c)
{
  return c == '\'' || c == '"';
}

/* The name at P: up to the closing quote where one opened it, else up to a blank or what ends a sentence. NULL where it
 * is empty or too long. */
static char *name_at(const char *p, bool quoted, size_t max)
{
  size_t len = 0;
  while (!is_end(p[len]) && len <= max && (quoted ? !is_quote(p[len]) : strchr(" \t'\"<>,;()", p[len]) == NULL))
    len++;
  while (!quoted && len > 0 && strchr(".:", p[len - 1]) != NULL)
    len--;
  return len == 0 || len > max || (quoted && !is_quote(p[len])) ? NULL : kcd_strndup(p, len);
}

/* The name behind WORDS, or NULL; with QUOTED only one in quotes, as messages write the names of hosts. */
static char *name_after(const char *text, const char *words, bool quoted)
{
  const char *p = text;
  while ((p = strcasestr(p, words)) != NULL) {
    p += strlen(words);
    while (is_blank(*p))
      p++;
    bool quote = is_quote(*p);
    char *name = quote || !quoted ? name_at(quote ? p + 1 : p, quote, MAX_NAME) : NULL;
    if (name != NULL)
      return name;
  }
  return NULL;
}

static bool is_account_char(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* The system's own accounts are nobody that is delegated. */
static bool is_system(const char *domain, size_t len)
{
  static const char *const names[] = {"AUTHORITY", "BUILTIN", "MACHINE", "SERVICE"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strlen(names[i]) == len && kcd_equal_nocase_n(names[i], domain, len))
      return true;
  return false;
}

/* Where the path at P ends: at the closing quote, or at a blank. */
static size_t path_len(const char *text, const char *p)
{
  bool quoted = p > text && is_quote(p[-1]);
  size_t len = 0;
  while (!is_end(p[len]) && (quoted ? !is_quote(p[len]) : strchr(" \t'\"<>,;()", p[len]) == NULL))
    len++;
  return len;
}

/* Whether the word before WORD is one that leads to a name: "opened as CONTOSO\admin". */
static bool follows_leading_word(const char *text, const char *word)
{
  static const char *const leading[] = {" as", " by", " for", " of", " user", " account"};
  size_t before = (size_t)(word - text);
  while (before > 0 && is_blank(text[before - 1]))
    before--;
  for (size_t i = 0; i < sizeof leading / sizeof leading[0]; i++) {
    size_t len = strlen(leading[i]);
    if (before >= len && kcd_equal_nocase_n(text + before - len, leading[i], len))
      return true;
  }
  return false;
}

/* A path without quotes may hold blanks: "share\a.iso" of \\SERVER\vm share\a.iso is no account. How much of the line
 * at P, where the path stops at a blank, has to be its rest. */
static size_t path_rest(const char *text, const char *p)
{
  size_t rest = 0;
  for (size_t at = 0, word = 0; strchr("\r\n\"'<>,;():", p[at]) == NULL; at++) {
    if (is_blank(p[at]))
      word = at + 1;
    if (p[at] != '\\')
      continue;
    if (at == word || follows_leading_word(text, p + word))
      break;
    rest = at + 1;
  }
  while (rest > 0 && strchr(" \t\r\n\"'<>,;()", p[rest]) == NULL)
    rest++;
  return rest;
}

static bool starts_local_path(const char *text, const char *p)
{
  bool letter = (p[0] >= 'a' && p[0] <= 'z') || (p[0] >= 'A' && p[0] <= 'Z');
  return letter && p[1] == ':' && p[2] == '\\' && (p == text || !is_account_char(p[-1]));
}

static bool starts_unc(const char *text, const char *p)
{
  return p[0] == '\\' && p[1] == '\\' && p[2] != '\\' && (p == text || p[-1] != '\\');
}

/* The server of \\SERVER\share or \\?\UNC\SERVER\share; NULL where it can be no part of an SPN. */
static char *server_of(const char *path, size_t len)
{
  static const char DEVICE[] = "\\\\?\\UNC\\";
  size_t from = len > strlen(DEVICE) && kcd_equal_nocase_n(path, DEVICE, strlen(DEVICE)) ? strlen(DEVICE) : 2;
  size_t n = 0;
  while (from + n < len && path[from + n] != '\\' && path[from + n] != '/')
    n++;
  if (n == 0 || n > MAX_NAME || path[from] == '?' || path[from] == '.')
    return NULL;
  KCD_AUTO_CHAR server = kcd_strndup(path + from, n);
  KCD_AUTO_CHAR text = kcd_asprintf("cifs/%s", server);
  struct kcd_spn spn = {0};
  struct kcd_error err = KCD_ERROR_INIT;
  bool good = kcd_spn_parse(text, &spn, &err) == 0 && spn.port == NULL && spn.service_name == NULL;
  if (!kcd_error_is_set(&err))
    kcd_spn_done(&spn);
  return good ? KCD_TAKE(server) : NULL;
}

static void take_path(const char *path, size_t len, bool local, struct kcd_names *ret)
{
  if (len > MAX_PATH)
    return;
  if (local && ret->share == NULL) {
    ret->share = kcd_strndup(path, len);
    ret->local_path = true;
  }
  if (local || ret->server != NULL)
    return;
  char *server = server_of(path, len);
  if (server == NULL)
    return;
  free(ret->share);
  ret->share = kcd_strndup(path, len);
  ret->server = server;
  ret->local_path = false;
}

/* DOM\user, whose backslash stands at P. NULL where it is none. */
static char *account_at(const char *text, const char *p)
{
  const char *from = p;
  while (from > text && is_account_char(from[-1]) && p - from < MAX_NAME)
    from--;
  bool alone = from == text || (from[-1] != '\\' && from[-1] != ':' && from[-1] != '/');
  if (from == p || p[1] == '\\' || !alone || is_system(from, (size_t)(p - from)))
    return NULL;
  bool quoted = from > text && is_quote(from[-1]);
  char *user = name_at(p + 1, quoted, MAX_NAME);
  if (user == NULL || strpbrk(user, "\\/") != NULL) {
    free(user);
    return NULL;
  }
  char *account = kcd_asprintf("%.*s\\%s", (int)(p - from), from, user);
  free(user);
  return account;
}

/* A machine account is the host that asks; the first other one is the user. */
static void take_account(char *account, struct kcd_names *ret)
{
  size_t len = strlen(account);
  bool machine = account[len - 1] == '$';
  const char *name = strchr(account, '\\') + 1;
  if (machine && ret->host == NULL && name[0] != '-' && name[1] != '\0') {
    ret->host = kcd_strndup(name, strlen(name) - 1);
  } else if (!machine && ret->user == NULL) {
    ret->user = KCD_TAKE(account);
  }
  free(account);
}

/* One walk: paths are stepped over whole, so that no part of one is taken for an account. */
static void find_paths_and_accounts(const char *text, struct kcd_names *ret)
{
  for (const char *p = text; *p != '\0';) {
    bool local = starts_local_path(text, p);
    if (local || starts_unc(text, p)) {
      size_t len = path_len(text, p);
      take_path(p, len, local, ret);
      p += len + path_rest(text, p + len);
      continue;
    }
    char *account = *p == '\\' ? account_at(text, p) : NULL;
    if (account != NULL)
      take_account(account, ret);
    p++;
  }
}

/* A name that a command line would take for something else is not used. */
static char *host_after(const char *text, const char *words, bool quoted)
{
  char *name = name_after(text, words, quoted);
  if (name != NULL && name[0] != '-' && strpbrk(name, "/\\@=") == NULL)
    return name;
  free(name);
  return NULL;
}

static char *first_host(const char *text, const char *const *words, size_t n, bool quoted)
{
  char *host = NULL;
  for (size_t i = 0; i < n && host == NULL; i++)
    host = host_after(text, words[i], quoted);
  return host;
}

/* "Account Name: CORE2016$@CONTOSO.COM" of event 4769. */
static void find_requester(const char *text, struct kcd_names *ret)
{
  KCD_AUTO_CHAR name = name_after(text, "account name:", false);
  if (name == NULL)
    return;
  char *dollar = strchr(name, '$');
  if (dollar != NULL && dollar > name && ret->host == NULL && name[0] != '-') {
    *dollar = '\0';
    ret->host = KCD_TAKE(name);
  } else if (dollar == NULL && strchr(name, '@') != NULL && ret->user == NULL) {
    ret->user = KCD_TAKE(name);
  }
}

static void find_spn(const char *text, struct kcd_names *ret)
{
  static const char *const classes[] = {"cifs/", KCD_MIGRATION_SERVICE "/"};
  for (size_t i = 0; i < sizeof classes / sizeof classes[0] && ret->spn == NULL; i++) {
    KCD_AUTO_CHAR name = name_after(text, classes[i], false);
    if (name == NULL)
      continue;
    name[strcspn(name, "@")] = '\0';
    KCD_AUTO_CHAR spn_text = kcd_asprintf("%s%s", classes[i], name);
    struct kcd_spn spn = {0};
    struct kcd_error err = KCD_ERROR_INIT;
    if (kcd_spn_parse(spn_text, &spn, &err) != 0)
      continue;
    kcd_spn_done(&spn);
    ret->spn = KCD_TAKE(spn_text);
  }
}

void kcd_names_find(const char *text, struct kcd_names *ret)
{
  static const char *const machines[] = {"<computer>", "computer:", "computer name:"};
  static const char *const sources[] = {"migration source", "source host", "from host"};
  static const char *const destinations[] = {"migration destination", "destination host", "with host", "to host"};
  *ret = (struct kcd_names){0};
  find_paths_and_accounts(text, ret);
  if (ret->host == NULL)
    ret->host = first_host(text, machines, sizeof machines / sizeof machines[0], false);
  find_requester(text, ret);
  find_spn(text, ret);
  ret->source = first_host(text, sources, sizeof sources / sizeof sources[0], true);
  ret->destination = first_host(text, destinations, sizeof destinations / sizeof destinations[0], true);
}

void kcd_names_done(struct kcd_names *names)
{
  free(names->user);
  free(names->host);
  free(names->share);
  free(names->server);
  free(names->spn);
  free(names->source);
  free(names->destination);
  *names = (struct kcd_names){0};
}
