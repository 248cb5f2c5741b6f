/*
 * Macronix' smaller octal parts. No dump of their SFDP tables was at hand whole, so they answer
 * FFh there, as samples of the MX25UW51245G were met to do [F3S]. Sources of the numbers:
 *   [LINUX]  Linux' spi-nor driver, macronix.c and Macronix' mails on read while write: ids, banks,
 *            and what their SFDP dumps say of times
 *   [OSPIF]  Mbed OS OSPIF driver for the MX25LW51245G, contributed by Macronix (PR 14221)
 *   [BSP]    ST's component drivers mx25uw25645g.h and mx25lm51245g.h
 *   [MODEL]  Macronix MX66UM1G45G.v, model rev 1.6: same family, without banks
 *   [F3S]    QNX f3s driver mx25uw.c
 */
#include "twin/chip/nor.h"
#include "twin/chip/nor_row.h"

#define US 1000000ULL
#define MS 1000000000ULL
#define MB (1024u * 1024u)

const struct nor_row nor_row_mx25uw51245g = {
    .name = "MX25UW51245G",
    .opcodes = nor_opcodes_octal,
    .opcode_count = NOR_OPCODES_OCTAL_BANKS, /* [BSP] of the 256 Mbit part has the buffer set */
    .family = &nor_family_octal,
    .id = {0xC2, 0x81, 0x3A},             /* [LINUX] f0a499ac */
    .size_bytes = 64u * MB,               /* [OSPIF]: 512 Mbit, four banks of 16 MB */
    .block_bytes = 64u * 1024u,           /* [BSP] */
    .bank_count = 4,                      /* [LINUX] n_banks 4 */
    .wire_swaps = true,                   /* [LINUX] dumps: DW18 bit 31 is set in all 45G parts */
    .has_double_program = true,           /* [MODEL] */
    .times = {
        .program = {150 * US, 4900 * US},     /* [MODEL]; [LINUX] dump, rounded up */
        .erase_unit = {25 * MS, 600 * MS},    /* [LINUX] dump */
        .erase_block = {220 * MS, 6144 * MS}, /* [MODEL]; [LINUX] dump of the 1 Gbit part */
        .erase_chip = {150000 * MS, 460000 * MS}, /* [MODEL]; [BSP] */
        .suspend_program_ps = 25 * US,        /* [LINUX] dumps of all parts with banks: DW12 */
        .suspend_erase_ps = 56 * US,
        .min_run_program_ps = 192 * US,
        .min_run_erase_ps = 448 * US,
    },
};

const struct nor_row nor_row_mx25uw25645g = {
    .name = "MX25UW25645G",
    .opcodes = nor_opcodes_octal,
    .opcode_count = NOR_OPCODES_OCTAL_BANKS, /* [BSP] */
    .family = &nor_family_octal,
    .id = {0xC2, 0x81, 0x39},             /* [LINUX] mail of its series */
    .size_bytes = 32u * MB,               /* [BSP] */
    .block_bytes = 64u * 1024u,           /* [BSP] */
    .bank_count = 4,                      /* [LINUX]: n_banks 4, so 8 MB each */
    .wire_swaps = true,                   /* [LINUX] dump */
    .has_double_program = true,           /* [MODEL]; its ECC registers are in [BSP] */
    .times = {
        .program = {150 * US, 4300 * US},     /* [MODEL]; [LINUX] dump */
        .erase_unit = {25 * MS, 500 * MS},    /* [MODEL]; [LINUX] dump; [BSP] 400 ms */
        .erase_block = {220 * MS, 6144 * MS}, /* [MODEL]; [LINUX] dump of the 1 Gbit part */
        .erase_chip = {150000 * MS, 460000 * MS}, /* [MODEL]; [BSP] */
        .suspend_program_ps = 25 * US,        /* [LINUX] dumps of all parts with banks: DW12 */
        .suspend_erase_ps = 56 * US,
        .min_run_program_ps = 192 * US,
        .min_run_erase_ps = 448 * US,
    },
};

const struct nor_row nor_row_mx25lm51245g = {
    .name = "MX25LM51245G",
    .opcodes = nor_opcodes_octal,
    .opcode_count = NOR_OPCODES_OCTAL,    /* [BSP]: no buffer set */
    .family = &nor_family_octal,
    .id = {0xC2, 0x85, 0x3A},             /* [LINUX]; OpenOCD and ST's loader issue 21 saw it too */
    .size_bytes = 64u * MB,               /* [BSP] */
    .block_bytes = 64u * 1024u,           /* [BSP] */
    .bank_count = 1,                      /* [LINUX]: M in its name, no read while write */
    .wire_swaps = true,                   /* ST's boards with it set MTYP to Macronix */
    .has_double_program = true,           /* [MODEL] */
    .times = {
        .program = {150 * US, 4900 * US},     /* [MODEL]; the longest of the family's dumps */
        .erase_unit = {25 * MS, 400 * MS},    /* [MODEL]; [BSP] */
        .erase_block = {220 * MS, 1000 * MS}, /* [MODEL]; [BSP] */
        .erase_chip = {150000 * MS, 460000 * MS}, /* [MODEL]; [BSP] */
        .suspend_program_ps = 25 * US,        /* [MODEL], all four */
        .suspend_erase_ps = 25 * US,
        .min_run_program_ps = 100 * US,
        .min_run_erase_ps = 400 * US,
    },
};
