/* krb5.conf as it stands: which files, whether libkrb5 takes them, and the relations that are traps. */
#include <errno.h>
#include <profile.h>
#include <stdlib.h>
#include <string.h>

#include <krb5.h>

#include <kcdfix/setup.h>
#include <kcdfix/text.h>

#include "context.h"

#define DEFAULT_FILES "/etc/krb5.conf"

enum { MANY_FILES = 32, RC4 = 23, AES_FIRST = 17, AES_LAST = 20 };

/* ---- the files ---- */

static enum kcd_file_state state_of(long code)
{
  if (code == 0)
    return KCD_FILE_GOOD;
  if (code == ENOENT)
    return KCD_FILE_MISSING;
  return code == EACCES || code == EPERM ? KCD_FILE_UNREADABLE : KCD_FILE_MALFORMED;
}

/* libprofile reads a file only when something of it is asked for. */
static long try_file(const char *path)
{
  const char *files[] = {path, NULL};
  profile_t profile = NULL;
  long code = profile_init(files, &profile);
  if (code != 0)
    return code;
  const char *section[] = {"libdefaults", NULL};
  char **names = NULL;
  code = profile_get_relation_names(profile, section, &names);
  if (code == 0)
    profile_free_list(names);
  profile_release(profile);
  return code == PROF_NO_SECTION || code == PROF_NO_RELATION ? 0 : code;
}

static void add_file(struct kcd_config_facts *config, const char *path, size_t len)
{
  if (config->n_files >= MANY_FILES)
    return;
  config->files = kcd_reallocarray(config->files, config->n_files + 1, sizeof(*config->files));
  struct kcd_config_file *file = &config->files[config->n_files++];
  file->path = kcd_strndup(path, len);
  file->state = state_of(try_file(file->path));
}

/* To libprofile an empty name is the end of the list (PROFILE_LAST_FILESPEC in its prof_int.h). */
static void look_at_files(struct kcd_config_facts *config)
{
  const char *list = getenv("KRB5_CONFIG");
  if (list == NULL)
    list = DEFAULT_FILES;
  for (size_t len; (len = strcspn(list, ":")) > 0; list += len + (list[len] == ':'))
    add_file(config, list, len);
}

/* ---- relations ---- */

static char *relation(profile_t profile, const char *name)
{
  char *value = NULL;
  if (profile_get_string(profile, "libdefaults", name, NULL, NULL, &value) != 0)
    return NULL;
  char *copy = kcd_strdup(value);
  profile_release_string(value);
  return copy;
}

static bool is_on(profile_t profile, const char *name, bool otherwise)
{
  int value = otherwise;
  return profile_get_boolean(profile, "libdefaults", name, NULL, otherwise, &value) == 0 ? value != 0 : otherwise;
}

static int number(profile_t profile, const char *name)
{
  int value = -1;
  return profile_get_integer(profile, "libdefaults", name, NULL, -1, &value) == 0 ? value : -1;
}

/* The defaults are those of krb5.conf(5). "fallback" for dns_canonicalize_hostname asks DNS only after the name as
 * typed failed: no trap. */
static void read_relations(profile_t profile, struct kcd_config_facts *config)
{
  config->default_realm = relation(profile, "default_realm");
  config->default_ccache_name = relation(profile, "default_ccache_name");
  config->rdns = relation(profile, "rdns");
  config->dns_canonicalize_hostname = relation(profile, "dns_canonicalize_hostname");
  config->forwardable = relation(profile, "forwardable");
  const char *canonicalize = config->dns_canonicalize_hostname;
  config->rdns_on = is_on(profile, "rdns", true);
  config->canonicalize_on = canonicalize != NULL && kcd_equal_nocase(canonicalize, "fallback")
                                ? false
                                : is_on(profile, "dns_canonicalize_hostname", true);
  config->forwardable_off = !is_on(profile, "forwardable", false);
  config->udp_limit = number(profile, "udp_preference_limit");
}

static void read_enctypes(krb5_context k5, struct kcd_config_facts *config)
{
  krb5_enctype *types = NULL;
  if (krb5_get_permitted_enctypes(k5, &types) != 0)
    return;
  for (const krb5_enctype *type = types; *type != 0; type++) {
    config->permits_aes = config->permits_aes || (*type >= AES_FIRST && *type <= AES_LAST);
    config->permits_rc4 = config->permits_rc4 || *type == RC4;
  }
  krb5_free_enctypes(k5, types);
}

void kcd_setup_config(struct kcd_config_facts *ret)
{
  *ret = (struct kcd_config_facts){.udp_limit = -1};
  look_at_files(ret);
  krb5_context k5 = NULL;
  struct kcd_error err = KCD_ERROR_INIT;
  kcd_trial_set(&ret->trial, kcd_new_context(&k5, &err), &err);
  if (ret->trial.state != KCD_TRIAL_DONE)
    return;
  profile_t profile = NULL;
  if (krb5_get_profile(k5, &profile) == 0) {
    read_relations(profile, ret);
    profile_release(profile);
  }
  read_enctypes(k5, ret);
  krb5_free_context(k5);
}
