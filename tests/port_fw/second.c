/*
 * Two controllers, register by register. At the start it says what is refused, with each field made
 * wrong in turn. Then, by letters, with a handler in flash 20,000 times a second:
 *
 *   s  program the next granule    p  program the next 256 bytes    e  erase the unit
 *   q  say what was measured       r  say XSPI1's registers
 *   u  begin a program's frame and leave it without data
 *   w  take XSPI1, send a write enable, and give it back
 *
 * What must come of it is said by tests/test_two_port.c.
 */
#include "examples/brightness/board.h"
#include "nacre/chips/chips.h"
#include "nacre/media/nor.h"
#include "tests/port_fw/checks.h"
#include "tests/port_fw/letters.h"
#include "tests/port_fw/multiplex.h"

#include <stddef.h>
#include <string.h>

extern char early_start[], early_end[], early_load[];

#define REG(addr) (*(volatile uint32_t *)(addr))
#define XSPI1 0x52005000u
#define CR (XSPI1 + 0x000u)
#define DCR1 (XSPI1 + 0x008u)
#define DCR2 (XSPI1 + 0x00Cu)
#define DCR3 (XSPI1 + 0x010u)
#define DCR4 (XSPI1 + 0x014u)
#define CCR (XSPI1 + 0x100u)
#define TCR (XSPI1 + 0x108u)
#define IR (XSPI1 + 0x110u)
#define CCIPR1 0x5802444Cu
#define XSPIM_CR REG(0x5200B400u)
#define XSPIM_CR_MUXEN 0x00000001u
#define MPU_RNR REG(0xE000ED98u)
#define MPU_RASR REG(0xE000EDA0u)
#define PSRAM_REGION 2u /* of examples/brightness/board.c */

#define REGION_ADDR 0x07FE0000u
#define IMAGE_BYTES 0x02000000u
#define UNIT_BYTES 4096u
#define PAGE_BYTES 256u
#define GRANULE_BYTES 16u
#define BUDGET_US 5u
#define HANDLER_US 30u

static struct nacre_nor nor;
static uint32_t at; /* in the region: what follows is blank */
static uint8_t page[PAGE_BYTES];

int main(void);

/* Of PendSV, which somebody else pends: longer than any wait in a command may last. */
void checks_in_handler(void)
{
    nacre_port_wait(nacre_port_now(), HANDLER_US * BOARD_CORE_MHZ);
}

static enum nacre_err open_as(enum nacre_way way)
{
    const struct nacre_nor_cfg cfg = {
        .chip = &nacre_chip_mx66uw1g45g,
        .port = {.core_mhz = BOARD_CORE_MHZ, .mpu_region = 15},
        .region_addr = REGION_ADDR,
        .region_bytes = UNIT_BYTES,
        .image_bytes = IMAGE_BYTES,
        .way = way,
        .budget_us = BUDGET_US,
    };

    return nacre_nor_open(&nor, &cfg);
}

/* ---- what is refused ---- */

struct wrong {
    uint32_t addr;
    uint32_t value; /* the bits that are turned */
};

static const struct wrong wrongs[] = {
    {CR, 0x00000001u},     /* EN */
    {CR, 0x00000040u},     /* DMM */
    {CR, 0x01000000u},     /* CSSEL */
    {CR, 0x30000000u},     /* mapped */
    {CR, 0x00000004u},     /* DMAEN */
    {CR, 0x00020000u},     /* TCIE */
    {DCR1, 0x00000100u},   /* CSHT */
    {DCR1, 0x01000000u},   /* MTYP */
    {DCR2, 0x00000001u},
    {DCR3, 0x00030000u},   /* CSBOUND */
    {DCR3, 0x00000002u},   /* MAXTRAN 20: one granule is split */
    {DCR4, 0x00000100u},
    {CCIPR1, 0x00000010u}, /* XSPI1SEL */
};

static void say_outcome(enum nacre_way way)
{
    const enum nacre_err err = open_as(way);
    const char *const name = nor.blackout.port.mismatch.name;

    board_write(nacre_err_name(err));
    board_write(" ");
    board_write(name != NULL ? name : "-");
    if (err == NACRE_OK) board_write(nor.has_second ? " second" : " first");
    board_write("\r\n");
    if (err == NACRE_OK) (void)nacre_nor_close(&nor);
}

static void say_refusals(void)
{
    for (uint32_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        REG(wrongs[i].addr) ^= wrongs[i].value;
        say_outcome(NACRE_WAY_TWO_CONTROLLERS);
        say_outcome(NACRE_WAY_AUTO);
        REG(wrongs[i].addr) ^= wrongs[i].value;
    }
    multiplex_set_turns(0);
    say_outcome(NACRE_WAY_TWO_CONTROLLERS);
    say_outcome(NACRE_WAY_AUTO);
    multiplex_set_turns(0x16u);
}

/* ---- by letters ---- */

static void say_registers(void)
{
    static const uint32_t addrs[] = {CR, DCR1, DCR2, DCR3, CCR, TCR, IR};

    for (uint32_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
        board_write_hex(REG(addrs[i]));
        board_write(i + 1u < sizeof(addrs) / sizeof(addrs[0]) ? " " : "\r\n");
    }
}

static void program(uint32_t n)
{
    at = (at + n - 1u) / n * n;
    for (uint32_t i = 0; i < n; i++) {
        page[i] = (uint8_t)(at + i * 7u);
    }
    const enum nacre_err err = nor.medium.ops->program(&nor.medium, at, page, n);
    at += n;
    board_write(nacre_err_name(err));
    board_write("\r\n");
}

static void erase(void)
{
    enum nacre_err err = nor.medium.ops->erase_start(&nor.medium, 0);

    if (err == NACRE_OK) err = nor.medium.ops->erase_wait(&nor.medium);
    at = 0;
    board_write(nacre_err_name(err));
    board_write("\r\n");
}

static void report(void)
{
    const struct nacre_way_stats *const two = &nor.stats.way[NACRE_WAY_TWO_CONTROLLERS];
    const uint32_t mhz = nor.blackout.port.cycles_per_us;

    letters_say("trust", (uint32_t)nor.stats.trust);
    letters_say("blackouts", nor.stats.blackouts);
    letters_say("two_blackouts", two->blackouts);
    letters_say("two_masked_ns", (uint32_t)((uint64_t)two->longest_masked_cycles * 1000u / mhz));
    letters_say("has_second", nor.has_second ? 1u : 0);
}

/* The first word of a program, and then a while in flash, where a handler might be. */
static void starve(void)
{
    REG(CR) = 0x00000001u;
    REG(XSPI1 + 0x040u) = GRANULE_BYTES - 1u;
    REG(TCR) = 0x10000000u;
    REG(CCR) = 0x0C003C1Cu;
    REG(IR) = 0x12EDu;
    REG(XSPI1 + 0x048u) = REGION_ADDR;
    REG(XSPI1 + 0x050u) = 0;
    board_write("never\r\n");
}

static void enable_and_give(void)
{
    struct nacre_port *const port = &nor.blackout.port;
    struct nacre_op op = {.opcode = 0x06F9u};

    nacre_ctrl_frame(&port->ctrl, &op);
    enum nacre_err err = nacre_port_second_take(port);
    if (err == NACRE_OK) err = nacre_port_second_send(port, &op);
    nacre_port_second_give(port);
    board_write(nacre_err_name(err));
    board_write("\r\n");
}

static void do_letter(char letter)
{
    switch (letter) {
    case 's': program(GRANULE_BYTES); break;
    case 'p': program(PAGE_BYTES); break;
    case 'e': erase(); break;
    case 'q': report(); break;
    case 'r': say_registers(); break;
    case 'u': starve(); break;
    case 'w': enable_and_give(); break;
    default: break;
    }
}

int main(void)
{
    board_start();
    memcpy(early_start, early_load, (size_t)(early_end - early_start));
    __asm volatile("dsb\n\tisb" ::: "memory");
    say_outcome(NACRE_WAY_TWO_CONTROLLERS); /* with the PSRAM's region still open */
    say_outcome(NACRE_WAY_AUTO);
    MPU_RNR = PSRAM_REGION;
    MPU_RASR = 0;
    if ((XSPIM_CR & XSPIM_CR_MUXEN) != 0) say_refusals();
    say_outcome(NACRE_WAY_TWO_CONTROLLERS);
    say_outcome(NACRE_WAY_AUTO);
    board_write(nacre_err_name(open_as(NACRE_WAY_AUTO)));
    board_write("\r\n");
    letters_serve(do_letter);
}
