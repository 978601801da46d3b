/* What fails next where everything visible is right: it stands on the machines themselves. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/scenario.h>
#include <kcdfix/text.h>

#include "case.h"
#include "words.h"

static void add(struct kcd_case *c, enum kcd_finding_id id, const char *where, char *message, char *command)
{
  struct kcd_suspects *all = &c->judgement->suspects;
  all->v = kcd_reallocarray(all->v, all->n + 1, sizeof *all->v);
  KCD_AUTO_CHAR safe = kcd_sentence("%s", command);
  all->v[all->n++] =
      (struct kcd_suspect){.id = id, .message = message, .where = kcd_sentence("%s", where), .command = KCD_TAKE(safe)};
  free(command);
}

static void share_rights(struct kcd_case *c)
{
  KCD_AUTO_CHAR server = kcd_spn_short_host(&c->facts->target->spn);
  add(c, KCD_F_SHARE_PERMISSION_OF_HOST, c->target_name,
      kcd_sentence("share and NTFS rights of %s and of %s$ on \\\\%s",
                   c->user_name[0] == '\0' ? "the user" : c->user_name, c->host_name, server),
      kcd_strdup("Get-SmbShareAccess SHARE; icacls FOLDER"));
}

static void migration(struct kcd_case *c)
{
  KCD_AUTO_CHAR host = kcd_windows_word(c->host_name);
  KCD_AUTO_CHAR target = kcd_windows_word(c->target_name);
  add(c, KCD_F_HOST_USES_CREDSSP, c->host_name,
      kcd_sentence("whether %s migrates with Kerberos or with CredSSP", c->host_name),
      kcd_asprintf("Get-VMHost %s | Format-List VirtualMachineMigration*", host));
  add(c, KCD_F_MIGRATION_PORT_BLOCKED, c->host_name, kcd_sentence("whether port 6600 of %s answers", c->target_name),
      kcd_asprintf("Test-NetConnection %s -Port 6600", target));
}

/* From Windows Server 2025 on Credential Guard is on where the machine can have it. */
static void credential_guard(struct kcd_case *c)
{
  const struct kcd_account *host = c->facts->host;
  if (host->operating_system == NULL || strstr(host->operating_system, "2025") == NULL)
    return;
  add(c, KCD_F_CREDSSP_BLOCKED_BY_CREDENTIAL_GUARD, c->host_name,
      kcd_sentence("whether Credential Guard runs on %s: it blocks CredSSP", c->host_name),
      kcd_strdup(kcd_finding_info(KCD_F_CREDSSP_BLOCKED_BY_CREDENTIAL_GUARD)->on_host));
}

void kcd_name_suspects(struct kcd_case *c)
{
  const char *class = c->facts->target->spn.service_class;
  bool right = c->judgement->verdict == KCD_WORKS && kcd_findings_worst(&c->judgement->findings) < (int)KCD_WARNING;
  if (!right || c->facts->host == NULL)
    return;
  if (kcd_equal_nocase(class, "cifs"))
    share_rights(c);
  else if (kcd_equal_nocase(class, KCD_MIGRATION_SERVICE))
    migration(c);
  else
    return;
  credential_guard(c);
}
