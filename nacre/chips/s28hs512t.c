/*
 * Infineon S28HS512T (SEMPER) in octal DTR: 512 Mbit, one bank. Each opcode byte is sent twice;
 * fail bits are in the status and stay until they are cleared; 16 bytes can be programmed once, a
 * second program of them is an error.
 *
 * Sources
 *   LINUX   spi-nor driver, spansion.c: id, size, read opcode, the address of a status read, fail
 *           bits
 *   KB      Infineon community ta-p/285161: 16 bytes with error correction, programmed once
 *   FAMILY  as the maker's data sheets have it, from memory: opcodes of suspend and of clearing,
 *           the second status register, times. Unmeasured
 *
 * The part is taken as set to have its 32 sectors of 4 KB at the top (TB4KBS): sectors of 256 KB
 * are more than a store can use, and the image begins at the bottom. A region must lie in those
 * sectors.
 * Nothing of it was measured by us. What no document at hand says is on the safe side: the latency,
 * the runs, the time after a reset.
 */
#include "nacre/chips/chips.h"

const struct nacre_chip nacre_chip_s28hs512t = {
    .name = "S28HS512T",
    .id = {0x34, 0x5B, 0x1A},       /* LINUX */

    .form =
        {
            .lines = 8,
            .opcode_bytes = 2,      /* FAMILY: the same byte twice */
            .addr_bytes = 4,        /* LINUX */
            .read = {{.opcode = 0xEEEE, .addr_lines = 8, .data_lines = 8}}, /* LINUX */
        },
    .registers_have_addr = true,    /* LINUX: rdsr_addr_nbytes 4 */

    .chip_bytes = 0x04000000,       /* LINUX */
    .bank_bits = 26,                /* FAMILY: one bank */
    .unit_bytes = 4096,             /* LINUX: SECT_4K */
    .unit_area_addr = 0x03FE0000,   /* FAMILY: 128 KB of them, at the top if set so */
    .unit_area_bytes = 0x00020000,
    .page_bytes = 256,              /* LINUX: 256 or 512, by CFR3; 256 fits both */
    .granule_bytes = 16,            /* KB */
    .cut_bytes = 256,               /* unmeasured */
    .last_bytes = 32,               /* ES0620 2.4.5: a wrap burst with the last address hangs */

    .write_enable = 0x0606,         /* LINUX; the second byte FAMILY, as in all that follow */
    .read_status = 0x0505,
    .read_security = 0x0707,        /* the second status register */
    .read_id = 0x9F9F,
    .program = 0x1212,              /* LINUX */
    .erase = 0x2121,                /* FAMILY: 4 KB with four address bytes */
    .program_suspend = 0x7575,      /* FAMILY */
    .program_resume = 0x7A7A,
    .erase_suspend = 0x7575,
    .erase_resume = 0x7A7A,
    .clear_failed = 0x8282,
    .reset_enable = 0x6666,
    .reset = 0x9999,
    .status_dummy_clocks = 4,       /* FAMILY: by CFR3. Unmeasured */
    .id_dummy_clocks = 4,

    .status_busy = 0x01,            /* LINUX */
    .status_enabled = 0x02,
    .status_program_failed = 0x40,  /* LINUX: SR_P_ERR, SR_E_ERR */
    .status_erase_failed = 0x20,
    .security_suspended = 0x03,     /* FAMILY: erase bit 1, program bit 0 */

    .program_us = 450,              /* FAMILY */
    .program_us_max = 2000,
    .erase_us = 42000,
    .erase_us_max = 335000,
    .program_suspend_us_max = 100,  /* unmeasured: 40 to 60 by FAMILY */
    .erase_suspend_us_max = 100,    /* unmeasured */
    .program_run_us_min = 1000,     /* unmeasured: 100 by FAMILY */
    .erase_run_us_min = 1000,       /* unmeasured */
    .reset_us_max = 500000,         /* unmeasured */
};
