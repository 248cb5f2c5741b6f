/*
 * Interrupts that stay live in a blackout: the timer of 20 kHz has a handler in RAM, SysTick and
 * the console have theirs in flash. What must come of it is said by tests/test_live.c.
 *
 *   c  open in the bank of this image, in slices     e  erase a unit
 *   l  the same with a long budget                   p  program a granule
 *   r  open in another bank                          q  say what was measured
 *   h  from now on the handler takes long            t  SysTick off
 *   x  the next run of the handler reads the flash   n  the next run of it asks for an NMI
 *   b  raise BASEPRI to the timer's priority         i  set PRIMASK; both for one erase
 *   u  SysTick becomes as urgent as the timer        w  refused configurations, one line each
 *   s  the timer stops
 */
#include "examples/brightness/board.h"
#include "nacre/chips/chips.h"
#include "nacre/media/nor.h"
#include "tests/port_fw/checks.h"
#include "tests/port_fw/letters.h"

#include <string.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define TIM6_CR1 REG(0x40001000u)
#define TIM6_SR REG(0x40001010u)
#define SYST_CSR REG(0xE000E010u)
#define SYST_CSR_TICKINT 0x00000002u
#define NVIC_IPR(irq) (*(volatile uint8_t *)(0xE000E400u + (irq)))
#define SHPR3_SYSTICK (*(volatile uint8_t *)0xE000ED23u)
#define ICSR REG(0xE000ED04u)
#define ICSR_NMIPENDSET 0x80000000u
#define AIRCR REG(0xE000ED0Cu)
#define AIRCR_KEY 0x05FA0000u
#define DWT_CYCCNT REG(0xE0001004u)

#define TIM6_EXCEPTION (16u + BOARD_IRQ_TIM6)
#define SOME_EXCEPTION 19u /* of an interrupt that nobody uses */
#define LIVE_PRIORITY 4u
#define TIMER_PRIORITY 0x10u
#define OTHER_PRIORITY 0x80u
#define VECTORS 176u
#define SHORT_US 5u
#define LONG_US 30u

#define SAME_BANK 0x01FE0000u
#define OTHER_BANK 0x07FE0000u
#define IMAGE_BYTES 0x01000000u
#define UNIT_BYTES 4096u
#define SLICED_BUDGET_US 620u
#define LONG_BUDGET_US 20000u
#define RWW_BUDGET_US 65u

extern char live_start[], live_end[], live_load[];

static struct nacre_nor nor;
static void (*vectors[256])(void) __attribute__((aligned(1024)));
static volatile uint32_t runs;
static volatile uint32_t nmis;
static volatile uint32_t takes_us = 1;
static volatile bool reads_flash;
static volatile bool asks_nmi;

int main(void);

void checks_in_handler(void)
{
}

void checks_on_nmi(void)
{
    nmis = nmis + 1u;
}

/* With something in the registers that a handler of faults must find. */
__attribute__((section(".live"), naked)) static void read_flash(void)
{
    __asm volatile("push {r4-r11}\n\t"
                   "mov r4, #0x44\n\t"
                   "mov r5, #0x55\n\t"
                   "mov r6, #0x66\n\t"
                   "mov r7, #0x77\n\t"
                   "mov r8, #0x88\n\t"
                   "mov r9, #0x99\n\t"
                   "mov r10, #0xAA\n\t"
                   "mov r11, #0xBB\n\t"
                   "mov r0, #0x70000000\n\t"
                   "ldr r0, [r0, #4]\n\t"
                   "pop {r4-r11}\n\t"
                   "bx lr");
}

__attribute__((section(".live"), noinline)) static void on_timer(void)
{
    const uint32_t start = DWT_CYCCNT;

    TIM6_SR = 0;
    runs = runs + 1u;
    if (reads_flash) {
        reads_flash = false;
        read_flash();
    }
    if (asks_nmi) {
        asks_nmi = false;
        ICSR = ICSR_NMIPENDSET;
    }
    while (DWT_CYCCNT - start < (takes_us - 1u) * BOARD_CORE_MHZ) {
    }
    (void)TIM6_SR;
}

static void in_flash(void)
{
}

static struct nacre_live_handler handler;

static struct nacre_nor_cfg cfg_of(uint32_t region_addr, uint32_t budget_us)
{
    handler = (struct nacre_live_handler){
        .run = on_timer,
        .exception = TIM6_EXCEPTION,
        .longest_us = takes_us > SHORT_US ? LONG_US : SHORT_US,
        .period_us = BOARD_COUNT_US,
    };
    return (struct nacre_nor_cfg){
        .chip = &nacre_chip_mx66uw1g45g,
        .port = {.core_mhz = BOARD_CORE_MHZ,
                 .mpu_region = 15,
                 .live = {.handlers = &handler,
                          .handler_count = 1,
                          .priority = LIVE_PRIORITY,
                          .vectors = vectors,
                          .vector_count = VECTORS}},
        .region_addr = region_addr,
        .region_bytes = 4u * UNIT_BYTES,
        .image_bytes = IMAGE_BYTES,
        .budget_us = budget_us,
    };
}

static void say_err(enum nacre_err err)
{
    board_write(nacre_err_name(err));
    board_write("\r\n");
}

static void open_at(uint32_t region_addr, uint32_t budget_us)
{
    const struct nacre_nor_cfg cfg = cfg_of(region_addr, budget_us);

    say_err(nacre_nor_open(&nor, &cfg));
}

static void erase(void)
{
    enum nacre_err err = nor.medium.ops->erase_start(&nor.medium, 0);

    if (err == NACRE_OK) err = nor.medium.ops->erase_wait(&nor.medium);
    say_err(err);
}

static void program(void)
{
    static uint32_t addr;
    const uint32_t words[4] = {addr, 2, 3, 4};

    say_err(nor.medium.ops->program(&nor.medium, addr, words, sizeof(words)));
    addr += sizeof(words);
}

static void report(void)
{
    const uint32_t mhz = nor.blackout.port.cycles_per_us;
    struct nacre_nor_stats stats;

    if (nacre_nor_stats(&nor, &stats) != NACRE_OK) return;
    letters_say("longest_ns", (uint32_t)((uint64_t)stats.longest_cycles * 1000u / mhz));
    letters_say("bound_us", stats.bound_us);
    letters_say("slices", stats.slices);
    letters_say("late_suspends", stats.late_suspends);
    letters_say("over_budget", stats.over_budget);
    letters_say("runs", runs);
    letters_say("nmis", nmis);
}

static void erase_under_basepri(void)
{
    uint32_t after;

    __asm volatile("msr basepri, %0" :: "r"(TIMER_PRIORITY) : "memory");
    erase();
    __asm volatile("mrs %0, basepri" : "=r"(after));
    __asm volatile("msr basepri, %0" :: "r"(0) : "memory");
    letters_say("basepri", after);
}

static void erase_under_primask(void)
{
    uint32_t after;

    __asm volatile("cpsid i" ::: "memory");
    const enum nacre_err err = nor.medium.ops->erase_start(&nor.medium, 0);
    const enum nacre_err end = nor.medium.ops->erase_wait(&nor.medium);
    __asm volatile("mrs %0, primask\n\tcpsie i" : "=r"(after) :: "memory");
    say_err(err);
    say_err(end);
    letters_say("primask", after);
}

/* ---- refusals ---- */

static void try_cfg(const char *name, const struct nacre_nor_cfg *cfg)
{
    const enum nacre_err err = nacre_nor_open(&nor, cfg);
    const struct nacre_mismatch *const mismatch = &nor.blackout.port.mismatch;

    board_write(name);
    board_write(" ");
    board_write(nacre_err_name(err));
    if (err != NACRE_OK && mismatch->name != NULL) {
        board_write(" ");
        board_write(mismatch->name);
    }
    board_write("\r\n");
    memset(&nor.blackout.port.mismatch, 0, sizeof(nor.blackout.port.mismatch));
}

static void refuse_priority(void)
{
    struct nacre_nor_cfg cfg = cfg_of(SAME_BANK, SLICED_BUDGET_US);

    cfg.port.live.priority = 0;
    try_cfg("priority_0", &cfg);
    cfg.port.live.priority = 16;
    try_cfg("priority_16", &cfg);
    cfg.port.live.priority = 6;
    AIRCR = AIRCR_KEY | 5u << 8; /* two bits of group */
    try_cfg("priority_in_a_group", &cfg);
    AIRCR = AIRCR_KEY | 3u << 8;
    try_cfg("priority_6", &cfg);
}

static void refuse_table(void)
{
    struct nacre_nor_cfg cfg = cfg_of(SAME_BANK, SLICED_BUDGET_US);

    cfg.port.live.vector_count = VECTORS - 1u;
    try_cfg("too_few", &cfg);
    cfg.port.live.vector_count = VECTORS;
    cfg.port.live.vectors = vectors + 64;
    try_cfg("unaligned", &cfg);
    cfg.port.live.vectors = NULL;
    try_cfg("no_table", &cfg);
    cfg.port.live.vectors = (void (**)(void))0x70000400u;
    try_cfg("table_in_flash", &cfg);
}

static void refuse_handlers(void)
{
    struct nacre_nor_cfg cfg = cfg_of(SAME_BANK, SLICED_BUDGET_US);
    struct nacre_live_handler two[2] = {handler, handler};

    cfg.port.live.handlers = two;
    cfg.port.live.handler_count = 2;
    try_cfg("twice", &cfg);
    cfg.port.live.handler_count = 1;
    two[0].run = in_flash;
    try_cfg("in_flash", &cfg);
    two[0].run = (void (*)(void))0x40000001u;
    try_cfg("in_no_memory", &cfg);
    two[0].run = (void (*)(void))0x90000001u; /* where ST's boot lets nothing run */
    try_cfg("cannot_run", &cfg);
    two[0] = handler;
    two[0].exception = 14;
    try_cfg("pendsv", &cfg);
    two[0].exception = VECTORS;
    try_cfg("no_exception", &cfg);
    two[0].exception = 15;
    try_cfg("masked_one", &cfg);
    two[0].exception = SOME_EXCEPTION; /* of priority 0 from reset: it could be live */
    try_cfg("without_a_handler", &cfg);
    SHPR3_SYSTICK = 0;
    two[0] = handler;
    try_cfg("tick_without_a_handler", &cfg);
    SHPR3_SYSTICK = OTHER_PRIORITY;
}

static void refuse_times(void)
{
    struct nacre_nor_cfg cfg = cfg_of(SAME_BANK, SLICED_BUDGET_US);

    handler.longest_us = 0;
    try_cfg("no_time", &cfg);
    handler.longest_us = BOARD_COUNT_US;
    try_cfg("all_of_the_time", &cfg);
    handler.longest_us = LONG_US;
    cfg.budget_us = 560;
    try_cfg("budget", &cfg);
    cfg.port.live.handler_count = 0;
    try_cfg("no_count", &cfg);
    cfg.port.live.handlers = NULL;
    cfg.port.live.handler_count = 1;
    try_cfg("no_handlers", &cfg);
    cfg = cfg_of(SAME_BANK, LONG_BUDGET_US);
    cfg.port.quiet_ram = true;
    try_cfg("quiet_ram", &cfg);
    cfg = cfg_of(SAME_BANK, SLICED_BUDGET_US);
    try_cfg("all_well", &cfg);
}

/* ---- letters ---- */

static void do_setting(char letter)
{
    switch (letter) {
    case 'h':
        takes_us = LONG_US - 1u; /* entry and exit are part of it */
        break;
    case 't':
        SYST_CSR &= ~SYST_CSR_TICKINT;
        break;
    case 's':
        TIM6_CR1 = 0;
        break;
    case 'u':
        SHPR3_SYSTICK = TIMER_PRIORITY;
        break;
    case 'x':
        reads_flash = true;
        break;
    case 'n':
        asks_nmi = true;
        break;
    case 'w':
        refuse_priority();
        refuse_table();
        refuse_handlers();
        refuse_times();
        break;
    default:
        break;
    }
}

static void do_letter(char letter)
{
    switch (letter) {
    case 'c':
        open_at(SAME_BANK, SLICED_BUDGET_US);
        break;
    case 'l':
        open_at(SAME_BANK, LONG_BUDGET_US);
        break;
    case 'r':
        open_at(OTHER_BANK, RWW_BUDGET_US);
        break;
    case 'e':
        erase();
        break;
    case 'p':
        program();
        break;
    case 'b':
        erase_under_basepri();
        break;
    case 'i':
        erase_under_primask();
        break;
    case 'q':
        report();
        break;
    default:
        do_setting(letter);
        break;
    }
}

int main(void)
{
    memcpy(live_start, live_load, (size_t)(live_end - live_start));
    board_start();
    NVIC_IPR(BOARD_IRQ_TIM6) = TIMER_PRIORITY;
    NVIC_IPR(BOARD_IRQ_UART4) = OTHER_PRIORITY;
    SHPR3_SYSTICK = OTHER_PRIORITY;
    letters_serve(do_letter);
}
