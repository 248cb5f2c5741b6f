/*
 * The named start states. Register values: traced by running ST's prebuilt Boot_XIP images of
 * STM32CubeH7RS for the STM32H7S78-DK (release 1.3.0 is commit c5da62bf, 1.2.0 fc7bcafb, 1.0.0
 * 46f09b68; the read-while-write example's own boot image is the last one).
 */
#include "twin/xspi/boot_state.h"

#include <stddef.h>

#include "twin/chip/nor_row.h"
#include "twin/xspi/xspi_internal.h"

#define XSPI2_DCR1 0x001A0100u /* traced, with the 128 MB of the MX66UW1G45G, without MTYP */
#define DCR1_DEVSIZE 0x001F0000u
#define DCR1_MTYP_MACRONIX 0x01000000u /* what ST's templates begin with */
#define TCR_DHQC 0x10000000u
#define KERNEL_MHZ 200u
#define WIR_PROGRAM 0x02u /* of a part that is not Macronix'; nobody writes through the map */

struct row {
    uint32_t offset;
    uint32_t value;
};

static const struct row xspi2_common[] = {
    {CR, 0x30400301}, {DCR3, 0},   {DCR4, 0},  {DLR, 7},   {AR, 0},     {PSMKR, 1}, {PSMAR, 0},
    {PIR, 0x10},      {LPTR, 0},   {WTCR, 0},  {WABR, 0},  {WPCCR, 0},  {WPTCR, 0}, {WPIR, 0},
    {WPABR, 0},       {HLCR, 0},
};

static const struct row xspi1_psram[] = {
    {CR, 0x30000101},   {DCR1, 0x06180400}, {DCR2, 0},   {DCR3, 0x000A0000}, {DCR4, 0}, {DLR, 1},
    {AR, 0},            {CCR, 0x2D003C04},  {TCR, 0x0D}, {IR, 0x20},         {WCCR, 0x2D003C04},
    {WTCR, 6},          {WIR, 0xA0},        {WPCCR, 0x2D003C04}, {WPTCR, 6}, {WPIR, 0},
};

/* Enabled and not mapped; the example's application sets up the rest. */
static const struct row xspi1_rww[] = {
    {CR, 0x00000301}, {DCR1, 0x011A0100}, {DCR2, 0}, {DCR3, 0x16}, {TCR, 0x10000000},
};

struct variant {
    const char *name;
    uint32_t tcr;
    uint32_t wir;
    uint32_t dcr3;
    uint32_t xspim_cr;
};

static const struct variant variants[BOOT_STATE_COUNT] = {
    [BOOT_STATE_1_0_0] = {"1.0.0", 0x10000014, 0x12ED, 0, 0xFFFF0010},
    [BOOT_STATE_1_2_0] = {"1.2.0", 0x10000014, 0x12ED, 0, 0xFFFF0010},
    [BOOT_STATE_BETWEEN] = {"5f0b3560", 0x00000014, 0x12ED, 0, 0xFFFF0010},
    [BOOT_STATE_1_3_0] = {"1.3.0", 0x00000014, 0x02FD, 0, 0x00000010},
    [BOOT_STATE_RWW] = {"read while write", 0x10000014, 0x12ED, 0x16, 0x00090003},
};

static void registers_poke(struct xspi *xspi, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) xspi_poke(xspi, rows[i].offset, rows[i].value);
}

/*
 * The boot takes the size from the chip's tables: DCR1.DEVSIZE n stands for 2^(n+1) bytes. It turns
 * MTYP from Macronix to Micron where the tables come with their bytes turned, which they only do in
 * octal DTR.
 */
static uint32_t dcr1_for(struct nor *nor)
{
    const struct frame *const read = &nor_left(nor)->read;
    const bool is_turned = read->data.lines == 8 && !nor_device(nor)->wire_swaps;
    uint32_t devsize = 0;
    while (2u << devsize < nor_size_bytes(nor)) devsize++;
    return (XSPI2_DCR1 & ~DCR1_DEVSIZE) | devsize << 16 | (is_turned ? 0u : DCR1_MTYP_MACRONIX);
}

/* A phase as CCR holds it: MODE, DTR, SIZE. */
static uint32_t phase_bits(const struct frame_phase *phase)
{
    uint32_t mode = 0;
    if (phase->lines == 0) return 0;
    while (phase->lines >> mode != 0) mode++; /* 1, 2, 4, 8 lines are 1, 2, 3, 4 */
    return mode | (phase->dtr ? 8u : 0u) | (phase->bytes > 1u ? phase->bytes - 1u : 0u) << 4;
}

static void read_apply(struct xspi *xspi, const struct nor_left *left,
                       const struct variant *variant)
{
    const struct frame *const read = &left->read;
    const uint32_t ccr = phase_bits(&read->instruction) | phase_bits(&read->address) << 8 |
                         phase_bits(&read->alternate) << 16 | phase_bits(&read->data) << 24 |
                         (read->dqs ? CCR_DQSE : 0u);
    xspi_poke(xspi, CCR, ccr);
    xspi_poke(xspi, WCCR, ccr);
    xspi_poke(xspi, TCR, (variant->tcr & TCR_DHQC) | read->dummy_clocks);
    xspi_poke(xspi, IR, read->instruction_value);
    xspi_poke(xspi, ABR, read->alternate_value);
    xspi_poke(xspi, WIR, read->instruction_value == 0xEE11 ? variant->wir : WIR_PROGRAM);
    xspi_poke(xspi, DCR2, KERNEL_MHZ / left->clock_mhz - 1u);
}

const char *boot_state_name(enum boot_state state)
{
    return variants[state].name;
}

void boot_state_apply(enum boot_state state, const struct boot_state_board *board, uint64_t now_ps)
{
    const struct variant *variant = &variants[state];
    xspi_reset(board->xspi1, now_ps);
    xspi_reset(board->xspi2, now_ps);
    nor_as_left_by_boot(board->nor, now_ps);
    registers_poke(board->xspi2, xspi2_common, sizeof xspi2_common / sizeof xspi2_common[0]);
    xspi_poke(board->xspi2, DCR1, dcr1_for(board->nor));
    read_apply(board->xspi2, nor_left(board->nor), variant);
    xspi_poke(board->xspi2, DCR3, variant->dcr3);
    if (state == BOOT_STATE_RWW) {
        registers_poke(board->xspi1, xspi1_rww, sizeof xspi1_rww / sizeof xspi1_rww[0]);
    } else {
        registers_poke(board->xspi1, xspi1_psram, sizeof xspi1_psram / sizeof xspi1_psram[0]);
        if (board->psram != NULL) psram_as_left_by_boot(board->psram);
    }
    xspim_set_cr(board->xspim, now_ps, variant->xspim_cr);
}
