/*
 * What goes on beside the writes: a timer whose handler must not be late, a DMA that reads the
 * flash without end, and the application's own work.
 */
#include "tests/storm_fw/parts.h"

#include "examples/brightness/board.h"

#define REG(addr) (*(volatile uint32_t *)(addr))

#define RCC_AHB5ENR REG(0x58024534u)
#define RCC_AHB5ENR_HPDMA1EN 0x00000001u
#define RCC_APB1ENR1 REG(0x58024548u)
#define RCC_APB1ENR1_TIM2EN 0x00000001u

#define TIM2_CNT 0x40000024u
#define TIM2(offset) REG(0x40000000u + (offset))
#define TIM6(offset) REG(0x40001000u + (offset))
#define TIM_CR1 0x00u
#define TIM_SR 0x10u
#define TIM_EGR 0x14u
#define TIM_CNT 0x24u
#define TIM_PSC 0x28u
#define TIM_ARR 0x2Cu
#define TIMER_CLOCK_MHZ 300u
#define TIM6_STEPS 10000u /* of a period that is longer than its 16 bits */

#define NVIC_ISER(irq) REG(0xE000E100u + 4u * ((irq) / 32u))
#define NVIC_ICER(irq) REG(0xE000E180u + 4u * ((irq) / 32u))
#define NVIC_IPR(exception_irq) (*(volatile uint8_t *)(0xE000E400u + (exception_irq)))
#define SHPR_SYSTICK (*(volatile uint8_t *)0xE000ED23u)
#define SCB_DCIMVAC REG(0xE000EF5Cu)
#define LINE_BYTES 32u
#define IRQ_HPDMA1_CHANNEL0 64u
#define PRIORITY_TIMER 0x10u
#define LIVE_PRIORITY 4u /* as NVIC_SetPriority counts: of these, only the timer is below */
#define LIVE_US 2u
#define VECTORS 176u
#define PRIORITY_TICK 0x80u
#define PRIORITY_DMA 0xA0u
#define PRIORITY_UART 0xC0u

/* HPDMA1 channel 0: CMSIS stm32h7s7xx.h. */
#define DMA(offset) REG(0x52000050u + (offset))
#define DMA_CFCR 0x0Cu
#define DMA_CSR 0x10u
#define DMA_CCR 0x14u
#define DMA_CTR1 0x40u
#define DMA_CTR2 0x44u
#define DMA_CBR1 0x48u
#define DMA_CSAR 0x4Cu
#define DMA_CDAR 0x50u
#define DMA_CCR_EN 0x00000001u
#define DMA_CCR_SUSP 0x00000004u
#define DMA_CCR_TCIE 0x00000100u
#define DMA_CSR_IDLEF 0x00000001u
#define DMA_FLAGS 0x00007F00u
#define DMA_CTR1_WORDS_BURSTS_OF_64 0x03FA03FAu /* SDW, DDW 2; SINC, DINC; SBL_1, DBL_1 63 */
#define DMA_CTR2_SWREQ 0x00000200u
#define DMA_WAITS_MAX 1000u

#define COPIED 0x30000000u /* AHB SRAM, which no script of the linker uses */
#define IMAGE_WINDOW 0x70000000u
#define ASSETS_BYTES 0x8000u /* the image's own first bytes, read as data */
#define REFUSALS_MAX 4u
#define LONG_REFUSAL_IN 40u

static uint32_t refusals_left;

/* ---- timers ---- */

static void start_timer(uint32_t hz)
{
    const uint32_t counts = TIMER_CLOCK_MHZ * 1000000u / hz;
    const uint32_t divider = (counts + TIM6_STEPS - 1u) / TIM6_STEPS;

    TIM6(TIM_CR1) = 0;
    TIM6(TIM_PSC) = divider - 1u;
    TIM6(TIM_ARR) = counts / divider - 1u;
    TIM6(TIM_EGR) = 1;
    TIM6(TIM_SR) = 0;
    storm_seen.irq_count_ns = (divider * 1000u + TIMER_CLOCK_MHZ - 1u) / TIMER_CLOCK_MHZ;
    TIM6(TIM_CR1) = 1;
}

static void start_clock(void)
{
    RCC_APB1ENR1 |= RCC_APB1ENR1_TIM2EN;
    (void)RCC_APB1ENR1;
    TIM2(TIM_PSC) = TIMER_CLOCK_MHZ - 1u;
    TIM2(TIM_EGR) = 1;
    TIM2(TIM_CR1) = 1;
}

const volatile uint32_t *storm_clock(void)
{
    return (const volatile uint32_t *)TIM2_CNT;
}

void storm_on_timer(void)
{
    const uint32_t late = TIM6(TIM_CNT);

    TIM6(TIM_SR) = 0;
    storm_seen.irqs++;
    if (late > storm_seen.irq_late_counts) storm_seen.irq_late_counts = late;
    (void)TIM6(TIM_SR);
}

/* ---- the same handler in RAM ---- */

__attribute__((section(".live"), noinline)) static void on_timer_live(void)
{
    const uint32_t late = TIM6(TIM_CNT);

    TIM6(TIM_SR) = 0;
    storm_seen.irqs++;
    if (late > storm_seen.irq_late_counts) storm_seen.irq_late_counts = late;
    (void)TIM6(TIM_SR);
}

struct nacre_live storm_live(void)
{
    static void (*vectors[256])(void) __attribute__((aligned(1024)));
    static struct nacre_live_handler handler;

    if (STORM_CFG(handler_in_ram) == 0) return (struct nacre_live){0};
    handler = (struct nacre_live_handler){
        .run = on_timer_live,
        .exception = 16u + BOARD_IRQ_TIM6,
        .longest_us = LIVE_US,
        .period_us = 1000000u / STORM_CFG(irq_hz),
    };
    return (struct nacre_live){
        .handlers = &handler,
        .handler_count = 1,
        .priority = LIVE_PRIORITY,
        .vectors = vectors,
        .vector_count = VECTORS,
    };
}

void storm_on_tick(void)
{
    storm_seen.ticks++;
}

/* ---- DMA ---- */

static void start_copy(void)
{
    const uint32_t n = STORM_CFG(dma_bytes);

    DMA(DMA_CFCR) = DMA_FLAGS;
    DMA(DMA_CTR1) = DMA_CTR1_WORDS_BURSTS_OF_64;
    DMA(DMA_CTR2) = DMA_CTR2_SWREQ;
    DMA(DMA_CBR1) = n;
    DMA(DMA_CSAR) = IMAGE_WINDOW + (storm_seen.dma_copies * 7u * LINE_BYTES) % (ASSETS_BYTES - n);
    DMA(DMA_CDAR) = COPIED;
    DMA(DMA_CCR) = DMA_CCR_EN | DMA_CCR_TCIE;
}

/* One line of the copy, another one each time; the core may hold what was there before. */
static void check_copy(void)
{
    const uint32_t n = STORM_CFG(dma_bytes);
    const uint32_t line = storm_seen.dma_copies * 5u % (n / LINE_BYTES) * (LINE_BYTES / 4u);
    const uint32_t *const source = (const uint32_t *)(DMA(DMA_CSAR) - n);
    const volatile uint32_t *const copied = (const volatile uint32_t *)COPIED;

    SCB_DCIMVAC = (uint32_t)&copied[line];
    __asm volatile("dsb" ::: "memory");
    for (uint32_t i = line; i < line + LINE_BYTES / 4u; i++) {
        if (copied[i] != source[i]) storm_seen.dma_wrong++;
    }
    storm_seen.dma_copies++;
}

void storm_on_dma(void)
{
    check_copy();
    start_copy();
}

static void start_dma(void)
{
    if (STORM_CFG(dma_bytes) == 0) return;
    RCC_AHB5ENR |= RCC_AHB5ENR_HPDMA1EN;
    (void)RCC_AHB5ENR;
    NVIC_ISER(IRQ_HPDMA1_CHANNEL0) = 1u << (IRQ_HPDMA1_CHANNEL0 % 32u);
    start_copy();
}

/* ---- what the library asks ---- */

/*
 * The copy stands still after the burst that is under way, or has ended. EN is written as 0, which
 * does nothing: as 1 it would start a channel that has just ended.
 */
static bool pause_dma(void)
{
    DMA(DMA_CCR) = DMA_CCR_SUSP | DMA_CCR_TCIE;
    for (uint32_t i = 0; i < DMA_WAITS_MAX; i++) {
        if ((DMA(DMA_CSR) & DMA_CSR_IDLEF) != 0) return true;
    }
    return false;
}

static bool refuses(void)
{
    if (refusals_left != 0) {
        refusals_left--;
        return true;
    }
    if (storm_draw(100) >= STORM_CFG(not_now_percent)) return false;
    refusals_left = storm_draw(REFUSALS_MAX);
    if (storm_draw(LONG_REFUSAL_IN) == 0) refusals_left = STORM_CFG(not_now_us) / 10u;
    return true;
}

/* A copy that ends now starts the next one only after the blackout: its handler is held off. */
static bool before(void *context)
{
    (void)context;
    if (refuses()) {
        storm_seen.not_now++;
        return false;
    }
    if (STORM_CFG(dma_bytes) == 0 || STORM_CFG(dma_goes_on) != 0) return true;
    NVIC_ICER(IRQ_HPDMA1_CHANNEL0) = 1u << (IRQ_HPDMA1_CHANNEL0 % 32u);
    __asm volatile("dsb\n\tisb" ::: "memory");
    if (pause_dma()) return true;
    NVIC_ISER(IRQ_HPDMA1_CHANNEL0) = 1u << (IRQ_HPDMA1_CHANNEL0 % 32u);
    return false;
}

static void after(void *context)
{
    (void)context;
    if (STORM_CFG(dma_bytes) == 0) return;
    DMA(DMA_CCR) = DMA_CCR_TCIE;
    NVIC_ISER(IRQ_HPDMA1_CHANNEL0) = 1u << (IRQ_HPDMA1_CHANNEL0 % 32u);
}

const struct nacre_nor_hooks storm_hooks = {.before = before, .after = after};

void storm_work(void)
{
    static uint32_t sum;
    const uint32_t *const words = (const uint32_t *)(IMAGE_WINDOW + storm_draw(256) * LINE_BYTES);

    for (uint32_t i = 0; i < LINE_BYTES; i++) {
        sum += words[i];
    }
    storm_seen.work++;
}

/* The application goes on: it works, or sleeps until an interrupt. */
static void wait(void *context, uint32_t us)
{
    (void)context;
    (void)us;
    storm_work();
    if (storm_draw(8) != 0) board_sleep();
}

/* An operation that begins before the last one has ended, or ends twice, is told wrong. */
static void stay_awake(void *context, bool is_busy)
{
    static bool was_busy;

    (void)context;
    if (is_busy == was_busy) storm_seen.wrong_awake++;
    was_busy = is_busy;
}

const struct nacre_nor_os storm_os = {.wait = wait, .stay_awake = stay_awake};

void storm_masters_start(void)
{
    NVIC_IPR(BOARD_IRQ_TIM6) = PRIORITY_TIMER;
    NVIC_IPR(BOARD_IRQ_UART4) = PRIORITY_UART;
    NVIC_IPR(IRQ_HPDMA1_CHANNEL0) = PRIORITY_DMA;
    SHPR_SYSTICK = PRIORITY_TICK;
    start_clock();
    if (STORM_CFG(irq_hz) != 0) {
        start_timer(STORM_CFG(irq_hz));
    } else {
        TIM6(TIM_CR1) = 0;
    }
    start_dma();
}
