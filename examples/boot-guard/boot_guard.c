/*
 * The boot guard, see boot_guard.h.
 *
 * Rules that the order of accesses obeys:
 *   1. Nothing waits without a bound: transfers by a count of looks at SR, the chip by a count of
 *      pauses. A transfer that does not end is aborted, and if BUSY stays, XSPI2 is reset.
 *   2. SPI is tried first, for an octal chip takes no SPI frame: on one line both bytes of its
 *      opcode are alike, and it wants the second to be the first one inverted. After a power on
 *      nothing else is ever sent.
 *   3. 66h and 99h go out only after the chip has said that it is idle, when its time is up, or
 *      when nobody has answered for longer than a chip takes to come back from a reset.
 *
 * Source   CMSIS stm32h7s7xx.h for addresses and bits; RM0456 chapter 28 (same controller) for the
 *          order of accesses; ST's Template_XIP for pins; the BSP driver of the mx66uw1g45g for
 *          commands and dummies
 */
#include "examples/boot-guard/boot_guard.h"

#include "examples/boot-guard/xspi2.h"

#include <stddef.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define DEMCR REG(0xE000EDFCu)
#define DEMCR_TRCENA 0x01000000u
#define DWT_CTRL REG(0xE0001000u)
#define DWT_CYCCNT REG(0xE0001004u)
#define DWT_LAR REG(0xE0001FB0u)
#define DWT_LAR_KEY 0xC5ACCE55u

#define RCC_CCIPR1 REG(0x5802444Cu)
#define RCC_CCIPR1_XSPI2SEL 0x000000C0u /* 0: the bus clock */
#define RCC_AHB5RSTR REG(0x5802447Cu)
#define RCC_CKPROTR REG(0x58024500u)
#define RCC_AHB5ENR REG(0x58024534u)
#define RCC_AHB4ENR REG(0x58024540u)
#define RCC_AHB5_XSPI2 0x00001000u
#define RCC_AHB5_XSPIM 0x00004000u
#define RCC_AHB4_GPION 0x00002000u
#define PWR_CSR2 REG(0x5802480Cu)
#define PWR_CSR2_EN_XSPIM2 0x00008000u

/* Port 2 of the I/O manager: DQS PN0, NCS PN1, IO0-3 PN2-5, CLK PN6, IO4-7 PN8-11; all AF9. */
#define GPION(offset) REG(0x58023400u + (offset))
#define MODER 0x00u
#define OSPEEDR 0x08u
#define AFRL 0x20u
#define AFRH 0x24u
#define PINS_2BIT 0x00FF3FFFu
#define PINS_ALTERNATE 0x00AA2AAAu
#define PINS_MEDIUM 0x00551555u /* the frames run at 8 MHz */
#define PINS_AFRL 0x0FFFFFFFu
#define PINS_AFRL_9 0x09999999u
#define PINS_AFRH 0x0000FFFFu
#define PINS_AFRH_9 0x00009999u

#define XSPI2(offset) REG(0x5200A000u + (offset))
#define CR_EN 0x00000001u
#define CR_ABORT 0x00000002u
#define CR_FMODE_READ 0x10000000u
#define DCR1_MACRONIX_1GBIT 0x011A0300u /* MTYP 1, DEVSIZE 26; CSHT 3: NCS high for 4 clocks */
#define DCR2_EIGHTH 7u
#define CCR_DQSE 0x20000000u

#define READ_BYTES 8u
#define SR_LOOKS 2000u  /* a frame takes 20 us at most */
#define STEP_US 100u
#define STEP_LATER_US 1000u
#define LATER_US 2000u    /* a program has ended by then, mostly; an erase takes long anyhow */
#define ROUND_CYCLES 256u /* of a look at the cycle counter, at least */
#define FLASH_WINDOW 0x70000000u
#define WINDOW_BYTES 0x10000000u

#define READ_STATUS 0x05u
#define READ_SECURITY 0x2Bu
#define READ_ID 0x9Fu
#define RESUME 0x30u
#define RESET_ENABLE 0x66u
#define RESET 0x99u
#define WAKE 0xABu
#define STATUS_WIP 0x01u
#define STATUS_UNUSED 0xC0u
#define SECURITY_SUSPENDED 0x0Cu /* PSB, ESB */

enum answer { SILENT, IDLE, BUSY };

/* How a protocol goes over the wires: CCR for opcode, address and data. */
struct wires {
    uint32_t opcode;
    uint32_t address;
    uint32_t data;
};

static const struct wires wires_of[] = {
    [BOOT_GUARD_SPI] = {0x00000001u, 0, 0x01000000u},
    [BOOT_GUARD_OCTAL_DTR] = {0x0000001Cu, 0x00003C00u, 0x0C000000u},
    [BOOT_GUARD_OCTAL_STR] = {0x00000014u, 0x00003400u, 0x04000000u},
};

/* A protocol and how its data is taken, in the order in which they are tried. */
struct reading {
    enum boot_guard_protocol protocol;
    uint8_t take;
};

static const struct reading readings[] = {
    {BOOT_GUARD_SPI, BOOT_GUARD_BY_CLOCK},
    {BOOT_GUARD_OCTAL_DTR, BOOT_GUARD_BY_CLOCK},
    {BOOT_GUARD_OCTAL_STR, BOOT_GUARD_BY_CLOCK},
    {BOOT_GUARD_OCTAL_DTR, BOOT_GUARD_BY_STROBE},
    {BOOT_GUARD_OCTAL_STR, BOOT_GUARD_BY_STROBE},
};
#define READINGS (sizeof(readings) / sizeof(readings[0]))

struct guard {
    const struct boot_guard_cfg *cfg;
    struct boot_guard_report *report;
    struct reading reading; /* that the chip answers to */
    uint32_t CCIPR1, AHB5ENR, AHB4ENR, CSR2;
    uint32_t pins[4];
};

static const uint8_t pin_registers[4] = {MODER, OSPEEDR, AFRL, AFRH};

/* ---- time ---- */

/* By the cycle counter; if that stands, by a count of rounds that take no less. */
static void wait_us(const struct guard *guard, uint32_t us)
{
    const uint32_t cycles = us * guard->cfg->core_mhz;
    const uint32_t from = DWT_CYCCNT;

    for (uint32_t i = 0; i <= cycles / ROUND_CYCLES && DWT_CYCCNT - from < cycles; i++) {
        uint32_t left = ROUND_CYCLES;

        __asm volatile("1: subs %0, #1\n\tbne 1b" : "+l"(left)::"cc");
    }
    if (guard->cfg->watchdog != NULL) *guard->cfg->watchdog = guard->cfg->watchdog_word;
    guard->report->waited_us += us;
}

/* A pause between two looks, short at first; returns how long it was. */
static uint32_t pause(const struct guard *guard, uint32_t spent_us)
{
    const uint32_t us = spent_us < LATER_US ? STEP_US : STEP_LATER_US;

    wait_us(guard, us);
    return us;
}

/* ---- controller ---- */

static void controller_start(void)
{
    RCC_AHB5RSTR |= RCC_AHB5_XSPI2;
    (void)RCC_AHB5RSTR;
    RCC_AHB5RSTR &= ~RCC_AHB5_XSPI2;
    (void)RCC_AHB5RSTR;
    XSPI2(DCR1) = DCR1_MACRONIX_1GBIT;
    XSPI2(DCR2) = DCR2_EIGHTH;
    XSPI2(CR) = CR_EN;
    for (uint32_t i = 0; i < SR_LOOKS && (XSPI2(SR) & SR_BUSY) != 0; i++) {
    }
}

static bool ended(void)
{
    for (uint32_t i = 0; i < SR_LOOKS; i++) {
        if ((XSPI2(SR) & SR_TCF) != 0) return true;
    }
    return false;
}

/* BUSY to 0, FMODE to 0. ABORT is set only while BUSY is 1: else it would stick. */
static void make_idle(struct guard *guard)
{
    if ((XSPI2(SR) & SR_BUSY) != 0) XSPI2(CR) |= CR_ABORT;
    for (uint32_t i = 0; i < SR_LOOKS && (XSPI2(SR) & SR_BUSY) != 0; i++) {
    }
    if ((XSPI2(SR) & SR_BUSY) != 0) {
        if (guard->report->controller_resets != UINT8_MAX) guard->report->controller_resets++;
        controller_start();
    }
    XSPI2(FCR) = FCR_ALL;
    XSPI2(CR) = CR_EN;
}

static uint32_t opcode_in(enum boot_guard_protocol protocol, uint8_t opcode)
{
    if (protocol == BOOT_GUARD_SPI) return opcode;
    return (uint32_t)opcode << 8 | (uint8_t)~opcode;
}

static void send(struct guard *guard, enum boot_guard_protocol protocol, uint8_t opcode)
{
    XSPI2(TCR) = 0;
    XSPI2(CCR) = wires_of[protocol].opcode;
    XSPI2(IR) = opcode_in(protocol, opcode); /* starts it */
    (void)ended();
    make_idle(guard);
}

static uint32_t dummies_of(const struct guard *guard, enum boot_guard_protocol protocol)
{
    if (protocol == BOOT_GUARD_SPI) return 0;
    return protocol == BOOT_GUARD_OCTAL_DTR ? guard->cfg->dummies_dtr : guard->cfg->dummies_str;
}

/* READ_BYTES bytes of a register; false if they did not come. */
static bool read(struct guard *guard, const struct reading *reading, uint8_t opcode,
                 uint8_t bytes[READ_BYTES])
{
    const struct wires *const wires = &wires_of[reading->protocol];
    const uint32_t strobe = reading->take == BOOT_GUARD_BY_STROBE ? CCR_DQSE : 0;

    guard->report->reads++;
    XSPI2(CR) = CR_EN | CR_FMODE_READ;
    XSPI2(DLR) = READ_BYTES - 1u;
    XSPI2(TCR) = dummies_of(guard, reading->protocol);
    XSPI2(CCR) = wires->opcode | wires->address | wires->data | strobe;
    XSPI2(IR) = opcode_in(reading->protocol, opcode); /* starts it if there is no address */
    if (wires->address != 0) XSPI2(AR) = 0;
    const bool came = ended();
    for (uint32_t i = 0; came && i < READ_BYTES; i += 4u) {
        const uint32_t word = XSPI2(DR);

        for (uint32_t k = 0; k < 4u; k++) bytes[i + k] = (uint8_t)(word >> (8u * k));
    }
    make_idle(guard);
    return came;
}

/* ---- chip ---- */

/* A register's byte comes again and again; lines that nobody drives may say anything. */
static bool read_register(struct guard *guard, const struct reading *reading, uint8_t opcode,
                          uint8_t *value)
{
    uint8_t bytes[READ_BYTES];

    if (!read(guard, reading, opcode, bytes)) return false;
    for (uint32_t i = 1; i < READ_BYTES; i++) {
        if (bytes[i] != bytes[0]) return false;
    }
    *value = bytes[0];
    return true;
}

/*
 * The id's second and third byte, one after the other. In octal DTR each comes twice, and a dummy
 * clock too many swallows the first.
 */
static bool has_id(struct guard *guard, const struct reading *reading)
{
    const uint8_t *const id = guard->cfg->id;
    uint8_t bytes[READ_BYTES];

    if (!read(guard, reading, READ_ID, bytes)) return false;
    for (uint32_t i = 1; i < READ_BYTES; i++) {
        if (bytes[i - 1u] == id[1] && bytes[i] == id[2]) return true;
    }
    return false;
}

/*
 * While it is busy a chip tells its status only. That is enough: floating lines read as 00 or FF,
 * and a status never has its two upper bits set.
 */
static enum answer look(struct guard *guard, const struct reading *reading)
{
    uint8_t status = 0;

    if (!read_register(guard, reading, READ_STATUS, &status)) return SILENT;
    if ((status & STATUS_UNUSED) != 0) return SILENT;
    if ((status & STATUS_WIP) != 0) return BUSY;
    return has_id(guard, reading) ? IDLE : SILENT;
}

/* Try every protocol until one is answered, or the time is up. */
static bool find(struct guard *guard)
{
    const uint32_t limit_us = guard->cfg->reset_ms_max * 1000u;

    for (uint32_t us = 0; us <= limit_us; us += pause(guard, us)) {
        for (uint32_t i = 0; i < READINGS; i++) {
            const bool is_spi = readings[i].protocol == BOOT_GUARD_SPI;

            if (!is_spi && (readings[i].take & guard->cfg->takes) == 0) continue;
            if (look(guard, &readings[i]) == SILENT) continue;
            guard->reading = readings[i];
            return true;
        }
    }
    return false;
}

/* False: it is busy for longer than anything that was ever started. */
static bool wait_idle(struct guard *guard)
{
    const uint32_t limit_us = guard->cfg->busy_ms_max * 1000u;

    for (uint32_t us = 0; us <= limit_us; us += pause(guard, us)) {
        const enum answer answer = look(guard, &guard->reading);

        if (answer == IDLE) return true;
        if (answer == BUSY) guard->report->was_busy = true;
    }
    return false;
}

/* What was suspended goes on, and ends. */
static bool settle(struct guard *guard)
{
    uint8_t security = 0;

    if (!wait_idle(guard)) return false;
    if (!read_register(guard, &guard->reading, READ_SECURITY, &security)) return false;
    if ((security & SECURITY_SUSPENDED) != 0) {
        guard->report->was_suspended = true;
        send(guard, guard->reading.protocol, RESUME);
        if (!wait_idle(guard)) return false;
        if (!read_register(guard, &guard->reading, READ_SECURITY, &security)) return false;
    }
    guard->report->security = security;
    return (security & SECURITY_SUSPENDED) == 0;
}

static void reset_in(struct guard *guard, enum boot_guard_protocol protocol)
{
    send(guard, protocol, RESET_ENABLE);
    send(guard, protocol, RESET);
}

/* Nobody answers: asleep, or something unheard of. */
static void reset_blind(struct guard *guard)
{
    guard->report->was_blind = true;
    for (uint32_t protocol = BOOT_GUARD_SPI; protocol <= BOOT_GUARD_OCTAL_STR; protocol++) {
        send(guard, (enum boot_guard_protocol)protocol, WAKE);
    }
    wait_us(guard, STEP_US);
    for (uint32_t protocol = BOOT_GUARD_SPI; protocol <= BOOT_GUARD_OCTAL_STR; protocol++) {
        reset_in(guard, (enum boot_guard_protocol)protocol);
    }
}

/* After a reset: idle in SPI mode. */
static bool is_back(struct guard *guard)
{
    const uint32_t limit_us = guard->cfg->reset_ms_max * 1000u;

    for (uint32_t us = pause(guard, 0); us <= limit_us; us += pause(guard, us)) {
        if (look(guard, &readings[0]) == IDLE) return true;
    }
    return false;
}

static enum boot_guard_end bring_back(struct guard *guard)
{
    enum boot_guard_end end = BOOT_GUARD_FORCED;

    if (!find(guard)) {
        reset_blind(guard);
        return is_back(guard) ? end : BOOT_GUARD_SILENT;
    }
    guard->report->found = guard->reading.protocol;
    guard->report->by_strobe = guard->reading.take == BOOT_GUARD_BY_STROBE;
    if (settle(guard)) end = BOOT_GUARD_READY;
    reset_in(guard, guard->reading.protocol);
    if (is_back(guard)) return end;
    reset_blind(guard);
    return is_back(guard) ? BOOT_GUARD_FORCED : BOOT_GUARD_SILENT;
}

/* ---- what is borrowed, and given back ---- */

static void set_bits(uint32_t offset, uint32_t mask, uint32_t value)
{
    GPION(offset) = (GPION(offset) & ~mask) | value;
}

/* The pins last, when the controller holds NCS high. */
static void borrow(struct guard *guard)
{
    guard->CCIPR1 = RCC_CCIPR1;
    guard->AHB5ENR = RCC_AHB5ENR;
    guard->AHB4ENR = RCC_AHB4ENR;
    guard->CSR2 = PWR_CSR2;
    DEMCR |= DEMCR_TRCENA;
    DWT_LAR = DWT_LAR_KEY;
    DWT_CTRL |= 1u;
    PWR_CSR2 |= PWR_CSR2_EN_XSPIM2;
    RCC_CKPROTR = 0;
    RCC_CCIPR1 &= ~RCC_CCIPR1_XSPI2SEL;
    RCC_AHB5ENR |= RCC_AHB5_XSPI2 | RCC_AHB5_XSPIM;
    RCC_AHB4ENR |= RCC_AHB4_GPION;
    (void)RCC_AHB4ENR;
    for (uint32_t i = 0; i < 4u; i++) guard->pins[i] = GPION(pin_registers[i]);
    controller_start();
    set_bits(OSPEEDR, PINS_2BIT, PINS_MEDIUM);
    set_bits(AFRL, PINS_AFRL, PINS_AFRL_9);
    set_bits(AFRH, PINS_AFRH, PINS_AFRH_9);
    set_bits(MODER, PINS_2BIT, PINS_ALTERNATE);
}

static void give_back(const struct guard *guard)
{
    for (uint32_t i = 0; i < 4u; i++) GPION(pin_registers[i]) = guard->pins[i];
    controller_start();
    XSPI2(CR) = 0;
    XSPI2(DCR1) = 0;
    XSPI2(DCR2) = 0;
    RCC_AHB4ENR = guard->AHB4ENR;
    RCC_AHB5ENR = guard->AHB5ENR;
    RCC_CCIPR1 = guard->CCIPR1;
    PWR_CSR2 = guard->CSR2;
}

static bool is_sound(const struct boot_guard_cfg *cfg)
{
    const uint32_t here = (uint32_t)&boot_guard;

    if (here >= FLASH_WINDOW && here - FLASH_WINDOW < WINDOW_BYTES) return false;
    return cfg->core_mhz != 0 && cfg->core_mhz <= 600u && cfg->busy_ms_max <= 5000u &&
           cfg->reset_ms_max <= 1000u;
}

enum boot_guard_end boot_guard(const struct boot_guard_cfg *cfg, struct boot_guard_report *report)
{
    struct guard guard = {.cfg = cfg, .report = report};

    *report = (struct boot_guard_report){.end = BOOT_GUARD_REFUSED};
    if (!is_sound(cfg)) return report->end;
    borrow(&guard);
    report->end = bring_back(&guard);
    give_back(&guard);
    return report->end;
}
