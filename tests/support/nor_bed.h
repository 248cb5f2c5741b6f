/*
 * A NOR medium on the false board of fake_port.h, opened for a test.
 */
#ifndef TESTS_SUPPORT_NOR_BED_H
#define TESTS_SUPPORT_NOR_BED_H

#include "nacre/media/nor.h"

#include <stdint.h>

#define NOR_BED_REGION 0x07FE0000u
#define NOR_BED_BYTES (8u * 4096u)
#define NOR_BED_SAME_BANK 0x00100000u /* in the image's bank */

struct nor_bed {
    struct nacre_nor nor;
    struct nacre_medium *medium;
    uint8_t data[256];       /* something to program */
    volatile uint32_t tick;  /* of 1 ms, where it is used */
};

extern struct nor_bed nor_bed;

/* A fresh board and chip; tick may be null. 0 if it opens. */
int nor_bed_open(uint32_t budget_us, const volatile uint32_t *tick);

/* The configuration of nor_bed_open, without a tick, to be changed and opened. */
struct nacre_nor_cfg nor_bed_cfg(uint32_t budget_us);
int nor_bed_open_as(const struct nacre_nor_cfg *cfg);

/* The same with the region in the image's bank; a busy chip must then never be mapped. */
struct nacre_nor_cfg nor_bed_same_bank(uint32_t budget_us);
int nor_bed_open_same_bank(const struct nacre_nor_cfg *cfg);

/* For cmocka: a budget of 5 us, without and with the tick. */
int nor_bed_setup(void **state);
int nor_bed_setup_with_tick(void **state);
/* And read while write has been tried already. */
int nor_bed_setup_after_trial(void **state);

enum nacre_err nor_bed_read(uint32_t addr, void *buf, uint32_t n);
enum nacre_err nor_bed_program(uint32_t addr, const void *buf, uint32_t n);
enum nacre_err nor_bed_erase(uint32_t addr); /* and wait */

#endif
