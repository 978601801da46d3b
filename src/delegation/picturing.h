/* picturing.h - what the files about a picture share. */
#ifndef KCDFIX_DELEGATION_PICTURING_H
#define KCDFIX_DELEGATION_PICTURING_H

#include <kcdfix/picture.h>

/* Gives the nodes that are shown rows without a gap in each column, by a walk along the lines; those that they have
 * must be without one as well. */
void picture_walk(struct kcd_picture *picture);
/* Gives the nodes that are shown their rows. */
void picture_order(struct kcd_picture *picture);

#endif
