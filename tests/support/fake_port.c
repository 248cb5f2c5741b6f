/*
 * The board of fake_port.h. It stands where a port does: nacre/port.h and nacre/ctrl.h.
 */
#include "tests/support/fake_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define WIP 0x01u
#define WEL 0x02u
#define PSB 0x04u
#define ESB 0x08u
#define UNIT 4096u
#define PAGE 256u
#define IMAGE_BYTES 65536u
#define REGION 0x07FE0000u
#define FAKE_FRAME 0x5A000000u

struct fake fake;

/* ---- the chip ---- */

static uint32_t us_since(uint32_t then)
{
    return (fake.now - then) / fake.cycles_per_us;
}

static void chip_settle(void)
{
    if ((fake.status & WIP) == 0 || fake.is_stuck) return;
    if (fake.is_suspending) {
        if (us_since(fake.suspend_since) < fake.suspend_us) return;
        fake.status = 0;
        fake.security = (uint8_t)(fake.security | fake.suspend_bit);
        fake.is_suspending = false;
        return;
    }
    if (us_since(fake.busy_since) + fake.done_us < fake.busy_us) return;
    fake.status = 0;
    fake.security = (uint8_t)(fake.security | fake.fail_next);
    fake.fail_next = 0;
    fake.suspend_bit = 0;
}

/* Some chips take a moment until they say that they are busy. */
static void chip_become_busy(void)
{
    if (fake.late_since == 0 || us_since(fake.late_since) < fake.late_us) return;
    fake.late_since = 0;
    fake.status = WIP | WEL;
    fake.security = (uint8_t)(fake.security & ~fake.suspend_bit);
    fake.busy_since = fake.now;
}

static void chip_begin(uint8_t suspend_bit)
{
    fake.status = fake.late_us != 0 ? WEL : WIP | WEL;
    fake.late_since = fake.late_us != 0 ? fake.now : 0;
    fake.security = 0;
    fake.busy_since = fake.now;
    fake.done_us = 0;
    fake.suspend_bit = suspend_bit;
}

/* What runs too shortly after a resume is as if it had not run. */
static void chip_suspend(void)
{
    const uint32_t ran_us = us_since(fake.busy_since);
    if ((fake.status & WIP) == 0 || fake.is_suspending || fake.ignored_suspends-- > 0) return;
    if (ran_us < fake.shortest_run_us) fake.shortest_run_us = ran_us;
    if (ran_us >= fake.run_min_us) fake.done_us += ran_us;
    fake.is_suspending = true;
    fake.suspend_since = fake.now;
}

static void chip_resume(void)
{
    if ((fake.status & WIP) != 0 || fake.suspend_bit == 0 || fake.ignores_resume) return;
    if ((fake.security & fake.suspend_bit) == 0) return;
    if (fake.late_us != 0) {
        fake.late_since = fake.now;
        return;
    }
    fake.security = (uint8_t)(fake.security & ~fake.suspend_bit);
    fake.status = WIP | WEL;
    fake.busy_since = fake.now;
}

static void chip_program(const struct nacre_op *op)
{
    if ((fake.status & (WIP | WEL)) != WEL || fake.ignores_operation) return;
    const uint32_t page = op->chip_addr / PAGE * PAGE;
    for (uint32_t i = 0; i < op->n; i++) {
        const uint32_t addr = page + (op->chip_addr + i) % PAGE;
        fake.chip[addr] &= ((const uint8_t *)op->data)[i];
        if (addr == fake.flip_addr && addr != 0) fake.chip[addr] ^= 1u;
    }
    chip_begin(PSB);
}

static void chip_erase(const struct nacre_op *op)
{
    if ((fake.status & (WIP | WEL)) != WEL || fake.ignores_operation) return;
    memset(fake.chip + op->chip_addr / UNIT * UNIT, 0xFF, UNIT);
    if (fake.flip_addr != 0) fake.chip[fake.flip_addr] ^= 1u;
    chip_begin(ESB);
}

static void answer_twice(const struct nacre_op *op, const uint8_t *bytes, uint32_t count)
{
    uint8_t *to = (uint8_t *)op->data;
    for (uint32_t i = 0; i < op->n; i++) {
        to[i] = bytes[i / 2u % count];
    }
}

static void chip_status(const struct nacre_op *op)
{
    answer_twice(op, &fake.status, 1);
    if (fake.nonsense_in >= 0 && fake.nonsense_in-- == 0) memset(op->data, 0xFF, op->n);
}

static void chip_read(const struct nacre_op *op)
{
    memcpy(op->data, fake.chip + op->chip_addr, op->n);
    const bool is_bank_busy = fake.must_be_idle_when_mapped && (fake.status & WIP) != 0;
    if (fake.is_deaf || is_bank_busy) memset(op->data, 0xFF, op->n);
}

/* A sample without tables reads as erased. */
static void chip_tables(const struct nacre_op *op)
{
    memset(op->data, 0xFF, op->n);
    if (fake.tables != NULL && op->chip_addr + op->n <= fake.tables_bytes) {
        memcpy(op->data, fake.tables + op->chip_addr, op->n);
    }
}

/* ---- nacre/ctrl.h ---- */

/* A slice asks for the same, and where it must suspends, again and again: told once. */
static bool is_repeated(const struct nacre_op *op, uint32_t back)
{
    if (op->opcode != 0x05FA && op->opcode != 0xB04F && op->opcode != 0x2BD4) return false;
    if (fake.sent_count < back) return false;
    const struct fake_sent *sent = &fake.sent[fake.sent_count - back];
    if (sent->opcode != op->opcode || sent->blackout != fake.blackout_count) return false;
    return back == 1 || op->opcode != 0x05FA || sent[1].opcode == 0x2BD4;
}

static void record(const struct nacre_op *op)
{
    if (is_repeated(op, 1) || is_repeated(op, 2)) return;
    if (fake.sent_count == FAKE_SENT_MAX) abort();
    struct fake_sent *sent = &fake.sent[fake.sent_count++];
    *sent = (struct fake_sent){op->opcode,    op->phases, op->dummy_clocks,
                               op->chip_addr, op->n,      {0},
                               fake.blackout_count};
    if ((op->phases & NACRE_PHASE_WRITE) != 0) memcpy(sent->data, op->data, op->n);
}

enum nacre_err nacre_ctrl_leave(const struct nacre_ctrl *ctrl)
{
    (void)ctrl;
    if (!fake.is_closed) abort();
    fake.is_mapped = false;
    return NACRE_OK;
}

enum nacre_err nacre_ctrl_send(const struct nacre_ctrl *ctrl, const struct nacre_op *op)
{
    (void)ctrl;
    if (!fake.is_closed || fake.is_mapped) abort();
    /* The frame is that of this command, as it is now. */
    if (op->CCR != (FAKE_FRAME | op->opcode)) abort();
    if (op->TCR != ((uint32_t)op->phases << 16 | op->n)) abort();
    fake.now += fake.cycles_per_command;
    chip_become_busy();
    chip_settle();
    record(op);
    const bool is_lost = fake.timeout_in >= 0 && fake.timeout_in-- == 0;
    if (is_lost && !fake.timeout_is_late) return NACRE_TIMEOUT;
    switch (op->opcode) {
    case 0x06F9: if (!fake.ignores_write_enable && fake.status == 0) fake.status = WEL; break;
    case 0x05FA: chip_status(op); break;
    case 0x2BD4: answer_twice(op, &fake.security, 1); break;
    case 0x9F60: answer_twice(op, fake.id, 3); break;
    case 0x5AA5: chip_tables(op); break;
    case 0x12ED: chip_program(op); break;
    case 0x21DE: chip_erase(op); break;
    case 0xEE11: chip_read(op); break;
    case 0xB04F: chip_suspend(); break;
    case 0x30CF: chip_resume(); break;
    case 0x6699: case 0x9966: break;
    default: abort();
    }
    return is_lost ? NACRE_TIMEOUT : NACRE_OK;
}

enum nacre_err nacre_ctrl_map(const struct nacre_ctrl *ctrl)
{
    (void)ctrl;
    if (!fake.is_closed) abort();
    if (fake.must_be_idle_when_mapped && ((fake.status & WIP) != 0 || fake.late_since != 0)) {
        abort();
    }
    fake.is_mapped = true;
    return NACRE_OK;
}

/* ---- nacre/port.h ---- */

void nacre_ctrl_frame(const struct nacre_ctrl *ctrl, struct nacre_op *op)
{
    (void)ctrl;
    op->CCR = FAKE_FRAME | op->opcode;
    op->TCR = (uint32_t)op->phases << 16 | op->n;
}

enum nacre_err nacre_port_adopt(struct nacre_port *port, const struct nacre_port_cfg *cfg,
                                const struct nacre_form *form)
{
    *port = (struct nacre_port){.window = fake.chip, .window_bits = 28};
    port->mpu_region = cfg->mpu_region;
    port->is_ram_quiet = cfg->quiet_ram;
    port->mapped_bytes = fake.mapped_bytes;
    port->image_addr = fake.image_addr;
    port->image_bytes = fake.image_bytes;
    port->cycles_per_us = cfg->core_mhz;
    port->ctrl.CR = fake.CR;
    port->ctrl.wait_cycles = 20u * cfg->core_mhz;
    port->ctrl.read_opcode = form->read[0].opcode;
    if (fake.adopt_result == NACRE_CTRL_STATE) {
        port->mismatch = (struct nacre_mismatch){"XSPI2 CR", 1, 2, 3};
    }
    return fake.adopt_result;
}

enum nacre_err nacre_port_range_check(struct nacre_port *port, uint32_t chip_addr, uint32_t n)
{
    (void)port;
    (void)chip_addr;
    (void)n;
    return fake.range_result;
}

bool nacre_port_in_interrupt(void)
{
    return fake.is_in_interrupt;
}

enum nacre_err nacre_port_check_stacks(struct nacre_port *port)
{
    (void)port;
    return fake.stacks_result;
}

enum nacre_err nacre_port_quiet_begin(struct nacre_port *port)
{
    (void)port;
    if (fake.is_quiet || fake.is_closed) abort();
    if (fake.quiet_refusals > 0) {
        fake.quiet_refusals--;
        return NACRE_NOT_NOW;
    }
    fake.is_quiet = true;
    fake.now += 40 * FAKE_CYCLES_PER_US;
    return NACRE_OK;
}

bool nacre_port_quiet_end(struct nacre_port *port, uint32_t *masked_cycles)
{
    (void)port;
    if (!fake.is_quiet || fake.is_closed || (fake.status & WIP) != 0) abort();
    fake.is_quiet = false;
    *masked_cycles += 40 * FAKE_CYCLES_PER_US;
    return !fake.is_disturbed;
}

bool nacre_port_has_debugger(void)
{
    return fake.has_debugger;
}

uint32_t nacre_port_ticks_lost(const struct nacre_port *port, uint32_t from, uint32_t cycles)
{
    (void)port;
    if (fake.tick_cycles == 0) return 0;
    const uint32_t asked = (from + cycles) / fake.tick_cycles - from / fake.tick_cycles;
    return asked > 1u ? asked - 1u : 0;
}

bool nacre_port_is_readable(const void *buf, uint32_t n)
{
    (void)n;
    return buf != fake.hole;
}

bool nacre_port_is_writable(const void *buf, uint32_t n)
{
    (void)n;
    return buf != fake.hole;
}

uint32_t nacre_port_now(void)
{
    fake.now += fake.cycles_per_call;
    return fake.now;
}

void nacre_port_wait(uint32_t from, uint32_t wait)
{
    if (fake.now - from >= wait) return;
    fake.spun += from + wait - fake.now;
    /* Handlers run meanwhile, at their time. */
    if (fake.interrupt_every_us != 0 && fake.now < fake.interrupt_at) {
        const uint32_t end = from + wait;
        while (fake.interrupt_at < end) {
            fake.interrupts++;
            fake.interrupt_at += fake.interrupt_every_us * FAKE_CYCLES_PER_US;
        }
    }
    fake.now = from + wait;
}

uint32_t nacre_port_cycles(void)
{
    return nacre_port_now();
}

bool nacre_port_interrupt_waits(const struct nacre_port *port)
{
    (void)port;
    if (fake.interrupt_every_us == 0) return false;
    return fake.now >= fake.interrupt_at;
}

/* The handler runs as soon as nothing holds it up. */
static void serve(void)
{
    const uint32_t every = fake.interrupt_every_us * FAKE_CYCLES_PER_US;
    if (every == 0 || fake.now < fake.interrupt_at) return;
    const uint32_t late = fake.now - fake.interrupt_at;
    if (late > fake.longest_latency) fake.longest_latency = late;
    fake.interrupts++;
    fake.interrupt_at += (late / every + 1u) * every;
}

void nacre_port_close(struct nacre_port *port)
{
    if (port->is_ram_quiet != fake.is_quiet) abort();
    if (fake.is_closed || fake.blackout_count == FAKE_SENT_MAX) abort();
    fake.is_closed = true;
    if (fake.must_ask && fake.asked != fake.blackout_count + 1u) abort();
    fake.fence_bits = 28;
    fake.fence_addr = 0;
    fake.blackouts[fake.blackout_count++].begin = fake.now;
}

void nacre_port_fence(const struct nacre_port *port, const struct nacre_fence *fence)
{
    (void)port;
    if (!fake.is_mapped) abort();
    fake.fence_bits = fence == NULL ? 0 : fence->bits;
    fake.fence_addr = fence == NULL ? 0 : fence->chip_addr;
}

void nacre_port_discard(const struct nacre_port *port, uint32_t chip_addr, uint32_t n)
{
    (void)port;
    if (n != 0 && fake.fence_bits != 0 &&
        chip_addr >> fake.fence_bits == fake.fence_addr >> fake.fence_bits) {
        abort();
    }
    fake.discard_addr = chip_addr;
    fake.discard_bytes = n;
}

void nacre_port_release(const struct nacre_port *port)
{
    (void)port;
    if (!fake.is_mapped) abort();
    fake.is_closed = false;
    fake.blackouts[fake.blackout_count - 1u].end = fake.now;
    fake.blackouts[fake.blackout_count - 1u].fence_bits = fake.fence_bits;
    serve();
}

_Noreturn void nacre_port_reset(void)
{
    if (fake.reset_is_expected) longjmp(fake.reset, 1);
    abort();
}

/* ---- for tests ---- */

_Noreturn void nacre_assert_failed(const char *file, int line)
{
    fprintf(stderr, "%s:%d: an assert of the library does not hold\n", file, line);
    abort();
}

void fake_start(void)
{
    static uint8_t *chip;
    if (chip == NULL) {
        chip = mmap(NULL, FAKE_CHIP_BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (chip == MAP_FAILED) abort();
    }
    memset(&fake, 0, sizeof(fake));
    fake.chip = chip;
    memset(chip + REGION, 0xFF, 0x20000);
    for (uint32_t i = 0; i < IMAGE_BYTES; i++) {
        chip[i] = (uint8_t)(i * 7u + 1u);
    }
    fake.cycles_per_us = FAKE_CYCLES_PER_US;
    fake.cycles_per_call = 10;
    fake.cycles_per_command = 50;
    fake.is_mapped = true;
    fake.id[0] = 0xC2;
    fake.id[1] = 0x81;
    fake.id[2] = 0x3B;
    fake.busy_us = 100;
    fake.suspend_us = 56;
    fake.run_min_us = 448;
    fake.shortest_run_us = UINT32_MAX;
    fake.mapped_bytes = FAKE_CHIP_BYTES;
    fake.timeout_in = -1;
    fake.nonsense_in = -1;
}

const char *fake_opcodes(void)
{
    static char text[FAKE_SENT_MAX * 5 + 1];
    char *at = text;
    text[0] = '\0';
    for (uint32_t i = 0; i < fake.sent_count; i++) {
        at += sprintf(at, "%s%04X", i == 0 ? "" : " ", fake.sent[i].opcode);
    }
    return text;
}

void fake_forget(void)
{
    fake.sent_count = 0;
}
