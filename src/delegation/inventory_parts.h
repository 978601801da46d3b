/* inventory_parts.h - what the two halves of reading an inventory share. */
#ifndef KCDFIX_DELEGATION_INVENTORY_PARTS_H
#define KCDFIX_DELEGATION_INVENTORY_PARTS_H

#include <kcdfix/inventory.h>

/* Takes TEXT. */
void kcd_problem_take(struct kcd_inventory_problems *problems, unsigned line, char *text);
/* A value that is text. */
const char *kcd_text_of(const struct kcd_bytes *value);
/* Adds what is wrong with the groups as a whole. */
void kcd_inventory_check(const struct kcd_inventory *inventory, struct kcd_inventory_problems *problems);

#endif
