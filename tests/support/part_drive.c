/*
 * A bus master for the part models. See part_drive.h.
 */
#include "tests/support/part_drive.h"

#include <string.h>

#include "tests/support/cmocka_all.h"

#define POLLS_MAX 100000u

struct drive drive_new_cfg(const struct part_cfg *cfg)
{
    struct drive drive = {.part = part_create(cfg)};
    assert_non_null(drive.part);
    const bool is_i2c = part_row(drive.part)->wire == PART_I2C;
    drive.byte_ps = is_i2c ? 22500000ULL : 800000ULL; /* 9 clocks of 400 kHz, 8 of 10 MHz */
    drive_power_on(&drive);
    return drive;
}

struct drive drive_new(const char *name)
{
    const struct part_cfg cfg = {.name = name, .time = PART_TIME_MAX, .seed = 1};
    return drive_new_cfg(&cfg);
}

void drive_end(struct drive *drive)
{
    part_destroy(drive->part);
}

void drive_wait(struct drive *drive, uint64_t ps)
{
    drive->now_ps += ps;
    part_advance(drive->part, drive->now_ps);
}

void drive_power_on(struct drive *drive)
{
    part_power_on(drive->part, drive->now_ps);
    drive_wait(drive, part_row(drive->part)->power_up_us * DRIVE_US);
}

void drive_power_cycle(struct drive *drive, uint64_t seed)
{
    part_power_off(drive->part, drive->now_ps, seed);
    drive_wait(drive, 100 * DRIVE_MS);
    drive_power_on(drive);
}

static uint64_t byte_passes(struct drive *drive)
{
    drive->now_ps += drive->byte_ps;
    return drive->now_ps;
}

int drive_i2c_send(struct drive *drive, uint8_t address_byte, const uint8_t *bytes, uint32_t n)
{
    if (!part_i2c_start(drive->part, address_byte, byte_passes(drive))) return -1;
    for (uint32_t i = 0; i < n; i++) {
        if (!part_i2c_write(drive->part, bytes[i], byte_passes(drive))) return (int)i;
    }
    return (int)n;
}

void drive_i2c_stop(struct drive *drive)
{
    part_i2c_stop(drive->part, drive->now_ps);
}

bool drive_i2c_write(struct drive *drive, uint8_t device, uint32_t addr, const void *bytes,
                     uint32_t n)
{
    const uint8_t head[2] = {(uint8_t)(addr >> 8), (uint8_t)addr};
    bool is_taken = drive_i2c_send(drive, device, head, sizeof head) == (int)sizeof head;
    for (uint32_t i = 0; is_taken && i < n; i++) {
        is_taken = part_i2c_write(drive->part, ((const uint8_t *)bytes)[i], byte_passes(drive));
    }
    drive_i2c_stop(drive);
    return is_taken;
}

bool drive_i2c_read(struct drive *drive, uint8_t device, uint32_t addr, void *bytes, uint32_t n)
{
    const uint8_t head[2] = {(uint8_t)(addr >> 8), (uint8_t)addr};
    bool is_taken = drive_i2c_send(drive, device, head, sizeof head) == (int)sizeof head;
    is_taken = is_taken && part_i2c_start(drive->part, device | 1u, byte_passes(drive));
    for (uint32_t i = 0; is_taken && i < n; i++) {
        ((uint8_t *)bytes)[i] = part_i2c_read(drive->part, i + 1u < n, byte_passes(drive));
    }
    drive_i2c_stop(drive);
    return is_taken;
}

uint64_t drive_i2c_poll(struct drive *drive, uint8_t device)
{
    const uint64_t from_ps = drive->now_ps;
    for (uint32_t i = 0; i < POLLS_MAX; i++) {
        const int answer = drive_i2c_send(drive, device, NULL, 0);
        drive_i2c_stop(drive);
        if (answer == 0) return drive->now_ps - from_ps;
    }
    fail_msg("never acknowledged");
    return 0;
}

void drive_spi(struct drive *drive, const uint8_t *out, uint32_t out_n, uint8_t *in, uint32_t in_n)
{
    part_spi_select(drive->part, drive->now_ps);
    for (uint32_t i = 0; i < out_n; i++) {
        (void)part_spi_exchange(drive->part, out[i], byte_passes(drive));
    }
    for (uint32_t i = 0; i < in_n; i++) {
        in[i] = part_spi_exchange(drive->part, 0, byte_passes(drive));
    }
    part_spi_deselect(drive->part, drive->now_ps);
}

void drive_spi_command(struct drive *drive, uint8_t opcode)
{
    drive_spi(drive, &opcode, 1, NULL, 0);
}

static uint32_t head_of(const struct drive *drive, uint8_t opcode, uint32_t addr, uint8_t *head)
{
    const uint32_t bytes = part_row(drive->part)->address_bytes;
    head[0] = opcode;
    for (uint32_t i = 0; i < bytes; i++) head[1u + i] = (uint8_t)(addr >> 8u * (bytes - 1u - i));
    return 1u + bytes;
}

void drive_spi_write(struct drive *drive, uint32_t addr, const void *bytes, uint32_t n)
{
    uint8_t out[1024];
    const uint32_t head = head_of(drive, 0x02, addr, out);
    assert_true(head + n <= sizeof out);
    memcpy(out + head, bytes, n);
    drive_spi(drive, out, head + n, NULL, 0);
}

void drive_spi_read(struct drive *drive, uint32_t addr, void *bytes, uint32_t n)
{
    uint8_t out[8];
    const uint32_t head = head_of(drive, 0x03, addr, out);
    drive_spi(drive, out, head, bytes, n);
}

uint8_t drive_spi_status(struct drive *drive)
{
    const uint8_t opcode = 0x05;
    uint8_t status = 0;
    drive_spi(drive, &opcode, 1, &status, 1);
    return status;
}

uint64_t drive_spi_poll(struct drive *drive)
{
    const uint64_t from_ps = drive->now_ps;
    for (uint32_t i = 0; i < POLLS_MAX; i++) {
        if ((drive_spi_status(drive) & 1u) == 0u) return drive->now_ps - from_ps;
        drive_wait(drive, drive->pause_ps);
    }
    fail_msg("WIP stays");
    return 0;
}
