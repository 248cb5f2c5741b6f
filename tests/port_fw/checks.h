/*
 * Checks that need the real registers. Each prints one line, "NAME ERROR" or "NAME ok|wrong".
 */
#ifndef TESTS_PORT_FW_CHECKS_H
#define TESTS_PORT_FW_CHECKS_H

/* What is refused at open, each with the board put back afterwards. */
void checks_refuse(void);

/* What is in place after an open, a program and an erase. */
void checks_restore(void);

/* Sources of data in flash and PSRAM, masked interrupts, a read of what was written. */
void checks_data(void);

/* Called from a handler of an exception. */
void checks_in_handler(void);

/* The NMI's, and that of all faults; an image that has none stands still. */
void checks_on_nmi(void);
void checks_on_fault(void);

#endif
