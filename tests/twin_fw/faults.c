/*
 * One misdeed for each letter that is typed. The instruction that does it has a global label, so
 * that the test can compare the address that the twin reports with the one that the linker gave.
 */
#include "tests/twin_fw/fw.h"

#define LABEL(name) ".global " #name "\n" #name ":\n\t"

static volatile uint32_t handled_pc, handled_addr, handled_status;

static RAM_CODE void wait_idle(void)
{
    while ((XSPI2(0x020) & 1u << 5) != 0u) {
    }
}

/* Leave mapped mode: abort if busy, then FMODE 0. */
static RAM_CODE void unmap(void)
{
    if ((XSPI2(0x020) & 1u << 5) != 0u) {
        XSPI2(0x000) |= 2u;
        wait_idle();
        XSPI2(0x024) = 2u;
    }
    XSPI2(0x000) &= ~(3u << 28);
}

static RAM_CODE void map(void)
{
    XSPI2(0x108) = 0x14u;
    XSPI2(0x100) = 0x2C003C1Cu;
    XSPI2(0x110) = 0xEE11u;
    XSPI2(0x000) |= 3u << 28;
}

static RAM_CODE void command(uint32_t opcode)
{
    XSPI2(0x108) = 0;
    XSPI2(0x100) = 0x1Cu;
    XSPI2(0x110) = opcode;
    wait_idle();
    XSPI2(0x024) = 2u;
}

static RAM_CODE void program(uint32_t addr, uint32_t word)
{
    command(0x06F9u);
    XSPI2(0x040) = 15;
    XSPI2(0x108) = 0;
    XSPI2(0x100) = 0x0C003C1Cu;
    XSPI2(0x110) = 0x12EDu;
    XSPI2(0x048) = addr;
    for (uint32_t i = 0; i < 4u; i++) {
        XSPI2(0x050) = word;
    }
    wait_idle();
    XSPI2(0x024) = 2u;
}

static RAM_CODE void erase(uint32_t addr)
{
    command(0x06F9u);
    XSPI2(0x100) = 0x3C1Cu;
    XSPI2(0x110) = 0x21DEu;
    XSPI2(0x048) = addr;
    wait_idle();
    XSPI2(0x024) = 2u;
}

static RAM_CODE void cycles(uint32_t n)
{
    while (n-- != 0u) {
        __asm volatile("");
    }
}

/* Read once while it is mapped: what the core remembers of the page must not help it later. */
static RAM_CODE void load_unmapped(void)
{
    handled_addr = REG(0x70005044u);
    unmap();
    __asm volatile("ldr r3, =0x70005000\n\tnop\n\t" LABEL(bad_load) "ldr r2, [r3, #0x40]\n\tnop"
                   : : : "r2", "r3", "memory");
    map();
}

static RAM_CODE void fetch_unmapped(void)
{
    unmap();
    __asm volatile("ldr r3, =put_char\n\t" LABEL(bad_call) "blx r3" : : : "r3", "lr", "memory");
    map();
}

static RAM_CODE void vector_unmapped(void)
{
    unmap();
    SYST_RVR = 5999;
    SYST_CVR = 0;
    SYST_CSR = 7;
    cycles(100000);
    map();
}

/* Down and up again with everything in order: no violation, one blackout. */
static RAM_CODE void sound_blackout(void)
{
    __asm volatile("cpsid i");
    unmap();
    cycles(1000);
    map();
    const uint32_t word = REG(0x70000000u);
    __asm volatile("cpsie i");
    handled_addr = word;
}

static RAM_CODE void read_busy_bank(void)
{
    __asm volatile("cpsid i");
    unmap();
    erase(0x07FE0000u);
    map();
    __asm volatile("cpsie i");
    __asm volatile("ldr r3, =0x77FE0000\n\t" LABEL(bad_bank) "ldr r2, [r3]"
                   : : : "r2", "r3", "memory");
}

static RAM_CODE void program_twice(void)
{
    __asm volatile("cpsid i");
    unmap();
    program(0x07FE0100u, 0x12345678u);
    cycles(400000);
    program(0x07FE0100u, 0x12345678u);
    map();
    __asm volatile("cpsie i");
}

static RAM_CODE void program_outside(void)
{
    __asm volatile("cpsid i");
    unmap();
    program(0x06000000u, 0x12345678u);
    map();
    __asm volatile("cpsie i");
}

static RAM_CODE void erase_and_wait(void)
{
    __asm volatile("cpsid i");
    unmap();
    erase(0x07FE1000u);
    map();
    __asm volatile("cpsie i");
}

static RAM_CODE void abort_idle(void)
{
    __asm volatile("cpsid i");
    unmap();
    XSPI2(0x000) |= 2u;
    map();
}

static void fence(uint32_t rasr)
{
    MPU_RNR = 15;
    MPU_RBAR = 0x76000000u;
    MPU_RASR = rasr;
    __asm volatile("dsb\n\tisb");
}

void MemManage_Handler(void)
{
    uint32_t *frame;
    __asm volatile("mrs %0, msp" : "=r"(frame));
    handled_status = SCB_CFSR;
    handled_addr = SCB_MMFAR;
    SCB_CFSR = handled_status;
    fence(0);
}

static void fenced_load(void)
{
    put_text("fencing\n");
    SCB_SHCSR |= 1u << 16;
    fence(0x10000031u); /* 32 MB, no access, XN */
    uint32_t value, before = 5;
    __asm volatile("ldr r3, =0x76000010\n\tadds %1, #1\n\t" LABEL(bad_fence) "ldr %0, [r3]"
                   : "=r"(value), "+l"(before) : : "r3", "cc");
    put_line("fence_before", before);
    put_line("fence_status", handled_status);
    put_line("fence_addr", handled_addr);
    put_line("fence_value", value);
}

/* A tenth of a millisecond without the flash, fenced all the time or never. */
static RAM_CODE void go_dark(uint32_t is_fenced)
{
    __asm volatile("cpsid i");
    MPU_RNR = 15;
    MPU_RBAR = 0x70000000u;
    if (is_fenced != 0u) MPU_RASR = 0x10000035u; /* 128 MB, no access */
    unmap();
    cycles(30000); /* of two instructions */
    map();
    MPU_RASR = 0;
    __asm volatile("cpsie i");
}

#define DMA(offset) REG(0x52000050u + (offset))
#define DMA_FROM 0x70000000u
#define DMA_TO 0x30000000u
#define DMA_BYTES 512u

/* Words in bursts of 64 bytes, from the image to the AHB SRAM. */
static void dma_start(uint32_t n)
{
    REG(0x58024534u) |= 1u; /* AHB5ENR.HPDMA1EN */
    DMA(0x0C) = 0x7F00u;
    DMA(0x40) = 0x00FA00FAu;
    DMA(0x44) = 0x200u;
    DMA(0x48) = n;
    DMA(0x4C) = DMA_FROM;
    DMA(0x50) = DMA_TO;
    DMA(0x14) = 1u;
}

static void dma_finish(void)
{
    uint32_t same = 0;
    while ((DMA(0x10) & 1u) == 0u) {
    }
    for (uint32_t i = 0; i < DMA_BYTES; i += 4u) {
        same += REG(DMA_TO + i) == REG(DMA_FROM + i);
    }
    put_line("dma_same", same);
    put_line("dma_left", DMA(0x48));
    put_line("dma_flags", DMA(0x10));
    put_line("dma_on", DMA(0x14) & 1u);
}

static void dma_copy(void)
{
    dma_start(DMA_BYTES);
    put_line("dma_idle_at_once", DMA(0x10) & 1u);
    dma_finish();
}

/* It stands still at the end of a burst, and goes on from there. */
static void dma_pause(void)
{
    dma_start(DMA_BYTES);
    cycles(100);
    DMA(0x14) = 4u;
    while ((DMA(0x10) & 1u << 13) == 0u) {
    }
    const uint32_t left = DMA(0x48);
    cycles(20000);
    put_line("dma_paused_at", left);
    put_line("dma_moved", left - DMA(0x48));
    put_line("dma_paused_flags", DMA(0x10));
    DMA(0x14) = 0;
    dma_finish();
}

static void dma_bad_size(void)
{
    dma_start(6);
    put_line("dma_flags", DMA(0x10));
}

/* Interrupts held off for a millisecond. */
static void hold_off(void)
{
    __asm volatile("cpsid i");
    cycles(300000);
    __asm volatile("cpsie i");
}

/* The fence covers bank 3 only: bank 0 and the code in it stay open. */
static void fence_elsewhere(void)
{
    fence(0x10000031u);
    put_line("outside_fence", REG(0x70000000u));
    fence(0);
    put_line("after_fence", REG(0x76000010u));
}

/* Down and up again without a branch between: the block never leaves what is translated. */
static void close_own_window(void)
{
    __asm volatile("ldr r3, =0x5200A000\n\tldr r2, [r3]\n\torr r2, r2, #2\n\tstr r2, [r3]\n\t"
                   "movs r1, #2\n\tstr r1, [r3, #0x24]\n\tldr r2, [r3]\n\t"
                   "bic r1, r2, #0x30000000\n\t" LABEL(bad_own_window)
                   "str r1, [r3]\n\tstr r2, [r3]"
                   : : : "r1", "r2", "r3", "memory");
}

static void fence_own_window(void)
{
    MPU_RNR = 15;
    MPU_RBAR = 0x70000000u;
    __asm volatile("ldr r3, =0xE000EDA0\n\tldr r2, =0x10000031\n\tmovs r1, #0\n\t"
                   LABEL(bad_own_fence) "str r2, [r3]\n\tstr r1, [r3]"
                   : : : "r1", "r2", "r3", "memory");
}

static void store_flash(void)
{
    __asm volatile("mov r3, #0x70000000\n\t" LABEL(bad_store) "str r3, [r3, #0x80]"
                   : : : "r3", "memory");
}

static void unmapped(void)
{
    __asm volatile("ldr r3, =0x60000000\n\t" LABEL(bad_address) "ldr r2, [r3]"
                   : : : "r2", "r3", "memory");
}

static void undefined(void)
{
    __asm volatile(LABEL(bad_instruction) "udf #1");
}

/* An exception whose frame has nowhere to go. */
static void lose_stack(void)
{
    __asm volatile("ldr r3, =0x60000000\n\tmsr msp, r3\n\tsvc 0" : : : "r3", "memory");
}

static void psram(void)
{
    volatile uint32_t *const words = (volatile uint32_t *)0x90000000u;
    put_line("psram_before", words[5] == 0xCAFE0005u);
    words[5] = 0xCAFE0005u;
    put_line("psram_after", words[5] == 0xCAFE0005u);
}

static void cache_on(void)
{
    SCB_CCR |= 1u << 16;
    __asm volatile("dsb\n\tisb");
}

static void invalidate_line(void)
{
    SCB_DCIMVAC = 0x77FE0100u;
    __asm volatile("dsb\n\tisb");
}

static void invalidate_sets(void)
{
    for (uint32_t set = 0; set < 256u; set++) {
        for (uint32_t way = 0; way < 4u; way++) {
            SCB_DCISW = way << 30 | set << 5;
        }
    }
    __asm volatile("dsb\n\tisb");
}

/* Program and wait; if asked for, the line is invalidated while the flash is not mapped. */
static RAM_CODE void program_cached(uint32_t word, uint32_t invalidates)
{
    __asm volatile("cpsid i");
    unmap();
    if (invalidates != 0u) SCB_DCIMVAC = 0x77FE0100u;
    program(0x07FE0100u, word);
    cycles(400000);
    map();
    __asm volatile("cpsie i");
}

static void put_cached(void)
{
    put_line("cached", REG(0x77FE0100u));
    put_line("beside", REG(0x77FE0120u));
}

/* The function of four bytes that write_psram_code put there. */
static void call_psram(void)
{
    uint32_t value;
    __asm volatile("dsb\n\tisb\n\tldr r3, =0x90002001\n\tblx r3\n\tmov %0, r0"
                   : "=r"(value) : : "r0", "r3", "lr", "memory");
    put_line("psram_code", value);
}

static void write_psram_code(void)
{
    volatile uint16_t *const code = (volatile uint16_t *)0x90002000u;
    code[0] = 0x202Au; /* movs r0, #42 */
    code[1] = 0x4770u; /* bx lr */
}

/* The boot's MPU lets nothing run in PSRAM. */
static void let_psram_run(void)
{
    MPU_RNR = 1;
    MPU_RASR = 0x030B0031u;
    __asm volatile("dsb\n\tisb");
}

static void reset(void)
{
    put_text("resetting\n");
    cycles(300000);
    SCB_AIRCR = 0x05FA0004u;
    for (;;) {
    }
}

static void timer(void)
{
    RCC_APB1ENR1 |= 1u << 4 | 1u << 1; /* TIM6, TIM3 */
    REG(0x40001028u) = 2; /* PSC */
    REG(0x4000102Cu) = 4999; /* ARR: 300 MHz / 3 / 5000 = 20 kHz */
    REG(0x40001014u) = 1;
    REG(0x40001010u) = 0;
    REG(0x4000100Cu) = 1;
    NVIC_ISER(1) = 1u << (55 - 32);
    REG(0x40001000u) = 1;
    REG(0x4000042Cu) = 99; /* TIM3: PWM on channel 2 */
    REG(0x40000438u) = 30;
    REG(0x40000420u) = 1u << 4;
    REG(0x40000414u) = 1;
    REG(0x40000400u) = 1;
}

static volatile uint32_t timer_runs;
void TIM6_Handler(void)
{
    REG(0x40001010u) = ~1u;
    (void)REG(0x40001010u);
    timer_runs++;
}

static char get_char(void)
{
    while ((UART4_ISR & 1u << 5) == 0u) {
    }
    return (char)UART4_RDR;
}

static void misdeed(char letter)
{
    switch (letter) {
    case 'l': load_unmapped(); break;
    case 'f': fetch_unmapped(); break;
    case 'v': vector_unmapped(); break;
    case 'k': sound_blackout(); put_line("known_word", handled_addr); break;
    case 'b': read_busy_bank(); break;
    case '2': program_twice(); break;
    case 'o': program_outside(); break;
    case 'e': erase_and_wait(); put_text("erasing\n"); break;
    case 'a': abort_idle(); break;
    case 'm': fenced_load(); break;
    case 'n': fence_elsewhere(); break;
    case 's': store_flash(); break;
    case 'w': close_own_window(); break;
    case 'x': fence_own_window(); break;
    case 'u': unmapped(); break;
    case 'i': undefined(); break;
    case 'z': lose_stack(); break;
    case 'p': psram(); break;
    case 'D': cache_on(); break;
    case 'I': invalidate_line(); break;
    case 'W': invalidate_sets(); break;
    case 'P': program_cached(0x12345678u, 0); break;
    case 'U': program_cached(0x12345678u, 1); break;
    case 'g': put_cached(); break;
    case 'q': write_psram_code(); break;
    case 'Q': let_psram_run(); break;
    case 'j': call_psram(); break;
    case 'r': reset(); break;
    case 'F': go_dark(1); break;
    case 'S': go_dark(0); break;
    case 'd': dma_copy(); break;
    case 'y': dma_pause(); break;
    case 'B': dma_bad_size(); break;
    case 'M': dma_start(DMA_BYTES); go_dark(1); break;
    case 'h': hold_off(); break;
    case 't': timer(); break;
    case 'c': put_line("timer_runs", timer_runs); break;
    default: put_char(letter); break;
    }
}

int main(void)
{
    put_text("ready\n");
    for (;;) {
        misdeed(get_char());
        put_text("done\n");
    }
}
