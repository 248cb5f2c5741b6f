/*
 * The application's handler of faults, see seen.h. In flash: that it runs at all says that the
 * flash is mapped.
 */
#include "tests/port_fw/seen.h"

#include "tests/port_fw/checks.h"

#define REG(addr) (*(volatile uint32_t *)(addr))

struct seen_fault seen_fault;

__attribute__((noinline)) void seen_all(void)
{
    __asm volatile("");
}

static __attribute__((used)) void note(const uint32_t *stack, uint32_t exc_return,
                                       const uint32_t *saved)
{
    for (uint32_t i = 0; i < 8u; i++) {
        seen_fault.saved[i] = saved[i];
    }
    __asm volatile("mrs %0, ipsr" : "=r"(seen_fault.ipsr));
    __asm volatile("mrs %0, primask" : "=r"(seen_fault.primask));
    __asm volatile("mrs %0, basepri" : "=r"(seen_fault.basepri));
    seen_fault.exc_return = exc_return;
    seen_fault.stack = (uint32_t)stack;
    seen_fault.pc = stack[6];
    seen_fault.CFSR = REG(0xE000ED28u);
    seen_fault.MMFAR = REG(0xE000ED34u);
    seen_fault.VTOR = REG(0xE000ED08u);
    seen_fault.MPU_CTRL = REG(0xE000ED94u);
    REG(0xE000ED98u) = 15;
    seen_fault.fence = REG(0xE000EDA0u);
    seen_fault.count++;
    seen_all();
    for (;;) {
    }
}

__attribute__((naked)) void checks_on_fault(void)
{
    __asm volatile("mov r0, sp\n\t"
                   "mov r1, lr\n\t"
                   "push {r4-r11}\n\t"
                   "mov r2, sp\n\t"
                   "b note");
}
