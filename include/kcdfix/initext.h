/* initext.h - an INI text as a row of events, each with its line: sections, values, and lines that are neither.
 *
 * Read by libinih, which knows [SECTION], KEY = VALUE (or KEY: VALUE), lines that begin with a blank and continue the
 * value above them, comments behind ; or # at the beginning of a line and behind " ;" elsewhere, and a byte order mark.
 * What libinih leaves out or cuts is told here: the number of each line, a line that says nothing, one that is too
 * long.
 */
#ifndef KCDFIX_INITEXT_H
#define KCDFIX_INITEXT_H

#include <stdbool.h>
#include <stddef.h>

#define KCD_INI_LINE_MAX 198   /* bytes of a line: libinih as Debian builds it takes no more */
#define KCD_INI_SECTION_MAX 48 /* bytes of the name of a section, likewise */

enum kcd_ini_kind { KCD_INI_SECTION, KCD_INI_VALUE, KCD_INI_WRONG };

struct kcd_ini_event {
  enum kcd_ini_kind kind;
  unsigned line;       /* from 1 */
  const char *section; /* "" before the first one */
  const char *key;     /* of a value, else NULL */
  const char *text;    /* the value; of a wrong line what is wrong with it, terminal-safe; of a section NULL */
  bool continues;      /* a value of the key above */
};

/* The strings of EVENT are valid during the call. */
typedef void kcd_ini_handler(void *user, const struct kcd_ini_event *event);

/* Walks the whole text, whatever is wrong with it. Every string given is UTF-8 without control characters. */
void kcd_ini_read(const void *data, size_t len, kcd_ini_handler *handler, void *user);

#endif
