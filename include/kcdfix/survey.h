/* survey.h - what the network and one domain controller tell about themselves, for kcdfix doctor. Read-only. */
#ifndef KCDFIX_SURVEY_H
#define KCDFIX_SURVEY_H

#include <kcdfix/directory.h>
#include <kcdfix/machine.h>

/* DNS records of DOMAIN (NULL: not asked), the addresses of its domain controllers or of SERVER alone (NULL: those that
 * DNS names), the names of these addresses, and the ports. Questions and connections go out together; the whole takes
 * about TIMEOUT_MS at most (a silent DNS server is waited for in whole seconds). RET is always filled. */
void kcd_survey_network(const char *domain, const char *server, int timeout_ms, struct kcd_network_facts *ret);

/* Whether cyrus-sasl has its mechanism GSSAPI, without any connection. Fails as kcd_dir_bind does without it. */
int kcd_survey_sasl(struct kcd_error *err);

/* Behind the login: the encryption types of the DC. */
int kcd_survey_dc(struct kcd_dir *dir, struct kcd_talk_facts *ret, struct kcd_error *err);

/* Behind the login: what LOGIN ("admin@KCD.TEST") may write of RET->host, by allowedAttributesEffective of that object
 * (MS-ADTS 3.1.1.4.5.7), its key version, and whether LOGIN's groups hold the privilege by default. */
int kcd_survey_rights(struct kcd_dir *dir, const char *login, struct kcd_rights_facts *ret, struct kcd_error *err);

#endif
