/*
 * Registers as the boot left them.
 */
#ifndef EXAMPLES_BRING_UP_FOUND_H
#define EXAMPLES_BRING_UP_FOUND_H

/* Read them all, before anything else is done. */
void found_take(void);

/* One line each. */
void found_report(void);

#endif
