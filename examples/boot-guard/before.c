/*
 * The guard in front of a boot stage that is there as an image only, such as ST's Boot_XIP.hex.
 *
 * join.py puts this code into the last sector of the internal flash, and its entry into the boot
 * stage's vector table; the reset handler and stack that stood there are kept in before_vectors.
 */
#include "examples/boot-guard/boot_guard.h"

#include <stddef.h>

extern uint32_t stack_top[];

struct boot_guard_report before_report __attribute__((section(".report")));

void before_entry(void);
void before_run(void);

struct before_vectors {
    void (*entry)(void);
    uint32_t reset_handler; /* of the boot stage; join.py writes it */
};

/* At a fixed place: see before.ld and join.py. */
__attribute__((section(".isr_vector"), used)) const struct before_vectors before_vectors = {
    before_entry, 0xFFFFFFFFu};

/* If no chip answers there is nothing better to do than to let the boot stage try. */
void before_run(void)
{
    static const struct boot_guard_cfg cfg = BOOT_GUARD_MX66UW1G45G;

    (void)boot_guard(&cfg, &before_report);
}

/* The boot stage's stack, which may be small, is left alone. */
__attribute__((naked)) void before_entry(void)
{
    __asm volatile("mov r4, sp\n\t"
                   "ldr r0, =stack_top\n\t"
                   "mov sp, r0\n\t"
                   "bl before_run\n\t"
                   "mov sp, r4\n\t"
                   "ldr r0, =before_vectors\n\t"
                   "ldr r0, [r0, #4]\n\t"
                   "bx r0");
}
