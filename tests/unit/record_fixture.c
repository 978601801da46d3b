#include <kcdfix/uac.h>

#include "facts_fixture.h"
#include "record_fixture.h"

void record_init(struct kcd_record *record)
{
  *record = (struct kcd_record){.id = kcd_strdup("20261121T201403Z-CORE2016"),
                                .run = kcd_strdup("20261121T201403Z-CORE2016"),
                                .state = KCD_RECORD_APPLIED,
                                .tool_version = kcd_strdup("0.1.0"),
                                .created = NOW,
                                .changed = NOW + 1,
                                .by = kcd_strdup("admin@CONTOSO.COM"),
                                .uid = 1000,
                                .dc = kcd_strdup("dc1.contoso.com"),
                                .domain = kcd_strdup("contoso.com"),
                                .host = kcd_strdup("CORE2016$"),
                                .dn = kcd_strdup("CN=CORE2016,OU=HyperV,DC=contoso,DC=com"),
                                .guid = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
                                .mode = KCD_MODE_PROTOCOL_TRANSITION,
                                .list_ours = true,
                                .uac_before = KCD_UAC_WORKSTATION,
                                .uac_after = KCD_UAC_WORKSTATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION,
                                .uac_ours = true,
                                .usn_before = 5000};
  record->spns = kcd_calloc(1, sizeof *record->spns);
  record->spns[record->n_spns++] = kcd_strdup("cifs/2016GUI");
  kcd_values_add_text(&record->list_before, "cifs/FS1");
  kcd_values_add_text(&record->list_added, "cifs/2016GUI");
  kcd_values_add_text(&record->list_added, "cifs/2016GUI.contoso.com");
}
