/*
 * GigaDevice GD25LX512ME in octal DTR: 512 Mbit, one bank. Opcodes are one byte at single rate,
 * address and data go at double rate.
 *
 * Sources
 *   EXTMEM  ST's ExtMem Manager 1.5, custom/memories/stm32_gd25lx512me.h and the custom driver: the
 *           form of commands, opcodes, clocks, sizes, memory type, longest erase, reset
 *   GD32    GigaDevice's firmware library for the GD32H7, ospi_operation.h: suspend and resume,
 *           bits of both status registers, sizes, longest times
 *   RT      a driver for i.MX RT, gd25lx512.c: the id, status and id without an address, 8 clocks
 *
 * There are fail bits, 70h bits 4 and 5, but no document at hand says when they go: the row does
 * not use them. What failed shows in what reads back. There is error correction (GD32), and no
 * word on programming twice. Nothing of it was measured by us; what no document says is on the safe
 * side.
 */
#include "nacre/chips/chips.h"

const struct nacre_chip nacre_chip_gd25lx512me = {
    .name = "GD25LX512ME",
    .id = {0xC8, 0x68, 0x1A},       /* RT */

    .form =
        {
            .lines = 8,             /* EXTMEM: 8S-8D-8D */
            .opcode_bytes = 1,
            .addr_bytes = 4,
            .read = {{.opcode = 0xFD, .addr_lines = 8, .data_lines = 8}},
        },

    .chip_bytes = 0x04000000,       /* EXTMEM, GD32 */
    .bank_bits = 26,                /* no document names banks */
    .unit_bytes = 4096,             /* EXTMEM, GD32 */
    .page_bytes = 256,              /* EXTMEM, GD32 */
    .granule_bytes = 16,            /* unmeasured: the rule of its error correction is not known */
    .cut_bytes = 256,               /* unmeasured */
    .last_bytes = 32,               /* ES0620 2.4.5: a wrap burst with the last address hangs */

    .write_enable = 0x06,           /* EXTMEM, as the other opcodes */
    .read_status = 0x05,
    .read_security = 0x70,          /* GD32: the flag status register */
    .read_id = 0x9F,
    .program = 0x02,                /* EXTMEM: with four address bytes in this protocol */
    .erase = 0x20,
    .program_suspend = 0x75,        /* GD32 */
    .program_resume = 0x7A,
    .erase_suspend = 0x75,
    .erase_resume = 0x7A,
    .reset_enable = 0x66,
    .reset = 0x99,
    .status_dummy_clocks = 8,       /* EXTMEM, RT */
    .id_dummy_clocks = 8,           /* RT */

    .status_busy = 0x01,            /* EXTMEM, GD32 */
    .status_enabled = 0x02,
    .security_suspended = 0x44,     /* GD32: SUS1 bit 6 of an erase, SUS2 bit 2 of a program */

    .program_us = 400,              /* unmeasured */
    .program_us_max = 5000,         /* unmeasured */
    .erase_us = 50000,              /* unmeasured: 30 to 70 ms in the maker's other parts */
    .erase_us_max = 400000,         /* GD32; EXTMEM says 300 ms */
    .program_suspend_us_max = 100,  /* unmeasured: 20 to 40 in other parts of the maker */
    .erase_suspend_us_max = 100,    /* unmeasured */
    .program_run_us_min = 1000,     /* unmeasured */
    .erase_run_us_min = 1000,       /* unmeasured */
    .reset_us_max = 100000,         /* GD32: a reset during an erase; EXTMEM waits as long */
};
