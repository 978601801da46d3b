/* libldap and libsasl look up this machine's own name when they start, and nobody uses the result. It may cost more
 * than the whole question to the DC; and with a DNS server that is silent (often the very DC that is being asked) it
 * takes as long as the resolver likes. The files of libc may answer, DNS is left out. The name of the DC is known by
 * then, and its ticket is in the cache. */
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include "dir.h"

void dir_hurry(struct dir_hurry *saved)
{
  saved->done = (_res.options & RES_INIT) != 0 || res_init() == 0;
  if (!saved->done)
    return;
  saved->servers = _res.nscount;
  _res.nscount = 0;
}

void dir_hurry_end(struct dir_hurry *saved)
{
  if (saved->done)
    _res.nscount = saved->servers;
}
