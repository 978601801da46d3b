/* crew.h - things that wait for DNS or for servers, waited for together: each in a thread of its own. */
#ifndef KCDFIX_CREW_H
#define KCDFIX_CREW_H

#include <stddef.h>

struct kcd_crew;

/* Runs WORK on each of N items of SIZE bytes, each in a thread; where none can be started, in turn and at once. No
 * signal is delivered to these threads: the program's handlers run in the one that was there before. */
struct kcd_crew *kcd_crew_start(void *items, size_t n, size_t size, void (*work)(void *item));
/* Waits for all of them. */
void kcd_crew_end(struct kcd_crew *crew);

#endif
