/*
 * Capstone's operands turned into the record of decode.h.
 *
 * Capstone's note of which operand is read or written is not used: in version 4 it is missing for
 * many Thumb instructions. What is written is known here by the kind of instruction; of kinds that
 * are not modelled the leading registers count as written.
 */
#include "tools/check/decode.h"

#include <capstone/capstone.h>
#include <string.h>

static csh handle;
static cs_insn *cs;
static bool is_open;

bool decode_open(void)
{
    if (is_open) return true;
    const cs_mode mode = (cs_mode)(CS_MODE_THUMB | CS_MODE_MCLASS | CS_MODE_V8);
    if (cs_open(CS_ARCH_ARM, mode, &handle) != CS_ERR_OK) return false;
    cs = cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON) == CS_ERR_OK ? cs_malloc(handle) : NULL;
    if (cs == NULL) {
        (void)cs_close(&handle);
        return false;
    }
    is_open = true;
    return true;
}

void decode_close(void)
{
    if (!is_open) return;
    cs_free(cs, 1);
    (void)cs_close(&handle);
    is_open = false;
}

/* ---- operands ---- */

static uint8_t core_reg(int reg)
{
    if (reg >= ARM_REG_R0 && reg <= ARM_REG_R12) return (uint8_t)(reg - ARM_REG_R0);
    if (reg == ARM_REG_SP) return REG_SP;
    if (reg == ARM_REG_LR) return REG_LR;
    return reg == ARM_REG_PC ? REG_PC : REG_NONE;
}

/* The core register that operand i is, or REG_NONE. */
static uint8_t reg_of(const cs_arm *arm, uint32_t i)
{
    if (i >= arm->op_count || arm->operands[i].type != ARM_OP_REG) return REG_NONE;
    return core_reg(arm->operands[i].reg);
}

static uint16_t bit_of(uint8_t reg)
{
    return (uint16_t)(reg == REG_NONE ? 0u : 1u << reg);
}

static uint16_t regs_from(const cs_arm *arm, uint32_t first)
{
    uint16_t mask = 0;
    for (uint32_t i = first; i < arm->op_count; i++) mask |= bit_of(reg_of(arm, i));
    return mask;
}

static void take_shift(const cs_arm_op *op, struct insn *insn)
{
    insn->shift = (uint8_t)op->shift.value;
    switch (op->shift.type) {
    case ARM_SFT_INVALID: insn->shift_kind = SHIFT_NONE; break;
    case ARM_SFT_LSL: insn->shift_kind = SHIFT_LSL; break;
    case ARM_SFT_LSR: insn->shift_kind = SHIFT_LSR; break;
    default: insn->shift_kind = SHIFT_OTHER; break;
    }
}

/* The last operand of a data instruction: a number, or a register that may be shifted. */
static bool take_second(const cs_arm *arm, uint32_t i, struct insn *insn)
{
    if (i >= arm->op_count) return false;
    const cs_arm_op *const op = &arm->operands[i];
    if (op->type == ARM_OP_IMM) {
        insn->has_imm = true;
        insn->imm = (uint32_t)op->imm;
        return true;
    }
    insn->rm = reg_of(arm, i);
    take_shift(op, insn);
    return insn->rm != REG_NONE;
}

/* Whatever follows the registers that an instruction may write, for kinds not modelled. */
static void take_other(const cs_arm *arm, struct insn *insn)
{
    insn->op = OP_OTHER;
    insn->writes = bit_of(reg_of(arm, 0));
    if (arm->op_count >= 4u) insn->writes |= bit_of(reg_of(arm, 1));
    insn->reads = regs_from(arm, 0);
    if (((insn->writes | insn->reads) & (1u << REG_PC)) != 0u) insn->op = OP_UNDECODED;
}

/* rd, rn, second; or rd, second, where rd is also rn. */
static void take_data(const cs_arm *arm, enum op op, struct insn *insn)
{
    const bool is_short = arm->op_count == 2u;
    insn->rd = reg_of(arm, 0);
    insn->rn = reg_of(arm, is_short ? 0u : 1u);
    if (insn->rd == REG_NONE || insn->rn == REG_NONE ||
        !take_second(arm, is_short ? 1u : 2u, insn)) {
        take_other(arm, insn);
        return;
    }
    insn->op = op;
    const bool is_number = op == OP_ADD || op == OP_SUB;
    if (is_number && insn->rn == REG_PC && insn->has_imm && insn->rd != REG_PC) {
        const uint32_t pc = (insn->at + 4u) & ~3u;
        insn->imm = op == OP_ADD ? pc + insn->imm : pc - insn->imm;
        insn->op = OP_ADDRESS;
    }
}

static void take_mov(const cs_arm *arm, enum op op, struct insn *insn)
{
    insn->rd = reg_of(arm, 0);
    insn->op = op;
    if (insn->rd == REG_NONE || !take_second(arm, 1, insn)) take_other(arm, insn);
}

static void take_multiply(const cs_arm *arm, enum op op, struct insn *insn)
{
    insn->rd = reg_of(arm, 0);
    insn->rn = reg_of(arm, arm->op_count == 2u ? 0u : 1u);
    insn->rm = reg_of(arm, arm->op_count == 2u ? 1u : 2u);
    insn->ra = op == OP_MLA ? reg_of(arm, 3) : REG_NONE;
    insn->op = op;
}

static void take_mask(const cs_arm *arm, uint32_t max, struct insn *insn)
{
    insn->rd = reg_of(arm, 0);
    insn->rn = reg_of(arm, 1);
    insn->imm = max;
    insn->op = OP_MASK;
}

static void take_extend(const cs_arm *arm, uint32_t max, struct insn *insn)
{
    take_mask(arm, max, insn);
    insn->has_imm = arm->operands[1].shift.type == ARM_SFT_INVALID;
}

static void take_field(const cs_arm *arm, struct insn *insn)
{
    const uint32_t bits = (uint32_t)arm->operands[3].imm;
    take_mask(arm, bits >= 32u ? UINT32_MAX : (1u << bits) - 1u, insn);
}

/* ---- memory ---- */

static uint8_t width_of(const char *name)
{
    uint8_t width = 4;
    for (const char *letter = name + 3; *letter != '\0' && *letter != '.'; letter++) {
        if (*letter == 'b') width = 1;
        if (*letter == 'h') width = 2;
        if (*letter == 'd') width = 8;
    }
    return width;
}

/* The memory operand i, and the number after it by which rn moves on. */
static bool take_memory(const cs_arm *arm, uint32_t i, struct insn *insn)
{
    if (i >= arm->op_count || arm->operands[i].type != ARM_OP_MEM) return false;
    const cs_arm_op *const op = &arm->operands[i];
    insn->rn = core_reg(op->mem.base);
    insn->rm = op->mem.index == ARM_REG_INVALID ? REG_NONE : core_reg(op->mem.index);
    insn->imm = (uint32_t)op->mem.disp;
    take_shift(op, insn);
    insn->writes_back = arm->writeback;
    insn->delta = insn->imm;
    if (i + 1u < arm->op_count && arm->operands[i + 1u].type == ARM_OP_IMM) {
        insn->writes_back = true;
        insn->delta = (uint32_t)arm->operands[i + 1u].imm;
    }
    insn->is_pc_based = insn->rn == REG_PC;
    return insn->rn != REG_NONE && !(insn->is_pc_based && insn->writes_back);
}

static void take_load(const cs_arm *arm, const char *name, struct insn *insn)
{
    insn->width = width_of(name);
    insn->is_signed = strncmp(name, "ldrs", 4) == 0;
    insn->rd = reg_of(arm, 0);
    insn->ra = insn->width == 8u ? reg_of(arm, 1) : REG_NONE;
    insn->op = OP_LOAD;
    if (!take_memory(arm, insn->width == 8u ? 2u : 1u, insn)) insn->op = OP_UNDECODED;
}

/* tt and its like look like a strex of the program counter. */
static void take_store(const cs_arm *arm, const char *name, struct insn *insn)
{
    const bool has_status = strstr(name, "ex") != NULL;
    const uint32_t first = has_status ? 1u : 0u;
    insn->width = width_of(name);
    insn->writes = has_status ? bit_of(reg_of(arm, 0)) : 0u;
    insn->rd = reg_of(arm, first);
    insn->ra = insn->width == 8u ? reg_of(arm, first + 1u) : REG_NONE;
    insn->op = OP_STORE;
    if (!take_memory(arm, first + (insn->width == 8u ? 2u : 1u), insn)) insn->op = OP_UNDECODED;
    if (has_status && insn->rd == REG_PC) insn->op = OP_OTHER;
}

static uint32_t count_bits(uint32_t mask)
{
    uint32_t count = 0;
    for (; mask != 0u; mask &= mask - 1u) count++;
    return count;
}

/* ldm, stm, push and pop: where they begin and by how much rn moves. */
static void take_multiple(const cs_arm *arm, enum op op, bool is_stack, struct insn *insn)
{
    insn->op = op;
    insn->rn = is_stack ? (uint8_t)REG_SP : reg_of(arm, 0);
    insn->list = regs_from(arm, is_stack ? 0u : 1u);
    insn->writes_back = is_stack || arm->writeback;
    const uint32_t bytes = 4u * count_bits(insn->list);
    const bool is_down = insn->imm != 0u;
    insn->imm = is_down ? 0u - bytes : 0u;
    insn->delta = is_down ? 0u - bytes : bytes;
}

static void take_float_multiple(const cs_arm *arm, enum op op, bool is_stack, struct insn *insn)
{
    uint32_t bytes = 0;
    for (uint32_t i = is_stack ? 0u : 1u; i < arm->op_count; i++) {
        const int reg = arm->operands[i].reg;
        bytes += reg >= ARM_REG_S0 && reg <= ARM_REG_S31 ? 4u : 8u;
    }
    insn->op = op;
    insn->rn = is_stack ? (uint8_t)REG_SP : reg_of(arm, 0);
    insn->writes_back = is_stack || arm->writeback;
    insn->width = (uint8_t)bytes;
    const bool is_down = insn->imm != 0u;
    insn->imm = is_down ? 0u - bytes : 0u;
    insn->delta = is_down ? 0u - bytes : bytes;
}

static void take_float(const cs_arm *arm, enum op op, struct insn *insn)
{
    const int reg = arm->operands[0].reg;
    insn->width = reg >= ARM_REG_S0 && reg <= ARM_REG_S31 ? 4 : 8;
    insn->op = op;
    if (!take_memory(arm, 1, insn)) insn->op = OP_UNDECODED;
}

/* ---- what moves between the core and the rest ---- */

static void take_apart(const cs_arm *arm, struct insn *insn)
{
    const bool to_core = reg_of(arm, 0) != REG_NONE;
    insn->op = to_core ? OP_OTHER : OP_ESCAPE;
    if (to_core) insn->writes = regs_from(arm, 0);
    else insn->reads = regs_from(arm, 0);
    if ((insn->writes & (1u << REG_PC)) != 0u) insn->op = OP_UNDECODED;
    for (uint32_t i = 0; i < arm->op_count; i++) {
        if (arm->operands[i].type == ARM_OP_MEM) insn->op = OP_UNDECODED;
    }
}

static void take_coprocessor(const cs_arm *arm, bool to_core, struct insn *insn)
{
    insn->op = to_core ? OP_OTHER : OP_ESCAPE;
    if (to_core) insn->writes = (uint16_t)(regs_from(arm, 0) & ~(1u << REG_PC));
    else insn->reads = regs_from(arm, 0);
}

static void take_msr(const cs_arm *arm, struct insn *insn)
{
    const int reg = arm->operands[0].reg;
    const bool is_stack = reg == ARM_SYSREG_MSP || reg == ARM_SYSREG_PSP ||
                          reg == ARM_SYSREG_CONTROL;
    insn->op = is_stack ? OP_STACK_LOST : OP_NOP;
}

/* ---- branches ---- */

static void take_branch(const cs_arm *arm, enum op op, struct insn *insn)
{
    const bool is_compare = op == OP_CBZ || op == OP_CBNZ;
    insn->op = op;
    insn->rn = is_compare ? reg_of(arm, 0) : (uint8_t)REG_NONE;
    insn->imm = (uint32_t)arm->operands[is_compare ? 1 : 0].imm;
    if (op == OP_B && arm->cc != ARM_CC_AL && arm->cc != ARM_CC_INVALID) {
        insn->cond = (uint8_t)(arm->cc - ARM_CC_EQ);
    }
}

static void take_table(const cs_arm *arm, uint8_t width, struct insn *insn)
{
    insn->op = OP_TBB;
    insn->width = width;
    insn->rn = core_reg(arm->operands[0].mem.base);
    insn->rm = core_reg(arm->operands[0].mem.index);
}

static void take_system(const char *name, enum op op, struct insn *insn)
{
    insn->op = op;
    insn->name = name;
}

/* ---- one table of kinds a family ---- */

static bool take_arithmetic(uint32_t id, const cs_arm *arm, struct insn *insn)
{
    switch (id) {
    case ARM_INS_ADD: case ARM_INS_ADDW: take_data(arm, OP_ADD, insn); return true;
    case ARM_INS_SUB: case ARM_INS_SUBW: take_data(arm, OP_SUB, insn); return true;
    case ARM_INS_RSB: take_data(arm, OP_RSB, insn); return true;
    case ARM_INS_AND: take_data(arm, OP_AND, insn); return true;
    case ARM_INS_BIC: take_data(arm, OP_BIC, insn); return true;
    case ARM_INS_ORR: take_data(arm, OP_ORR, insn); return true;
    case ARM_INS_EOR: take_data(arm, OP_EOR, insn); return true;
    case ARM_INS_LSL: take_data(arm, OP_LSL, insn); return true;
    case ARM_INS_LSR: take_data(arm, OP_LSR, insn); return true;
    case ARM_INS_ASR: take_data(arm, OP_ASR, insn); return true;
    case ARM_INS_MUL: take_multiply(arm, OP_MUL, insn); return true;
    case ARM_INS_MLA: take_multiply(arm, OP_MLA, insn); return true;
    default: return false;
    }
}

static bool take_move(uint32_t id, const cs_arm *arm, struct insn *insn)
{
    switch (id) {
    case ARM_INS_MOV: case ARM_INS_MOVW: take_mov(arm, OP_MOV, insn); return true;
    case ARM_INS_MVN: take_mov(arm, OP_MVN, insn); return true;
    case ARM_INS_MOVT: take_mov(arm, OP_MOVT, insn); return true;
    case ARM_INS_ADR:
        take_mov(arm, OP_ADDRESS, insn);
        insn->imm += (insn->at + 4u) & ~3u;
        return true;
    case ARM_INS_UXTB: take_extend(arm, 0xFF, insn); return true;
    case ARM_INS_UXTH: take_extend(arm, 0xFFFF, insn); return true;
    case ARM_INS_UBFX: take_field(arm, insn); return true;
    case ARM_INS_BFI: case ARM_INS_BFC:
        insn->op = OP_INSERT;
        insn->rd = reg_of(arm, 0);
        return true;
    case ARM_INS_CMP: take_mov(arm, OP_CMP, insn); insn->rn = insn->rd; return true;
    case ARM_INS_CMN: case ARM_INS_TST: case ARM_INS_TEQ:
        insn->op = OP_CMP;
        return true;
    default: return false;
    }
}

static bool take_multiples(uint32_t id, const cs_arm *arm, struct insn *insn)
{
    const bool is_down = id == ARM_INS_PUSH || id == ARM_INS_STMDB || id == ARM_INS_LDMDB ||
                         id == ARM_INS_VPUSH || id == ARM_INS_VSTMDB || id == ARM_INS_VLDMDB;
    insn->imm = is_down;
    switch (id) {
    case ARM_INS_PUSH: take_multiple(arm, OP_STOREM, true, insn); return true;
    case ARM_INS_POP: take_multiple(arm, OP_LOADM, true, insn); return true;
    case ARM_INS_STM: case ARM_INS_STMDB: take_multiple(arm, OP_STOREM, false, insn); return true;
    case ARM_INS_LDM: case ARM_INS_LDMDB: take_multiple(arm, OP_LOADM, false, insn); return true;
    case ARM_INS_VPUSH: take_float_multiple(arm, OP_VSTORE, true, insn); return true;
    case ARM_INS_VPOP: take_float_multiple(arm, OP_VLOAD, true, insn); return true;
    case ARM_INS_VSTMIA: case ARM_INS_VSTMDB:
        take_float_multiple(arm, OP_VSTORE, false, insn);
        return true;
    case ARM_INS_VLDMIA: case ARM_INS_VLDMDB:
        take_float_multiple(arm, OP_VLOAD, false, insn);
        return true;
    default: return false;
    }
}

static bool take_flow(uint32_t id, const cs_arm *arm, struct insn *insn)
{
    switch (id) {
    case ARM_INS_B: take_branch(arm, OP_B, insn); return true;
    case ARM_INS_BL: take_branch(arm, OP_BL, insn); return true;
    case ARM_INS_CBZ: take_branch(arm, OP_CBZ, insn); return true;
    case ARM_INS_CBNZ: take_branch(arm, OP_CBNZ, insn); return true;
    case ARM_INS_BLX: insn->op = OP_BLX; insn->rm = reg_of(arm, 0); return true;
    case ARM_INS_BX: insn->op = OP_BX; insn->rm = reg_of(arm, 0); return true;
    case ARM_INS_TBB: take_table(arm, 1, insn); return true;
    case ARM_INS_TBH: take_table(arm, 2, insn); return true;
    default: return false;
    }
}

static bool take_special(uint32_t id, const cs_arm *arm, struct insn *insn)
{
    switch (id) {
    case ARM_INS_SVC: take_system("svc", OP_SYSTEM, insn); return true;
    case ARM_INS_BKPT: take_system("bkpt", OP_SYSTEM, insn); return true;
    case ARM_INS_WFI: take_system("wfi", OP_SYSTEM, insn); return true;
    case ARM_INS_WFE: take_system("wfe", OP_SYSTEM, insn); return true;
    case ARM_INS_UDF:
    case ARM_INS_TRAP: take_system("udf", OP_TRAP, insn); return true; /* 0xDEFE, as clang traps */
    case ARM_INS_NOP: case ARM_INS_DSB: case ARM_INS_ISB: case ARM_INS_DMB: case ARM_INS_SEV:
    case ARM_INS_YIELD: case ARM_INS_HINT: case ARM_INS_CLREX: case ARM_INS_CPS:
        insn->op = OP_NOP;
        return true;
    case ARM_INS_MSR: take_msr(arm, insn); return true;
    case ARM_INS_MCR: case ARM_INS_MCR2: case ARM_INS_MCRR: case ARM_INS_MCRR2:
        take_coprocessor(arm, false, insn);
        return true;
    case ARM_INS_MRC: case ARM_INS_MRC2: case ARM_INS_MRRC: case ARM_INS_MRRC2:
        take_coprocessor(arm, true, insn);
        return true;
    case ARM_INS_VLDR: take_float(arm, OP_VLOAD, insn); return true;
    case ARM_INS_VSTR: take_float(arm, OP_VSTORE, insn); return true;
    default: return false;
    }
}

static void take_named(const cs_arm *arm, const char *name, struct insn *insn)
{
    if (strncmp(name, "pld", 3) == 0 || strncmp(name, "pli", 3) == 0) {
        insn->width = 4;
        insn->op = take_memory(arm, 0, insn) ? OP_LOAD : OP_UNDECODED;
    } else if (strncmp(name, "ldr", 3) == 0 || strncmp(name, "lda", 3) == 0) {
        take_load(arm, name, insn);
    } else if (strncmp(name, "str", 3) == 0 || strncmp(name, "stl", 3) == 0) {
        take_store(arm, name, insn);
    } else if (name[0] == 'v') {
        take_apart(arm, insn);
    } else {
        take_other(arm, insn);
    }
}

static void take(struct insn *insn)
{
    const cs_arm *const arm = &cs->detail->arm;
    if (take_arithmetic(cs->id, arm, insn) || take_move(cs->id, arm, insn)) return;
    if (take_flow(cs->id, arm, insn) || take_special(cs->id, arm, insn)) return;
    if (take_multiples(cs->id, arm, insn)) return;
    insn->imm = 0;
    take_named(arm, cs->mnemonic, insn);
}

/* What Capstone 4 takes for something else, or does not know. */
static bool take_by_hand(uint32_t first, uint32_t second, struct insn *insn)
{
    if ((first & 0xFF00u) == 0xBF00u && (first & 0xFu) != 0u) {
        insn->op = OP_IT;
        insn->it = (uint16_t)(first & 0xFFu);
        return true;
    }
    /* udf with any number: compilers put one where a trap is meant. */
    const bool is_wide_trap = (first & 0xFFF0u) == 0xF7F0u && (second & 0xF000u) == 0xA000u;
    if ((first & 0xFF00u) == 0xDE00u || is_wide_trap) {
        take_system("udf", OP_TRAP, insn);
        return true;
    }
    /* blxns: the B bit of a blx with the last bits 100, Armv8-M manual, C2.4.20. */
    if ((first & 0xFF87u) == 0x4784u) {
        insn->op = OP_BLX;
        insn->rm = (uint8_t)((first >> 3) & 0xFu);
        return true;
    }
    if (insn->size == 4u && first == 0xE97Fu && second == 0xE97Fu) { /* sg */
        insn->op = OP_NOP;
        return true;
    }
    return false;
}

void decode(uint32_t at, const uint8_t *code, uint32_t n, struct insn *insn)
{
    *insn = (struct insn){.at = at, .size = 2, .cond = COND_ALWAYS, .rd = REG_NONE,
                          .rn = REG_NONE, .rm = REG_NONE, .ra = REG_NONE, .op = OP_UNDECODED};
    if (n < 2u || !is_open) return;
    insn->size = code[1] >= 0xE8u ? 4 : 2;
    if (insn->size > n) return;
    const uint32_t first = (uint32_t)code[0] | (uint32_t)code[1] << 8;
    const uint32_t second = insn->size == 4u ? (uint32_t)code[2] | (uint32_t)code[3] << 8 : 0u;
    /* 16 bits: all data instructions before the ones with high registers; 32 bits: the S bit. */
    insn->sets_flags = insn->size == 2u ? first < 0x4400u : (first & 0x10u) != 0u;
    if (take_by_hand(first, second, insn)) return;
    const uint8_t *from = code;
    size_t left = insn->size;
    uint64_t address = at;
    if (!cs_disasm_iter(handle, &from, &left, &address, cs) || cs->size != insn->size) return;
    take(insn);
}

