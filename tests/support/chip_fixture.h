/*
 * The one chip on its bus of a test program, and the bytes that are programmed into it.
 */
#ifndef TESTS_SUPPORT_CHIP_FIXTURE_H
#define TESTS_SUPPORT_CHIP_FIXTURE_H

#include "tests/support/chip_bus.h"

#define PAGE 0x02004100u

extern struct chip_bus bus;
extern uint8_t data[512]; /* no two neighbours alike; both its pages differ */

/* cmocka fixtures: a chip that is ready, in SPI or in octal DTR. */
int chip_begin(void **state);
int chip_begin_octal(void **state);
/* cmocka fixture, of a test or of a group: gives the chip back. */
int chip_end(void **state);
/* In the middle of a test: another chip, ready, in SPI. */
void chip_begin_anew(const struct nor_cfg *cfg);

/* What the chip holds from there on. */
const uint8_t *array(uint32_t addr);

#endif
