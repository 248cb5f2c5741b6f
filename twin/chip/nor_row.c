/*
 * The rows of the NOR chips. Sources of the numbers:
 *   [SFDP]   dump of a real mx66uw1g45g by Macronix, LKML 20240722064922.606172-4; by JESD216
 *   [MODEL]  Macronix MX66UM1G45G.v, model rev 1.6: the sibling without banks
 *   [BSP]    ST's component driver stm32-mx66uw1g45g v1.1.0
 *   [OSPIF]  Mbed OS OSPIF driver for the MX25LW51245G, contributed by Macronix (PR 14221)
 *   [RWW]    STM32CubeH7RS example XSPI_NOR_ReadWhileWrite_DTR
 */
#include "twin/chip/nor_row.h"

#include "twin/chip/nor.h"

#define US 1000000ULL
#define MS 1000000000ULL
#define NS 1000ULL
#define NONE NOR_DUMMY_NONE
#define X NOR_NO_FORM

/* [SFDP], 316 bytes as printed there. */
static const uint8_t sfdp_mx66uw1g45g[316] = {
    0x53, 0x46, 0x44, 0x50, 0x08, 0x01, 0x04, 0xfd, 0x00, 0x07, 0x01, 0x14, 0x40, 0x00, 0x00, 0xff,
    0x87, 0x01, 0x01, 0x1c, 0x90, 0x00, 0x00, 0xff, 0x0a, 0x00, 0x01, 0x08, 0x00, 0x01, 0x00, 0xff,
    0x05, 0x00, 0x01, 0x05, 0x20, 0x01, 0x00, 0xff, 0x84, 0x00, 0x01, 0x02, 0x34, 0x01, 0x00, 0xff,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xe5, 0x20, 0x8a, 0xff, 0xff, 0xff, 0xff, 0x3f, 0x00, 0xff, 0x00, 0xff, 0x00, 0xff, 0x00, 0xff,
    0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0xff, 0xff, 0xff, 0x00, 0xff, 0x0c, 0x20, 0x10, 0xd8,
    0x00, 0xff, 0x00, 0xff, 0x8b, 0x79, 0x01, 0x00, 0x8f, 0x12, 0x00, 0xe2, 0xcc, 0x04, 0x67, 0x46,
    0x30, 0xb0, 0x30, 0xb0, 0xf4, 0xbd, 0xd5, 0x5c, 0x00, 0x00, 0x00, 0xff, 0x10, 0x10, 0x00, 0x20,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x7c, 0xa3, 0x48, 0x00, 0x00, 0x00, 0x00, 0x00, 0x88, 0x88,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x0f, 0xd1, 0xff, 0xf3, 0x0f, 0xd1, 0xff, 0xf3,
    0x00, 0x05, 0x00, 0x90, 0x00, 0x05, 0x00, 0xb1, 0x00, 0x2b, 0x00, 0x95, 0x00, 0x2b, 0x00, 0x96,
    0x72, 0x71, 0x03, 0xb8, 0x72, 0x71, 0x03, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x90, 0xa3, 0x18, 0x82,
    0x00, 0xc0, 0x69, 0x96, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x72, 0x71, 0x00, 0x98,
    0x72, 0x71, 0x00, 0xb8, 0x72, 0x71, 0x00, 0x99, 0x00, 0x00, 0x00, 0x00, 0x72, 0x71, 0x00, 0x98,
    0x72, 0x71, 0x00, 0xf8, 0x72, 0x71, 0x00, 0x99, 0x72, 0x71, 0x00, 0xf9, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x01, 0x15, 0x01, 0xd0, 0x72, 0x71, 0x06, 0xd8, 0x00, 0x00, 0x86, 0x50,
    0x00, 0x00, 0x06, 0x01, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01, 0x03, 0x00, 0x02, 0x00, 0x00,
    0x00, 0x00, 0x06, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x72, 0x06, 0x00, 0x02, 0x00, 0x00,
    0x00, 0xee, 0xc0, 0x69, 0x72, 0x72, 0x71, 0x71, 0x00, 0xd8, 0xf7, 0xf6, 0x00, 0x0a, 0x00, 0x00,
    0x14, 0x45, 0x98, 0x80, 0x43, 0x06, 0x0f, 0x00, 0x21, 0xdc, 0xff, 0xff,
};

/* [BSP], [MODEL]; the write buffer set, last, [RWW]. */
const struct nor_opcode nor_opcodes_octal[NOR_OPCODES_OCTAL_BANKS] = {
    {0x00, 0, 0, NONE, NONE, false, false, NOR_CMD_NOP},
    {0x03, 3, X, NONE, NONE, false, false, NOR_CMD_READ},
    {0x0B, 3, X, NOR_DUMMY_8, NONE, false, false, NOR_CMD_READ},
    {0x13, 4, X, NONE, NONE, false, false, NOR_CMD_READ},
    {0x0C, 4, X, NOR_DUMMY_8, NONE, false, false, NOR_CMD_READ},
    {0xEC, X, 4, NONE, NOR_DUMMY_ARRAY, false, true, NOR_CMD_READ},
    {0xEE, X, 4, NONE, NOR_DUMMY_ARRAY, true, false, NOR_CMD_READ},
    {0x02, 3, X, NONE, NONE, false, false, NOR_CMD_PROGRAM},
    {0x12, 4, 4, NONE, NONE, false, false, NOR_CMD_PROGRAM},
    {0x20, 3, X, NONE, NONE, false, false, NOR_CMD_ERASE_UNIT},
    {0x21, 4, 4, NONE, NONE, false, false, NOR_CMD_ERASE_UNIT},
    {0xD8, 3, X, NONE, NONE, false, false, NOR_CMD_ERASE_BLOCK},
    {0xDC, 4, 4, NONE, NONE, false, false, NOR_CMD_ERASE_BLOCK},
    {0x60, 0, 0, NONE, NONE, false, false, NOR_CMD_ERASE_CHIP},
    {0xC7, 0, 0, NONE, NONE, false, false, NOR_CMD_ERASE_CHIP},
    {0x06, 0, 0, NONE, NONE, false, false, NOR_CMD_WRITE_ENABLE},
    {0x04, 0, 0, NONE, NONE, false, false, NOR_CMD_WRITE_DISABLE},
    {0x05, 0, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_SR},
    {0x01, 0, 4, NONE, NONE, false, false, NOR_CMD_WRITE_SR},
    {0x15, 0, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_CR},
    {0x71, 4, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_CR2},
    {0x72, 4, 4, NONE, NONE, false, false, NOR_CMD_WRITE_CR2},
    {0x2B, 0, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_SCUR},
    {0x9F, 0, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_READ_ID},
    {0x5A, 3, 4, NOR_DUMMY_8, NOR_DUMMY_SFDP, false, false, NOR_CMD_READ_SFDP},
    {0xB0, 0, 0, NONE, NONE, false, false, NOR_CMD_SUSPEND},
    {0x30, 0, 0, NONE, NONE, false, false, NOR_CMD_RESUME},
    {0x66, 0, 0, NONE, NONE, false, false, NOR_CMD_RESET_ENABLE},
    {0x99, 0, 0, NONE, NONE, false, false, NOR_CMD_RESET},
    {0xB9, 0, 0, NONE, NONE, false, false, NOR_CMD_SLEEP},
    {0xAB, 0, 0, NONE, NONE, false, false, NOR_CMD_WAKE},
    {0x2F, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* WRSCUR */
    {0xC0, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* SBL */
    {0xB1, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* ENSO */
    {0xC1, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* EXSO */
    {0x16, 0, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_NOT_MODELLED}, /* RDFBR */
    {0x17, 0, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* WRFBR */
    {0x18, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* ESFBR */
    {0x2D, 0, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_NOT_MODELLED}, /* RDLR */
    {0x2C, 0, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* WRLR */
    {0xE0, 4, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_NOT_MODELLED}, /* RDDPB */
    {0xE1, 4, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* WRDPB */
    {0xE2, 4, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_NOT_MODELLED}, /* RDSPB */
    {0xE3, 4, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* WRSPB */
    {0xE4, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* ESSPB */
    {0x68, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* WPSEL */
    {0x7E, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* GBLK */
    {0x98, 0, 0, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* GBULK */
    {0x27, 0, 4, NONE, NOR_DUMMY_REGISTER, false, false, NOR_CMD_NOT_MODELLED}, /* RDPASS */
    {0x28, 0, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* WRPASS */
    {0x29, 0, 4, NONE, NONE, false, false, NOR_CMD_NOT_MODELLED},            /* PASSULK */
    {0x22, 4, 4, NONE, NONE, false, false, NOR_CMD_BUFFER_BEGIN},
    {0x24, 4, 4, NONE, NONE, false, false, NOR_CMD_BUFFER_DATA},
    {0x31, 0, 0, NONE, NONE, false, false, NOR_CMD_BUFFER_CONFIRM},
    {0x25, 4, 4, NONE, NOR_DUMMY_ARRAY, false, false, NOR_CMD_NOT_MODELLED}, /* RDBUF */
};

const struct nor_family nor_family_octal = {
    .has_octal = true,
    .register_dummies = 4,                /* [MODEL]; [BSP] sends 4 in STR and 5 in DTR */
    .sfdp_dummies = 20,                   /* [BSP], ST's boot stage finds it with 20 */
    .left = {
        .read = {.instruction = {.lines = 8, .bytes = 2, .dtr = true}, .instruction_value = 0xEE11,
                 .address = {.lines = 8, .bytes = 4, .dtr = true},
                 .data = {.lines = 8, .dtr = true}, .dummy_clocks = 20, .dqs = true},
        .clock_mhz = 200,                 /* traced: ST's boot stage */
    },
    .write_status = {40 * MS, 40 * MS},   /* [MODEL] flat 40 ms, [BSP] 40 ms at most */
    /* ST's boot of release 1.0.0 goes on 1.2 us after 01h {00 02} without a poll, and boots. */
    .write_status_same = {40 * NS, 40 * MS},
    .write_cr2 = {40 * NS, 40 * NS},      /* [MODEL] */
    .write_cr2_nonvolatile = {60 * US, 60 * US}, /* [MODEL] */
    .protected_program_ps = 2 * US,       /* [MODEL] */
    .protected_erase_ps = 100 * US,       /* [MODEL] */
    .suspend_tail_ps = 2 * US,            /* [MODEL] */
    .reset_idle_ps = 40 * US,             /* [MODEL] tREADY2, all of them */
    .reset_program_ps = 310 * US,
    .reset_erase_unit_ps = 12 * MS,
    .reset_erase_block_ps = 25 * MS,
    .reset_erase_chip_ps = 100 * MS,
    .reset_write_status_ps = 40 * MS,
    .power_up_ps = 1500 * US,             /* [MODEL] tVSL */
    .sleep_ps = 10 * US,                  /* [MODEL] tDP */
    .wake_ps = 30 * US,                   /* [MODEL], [SFDP] BFPT DW14 */
};

const struct nor_row nor_row_mx66uw1g45g = {
    .name = "MX66UW1G45G",
    .opcodes = nor_opcodes_octal,
    .opcode_count = NOR_OPCODES_OCTAL_BANKS,
    .family = &nor_family_octal,
    .id = {0xC2, 0x81, 0x3B},             /* [SFDP] mail, [BSP] */
    .size_bytes = 128u * 1024u * 1024u,   /* [SFDP] BFPT DW2 */
    .block_bytes = 64u * 1024u,           /* [SFDP] BFPT DW8 */
    .bank_count = 4,                      /* [SFDP] mail: n_banks 4; 32 MB each by [RWW] */
    .wire_swaps = true,                   /* [SFDP] BFPT DW18 bit 31 */
    .has_double_program = true,           /* [MODEL] */
    .sfdp = sfdp_mx66uw1g45g,
    .sfdp_bytes = sizeof sfdp_mx66uw1g45g,
    .times = {
        .program = {152 * US, 4864 * US},     /* [SFDP] BFPT DW11: 152 us, times 32 */
        .erase_unit = {25 * MS, 600 * MS},    /* [SFDP] BFPT DW10: 25 ms, times 24 */
        .erase_block = {256 * MS, 6144 * MS}, /* [SFDP] BFPT DW10 */
        .erase_chip = {192000 * MS, 460000 * MS}, /* [SFDP] BFPT DW11; the maximum is [BSP]'s */
        .suspend_program_ps = 25 * US,        /* [SFDP] BFPT DW12 */
        .suspend_erase_ps = 56 * US,          /* [SFDP] BFPT DW12; [MODEL] 25 us */
        .min_run_program_ps = 192 * US,       /* [SFDP] BFPT DW12; [MODEL] 100 us */
        .min_run_erase_ps = 448 * US,         /* [SFDP] BFPT DW12; [MODEL] 400 us */
    },
};
