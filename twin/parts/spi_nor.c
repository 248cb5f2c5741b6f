/*
 * A serial NOR on a bus of its own: bytes on one line, made into the frames that the model in
 * twin/chip takes. What is an address, a dummy byte or data its row's table of opcodes says.
 *
 * A read is one frame for each byte, the later ones with `continues`; once the first was refused
 * the chip drives nothing until chip select rises.
 */
#include "twin/chip/nor_row.h"
#include "twin/parts/part_internal.h"

#define OP_READ_SLOW 0x03u
#define OP_READ_STATUS 0x05u
#define OP_READ_ID 0x9Fu
#define STATUS_WIP 0x01u
#define SLOW_READ_HZ 50000000u /* W25Q128JV rev. F: 03h, all others 133 MHz */
#define ID_BYTES 3u

static enum nor_time nor_time_of(enum part_time time)
{
    switch (time) {
    case PART_TIME_MAX: return NOR_TIME_MAX;
    case PART_TIME_DRAWN: return NOR_TIME_DRAWN;
    case PART_TIME_TYPICAL: break;
    }
    return NOR_TIME_TYPICAL;
}

static void count_refusal(struct part_counters *counters, enum nor_refusal refusal)
{
    switch (refusal) {
    case NOR_ACCEPTED: break;
    case NOR_REFUSED_BUSY:
    case NOR_REFUSED_BANK_BUSY: counters->busy++; break;
    case NOR_REFUSED_NOT_ENABLED: counters->not_enabled++; break;
    case NOR_REFUSED_PROTECTED: counters->refused++; break;
    case NOR_REFUSED_OFF:
    case NOR_REFUSED_RECOVERING: counters->too_early++; break;
    default: counters->opcodes++; break;
    }
}

void part_nor_choose_time(struct part *part, enum part_time time)
{
    nor_choose_time(part->nor, nor_time_of(time));
}

/* A frame was heard, or work ended. A step that begins may be the one that is cut. */
static void on_event(void *ctx, const struct nor_event *event)
{
    struct part_state *const state = &((struct part *)ctx)->state;
    struct part_counters *const counters = &state->counters;
    if (event->kind == NOR_EVENT_TORN) counters->cuts++;
    if (event->kind != NOR_EVENT_COMMAND) return;
    count_refusal(counters, event->refusal);
    if (event->refusal != NOR_ACCEPTED || event->work == NOR_IDLE) return;
    if (event->work == NOR_PROGRAM) {
        counters->writes++;
        counters->write_bytes += event->n;
    } else {
        counters->erases++;
    }
    state->nor_hangs = state->nor_hangs || state->wire.hit[PART_FAULT_BUSY];
    state->nor_cut = counters->steps++ == state->cut_step;
}

/* How a cut of this part looks in a program and in an erase. */
static void choose_torn(struct part *part)
{
    static const struct {
        enum nor_torn_program program;
        enum nor_torn_erase erase;
    } kinds[PART_TORN_COUNT] = {
        [PART_TORN_DRAWN] = {NOR_PROGRAM_DRAWN, NOR_ERASE_DRAWN},
        [PART_TORN_NOTHING] = {NOR_PROGRAM_NOTHING, NOR_ERASE_NOTHING},
        [PART_TORN_PREFIX] = {NOR_PROGRAM_PREFIX, NOR_ERASE_HALF},
        [PART_TORN_BYTES] = {NOR_PROGRAM_PREFIX, NOR_ERASE_PATCHY},
        [PART_TORN_BITS] = {NOR_PROGRAM_BITS, NOR_ERASE_PATCHY},
        [PART_TORN_ERASED] = {NOR_PROGRAM_BLANK, NOR_ERASE_WEAK},
        [PART_TORN_UNSTABLE] = {NOR_PROGRAM_UNSTABLE, NOR_ERASE_UNSTABLE},
        [PART_TORN_ALTERNATE] = {NOR_PROGRAM_ALTERNATE, NOR_ERASE_ALTERNATE},
        [PART_TORN_NOISE] = {NOR_PROGRAM_BITS, NOR_ERASE_ZEROED},
        [PART_TORN_COMPLETE] = {NOR_PROGRAM_COMPLETE, NOR_ERASE_COMPLETE},
    };
    const enum part_torn torn = part->state.torn;
    nor_choose_torn(part->nor, kinds[torn].program, kinds[torn].erase);
    const bool is_mild = part->state.reach == PART_REACH_BYTES;
    nor_choose_tear(part->nor, is_mild ? NOR_TEAR_GRANULE : NOR_TEAR_PAGE);
}

void part_nor_power_off(struct part *part)
{
    choose_torn(part);
    nor_seed(part->nor, part->state.random);
    nor_power_off(part->nor, part->state.now_ps);
}

bool part_nor_create(struct part *part, const struct part_cfg *cfg)
{
    const struct nor_cfg nor_cfg = {
        .row = nor_row_find(part->row->name),
        .time = nor_time_of(cfg->time),
        .seed = cfg->seed,
        .undriven = 0xFF,
        .endurance = cfg->endurance,
        .listener = {.ctx = part, .event = on_event},
    };
    if (nor_cfg.row == NULL) return false;
    part->nor = nor_create(&nor_cfg);
    return part->nor != NULL;
}

static const struct nor_opcode *opcode_of(const struct part *part, uint8_t code)
{
    const struct nor_row *const row = nor_row_find(part->row->name);
    for (uint32_t i = 0; i < row->opcode_count; i++) {
        if (row->opcodes[i].code == code) return &row->opcodes[i];
    }
    return NULL;
}

static bool is_read(enum nor_command command)
{
    switch (command) {
    case NOR_CMD_READ:
    case NOR_CMD_READ_SFDP:
    case NOR_CMD_READ_SR:
    case NOR_CMD_READ_SR2:
    case NOR_CMD_READ_CR:
    case NOR_CMD_READ_SCUR:
    case NOR_CMD_READ_FSR:
    case NOR_CMD_READ_ID: return true;
    default: return false;
    }
}

/* What comes behind the opcode, and then behind the address. */
static enum wire_phase behind(const struct nor_opcode *opcode, bool is_addressed)
{
    if (!is_addressed && opcode->address_spi != 0u) return WIRE_ADDRESS;
    if (opcode->dummy_spi == NOR_DUMMY_8) return WIRE_DUMMY;
    if (is_read(opcode->command)) return WIRE_READ;
    return opcode->command == NOR_CMD_PROGRAM ? WIRE_WRITE : WIRE_COMMAND;
}

static bool is_on_one_line(const struct nor_opcode *opcode)
{
    return opcode->address_spi != NOR_NO_FORM &&
           (opcode->dummy_spi == NOR_DUMMY_NONE || opcode->dummy_spi == NOR_DUMMY_8);
}

static enum wire_phase take_opcode(struct part *part, uint8_t code)
{
    struct part_state *const state = &part->state;
    const struct nor_opcode *const opcode = opcode_of(part, code);
    if (opcode == NULL || !is_on_one_line(opcode)) {
        state->counters.opcodes++;
        return WIRE_IGNORED;
    }
    if (state->nor_hangs && code != OP_READ_STATUS) {
        state->counters.busy++;
        return WIRE_IGNORED;
    }
    if (code == OP_READ_SLOW && state->hz > SLOW_READ_HZ) state->counters.too_fast++;
    state->wire.opcode = code;
    state->wire.left = opcode->address_spi;
    state->addr = 0;
    return behind(opcode, false);
}

/* The frame of the transfer under way, without data. */
static struct frame frame_of(const struct part *part)
{
    const struct nor_opcode *const opcode = opcode_of(part, part->state.wire.opcode);
    struct frame frame = {
        .instruction = {.lines = 1, .bytes = 1},
        .instruction_value = opcode->code,
        .dummy_clocks = opcode->dummy_spi == NOR_DUMMY_8 ? 8 : 0,
    };
    if (opcode->address_spi != 0u) {
        frame.address = (struct frame_phase){.lines = 1, .bytes = opcode->address_spi};
        frame.address_value = part->state.addr;
    }
    return frame;
}

static enum frame_answer transfer(struct part *part, struct frame *frame)
{
    const struct frame_device *const device = nor_device(part->nor);
    return device->transfer(device->ctx, part->state.now_ps, frame);
}

/* The next byte of the array, or of a register: these repeat, and an id has three bytes. */
static uint8_t send_byte(struct part *part)
{
    struct part_state *const state = &part->state;
    uint8_t bytes[ID_BYTES] = {0xFF, 0xFF, 0xFF};
    struct frame frame = frame_of(part);
    frame.data = (struct frame_phase){.lines = 1};
    frame.dir = FRAME_READ;
    frame.in = bytes;
    frame.n = frame.address.lines != 0u ? 1u : state->wire.data_bytes % ID_BYTES + 1u;
    frame.continues = state->wire.data_bytes != 0u;
    if (transfer(part, &frame) != FRAME_DRIVEN) {
        state->wire.phase = WIRE_IGNORED;
        return 0xFF;
    }
    state->wire.data_bytes++;
    state->addr = (state->addr + 1u) % part->row->size_bytes;
    return bytes[frame.n - 1u];
}

static uint8_t send(struct part *part)
{
    const uint8_t opcode = part->state.wire.opcode;
    const uint8_t byte = send_byte(part);
    if (opcode == OP_READ_ID && part->state.wire.hit[PART_FAULT_WRONG_ID]) return byte ^ 0x5Au;
    if (opcode != OP_READ_STATUS) return byte;
    const uint8_t status = part->state.nor_hangs ? byte | STATUS_WIP : byte;
    if ((status & STATUS_WIP) != 0u) part->state.counters.polls++;
    return status;
}

/* The page buffer keeps the last bytes that fit into it. */
static void take_data(struct part *part, uint8_t byte)
{
    struct cycle *const cycle = &part->state.cycle;
    const uint32_t at = part->state.addr + cycle->sent_count;
    if (cycle->sent_count != 0u && at % PAGE_BYTES_MAX == 0u) part->state.counters.wrapped++;
    cycle->bytes[at % PAGE_BYTES_MAX] = byte;
    cycle->sent_count++;
}

uint8_t part_nor_exchange(struct part *part, uint8_t byte)
{
    struct wire *const wire = &part->state.wire;
    switch (wire->phase) {
    case WIRE_OPCODE: wire->phase = take_opcode(part, byte); return 0xFF;
    case WIRE_ADDRESS:
        if (part_take_address(part, byte)) {
            wire->phase = behind(opcode_of(part, wire->opcode), true);
        }
        return 0xFF;
    case WIRE_DUMMY: wire->phase = WIRE_READ; return 0xFF;
    case WIRE_READ: return send(part);
    case WIRE_WRITE: take_data(part, byte); return 0xFF;
    default: wire->data_bytes++; return 0xFF;
    }
}

/* The last bytes sent, as many as the page has, from where the first of them lies. */
static void program(struct part *part)
{
    const struct cycle *const cycle = &part->state.cycle;
    const uint32_t n = cycle->sent_count < PAGE_BYTES_MAX ? cycle->sent_count : PAGE_BYTES_MAX;
    const uint32_t page = part->state.addr - part->state.addr % PAGE_BYTES_MAX;
    const uint32_t first = (part->state.addr + cycle->sent_count - n) % PAGE_BYTES_MAX;
    uint8_t bytes[PAGE_BYTES_MAX];
    for (uint32_t i = 0; i < n; i++) bytes[i] = cycle->bytes[(first + i) % PAGE_BYTES_MAX];
    struct frame frame = frame_of(part);
    frame.address_value = page + first;
    frame.data = (struct frame_phase){.lines = 1};
    frame.dir = FRAME_WRITE;
    frame.out = bytes;
    frame.n = n;
    (void)transfer(part, &frame);
}

void part_nor_deselect(struct part *part, bool is_whole)
{
    struct part_state *const state = &part->state;
    const struct wire *const wire = &state->wire;
    if (wire->phase == WIRE_ADDRESS) state->counters.opcodes++;
    if (!is_whole) return;
    if (wire->phase == WIRE_WRITE && state->cycle.sent_count != 0u) {
        program(part);
    } else if (wire->phase == WIRE_COMMAND && wire->data_bytes == 0u) {
        struct frame frame = frame_of(part);
        (void)transfer(part, &frame);
    }
    if (!state->nor_cut) return;
    state->nor_cut = false;
    part_power_off(part, state->now_ps, state->cut_seed);
}
