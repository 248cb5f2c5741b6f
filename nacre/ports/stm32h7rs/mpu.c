/*
 * Checks of the MPU. Runs from flash.
 *
 * Of two regions that hold an address the one with the higher number decides; a region's eighths
 * can be left out of it (SRD). MPU_RNR is used with interrupts masked and given back, for an RTOS
 * may set regions in its own handlers.
 *
 * Source: Armv7-M Architecture Reference Manual, B3.5
 */
#include "nacre/ports/stm32h7rs/mpu.h"

#include "nacre/ports/stm32h7rs/mask.h"
#include "nacre/ports/stm32h7rs/registers.h"

#define AP_WRITABLE_FIRST 1u /* 1, 2, 3: privileged code may write */
#define AP_WRITABLE_LAST 3u
#define AP_PRIVILEGED_ONLY 1u
#define AP_READ_ONLY_PRIVILEGED 5u
#define AP_READ_ONLY 6u
#define RASR_TEX_POS 19u
#define RASR_S 0x00040000u
#define RASR_CB 0x00030000u
#define RASR_B 0x00010000u
#define RBAR_ADDR 0xFFFFFFE0u
#define BITS_WITH_EIGHTHS 8u

struct region {
    uint32_t number;
    uint32_t base;
    uint32_t rasr;
    uint32_t last; /* last byte: a region may be all 4 GB */
};

static uint32_t region_count(void)
{
    return (NACRE_REG(MPU_TYPE) >> 8) & 0xFFu;
}

static uint32_t region_bits(const struct region *region)
{
    return ((region->rasr >> MPU_RASR_SIZE_POS) & 0x1Fu) + 1u;
}

static struct region region_read(uint32_t number)
{
    const uint32_t primask = nacre_mask();
    const uint32_t rnr = NACRE_REG(MPU_RNR);
    struct region region = {.number = number};

    NACRE_REG(MPU_RNR) = number;
    region.base = NACRE_REG(MPU_RBAR) & RBAR_ADDR;
    region.rasr = NACRE_REG(MPU_RASR);
    NACRE_REG(MPU_RNR) = rnr;
    nacre_unmask(primask);

    const uint32_t bits = region_bits(&region);
    region.last = bits >= 32u ? ~0u : region.base + (1u << bits) - 1u;
    return region;
}

static void region_write_rasr(const struct region *region, uint32_t rasr)
{
    const uint32_t primask = nacre_mask();
    const uint32_t rnr = NACRE_REG(MPU_RNR);

    NACRE_REG(MPU_RNR) = region->number;
    NACRE_REG(MPU_RASR) = rasr;
    NACRE_REG(MPU_RNR) = rnr;
    __asm volatile("dsb\n\tisb" ::: "memory");
    nacre_unmask(primask);
}

static bool is_enabled(const struct region *region)
{
    return (region->rasr & MPU_RASR_ENABLE) != 0;
}

static bool touches(const struct region *region, uint32_t first, uint32_t last)
{
    return is_enabled(region) && region->base <= last && first <= region->last;
}

static bool covers(const struct region *region, uint32_t first, uint32_t last)
{
    return is_enabled(region) && region->base <= first && last <= region->last &&
           (region->rasr & MPU_RASR_SRD) == 0;
}

static bool holds(const struct region *region, uint32_t addr)
{
    const uint32_t bits = region_bits(region);

    if (!touches(region, addr, addr)) return false;
    if (bits < BITS_WITH_EIGHTHS) return true;
    const uint32_t eighth = (addr - region->base) >> (bits - 3u);
    return ((region->rasr & MPU_RASR_SRD) >> (MPU_RASR_SRD_POS + eighth) & 1u) == 0;
}

static uint32_t access_of(const struct region *region)
{
    return (region->rasr & MPU_RASR_AP) >> MPU_RASR_AP_POS;
}

static bool is_writable(const struct region *region)
{
    return access_of(region) >= AP_WRITABLE_FIRST && access_of(region) <= AP_WRITABLE_LAST;
}

enum nacre_err nacre_mpu_check_fence(struct nacre_port *port)
{
    return nacre_mpu_check_region(port, port->mpu_region, (uint32_t)port->window);
}

enum nacre_err nacre_mpu_check_region(struct nacre_port *port, uint32_t number, uint32_t first)
{
    const uint32_t last = first + ((1u << port->window_bits) - 1u);

    if (number >= region_count()) {
        port->mismatch = (struct nacre_mismatch){
            "MPU_TYPE DREGION", region_count(), number + 1u, 0xFFu};
        return NACRE_MPU_REGION_USED;
    }
    for (uint32_t i = number; i < region_count(); i++) {
        const struct region region = region_read(i);
        const bool is_in_the_way =
            i == number ? is_enabled(&region) : touches(&region, first, last);

        if (is_in_the_way) {
            port->mismatch = (struct nacre_mismatch){
                "MPU_RASR ENABLE", region.rasr, 0, MPU_RASR_ENABLE};
            return NACRE_MPU_REGION_USED;
        }
    }
    return NACRE_OK;
}

/* The same rights without those to write. */
static void make_read_only(const struct region *region)
{
    const uint32_t access = access_of(region) == AP_PRIVILEGED_ONLY ? AP_READ_ONLY_PRIVILEGED
                                                                    : AP_READ_ONLY;

    region_write_rasr(region, (region->rasr & ~MPU_RASR_AP) | (access << MPU_RASR_AP_POS));
}

enum nacre_err nacre_mpu_check_read_only(struct nacre_port *port, bool may_change)
{
    const uint32_t first = (uint32_t)port->window;
    const uint32_t last = first + (port->mapped_bytes - 1u);
    const uint32_t window_last = first + ((1u << port->window_bits) - 1u);
    const uint32_t ctrl = NACRE_REG(MPU_CTRL);

    if ((ctrl & MPU_CTRL_ENABLE) == 0) {
        port->mismatch = (struct nacre_mismatch){
            "MPU_CTRL ENABLE", ctrl, MPU_CTRL_ENABLE, MPU_CTRL_ENABLE};
        return NACRE_FLASH_WRITABLE;
    }
    for (uint32_t i = region_count(); i > 0; i--) {
        const struct region region = region_read(i - 1u);

        if (!touches(&region, first, last)) continue;
        if (is_writable(&region)) {
            if (!may_change || region.base < first || region.last > window_last) {
                port->mismatch = (struct nacre_mismatch){
                    "MPU_RASR AP", region.rasr, AP_READ_ONLY << MPU_RASR_AP_POS, MPU_RASR_AP};
                return NACRE_FLASH_WRITABLE;
            }
            make_read_only(&region);
        }
        if (covers(&region, first, last)) return NACRE_OK;
    }
    if ((ctrl & MPU_CTRL_PRIVDEFENA) == 0) return NACRE_OK;
    port->mismatch = (struct nacre_mismatch){
        "MPU_CTRL PRIVDEFENA", ctrl, 0, MPU_CTRL_PRIVDEFENA};
    return NACRE_FLASH_WRITABLE;
}

/* Rights change nowhere but at multiples of this, the smallest part of any region in the way. */
static uint32_t bits_of_parts(uint32_t first, uint32_t last)
{
    uint32_t bits = 31u;

    for (uint32_t i = 0; i < region_count(); i++) {
        const struct region region = region_read(i);
        uint32_t part = region_bits(&region);

        if (part >= BITS_WITH_EIGHTHS) part -= 3u;
        if (touches(&region, first, last) && part < bits) bits = part;
    }
    return bits;
}

/* The region that decides over an address; one that is off if there is none. */
static struct region region_over(uint32_t addr)
{
    struct region region = {0};

    for (uint32_t i = region_count(); i > 0; i--) {
        region = region_read(i - 1u);
        if (holds(&region, addr)) return region;
    }
    region.rasr = 0;
    return region;
}

/* By the default map all that nacre_ram.ld allows can be executed: it is memory, not a device. */
static bool runs(struct nacre_port *port, uint32_t addr)
{
    const struct region region = region_over(addr);
    const uint32_t ctrl = NACRE_REG(MPU_CTRL);

    if (!is_enabled(&region)) {
        port->mismatch = (struct nacre_mismatch){
            "MPU_CTRL PRIVDEFENA", ctrl, MPU_CTRL_PRIVDEFENA, MPU_CTRL_PRIVDEFENA};
        return (ctrl & MPU_CTRL_PRIVDEFENA) != 0;
    }
    port->mismatch = (struct nacre_mismatch){
        "MPU_RASR XN AP", region.rasr, AP_READ_ONLY << MPU_RASR_AP_POS, MPU_RASR_XN | MPU_RASR_AP};
    return (region.rasr & MPU_RASR_XN) == 0 && access_of(&region) != 0;
}

enum nacre_err nacre_mpu_check_runs(struct nacre_port *port, uint32_t first, uint32_t last)
{
    if ((NACRE_REG(MPU_CTRL) & MPU_CTRL_ENABLE) == 0) return NACRE_OK;

    const uint32_t bits = bits_of_parts(first, last);
    for (uint32_t part = first >> bits; part <= last >> bits; part++) {
        const uint32_t addr = part == first >> bits ? first : part << bits;

        if (!runs(port, addr)) return NACRE_NOT_IN_RAM;
    }
    port->mismatch = (struct nacre_mismatch){0};
    return NACRE_OK;
}

static bool is_denied(struct nacre_port *port, uint32_t addr)
{
    const struct region region = region_over(addr);

    port->mismatch = (struct nacre_mismatch){"MPU_RASR AP", region.rasr, 0, MPU_RASR_AP};
    if (is_enabled(&region)) return access_of(&region) == 0;
    port->mismatch = (struct nacre_mismatch){
        "MPU_CTRL PRIVDEFENA", NACRE_REG(MPU_CTRL), 0, MPU_CTRL_PRIVDEFENA};
    return (NACRE_REG(MPU_CTRL) & MPU_CTRL_PRIVDEFENA) == 0;
}

bool nacre_mpu_denies(struct nacre_port *port, uint32_t first, uint32_t last)
{
    const uint32_t bits = bits_of_parts(first, last);

    for (uint32_t part = first >> bits; part <= last >> bits; part++) {
        if (!is_denied(port, part == first >> bits ? first : part << bits)) return false;
    }
    port->mismatch = (struct nacre_mismatch){0};
    return true;
}

/*
 * TEX, C, B. With TEX 4 to 7 the cache next to the core goes by C and B alone. Memory that is
 * shareable is not kept in it. Source: Armv7-M Architecture Reference Manual, table B3-14;
 * Cortex-M7 Technical Reference Manual, CACR
 */
static bool is_write_back(uint32_t rasr)
{
    const uint32_t tex = (rasr >> RASR_TEX_POS) & 7u;
    const uint32_t cb = rasr & RASR_CB;

    if ((rasr & RASR_S) != 0) return false;
    if (tex >= 4u) return (rasr & RASR_B) != 0;
    return tex <= 1u && cb == RASR_CB;
}

static bool stores_through(uint32_t addr, struct nacre_mismatch *mismatch)
{
    const struct region region = region_over(addr);
    const uint32_t ctrl = NACRE_REG(MPU_CTRL);

    if (!is_enabled(&region)) {
        *mismatch = (struct nacre_mismatch){
            "MPU_CTRL PRIVDEFENA", ctrl, MPU_CTRL_PRIVDEFENA, MPU_CTRL_PRIVDEFENA};
        return (ctrl & MPU_CTRL_PRIVDEFENA) != 0;
    }
    *mismatch = (struct nacre_mismatch){
        "MPU_RASR AP TEX C B", region.rasr, AP_PRIVILEGED_ONLY << MPU_RASR_AP_POS,
        MPU_RASR_AP | RASR_CB};
    return is_writable(&region) && !is_write_back(region.rasr);
}

bool nacre_mpu_stores_through(uint32_t first, uint32_t last, struct nacre_mismatch *mismatch)
{
    struct nacre_mismatch found = {0};

    if ((NACRE_REG(MPU_CTRL) & MPU_CTRL_ENABLE) == 0) return true;

    const uint32_t bits = bits_of_parts(first, last);
    for (uint32_t part = first >> bits; part <= last >> bits; part++) {
        if (stores_through(part == first >> bits ? first : part << bits, &found)) continue;
        *mismatch = found;
        return false;
    }
    return true;
}
