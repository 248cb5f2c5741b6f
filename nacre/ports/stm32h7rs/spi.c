/*
 * The SPI controller, polled. Runs from flash; the memory behind the bus is not the one that the
 * program runs from.
 *
 * SPE is set for each transaction and cleared after it: TSIZE may change only while it is clear
 * (oxidecomputer/hubris pull request 142), and a CSTART that follows EOT without that may stand
 * still (ES0396 revision 9, 2.14.2: STM32H750, the same controller). EOT tells that the last bit
 * was sampled, which is half a period before SCK has fallen: disabled at once, the controller cuts
 * that clock short (ES0392 revision 13, 2.22.6), so reads of a register let that half go by.
 */
#include "nacre/ports/stm32h7rs/spi.h"

#include "nacre/ports/stm32h7rs/bus_registers.h"
#include "nacre/ports/stm32h7rs/io.h"

#include <stddef.h>

#define FIFO_BYTES 8u /* of SPI4 and SPI5; the others have 16. ST's HAL: SPI_LOWEND_FIFO_SIZE */
#define CHUNK_BYTES 1023u /* TSIZE has 10 bits in SPI4 and SPI5 (SVD of the STM32H7S7), else 16 */
#define IDLE_BYTE 0xFFu
#define STEP_US 1000u
#define LOOKS_MAX 1000000u /* each 27 ns or more, as in i2c.c: they outlast the slowest step */
#define PCLK_HZ_MAX 150000000u /* of the bus that the registers are on; a read takes two clocks */
#define CLOCKS_PER_READ 2u
#define KERNEL_HZ_MAX 300000000u
#define SCK_HZ_MIN 10000u
#define BITS_OF_TWO_BYTES 16u
#define US_PER_S 1000000u
#define FAULTS (SPI_SR_UDR | SPI_SR_OVR | SPI_SR_TIFRE | SPI_SR_MODF)
#define CFG2 (SPI_CFG2_MASTER | SPI_CFG2_SSM | SPI_CFG2_AFCNTR)

static uint32_t get(const struct nacre_stm32_spi *spi, uint32_t offset)
{
    return nacre_io_read(spi->cfg.SPI + offset);
}

static void put(const struct nacre_stm32_spi *spi, uint32_t offset, uint32_t value)
{
    nacre_io_write(spi->cfg.SPI + offset, value);
}

static uint32_t now_us(const struct nacre_stm32_spi *spi)
{
    return spi->cfg.time.now_us(spi->cfg.time.context);
}

/* SSI first: a master whose select, by hardware or by this bit, is low takes that for a fault. */
static void configure(const struct nacre_stm32_spi *spi)
{
    put(spi, SPI_CR1, SPI_CR1_SSI);
    put(spi, SPI_CFG1, spi->CFG1);
    put(spi, SPI_CFG2, CFG2);
    put(spi, SPI_IFCR, SPI_IFCR_ALL);
}

/* ---- a transfer ---- */

struct progress {
    const struct nacre_spi_frame *frame;
    uint32_t sent;     /* of the frame */
    uint32_t received;
    uint32_t end;      /* of this transaction */
};

static uint8_t byte_out(const struct nacre_spi_frame *frame, uint32_t index)
{
    if (index < frame->out_bytes) return ((const uint8_t *)frame->out)[index];
    if (index - frame->out_bytes < frame->more_bytes) {
        return ((const uint8_t *)frame->more)[index - frame->out_bytes];
    }
    return IDLE_BYTE;
}

static void byte_in(const struct nacre_spi_frame *frame, uint32_t index, uint8_t byte)
{
    const uint32_t first = frame->out_bytes + frame->more_bytes;

    if (index >= first) ((uint8_t *)frame->in)[index - first] = byte;
}

/* Move a byte each way, if the flags let it. Returns whether one has moved. */
static bool bytes_move(const struct nacre_stm32_spi *spi, struct progress *progress, uint32_t SR)
{
    const bool may_send = progress->sent < progress->end &&
                          progress->sent - progress->received < FIFO_BYTES &&
                          (SR & SPI_SR_TXP) != 0;
    const bool may_receive = progress->received < progress->sent && (SR & SPI_SR_RXP) != 0;

    if (may_send) {
        nacre_io_write_byte(spi->cfg.SPI + SPI_TXDR, byte_out(progress->frame, progress->sent));
        progress->sent++;
    }
    if (may_receive) {
        const uint8_t byte = nacre_io_read_byte(spi->cfg.SPI + SPI_RXDR);

        byte_in(progress->frame, progress->received, byte);
        progress->received++;
    }
    return may_send || may_receive;
}

static enum nacre_err fault_of(uint32_t SR)
{
    if ((SR & SPI_SR_MODF) != 0) return NACRE_BUS_LOST;
    return (SR & FAULTS) != 0 ? NACRE_IO : NACRE_OK;
}

/* Move a byte, or, with all moved, see whether the transaction has ended. NACRE_BUSY: not yet. */
static enum nacre_err step_try(const struct nacre_stm32_spi *spi, struct progress *progress)
{
    const uint32_t SR = get(spi, SPI_SR);
    const enum nacre_err err = fault_of(SR);

    if (err != NACRE_OK) return err;
    if (progress->received == progress->end) {
        return (SR & SPI_SR_EOT) != 0 ? NACRE_OK : NACRE_BUSY;
    }
    return bytes_move(spi, progress, SR) ? NACRE_OK : NACRE_BUSY;
}

/*
 * Try until it is done. The clock is asked only where there is something to wait for, and then
 * before the flags: a thread that was held up in between finds them.
 */
static enum nacre_err step_await(const struct nacre_stm32_spi *spi, struct progress *progress)
{
    enum nacre_err err = step_try(spi, progress);
    if (err != NACRE_BUSY) return err;

    const uint32_t from = now_us(spi);
    for (uint32_t looks = 0; looks < LOOKS_MAX; looks++) {
        const bool is_late = now_us(spi) - from > spi->step_us;

        err = step_try(spi, progress);
        if (err != NACRE_BUSY) return err;
        if (is_late) break;
    }
    return NACRE_BUS_TIMEOUT;
}

/* The next bytes of the frame, as one transaction of the controller. */
static enum nacre_err chunk_run(const struct nacre_stm32_spi *spi, struct progress *progress,
                                uint32_t n)
{
    progress->end = progress->received + n;
    put(spi, SPI_IFCR, SPI_IFCR_ALL);
    put(spi, SPI_CR2, n);
    put(spi, SPI_CR1, SPI_CR1_SSI | SPI_CR1_SPE);
    put(spi, SPI_CR1, SPI_CR1_SSI | SPI_CR1_SPE | SPI_CR1_CSTART);
    while (progress->received < progress->end) { /* each step moves a byte, or ends in an error */
        const enum nacre_err err = step_await(spi, progress);
        if (err != NACRE_OK) return err;
    }
    const enum nacre_err err = step_await(spi, progress);
    if (err != NACRE_OK) return err;
    for (uint32_t i = 0; i < spi->settle_looks; i++) {
        (void)get(spi, SPI_SR);
    }
    put(spi, SPI_CR1, SPI_CR1_SSI);
    return NACRE_OK;
}

static int32_t transfer(void *context, const struct nacre_spi_frame *frame)
{
    const struct nacre_stm32_spi *const spi = context;
    const uint32_t total = frame->out_bytes + frame->more_bytes + frame->in_bytes;
    struct progress progress = {.frame = frame};
    enum nacre_err err = NACRE_OK;

    NACRE_ASSERT(frame->out != NULL || frame->out_bytes == 0);
    NACRE_ASSERT(frame->more != NULL || frame->more_bytes == 0);
    NACRE_ASSERT(frame->in != NULL || frame->in_bytes == 0);
    nacre_pin_drive(&spi->cfg.CS, false);
    while (err == NACRE_OK && progress.received < total) {
        const uint32_t left = total - progress.received;

        err = chunk_run(spi, &progress, left < CHUNK_BYTES ? left : CHUNK_BYTES);
    }
    if (err != NACRE_OK) configure(spi); /* ends the transaction, empties the FIFOs */
    nacre_pin_drive(&spi->cfg.CS, true);
    return err == NACRE_OK ? (int32_t)total : -(int32_t)err;
}

/* ---- open and close ---- */

/* By what power of two the kernel's clock is divided, 1 to 8; above 8: the part is too slow. */
static uint32_t divider_of(const struct nacre_stm32_spi_cfg *cfg)
{
    uint32_t power = 1;

    while (power <= SPI_CFG1_MBR_MAX + 1u && cfg->kernel_hz >> power > cfg->sck_hz_max) {
        power++;
    }
    return power;
}

static bool is_controller(uint32_t base)
{
    return base == SPI1_BASE || base == SPI2_BASE || base == SPI3_BASE || base == SPI4_BASE ||
           base == SPI5_BASE || base == SPI6_BASE;
}

static enum nacre_err cfg_check(struct nacre_stm32_spi *spi)
{
    const struct nacre_stm32_spi_cfg *const cfg = &spi->cfg;
    const bool has_clock = cfg->kernel_hz >> 1 >= SCK_HZ_MIN && cfg->kernel_hz <= KERNEL_HZ_MAX;
    const bool has_speed =
        cfg->sck_hz_max >= SCK_HZ_MIN && divider_of(cfg) <= SPI_CFG1_MBR_MAX + 1u;
    const struct nacre_bus_check checks[] = {
        {{"cfg SPI", is_controller(cfg->SPI), 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg gates", cfg->gates.gates != NULL || cfg->gates.count == 0, 1, 1},
         NACRE_BAD_ARGUMENT},
        {{"cfg SCK", nacre_pin_is_sound(&cfg->SCK), 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg MISO", nacre_pin_is_sound(&cfg->MISO), 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg MOSI", nacre_pin_is_sound(&cfg->MOSI), 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg CS", nacre_pin_is_sound(&cfg->CS), 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg kernel_hz", has_clock, 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg sck_hz_max", has_speed, 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg time", cfg->time.now_us != NULL, 1, 1}, NACRE_BAD_ARGUMENT},
    };

    return nacre_bus_checks(checks, sizeof(checks) / sizeof(checks[0]), &spi->mismatch);
}

static void pins_set_up(const struct nacre_stm32_spi_cfg *cfg)
{
    nacre_pin_drive(&cfg->CS, true);
    nacre_pin_form(&cfg->CS, NACRE_DRIVE_PUSH_PULL);
    nacre_pin_be_gpio(&cfg->CS);
    nacre_pin_form(&cfg->SCK, NACRE_DRIVE_PUSH_PULL);
    nacre_pin_form(&cfg->MOSI, NACRE_DRIVE_PUSH_PULL);
    nacre_pin_form(&cfg->MISO, NACRE_DRIVE_INPUT_PULLED);
    nacre_pin_be_alternate(&cfg->SCK);
    nacre_pin_be_alternate(&cfg->MOSI);
    nacre_pin_be_alternate(&cfg->MISO);
}

static enum nacre_err controller_take(struct nacre_stm32_spi *spi)
{
    const struct nacre_bus_check idle = {
        {"SPI CR1 SPE", get(spi, SPI_CR1), 0, SPI_CR1_SPE}, NACRE_CTRL_STATE};
    const enum nacre_err err = nacre_bus_checks(&idle, 1, &spi->mismatch);
    if (err != NACRE_OK) return err;

    configure(spi);
    const struct nacre_bus_check kept[] = {
        {{"SPI CFG1", get(spi, SPI_CFG1), spi->CFG1, UINT32_MAX}, NACRE_CTRL_STATE},
        {{"SPI CFG2", get(spi, SPI_CFG2), CFG2, UINT32_MAX}, NACRE_CTRL_STATE},
    };
    return nacre_bus_checks(kept, sizeof(kept) / sizeof(kept[0]), &spi->mismatch);
}

enum nacre_err nacre_stm32_spi_open(struct nacre_stm32_spi *spi,
                                    const struct nacre_stm32_spi_cfg *cfg)
{
    if (spi == NULL || cfg == NULL) return NACRE_BAD_ARGUMENT;
    *spi = (struct nacre_stm32_spi){.cfg = *cfg};
    enum nacre_err err = cfg_check(spi);
    if (err != NACRE_OK) return err;
    err = nacre_bus_time_check(&cfg->time);
    if (err != NACRE_OK) return err;

    const uint32_t power = divider_of(cfg);
    spi->sck_hz = cfg->kernel_hz >> power;
    spi->CFG1 = SPI_CFG1_CRCSIZE_8 | SPI_CFG1_DSIZE_8 | (power - 1u) << SPI_CFG1_MBR_POS;
    spi->settle_looks = PCLK_HZ_MAX / CLOCKS_PER_READ / (2u * spi->sck_hz) + 1u;
    spi->step_us = STEP_US + BITS_OF_TWO_BYTES * US_PER_S / spi->sck_hz;
    nacre_gates_open(&cfg->gates);
    spi->cfg.gates = (struct nacre_gates){0};
    err = controller_take(spi);
    if (err != NACRE_OK) return err;
    pins_set_up(&spi->cfg);
    spi->bus = (struct nacre_spi){transfer, spi};
    return NACRE_OK;
}

void nacre_stm32_spi_close(struct nacre_stm32_spi *spi)
{
    put(spi, SPI_CR1, SPI_CR1_SSI);
}
