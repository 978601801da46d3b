#include "catalog.h"

#include <stdlib.h>

#include <kcdfix/alloc.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/locate.h>

#define PORT 3268 /* MS-ADTS 3.1.1.3 */
#define LIMIT_MS 3000

/* The session's own DC, or the first that DNS names; owned by the caller, NULL where there is none. */
static char *catalog_server(const struct kcd_session *session, int timeout_ms, struct kcd_error *err)
{
  const struct kcd_dc *dc = kcd_dir_dc(session->dir);
  if (dc->global_catalog)
    return kcd_strdup(session->server);
  KCD_AUTO_CHAR forest = dc->root_nc ? kcd_dn_to_domain(dc->root_nc) : NULL;
  KCD_AUTO_VALUE(kcd_srv_list) list = {0};
  if (!forest) {
    kcd_fail(err, KCD_E_NOT_FOUND, "%s does not say which forest it is of", session->server);
    return NULL;
  }
  if (kcd_locate_catalogs(forest, timeout_ms, &list, err) != 0)
    return NULL;
  return kcd_strdup(list.v[0].host);
}

static int look(const struct kcd_session *session, const struct kcd_options *options, struct kcd_facts_set *set,
                struct kcd_error *err)
{
  int limit = options->timeout_ms < LIMIT_MS ? options->timeout_ms : LIMIT_MS;
  KCD_AUTO_CHAR server = catalog_server(session, limit, err);
  if (!server || kcd_login_ticket(session->login, server, err) != 0)
    return -1;
  struct kcd_dir_options dir_options = {
      .host = server, .port = PORT, .timeout_ms = limit, .trace = options->verbose > 1 ? kcd_trace : NULL};
  KCD_AUTO(kcd_dir) catalog = NULL;
  if (kcd_dir_open(&dir_options, &catalog, err) != 0 || kcd_dir_bind(catalog, err) != 0)
    return -1;
  return kcd_gather_catalog(catalog, set, err);
}

void kcd_catalog_look(const struct kcd_session *session, const struct kcd_options *options, struct kcd_facts_set *set,
                      struct kcd_report *report)
{
  struct kcd_error err = KCD_ERROR_INIT;
  if (!kcd_gather_lacks_owner(set))
    return;
  set->forest_searched = look(session, options, set, &err) == 0 ? KCD_YES : KCD_NO;
  if (set->forest_searched == KCD_YES)
    return;
  kcd_error_wrap(&err, "the global catalogue cannot be asked");
  kcd_report_error(report, &err);
}
