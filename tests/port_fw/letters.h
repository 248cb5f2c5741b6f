/*
 * An image that does what letters on its console say.
 */
#ifndef TESTS_PORT_FW_LETTERS_H
#define TESTS_PORT_FW_LETTERS_H

#include <stdint.h>

/* "NAME VALUE" on a line. */
void letters_say(const char *name, uint32_t value);

/* Prompt, and do one after the other. The board has started. */
_Noreturn void letters_serve(void (*do_letter)(char letter));

#endif
