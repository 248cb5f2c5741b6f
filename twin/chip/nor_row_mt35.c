/*
 * Micron MT35XU512ABA: octal DTR with each opcode byte sent twice, a flag status register whose
 * fail bits stay, one bank. Sources of the numbers:
 *   [LINUX]  Linux' spi-nor driver, micron-st.c: id, sizes, opcodes, the second opcode byte, clocks
 *            of register reads, flag status bits 7, 5 and 4, that WEL stays with a failure
 *   [FAMILY] as Micron's data sheets of the series have it, from memory: suspend by 75h and 7Ah,
 *            flag status bits 6 and 2, all times. Unmeasured
 *
 * Volatile registers (81h, 85h) are not modelled: the part is in octal DTR as a boot leaves it, or
 * in SPI. Whether a register's byte comes twice no document at hand says; here it comes once, and
 * repeats as the id does.
 */
#include "twin/chip/nor.h"
#include "twin/chip/nor_row.h"

#define US 1000000ULL
#define MS 1000000000ULL
#define NONE NOR_DUMMY_NONE
#define X NOR_NO_FORM

static const struct nor_opcode opcodes_mt35[] = {
    {0x03, 3, X, NONE, NONE, false, false, NOR_CMD_READ},
    {0x13, 4, X, NONE, NONE, false, false, NOR_CMD_READ},
    {0x0C, 4, X, NOR_DUMMY_8, NONE, false, false, NOR_CMD_READ},
    {0xFD, X, 4, NONE, NOR_DUMMY_ARRAY, true, false, NOR_CMD_READ}, /* [LINUX]: 20 clocks */
    {0x12, 4, 4, NONE, NONE, false, false, NOR_CMD_PROGRAM},
    {0x21, 4, 4, NONE, NONE, false, false, NOR_CMD_ERASE_UNIT},
    {0xDC, 4, 4, NONE, NONE, false, false, NOR_CMD_ERASE_BLOCK},
    {0x06, 0, 0, NONE, NONE, false, false, NOR_CMD_WRITE_ENABLE},
    {0x04, 0, 0, NONE, NONE, false, false, NOR_CMD_WRITE_DISABLE},
    {0x05, 0, 0, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_SR},
    {0x70, 0, 0, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_FSR},
    {0x50, 0, 0, NONE, NONE, false, false, NOR_CMD_CLEAR_FAILED},
    {0x9F, 0, 0, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_ID},
    {0x75, 0, 0, NONE, NONE, false, false, NOR_CMD_SUSPEND},
    {0x7A, 0, 0, NONE, NONE, false, false, NOR_CMD_RESUME},
    {0x66, 0, 0, NONE, NONE, false, false, NOR_CMD_RESET_ENABLE},
    {0x99, 0, 0, NONE, NONE, false, false, NOR_CMD_RESET},
    {0x5A, 3, 4, NOR_DUMMY_8, NOR_DUMMY_SFDP, false, false, NOR_CMD_READ_SFDP},
    {0x01, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* write status */
    {0x81, 4, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* volatile registers */
    {0x85, 4, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_NOT_MODELLED},
    {0xB1, 4, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* non-volatile registers */
    {0xB5, 4, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_NOT_MODELLED},
    {0xC4, 4, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* die erase */
    {0x5C, 4, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* erase of 32 KB */
};

static const struct nor_family family_mt35 = {
    .has_octal = true,
    .opcode_repeats = true,        /* [LINUX]: SPI_NOR_EXT_REPEAT */
    .fails_stay = true,            /* [LINUX]: cleared by 50h, WEL stays */
    .registers_come_once = true,   /* [LINUX] compares the id byte by byte in octal DTR */
    .register_dummies = 8,         /* [LINUX]: rdsr_dummy; the id takes 8 too */
    .sfdp_dummies = 8,
    .array_dummies = 20,           /* [LINUX] sets 20 */
    .left = {
        .read = {.instruction = {.lines = 8, .bytes = 2, .dtr = true}, .instruction_value = 0xFDFD,
                 .address = {.lines = 8, .bytes = 4, .dtr = true},
                 .data = {.lines = 8, .dtr = true}, .dummy_clocks = 20, .dqs = true},
        .clock_mhz = 200,         /* [FAMILY] */
    },
    NOR_FAMILY_TIMES_UNKNOWN,
    .power_up_ps = 300 * US,       /* [FAMILY] tVTW */
};

const struct nor_row nor_row_mt35xu512aba = {
    .name = "MT35XU512ABA",
    .opcodes = opcodes_mt35,
    .opcode_count = sizeof opcodes_mt35 / sizeof opcodes_mt35[0],
    .family = &family_mt35,
    .id = {0x2C, 0x5B, 0x1A},           /* [LINUX] */
    .size_bytes = 64u * 1024u * 1024u,  /* [LINUX]: 512 sectors of 128 KB */
    .block_bytes = 128u * 1024u,        /* [LINUX] */
    .bank_count = 1,                    /* [FAMILY]: no read while write */
    .wire_swaps = false,                /* [FAMILY]: D0 before D1, as MTYP 0 of ST's controllers */
    .has_double_program = true,         /* [FAMILY]: no rule against it is known */
    .times = {
        .program = {120 * US, 1800 * US},
        .erase_unit = {50 * MS, 400 * MS},
        .erase_block = {200 * MS, 1000 * MS},
        .erase_chip = {150000 * MS, 460000 * MS},
        .suspend_program_ps = 30 * US,
        .suspend_erase_ps = 30 * US,
        .min_run_program_ps = 100 * US,
        .min_run_erase_ps = 500 * US,
    },
};
