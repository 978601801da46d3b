/* hyperv_dir.h - the search for the Hyper-V hosts of a domain. */
#ifndef KCDFIX_HYPERV_DIR_H
#define KCDFIX_HYPERV_DIR_H

#include <kcdfix/directory.h>
#include <kcdfix/hyperv_hosts.h>

/* All of the domain, judged; read-only. One flight for the accounts by SPN and the service connection points, in pages;
 * one more for hosts that only a point tells of, and one for the holders of listed services that are no hosts. RET is
 * filled on success only. Refines kcd_dir_dc(dir)->flavour. */
int kcd_hyperv_search(struct kcd_dir *dir, struct kcd_hyperv *ret, struct kcd_error *err);

#endif
