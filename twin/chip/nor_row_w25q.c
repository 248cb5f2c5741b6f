/*
 * Winbond's W25Q128JV: SPI with a quad read, one bank, no octal protocol, no fail bits. Its SFDP
 * tables were not at hand and read as FFh. Sources of the numbers:
 *   [SHEET]  data sheets: W25Q128JV rev. F for the array and the clocks of a quad read; the text
 *            on suspend from the W25Q32BV, page 47 (the same section in all of the series)
 *   [WMODEL] Winbond's Verilog model of a sibling, W25Q80DL V1.01: opcodes, status bits, what
 *            suspend and resume do to them, what a protected page does
 *   [FAMILY] times as data sheets of the series give them, from memory: unmeasured
 *
 * Programs in an erase that is suspended, which the part allows elsewhere, the writing of status
 * registers, and reads without an opcode (continuous read) are not modelled. Quad enable is set, as
 * the parts with a Q in their name leave the factory.
 */
#include "twin/chip/nor.h"
#include "twin/chip/nor_row.h"

#define US 1000000ULL
#define MS 1000000000ULL
#define NONE NOR_DUMMY_NONE
#define X NOR_NO_FORM

/* [WMODEL]; all with three address bytes. */
static const struct nor_opcode opcodes_w25q[] = {
    {0x03, 3, X, NONE, NONE, false, false, NOR_CMD_READ},
    {0x0B, 3, X, NOR_DUMMY_8, NONE, false, false, NOR_CMD_READ},
    {0x6B, 3, X, NOR_DUMMY_QUAD_OUT, NONE, false, false, NOR_CMD_READ}, /* [SHEET] */
    {0xEB, 3, X, NOR_DUMMY_QUAD_IO, NONE, false, false, NOR_CMD_READ},
    {0x02, 3, X, NONE, NONE, false, false, NOR_CMD_PROGRAM},
    {0x20, 3, X, NONE, NONE, false, false, NOR_CMD_ERASE_UNIT},
    {0xD8, 3, X, NONE, NONE, false, false, NOR_CMD_ERASE_BLOCK},
    {0x60, 0, X, NONE, NONE, false, false, NOR_CMD_ERASE_CHIP},
    {0xC7, 0, X, NONE, NONE, false, false, NOR_CMD_ERASE_CHIP},
    {0x06, 0, X, NONE, NONE, false, false, NOR_CMD_WRITE_ENABLE},
    {0x04, 0, X, NONE, NONE, false, false, NOR_CMD_WRITE_DISABLE},
    {0x05, 0, X, NONE, NONE, false, false, NOR_CMD_READ_SR},
    {0x35, 0, X, NONE, NONE, false, false, NOR_CMD_READ_SR2},
    {0x9F, 0, X, NONE, NONE, false, false, NOR_CMD_READ_ID},
    {0x5A, 3, X, NOR_DUMMY_8, NONE, false, false, NOR_CMD_READ_SFDP},
    {0x75, 0, X, NONE, NONE, false, false, NOR_CMD_SUSPEND},
    {0x7A, 0, X, NONE, NONE, false, false, NOR_CMD_RESUME},
    {0x66, 0, X, NONE, NONE, false, false, NOR_CMD_RESET_ENABLE},
    {0x99, 0, X, NONE, NONE, false, false, NOR_CMD_RESET},
    {0xB9, 0, X, NONE, NONE, false, false, NOR_CMD_SLEEP},
    {0xAB, 0, X, NONE, NONE, false, false, NOR_CMD_WAKE},
    {0x01, 0, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* write status 1 */
    {0x31, 0, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* write status 2 */
    {0x11, 0, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* write status 3 */
    {0x50, 0, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* volatile write enable */
    {0x15, 0, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* status 3 */
    {0x32, 3, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* quad program */
    {0x52, 3, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* erase of 32 KB */
    {0x3B, 3, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* dual reads */
    {0xBB, 3, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},
    {0x77, 3, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* burst wrap */
    {0x42, 3, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* security registers */
    {0x44, 3, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},
    {0x48, 3, X, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},
};

static const struct nor_family family_w25q = {
    .shows_suspend_at_once = true, /* [WMODEL]: SUS with the command, WIP and WEL after tSUS */
    .ignores_protected = true,     /* [WMODEL]: nothing begins */
    .sr2 = 0x02,                   /* [WMODEL]: QE is bit 1 */
    /* By EBh, with a mode byte after which the next read has an opcode again. 50 MHz is what ST's
       ExtMem Manager 1.5 starts with and stays at unless it is told more. */
    .left = {
        .read = {.instruction = {.lines = 1, .bytes = 1}, .instruction_value = 0xEB,
                 .address = {.lines = 4, .bytes = 3}, .alternate = {.lines = 4, .bytes = 1},
                 .alternate_value = 0xFF, .data = {.lines = 4}, .dummy_clocks = 4},
        .clock_mhz = 50,
    },
    .suspend_tail_ps = 2 * US,     /* unknown; a suspend that comes too late must be possible */
    .reset_idle_ps = 30 * US,      /* [FAMILY] tRST, all of them */
    .reset_program_ps = 30 * US,
    .reset_erase_unit_ps = 30 * US,
    .reset_erase_block_ps = 30 * US,
    .reset_erase_chip_ps = 30 * US,
    .power_up_ps = 20 * US,        /* [FAMILY] tVSL */
    .sleep_ps = 3 * US,            /* [WMODEL] tDP */
    .wake_ps = 3 * US,             /* [WMODEL] tRES1 */
};

const struct nor_row nor_row_w25q128jv = {
    .name = "W25Q128JV",
    .opcodes = opcodes_w25q,
    .opcode_count = sizeof opcodes_w25q / sizeof opcodes_w25q[0],
    .family = &family_w25q,
    .id = {0xEF, 0x40, 0x18},           /* Linux winbond.c; the JV-IQ */
    .size_bytes = 16u * 1024u * 1024u,  /* [SHEET] */
    .block_bytes = 64u * 1024u,         /* [SHEET] */
    .bank_count = 1,                    /* [SHEET]: no read while write */
    .has_double_program = true,         /* [SHEET] names no error correction */
    .times = {
        .program = {400 * US, 3 * MS},        /* [FAMILY] tPP */
        .erase_unit = {45 * MS, 400 * MS},    /* [WMODEL] tSE; [FAMILY] */
        .erase_block = {150 * MS, 2000 * MS}, /* [WMODEL] tBE2; [FAMILY] */
        .erase_chip = {40000 * MS, 200000 * MS}, /* [FAMILY] */
        .suspend_program_ps = 20 * US,        /* [WMODEL], [SHEET] tSUS */
        .suspend_erase_ps = 20 * US,
        .min_run_program_ps = 20 * US,        /* [SHEET]: no suspend sooner than tSUS after 7Ah */
        .min_run_erase_ps = 20 * US,
    },
};
