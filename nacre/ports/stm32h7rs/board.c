/*
 * What the library asks about the processor outside a blackout. Runs from flash.
 */
#include "nacre/port.h"
#include "nacre/ports/stm32h7rs/registers.h"

struct memory {
    uint32_t first;
    uint32_t bytes;
    bool is_writable;
};

/*
 * The likeliest first. Sizes are the largest that the options allow.
 * Source: CMSIS stm32h7s7xx.h memory map
 */
static const struct memory memories[] = {
    {0x20000000u, 192u * 1024u, true},       /* DTCM */
    {0x24000000u, 456u * 1024u, true},       /* AXI SRAM */
    {0x00000000u, 192u * 1024u, true},       /* ITCM */
    {0x08000000u, 64u * 1024u, false},       /* internal flash */
    {0x30000000u, 32u * 1024u, true},        /* AHB SRAM */
    {0x38800000u, 4u * 1024u, true},         /* backup SRAM */
    {0x70000000u, 256u * 1024u * 1024u, false}, /* flash behind XSPI2 */
    {0x90000000u, 256u * 1024u * 1024u, true},  /* RAM behind XSPI1 */
};

static bool is_in_memory(const void *buf, uint32_t n, bool must_be_writable)
{
    const uint32_t addr = (uint32_t)buf;

    for (uint32_t i = 0; i < sizeof(memories) / sizeof(memories[0]); i++) {
        const struct memory *const memory = &memories[i];

        if (must_be_writable && !memory->is_writable) continue;
        if (addr >= memory->first && n <= memory->bytes &&
            addr - memory->first <= memory->bytes - n) {
            return true;
        }
    }
    return false;
}

bool nacre_port_in_interrupt(void)
{
    uint32_t ipsr;

    __asm volatile("mrs %0, ipsr" : "=r"(ipsr));
    return ipsr != 0;
}

bool nacre_port_is_readable(const void *buf, uint32_t n)
{
    return is_in_memory(buf, n, false);
}

bool nacre_port_is_writable(const void *buf, uint32_t n)
{
    return is_in_memory(buf, n, true);
}

uint32_t nacre_port_now(void)
{
    return NACRE_REG(DWT_CYCCNT);
}

/* A look every tenth of a microsecond will do: each is a bus access, and dear on a simulator. */
void nacre_port_wait(uint32_t from, uint32_t wait)
{
    while (NACRE_REG(DWT_CYCCNT) - from < wait) {
        __asm volatile(".rept 64\n\tnop\n\t.endr");
    }
}
