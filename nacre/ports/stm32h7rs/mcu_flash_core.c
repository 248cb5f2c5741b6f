/*
 * Loads, stores and cache lines of the internal flash.
 *
 * FAULTMASK raises the core to the priority of a HardFault, and CCR.BFHFNMIGN has a bus fault of a
 * load ignored there; CFSR says that it came. Source: Armv7-M Architecture Reference Manual,
 * B1.4.3, B1.5.14 and B3.2.8
 */
#include "nacre/ports/stm32h7rs/mcu_flash_core.h"

#include "nacre/ports/stm32h7rs/mask.h"
#include "nacre/ports/stm32h7rs/registers.h"

#include <string.h>

#define SCB_CCR_BFHFNMIGN 0x00000100u
#define SCB_SHCSR 0xE000ED24u
#define SCB_SHCSR_BUSFAULTPENDED 0x00004000u
#define SCB_CFSR 0xE000ED28u
#define SCB_CFSR_PRECISERR 0x00000200u
#define SCB_CFSR_IMPRECISERR 0x00000400u
#define SCB_CFSR_BFARVALID 0x00008000u
#define CFSR_BUS (SCB_CFSR_PRECISERR | SCB_CFSR_IMPRECISERR | SCB_CFSR_BFARVALID)
#define WORD_BYTES 16u

void nacre_flash_barrier(void)
{
    __asm volatile("dsb\n\tisb" ::: "memory");
}

/*
 * Writes that somebody else has under way fault before. What an earlier fault left in CFSR goes:
 * its handler has read it, and ours must be seen.
 */
struct nacre_shield nacre_shield_begin(void)
{
    struct nacre_shield shield;
    uint32_t faultmask;

    nacre_flash_barrier();
    __asm volatile("mrs %0, faultmask\n\tcpsid f" : "=r"(faultmask) :: "memory");
    shield.faultmask = faultmask;
    shield.CCR = NACRE_REG(SCB_CCR);
    NACRE_REG(SCB_CCR) = shield.CCR | SCB_CCR_BFHFNMIGN;
    NACRE_REG(SCB_CFSR) = CFSR_BUS;
    nacre_flash_barrier();
    return shield;
}

/* One that came late waits to be taken: it is ours, too. */
bool nacre_shield_end(const struct nacre_shield *shield)
{
    nacre_flash_barrier();
    const uint32_t came = NACRE_REG(SCB_CFSR) & CFSR_BUS;

    if ((came & SCB_CFSR_IMPRECISERR) != 0) {
        NACRE_REG(SCB_SHCSR) &= ~SCB_SHCSR_BUSFAULTPENDED;
    }
    NACRE_REG(SCB_CFSR) = came;
    NACRE_REG(SCB_CCR) = shield->CCR;
    nacre_flash_barrier();
    __asm volatile("msr faultmask, %0\n\tisb" :: "r"(shield->faultmask) : "memory");
    return (came & (SCB_CFSR_PRECISERR | SCB_CFSR_IMPRECISERR)) != 0;
}

void nacre_shield_load(uint32_t core_addr, uint32_t *words)
{
    const volatile uint32_t *const source = (const volatile uint32_t *)core_addr;

    for (uint32_t i = 0; i < NACRE_SHIELD_WORDS; i++) words[i] = source[i];
    nacre_flash_barrier();
}

void nacre_flash_store(uint32_t core_addr, const uint8_t *word)
{
    volatile uint16_t *const target = (volatile uint16_t *)core_addr;
    uint16_t halves[WORD_BYTES / 2u];

    memcpy(halves, word, WORD_BYTES);
    const uint32_t primask = nacre_mask();
    for (uint32_t i = 0; i < WORD_BYTES / 2u; i++) target[i] = halves[i];
    nacre_flash_barrier();
    nacre_unmask(primask);
}

void nacre_flash_discard(uint32_t core_addr, uint32_t n)
{
    const uint32_t end = core_addr + n;

    nacre_flash_barrier();
    for (uint32_t line = core_addr & ~(DCACHE_LINE_BYTES - 1u); line < end;
         line += DCACHE_LINE_BYTES) {
        NACRE_REG(SCB_DCIMVAC) = line;
    }
    nacre_flash_barrier();
}
