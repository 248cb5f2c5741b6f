/*
 * From reset to a C program: memories as it expects them.
 */
#include "examples/start/start.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define CPACR_FPU_FULL 0x00F00000u

extern char nacre_ram_start[], nacre_ram_copy_end[], nacre_ram_load[];
extern char data_start[], data_end[], data_load[];
extern char bss_start[], bss_end[];

void start_memories(void)
{
    CPACR |= CPACR_FPU_FULL;
    __asm volatile("dsb\n\tisb");
    memcpy(nacre_ram_start, nacre_ram_load, (size_t)(nacre_ram_copy_end - nacre_ram_start));
    memcpy(data_start, data_load, (size_t)(data_end - data_start));
    memset(bss_start, 0, (size_t)(bss_end - bss_start));
    __asm volatile("dsb\n\tisb" ::: "memory");
}

void start_fault(void)
{
    for (;;) {
    }
}
