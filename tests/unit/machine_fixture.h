/* machine_fixture.h - a machine that talks to kcd.test without any fault, in literals. */
#ifndef KCDFIX_TEST_MACHINE_FIXTURE_H
#define KCDFIX_TEST_MACHINE_FIXTURE_H

#include <kcdfix/doctor.h>

#define MACHINE_NOW ((time_t)1795292640) /* 2026-11-21T20:24:00Z */

/* Literals, which nobody frees, and the arrays behind them. */
struct machine_world {
  struct kcd_machine machine;
  struct kcd_config_file files[2];
  struct kcd_address_facts addresses[2];
  struct kcd_server_facts servers[2]; /* the second one is dc2, which only tests with two servers count */
};
void machine_world_init(struct machine_world *world);

/* A failed trial. */
struct kcd_trial failed(enum kcd_errc code, const char *id, const char *message, const char *next);

#endif
