/* setup.h - Kerberos as it is set up on this machine, for kcdfix doctor: configuration, credential cache, keytab. No
 * packet is sent and nothing is stored. Configuration and cache are to be looked at before kcd_login_start, which
 * changes the process's environment. */
#ifndef KCDFIX_SETUP_H
#define KCDFIX_SETUP_H

#include <kcdfix/machine.h>

/* The files of KRB5_CONFIG or /etc/krb5.conf, each by itself, and what libkrb5 makes of all of them. */
void kcd_setup_config(struct kcd_config_facts *ret);

/* CCACHE NULL: the default credential cache. */
void kcd_setup_ticket(const char *ccache, struct kcd_ticket_facts *ret);

/* RET->file is looked at; HOST and REALM as for kcd_probe_open. */
void kcd_setup_keytab(const char *host, const char *realm, struct kcd_keytab_facts *ret);

#endif
