#include "reverse.h"

#include <arpa/nameser.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/bytes.h>
#include <kcdfix/text.h>

#include "dir.h"

enum { MANY_NAMES = 32 };

char *reverse_question(const struct sockaddr *address)
{
  if (address->sa_family == AF_INET) {
    const unsigned char *b = (const unsigned char *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;
    return kcd_asprintf("%u.%u.%u.%u.in-addr.arpa", b[3], b[2], b[1], b[0]);
  }
  const unsigned char *b = ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr;
  struct kcd_buf text;
  kcd_buf_init(&text, KCD_BUF_DEFAULT_CAP);
  for (int i = 15; i >= 0; i--)
    kcd_buf_addf(&text, "%x.%x.", b[i] & 0xf, b[i] >> 4);
  kcd_buf_add_text(&text, "ip6.arpa");
  return kcd_buf_take_text(&text);
}

enum dns_outcome reverse_name(const struct dns_question *question, const char *expected, char **ret)
{
  *ret = NULL;
  if (question->outcome != DNS_FOUND)
    return question->outcome;
  ns_msg message;
  if (ns_initparse(question->answer, (int)question->len, &message) != 0)
    return DNS_BROKEN;
  int n = ns_msg_count(message, ns_s_an);
  for (int i = 0; i < n && i < MANY_NAMES; i++) {
    ns_rr record;
    char name[NS_MAXDNAME];
    if (ns_parserr(&message, ns_s_an, i, &record) != 0)
      return *ret == NULL ? DNS_BROKEN : DNS_FOUND;
    if (ns_rr_type(record) != ns_t_ptr ||
        ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), ns_rr_rdata(record), name, sizeof(name)) < 0)
      continue;
    bool wanted = kcd_equal_nocase(name, expected);
    if (*ret == NULL || wanted) {
      free(*ret);
      *ret = kcd_strdup(name);
    }
    if (wanted)
      break;
  }
  return *ret == NULL ? DNS_NO_RECORD : DNS_FOUND;
}
