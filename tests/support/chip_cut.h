/*
 * A program or an erase of the NOR model, cut half way, between units that must not change.
 */
#ifndef TESTS_SUPPORT_CHIP_CUT_H
#define TESTS_SUPPORT_CHIP_CUT_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/support/chip_fixture.h"

#define UNIT_ADDR 0x06001000u
#define PAGE_ADDR (UNIT_ADDR + 0x200u)
#define NAMED     (PAGE_ADDR + 64u) /* the cut program's 64 bytes, 4 granules, blank before */
#define SEEDS     60u

extern uint8_t old_bytes[4096]; /* of the unit and of both its neighbours */
extern uint8_t new_bytes[64];   /* of the cut program */

/* Group fixture; its end is chip_end. */
int cut_group_begin(void **state);
void cut_open(uint64_t seed, enum nor_tear tear);
/* The power stays off after both. */
void cut_program(uint64_t seed, enum nor_tear tear, enum nor_torn_program kind);
void cut_erase(uint64_t seed, enum nor_torn_erase kind);
void cut_boot(void);

uint32_t doubtful_count(uint32_t addr, uint32_t n);
bool is_blank(uint32_t addr, uint32_t n);
void neighbours_are_untouched(void);

#endif
