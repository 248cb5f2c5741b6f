/*
 * A stand-in for ST's Template_XIP application: the same memory protection (flash writable through
 * the map), caches as the boot left them, and a main loop. It counts its own starts.
 */
#include "examples/template/user_lines.h"

#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define MPU_CTRL REG(0xE000ED94u)
#define MPU_RNR REG(0xE000ED98u)
#define MPU_RBAR REG(0xE000ED9Cu)
#define MPU_RASR REG(0xE000EDA0u)
#define KEY_STARTS 1u

/* What a debugger, or a test on the twin, looks at. */
volatile uint32_t template_starts;
volatile uint32_t template_error = 0xFFFFFFFFu;

int main(void);

static void set_region(uint32_t number, uint32_t base, uint32_t rasr)
{
    MPU_RNR = number;
    MPU_RBAR = base;
    MPU_RASR = rasr;
}

/* As the template does it: region 0 in the background, the flash open for writes. */
static void protect_memory(void)
{
    MPU_CTRL = 0;
    set_region(0, 0x00000000u, 0x1000873Fu);
    set_region(1, 0x90000000u, 0x130B0031u);
    set_region(2, 0x70000000u, 0x030B0035u);
    MPU_CTRL = 5;
    __asm volatile("dsb\n\tisb" ::: "memory");
}

static enum nacre_err count_start(void)
{
    uint32_t starts = 0;
    uint32_t length;

    enum nacre_err err = nacre_get(&store, KEY_STARTS, &starts, sizeof(starts), &length);
    if (err != NACRE_OK && err != NACRE_NOT_FOUND) return err;
    starts++;
    err = nacre_set(&store, KEY_STARTS, &starts, sizeof(starts));
    if (err == NACRE_OK) template_starts = starts;
    return err;
}

int main(void)
{
    protect_memory();
    enum nacre_err err = settings_open();
    if (err == NACRE_OK) err = count_start();
    template_error = err;
    for (;;) {
        bool more;

        (void)nacre_idle(&store, &more); /* fails only where count_start has failed, too */
    }
}
