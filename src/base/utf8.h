/* utf8.h - one character at a time (RFC 3629). */
#ifndef KCDFIX_BASE_UTF8_H
#define KCDFIX_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length of the character at P, 1 to 4, with its code point in RET; 0 where no well-formed character starts. */
size_t kcd_utf8_decode(const uint8_t *p, size_t left, uint32_t *ret);

/* Whether the character shows as itself: no control, no bidirectional or other invisible format character. */
bool kcd_code_point_is_displayable(uint32_t code_point);

#endif
