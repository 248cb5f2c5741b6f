/*
 * The console: one line in, an answer and a prompt out.
 */
#ifndef EXAMPLES_BRIGHTNESS_CONSOLE_H
#define EXAMPLES_BRIGHTNESS_CONSOLE_H

#include "nacre/err.h"

/* Say how the settings were found, show the brightness, and prompt. */
void console_start(enum nacre_err opened);

/* Serve it for ever; the product's other work is done when nothing was typed. */
_Noreturn void console_run(void);

#endif
