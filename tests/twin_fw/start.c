/*
 * Start-up of the small test images: vectors, copying, console by polling.
 */
#include "tests/twin_fw/fw.h"

extern uint32_t stack_top, data_start, data_end, data_load, bss_start, bss_end;
extern uint32_t ram_code_start, ram_code_end, ram_code_load;

void Reset_Handler(void);

#define WEAK(name) \
    __attribute__((weak)) void name(void) \
    { \
        for (;;) { \
        } \
    }
WEAK(NMI_Handler)
WEAK(HardFault_Handler)
WEAK(MemManage_Handler)
WEAK(BusFault_Handler)
WEAK(UsageFault_Handler)
WEAK(SVC_Handler)
WEAK(PendSV_Handler)
WEAK(SysTick_Handler)
WEAK(IRQ0_Handler)
WEAK(IRQ1_Handler)
WEAK(TIM6_Handler)
WEAK(UART4_Handler)

__attribute__((section(".vectors"), used)) static void (*const vectors[16 + 160])(void) = {
    [0] = (void (*)(void)) & stack_top,
    [1] = Reset_Handler,
    [2] = NMI_Handler,
    [3] = HardFault_Handler,
    [4] = MemManage_Handler,
    [5] = BusFault_Handler,
    [6] = UsageFault_Handler,
    [11] = SVC_Handler,
    [14] = PendSV_Handler,
    [15] = SysTick_Handler,
    [16] = IRQ0_Handler,
    [17] = IRQ1_Handler,
    [16 + 55] = TIM6_Handler,
    [16 + 85] = UART4_Handler,
};

static void copy(uint32_t *to, const uint32_t *end, const uint32_t *from)
{
    while (to < end) {
        *to++ = *from++;
    }
}

void Reset_Handler(void)
{
    copy(&data_start, &data_end, &data_load);
    copy(&ram_code_start, &ram_code_end, &ram_code_load);
    for (uint32_t *word = &bss_start; word < &bss_end; word++) {
        *word = 0;
    }
    REG(0xE000ED88u) |= 0x00F00000u;
    uart_init();
    (void)main();
    put_text("end\n");
    for (;;) {
        __asm volatile("wfi");
    }
}

void uart_init(void)
{
    RCC_APB1ENR1 |= 1u << 19;
    UART4_BRR = 1302; /* 150 MHz / 115200 */
    UART4_CR1 = 0x0Du;
}

void put_char(char c)
{
    while ((UART4_ISR & 1u << 7) == 0u) {
    }
    UART4_TDR = (uint32_t)(unsigned char)c;
}

void put_text(const char *text)
{
    for (; *text != '\0'; text++) {
        put_char(*text);
    }
}

void put_number(uint32_t value)
{
    char digits[10];
    uint32_t n = 0;
    do {
        digits[n++] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0u);
    while (n != 0u) {
        put_char(digits[--n]);
    }
}

void put_line(const char *name, uint32_t value)
{
    put_text(name);
    put_char('=');
    put_number(value);
    put_char('\n');
}
