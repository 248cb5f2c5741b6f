/*
 * Opening and calling, for tests.
 */
#include "tests/support/nor_bed.h"

#include "nacre/chips/chips.h"
#include "tests/support/fake_port.h"

#include <stddef.h>
#include <string.h>

struct nor_bed nor_bed;

struct nacre_nor_cfg nor_bed_cfg(uint32_t budget_us)
{
    return (struct nacre_nor_cfg){
        .chip = &nacre_chip_mx66uw1g45g,
        .port = {.core_mhz = FAKE_CYCLES_PER_US, .mpu_region = 15},
        .region_addr = NOR_BED_REGION,
        .region_bytes = NOR_BED_BYTES,
        .image_bytes = 65536,
        .budget_us = budget_us,
    };
}

int nor_bed_open_as(const struct nacre_nor_cfg *cfg)
{
    fake_start();
    memset(fake.chip + cfg->region_addr, 0xFF, cfg->region_bytes);
    if (nacre_nor_open(&nor_bed.nor, cfg) != NACRE_OK) return -1;
    nor_bed.medium = &nor_bed.nor.medium;
    fake_forget();
    for (uint32_t i = 0; i < sizeof(nor_bed.data); i++) {
        nor_bed.data[i] = (uint8_t)(i ^ 0x5Au);
    }
    return 0;
}

int nor_bed_open(uint32_t budget_us, const volatile uint32_t *tick)
{
    struct nacre_nor_cfg cfg = nor_bed_cfg(budget_us);
    cfg.tick = tick;
    cfg.tick_us = 1000;
    return nor_bed_open_as(&cfg);
}

struct nacre_nor_cfg nor_bed_same_bank(uint32_t budget_us)
{
    struct nacre_nor_cfg cfg = nor_bed_cfg(budget_us);
    cfg.region_addr = NOR_BED_SAME_BANK;
    return cfg;
}

int nor_bed_open_same_bank(const struct nacre_nor_cfg *cfg)
{
    if (nor_bed_open_as(cfg) != 0) return -1;
    fake.must_be_idle_when_mapped = true;
    return 0;
}

int nor_bed_setup_after_trial(void **state)
{
    if (nor_bed_setup(state) != 0) return -1;
    const enum nacre_err err = nor_bed_program(0x7FF0, nor_bed.data, 16);
    fake_forget();
    return err == NACRE_OK ? 0 : -1;
}

int nor_bed_setup(void **state)
{
    (void)state;
    return nor_bed_open(5, NULL);
}

int nor_bed_setup_with_tick(void **state)
{
    (void)state;
    nor_bed.tick = 0xFFFFFFFEu; /* it wraps */
    return nor_bed_open(5, &nor_bed.tick);
}

enum nacre_err nor_bed_read(uint32_t addr, void *buf, uint32_t n)
{
    return nor_bed.medium->ops->read(nor_bed.medium, addr, buf, n);
}

enum nacre_err nor_bed_program(uint32_t addr, const void *buf, uint32_t n)
{
    return nor_bed.medium->ops->program(nor_bed.medium, addr, buf, n);
}

enum nacre_err nor_bed_erase(uint32_t addr)
{
    const enum nacre_err err = nor_bed.medium->ops->erase_start(nor_bed.medium, addr);
    return err == NACRE_OK ? nor_bed.medium->ops->erase_wait(nor_bed.medium) : err;
}
