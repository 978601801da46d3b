#include <kcdfix/netlogon.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/bytes.h>
#include <kcdfix/dnsname.h>

#define LOGON_SAM_LOGON_RESPONSE_EX 23
#define LOGON_SAM_USER_UNKNOWN_EX 25 /* the same form: no user was asked for */
#define NAMES_AT 24                  /* behind Opcode, Sbz, Flags and DomainGuid */

void kcd_netlogon_done(struct kcd_netlogon *answer)
{
  free(answer->forest);
  free(answer->domain);
  free(answer->host);
  free(answer->dc_site);
  free(answer->client_site);
  *answer = (struct kcd_netlogon){0};
}

/* The next name without its last dot; owned, NULL where it is empty. A NUL inside is no name. */
static bool next_name(const void *data, size_t len, size_t *offset, char **ret)
{
  char name[KCD_DNS_NAME_MAX + 1];
  size_t used = 0;
  if (!kcd_dns_name_read(data, len, offset, name, &used) || strlen(name) != used)
    return false;
  if (ret != NULL)
    *ret = used == 0 ? NULL : kcd_strndup(name, used - 1);
  return true;
}

static bool read_names(const void *data, size_t len, struct kcd_netlogon *answer)
{
  char **const names[] = {&answer->forest,         &answer->domain, &answer->host,    NULL /* NetBIOS domain */,
                          NULL /* NetBIOS name */, NULL /* user */, &answer->dc_site, &answer->client_site};
  size_t offset = NAMES_AT;
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    if (!next_name(data, len, &offset, names[i]))
      return false;
  return true;
}

int kcd_netlogon_decode(const void *data, size_t len, struct kcd_netlogon *ret, struct kcd_error *err)
{
  struct kcd_reader in;
  kcd_reader_init(&in, data, len);
  uint16_t opcode = kcd_read_u16le(&in);
  kcd_read_u16le(&in);
  struct kcd_netlogon answer = {.flags = kcd_read_u32le(&in)};
  if (in.failed || len < NAMES_AT || (opcode != LOGON_SAM_LOGON_RESPONSE_EX && opcode != LOGON_SAM_USER_UNKNOWN_EX))
    return kcd_fail(err, KCD_E_MALFORMED, "not an answer to a netlogon ping");
  if (!read_names(data, len, &answer)) {
    kcd_netlogon_done(&answer);
    return kcd_fail(err, KCD_E_MALFORMED, "an answer to a netlogon ping with a malformed name");
  }
  *ret = answer;
  return 0;
}
