/*
 * The chip's own parameter tables against its row.
 */
#include "nacre/media/nor_tables.h"

#include "nacre/chips/sfdp.h"
#include "nacre/media/nor_job.h"

#include <stddef.h>
#include <string.h>

#define PART_BYTES 64u /* read in one blackout */

static enum nacre_err read_part(struct nacre_nor *nor, uint32_t at, uint32_t n)
{
    nacre_nor_job_new(nor);

    struct nacre_op *const op = nacre_nor_job_add(nor, nor->chip->read_sfdp);
    op->phases = NACRE_PHASE_ADDR | NACRE_PHASE_READ;
    op->chip_addr = at;
    op->dummy_clocks = nor->chip->sfdp_dummy_clocks;
    op->data = nor->piece;
    op->n = (uint16_t)n;
    return nacre_nor_job_run(nor);
}

static enum nacre_err read_all(struct nacre_nor *nor, uint8_t *tables, uint32_t n)
{
    for (uint32_t at = 0; at < n; at += PART_BYTES) {
        const uint32_t part = n - at < PART_BYTES ? n - at : PART_BYTES;
        const enum nacre_err err = read_part(nor, at, part);

        if (err != NACRE_OK) return err;
        memcpy(tables + at, nor->piece, part);
    }
    return NACRE_OK;
}

enum nacre_err nacre_tables_check(struct nacre_nor *nor, const struct nacre_nor_cfg *cfg)
{
    struct nacre_sfdp sfdp = {.bytes = cfg->tables, .n = cfg->tables_bytes};

    if (nor->chip->read_sfdp == 0) return NACRE_OK;
    enum nacre_err err = read_all(nor, cfg->tables, cfg->tables_bytes);
    if (err != NACRE_OK) return err;
    err = nacre_chip_check_sfdp(nor->chip, &sfdp);
    if (err != NACRE_CHIP_TABLES) return NACRE_OK;
    nor->blackout.port.mismatch =
        (struct nacre_mismatch){sfdp.refused, sfdp.of_row, sfdp.of_tables, ~0u};
    return err;
}
