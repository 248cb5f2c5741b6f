/*
 * The I2C controller, polled. Runs from flash; the memory behind the bus is not the one that the
 * program runs from.
 *
 * A transfer is one or two phases: write, then read after a repeated start. A phase of more than
 * 255 bytes goes on by RELOAD. The controller acknowledges, stops and, when a byte is not
 * acknowledged, stops too, by itself.
 *
 * Each wait looks at the clock first and at the flags then: a thread that was held up between the
 * two finds the flag, however late it is. A second bound, on the number of looks, ends a wait whose
 * clock has stopped.
 */
#include "nacre/ports/stm32h7rs/i2c.h"

#include "nacre/ports/stm32h7rs/bus_registers.h"
#include "nacre/ports/stm32h7rs/i2c_timing.h"
#include "nacre/ports/stm32h7rs/io.h"

#include <stddef.h>

#define ADDRESS_MAX 0x7Fu
#define STRETCH_US 1000u
#define STRETCH_US_MAX 100000u
#define BUSY_US 25000u /* another controller's transfer may last so long: ST's HAL waits the same */
#define CLOCKS_TO_FREE 9u /* UM10204 3.1.16: a part lets go of SDA within nine */
#define HALF_US 5u /* the half of 100 kHz, which every part understands */
/* A look reads two registers, by a bus of 150 MHz at most: 27 ns or more, so that these outlast
   STRETCH_US_MAX. */
#define LOOKS_MAX 5000000u
#define DISABLE_LOOKS 3u /* PE must be low for three clocks of the bus: a read takes two or more */
#define NS_PER_US 1000u
#define BITS_PER_BYTE 9u

/* ---- registers and waits ---- */

static uint32_t get(const struct nacre_stm32_i2c *i2c, uint32_t offset)
{
    return nacre_io_read(i2c->cfg.I2C + offset);
}

static void put(const struct nacre_stm32_i2c *i2c, uint32_t offset, uint32_t value)
{
    nacre_io_write(i2c->cfg.I2C + offset, value);
}

static uint32_t now_us(const struct nacre_stm32_i2c *i2c)
{
    return i2c->cfg.time.now_us(i2c->cfg.time.context);
}

static void wait_us(const struct nacre_stm32_i2c *i2c, uint32_t us)
{
    const uint32_t from = now_us(i2c);

    for (uint32_t looks = 0; looks < LOOKS_MAX; looks++) {
        if (now_us(i2c) - from > us) return;
    }
}

static bool lines_are_high(const struct nacre_stm32_i2c *i2c)
{
    return nacre_pin_is_high(&i2c->cfg.SCL) && nacre_pin_is_high(&i2c->cfg.SDA);
}

/* Wait until one of these flags is up, or something has gone wrong. */
static enum nacre_err flag_await(const struct nacre_stm32_i2c *i2c, uint32_t flags)
{
    const uint32_t from = now_us(i2c);

    for (uint32_t looks = 0; looks < LOOKS_MAX; looks++) {
        const bool is_late = now_us(i2c) - from > i2c->step_us;
        const uint32_t ISR = get(i2c, I2C_ISR);

        if ((ISR & I2C_ISR_ARLO) != 0) return NACRE_BUS_LOST;
        if ((ISR & I2C_ISR_BERR) != 0) return NACRE_IO;
        if ((ISR & I2C_ISR_TIMEOUT) != 0) return NACRE_BUS_TIMEOUT;
        if ((ISR & I2C_ISR_NACKF) != 0) return NACRE_BUS_NO_ACK;
        if ((ISR & flags) != 0) return NACRE_OK;
        if (is_late) break;
    }
    return NACRE_BUS_TIMEOUT;
}

/* Wait until nobody uses the bus. */
static enum nacre_err idle_await(const struct nacre_stm32_i2c *i2c)
{
    const uint32_t from = now_us(i2c);

    for (uint32_t looks = 0; looks < LOOKS_MAX; looks++) {
        const bool is_late = now_us(i2c) - from > BUSY_US;

        if ((get(i2c, I2C_ISR) & I2C_ISR_BUSY) == 0 && lines_are_high(i2c)) return NACRE_OK;
        if (is_late) break;
    }
    return NACRE_BUS_TIMEOUT;
}

/* ---- the controller's state ---- */

static void disable(const struct nacre_stm32_i2c *i2c)
{
    put(i2c, I2C_CR1, 0);
    for (uint32_t i = 0; i < DISABLE_LOOKS; i++) {
        (void)get(i2c, I2C_CR1);
    }
}

static void enable(const struct nacre_stm32_i2c *i2c)
{
    const uint32_t CR1 = i2c->cfg.scl_khz > 400u ? I2C_CR1_FMP : 0;

    put(i2c, I2C_CR1, CR1);
    put(i2c, I2C_CR1, CR1 | I2C_CR1_PE);
}

/*
 * Does the controller end a transfer that failed so by itself? Not acknowledged, it stops. Having
 * lost the bus it listens, and is not to be disabled: it would take the winner's message, of which
 * it knows by the start alone, for an idle bus.
 */
static bool ends_itself(const struct nacre_stm32_i2c *i2c, enum nacre_err err)
{
    if (err == NACRE_BUS_LOST) return true;
    if (err != NACRE_BUS_NO_ACK) return false;
    put(i2c, I2C_ICR, I2C_ICR_NACKCF);
    return flag_await(i2c, I2C_ISR_STOPF) == NACRE_OK;
}

/* Take down what a transfer that ended in err has left, and say how it ended. */
static enum nacre_err fail(const struct nacre_stm32_i2c *i2c, enum nacre_err err)
{
    if (ends_itself(i2c, err)) return err;
    disable(i2c);
    put(i2c, I2C_CR2, 0);
    wait_us(i2c, HALF_US); /* let go of, the lines rise */
    const bool is_stuck = err == NACRE_BUS_TIMEOUT && !lines_are_high(i2c);
    enable(i2c);
    return is_stuck ? NACRE_BUS_STUCK : err;
}

/* ---- a transfer ---- */

struct phase {
    uint32_t CR2;       /* address, direction, and AUTOEND if the stop follows */
    uint32_t end;       /* the flag that tells its end */
    const uint8_t *out; /* one of the two is null */
    uint8_t *in;
    uint32_t n;
};

/* Have the controller move the next bytes, up to 255. Returns how many. */
static uint32_t chunk_begin(const struct nacre_stm32_i2c *i2c, const struct phase *phase,
                            uint32_t left, uint32_t start)
{
    const bool has_more = left > I2C_CR2_NBYTES_MAX;
    const uint32_t n = has_more ? I2C_CR2_NBYTES_MAX : left;
    const uint32_t reload = has_more ? I2C_CR2_RELOAD : 0;

    put(i2c, I2C_CR2, phase->CR2 | n << I2C_CR2_NBYTES_POS | reload | start);
    return n;
}

static enum nacre_err byte_move(const struct nacre_stm32_i2c *i2c, const struct phase *phase,
                                uint32_t index)
{
    const enum nacre_err err = flag_await(i2c, phase->in != NULL ? I2C_ISR_RXNE : I2C_ISR_TXIS);

    if (err != NACRE_OK) return err;
    if (phase->in != NULL) {
        phase->in[index] = (uint8_t)get(i2c, I2C_RXDR);
    } else {
        put(i2c, I2C_TXDR, phase->out[index]);
    }
    return NACRE_OK;
}

/*
 * The first byte to be written is in TXDR before the start: ES0491 2.16.4 (STM32H72x, the same
 * controller) lets a byte that is written right after TXIS be lost, and the bus stand still.
 */
static enum nacre_err phase_run(const struct nacre_stm32_i2c *i2c, const struct phase *phase)
{
    const bool is_loaded = phase->in == NULL && phase->n > 0;

    if (is_loaded) put(i2c, I2C_TXDR, phase->out[0]);
    uint32_t chunk_end = chunk_begin(i2c, phase, phase->n, I2C_CR2_START);
    for (uint32_t i = is_loaded ? 1u : 0u; i < phase->n; i++) {
        if (i == chunk_end) {
            const enum nacre_err err = flag_await(i2c, I2C_ISR_TCR);

            if (err != NACRE_OK) return err;
            chunk_end += chunk_begin(i2c, phase, phase->n - i, 0);
        }
        const enum nacre_err err = byte_move(i2c, phase, i);
        if (err != NACRE_OK) return err;
    }
    return flag_await(i2c, phase->end);
}

static enum nacre_err phases_run(const struct nacre_stm32_i2c *i2c, const struct phase *write,
                                 const struct phase *read)
{
    enum nacre_err err = idle_await(i2c);
    if (err != NACRE_OK) return err;
    put(i2c, I2C_ICR, I2C_ICR_ALL); /* what the message before has left */
    put(i2c, I2C_ISR, I2C_ISR_TXE); /* drops a byte that was never sent */

    err = phase_run(i2c, write);
    if (err != NACRE_OK || read->n == 0) return err;
    return phase_run(i2c, read);
}

static int32_t transfer(void *context, const struct nacre_i2c_message *message)
{
    const struct nacre_stm32_i2c *const i2c = context;
    const bool has_in = message->in_bytes != 0;
    const uint32_t SADD = (message->address & ADDRESS_MAX) << I2C_CR2_SADD_POS;
    const struct phase write = {
        .CR2 = SADD | (has_in ? 0 : I2C_CR2_AUTOEND),
        .end = has_in ? I2C_ISR_TC : I2C_ISR_STOPF,
        .out = message->out,
        .n = message->out_bytes,
    };
    const struct phase read = {
        .CR2 = SADD | I2C_CR2_RD_WRN | I2C_CR2_AUTOEND,
        .end = I2C_ISR_STOPF,
        .in = message->in,
        .n = message->in_bytes,
    };

    NACRE_ASSERT(message->address <= ADDRESS_MAX);
    NACRE_ASSERT(message->out != NULL || message->out_bytes == 0);
    NACRE_ASSERT(message->in != NULL || !has_in);
    const enum nacre_err err = phases_run(i2c, &write, &read);
    if (err != NACRE_OK) return -(int32_t)fail(i2c, err);
    return (int32_t)(message->out_bytes + message->in_bytes);
}

/* ---- recovery: the pins by hand ---- */

static void line_drive(const struct nacre_stm32_i2c *i2c, const struct nacre_pin *line, bool high)
{
    nacre_pin_drive(line, high);
    wait_us(i2c, HALF_US);
}

/* Let go of SCL; a part may hold it for a while. */
static bool scl_rises(const struct nacre_stm32_i2c *i2c)
{
    const uint32_t from = now_us(i2c);

    line_drive(i2c, &i2c->cfg.SCL, true);
    for (uint32_t looks = 0; looks < LOOKS_MAX; looks++) {
        const bool is_late = now_us(i2c) - from > i2c->step_us;

        if (nacre_pin_is_high(&i2c->cfg.SCL)) return true;
        if (is_late) break;
    }
    return false;
}

/* A stop, from SCL high. It fails where a part, at the clock of the stop, pulls SDA low again. */
static bool stop_send(const struct nacre_stm32_i2c *i2c)
{
    line_drive(i2c, &i2c->cfg.SCL, false);
    line_drive(i2c, &i2c->cfg.SDA, false);
    const bool has_risen = scl_rises(i2c);
    line_drive(i2c, &i2c->cfg.SDA, true);
    return has_risen && nacre_pin_is_high(&i2c->cfg.SDA);
}

/* A part that reads out stops at the latest where an acknowledge is missing: at the ninth clock. */
static bool bus_is_freed(const struct nacre_stm32_i2c *i2c)
{
    for (uint32_t clocks = 0; clocks <= CLOCKS_TO_FREE; clocks++) {
        if (!scl_rises(i2c)) return false;
        if (nacre_pin_is_high(&i2c->cfg.SDA) && stop_send(i2c)) return true;
        if (clocks < CLOCKS_TO_FREE) line_drive(i2c, &i2c->cfg.SCL, false);
    }
    return false;
}

static enum nacre_err recover(void *context)
{
    const struct nacre_stm32_i2c *const i2c = context;

    disable(i2c);
    nacre_pin_drive(&i2c->cfg.SCL, true);
    nacre_pin_drive(&i2c->cfg.SDA, true);
    nacre_pin_be_gpio(&i2c->cfg.SCL);
    nacre_pin_be_gpio(&i2c->cfg.SDA);
    const bool is_free = bus_is_freed(i2c);
    nacre_pin_be_alternate(&i2c->cfg.SCL);
    nacre_pin_be_alternate(&i2c->cfg.SDA);
    enable(i2c);
    return is_free ? NACRE_OK : NACRE_BUS_STUCK;
}

/* ---- open and close ---- */

static enum nacre_err cfg_check(struct nacre_stm32_i2c *i2c)
{
    const struct nacre_stm32_i2c_cfg *const cfg = &i2c->cfg;
    uint32_t TIMINGR = cfg->TIMINGR;
    const bool has_mode = TIMINGR != 0 ||
                          nacre_i2c_timing(cfg->kernel_hz, cfg->scl_khz, &TIMINGR) == NACRE_OK;
    const bool is_there =
        cfg->I2C == I2C1_BASE || cfg->I2C == I2C2_BASE || cfg->I2C == I2C3_BASE;
    const bool is_one_pin = cfg->SCL.GPIO == cfg->SDA.GPIO && cfg->SCL.number == cfg->SDA.number;
    const bool is_timed = cfg->scl_khz >= 1u && cfg->scl_khz <= 1000u;
    const struct nacre_bus_check checks[] = {
        {{"cfg I2C", is_there, 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg gates", cfg->gates.gates != NULL || cfg->gates.count == 0, 1, 1},
         NACRE_BAD_ARGUMENT},
        {{"cfg SCL", nacre_pin_is_sound(&cfg->SCL), 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg SDA", nacre_pin_is_sound(&cfg->SDA) && !is_one_pin, 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg scl_khz", is_timed, 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg kernel_hz scl_khz", has_mode, 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg TIMINGR", TIMINGR, 0, I2C_TIMINGR_RESERVED}, NACRE_BAD_ARGUMENT},
        {{"cfg stretch_us", cfg->stretch_us <= STRETCH_US_MAX, 1, 1}, NACRE_BAD_ARGUMENT},
        {{"cfg time", cfg->time.now_us != NULL, 1, 1}, NACRE_BAD_ARGUMENT},
    };

    i2c->cfg.TIMINGR = TIMINGR;
    return nacre_bus_checks(checks, sizeof(checks) / sizeof(checks[0]), &i2c->mismatch);
}

static enum nacre_err controller_take(struct nacre_stm32_i2c *i2c)
{
    const struct nacre_bus_check idle = {
        {"I2C CR1 PE", get(i2c, I2C_CR1), 0, I2C_CR1_PE}, NACRE_CTRL_STATE};
    const enum nacre_err err = nacre_bus_checks(&idle, 1, &i2c->mismatch);
    if (err != NACRE_OK) return err;

    put(i2c, I2C_CR1, 0);
    put(i2c, I2C_CR2, 0);
    put(i2c, I2C_TIMINGR, i2c->cfg.TIMINGR);
    const struct nacre_bus_check kept = {
        {"I2C TIMINGR", get(i2c, I2C_TIMINGR), i2c->cfg.TIMINGR, UINT32_MAX}, NACRE_CTRL_STATE};
    return nacre_bus_checks(&kept, 1, &i2c->mismatch);
}

enum nacre_err nacre_stm32_i2c_open(struct nacre_stm32_i2c *i2c,
                                    const struct nacre_stm32_i2c_cfg *cfg)
{
    if (i2c == NULL || cfg == NULL) return NACRE_BAD_ARGUMENT;
    *i2c = (struct nacre_stm32_i2c){.cfg = *cfg};
    enum nacre_err err = cfg_check(i2c);
    if (err != NACRE_OK) return err;
    err = nacre_bus_time_check(&cfg->time);
    if (err != NACRE_OK) return err;

    const uint32_t bytes_us = 2u * BITS_PER_BYTE * NS_PER_US / cfg->scl_khz;
    i2c->step_us = (cfg->stretch_us != 0 ? cfg->stretch_us : STRETCH_US) + bytes_us;
    nacre_gates_open(&cfg->gates);
    i2c->cfg.gates = (struct nacre_gates){0};
    err = controller_take(i2c);
    if (err != NACRE_OK) return err;

    const enum nacre_drive drive =
        cfg->has_pull_up ? NACRE_DRIVE_OPEN_DRAIN_PULLED : NACRE_DRIVE_OPEN_DRAIN;
    nacre_pin_form(&cfg->SCL, drive);
    nacre_pin_form(&cfg->SDA, drive);
    err = recover(i2c);
    if (err != NACRE_OK) disable(i2c);
    i2c->bus = (struct nacre_i2c){transfer, recover, i2c};
    return err;
}

void nacre_stm32_i2c_close(struct nacre_stm32_i2c *i2c)
{
    disable(i2c);
}
