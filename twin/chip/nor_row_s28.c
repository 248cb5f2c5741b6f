/*
 * Infineon S28HS512T (SEMPER): octal DTR with each opcode byte sent twice, fail bits in the status
 * that stay, one bank, and no second program of 16 bytes: that is a program error. Sources:
 *   [LINUX]  Linux' spi-nor driver, spansion.c: id, size, the read opcode, four address bytes for a
 *            status read, 24 clocks, fail bits 6 and 5 of the status
 *   [STUCK]  the data sheet of the S25FL-S as Linux' commit c4b3eacc quotes it: with a fail bit WIP
 *            stays, and no command is obeyed until the bits are cleared; not even reads work.
 *            [LINUX] looks at the fail bits of this part before WIP, too
 *   [KB]     Infineon community ta-p/285161: 16 bytes with error correction, programmed once
 *   [FAMILY] as the maker's data sheets have it, from memory: the second opcode byte, suspend by
 *            75h and 7Ah, the second status register 07h, 82h that clears failures, all times.
 *            Unmeasured
 *
 * The part is taken as set to have its 32 sectors of 4 KB at the top, which its configuration
 * chooses; an erase of 4 KB elsewhere is not obeyed. That the sector of 256 KB which they lie in is
 * smaller by them is not modelled, nor are registers other than the two of status.
 */
#include "twin/chip/nor.h"
#include "twin/chip/nor_row.h"

#define US 1000000ULL
#define MS 1000000000ULL
#define NONE NOR_DUMMY_NONE
#define X NOR_NO_FORM

static const struct nor_opcode opcodes_s28[] = {
    {0x13, 4, X, NONE, NONE, false, false, NOR_CMD_READ},
    {0xEE, X, 4, NONE, NOR_DUMMY_ARRAY, true, false, NOR_CMD_READ},
    {0x12, 4, 4, NONE, NONE, false, false, NOR_CMD_PROGRAM},
    {0xDC, 4, 4, NONE, NONE, false, false, NOR_CMD_ERASE_BLOCK},
    {0x06, 0, 0, NONE, NONE, false, false, NOR_CMD_WRITE_ENABLE},
    {0x04, 0, 0, NONE, NONE, false, false, NOR_CMD_WRITE_DISABLE},
    {0x05, 0, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_SR},
    {0x07, 0, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_STR2},
    {0x82, 0, 0, NONE, NONE, false, false, NOR_CMD_CLEAR_FAILED},
    {0x9F, 0, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_ID},
    {0x75, 0, 0, NONE, NONE, false, false, NOR_CMD_SUSPEND},
    {0x7A, 0, 0, NONE, NONE, false, false, NOR_CMD_RESUME},
    {0x66, 0, 0, NONE, NONE, false, false, NOR_CMD_RESET_ENABLE},
    {0x99, 0, 0, NONE, NONE, false, false, NOR_CMD_RESET},
    {0x5A, 3, 4, NOR_DUMMY_8, NOR_DUMMY_SFDP, false, false, NOR_CMD_READ_SFDP},
    {0x21, 4, 4, NONE, NONE, false, false, NOR_CMD_ERASE_UNIT}, /* the 4 KB sectors */
    {0x65, 4, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_NOT_MODELLED}, /* registers */
    {0x71, 4, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},
    {0x01, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},
};

static const struct nor_family family_s28 = {
    .has_octal = true,
    .opcode_repeats = true,       /* [FAMILY] */
    .fails_stay = true,           /* [LINUX] clears them */
    .status_has_fails = true,     /* [LINUX] SR_E_ERR bit 5, SR_P_ERR bit 6; [STUCK] */
    .registers_come_once = true,  /* [LINUX] compares the id byte by byte in octal DTR */
    .register_dummies = 4,        /* [FAMILY] */
    .sfdp_dummies = 8,
    .array_dummies = 24,          /* [LINUX] sets 24 */
    .left = {
        .read = {.instruction = {.lines = 8, .bytes = 2, .dtr = true}, .instruction_value = 0xEEEE,
                 .address = {.lines = 8, .bytes = 4, .dtr = true},
                 .data = {.lines = 8, .dtr = true}, .dummy_clocks = 24, .dqs = true},
        .clock_mhz = 200,        /* [FAMILY] */
    },
    .protected_program_ps = 2 * US, /* unknown */
    .protected_erase_ps = 2 * US,
    .suspend_tail_ps = 2 * US,    /* unknown; a suspend that comes too late must be possible */
    .reset_idle_ps = 50 * US,     /* unknown, all of them */
    .reset_program_ps = 500 * US,
    .reset_erase_unit_ps = 25 * MS,
    .reset_erase_block_ps = 25 * MS,
    .reset_erase_chip_ps = 100 * MS,
    .power_up_ps = 500 * US,      /* [FAMILY] */
};

const struct nor_row nor_row_s28hs512t = {
    .name = "S28HS512T",
    .opcodes = opcodes_s28,
    .opcode_count = sizeof opcodes_s28 / sizeof opcodes_s28[0],
    .family = &family_s28,
    .id = {0x34, 0x5B, 0x1A},           /* [LINUX] */
    .size_bytes = 64u * 1024u * 1024u,  /* [LINUX] */
    .block_bytes = 256u * 1024u,        /* [LINUX] */
    .unit_area_addr = 0x03FE0000u,      /* [FAMILY] */
    .unit_area_bytes = 128u * 1024u,
    .bank_count = 1,                    /* [FAMILY]: no read while write */
    .wire_swaps = false,                /* [FAMILY]: D0 before D1 */
    .has_double_program = false,        /* [KB] */
    .times = {
        .program = {450 * US, 2 * MS},
        .erase_unit = {42 * MS, 335 * MS},
        .erase_block = {800 * MS, 2700 * MS},
        .erase_chip = {150000 * MS, 460000 * MS},
        .suspend_program_ps = 60 * US,
        .suspend_erase_ps = 60 * US,
        .min_run_program_ps = 100 * US,
        .min_run_erase_ps = 100 * US,
    },
};
