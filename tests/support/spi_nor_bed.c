/*
 * See spi_nor_bed.h.
 */
#include "tests/support/spi_nor_bed.h"

#include "tests/support/cmocka_all.h"

#include <string.h>

#define SENT_MAX 600u
#define BYTE_PS (8u * 25000ULL) /* 40 MHz */
#define PAUSE_PS (20u * US)

static const struct nor_opcode *opcode_of(const struct nor_row *row, uint8_t code)
{
    for (uint32_t i = 0; i < row->opcode_count; i++) {
        if (row->opcodes[i].code == code && row->opcodes[i].address_spi != NOR_NO_FORM) {
            return &row->opcodes[i];
        }
    }
    return NULL;
}

/* A read: what was sent is opcode, address and dummies; the model wants them as phases. */
static void as_read(struct frame *frame, const struct nor_opcode *opcode, const uint8_t *sent,
                    uint32_t n)
{
    const uint32_t addr_bytes = opcode == NULL ? 0u : opcode->address_spi;
    const uint32_t head = 1u + addr_bytes;

    frame->dir = FRAME_READ;
    frame->data = (struct frame_phase){.lines = 1};
    if (addr_bytes != 0 && n >= head) {
        frame->address = (struct frame_phase){.lines = 1, .bytes = (uint8_t)addr_bytes};
        for (uint32_t i = 0; i < addr_bytes; i++) {
            frame->address_value = frame->address_value << 8 | sent[1u + i];
        }
    }
    if (n > head) frame->dummy_clocks = (uint8_t)((n - head) * 8u);
}

static void exchange(struct spi_nor_bed *bed, const uint8_t *sent, uint32_t n, uint8_t *in,
                     uint32_t in_bytes)
{
    const struct frame_device *const device = nor_device(bed->chip.nor);
    struct frame frame = {.instruction = {.lines = 1, .bytes = 1}, .instruction_value = sent[0]};

    bed->chip.now_ps += (uint64_t)n * bed->ps_a_byte;
    if (in_bytes != 0) {
        as_read(&frame, opcode_of(bed->row, sent[0]), sent, n);
        frame.in = in;
        frame.n = in_bytes;
    } else if (n > 1u) {
        frame.data = (struct frame_phase){.lines = 1};
        frame.dir = FRAME_WRITE;
        frame.out = sent + 1;
        frame.n = n - 1u;
    }
    bed->chip.answer = device->transfer(device->ctx, bed->chip.now_ps, &frame);
    bed->chip.now_ps += (uint64_t)in_bytes * bed->ps_a_byte;
    if (sent[0] == 0x05 && in_bytes != 0) in[0] |= bed->status_too;
    if (sent[0] == bed->second_opcode && in_bytes != 0) in[0] |= bed->second_too;
}

/* All that goes out in one frame. */
static uint32_t gather(const struct nacre_spi_frame *frame, uint8_t *sent)
{
    assert_in_range(frame->out_bytes, 1, SENT_MAX);
    assert_true(frame->more_bytes <= SENT_MAX - frame->out_bytes);
    memcpy(sent, frame->out, frame->out_bytes);
    if (frame->more_bytes != 0) memcpy(sent + frame->out_bytes, frame->more, frame->more_bytes);
    return frame->out_bytes + frame->more_bytes;
}

static void move(struct spi_nor_bed *bed, const struct nacre_spi_frame *frame)
{
    uint8_t sent[SENT_MAX];
    const uint32_t n = gather(frame, sent);

    if (bed->is_silent) {
        if (frame->in_bytes != 0) memset(frame->in, bed->silence, frame->in_bytes);
        bed->chip.now_ps += (uint64_t)(n + frame->in_bytes) * bed->ps_a_byte;
        return;
    }
    exchange(bed, sent, n, frame->in, frame->in_bytes);
}

/* Half of what goes out; of an answer, half of it and then nothing. */
static void move_half(struct spi_nor_bed *bed, const struct nacre_spi_frame *frame)
{
    uint8_t sent[SENT_MAX];
    const uint32_t n = gather(frame, sent);

    if (frame->in_bytes != 0) {
        exchange(bed, sent, n, frame->in, frame->in_bytes);
        memset((uint8_t *)frame->in + frame->in_bytes / 2u, 0,
               frame->in_bytes - frame->in_bytes / 2u);
        return;
    }
    exchange(bed, sent, (n + 1u) / 2u, NULL, 0);
}

static void cut(struct spi_nor_bed *bed, const struct nacre_spi_frame *frame)
{
    if (bed->cut_of_sent != 0) move(bed, frame);
    bed->cut_at = 0;
    bed->chip.now_ps += bed->cut_after_ps;
    nor_power_off(bed->chip.nor, bed->chip.now_ps);
    longjmp(bed->jump, 1);
}

static bool is_hit(const struct spi_nor_bed *bed)
{
    const struct spi_fault *const fault = &bed->fault;

    return fault->at != 0 && bed->transfers >= fault->at &&
           bed->transfers - fault->at < fault->count;
}

static int32_t bed_transfer(void *context, const struct nacre_spi_frame *frame)
{
    struct spi_nor_bed *const bed = context;
    const uint32_t n = frame->out_bytes + frame->more_bytes + frame->in_bytes;

    bed->transfers++;
    bed->bytes += n;
    if (bed->transfers == bed->cut_at) cut(bed, frame);
    if (!is_hit(bed)) {
        move(bed, frame);
        return (int32_t)n;
    }
    if (bed->fault.reach == SPI_FAULT_ALL) move(bed, frame);
    if (bed->fault.reach == SPI_FAULT_HALF) move_half(bed, frame);
    return bed->fault.answer;
}

static uint32_t bed_now_us(void *context)
{
    const struct spi_nor_bed *const bed = context;

    return (uint32_t)(bed->chip.now_ps / US);
}

static void bed_pause(void *context)
{
    struct spi_nor_bed *const bed = context;

    chip_bus_wait(&bed->chip, bed->pause_ps);
}

bool spi_nor_bed_open(struct spi_nor_bed *bed, const char *name, uint64_t seed)
{
    struct nor_cfg cfg = chip_bus_cfg();

    memset(bed, 0, sizeof *bed);
    cfg.row = nor_row_find(name);
    cfg.tear = NOR_TEAR_PAGE;
    cfg.seed = seed;
    if (cfg.row == NULL) return false;
    chip_bus_open(&bed->chip, &cfg);
    bed->row = cfg.row;
    bed->spi = (struct nacre_spi){bed_transfer, bed};
    bed->time = (struct nacre_bus_time){bed_now_us, bed_pause, bed};
    bed->ps_a_byte = BYTE_PS;
    bed->pause_ps = PAUSE_PS;
    return true;
}

void spi_nor_bed_close(struct spi_nor_bed *bed)
{
    chip_bus_close(&bed->chip);
}

uint64_t spi_nor_bed_violations(const struct spi_nor_bed *bed)
{
    const struct nor_counters seen = nor_counters(bed->chip.nor);

    return seen.refused + seen.double_programs + seen.not_erased_programs +
           seen.nonvolatile_writes;
}

void spi_nor_bed_cycle(struct spi_nor_bed *bed)
{
    chip_bus_wait(&bed->chip, MS);
    chip_cycle_power(&bed->chip);
    chip_bus_wait(&bed->chip, MS);
}
