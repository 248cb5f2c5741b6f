/*
 * The internal flash in the machine: its controller's registers, loads and stores by the core, the
 * bus error of a broken word, cuts.
 *
 * Sectors that the loaded images leave blank hold data: the core reaches them through the model,
 * access by access, and can run no code there. Those up to the last one that is not blank hold
 * code: the core reads and runs them as they are, and cannot write to them.
 */
#ifndef TWIN_INTERNAL_FLASH_H
#define TWIN_INTERNAL_FLASH_H

#include <stdbool.h>
#include <stdint.h>

struct twin;

/* Once, with all images loaded: into the core's map. False: it refused, cpu_problem says why. */
bool internal_flash_create(struct twin *t);
/* Is addr in the 64 KB? */
bool internal_flash_holds(uint32_t addr);
/* By a load of the core from a sector with data; waits while a program or erase is under way. */
uint32_t internal_flash_load(struct twin *t, uint32_t addr, uint32_t n);
/* By a store of the core into a sector with data. */
void internal_flash_store(struct twin *t, uint32_t addr, uint32_t n, uint32_t value);
/* Code is fetched from a sector with code: waits as a load does. */
void internal_flash_fetch(struct twin *t);
/* offset from the base of its registers, in words. CR may answer with a bus error. */
uint32_t internal_flash_register_read(struct twin *t, uint32_t offset);
/* What is not modelled is a violation once the application runs. */
void internal_flash_register_write(struct twin *t, uint32_t offset, uint32_t value);
/* Bytes were put there from outside. */
void internal_flash_poked(struct twin *t, uint32_t addr, uint32_t n);
/* Work under way is over by now_ps, its interrupt rises. */
void internal_flash_event(struct twin *t, uint64_t now_ps);
/* Work under way is torn at at_ps. By a reset of the system too. */
void internal_flash_reset(struct twin *t, uint64_t at_ps);

#endif
