/*
 * The kernel for tests. PendSV changes threads; it and SysTick have the lowest priority.
 */
#include "tests/kernel/kernel.h"

#include <stddef.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define SYSTICK_CTRL REG(0xE000E010u)
#define SYSTICK_LOAD REG(0xE000E014u)
#define SYSTICK_VAL REG(0xE000E018u)
#define SCB_ICSR REG(0xE000ED04u)
#define ICSR_PENDSVSET 0x10000000u
#define SCB_SHPR3 REG(0xE000ED20u)
#define SHPR3_LOWEST 0xFFFF0000u
#define CYCLES_A_TICK 600000u

#define IDLE_WORDS 256u
#define XPSR_THUMB 0x01000000u
#define EXC_RETURN_THREAD 0xFFFFFFFDu /* thread mode, process stack, no floating point frame */

static struct kernel_thread *threads;
static struct kernel_thread *running; /* null: none yet */
static volatile uint32_t now;
static void (*hook)(void);
static uint32_t nowhere[64]; /* where what ran before the first thread is saved, and left */

void SVC_Handler(void);
void SysTick_Handler(void);
void PendSV_Handler(void);
uint32_t *kernel_change(uint32_t *sp);

static void mask(void)
{
    __asm volatile("cpsid i" ::: "memory");
}

static void unmask(void)
{
    __asm volatile("cpsie i\n\tisb" ::: "memory");
}

static void ask_for_change(void)
{
    SCB_ICSR = ICSR_PENDSVSET;
    __asm volatile("dsb" ::: "memory");
}

static bool is_ready(const struct kernel_thread *thread)
{
    return !thread->sleeps && (thread->wants == NULL || thread->wants->owner == NULL);
}

/* The most urgent thread that is ready; the idle thread always is. */
uint32_t *kernel_change(uint32_t *sp)
{
    struct kernel_thread *chosen = NULL;

    if (running != NULL) running->sp = sp;
    for (struct kernel_thread *one = threads; one != NULL; one = one->next) {
        if (is_ready(one) && (chosen == NULL || one->urgency > chosen->urgency)) chosen = one;
    }
    running = chosen;
    return chosen->sp;
}

__attribute__((naked)) void PendSV_Handler(void)
{
    __asm volatile("mrs r0, psp\n\t"
                   "tst lr, #0x10\n\t"
                   "it eq\n\t"
                   "vstmdbeq r0!, {s16-s31}\n\t"
                   "stmdb r0!, {r4-r11, lr}\n\t"
                   "cpsid i\n\t"
                   "bl kernel_change\n\t"
                   "cpsie i\n\t"
                   "ldmia r0!, {r4-r11, lr}\n\t"
                   "tst lr, #0x10\n\t"
                   "it eq\n\t"
                   "vldmiaeq r0!, {s16-s31}\n\t"
                   "msr psp, r0\n\t"
                   "isb\n\t"
                   "bx lr");
}

void SVC_Handler(void)
{
    for (;;) {
    }
}

void SysTick_Handler(void)
{
    now = now + 1u;
    if (hook != NULL) hook();
    for (struct kernel_thread *one = threads; one != NULL; one = one->next) {
        if (one->sleeps && one->wake_at == now) one->sleeps = false;
    }
    ask_for_change();
}

void kernel_add(struct kernel_thread *thread, void (*function)(uint32_t), uint32_t argument,
                uint32_t urgency)
{
    uint32_t *const frame = thread->sp; /* set by kernel_stack */

    for (uint32_t i = 0; i < 17u; i++) {
        frame[i] = 0;
    }
    frame[8] = EXC_RETURN_THREAD;
    frame[9] = argument;
    frame[15] = (uint32_t)function & ~1u;
    frame[16] = XPSR_THUMB;
    thread->next = threads;
    thread->wants = NULL;
    thread->urgency = urgency;
    thread->sleeps = false;
    threads = thread;
}

/* Room for r4 to r11 and lr, and for what the core stacks, aligned as it wants it. */
void kernel_stack(struct kernel_thread *thread, uint32_t *stack, uint32_t words)
{
    thread->sp = (uint32_t *)((uint32_t)&stack[words] & ~7u) - 17u;
}

static void idle(uint32_t on_idle)
{
    for (;;) {
        ((void (*)(void))on_idle)();
    }
}

_Noreturn void kernel_start(void (*on_tick)(void), void (*on_idle)(void))
{
    static struct kernel_thread idle_thread;
    static uint32_t idle_stack[IDLE_WORDS];

    kernel_stack(&idle_thread, idle_stack, IDLE_WORDS);
    kernel_add(&idle_thread, idle, (uint32_t)on_idle, 0);
    hook = on_tick;
    SCB_SHPR3 |= SHPR3_LOWEST;
    SYSTICK_LOAD = CYCLES_A_TICK - 1u;
    SYSTICK_VAL = 0;
    SYSTICK_CTRL = 7;
    __asm volatile("msr psp, %0" :: "r"(&nowhere[64]) : "memory");
    ask_for_change();
    unmask();
    for (;;) {
    }
}

void kernel_sleep(uint32_t ticks)
{
    if (ticks == 0) return;
    mask();
    running->wake_at = now + ticks;
    running->sleeps = true;
    ask_for_change();
    unmask();
}

void kernel_lock(struct kernel_mutex *mutex)
{
    mask();
    while (mutex->owner != NULL) { /* ends: whoever has it gives it back */
        running->wants = mutex;
        ask_for_change();
        unmask();
        mask();
    }
    running->wants = NULL;
    mutex->owner = running;
    unmask();
}

void kernel_unlock(struct kernel_mutex *mutex)
{
    mask();
    mutex->owner = NULL;
    ask_for_change();
    unmask();
}
