/*
 * One Thumb instruction as the flow analysis needs it: what kind, which registers, which numbers.
 *
 * Capstone does the decoding. IT blocks are left to the caller: each instruction is decoded by
 * itself, so that the order in which code is visited cannot matter.
 */
#ifndef TOOLS_CHECK_DECODE_H
#define TOOLS_CHECK_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#define REG_SP 13u
#define REG_LR 14u
#define REG_PC 15u
#define REG_NONE 0xFFu
#define COND_ALWAYS 14u

enum op {
    OP_UNDECODED, /* not known, or one that this processor would not take */
    OP_NOP,       /* touches no register and no memory */
    OP_OTHER,     /* writes `writes` with what is not followed */
    OP_ESCAPE,    /* the registers in `reads` go where they are not followed: FPU, coprocessor */
    OP_MOV,       /* this and the next: rd = rn op second; second is imm, or rm shifted */
    OP_MVN,
    OP_MOVT,
    OP_ADD,
    OP_SUB,
    OP_RSB,
    OP_AND,
    OP_BIC,
    OP_ORR,
    OP_EOR,
    OP_LSL,
    OP_LSR,
    OP_ASR,
    OP_MUL,
    OP_MLA,  /* rd = rn * rm + ra */
    OP_MASK, /* rd = some bits of rn, at most imm; has_imm: the lowest ones, in place */
    OP_INSERT, /* rd = rd with some of its lower bits replaced */
    OP_ADDRESS, /* rd = imm, an address made from the program counter */
    OP_CMP,
    OP_LOAD,   /* rd, and ra where width is 8; from rn + rm shifted + imm */
    OP_STORE,  /* ra NONE or the second register; `writes` the status of a strex */
    OP_LOADM,  /* `list` from rn + imm on */
    OP_STOREM,
    OP_VLOAD,  /* width bytes into the FPU */
    OP_VSTORE,
    OP_B,
    OP_CBZ,
    OP_CBNZ,
    OP_BL,
    OP_BLX, /* rm */
    OP_BX,  /* rm */
    OP_TBB, /* width 1 or 2: rn the table, rm the index */
    OP_IT,
    OP_SYSTEM,     /* svc, bkpt, wfi, wfe; `name` */
    OP_TRAP,       /* udf */
    OP_STACK_LOST, /* msr to a stack pointer or CONTROL */
};

enum shift { SHIFT_NONE, SHIFT_LSL, SHIFT_LSR, SHIFT_OTHER };

struct insn {
    uint32_t at;
    uint32_t imm;   /* the number, the displacement, or the address a branch goes to */
    uint32_t delta; /* what is added to rn by writing back */
    enum op op;
    enum shift shift_kind;
    uint16_t reads, writes, list; /* bit n for register n */
    uint16_t it;                  /* OP_IT: first condition and mask, the low byte of the code */
    uint8_t size, cond;
    uint8_t rd, rn, rm, ra;
    uint8_t shift;
    uint8_t width;
    bool has_imm; /* the second operand is imm */
    bool writes_back;
    bool sets_flags; /* of data instructions; outside an IT block */
    bool is_signed;   /* a load extends the sign */
    bool is_pc_based; /* the address comes from the program counter */
    const char *name; /* OP_SYSTEM and OP_TRAP */
};

/*
 * Make ready; a second call does nothing.
 *
 * Returns  false  Capstone has no ARM, or no memory
 * Context  one thread
 */
bool decode_open(void);

/*
 * Give back what decode_open took.
 *
 * Context  one thread
 */
void decode_close(void);

/*
 * Decode one instruction.
 *
 * at    its address
 * code  n bytes from there, 2 or 4
 * insn  written in any case; OP_UNDECODED, with a size, for what cannot be told
 */
void decode(uint32_t at, const uint8_t *code, uint32_t n, struct insn *insn);

#endif
