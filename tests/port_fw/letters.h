/*
 * An image that does what letters on its console say.
 */
#ifndef TESTS_PORT_FW_LETTERS_H
#define TESTS_PORT_FW_LETTERS_H

#include "nacre/err.h"

#include <stdint.h>

/* "NAME VALUE" on a line. */
void letters_say(const char *name, uint32_t value);

/* The name of what is wrong on a line, if something is. */
void letters_say_if_wrong(enum nacre_err err);

/* Prompt, and do one after the other. The board has started. */
_Noreturn void letters_serve(void (*do_letter)(char letter));

#endif
