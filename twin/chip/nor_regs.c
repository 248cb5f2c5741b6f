/*
 * The registers: status, configuration, configuration 2, security. Sources: ST's component driver
 * stm32-mx66uw1g45g v1.1.0 and Macronix' model MX66UM1G45G.v rev 1.6 for the bits and defaults;
 * the bank status at C000_0000 from Mbed OS' OSPIF driver for the MX25LW51245G (by Macronix).
 * Winbond's second status register: SUS is bit 7 (W25Q32BV data sheet, page 47).
 */
#include "twin/chip/nor_internal.h"

#define SR_WIP 0x01u
#define SR_WEL 0x02u
#define SCUR_PSB 0x04u
#define SCUR_ESB 0x08u
#define SCUR_P_FAIL 0x20u
#define SCUR_E_FAIL 0x40u
#define SR2_SUS 0x80u
#define SR_ERSERR 0x20u
#define SR_PRGERR 0x40u
#define STR2_PROGRAM_SUSPENDED 0x01u
#define STR2_ERASE_SUSPENDED 0x02u
#define FSR_READY 0x80u
#define FSR_ERASE_SUSPENDED 0x40u
#define FSR_E_ERR 0x20u
#define FSR_P_ERR 0x10u
#define FSR_PROGRAM_SUSPENDED 0x04u
#define CR_ODS 0x07u
#define CR_TB 0x08u
#define CR_PBE 0x10u
#define CR2_SOPI 0x01u
#define CR2_DOPI 0x02u
#define CR2_DIE 0x04000000u
#define CR2_NONVOLATILE 0x40000000u
#define CR2_CRC_ERROR 0x80000000u
#define CR2_BANK 0xC0000000u
#define BANK_BUSY_ELSEWHERE 0x01u
#define BANK_BUSY_HERE 0x03u

uint8_t nor_reg_sr(const struct nor *nor)
{
    const struct nor_state *state = &nor->state;
    uint32_t value = (nor_work_is_busy(nor) ? SR_WIP : 0u) | (state->wel ? SR_WEL : 0u) |
                     (uint32_t)state->bp << 2;
    if (nor->row->family->status_has_fails) {
        value |= (state->e_fail ? SR_ERSERR : 0u) | (state->p_fail ? SR_PRGERR : 0u);
    }
    return (uint8_t)value;
}

uint8_t nor_reg_scur(const struct nor *nor)
{
    const struct nor_state *state = &nor->state;
    uint32_t value = (state->p_fail ? SCUR_P_FAIL : 0u) | (state->e_fail ? SCUR_E_FAIL : 0u);
    if (state->op.is_suspended) value |= state->op.work == NOR_PROGRAM ? SCUR_PSB : SCUR_ESB;
    return (uint8_t)value;
}

uint8_t nor_reg_sr2(const struct nor *nor)
{
    const struct nor_op *op = &nor->state.op;
    const bool is_told = op->is_suspended ||
                         (op->is_suspending && nor->row->family->shows_suspend_at_once);
    return (uint8_t)(nor->row->family->sr2 | (is_told ? SR2_SUS : 0u));
}

/* Infineon's second status register, from memory of its data sheets. */
uint8_t nor_reg_str2(const struct nor *nor)
{
    const struct nor_op *op = &nor->state.op;
    if (!op->is_suspended) return 0;
    return op->work == NOR_PROGRAM ? STR2_PROGRAM_SUSPENDED : STR2_ERASE_SUSPENDED;
}

/* Micron's flag status register, by Linux' micron-st.c but for the suspend bits. */
uint8_t nor_reg_fsr(const struct nor *nor)
{
    const struct nor_state *state = &nor->state;
    uint32_t value = nor_work_is_busy(nor) ? 0u : FSR_READY;
    if (state->e_fail) value |= FSR_E_ERR;
    if (state->p_fail) value |= FSR_P_ERR;
    if (state->op.is_suspended) {
        value |= state->op.work == NOR_PROGRAM ? FSR_PROGRAM_SUSPENDED : FSR_ERASE_SUSPENDED;
    }
    return (uint8_t)value;
}

static uint8_t bank_status(const struct nor *nor, uint32_t addr)
{
    const struct nor_op *op = &nor->state.op;
    if (!nor_work_is_busy(nor) || nor->row->bank_count < 2u) return 0;
    if (op->work == NOR_ERASE_CHIP || op->work == NOR_WRITE_REGISTER) return BANK_BUSY_HERE;
    const uint32_t bank_bytes = nor->row->size_bytes / nor->row->bank_count;
    const bool is_here = addr / bank_bytes == op->addr / bank_bytes;
    return is_here ? BANK_BUSY_HERE : BANK_BUSY_ELSEWHERE;
}

uint8_t nor_reg_cr2(const struct nor *nor, uint32_t addr)
{
    const struct nor_state *state = &nor->state;
    if (addr >= CR2_BANK) return bank_status(nor, addr - CR2_BANK);
    if (addr >= CR2_CRC_ERROR) return 0;
    if (addr >= CR2_NONVOLATILE) return state->nonvolatile_cr2[(addr >> 8) & 3u];
    switch (addr & ~CR2_DIE) {
    case 0x000: return state->cr2_000;
    case 0x200: return state->cr2_200;
    case 0x300: return state->cr2_300;
    case 0x400: return state->cr2_400;
    case 0x500: return state->cr2_500;
    case 0x800: return state->ecc_status;
    default: return 0;
    }
}

bool nor_reg_cr2_is_taken(uint32_t addr, uint8_t value)
{
    const uint32_t both = CR2_SOPI | CR2_DOPI;
    return addr != 0 || (value & both) != both;
}

bool nor_reg_is_nonvolatile(uint32_t reg)
{
    if (reg == NOR_REG_SR || reg == NOR_REG_CR || reg == NOR_REG_SR_CR) return true;
    return reg >= CR2_NONVOLATILE && reg < CR2_CRC_ERROR;
}

static void protocol_set(struct nor *nor)
{
    struct nor_state *state = &nor->state;
    state->protocol = NOR_SPI;
    if ((state->cr2_000 & CR2_SOPI) != 0) state->protocol = NOR_SOPI;
    if ((state->cr2_000 & CR2_DOPI) != 0) state->protocol = NOR_DOPI;
}

static void cr2_apply(struct nor *nor, uint32_t addr, uint8_t value)
{
    struct nor_state *state = &nor->state;
    if (addr >= CR2_CRC_ERROR) return;
    if (addr >= CR2_NONVOLATILE) {
        state->nonvolatile_cr2[(addr >> 8) & 3u] &= value; /* bits that are burnt once */
        return;
    }
    switch (addr & ~CR2_DIE) {
    case 0x000:
        state->cr2_000 = value & (CR2_SOPI | CR2_DOPI);
        protocol_set(nor);
        break;
    case 0x200: state->cr2_200 = value & 0x03u; break;
    case 0x300: state->cr2_300 = value & 0x07u; break;
    case 0x400: state->cr2_400 = value & 0x03u; break;
    case 0x500: state->cr2_500 = value & 0x71u; break;
    case 0x800: state->ecc_status = 0; break;
    default: break;
    }
}

static void cr_apply(struct nor_state *state, uint8_t value)
{
    /* TB can be set and never cleared. */
    const uint32_t tb = (state->cr | value) & CR_TB;
    state->cr = (uint8_t)((value & (CR_ODS | CR_PBE)) | tb);
}

void nor_reg_apply(struct nor *nor, uint32_t reg, const uint8_t value[2])
{
    struct nor_state *state = &nor->state;
    if (reg == NOR_REG_SR || reg == NOR_REG_SR_CR) state->bp = (value[0] >> 2) & 0x0Fu;
    if (reg == NOR_REG_SR_CR) cr_apply(state, value[1]);
    if (reg == NOR_REG_CR) cr_apply(state, value[0]);
    if (reg < NOR_REG_SR) cr2_apply(nor, reg, value[0]);
}

/*
 * Infineon warns of its parts that a cut register write can leave any non-volatile bit of the
 * register wrong; the same is taken here: each protection bit is old, new, or anything.
 */
void nor_reg_tear(struct nor *nor, uint32_t reg, const uint8_t value[2])
{
    struct nor_state *state = &nor->state;
    const uint32_t how = nor_random_below(nor, 3);
    if (how == 1) nor_reg_apply(nor, reg, value);
    if (how != 2) return;
    if (reg == NOR_REG_SR || reg == NOR_REG_SR_CR) {
        state->bp = (uint8_t)nor_random_below(nor, 16);
    }
    if (reg == NOR_REG_CR || reg == NOR_REG_SR_CR) {
        state->cr |= (uint8_t)(value[reg == NOR_REG_CR ? 0 : 1] & CR_TB);
    }
}

/* Whether a status write leaves BP and TB, which are non-volatile, as they are. */
bool nor_reg_status_is_same(const struct nor *nor, uint32_t reg, const uint8_t value[2])
{
    const struct nor_state *state = &nor->state;
    const uint8_t cr = reg == NOR_REG_CR ? value[0] : value[1];
    if (reg != NOR_REG_CR && (value[0] >> 2 & 0x0Fu) != state->bp) return false;
    return reg == NOR_REG_SR || (cr & ~state->cr & CR_TB) == 0;
}

void nor_reg_defaults(struct nor *nor)
{
    struct nor_state *state = &nor->state;
    state->wel = false;
    state->p_fail = false;
    state->e_fail = false;
    state->cr = (uint8_t)((state->cr & CR_TB) | CR_ODS);
    state->cr2_000 = 0;
    state->cr2_200 = 0;
    state->cr2_300 = 0;
    state->cr2_400 = 0;
    state->cr2_500 = 0;
    state->ecc_status = 0;
    state->protocol = NOR_SPI;
}

uint8_t nor_reg_dummies(const struct nor *nor)
{
    const uint8_t fixed = nor->row->family->array_dummies;
    return fixed != 0 ? fixed : (uint8_t)(20u - 2u * nor->state.cr2_300);
}

/*
 * BP n protects 2^(n-1) blocks of 64 KB at the top, or at the bottom with TB; 11 and more protect
 * all. That is how the family's data sheets draw the table; no text for this part was at hand.
 */
bool nor_reg_protects(const struct nor *nor, uint32_t addr)
{
    const struct nor_state *state = &nor->state;
    if (state->bp == 0) return false;
    if (state->bp >= 11u) return true;
    const uint64_t bytes = (uint64_t)nor->row->block_bytes << (state->bp - 1u);
    if (bytes >= nor->row->size_bytes) return true;
    if ((state->cr & CR_TB) != 0) return addr < bytes;
    return addr >= nor->row->size_bytes - bytes;
}
