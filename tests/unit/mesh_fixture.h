/* mesh_fixture.h - hosts that migrate machines to each other, and a file server, in literals; all is right at first, on
 * a Windows DC. */
#ifndef KCDFIX_TEST_MESH_FIXTURE_H
#define KCDFIX_TEST_MESH_FIXTURE_H

#include <kcdfix/facts.h>
#include <kcdfix/matrix.h>
#include <kcdfix/scenario.h>

#define MESH_MAX 30
#define MESH_NOW ((time_t)1795292640) /* 2026-11-21T20:24:00Z */

struct mesh {
  struct kcd_dc dc;
  struct kcd_account hosts[MESH_MAX];
  struct kcd_account *host_pointers[MESH_MAX];
  size_t n_hosts;
  struct kcd_account server, user;
  struct kcd_scenario_pairs pairs;
  struct kcd_target *targets; /* one an SPN */
};

/* HV1 ... of the scenario; SERVER may be NULL. Every host lists what it needs, with protocol transition. */
void mesh_init(struct mesh *mesh, enum kcd_scenario scenario, size_t n_hosts, const char *server);
void mesh_done(struct mesh *mesh);
/* Takes every entry of the host off its list that contains TEXT. */
void mesh_unlist(struct mesh *mesh, size_t host, const char *text);
/* Judges all pairs; finished. */
void mesh_judge(struct mesh *mesh, enum kcd_flavour flavour, struct kcd_matrix *ret);

#endif
