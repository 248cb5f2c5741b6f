/*
 * What a cut leaves in the cells of the simulated NOR, and how marginal cells read and program.
 * Internal to sim_nor.c and sim_tear.c.
 */
#ifndef TESTS_SUPPORT_SIM_TEAR_H
#define TESTS_SUPPORT_SIM_TEAR_H

#include "tests/support/sim_nor.h"

#define SIM_PROGRAMMED 1u /* programmed since the last erase */
#define SIM_CUT 2u        /* touched by a cut since the last erase that ran to its end */
#define SIM_MARGINAL 4u   /* has alt or unstable bits */
#define SIM_UNERASED 8u   /* its unit's last erase was cut or failed */
#define SIM_UNREAD 16u    /* programmed or erased in this boot, not read since */
#define SIM_NEAR 32u      /* in a block of cut_bytes in which a program was cut since the erase */

/* Program bytes into good cells and note their granules as programmed. */
void sim_cells_program(struct sim_nor *sim, uint32_t addr, const uint8_t *bytes, uint32_t n);

/* Program one granule whose cells a cut had left marginal: it takes badly. */
void sim_cells_program_weak(struct sim_nor *sim, uint32_t addr, const uint8_t *bytes);

/* Erase a unit to its end: all cells are good again. */
void sim_cells_erase(struct sim_nor *sim, uint32_t addr);

/* Leave a torn program behind. */
void sim_tear_program(struct sim_nor *sim, uint32_t addr, const uint8_t *bytes, uint32_t n,
                      const struct sim_tear *tear);

/* Leave a torn erase behind. */
void sim_tear_erase(struct sim_nor *sim, uint32_t addr, const struct sim_tear *tear);

/* Two lanes: a program or erase begins. A violation is returned as its text, else null. */
const char *sim_lanes_begin(const struct sim_nor *sim, uint32_t addr);

/* Two lanes: bytes were programmed or erased, or read. */
void sim_lanes_wrote(struct sim_nor *sim, uint32_t addr, uint32_t n);
void sim_lanes_read(struct sim_nor *sim, uint32_t addr, uint32_t n);

/* A program at this address was cut: its block of cut_bytes is in doubt until the next erase. */
void sim_lanes_cut(struct sim_nor *sim, uint32_t addr);

/* Does a granule lie in a block that holds data, and in whose twin a program was cut? */
bool sim_lanes_near_cut(const struct sim_nor *sim, uint32_t granule);

/* Read one byte as it reads now. */
uint8_t sim_cells_read(struct sim_nor *sim, uint32_t addr);

#endif
