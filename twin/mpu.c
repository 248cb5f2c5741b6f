/*
 * What the core may do at an address, by the regions of the MPU (ARMv7-M Architecture Reference
 * Manual, B3.5): see mpu.h.
 */
#include "twin/mpu.h"

#include "twin/machine.h"

#define RASR_XN (1u << 28)
#define RASR_C (1u << 17)
#define MPU_ENABLE 1u
#define MPU_HFNMIENA 2u
#define MPU_PRIVDEFENA 4u

uint64_t mpu_region_bytes(uint32_t rasr)
{
    return 1ULL << ((rasr >> 1 & 0x1Fu) + 1u);
}

static bool region_holds(const struct mpu *mpu, uint32_t region, uint32_t addr)
{
    const uint32_t rasr = mpu->rasr[region];
    const uint64_t n = mpu_region_bytes(rasr);
    if ((rasr & MPU_RASR_ENABLE) == 0u) return false;
    const uint64_t base = mpu->rbar[region] & ~(n - 1u);
    if (addr < base || addr - base >= n) return false;
    if (n < 256u) return true;
    const uint32_t part = (uint32_t)((addr - base) / (n / 8u));
    return (rasr >> (8u + part) & 1u) == 0u;
}

/* The MPU is off in NMI and HardFault unless told otherwise. */
static bool mpu_is_on(const struct twin *t)
{
    const uint32_t ctrl = t->b.mpu.ctrl;
    if ((ctrl & MPU_ENABLE) == 0u) return false;
    return (ctrl & MPU_HFNMIENA) != 0u || nvic_active_urgency(&t->b.nvic) >= 0;
}

/* Normal memory: TEX 0 has it with C only, TEX 1 but for reserved codes, TEX 4 to 7 all. */
static bool is_normal(uint32_t rasr)
{
    const uint32_t tex = rasr >> 19 & 7u;
    if (tex == 0u) return (rasr & RASR_C) != 0u;
    return tex != 2u;
}

static struct mpu_rights rights_of(uint32_t rasr)
{
    static const bool reads[8] = {false, true, true, true, false, true, true, true};
    static const bool writes[8] = {false, true, true, true, false, false, false, false};
    const uint32_t ap = rasr >> 24 & 7u;
    struct mpu_rights rights = {reads[ap], writes[ap], reads[ap], reads[ap] && is_normal(rasr)};
    if ((rasr & RASR_XN) != 0u) rights.can_run = false;
    return rights;
}

/* The default map: of the addresses below 0xA0000000 all is Normal memory but the peripherals. */
static bool is_normal_by_default(uint32_t addr)
{
    return addr < 0xA0000000u && (addr < 0x40000000u || addr >= 0x60000000u);
}

struct mpu_rights mpu_rights(const struct twin *t, uint32_t addr)
{
    struct mpu_rights rights = {true, true, true, is_normal_by_default(addr)};
    if (!mpu_is_on(t)) return rights;
    if ((t->b.mpu.ctrl & MPU_PRIVDEFENA) == 0u) {
        rights = (struct mpu_rights){false, false, false, false};
    }
    for (uint32_t region = 0; region < MPU_REGIONS; region++) {
        if (region_holds(&t->b.mpu, region, addr)) rights = rights_of(t->b.mpu.rasr[region]);
    }
    return rights;
}

bool mpu_forbids(const struct twin *t, uint32_t addr, bool is_store)
{
    const struct mpu_rights rights = mpu_rights(t, addr);
    return is_store ? !rights.can_write : !rights.can_read;
}

bool mpu_forbids_fetch(const struct twin *t, uint32_t addr)
{
    return !mpu_rights(t, addr).can_run;
}
