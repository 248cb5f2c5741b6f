/*
 * GigaDevice GD25LX512ME: octal DTR with opcodes of one byte at single rate, a flag status
 * register, one bank. Sources of the numbers:
 *   [EXTMEM] ST's ExtMem Manager 1.5, stm32_gd25lx512me.h and the custom driver: 8S-8D-8D,
 *            opcodes, 16 clocks of an array read, 8 of a register, memory type Micron, sizes
 *   [GD32]   GigaDevice's firmware library for the GD32H7, ospi_operation.h: 4-byte opcodes,
 *            suspend, bits of the flag status register, longest erase 400 ms
 *   [RT]     a driver for i.MX RT, gd25lx512.c: id C8 68 1A; status and id without an address
 *   [FAMILY] as other parts of the maker have it, from memory: all other times. Unmeasured
 *
 * When fail bits go, and whether WEL stays with them, no document at hand says: here they go with
 * the next operation, and WEL at once. A second program of a granule is taken, as no document
 * forbids it. Volatile registers (81h, 85h) are not modelled: the part is in octal DTR as a boot
 * leaves it, or in SPI.
 */
#include "twin/chip/nor.h"
#include "twin/chip/nor_row.h"

#define US 1000000ULL
#define MS 1000000000ULL
#define NONE NOR_DUMMY_NONE
#define X NOR_NO_FORM

static const struct nor_opcode opcodes_gd25lx[] = {
    {0x03, 3, X, NONE, NONE, false, false, NOR_CMD_READ},
    {0x0B, 3, X, NOR_DUMMY_8, NONE, false, false, NOR_CMD_READ},
    {0xFD, X, 4, NONE, NOR_DUMMY_ARRAY, true, false, NOR_CMD_READ},
    {0x02, 3, 4, NONE, NONE, false, false, NOR_CMD_PROGRAM}, /* [EXTMEM]: 4 bytes in octal */
    {0x12, 4, 4, NONE, NONE, false, false, NOR_CMD_PROGRAM},
    {0x20, 3, 4, NONE, NONE, false, false, NOR_CMD_ERASE_UNIT},
    {0x21, 4, 4, NONE, NONE, false, false, NOR_CMD_ERASE_UNIT},
    {0xD8, 3, 4, NONE, NONE, false, false, NOR_CMD_ERASE_BLOCK},
    {0xDC, 4, 4, NONE, NONE, false, false, NOR_CMD_ERASE_BLOCK},
    {0x06, 0, 0, NONE, NONE, false, false, NOR_CMD_WRITE_ENABLE},
    {0x04, 0, 0, NONE, NONE, false, false, NOR_CMD_WRITE_DISABLE},
    {0x05, 0, 0, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_SR},
    {0x70, 0, 0, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_FSR},
    {0x9F, 0, 0, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_ID},
    {0x75, 0, 0, NONE, NONE, false, false, NOR_CMD_SUSPEND},
    {0x7A, 0, 0, NONE, NONE, false, false, NOR_CMD_RESUME},
    {0x66, 0, 0, NONE, NONE, false, false, NOR_CMD_RESET_ENABLE},
    {0x99, 0, 0, NONE, NONE, false, false, NOR_CMD_RESET},
    {0x5A, 3, 4, NOR_DUMMY_8, NOR_DUMMY_SFDP, false, false, NOR_CMD_READ_SFDP},
    {0x60, 0, 0, NONE, NONE, false, false, NOR_CMD_ERASE_CHIP},
    {0x52, 3, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* erase of 32 KB */
    {0x01, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* write status */
    {0x50, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* volatile write enable */
    {0x81, 3, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED}, /* volatile registers */
    {0x85, 3, 4, NOR_DUMMY_8, NOR_DUMMY_REGISTER, false, false, NOR_CMD_NOT_MODELLED},
};

static const struct nor_family family_gd25lx = {
    .has_octal = true,
    .opcode_is_single = true,      /* [EXTMEM]: 8 bits, 8S */
    .registers_come_once = true,   /* unknown; [RT] takes the first byte */
    .register_dummies = 8,         /* [EXTMEM], [RT] */
    .sfdp_dummies = 8,
    .array_dummies = 16,           /* [EXTMEM] */
    .left = {
        .read = {.instruction = {.lines = 8, .bytes = 1}, .instruction_value = 0xFD,
                 .address = {.lines = 8, .bytes = 4, .dtr = true},
                 .data = {.lines = 8, .dtr = true}, .dummy_clocks = 16, .dqs = true},
        .clock_mhz = 200,          /* [EXTMEM] */
    },
    NOR_FAMILY_TIMES_UNKNOWN,
    .power_up_ps = 300 * US,       /* unknown */
};

const struct nor_row nor_row_gd25lx512me = {
    .name = "GD25LX512ME",
    .opcodes = opcodes_gd25lx,
    .opcode_count = sizeof opcodes_gd25lx / sizeof opcodes_gd25lx[0],
    .family = &family_gd25lx,
    .id = {0xC8, 0x68, 0x1A},           /* [RT] */
    .size_bytes = 64u * 1024u * 1024u,  /* [EXTMEM], [GD32] */
    .block_bytes = 64u * 1024u,         /* [GD32] */
    .bank_count = 1,                    /* no document names banks */
    .wire_swaps = false,                /* [EXTMEM]: memory type Micron */
    .has_double_program = true,
    .times = {
        .program = {400 * US, 3 * MS},
        .erase_unit = {50 * MS, 400 * MS},   /* the longest [GD32] */
        .erase_block = {200 * MS, 1000 * MS}, /* the longest [GD32] */
        .erase_chip = {150000 * MS, 460000 * MS}, /* the longest [GD32] */
        .suspend_program_ps = 40 * US,
        .suspend_erase_ps = 40 * US,
        .min_run_program_ps = 100 * US,
        .min_run_erase_ps = 500 * US,
    },
};
