/*
 * Exceptions, masks, sleep and counters as firmware sees them. Each finding is a line "name=value";
 * what the value must be is the test's business.
 */
#include "tests/twin_fw/fw.h"

static volatile uint32_t ticks, order, order_n, irq0_runs, irq1_runs, svc_runs, pendsv_runs;
static volatile uint32_t seen_ipsr, seen_control, seen_basepri, nested_max, depth;
static volatile float isr_float;

static uint32_t ipsr(void)
{
    uint32_t value;
    __asm volatile("mrs %0, ipsr" : "=r"(value));
    return value;
}

static uint32_t control(void)
{
    uint32_t value;
    __asm volatile("mrs %0, control" : "=r"(value));
    return value;
}

static void set_basepri(uint32_t value)
{
    __asm volatile("msr basepri, %0\n\tisb" : : "r"(value) : "memory");
}

static void mask(void)
{
    __asm volatile("cpsid i" : : : "memory");
}

static void unmask(void)
{
    __asm volatile("cpsie i" : : : "memory");
}

/* Each handler writes its digit behind those that ran before. */
static void note(uint32_t digit)
{
    order = order * 10u + digit;
    order_n++;
}

void SysTick_Handler(void)
{
    ticks++;
    isr_float = isr_float * 1.5f + 1.0f;
    /* A handler may do what it likes with s0 to s15 and the flags: the frame brings them back. */
    __asm volatile("vmov s0, %0\n\tvmov s7, %0\n\tvmov s14, %0\n\tvmov s15, %0\n\tvmsr fpscr, %0"
                   : : "r"(0x0F0F0000u) : "s0", "s7", "s14", "s15");
}

void IRQ0_Handler(void)
{
    irq0_runs++;
    depth++;
    if (depth > nested_max) nested_max = depth;
    note(1);
    NVIC_ISPR(0) = 2u; /* interrupt 1 */
    __asm volatile("dsb\n\tisb\n\tnop\n\tnop");
    note(3);
    depth--;
}

void IRQ1_Handler(void)
{
    irq1_runs++;
    seen_ipsr = ipsr();
    depth++;
    if (depth > nested_max) nested_max = depth;
    note(2);
    depth--;
}

void SVC_Handler(void)
{
    svc_runs++;
    note(7);
}

void PendSV_Handler(void)
{
    pendsv_runs++;
    seen_control = control();
    note(8);
}

static void order_clear(void)
{
    order = 0;
    order_n = 0;
    nested_max = 0;
}

/* Interrupt 1 is more urgent than 0: it comes into the middle of it. Then the other way round. */
static void nesting(void)
{
    NVIC_IPR[0] = 0x80;
    NVIC_IPR[1] = 0x40;
    NVIC_ISER(0) = 3u;
    order_clear();
    NVIC_ISPR(0) = 1u;
    __asm volatile("dsb\n\tisb");
    put_line("nested_order", order);
    put_line("nested_depth", nested_max);
    put_line("nested_ipsr", seen_ipsr);
    NVIC_IPR[1] = 0xC0;
    order_clear();
    NVIC_ISPR(0) = 1u;
    __asm volatile("dsb\n\tisb");
    put_line("tail_order", order);
    put_line("tail_depth", nested_max);
    /* Same group, so no nesting; the lower sub-priority waits no less. */
    NVIC_IPR[0] = 0x50;
    NVIC_IPR[1] = 0x40;
    SCB_AIRCR = 0x05FA0000u | 5u << 8;
    order_clear();
    NVIC_ISPR(0) = 1u;
    __asm volatile("dsb\n\tisb");
    put_line("group_order", order);
    SCB_AIRCR = 0x05FA0000u | 3u << 8;
    put_line("thread_ipsr", ipsr());
}

static void masks(void)
{
    NVIC_IPR[1] = 0x80;
    const uint32_t before = irq1_runs;
    mask();
    NVIC_ISPR(0) = 2u;
    __asm volatile("dsb\n\tisb");
    put_line("primask_held", irq1_runs - before);
    put_line("primask_pending", NVIC_ISPR(0) & 2u);
    unmask();
    put_line("primask_released", irq1_runs - before);
    set_basepri(0x80);
    NVIC_ISPR(0) = 2u;
    __asm volatile("dsb\n\tisb");
    put_line("basepri_held", irq1_runs - before);
    set_basepri(0x90);
    put_line("basepri_released", irq1_runs - before);
    set_basepri(0);
    __asm volatile("cpsid f\n\tisb" : : : "memory");
    NVIC_ISPR(0) = 2u;
    __asm volatile("dsb\n\tisb");
    put_line("faultmask_held", irq1_runs - before);
    __asm volatile("cpsie f\n\tisb" : : : "memory");
    put_line("faultmask_released", irq1_runs - before);
}

/* PendSV waits until SVC is over; on the process stack CONTROL comes back as it was. */
static void calls(void)
{
    static uint32_t stack[128] __attribute__((aligned(8)));
    SCB_SHPR[14 - 4] = 0xF0;
    order_clear();
    mask();
    SCB_ICSR = 1u << 28;
    unmask();
    __asm volatile("dsb\n\tisb");
    put_line("pendsv", pendsv_runs);
    __asm volatile("svc 0" : : : "memory");
    put_line("svc", svc_runs);
    put_line("call_order", order);
    __asm volatile("msr psp, %0\n\tmrs r3, control\n\torr r3, r3, #2\n\tmsr control, r3\n\tisb"
                   : : "r"(stack + 128) : "r3", "memory");
    __asm volatile("svc 1" : : : "memory");
    SCB_ICSR = 1u << 28;
    __asm volatile("dsb\n\tisb" : : : "memory");
    const uint32_t on_psp = control();
    __asm volatile("mrs r3, control\n\tbic r3, r3, #2\n\tmsr control, r3\n\tisb"
                   : : : "r3", "memory");
    put_line("psp_control", on_psp & 2u);
    put_line("handler_control", seen_control & 2u);
    put_line("psp_svc", svc_runs);
}

/* A result that any register lost by an interrupt would spoil: integers with IT blocks, floats. */
static uint32_t mix(uint32_t rounds)
{
    uint32_t a = 1, b = 2;
    for (uint32_t i = 0; i < rounds; i++) {
        __asm volatile("lsrs r3, %0, #1\n\tite cs\n\taddcs %1, %1, #3\n\teorcc %1, %1, %0\n\t"
                       "adds %0, %0, %1\n\tit mi\n\trsbmi %0, %0, #0\n\tadds %0, %0, #1"
                       : "+r"(a), "+r"(b) : : "r3", "cc");
    }
    return a ^ b;
}

static float float_mix(uint32_t rounds)
{
    float a = 1.0f, b = 0.5f;
    for (uint32_t i = 0; i < rounds; i++) {
        a = a * 0.75f + b;
        b = b * 0.5f + a * 0.125f;
    }
    return a + b;
}

/* s0, s7, s14, s15 and FPSCR through some interrupts. */
static uint32_t float_kept(void)
{
    uint32_t wrong = 0;
    for (uint32_t i = 1; i <= 200u; i++) {
        uint32_t a, b, c, d, flags;
        __asm volatile("vmov s0, %5\n\tvmov s7, %5\n\tvmov s14, %5\n\tvmov s15, %5\n\t"
                       "vmsr fpscr, %6\n\tmov r3, #400\n1:\tsubs r3, #1\n\tbne 1b\n\t"
                       "vmov %0, s0\n\tvmov %1, s7\n\tvmov %2, s14\n\tvmov %3, s15\n\t"
                       "vmrs %4, fpscr"
                       : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d), "=&r"(flags)
                       : "r"(i * 0x01010101u), "r"(0x30000000u)
                       : "r3", "cc", "s0", "s7", "s14", "s15");
        const uint32_t want = i * 0x01010101u;
        wrong += a != want || b != want || c != want || d != want || flags != 0x30000000u;
    }
    return wrong;
}

static void interrupted(void)
{
    union {
        float f;
        uint32_t u;
    } quiet, noisy;
    SYST_CSR = 0;
    const uint32_t calm = mix(20000);
    quiet.f = float_mix(20000);
    SYST_RVR = 599; /* 1 us */
    SYST_CVR = 0;
    SYST_CSR = 7;
    const uint32_t before = ticks;
    const uint32_t busy = mix(20000);
    noisy.f = float_mix(20000);
    const uint32_t wrong = float_kept();
    SYST_CSR = 0;
    put_line("float_wrong", wrong);
    put_line("mix_same", calm == busy);
    put_line("float_same", quiet.u == noisy.u);
    put_line("mix_interrupted", ticks - before > 100u);
}

static void sleeping(void)
{
    SYST_RVR = 599999; /* 1 ms */
    SYST_CVR = 0;
    SYST_CSR = 7;
    const uint32_t before = ticks;
    for (uint32_t i = 0; i < 10u; i++) {
        __asm volatile("wfi");
    }
    put_line("wfi_ticks", ticks - before);
    mask();
    const uint32_t held = ticks;
    __asm volatile("wfi");
    put_line("wfi_masked", ticks - held);
    unmask();
    __asm volatile("isb");
    put_line("wfi_unmasked", ticks - held);
    SYST_CSR = 0;
    const uint32_t again = ticks;
    SYST_CVR = 0;
    SYST_CSR = 7;
    __asm volatile("wfe");
    put_line("wfe_ticks", ticks - again);
    SYST_CSR = 0;
}

static void counters(void)
{
    SCB_DEMCR |= 1u << 24;
    DWT_CYCCNT = 0;
    DWT_CTRL |= 1u;
    const uint32_t from = DWT_CYCCNT;
    __asm volatile("mov r3, #1000\n1:\tsubs r3, #1\n\tbne 1b" : : : "r3", "cc");
    put_line("cyccnt_loop", DWT_CYCCNT - from);
    const uint32_t wide = DWT_CYCCNT;
    __asm volatile("mov r3, #1000\n1:\tsubs.w r3, r3, #1\n\tbne.w 1b" : : : "r3", "cc");
    put_line("cyccnt_wide", DWT_CYCCNT - wide);
    SYST_RVR = 599999;
    SYST_CVR = 0;
    SYST_CSR = 7;
    const uint32_t awake = DWT_CYCCNT;
    __asm volatile("wfi");
    put_line("cyccnt_asleep", DWT_CYCCNT - awake);
    SYST_CSR = 0;
    DWT_CTRL &= ~1u;
    const uint32_t stands = DWT_CYCCNT;
    __asm volatile("mov r3, #100\n1:\tsubs r3, #1\n\tbne 1b" : : : "r3", "cc");
    put_line("cyccnt_stands", DWT_CYCCNT - stands);
    SYST_RVR = 59999;
    SYST_CVR = 0;
    SYST_CSR = 5;
    __asm volatile("mov r3, #1000\n1:\tsubs r3, #1\n\tbne 1b" : : : "r3", "cc");
    put_line("systick_fell", 60000u - SYST_CVR);
    put_line("systick_flag", SYST_CSR >> 16 & 1u);
    SYST_CSR = 0;
}

static volatile uint32_t timer_entries;

/* Leaves the flag up twice: a line that stays raised pends again. */
void TIM6_Handler(void)
{
    timer_entries++;
    if (timer_entries == 3u) {
        REG(0x40001010u) = 0;
        (void)REG(0x40001010u);
    }
}

static void raised_line(void)
{
    RCC_APB1ENR1 |= 1u << 4;
    REG(0x4000102Cu) = 999;
    REG(0x4000100Cu) = 1;
    NVIC_ISER(1) = 1u << (55 - 32);
    REG(0x40001000u) = 1u | 1u << 3; /* one pulse */
    while (timer_entries == 0u) {
    }
    __asm volatile("dsb\n\tisb\n\tnop");
    put_line("timer_entries", timer_entries);
}

/* Code that is written over must run as it is now: mov r0, #n; bx lr. */
static void own_code(void)
{
    static uint32_t code[2] __attribute__((aligned(8)));
    uint32_t (*const run)(void) = (uint32_t(*)(void))((uintptr_t)code | 1u);
    uint32_t sum = 0;
    for (uint32_t i = 1; i <= 3u; i++) {
        code[0] = 0x47702000u | i;
        __asm volatile("dsb\n\tisb" : : : "memory");
        sum = sum * 10u + run();
    }
    put_line("own_code", sum);
}

int main(void)
{
    nesting();
    masks();
    calls();
    interrupted();
    sleeping();
    counters();
    raised_line();
    own_code();
    return 0;
}
