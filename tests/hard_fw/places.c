/*
 * The hard places, see places.h.
 *
 * Source   CMSIS stm32h7s7xx.h for addresses; Armv7-M Architecture Reference Manual B2.2.7 for what
 *          is done before a data cache is switched off
 */
#include "tests/hard_fw/places.h"

#include "examples/brightness/board.h"
#include "nacre/chips/chips.h"
#include "nacre/media/nor.h"

#include <string.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define RCC_CKPROTR REG(0x58024500u)
#define MCE1_REGION1 0x5200B840u /* of the bus to XSPI1; REGCR, SADDR, EADDR, 16 bytes a region */
#define MCE2_REGION1 0x5200BC40u
#define MCE_REGIONS 4u
#define MCE_REGION_BYTES 16u
#define MCE_ON 0x00000001u
#define SCB_CCR REG(0xE000ED14u)
#define SCB_CCR_DC 0x00010000u
#define SCB_CSSELR REG(0xE000ED84u)
#define SCB_DCCISW REG(0xE000EF74u)
#define CACHE_SETS 256u
#define CACHE_WAYS 4u

#define REGION 0x07FE0000u
#define REGION_BYTES (8u * 4096u)
#define LAST_UNIT 0x07FFF000u
#define WINDOW 0x70000000u
#define PSRAM ((uint8_t *)0x90200000u)
#define BLANK 0xFFu

static struct nacre_nor nor;
static uint8_t got[256];

static void line(const char *name, const char *answer)
{
    board_write(name);
    board_write(" ");
    board_write(answer);
    if (nor.blackout.port.mismatch.name != NULL) {
        board_write(" ");
        board_write(nor.blackout.port.mismatch.name);
        nor.blackout.port.mismatch.name = NULL;
    }
    board_write("\r\n");
}

static enum nacre_err open_at(uint32_t addr, uint32_t bytes)
{
    const struct nacre_nor_cfg cfg = {
        .chip = &nacre_chip_mx66uw1g45g,
        .port = {.core_mhz = BOARD_CORE_MHZ, .mpu_region = 15},
        .region_addr = addr,
        .region_bytes = bytes,
        .image_bytes = 0x02000000,
        .budget_us = 5,
    };

    return nacre_nor_open(&nor, &cfg);
}

static void try_open(const char *name, uint32_t addr, uint32_t bytes)
{
    const enum nacre_err err = open_at(addr, bytes);

    line(name, nacre_err_name(err));
    if (err == NACRE_OK) (void)nacre_nor_close(&nor);
}

/* ---- ranges ---- */

/* Both ends lie in the region; its last 4 KB count whole. */
static void encrypt(uint32_t region, uint32_t chip_first, uint32_t chip_last)
{
    REG(region + 4u) = WINDOW + chip_first;
    REG(region + 8u) = WINDOW + (chip_last & ~0xFFFu);
    REG(region) = MCE_ON;
}

static void try_encrypted(const char *name, uint32_t region, uint32_t first, uint32_t last)
{
    encrypt(region, first, last);
    try_open(name, REGION, REGION_BYTES);
    REG(region) = 0;
}

void places_refused(void)
{
    const uint32_t end = REGION + REGION_BYTES - 1u;

    try_open("last_unit", LAST_UNIT, 4096);
    try_open("up_to_the_end", REGION, 0x20000);
    try_open("before_the_last_unit", REGION, 0x1F000);
    for (uint32_t i = 0; i < MCE_REGIONS; i++) {
        try_encrypted("encrypted", MCE2_REGION1 + i * MCE_REGION_BYTES, REGION, end);
    }
    try_encrypted("encrypted_chip", MCE2_REGION1, 0, 0x07FFFFFFu);
    try_encrypted("encrypted_first_unit", MCE2_REGION1, REGION - 4096u, REGION);
    try_encrypted("encrypted_last_unit", MCE2_REGION1, end, end);
    try_encrypted("encrypted_before", MCE2_REGION1, 0, REGION - 1u);
    try_encrypted("encrypted_behind", MCE2_REGION1, end + 1u, 0x07FFFFFFu);
    try_encrypted("encrypted_psram", MCE1_REGION1, REGION, end);
    encrypt(MCE2_REGION1, REGION, end);
    REG(MCE2_REGION1) = 0;
    try_open("encryption_off", REGION, REGION_BYTES);
}

/* ---- caches ---- */

static void erase(uint32_t addr)
{
    enum nacre_err err = nor.medium.ops->erase_start(&nor.medium, addr);

    if (err == NACRE_OK) err = nor.medium.ops->erase_wait(&nor.medium);
    line("erase", nacre_err_name(err));
}

/* By the medium's read, and by the map, past the medium. */
static void say_same(const char *name, uint32_t addr, const uint8_t *wanted, uint32_t n)
{
    const enum nacre_err err = nor.medium.ops->read(&nor.medium, addr, got, n);
    const bool is_same = memcmp(got, wanted, n) == 0 &&
                         memcmp((const uint8_t *)WINDOW + REGION + addr, wanted, n) == 0;

    line(name, err == NACRE_OK && is_same ? "ok" : "stale");
}

static void program(const char *name, uint32_t addr, const uint8_t *from, uint32_t n)
{
    line(name, nacre_err_name(nor.medium.ops->program(&nor.medium, addr, from, n)));
}

/* Each is read before it changes, so that the cache has the old bytes. */
static void change_what_was_read(void)
{
    static uint8_t blank[sizeof(got)];
    static uint8_t data[sizeof(got)];

    memset(blank, (int)BLANK, sizeof(blank));
    for (uint32_t i = 0; i < sizeof(data); i++) data[i] = (uint8_t)(i * 7u + 1u);
    erase(0);
    say_same("blank", 0, blank, sizeof(blank));
    program("program", 0, data, sizeof(data));
    say_same("programmed", 0, data, sizeof(data));
    program("program_granule", 0x1F0, data, 16); /* half a line, of a page's end */
    say_same("granule", 0x1F0, data, 16);
    say_same("beside_it", 0x1E0, blank, 16);
    erase(0);
    say_same("blank_again", 0, blank, sizeof(blank));
}

/* Just written, so in dirty lines; the PSRAM behind them holds what was there before. */
static void program_from_psram(void)
{
    static uint8_t data[sizeof(got)];

    for (uint32_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i ^ 0x5Au);
        PSRAM[i] = data[i];
    }
    program("from_psram", 0x400, PSRAM, sizeof(data));
    say_same("psram_programmed", 0x400, data, sizeof(data));
}

void places_cached(void)
{
    line("data_cache", (SCB_CCR & SCB_CCR_DC) != 0 ? "on" : "off");
    line("open", nacre_err_name(open_at(REGION, REGION_BYTES)));
    change_what_was_read();
    program_from_psram();
    line("close", nacre_err_name(nacre_nor_close(&nor)));
}

/* Nothing else runs: what became dirty between the steps would be lost. */
static void stop_data_cache(void)
{
    __asm volatile("cpsid i\n\tdsb" ::: "memory");
    SCB_CSSELR = 0;
    __asm volatile("dsb\n\tisb" ::: "memory");
    SCB_CCR &= ~SCB_CCR_DC;
    __asm volatile("dsb\n\tisb" ::: "memory");
    for (uint32_t set = 0; set < CACHE_SETS; set++) {
        for (uint32_t way = 0; way < CACHE_WAYS; way++) SCB_DCCISW = (way << 30) | (set << 5);
    }
    __asm volatile("dsb\n\tisb\n\tcpsie i" ::: "memory");
}

void places_uncached(void)
{
    stop_data_cache();
    places_cached();
}

void places_clock_protection(void)
{
    line("CKPROTR", RCC_CKPROTR == 1u ? "1" : "changed");
}
