/* environment.h - variables of the process that libkrb5 inside GSSAPI reads, and their former values. */
#ifndef KCDFIX_KERBEROS_ENVIRONMENT_H
#define KCDFIX_KERBEROS_ENVIRONMENT_H

enum { KCD_VARIABLES = 2 };

struct kcd_environment {
  char *former[KCD_VARIABLES]; /* NULL: was not set */
};

/* Notes the values of KRB5_CONFIG and KRB5CCNAME. */
void kcd_environment_note(struct kcd_environment *environment);
/* KRB5_CONFIG=FIRST:<what it was, or libkrb5's default>. -1 and errno, as setenv(3). */
int kcd_environment_put_config_first(const struct kcd_environment *environment, const char *first);
int kcd_environment_set_ccache(const char *name);
/* Puts the former values back. */
void kcd_environment_done(struct kcd_environment *environment);

/* For the rest of the process's life: SSSD's plugin for libkrb5, which is asked before any krb5.conf, keeps quiet
 * (sssd_krb5_locator_plugin(8)). Its folder is compiled into libkrb5, no configuration turns it off. Written once,
 * since later calls may come while threads read the environment. */
int kcd_environment_without_locator(void);

#endif
