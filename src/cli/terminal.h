/* terminal.h - asking: the only place that reads from a person. */
#ifndef KCDFIX_CLI_TERMINAL_H
#define KCDFIX_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

#include <kcdfix/error.h>

/* Whether a person can be asked: stdin and stderr are terminals. */
bool kcd_terminal_can_ask(void);
/* Columns of the terminal that OUT is, 100 where it is none. */
int kcd_terminal_width(FILE *out);

/* Shows QUESTION on stderr and reads one line into ANSWER (without its line break). What was typed before the question
 * is thrown away: it cannot have been meant as the answer. False at end of input. */
bool kcd_ask(const char *question, char *answer, size_t size);
/* Asks; true for exactly the word WANTED. */
bool kcd_ask_for(const char *question, const char *wanted);
/* Asks without echo. Owned by the caller (kcd_free_secret); NULL with KCD_E_USAGE where nobody can be asked. */
char *kcd_ask_password(const char *question, struct kcd_error *err);
/* The first line of FILE, owned by the caller (kcd_free_secret). Refuses a file that others can read. */
char *kcd_read_password_file(const char *path, struct kcd_error *err);
/* Echo back on, if kcd_ask_password switched it off. Safe in a signal handler. */
void kcd_terminal_restore(void);

#endif
