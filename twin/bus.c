/*
 * Addresses: which memory or device answers, and what an access costs.
 */
#include "twin/machine.h"
#include "twin/mpu.h"

#include <string.h>

#define KB 1024u
#define PERIPHERALS 0x40000000u
#define PERIPHERALS_BYTES 0x20000000u
#define PPB_ADDR 0xE0000000u
#define PPB_BYTES 0x00100000u

/* CMSIS stm32h7s7xx.h, memory map; sizes with the default options. */
const struct memory memories[MEMORY_COUNT] = {
    [MEMORY_ITCM] = {0x00000000u, 64u * KB, 0, true},
    [MEMORY_DTCM] = {0x20000000u, 64u * KB, 64u * KB, true},
    [MEMORY_AXI] = {0x24000000u, 456u * KB, 128u * KB, true},
    [MEMORY_AHB] = {0x30000000u, 32u * KB, 584u * KB, true},
    [MEMORY_BACKUP] = {0x38800000u, 4u * KB, 616u * KB, true},
    [MEMORY_FLASH] = {0x08000000u, 64u * KB, 620u * KB, false},
    [MEMORY_OTP] = {0x08FFF000u, 4u * KB, 684u * KB, false},
};

/* The private peripheral bus is part of the core. */
static bool is_ppb(uint32_t addr)
{
    return addr - PPB_ADDR < PPB_BYTES;
}

static bool is_chip_register(uint32_t addr)
{
    return addr - 0x52005000u < 0x400u || addr - 0x5200A000u < 0x400u ||
           addr - 0x5200B400u < 0x400u;
}

static void charge(struct twin *t)
{
    t->b.clock.now_ps += (uint64_t)t->cfg.register_ns * TWIN_PS_PER_NS;
}

uint32_t bus_mmio_read(struct twin *t, uint32_t addr, uint32_t n)
{
    masters_catch_up(t);
    if (is_ppb(addr)) return scb_read(t, addr, n);
    if (t->stopping) return 0;
    if (is_chip_register(addr)) return chips_read(t, addr, n);
    charge(t);
    if (internal_flash_holds(addr)) return internal_flash_load(t, addr, n);
    return periph_read(t, addr, n);
}

void bus_mmio_write(struct twin *t, uint32_t addr, uint32_t n, uint32_t value)
{
    if (!t->stopping) masters_catch_up(t);
    if (t->stopping) return;
    if (is_ppb(addr)) {
        scb_write(t, addr, n, value);
        return;
    }
    if (is_chip_register(addr)) {
        chips_write(t, addr, n, value);
        return;
    }
    charge(t);
    if (internal_flash_holds(addr)) {
        internal_flash_store(t, addr, n, value);
        return;
    }
    periph_write(t, addr, n, value);
}

static const struct memory *memory_at(uint32_t addr, uint32_t n)
{
    for (uint32_t i = 0; i < MEMORY_COUNT; i++) {
        const struct memory *const memory = &memories[i];
        if (addr >= memory->addr && (uint64_t)addr + n <= (uint64_t)memory->addr + memory->n) {
            return memory;
        }
    }
    return NULL;
}

uint8_t *bus_host(const struct twin *t, uint32_t addr, uint32_t n)
{
    const struct memory *const memory = memory_at(addr, n);
    if (memory != NULL) return t->ram + memory->at + (addr - memory->addr);
    const uint32_t in_flash = addr - FLASH_WINDOW;
    if (in_flash < t->nor_device->array_bytes && n <= t->nor_device->array_bytes - in_flash) {
        return t->nor_device->array + in_flash;
    }
    const uint32_t in_psram = addr - PSRAM_WINDOW;
    if (in_psram < PSRAM_APS256_BYTES && n <= PSRAM_APS256_BYTES - in_psram) {
        return psram_array(t->psram) + in_psram;
    }
    return NULL;
}

bool bus_poke(struct twin *t, uint32_t addr, const void *bytes, uint32_t n)
{
    const struct memory *const memory = memory_at(addr, n);
    uint8_t *const host = bus_host(t, addr, n);
    if (host == NULL || addr - FLASH_WINDOW < t->flash_bytes) return false;
    memcpy(host, bytes, n);
    if (memory == NULL) {
        window_psram_changed(t);
        return true;
    }
    if (!memory->is_volatile) memcpy(t->ram_at_power_on + (host - t->ram), bytes, n);
    if (internal_flash_holds(addr)) internal_flash_poked(t, addr, n);
    cpu_forget_code(t->cpu, addr, n);
    return true;
}

void bus_executed(struct twin *t, uint32_t pc)
{
    if (pc - FLASH_WINDOW < t->flash_bytes) {
        t->executed[t->ram_bytes / PAGE_BYTES + (pc - FLASH_WINDOW) / PAGE_BYTES] = 1;
        return;
    }
    if (pc - PSRAM_WINDOW < PSRAM_APS256_BYTES) {
        t->psram_executed[(pc - PSRAM_WINDOW) / PAGE_BYTES] = 1;
        t->psram_ran = true;
        return;
    }
    const struct memory *const memory = memory_at(pc, 2);
    if (memory != NULL) t->executed[(memory->at + pc - memory->addr) / PAGE_BYTES] = 1;
}

/* The vector is read by the default memory map: the MPU has no say, the controller has. */
bool bus_vector_read(struct twin *t, uint32_t addr, uint32_t *value)
{
    const uint8_t *const host = bus_host(t, addr, 4);
    if (host == NULL) {
        violation_raise(t, TWIN_VIOLATION_VECTOR, addr, "no memory at the vector's address");
        return false;
    }
    if (window_holds(addr) && !window_open(t, addr)) {
        if (!mpu_forbids(t, addr, false)) {
            violation_raise(t, TWIN_VIOLATION_VECTOR, addr, window_why(t, addr));
            return false;
        }
        violation_raise(t, TWIN_VIOLATION_VECTOR, addr, "a vector behind the fence");
        return false;
    }
    memcpy(value, host, 4);
    return true;
}

bool bus_stack_write(struct twin *t, uint32_t addr, const uint32_t *words, uint32_t count)
{
    uint8_t *const host = bus_host(t, addr, count * 4u);
    const bool is_flash = addr - FLASH_WINDOW < 0x10000000u || addr >> 24 == 0x08u;
    if (host == NULL || is_flash || addr % 4u != 0u) {
        violation_raise(t, TWIN_VIOLATION_LOCKUP, addr, "the stack is not in memory");
        return false;
    }
    memcpy(host, words, count * 4u);
    return true;
}

bool bus_stack_read(struct twin *t, uint32_t addr, uint32_t *words, uint32_t count)
{
    const uint8_t *const host = bus_host(t, addr, count * 4u);
    if (host == NULL || addr % 4u != 0u) {
        violation_raise(t, TWIN_VIOLATION_LOCKUP, addr, "the stack is not in memory");
        return false;
    }
    memcpy(words, host, count * 4u);
    return true;
}

bool bus_map(struct twin *t)
{
    for (uint32_t i = 0; i < MEMORY_COUNT; i++) {
        if (i == MEMORY_FLASH) continue; /* internal_flash_create */
        const struct cpu_memory memory = {memories[i].addr, memories[i].n, t->ram + memories[i].at,
                                          true, memories[i].is_volatile};
        if (!cpu_map(t->cpu, &memory)) return false;
    }
    return cpu_map_mmio(t->cpu, PERIPHERALS, PERIPHERALS_BYTES) &&
           cpu_map_mmio(t->cpu, PPB_ADDR, PPB_BYTES);
}
