/*
 * Micron MT35XU512ABA in octal DTR: 512 Mbit, one bank. Each opcode byte is sent twice, registers
 * are read without an address, and fail bits stay until they are cleared.
 *
 * Sources
 *   LINUX   spi-nor driver, micron-st.c: id, sizes, opcodes, the second opcode byte, clocks of a
 *           register read, flag status register
 *   FAMILY  as data sheets of Micron's series have it, from memory: suspend by 75h and 7Ah, the
 *           suspend bits, times. Unmeasured
 *
 * Nothing of it was measured by us. What no document at hand says is on the safe side: the latency,
 * the runs, the time after a reset, what a cut spoils.
 */
#include "nacre/chips/chips.h"

const struct nacre_chip nacre_chip_mt35xu512aba = {
    .name = "MT35XU512ABA",
    .id = {0x2C, 0x5B, 0x1A},       /* LINUX */

    .form =
        {
            .lines = 8,
            .opcode_bytes = 2,      /* LINUX: the same byte twice */
            .addr_bytes = 4,        /* LINUX */
            .read = {{.opcode = 0xFDFD, .addr_lines = 8, .data_lines = 8}}, /* LINUX */
        },

    .chip_bytes = 0x04000000,       /* LINUX */
    .bank_bits = 26,                /* FAMILY: one bank */
    .unit_bytes = 4096,             /* LINUX: SECT_4K */
    .page_bytes = 256,              /* LINUX */
    .granule_bytes = 16,            /* no rule is known; 16 is safe wherever a part hides ECC */
    .cut_bytes = 256,               /* unmeasured */
    .last_bytes = 32,               /* ES0620 2.4.5: a wrap burst with the last address hangs */

    .write_enable = 0x0606,         /* LINUX, as the other opcodes */
    .read_status = 0x0505,
    .read_security = 0x7070,        /* the flag status register */
    .read_id = 0x9F9F,
    .program = 0x1212,
    .erase = 0x2121,
    .program_suspend = 0x7575,      /* FAMILY */
    .program_resume = 0x7A7A,
    .erase_suspend = 0x7575,
    .erase_resume = 0x7A7A,
    .clear_failed = 0x5050,
    .reset_enable = 0x6666,
    .reset = 0x9999,
    .status_dummy_clocks = 8,       /* LINUX */
    .id_dummy_clocks = 8,

    .status_busy = 0x01,            /* LINUX */
    .status_enabled = 0x02,
    .security_suspended = 0x44,     /* FAMILY: erase bit 6, program bit 2 */
    .security_program_failed = 0x10, /* LINUX: bits 4 and 5 */
    .security_erase_failed = 0x20,

    .program_us = 120,              /* FAMILY */
    .program_us_max = 1800,
    .erase_us = 50000,
    .erase_us_max = 400000,
    .program_suspend_us_max = 100,  /* unmeasured */
    .erase_suspend_us_max = 100,    /* unmeasured */
    .program_run_us_min = 1000,     /* unmeasured */
    .erase_run_us_min = 1000,       /* unmeasured */
    .reset_us_max = 500000,         /* unmeasured */
};
