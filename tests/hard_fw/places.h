/*
 * The hard places: each prints lines of what the library answered there. What must come of each is
 * said by tests/test_hard_places.c.
 */
#ifndef TESTS_HARD_FW_PLACES_H
#define TESTS_HARD_FW_PLACES_H

/* Ranges that may not be written: the end of the chip, what the bus encrypts. */
void places_refused(void);

/* Bytes that a data cache may hold otherwise than the memory behind it. */
void places_cached(void);

/* The same with the data cache off, which stays so. */
void places_uncached(void);

/* What the boot protects against changes of the clocks is as it was. */
void places_clock_protection(void);

#endif
