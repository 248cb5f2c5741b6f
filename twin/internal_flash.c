/*
 * The internal flash in the machine. See internal_flash.h.
 */
#include "twin/internal_flash.h"

#include <string.h>

#include "twin/machine.h"

#define CCR_BFHFNMIGN (1u << 8)
#define CFSR_PRECISERR (1u << 9)
#define CFSR_BFARVALID (1u << 15)
#define REGISTERS 0x52002000u
#define CR_OFFSET 0x10u
#define MOST_URGENT_BUT_NMI (-1)

static uint8_t *flash_bytes(const struct twin *t)
{
    return t->ram + memories[MEMORY_FLASH].at;
}

static struct mcu_flash_at at_time(struct twin *t, uint64_t now_ps)
{
    return (struct mcu_flash_at){&t->b.mcu_flash, flash_bytes(t), now_ps};
}

/* What is later than a planned cut does not happen. */
static uint64_t now_or_cut(const struct twin *t)
{
    const uint64_t cut_ps = t->b.clock.at_ps[CLOCK_CUT];
    return machine_now(t) < cut_ps ? machine_now(t) : cut_ps;
}

/* After each call of the model: its interrupt, and when it wants to be called. */
static void follow(struct twin *t)
{
    irq_line(t, MCU_FLASH_IRQ, mcu_flash_interrupts(&t->b.mcu_flash));
    clock_at(&t->b.clock, CLOCK_MCU_FLASH, mcu_flash_next_ps(&t->b.mcu_flash));
}

bool internal_flash_holds(uint32_t addr)
{
    return addr - MCU_FLASH_ADDR < MCU_FLASH_BYTES;
}

/* ---- building ---- */

static bool is_blank(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (bytes[i] != 0xFFu) return false;
    }
    return true;
}

bool internal_flash_create(struct twin *t)
{
    uint8_t *const bytes = flash_bytes(t);
    const struct mcu_flash_at at = at_time(t, 0);
    const struct memory *const otp = &memories[MEMORY_OTP];
    memcpy(bytes, t->ram_at_power_on + memories[MEMORY_FLASH].at, MCU_FLASH_BYTES);
    memcpy(t->ram + otp->at, t->ram_at_power_on + otp->at, otp->n);
    mcu_flash_init(at.flash, t->cfg.seed);
    at.flash->program_ps = (uint64_t)t->cfg.mcu_program_us * TWIN_PS_PER_US;
    at.flash->erase_ps = (uint64_t)t->cfg.mcu_erase_us * TWIN_PS_PER_US;
    mcu_flash_loaded(&at, 0, MCU_FLASH_BYTES);
    uint32_t code = MCU_FLASH_BYTES;
    while (code != 0u &&
           is_blank(bytes + code - MCU_FLASH_SECTOR_BYTES, MCU_FLASH_SECTOR_BYTES)) {
        code -= MCU_FLASH_SECTOR_BYTES;
    }
    const struct cpu_memory memory = {MCU_FLASH_ADDR, code, bytes, true, false};
    if (code != 0u && !cpu_map(t->cpu, &memory)) return false;
    return code == MCU_FLASH_BYTES ||
           cpu_map_mmio(t->cpu, MCU_FLASH_ADDR + code, MCU_FLASH_BYTES - code);
}

void internal_flash_poked(struct twin *t, uint32_t addr, uint32_t n)
{
    const struct mcu_flash_at at = at_time(t, machine_now(t));
    mcu_flash_loaded(&at, addr - MCU_FLASH_ADDR, n);
}

/* ---- the bus error ---- */

/* A bus fault that the core was told to ignore: the load gives nothing sensible, and goes on. */
static bool is_ignored(const struct twin *t)
{
    struct cpu_masks masks;
    cpu_masks_get(t->cpu, &masks);
    const bool is_fault_handler =
        (masks.faultmask & 1u) != 0u || nvic_active_urgency(&t->b.nvic) <= MOST_URGENT_BUT_NMI;
    return is_fault_handler && (t->b.scb.ccr & CCR_BFHFNMIGN) != 0u;
}

/* ARMv7-M Architecture Reference Manual, B1.5 and B3.2.8, CCR.BFHFNMIGN. */
static void bus_error(struct twin *t, uint32_t addr, const char *why)
{
    t->b.scb.bfar = addr;
    if (t->cfg.mcu_ecc_nmi) exception_pend(t, EXC_NMI);
    if (is_ignored(t)) {
        t->b.scb.cfsr |= CFSR_PRECISERR | CFSR_BFARVALID;
        return;
    }
    if (!t->cfg.deliver_faults) {
        violation_raise(t, TWIN_VIOLATION_LOAD, addr, why);
        return;
    }
    t->fault_taken = true;
    t->fault_exception = EXC_BUSFAULT;
    t->fault_status = CFSR_PRECISERR | CFSR_BFARVALID;
    t->fault_addr = addr;
    machine_stop(t, TWIN_STOP_ASKED);
    cpu_halt(t->cpu);
}

/* ---- work ---- */

/* A program or erase that began just now: counted, and a cut inside it gets its time. */
static void work_began(struct twin *t, uint64_t before)
{
    const struct mcu_flash *const flash = &t->b.mcu_flash;
    const struct twin_cut *const cut = &t->b.cut;
    if (flash->program_count + flash->erase_count == before) return;
    if (cut->kind != TWIN_CUT_IN_MCU_FLASH || cut->count != before) return;
    const uint64_t length_ps =
        flash->work == MCU_FLASH_PROGRAM ? flash->program_ps : flash->erase_ps;
    const double fraction = cut->fraction < 0.0 ? 0.0 : cut->fraction;
    clock_at(&t->b.clock, CLOCK_CUT,
             flash->work_end_ps - length_ps + (uint64_t)((double)length_ps * fraction));
}

static void check_doubles(struct twin *t, uint64_t before, uint32_t addr)
{
    if (t->b.mcu_flash.double_programs == before) return;
    violation_raise(t, TWIN_VIOLATION_DOUBLE_PROGRAM, addr,
                    "a word of the internal flash was programmed twice between erases");
}

void internal_flash_event(struct twin *t, uint64_t now_ps)
{
    const struct mcu_flash_at at = at_time(t, now_ps);
    const uint64_t doubles = at.flash->double_programs;
    const uint32_t addr = MCU_FLASH_ADDR + at.flash->work_addr;
    mcu_flash_advance(&at);
    check_doubles(t, doubles, addr);
    follow(t);
}

void internal_flash_reset(struct twin *t, uint64_t at_ps)
{
    const struct mcu_flash_at at = at_time(t, at_ps);
    mcu_flash_reset(&at);
    follow(t);
}

/* There is one bank: whoever wants its bytes waits for the end, or for the cut that comes first. */
static void wait(struct twin *t)
{
    const uint64_t end_ps = mcu_flash_next_ps(&t->b.mcu_flash);
    const uint64_t cut_ps = t->b.clock.at_ps[CLOCK_CUT];
    if (end_ps == MCU_FLASH_NEVER_PS) return;
    const uint64_t until_ps = end_ps < cut_ps ? end_ps : cut_ps;
    if (until_ps > machine_now(t)) t->b.clock.now_ps = until_ps;
    internal_flash_event(t, now_or_cut(t));
}

void internal_flash_fetch(struct twin *t)
{
    wait(t);
}

uint32_t internal_flash_load(struct twin *t, uint32_t addr, uint32_t n)
{
    uint32_t value = 0;
    wait(t);
    const struct mcu_flash_at at = at_time(t, now_or_cut(t));
    const enum mcu_flash_answer answer = mcu_flash_load(&at, addr - MCU_FLASH_ADDR, n, &value);
    follow(t);
    if (answer == MCU_FLASH_BUS_ERROR) {
        bus_error(t, addr, "a word of the internal flash with a double ECC error: a bus fault");
    }
    return value;
}

void internal_flash_store(struct twin *t, uint32_t addr, uint32_t n, uint32_t value)
{
    const struct mcu_flash_at at = at_time(t, now_or_cut(t));
    const uint64_t doubles = at.flash->double_programs;
    const uint64_t works = at.flash->program_count + at.flash->erase_count;
    mcu_flash_store(&at, addr - MCU_FLASH_ADDR, n, value);
    check_doubles(t, doubles, addr);
    work_began(t, works);
    follow(t);
}

/* ---- registers ---- */

uint32_t internal_flash_register_read(struct twin *t, uint32_t offset)
{
    uint32_t value = 0;
    internal_flash_event(t, now_or_cut(t));
    if (mcu_flash_register_read(&t->b.mcu_flash, offset, &value) == MCU_FLASH_BUS_ERROR) {
        bus_error(t, REGISTERS + offset, "FLASH_CR after a wrong key: a bus fault until a reset");
    }
    return value;
}

void internal_flash_register_write(struct twin *t, uint32_t offset, uint32_t value)
{
    const struct mcu_flash_at at = at_time(t, now_or_cut(t));
    const uint64_t doubles = at.flash->double_programs;
    const uint64_t works = at.flash->program_count + at.flash->erase_count;
    const enum mcu_flash_answer answer = mcu_flash_register_write(&at, offset, value);
    check_doubles(t, doubles, MCU_FLASH_ADDR + at.flash->work_addr);
    work_began(t, works);
    follow(t);
    if (answer == MCU_FLASH_BUS_ERROR) {
        bus_error(t, REGISTERS + offset, "FLASH_CR after a wrong key: a bus fault until a reset");
    } else if (answer == MCU_FLASH_NOT_MODELLED && t->b.in_app) {
        violation_raise(t, TWIN_VIOLATION_CONTROLLER, REGISTERS + offset,
                        offset == CR_OFFSET ? "a mass erase, or OTP or CRC of the internal flash"
                                            : "option bytes of the microcontroller are written");
    }
}

struct mcu_flash *twin_mcu_flash(struct twin *t)
{
    return &t->b.mcu_flash;
}
