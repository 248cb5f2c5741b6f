/*
 * The checks: the board is put out of order on purpose, the library is asked, the board is put
 * back. What must come of each is said by tests/test_port.c, not here.
 */
#include "tests/port_fw/checks.h"

#include "examples/brightness/board.h"
#include "nacre/chips/chips.h"
#include "nacre/media/nor.h"

#include <string.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define XSPI2 0x5200A000u
#define FPCCR REG(0xE000EF34u)
#define FPCAR REG(0xE000EF38u)
#define CKPROTR REG(0x58024500u)
#define XSPIM_CR REG(0x5200B400u)
#define ICSR REG(0xE000ED04u)
#define ICSR_PENDSVSET 0x10000000u
#define VTOR REG(0xE000ED08u)
#define MPU_CTRL REG(0xE000ED94u)
#define MPU_RNR REG(0xE000ED98u)
#define MPU_RBAR REG(0xE000ED9Cu)
#define MPU_RASR REG(0xE000EDA0u)
#define DEMCR REG(0xE000EDFCu)
#define DWT_CTRL REG(0xE0001000u)
#define FLASH_RASR_WRITABLE 0x030B0035u
#define FLASH_RASR_READ_ONLY 0x060B0035u
#define FLASH_REGION 1u
#define REGIONS 16u

static struct nacre_nor nor;
static enum nacre_err handler_err;

extern uint32_t nacre_ram_start[];

static struct nacre_nor_cfg good_cfg(void)
{
    return (struct nacre_nor_cfg){
        .chip = &nacre_chip_mx66uw1g45g,
        .port = {.core_mhz = BOARD_CORE_MHZ, .mpu_region = 15},
        .region_addr = 0x07FE0000,
        .region_bytes = 8 * 4096,
        .image_bytes = 0x02000000,
        .budget_us = 5,
    };
}

static void say(const char *name, enum nacre_err err)
{
    board_write(name);
    board_write(" ");
    board_write(nacre_err_name(err));
    if (nor.blackout.port.mismatch.name != NULL) {
        board_write(" ");
        board_write(nor.blackout.port.mismatch.name);
        memset(&nor.blackout.port.mismatch, 0, sizeof(nor.blackout.port.mismatch));
    }
    board_write("\r\n");
}

static void say_ok(const char *name, bool is_ok)
{
    board_write(name);
    board_write(is_ok ? " ok\r\n" : " wrong\r\n");
}

static void try_open(const char *name)
{
    const struct nacre_nor_cfg cfg = good_cfg();
    const enum nacre_err err = nacre_nor_open(&nor, &cfg);

    say(name, err);
    if (err == NACRE_OK) (void)nacre_nor_close(&nor);
}

static void set_region(uint32_t number, uint32_t base, uint32_t rasr)
{
    MPU_RNR = number; /* not switched off in between: it may be the region that runs this */
    MPU_RBAR = base;
    MPU_RASR = rasr;
    __asm volatile("dsb\n\tisb" ::: "memory");
}

static uint32_t rasr_of(uint32_t number)
{
    MPU_RNR = number;
    return MPU_RASR;
}

/* ---- refusals ---- */

static void refuse_mpu(void)
{
    struct nacre_nor_cfg cfg = good_cfg();

    set_region(15, 0x24000000u, 0x13000021u);
    try_open("region_15_used");
    set_region(15, 0, 0);
    cfg.port.mpu_region = 16;
    say("region_16", nacre_nor_open(&nor, &cfg));
    cfg.port.mpu_region = 10;
    set_region(12, 0x74000000u, 0x16000021u);
    say("region_above_in_window", nacre_nor_open(&nor, &cfg));
    set_region(12, 0x24000000u, 0x13000021u);
    say("region_above_elsewhere", nacre_nor_open(&nor, &cfg));
    (void)nacre_nor_close(&nor);
    set_region(12, 0, 0);

    set_region(FLASH_REGION, 0x70000000u, FLASH_RASR_WRITABLE);
    try_open("flash_writable");
    cfg = good_cfg();
    cfg.port.make_read_only = true;
    say("flash_made_read_only", nacre_nor_open(&nor, &cfg));
    say_ok("flash_rasr", rasr_of(FLASH_REGION) == FLASH_RASR_READ_ONLY);
    (void)nacre_nor_close(&nor);
    set_region(3, 0x76000000u, 0x03000031u);
    try_open("bank_writable");
    set_region(3, 0x40000000u, 0x13000039u | 2u);
    try_open("wide_region_writable");
    set_region(3, 0x25000000u, 0x1000002Fu);
    MPU_CTRL = 0;
    try_open("mpu_off");
    MPU_CTRL = 5;
}

static void refuse_copy_and_clock(void)
{
    volatile uint32_t *const word = &nacre_ram_start[16]; /* after the vectors */
    const uint32_t kept = *word;

    *word = ~kept;
    try_open("ram_code_changed");
    *word = kept;
    DWT_CTRL &= ~1u;
    DEMCR &= ~0x01000000u;
    try_open("cycle_counter_was_off");
}

/* Read and write for all, 64 KB from address 0, where the code of the blackout is. */
#define ITCM_RASR 0x0300001Fu
#define ITCM_RASR_WITHOUT_FIRST_EIGHTH 0x0300011Fu
#define RASR_XN 0x10000000u

static void refuse_code_that_cannot_run(void)
{
    set_region(14, 0x00000000u, ITCM_RASR | RASR_XN);
    try_open("ram_code_not_executable");
    set_region(14, 0x00000000u, ITCM_RASR_WITHOUT_FIRST_EIGHTH | RASR_XN);
    try_open("rest_not_executable");
    set_region(14, 0x00000200u, 0x13000009u); /* 32 bytes in the midst of it */
    try_open("one_line_not_executable");
    set_region(13, 0x00000000u, ITCM_RASR | RASR_XN);
    set_region(14, 0x00000000u, ITCM_RASR);
    try_open("allowed_by_a_higher_region");
    set_region(14, 0x00000000u, ITCM_RASR & ~0x07000000u);
    try_open("ram_code_without_access");
    set_region(13, 0, 0);
    set_region(14, 0, 0);
}

static void refuse_controller(void)
{
    const uint32_t kept = REG(XSPI2);

    REG(XSPI2) = kept | 0x00020000u;
    if (REG(XSPI2) == kept) {
        board_write("xspi_interrupt_on cannot be set\r\n");
    } else {
        try_open("xspi_interrupt_on");
    }
    REG(XSPI2) = kept;
}

static void try_stack(const char *name)
{
    const enum nacre_err err = nor.medium.ops->erase_start(&nor.medium, 0x6000);

    say(name, err);
}

/* On another stack than main's: what it lies in is what is asked about. */
static void try_on_process_stack(const char *name, uint32_t top)
{
    __asm volatile("msr psp, %0\n\t"
                   "mrs r4, control\n\t"
                   "orr r5, r4, #2\n\t"
                   "mov r0, %1\n\t"
                   "msr control, r5\n\t"
                   "isb\n\t"
                   "blx %2\n\t"
                   "msr control, r4\n\t"
                   "isb"
                   :: "r"(top), "r"(name), "r"(try_stack)
                   : "r0", "r1", "r2", "r3", "r4", "r5", "r12", "lr", "cc", "memory");
}

static void refuse_stacks(void)
{
    const struct nacre_nor_cfg cfg = good_cfg();
    static uint64_t small[128];

    say("open", nacre_nor_open(&nor, &cfg));
    try_on_process_stack("stack_in_dtcm", (uint32_t)(small + 128));
    say("wait", nor.medium.ops->erase_wait(&nor.medium));
    try_on_process_stack("stack_at_the_start_of_memory", 0x24000100u);
    FPCCR |= 1u;
    FPCAR = 0x20000100u;
    try_stack("lazy_in_dtcm");
    FPCCR &= ~1u;
    say("wait", nor.medium.ops->erase_wait(&nor.medium));
    try_on_process_stack("stack_in_psram", 0x90100000u);
    say("wait", nor.medium.ops->erase_wait(&nor.medium));
    FPCCR |= 1u;
    FPCAR = 0x70000100u;
    try_stack("lazy_in_flash");
    FPCCR &= ~1u;
    say("close", nacre_nor_close(&nor));
}

void checks_in_handler(void)
{
    const struct nacre_nor_cfg cfg = good_cfg();
    handler_err = nacre_nor_open(&nor, &cfg);
}

static void refuse_handler(void)
{
    ICSR = ICSR_PENDSVSET;
    __asm volatile("dsb\n\tisb" ::: "memory");
    say("in_a_handler", handler_err);
}

static void refuse_places(void)
{
    struct nacre_nor_cfg cfg = good_cfg();

    cfg.image_addr = 0x00100000u;
    say("another_image", nacre_nor_open(&nor, &cfg));
    cfg = good_cfg();
    say("nor_in_flash", nacre_nor_open((struct nacre_nor *)0x70000000u, &cfg));
    say("nor_nowhere", nacre_nor_open((struct nacre_nor *)0x28000000u, &cfg));
}

void checks_refuse(void)
{
    try_open("all_well");
    refuse_mpu();
    refuse_copy_and_clock();
    refuse_code_that_cannot_run();
    refuse_controller();
    refuse_handler();
    refuse_places();
    refuse_stacks();
}

/* ---- what is put back ---- */

#define XSPI_WORDS (0x230u / 4u)

struct picture {
    uint32_t xspi[XSPI_WORDS];
    uint32_t rbar[REGIONS];
    uint32_t rasr[REGIONS];
    uint32_t mpu_ctrl;
    uint32_t mpu_rnr;
    uint32_t vtor;
    uint32_t xspim;
    uint32_t ckprotr;
    uint32_t primask;
};

/* Changed by each command, of no meaning while mapped: SR, FCR, DLR, AR, DR, CALFCR to CALSIR. */
static bool is_scratch(uint32_t offset)
{
    return (offset >= 0x20u && offset <= 0x50u) || offset >= 0x210u;
}

static uint32_t primask(void)
{
    uint32_t value;
    __asm volatile("mrs %0, primask" : "=r"(value));
    return value;
}

static void take(struct picture *picture)
{
    picture->mpu_rnr = MPU_RNR;
    for (uint32_t i = 0; i < XSPI_WORDS; i++) {
        picture->xspi[i] = is_scratch(4u * i) ? 0 : REG(XSPI2 + 4u * i);
    }
    for (uint32_t i = 0; i < REGIONS; i++) {
        MPU_RNR = i;
        picture->rbar[i] = MPU_RBAR;
        picture->rasr[i] = MPU_RASR;
    }
    MPU_RNR = picture->mpu_rnr;
    picture->mpu_ctrl = MPU_CTRL;
    picture->vtor = VTOR;
    picture->xspim = XSPIM_CR;
    picture->ckprotr = CKPROTR;
    picture->primask = primask();
}

static enum nacre_err program(uint32_t addr, const void *buf, uint32_t n)
{
    return nor.medium.ops->program(&nor.medium, addr, buf, n);
}

static enum nacre_err erase(uint32_t addr)
{
    const enum nacre_err err = nor.medium.ops->erase_start(&nor.medium, addr);
    return err == NACRE_OK ? nor.medium.ops->erase_wait(&nor.medium) : err;
}

void checks_restore(void)
{
    static struct picture before;
    static struct picture after;
    static const uint32_t words[4] = {1, 2, 3, 4};
    const struct nacre_nor_cfg cfg = good_cfg();

    MPU_CTRL = 5; /* whatever the checks before have left */
    MPU_RNR = 7;
    take(&before);
    say("open", nacre_nor_open(&nor, &cfg));
    say("erase", erase(0x7000));
    say("program", program(0x7000, words, sizeof(words)));
    say("program_again", program(0x7000, words, sizeof(words)));
    take(&after);
    say_ok("all_as_before", memcmp(&before, &after, sizeof(before)) == 0);
    say("erase_start", nor.medium.ops->erase_start(&nor.medium, 0x6000));
    MPU_RNR = 15;
    say_ok("bank_fenced", MPU_RBAR == 0x7600000Fu || MPU_RBAR == 0x76000000u);
    say_ok("bank_without_access", MPU_RASR == 0x10000031u);
    MPU_RNR = 7;
    say("erase_wait", nor.medium.ops->erase_wait(&nor.medium));
    take(&after);
    /* RBAR of a region that is off has no meaning. */
    before.rbar[15] = after.rbar[15];
    say_ok("all_as_before", memcmp(&before, &after, sizeof(before)) == 0);
}

/* ---- data ---- */

static const uint8_t in_flash[256] = "the source of a program may lie in the flash that is written";

static void say_same(const char *name, uint32_t addr, const void *data, uint32_t n)
{
    static uint8_t got[256];
    const enum nacre_err err = nor.medium.ops->read(&nor.medium, addr, got, n);

    say_ok(name, err == NACRE_OK && memcmp(got, data, n) == 0);
}

void checks_data(void)
{
    uint8_t *const in_psram = (uint8_t *)0x90100000u;
    const uint8_t *const in_region = (const uint8_t *)0x77FE0000u;

    say("erase", erase(0));
    /* The lines of the blank unit are in the cache now: a program must push them out. */
    say_same("blank_is_read", 0x0100, "\xFF\xFF\xFF\xFF", 4);
    say("from_flash", program(0x0100, in_flash, sizeof(in_flash)));
    say_same("from_flash_read", 0x0100, in_flash, sizeof(in_flash));
    memset(in_psram, 0xA5, 64);
    say("from_psram", program(0x0200, in_psram, 64));
    say_same("from_psram_read", 0x0200, in_psram, 64);
    say("from_the_region", program(0x0300, in_region + 0x0100, 128));
    say_same("from_the_region_read", 0x0300, in_flash, 128);

    __asm volatile("cpsid i" ::: "memory");
    const enum nacre_err err = program(0x0400, in_flash, 16);
    say_ok("still_masked", primask() == 1u);
    __asm volatile("cpsie i" ::: "memory");
    say("masked", err);
    say_same("masked_read", 0x0400, in_flash, 16);

    say("from_nowhere", program(0x0500, (const void *)0x28000000u, 16));
    say("to_flash", nor.medium.ops->read(&nor.medium, 0, (void *)0x70001000u, 16));
    say("close", nacre_nor_close(&nor));
}
