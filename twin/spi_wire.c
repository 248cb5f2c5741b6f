/*
 * SPI4 on its wires: eight clocks at a time, and the parts that are selected.
 *
 *     SCK       kernel clock / 2^(MBR + 1), or the kernel clock itself with BPASS
 *     a byte    8 clocks; MIDI clocks between two frames
 *
 * What passes between CSTART and the first clock is not modelled, nor are set-up and hold times of
 * the select pin: who raises it in the middle of a byte cuts the byte short.
 */
#include "twin/machine.h"
#include "twin/spi_bits.h"

#include <string.h>

#define SPI4_ADDR 0x42003400u
#define BYTE_CLOCKS 8u
#define RCC_CCIPR3 0x054u
#define CCIPR3_SPI45_AT 4u
#define HSI_HZ 64000000u
#define CSI_HZ 4000000u
#define HSE_HZ 24000000u

static const struct gpio_pin select_pins[] = {{4, 10}, {5, 8}};
#define SELECT_PINS (sizeof select_pins / sizeof select_pins[0])

/* 0 PCLK2, 1 PLL2 Q, 2 PLL3 Q, 3 HSI, 4 CSI, 5 HSE. What the PLLs give is not modelled: 0. */
uint32_t spi_clock_hz(const struct twin *t)
{
    const struct spi *const spi = &t->b.serial.spi;
    const uint32_t source = t->b.periph.rcc[RCC_CCIPR3 / 4u] >> CCIPR3_SPI45_AT & 7u;
    const uint32_t hz[8] = {t->b.periph.pclk2_hz, 0, 0, HSI_HZ, CSI_HZ, HSE_HZ, 0, 0};
    if ((spi->cfg1 & CFG1_BPASS) != 0u) return hz[source];
    return hz[source] >> ((spi->cfg1 >> CFG1_MBR_AT & 7u) + 1u);
}

static bool may_send(const struct spi *spi)
{
    const uint32_t frame_bytes = spi_frame_bytes(spi);
    const bool has_data = (spi->cfg2 & CFG2_COMM) == CFG2_RECEIVES_ONLY ||
                          spi->tx_n >= frame_bytes || spi->frame_at != 0u;
    if ((spi->cr1 & (CR1_SPE | CR1_CSTART)) != (CR1_SPE | CR1_CSTART)) return false;
    if (spi->is_hung || spi->end_ps != CLOCK_NEVER || (spi->flags & SR_SUSP) != 0u) return false;
    return has_data && (spi->cr2 == 0u || spi->done < spi->cr2);
}

static uint8_t next_out(struct spi *spi)
{
    if ((spi->cfg2 & CFG2_COMM) == CFG2_RECEIVES_ONLY) return 0;
    /* The upper byte of a frame of 16 bits comes first, and lies behind the lower one. */
    const uint32_t at = spi_frame_bytes(spi) == 2u && spi->frame_at == 0u ? 1u : 0u;
    const uint8_t byte = spi->tx[at];
    memmove(spi->tx + at, spi->tx + at + 1u, spi->tx_n - at - 1u);
    spi->tx_n--;
    return byte;
}

void spi_go_on(struct twin *t, uint64_t at_ps)
{
    struct spi *const spi = &t->b.serial.spi;
    const uint32_t hz = spi_clock_hz(t);
    if (!may_send(spi)) return;
    if (hz == 0u) {
        violation_raise(t, TWIN_VIOLATION_CONTROLLER, SPI4_ADDR, "SPI4 has no clock");
        return;
    }
    if ((spi->cr1 & CR1_MASRX) != 0u && spi->frame_at == 0u &&
        spi->rx_n + spi_frame_bytes(spi) > SPI_FIFO) {
        spi->flags |= SR_SUSP;
        return;
    }
    const struct twin_transfer *const transfer = &t->b.serial.transfer[TWIN_BUS_SPI4];
    if (transfer->is_under_way &&
        transfer_is_hit(t, TWIN_BUS_SPI4, TWIN_FAULT_HANG, transfer->out)) {
        spi->is_hung = true;
        return;
    }
    spi->shift = next_out(spi);
    spi->begin_ps = at_ps > spi->ready_ps ? at_ps : spi->ready_ps;
    spi->end_ps = spi->begin_ps + clock_ps_of(BYTE_CLOCKS, hz);
    transfer_byte(t, TWIN_BUS_SPI4, spi->begin_ps, spi->end_ps);
}

/* What MISO carried: what nobody drives reads as ones. */
static uint8_t exchange(struct twin *t, uint64_t at_ps)
{
    const struct spi *const spi = &t->b.serial.spi;
    const bool mode_is_0_or_3 =
        ((spi->cfg2 & CFG2_CPHA) != 0u) == ((spi->cfg2 & CFG2_CPOL) != 0u);
    struct twin_transfer *const transfer = &t->b.serial.transfer[TWIN_BUS_SPI4];
    uint8_t byte = 0xFF;
    for (uint32_t i = 0; i < t->part_count; i++) {
        if (!serial_has(t, i, PART_SPI) || !spi->is_selected[i]) continue;
        byte &= part_spi_exchange(t->part[i], spi->shift, at_ps);
        if (mode_is_0_or_3) continue;
        violation_raise(t, TWIN_VIOLATION_CONTROLLER, SPI4_ADDR,
                        "SPI4 sends to a part in a mode that is neither 0 nor 3");
    }
    if (transfer_is_hit(t, TWIN_BUS_SPI4, TWIN_FAULT_MISO_LOW, TWIN_FAULT_ANY)) byte = 0x00;
    if (transfer_is_hit(t, TWIN_BUS_SPI4, TWIN_FAULT_MISO_HIGH, TWIN_FAULT_ANY)) byte = 0xFF;
    if (transfer->out == 0u) transfer->first = spi->shift;
    transfer->out++;
    return byte;
}

/* The first byte of a frame of 16 bits is its upper one. */
static void receive(struct spi *spi)
{
    const uint32_t frame_bytes = spi_frame_bytes(spi);
    if ((spi->cfg2 & CFG2_COMM) == CFG2_SENDS_ONLY) return;
    if (spi->rx_n + frame_bytes > SPI_FIFO) {
        spi->flags |= SR_OVR;
        return;
    }
    for (uint32_t i = 0; i < frame_bytes; i++) {
        spi->rx[spi->rx_n++] = spi->frame[frame_bytes - 1u - i];
    }
}

static void frame_done(struct twin *t, uint64_t at_ps)
{
    struct spi *const spi = &t->b.serial.spi;
    spi->frame_at = 0;
    receive(spi);
    spi->done++;
    spi->ready_ps = at_ps + clock_ps_of(spi->cfg2 >> CFG2_MIDI_AT & 0xFu, spi_clock_hz(t));
    if (spi->cr2 != 0u && spi->done == spi->cr2) {
        spi->flags |= SR_EOT;
        spi->cr1 &= ~CR1_CSTART;
        spi->done = 0;
        spi->submitted = 0;
    } else if ((spi->cr1 & CR1_CSUSP) != 0u) {
        spi->flags |= SR_SUSP;
        spi->cr1 &= ~CR1_CSTART;
    }
    spi->cr1 &= ~CR1_CSUSP;
}

void spi_step(struct twin *t, uint64_t at_ps)
{
    struct spi *const spi = &t->b.serial.spi;
    spi->end_ps = CLOCK_NEVER;
    spi->frame[spi->frame_at++] = exchange(t, at_ps);
    if (spi->frame_at == spi_frame_bytes(spi)) frame_done(t, at_ps);
    spi_go_on(t, at_ps);
    spi_update(t);
}

/* ---- select ---- */

static void select(struct twin *t, uint32_t index)
{
    const uint64_t now_ps = machine_now(t);
    struct twin_transfer *const transfer = &t->b.serial.transfer[TWIN_BUS_SPI4];
    if (transfer->is_under_way) {
        violation_raise(t, TWIN_VIOLATION_CONTROLLER, SPI4_ADDR, "two parts are selected at once");
    }
    transfer_begin(t, TWIN_BUS_SPI4, now_ps);
    transfer->part = (int32_t)index;
    part_bus_hz(t->part[index], spi_clock_hz(t));
    part_spi_select(t->part[index], now_ps);
}

static void deselect(struct twin *t, uint32_t index)
{
    const struct spi *const spi = &t->b.serial.spi;
    const uint64_t now_ps = machine_now(t);
    uint64_t clocks = 0;
    if (spi->end_ps != CLOCK_NEVER && now_ps > spi->begin_ps) {
        clocks = clock_ticks(now_ps - spi->begin_ps, spi_clock_hz(t));
    }
    if (clocks == 0u) {
        part_spi_deselect(t->part[index], now_ps);
    } else {
        const uint32_t most = BYTE_CLOCKS - 1u;
        part_spi_deselect_early(t->part[index], clocks > most ? most : (uint32_t)clocks, now_ps);
    }
    transfer_end(t, TWIN_BUS_SPI4, TWIN_TRANSFER_DONE, now_ps);
}

void spi_select_changed(struct twin *t)
{
    struct spi *const spi = &t->b.serial.spi;
    uint32_t place = 0; /* of the part among those of this bus */
    for (uint32_t i = 0; i < t->part_count; i++) {
        if (part_row(t->part[i])->wire != PART_SPI) continue;
        const struct gpio_pin pin = select_pins[place++ % SELECT_PINS];
        const bool is_selected = gpio_drives(t, pin) == GPIO_LOW && part_is_on(t->part[i]);
        if (is_selected == spi->is_selected[i]) continue;
        spi->is_selected[i] = is_selected;
        if (is_selected) {
            select(t, i);
        } else {
            deselect(t, i);
        }
    }
}
