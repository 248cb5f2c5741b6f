/*
 * Winbond W25Q128JV: 128 Mbit, commands on one line, mapped by the quad read EBh. One bank. It has
 * no fail bits: that a program or erase failed shows in what reads back, and nowhere else.
 *
 * Sources
 *   SHEET   data sheets of Winbond: W25Q128JV rev. F (array), W25Q32BV page 47 (suspend, the same
 *           section in all of the series)
 *   WMODEL  Winbond's Verilog model of a sibling, W25Q80DL V1.01: opcodes, status bits, suspend
 *   LINUX   spi-nor driver, winbond.c: id of w25q128
 *   SERIES  times, clock and CMP as the data sheets of the series have them, from memory:
 *           unmeasured
 *
 * Nothing of it was measured by us. What a cut spoils and how long a run must be for progress, no
 * document at hand says: the page, as another maker's model has it, and a millisecond.
 */
#include "nacre/chips/chips.h"

const struct nacre_chip nacre_chip_w25q128jv = {
    .name = "W25Q128JV",
    .id = {0xEF, 0x40, 0x18},       /* LINUX */

    .form =
        {
            .lines = 1,             /* WMODEL */
            .opcode_bytes = 1,
            .addr_bytes = 3,        /* WMODEL */
            .read =
                {
                    {.opcode = 0xEB, .addr_lines = 4, .data_lines = 4, .has_mode = true,
                     .mode_mask = 0x30, .mode_never = 0x20}, /* SHEET, WMODEL: continuous read */
                    {.opcode = 0x6B, .addr_lines = 1, .data_lines = 4}, /* SHEET */
                    {.opcode = 0x0B, .addr_lines = 1, .data_lines = 1}, /* WMODEL */
                    {.opcode = 0x03, .addr_lines = 1, .data_lines = 1},
                },
        },

    .chip_bytes = 0x01000000,       /* SHEET: 65,536 pages */
    .bank_bits = 24,                /* SHEET: one bank */
    .unit_bytes = 4096,             /* SHEET: sector */
    .page_bytes = 256,              /* SHEET */
    .granule_bytes = 16,            /* no ECC is named; 16 is safe wherever a part hides one */
    .cut_bytes = 256,               /* unmeasured */
    .last_bytes = 32,               /* ES0620 2.4.5: a wrap burst with the last address hangs */

    .write_enable = 0x06,           /* WMODEL, as the other opcodes */
    .read_status = 0x05,
    .read_security = 0x35,          /* the second status register */
    .read_id = 0x9F,
    .program = 0x02,
    .erase = 0x20,
    .program_suspend = 0x75,
    .program_resume = 0x7A,
    .erase_suspend = 0x75,
    .erase_resume = 0x7A,
    .reset_enable = 0x66,
    .reset = 0x99,
    .read_sfdp = 0x5A,              /* SHEET: three address bytes, 8 clocks */
    .sfdp_dummy_clocks = 8,
    .serial_read = 0x03,            /* WMODEL */
    .serial_mhz_max = 50,           /* SERIES: fR, unmeasured */

    .status_busy = 0x01,            /* WMODEL: WIP bit 0, WEL bit 1; all others can be set */
    .status_enabled = 0x02,
    .security_suspended = 0x80,     /* SHEET, WMODEL: SUS is bit 7, set before the chip is ready */
    .status_protected = 0x1C,       /* LINUX: BP0 to BP2; TB, SEC and SRP alone protect nothing */
    .security_protected = 0x40,     /* SERIES: CMP protects what BP leaves free */

    .program_us = 400,              /* SERIES tPP */
    .program_us_max = 3000,
    .erase_us = 45000,              /* WMODEL tSE */
    .erase_us_max = 400000,         /* SERIES */
    .program_suspend_us_max = 20,   /* SHEET, WMODEL: tSUS */
    .erase_suspend_us_max = 20,
    .program_run_us_min = 1000,     /* unmeasured; SHEET forbids less than tSUS after a resume */
    .erase_run_us_min = 1000,
    .reset_us_max = 1000,           /* SERIES: tRST 30 us in any state; unmeasured */
};
