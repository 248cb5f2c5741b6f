/*
 * What the image of the lock is told before the power comes on: bench/blackout.c writes it over the
 * symbol lock_cfg.
 */
#ifndef BENCH_FW_LOCK_CFG_H
#define BENCH_FW_LOCK_CFG_H

#include <stdint.h>

enum {
    LOCK_CHIP_MACRONIX_OCTAL,
    LOCK_CHIP_WINBOND_SPI,
    LOCK_CHIP_MICRON_OCTAL,
    LOCK_CHIP_INFINEON_OCTAL,
    LOCK_CHIP_GIGADEVICE_OCTAL
};

struct lock_cfg {
    uint32_t chip;        /* LOCK_CHIP_ */
    uint32_t region_addr; /* three units: two for records, one to erase */
    uint32_t unit_bytes;
    uint32_t irq_us;      /* the timer's period */
};

/* In flash. Its definition is in a file of its own: a compiler that saw it would count on it. */
extern const struct lock_cfg lock_cfg;

#endif
