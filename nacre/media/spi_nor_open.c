/*
 * Opening the serial NOR: everything that can be refused is refused here, before the first write.
 */
#include "nacre/chips/sfdp.h"
#include "nacre/media/spi_nor_wire.h"

#include <stddef.h>
#include <string.h>

#define PART_BYTES 64u     /* of the tables, in one frame */
#define SFDP_ADDR_BYTES 3u /* JESD216: whatever the array has */

/* Commands as this medium can build them. */
static bool is_drivable(const struct nacre_chip *chip)
{
    return chip->form.lines == 1u && chip->form.opcode_bytes == 1u && chip->serial_read != 0 &&
           (chip->form.addr_bytes == 3u || chip->form.addr_bytes == 4u) &&
           !chip->sends_registers_twice && !chip->registers_have_addr;
}

/* Some parts have small units in one place only. */
static bool is_in_unit_area(const struct nacre_chip *chip, uint32_t addr, uint32_t n)
{
    if (chip->unit_area_bytes == 0) return true;
    return addr >= chip->unit_area_addr &&
           addr - chip->unit_area_addr <= chip->unit_area_bytes &&
           n <= chip->unit_area_bytes - (addr - chip->unit_area_addr);
}

static enum nacre_err check_cfg(const struct nacre_spi_nor *nor,
                                const struct nacre_spi_nor_cfg *cfg)
{
    if (nor == NULL || cfg == NULL || cfg->chip == NULL || cfg->spi == NULL) {
        return NACRE_BAD_ARGUMENT;
    }
    if (cfg->spi->transfer == NULL || cfg->time == NULL || cfg->time->now_us == NULL) {
        return NACRE_BAD_ARGUMENT;
    }
    if (!is_drivable(cfg->chip)) return NACRE_BAD_ARGUMENT;
    const uint32_t unit_bytes = cfg->chip->unit_bytes;
    if (cfg->region_bytes == 0) return NACRE_NO_REGION;
    if (cfg->region_addr % unit_bytes != 0 || cfg->region_bytes % unit_bytes != 0) {
        return NACRE_REGION_UNALIGNED;
    }
    if (cfg->region_addr > cfg->chip->chip_bytes ||
        cfg->region_bytes > cfg->chip->chip_bytes - cfg->region_addr ||
        !is_in_unit_area(cfg->chip, cfg->region_addr, cfg->region_bytes)) {
        return NACRE_REGION_OUTSIDE;
    }
    return NACRE_OK;
}

/* A chip that is not busy says who it is before it is told anything; a busy one hears nothing. */
static enum nacre_err identify(struct nacre_spi_nor *nor, struct nacre_spi_nor_status *seen)
{
    enum nacre_err err = nacre_spi_nor_look(nor, seen);

    if (err != NACRE_OK) return err;
    if (!nacre_spi_nor_is_busy(nor, seen)) {
        err = nacre_spi_nor_check_id(nor);
        if (err != NACRE_OK) return err;
        return nacre_spi_nor_settle(nor, seen);
    }
    err = nacre_spi_nor_settle(nor, seen);
    return err == NACRE_OK ? nacre_spi_nor_check_id(nor) : err;
}

static bool is_protected(const struct nacre_chip *chip, const struct nacre_spi_nor_status *seen)
{
    return (seen->status & chip->status_protected) != 0 ||
           (seen->security & chip->security_protected) != 0;
}

static void fill(struct nacre_spi_nor *nor, const struct nacre_spi_nor_cfg *cfg)
{
    const struct nacre_chip *const chip = cfg->chip;

    memset(nor, 0, sizeof *nor);
    nor->chip = chip;
    nor->spi = cfg->spi;
    nor->time = cfg->time;
    nor->region_addr = cfg->region_addr;
    nor->medium.ops = &nacre_spi_nor_ops;
    nor->medium.geometry = (struct nacre_geometry){
        .unit_bytes = chip->unit_bytes,
        .unit_count = cfg->region_bytes / chip->unit_bytes,
        .granule_bytes = chip->granule_bytes,
        .page_bytes = chip->page_bytes,
        .cut_bytes = chip->cut_bytes,
    };
}

enum nacre_err nacre_spi_nor_open(struct nacre_spi_nor *nor, const struct nacre_spi_nor_cfg *cfg)
{
    struct nacre_spi_nor_status seen;

    enum nacre_err err = check_cfg(nor, cfg);
    if (err != NACRE_OK) return err;
    fill(nor, cfg);
    err = identify(nor, &seen);
    if (err != NACRE_OK) return err;
    if (cfg->check_tables != NULL) {
        err = cfg->check_tables(nor, cfg);
        if (err != NACRE_OK) return err;
    }
    if (!cfg->accepts_protection && is_protected(cfg->chip, &seen)) return NACRE_PART_PROTECTED;
    return NACRE_OK;
}

/* ---- tables ---- */

static enum nacre_err read_tables(struct nacre_spi_nor *nor, uint8_t *tables, uint32_t n)
{
    struct nacre_spi_nor_read read = {
        .opcode = nor->chip->read_sfdp,
        .addr_bytes = SFDP_ADDR_BYTES,
        .dummy_clocks = nor->chip->sfdp_dummy_clocks,
    };

    for (; read.chip_addr < n; read.chip_addr += PART_BYTES) {
        const uint32_t left = n - read.chip_addr;
        const enum nacre_err err = nacre_spi_nor_read_at(
            nor, &read, tables + read.chip_addr, left < PART_BYTES ? left : PART_BYTES);

        if (err != NACRE_OK) return err;
    }
    return NACRE_OK;
}

enum nacre_err nacre_spi_nor_check_tables(struct nacre_spi_nor *nor,
                                          const struct nacre_spi_nor_cfg *cfg)
{
    struct nacre_sfdp sfdp = {.bytes = cfg->tables, .n = cfg->tables_bytes};

    if (cfg->tables == NULL || cfg->tables_bytes > NACRE_SFDP_BYTES_MAX) {
        return NACRE_BAD_ARGUMENT;
    }
    if (nor->chip->read_sfdp == 0) return NACRE_OK;
    enum nacre_err err = read_tables(nor, cfg->tables, cfg->tables_bytes);
    if (err != NACRE_OK) return err;
    err = nacre_chip_check_sfdp(nor->chip, &sfdp);
    if (err != NACRE_CHIP_TABLES) return NACRE_OK;
    nor->refused = sfdp.refused;
    nor->of_row = sfdp.of_row;
    nor->of_tables = sfdp.of_tables;
    return err;
}
