/*
 * Commands for the chip, and the two units that are written to.
 */
#include "examples/bring-up/lab.h"

#include "examples/bring-up/board.h"
#include "examples/bring-up/scratch.h"
#include "nacre/chips/chips.h"

#include <stddef.h>

#define FENCE_REGION 15u
#define PSRAM 0x90000000u
#define CANARY_WORDS 1024u
#define ERASED_WORD 0xFFFFFFFFu
#define KNOWN_ADDR 4u /* the reset vector: never blank */
#define ERASE_POLL_US 10u
#define NAME_BYTES 32u

extern const uint32_t image_end[];

struct lab lab;

static uint32_t piece[LAB_PIECE_BYTES / 4u];

static const volatile uint32_t *mapped(uint32_t chip_addr)
{
    return (const volatile uint32_t *)(LAB_WINDOW + chip_addr);
}

/* ---- opening ---- */

/* "XSPI2 CR" is two words, a value of the report is one. */
static void tell_mismatch(const struct nacre_mismatch *mismatch)
{
    char name[NAME_BYTES];
    uint32_t n = 0;

    if (mismatch->name == NULL) return;
    for (; mismatch->name[n] != '\0' && n < NAME_BYTES - 1u; n++) {
        name[n] = mismatch->name[n] == ' ' ? '_' : mismatch->name[n];
    }
    name[n] = '\0';
    report_word("adopt", "mismatch", name, "register");
    report_hex("adopt", "found", mismatch->found, "hex");
    report_hex("adopt", "expected", mismatch->expected, "hex");
    report_hex("adopt", "mask", mismatch->mask, "hex");
}

static void open_canary(struct probe_canary *canary)
{
    if (!board_has_psram()) return;
    canary->words = (volatile uint32_t *)PSRAM;
    canary->count = CANARY_WORDS;
    for (uint32_t i = 0; i < CANARY_WORDS; i++) {
        *probe_canary_place(canary, i) = probe_canary_word(i);
    }
    __asm volatile("dsb" ::: "memory");
}

void lab_use(const struct nacre_chip *chip)
{
    lab.chip = chip;
    lab.unit_a = scratch.addr;
    lab.unit_b = scratch.addr + chip->unit_bytes;
    lab.next_blank = lab.unit_a;
    lab.board.reset[0] = lab_command(chip->reset_enable);
    lab.board.reset[1] = lab_command(chip->reset);
    lab.board.reset_cycles = chip->reset_us_max * lab.mhz;
    lab.board.wait_max_cycles = 2u * chip->erase_us_max * lab.mhz;
}

enum nacre_err lab_open(uint32_t core_mhz)
{
    const struct nacre_port_cfg cfg = {
        .core_mhz = core_mhz, .mpu_region = FENCE_REGION, .make_read_only = true};
    struct probe_board *const board = &lab.board;

    lab.mhz = core_mhz;
    lab.image_bytes = (uint32_t)image_end - LAB_WINDOW;
    const struct nacre_chip *const chip = &nacre_chip_mx66uw1g45g;
    const enum nacre_err err = nacre_port_adopt(&board->port, &cfg, &chip->form);
    report_word("adopt", NULL, nacre_err_name(err), "-");
    tell_mismatch(&board->port.mismatch);
    if (err != NACRE_OK) return err;
    lab_use(chip);
    board->known_word = *mapped(KNOWN_ADDR);
    board->known = lab_array_read(KNOWN_ADDR, &board->known_got, sizeof(board->known_got));
    open_canary(&board->canary);
    return NACRE_OK;
}

/* ---- telling ---- */

void lab_step(enum lab_step step, const char *name)
{
    report_word("step", NULL, name, "-");
    board_flush();
    board_step_set(step);
}

void lab_verdict(const char *name, bool holds)
{
    report_word("verdict", name, holds ? "holds" : "differs", "-");
}

void lab_tell_canary(const char *group, const char *verdict)
{
    const struct probe_canary *const canary = &lab.board.canary;

    report_word(group, "psram", canary->count != 0 ? "mapped" : "absent", "-");
    report_number(group, "reads", canary->reads, "words");
    report_number(group, "errors", canary->errors, "words");
    report_number(group, "stays_wrong", canary->stays_wrong, "words");
    if (canary->errors != 0) {
        report_number(group, "first_index", canary->first_index, "word");
        report_hex(group, "first_got", canary->first_got, "hex");
        report_hex(group, "first_want", probe_canary_word(canary->first_index), "hex");
    }
    if (canary->count == 0 || canary->reads == 0) {
        report_word("verdict", verdict, "open", "-");
    } else {
        lab_verdict(verdict, canary->errors == 0);
    }
}

/* ---- commands ---- */

static struct nacre_op framed(struct nacre_op op)
{
    nacre_ctrl_frame(&lab.board.port.ctrl, &op);
    return op;
}

struct nacre_op lab_command(uint16_t opcode)
{
    return framed((struct nacre_op){.opcode = opcode});
}

struct nacre_op lab_register_read(uint16_t opcode, uint32_t *data, uint16_t n, uint8_t dummy_clocks)
{
    return framed((struct nacre_op){
        .data = data,
        .n = n,
        .opcode = opcode,
        .phases = NACRE_PHASE_ADDR | NACRE_PHASE_READ,
        .dummy_clocks = dummy_clocks,
    });
}

struct nacre_op lab_array_read(uint32_t chip_addr, uint32_t *data, uint16_t n)
{
    return framed((struct nacre_op){
        .chip_addr = chip_addr,
        .data = data,
        .n = n,
        .opcode = lab.board.port.ctrl.read_opcode,
        .phases = NACRE_PHASE_ADDR | NACRE_PHASE_READ | NACRE_PHASE_MAPPED,
    });
}

void lab_read_of(struct probe_read *read, uint32_t chip_addr)
{
    *read = (struct probe_read){0};
    for (uint32_t i = 0; i < PROBE_READ_WORDS; i++) {
        read->want[i] = mapped(chip_addr)[i];
    }
    read->op = lab_array_read(chip_addr, read->got, sizeof(read->got));
}

/* What every program and erase needs; the rest stays as the caller set it. */
static void prepare(struct probe_work *work, uint16_t suspend, uint16_t resume)
{
    const struct nacre_chip *const chip = lab.chip;
    const uint8_t dummies = chip->status_dummy_clocks;

    work->write_enable = lab_command(chip->write_enable);
    work->status = lab_register_read(chip->read_status, &work->status_word, 2, dummies);
    work->security = lab_register_read(chip->read_security, &work->security_word, 2, dummies);
    work->suspend = lab_command(suspend);
    work->resume = lab_command(resume);
    work->busy = chip->status_busy;
    work->enabled = chip->status_enabled;
    work->suspended = chip->security_suspended;
    work->suspends = 0;
    work->ended_by_itself = false;
    work->resume_lost = false;
}

/* Refused ones count; the canary is read through after each. */
static bool run(struct probe_work *work)
{
    struct probe_canary *const canary = &lab.board.canary;
    const bool is_done = probe_work(&lab.board, work) == PROBE_DONE;

    if (!is_done) lab.refused++;
    probe_canary_look(canary, canary->count);
    return is_done;
}

static bool reads_as(uint32_t chip_addr, const uint32_t *words, uint32_t n)
{
    for (uint32_t i = 0; i < n / 4u; i++) {
        if (mapped(chip_addr)[i] != (words != NULL ? words[i] : ERASED_WORD)) return false;
    }
    return true;
}

static void program_at(struct probe_work *work, uint32_t chip_addr, uint32_t n)
{
    const struct nacre_chip *const chip = lab.chip;

    for (uint32_t i = 0; i < n / 4u; i++) {
        piece[i] = (chip_addr + 4u * i) * 0x01000193u ^ 0xA5A55A5Au;
    }
    prepare(work, chip->program_suspend, chip->program_resume);
    work->work = framed((struct nacre_op){
        .chip_addr = chip_addr,
        .data = piece,
        .n = (uint16_t)n,
        .opcode = chip->program,
        .phases = NACRE_PHASE_ADDR | NACRE_PHASE_WRITE,
    });
    work->poll_cycles = 0;
    if (!run(work)) return;
    if ((work->security_word & chip->security_program_failed) != 0 ||
        !reads_as(chip_addr, piece, n)) {
        lab.bad_programs++;
    }
}

void lab_program(struct probe_work *work, uint32_t n)
{
    if (lab.next_blank + n > lab.unit_a + lab.chip->unit_bytes) {
        struct probe_work erase = {0};

        lab_erase(&erase, lab.unit_a);
    }
    program_at(work, lab.next_blank, n);
    lab.next_blank += n;
}

void lab_erase(struct probe_work *work, uint32_t unit)
{
    const struct nacre_chip *const chip = lab.chip;

    prepare(work, chip->erase_suspend, chip->erase_resume);
    work->work = framed((struct nacre_op){
        .chip_addr = unit, .opcode = chip->erase, .phases = NACRE_PHASE_ADDR});
    work->poll_cycles = ERASE_POLL_US * lab.mhz;
    if (unit == lab.unit_a) lab.next_blank = unit;
    if (!run(work)) return;
    if ((work->security_word & chip->security_erase_failed) != 0 ||
        !reads_as(unit, NULL, chip->unit_bytes)) {
        lab.bad_erases++;
    }
}

void lab_fill(void)
{
    struct probe_work work = {0};

    lab_program(&work, LAB_PIECE_BYTES);
    lab_program(&work, LAB_PIECE_BYTES);
}
