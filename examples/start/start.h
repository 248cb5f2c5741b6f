/*
 * What a Reset_Handler does before main, for images linked with nacre_ram.ld and data in the
 * symbols of examples/brightness/sections.ld.
 */
#ifndef EXAMPLES_START_START_H
#define EXAMPLES_START_START_H

/*
 * FPU on, what runs in a blackout and the data copied, the rest cleared. Relies on no data.
 *
 * Context  once, with the caches off, as ST's boot leaves them
 */
void start_memories(void);

/* Stand still: the handler of whatever must not happen. */
void start_fault(void);

#endif
