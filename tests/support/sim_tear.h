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

/* Read one byte as it reads now. */
uint8_t sim_cells_read(struct sim_nor *sim, uint32_t addr);

#endif
