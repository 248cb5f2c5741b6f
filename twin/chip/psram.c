/*
 * The pseudo-static RAM. Commands, mode registers and their meaning as ST's boot stage for the
 * STM32H7S78-DK uses them (traced): 40h and C0h read and write mode registers, 20h/00h and A0h/80h
 * read and write the array, MR8 bit 6 makes the data bus 16 lines wide.
 */
#define _GNU_SOURCE
#include "twin/chip/psram.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOISE_BYTES (1024u * 1024u)
#define MR_COUNT 16u
#define MR8_X16 0x40u
#define OP_READ 0x20u
#define OP_READ_WRAP 0x00u
#define OP_WRITE 0xA0u
#define OP_WRITE_WRAP 0x80u
#define OP_READ_MR 0x40u
#define OP_WRITE_MR 0xC0u
#define OP_RESET 0xFFu

struct psram {
    struct frame_device device;
    uint8_t *array;
    uint32_t size_bytes;
    int noise;
    bool is_powered;
    uint8_t mr[MR_COUNT];
};

static int noise_file(void)
{
    const int file = memfd_create("psram-noise", MFD_CLOEXEC);
    if (file < 0) return -1;
    uint32_t *words = MAP_FAILED;
    if (ftruncate(file, NOISE_BYTES) == 0) {
        words = mmap(NULL, NOISE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    if (words == MAP_FAILED) {
        (void)close(file);
        return -1;
    }
    uint32_t x = 0x9E3779B9u;
    for (uint32_t i = 0; i < NOISE_BYTES / 4u; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        words[i] = x;
    }
    (void)munmap(words, NOISE_BYTES);
    return file;
}

/* Fresh noise over the whole array; costs nothing until it is written. */
static bool content_lose(struct psram *psram)
{
    for (uint32_t at = 0; at < psram->size_bytes; at += NOISE_BYTES) {
        if (mmap(psram->array + at, NOISE_BYTES, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, psram->noise, 0) == MAP_FAILED) {
            return false;
        }
    }
    return true;
}

static bool is_wide(const struct psram *psram)
{
    return (psram->mr[8] & MR8_X16) != 0;
}

static bool frame_fits(const struct psram *psram, const struct frame *frame, bool is_register)
{
    const uint8_t lines = is_wide(psram) && !is_register ? 16 : 8;
    return frame->instruction.lines == 8 && !frame->instruction.dtr &&
           frame->instruction.bytes == 1 && frame->address.lines == 8 && frame->address.dtr &&
           frame->address.bytes == 4 && (frame->data.lines == 0 || frame->data.lines == lines) &&
           (frame->data.lines == 0 || frame->data.dtr);
}

static enum frame_answer psram_transfer(void *ctx, uint64_t now_ps, struct frame *frame)
{
    struct psram *psram = ctx;
    (void)now_ps;
    const uint32_t op = frame->instruction_value;
    const bool is_register = op == OP_READ_MR || op == OP_WRITE_MR;
    const bool is_read = frame->dir == FRAME_READ;
    if (!psram->is_powered || !frame_fits(psram, frame, is_register)) {
        if (is_read) memset(frame->in, 0, frame->n);
        return is_read ? FRAME_UNDRIVEN : FRAME_TAKEN;
    }
    if (op == OP_RESET) memset(psram->mr, 0, sizeof psram->mr);
    const bool is_array_read = is_read && (op == OP_READ || op == OP_READ_WRAP);
    if (is_read && op != OP_READ_MR && !is_array_read) return FRAME_UNDRIVEN;
    if (is_read) {
        for (uint32_t i = 0; i < frame->n; i++) {
            frame->in[i] = is_register
                               ? psram->mr[(frame->address_value + i) % MR_COUNT]
                               : psram->array[(frame->address_value + i) % psram->size_bytes];
        }
        return FRAME_DRIVEN;
    }
    if (frame->dir != FRAME_WRITE) return FRAME_TAKEN;
    if (op == OP_WRITE_MR && frame->n > 0) {
        psram->mr[frame->address_value % MR_COUNT] = frame->out[0];
    }
    if (op == OP_WRITE || op == OP_WRITE_WRAP) {
        for (uint32_t i = 0; i < frame->n; i++) {
            psram->array[(frame->address_value + i) % psram->size_bytes] = frame->out[i];
        }
    }
    return FRAME_TAKEN;
}

static enum frame_window psram_window(void *ctx, uint64_t now_ps, const struct frame *frame,
                                      uint32_t bank_index)
{
    const struct psram *psram = ctx;
    (void)now_ps;
    (void)bank_index;
    const uint32_t op = frame->instruction_value;
    if (!psram->is_powered) return FRAME_WINDOW_UNDRIVEN;
    if (op != OP_READ && op != OP_READ_WRAP) return FRAME_WINDOW_UNDRIVEN;
    return frame_fits(psram, frame, false) ? FRAME_WINDOW_PLAIN : FRAME_WINDOW_UNDRIVEN;
}

static void psram_window_opened(void *ctx, uint64_t now_ps)
{
    (void)ctx;
    (void)now_ps;
}

static uint64_t psram_next_event_ps(void *ctx)
{
    (void)ctx;
    return FRAME_NEVER_PS;
}

struct psram *psram_create(uint32_t size_bytes)
{
    struct psram *psram = calloc(1, sizeof *psram);
    if (psram == NULL) return NULL;
    psram->size_bytes = size_bytes;
    psram->noise = noise_file();
    void *array = mmap(NULL, size_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                       -1, 0);
    psram->array = array == MAP_FAILED ? NULL : array;
    if (psram->noise < 0 || psram->array == NULL || !content_lose(psram)) {
        psram_destroy(psram);
        return NULL;
    }
    psram->device = (struct frame_device){.ctx = psram,
                                          .transfer = psram_transfer,
                                          .window = psram_window,
                                          .window_opened = psram_window_opened,
                                          .next_event_ps = psram_next_event_ps,
                                          .array = psram->array,
                                          .array_bytes = size_bytes,
                                          .bank_count = 1};
    return psram;
}

void psram_destroy(struct psram *psram)
{
    if (psram == NULL) return;
    if (psram->noise >= 0) (void)close(psram->noise);
    if (psram->array != NULL) (void)munmap(psram->array, psram->size_bytes);
    free(psram);
}

const struct frame_device *psram_device(struct psram *psram)
{
    return &psram->device;
}

uint8_t *psram_array(struct psram *psram)
{
    return psram->array;
}

void psram_power_on(struct psram *psram)
{
    if (psram->is_powered) return;
    psram->is_powered = true;
    memset(psram->mr, 0, sizeof psram->mr);
    /* Without memory for the map the old bytes stay: as good as any noise. */
    (void)content_lose(psram);
}

void psram_power_off(struct psram *psram)
{
    psram->is_powered = false;
}

void psram_as_left_by_boot(struct psram *psram)
{
    psram->mr[0] = 0x31;
    psram->mr[4] = 0x20;
    psram->mr[8] = 0x46;
}

uint8_t psram_mode_register(const struct psram *psram, uint32_t index)
{
    return psram->mr[index % MR_COUNT];
}

void psram_save(const struct psram *psram, uint8_t to[16])
{
    memcpy(to, psram->mr, MR_COUNT);
}

void psram_load(struct psram *psram, const uint8_t from[16])
{
    memcpy(psram->mr, from, MR_COUNT);
}
