/*
 * The board: registers as CMSIS stm32h7s7xx.h has them.
 *
 * Clocks as ST's boot leaves them: core 600 MHz, APB1 150 MHz, its timers 300 MHz.
 */
#include "examples/brightness/board.h"

#define REG(addr) (*(volatile uint32_t *)(addr))

#define RCC_AHB4ENR REG(0x58024540u)
#define RCC_AHB4ENR_GPIOAEN 0x00000001u
#define RCC_AHB4ENR_GPIODEN 0x00000008u
#define RCC_APB1ENR1 REG(0x58024548u)
#define RCC_APB1ENR1_TIM3EN 0x00000002u
#define RCC_APB1ENR1_TIM6EN 0x00000010u
#define RCC_APB1ENR1_UART4EN 0x00080000u

#define GPIOA 0x58020000u
#define GPIOD 0x58020C00u
#define GPIO_MODER 0x00u
#define GPIO_AFRL 0x20u
#define GPIO_MODER_ALTERNATE 2u

#define UART4_CR1 REG(0x40004C00u)
#define UART4_BRR REG(0x40004C0Cu)
#define UART4_ISR REG(0x40004C1Cu)
#define UART4_ICR REG(0x40004C20u)
#define UART4_RDR REG(0x40004C24u)
#define UART4_TDR REG(0x40004C28u)
#define USART_CR1_UE_RE_TE 0x0000000Du
#define USART_CR1_RXFNEIE 0x00000020u
#define USART_CR1_TXFNFIE 0x00000080u
#define USART_CR1_FIFOEN 0x20000000u
#define USART_CR1_LISTENS (USART_CR1_FIFOEN | USART_CR1_UE_RE_TE | USART_CR1_RXFNEIE)
#define USART_ISR_ORE 0x00000008u
#define USART_ISR_RXFNE 0x00000020u
#define USART_ISR_TXFNF 0x00000080u
#define UART_FIFO_BYTES 16u /* at most */
#define UART_CLOCK_HZ 150000000u
#define UART_BAUD 115200u

#define TIM3 0x40000400u
#define TIM6 0x40001000u
#define TIM_CR1 0x00u
#define TIM_DIER 0x0Cu
#define TIM_SR 0x10u
#define TIM_EGR 0x14u
#define TIM_CCMR1 0x18u
#define TIM_CCER 0x20u
#define TIM_PSC 0x28u
#define TIM_ARR 0x2Cu
#define TIM_CCR1 0x34u
#define TIM_CR1_CEN_ARPE 0x81u
#define TIM_CCMR1_PWM1_PRELOAD 0x68u
#define TIMER_CLOCK_HZ 300000000u
#define PWM_STEPS 100u
#define PWM_HZ 20000u
#define FAST_TIMER_HZ (1000000u / BOARD_COUNT_US)

#define SYSTICK_CTRL REG(0xE000E010u)
#define SYSTICK_LOAD REG(0xE000E014u)
#define SYSTICK_VAL REG(0xE000E018u)
#define NVIC_ISER(irq) REG(0xE000E100u + 4u * ((irq) / 32u))
#define TICK_HZ 1000u

#define SCB_CCR REG(0xE000ED14u)
#define SCB_CCR_DC 0x00010000u
#define SCB_CCR_IC 0x00020000u
#define SCB_CCSIDR REG(0xE000ED80u)
#define SCB_CSSELR REG(0xE000ED84u)
#define SCB_ICIALLU REG(0xE000EF50u)
#define SCB_DCISW REG(0xE000EF60u)

#define MPU_CTRL REG(0xE000ED94u)
#define MPU_RNR REG(0xE000ED98u)
#define MPU_RBAR REG(0xE000ED9Cu)
#define MPU_RASR REG(0xE000EDA0u)
#define MPU_ENABLE_WITH_DEFAULT_MAP 5u
#define MPU_REGIONS 16u
#define RASR_XN 0x10000000u
#define PSRAM 0x90000000u
#define PSRAM_BYTES 0x02000000u

#define XSPI1_CR REG(0x52005000u)
#define XSPI_CR_FMODE_MAPPED 0x30000000u
#define FRAME ((volatile uint32_t *)PSRAM)
#define FRAME_WORDS 512u
#define FRAME_WORDS_A_SCAN 8u

#define TYPED_BYTES 64u  /* both are powers of two */
#define SHOWN_BYTES 256u

static volatile uint32_t ticks;
static volatile uint32_t fast;
static volatile char typed[TYPED_BYTES];
static volatile uint32_t typed_in;
static volatile uint32_t typed_out;
static volatile char shown[SHOWN_BYTES];
static volatile uint32_t shown_in;
static volatile uint32_t shown_out;
static volatile uint32_t lost_bytes;
static uint32_t frame_at;
static uint32_t frames;
static uint32_t frame_errors;

static void barrier(void)
{
    __asm volatile("dsb\n\tisb" ::: "memory");
}

/* ---- memory ---- */

extern const uint32_t nacre_ram_start[]; /* where the linker put what runs in a blackout */

struct region {
    uint32_t base;
    uint32_t rasr;
};

/*
 * The flash is read-only: a stray store must fault, not become a dirty line that the cache writes
 * later. 0x25000000 is kept from speculative reads (ES0596 2.2.17). Region 15 is left to the fence.
 */
static const struct region regions[] = {
    {0x00000000u, 0x1000873Fu}, /* 0x60000000..0xDFFFFFFF: no access */
    {0x70000000u, 0x060B0035u}, /* flash, 128 MB: read-only, executable, cached */
    {PSRAM, 0x130B0031u},       /* 32 MB: read and write, cached */
    {0x25000000u, 0x1000002Fu}, /* unused GFXMMU window, 16 MB: no access */
};

/* The boot leaves the PSRAM not executable, and so do we, unless the linker put code there. */
static uint32_t rights_of(const struct region *region)
{
    const bool has_code = (uint32_t)nacre_ram_start - region->base < PSRAM_BYTES;

    return region->base == PSRAM && has_code ? region->rasr & ~RASR_XN : region->rasr;
}

static void protect_memory(void)
{
    const uint32_t count = sizeof(regions) / sizeof(regions[0]);

    MPU_CTRL = 0;
    for (uint32_t i = 0; i < MPU_REGIONS; i++) {
        MPU_RNR = i;
        MPU_RASR = 0;
        if (i >= count) continue;
        MPU_RBAR = regions[i].base;
        MPU_RASR = rights_of(&regions[i]);
    }
    MPU_CTRL = MPU_ENABLE_WITH_DEFAULT_MAP;
    barrier();
}

static void invalidate_data_cache(void)
{
    SCB_CSSELR = 0;
    barrier();

    const uint32_t sets = (SCB_CCSIDR >> 13) & 0x7FFFu;
    const uint32_t ways = (SCB_CCSIDR >> 3) & 0x3FFu;
    for (uint32_t set = 0; set <= sets; set++) {
        for (uint32_t way = 0; way <= ways; way++) {
            SCB_DCISW = (way << 30) | (set << 5);
        }
    }
    barrier();
}

static void start_caches(void)
{
    barrier();
    SCB_ICIALLU = 0;
    barrier();
    SCB_CCR |= SCB_CCR_IC;
    barrier();
    if ((SCB_CCR & SCB_CCR_DC) == 0) {
        invalidate_data_cache();
        SCB_CCR |= SCB_CCR_DC;
    }
    barrier();
}

/* ---- console, PD0 and PD1 ---- */

static void pin_to_alternate(uint32_t port, uint32_t pin, uint32_t function)
{
    REG(port + GPIO_AFRL) = (REG(port + GPIO_AFRL) & ~(0xFu << (4u * pin))) |
                            (function << (4u * pin));
    REG(port + GPIO_MODER) = (REG(port + GPIO_MODER) & ~(3u << (2u * pin))) |
                             (GPIO_MODER_ALTERNATE << (2u * pin));
}

/*
 * A byte comes every 87 us at 115200 baud. Without the FIFO the second that comes in a blackout is
 * lost. With it, of 8 bytes at the least, a slice of 514 us, six bytes, loses none. At 1 Mbaud it
 * is full after 80 us: such a console needs DMA to a ring in RAM, which a blackout does not stop.
 */
static void start_console(void)
{
    pin_to_alternate(GPIOD, 0, 8);
    pin_to_alternate(GPIOD, 1, 8);
    UART4_CR1 = 0;
    UART4_BRR = UART_CLOCK_HZ / UART_BAUD;
    UART4_CR1 = USART_CR1_FIFOEN; /* taken only while UE is 0 */
    UART4_CR1 = USART_CR1_LISTENS;
    NVIC_ISER(BOARD_IRQ_UART4) = 1u << (BOARD_IRQ_UART4 % 32u);
}

static void send_next(void)
{
    if (shown_out == shown_in) {
        UART4_CR1 = USART_CR1_LISTENS;
        return;
    }
    UART4_TDR = (uint8_t)shown[shown_out % SHOWN_BYTES];
    shown_out = shown_out + 1u;
}

static void keep_typed(char byte)
{
    if (typed_in - typed_out >= TYPED_BYTES) {
        lost_bytes = lost_bytes + 1u;
        return;
    }
    typed[typed_in % TYPED_BYTES] = byte;
    typed_in = typed_in + 1u;
}

/* At least one byte is lost each time that ORE is set. */
static void take_typed(void)
{
    if ((UART4_ISR & USART_ISR_ORE) != 0) {
        UART4_ICR = USART_ISR_ORE;
        lost_bytes = lost_bytes + 1u;
    }
    for (uint32_t i = 0; i < UART_FIFO_BYTES && (UART4_ISR & USART_ISR_RXFNE) != 0; i++) {
        keep_typed((char)UART4_RDR);
    }
}

void board_on_uart(void)
{
    take_typed();
    if ((UART4_ISR & USART_ISR_TXFNF) != 0 && (UART4_CR1 & USART_CR1_TXFNFIE) != 0) send_next();
}

bool board_read(char *byte)
{
    if (typed_in == typed_out) return false;
    *byte = typed[typed_out % TYPED_BYTES];
    typed_out = typed_out + 1u;
    return true;
}

void board_write(const char *text)
{
    for (; *text != '\0'; text++) {
        while (shown_in - shown_out == SHOWN_BYTES) {
            board_sleep();
        }
        shown[shown_in % SHOWN_BYTES] = *text;
        shown_in = shown_in + 1u;
        UART4_CR1 = USART_CR1_LISTENS | USART_CR1_TXFNFIE;
    }
}

void board_write_number(uint32_t number)
{
    char digits[11];
    uint32_t at = sizeof(digits) - 1u;

    digits[at] = '\0';
    do {
        at--;
        digits[at] = (char)('0' + number % 10u);
        number /= 10u;
    } while (number != 0);
    board_write(&digits[at]);
}

void board_write_hex(uint32_t number)
{
    char digits[9];

    for (uint32_t i = 0; i < 8u; i++) {
        digits[i] = "0123456789ABCDEF"[(number >> (28u - 4u * i)) & 0xFu];
    }
    digits[8] = '\0';
    board_write(digits);
}

/* ---- backlight and timers ---- */

/* TIM3 channel 1, on PA6: wire the dimmer of the panel there. */
static void start_backlight(void)
{
    pin_to_alternate(GPIOA, 6, 2);
    REG(TIM3 + TIM_PSC) = TIMER_CLOCK_HZ / PWM_HZ / PWM_STEPS - 1u;
    REG(TIM3 + TIM_ARR) = PWM_STEPS - 1u;
    REG(TIM3 + TIM_CCR1) = 0;
    REG(TIM3 + TIM_CCMR1) = TIM_CCMR1_PWM1_PRELOAD;
    REG(TIM3 + TIM_CCER) = 1;
    REG(TIM3 + TIM_EGR) = 1;
    REG(TIM3 + TIM_CR1) = TIM_CR1_CEN_ARPE;
}

void board_set_backlight(uint32_t percent)
{
    REG(TIM3 + TIM_CCR1) = percent;
}

static void start_timers(void)
{
    SYSTICK_LOAD = BOARD_CORE_MHZ * 1000000u / TICK_HZ - 1u;
    SYSTICK_VAL = 0;
    SYSTICK_CTRL = 7;
    REG(TIM6 + TIM_PSC) = 0;
    REG(TIM6 + TIM_ARR) = TIMER_CLOCK_HZ / FAST_TIMER_HZ - 1u;
    REG(TIM6 + TIM_DIER) = 1;
    REG(TIM6 + TIM_CR1) = 1;
    NVIC_ISER(BOARD_IRQ_TIM6) = 1u << (BOARD_IRQ_TIM6 % 32u);
}

void board_on_tick(void)
{
    ticks = ticks + 1u;
}

void board_on_fast_timer(void)
{
    REG(TIM6 + TIM_SR) = 0;
    fast = fast + 1u;
    (void)REG(TIM6 + TIM_SR); /* the clear has arrived before the handler ends */
}

/* ---- frame buffer ---- */

static uint32_t pixel(uint32_t at)
{
    return at * 0x9E3779B1u ^ 0x00FF55AAu;
}

static bool has_frame_buffer(void)
{
    return (XSPI1_CR & XSPI_CR_FMODE_MAPPED) == XSPI_CR_FMODE_MAPPED;
}

void board_draw_frame(void)
{
    if (!has_frame_buffer()) return;
    for (uint32_t i = 0; i < FRAME_WORDS; i++) {
        FRAME[i] = pixel(i);
    }
}

void board_scan_frame(void)
{
    if (!has_frame_buffer()) return;
    for (uint32_t i = 0; i < FRAME_WORDS_A_SCAN; i++) {
        if (FRAME[frame_at] != pixel(frame_at)) frame_errors++;
        frame_at++;
    }
    if (frame_at == FRAME_WORDS) {
        frame_at = 0;
        frames++;
    }
}

/* ---- all of it ---- */

struct board_counts board_counts(void)
{
    return (struct board_counts){ticks, fast, frames, frame_errors, lost_bytes};
}

const volatile uint32_t *board_counter(void)
{
    return &fast;
}

void board_sleep(void)
{
    __asm volatile("dsb\n\twfi" ::: "memory");
}

void board_start(void)
{
    protect_memory();
    start_caches();
    RCC_AHB4ENR |= RCC_AHB4ENR_GPIOAEN | RCC_AHB4ENR_GPIODEN;
    RCC_APB1ENR1 |= RCC_APB1ENR1_TIM3EN | RCC_APB1ENR1_TIM6EN | RCC_APB1ENR1_UART4EN;
    (void)RCC_APB1ENR1;
    start_console();
    start_backlight();
    start_timers();
}
