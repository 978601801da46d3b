/* config.h - krb5.conf in memory: the private one of a probe, and the lines that pin the KDC for the login. */
#ifndef KCDFIX_KERBEROS_CONFIG_H
#define KCDFIX_KERBEROS_CONFIG_H

#include <stdint.h>

#include <krb5.h>

#include <kcdfix/error.h>

/* A krb5.conf in a memory file. libprofile knows files by their path and looks only once a second whether one has
 * changed, so each configuration keeps its own descriptor, and with it a path of its own, until it is done. */
struct kcd_config {
  int fd;        /* -1: none */
  char path[32]; /* /proc/self/fd/N */
};
#define KCD_CONFIG_INIT ((struct kcd_config){.fd = -1})

/* Everything that a probe needs and nothing of the machine's. Fails with KCD_E_USAGE where REALM or HOST holds a
 * character that names have not, and could mean something in a krb5.conf. */
int kcd_config_private(const char *realm, const char *host, uint16_t port, struct kcd_config *ret,
                       struct kcd_error *err);

/* To be read in front of the machine's configuration: HOST is the only KDC of REALM. Fails likewise. */
int kcd_config_pin(const char *realm, const char *host, uint16_t port, struct kcd_config *ret, struct kcd_error *err);

void kcd_config_done(struct kcd_config *config);

/* A context that reads this configuration alone. */
krb5_error_code kcd_config_context(const struct kcd_config *config, krb5_context *ret);

#endif
