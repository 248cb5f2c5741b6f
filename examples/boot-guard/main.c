/*
 * The minimal boot stage: guard, clocks, flash, jump.
 */
#include "examples/boot-guard/stage.h"

#define SCB_VTOR STAGE_REG(0xE000ED08u)
#define MPU_CTRL STAGE_REG(0xE000ED94u)
#define MPU_RNR STAGE_REG(0xE000ED98u)
#define MPU_RBAR STAGE_REG(0xE000ED9Cu)
#define MPU_RASR STAGE_REG(0xE000EDA0u)
#define APPLICATION 0x70000000u

__attribute__((section(".report"))) struct boot_guard_report stage_report;

int main(void);

static void set_region(uint32_t number, uint32_t base, uint32_t rasr)
{
    MPU_RNR = number;
    MPU_RBAR = base;
    MPU_RASR = rasr;
}

/* As ST's boot: what is no memory is closed, PSRAM and flash are cached. */
static void protect_memory(void)
{
    set_region(0, 0x00000000u, 0x1000873Fu);
    set_region(1, 0x90000000u, 0x130B0031u);
    set_region(2, APPLICATION, 0x030B0035u);
    MPU_CTRL = 5;
    __asm volatile("dsb\n\tisb" ::: "memory");
}

static _Noreturn void jump(void)
{
    const uint32_t stack = STAGE_REG(APPLICATION);
    const uint32_t entry = STAGE_REG(APPLICATION + 4u);

    SCB_VTOR = APPLICATION;
    __asm volatile("dsb\n\tisb\n\tmsr msp, %0\n\tbx %1" ::"r"(stack), "r"(entry) : "memory");
    __builtin_unreachable();
}

int main(void)
{
    if (!stage_guard()) {
        for (;;) { /* stage_report says what was tried */
        }
    }
    stage_start_clocks();
    protect_memory();
    stage_map_flash();
    jump();
}
