/*
 * The internal flash by hand, one deed for each letter that is typed: registers and bits from CMSIS
 * stm32h7s7xx.h.
 */
#include "tests/twin_fw/fw.h"

#define FLASH_KEYR REG(0x52002004u)
#define FLASH_CR REG(0x52002010u)
#define FLASH_SR REG(0x52002014u)
#define FLASH_IER REG(0x52002020u)
#define FLASH_ISR REG(0x52002024u)
#define FLASH_ICR REG(0x52002028u)
#define FLASH_ECCDFADDR REG(0x52002044u)
#define SCB_BFAR REG(0xE000ED38u)

#define WORD 0x08008000u /* in sector 4 */

static volatile uint32_t faults, nmis, fault_status, fault_addr;

void BusFault_Handler(void)
{
    uint32_t *frame;
    __asm volatile("mrs %0, msp" : "=r"(frame));
    faults++;
    fault_status = SCB_CFSR;
    fault_addr = SCB_BFAR;
    SCB_CFSR = fault_status;
    FLASH_ICR = 1u << 26;
    frame[6] += 2u; /* behind the load */
}

void NMI_Handler(void)
{
    nmis++;
    FLASH_ICR = 1u << 26;
}

static void unlock(void)
{
    FLASH_KEYR = 0x45670123u;
    FLASH_KEYR = 0xCDEF89ABu;
}

static void start_program(uint32_t addr)
{
    FLASH_CR = 2u;
    for (uint32_t i = 0; i < 16u; i += 4u) {
        REG(addr + i) = 0x10203040u + i;
    }
}

static void wait_idle(void)
{
    while ((FLASH_SR & 7u) != 0u) {
    }
    FLASH_CR = 0;
}

static void program(void)
{
    unlock();
    start_program(WORD);
    put_line("program_status", FLASH_SR);
    wait_idle();
    FLASH_CR = 1u;
    put_line("program_flags", FLASH_ISR);
    put_line("program_value", REG(WORD + 4u));
    FLASH_ICR = 1u << 16;
}

static void erase(void)
{
    unlock();
    FLASH_CR = 1u << 2 | 4u << 6 | 1u << 5;
    put_line("erase_status", FLASH_SR);
    wait_idle();
    FLASH_CR = 1u;
    put_line("erase_value", REG(WORD));
}

/* The core waits for the bank: by how many cycles. */
static void stall(void)
{
    SCB_DEMCR |= 1u << 24;
    DWT_CTRL |= 1u;
    unlock();
    start_program(WORD + 0x20u);
    const uint32_t from = DWT_CYCCNT;
    const uint32_t value = REG(0x0800C000u);
    const uint32_t cycles = DWT_CYCCNT - from;
    put_line("stall_cycles", cycles);
    put_line("stall_value", value);
    put_line("stall_status", FLASH_SR);
    FLASH_CR = 1u;
}

static void load(void)
{
    uint32_t value, behind = 5;
    __asm volatile("ldr r3, =0x08008000\n\t.global bad_word\nbad_word:\n\tldr %0, [r3]\n\t"
                   "adds %1, #1"
                   : "=&l"(value), "+l"(behind) : : "r3", "cc", "memory");
    put_line("load_value", value);
    put_line("load_behind", behind);
    put_line("load_flags", FLASH_ISR);
}

/* With FAULTMASK, as a reader does that lives on. */
static void load_ignored(void)
{
    SCB_CCR |= 1u << 8;
    __asm volatile("cpsid f\n\tdsb\n\tisb");
    const uint32_t value = REG(WORD + 8u);
    __asm volatile("dsb");
    const uint32_t status = SCB_CFSR;
    const uint32_t flags = FLASH_ISR;
    const uint32_t addr = FLASH_ECCDFADDR;
    SCB_CFSR = status;
    FLASH_ICR = 1u << 26;
    __asm volatile("cpsie f\n\tisb");
    put_line("ignored_value", value);
    put_line("ignored_status", status);
    put_line("ignored_bfar", SCB_BFAR);
    put_line("ignored_flags", flags);
    put_line("ignored_addr", addr);
    put_line("nmis", nmis);
    put_line("faults", faults);
}

/* The handler goes on behind the load. */
static void load_with_handler(void)
{
    SCB_SHCSR |= 1u << 17;
    load();
    put_line("faults", faults);
    put_line("fault_status", fault_status);
    put_line("fault_addr", fault_addr);
}

/* Nobody looks at the controller while the program runs. */
static void interrupt(void)
{
    uint32_t before, pending = 0;
    unlock();
    FLASH_IER = 1u << 16;
    start_program(WORD + 0x40u);
    before = NVIC_ISPR(0) >> 8 & 1u;
    for (uint32_t i = 0; i < 100000u && pending == 0u; i++) {
        pending = NVIC_ISPR(0) >> 8 & 1u;
    }
    put_line("irq_before", before);
    put_line("irq_pending", pending);
    wait_idle();
}

/* With FAULTMASK alone there is nobody who could take the fault. */
static void load_masked(void)
{
    __asm volatile("cpsid f\n\tdsb\n\tisb");
    load();
}

static void deed(char letter)
{
    switch (letter) {
    case 'p': program(); break;
    case 'e': erase(); break;
    case 's': stall(); break;
    case 'l': load(); break;
    case 'i': load_ignored(); break;
    case 'h': load_with_handler(); break;
    case 'q': interrupt(); break;
    case 'f': load_masked(); break;
    case 'k': FLASH_KEYR = 1; put_line("cr", FLASH_CR); break;
    case 'm': unlock(); FLASH_CR = 1u << 3 | 1u << 5; break;
    case 'x': unlock(); start_program(WORD); put_text("programming\n"); wait_idle(); break;
    default: put_char(letter); break;
    }
}

int main(void)
{
    put_text("ready\n");
    for (;;) {
        while ((UART4_ISR & 1u << 5) == 0u) {
        }
        deed((char)UART4_RDR);
        put_text("done\n");
    }
}
