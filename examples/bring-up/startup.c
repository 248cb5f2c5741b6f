/*
 * Vectors and start-up. What runs from RAM is copied first; nacre_port_adopt compares the copy.
 * No interrupt is ever taken, so the table ends behind the core's exceptions.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FPU_ACCESS (*(volatile uint32_t *)0xE000ED88u)

extern uint32_t stack_top[];
extern char nacre_ram_start[], nacre_ram_copy_end[], nacre_ram_load[];
extern char data_start[], data_end[], data_load[];
extern char bss_start[], bss_end[];

int main(void);
void Reset_Handler(void);

static void fault(void)
{
    for (;;) {
    }
}

__attribute__((noreturn)) void Reset_Handler(void)
{
    FPU_ACCESS |= 0xFu << 20;
    memcpy(nacre_ram_start, nacre_ram_load, (size_t)(nacre_ram_copy_end - nacre_ram_start));
    memcpy(data_start, data_load, (size_t)(data_end - data_start));
    memset(bss_start, 0, (size_t)(bss_end - bss_start));
    __asm volatile("dsb\n\tisb");
    (void)main();
    fault();
    __builtin_unreachable();
}

__attribute__((section(".isr_vector"), used)) static void *const vectors[16] = {
    stack_top, Reset_Handler, fault, fault, fault, fault, fault, NULL,
    NULL, NULL, NULL, fault, fault, NULL, fault, fault};
