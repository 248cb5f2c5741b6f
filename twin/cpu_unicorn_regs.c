/*
 * The registers of a core on Unicorn: those of an exception frame, the masks, the mode, and all of
 * them at once.
 */
#include "twin/cpu_unicorn.h"

#include <string.h>

#define CPSR_THUMB (1u << 5)
#define CPSR_FLAGS 0xF80F0000u
#define CPSR_IT 0x0600FC00u
#define XPSR_THUMB (1u << 24)

static uint32_t xpsr_of(uint32_t cpsr)
{
    const uint32_t thumb = (cpsr & CPSR_THUMB) != 0u ? XPSR_THUMB : 0u;
    return (cpsr & (CPSR_FLAGS | CPSR_IT)) | thumb;
}

void cpu_regs_get(struct cpu *cpu, struct cpu_regs *regs)
{
    static int ids[] = {UC_ARM_REG_R0,  UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3,
                        UC_ARM_REG_R12, UC_ARM_REG_LR, UC_ARM_REG_PC, UC_ARM_REG_SP,
                        UC_ARM_REG_CPSR, UC_ARM_REG_CONTROL};
    uint32_t cpsr = 0;
    void *values[] = {&regs->r0,  &regs->r1, &regs->r2, &regs->r3, &regs->r12,
                      &regs->lr,  &regs->pc, &regs->sp, &cpsr,     &regs->control};
    (void)uc_reg_read_batch(cpu->uc, ids, values, (int)(sizeof ids / sizeof ids[0]));
    regs->xpsr = xpsr_of(cpsr);
    regs->control &= 7u;
}

void cpu_regs_set(struct cpu *cpu, const struct cpu_regs *regs)
{
    static int ids[] = {UC_ARM_REG_R0,  UC_ARM_REG_R1, UC_ARM_REG_R2,  UC_ARM_REG_R3,
                        UC_ARM_REG_R12, UC_ARM_REG_LR, UC_ARM_REG_SP,  UC_ARM_REG_CPSR,
                        UC_ARM_REG_PC};
    uint32_t cpsr = cpu_reg_read(cpu, UC_ARM_REG_CPSR) & ~(CPSR_FLAGS | CPSR_IT);
    uint32_t pc = regs->pc | 1u;
    struct cpu_regs copy = *regs;
    cpsr |= (regs->xpsr & (CPSR_FLAGS | CPSR_IT)) | CPSR_THUMB;
    void *values[] = {&copy.r0, &copy.r1, &copy.r2, &copy.r3, &copy.r12,
                      &copy.lr, &copy.sp, &cpsr,    &pc};
    (void)uc_reg_write_batch(cpu->uc, ids, values, (int)(sizeof ids / sizeof ids[0]));
}

uint32_t cpu_reg(struct cpu *cpu, uint32_t index)
{
    if (index <= 12u) return cpu_reg_read(cpu, UC_ARM_REG_R0 + (int)index);
    if (index == 13u) return cpu_reg_read(cpu, UC_ARM_REG_SP);
    if (index == 14u) return cpu_reg_read(cpu, UC_ARM_REG_LR);
    return cpu_reg_read(cpu, UC_ARM_REG_PC);
}

void cpu_float_get(struct cpu *cpu, struct cpu_float_regs *regs)
{
    for (int d = 0; d < 8; d++) {
        uint64_t value = 0;
        (void)uc_reg_read(cpu->uc, UC_ARM_REG_D0 + d, &value);
        regs->s[2 * d] = (uint32_t)value;
        regs->s[2 * d + 1] = (uint32_t)(value >> 32);
    }
    regs->fpscr = cpu_reg_read(cpu, UC_ARM_REG_FPSCR);
}

void cpu_float_set(struct cpu *cpu, const struct cpu_float_regs *regs)
{
    for (int d = 0; d < 8; d++) {
        const uint64_t value = regs->s[2 * d] | (uint64_t)regs->s[2 * d + 1] << 32;
        (void)uc_reg_write(cpu->uc, UC_ARM_REG_D0 + d, &value);
    }
    cpu_reg_write(cpu, UC_ARM_REG_FPSCR, regs->fpscr);
}

void cpu_masks_get(struct cpu *cpu, struct cpu_masks *masks)
{
    static int ids[] = {UC_ARM_REG_PRIMASK, UC_ARM_REG_FAULTMASK, UC_ARM_REG_BASEPRI};
    void *values[] = {&masks->primask, &masks->faultmask, &masks->basepri};
    masks->primask = 0;
    masks->faultmask = 0;
    masks->basepri = 0;
    (void)uc_reg_read_batch(cpu->uc, ids, values, 3);
}

void cpu_faultmask_clear(struct cpu *cpu)
{
    cpu_reg_write(cpu, UC_ARM_REG_FAULTMASK, 0);
}

static void patch_exception(struct cpu *cpu, uint32_t exception)
{
    (void)uc_context_save(cpu->uc, cpu->context);
    memcpy((uint8_t *)cpu->context + cpu->exception_at, &exception, sizeof exception);
    (void)uc_context_restore(cpu->uc, cpu->context);
}

/*
 * CONTROL can be written fully in thread mode only, so the core is put there first: SPSEL then
 * swaps the stack pointers. In handler mode the main stack is in use, so SPSEL must be 0 before.
 */
void cpu_set_mode(struct cpu *cpu, uint32_t exception, uint32_t control)
{
    const bool is_thread = (cpu_reg_read(cpu, UC_ARM_REG_IPSR) & 0x1FFu) == 0u;
    if (!is_thread) patch_exception(cpu, 0);
    cpu_reg_write(cpu, UC_ARM_REG_CONTROL, control);
    if (exception != 0u) patch_exception(cpu, exception);
    /* Rebuilds what the translator derived from the mode. */
    cpu_reg_write(cpu, UC_ARM_REG_CPSR, cpu_reg_read(cpu, UC_ARM_REG_CPSR));
}

uint32_t cpu_sp_of(struct cpu *cpu, bool process_stack)
{
    return cpu_reg_read(cpu, process_stack ? UC_ARM_REG_PSP : UC_ARM_REG_MSP);
}

void cpu_set_sp_of(struct cpu *cpu, bool process_stack, uint32_t sp)
{
    cpu_reg_write(cpu, process_stack ? UC_ARM_REG_PSP : UC_ARM_REG_MSP, sp);
}

void cpu_put_at(struct cpu *cpu, uint32_t pc, uint32_t sp)
{
    struct cpu_float_regs floats;
    struct cpu_regs regs;
    memset(&floats, 0, sizeof floats);
    memset(&regs, 0, sizeof regs);
    cpu_set_mode(cpu, 0, 0);
    cpu_reg_write(cpu, UC_ARM_REG_PRIMASK, 0);
    cpu_reg_write(cpu, UC_ARM_REG_FAULTMASK, 0);
    cpu_reg_write(cpu, UC_ARM_REG_BASEPRI, 0);
    cpu_reg_write(cpu, UC_ARM_REG_PSP, 0);
    for (int r = UC_ARM_REG_R4; r <= UC_ARM_REG_R11; r++) {
        cpu_reg_write(cpu, r, 0);
    }
    cpu_float_set(cpu, &floats);
    cpu_set_mode(cpu, 0, 0);
    regs.lr = 0xFFFFFFFFu;
    regs.sp = sp & ~3u;
    regs.pc = pc;
    regs.xpsr = XPSR_THUMB;
    cpu_regs_set(cpu, &regs);
}

size_t cpu_state_bytes(const struct cpu *cpu)
{
    return cpu->context_bytes;
}

void cpu_state_save(struct cpu *cpu, void *to)
{
    (void)uc_context_save(cpu->uc, cpu->context);
    memcpy(to, cpu->context, cpu->context_bytes);
}

void cpu_state_load(struct cpu *cpu, const void *from)
{
    memcpy(cpu->context, from, cpu->context_bytes);
    (void)uc_context_restore(cpu->uc, cpu->context);
}
