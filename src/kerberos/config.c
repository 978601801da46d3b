#include <errno.h>
#include <profile.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#include "config.h"

enum { KDC_PORT = 88 };

/* qualify_shortname: libkrb5 1.18 and later append the resolver's domain to short host names that DNS does not
 * canonicalise; a name goes out as it was typed. */
#define NAMES_AS_TYPED                                                                                                 \
  "\tdns_canonicalize_hostname = false\n"                                                                              \
  "\trdns = false\n"                                                                                                   \
  "\tqualify_shortname = \"\"\n"                                                                                       \
  "\tudp_preference_limit = 1\n"

/* Of realm, realm and KDC. plugin_base_dir: no plugin may take part. allow_rc4 (libkrb5
 * 1.21 and later): an old host may have no other key. */
#define PRIVATE                                                                                                        \
  "[libdefaults]\n"                                                                                                    \
  "\tdefault_realm = %s\n"                                                                                             \
  "\tdns_lookup_kdc = false\n"                                                                                         \
  "\tdns_lookup_realm = false\n"                                                                                       \
  "\tforwardable = true\n"                                                                                             \
  "\tcanonicalize = false\n"                                                                                           \
  "\tallow_rc4 = true\n"                                                                                               \
  "\tplugin_base_dir = /dev/null\n" NAMES_AS_TYPED "[realms]\n"                                                        \
  "\t%s = {\n"                                                                                                         \
  "\t\tkdc = %s\n"                                                                                                     \
  "\t}\n"

/* Of realm, KDC, host and realm. The star makes the realm's section final: those of the files behind are not read
 * (krb5.conf(5), "Structure"; a star at a single relation has no effect in libprofile, prof_tree.c). */
#define PIN                                                                                                            \
  "[libdefaults]\n" NAMES_AS_TYPED "[realms]\n"                                                                        \
  "\t%s = {\n"                                                                                                         \
  "\t\tkdc = %s\n"                                                                                                     \
  "\t}*\n"                                                                                                             \
  "[domain_realm]\n"                                                                                                   \
  "\t%s = %s\n"

static bool is_plain_name(const char *name, const char *more)
{
  for (const char *c = name; *c != '\0'; c++) {
    bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
    if (!letter && (unsigned char)*c < 0x80 && strchr(more, *c) == NULL)
      return false;
  }
  return *name != '\0';
}

static int check_names(const char *realm, const char *host, struct kcd_error *err)
{
  if (!is_plain_name(realm, ".-_"))
    return kcd_fail(err, KCD_E_USAGE, "not a realm name: \"%s\"", realm);
  if (!is_plain_name(host, ".-_:"))
    return kcd_fail(err, KCD_E_USAGE, "not a host name: \"%s\"", host);
  return 0;
}

static int write_all(int fd, const char *text, size_t len)
{
  while (len > 0) {
    ssize_t written = write(fd, text, len);
    if (written < 0 && errno != EINTR)
      return -1;
    if (written > 0) {
      text += written;
      len -= (size_t)written;
    }
  }
  return 0;
}

static int store(const char *text, struct kcd_config *ret, struct kcd_error *err)
{
  struct kcd_config config = {.fd = memfd_create("krb5.conf", MFD_CLOEXEC)};
  if (config.fd < 0 || write_all(config.fd, text, strlen(text)) != 0) {
    kcd_fail_errno(err, KCD_E_IO, errno, "cannot keep a krb5.conf in memory");
    kcd_config_done(&config);
    return -1;
  }
  snprintf(config.path, sizeof(config.path), "/proc/self/fd/%d", config.fd);
  *ret = config;
  return 0;
}

static char *kdc_value(const char *host, uint16_t port)
{
  bool ipv6 = strchr(host, ':') != NULL;
  return kcd_asprintf("%s%s%s:%u", ipv6 ? "[" : "", host, ipv6 ? "]" : "", port == 0 ? (unsigned)KDC_PORT : port);
}

int kcd_config_private(const char *realm, const char *host, uint16_t port, struct kcd_config *ret,
                       struct kcd_error *err)
{
  if (check_names(realm, host, err) != 0)
    return -1;
  KCD_AUTO_CHAR kdc = kdc_value(host, port);
  KCD_AUTO_CHAR text = kcd_asprintf(PRIVATE, realm, realm, kdc);
  return store(text, ret, err);
}

/* As libkrb5 looks it up: lower case, no dot at the end. */
static char *domain_realm_key(const char *host)
{
  char *key = kcd_lower(host);
  size_t len = strlen(key);
  if (len > 1 && key[len - 1] == '.')
    key[len - 1] = '\0';
  return key;
}

int kcd_config_pin(const char *realm, const char *host, uint16_t port, struct kcd_config *ret, struct kcd_error *err)
{
  if (check_names(realm, host, err) != 0)
    return -1;
  KCD_AUTO_CHAR kdc = kdc_value(host, port);
  KCD_AUTO_CHAR key = domain_realm_key(host);
  KCD_AUTO_CHAR text = kcd_asprintf(PIN, realm, kdc, key, realm);
  return store(text, ret, err);
}

void kcd_config_done(struct kcd_config *config)
{
  if (config->fd >= 0)
    close(config->fd);
  *config = KCD_CONFIG_INIT;
}

krb5_error_code kcd_config_context(const struct kcd_config *config, krb5_context *ret)
{
  const char *files[] = {config->path, NULL};
  profile_t profile = NULL;
  long code = profile_init(files, &profile);
  if (code != 0)
    return (krb5_error_code)code;
  krb5_error_code status = krb5_init_context_profile(profile, 0, ret);
  profile_release(profile); /* the context has a copy of its own */
  return status;
}
